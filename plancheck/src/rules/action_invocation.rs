//! Terraform actions that a plan would invoke.

use remit_governance::Dimension;

use super::rule::{Context, Reads, Rule, counted, grouped, under_posture, with_doubt};
use crate::finding::{Effect, Finding, Place};
use crate::governed::Cover;
use crate::plan::{Action, Invocation};

pub(super) const RULE: Rule = Rule {
    id: "action-invocation",
    dimension: Dimension::Actions,
    severity: Effect::Deny,
    summary: "the plan would invoke actions, whose effects are not in its list of changes",
    explain: "\
## What it checks
The actions that the plan would invoke, now or after a deferral, against `limits.actions` of the envelopes that cover the action or the \
resource whose change triggers it.

## Why
An action changes things without being a resource: it starts a function, stops a machine, runs a job. Nothing in the list of changes \
shows it.

## Example
`action.aws_lambda_invoke.migrate`, triggered by an update of a database.

## How to resolve
Take the trigger out, or have people agree to the action. With `actions = \"allow\"` an envelope leaves them to its agents.

## Unknown values
An action has no tags and no account of its own. Where a scope selects by those, it counts as inside. An action that no envelope covers \
needs consent too.",
    verdicts: &[
        ("an action is invoked under `actions = \"deny\"`", Effect::Deny),
        ("an action is invoked under `actions = \"consent\"`, which is the default", Effect::Consent),
        ("an action is invoked that no envelope covers", Effect::Consent),
    ],
    reads: Reads::NOTHING,
    judged: |cx| cx.facts.beyond.invocations.len().max(1),
    check,
};

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let invocations = cx.facts.beyond.invocations.iter().zip(&cx.beyond.invocations);
    let seen = invocations.flat_map(|(invocation, covers)| {
        let under = covers.iter().map(|cover| (Some(cover.envelope), Some(cover)));
        let alone = covers.is_empty().then_some((None, None));
        under.chain(alone).map(move |(envelope, cover)| (envelope, (invocation, cover)))
    });
    let groups = grouped(seen).into_iter();
    groups.filter_map(|(envelope, members)| finding(cx, envelope, &members)).collect()
}

fn finding(
    cx: &Context<'_>,
    envelope: Option<usize>,
    members: &[(&Invocation, Option<&Cover>)],
) -> Option<Finding> {
    let places = members.iter().map(|(invocation, _)| {
        let address = invocation.address.as_deref().unwrap_or("an action without an address");
        Place::new(address, Action::Invoke)
    });
    let covers: Vec<&Cover> = members.iter().filter_map(|(_, cover)| *cover).collect();
    let message = format!("{} invoked", counted(members.len(), "action would be", "actions would be"));
    let finding = match envelope {
        Some(index) => {
            let envelope = cx.envelope(index)?;
            let posture = envelope.limits.actions;
            under_posture(&RULE, envelope, ("actions", posture), message, "take the trigger out")?
        }
        None => Finding::new(RULE.id, Effect::Consent, message)
            .because("no envelope covers it")
            .help("widen the scope of an envelope to it, or have people agree to the action"),
    };
    let later = members.iter().filter(|(invocation, _)| invocation.deferred).count();
    let finding =
        if later > 0 { finding.because(format!("{later} of them after a deferral")) } else { finding };
    Some(with_doubt(finding.at(places.collect()), &covers))
}
