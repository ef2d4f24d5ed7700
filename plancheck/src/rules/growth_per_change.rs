//! How much one change lets an envelope's footprint grow, in percent of what there was.

use remit_governance::{Decimal, Dimension, Envelope, decimal};

use super::rule::{Context, MACHINES, Rule, amount, named, quorum, subject, unit_words, with_doubt};
use super::scale_above_ceiling::{members, totals};
use crate::finding::{Effect, Finding};
use crate::governed::Footprint;

pub(super) const RULE: Rule = Rule {
    id: "growth-per-change",
    dimension: Dimension::Growth,
    severity: Effect::Consent,
    summary: "one change lets the system grow by more than its envelope allows at once",
    explain: "\
## What it checks
For every unit in which something under the envelope counts, how much the total to which it could grow increases through this change, in \
percent of the total before it, against `limits.growth.percent_per_change`. Units without a ceiling count as well.

## Why
A ceiling says how large, not how fast. What grows step by step can be watched; what doubles at once is there before anybody looks.

## Example
With `growth = { percent_per_change = 50 }`, raising `max_size` from 10 to 20 grows the instances by 100 % and needs consent.

## How to resolve
Grow in smaller steps, or get the consent of the quorum named. Growth from nothing is more than any percentage.

## Unknown values
What cannot be told or has no maximum is not part of the totals; `scale-needs-consent` and `scale-unbounded` judge it. Growth of cost is \
not judged without prices, and growth within a window not without a log of earlier decisions; every report says so.",
    verdicts: &[("the total of a unit grows by more than `percent_per_change`", Effect::Consent)],
    reads: MACHINES,
    judged: |cx| limited(cx).map(|(footprint, ..)| footprint.members).sum(),
    check: |cx| limited(cx).filter_map(|(footprint, envelope, most)| judge(cx, footprint, envelope, most)).collect(),
};

fn limited<'a>(cx: &Context<'a>) -> impl Iterator<Item = (&'a Footprint, &'a Envelope, Decimal)> {
    let envelopes = cx.envelopes;
    cx.footprints.iter().filter_map(|footprint| {
        let envelope = envelopes.get(footprint.envelope)?;
        Some((footprint, envelope, envelope.limits.growth.as_ref()?.percent_per_change?))
    })
}

fn judge(cx: &Context<'_>, footprint: &Footprint, envelope: &Envelope, most: Decimal) -> Option<Finding> {
    let added = footprint.after.checked_sub(footprint.before).filter(|added| *added > Decimal::ZERO)?;
    // A number too large to count with is no reason to let it pass.
    let percent = added.checked_mul(Decimal::ONE_HUNDRED).and_then(|all| all.checked_div(footprint.before));
    if percent.is_some_and(|percent| percent <= most) {
        return None;
    }
    let (places, covers) = members(cx, footprint, &footprint.growing);
    let unit = unit_words(footprint.unit);
    let by = match percent {
        _ if footprint.secret => "more than is allowed".to_owned(),
        Some(percent) => format!("{} %", decimal::text(percent.round_dp(1).normalize())),
        None => "more than any percentage".to_owned(),
    };
    let ask = quorum(envelope, RULE.dimension);
    let finding = Finding::new(
        RULE.id,
        Effect::Consent,
        format!("{} would let {unit} grow by {by} in one change", subject(&places)),
    )
    .at(places)
    .of(envelope.name.clone())
    .limit("limits.growth.percent_per_change", decimal::text(most))
    .beyond_by(format!("{} {unit} more at once", amount(added, footprint.secret)))
    .because(format!("{} allows {} % per change", named(envelope), decimal::text(most)))
    .because(totals(footprint, unit))
    .help(format!("grow in smaller steps, or get consent of {ask}"))
    .quorum(ask);
    Some(with_doubt(finding, &covers))
}
