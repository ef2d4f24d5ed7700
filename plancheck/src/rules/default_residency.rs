//! Vendor defaults that decide where data goes, under envelopes that say where it may.

use remit_catalog::{Risk, Role, SubjectMatter, VendorDefault};
use remit_governance::limits::Limits;
use remit_governance::{Dimension, Posture};

use super::defaults;
use super::rule::{Rule, named};
use super::undecided::Undecided;
use crate::facts::{Relied, Resource, Said};
use crate::finding::Effect;

pub(super) const RULE: Rule = Rule {
    id: "default-residency",
    dimension: Dimension::Regions,
    severity: Effect::Deny,
    summary: "a vendor's default, or an offer of a vendor, takes data elsewhere than the envelope's regions",
    explain: "\
## What it checks
The defaults of the catalog about residency that a created or changed object would newly rely on, and the offers of vendors that it would newly \
take (a tier, a store, a SKU), under every envelope over it that limits `regions`. Which region a resource runs in is judged by \
`region-outside-envelope`, where a model computes by `cross-region-inference`, and a store elsewhere by `integration-not-allowed` where the \
envelope lists endpoints; this rule is about what none of them sees.

## Why
Where nothing is said, the vendor decides where data is kept and processed, and decides by what is cheap and available.

## Example
A `google_pubsub_topic` without `message_storage_policy`: messages may be stored in any region. A Bedrock guardrail of the tier `STANDARD`, \
which is always computed across regions.

## How to resolve
Write where it may go, or take the offer that stays. Or write the decision down with a `remit_default_override`; \
`plancheck defaults scaffold` writes the block.

## Unknown values
Where a plan does not tell absence from a value, people are asked. Rows of the catalog that nobody compared with their source are told and \
never ask.",
    verdicts: &[
        ("a default or an offer of high or critical risk, where `limits.defaults` is `\"deny\"`", Effect::Deny),
        ("a default or an offer of high or critical risk", Effect::Consent),
        ("it cannot be told whether a default of high or critical risk is relied on", Effect::Consent),
        ("a row of the catalog that was not verified", Effect::Note),
    ],
    reads: defaults::READS,
    judged: defaults::judged,
    check: |cx| UNDECIDED.check(&RULE, cx),
};

const UNDECIDED: Undecided = Undecided {
    concerns: |row| row.subject_matter == SubjectMatter::Residency,
    told_elsewhere,
    effect,
    because: |envelope| {
        format!("{} limits regions, and this goes beyond what a region says", named(envelope))
    },
};

/// Models and SKUs are judged by where they compute, what is connected to by its host, and regions by their name.
fn told_elsewhere(resource: &Resource, relied: &Relied, row: &VendorDefault, limits: &Limits) -> bool {
    let is = |path: &remit_catalog::Path| path.as_str() == row.attribute_path;
    let hosts = limits.integrations.endpoints.is_some().then_some(Role::Integration);
    let mut roles = [Role::Model, Role::Inference].into_iter().chain(hosts);
    let named = remit_catalog::surface(&resource.resource_type)
        .is_some_and(|surface| roles.any(|role| surface.paths(role).iter().any(is)));
    let Some(remit_catalog::RegionSource::Read(location)) =
        remit_catalog::region_source(&resource.resource_type)
    else {
        return named;
    };
    named || (matches!(relied.said, Said::Texts(_)) && location.attributes.iter().any(is))
}

fn effect(posture: Option<Posture>, row: &VendorDefault, untold: bool) -> Option<Effect> {
    match posture {
        _ if row.risk < Risk::High => None,
        _ if !row.verified => (!untold).then_some(Effect::Note),
        Some(Posture::Deny) if !untold => Some(Effect::Deny),
        _ => Some(Effect::Consent),
    }
}
