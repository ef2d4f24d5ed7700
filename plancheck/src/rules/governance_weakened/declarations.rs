//! Declarations of governance that a plan would loosen or take away, judged by those in force.

use std::collections::BTreeMap;

use remit_governance::compose::{is_restriction, loosened, override_loosened};
use remit_governance::{Approver, DefaultOverride, Digest, Envelope, Invalid};

use super::RULE;
use crate::facts::{Declaration, Record, Resource};
use crate::finding::{Effect, Finding};
use crate::plan::Action;
use crate::rules::rule::{Context, consent_of, named, place, quorum, subject};
use crate::text::escape;

pub(super) fn check(cx: &Context<'_>) -> Vec<Finding> {
    let names = Names::of(cx);
    let mut findings = Vec::new();
    for (resource, _) in cx.resources() {
        let Some(declaration) = &resource.declaration else { continue };
        match &*resource.resource_type {
            "remit_envelope" => findings.extend(envelope(cx, &names, resource, declaration)),
            "remit_default_override" => findings.extend(default_override(cx, &names, resource, declaration)),
            _ => {}
        }
    }
    findings
}

/// What a digest is the record of, before the change and after it: envelopes by name, approvers whole.
struct Names {
    envelopes: BTreeMap<Digest, String>,
    approvers: BTreeMap<Digest, Approver>,
}

impl Names {
    fn of(cx: &Context<'_>) -> Self {
        let mut names = Self {
            envelopes: cx.envelopes.iter().map(|e| (e.digest(), e.name.clone())).collect(),
            approvers: cx.declared.approvers.iter().map(|a| (a.digest(), a.clone())).collect(),
        };
        for resource in &cx.facts.resources {
            let Some(record) = &resource.declaration else { continue };
            for side in [&record.before, &record.after].into_iter().flatten() {
                names.add(&resource.resource_type, side);
            }
        }
        names
    }

    fn add(&mut self, resource_type: &str, side: &Record) {
        match resource_type {
            "remit_envelope" => {
                let envelope = parsed(side, Envelope::from_record);
                self.envelopes.extend(envelope.map(|envelope| (envelope.digest(), envelope.name)));
            }
            "remit_approver" => {
                let approver = parsed(side, Approver::from_record);
                self.approvers.extend(approver.map(|approver| (approver.digest(), approver)));
            }
            _ => {}
        }
    }

    fn same(&self, one: Digest, other: Digest) -> bool {
        self.envelopes.get(&one).is_some_and(|name| self.envelopes.get(&other) == Some(name))
    }

    /// Whether the second may take the place of the first: another record of one envelope, whose own change is judged by
    /// itself, or an approver with nothing but less.
    fn follows(&self, was: Digest, is: Digest) -> bool {
        let approvers = self.approvers.get(&was).zip(self.approvers.get(&is));
        self.same(was, is) || approvers.is_some_and(|(was, is)| is_restriction(was, is))
    }
}

fn parsed<T>(record: &Record, read: fn(&str) -> Result<T, Vec<Invalid>>) -> Option<T> {
    if let Record::Known(text) = record { read(text).ok() } else { None }
}

fn envelope(cx: &Context<'_>, names: &Names, resource: &Resource, declaration: &Declaration) -> Vec<Finding> {
    let in_force = |name: &str| cx.envelopes.iter().find(|envelope| envelope.name == name);
    let read = |side: &Record| parsed(side, Envelope::from_record);
    let before = declaration.before.as_ref().map(read);
    let after = declaration.after.as_ref().map(read);
    let mut findings = Vec::new();
    // The lock says what is in force; where it does not know the name, the state does.
    let prior = match &before {
        Some(Some(before)) => Some(in_force(&before.name).unwrap_or(before)),
        _ => None,
    };
    let renamed = matches!((&before, &after), (Some(Some(b)), Some(Some(a))) if a.name != b.name);
    if let Some(prior) = prior
        && (goes(resource) || renamed)
    {
        findings.push(removed(resource, prior));
    }
    if resource.previous_address.is_some() && !goes(resource) {
        findings.extend(prior.map(|prior| moved(resource, prior)));
    }
    if resource.action == Action::NoOp {
        return findings;
    }
    match (&before, &after) {
        (Some(None), _) | (_, Some(None)) => findings.push(untold(resource, prior)),
        (_, Some(Some(proposed))) => {
            let base = in_force(&proposed.name).or(prior.filter(|prior| prior.name == proposed.name));
            if let Some(base) = base {
                let faults = loosened(base, proposed, cx.now, |a, b| names.follows(a, b));
                findings.extend(weaker(resource, Some(base), "the envelope", &faults));
            }
        }
        _ => {}
    }
    findings
}

