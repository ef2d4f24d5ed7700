//! The review of vendor defaults: which of them plans, states and configuration rely on, which frameworks a project pins, and what people
//! decided about each. Files are found and opened by the shell; how a review looks is in `render`.

mod about;
pub mod demand;
pub mod diff;
mod html;
mod listing;
pub mod python;
pub mod reference;
mod render;
mod scaffold;
pub mod written;

use std::collections::BTreeMap;

use remit_catalog::{Applies, OrchestratorDefault, Risk, VendorDefault};
use remit_governance::default_override::Decision;
use remit_governance::time::Date;
use remit_governance::{DefaultOverride, Digest};

use crate::change::Collector;
use crate::facts::{Reliance, Rows, types};
use crate::plan;
use crate::verdict::CheckError;
use python::Pin;

pub use about::About;
pub use html::html;
pub use listing::{explanation, framework_explanation, list, list_frameworks};
pub use render::{csv, json, markdown};
pub use scaffold::{Scaffold, Wanted};

/// A plan, and what the caller calls it. A state or configuration is one too, once it is made into one.
pub struct Audited<'a> {
    /// A path.
    pub name: &'a str,
    /// The plan.
    pub bytes: &'a [u8],
}

/// Everything a review looks at.
#[derive(Default)]
pub struct Subjects<'a> {
    /// Plans.
    pub plans: &'a [Audited<'a>],
    /// Packages of frameworks that projects name.
    pub pins: &'a [Pin],
}

/// What people decided about a default that something relies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// An override demands another value.
    Contradicted,
    /// The decision was due for review.
    Overdue,
    /// Nobody decided.
    Ungoverned,
    /// Somebody accepted it, until the review.
    Accepted,
    /// It cannot be told of any object whether it relies on it.
    CannotTell,
}

impl Status {
    /// All of them, what has to be done first.
    pub const ALL: [Self; 5] =
        [Self::Contradicted, Self::Overdue, Self::Ungoverned, Self::Accepted, Self::CannotTell];

    /// The word in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Contradicted => "contradicted",
            Self::Overdue => "overdue",
            Self::Ungoverned => "ungoverned",
            Self::Accepted => "accepted",
            Self::CannotTell => "cannot tell",
        }
    }

    /// Whether somebody has to do something.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Contradicted | Self::Overdue | Self::Ungoverned)
    }
}

/// What was decided about a default, as far as a review shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Email address of who answers for it.
    pub owner: String,
    /// `override` or `accept`.
    pub decision: &'static str,
    /// Why.
    pub reason: String,
    /// Where it was discussed.
    pub ticket: Option<String>,
    /// The day it is due for review.
    pub due: Date,
}

/// One default and everything that relies on it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The default.
    pub about: About,
    /// What it comes to.
    pub status: Status,
    /// What was decided.
    pub decided: Option<Decided>,
    /// Plan and address of each object that certainly relies on it.
    pub places: Vec<(String, String)>,
    /// Plan, address and reason of each of which it cannot be told. Without both it is about an object that is missing.
    pub untold: Vec<(String, String, String)>,
}

/// A default of a framework that a project uses. What the code of the project sets is not looked at, so that it can only be asked about.
#[derive(Debug, Clone)]
pub struct FrameworkEntry {
    /// The default.
    pub row: &'static OrchestratorDefault,
    /// What it comes to.
    pub status: Status,
    /// What was decided.
    pub decided: Option<Decided>,
    /// Where it is asked for.
    pub pins: Vec<Pin>,
}

/// The review.
#[derive(Debug, Clone)]
pub struct Audit {
    /// The day it was made.
    pub today: Date,
    /// Names and digests of what was looked at.
    pub evidence: Vec<(String, Digest)>,
    /// One entry per default, what has to be done first.
    pub entries: Vec<Entry>,
    /// One entry per default of a framework, what has to be done first.
    pub frameworks: Vec<FrameworkEntry>,
    /// Rows of the catalog whose condition a plan cannot show, which were not judged.
    pub not_judged: usize,
    /// Decisions about defaults that nothing relies on.
    pub unused: Vec<String>,
}

