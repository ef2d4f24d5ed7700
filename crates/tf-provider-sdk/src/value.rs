//! Values of Terraform's language as they come over the wire: null, unknown or known, at every level.

mod convert;
mod object;
mod refinement;
mod set;

use serde_json::Value as Json;

pub use object::Object;
pub(crate) use refinement::Known;
pub use refinement::Refinement;
pub use set::ValueSet;

use crate::number::Number;
use crate::path::{Path, Step};
use crate::types::Type;

/// A value of Terraform's language.
///
/// Lists and tuples share a variant, so do objects and maps: the schema says which of the two is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Not set.
    Null,
    /// Known only after apply, perhaps with something already known about it.
    Unknown(Refinement),
    /// A `bool`.
    Bool(bool),
    /// A `number`.
    Number(Number),
    /// A `string`.
    String(String),
    /// A `list` or `tuple`.
    List(Vec<Value>),
    /// A `set`.
    Set(ValueSet),
    /// An `object` or `map`.
    Object(Object),
    /// A value of an attribute of type `any`, with the type that came with it.
    Dynamic(Box<Dynamic>),
}

/// A value that brings its own type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dynamic {
    /// The type, exactly as Terraform gave it.
    pub ty: Type,
    /// A value of that type.
    pub value: Value,
}

/// A value could not be written as JSON because this part of it is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownAt(pub Path);

impl Value {
    /// A value of which nothing is known yet.
    pub fn unknown() -> Self {
        Self::Unknown(Refinement::none())
    }

    /// A set of these elements.
    pub fn set(elements: impl IntoIterator<Item = Value>) -> Self {
        Self::Set(elements.into_iter().collect())
    }

    /// True for null, also inside `any`.
    pub fn is_null(&self) -> bool {
        matches!(self.plain(), Self::Null)
    }

    /// True if the value itself is unknown. Parts of a known value can be unknown too: see [`Self::is_wholly_known`].
    pub fn is_unknown(&self) -> bool {
        matches!(self.plain(), Self::Unknown(_))
    }

