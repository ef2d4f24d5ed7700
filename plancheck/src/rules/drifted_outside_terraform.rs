//! What somebody raised or moved outside Terraform, and the plan would leave so.

mod signs;

use foldhash::{HashMap, HashSet};
use remit_governance::{Dimension, Unit};

use super::rule::{
    Context, Reads, Rule, amount, consent_of, grouped, named, place, quorum, subject, unit_words, with_doubt,
};
use crate::facts::{Amount, Resource};
use crate::finding::{Effect, Finding, Place, Shown};
use crate::governed::{Cover, catalog_unit};
use crate::plan::Action;

pub(super) const RULE: Rule = Rule {
    id: "drifted-outside-terraform",
    dimension: Dimension::Governance,
    severity: Effect::Consent,
    summary: "something was raised, opened or weakened outside Terraform, and the plan would leave it so",
    explain: "\
## What it checks
What Terraform found changed since it last ran: whether something under an envelope may now grow further in a unit that the envelope limits, \
or has left the scope of its envelope; and whether this plan takes that back.

## Why
A maximum raised in a console or by an agent's API call has passed no check. Terraform folds it into the state in silence, and from then on \
it looks as if it had always been so.

## Example
An auto scaling group whose `max_size` was 10 in the state and is 40 in the cloud, under `ignore_changes`.

## How to resolve
Let the configuration say the value that was agreed on, so that the plan takes the drift back; or have people agree to the new one.

## Unknown values
Where it cannot be told how far something may grow now, or whether the plan takes it back, people have to look.",
    verdicts: &[
        ("a ceiling was raised outside Terraform and stays raised", Effect::Consent),
        ("an object left its envelope outside Terraform", Effect::Consent),
        ("a control was weakened, something opened, a record cut or data lost outside Terraform", Effect::Consent),
        ("it cannot be told whether the plan takes it back", Effect::Consent),
        ("the plan takes back what was done outside Terraform", Effect::Note),
    ],
    reads: Reads::NOTHING,
    judged: |cx| cx.facts.beyond.drift.len().max(1),
    check,
};

/// What became of a raise, gravest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Stays,
    CannotTell,
    Left,
    TakenBack,
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let drift = cx.facts.beyond.drift.iter().zip(&cx.beyond.drift).filter(|(resource, _)| !resource.deposed);
    let mut seen = Vec::new();
    let drifted: HashSet<&str> = cx.facts.beyond.drift.iter().map(|resource| &*resource.address).collect();
    let planned = cx.facts.resources.iter().filter(|resource| !resource.deposed);
    let planned: HashMap<&str, &Resource> = planned
        .map(|resource| (&*resource.address, resource))
        .filter(|(address, _)| drifted.contains(address))
        .collect();
    for (resource, covers) in drift {
        let planned = planned.get(&*resource.address).copied();
        for cover in covers.iter() {
            let Some(envelope) = cx.envelope(cover.envelope) else { continue };
            for (unit, _) in envelope.limits.capacity.marks() {
                let Some(fate) = raised(resource, planned, unit) else { continue };
                seen.push(((cover.envelope, fate, Some(unit)), (raise(resource, unit), cover)));
            }
            if cover.leaves {
                seen.push(((cover.envelope, Fate::Left, None), (place(resource, None, None), cover)));
            }
        }
    }
    let groups = grouped(seen).into_iter();
    let raised =
        groups.filter_map(|((envelope, fate, unit), members)| finding(cx, envelope, fate, unit, members));
    let planned = |resource: &Resource| planned.get(&*resource.address).copied();
    raised.chain(signs::check(cx, planned)).collect()
}

fn raised(drifted: &Resource, planned: Option<&Resource>, unit: Unit) -> Option<Fate> {
    let unit = catalog_unit(unit);
    let (before, after) = (drifted.capacity_before.amount(unit), drifted.capacity_after.amount(unit));
    if before == after || !grew(before.as_ref(), after.as_ref()) {
        return None;
    }
    let Some(planned) = planned else { return Some(Fate::Stays) };
    if matches!(planned.action, Action::Delete) {
        return Some(Fate::TakenBack);
    }
    let becomes = planned.capacity_after.amount(unit);
    match (&before, &becomes) {
        (_, Some(Amount::CannotTell(_))) => Some(Fate::CannotTell),
        (Some(Amount::Known(before)), Some(Amount::Known(becomes))) if becomes <= before => {
            Some(Fate::TakenBack)
        }
        (_, None) if planned.action != Action::Forget => Some(Fate::TakenBack),
        _ => Some(Fate::Stays),
    }
}

fn grew(before: Option<&Amount>, after: Option<&Amount>) -> bool {
    match (before, after) {
        (Some(Amount::Known(before)), Some(Amount::Known(after))) => after > before,
        (Some(Amount::Unbounded(_)), _) | (_, None) => false,
        _ => true,
    }
}

fn raise(drifted: &Resource, unit: Unit) -> Place {
    let unit = catalog_unit(unit);
    let shown = |side: &crate::facts::Capacity| match side.amount(unit) {
        None | Some(Amount::Unbounded(_)) => Shown::Absent,
        Some(_) if side.secret => Shown::Sensitive,
        Some(Amount::Known(value)) => Shown::Text(amount(value, false)),
        Some(Amount::CannotTell(_)) => Shown::Unknown,
    };
    let place = Place::new(&*drifted.address, drifted.action);
    match drifted.capacity_after.attribute(unit) {
        Some(name) => {
            place.attribute(name, Some(shown(&drifted.capacity_before)), Some(shown(&drifted.capacity_after)))
        }
        None => place,
    }
}

fn finding(
    cx: &Context<'_>,
    envelope: usize,
    fate: Fate,
    unit: Option<Unit>,
    members: Vec<(Place, &Cover)>,
) -> Option<Finding> {
    let envelope = cx.envelope(envelope)?;
    let (places, covers): (Vec<Place>, Vec<&Cover>) = members.into_iter().unzip();
    let (who, unit) = (subject(&places), unit.map(unit_words).unwrap_or_default());
    let effect = if fate == Fate::TakenBack { Effect::Note } else { Effect::Consent };
    let message = match fate {
        Fate::Stays | Fate::CannotTell => format!("the {unit} of {who} were raised outside Terraform"),
        Fate::TakenBack => {
            format!("the {unit} of {who} were raised outside Terraform, and this plan takes it back")
        }
        Fate::Left => format!("{who} left its envelope outside Terraform"),
    };
    let finding = Finding::new(RULE.id, effect, message).at(places);
    let finding = match fate {
        Fate::Left => {
            finding.because(format!("the scope of {} matched what the state says", named(envelope)))
        }
        _ => finding.because(format!("{} limits {unit}", named(envelope))),
    };
    let ask = quorum(envelope, RULE.dimension);
    let finding = match fate {
        Fate::TakenBack => finding,
        Fate::Stays => finding
            .because("the plan leaves it as it was found")
            .help(format!("set the agreed value in the configuration, or get consent of {ask}")),
        Fate::CannotTell => finding
            .untold()
            .because("it cannot be told whether the plan takes it back")
            .help(format!("make the value known in the plan, or get consent of {ask}")),
        Fate::Left => finding.help(format!("bring it back into the scope, or get consent of {ask}")),
    };
    Some(with_doubt(consent_of(finding, envelope, ask), &covers))
}
