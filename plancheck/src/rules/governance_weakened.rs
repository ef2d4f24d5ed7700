//! Plans that weaken what holds them back: declarations of governance, and controls of the clouds.

mod declarations;

use remit_catalog::Concern;
use remit_governance::Dimension;

use super::rule::{Context, Reads, Rule, consent_of, grouped, named, quorum, subject, with_doubt};
use super::signs;
use crate::facts::{Resource, Sighting, Told};
use crate::finding::{Effect, Finding, Place};
use crate::governed::Cover;

pub(super) use declarations::{fate, goes};

pub(super) const RULE: Rule = Rule {
    id: "governance-weakened",
    dimension: Dimension::Governance,
    severity: Effect::Deny,
    summary: "a change weakens the governance that it is judged by",
    explain: "\
## What it checks
Envelopes and default overrides that the plan would loosen, destroy, forget, make anew or move, each compared field by field with the declaration \
in force, which is that of the lock; and the catalog's signs that a control of a cloud is weakened: budgets, policies of the organization and \
their attachments, policy assignments and exemptions, locks, quotas, guardrails.

## Why
A change that may loosen its own limits has none. Whoever proposes a change must not be the one who permits it, so loosening is for the quorum in \
force before the change.

## Example
An `aws_organizations_policy_attachment` that is destroyed together with a larger `max_size`.

## How to resolve
Leave the control as it is, or have the quorum of the envelope agree to the loosening by itself. Tightening is free. A protected envelope has to \
be unprotected first.

## Unknown values
A record known only after apply may loosen anything, so people are asked. What has no order counts as looser: another currency, another \
parent, another text of a policy.",
    verdicts: &[
        ("an envelope with `deletion_protection` is destroyed, made anew or forgotten", Effect::Deny),
        ("a declaration is loosened, destroyed, made anew, forgotten or moved", Effect::Consent),
        ("a control of a cloud is weakened", Effect::Consent),
        ("it cannot be told whether a declaration or a control is weakened", Effect::Consent),
    ],
    reads: Reads::signs(&[Concern::Governance], |_| true),
    judged,
    check,
};

fn judged(cx: &Context<'_>) -> usize {
    let watched = |resource: &Resource| {
        remit_catalog::watch(&resource.resource_type)
            .is_some_and(|watch| watch.signs.iter().any(|sign| sign.concern == Concern::Governance))
    };
    cx.changes().filter(|(resource, _)| resource.declaration.is_some() || watched(resource)).count()
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut findings = controls(cx);
    findings.extend(declarations::check(cx));
    findings
}

/// Signs of the catalog. A control that no envelope covers holds somebody back all the same.
fn controls(cx: &Context<'_>) -> Vec<Finding> {
    let seen = cx.resources().flat_map(|(resource, covers)| {
        let weak = |sighting: &&Sighting| sighting.sign.concern == Concern::Governance;
        let under = move |sighting| {
            let alone = covers.is_empty().then_some((resource, sighting, None));
            covers.iter().map(move |cover| (resource, sighting, Some(cover))).chain(alone)
        };
        resource.sightings.iter().filter(weak).flat_map(under)
    });
    let keyed = seen.map(|(resource, sighting, cover)| {
        let why = if let Told::CannotTell(why) = &sighting.told { Some(why.as_str()) } else { None };
        let key = (cover.map(|cover| cover.envelope), why, sighting.sign.means);
        (key, (signs::shown(resource, sighting), cover))
    });
    let groups = grouped(keyed).into_iter();
    groups
        .map(|((envelope, why, means), members)| {
            let (places, covers): (Vec<Place>, Vec<Option<&Cover>>) = members.into_iter().unzip();
            let who = subject(&places);
            let finding = match why {
                None => Finding::new(RULE.id, Effect::Consent, format!("{who}: {means}")),
                Some(why) => {
                    let message = format!("{who}: it cannot be told whether {means}");
                    Finding::new(RULE.id, Effect::Consent, message).untold().because(why)
                }
            };
            let finding = finding.at(places);
            let Some(envelope) = envelope.and_then(|index| cx.envelope(index)) else {
                return finding
                    .because("it is a control that holds others back, and no envelope covers it")
                    .help("leave the control as it is, or have those who answer for it agree");
            };
            let ask = quorum(envelope, RULE.dimension);
            let finding = finding
                .because(format!("{} covers it", named(envelope)))
                .help(format!("leave the control as it is, or get consent of {ask}"));
            with_doubt(consent_of(finding, envelope, ask), &covers.into_iter().flatten().collect::<Vec<_>>())
        })
        .collect()
}
