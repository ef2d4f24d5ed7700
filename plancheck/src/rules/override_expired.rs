//! Decisions about vendor defaults that were due for review, and what still hangs on them.

use remit_governance::{DefaultOverride, Dimension};

use super::defaults::{self, Decisions};
use super::rule::{Context, Rule, consent_of, grouped, named, quorum, subject, with_doubt};
use crate::facts::Reliance;
use crate::finding::{Effect, Finding, Place};
use crate::governed::Cover;
use crate::plan::Action;
use crate::text::escape;

pub(super) const RULE: Rule = Rule {
    id: "override-expired",
    dimension: Dimension::Defaults,
    severity: Effect::Consent,
    summary: "a change relies on a default whose acceptance was due for review",
    explain: "\
## What it checks
Every `remit_default_override` that accepts a default and whose `review` is past due, against the created and changed objects that rely on that \
default. Decisions that demand a value stay in force until somebody changes them; that their review is past due is a note.

## Why
An acceptance says what people found tolerable when they last looked. Past its day it says nothing.

## Example
An override that accepts `aws-lambda-reserved-concurrency` with `review = { every = \"quarter\", due = \"2027-02-28\" }`, and a function without \
the argument that is created on the first of March.

## How to resolve
Review the decision and set the next due day, which itself needs those who made it. Or write the argument.

## Unknown values
Where it cannot be told whether an object relies on the default, people are asked.",
    verdicts: &[
        ("a change relies on a default whose acceptance has lapsed", Effect::Consent),
        ("it cannot be told whether a change relies on such a default", Effect::Consent),
        ("the review of a decision is past due and no change relies on the default", Effect::Note),
    ],
    reads: defaults::READS,
    judged: defaults::judged_decided,
    check,
};

type Member<'a> = (Place, Option<&'a Cover>, &'a DefaultOverride);

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let decisions = Decisions::of(cx);
    if decisions.all().all(|(_, decided)| !decided.review.is_past_due(cx.today)) {
        return Vec::new();
    }
    let changing = defaults::seen(cx).filter(|(resource, ..)| resource.action != Action::NoOp);
    let keyed = changing.filter_map(|(resource, relied, cover)| {
        let envelope = cover.map(|cover| cover.envelope);
        let about = decisions.about(&relied.question.name, envelope);
        let lapsed = defaults::accepted(&about).filter(|decided| decided.review.is_past_due(cx.today))?;
        let untold = match &relied.told {
            Reliance::Chosen => return None,
            Reliance::Relies => None,
            Reliance::CannotTell(why) => Some(why.as_str()),
        };
        let key = (envelope, relied.question.name.as_str(), untold);
        Some((key, (defaults::place(resource, relied), cover, lapsed)))
    });
    let groups = grouped(keyed);
    let mut found: Vec<Finding> = decisions
        .all()
        .filter(|(name, decided)| {
            let told = groups.keys().any(|(_, known, _)| known == name);
            decided.review.is_past_due(cx.today)
                && !told
                && decisions.objects(cx, name, decided).next().is_some()
        })
        .map(|(name, decided)| note(name, decided))
        .collect();
    found.extend(groups.into_iter().filter_map(|(key, members)| lapsed(cx, key, members)));
    found
}

fn note(name: &str, decided: &DefaultOverride) -> Finding {
    let message = format!("the decision about `{}` was due for review", escape(name));
    Finding::new(RULE.id, Effect::Note, message)
        .because(defaults::decided_by(decided))
        .help("review it and set the next due day")
}

fn lapsed(
    cx: &Context<'_>,
    (index, name, untold): (Option<usize>, &str, Option<&str>),
    members: Vec<Member<'_>>,
) -> Option<Finding> {
    let decided = members.first()?.2;
    let row = remit_catalog::default(name);
    let (places, covers): (Vec<Place>, Vec<Option<&Cover>>) =
        members.into_iter().map(|(place, cover, _)| (place, cover)).unzip();
    let who = subject(&places);
    let attribute = row.map_or(name, |row| row.attribute_path);
    let does = defaults::relies(row, name, attribute, places.len() > 1);
    let message = match untold {
        None => format!("{who} {does}, and its acceptance has lapsed"),
        Some(_) => format!("whether {who} {does}, whose acceptance has lapsed, cannot be told"),
    };
    let mut finding = Finding::new(RULE.id, Effect::Consent, message).at(places);
    if let Some(why) = untold {
        finding = finding.untold().because(why);
    }
    finding = finding.because(defaults::decided_by(decided));
    if let Some(row) = row {
        finding = defaults::told_of(row).into_iter().fold(finding, Finding::because);
    }
    let help = "review the decision and set the next due day, or write the argument";
    let Some(envelope) = index.and_then(|index| cx.envelope(index)) else {
        return Some(finding.because("no envelope covers it").help(help));
    };
    let ask = quorum(envelope, RULE.dimension);
    let finding = finding
        .because(format!("{} covers it", named(envelope)))
        .help(format!("{help}, or get consent of {ask}"));
    let covers: Vec<&Cover> = covers.into_iter().flatten().collect();
    Some(with_doubt(consent_of(finding, envelope, ask), &covers))
}
