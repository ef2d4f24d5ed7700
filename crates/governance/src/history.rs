//! How a declaration came into force: one link per record, oldest first, each with the approvals under which it did. Kept in
//! the state and in the governance lock, so that neither has to be believed: whoever has the pinned trust root can verify
//! the chain again.
//!
//! The first link is approved by the trust root, that of an override which names an envelope by the quorum of that envelope. A
//! later one either loosens nothing, which is free, or is approved under the rules of the link before it: for an envelope its
//! own quorum, for an approver the trust root, for an override whoever decided about it and whoever would from then on. What a
//! change needs is in `change`, whose keys are vouched for in `voters`, and which quorum an override meets in `envelopes`.

mod change;
mod envelopes;
mod voters;

use crate::{
    approval::{Signed, Statement},
    approver::Approver,
    default_override::DefaultOverride,
    digest::Digest,
    envelope::Envelope,
    invalid::Invalid,
    json::{Json, Members},
    record::{self, Kind},
    time::{Timestamp, parse_instant},
    trust_root::TrustRoot,
};
use std::collections::BTreeSet;

pub use change::{Evidence, Refused, Unapproved, advance, end};
pub use envelopes::{Envelopes, NO_ENVELOPES};
pub use voters::voters;

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
}

/// One record, and how it came into force.
#[derive(Debug, Clone)]
pub struct Link {
    /// What came into force.
    pub declaration: Declaration,
    /// Approvers whose digests the envelope or its predecessor names, or who stood in, as far as no earlier link has them.
    pub approvers: Vec<Approver>,
    /// For an override that names an envelope: how that envelope came into force.
    pub envelopes: Vec<History>,
    /// Everything signed that it rests on.
    pub approvals: Vec<Signed>,
    /// When.
    pub since: Timestamp,
}

/// How a declaration came into force. Never empty.
#[derive(Debug, Clone)]
pub struct History(Vec<Link>);

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
        self.verify_beside(trust, &[])
    }

    /// The same, where more is known of how envelopes came into force: an override under a quorum that was no longer in force
    /// does not verify.
    pub fn verify_beside(&self, trust: &TrustRoot, envelopes: &[History]) -> Result<(), String> {
        let envelopes = Envelopes::verified(self.envelopes().chain(envelopes).cloned(), trust);
        let (mut approvers, mut signed) = (Vec::new(), Vec::new());
        let mut prior: Option<&Link> = None;
        for link in &self.0 {
            if prior.is_some_and(|prior| prior.since > link.since) {
                return Err("its links are not in the order of time".to_owned());
            }
            approvers.extend(link.approvers.iter().cloned());
            signed.extend(link.approvals.iter().cloned());
            let evidence = Evidence {
                trust,
                signed: &signed,
                approvers: &approvers,
                envelopes: &envelopes,
                now: link.since,
            };
            let before = prior.map(|link| &link.declaration);
            // Requests of earlier links are used up: they were for another target.
            let used = self.requests_before(link);
            change::permitted(before, Some(&link.declaration), &evidence, &used).map_err(|refused| {
                format!("`{}` came into force without consent: {}", link.declaration.digest(), refused.why())
            })?;
            prior = Some(link);
        }
        Ok(())
    }

    /// How the envelopes that the links name came into force.
    fn envelopes(&self) -> impl Iterator<Item = &History> {
        self.0.iter().flat_map(|link| &link.envelopes)
    }

    /// All approvers that the links carry.
    pub fn approvers(&self) -> impl Iterator<Item = &Approver> {
        self.0.iter().flat_map(|link| &link.approvers)
    }

    /// Whether the other begins with all of this.
    fn begins(&self, other: &History) -> bool {
        let digests = |history: &History| -> Vec<(Digest, Timestamp)> {
            history.0.iter().map(|link| (link.declaration.digest(), link.since)).collect()
        };
        digests(other).starts_with(&digests(self))
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
        let envelopes: Json = self.envelopes.iter().map(History::json).collect();
        Members::new()
            .put("record", tree(&self.declaration.record()))
            .put("approvers", approvers)
            .put("approvals", approvals)
            .put_some("envelopes", Some(envelopes).filter(|_| !self.envelopes.is_empty()))
            .put("since", self.since.to_string())
            .into()
    }

    fn from_json(json: &Json) -> Result<Self, String> {
        let members = json.as_object().ok_or("a link of the history is not an object")?;
        let unknown =
            |name: &str| !matches!(name, "approvals" | "approvers" | "envelopes" | "record" | "since");
        if members.keys().any(|name| unknown(name)) {
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
        let envelopes: Vec<History> =
            list("envelopes").iter().map(History::from_json).collect::<Result<_, _>>()?;
        // Only an override names one, so nothing nests any deeper.
        let fits = |history: &History| history.0.iter().all(|link| link.declaration.kind() == Kind::Envelope);
        if !envelopes.is_empty()
            && (declaration.kind() != Kind::DefaultOverride || !envelopes.iter().all(fits))
        {
            return Err("a link of the history carries envelopes that it cannot rest on".to_owned());
        }
        Ok(Self {
            envelopes,
            declaration,
            approvers: approvers.collect::<Result<_, _>>().map_err(first)?,
            approvals: approvals.collect::<Result<_, _>>().map_err(|refusal| refusal.to_string())?,
            since: parse_instant(members.get("since").and_then(Json::as_str).unwrap_or_default())?,
        })
    }
}

#[cfg(test)]
mod tests;
