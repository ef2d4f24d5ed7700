//! What a drift run comes to: one part per envelope, with everything that was looked at, what drifted, and what is over. Renderers show
//! it whole.

use std::collections::BTreeMap;

use remit_governance::Decimal;
use remit_governance::time::Timestamp;
use sha2::{Digest as _, Sha256};

use super::class::{Class, Outcome, Severity};
use super::trail::Who;
use crate::finding::Acceptance;
use crate::report::{AcceptedSeen, GovernanceSeen, NotJudged};
use crate::text::hexadecimal;

/// A value longer than this is identified by its digest.
const LONGEST_VALUE: usize = 80;

/// What drifted.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Object {
    /// The kind of control, a kind of declaration, or a resource type.
    pub kind: String,
    /// Its name in the cloud, or its address in a workload; not escaped.
    pub name: String,
    /// The account it was declared in.
    pub account: Option<String>,
    /// The region it was declared in.
    pub region: Option<String>,
    /// Address of the resource that has it, for people; no part of what it is.
    pub address: Option<String>,
}

impl Object {
    /// An object without account and region.
    pub fn new(kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind: kind.into(), name: name.into(), ..Self::default() }
    }
}

/// A value as far as two runs compare it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Measure {
    /// More is worse; `None` has no bound.
    Amount(Option<Decimal>),
    /// Any other text is worse.
    Text(String),
    /// There is nothing to compare: it is so, or it is not.
    #[default]
    State,
}

impl Measure {
    /// The value by which it is accepted and compared; what is long stands as its digest.
    pub fn value(&self) -> String {
        let text = match self {
            Self::Amount(None) => "unlimited".to_owned(),
            Self::Amount(Some(amount)) => remit_governance::decimal::text(*amount),
            Self::Text(text) => text.clone(),
            Self::State => "so".to_owned(),
        };
        if text.len() <= LONGEST_VALUE && !text.chars().any(char::is_control) {
            return text;
        }
        format!("sha256:{}", hexadecimal(&Sha256::digest(text)))
    }
}

/// How drift compares with the run before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Since {
    /// It was not there.
    New,
    /// It was there at another value that is no better.
    Worse,
    /// It was there at a value further away.
    Better,
    /// It was there just so.
    Unchanged,
}

impl Since {
    /// For people and programs.
    pub const fn id(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Worse => "worse",
            Self::Better => "better",
            Self::Unchanged => "unchanged",
        }
    }
}

/// One thing that is not as it was approved.
///
/// Texts follow the style of all messages: one sentence, lower case, no full stop, input in backticks and escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// Its class.
    pub class: Class,
    /// What drifted.
    pub object: Object,
    /// Which of its fields, as a path.
    pub field: Option<String>,
    /// What was approved, not escaped; absent where nothing was.
    pub approved: Option<String>,
    /// What was found, not escaped; absent where nothing was.
    pub found: Option<String>,
    /// What two runs compare.
    pub measure: Measure,
    /// What is so.
    pub message: String,
    /// Why that matters, or why it cannot be told.
    pub why: Vec<String>,
    /// What the reader can do.
    pub help: Option<String>,
    /// Who changed it; absent where no trail was given.
    pub who: Option<Who>,
    /// Who changed it, in a sentence, as this or an earlier run could tell.
    pub attributed: Option<String>,
    /// The same in every run for one class and one field of one object; unique in a report.
    pub fingerprint: String,
    /// Set where somebody accepted it at this value.
    pub accepted: Option<Acceptance>,
    /// Against the run before; absent where none was given.
    pub since: Option<Since>,
    /// When a run first told of it, as text.
    pub first_seen: String,
}

impl Drift {
    /// Drift of an object, with what it means.
    pub fn new(class: Class, object: Object, message: impl Into<String>) -> Self {
        Self {
            class,
            object,
            field: None,
            approved: None,
            found: None,
            measure: Measure::State,
            message: message.into(),
            why: Vec::new(),
            help: None,
            who: None,
            attributed: None,
            fingerprint: String::new(),
            accepted: None,
            since: None,
            first_seen: String::new(),
        }
    }

    /// The same, in a field.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The same, with what was approved and found, and how the latter compares.
    #[must_use]
    pub fn moved(mut self, approved: Option<String>, found: Option<String>, measure: Measure) -> Self {
        (self.approved, self.found, self.measure) = (approved, found, measure);
        self
    }

    /// The same, with one more reason.
    #[must_use]
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why.push(why.into());
        self
    }

    /// The same, with what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What it asks of its reader: nothing where somebody accepted it.
    pub fn outcome(&self) -> Outcome {
        if self.accepted.is_some() { Outcome::Note } else { self.class.outcome() }
    }

    /// What makes it the same in the next run: class, object and field, and no value.
    pub(super) fn identity(&self, envelope: &str) -> [String; 7] {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        [
            self.class.id().to_owned(),
            envelope.to_owned(),
            self.object.kind.clone(),
            self.object.name.clone(),
            text(&self.object.account),
            text(&self.object.region),
            text(&self.field),
        ]
    }

    /// Where it stands among the others.
    pub(super) fn rank(&self) -> impl Ord + '_ {
        let class = (std::cmp::Reverse(self.outcome()), self.class.severity(), self.class);
        (class, &self.object, &self.field, &self.message, &self.found)
    }
}

