//! How a declaration came into force: one link per record, oldest first, each with the approvals under which it did. Kept in
//! the state and in the governance lock, so that neither has to be believed: whoever has the pinned trust root can verify
//! the chain again.
//!
//! The first link is approved by the trust root. A later one either loosens nothing, which is free, or is approved under the
//! rules of the link before it: for an envelope its own quorum, for an approver or an override the trust root.

use crate::{
    Transition,
    approval::{
        Growth, Moved, Outcome, Policy, Question, Signed, Standing, Statement, Subject, Voter, judge,
    },
    approver::Approver,
    compose,
    default_override::DefaultOverride,
    digest::Digest,
    dimension::Dimension,
    envelope::Envelope,
    invalid::Invalid,
    json::{Json, Members},
    record::{self, Kind},
    time::{Date, Timestamp, parse_instant, today},
    transition::transition_digest,
    trust_root::{Root, TrustRoot, ever},
};
use std::collections::BTreeSet;

/// The most links that are read.
const MOST_LINKS: usize = 4096;

/// A declaration of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "there are a handful of these at a time")]
pub enum Declaration {
    /// An envelope.
    Envelope(Envelope),
    /// An approver.
    Approver(Approver),
    /// A default override.
    Override(DefaultOverride),
}

impl Declaration {
    /// Reads a record of any kind.
    pub fn from_record(text: &str) -> Result<Self, Vec<Invalid>> {
        match record::kind_of(text)? {
            Kind::Envelope => Envelope::from_record(text).map(Self::Envelope),
            Kind::Approver => Approver::from_record(text).map(Self::Approver),
            Kind::DefaultOverride => DefaultOverride::from_record(text).map(Self::Override),
            Kind::TrustRoot => {
                let message = "a trust root is no declaration";
                Err(vec![Invalid::new(crate::invalid::Kind::Value, Vec::new(), message)])
            }
        }
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Envelope(_) => Kind::Envelope,
            Self::Approver(_) => Kind::Approver,
            Self::Override(_) => Kind::DefaultOverride,
        }
    }

    /// What tells it apart from others of its kind.
    pub fn name(&self) -> String {
        match self {
            Self::Envelope(envelope) => envelope.name.clone(),
            Self::Approver(approver) => approver.email.to_string(),
            Self::Override(decided) => decided.name(),
        }
    }

    /// The record in its normal form.
    pub fn record(&self) -> String {
        match self {
            Self::Envelope(envelope) => envelope.record(),
            Self::Approver(approver) => approver.record(),
            Self::Override(decided) => decided.record(),
        }
    }

    /// The digest of the record.
    pub fn digest(&self) -> Digest {
        Digest::of(self.record().as_bytes())
    }

    /// In what this would be looser than what is in force; empty when nothing is. A declaration of another kind or name is
    /// another thing altogether, so it counts as looser.
    pub fn loosened(&self, proposed: &Self, now: Timestamp) -> Vec<Invalid> {
        let unknown = |_, _| false;
        match (self, proposed) {
            (Self::Envelope(old), Self::Envelope(new)) => compose::loosened(old, new, now, unknown),
            (Self::Approver(old), Self::Approver(new)) => compose::approver_changed(old, new),
            (Self::Override(old), Self::Override(new)) => compose::override_loosened(old, new, unknown),
            _ => {
                let message = "one kind of declaration would take the place of another";
                vec![Invalid::new(crate::invalid::Kind::Relation, Vec::new(), message)]
            }
        }
    }
}

/// One record, and how it came into force.
#[derive(Debug, Clone)]
pub struct Link {
    /// What came into force.
    pub declaration: Declaration,
    /// The approvers of the envelope before it, whose digests that envelope names; empty where the trust root decided.
    pub approvers: Vec<Approver>,
    /// Everything signed that it rests on.
    pub approvals: Vec<Signed>,
    /// When.
    pub since: Timestamp,
}

/// How a declaration came into force. Never empty.
#[derive(Debug, Clone)]
pub struct History(Vec<Link>);

