//! Changes in a time in which nothing may grow.

use remit_governance::Dimension;
use remit_governance::envelope::Freeze;

use super::rule::{Context, Reads, Rule, consent_of, grouped, named, place, quorum, subject, with_doubt};
use crate::facts::{Amount, Resource};
use crate::finding::{Effect, Finding};
use crate::governed::Cover;
use crate::plan::Action;
use crate::text::escape;

pub(super) const RULE: Rule = Rule {
    id: "freeze-window",
    dimension: Dimension::Growth,
    severity: Effect::Consent,
    summary: "a change that is no reduction falls into a freeze of its envelope",
    explain: "\
## What it checks
Whether a freeze of an envelope is in force at the time of the check, for every change under the envelope that does not only reduce: \
everything but a deletion, and an update that lowers how far something may grow and raises nothing.

## Why
In a freeze people have decided that nothing moves unless they are asked. Making things smaller stays possible, since that is what is \
needed when something goes wrong.

## Example
A new queue on the 24th of December, in a freeze from the 20th until the 3rd of January.

## How to resolve
Wait until the freeze ends, or have people agree to the change.

## Unknown values
A change of which it cannot be told whether it only reduces counts as one that does not.",
    verdicts: &[("a change in a freeze that is no reduction", Effect::Consent)],
    reads: Reads::NOTHING,
    judged,
    check,
};

fn judged(cx: &Context<'_>) -> usize {
    let frozen =
        |cover: &Cover| cx.envelope(cover.envelope).is_some_and(|envelope| !envelope.freezes.is_empty());
    cx.changes().filter(|(_, covers)| covers.iter().any(frozen)).count()
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let freeze = |index: usize| cx.envelope(index).and_then(|envelope| envelope.freeze_at(cx.now));
    let seen = cx.changes().filter(|(resource, _)| !only_reduces(resource)).flat_map(|(resource, covers)| {
        let frozen = covers.iter().filter(|cover| freeze(cover.envelope).is_some());
        frozen.map(move |cover| (cover.envelope, (place(resource, None, None), cover)))
    });
    let groups = grouped(seen).into_iter();
    groups
        .filter_map(|(index, members)| {
            let (envelope, freeze) = (cx.envelope(index)?, freeze(index)?);
            let (places, covers): (Vec<_>, Vec<&Cover>) = members.into_iter().unzip();
            let ask = quorum(envelope, RULE.dimension);
            let verb = if places.len() == 1 { "changes" } else { "change" };
            let finding =
                Finding::new(RULE.id, Effect::Consent, format!("{} {verb} in a freeze", subject(&places)))
                    .at(places)
                    .because(format!("{} is frozen {}", named(envelope), words(freeze)))
                    .help(format!("wait until {}, or get consent of {ask}", freeze.until));
            Some(with_doubt(consent_of(finding, envelope, ask), &covers))
        })
        .collect()
}

fn words(freeze: &Freeze) -> String {
    let (from, until, owner) = (freeze.from, freeze.until, escape(freeze.owner.as_str()));
    format!("from {from} until {until} for `{}` by `{owner}`", escape(&freeze.reason))
}

/// Whether nothing of an object grows and something of it shrinks.
fn only_reduces(resource: &Resource) -> bool {
    match resource.action {
        Action::Delete => true,
        Action::Update => {
            let mut lower = false;
            // Units that attributes never say cannot be seen to grow either.
            let counted = resource.capacity_before.counted.iter().chain(&resource.capacity_after.counted);
            for unit in counted.map(|counted| counted.unit) {
                match (resource.capacity_before.amount(unit), resource.capacity_after.amount(unit)) {
                    (None, None) => {}
                    (Some(Amount::Known(before)), Some(Amount::Known(after))) if after <= before => {
                        lower |= after < before;
                    }
                    (Some(Amount::Unbounded(_)), Some(Amount::Known(_))) => lower = true,
                    _ => return false,
                }
            }
            lower
        }
        _ => false,
    }
}
