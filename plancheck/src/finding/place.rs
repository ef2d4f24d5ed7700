//! Where a finding is, and what may be shown of the values there.

use std::borrow::Cow;

use super::diff::{self, DiffLine};
use crate::plan::Action;
use crate::redact;

/// A position in a `.tf` file. Lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceLocation {
    /// Path from where the folder that was given as the source is seen, with `/` between its parts, not escaped.
    pub file: String,
    /// Line.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

/// One side of a value as it may be shown. The variants that are not text exist so that no rule invents words for them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shown {
    /// As it stands in the plan, short; renderers escape it.
    Text(String),
    /// Marked sensitive in the plan: what it is appears nowhere.
    Sensitive,
    /// Known only after apply.
    Unknown,
    /// Not set.
    Absent,
}

/// Where a finding is: an object, what happens to it, and the attribute that decides, if one does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Full address as in the plan, not escaped.
    pub address: String,
    /// What the plan would do with the object.
    pub action: Action,
    /// The attribute at fault, as a practitioner writes it: `scaling_config[0].max_size`.
    pub attribute: Option<String>,
    /// Its value before; `None` where there is nothing to show, as for a create.
    pub before: Option<Shown>,
    /// Its value after; `None` where there is nothing to show, as for a delete.
    pub after: Option<Shown>,
    /// What changed inside a long value such as a policy; empty where both sides say it all. Not escaped.
    pub diff: Vec<DiffLine>,
    /// Where the object, or better the attribute, is written; `None` where that is not known.
    pub source: Option<SourceLocation>,
}

impl Place {
    /// An object as a whole.
    pub fn new(address: impl Into<String>, action: Action) -> Self {
        Self {
            address: address.into(),
            action,
            attribute: None,
            before: None,
            after: None,
            diff: Vec::new(),
            source: None,
        }
    }

    /// The same object with the attribute that decides and its two sides.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, before: Option<Shown>, after: Option<Shown>) -> Self {
        self.attribute = Some(name.into());
        self.before = before;
        self.after = after;
        self
    }

    /// The same object with what changed between two versions of a document (JSON, or any text), which must not be sensitive.
    #[must_use]
    pub fn document(mut self, before: &str, after: &str) -> Self {
        self.diff = diff::lines(before, after);
        self
    }

    /// The same object, written there.
    #[must_use]
    pub fn written_at(mut self, source: SourceLocation) -> Self {
        self.source = Some(source);
        self
    }

    /// Takes out what looks like a secret although the plan does not mark it so. Documents are clean since they were compared. `like` is a
    /// place that was guarded before: many say the same.
    pub(super) fn guard(&mut self, like: &mut Option<Guarded>) {
        let Some(name) = &self.attribute else { return };
        let said = (name.clone(), self.before.clone(), self.after.clone());
        if let Some(like) = like
            && like.said == said
        {
            (self.before, self.after) = like.becomes.clone();
            return;
        }
        for side in [&mut self.before, &mut self.after] {
            let Some(Shown::Text(text)) = side else { continue };
            if redact::is_secret(name, text) {
                *side = Some(Shown::Sensitive);
            } else if let Cow::Owned(masked) = redact::mask(text) {
                *text = masked;
            }
        }
        *like = Some(Guarded { said, becomes: (self.before.clone(), self.after.clone()) });
    }
}

/// What a place said, and what of it may be shown.
pub(super) struct Guarded {
    said: (String, Option<Shown>, Option<Shown>),
    becomes: (Option<Shown>, Option<Shown>),
}
