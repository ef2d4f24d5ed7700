//! Governance that a plan would change: the records of `remit_*` objects before and after. Who declares what is for `governance` to read.

use super::attribute::{Leaf, Object};
use super::sides::Sides;

/// The attribute that holds what is declared.
pub(super) const RECORD: &str = "record";

/// The two sides of a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// What the state says; absent where there is no object yet.
    pub before: Option<Record>,
    /// What the plan proposes; absent where there will be no object.
    pub after: Option<Record>,
}

/// A record of a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// Its text, as it stands.
    Known(String),
    /// It is not known, or not there.
    CannotTell,
}

/// Whether objects of a type declare governance.
pub(super) fn declares(resource_type: &str) -> bool {
    matches!(resource_type, "remit_envelope" | "remit_approver" | "remit_default_override")
}

pub(super) fn read(resource_type: &str, sides: &Sides, stays: bool) -> Option<Box<Declaration>> {
    let record = |object: &Object| match object.root().leaves([RECORD].into_iter()).first() {
        Some(Leaf::Known(json)) => {
            json.as_str().map_or(Record::CannotTell, |text| Record::Known(text.to_owned()))
        }
        _ => Record::CannotTell,
    };
    declares(resource_type).then(|| {
        let after = sides.after.as_ref().filter(|_| stays);
        Box::new(Declaration { before: sides.before().map(record), after: after.map(record) })
    })
}
