//! What a change of governance needs, and whether it has it.

use super::{
    Declaration, Envelopes, History, Link,
    voters::{voters, with_revoked},
};
use crate::{
    approval::{
        Growth, Moved, Need, Outcome, Policy, Question, Signed, Standing, Statement, Subject, judge,
        missing_in_words,
    },
    approver::Approver,
    compose,
    digest::Digest,
    dimension::Dimension,
    envelope::Envelope,
    invalid::Invalid,
    record::Kind,
    time::{Timestamp, today},
    transition::{Transition, transition_digest},
    trust_root::{Root, TrustRoot},
};
use std::collections::BTreeSet;

/// Everything that a change of governance is judged with.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The pinned trust root.
    pub trust: &'a TrustRoot,
    /// Everything signed that is at hand.
    pub signed: &'a [Signed],
    /// Approvers whose records are at hand.
    pub approvers: &'a [Approver],
    /// How envelopes came into force, for the overrides that name them.
    pub envelopes: &'a Envelopes,
    /// The present time.
    pub now: Timestamp,
}

/// A change of governance that is not approved: what to sign, under which rules, and how far it got.
#[derive(Debug, Clone)]
pub struct Unapproved {
    /// The transition digest.
    pub transition: Digest,
    /// The transition as approvals name it.
    pub moved: Moved,
    /// The rules that decide.
    pub policy: Policy,
    /// What is looser than before; empty for a creation or a destruction.
    pub looser: Vec<Invalid>,
    /// What the approvals at hand come to.
    pub outcome: Outcome,
}

/// Why a change of governance cannot happen now.
#[derive(Debug, Clone)]
pub enum Refused {
    /// People have to agree first, under each of these.
    Unapproved(Vec<Unapproved>),
    /// What is said to be in force is not, or its approvers cannot be told; people cannot help that by signing.
    Broken(String),
}

impl Refused {
    /// One sentence without a full stop.
    pub fn why(&self) -> String {
        match self {
            Self::Broken(why) => why.clone(),
            Self::Unapproved(all) => all.iter().map(Unapproved::why).collect::<Vec<_>>().join(", and "),
        }
    }
}

impl Unapproved {
    /// One sentence without a full stop: who is still asked.
    pub fn why(&self) -> String {
        let whose = format!("`{}`", self.policy.under.name);
        match &self.outcome.standing {
            Standing::Missing(missing) => {
                format!("approval by {} is missing under {whose}", missing_in_words(missing))
            }
            Standing::Rejected { by, .. } => format!("`{by}` rejected it under {whose}"),
            Standing::Lapsed { until } => format!("the approvals under {whose} were good until `{until}`"),
            Standing::Granted { .. } => format!("it is approved under {whose}"),
        }
    }
}

/// What the declaration becomes: the history with one more link, or unchanged where nothing changes. `prior` must have been
/// verified, or be absent.
pub fn advance(
    prior: Option<&History>,
    proposed: &Declaration,
    evidence: &Evidence,
) -> Result<History, Refused> {
    let in_force = prior.and_then(History::in_force);
    if let (Some(history), Some(in_force)) = (prior, in_force)
        && in_force.record() == proposed.record()
    {
        return Ok(history.clone());
    }
    let basis = judged(prior, Some(proposed), evidence)?;
    let mut links = prior.map(|history| history.0.clone()).unwrap_or_default();
    // The longest history of an envelope serves all links: what was in force when stands in it.
    for link in &mut links {
        link.envelopes.retain(|known| !basis.envelopes.iter().any(|longer| known.begins(longer)));
    }
    // What an earlier link carries need not be carried again.
    let carried: BTreeSet<Digest> =
        links.iter().flat_map(|link| &link.approvers).map(Approver::digest).collect();
    let held: BTreeSet<String> = links.iter().flat_map(|link| &link.approvals).map(Signed::to_json).collect();
    let Basis { mut approvers, envelopes, mut signed } = basis;
    approvers.retain(|approver| !carried.contains(&approver.digest()));
    signed.retain(|signed| !held.contains(&signed.to_json()));
    let (declaration, since) = (proposed.clone(), evidence.now);
    links.push(Link { declaration, approvers, envelopes, approvals: signed, since });
    Ok(History(links))
}

