//! Drift that somebody accepted: by its fingerprint and at one value, with an owner, a reason and an end. Another value of the same thing is
//! told as ever, and what cannot be told cannot be accepted. Like a lock, the list comes from where the agents cannot write it.

use remit_governance::time::{Timestamp, is_past, parse_date, today};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::class::Class;
use super::report::Report;
use crate::finding::Acceptance;
use crate::report::AcceptedSeen;
use crate::text::{escape, hexadecimal};
use crate::verdict::CheckError;

const SHAPE: &str = "each `[[accept]]` has `fingerprint`, `value`, `owner`, `reason` and `expires`";

/// A list of accepted drift.
#[derive(Debug, Clone)]
pub struct Accepted {
    name: String,
    digest: String,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    fingerprint: String,
    value: String,
    by: Acceptance,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    accept: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    fingerprint: String,
    value: toml::Value,
    owner: String,
    reason: String,
    expires: toml::Value,
}

impl Accepted {
    /// Reads a list; `name` is what reports call it. Everything that is wrong is told, not only the first.
    pub fn read(name: &str, text: &str) -> Result<Self, CheckError> {
        let file: File = toml::from_str(text).map_err(|error| {
            let message =
                format!("`{}` is no list of accepted drift: {}", escape(name), escape(error.message()));
            CheckError::new(message).with_help(SHAPE)
        })?;
        let (mut entries, mut faults) = (Vec::new(), Vec::new());
        for (index, written) in file.accept.into_iter().enumerate() {
            match written.checked() {
                Ok(entry) => entries.push(entry),
                Err(fault) => faults.push(format!("entry {}: {fault}", index + 1)),
            }
        }
        if faults.is_empty() {
            let digest = format!("sha256:{}", hexadecimal(&Sha256::digest(text)));
            return Ok(Self { name: name.to_owned(), digest, entries });
        }
        let error = CheckError::new(format!("`{}` does not say what is accepted", escape(name)));
        Err(faults.into_iter().fold(error, CheckError::with_why).with_help(SHAPE))
    }

    /// Marks what is accepted, and notes what of the list was not needed or is over.
    pub(super) fn apply(&self, report: &mut Report) {
        let mut used = vec![false; self.entries.len()];
        let now = report.now;
        let mut notes = Vec::new();
        for drift in report.parts.iter_mut().flat_map(|part| &mut part.drift) {
            for (entry, used) in self.entries.iter().zip(&mut used) {
                if entry.fingerprint != drift.fingerprint {
                    continue;
                }
                *used = true;
                match entry.refusal(drift.class, &drift.measure.value(), now) {
                    None => drift.accepted = Some(entry.by.clone()),
                    Some(why) => {
                        drift.why.push(format!("`{}` accepted it, but {why}", escape(&entry.by.owner)));
                    }
                }
            }
        }
        let mut count = 0;
        for (entry, used) in self.entries.iter().zip(used) {
            count += usize::from(used);
            if let Some(note) = entry.note(used, now) {
                notes.push(note);
            }
        }
        report.acceptance_notes = notes;
        report.accepted = Some(AcceptedSeen {
            name: self.name.clone(),
            digest: self.digest.clone(),
            entries: self.entries.len(),
            used: count,
        });
    }
}

impl Entry {
    fn is_over(&self, now: Timestamp) -> bool {
        is_past(self.by.expires, today(now))
    }

    /// Why the entry does not hide this.
    fn refusal(&self, class: Class, value: &str, now: Timestamp) -> Option<String> {
        if self.is_over(now) {
            return Some(format!("that ended on {}", self.by.expires));
        }
        if class == Class::Unverifiable {
            return Some("what cannot be told cannot be accepted".to_owned());
        }
        (value != self.value)
            .then(|| format!("at `{}`, and it is at `{}` now", escape(&self.value), escape(value)))
    }

    fn note(&self, used: bool, now: Timestamp) -> Option<String> {
        let what =
            format!("the acceptance of `{}` by `{}`", escape(&self.fingerprint), escape(&self.by.owner));
        if self.is_over(now) {
            Some(format!("{what} ended on {}: remove the entry, or have it renewed", self.by.expires))
        } else if used {
            None
        } else {
            Some(format!("{what} is not used: remove the entry once no run needs it"))
        }
    }
}

impl Written {
    fn checked(self) -> Result<Entry, String> {
        let is_digest =
            self.fingerprint.len() == 32 && self.fingerprint.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_digest {
            return Err(format!("`{}` is no fingerprint of a report", escape(&self.fingerprint)));
        }
        for (what, text) in [("owner", &self.owner), ("reason", &self.reason)] {
            if text.trim().is_empty() {
                return Err(format!("`{what}` is empty"));
            }
        }
        let expires = parse_date(&scalar(&self.expires)).map_err(|fault| format!("`expires`: {fault}"))?;
        let by = Acceptance { owner: self.owner, reason: self.reason, expires };
        Ok(Entry { fingerprint: self.fingerprint.to_ascii_lowercase(), value: scalar(&self.value), by })
    }
}

/// A date or a number may stand with quotes or without.
fn scalar(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Datetime(date) => date.to_string(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        other => other.type_str().to_owned(),
    }
}
