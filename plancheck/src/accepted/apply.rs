//! What acceptance does to a report. A finding no longer counts when every one of its places is accepted at its value; otherwise it counts
//! as it stands, and says what of it was accepted or was so once.

use remit_governance::time::{Date, today};

use super::{Accepted, Entry};
use crate::finding::{Certainty, Effect, Finding, Findings, Place};
use crate::report::{AcceptedSeen, Report};
use crate::text::escape;

/// Told of an entry that no finding needed.
pub(super) const UNUSED: &str = "acceptance-unused";
/// Told of an entry that is over.
pub(super) const EXPIRED: &str = "acceptance-expired";

/// Accepted places that are named in a finding that still counts.
const MOST_NAMED: usize = 5;

enum Answer<'a> {
    Accepted(usize, &'a Entry),
    Refused(&'a Entry, String),
    NotListed,
}

impl Answer<'_> {
    /// What a finding that still counts says of one of its places.
    fn told(&self, address: &str) -> Option<String> {
        let address = escape(address);
        match self {
            Self::NotListed => None,
            Self::Refused(entry, why) => {
                Some(format!("`{}` accepted `{address}`, but {why}", escape(&entry.by.owner)))
            }
            Self::Accepted(_, Entry { by, .. }) => {
                Some(format!("`{address}` alone is accepted by `{}` until {}", escape(&by.owner), by.expires))
            }
        }
    }
}

impl Accepted {
    /// Marks what is accepted, and tells which entries are unused or over. The report names the file.
    pub fn apply(&self, report: &mut Report) {
        let today = today(report.given.now);
        let mut used = vec![0_usize; self.entries.len()];
        let mut findings = report.findings.as_slice().to_vec();
        for finding in findings.iter_mut().filter(|finding| finding.effect != Effect::Note) {
            self.mark(finding, today, &mut used);
        }
        let entries = self.entries.iter().zip(&used);
        findings.extend(entries.clone().filter_map(|(entry, used)| self.told(entry, *used, today)));
        report.accepted = Some(AcceptedSeen {
            name: self.name.clone(),
            digest: self.digest.clone(),
            entries: self.entries.len(),
            used: used.iter().filter(|count| **count > 0).count(),
        });
        report.findings = Findings::new(findings);
    }

    fn mark(&self, finding: &mut Finding, today: Date, used: &mut [usize]) {
        let answers: Vec<Answer<'_>> =
            finding.places.iter().map(|place| self.answer(finding, place, today)).collect();
        let mut by = Vec::new();
        for answer in &answers {
            let Answer::Accepted(index, entry) = answer else { continue };
            by.push(&entry.by);
            used.iter_mut().skip(*index).take(1).for_each(|count| *count += 1);
        }
        if !by.is_empty() && by.len() == answers.len() {
            finding.accepted = by.into_iter().min_by_key(|by| by.expires).cloned();
            return;
        }
        let told =
            finding.places.iter().zip(&answers).filter_map(|(place, answer)| answer.told(&place.address));
        let told: Vec<String> = told.take(MOST_NAMED).collect();
        finding.why.extend(told);
    }

    /// What the entries make of one place of a finding.
    fn answer(&self, finding: &Finding, place: &Place, today: Date) -> Answer<'_> {
        let mut answer = Answer::NotListed;
        for (index, entry) in self.entries.iter().enumerate() {
            if !entry.concerns(finding.rule, place) {
                continue;
            }
            let why = if entry.is_over(today) {
                format!("that ended on {}", entry.by.expires)
            } else if finding.certainty == Certainty::CannotTell {
                // It may be anything by the time it is known.
                "what cannot be told cannot be accepted".to_owned()
            } else if entry.allows(place) {
                return Answer::Accepted(index, entry);
            } else {
                "not at this value".to_owned()
            };
            answer = Answer::Refused(entry, why);
        }
        answer
    }

    /// What an entry has to say for itself.
    fn told(&self, entry: &Entry, used: usize, today: Date) -> Option<Finding> {
        let what = format!("`{}` at `{}`", entry.rule, escape(entry.address.as_str()));
        let (rule, message, help) = if entry.is_over(today) {
            let message = format!("the acceptance of {what} ended on {}", entry.by.expires);
            (EXPIRED, message, "remove the entry, or have it renewed by its owner")
        } else if used == 0 {
            (
                UNUSED,
                format!("the acceptance of {what} is not used"),
                "remove the entry once no plan needs it",
            )
        } else {
            return None;
        };
        let whose = format!(
            "`{}` lists it, owner `{}`, reason `{}`",
            escape(&self.name),
            escape(&entry.by.owner),
            escape(&entry.by.reason)
        );
        Some(Finding::new(rule, Effect::Note, message).because(whose).help(help))
    }
}