/// Whether the declaration may go: destroying it is loosening. An approver who goes takes nothing along but their own vote.
pub fn end(prior: &History, evidence: &Evidence) -> Result<(), Refused> {
    match prior.in_force() {
        None | Some(Declaration::Approver(_)) => Ok(()),
        Some(_) => judged(Some(prior), None, evidence).map(|_| ()),
    }
}

/// Judges a change of what stands at the end of a history, with what that history itself carries.
fn judged(
    prior: Option<&History>,
    proposed: Option<&Declaration>,
    evidence: &Evidence,
) -> Result<Basis, Refused> {
    let Some(history) = prior else { return permitted(None, proposed, evidence, &BTreeSet::new()) };
    let mut approvers = evidence.approvers.to_vec();
    approvers.extend(history.approvers().cloned());
    let envelopes = evidence.envelopes.clone().with(history.envelopes().cloned(), evidence.trust);
    let evidence = Evidence { approvers: &approvers, envelopes: &envelopes, ..*evidence };
    permitted(history.in_force(), proposed, &evidence, &history.requests())
}

/// What a permitted change rests on.
#[derive(Default)]
pub(super) struct Basis {
    approvers: Vec<Approver>,
    envelopes: Vec<History>,
    signed: Vec<Signed>,
}

pub(super) fn permitted(
    prior: Option<&Declaration>,
    proposed: Option<&Declaration>,
    evidence: &Evidence,
    used: &BTreeSet<String>,
) -> Result<Basis, Refused> {
    let mut basis = named(prior, proposed, evidence)?;
    let looser = match (prior, proposed) {
        (Some(prior), Some(proposed)) => {
            let looser = loosened(prior, proposed, evidence);
            if looser.is_empty() {
                return Ok(basis.completed(evidence));
            }
            looser
        }
        _ => Vec::new(),
    };
    let change = Change { prior, proposed, looser, used };
    let mut open = Vec::new();
    for decider in deciders(prior, proposed, evidence)? {
        match change.agreed(&decider.rules(evidence)?, evidence) {
            Ok(more) => {
                basis.approvers.extend(more.approvers);
                basis.signed.extend(more.signed);
            }
            Err(unapproved) => open.push(*unapproved),
        }
    }
    if open.is_empty() { Ok(basis.completed(evidence)) } else { Err(Refused::Unapproved(open)) }
}

/// In what a declaration would be looser than what is in force; empty when nothing is. A declaration of another kind is another
/// thing altogether, so it counts as looser.
fn loosened(prior: &Declaration, proposed: &Declaration, evidence: &Evidence) -> Vec<Invalid> {
    let body = |digest: Digest| evidence.approvers.iter().find(|approver| approver.digest() == digest);
    let restricted =
        |was, is| body(was).zip(body(is)).is_some_and(|(was, is)| compose::is_restriction(was, is));
    match (prior, proposed) {
        (Declaration::Envelope(old), Declaration::Envelope(new)) => {
            compose::loosened(old, new, evidence.now, restricted)
        }
        (Declaration::Approver(old), Declaration::Approver(new)) => compose::approver_changed(old, new),
        (Declaration::Override(old), Declaration::Override(new)) => {
            compose::override_loosened(old, new, |was, is| evidence.envelopes.follows(was, is))
        }
        _ => {
            let message = "one kind of declaration would take the place of another";
            vec![Invalid::new(crate::invalid::Kind::Relation, Vec::new(), message)]
        }
    }
}

/// What the declarations name by digest, so that the link can be judged again without anything else.
fn named(
    prior: Option<&Declaration>,
    proposed: Option<&Declaration>,
    evidence: &Evidence,
) -> Result<Basis, Refused> {
    let mut basis = Basis::default();
    for declaration in [prior, proposed].into_iter().flatten() {
        if let Declaration::Envelope(envelope) = declaration {
            let listed = |approver: &&Approver| envelope.consent.approvers.contains(&approver.digest());
            basis.approvers.extend(evidence.approvers.iter().filter(listed).cloned());
        }
    }
    let Some(Declaration::Override(decided)) = proposed else { return Ok(basis) };
    let Some(digest) = decided.envelope else { return Ok(basis) };
    let history = evidence.envelopes.of(digest)?;
    if history.at(evidence.now).map(|link| link.declaration.digest()) != Some(digest) {
        let name = history.in_force().map(Declaration::name).unwrap_or_default();
        return Err(Refused::Broken(format!(
            "it names the envelope `{name}` as it is not in force; name its present record"
        )));
    }
    basis.envelopes.push(history.clone());
    Ok(basis)
}

