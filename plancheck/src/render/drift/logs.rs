//! Log records as OpenTelemetry writes them in JSON: the body of one request to an OTLP/HTTP endpoint, a record per drift and one for the run.

use serde_json::{Value, json};

use super::words;
use crate::drift::class::Outcome;
use crate::drift::report::{Drift, Part, Report};
use crate::render::json::written;
use crate::verdict::CheckError;

/// Severity numbers of the log data model.
const INFO: u8 = 9;
const WARN: u8 = 13;
const ERROR: u8 = 17;

/// The whole report.
pub(super) fn report(report: &Report) -> String {
    let time = nanoseconds(report);
    let mut records: Vec<Value> = report.drift().map(|(part, drift)| record(&time, part, drift)).collect();
    let whole = match report.outcome() {
        None | Some(Outcome::Note) => Outcome::Note,
        Some(outcome) => outcome,
    };
    let body = format!("{}: {}", report.verdict().words(), words::tally(report));
    let attributes = [
        text("plancheck.verdict", report.verdict().id()),
        json!({ "key": "plancheck.exit_code", "value": { "intValue": report.exit_code().to_string() } }),
        json!({ "key": "plancheck.checked", "value": { "intValue": report.checked().to_string() } }),
    ];
    records.push(entry(&time, whole, "plancheck.drift.run", &body, &attributes));
    written(&request(&records))
}

/// Why no answer could be given.
pub(super) fn error(error: &CheckError) -> String {
    let record = json!({
        "severityNumber": ERROR, "severityText": "ERROR", "eventName": "plancheck.drift.run",
        "body": { "stringValue": format!("could not check: {}", error.message) },
        "attributes": [text("plancheck.verdict", "could_not_check"),
            json!({ "key": "plancheck.exit_code", "value": { "intValue": CheckError::EXIT_CODE.to_string() } })],
    });
    written(&request(&[record]))
}

fn request(records: &[Value]) -> Value {
    json!({ "resourceLogs": [{
        "resource": { "attributes": [text("service.name", "plancheck"), text("service.version", env!("CARGO_PKG_VERSION"))] },
        "scopeLogs": [{ "scope": { "name": "plancheck.drift" }, "logRecords": records }],
    }] })
}

fn nanoseconds(report: &Report) -> String {
    report.now.as_nanosecond().max(0).to_string()
}

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

fn record(time: &str, part: &Part, drift: &Drift) -> Value {
    let optional = [
        ("remit.envelope", part.envelope.as_ref()),
        ("remit.owner", part.owner.as_ref()),
        ("remit.drift.field", drift.field.as_ref()),
        ("remit.drift.approved", drift.approved.as_ref()),
        ("remit.drift.found", drift.found.as_ref()),
    ];
    let mut attributes = vec![
        text("remit.drift.class", drift.class.id()),
        text("remit.drift.severity", drift.class.severity().id()),
        text("remit.drift.direction", words::direction(drift)),
        text("remit.drift.outcome", words::label(drift)),
        text("remit.drift.fingerprint", &drift.fingerprint),
        text("remit.object.kind", &drift.object.kind),
        text("remit.object.name", &drift.object.name),
    ];
    attributes.extend(optional.into_iter().filter_map(|(key, value)| Some(text(key, value?))));
    attributes.extend(drift.since.map(|since| text("remit.drift.since", since.id())));
    attributes.extend(drift.who.as_ref().map(|who| text("remit.drift.actor", who.class())));
    entry(time, drift.outcome(), "plancheck.drift", &drift.message, &attributes)
}

fn entry(time: &str, outcome: Outcome, event: &str, body: &str, attributes: &[Value]) -> Value {
    let (number, word) = match outcome {
        Outcome::Incident => (ERROR, "ERROR"),
        Outcome::Review => (WARN, "WARN"),
        Outcome::Note => (INFO, "INFO"),
    };
    json!({
        "timeUnixNano": time, "observedTimeUnixNano": time, "severityNumber": number, "severityText": word,
        "eventName": event, "body": { "stringValue": body }, "attributes": attributes,
    })
}
