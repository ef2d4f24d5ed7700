//! The report of the run before: what is new, worse, better, as it was, or over.

use std::collections::BTreeMap;

use remit_governance::decimal::{self, Decimal};
use remit_governance::time::{Timestamp, parse_instant};
use serde::Deserialize;

use super::class::Class;
use super::report::{CheckedState, Measure, Over, Report, Since};
use crate::text::{escape, neutral};
use crate::verdict::CheckError;

/// A report, as far as the next run needs it.
#[derive(Debug, Clone)]
pub struct Previous {
    name: String,
    /// When it was judged.
    pub now: Timestamp,
    parts: Vec<PartRead>,
}

#[derive(Debug, Clone, Deserialize)]
struct Document {
    format_version: String,
    now: Option<String>,
    #[serde(default)]
    envelopes: Vec<PartRead>,
}

#[derive(Debug, Clone, Deserialize)]
struct PartRead {
    envelope: Option<String>,
    #[serde(default)]
    drift: Vec<DriftRead>,
    #[serde(default)]
    over: Vec<OverRead>,
}

#[derive(Debug, Clone, Deserialize)]
struct DriftRead {
    fingerprint: String,
    class: String,
    message: String,
    first_seen: String,
    #[serde(default)]
    attributed: Option<String>,
    object: ObjectRead,
    measure: MeasureRead,
}

#[derive(Debug, Clone, Deserialize)]
struct OverRead {
    fingerprint: String,
    class: String,
    message: String,
    state: String,
}

#[derive(Debug, Clone, Deserialize)]
struct ObjectRead {
    kind: String,
    name: String,
}

#[derive(Debug, Clone, Deserialize)]
struct MeasureRead {
    is: String,
    value: Option<String>,
}

impl Previous {
    /// Reads a JSON report of `plancheck drift`; `name` is what the caller calls it.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, CheckError> {
        let wrong = |why: &str| {
            CheckError::new(format!("`{}` is no report of an earlier drift run: {why}", escape(name)))
                .with_help("give what `plancheck drift --output json=FILE` wrote, or leave `--previous` out")
        };
        let document: Document = serde_json::from_slice(bytes).map_err(|_| wrong("it has another shape"))?;
        if document.format_version.split('.').next() != Some("1") {
            return Err(wrong("it is of another version"));
        }
        // A run that could not check says nothing about drift.
        let now = document
            .now
            .and_then(|now| parse_instant(&now).ok())
            .ok_or_else(|| wrong("it did not judge anything"))?;
        Ok(Self { name: name.to_owned(), now, parts: document.envelopes })
    }

    /// Says of all drift how it compares, and what is over.
    pub(super) fn compare(&self, report: &mut Report) {
        report.previous = Some(self.name.clone());
        let known: BTreeMap<&str, &DriftRead> = self
            .parts
            .iter()
            .flat_map(|part| &part.drift)
            .map(|drift| (drift.fingerprint.as_str(), drift))
            .collect();
        for drift in report.parts.iter_mut().flat_map(|part| &mut part.drift) {
            drift.since = Some(match known.get(drift.fingerprint.as_str()) {
                None => Since::New,
                Some(before) => {
                    drift.first_seen.clone_from(&before.first_seen);
                    // What a trail told once is still so, though its events are over by now.
                    if drift.attributed.is_none() {
                        drift.attributed = before.attributed.as_deref().map(neutral);
                    }
                    before.measure.against(&drift.measure, drift.class)
                }
            });
        }
        for part in &self.parts {
            end(part, report);
        }
    }
}

/// What was told of one envelope and is not any more.
fn end(before: &PartRead, report: &mut Report) {
    let Some(part) = report.parts.iter_mut().find(|part| part.envelope == before.envelope) else {
        return;
    };
    let untold = |kind: &str, name: &str| {
        let looked =
            part.checked.iter().find(|checked| checked.object.kind == kind && checked.object.name == name);
        looked.is_none_or(|checked| checked.state == CheckedState::Unverifiable)
    };
    let still = |fingerprint: &str| part.drift.iter().any(|drift| drift.fingerprint == fingerprint);
    let ended = before.drift.iter().filter(|drift| !still(&drift.fingerprint)).map(|drift| Over {
        fingerprint: drift.fingerprint.clone(),
        class: drift.class.clone(),
        message: drift.message.clone(),
        // What stood beside a control, and what drifted in a workload, is only told while it is there.
        resolved: Class::from_id(&drift.class).is_some_and(Class::ends_with_its_object)
            || !untold(&drift.object.kind, &drift.object.name),
    });
    let unknown = before.over.iter().filter(|over| over.state == "unknown" && !still(&over.fingerprint));
    let unknown = unknown.map(|over| Over {
        fingerprint: over.fingerprint.clone(),
        class: over.class.clone(),
        message: over.message.clone(),
        resolved: false,
    });
    let mut over: Vec<Over> = ended.chain(unknown).collect();
    over.sort();
    part.over = over;
}

impl MeasureRead {
    fn against(&self, now: &Measure, class: Class) -> Since {
        match (self.is.as_str(), now) {
            ("amount", Measure::Amount(now)) => {
                let was = self.value.as_deref().map(decimal::parse);
                match (was, now) {
                    (None, None) => Since::Unchanged,
                    (None, Some(_)) => Since::Better,
                    (Some(Some(was)), Some(now)) => further(was, *now, class),
                    (Some(None | Some(_)), _) => Since::Worse,
                }
            }
            ("text", now @ Measure::Text(_)) if self.value.as_deref() == Some(&now.value()) => {
                Since::Unchanged
            }
            ("state", Measure::State) => Since::Unchanged,
            _ => Since::Worse,
        }
    }
}

fn further(was: Decimal, now: Decimal, class: Class) -> Since {
    let grew = if class == Class::LimitTightened { now < was } else { now > was };
    match (was == now, grew) {
        (true, _) => Since::Unchanged,
        (_, true) => Since::Worse,
        (_, false) => Since::Better,
    }
}
