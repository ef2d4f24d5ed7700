//! What is written down: in-toto statements with predicates of our own. What was observed and what was merely asserted are different
//! types, so that no reader can take one for the other. Filling them in is whoever decides' business.

mod decision;

use serde::{Deserialize, Serialize};

pub use decision::*;

use crate::{LogError, shown};

/// The JSON Schema of every record, as it is published.
pub const SCHEMA: &str = include_str!("../schema/record-1.json");

const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// A decision.
pub const DECISION: &str = "urn:remit:scaling-decision:v1";
/// What came of one.
pub const OUTCOME: &str = "urn:remit:scaling-outcome:v1";
/// That somebody looked at an emergency.
pub const REVIEW: &str = "urn:remit:break-glass-review:v1";
/// The state of another log.
pub const MEMBER: &str = "urn:remit:log-checkpoint:v1";

/// A record.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// What it is about.
    pub subject: Vec<Subject>,
    /// What it says.
    pub predicate: Predicate,
}

/// Something with a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// What it is.
    pub name: String,
    /// What identifies it.
    pub digest: Sha256,
}

/// A SHA-256 digest in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sha256 {
    /// 64 lower-case digits.
    pub sha256: String,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// Something was decided.
    Decision(Box<Decision>),
    /// Something came of it.
    Outcome(Outcome),
    /// Somebody looked at an emergency.
    Review(Review),
    /// Another log was seen.
    Member(Member),
}

/// Where a record stands; the log fills it in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    /// Its number in the log, from 0.
    pub index: u64,
    /// The leaf hash of the record before it in hexadecimal digits; absent for the first.
    pub previous: Option<String>,
}

/// What came of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Its own id.
    pub id: String,
    /// Where it stands.
    pub chain: Chain,
    /// When it was written, by the clock of the machine.
    pub recorded_at: String,
    /// The id of the decision.
    pub decision: String,
    /// What came of it.
    pub result: Observed<Result_>,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Result_ {
    /// What came of it.
    pub status: Status,
    /// How the command ended, if it was run and was not killed.
    pub exit_code: Option<i32>,
    /// The state afterwards, where it could be read.
    pub state: Option<State>,
}

/// What came of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The command ended well.
    Applied,
    /// The command failed; some of it may have been done.
    Failed,
}

/// Which state of the infrastructure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Lineage of the state.
    pub lineage: String,
    /// Serial of the state.
    pub serial: u64,
}

/// That somebody looked at an emergency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// Its own id.
    pub id: String,
    /// Where it stands.
    pub chain: Chain,
    /// When it was written, by the clock of the machine.
    pub recorded_at: String,
    /// The request that was used in the emergency.
    pub request: String,
    /// What the caller says about the review.
    pub said: Asserted<ReviewSaid>,
}

/// What the caller says about a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewSaid {
    /// Who looked.
    pub reviewer: String,
    /// What they found.
    pub conclusion: String,
}

/// The state of another log, whose signature was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Its own id.
    pub id: String,
    /// Where it stands.
    pub chain: Chain,
    /// When it was written, by the clock of the machine.
    pub recorded_at: String,
    /// The name of the other log.
    pub origin: String,
    /// How many records it had.
    pub size: u64,
    /// The public key that its checkpoint was checked with.
    pub key: String,
    /// The signed checkpoint.
    pub checkpoint: String,
}

/// The members of a statement, in the order in which they are written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Statement<P> {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    predicate_type: String,
    predicate: P,
}

/// What tells how to read the rest.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kind {
    #[serde(rename = "_type")]
    kind: String,
    predicate_type: String,
}

impl Predicate {
    /// The type of the predicate.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Decision(_) => DECISION,
            Self::Outcome(_) => OUTCOME,
            Self::Review(_) => REVIEW,
            Self::Member(_) => MEMBER,
        }
    }

    /// The id of the record.
    pub fn id(&self) -> &str {
        match self {
            Self::Decision(said) => &said.id,
            Self::Outcome(said) => &said.id,
            Self::Review(said) => &said.id,
            Self::Member(said) => &said.id,
        }
    }

    /// When it was written.
    pub fn recorded_at(&self) -> &str {
        match self {
            Self::Decision(said) => &said.recorded_at,
            Self::Outcome(said) => &said.recorded_at,
            Self::Review(said) => &said.recorded_at,
            Self::Member(said) => &said.recorded_at,
        }
    }

    /// Where it stands.
    pub fn chain(&self) -> &Chain {
        match self {
            Self::Decision(said) => &said.chain,
            Self::Outcome(said) => &said.chain,
            Self::Review(said) => &said.chain,
            Self::Member(said) => &said.chain,
        }
    }

    pub(crate) fn chain_mut(&mut self) -> &mut Chain {
        match self {
            Self::Decision(said) => &mut said.chain,
            Self::Outcome(said) => &mut said.chain,
            Self::Review(said) => &mut said.chain,
            Self::Member(said) => &mut said.chain,
        }
    }
}

/// The subject and the predicate of a statement.
fn read<P: for<'de> Deserialize<'de>>(bytes: &[u8]) -> Result<(Vec<Subject>, P), serde_json::Error> {
    serde_json::from_slice::<Statement<P>>(bytes).map(|all| (all.subject, all.predicate))
}

impl Record {
    /// Reads a statement strictly: what a newer version adds is not skipped over, since nobody here would know what it means.
    pub fn parse(bytes: &[u8]) -> Result<Self, LogError> {
        let wrong = |error: serde_json::Error| {
            LogError::new(format!("it is not a record of this version: {}", shown(&error.to_string())))
        };
        let kind: Kind = serde_json::from_slice(bytes).map_err(wrong)?;
        if kind.kind != STATEMENT {
            return Err(LogError::new("it is not an in-toto statement"));
        }
        let (subject, predicate) = match kind.predicate_type.as_str() {
            DECISION => read(bytes).map(|(subject, said)| (subject, Predicate::Decision(said))),
            OUTCOME => read(bytes).map(|(subject, said)| (subject, Predicate::Outcome(said))),
            REVIEW => read(bytes).map(|(subject, said)| (subject, Predicate::Review(said))),
            MEMBER => read(bytes).map(|(subject, said)| (subject, Predicate::Member(said))),
            other => return Err(LogError::new(format!("its type `{}` is not known", shown(other)))),
        }
        .map_err(wrong)?;
        Ok(Self { subject, predicate })
    }

    /// The statement as it is signed.
    pub fn to_json(&self) -> Result<Vec<u8>, LogError> {
        let written = match &self.predicate {
            Predicate::Decision(said) => self.with(said),
            Predicate::Outcome(said) => self.with(said),
            Predicate::Review(said) => self.with(said),
            Predicate::Member(said) => self.with(said),
        };
        written.map_err(|error| LogError::new(format!("the record cannot be written: {error}")))
    }

    fn with<P: Serialize>(&self, predicate: P) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&Statement {
            kind: STATEMENT.to_owned(),
            subject: self.subject.clone(),
            predicate_type: self.predicate.kind().to_owned(),
            predicate,
        })
    }
}
