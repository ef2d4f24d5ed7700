//! The digest of a change of governance: what approvers of an envelope, approver or override sign.

use crate::{
    consent::Quorum,
    digest::Digest,
    json::{Json, Members},
    record::Kind,
};

/// Keeps this digest apart from every other digest over JSON, now and later.
const DOMAIN: &[u8] = b"remit transition 1\n";

/// A change of one declaration. Absent `prior` is creation, absent `proposed` destruction.
#[derive(Debug, Clone, Copy)]
pub struct Transition<'a> {
    /// What is changed.
    pub kind: Kind,
    /// Its name: of an envelope the name, of an approver the e-mail address, of an override the default's.
    pub name: &'a str,
    /// The record last approved.
    pub prior: Option<Digest>,
    /// The record that shall come into force.
    pub proposed: Option<Digest>,
    /// The quorum in force before the change; absent when the trust root decides.
    pub quorum: Option<&'a Quorum>,
}

/// The digest that approvals of this change carry.
pub fn transition_digest(transition: &Transition) -> Digest {
    let digest = |digest: Option<Digest>| digest.map_or(Json::Null, |digest| Json::from(digest.to_string()));
    let statement: Json = Members::new()
        .put("kind", transition.kind)
        .put("name", transition.name)
        .put("prior", digest(transition.prior))
        .put("proposed", digest(transition.proposed))
        .put("quorum", transition.quorum.map_or(Json::Null, Quorum::normal))
        .into();
    Digest::of(&[DOMAIN, statement.canonical().as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden() {
        let prior = Digest::of(b"prior");
        let change = Transition {
            kind: Kind::Envelope,
            name: "support-agents",
            prior: Some(prior),
            proposed: Some(Digest::of(b"proposed")),
            quorum: None,
        };
        // Taken with sha256sum over the domain line and the canonical statement.
        insta::assert_snapshot!(transition_digest(&change), @"sha256:e3b19d123d5d8701e2f2137da6fb9a2a6cc6519545a7562cb1edf3d54b203f52");
    }

    #[test]
    fn every_part_counts() {
        let base = Transition { kind: Kind::Envelope, name: "a", prior: None, proposed: None, quorum: None };
        let some = Some(Digest::of(b"x"));
        let all = [
            base,
            Transition { kind: Kind::Approver, ..base },
            Transition { name: "b", ..base },
            Transition { prior: some, ..base },
            Transition { proposed: some, ..base },
        ];
        let digests: std::collections::BTreeSet<_> = all.iter().map(transition_digest).collect();
        assert_eq!(digests.len(), all.len());
    }
}