fn default_override(
    cx: &Context<'_>,
    names: &Names,
    resource: &Resource,
    declaration: &Declaration,
) -> Vec<Finding> {
    let read = |side: &Record| parsed(side, DefaultOverride::from_record);
    let before = declaration.before.as_ref().map(read);
    let after = declaration.after.as_ref().map(read);
    let deciding = |decided: &DefaultOverride| {
        let digest = decided.envelope?;
        cx.envelopes.iter().find(|envelope| names.same(envelope.digest(), digest))
    };
    let mut findings = Vec::new();
    let prior = before.as_ref().and_then(Option::as_ref);
    let owner = prior.and_then(deciding);
    let renamed = matches!((prior, &after), (Some(b), Some(Some(a))) if a.name() != b.name());
    if prior.is_some() && (goes(resource) || renamed) {
        let finding =
            Finding::new(RULE.id, Effect::Consent, format!("a default override {}", fate(resource)))
                .because("what was decided about the default would no longer hold");
        findings.push(asked(
            finding.at(vec![place(resource, None, None)]),
            owner,
            "leave the override in place",
        ));
    }
    if resource.previous_address.is_some() && !goes(resource) {
        let finding =
            Finding::new(RULE.id, Effect::Consent, "a default override is moved to another address");
        let finding = finding.because("at another address other scopes, reviews and owners may apply");
        findings.push(asked(
            finding.at(vec![place(resource, None, None)]),
            owner,
            "leave the override where it is",
        ));
    }
    if resource.action == Action::NoOp {
        return findings;
    }
    match (&before, &after) {
        (Some(None), _) | (_, Some(None)) => findings.push(untold(resource, owner)),
        (_, Some(Some(proposed))) => {
            let known = cx.declared.overrides.iter().filter(|decided| decided.name() == proposed.name());
            for base in known.chain(prior.filter(|prior| prior.name() == proposed.name())) {
                let faults = override_loosened(base, proposed, |a, b| names.same(a, b));
                findings.extend(weaker(resource, deciding(base), "the default override", &faults));
            }
        }
        _ => {}
    }
    findings
}

pub(in crate::rules) fn goes(resource: &Resource) -> bool {
    matches!(resource.action, Action::Delete | Action::Forget | Action::Replace)
}

pub(in crate::rules) fn fate(resource: &Resource) -> &'static str {
    match resource.action {
        Action::Delete => "would be destroyed",
        Action::Forget => "would be forgotten",
        Action::Replace => "would be destroyed and made anew",
        _ => "would get another name",
    }
}

fn removed(resource: &Resource, prior: &Envelope) -> Finding {
    let places = vec![place(resource, None, None)];
    let message = format!("envelope `{}` {}", escape(&prior.name), fate(resource));
    if !prior.deletion_protection {
        let finding = Finding::new(RULE.id, Effect::Consent, message).at(places);
        let finding = finding.because("everything under it would lose its limits");
        return asked(finding, Some(prior), "leave the envelope in place");
    }
    let ask = quorum(prior, RULE.dimension);
    let finding = Finding::new(RULE.id, Effect::Deny, message)
        .at(places)
        .because(format!("{} has `deletion_protection`", named(prior)))
        .help(format!("leave the envelope in place, or take its protection off first (needs {ask})"));
    consent_of(finding, prior, ask)
}

fn moved(resource: &Resource, prior: &Envelope) -> Finding {
    let was = resource.previous_address.as_deref().unwrap_or_default();
    let message = format!("envelope `{}` is moved to another address", escape(&prior.name));
    let finding = Finding::new(RULE.id, Effect::Consent, message)
        .at(vec![place(resource, None, None)])
        .because(format!("it was `{}`, and another address may be somebody else's to change", escape(was)));
    asked(finding, Some(prior), "leave the envelope where it is")
}

fn untold(resource: &Resource, prior: Option<&Envelope>) -> Finding {
    let places = vec![place(resource, None, None)];
    let message = format!("{}: it cannot be told whether governance is weakened", subject(&places));
    let finding = Finding::new(RULE.id, Effect::Consent, message)
        .at(places)
        .untold()
        .because("its `record` is not known before apply, or cannot be read");
    asked(finding, prior, "make everything it is declared from known in the plan")
}

/// The declaration with everything in which it would be looser.
fn weaker(resource: &Resource, base: Option<&Envelope>, what: &str, faults: &[Invalid]) -> Option<Finding> {
    if faults.is_empty() {
        return None;
    }
    let places = vec![place(resource, Some("record"), None)];
    let message = format!("{} would loosen {what} in force", subject(&places));
    let finding = Finding::new(RULE.id, Effect::Consent, message).at(places);
    let finding = faults.iter().fold(finding, |finding, fault| finding.because(escape(&fault.to_string())));
    Some(asked(finding, base, "leave it as tight as it is"))
}

/// The finding with whom to ask: the envelope's quorum, or those who stand above all envelopes.
fn asked(finding: Finding, envelope: Option<&Envelope>, instead: &str) -> Finding {
    match envelope {
        Some(envelope) => {
            let ask = quorum(envelope, RULE.dimension);
            let finding = finding
                .because(format!("{} is in force before this change, so its quorum decides", named(envelope)))
                .help(format!("{instead}, or get consent of {ask}"));
            consent_of(finding, envelope, ask)
        }
        None => finding.help(format!("{instead}, or have the trust root agree")),
    }
}
