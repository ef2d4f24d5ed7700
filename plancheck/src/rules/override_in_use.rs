//! Accepted defaults that a change newly relies on: an exception says when it is used.

use remit_governance::{DefaultOverride, Dimension};

use super::defaults::{self, Decisions};
use super::rule::{Context, Rule, grouped, subject};
use crate::facts::Reliance;
use crate::finding::{Effect, Finding, Place};
use crate::text::escape;

pub(super) const RULE: Rule = Rule {
    id: "override-in-use",
    dimension: Dimension::Defaults,
    severity: Effect::Note,
    summary: "a change relies on a vendor's default that somebody accepted",
    explain: "\
## What it checks
Every `remit_default_override` that accepts a default, while its `review` is not past due, against the created and changed objects that newly \
rely on that default.

## Why
An acceptance is an exception, and an exception that nobody hears of becomes the rule.

## Example
An override that accepts `aws-lambda-reserved-concurrency`, and a new `aws_lambda_function` without the argument.

## How to resolve
Nothing has to be done. If the object should not rely on the default, write the argument.

## Unknown values
Where it cannot be told whether an object relies on the default nothing is said: relying on it would be allowed.",
    verdicts: &[("a change newly relies on an accepted default", Effect::Note)],
    reads: defaults::READS,
    judged: defaults::judged_decided,
    check,
};

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let decisions = Decisions::of(cx);
    if decisions.is_empty() {
        return Vec::new();
    }
    let new = defaults::seen(cx).filter(|(_, relied, _)| {
        relied.told == Reliance::Relies && !relied.as_before && relied.question.decided
    });
    let keyed = new.filter_map(|(resource, relied, cover)| {
        let envelope = cover.map(|cover| cover.envelope);
        let about = decisions.about(&relied.question.name, envelope);
        let accepted = defaults::accepted(&about).filter(|decided| !decided.review.is_past_due(cx.today))?;
        let key = (envelope, relied.question.name.as_str());
        Some((key, (defaults::place(resource, relied), accepted)))
    });
    let groups = grouped(keyed).into_iter();
    groups
        .filter_map(|((index, name), members)| {
            let (places, decided): (Vec<Place>, Vec<&DefaultOverride>) = members.into_iter().unzip();
            let decided = decided.first()?;
            let row = remit_catalog::default(name);
            let attribute = row.map_or(name, |row| row.attribute_path);
            let does = defaults::relies(row, name, attribute, places.len() > 1);
            let message = format!("{} {does}, which was accepted", subject(&places));
            let finding = Finding::new(RULE.id, Effect::Note, message)
                .at(places)
                .because(defaults::decided_by(decided))
                .because(format!("because: {}", escape(&decided.reason)));
            Some(defaults::of(finding, index.and_then(|index| cx.envelope(index))))
        })
        .collect()
}
