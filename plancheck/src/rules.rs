//! All rules, in the order of reports. What each one does stands in its own file; to add one, add a file and a line here, and a
//! folder with its fixtures under `tests/rules/`.

mod action_invocation;
mod agent_privilege_widened;
mod approver_changed;
mod ceiling_hidden;
mod change_not_understood;
mod change_too_wide;
mod choice;
mod cross_region_inference;
mod data_deletion;
mod default_residency;
mod defaults;
mod deferred_change;
mod drifted_outside_terraform;
mod envelope_review_overdue;
mod freeze_window;
mod governance_weakened;
mod growth_over_time;
mod growth_per_change;
mod instance_type_not_allowed;
mod integration_not_allowed;
mod logging_reduced;
mod model_not_allowed;
mod names;
mod override_contradicted;
mod override_expired;
mod override_in_use;
mod override_unused;
mod plan_not_applyable;
mod plan_partial;
mod provider_not_allowed;
mod public_exposure;
mod rationale_missing;
mod region_outside_envelope;
mod rule;
mod scale_above_ceiling;
mod scale_needs_consent;
mod scale_unbounded;
mod service_not_allowed;
mod signs;
mod tag_missing;
mod undecided;
mod ungoverned_change;
mod vendor_default_ungoverned;

pub use rule::{Context, Reads, Rule};

pub(crate) use provider_not_allowed::names as provider_names;

use remit_governance::Envelope;

use crate::declared::Declared;
use crate::facts::Asked;

/// The rules.
pub const RULES: &[Rule] = &[
    region_outside_envelope::RULE,
    cross_region_inference::RULE,
    scale_above_ceiling::RULE,
    scale_unbounded::RULE,
    scale_needs_consent::RULE,
    ceiling_hidden::RULE,
    growth_per_change::RULE,
    growth_over_time::RULE,
    change_too_wide::RULE,
    instance_type_not_allowed::RULE,
    model_not_allowed::RULE,
    integration_not_allowed::RULE,
    provider_not_allowed::RULE,
    service_not_allowed::RULE,
    tag_missing::RULE,
    ungoverned_change::RULE,
    default_residency::RULE,
    vendor_default_ungoverned::RULE,
    override_contradicted::RULE,
    override_expired::RULE,
    override_in_use::RULE,
    override_unused::RULE,
    agent_privilege_widened::RULE,
    governance_weakened::RULE,
    approver_changed::RULE,
    public_exposure::RULE,
    logging_reduced::RULE,
    data_deletion::RULE,
    action_invocation::RULE,
    drifted_outside_terraform::RULE,
    envelope_review_overdue::RULE,
    freeze_window::RULE,
    rationale_missing::RULE,
    deferred_change::RULE,
    plan_partial::RULE,
    plan_not_applyable::RULE,
    change_not_understood::RULE,
];

/// What the rules have to know of a plan; `None` where what is declared is not known before it is read.
pub(crate) fn asked(declared: Option<&Declared>) -> Asked {
    let envelopes: Option<&[Envelope]> = declared.map(|declared| declared.envelopes.as_slice());
    let overrides = declared.map(|declared| declared.overrides.as_slice());
    Asked { defaults: defaults::asked(envelopes, overrides), ..rule::asked(RULES, envelopes) }
}

/// The same, now that it is known, of a plan of which was kept what anybody could ask for.
pub(crate) fn asked_late(kept: Asked, declared: &Declared) -> Asked {
    let mut defaults = defaults::asked(Some(&declared.envelopes), Some(&declared.overrides));
    defaults.described.clear();
    Asked { defaults, ..kept }
}
