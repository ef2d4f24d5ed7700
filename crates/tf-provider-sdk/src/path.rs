//! Where in a resource something is: attribute names, list indexes, map keys and set elements.

use std::fmt;

use crate::value::Value;

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// An attribute of an object.
    Attribute(String),
    /// An element of a list or tuple.
    Index(u64),
    /// An element of a map.
    Key(String),
    /// An element of a set. Terraform's protocol cannot point into sets, so a diagnostic is shown at the set.
    Element(Box<Value>),
}

/// A place in a resource, data source or provider configuration. The empty path is the whole.
///
/// In diagnostics it need not be exact about kinds: an attribute step into a map is taken as its key.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Step>);

impl Path {
    /// The whole object.
    pub fn root() -> Self {
        Self::default()
    }

    /// A top-level attribute.
    pub fn attribute(name: impl Into<String>) -> Self {
        Self::root().attr(name)
    }

    /// Reads `limits.regions.exceptions[0].reason` or `tags["a.b"]`. `None` when brackets do not match.
    pub fn parse(text: &str) -> Option<Self> {
        let mut path = Self::root();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix('[') {
                let (step, after) = bracketed(inside)?;
                path.0.push(step);
                rest = after;
            } else {
                let name = rest.strip_prefix('.').unwrap_or(rest);
                let end = name.find(['.', '[']).unwrap_or(name.len());
                let (name, after) = name.split_at_checked(end)?;
                path.0.push(Step::Attribute(name.to_owned()).named()?);
                rest = after;
            }
        }
        Some(path)
    }

    /// This path, one attribute further.
    #[must_use]
    pub fn attr(mut self, name: impl Into<String>) -> Self {
        self.0.push(Step::Attribute(name.into()));
        self
    }

    /// This path, one list element further.
    #[must_use]
    pub fn index(mut self, index: usize) -> Self {
        self.0.push(Step::Index(u64::try_from(index).unwrap_or(u64::MAX)));
        self
    }

    /// This path, one map element further.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.0.push(Step::Key(key.into()));
        self
    }

    /// This path, one set element further.
    #[must_use]
    pub fn element(mut self, element: Value) -> Self {
        self.0.push(Step::Element(Box::new(element)));
        self
    }

    /// This path followed by another.
    #[must_use]
    pub fn join(mut self, rest: &Path) -> Self {
        self.0.extend(rest.0.iter().cloned());
        self
    }

    pub(crate) fn from_steps<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Self {
        Self(steps.into_iter().cloned().collect())
    }

    pub(crate) fn step(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }

    /// The steps from the outermost inward.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// True for the whole object.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl Step {
    fn named(self) -> Option<Self> {
        (self != Self::Attribute(String::new())).then_some(self)
    }
}

/// Reads `0]…` or `"key"]…`.
fn bracketed(inside: &str) -> Option<(Step, &str)> {
    if let Some(quoted) = inside.strip_prefix('"') {
        let (key, after) = quoted.split_once("\"]")?;
        return Some((Step::Key(key.to_owned()), after));
    }
    let (index, after) = inside.split_once(']')?;
    Some((index.parse().map_or_else(|_| Step::Key(index.to_owned()), Step::Index), after))
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => f.write_str(name)?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Element(_) => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

impl From<&str> for Path {
    /// [`Path::parse`], or a single attribute of that name where the text does not parse.
    fn from(text: &str) -> Self {
        Self::parse(text).unwrap_or_else(|| Self::attribute(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips() {
        for text in ["", "name", "limits.cost.ceiling", "a[0].b[\"c.d\"].e", "a[\"0\"]"] {
            assert_eq!(Path::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn broken_text_is_refused() {
        for text in ["a[", "a[\"b", "a..b", "."] {
            assert_eq!(Path::parse(text), None, "{text}");
        }
    }
}
