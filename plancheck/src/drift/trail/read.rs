//! The export: log files as CloudTrail writes them (`Records`), what `lookup-events` answers (`Events`), a list, or an event per line.

use std::collections::BTreeSet;

use remit_governance::time::{Timestamp, parse_instant};
use serde::Deserialize;
use serde_json::Value;

use super::{Event, Mark, Trail};
use crate::text::escape;
use crate::verdict::CheckError;

/// How deep parameters are looked into.
const DEEPEST: usize = 32;
/// How many texts of one event are kept.
const MOST_TEXTS: usize = 500;
/// The service through which AWS's own MCP servers call.
const MCP_SERVICE: &str = "aws-mcp.amazonaws.com";
/// What servers that are no service of AWS leave in the user agent, and what it means.
const USER_AGENTS: [&str; 2] = ["md/awslabs#mcp#", "terraform-mcp-server/"];

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Written {
    event_time: String,
    #[serde(rename = "eventID")]
    event_id: String,
    event_source: String,
    event_name: String,
    aws_region: Option<String>,
    recipient_account_id: Option<String>,
    error_code: Option<String>,
    read_only: Option<Value>,
    user_agent: Option<String>,
    #[serde(rename = "sourceIPAddress")]
    source_address: Option<String>,
    user_identity: Value,
    request_parameters: Value,
    response_elements: Value,
    resources: Value,
    additional_event_data: Value,
}

impl Trail {
    /// Reads an export; several are put together. `name` is what the caller calls it.
    pub fn read(&mut self, name: &str, bytes: &[u8]) -> Result<(), CheckError> {
        let events = written(bytes).ok_or_else(|| {
            CheckError::new(format!("`{}` is no export of CloudTrail", escape(name))).with_help(
                "give a log file of a trail, unpacked, or the answer of `aws cloudtrail lookup-events`",
            )
        })?;
        self.events.extend(events.into_iter().filter_map(Written::event));
        self.events.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
        self.events.dedup_by(|a, b| a.id == b.id && !a.id.is_empty());
        Ok(())
    }
}

fn written(bytes: &[u8]) -> Option<Vec<Written>> {
    let text = std::str::from_utf8(bytes).ok()?;
    if text.trim().is_empty() {
        return None;
    }
    let whole: Vec<Value> = match serde_json::from_str(text) {
        Ok(Value::Array(items)) => items,
        Ok(Value::Object(mut members)) => match (members.remove("Records"), members.remove("Events")) {
            (Some(Value::Array(items)), _) | (None, Some(Value::Array(items))) => items,
            (None, None) if members.contains_key("eventName") => vec![Value::Object(members)],
            _ => return None,
        },
        Ok(_) => return None,
        // An event per line.
        Err(_) => {
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            lines.map(serde_json::from_str).collect::<Result<_, _>>().ok()?
        }
    };
    whole.into_iter().map(one).collect()
}

/// An event, which `lookup-events` writes as text inside another.
fn one(value: Value) -> Option<Written> {
    match value.get("CloudTrailEvent").and_then(Value::as_str) {
        Some(text) => serde_json::from_str(text).ok(),
        None if value.get("eventName").is_some() => serde_json::from_value(value).ok(),
        None => None,
    }
}

impl Written {
    /// What changed something. What only looked, and what AWS refused, did not.
    fn event(self) -> Option<Event> {
        let only_looked = match &self.read_only {
            Some(Value::Bool(looked)) => *looked,
            Some(Value::String(looked)) => looked == "true",
            _ => ["Get", "List", "Describe"].iter().any(|verb| self.event_name.starts_with(verb)),
        };
        if only_looked || self.error_code.as_deref().is_some_and(|code| !code.is_empty()) {
            return None;
        }
        let time: Timestamp = parse_instant(&self.event_time).ok()?;
        let text = |path: &[&str]| {
            let found = path.iter().try_fold(&self.user_identity, |value, name| value.get(name))?;
            found.as_str().map(str::to_owned)
        };
        let principal = text(&["arn"]).or_else(|| text(&["principalId"])).or_else(|| text(&["invokedBy"]));
        let role = text(&["sessionContext", "sessionIssuer", "arn"]).or_else(|| text(&["arn"]));
        let mut texts = BTreeSet::new();
        for value in [&self.request_parameters, &self.response_elements, &self.resources] {
            leaves(value, 0, &mut texts);
        }
        Some(Event {
            time,
            service: self.event_source.trim_end_matches(".amazonaws.com").to_owned(),
            marks: self.marks(text(&["invokedBy"]).as_ref()),
            // Some calls carry the version of the interface in their name.
            name: self.event_name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_').to_owned(),
            id: self.event_id,
            account: self.recipient_account_id,
            region: self.aws_region,
            principal,
            role,
            texts,
        })
    }

    fn marks(&self, invoked_by: Option<&String>) -> Vec<Mark> {
        let mut marks = Vec::new();
        let through = [("invokedBy", invoked_by), ("sourceIPAddress", self.source_address.as_ref())];
        for (field, value) in through {
            if let Some(value) = value.filter(|value| *value == MCP_SERVICE) {
                marks.push(Mark { field, value: value.clone(), attested: true });
            }
        }
        keys(&self.additional_event_data, 0, &mut marks);
        if let Some(agent) = &self.user_agent
            && USER_AGENTS.iter().any(|sign| agent.contains(sign))
        {
            marks.push(Mark { field: "userAgent", value: agent.clone(), attested: false });
        }
        marks.sort();
        marks.dedup();
        marks
    }
}

fn leaves(value: &Value, depth: usize, texts: &mut BTreeSet<String>) {
    if depth > DEEPEST || texts.len() >= MOST_TEXTS {
        return;
    }
    match value {
        Value::String(text) => drop(texts.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, depth + 1, texts)),
        Value::Object(members) => members.values().for_each(|member| leaves(member, depth + 1, texts)),
        _ => {}
    }
}

/// The condition keys of AWS's own MCP servers, wherever they stand and however they are spelled.
fn keys(value: &Value, depth: usize, marks: &mut Vec<Mark>) {
    if depth > DEEPEST {
        return;
    }
    if let Value::Array(items) = value {
        for item in items {
            keys(item, depth + 1, marks);
        }
    }
    let Value::Object(members) = value else { return };
    for (name, member) in members {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let field = match plain.to_ascii_lowercase().trim_start_matches("aws") {
            "viaawsmcpservice" => "aws:ViaAWSMCPService",
            "calledviaawsmcp" => "aws:CalledViaAWSMCP",
            _ => {
                keys(member, depth + 1, marks);
                continue;
            }
        };
        let value = match member {
            Value::Bool(true) => "true".to_owned(),
            Value::String(text) if text != "false" && !text.is_empty() => text.clone(),
            _ => continue,
        };
        marks.push(Mark { field, value, attested: true });
    }
}
