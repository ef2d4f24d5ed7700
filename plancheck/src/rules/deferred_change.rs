//! Changes that the plan puts off.

use remit_governance::Dimension;

use super::rule::{Context, Reads, Rule, consent_of, counted, grouped, named, place, quorum, with_doubt};
use crate::facts::Deferred;
use crate::finding::{Effect, Finding, Place};
use crate::governed::Cover;
use crate::text::escape;

pub(super) const RULE: Rule = Rule {
    id: "deferred-change",
    dimension: Dimension::Governance,
    severity: Effect::Consent,
    summary: "a change is put off to a later plan, and not judged",
    explain: "\
## What it checks
Whether the plan defers changes, which then stand beside the list of changes and not in it.

## Why
Of a deferred change hardly anything is known: neither how many objects it will make nor where. Whoever agrees to the plan agrees to a \
beginning of which the rest is open.

## Example
An `aws_instance` whose `count` depends on something that does not exist yet.

## How to resolve
Apply what can be applied, then judge the rest when it is planned; or have people agree to a plan that leaves it open.

## Unknown values
A deferred change is unknown as such and always needs consent: of every envelope that covers it, or may cover it.",
    verdicts: &[("a change is deferred", Effect::Consent)],
    reads: Reads::NOTHING,
    judged: |cx| cx.facts.beyond.deferred.len().max(1),
    check,
};

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let deferred = cx.facts.beyond.deferred.iter().zip(&cx.beyond.deferred);
    let seen = deferred.flat_map(|(deferred, covers)| {
        let under = covers.iter().map(|cover| (Some(cover.envelope), Some(cover)));
        let alone = covers.is_empty().then_some((None, None));
        let reason = deferred.reason.as_deref().unwrap_or("no reason given");
        under.chain(alone).map(move |(envelope, cover)| ((envelope, reason), (deferred, cover)))
    });
    let groups = grouped(seen).into_iter();
    groups.map(|((envelope, reason), members)| finding(cx, envelope, reason, &members)).collect()
}

fn finding(
    cx: &Context<'_>,
    envelope: Option<usize>,
    reason: &str,
    members: &[(&Deferred, Option<&Cover>)],
) -> Finding {
    let places: Vec<Place> = members
        .iter()
        .filter_map(|(deferred, _)| Some(place(deferred.resource.as_ref()?, None, None)))
        .collect();
    let covers: Vec<&Cover> = members.iter().filter_map(|(_, cover)| *cover).collect();
    let message = format!("{} deferred, and not judged", counted(members.len(), "change is", "changes are"));
    let finding = Finding::new(RULE.id, Effect::Consent, message)
        .at(places)
        .because(format!("Terraform gives `{}` as the reason", escape(reason)));
    let rest = "apply what can be applied, then judge the rest when it is planned";
    let Some(envelope) = envelope.and_then(|index| cx.envelope(index)) else {
        return finding.because("no envelope covers it").help(rest);
    };
    let ask = quorum(envelope, RULE.dimension);
    let finding = finding
        .because(format!("{} covers what will come of it", named(envelope)))
        .help(format!("{rest}, or get consent of {ask}"));
    with_doubt(consent_of(finding, envelope, ask), &covers)
}
