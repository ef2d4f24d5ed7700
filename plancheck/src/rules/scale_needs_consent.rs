//! Growth that people have to agree to: above `authorize_above`, not known yet, or without any limit declared for it.

use std::collections::BTreeSet;

use remit_governance::limits::{Bound, ScaleAnswer};
use remit_governance::{Dimension, Envelope, Unit, decimal};

use super::rule::{
    Context, MACHINES, Rule, amount, grouped, named, place, quorum, subject, unit_words, with_doubt,
};
use super::scale_above_ceiling::{limit_name, members, smallest, totals};
use crate::facts::{Amount, Resource};
use crate::finding::{Effect, Finding, Limit};
use crate::governed::{Cover, Footprint, catalog_unit};
use crate::plan::Action;
use crate::text::escape;

pub(super) const RULE: Rule = Rule {
    id: "scale-needs-consent",
    dimension: Dimension::Capacity,
    severity: Effect::Consent,
    summary: "a change lets the system grow in a way that people have to agree to",
    explain: "\
## What it checks
Totals that grow above `authorize_above`; amounts that cannot be told although the unit is limited; growth in units for which no envelope \
over the object declares a limit; and grants of `unlimited` that have expired. Reaching a `notify_at` percentage is a note.

## Why
Between what is free and what is forbidden lies what people decide. A missing limit is never read as unlimited.

## Example
With `instances = { ceiling = 20, authorize_above = 12 }`, growing from 10 to 15 needs consent.

## How to resolve
Stay below the mark, or get the consent of the quorum named. Where no limit is declared, declare one.

## Unknown values
A maximum that is only known after apply needs consent, and the finding says what it waits for.",
    verdicts: &[
        ("total grows above `authorize_above`", Effect::Consent),
        ("how far an object may grow cannot be told", Effect::Consent),
        ("no envelope over the object limits what it counts as", Effect::Consent),
        ("a grant of `unlimited` has expired", Effect::Consent),
        ("total reaches a `notify_at` percentage", Effect::Note),
    ],
    reads: MACHINES,
    judged: |cx| cx.footprints.iter().map(|footprint| footprint.members).sum(),
    check,
};

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for footprint in cx.footprints {
        let Some(envelope) = cx.envelope(footprint.envelope) else { continue };
        findings.extend(above_mark(cx, envelope, footprint));
        findings.extend(untold(cx, envelope, footprint));
    }
    findings.extend(undeclared(cx));
    findings
}

fn above_mark(cx: &Context<'_>, envelope: &Envelope, footprint: &Footprint) -> Option<Finding> {
    let mark = envelope.limits.capacity.mark(footprint.unit)?;
    let unit = unit_words(footprint.unit);
    let name = named(envelope);
    let mut growing = footprint.growing.clone();
    let expired = matches!(mark.ceiling(), Bound::Unlimited(grounds) if grounds.is_expired(cx.today));
    if expired {
        growing.extend(&footprint.unbounded);
    }
    let (places, covers) = members(cx, footprint, &growing);
    let who = subject(&places);
    let (mut limit, mut passes) = (None, None);
    let (effect, message, why) = match mark.judge(footprint.before, footprint.after, cx.today) {
        ScaleAnswer::NeedsConsent { authorize_above, slack } => {
            let left = slack.map_or(String::new(), |slack| {
                format!("; {} below the ceiling", amount(slack, footprint.secret))
            });
            let why =
                format!("{name} asks for consent above {} {unit}{left}", amount(authorize_above, false));
            let over = footprint.after.saturating_sub(authorize_above);
            limit = Some(Limit {
                name: limit_name(footprint.unit, "authorize_above"),
                value: decimal::text(authorize_above),
                excess: Some(format!("{} {unit}", amount(over, footprint.secret))),
            });
            passes = smallest(&places, footprint, over);
            (Effect::Consent, format!("{who} could grow to where {unit} need consent"), why)
        }
        ScaleAnswer::Notify { percent, .. } => (
            Effect::Note,
            format!("{unit} reach {percent} % of the ceiling"),
            format!("{name} asks to be told at {percent} %"),
        ),
        _ if expired && !growing.is_empty() => {
            let Bound::Unlimited(grounds) = mark.ceiling() else { return None };
            let why = format!(
                "{name} granted `unlimited` by `{}` until {}",
                escape(grounds.owner.as_str()),
                grounds.expires
            );
            (
                Effect::Consent,
                format!("{who} would grow under a grant of unlimited {unit} that has expired"),
                why,
            )
        }
        _ => return None,
    };
    let mut finding =
        Finding::new(RULE.id, effect, message).at(places).because(why).because(totals(footprint, unit));
    if effect == Effect::Consent {
        finding.slack = cx.slack_elsewhere(footprint, &growing);
        finding = asking(finding, envelope, "stay below the mark");
    }
    finding.envelope = Some(envelope.name.clone());
    (finding.limit, finding.passes) = (limit, passes);
    Some(with_doubt(finding, &covers))
}

