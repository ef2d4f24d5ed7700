//! What an agent or orchestrator says about its own decision. Assertions, all of it: they are recorded as such and open nothing.

use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::{LogError, shown};

/// The largest file that is read.
pub const LARGEST: usize = 256 * 1024;
/// The JSON Schema of the file, as it is published.
pub const SCHEMA: &str = include_str!("../schema/rationale-1.json");
/// The most alternatives that are recorded.
const MOST: usize = 100;
/// The longest text in characters.
const LONGEST: usize = 4000;

/// The file of `--rationale`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rationale {
    /// What is to be achieved.
    pub objective: Objective,
    /// What else was considered. An empty list says that nothing was; left out, nothing is said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternatives: Option<Vec<Alternative>>,
    /// How sure the agent is, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Number>,
    /// The W3C trace context in which it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// The name that the agent goes by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
}

/// What is to be achieved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// In words.
    pub name: String,
    /// What is measured: `p95_latency_ms`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// What it should be: `< 300`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// How much it counts beside other objectives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Number>,
}

/// Something else that could have been done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    /// A short name.
    pub id: String,
    /// In words.
    pub description: String,
    /// What it would have cost, in the agent's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<String>,
    /// Why it was not chosen.
    pub rejected_because: String,
}

impl Rationale {
    /// Reads the file strictly: unknown members, empty texts and numbers out of range are faults.
    pub fn parse(bytes: &[u8]) -> Result<Self, LogError> {
        if bytes.len() > LARGEST {
            return Err(LogError::new(format!("the rationale is larger than {} kB", LARGEST / 1024)));
        }
        let read: Self = serde_json::from_slice(bytes).map_err(|error| {
            LogError::new(format!("the rationale cannot be read: {}", shown(&error.to_string())))
                .with_help("its form is described by crates/decision-log/schema/rationale-1.json")
        })?;
        match read.fault() {
            Some(fault) => Err(LogError::new(format!("the rationale cannot be used: {fault}"))),
            None => Ok(read),
        }
    }

    fn fault(&self) -> Option<String> {
        let alternatives = self.alternatives.iter().flatten();
        if alternatives.clone().count() > MOST {
            return Some(format!("it lists more than {MOST} alternatives"));
        }
        let objective = &self.objective;
        let needed = [("objective.name", Some(&objective.name))].into_iter();
        let given = [
            ("objective.metric", objective.metric.as_ref()),
            ("objective.target", objective.target.as_ref()),
            ("agent", self.agent.as_ref()),
        ];
        let of_each = alternatives.flat_map(|other| {
            [
                ("alternatives.id", Some(&other.id)),
                ("alternatives.description", Some(&other.description)),
                ("alternatives.cost", other.cost.as_ref()),
                ("alternatives.rejected_because", Some(&other.rejected_because)),
            ]
        });
        for (name, text) in needed.chain(given).chain(of_each) {
            let Some(text) = text else { continue };
            if text.trim().is_empty() {
                return Some(format!("`{name}` is empty"));
            }
            if text.chars().count() > LONGEST {
                return Some(format!("`{name}` is longer than {LONGEST} characters"));
            }
        }
        let within = |number: &Number| number.as_f64().is_some_and(|value| (0.0..=1.0).contains(&value));
        if self.confidence.as_ref().is_some_and(|number| !within(number)) {
            return Some("`confidence` is not a number from 0 to 1".to_owned());
        }
        if objective.weight.as_ref().is_some_and(|number| !within(number)) {
            return Some("`objective.weight` is not a number from 0 to 1".to_owned());
        }
        let traced = self.traceparent.as_deref().is_none_or(is_traceparent);
        (!traced).then(|| "`traceparent` is not a trace context such as `00-<32 hex>-<16 hex>-01`".to_owned())
    }
}

/// Version 00 of the W3C form, with ids that are not all zero.
pub fn is_traceparent(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let hex = |part: &str, length: usize| {
        part.len() == length
            && part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let some = |part: &str| part.bytes().any(|byte| byte != b'0');
    matches!(parts.as_slice(), ["00", trace, span, flags]
        if hex(trace, 32) && hex(span, 16) && hex(flags, 2) && some(trace) && some(span))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"{
        "objective": { "name": "keep answers fast", "metric": "p95_latency_ms", "target": "< 300", "weight": 0.7 },
        "alternatives": [{ "id": "cache", "description": "a larger cache", "cost": "200 USD", "rejected_because": "misses are new" }],
        "confidence": 0.85, "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "agent": "autoscaler"
    }"#;

    #[test]
    fn a_whole_rationale_is_read_and_written() {
        let read = Rationale::parse(WHOLE.as_bytes()).unwrap();
        assert_eq!(read.alternatives.as_ref().map(Vec::len), Some(1));
        assert_eq!(Rationale::parse(serde_json::to_string(&read).unwrap().as_bytes()).unwrap(), read);
    }

    #[test]
    fn silence_about_alternatives_is_not_an_empty_list() {
        let said = |text: &str| Rationale::parse(text.as_bytes()).unwrap().alternatives;
        assert_eq!(said(r#"{"objective":{"name":"x"}}"#), None);
        assert_eq!(said(r#"{"objective":{"name":"x"},"alternatives":[]}"#), Some(Vec::new()));
    }

    #[test]
    fn faults_are_named() {
        for (text, said) in [
            ("", "cannot be read"),
            ("[]", "cannot be read"),
            ("{}", "missing field `objective`"),
            (r#"{"objective":{"name":" "}}"#, "`objective.name` is empty"),
            (r#"{"objective":{"name":"x"},"verdict":"allowed"}"#, "unknown field `verdict`"),
            (r#"{"objective":{"name":"x","name":"y"}}"#, "duplicate field `name`"),
            (r#"{"objective":{"name":"x"},"confidence":1.5}"#, "`confidence`"),
            (r#"{"objective":{"name":"x"},"confidence":"high"}"#, "cannot be read"),
            (r#"{"objective":{"name":"x"},"traceparent":"00-0-0-0"}"#, "`traceparent`"),
            (
                r#"{"objective":{"name":"x"},"alternatives":[{"id":"a","description":"b","rejected_because":""}]}"#,
                "`alternatives.rejected_because` is empty",
            ),
        ] {
            let error = Rationale::parse(text.as_bytes()).unwrap_err();
            assert!(error.message.contains(said), "{text}: {error}");
        }
    }
}
