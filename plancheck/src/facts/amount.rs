//! How much of a unit there can be: what is known, what nothing bounds, and what cannot be told.

use remit_catalog::Unit;
use rust_decimal::Decimal;

/// An amount of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Amount {
    /// At most this many.
    Known(Decimal),
    /// Nothing bounds it; a clause that says why.
    Unbounded(String),
    /// It cannot be told; a clause that says why.
    CannotTell(String),
}

/// An amount without the words that say why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// At most this many.
    Known(Decimal),
    /// Nothing bounds it.
    Unbounded,
    /// It cannot be told.
    CannotTell,
}

impl Amount {
    fn size(&self) -> Size {
        match self {
            Self::Known(value) => Size::Known(*value),
            Self::Unbounded(_) => Size::Unbounded,
            Self::CannotTell(_) => Size::CannotTell,
        }
    }
}

/// How far an object may grow, per unit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Capacity {
    /// What its attributes say; each unit at most once.
    pub counted: Vec<Counted>,
    /// Whether the numbers must not be shown.
    pub secret: bool,
    /// Units the type uses in an amount that its attributes never say.
    pub unmeasured: &'static [Unit],
}

/// An amount of one unit, and where it was read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Counted {
    /// The unit.
    pub unit: Unit,
    /// How much.
    pub amount: Amount,
    /// The attribute; `None` where the resource itself counts.
    pub attribute: Option<&'static str>,
    /// The other half, where Terraform splits one thing in two.
    pub beside: Option<Beside>,
}

/// Another object that stands for part of the same amount: a scaling target beside its service.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Beside {
    /// Its index among the resources.
    pub other: usize,
    /// What is left to count where the other one is counted as well.
    pub rest: Amount,
}

impl Capacity {
    /// Whether the object counts in any unit.
    pub fn counts(&self) -> bool {
        !self.counted.is_empty() || !self.unmeasured.is_empty()
    }

    /// The amount of a unit to add to a total that has these other objects in it.
    pub fn amount_beside(&self, unit: Unit, others: impl Fn(usize) -> bool) -> Option<Amount> {
        let counted = self.counted.iter().find(|counted| counted.unit == unit);
        match counted.and_then(|counted| counted.beside.as_ref()) {
            Some(beside) if others(beside.other) => Some(beside.rest.clone()),
            _ => self.amount(unit),
        }
    }

    /// The same without the words.
    pub fn size_beside(&self, unit: Unit, others: impl Fn(usize) -> bool) -> Option<Size> {
        let Some(counted) = self.counted.iter().find(|counted| counted.unit == unit) else {
            return self.unmeasured.contains(&unit).then_some(Size::CannotTell);
        };
        match &counted.beside {
            Some(beside) if others(beside.other) => Some(beside.rest.size()),
            _ => Some(counted.amount.size()),
        }
    }

    /// The amount of a unit, whatever else there is; `None` where the object does not count in it.
    pub fn amount(&self, unit: Unit) -> Option<Amount> {
        let counted = self.counted.iter().find(|counted| counted.unit == unit);
        let why = || format!("the attributes of its type do not say how many {} it uses", unit.as_str());
        let unmeasured = || self.unmeasured.contains(&unit).then(|| Amount::CannotTell(why()));
        counted.map(|counted| counted.amount.clone()).or_else(unmeasured)
    }

    /// The attribute that the amount of a unit was read from.
    pub fn attribute(&self, unit: Unit) -> Option<&'static str> {
        self.counted.iter().find(|counted| counted.unit == unit)?.attribute
    }
}
