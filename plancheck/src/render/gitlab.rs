//! GitLab code quality: a list of entries, one per object. The format demands a file and a line; where the `.tf` file is not known, the
//! address stands in the place of the path, since no file would be the right one.

use serde_json::{Value, json};

use super::entries::{Entry, entries};
use super::json;
use super::words::{self, Class};
use crate::report::Report;
use crate::verdict::CheckError;

/// All findings. GitLab shows neither verdict nor summary; the exit code of the job says the one, its log the other.
pub(super) fn report(report: &Report) -> String {
    let (entries, left) = entries(report);
    let mut list: Vec<Value> = entries.iter().map(entry).collect();
    if left > 0 {
        list.push(plan_wide(
            "left-out",
            &format!("{left} more findings are left out; the JSON report has all"),
            "info",
        ));
    }
    json::written(&list)
}

/// Why no answer could be given: an empty list would look like a pass.
pub(super) fn error(error: &CheckError) -> String {
    let mut text = format!("could not check: {}", error.message);
    let reasons = words::because(&error.why, error.help.as_deref());
    text.extend(reasons.iter().map(|(label, text)| format!("; {label}: {text}")));
    json::written(&[plan_wide("could-not-check", &text, "blocker")])
}

fn plan_wide(name: &str, text: &str, severity: &str) -> Value {
    json!({
        "description": text, "check_name": name, "fingerprint": name, "severity": severity,
        "location": { "path": "plan", "lines": { "begin": 1 } },
    })
}

fn entry(entry: &Entry<'_>) -> Value {
    let finding = entry.finding;
    let class = Class::of(finding);
    let severity = match class {
        Class::Denied => "critical",
        Class::Consent | Class::CannotTell => "major",
        Class::Note | Class::Accepted => "info",
    };
    let mut text = format!("{}: {}", class.words(), finding.message);
    text.extend(entry.place.map(|place| format!("; {}", words::place(place))));
    text.extend(words::reasons(finding).iter().map(|(label, text)| format!("; {label}: {text}")));
    let source = entry.place.and_then(|place| place.source.as_ref());
    let path = source.map(|source| source.file.as_str()).or(entry.place.map(|place| place.address.as_str()));
    json!({
        "description": text,
        "check_name": finding.rule,
        "fingerprint": entry.fingerprint,
        "severity": severity,
        "location": {
            "path": path.unwrap_or("plan"),
            "lines": { "begin": source.map_or(1, |source| source.line) },
        },
    })
}
