//! Decisions about vendor defaults that decide nothing.

use remit_governance::default_override::{Decision, DefaultRef};
use remit_governance::invalid::nearest;
use remit_governance::{DefaultOverride, Dimension};

use super::defaults::{self, Decisions};
use super::rule::{Context, Rule};
use crate::facts::Reliance;
use crate::finding::{Effect, Finding};
use crate::text::escape;

pub(super) const RULE: Rule = Rule {
    id: "override-unused",
    dimension: Dimension::Defaults,
    severity: Effect::Note,
    summary: "a default override decides nothing",
    explain: "\
## What it checks
Every `remit_default_override` that names a default which the catalog does not have; and every one that accepts a default, where the plan has \
objects of its resource type and every one of them certainly chooses a value. Where the plan has no such object nothing is said: another \
workspace may have some. `plancheck defaults audit` looks at all of them together.

## Why
An exception that nobody needs is one that somebody will find.

## Example
An override that accepts `aws-lambda-reserved-concurrency`, in a plan whose functions all reserve concurrency.

## How to resolve
Correct the name, or destroy the override.

## Unknown values
An object of which it cannot be told whether it relies on the default may need the acceptance, so nothing is said.",
    verdicts: &[
        ("the catalog does not have the default", Effect::Note),
        ("every object of the type chooses a value, so that nothing relies on the accepted default", Effect::Note),
    ],
    reads: defaults::READS,
    judged: |cx| cx.declared.overrides.len(),
    check,
};

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let decisions = Decisions::of(cx);
    decisions.all().filter_map(|(name, decided)| unused(cx, &decisions, name, decided)).collect()
}

fn unused(
    cx: &Context<'_>,
    decisions: &Decisions<'_>,
    name: &str,
    decided: &DefaultOverride,
) -> Option<Finding> {
    if let DefaultRef::Catalog(id) = &decided.default
        && !remit_catalog::has_default(id)
    {
        let finding =
            Finding::new(RULE.id, Effect::Note, format!("the catalog has no default `{}`", escape(id)))
                .because(defaults::decided_by(decided));
        return Some(
            finding.help(match nearest(id, remit_catalog::default_ids()) {
                Some(near) => format!("decide about `{near}`, or describe the default in place"),
                None => "describe the default in place; `plancheck defaults list` shows those of the catalog"
                    .to_owned(),
            }),
        );
    }
    let mut objects = decisions.objects(cx, name, decided).map(|(_, relied, _)| &relied.told).peekable();
    if decided.decision != Decision::Accept
        || objects.peek().is_none()
        || objects.any(|told| *told != Reliance::Chosen)
    {
        return None;
    }
    let message = format!("nothing in this plan relies on `{}`, which was accepted", escape(name));
    Some(
        Finding::new(RULE.id, Effect::Note, message)
            .because(defaults::decided_by(decided))
            .help("destroy the override, unless another workspace needs it"),
    )
}