/// Who has a say.
enum Decider<'a> {
    /// The trust root.
    Root,
    /// An envelope about itself.
    Own(&'a Envelope),
    /// The envelope that an override names.
    Named(&'a History),
}

/// Everybody whose consent a change needs: the envelope that is in force about itself; about an override whoever decided so far
/// and whoever would decide from then on; about everything else, and about all that begins, the trust root. What begins may have
/// been there before under others and have been taken out of the state: only people outside of it can tell.
fn deciders<'a>(
    prior: Option<&'a Declaration>,
    proposed: Option<&'a Declaration>,
    evidence: &Evidence<'a>,
) -> Result<Vec<Decider<'a>>, Refused> {
    if let Some(Declaration::Envelope(envelope)) = prior {
        return Ok(vec![Decider::Own(envelope)]);
    }
    let mut all: Vec<Decider> = if prior.is_none() { vec![Decider::Root] } else { Vec::new() };
    for declaration in [prior, proposed].into_iter().flatten() {
        let decider = match declaration {
            Declaration::Override(decided) => match decided.envelope {
                Some(digest) => Decider::Named(evidence.envelopes.of(digest)?),
                None => Decider::Root,
            },
            _ => Decider::Root,
        };
        let is_there = all.iter().any(|other| match (other, &decider) {
            (Decider::Root, Decider::Root) => true,
            (Decider::Named(one), Decider::Named(other)) => std::ptr::eq(*one, *other),
            _ => false,
        });
        if !is_there {
            all.push(decider);
        }
    }
    Ok(all)
}

/// Rules of which any is enough.
struct Rules {
    first: Policy,
    others: Vec<Policy>,
}

impl Decider<'_> {
    fn rules(&self, evidence: &Evidence) -> Result<Rules, Refused> {
        match self {
            Self::Root => {
                let rules = |root: &Root| with_revoked(root.policy(today(evidence.now)), evidence.trust);
                // Roots that were rotated away come last: what they approved in their time still counts.
                let others = evidence.trust.roots().skip(1).map(rules).collect();
                Ok(Rules { first: rules(evidence.trust.root()), others })
            }
            Self::Own(envelope) => quorum(envelope, &[Dimension::Governance], evidence),
            Self::Named(history) => {
                let deciding = history.deciding(evidence.now).map(|link| &link.declaration);
                let Some(Declaration::Envelope(envelope)) = deciding else {
                    return Err(Refused::Broken("the envelope it names has no history".to_owned()));
                };
                let approvers: Vec<Approver> =
                    evidence.approvers.iter().chain(history.approvers()).cloned().collect();
                let carried = history.links().iter().flat_map(|link| &link.approvals);
                let signed: Vec<Signed> = evidence.signed.iter().chain(carried).cloned().collect();
                let evidence = Evidence { approvers: &approvers, signed: &signed, ..*evidence };
                quorum(envelope, &[Dimension::Governance, Dimension::Defaults], &evidence)
            }
        }
    }
}

/// The rules of an envelope.
fn quorum(envelope: &Envelope, dimensions: &[Dimension], evidence: &Evidence) -> Result<Rules, Refused> {
    let mut seen = BTreeSet::new();
    let approvers: Vec<Approver> =
        evidence.approvers.iter().filter(|approver| seen.insert(approver.digest())).cloned().collect();
    let known = voters(&approvers, evidence.signed, evidence.trust);
    let revoked = &evidence.trust.root().revoked_keys;
    let policy = Policy::of_envelope(envelope, dimensions, &known, revoked, today(evidence.now));
    policy.map(|first| Rules { first, others: Vec::new() }).map_err(|faults| {
        let first = faults.first().map(ToString::to_string).unwrap_or_default();
        Refused::Broken(format!(
            "the approvers of `{}` as it is in force are not at hand: {first}",
            envelope.name
        ))
    })
}