    /// True if neither the value nor any part of it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::List(items) => items.iter().all(Self::is_wholly_known),
            Self::Set(items) => items.iter().all(Self::is_wholly_known),
            Self::Object(object) => object.iter().all(|(_, value)| value.is_wholly_known()),
            Self::Dynamic(dynamic) => dynamic.value.is_wholly_known(),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
        }
    }

    /// The places of everything unknown, outermost first where a whole is unknown.
    pub fn paths_unknown(&self) -> Vec<Path> {
        let mut found = Vec::new();
        self.walk(&Path::root(), &mut |path, value| {
            if matches!(value, Self::Unknown(_)) {
                found.push(path.clone());
            }
        });
        found
    }

    /// Visits this value and all parts, each with its path.
    pub fn walk(&self, path: &Path, visit: &mut impl FnMut(&Path, &Value)) {
        match self {
            Self::Dynamic(dynamic) => return dynamic.value.walk(path, visit),
            _ => visit(path, self),
        }
        for (step, part) in self.parts() {
            part.walk(&path.clone().step(step), visit);
        }
    }

    /// The direct parts with the step that leads to each.
    pub fn parts(&self) -> Vec<(Step, &Value)> {
        match self.plain() {
            Self::List(items) => items
                .iter()
                .enumerate()
                .map(|(index, item)| (Step::Index(u64::try_from(index).unwrap_or(u64::MAX)), item))
                .collect(),
            Self::Set(items) => {
                items.iter().map(|item| (Step::Element(Box::new(item.clone())), item)).collect()
            }
            Self::Object(object) => {
                object.iter().map(|(name, value)| (Step::Attribute(name.to_owned()), value)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The value without the wrapping of `any`.
    pub fn plain(&self) -> &Self {
        match self {
            Self::Dynamic(dynamic) => dynamic.value.plain(),
            other => other,
        }
    }

    /// The value without the wrapping of `any`.
    #[must_use]
    pub fn into_plain(self) -> Self {
        match self {
            Self::Dynamic(dynamic) => dynamic.value.into_plain(),
            other => other,
        }
    }

    /// The part at `path`, if there is one. A path leads into a set by the element's value.
    pub fn get(&self, path: &Path) -> Option<&Value> {
        path.steps().iter().try_fold(self, |value, step| match (value.plain(), step) {
            (Self::Object(object), Step::Attribute(name) | Step::Key(name)) => object.find(name),
            (Self::List(items), Step::Index(index)) => items.get(usize::try_from(*index).ok()?),
            (Self::Set(items), Step::Element(element)) => items.iter().find(|item| *item == element.as_ref()),
            _ => None,
        })
    }

    /// The attribute of an object or element of a map; null where there is none or this is neither.
    pub fn attr(&self, name: &str) -> &Value {
        self.as_object().map_or(&Self::Null, |object| object.get(name))
    }

    /// The text of a known string.
    pub fn as_str(&self) -> Option<&str> {
        match self.plain() {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// A known bool.
    pub fn as_bool(&self) -> Option<bool> {
        match self.plain() {
            Self::Bool(bool) => Some(*bool),
            _ => None,
        }
    }

    /// A known number.
    pub fn as_number(&self) -> Option<&Number> {
        match self.plain() {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// A known object or map.
    pub fn as_object(&self) -> Option<&Object> {
        match self.plain() {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The elements of a known list, tuple or set.
    pub fn elements(&self) -> Option<std::slice::Iter<'_, Value>> {
        match self.plain() {
            Self::List(items) => Some(items.iter()),
            Self::Set(items) => Some(items.iter()),
            _ => None,
        }
    }

    /// What kind of value this is, for messages.
    pub fn kind(&self) -> &'static str {
        match self.plain() {
            Self::Null => "null",
            Self::Unknown(_) => "a value known only after apply",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Object(_) | Self::Dynamic(_) => "an object or map",
        }
    }

    /// The value as JSON. Sets become arrays in the set's order; numbers keep every digit.
    pub fn to_json(&self) -> Result<Json, UnknownAt> {
        self.json_at(&Path::root())
    }

    fn json_at(&self, path: &Path) -> Result<Json, UnknownAt> {
        Ok(match self {
            Self::Null => Json::Null,
            Self::Unknown(_) => return Err(UnknownAt(path.clone())),
            Self::Bool(bool) => Json::Bool(*bool),
            // A canonical number text is always a JSON number.
            Self::Number(number) => serde_json::from_str(&number.to_string()).unwrap_or(Json::Null),
            Self::String(text) => Json::String(text.clone()),
            Self::List(_) | Self::Set(_) => Json::Array(
                self.parts()
                    .into_iter()
                    .map(|(step, part)| part.json_at(&path.clone().step(step)))
                    .collect::<Result<_, _>>()?,
            ),
            Self::Object(object) => Json::Object(
                object
                    .iter()
                    .map(|(name, value)| Ok((name.to_owned(), value.json_at(&path.clone().attr(name))?)))
                    .collect::<Result<_, _>>()?,
            ),
            Self::Dynamic(dynamic) => dynamic.value.json_at(path)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Value {
        Object::new()
            .with("name", "a")
            .with("sizes", vec![1, 2])
            .with("tags", Value::set([Value::from("y"), Value::from("x"), Value::from("y")]))
            .with("rest", Value::unknown())
            .into()
    }

    #[test]
    fn sets_compare_by_content() {
        assert_eq!(sample().attr("tags"), &Value::set([Value::from("x"), Value::from("y")]));
        assert_eq!(Value::set([Value::unknown(), Value::unknown()]).elements().unwrap().len(), 2);
    }

    #[test]
    fn parts_are_found_by_path() {
        assert_eq!(sample().get(&Path::from("sizes[1]")), Some(&Value::from(2)));
        assert_eq!(sample().get(&Path::from("sizes[2]")), None);
        assert_eq!(sample().get(&Path::attribute("tags").element(Value::from("x"))), Some(&Value::from("x")));
    }

    #[test]
    fn unknown_parts_are_named() {
        assert_eq!(sample().paths_unknown(), [Path::attribute("rest")]);
        assert_eq!(sample().to_json(), Err(UnknownAt(Path::attribute("rest"))));
    }

    #[test]
    fn json_keeps_every_digit() {
        let number: Number = "123456789012345678901234567890.5".parse().unwrap();
        assert_eq!(Value::from(number).to_json().unwrap().to_string(), "123456789012345678901234567890.5");
    }
}
