//! Signs of who acted, as data: what agents leave in commits, branches and the environment of a run. All of it can be removed and forged, so it
//! only ever tells more; that nothing is found says nothing.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// How much a sign is worth. Ordered, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceClass {
    /// A habit: a style, the beginning of a branch's name.
    Heuristic,
    /// Whoever acted says so.
    SelfDeclared,
    /// A party says so that whoever acted does not control.
    PlatformAttested,
}

impl EvidenceClass {
    /// The word in the catalog's data and in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Heuristic => "heuristic",
            Self::SelfDeclared => "self_declared",
            Self::PlatformAttested => "platform_attested",
        }
    }
}

/// What a sign points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// An agent.
    Agent,
    /// A bot that keeps things up to date; held to the same envelopes under another label.
    Automation,
}

impl ActorKind {
    /// The word in the catalog's data and in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Automation => "automation",
        }
    }
}

/// Where a sign is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalField {
    /// The account that acts, as the caller or the CI system names it.
    Actor,
    /// Name of a commit's author.
    AuthorName,
    /// Email address of a commit's author.
    AuthorEmail,
    /// Name of a commit's committer.
    CommitterName,
    /// Email address of a commit's committer.
    CommitterEmail,
    /// A trailer of a commit, as a whole: `Assisted-by: …`.
    Trailer,
    /// First line of a commit's message.
    Subject,
    /// A commit's message.
    Body,
    /// Name of the branch.
    Branch,
    /// What a run says it is for.
    RunMessage,
    /// The role or service account that a run works as, as envelopes list their agents.
    Principal,
}

impl SignalField {
    /// In a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::AuthorName => "author",
            Self::AuthorEmail => "author's address",
            Self::CommitterName => "committer",
            Self::CommitterEmail => "committer's address",
            Self::Trailer => "trailer",
            Self::Subject => "subject",
            Self::Body => "message",
            Self::Branch => "branch",
            Self::RunMessage => "run message",
            Self::Principal => "principal",
        }
    }

    /// The word in the catalog's data and in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::AuthorName => "author_name",
            Self::AuthorEmail => "author_email",
            Self::CommitterName => "committer_name",
            Self::CommitterEmail => "committer_email",
            Self::Trailer => "trailer",
            Self::Subject => "subject",
            Self::Body => "body",
            Self::Branch => "branch",
            Self::RunMessage => "run_message",
            Self::Principal => "principal",
        }
    }
}

/// What a text has to be like; upper and lower case are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalText {
    /// The whole text.
    Is(&'static str),
    /// Its beginning.
    Starts(&'static str),
    /// Its end.
    Ends(&'static str),
    /// A part of it.
    Contains(&'static str),
}

impl SignalText {
    /// Whether a text is like that.
    pub fn fits(self, text: &str) -> bool {
        let text = text.trim().to_lowercase();
        match self {
            Self::Is(wanted) => text == wanted.to_lowercase(),
            Self::Starts(wanted) => text.starts_with(&wanted.to_lowercase()),
            Self::Ends(wanted) => text.ends_with(&wanted.to_lowercase()),
            Self::Contains(wanted) => text.contains(&wanted.to_lowercase()),
        }
    }
}

/// A sign.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    /// Its id.
    pub id: &'static str,
    /// Who leaves it.
    pub agent: &'static str,
    /// What that is.
    pub kind: ActorKind,
    /// What it is worth.
    pub class: EvidenceClass,
    /// Where it is looked for.
    pub fields: Vec<SignalField>,
    /// What it looks like.
    pub text: SignalText,
}

/// A variable in the environment of a run, and what it says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignalVariable {
    /// Its name.
    pub name: &'static str,
    /// What its value is.
    pub field: SignalField,
    /// What stands before the value wherever it is compared.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub prefix: &'static str,
}

/// All signs of one version.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signals {
    /// The version of the list: the day it was gathered.
    pub version: &'static str,
    /// Where it was gathered.
    pub source: &'static str,
    /// Variables that say something.
    pub environment: Vec<SignalVariable>,
    /// The signs, by id.
    pub signals: Vec<Signal>,
}

pub(crate) const TEXT: &str = include_str!("../data/actors/signals.json");

/// The signs of who acted.
pub fn signals() -> &'static Signals {
    static PARSED: OnceLock<Signals> = OnceLock::new();
    PARSED.get_or_init(parsed)
}

#[allow(
    clippy::expect_used,
    reason = "the text is compiled in and parsed by a test; a list read as empty would find nobody"
)]
fn parsed() -> Signals {
    serde_json::from_str(TEXT).expect("embedded catalog data is well-formed")
}
