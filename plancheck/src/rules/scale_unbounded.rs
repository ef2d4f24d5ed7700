//! Things that nothing bounds, where an envelope has a ceiling for them.

use remit_governance::limits::Bound;
use remit_governance::{Dimension, Envelope};

use super::rule::{Context, MACHINES, Rule, named, quorum, subject, unit_words, with_doubt};
use super::scale_above_ceiling::members;
use crate::facts::Amount;
use crate::finding::{Effect, Finding};
use crate::governed::{Footprint, catalog_unit};
use crate::text::escape;

pub(super) const RULE: Rule = Rule {
    id: "scale-unbounded",
    dimension: Dimension::Capacity,
    severity: Effect::Deny,
    summary: "a change lets something grow without any maximum although a ceiling governs it",
    explain: "\
## What it checks
Objects for which no maximum is set, in a unit for which an envelope over them has a `ceiling`. Absent is unlimited: `0` is a value, `-1` \
is not a limit.

## Why
An absent maximum is above every ceiling, and it is what one gets by leaving an attribute out.

## Example
An `aws_lambda_function` with `reserved_concurrent_executions = -1` under `concurrency = { ceiling = 200 }` is denied.

## How to resolve
Set the maximum. If there really is to be none, the envelope must say `unlimited` with a reason, an owner and an end.

## Unknown values
A maximum that is only known after apply is not absent; `scale-needs-consent` asks for consent for it.",
    verdicts: &[
        ("no maximum is set, and the unit has a `ceiling`", Effect::Deny),
        ("there was none before the change either", Effect::Note),
        ("the envelope grants `unlimited`, and the grant is in force", Effect::Note),
    ],
    reads: MACHINES,
    judged: |cx| cx.footprints.iter().map(|footprint| footprint.members).sum(),
    check,
};

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for footprint in cx.footprints {
        let Some(envelope) = cx.envelope(footprint.envelope) else { continue };
        let Some(mark) = envelope.limits.capacity.mark(footprint.unit) else { continue };
        match mark.ceiling() {
            Bound::At(_) => findings.extend(denied(cx, envelope, footprint)),
            Bound::Unlimited(grounds) if !grounds.is_expired(cx.today) => {
                findings.extend(granted(cx, envelope, footprint));
            }
            // An expired grant is no limit at all: `scale-needs-consent` asks.
            Bound::Unlimited(_) => {}
        }
        findings.extend(before(cx, envelope, footprint));
    }
    findings
}

fn denied(cx: &Context<'_>, envelope: &Envelope, footprint: &Footprint) -> Option<Finding> {
    if footprint.unbounded.is_empty() {
        return None;
    }
    let unit = unit_words(footprint.unit);
    let (places, covers) = members(cx, footprint, &footprint.unbounded);
    let ask = quorum(envelope, RULE.dimension);
    let mut finding =
        Finding::new(RULE.id, Effect::Deny, format!("nothing bounds the {unit} of {}", subject(&places)))
            .at(places)
            .because(format!("{} has a ceiling for {unit}", named(envelope)))
            .help(format!("set a maximum, or grant `unlimited` in the envelope first (needs {ask})"));
    let mut reasons: Vec<String> =
        footprint.unbounded.iter().filter_map(|index| reason(cx, footprint, *index)).collect();
    reasons.sort();
    reasons.dedup();
    finding.why.extend(reasons);
    finding.envelope = Some(envelope.name.clone());
    Some(with_doubt(finding, &covers))
}

fn reason(cx: &Context<'_>, footprint: &Footprint, index: usize) -> Option<String> {
    match cx.resource(index)?.capacity_after.amount(catalog_unit(footprint.unit))? {
        Amount::Unbounded(why) => Some(why),
        _ => None,
    }
}

fn granted(cx: &Context<'_>, envelope: &Envelope, footprint: &Footprint) -> Option<Finding> {
    if footprint.unbounded.is_empty() {
        return None;
    }
    let (places, _) = members(cx, footprint, &footprint.unbounded);
    let message =
        format!("nothing bounds the {} of {}, as granted", unit_words(footprint.unit), subject(&places));
    let mut finding = Finding::new(RULE.id, Effect::Note, message)
        .at(places)
        .because(format!("{} grants `unlimited`", named(envelope)));
    finding.envelope = Some(envelope.name.clone());
    Some(finding)
}

fn before(cx: &Context<'_>, envelope: &Envelope, footprint: &Footprint) -> Option<Finding> {
    if footprint.unbounded_before.is_empty() {
        return None;
    }
    let (places, _) = members(cx, footprint, &footprint.unbounded_before);
    let unit = unit_words(footprint.unit);
    let message = format!("nothing bounds the {unit} of {}, and nothing did before", subject(&places));
    let why =
        format!("envelope `{}` has a limit for {unit}, of which these are not part", escape(&envelope.name));
    let mut finding = Finding::new(RULE.id, Effect::Note, message).at(places).because(why);
    finding.envelope = Some(envelope.name.clone());
    Some(finding)
}
