//! An envelope wants to know why, and nobody says.

use remit_governance::{Dimension, Envelope};

use super::rule::{Context, Reads, Rule, consent_of, counted, named, place, quorum, subject, with_doubt};
use crate::facts::Resource;
use crate::finding::{Effect, Finding};
use crate::governed::Cover;

pub(super) const RULE: Rule = Rule {
    id: "rationale-missing",
    dimension: Dimension::Governance,
    severity: Effect::Consent,
    summary: "a change is proposed without saying why, under an envelope that requires it",
    explain: "\
## What it checks
Whether `--rationale` was given, where an envelope with `consent.require_rationale = true` governs anything that changes.

## Why
Metrics say what happened. Why it was decided is known only to whoever decided, and only at that time; nobody can write it down later.

## Example
An autoscaling agent raises a maximum and its pipeline runs `plancheck check` without `--rationale`.

## How to resolve
Have the agent or orchestrator write its objective and the alternatives it considered into a small JSON file, and give that with \
`--rationale`. What it says opens nothing else.

## Unknown values
Nothing here depends on values of the plan. What may be inside an envelope counts as inside.",
    verdicts: &[("something governed changes and no rationale is given", Effect::Consent)],
    reads: Reads::NOTHING,
    judged: |cx| asking(cx).map(|(_, changes)| changes.len()).sum(),
    check: |cx| if cx.rationale { Vec::new() } else { asking(cx).map(|(envelope, changes)| judge(envelope, &changes)).collect() },
};

type Governed<'a> = Vec<(&'a Resource, &'a Cover)>;

/// The envelopes that ask for reasons, with what changes under them.
fn asking<'a>(cx: &Context<'a>) -> impl Iterator<Item = (&'a Envelope, Governed<'a>)> {
    let all: Governed<'a> = cx
        .changes()
        .flat_map(|(resource, covers)| covers.iter().map(move |cover| (resource, cover)))
        .collect();
    let asks = cx.envelopes.iter().enumerate().filter(|(_, envelope)| envelope.consent.require_rationale);
    asks.filter_map(move |(index, envelope)| {
        let own: Governed<'a> = all.iter().filter(|(_, cover)| cover.envelope == index).copied().collect();
        (!own.is_empty()).then_some((envelope, own))
    })
}

fn judge(envelope: &Envelope, changes: &Governed<'_>) -> Finding {
    let places: Vec<_> = changes.iter().map(|(resource, _)| place(resource, None, None)).collect();
    let covers: Vec<&Cover> = changes.iter().map(|(_, cover)| *cover).collect();
    let ask = quorum(envelope, RULE.dimension);
    let what = counted(changes.len(), "change is", "changes are");
    let message = match places.as_slice() {
        [_] => format!("{} would change, and nobody says why", subject(&places)),
        _ => format!("{what} proposed, and nobody says why"),
    };
    let finding = Finding::new(RULE.id, Effect::Consent, message)
        .at(places)
        .because(format!("{} has `consent.require_rationale = true`", named(envelope)))
        .limit("consent.require_rationale", "true")
        .help(format!("say why with `--rationale`, or get consent of {ask}"));
    with_doubt(consent_of(finding, envelope, ask), &covers)
}
