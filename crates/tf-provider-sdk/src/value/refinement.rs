//! What can be known of a value before the value itself is.

use crate::number::Number;

/// What is already known of an unknown value. Kept and handed back unchanged.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Refinement(Option<Box<Known>>);

#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Known {
    pub(crate) null: Option<bool>,
    pub(crate) prefix: Option<String>,
    /// Lower and upper bound of a number, each with whether the bound itself is included.
    pub(crate) lower: Option<(Number, bool)>,
    pub(crate) upper: Option<(Number, bool)>,
    /// Shortest and greatest length of a collection.
    pub(crate) shortest: Option<u64>,
    pub(crate) longest: Option<u64>,
}

impl Refinement {
    /// Nothing is known yet.
    pub fn none() -> Self {
        Self::default()
    }

    /// It will not be null.
    pub fn not_null() -> Self {
        Self::from(Known { null: Some(false), ..Known::default() })
    }

    /// True if it will certainly not be null.
    pub fn is_not_null(&self) -> bool {
        self.known().is_some_and(|known| known.null == Some(false))
    }

    /// How the string will start, if that is known.
    pub fn prefix(&self) -> Option<&str> {
        self.known()?.prefix.as_deref()
    }

    pub(crate) fn known(&self) -> Option<&Known> {
        self.0.as_deref()
    }
}

impl From<Known> for Refinement {
    fn from(known: Known) -> Self {
        Self((known != Known::default()).then(|| Box::new(known)))
    }
}
