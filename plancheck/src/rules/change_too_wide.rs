//! How many resources one change creates.

use remit_governance::{Decimal, Dimension, Envelope, decimal};

use super::rule::{Context, Reads, Rule, named, place, quorum, with_doubt};
use crate::facts::Resource;
use crate::finding::{Effect, Finding};
use crate::governed::Cover;
use crate::plan::Action;

pub(super) const RULE: Rule = Rule {
    id: "change-too-wide",
    dimension: Dimension::Growth,
    severity: Effect::Consent,
    summary: "one change creates more resources than its envelope allows at once",
    explain: "\
## What it checks
How many objects under the envelope one change would create, against `limits.growth.resources_per_change`. Objects that are made anew in \
place of others do not count; one whose action this version does not know does.

## Why
A change of hundreds of resources is approved, not read.

## Example
With `growth = { resources_per_change = 25 }`, a plan that creates 26 objects under the envelope needs consent.

## How to resolve
Split the change, or get the consent of the quorum named.

## Unknown values
How many objects a plan creates is always known. Those of which it cannot be told whether the envelope governs them count as inside.",
    verdicts: &[("more objects are created than `resources_per_change`", Effect::Consent)],
    reads: Reads::NOTHING,
    judged: |cx| limited(cx).map(|(index, ..)| created(cx, index).count()).sum(),
    check: |cx| limited(cx).filter_map(|(index, envelope, most)| judge(cx, index, envelope, most)).collect(),
};

fn limited<'a>(cx: &Context<'a>) -> impl Iterator<Item = (usize, &'a Envelope, Decimal)> {
    let all = cx.envelopes.iter().enumerate();
    all.filter_map(|(index, envelope)| {
        Some((index, envelope, envelope.limits.growth.as_ref()?.resources_per_change?))
    })
}

fn created<'a>(cx: &Context<'a>, envelope: usize) -> impl Iterator<Item = (&'a Resource, &'a Cover)> {
    let adds = |resource: &Resource| matches!(resource.action, Action::Create | Action::Unknown);
    let all = cx.resources().filter(move |(resource, _)| !resource.deposed && adds(resource));
    all.filter_map(move |(resource, covers)| {
        Some((resource, covers.iter().find(|cover| cover.envelope == envelope)?))
    })
}

fn judge(cx: &Context<'_>, index: usize, envelope: &Envelope, most: Decimal) -> Option<Finding> {
    let count = created(cx, index).count();
    let over = Decimal::from(count).checked_sub(most).filter(|over| *over > Decimal::ZERO)?;
    let (places, covers): (Vec<_>, Vec<_>) =
        created(cx, index).map(|(resource, cover)| (place(resource, None, None), cover)).unzip();
    let ask = quorum(envelope, RULE.dimension);
    let finding =
        Finding::new(RULE.id, Effect::Consent, format!("{count} resources would be created in one change"))
            .at(places)
            .of(envelope.name.clone())
            .limit("limits.growth.resources_per_change", decimal::text(most))
            .beyond_by(format!("{} resources", decimal::text(over)))
            .because(format!("{} allows {} per change", named(envelope), decimal::text(most)))
            .help(format!("split the change, or get consent of {ask}"))
            .quorum(ask);
    Some(with_doubt(finding, &covers))
}