/// Everything that a change of governance is judged with.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The pinned trust root.
    pub trust: &'a TrustRoot,
    /// Everything signed that is at hand.
    pub signed: &'a [Signed],
    /// Approvers whose records are at hand.
    pub approvers: &'a [Approver],
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
    /// People have to agree first.
    Unapproved(Box<Unapproved>),
    /// What is said to be in force is not, or its approvers cannot be told; people cannot help that by signing.
    Broken(String),
}

impl History {
    /// The declaration in force.
    pub fn in_force(&self) -> Option<&Declaration> {
        self.0.last().map(|link| &link.declaration)
    }

    /// The links, oldest first.
    pub fn links(&self) -> &[Link] {
        &self.0
    }

    /// Reads a chain as the state or a lock carries it. It is not verified by that.
    pub fn from_json(json: &Json) -> Result<Self, String> {
        let Json::Array(items) = json else { return Err("the history is not a list".to_owned()) };
        if items.is_empty() || items.len() > MOST_LINKS {
            return Err(format!("the history has {} links", items.len()));
        }
        items.iter().map(Link::from_json).collect::<Result<_, _>>().map(Self)
    }

    /// Reads the text of a chain.
    pub fn parse(text: &str) -> Result<Self, String> {
        let json = Json::parse(text).map_err(|error| format!("the history is not JSON: {error}"))?;
        Self::from_json(&json)
    }

    /// The chain as a tree.
    pub fn json(&self) -> Json {
        self.0.iter().map(Link::json).collect()
    }

    /// Whether every link came into force as it had to. The error names the first that did not.
    pub fn verify(&self, trust: &TrustRoot) -> Result<(), String> {
        let mut prior: Option<&Link> = None;
        for link in &self.0 {
            if prior.is_some_and(|prior| prior.since > link.since) {
                return Err("its links are not in the order of time".to_owned());
            }
            let evidence =
                Evidence { trust, signed: &link.approvals, approvers: &link.approvers, now: link.since };
            let before = prior.map(|link| &link.declaration);
            // Requests of earlier links are used up: they were for another target.
            let used = self.requests_before(link);
            permitted(before, Some(&link.declaration), &evidence, &used).map_err(|refused| {
                format!("`{}` came into force without consent: {}", link.declaration.digest(), refused.why())
            })?;
            prior = Some(link);
        }
        Ok(())
    }

    /// Requests that something already came into force under.
    fn requests(&self) -> BTreeSet<String> {
        self.0.iter().flat_map(Link::requests).collect()
    }

    fn requests_before(&self, link: &Link) -> BTreeSet<String> {
        self.0.iter().take_while(|other| !std::ptr::eq(*other, link)).flat_map(Link::requests).collect()
    }
}

impl Link {
    fn requests(&self) -> impl Iterator<Item = String> + '_ {
        self.approvals.iter().filter_map(|signed| match signed.statement() {
            Statement::Approval(approval) => Some(approval.request.clone()),
            Statement::Delegation(_) => None,
        })
    }

    fn json(&self) -> Json {
        let tree = |text: &str| Json::parse(text).unwrap_or(Json::Null);
        let approvers: Json = self.approvers.iter().map(|approver| tree(&approver.record())).collect();
        let approvals: Json = self.approvals.iter().map(Signed::json).collect();
        Members::new()
            .put("record", tree(&self.declaration.record()))
            .put("approvers", approvers)
            .put("approvals", approvals)
            .put("since", self.since.to_string())
            .into()
    }

    fn from_json(json: &Json) -> Result<Self, String> {
        let members = json.as_object().ok_or("a link of the history is not an object")?;
        let names: Vec<&str> = members.keys().map(String::as_str).collect();
        if names != ["approvals", "approvers", "record", "since"] {
            return Err("a link of the history has other members than it should".to_owned());
        }
        let list = |name| match members.get(name) {
            Some(Json::Array(items)) => items.as_slice(),
            _ => &[],
        };
        let first = |faults: Vec<Invalid>| faults.first().map(ToString::to_string).unwrap_or_default();
        let record = members.get("record").unwrap_or(&Json::Null);
        let declaration = Declaration::from_record(&record.to_text()).map_err(first)?;
        if declaration.record() != record.to_text() {
            return Err("a record of the history is not in its normal form".to_owned());
        }
        let approvers = list("approvers").iter().map(|json| Approver::from_record(&json.to_text()));
        let approvals = list("approvals").iter().map(Signed::from_json);
        Ok(Self {
            declaration,
            approvers: approvers.collect::<Result<_, _>>().map_err(first)?,
            approvals: approvals.collect::<Result<_, _>>().map_err(|refusal| refusal.to_string())?,
            since: parse_instant(members.get("since").and_then(Json::as_str).unwrap_or_default())?,
        })
    }
}

