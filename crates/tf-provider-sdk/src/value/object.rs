//! Objects and maps: values by name.

use std::cmp::Ordering;
use std::sync::Arc;

use super::Value;
use crate::name::Name;

/// The attributes of an object, or the elements of a map, by name.
///
/// Copies share what they hold until one of them is changed, so that a copy costs next to nothing however large the object is.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Object(Arc<Vec<Entry>>); // INVARIANT: sorted by name, and each name occurs once.

type Entry = (Name, Value);

impl Object {
    /// An object without attributes. Those that the schema has and the object has not are null.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets an attribute, for building in a chain.
    #[must_use]
    pub fn with(mut self, name: impl Into<Name>, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    /// Sets an attribute.
    pub fn set(&mut self, name: impl Into<Name>, value: impl Into<Value>) {
        let (name, value) = (name.into(), value.into());
        let place = self.place(&name);
        let entries = Arc::make_mut(&mut self.0);
        match place {
            Ok(found) => {
                if let Some((_, present)) = entries.get_mut(found) {
                    *present = value;
                }
            }
            Err(free) => entries.insert(free, (name, value)),
        }
    }

    /// The attribute, or null where there is none.
    pub fn get(&self, name: &str) -> &Value {
        self.find(name).unwrap_or(&Value::Null)
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Value> {
        self.place(name).ok().and_then(|found| self.0.get(found)).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        let found = self.place(name).ok()?;
        Arc::make_mut(&mut self.0).get_mut(found).map(|(_, value)| value)
    }

    /// Removes an attribute and returns it, or null where there is none.
    pub fn take(&mut self, name: &str) -> Value {
        match self.place(name) {
            Ok(found) => Arc::make_mut(&mut self.0).remove(found).1,
            Err(_) => Value::Null,
        }
    }

    /// Names and values in the order of the names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The same with the names as they are shared.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// How many attributes or elements there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// An object of entries in whatever order. Of two with one name the later counts.
    pub(crate) fn from_entries(mut entries: Vec<Entry>) -> Self {
        if !entries.is_sorted_by(|(left, _), (right, _)| left < right) {
            // Stable, so that the later of two comes later still.
            entries.sort_by(|(left, _), (right, _)| left.cmp(right));
            entries.dedup_by(|later, earlier| {
                let same = later.0 == earlier.0;
                if same {
                    std::mem::swap(later, earlier);
                }
                same
            });
        }
        Self(Arc::new(entries))
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(present, _)| by_name(present, name))
    }
}

fn by_name(present: &str, name: &str) -> Ordering {
    present.cmp(name)
}

impl<N: Into<Name>, V: Into<Value>> FromIterator<(N, V)> for Object {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(attributes: I) -> Self {
        Self::from_entries(attributes.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl IntoIterator for Object {
    type Item = Entry;
    type IntoIter = std::vec::IntoIter<Entry>;

    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.0).into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// As the simplest of maps has it.
    fn model(object: &Object) -> BTreeMap<String, Value> {
        object.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
    }

    proptest! {
        #[test]
        fn an_object_is_a_map(
            entries in prop::collection::vec(("[a-d]{1,2}", 0_i32..9), 0..12),
            changes in prop::collection::vec(("[a-d]{1,2}", prop::option::of(0_i32..9)), 0..12),
        ) {
            let mut object: Object = entries.clone().into_iter().collect();
            let mut expected: BTreeMap<String, Value> =
                entries.into_iter().map(|(name, value)| (name, value.into())).collect();
            prop_assert_eq!(model(&object), expected.clone());
            for (name, change) in changes {
                let (before, copy) = (expected.clone(), object.clone());
                if let Some(value) = change {
                    object.set(name.as_str(), value);
                    expected.insert(name.clone(), value.into());
                } else {
                    let taken = expected.remove(&name).unwrap_or(Value::Null);
                    prop_assert_eq!(object.take(&name), taken);
                }
                prop_assert_eq!(object.find(&name), expected.get(&name));
                prop_assert_eq!(model(&object), expected.clone());
                prop_assert_eq!(model(&copy), before, "a copy stays as it was");
            }
        }
    }
}
