//! Many small changes together let a footprint grow faster than the envelope allows, or one follows another too soon.

use remit_governance::limits::Growth;
use remit_governance::time::{Duration, Timestamp};
use remit_governance::{Decimal, Dimension, Envelope, decimal};

use super::rule::{Context, MACHINES, Rule, amount, named, quorum, subject, unit_words, with_doubt};
use super::scale_above_ceiling::{members, totals};
use crate::finding::{Effect, Finding};
use crate::governed::Footprint;
use crate::past::{Course, Past, Rise};

pub(super) const RULE: Rule = Rule {
    id: "growth-over-time",
    dimension: Dimension::Growth,
    severity: Effect::Consent,
    summary: "a footprint would grow faster than its envelope allows, counted over earlier changes",
    explain: "\
## What it checks
With `--log`, how much the total of each unit under an envelope grew since the window began, this change included: \
`limits.growth.percent_per_window` in `window`. And `cool_down`: how long ago the total rose before this change lets it rise again. \
Earlier totals come from the decision log, for the same workspace and account.

## Why
A limit per change says nothing about ten changes in an hour. Whoever decides at machine speed can split one jump into steps that \
each look small.

## Example
`percent_per_window = 50` and `window = \"7d\"`: on Monday there were 10 instances, by Thursday 14. One that lets them be 16 needs consent.

## How to resolve
Wait until the window or the cool-down has passed, or get consent.

## Unknown values
A log that was tampered with, or a record that withholds a total, cannot tell: any growth needs consent. So does a rise that lies \
somewhere between two records, where the one would matter and the other would not; `plancheck gate` writes down when it applied, \
and leaves no such doubt. What the log does not reach, since it was begun later, is reported and not judged. Without `--log` the \
report says that growth over time was not judged.",
    verdicts: &[
        ("the total of a unit grows by more than `percent_per_window` within `window`", Effect::Consent),
        ("the total of a unit rises again before `cool_down` has passed", Effect::Consent),
        ("the log cannot tell", Effect::Consent),
    ],
    reads: MACHINES,
    judged: |cx| growing(cx).map(|(footprint, ..)| footprint.members).sum(),
    check: |cx| growing(cx).flat_map(|(footprint, envelope, limits, past)| judge(cx, footprint, envelope, limits, past)).collect(),
};

/// The footprints that grow under an envelope that limits growth over time; none where there is no log.
fn growing<'a>(
    cx: &Context<'a>,
) -> impl Iterator<Item = (&'a Footprint, &'a Envelope, &'a Growth, &'a Past)> {
    let (envelopes, past) = (cx.envelopes, cx.past);
    cx.footprints.iter().filter(|footprint| footprint.after > footprint.before).filter_map(move |footprint| {
        let envelope = envelopes.get(footprint.envelope)?;
        let limits = envelope.limits.growth.as_ref()?;
        let declared = limits.percent_per_window.is_some() || limits.cool_down.is_some();
        declared.then_some((footprint, envelope, limits, past?))
    })
}

