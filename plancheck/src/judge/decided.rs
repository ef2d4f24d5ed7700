//! Decisions about vendor defaults that no rule can judge by, which is said.

use remit_catalog::Applies;
use remit_governance::default_override::DefaultRef;

use crate::declared::Declared;
use crate::report::{NotJudged, Origin};
use crate::text::escape;

/// What cannot be judged, and why.
pub(super) fn not_judged(declared: &Declared, origin: &Origin) -> Vec<NotJudged> {
    let each = declared.overrides.iter().filter_map(|decided| {
        let why = match &decided.default {
            DefaultRef::Catalog(id) if remit_catalog::orchestrator_default(id).is_some() => {
                "a plan does not show what the code of agents sets; `plancheck defaults audit --python` reviews it"
            }
            DefaultRef::Catalog(id) => match remit_catalog::default(id)?.when {
                None | Some(Applies::Undeclared(_)) => "a plan does not show whether anything relies on it",
                Some(_) => return None,
            },
            // The attributes to keep of a plan are chosen before its prior state is read.
            DefaultRef::Described(_) if *origin == Origin::PriorState => {
                "a default that is described in place is judged under a lock only"
            }
            _ => return None,
        };
        let what = format!("the decision about `{}`", escape(&decided.name()));
        Some(NotJudged { what, envelope: None, why: why.to_owned() })
    });
    each.collect()
}
