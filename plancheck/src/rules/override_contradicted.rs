//! Decisions that a value must be set in place of a vendor's default, against what the plan sets.

use remit_governance::default_override::Decision;
use remit_governance::{DefaultOverride, Dimension, Envelope, Posture};

use super::defaults::{self, Decisions};
use super::rule::{Context, Rule, consent_of, grouped, named, quorum, subject, with_doubt};
use crate::defaults::demand;
use crate::facts::{Reliance, Relied, Said};
use crate::finding::{Effect, Finding, Place};
use crate::governed::Cover;
use crate::text::escape;

pub(super) const RULE: Rule = Rule {
    id: "override-contradicted",
    dimension: Dimension::Defaults,
    severity: Effect::Deny,
    summary: "a plan leaves or sets what a default override has decided otherwise",
    explain: "\
## What it checks
Every `remit_default_override` that decides `override`, against each object of its resource type in the plan: whether the attribute says what \
`value` demands. A decision that names an envelope is about what that envelope covers; one that names none is about everything. A value is met \
letter for letter, numbers as numbers, a list as a set; `\"required\"` is met by whatever is written. An object in the value is looked into \
along the attribute's path.

## Why
A decision that is written down and not kept is worse than none: everybody relies on it.

## Example
`value = jsonencode(20)` for `aws-lambda-reserved-concurrency`, and an `aws_lambda_function` with `reserved_concurrent_executions = 100`, or \
without any.

## How to resolve
Set the value that was decided, or have the decision changed first, by those who made it.

## Unknown values
A value known only after apply may contradict, so people are asked. What contradicted before this change and stays as it is, is a note.",
    verdicts: &[
        ("an object contradicts a decision under `defaults = \"deny\"`", Effect::Deny),
        ("an object contradicts a decision", Effect::Consent),
        ("it cannot be told whether an object contradicts a decision", Effect::Consent),
        ("an object contradicted it before this change, in the same way", Effect::Note),
    ],
    reads: defaults::READS,
    judged: defaults::judged_decided,
    check,
};

/// What makes findings one.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    effect: std::cmp::Reverse<Effect>,
    envelope: Option<usize>,
    default: &'a str,
    case: Case,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Case {
    Relies,
    Otherwise,
    CannotTell(String),
}

type Member<'a> = (Place, Option<&'a Cover>, &'a DefaultOverride);

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let decisions = Decisions::of(cx);
    if decisions.is_empty() {
        return Vec::new();
    }
    let keyed = defaults::seen(cx).filter_map(|(resource, relied, cover)| {
        let envelope = cover.map(|cover| cover.envelope);
        let about = decisions.about(&relied.question.name, envelope).into_iter();
        let (decided, case) = about
            .filter(|decided| decided.decision == Decision::Override)
            .find_map(|decided| Some((decided, case(decided, relied)?)))?;
        let posture = envelope.and_then(|index| cx.envelope(index)?.limits.defaults);
        let effect = match (&case, posture) {
            (Case::CannotTell(_), _) if relied.as_before => return None,
            _ if relied.as_before => Effect::Note,
            (Case::CannotTell(_), _) => Effect::Consent,
            (_, Some(Posture::Deny)) => Effect::Deny,
            _ => Effect::Consent,
        };
        let default = relied.question.name.as_str();
        let key = Key { effect: std::cmp::Reverse(effect), envelope, default, case };
        Some((key, (defaults::place(resource, relied), cover, decided)))
    });
    let groups = grouped(keyed).into_iter();
    groups.filter_map(|(key, members)| finding(cx, &key, members)).collect()
}

/// How an object contradicts a decision; `None` where it does not.
fn case(decided: &DefaultOverride, relied: &Relied) -> Option<Case> {
    let value = decided.value.as_ref()?;
    match (&relied.said, &relied.told) {
        (Said::Secret, _) => Some(Case::CannotTell(
            "the plan marks the value as sensitive, and it is not looked into".to_owned(),
        )),
        (Said::Unknown, Reliance::CannotTell(why)) => Some(Case::CannotTell(why.clone())),
        (Said::Unknown, Reliance::Chosen) => {
            let attribute = escape(&relied.question.attribute);
            Some(Case::CannotTell(format!("`{attribute}` is known only after apply")))
        }
        (Said::Nothing | Said::Unknown, _) => Some(Case::Relies),
        (Said::Texts(texts), _) => match demand::met(value, &relied.question.attribute, texts) {
            Some(true) => None,
            Some(false) if relied.told == Reliance::Relies => Some(Case::Relies),
            Some(false) => Some(Case::Otherwise),
            None => Some(Case::CannotTell(
                "the value that was decided cannot be compared with a value in a plan".to_owned(),
            )),
        },
    }
}

fn finding(cx: &Context<'_>, key: &Key<'_>, members: Vec<Member<'_>>) -> Option<Finding> {
    let decided = members.first()?.2;
    let envelope: Option<&Envelope> = key.envelope.and_then(|index| cx.envelope(index));
    let (places, covers): (Vec<Place>, Vec<Option<&Cover>>) =
        members.into_iter().map(|(place, cover, _)| (place, cover)).unzip();
    let (who, name) = (subject(&places), escape(key.default));
    let many = places.len() > 1;
    let message = match &key.case {
        Case::Relies if many => {
            format!("{who} leave `{name}` to the vendor although another value was decided")
        }
        Case::Relies => format!("{who} leaves `{name}` to the vendor although another value was decided"),
        Case::Otherwise if many => format!("{who} set another value than was decided about `{name}`"),
        Case::Otherwise => format!("{who} sets another value than was decided about `{name}`"),
        Case::CannotTell(_) => {
            format!("whether {who} keeps to what was decided about `{name}` cannot be told")
        }
    };
    let value = decided.value.as_ref().map(|value| escape(&value.to_text())).unwrap_or_default();
    let mut finding = Finding::new(RULE.id, key.effect.0, message).at(places);
    if let Case::CannotTell(why) = &key.case {
        finding = finding.untold().because(why.clone());
    }
    finding = finding
        .because(format!("the value has to be `{value}`: {}", defaults::decided_by(decided)))
        .because(format!("because: {}", escape(&decided.reason)));
    if key.effect.0 == Effect::Note {
        return Some(defaults::of(finding.because("it was so before this change"), envelope));
    }
    let Some(envelope) = envelope else {
        return Some(
            finding
                .because("no envelope covers it")
                .help("set the value that was decided, or have those who decided agree"),
        );
    };
    let ask = quorum(envelope, RULE.dimension);
    let finding = match (key.effect.0, envelope.limits.defaults) {
        (Effect::Deny, Some(posture)) => finding
            .because(format!("{} has `defaults = \"{posture}\"`", named(envelope)))
            .limit("limits.defaults", posture.as_str())
            .help("set the value that was decided, or have the decision changed first"),
        _ => finding
            .because(format!("{} covers it", named(envelope)))
            .help(format!("set the value that was decided, or get consent of {ask}")),
    };
    let covers: Vec<&Cover> = covers.into_iter().flatten().collect();
    Some(with_doubt(consent_of(finding, envelope, ask), &covers))
}
