//! Who is asked, how many of them, and what their signatures must prove.

use super::statement::Under;
use crate::{
    approver::Approver,
    compose::is_restriction,
    consent::{Assurance, Function, Quorum},
    digest::Digest,
    dimension::Dimension,
    envelope::Envelope,
    invalid::Invalid,
    json::{Json, Members},
    record,
    ssh_key::SshKey,
    time::{Date, Duration},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// A person who may approve, and whether somebody vouches for the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voter {
    /// The person.
    pub approver: Approver,
    /// Whether the trust root approved exactly this record, keys and assurance included. Without it a signature is
    /// believed to prove [`Assurance::Key`] and nothing more, whatever its flags say.
    pub enrolled: bool,
    /// Keys of the person that approve nothing any more, by any record of theirs that is at hand.
    pub revoked: BTreeSet<SshKey>,
}

impl Voter {
    /// The person by one record.
    pub fn new(approver: Approver, enrolled: bool) -> Self {
        Self { revoked: approver.revoked_keys.clone(), approver, enrolled }
    }
}

/// How many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// So many per function.
    Quorum(Quorum),
    /// So many people, whatever their function.
    Threshold(u32),
}

impl Need {
    /// The digest that approvals name.
    pub fn digest(&self) -> Digest {
        match self {
            Self::Quorum(quorum) => quorum.digest(),
            Self::Threshold(count) => {
                let json: Json = Members::new().put("threshold", *count).into();
                Digest::of(json.canonical().as_bytes())
            }
        }
    }

    /// Who is still missing when these have agreed: a function, or anybody.
    pub fn missing(&self, agreed: &BTreeMap<Function, u32>) -> Vec<(Option<Function>, u32)> {
        let short = |wanted: u32, have: u32| wanted.saturating_sub(have);
        let missing: Vec<(Option<Function>, u32)> = match self {
            Self::Quorum(quorum) => quorum
                .functions()
                .map(|(function, wanted)| {
                    (Some(function), short(wanted, agreed.get(&function).copied().unwrap_or(0)))
                })
                .collect(),
            Self::Threshold(wanted) => vec![(None, short(*wanted, agreed.values().sum()))],
        };
        missing.into_iter().filter(|(_, count)| *count > 0).collect()
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quorum(quorum) => quorum.fmt(f),
            Self::Threshold(count) => write!(f, "{count} of the root approvers"),
        }
    }
}

/// The rules that a set of approvals is judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Whose rules.
    pub under: Under,
    /// How many.
    pub need: Need,
    /// The weakest signature that counts.
    pub minimum: Assurance,
    /// How long approvals may be collected.
    pub expires_after: Duration,
    /// How long after the quorum was reached they hold.
    pub execute_within: Duration,
    /// Who may approve.
    pub voters: Vec<Voter>,
    /// Other known people: they may stand in for a voter who delegates to them.
    pub others: Vec<Voter>,
    /// Keys that never count any more.
    pub revoked: BTreeSet<SshKey>,
    /// Whether this is the emergency rule.
    pub break_glass: bool,
}

/// The longest time that the emergency rule opens anything.
const EMERGENCY: Duration = Duration::hours(1);

impl Policy {
    /// The rules of an envelope for a change in these dimensions. `known` are all people whose records are at hand; the
    /// envelope's own approvers must be among them, and be different people.
    pub fn of_envelope(
        envelope: &Envelope,
        dimensions: &[Dimension],
        known: &[Voter],
        revoked: &BTreeSet<SshKey>,
        today: Date,
    ) -> Result<Self, Vec<Invalid>> {
        let is_voter = |voter: &&Voter| envelope.consent.approvers.contains(&voter.approver.digest());
        let voters: Vec<Voter> = known.iter().filter(is_voter).cloned().collect();
        // Of somebody who stands in, the record counts that leaves them least.
        let replaced = |voter: &Voter| {
            let by = |other: &Voter| other != voter && is_restriction(&voter.approver, &other.approver);
            known.iter().any(by)
        };
        let others = known.iter().filter(|voter| !is_voter(voter) && !replaced(voter)).cloned().collect();
        let bodies: Vec<&Approver> = voters.iter().map(|voter| &voter.approver).collect();
        let faults = envelope.consent.judge_approvers(&bodies);
        if !faults.is_empty() {
            return Err(faults);
        }
        let need = Need::Quorum(envelope.consent.quorum_for(dimensions));
        Ok(Self {
            under: Under {
                kind: record::Kind::Envelope,
                name: envelope.name.clone(),
                digest: envelope.digest(),
                quorum: need.digest(),
            },
            need,
            minimum: envelope.consent.minimum_assurance_on(today),
            expires_after: envelope.consent.expires_after,
            execute_within: envelope.consent.execute_within,
            voters,
            others,
            revoked: revoked.clone(),
            break_glass: false,
        })
    }

    /// The emergency rule beside an ordinary one: any two of its approvers, whatever their function, with the strongest
    /// signatures there are, and for at most an hour.
    #[must_use]
    pub fn in_emergency(&self) -> Self {
        let need = Need::Threshold(2);
        Self {
            under: Under { quorum: need.digest(), ..self.under.clone() },
            need,
            minimum: Assurance::TouchPinAttested,
            expires_after: self.expires_after.min(EMERGENCY),
            execute_within: self.execute_within.min(EMERGENCY),
            others: Vec::new(),
            break_glass: true,
            ..self.clone()
        }
    }
}
