//! The three states of an attribute, for typed models.

use crate::value::Value;

/// An attribute that may be left out, and may be known only after apply.
///
/// Every attribute that a practitioner can write needs this (or [`Value`]), because any of them can be unknown while planning;
/// so does every computed attribute, because it is unknown until the first apply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Attr<T> {
    /// Not set.
    #[default]
    Null,
    /// Known only after apply.
    Unknown,
    /// Set.
    Known(T),
}

impl<T> Attr<T> {
    /// The value where it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// The value where it is known.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// True if it is not set.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// True if it is known only after apply.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Turns a known value into another.
    pub fn map<U>(self, turn: impl FnOnce(T) -> U) -> Attr<U> {
        match self {
            Self::Known(value) => Attr::Known(turn(value)),
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
        }
    }

    /// The same with the value borrowed.
    pub fn as_ref(&self) -> Attr<&T> {
        match self {
            Self::Known(value) => Attr::Known(value),
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
        }
    }
}

impl Attr<String> {
    /// The text where it is known, else the empty text.
    pub fn text(&self) -> &str {
        self.known().map_or("", String::as_str)
    }
}

impl<T> From<T> for Attr<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl From<&str> for Attr<String> {
    fn from(value: &str) -> Self {
        Self::Known(value.to_owned())
    }
}

impl<T> From<Option<T>> for Attr<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

impl<T: Into<Value>> From<Attr<T>> for Value {
    fn from(attr: Attr<T>) -> Self {
        match attr {
            Attr::Null => Self::Null,
            Attr::Unknown => Self::unknown(),
            Attr::Known(value) => value.into(),
        }
    }
}
