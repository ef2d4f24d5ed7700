//! The two sides of a change, parsed: the object before it and the object after it.

use super::attribute::Object;
use crate::change::Changed;
use crate::plan::{Action, Marks, PlanError};

/// Both sides of a change, parsed.
pub(crate) struct Sides {
    pub(super) before: Option<Object>,
    pub(super) after: Option<Object>,
    /// Whether what is after is also what was before.
    same: bool,
}

const NOTHING: Marks = Marks::All(false);

impl Sides {
    pub(super) fn read(change: &Changed) -> Result<Self, PlanError> {
        let before = Self::before_of(change)?;
        let same = before.is_none() && change.action == Action::NoOp;
        Ok(Self { same, before, after: Self::after_of(change)? })
    }

    /// What a change says of the object before; of a no-op it says it in `after`.
    pub(super) fn before_of(change: &Changed) -> Result<Option<Object>, PlanError> {
        let sensitive = change.marked.as_ref().map_or(&NOTHING, |marked| &marked.before_sensitive);
        let read = |object| Object::read(&change.address, object, &NOTHING, sensitive);
        change.before.as_ref().map(read).transpose()
    }

    pub(super) fn after_of(change: &Changed) -> Result<Option<Object>, PlanError> {
        let marks = change.marked.as_ref();
        let (unknown, sensitive) =
            marks.map_or((&NOTHING, &NOTHING), |marked| (&marked.after_unknown, &marked.after_sensitive));
        let read = |object| Object::read(&change.address, object, unknown, sensitive);
        let after = change.after.as_ref().map(read).transpose()?;
        // An object that will be there and of which nothing is said is not nothing.
        let will_be = !matches!(change.action, Action::Delete | Action::Forget | Action::Read);
        Ok(after.or_else(|| will_be.then(Object::wholly_unknown)))
    }

    /// The object as it is, where it becomes another. A no-op says it only once: its side before is left out.
    pub(super) fn changing(&self) -> Option<&Object> {
        self.before.as_ref().filter(|_| self.after.is_some())
    }

    /// The object as it is.
    pub(super) fn before(&self) -> Option<&Object> {
        if self.same { self.after.as_ref() } else { self.before.as_ref() }
    }
}
