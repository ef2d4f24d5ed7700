//! The direction of a change of governance: in what a proposed declaration is looser than the one in force. Tightening is
//! free, so whatever is found here is what people have to be asked about.

mod aws;

use crate::{
    approver::Approver,
    consent::Consent,
    default_override::{Decision, DefaultOverride},
    digest::Digest,
    dimension::Posture,
    envelope::{Agents, Envelope, Freeze},
    glob::Glob,
    invalid::{Invalid, Kind, Step, list},
    json::Json,
    limits::{Cost, Mark},
    review::{Review, Rhythm},
    scope::{Scope, covers_addresses},
    time::Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

/// What messages call the declaration that is replaced.
const IN_FORCE: &str = "the declaration in force";

/// What the comparison of envelopes knows the direction of. A change of anything else counts as loosening.
const COMPARED: [&str; 12] = [
    "name",
    "purpose",
    "owner",
    "parent",
    "scope",
    "agents",
    "limits",
    "consent",
    "review",
    "freezes",
    "deletion_protection",
    "aws",
];

/// In what the proposed envelope is looser than the one in force; empty when nothing is. What cannot be compared counts as looser: another
/// currency, another parent, attributes whose direction is not known here. The purpose has no direction. Freezes that ended before `now`
/// bind nobody any more. Every fault says what is proposed and what is in force.
///
/// A record names its parent and its approvers by digest, which changes with every change of theirs. `follows` says of two digests whether the
/// second may take the place of the first without loosening: for a parent, when they are two records of one declaration, whose own change is
/// judged by itself; for an approver, when [`is_restriction`] holds. A caller who cannot know says no.
pub fn loosened(
    prior: &Envelope,
    proposed: &Envelope,
    now: Timestamp,
    follows: impl Fn(Digest, Digest) -> bool,
) -> Vec<Invalid> {
    let mut change =
        Change { found: super::contains::compare(IN_FORCE.to_owned(), prior, proposed), kind: "envelope" };
    change.differs(&["name"], &prior.name, &proposed.name);
    change.differs(&["owner"], &prior.owner.normal().to_text(), &proposed.owner.normal().to_text());
    change.parent(prior.parent, proposed.parent, &follows);
    change.scope(&prior.scope, &proposed.scope);
    change.agents(&prior.agents, &proposed.agents);
    change.marks(prior, proposed);
    if prior.limits.defaults.is_none() && proposed.limits.defaults == Some(Posture::Allow) {
        change.looser(&["limits", "defaults"], "`allow`", "nothing, so that they are told");
    }
    change.consent(&prior.consent, &proposed.consent, &follows);
    change.review(prior.review.as_ref(), proposed.review.as_ref());
    change.freezes(&prior.freezes, &proposed.freezes, now);
    if prior.deletion_protection && !proposed.deletion_protection {
        change.looser(&["deletion_protection"], "turned off", "on");
    }
    change.aws(prior.aws.as_ref(), proposed.aws.as_ref());
    change.rest(&prior.record(), &proposed.record(), &COMPARED);
    change.found
}

/// In what a proposed approver differs from the one in force. Whoever may sign, with which key and for how much decides who can open everything
/// else, so every difference counts, but for two that only take away: a key that is revoked, and an earlier end. Revoking has to be quick.
pub fn approver_changed(prior: &Approver, proposed: &Approver) -> Vec<Invalid> {
    let mut change = Change { found: Vec::new(), kind: "approver" };
    if !prior.revoked_keys.is_subset(&proposed.revoked_keys) {
        change.looser(&["revoked_keys"], &list(&proposed.revoked_keys), &list(&prior.revoked_keys));
    }
    if let Some(was) = prior.valid_until
        && proposed.valid_until.is_none_or(|is| is > was)
    {
        let is = proposed.valid_until.map_or("left out".to_owned(), |is| format!("`{is}`"));
        change.looser(&["valid_until"], &is, &format!("`{was}`"));
    }
    change.rest(&prior.record(), &proposed.record(), &["revoked_keys", "valid_until"]);
    change.found
}

/// Whether the second record is the first one with no more than keys revoked, or an earlier end.
pub fn is_restriction(prior: &Approver, proposed: &Approver) -> bool {
    prior.email == proposed.email && approver_changed(prior, proposed).is_empty()
}

/// In what a proposed decision about a default is looser than the one in force. Which value is tighter depends on the default, so another value
/// counts as looser; only going back from accepting to overriding is not. `same` says of two digests whether they are two records of one envelope.
pub fn override_loosened(
    prior: &DefaultOverride,
    proposed: &DefaultOverride,
    same: impl Fn(Digest, Digest) -> bool,
) -> Vec<Invalid> {
    let mut change = Change { found: Vec::new(), kind: "default override" };
    change.review(Some(&prior.review), Some(&proposed.review));
    let tightens = (prior.decision, proposed.decision) == (Decision::Accept, Decision::Override);
    let mut without = vec!["review", "reason", "ticket", "regulations"];
    if tightens {
        without.extend(["decision", "value"]);
    }
    if let (Some(was), Some(is)) = (prior.envelope, proposed.envelope)
        && same(was, is)
    {
        without.push("envelope");
    }
    let dropped: Vec<&String> = prior.regulations.difference(&proposed.regulations).collect();
    if !dropped.is_empty() {
        change.looser(&["regulations"], &list(&proposed.regulations), &list(&prior.regulations));
    }
    change.rest(&prior.record(), &proposed.record(), &without);
    change.found
}

struct Change {
    found: Vec<Invalid>,
    kind: &'static str,
}

impl Change {
    fn fault(&mut self, path: &[&str], message: String) {
        let steps = path.iter().map(|name| Step::Attribute((*name).to_owned())).collect();
        self.found.push(Invalid::new(Kind::Relation, steps, message));
    }

    fn looser(&mut self, path: &[&str], proposed: &str, prior: &str) {
        let name = path.last().copied().unwrap_or_default();
        self.fault(path, format!("`{name}` is {proposed}, and {IN_FORCE} has {prior}"));
    }

    fn differs(&mut self, path: &[&str], prior: &str, proposed: &str) {
        if prior != proposed {
            self.looser(path, &format!("`{proposed}`"), &format!("`{prior}`"));
        }
    }

    fn parent(
        &mut self,
        prior: Option<Digest>,
        proposed: Option<Digest>,
        same: &impl Fn(Digest, Digest) -> bool,
    ) {
        match (prior, proposed) {
            (Some(_), None) => self.fault(
                &["parent"],
                format!("`parent` is left out, and {IN_FORCE} lies within another envelope"),
            ),
            (Some(prior), Some(proposed)) if prior != proposed && !same(prior, proposed) => {
                self.looser(&["parent"], &format!("`{proposed}`"), &format!("`{prior}`"));
            }
            _ => {}
        }
    }

    fn scope(&mut self, prior: &Scope, proposed: &Scope) {
        let narrower =
            |was: &BTreeSet<_>, is: &BTreeSet<_>| !is.is_empty() && (was.is_empty() || !was.is_subset(is));
        if narrower(&prior.accounts, &proposed.accounts) {
            self.selects(&["scope", "accounts"], &list(&proposed.accounts), &list(&prior.accounts));
        }
        for (name, was, is) in [
            ("workspaces", &prior.workspaces, &proposed.workspaces),
            ("resource_types", &prior.resource_types, &proposed.resource_types),
        ] {
            if !reaches_as_far(was, is, Glob::covers) {
                self.selects(&["scope", name], &list(is), &list(was));
            }
        }
        let (was, is) = (&prior.addresses, &proposed.addresses);
        if !reaches_as_far(was, is, covers_addresses) {
            self.selects(&["scope", "addresses"], &list(is), &list(was));
        }
        // Every tag must match, so each further one narrows.
        if proposed.tags.iter().any(|(key, value)| prior.tags.get(key) != Some(value)) {
            self.selects(&["scope", "tags"], &pairs(&proposed.tags), &pairs(&prior.tags));
        }
    }

    fn agents(&mut self, prior: &Agents, proposed: &Agents) {
        for (name, was, is) in [
            ("principals", &prior.principals, &proposed.principals),
            ("actors", &prior.actors, &proposed.actors),
        ] {
            if !reaches_as_far(was, is, Glob::covers) {
                self.selects(&["agents", name], &list(is), &list(was));
            }
        }
    }

    /// The selector has become narrower, or may have.
    fn selects(&mut self, path: &[&str], proposed: &str, prior: &str) {
        let all =
            |words: &str| if words == "nothing" { "no restriction".to_owned() } else { words.to_owned() };
        self.looser(path, &all(proposed), &all(prior));
    }

    /// Percentages at which somebody is told; everything else about marks is compared with the limits.
    fn marks(&mut self, prior: &Envelope, proposed: &Envelope) {
        let told = |mark: &Mark| mark.notify_at().collect::<BTreeSet<u32>>();
        let mut fewer = |path: &[&str], was: &Mark, is: &Mark| {
            if !told(was).is_subset(&told(is)) {
                self.looser(path, &list(told(is)), &list(told(was)));
            }
        };
        let cost = |envelope: &'_ Envelope| -> Option<Mark> {
            envelope.limits.cost.as_ref().map(|Cost { mark, .. }| mark.clone())
        };
        if let (Some(was), Some(is)) = (cost(prior), cost(proposed)) {
            fewer(&["limits", "cost", "notify_at"], &was, &is);
        }
        for (unit, was) in prior.limits.capacity.marks() {
            if let Some(is) = proposed.limits.capacity.mark(unit) {
                fewer(&["limits", "capacity", unit.as_str(), "notify_at"], was, is);
            }
        }
    }

    /// Quorums and times are compared with the limits. Of approvers any other set of people counts: a new one may sign, and one who is gone
    /// can no longer reject.
    fn consent(&mut self, prior: &Consent, proposed: &Consent, follows: &impl Fn(Digest, Digest) -> bool) {
        let (was, is) = (&prior.approvers, &proposed.approvers);
        let (gone, new) = (|| was.difference(is), || is.difference(was));
        let added = new().filter(|new| !gone().any(|gone| follows(*gone, **new))).count();
        let gone = gone().filter(|gone| !new().any(|new| follows(**gone, *new))).count();
        if added > 0 || gone > 0 {
            self.fault(
                &["consent", "approvers"],
                format!("{added} of the `approvers` are new, and {gone} of {IN_FORCE} are gone"),
            );
        }
        let end =
            |consent: &Consent| consent.minimum_assurance_exception.as_ref().map(|grounds| grounds.expires);
        if let (Some(was), Some(is)) = (end(prior), end(proposed))
            && is > was
        {
            let path = ["consent", "minimum_assurance_exception", "expires"];
            self.looser(&path, &format!("`{is}`"), &format!("`{was}`"));
        }
    }

    fn review(&mut self, prior: Option<&Review>, proposed: Option<&Review>) {
        let Some(was) = prior else { return };
        let Some(is) = proposed else {
            return self.fault(&["review"], format!("`review` is left out, and {IN_FORCE} is reviewed"));
        };
        if is.due > was.due {
            self.looser(&["review", "due"], &format!("`{}`", is.due), &format!("`{}`", was.due));
        }
        if months(is.every) > months(was.every) {
            self.looser(&["review", "every"], &format!("`{}`", is.every), &format!("`{}`", was.every));
        }
    }

    fn freezes(&mut self, prior: &[Freeze], proposed: &[Freeze], now: Timestamp) {
        for freeze in prior.iter().filter(|freeze| freeze.until > now) {
            let holds = |other: &Freeze| other.from <= freeze.from.max(now) && other.until >= freeze.until;
            if !proposed.iter().any(holds) {
                let message = format!(
                    "{IN_FORCE} has a freeze from `{}` until `{}`, which nothing proposed holds in full",
                    freeze.from, freeze.until
                );
                self.fault(&["freezes"], message);
            }
        }
    }

    /// Whatever else differs between two records.
    fn rest(&mut self, prior: &str, proposed: &str, compared: &[&str]) {
        let (Ok(Json::Object(prior)), Ok(Json::Object(proposed))) =
            (Json::parse(prior), Json::parse(proposed))
        else {
            return self.fault(&[], format!("the records of the {} cannot be compared", self.kind));
        };
        let names: BTreeSet<&String> = prior.keys().chain(proposed.keys()).collect();
        for name in names.into_iter().filter(|name| !compared.contains(&name.as_str())) {
            let text = |side: &BTreeMap<String, Json>| {
                side.get(name).map_or("left out".to_owned(), |value| format!("`{}`", value.to_text()))
            };
            if prior.get(name) != proposed.get(name) {
                self.looser(&[name], &text(&proposed), &text(&prior));
            }
        }
    }
}

/// Whether the proposed patterns reach everything that the prior ones did; an empty list reaches everything.
fn reaches_as_far(
    prior: &BTreeSet<Glob>,
    proposed: &BTreeSet<Glob>,
    covers: fn(&Glob, &Glob) -> bool,
) -> bool {
    let reached = |glob: &Glob| proposed.iter().any(|other| covers(other, glob));
    proposed.is_empty() || (!prior.is_empty() && prior.iter().all(reached))
}

fn pairs(tags: &BTreeMap<String, String>) -> String {
    list(tags.iter().map(|(key, value)| format!("{key} = {value}")))
}

fn months(rhythm: Rhythm) -> u32 {
    match rhythm {
        Rhythm::Month => 1,
        Rhythm::Quarter => 3,
        Rhythm::HalfYear => 6,
        Rhythm::Year => 12,
    }
}

#[cfg(test)]
mod tests;
