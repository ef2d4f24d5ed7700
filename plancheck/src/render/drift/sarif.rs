//! SARIF 2.1.0: one result per drift, with its fingerprint and how it compares with the run before.

use serde_json::{Value, json};

use super::words;
use crate::drift::class::{Class, Outcome};
use crate::drift::report::{Drift, Part, Report, Since};
use crate::render::json::written;
use crate::render::reference::capital;

/// More results than this no consumer shows; the JSON report has all.
const MOST: usize = 5000;

/// The whole report.
pub(super) fn report(report: &Report) -> String {
    let results: Vec<Value> = report.drift().take(MOST).map(|(part, drift)| result(part, drift)).collect();
    let notes: Vec<Value> = words::summary(report)
        .into_iter()
        .map(|(label, text)| json!({ "level": "note", "message": { "text": format!("{label}: {text}") } }))
        .collect();
    written(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "plancheck drift",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": Class::ALL.map(rule),
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": true,
                "exitCode": report.exit_code(),
                "exitCodeDescription": report.verdict().words(),
                "toolExecutionNotifications": notes,
            }],
            "results": results,
        }],
    }))
}

fn rule(class: Class) -> Value {
    let means = capital(class.means()) + ".";
    json!({
        "id": class.id(),
        "shortDescription": { "text": means },
        "help": { "text": means },
        "defaultConfiguration": { "level": level(class.outcome()) },
        "properties": { "tags": ["drift", class.severity().id()] },
    })
}

const fn level(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Incident => "error",
        Outcome::Review => "warning",
        Outcome::Note => "note",
    }
}

fn result(part: &Part, drift: &Drift) -> Value {
    let mut text = format!("{}: {}", words::title(part), drift.message);
    text.extend(words::reasons(drift).into_iter().map(|(label, reason)| format!("\n{label}: {reason}")));
    let place = words::place(&drift.object, drift.field.as_ref());
    let mut result = json!({
        "ruleId": drift.class.id(),
        "ruleIndex": Class::ALL.iter().position(|class| *class == drift.class),
        "level": level(drift.class.outcome()),
        // SARIF lets messages carry links.
        "message": { "text": text.replace("](", "] (") },
        "locations": [{ "logicalLocations": [{ "fullyQualifiedName": place, "kind": "resource" }] }],
        "partialFingerprints": { "plancheck/drift/v1": drift.fingerprint },
        "properties": { "outcome": drift.outcome().id(), "direction": words::direction(drift) },
    });
    if let (Some(accepted), Some(members)) = (&drift.accepted, result.as_object_mut()) {
        let why = format!("{} ({}, until {})", accepted.reason, accepted.owner, accepted.expires);
        members.insert(
            "suppressions".to_owned(),
            json!([{ "kind": "external", "status": "accepted", "justification": why }]),
        );
    }
    if let (Some(since), Some(members)) = (drift.since, result.as_object_mut()) {
        let state = match since {
            Since::New => "new",
            Since::Unchanged => "unchanged",
            Since::Worse | Since::Better => "updated",
        };
        members.insert("baselineState".to_owned(), json!(state));
    }
    result
}
