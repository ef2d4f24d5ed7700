//! SARIF 2.1.0, as code scanning reads it: one result per object, at the line of its `.tf` file where that is known. Where it is not, the
//! result has only the address, because a line of the plan would lead nobody anywhere.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::entries::{Entry, entries};
use super::words::{self, Class};
use super::{json, reference};
use crate::finding::{Effect, Place};
use crate::report::Report;
use crate::rules::{RULES, Rule};
use crate::verdict::CheckError;

/// The whole report.
pub(super) fn report(report: &Report) -> String {
    let (entries, left) = entries(report);
    let results: Vec<Value> = entries.iter().map(result).collect();
    let left = (left > 0).then(|| format!("{left} more results are left out; the JSON report has all"));
    let verdict = report.verdict();
    let told = words::summary(report).into_iter().map(|(label, text)| format!("{label}: {text}"));
    let notes = left.into_iter().chain(told).map(|text| note("note", &text)).collect();
    let end = Ending { ran: true, code: verdict.exit_code(), words: verdict.words(), notes };
    document(&results, &end)
}

/// Why no answer could be given: a run that did not succeed.
pub(super) fn error(error: &CheckError) -> String {
    let texts = words::because(&error.why, error.help.as_deref()).into_iter();
    let texts = texts.map(|(label, text)| format!("{label}: {text}"));
    let text = [error.message.clone()].into_iter().chain(texts).collect::<Vec<_>>().join("\n");
    let notes = vec![note("error", &text)];
    document(&[], &Ending { ran: false, code: CheckError::EXIT_CODE, words: "could not check", notes })
}

struct Ending<'a> {
    ran: bool,
    code: u8,
    words: &'a str,
    notes: Vec<Value>,
}

fn document(results: &[Value], end: &Ending<'_>) -> String {
    json::written(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "plancheck",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": RULES.iter().map(rule).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": end.ran,
                "exitCode": end.code,
                "exitCodeDescription": end.words,
                "toolExecutionNotifications": end.notes,
            }],
            "results": results,
        }],
    }))
}

fn note(level: &str, text: &str) -> Value {
    json!({ "level": level, "message": { "text": text } })
}

fn rule(rule: &Rule) -> Value {
    let help = reference::rule(rule);
    json!({
        "id": rule.id,
        "shortDescription": { "text": reference::capital(rule.summary) + "." },
        "help": { "text": help, "markdown": help },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "tags": [rule.dimension.as_str()] },
    })
}

const fn level(effect: Effect) -> &'static str {
    match effect {
        Effect::Deny => "error",
        Effect::Consent => "warning",
        Effect::Note => "note",
    }
}

fn result(entry: &Entry<'_>) -> Value {
    let finding = entry.finding;
    let words = Class::of(finding).words();
    let mut text = format!("{words}: {}", finding.message);
    text.extend(entry.place.map(|place| format!("\n{}", words::place(place))));
    text.extend(words::reasons(finding).iter().map(|(label, text)| format!("\n{label}: {text}")));
    let suppression = finding.accepted.as_ref().map(|accepted| {
        let why = format!("{} ({}, until {})", accepted.reason, accepted.owner, accepted.expires);
        json!([{ "kind": "external", "status": "accepted", "justification": why }])
    });
    slim(json!({
        "ruleId": finding.rule,
        "ruleIndex": RULES.iter().position(|rule| rule.id == finding.rule),
        "level": level(finding.effect),
        "message": { "text": plain(&text) },
        "locations": entry.place.map(location).into_iter().collect::<Vec<_>>(),
        "partialFingerprints": { "plancheck/v1": entry.fingerprint },
        "suppressions": suppression,
        "properties": slim(json!({ "verdict": words, "envelope": finding.envelope, "owner": finding.owner })),
    }))
}

/// The object without the members that are not there; SARIF knows no null.
fn slim(mut object: Value) -> Value {
    if let Value::Object(members) = &mut object {
        members.retain(|_, member| !member.is_null());
    }
    object
}

/// Message text without the links that SARIF lets it carry.
fn plain(text: &str) -> String {
    text.replace("](", "] (")
}

fn location(place: &Place) -> Value {
    let physical = place.source.as_ref().map(|source| {
        json!({
            "artifactLocation": { "uri": uri(&source.file) },
            "region": { "startLine": source.line, "startColumn": source.column },
        })
    });
    slim(json!({
        "physicalLocation": physical,
        "logicalLocations": [{ "fullyQualifiedName": place.address, "kind": "resource" }],
    }))
}

/// A path as the reference that SARIF wants: anything but plain characters is percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
