//! Agentic and scaling surfaces that no envelope covers.

use remit_catalog::Kind;
use remit_governance::Dimension;

use super::rule::{Context, Reads, Rule, grouped, named, place, quorum, subject, with_doubt};
use crate::facts::Resource;
use crate::finding::{Effect, Finding};
use crate::governed::Cover;
use crate::plan::Action;

pub(super) const RULE: Rule = Rule {
    id: "ungoverned-change",
    dimension: Dimension::Governance,
    severity: Effect::Consent,
    summary: "a change is not governed: no envelope covers an agentic or scaling surface, or an object leaves its envelope",
    explain: "\
## What it checks
Objects of the types that the catalog lists as agents, models, orchestration, scaling, compute, vector stores or tools, when they are \
created, changed or replaced and no envelope's scope matches them; and objects of any type that the scope of an envelope matched before \
the change and does not match after it: moved, tagged anew or made anew in another account.

## Why
What nobody bounded, nobody decided. An agent that may create a new surface outside every envelope, or carry one out of it, has no \
limits at all.

## Example
An `aws_bedrockagent_agent` in a module that no envelope names.

## How to resolve
Widen the scope of an envelope, or declare one for it. What leaves an envelope needs the consent of that envelope's quorum.

## Unknown values
Where it cannot be told whether an envelope matches, the object counts as inside it, and the limits of that envelope apply instead.",
    verdicts: &[
        ("a surface is created, changed or replaced outside every envelope", Effect::Consent),
        ("an object leaves the scope of an envelope", Effect::Consent),
    ],
    reads: Reads::NOTHING,
    judged,
    check,
};

fn judged(cx: &Context<'_>) -> usize {
    let concerns =
        |resource: &Resource, covers: &[Cover]| is_surface(resource) || leaving(covers).next().is_some();
    cx.resources().filter(|(resource, covers)| concerns(resource, covers)).count()
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let outside = cx.resources().filter_map(|(resource, covers)| {
        let changes =
            matches!(resource.action, Action::Create | Action::Update | Action::Replace | Action::Unknown);
        let kind = remit_catalog::surface(&resource.resource_type)?.kind;
        (changes && covers.is_empty() && acts(kind)).then(|| (kind, place(resource, None, None)))
    });
    let groups = grouped(outside).into_iter();
    let mut findings: Vec<Finding> = groups
        .map(|(kind, places)| {
            let kind = kind.as_str().replace('_', " ");
            Finding::new(RULE.id, Effect::Consent, format!("no envelope covers {}", subject(&places)))
                .at(places)
                .because(format!(
                    "the catalog lists its type as a surface of the kind `{kind}`, and no scope matches it"
                ))
                .help("widen the scope of an envelope to it, or declare an envelope for it")
        })
        .collect();
    findings.extend(left(cx));
    findings
}

fn is_surface(resource: &Resource) -> bool {
    remit_catalog::surface(&resource.resource_type).is_some_and(|surface| acts(surface.kind))
}

fn leaving(covers: &[Cover]) -> impl Iterator<Item = &Cover> {
    covers.iter().filter(|cover| cover.leaves)
}

/// What an envelope governs now and would not govern any more.
fn left(cx: &Context<'_>) -> Vec<Finding> {
    let each = cx.resources().filter(|(resource, _)| !resource.deposed).flat_map(|(resource, covers)| {
        leaving(covers).map(move |cover| (cover.envelope, (place(resource, None, None), cover)))
    });
    let groups = grouped(each).into_iter();
    groups
        .filter_map(|(envelope, members)| {
            let envelope = cx.envelope(envelope)?;
            let (places, covers): (Vec<_>, Vec<&Cover>) = members.into_iter().unzip();
            let ask = quorum(envelope, RULE.dimension);
            let leave =
                if places.len() == 1 { "would leave its envelope" } else { "would leave their envelope" };
            let mut finding = Finding::new(RULE.id, Effect::Consent, format!("{} {leave}", subject(&places)))
                .at(places)
                .because(format!(
                    "the scope of {} matches before this change and not after it",
                    named(envelope)
                ))
                .help(format!("keep it in the scope, by address, tags and account, or get consent of {ask}"));
            finding.envelope = Some(envelope.name.clone());
            finding.quorum = Some(ask);
            Some(with_doubt(finding, &covers))
        })
        .collect()
}

/// Kinds that act or grow by themselves; the others are watched by dimensions of their own.
fn acts(kind: Kind) -> bool {
    match kind {
        Kind::Agent
        | Kind::Model
        | Kind::Orchestration
        | Kind::Scaling
        | Kind::Compute
        | Kind::VectorStore
        | Kind::Tool => true,
        Kind::Network | Kind::Identity | Kind::Logging | Kind::Data => false,
    }
}
