//! The review of vendor defaults: which of them plans rely on, and what people decided about each.

mod render;

use std::collections::BTreeMap;

use remit_catalog::{Risk, VendorDefault};
use remit_governance::DefaultOverride;
use remit_governance::default_override::{Decision, DefaultRef};
use remit_governance::time::Date;

use crate::change::Collector;
use crate::facts::Rows;
use crate::plan;
use crate::verdict::CheckError;

pub use render::{csv, explanation, json, list, markdown};

/// A plan, and what the caller calls it.
pub struct Audited<'a> {
    /// A path.
    pub name: &'a str,
    /// The plan.
    pub bytes: &'a [u8],
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

/// One default and everything that relies on it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The default.
    pub row: &'static VendorDefault,
    /// What was decided.
    pub status: Status,
    /// Who answers for the decision, and the day it is due for review.
    pub decision: Option<(String, Date)>,
    /// Plan and address of each object that certainly relies on it.
    pub places: Vec<(String, String)>,
    /// Plan, address and reason of each of which it cannot be told.
    pub untold: Vec<(String, String, String)>,
}

/// The review.
#[derive(Debug, Clone, Default)]
pub struct Audit {
    /// One entry per default, what has to be done first.
    pub entries: Vec<Entry>,
    /// Rows of the catalog whose condition a plan cannot show, which were not judged.
    pub not_judged: usize,
    /// Overrides about defaults that nothing relies on.
    pub unused: Vec<String>,
}

impl Audit {
    /// Looks at plans in the light of what was decided.
    pub fn of(plans: &[Audited<'_>], overrides: &[DefaultOverride], today: Date) -> Result<Self, CheckError> {
        let rows = Rows::all();
        let mut by_row: BTreeMap<&str, Entry> = BTreeMap::new();
        for audited in plans {
            let mut collector = Collector::default();
            let mut sink = |entry| {
                collector.take(entry);
                Ok(())
            };
            let read = plan::read_bytes(audited.bytes, &rows, &mut sink)?;
            for relied in rows.relied(&collector.changes, &read)? {
                let entry = by_row.entry(relied.row.id).or_insert_with(|| Entry::new(relied.row));
                let (plan, address) = (audited.name.to_owned(), relied.address.into_string());
                match relied.doubt {
                    None => entry.places.push((plan, address)),
                    Some(why) => entry.untold.push((plan, address, why)),
                }
            }
        }
        let mut entries: Vec<Entry> = by_row.into_values().collect();
        for entry in &mut entries {
            entry.decide(overrides, today);
        }
        let about = |decided: &&DefaultOverride| matches!(&decided.default, DefaultRef::Catalog(id) if entries.iter().all(|entry| entry.row.id != id));
        let unused = overrides.iter().filter(about).map(DefaultOverride::name).collect();
        entries.sort_by_key(|entry| (entry.status, std::cmp::Reverse(entry.row.risk), entry.row.id));
        let not_judged = remit_catalog::defaults().filter(|row| row.when.is_none()).count();
        Ok(Self { entries, not_judged, unused })
    }

    /// How many entries have a status.
    pub fn count(&self, status: Status) -> usize {
        self.entries.iter().filter(|entry| entry.status == status).count()
    }

    /// Whether somebody has to do something about a row that was compared with its source; what was not never asks for anything.
    pub fn is_open(&self) -> bool {
        self.entries
            .iter()
            .any(|entry| entry.status.is_open() && entry.row.verified && entry.row.risk > Risk::Low)
    }
}

impl Entry {
    fn new(row: &'static VendorDefault) -> Self {
        Self { row, status: Status::CannotTell, decision: None, places: Vec::new(), untold: Vec::new() }
    }

    fn decide(&mut self, overrides: &[DefaultOverride], today: Date) {
        let about = |decided: &&DefaultOverride| matches!(&decided.default, DefaultRef::Catalog(id) if id == self.row.id);
        // Of several decisions the one due first.
        let decided = overrides.iter().filter(about).min_by_key(|decided| decided.review.due);
        self.decision = decided.map(|decided| (decided.owner.email.to_string(), decided.review.due));
        self.status = match decided {
            _ if self.places.is_empty() => Status::CannotTell,
            None => Status::Ungoverned,
            Some(decided) if decided.review.due < today => Status::Overdue,
            Some(decided) if decided.decision == Decision::Override => Status::Contradicted,
            Some(_) => Status::Accepted,
        };
    }
}