/// What was found before it is put into words.
struct Found {
    message: String,
    limit: (&'static str, String),
    why: Vec<String>,
    known: bool,
    instead: &'static str,
}

fn judge(
    cx: &Context<'_>,
    footprint: &Footprint,
    envelope: &Envelope,
    limits: &Growth,
    past: &Past,
) -> Vec<Finding> {
    let (places, covers) = members(cx, footprint, &footprint.growing);
    let unit = unit_words(footprint.unit);
    let who = subject(&places);
    let found = match &past.seen {
        Err(why) => vec![Found {
            message: format!("{who} would let {unit} grow, and the decision log cannot tell how fast"),
            limit: ("window", limits.window.map_or_else(String::new, |window| window.to_string())),
            why: vec![why.clone()],
            known: false,
            instead: "find out with `plancheck log verify` what happened to the log",
        }],
        Ok(seen) => {
            let course = Course::new(seen, &envelope.name, footprint.unit);
            let by_window = within_window(cx.now, footprint, limits, &course, &who);
            let by_pause = cool_down(cx.now, footprint, limits, &course, &who);
            by_window.into_iter().chain(by_pause).collect()
        }
    };
    let ask = quorum(envelope, RULE.dimension);
    let told = |found: Found| {
        let (name, value) = found.limit;
        let finding = Finding::new(RULE.id, Effect::Consent, found.message)
            .at(places.clone())
            .of(envelope.name.clone())
            .limit(format!("limits.growth.{name}"), value)
            .help(format!("{}, or get consent of {ask}", found.instead))
            .quorum(ask.clone());
        let finding = found.why.into_iter().fold(finding, Finding::because);
        let finding = finding
            .because(totals(footprint, unit))
            .because(format!("{} limits growth over time", named(envelope)));
        with_doubt(if found.known { finding } else { finding.untold() }, &covers)
    };
    found.into_iter().map(told).collect()
}

/// The sentence stays the same while the window moves on: approvals name it.
fn within_window(
    now: Timestamp,
    footprint: &Footprint,
    limits: &Growth,
    course: &Course<'_>,
    who: &str,
) -> Option<Found> {
    let (most, window) = (limits.percent_per_window?, limits.window?);
    let unit = unit_words(footprint.unit);
    let allowed = decimal::text(most);
    let found = |known, why| Found {
        message: format!("{who} would let {unit} grow by more than {allowed} % within {window}"),
        limit: ("percent_per_window", allowed.clone()),
        why: vec![why],
        known,
        instead: "wait until the window has passed",
    };
    let base = match course.base(before(now, window), footprint.before) {
        Ok(base) => base,
        Err(why) => return Some(found(false, why)),
    };
    let grew = |from: Decimal| {
        let shown = amount(from, footprint.secret);
        format!("there were {shown} {unit} when the window began, as far as the log tells")
    };
    if exceeds(base.within, footprint.after, most) {
        return Some(found(true, grew(base.within)));
    }
    let earlier = base.before.filter(|earlier| exceeds(*earlier, footprint.after, most))?;
    let why = format!("{}; whether they rose before it or within it cannot be told", grew(earlier));
    Some(found(false, why))
}

/// A number too large to count with is no reason to let it pass, and from nothing every growth is too much.
fn exceeds(from: Decimal, to: Decimal, most: Decimal) -> bool {
    let added = to.saturating_sub(from);
    let percent = added.checked_mul(Decimal::ONE_HUNDRED).and_then(|all| all.checked_div(from));
    added > Decimal::ZERO && percent.is_none_or(|percent| percent > most)
}

fn cool_down(
    now: Timestamp,
    footprint: &Footprint,
    limits: &Growth,
    course: &Course<'_>,
    who: &str,
) -> Option<Found> {
    let pause = limits.cool_down?;
    let unit = unit_words(footprint.unit);
    let found = |known, why| Found {
        message: format!("{who} would let {unit} grow less than {pause} after the last growth"),
        limit: ("cool_down", pause.to_string()),
        why: vec![why],
        known,
        instead: "wait until the cool-down has passed",
    };
    let rise = match course.last_rise(footprint.before, now) {
        Ok(rise) => rise?,
        Err(why) => return Some(found(false, why)),
    };
    let since = before(now, pause);
    match rise {
        Rise::At(at) if at > since => Some(found(true, format!("they rose at {at}"))),
        Rise::Between(after, _) if after > since => {
            Some(found(true, format!("they rose after {after}, as the log shows")))
        }
        Rise::Between(after, until) if until > since => {
            Some(found(false, format!("they rose between {after} and {until}; when cannot be told")))
        }
        Rise::At(_) | Rise::Between(..) => None,
    }
}

fn before(now: Timestamp, span: Duration) -> Timestamp {
    let seconds = i64::try_from(span.seconds()).unwrap_or(i64::MAX);
    Timestamp::from_second(now.as_second().saturating_sub(seconds)).unwrap_or(Timestamp::MIN)
}
