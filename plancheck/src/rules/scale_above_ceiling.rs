//! Totals above a ceiling. Only growth can cross it; what was above it before is told, not denied.

use remit_governance::limits::ScaleAnswer;
use remit_governance::{Decimal, Dimension, Unit, decimal};

use super::rule::{Context, MACHINES, Rule, amount, named, place, quorum, subject, unit_words, with_doubt};
use crate::facts::{Amount, Capacity};
use crate::finding::{Effect, Finding, Place, Shown};
use crate::governed::{Cover, Footprint, catalog_unit};
use crate::text::escape;

pub(super) const RULE: Rule = Rule {
    id: "scale-above-ceiling",
    dimension: Dimension::Capacity,
    severity: Effect::Deny,
    summary: "a change lets the system grow above a ceiling",
    explain: "\
## What it checks
For every unit with a `ceiling` in `limits.capacity`, the total to which everything under the envelope could grow after the change: \
maximum sizes, never today's counts. Objects that do not change are part of the total.

## Why
What a change allows is what an agent can use later without asking anybody.

## Example
Two auto scaling groups with `max_size` 8 and 7 under `instances = { ceiling = 20 }`: raising one of them to 15 makes 23 and is denied.

## How to resolve
Lower the maximum by the amount named, or have the envelope changed first. Consent alone never opens a ceiling.

## Unknown values
A maximum that is not known yet is not part of the total; `scale-needs-consent` asks for consent for it. A maximum that is not set at \
all is `scale-unbounded`.",
    verdicts: &[
        ("total grows and is above `ceiling`", Effect::Deny),
        ("total was above `ceiling` before and does not grow", Effect::Note),
    ],
    reads: MACHINES,
    judged: |cx| cx.footprints.iter().map(|footprint| footprint.members).sum(),
    check,
};

fn check(cx: &Context<'_>) -> Vec<Finding> {
    cx.footprints.iter().filter_map(|footprint| judge(cx, footprint)).collect()
}

fn judge(cx: &Context<'_>, footprint: &Footprint) -> Option<Finding> {
    let envelope = cx.envelope(footprint.envelope)?;
    let mark = envelope.limits.capacity.mark(footprint.unit)?;
    let unit = unit_words(footprint.unit);
    let name = escape(&envelope.name);
    let finding = match mark.judge(footprint.before, footprint.after, cx.today) {
        ScaleAnswer::Exceeds { ceiling, by } => {
            let (places, covers) = members(cx, footprint, &footprint.growing);
            let message = format!("{} could grow above the ceiling for {unit}", subject(&places));
            let ask = quorum(envelope, RULE.dimension);
            let less = format!(
                "lower the maximum by {} in total, or change the envelope first (needs {ask})",
                amount(by, footprint.secret)
            );
            let over = amount(by, footprint.secret);
            let passes = smallest(&places, footprint, by);
            let mut finding = Finding::new(RULE.id, Effect::Deny, message)
                .at(places)
                .limit(limit_name(footprint.unit, "ceiling"), decimal::text(ceiling))
                .beyond_by(format!("{over} {unit}"))
                .slack(cx.slack_elsewhere(footprint, &footprint.growing))
                .because(format!("{} has a ceiling of {} {unit}", named(envelope), amount(ceiling, false)))
                .because(totals(footprint, unit))
                .help(less);
            finding.passes = passes;
            with_doubt(finding, &covers)
        }
        ScaleAnswer::PreExisting { ceiling, .. } => {
            let message =
                format!("envelope `{name}` holds more {unit} than its ceiling, and did before this change");
            Finding::new(RULE.id, Effect::Note, message)
                .limit(limit_name(footprint.unit, "ceiling"), decimal::text(ceiling))
                .because(format!("{} has a ceiling of {} {unit}", named(envelope), amount(ceiling, false)))
                .because(totals(footprint, unit))
        }
        _ => return None,
    };
    Some(Finding { envelope: Some(envelope.name.clone()), ..finding })
}

/// A mark of a unit as it is written in an envelope.
pub(super) fn limit_name(unit: Unit, mark: &str) -> String {
    format!("limits.capacity.{unit}.{mark}")
}

/// How far the one object that grows may grow; where several do, people choose which one gives way. In the unit, not in the attribute:
/// one may be a multiple of the other.
pub(super) fn smallest(places: &[Place], footprint: &Footprint, by: Decimal) -> Option<String> {
    let [Place { after: Some(Shown::Text(after)), .. }] = places else { return None };
    let after = decimal::parse(after).filter(|_| !footprint.secret)?;
    let most = after.checked_sub(by).filter(|most| !most.is_sign_negative())?;
    Some(format!("{} <= {}", footprint.unit, decimal::text(most)))
}

/// Both totals, in words.
pub(super) fn totals(footprint: &Footprint, unit: &str) -> String {
    let show = |value: Decimal| amount(value, footprint.secret);
    format!(
        "everything under it could grow to {} {unit} after this change, and to {} before it",
        show(footprint.after),
        show(footprint.before)
    )
}

/// Places of some objects, with the attribute their amount was read from, and what covers them.
pub(super) fn members<'a>(
    cx: &Context<'a>,
    footprint: &Footprint,
    indexes: &[usize],
) -> (Vec<Place>, Vec<&'a Cover>) {
    let mut places = Vec::new();
    let mut covers = Vec::new();
    for index in indexes {
        let Some(resource) = cx.resource(*index) else { continue };
        let unit = catalog_unit(footprint.unit);
        let attribute = resource.capacity_after.attribute(unit);
        let mut place = place(resource, attribute, shown(&resource.capacity_after, unit));
        if place.attribute.is_some() {
            place.before = shown(&resource.capacity_before, unit);
        }
        places.push(place);
        covers.extend(cx.covers_of(*index).iter().filter(|cover| cover.envelope == footprint.envelope));
    }
    (places, covers)
}

/// What an object may grow to, as it may be shown.
fn shown(capacity: &Capacity, unit: remit_catalog::Unit) -> Option<Shown> {
    let amount = capacity.amount(unit)?;
    Some(match amount {
        _ if capacity.secret => Shown::Sensitive,
        Amount::Known(value) => Shown::Text(decimal::text(value)),
        Amount::Unbounded(_) => Shown::Absent,
        Amount::CannotTell(_) => Shown::Unknown,
    })
}