impl Refused {
    /// One sentence without a full stop.
    pub fn why(&self) -> String {
        match self {
            Self::Broken(why) => why.clone(),
            Self::Unapproved(unapproved) => unapproved.why(),
        }
    }
}

impl Unapproved {
    /// One sentence without a full stop: who is still asked.
    pub fn why(&self) -> String {
        let whose = format!("`{}`", self.policy.under.name);
        match &self.outcome.standing {
            Standing::Missing(missing) => {
                let words: Vec<String> = missing
                    .iter()
                    .map(|(function, count)| match function {
                        Some(function) => format!("{count} {function}"),
                        None => format!("{count} of its approvers"),
                    })
                    .collect();
                format!("approval by {} is missing under {whose}", words.join(" and "))
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
    let used = prior.map(History::requests).unwrap_or_default();
    let basis = permitted(in_force, Some(proposed), evidence, &used)?;
    let mut links = prior.map(|history| history.0.clone()).unwrap_or_default();
    links.push(Link {
        declaration: proposed.clone(),
        approvers: basis.approvers,
        approvals: basis.signed,
        since: evidence.now,
    });
    Ok(History(links))
}

/// Whether the declaration may go: destroying it is loosening. An approver who goes takes nothing along but their own vote.
pub fn end(prior: &History, evidence: &Evidence) -> Result<(), Refused> {
    match prior.in_force() {
        None | Some(Declaration::Approver(_)) => Ok(()),
        Some(in_force) => permitted(Some(in_force), None, evidence, &prior.requests()).map(|_| ()),
    }
}

/// What a permitted change rests on.
struct Basis {
    approvers: Vec<Approver>,
    signed: Vec<Signed>,
}

fn permitted(
    prior: Option<&Declaration>,
    proposed: Option<&Declaration>,
    evidence: &Evidence,
    used: &BTreeSet<String>,
) -> Result<Basis, Refused> {
    let looser = match (prior, proposed) {
        (Some(prior), Some(proposed)) => prior.loosened(proposed, evidence.now),
        _ => Vec::new(),
    };
    if looser.is_empty() && prior.is_some() && proposed.is_some() {
        return Ok(Basis { approvers: Vec::new(), signed: Vec::new() });
    }
    let Some(named) = prior.or(proposed) else {
        return Ok(Basis { approvers: Vec::new(), signed: Vec::new() });
    };
    let mut first: Option<Refused> = None;
    for policy in policies(prior, evidence)? {
        let transition = transition(named, prior, proposed, &policy);
        let question = Question {
            subject: Subject::Transition(transition),
            audience: None,
            authors: &BTreeSet::new(),
            growth: Growth::NotAsked,
            now: Some(evidence.now),
            consumed: used,
        };
        let outcome = judge(&question, &policy, evidence.signed);
        if outcome.is_granted() {
            return Ok(basis(&policy, &outcome, evidence));
        }
        let moved = Moved {
            kind: named.kind(),
            name: named.name(),
            prior: prior.map(Declaration::digest),
            proposed: proposed.map(Declaration::digest),
            digest: transition,
        };
        first.get_or_insert(Refused::Unapproved(Box::new(Unapproved {
            transition,
            moved,
            policy,
            looser: looser.clone(),
            outcome,
        })));
    }
    Err(first.unwrap_or_else(|| Refused::Broken("nobody can approve it".to_owned())))
}

/// Who decides: the envelope that is in force about itself, the trust root about everything else. Roots that were rotated
/// away come last: what they approved in their time still counts.
fn policies(prior: Option<&Declaration>, evidence: &Evidence) -> Result<Vec<Policy>, Refused> {
    let day = today(evidence.now);
    let Some(Declaration::Envelope(envelope)) = prior else {
        return Ok(evidence
            .trust
            .roots()
            .map(|root| with_revoked(root.policy(day), evidence.trust))
            .collect());
    };
    let known = voters(evidence.approvers, evidence.signed, evidence.trust);
    let revoked = &evidence.trust.root().revoked_keys;
    let governance = &[Dimension::Governance];
    let policy = Policy::of_envelope(envelope, governance, &known, revoked, day).map_err(|faults| {
        let first = faults.first().map(ToString::to_string).unwrap_or_default();
        Refused::Broken(format!(
            "the approvers of `{}` as it is in force are not at hand: {first}",
            envelope.name
        ))
    })?;
    Ok(vec![policy])
}

fn with_revoked(mut policy: Policy, trust: &TrustRoot) -> Policy {
    policy.revoked.extend(trust.root().revoked_keys.iter().cloned());
    policy
}

/// The digest that approvals of this change carry.
fn transition(
    named: &Declaration,
    prior: Option<&Declaration>,
    proposed: Option<&Declaration>,
    policy: &Policy,
) -> Digest {
    let quorum = match &policy.need {
        crate::approval::Need::Quorum(quorum) => Some(quorum),
        crate::approval::Need::Threshold(_) => None,
    };
    transition_digest(&Transition {
        kind: named.kind(),
        name: &named.name(),
        prior: prior.map(Declaration::digest),
        proposed: proposed.map(Declaration::digest),
        quorum,
    })
}

/// What of the evidence the change rests on: the votes that count, and what enrolled the voters.
fn basis(policy: &Policy, outcome: &Outcome, evidence: &Evidence) -> Basis {
    let counted: BTreeSet<usize> = outcome.counted.iter().map(|vote| vote.index).collect();
    let approvers: Vec<Approver> = match policy.under.kind {
        Kind::Envelope => {
            policy.voters.iter().chain(&policy.others).map(|voter| voter.approver.clone()).collect()
        }
        _ => Vec::new(),
    };
    let digests: BTreeSet<Digest> = approvers.iter().map(Approver::digest).collect();
    let rests_on = |(index, signed): &(usize, &Signed)| match signed.statement() {
        Statement::Delegation(_) => outcome.counted.iter().any(|vote| vote.on_behalf_of.is_some()),
        Statement::Approval(approval) => {
            let enrolls =
                approval.transitions.iter().any(|moved| moved.proposed.is_some_and(|d| digests.contains(&d)));
            counted.contains(index) || enrolls
        }
    };
    let signed =
        evidence.signed.iter().enumerate().filter(rests_on).map(|(_, signed)| signed.clone()).collect();
    Basis { approvers, signed }
}

/// Whether a root ever agreed, with keys that nobody revoked since.
fn vouched(root: &Root, transition: Digest, signed: &[Signed], trust: &TrustRoot) -> bool {
    ever(&with_revoked(root.policy(Date::MIN), trust), transition, signed).is_granted()
}

/// People as voters: enrolled where the trust root approved exactly their record at some time.
pub fn voters(approvers: &[Approver], signed: &[Signed], trust: &TrustRoot) -> Vec<Voter> {
    let enrolled = |approver: &Approver| {
        let digest = approver.digest();
        let moved = signed.iter().filter_map(|signed| match signed.statement() {
            Statement::Approval(approval) => Some(&approval.transitions),
            Statement::Delegation(_) => None,
        });
        let mut about =
            moved.flatten().filter(|moved| moved.kind == Kind::Approver && moved.proposed == Some(digest));
        about.any(|moved| {
            // What the statement says of the transition is only text until its digest says the same.
            let said = transition_digest(&Transition {
                kind: Kind::Approver,
                name: approver.email.as_str(),
                prior: moved.prior,
                proposed: Some(digest),
                quorum: None,
            });
            said == moved.digest && trust.roots().any(|root| vouched(root, said, signed, trust))
        })
    };
    approvers
        .iter()
        .map(|approver| Voter { approver: approver.clone(), enrolled: enrolled(approver) })
        .collect()
}

#[cfg(test)]
mod tests;
