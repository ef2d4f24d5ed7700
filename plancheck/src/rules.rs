//! All rules, in the order of reports. What each one does stands in its own file; to add one, add a file and a line here, and a
//! folder with its fixtures under `tests/rules/`.

mod action_invocation;
mod change_not_understood;
mod deferred_change;
mod drifted_outside_terraform;
mod envelope_review_overdue;
mod freeze_window;
mod plan_not_applyable;
mod plan_partial;
mod region_outside_envelope;
mod rule;
mod scale_above_ceiling;
mod scale_needs_consent;
mod scale_unbounded;
mod ungoverned_change;

pub use rule::{Context, Reads, Rule};

use remit_governance::Envelope;

use crate::facts::Asked;

/// The rules.
pub const RULES: &[Rule] = &[
    region_outside_envelope::RULE,
    scale_above_ceiling::RULE,
    scale_unbounded::RULE,
    scale_needs_consent::RULE,
    ungoverned_change::RULE,
    action_invocation::RULE,
    drifted_outside_terraform::RULE,
    envelope_review_overdue::RULE,
    freeze_window::RULE,
    deferred_change::RULE,
    plan_partial::RULE,
    plan_not_applyable::RULE,
    change_not_understood::RULE,
];

/// What the rules have to know of a plan; `None` where the envelopes are not known before it is read.
pub(crate) fn asked(envelopes: Option<&[Envelope]>) -> Asked {
    rule::asked(RULES, envelopes)
}