impl Audit {
    /// Looks at everything in the light of what was decided.
    pub fn of(
        subjects: &Subjects<'_>,
        overrides: &[DefaultOverride],
        today: Date,
    ) -> Result<Self, CheckError> {
        let mut entries = relied(subjects.plans, overrides)?;
        for entry in &mut entries {
            entry.decide(overrides, today);
        }
        entries.sort_by(|one, other| one.place().cmp(&other.place()));
        let frameworks = frameworks(subjects.pins, overrides, today);
        let known = |id: &str| {
            entries.iter().any(|entry| entry.about.id() == id)
                || frameworks.iter().any(|entry| entry.row.id == id)
        };
        let unused = overrides.iter().map(DefaultOverride::name).filter(|name| !known(name)).collect();
        let evidence =
            subjects.plans.iter().map(|plan| (plan.name.to_owned(), Digest::of(plan.bytes))).collect();
        let not_judged = remit_catalog::defaults().filter(|row| row.when.is_none()).count();
        Ok(Self { today, evidence, entries, frameworks, not_judged, unused })
    }

    /// How many entries have a status.
    pub fn count(&self, status: Status) -> usize {
        self.entries.iter().filter(|entry| entry.status == status).count()
            + self.frameworks.iter().filter(|entry| entry.status == status).count()
    }

    /// Whether somebody has to do something about a row that was compared with its source; what was not never asks for anything. What
    /// somebody described to decide about it always does.
    pub fn is_open(&self) -> bool {
        let matters =
            |status: Status, verified: bool, risk: Risk| status.is_open() && verified && risk > Risk::Low;
        let open = |entry: &Entry| match &entry.about {
            About::Row(row) => matters(entry.status, row.verified, row.risk),
            About::Described { .. } => entry.status.is_open(),
        };
        self.entries.iter().any(open)
            || self.frameworks.iter().any(|entry| matters(entry.status, entry.row.verified, entry.row.risk))
    }

    /// The next day on which a decision is due, of those that are not yet.
    pub fn next_due(&self) -> Option<Date> {
        let decided = self.entries.iter().map(|entry| &entry.decided);
        let decided = decided.chain(self.frameworks.iter().map(|entry| &entry.decided)).flatten();
        decided.map(|decided| decided.due).filter(|due| *due >= self.today).min()
    }
}

/// The version and the digest of the catalog of defaults.
pub fn catalog_version() -> (&'static str, Digest) {
    let all: Vec<&str> = remit_catalog::default_texts().collect();
    (remit_catalog::DEFAULTS_VERSION, Digest::of(all.concat().as_bytes()))
}

