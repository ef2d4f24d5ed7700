//! Which envelope decides about an override: the one it names, by the quorum that was in force before. Whether that quorum agreed is
//! not asked here.

use super::{Declaration, History, Link, Refused};
use crate::{approver::Approver, digest::Digest, envelope::Envelope, time::Timestamp, trust_root::TrustRoot};

/// How envelopes came into force, as far as that is at hand.
#[derive(Debug, Clone, Default)]
pub struct Envelopes(Vec<History>);

/// For whoever judges no override.
pub static NO_ENVELOPES: Envelopes = Envelopes(Vec::new());

impl Envelopes {
    /// Those of the histories that are of envelopes and verify; the others show nothing.
    pub fn verified(histories: impl IntoIterator<Item = History>, trust: &TrustRoot) -> Self {
        let shows = |history: &History| {
            matches!(history.in_force(), Some(Declaration::Envelope(_))) && history.verify(trust).is_ok()
        };
        Self::joined(histories.into_iter().filter(shows).collect())
    }

    fn joined(mut all: Vec<History>) -> Self {
        // Of two that tell the same, the one that tells more.
        all.sort_by_key(|history| std::cmp::Reverse(history.links().len()));
        let mut kept: Vec<History> = Vec::new();
        for history in all {
            if !kept.iter().any(|longer| history.begins(longer)) {
                kept.push(history);
            }
        }
        Self(kept)
    }

    /// With what else is at hand.
    #[must_use]
    pub(super) fn with(self, more: impl IntoIterator<Item = History>, trust: &TrustRoot) -> Self {
        let mut more = more.into_iter().peekable();
        if more.peek().is_none() {
            return self;
        }
        Self::joined(self.0.into_iter().chain(Self::verified(more, trust).0).collect())
    }

    /// With an envelope that would come into force at this time, approved or not: whom a plan has to ask can only be told so.
    /// What is found with it permits nothing.
    #[must_use]
    pub fn expecting(mut self, envelope: Envelope, approvers: Vec<Approver>, since: Timestamp) -> Self {
        let named = |history: &&mut History| matches!(history.in_force(), Some(Declaration::Envelope(known)) if known.name == envelope.name);
        let at = self.0.iter_mut().find(named).map(|history| &mut history.0);
        let link = Link {
            declaration: Declaration::Envelope(envelope),
            approvers,
            envelopes: Vec::new(),
            approvals: Vec::new(),
            since,
        };
        match at {
            Some(links) => links.push(link),
            None => self.0.push(History(vec![link])),
        }
        self
    }

    /// The history that the record with this digest stands in.
    pub(super) fn of(&self, digest: Digest) -> Result<&History, Refused> {
        let holds = |history: &&History| history.position(digest).is_some();
        let mut holding = self.0.iter().filter(holds);
        match (holding.next(), holding.next()) {
            (Some(history), None) => Ok(history),
            (None, _) => Err(Refused::Broken(format!(
                "nothing at hand shows that the envelope it names, `{digest}`, came into force; give the envelope's `history` as \
                 `envelope_history`"
            ))),
            _ => Err(Refused::Broken(format!(
                "two histories of the envelope it names, `{digest}`, contradict each other"
            ))),
        }
    }

    /// Whether the second record is the first one, or came after it.
    pub(super) fn follows(&self, was: Digest, is: Digest) -> bool {
        let history = self.of(was).ok();
        let places = history.and_then(|history| Some((history.position(was)?, history.position(is)?)));
        places.is_some_and(|(was, is)| was <= is)
    }
}

impl History {
    fn position(&self, digest: Digest) -> Option<usize> {
        self.0.iter().rposition(|link| link.declaration.digest() == digest)
    }

    /// The link whose people decide at this time: the last from before. What comes into force in the same run decides only
    /// where there was nothing before.
    pub(super) fn deciding(&self, now: Timestamp) -> Option<&Link> {
        self.0.iter().rfind(|link| link.since < now).or(self.0.first())
    }

    /// The link that is in force at this time.
    pub(super) fn at(&self, now: Timestamp) -> Option<&Link> {
        self.0.iter().rfind(|link| link.since <= now)
    }
}
