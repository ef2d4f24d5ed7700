//! Changes under an envelope that nobody has reviewed in time.

use remit_governance::Dimension;

use super::rule::{Context, Reads, Rule, consent_of, grouped, named, place, quorum, subject, with_doubt};
use crate::finding::{Effect, Finding};
use crate::governed::Cover;

pub(super) const RULE: Rule = Rule {
    id: "envelope-review-overdue",
    dimension: Dimension::Governance,
    severity: Effect::Consent,
    summary: "the review of an envelope is overdue, so everything under it needs consent",
    explain: "\
## What it checks
The `review` of every envelope that covers a change: whether its due day has passed.

## Why
An envelope says what people found right when they last looked. Past that day nobody stands behind it.

## Example
`review = { every = \"quarter\", due = \"2027-02-28\" }` on the first of March.

## How to resolve
Review the envelope and set the next due day, which itself needs the consent of its quorum. Until then each change needs it.

## Unknown values
The due day is never unknown. Where it cannot be told whether the envelope covers a change, the change counts as inside.",
    verdicts: &[("a change under an envelope past its review", Effect::Consent)],
    reads: Reads::NOTHING,
    judged,
    check,
};

fn judged(cx: &Context<'_>) -> usize {
    let reviewed =
        |cover: &Cover| cx.envelope(cover.envelope).is_some_and(|envelope| envelope.review.is_some());
    cx.changes().filter(|(_, covers)| covers.iter().any(reviewed)).count()
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let overdue = |index: usize| {
        let review = cx.envelope(index)?.review.as_ref()?;
        review.is_past_due(cx.today).then_some(review)
    };
    let seen = cx.changes().flat_map(|(resource, covers)| {
        let late = covers.iter().filter(|cover| overdue(cover.envelope).is_some());
        late.map(move |cover| (cover.envelope, (place(resource, None, None), cover)))
    });
    let groups = grouped(seen).into_iter();
    groups
        .filter_map(|(index, members)| {
            let (envelope, review) = (cx.envelope(index)?, overdue(index)?);
            let (places, covers): (Vec<_>, Vec<&Cover>) = members.into_iter().unzip();
            let ask = quorum(envelope, RULE.dimension);
            let verb = if places.len() == 1 { "changes" } else { "change" };
            let message = format!("{} {verb} under an envelope whose review is overdue", subject(&places));
            let finding = Finding::new(RULE.id, Effect::Consent, message)
                .at(places)
                .because(format!("{} was due for review by {}", named(envelope), review.due))
                .help(format!("review the envelope and set the next due day, or get consent of {ask}"));
            Some(with_doubt(consent_of(finding, envelope, ask), &covers))
        })
        .collect()
}