fn asking(mut finding: Finding, envelope: &Envelope, instead: &str) -> Finding {
    let ask = quorum(envelope, RULE.dimension);
    finding = finding.help(format!("{instead}, or get consent of {ask}"));
    finding.quorum = Some(ask);
    finding
}

/// Amounts that cannot be told, one finding per reason.
fn untold(cx: &Context<'_>, envelope: &Envelope, footprint: &Footprint) -> Vec<Finding> {
    if envelope.limits.capacity.mark(footprint.unit).is_none() {
        return Vec::new();
    }
    let reasons = footprint.untold.iter().filter_map(|index| {
        match cx.resource(*index)?.capacity_after.amount(catalog_unit(footprint.unit))? {
            Amount::CannotTell(why) => Some((why, *index)),
            _ => None,
        }
    });
    let unit = unit_words(footprint.unit);
    let groups = grouped(reasons).into_iter();
    groups
        .map(|(why, indexes)| {
            let (places, covers) = members(cx, footprint, &indexes);
            let message = format!("how many {unit} {} could grow to cannot be told", subject(&places));
            let finding = Finding::new(RULE.id, Effect::Consent, message)
                .untold()
                .at(places)
                .because(why)
                .because(format!("{} limits {unit}", named(envelope)));
            let mut finding = asking(finding, envelope, "make the maximum known in the plan");
            finding.envelope = Some(envelope.name.clone());
            with_doubt(finding, &covers)
        })
        .collect()
}

/// Growth in something that no envelope over the object limits. One limited unit is enough: a node is also an instance.
fn undeclared(cx: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (resource, covers) in
        cx.resources().filter(|(resource, covers)| !resource.deposed && !covers.is_empty())
    {
        let units = growing_units(resource);
        let limited = |unit: &Unit| {
            covers
                .iter()
                .filter_map(|cover| cx.envelope(cover.envelope))
                .any(|envelope| envelope.limits.capacity.mark(*unit).is_some())
        };
        if !units.is_empty()
            && !units.iter().any(limited)
            && let Some(first) = covers.first()
        {
            let words: Vec<&str> = units.iter().map(|unit| unit_words(*unit)).collect();
            found.push(((first.envelope, words.join(" or ")), (resource, first)));
        }
    }
    let groups = grouped(found).into_iter();
    groups
        .filter_map(|((envelope, words), members)| {
            Some(undeclared_finding(cx.envelope(envelope)?, &words, &members))
        })
        .collect()
}

fn undeclared_finding(envelope: &Envelope, words: &str, members: &[(&Resource, &Cover)]) -> Finding {
    let places: Vec<_> = members.iter().map(|(resource, _)| place(resource, None, None)).collect();
    let covers: Vec<&Cover> = members.iter().map(|(_, cover)| *cover).collect();
    let message = format!("no limit is declared for the {words} of {}", subject(&places));
    let finding = Finding::new(RULE.id, Effect::Consent, message).at(places).because(format!(
        "{} governs this and says nothing about {words}; a missing limit is not unlimited",
        named(envelope)
    ));
    let mut finding = asking(finding, envelope, "declare `limits.capacity` for it in the envelope");
    finding.envelope = Some(envelope.name.clone());
    with_doubt(finding, &covers)
}

/// Units that the object's attributes measure and in which it may grow.
fn growing_units(resource: &Resource) -> BTreeSet<Unit> {
    if matches!(resource.action, Action::NoOp | Action::Delete | Action::Forget | Action::Read) {
        return BTreeSet::new();
    }
    let units = Unit::WORDS.iter().map(|(_, unit)| *unit);
    units
        .filter(|unit| {
            let key = catalog_unit(*unit);
            if resource.capacity_after.unmeasured.contains(&key) {
                return false;
            }
            let before = resource.capacity_before.amount(key);
            match resource.capacity_after.amount(key) {
                None => false,
                Some(Amount::Known(after)) => match before {
                    Some(Amount::Known(before)) => after > before,
                    Some(Amount::Unbounded(_)) => false,
                    Some(Amount::CannotTell(_)) => true,
                    None => !after.is_zero(),
                },
                Some(Amount::Unbounded(_)) => !matches!(before, Some(Amount::Unbounded(_))),
                Some(Amount::CannotTell(_)) => true,
            }
        })
        .collect()
}