/// The digest of an identity, in hexadecimal. `again` tells equal ones apart.
pub(super) fn fingerprint(identity: &[String], again: usize) -> String {
    let mut hash = Sha256::new();
    for part in identity {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.update(again.to_be_bytes());
    let mut text = hexadecimal(&hash.finalize());
    text.truncate(32);
    text
}

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Checked {
    /// What.
    pub object: Object,
    /// What came of it.
    pub state: CheckedState,
}

/// What came of looking at something. Ordered, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckedState {
    /// As it was approved.
    AsApproved,
    /// Something drifted.
    Drifted,
    /// It cannot be told.
    Unverifiable,
}

impl CheckedState {
    /// For people and programs.
    pub const fn id(self) -> &'static str {
        match self {
            Self::AsApproved => "as_approved",
            Self::Drifted => "drifted",
            Self::Unverifiable => "unverifiable",
        }
    }
}

/// Drift that the run before told of and this one does not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Over {
    /// Its fingerprint.
    pub fingerprint: String,
    /// Its class, as the earlier report names it.
    pub class: String,
    /// What it said, not escaped.
    pub message: String,
    /// Whether it is certainly over: what it was about was looked at.
    pub resolved: bool,
}

/// The part of one envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Name of the envelope, not escaped; `None` for what belongs to none.
    pub envelope: Option<String>,
    /// Digest of its record.
    pub digest: Option<String>,
    /// Who answers for it, not escaped.
    pub owner: Option<String>,
    /// Everything that was looked at.
    pub checked: Vec<Checked>,
    /// What is not as it was approved, gravest first.
    pub drift: Vec<Drift>,
    /// What was so in the run before.
    pub over: Vec<Over>,
}

impl Part {
    /// The gravest of its drift; `None` when nothing drifted.
    pub fn outcome(&self) -> Option<Outcome> {
        self.drift.iter().map(Drift::outcome).max()
    }

    /// Whether anything is to be told that the run before did not tell: something new, worse, better or over.
    pub fn has_news(&self) -> bool {
        !self.over.is_empty() || self.drift.iter().any(|drift| drift.since != Some(Since::Unchanged))
    }
}

/// A plan that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSeen {
    /// What the caller calls it, not escaped.
    pub name: String,
    /// Whether it is of a workload, not of the governance.
    pub workload: bool,
    /// Version of Terraform or OpenTofu that wrote it.
    pub terraform_version: Option<String>,
    /// When it was made, as it says.
    pub made: Option<String>,
    /// Objects that it says changed outside Terraform.
    pub drifted: usize,
}

/// What a run comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// As of when it was judged.
    pub now: Timestamp,
    /// The plans, as they were given.
    pub plans: Vec<PlanSeen>,
    /// What it was approved as.
    pub governance: GovernanceSeen,
    /// By name; what belongs to no envelope comes last.
    pub parts: Vec<Part>,
    /// What was not judged, sorted.
    pub not_judged: Vec<NotJudged>,
    /// Where acceptance came from, if any was given, and what of it was not used or is over.
    pub accepted: Option<AcceptedSeen>,
    /// What there is to say about acceptance, each a sentence.
    pub acceptance_notes: Vec<String>,
    /// The name of the report of the run before, if one was given.
    pub previous: Option<String>,
    /// How many events of a trail were read, if one was given.
    pub events: Option<usize>,
}

impl Report {
    /// All drift with the envelope it is of.
    pub fn drift(&self) -> impl Iterator<Item = (&Part, &Drift)> {
        self.parts.iter().flat_map(|part| part.drift.iter().map(move |drift| (part, drift)))
    }

    /// The gravest of what drifted; `None` when nothing did.
    pub fn outcome(&self) -> Option<Outcome> {
        self.parts.iter().filter_map(Part::outcome).max()
    }

    /// The exit code of the process: 0 in order or only tighter, 2 something is looser, 3 somebody has to look.
    pub fn exit_code(&self) -> u8 {
        match self.outcome() {
            None | Some(Outcome::Note) => 0,
            Some(Outcome::Incident) => 2,
            Some(Outcome::Review) => 3,
        }
    }

    /// One word or two for the whole.
    pub fn verdict(&self) -> Verdict {
        match self.outcome() {
            None => Verdict::Clean,
            Some(Outcome::Note) => Verdict::Noted,
            Some(Outcome::Review) => Verdict::Review,
            Some(Outcome::Incident) => Verdict::Loosened,
        }
    }

    /// How much drift asks for this.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.drift().filter(|(_, drift)| drift.outcome() == outcome).count()
    }

    /// How much drift is of each severity; what is accepted is left out.
    pub fn by_severity(&self) -> BTreeMap<Severity, usize> {
        let mut counts: BTreeMap<Severity, usize> = Severity::ALL.map(|severity| (severity, 0)).into();
        for (_, drift) in self.drift().filter(|(_, drift)| drift.accepted.is_none()) {
            *counts.entry(drift.class.severity()).or_default() += 1;
        }
        counts
    }

    /// How many things were looked at.
    pub fn checked(&self) -> usize {
        self.parts.iter().map(|part| part.checked.len()).sum()
    }
}

/// The answer of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Everything is as it was approved.
    Clean,
    /// Something is tighter, or accepted.
    Noted,
    /// Somebody has to look.
    Review,
    /// Something is looser.
    Loosened,
}

impl Verdict {
    /// For programs.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Noted => "noted",
            Self::Review => "review",
            Self::Loosened => "loosened",
        }
    }

    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Clean => "as approved",
            Self::Noted => "as approved or tighter",
            Self::Review => "somebody has to look",
            Self::Loosened => "looser than approved",
        }
    }
}
