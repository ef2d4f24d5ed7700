//! Governed ceilings that `lifecycle.ignore_changes` takes out of every later plan.

use std::collections::BTreeMap;

use remit_governance::{Dimension, Envelope, Unit};

use super::rule::{Context, Reads, Rule, grouped, named, place, quorum, subject, unit_words, with_doubt};
use crate::facts::{HiddenCeiling, Overlooked, Resource};
use crate::finding::{Effect, Finding, Place};
use crate::governed::{Cover, catalog_unit};
use crate::text::escape;

pub(super) const RULE: Rule = Rule {
    id: "ceiling-hidden",
    dimension: Dimension::Capacity,
    severity: Effect::Consent,
    summary: "changes of a governed maximum are ignored, so no plan shows when it is raised",
    explain: "\
## What it checks
With `--source`: the `lifecycle.ignore_changes` of every resource whose type has a maximum, against the units that the `capacity` of an \
envelope over it limits. Naming the maximum, something around it, or `all` counts; naming only a desired count does not.

## Why
A plan does not carry `ignore_changes`. What is ignored can be raised by hand or by an agent, and neither that nor a later change of \
the configuration ever shows up in a plan again. The limit is then judged against a number that means nothing.

## Example
`ignore_changes = [max_size]` in an `aws_autoscaling_group` under `instances = { ceiling = 20 }`.

## How to resolve
Ignore the desired count only. Where the maximum has to be ignored, have people agree to it, and hold it with a control in the cloud.

## Unknown values
Where the block of a resource is not in the source (a module that was not downloaded, a file that cannot be read), it cannot be told what \
is ignored: consent. Without `--source` nothing is judged, and every report says so.",
    verdicts: &[
        ("`ignore_changes` covers a governed maximum", Effect::Consent),
        ("the block is not in the source", Effect::Consent),
    ],
    reads: Reads::NOTHING,
    judged,
    check,
};

/// What one resource is, seen from one envelope; equal ones become one finding.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    envelope: usize,
    case: Case,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Case {
    Hidden(&'static str, Vec<Unit>),
    CannotTell(String),
}

fn judged(cx: &Context<'_>) -> usize {
    let governed = |resource: &Resource, covers: &[Cover]| {
        covers
            .iter()
            .filter_map(|cover| cx.envelope(cover.envelope))
            .any(|envelope| limits(envelope, resource))
    };
    let given = cx.facts.overlooked.is_some();
    cx.resources().filter(|(resource, covers)| given && governed(resource, covers)).count()
}

fn limits(envelope: &Envelope, resource: &Resource) -> bool {
    let ceilings = remit_catalog::capacity(&resource.resource_type).map(remit_catalog::Capacity::ceilings);
    let units: Vec<_> = ceilings.unwrap_or_default().into_iter().map(|(unit, _)| unit).collect();
    envelope.limits.capacity.marks().any(|(unit, _)| units.contains(&catalog_unit(unit)))
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut seen: Vec<(Key, (Place, &Cover))> = Vec::new();
    for (index, overlooked) in cx.facts.overlooked.iter().flatten() {
        let Some(resource) = cx.resource(*index) else { continue };
        for cover in cx.covers_of(*index) {
            let Some(envelope) = cx.envelope(cover.envelope) else { continue };
            let cases = cases(envelope, resource, overlooked);
            seen.extend(
                cases
                    .into_iter()
                    .map(|(case, place)| (Key { envelope: cover.envelope, case }, (place, cover))),
            );
        }
    }
    let groups = grouped(seen).into_iter();
    groups
        .filter_map(|(key, members)| Some(finding(cx.envelope(key.envelope)?, &key.case, members)))
        .collect()
}

fn cases(envelope: &Envelope, resource: &Resource, overlooked: &Overlooked) -> Vec<(Case, Place)> {
    match overlooked {
        Overlooked::CannotTell(why) if limits(envelope, resource) => {
            vec![(Case::CannotTell(why.clone()), place(resource, None, None))]
        }
        Overlooked::CannotTell(_) => Vec::new(),
        Overlooked::Ceilings(hidden) => {
            let limited = envelope.limits.capacity.marks().map(|(unit, _)| unit);
            let mut by_attribute: BTreeMap<&HiddenCeiling, Vec<Unit>> = BTreeMap::new();
            for unit in limited {
                for ceiling in hidden.iter().filter(|hidden| hidden.units.contains(&catalog_unit(unit))) {
                    by_attribute.entry(ceiling).or_default().push(unit);
                }
            }
            let each = by_attribute.into_iter();
            each.map(|(HiddenCeiling { attribute, at, .. }, units)| {
                let place = place(resource, Some(attribute), None).written_at(at.clone());
                (Case::Hidden(attribute, units), place)
            })
            .collect()
        }
    }
}

fn finding(envelope: &Envelope, case: &Case, members: Vec<(Place, &Cover)>) -> Finding {
    let (places, covers): (Vec<Place>, Vec<&Cover>) = members.into_iter().unzip();
    let who = subject(&places);
    let ask = quorum(envelope, RULE.dimension);
    let finding = match case {
        Case::Hidden(attribute, units) => {
            let units: Vec<&str> = units.iter().map(|unit| unit_words(*unit)).collect();
            let units = units.join(" and for ");
            Finding::new(
                RULE.id,
                Effect::Consent,
                format!("no plan shows when `{attribute}` of {who} is raised"),
            )
            .because(format!("{} has a limit for {units}", named(envelope)))
            .because(format!("`lifecycle.ignore_changes` covers `{attribute}`"))
            .help(format!("ignore only what is wanted now, not the maximum, or get consent of {ask}"))
        }
        Case::CannotTell(why) => {
            let message = format!("it cannot be told whether changes of the maximum of {who} are ignored");
            Finding::new(RULE.id, Effect::Consent, message)
                .untold()
                .because(why.clone())
                .because(format!("envelope `{}` limits its capacity", escape(&envelope.name)))
                .help(format!("bring its module into the source, or get consent of {ask}"))
        }
    };
    let mut finding = finding.at(places);
    finding.envelope = Some(envelope.name.clone());
    finding.quorum = Some(ask);
    with_doubt(finding, &covers)
}
