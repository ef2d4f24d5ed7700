//! Plans that change who may approve.

use remit_governance::compose::approver_changed;
use remit_governance::{Approver, Dimension, Envelope};

use super::governance_weakened::{fate, goes};
use super::rule::{Context, Reads, Rule, consent_of, named, place, quorum, subject};
use crate::facts::{Declaration, Record, Resource};
use crate::finding::{Effect, Finding};
use crate::plan::Action;
use crate::text::escape;

pub(super) const RULE: Rule = Rule {
    id: "approver-changed",
    dimension: Dimension::Governance,
    severity: Effect::Consent,
    summary: "a change touches who may approve, and with which key",
    explain: "\
## What it checks
Approvers that the plan would change, destroy, forget, make anew or move, compared with those in force.

## Why
A key that is exchanged approves everything from then on. This is the shortest way around every limit, so it is for those who are in force now: the \
quorum of every envelope that lists the approver, and the trust root. Revoking a key and an earlier `valid_until` only take away, and need nobody.

## Example
A `remit_approver` whose `keys` get one more entry.

## How to resolve
Leave the approver as it is, or have those agree who answer for it. Declaring a new approver needs nobody: it gives no authority until an \
envelope lists it, which `governance-weakened` sees.

## Unknown values
An approver whose record is known only after apply may be anybody, so people are asked.",
    verdicts: &[
        ("an approver in force is changed, destroyed, made anew, forgotten or moved", Effect::Consent),
        ("it cannot be told what becomes of an approver", Effect::Consent),
    ],
    reads: Reads::NOTHING,
    judged: |cx| cx.changes().filter(|(resource, _)| is_approver(resource)).count(),
    check,
};

fn is_approver(resource: &Resource) -> bool {
    &*resource.resource_type == "remit_approver"
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let approvers = cx.resources().filter(|(resource, _)| is_approver(resource));
    approvers
        .filter_map(|(resource, _)| Some(judge(cx, resource, resource.declaration.as_ref()?)))
        .flatten()
        .collect()
}

fn judge(cx: &Context<'_>, resource: &Resource, declaration: &Declaration) -> Vec<Finding> {
    let read = |side: &Record| match side {
        Record::Known(text) => Approver::from_record(text).ok(),
        Record::CannotTell => None,
    };
    let in_force =
        |email: &str| cx.declared.approvers.iter().find(|approver| approver.email.as_str() == email);
    let before = declaration.before.as_ref().map(read);
    let after = declaration.after.as_ref().map(read);
    let prior = match (&before, &after) {
        (Some(Some(before)), _) => Some(in_force(before.email.as_str()).unwrap_or(before)),
        (None, Some(Some(proposed))) => in_force(proposed.email.as_str()),
        _ => None,
    };
    let who = prior.map(|prior| format!("approver `{}`", escape(prior.email.as_str())));
    let who = who.unwrap_or_else(|| subject(&[place(resource, None, None)]));
    let finding = |message: String| {
        Finding::new(RULE.id, Effect::Consent, message).at(vec![place(resource, None, None)])
    };
    let found = if goes(resource) {
        finding(format!("{who} {}", fate(resource)))
    } else if let Some(was) = &resource.previous_address {
        finding(format!("{who} is moved to another address")).because(format!("it was `{}`", escape(was)))
    } else if resource.action == Action::NoOp {
        return Vec::new();
    } else {
        match (&before, &after, prior) {
            (Some(None), ..) | (_, Some(None), _) => finding(format!("what becomes of {who} cannot be told"))
                .untold()
                .because("its `record` is not known before apply, or cannot be read"),
            (_, Some(Some(proposed)), Some(prior)) => {
                let faults = approver_changed(prior, proposed);
                if faults.is_empty() {
                    return Vec::new();
                }
                let changed = finding(format!("{who} would be changed"));
                faults.iter().fold(changed, |changed, fault| changed.because(escape(&fault.to_string())))
            }
            _ => return Vec::new(),
        }
    };
    under(cx, prior, &found)
}

/// The finding once for every envelope that lists the approver.
fn under(cx: &Context<'_>, prior: Option<&Approver>, found: &Finding) -> Vec<Finding> {
    let digest = prior.map(Approver::digest);
    let lists =
        |envelope: &&Envelope| digest.is_some_and(|digest| envelope.consent.approvers.contains(&digest));
    let listing: Vec<&Envelope> = cx.envelopes.iter().filter(lists).collect();
    if listing.is_empty() {
        let found = found.clone().because("no envelope in force lists this approver, and the trust root may");
        return vec![found.help("leave the approver as it is, or have the trust root agree")];
    }
    let each = listing.into_iter().map(|envelope| {
        let ask = quorum(envelope, RULE.dimension);
        let found = found
            .clone()
            .because(format!("{} lists this approver", named(envelope)))
            .help(format!("leave the approver as it is, or get consent of {ask} and of the trust root"));
        consent_of(found, envelope, ask)
    });
    each.collect()
}