/// An entry for each default that something in the plans relies on, or may.
fn relied(plans: &[Audited<'_>], overrides: &[DefaultOverride]) -> Result<Vec<Entry>, CheckError> {
    let described: BTreeMap<String, About> = overrides.iter().filter_map(About::described).collect();
    let kinds =
        described.values().map(|about| (about.resource_type().to_owned(), about.attribute().to_owned()));
    let rows = Rows::with(kinds.collect());
    let mut by_name: BTreeMap<String, Entry> = BTreeMap::new();
    let mut there: BTreeMap<String, usize> = BTreeMap::new();
    for audited in plans {
        let mut collector = Collector::default();
        let mut sink = |entry| {
            collector.take(entry);
            Ok(())
        };
        let read = plan::read_bytes(audited.bytes, &rows, &mut sink)?;
        for seen in rows.relied(&collector.changes, &read)? {
            let name = &seen.question.name;
            let about =
                seen.question.row.map(|row| About::Row(row.0)).or_else(|| described.get(name).cloned());
            let Some(about) = about else { continue };
            let entry = by_name.entry(name.clone()).or_insert_with(|| Entry::new(about));
            let (plan, address) = (audited.name.to_owned(), seen.address.into_string());
            match seen.told {
                Reliance::CannotTell(why) => entry.untold.push((plan, address, why)),
                Reliance::Relies | Reliance::Chosen => entry.places.push((plan, address)),
            }
        }
        for (kind, count) in types(&collector.changes) {
            *there.entry(kind.to_owned()).or_default() += count;
        }
    }
    for row in remit_catalog::defaults() {
        if let Some(why) = undeclared(row, &there) {
            let entry = by_name.entry(row.id.to_owned()).or_insert_with(|| Entry::new(About::Row(row)));
            entry.untold.push((String::new(), String::new(), why));
        }
    }
    Ok(by_name.into_values().collect())
}

/// Why it cannot be told whether an object is missing that would replace a default: it may be declared where nobody looked. `None` where
/// there is one, or nothing that would need it.
fn undeclared(row: &VendorDefault, there: &BTreeMap<String, usize>) -> Option<String> {
    let Some(Applies::Undeclared(beside)) = &row.when else { return None };
    let needs = |kind: &&String| beside.iter().any(|start| kind.starts_with(start));
    let kind = &*row.resource_type;
    if there.contains_key(kind) {
        return None;
    }
    let first = there.keys().find(needs)?;
    Some(format!("no `{kind}` is declared here beside `{first}`; it may be declared elsewhere"))
}

fn frameworks(pins: &[Pin], overrides: &[DefaultOverride], today: Date) -> Vec<FrameworkEntry> {
    let mut entries = Vec::new();
    for row in remit_catalog::orchestrator_defaults() {
        let ours = pins.iter().filter(|pin| row.packages.contains(&pin.package.as_str()));
        let pins: Vec<Pin> = ours.cloned().collect();
        if pins.is_empty() {
            continue;
        }
        let decided = first_due(row.id, overrides);
        let status = match decided {
            Some(decided) if decided.review.is_past_due(today) => Status::Overdue,
            Some(decided) if decided.decision == Decision::Accept => Status::Accepted,
            _ => Status::CannotTell,
        };
        entries.push(FrameworkEntry { row, status, decided: decided.map(Decided::of), pins });
    }
    entries.sort_by_key(|entry| (entry.status, std::cmp::Reverse(entry.row.risk), entry.row.id));
    entries
}

/// Of several decisions about a default the one due first.
fn first_due<'o>(id: &str, overrides: &'o [DefaultOverride]) -> Option<&'o DefaultOverride> {
    overrides.iter().filter(|decided| decided.name() == id).min_by_key(|decided| decided.review.due)
}

impl Decided {
    fn of(decided: &DefaultOverride) -> Self {
        Self {
            owner: decided.owner.email.to_string(),
            decision: decided.decision.as_str(),
            reason: decided.reason.clone(),
            ticket: decided.ticket.clone(),
            due: decided.review.due,
        }
    }
}

impl Entry {
    fn new(about: About) -> Self {
        Self { about, status: Status::CannotTell, decided: None, places: Vec::new(), untold: Vec::new() }
    }

    /// What has to be done first, and of that what matters most.
    fn place(&self) -> (Status, std::cmp::Reverse<Option<Risk>>, &str) {
        (self.status, std::cmp::Reverse(self.about.risk()), self.about.id())
    }

    fn decide(&mut self, overrides: &[DefaultOverride], today: Date) {
        let decided = first_due(self.about.id(), overrides);
        self.decided = decided.map(Decided::of);
        self.status = match decided {
            _ if self.places.is_empty() => Status::CannotTell,
            None => Status::Ungoverned,
            Some(decided) if decided.review.is_past_due(today) => Status::Overdue,
            Some(decided) if decided.decision == Decision::Override => Status::Contradicted,
            Some(_) => Status::Accepted,
        };
    }
}
