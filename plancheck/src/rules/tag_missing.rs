//! Required tags, against what every taggable object carries.

use remit_governance::{Dimension, Envelope};

use super::choice::stays;
use super::rule::{Context, Reads, Rule, grouped, named, place, quorum, subject, with_doubt};
use crate::facts::{Resource, Tags};
use crate::finding::{Effect, Finding, Place};
use crate::governed::Cover;
use crate::plan::Action;
use crate::text::escape;

pub(super) const RULE: Rule = Rule {
    id: "tag-missing",
    dimension: Dimension::Tags,
    severity: Effect::Deny,
    summary: "a resource lacks a tag that its envelope requires",
    explain: "\
## What it checks
Whether every object that can be tagged carries the keys in `limits.tags.required` of every envelope over it: tags and labels of its own, \
and those its provider gives to everything (`default_tags`, `default_labels`). An object can be tagged when its type has an attribute for it.

## Why
What nobody owns on paper nobody pays for, watches or turns off.

## Example
With `tags = { required = [\"owner\"] }`, an `aws_instance` without the tag `owner` is denied, unless the provider sets it by default.

## How to resolve
Add the tag to the resource, or to the default tags of the provider. Tags of an auto scaling group are blocks of their own, which default \
tags do not reach.

## Unknown values
A tag whose value is not known yet is there. Where it cannot be told which tags there will be, the missing keys need consent.",
    verdicts: &[
        ("a required key is missing from an object that is created or replaced, or would be taken away", Effect::Deny),
        ("which tags an object will have cannot be told", Effect::Consent),
        ("the key was missing before", Effect::Note),
    ],
    reads: Reads { roles: &[], tags: true, concerns: &[], under: |envelope| !envelope.limits.required_tags.is_empty() },
    judged,
    check,
};

/// What one object lacks, seen from one envelope; equal ones become one finding.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    effect: std::cmp::Reverse<Effect>,
    envelope: usize,
    untold: bool,
    missing: Vec<String>,
}

fn judged(cx: &Context<'_>) -> usize {
    let requires = |cover: &Cover| {
        cx.envelope(cover.envelope).is_some_and(|envelope| !envelope.limits.required_tags.is_empty())
    };
    let taggable = cx.resources().filter(|(resource, _)| tags_of(resource).is_some());
    taggable.filter(|(_, covers)| covers.iter().any(requires)).count()
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut seen: Vec<(Key, (Place, &Cover))> = Vec::new();
    for (resource, covers) in cx.resources() {
        let Some(tags) = tags_of(resource) else { continue };
        for cover in covers {
            let Some(envelope) = cx.envelope(cover.envelope) else { continue };
            seen.extend(
                judge(resource, tags, envelope, cover)
                    .into_iter()
                    .map(|key| (key, (place(resource, None, None), cover))),
            );
        }
    }
    let groups = grouped(seen).into_iter();
    groups.filter_map(|(key, members)| Some(finding(cx.envelope(key.envelope)?, &key, members))).collect()
}

/// The tags of an object that stays and can have some.
fn tags_of(resource: &Resource) -> Option<&Tags> {
    resource.tags_after.as_deref().filter(|tags| tags.taggable && stays(resource))
}

fn judge(resource: &Resource, tags: &Tags, envelope: &Envelope, cover: &Cover) -> Vec<Key> {
    let lacks = |tags: &Tags, key: &str| !tags.known.contains_key(key);
    let missing: Vec<&String> = envelope.limits.required_tags.iter().filter(|key| lacks(tags, key)).collect();
    let (old, new): (Vec<&String>, Vec<&String>) = missing.into_iter().partition(|key| {
        let before = resource.tags_before.as_deref().filter(|_| resource.action == Action::Update);
        resource.action == Action::NoOp || before.is_some_and(|before| lacks(before, key) && !before.open)
    });
    let key = |effect, missing: Vec<&String>| {
        (!missing.is_empty()).then(|| Key {
            effect: std::cmp::Reverse(effect),
            envelope: cover.envelope,
            untold: effect == Effect::Consent,
            missing: missing.into_iter().cloned().collect(),
        })
    };
    let effect = if tags.open { Effect::Consent } else { Effect::Deny };
    // Of what stays as it is it makes no difference that it cannot be told.
    let old = if tags.open { Vec::new() } else { old };
    [key(effect, new), key(Effect::Note, old)].into_iter().flatten().collect()
}

fn finding(envelope: &Envelope, key: &Key, members: Vec<(Place, &Cover)>) -> Finding {
    let (places, covers): (Vec<Place>, Vec<&Cover>) = members.into_iter().unzip();
    let who = subject(&places);
    let quote = |keys: &mut dyn Iterator<Item = &String>| {
        keys.map(|key| format!("`{}`", escape(key))).collect::<Vec<_>>().join(", ")
    };
    let missing = quote(&mut key.missing.iter());
    let lacks = if places.len() == 1 { "lacks" } else { "lack" };
    let tags = if key.missing.len() == 1 { "the tag" } else { "the tags" };
    let message = match key.effect.0 {
        Effect::Consent => format!("whether {who} will have {tags} {missing} cannot be told"),
        Effect::Deny => format!("{who} would lack {tags} {missing}"),
        Effect::Note => format!("{who} {lacks} {tags} {missing}"),
    };
    let required = quote(&mut envelope.limits.required_tags.iter());
    let ask = quorum(envelope, RULE.dimension);
    let finding = Finding::new(RULE.id, key.effect.0, message)
        .at(places)
        .of(envelope.name.clone())
        .limit("limits.tags.required", required.clone())
        .because(format!("{} requires {required}", named(envelope)));
    let finding = match key.effect.0 {
        Effect::Deny => finding.help(format!("add {tags}, or change the envelope first (needs {ask})")),
        Effect::Consent => finding
            .untold()
            .because("not all of its tags are known before apply")
            .help(format!("write {tags} where the plan can see them, or get consent of {ask}"))
            .quorum(ask),
        Effect::Note => finding.because("it was so before this change"),
    };
    with_doubt(finding, &covers)
}
