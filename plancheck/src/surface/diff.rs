//! What became of a surface since people looked at it.

use std::collections::BTreeSet;

use super::{Decision, Reach, Surface};
use crate::text::escape;

/// How one thing moved. Ordered, gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moved {
    /// It was not there.
    Added,
    /// It goes further, or may.
    Widened,
    /// Something else decides now what it means.
    Changed,
    /// It goes less far.
    Narrowed,
    /// It is gone.
    Removed,
}

impl Moved {
    /// For people and programs.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Widened => "widened",
            Self::Changed => "changed",
            Self::Narrowed => "narrowed",
            Self::Removed => "removed",
        }
    }

    /// Whether people have to look: agents may decide more, or something else.
    pub const fn needs_review(self) -> bool {
        matches!(self, Self::Added | Self::Widened | Self::Changed)
    }
}

/// One thing that moved, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// How.
    pub moved: Moved,
    /// What, with both sides.
    pub what: String,
}

/// Everything that moved, gravest first.
pub fn difference(reviewed: &Surface, now: &Surface) -> Vec<Difference> {
    let mut all = Vec::new();
    let mut tell = |moved, what: String| all.push(Difference { moved, what });
    for (what, was, is) in [
        ("the catalog", &reviewed.catalog, &now.catalog),
        ("the governance lock", &reviewed.governance, &now.governance),
    ] {
        if was != is {
            tell(
                Moved::Changed,
                format!("{what}: `{}` was looked at, and it is `{}`", escape(was), escape(is)),
            );
        }
    }
    let envelopes: BTreeSet<&String> = reviewed.agents.keys().chain(now.agents.keys()).collect();
    for name in envelopes {
        let shown = escape(name);
        match (reviewed.agents.get(name), now.agents.get(name)) {
            (None, _) => tell(Moved::Changed, format!("envelope `{shown}` is new")),
            // Without it nothing bounds its agents.
            (_, None) => tell(Moved::Changed, format!("envelope `{shown}` is gone")),
            (Some(was), Some(is)) => {
                for (what, was, is) in
                    [("principal", &was.principals, &is.principals), ("actor", &was.actors, &is.actors)]
                {
                    for one in is.difference(was) {
                        tell(Moved::Added, format!("{what} `{}` of envelope `{shown}`", escape(one)));
                    }
                    for one in was.difference(is) {
                        tell(Moved::Removed, format!("{what} `{}` of envelope `{shown}`", escape(one)));
                    }
                }
            }
        }
    }
    let decisions: BTreeSet<&Decision> = reviewed.decisions.keys().chain(now.decisions.keys()).collect();
    for decision in decisions {
        let shown = shown(decision);
        match (reviewed.decisions.get(decision), now.decisions.get(decision)) {
            (None, Some(is)) => tell(Moved::Added, format!("{shown}: {}", is.words())),
            (Some(was), None) => tell(Moved::Removed, format!("{shown}: {}", was.words())),
            (Some(was), Some(is)) if was != is => {
                let moved = if goes_no_further(was, is) { Moved::Narrowed } else { Moved::Widened };
                tell(moved, format!("{shown}: {} was looked at, and it is {}", was.words(), is.words()));
            }
            _ => {}
        }
    }
    all.sort();
    all
}

fn shown(decision: &Decision) -> String {
    let under = decision
        .envelope
        .as_ref()
        .map_or_else(|| "no envelope".to_owned(), |name| format!("envelope `{}`", escape(name)));
    format!(
        "{} `{}` of `{}` under {under}",
        decision.about.id(),
        escape(&decision.attribute),
        escape(&decision.address)
    )
}

/// Whether nothing can be decided now that could not be before. What cannot be told may be anything.
fn goes_no_further(was: &Reach, is: &Reach) -> bool {
    match (was, is) {
        (Reach::UpTo(None), Reach::UpTo(_)) => true,
        (Reach::UpTo(Some(was)), Reach::UpTo(Some(is))) => is <= was,
        (Reach::OneOf(was), Reach::OneOf(is)) => is.is_subset(was),
        // What cannot be told among them.
        _ => false,
    }
}