/// A change that somebody has to agree to.
struct Change<'a> {
    prior: Option<&'a Declaration>,
    proposed: Option<&'a Declaration>,
    looser: Vec<Invalid>,
    used: &'a BTreeSet<String>,
}

impl Change<'_> {
    /// What the consent under one of these rules rests on, or how far it got under the first.
    fn agreed(&self, rules: &Rules, evidence: &Evidence) -> Result<Basis, Box<Unapproved>> {
        let first = self.under(&rules.first, evidence);
        if first.outcome.is_granted() {
            return Ok(basis(&first, evidence));
        }
        let mut others = rules.others.iter().map(|policy| self.under(policy, evidence));
        others
            .find(|other| other.outcome.is_granted())
            .map(|other| basis(&other, evidence))
            .ok_or_else(|| Box::new(first))
    }

    fn under(&self, policy: &Policy, evidence: &Evidence) -> Unapproved {
        let moved = moved(self.prior, self.proposed, policy);
        let question = Question {
            subject: Subject::Transition(moved.digest),
            audience: None,
            authors: &BTreeSet::new(),
            growth: Growth::NotAsked,
            now: Some(evidence.now),
            consumed: self.used,
        };
        let outcome = judge(&question, policy, evidence.signed);
        let looser = self.looser.clone();
        Unapproved { transition: moved.digest, moved, policy: policy.clone(), looser, outcome }
    }
}

/// The change as approvals under these rules name it.
pub(super) fn moved(prior: Option<&Declaration>, proposed: Option<&Declaration>, policy: &Policy) -> Moved {
    // Nothing that becomes nothing is asked nowhere; its name would be empty.
    let named = prior.or(proposed);
    let (kind, name) = named.map_or((Kind::Envelope, String::new()), |named| (named.kind(), named.name()));
    let quorum = match &policy.need {
        Need::Quorum(quorum) => Some(quorum),
        Need::Threshold(_) => None,
    };
    let (prior, proposed) = (prior.map(Declaration::digest), proposed.map(Declaration::digest));
    let digest = transition_digest(&Transition { kind, name: &name, prior, proposed, quorum });
    Moved { kind, name, prior, proposed, digest }
}

/// The votes that count, the delegations behind them, and whose they are.
fn basis(granted: &Unapproved, evidence: &Evidence) -> Basis {
    let (policy, counted) = (&granted.policy, &granted.outcome.counted);
    let indices: BTreeSet<usize> = counted.iter().map(|vote| vote.index).collect();
    let instead = counted.iter().any(|vote| vote.on_behalf_of.is_some());
    let counts = |(index, signed): &(usize, &Signed)| match signed.statement() {
        Statement::Delegation(_) => instead,
        Statement::Approval(_) => indices.contains(index),
    };
    let people = policy.voters.iter().chain(&policy.others).map(|voter| voter.approver.clone());
    Basis {
        approvers: if policy.under.kind == Kind::Envelope { people.collect() } else { Vec::new() },
        envelopes: Vec::new(),
        signed: evidence.signed.iter().enumerate().filter(counts).map(|(_, signed)| signed.clone()).collect(),
    }
}

impl Basis {
    /// With what vouches for the keys of these people, and each thing once.
    fn completed(mut self, evidence: &Evidence) -> Self {
        let emails: BTreeSet<String> =
            self.approvers.iter().map(|approver| approver.email.to_string()).collect();
        let at_hand = evidence.approvers.iter().filter(|approver| emails.contains(approver.email.as_str()));
        let digests: BTreeSet<Digest> = at_hand.map(Approver::digest).collect();
        let vouches = |signed: &&Signed| match signed.statement() {
            Statement::Approval(approval) => {
                approval.transitions.iter().any(|moved| moved.proposed.is_some_and(|d| digests.contains(&d)))
            }
            Statement::Delegation(_) => false,
        };
        self.signed.extend(evidence.signed.iter().filter(vouches).cloned());
        let mut seen = BTreeSet::new();
        self.approvers.retain(|approver| seen.insert(approver.digest()));
        let mut seen = BTreeSet::new();
        self.signed.retain(|signed| seen.insert(signed.to_json()));
        self
    }
}
