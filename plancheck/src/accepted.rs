//! Findings that somebody accepted beforehand, so that what is old does not stand in the way of what is new: by rule, address and value,
//! with an owner, a reason and an end.
//!
//! Acceptance is advice about advice: it changes what `check` says, never what `gate` lets through, and it never touches rules about
//! governance itself. Like a lock, the file comes from the base branch or from where the runner pins it; whatever a change brings along is
//! no evidence for it, which is why reports name source and digest.

mod apply;
mod read;

use remit_governance::Decimal;
use remit_governance::glob::Glob;
use remit_governance::time::Date;

use crate::finding::{Acceptance, Place, Shown};

/// The findings that acceptance itself makes, and what they mean. They judge no plan, so they are not among the rules.
pub const ABOUT: [(&str, &str); 2] = [
    (
        apply::UNUSED,
        "An entry of the file of accepted findings that no finding of this plan needed. It may be needed by another plan; when none needs \
         it, remove it, so that nothing new hides behind it.",
    ),
    (
        apply::EXPIRED,
        "An entry of the file of accepted findings whose last day is over. It accepts nothing any more. Remove it, or have it renewed by \
         its owner, with a reason that still holds.",
    ),
];

/// A file of accepted findings.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// What the caller calls it: a path.
    pub name: String,
    /// `sha256:` and the digest of its bytes.
    pub digest: String,
    entries: Vec<Entry>,
}

/// One thing that is accepted.
#[derive(Debug, Clone)]
struct Entry {
    rule: &'static str,
    address: Glob,
    /// What the value after the change may be; what shows no value needs none.
    value: Option<Value>,
    by: Acceptance,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Is(String),
    UpTo(Decimal),
}

impl Entry {
    /// Whether it is about this place, whatever its value.
    fn concerns(&self, rule: &str, place: &Place) -> bool {
        self.rule == rule && self.address.matches(&place.address)
    }

    /// Whether the value there is the one that was accepted. What is unknown, secret, absent or a whole document cannot be compared.
    fn allows(&self, place: &Place) -> bool {
        if !place.diff.is_empty() {
            return false;
        }
        match (&place.after, &self.value) {
            (None, None) => true,
            (Some(Shown::Text(text)), Some(Value::Is(value))) => text == value,
            (Some(Shown::Text(text)), Some(Value::UpTo(most))) => {
                remit_governance::decimal::parse(text).is_some_and(|amount| amount <= *most)
            }
            _ => false,
        }
    }

    fn is_over(&self, today: Date) -> bool {
        remit_governance::time::is_past(self.by.expires, today)
    }
}
