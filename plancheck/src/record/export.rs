//! Records as lines for other systems: OCSF for security tools, `CloudEvents` for transport, OpenTelemetry for whoever has traces already.
//! Each line stands alone and names the record in the log, which stays what is proven.

use remit_decision_log::disk::Logged;
use remit_decision_log::record::Predicate;
use remit_governance::time::Timestamp;
use serde_json::{Value, json};

use super::row::Row;

/// Version of OCSF that the events follow.
const OCSF: &str = "1.8.0";
/// Version of the conventions for generative AI whose names of attributes are used; they are not stable, so they are pinned.
const GEN_AI: &str = "semantic-conventions-genai v0.1.0";

/// A record as an event of `CloudEvents` 1.0 in structured mode.
pub fn cloud_event(origin: &str, logged: &Logged) -> Value {
    let data: Value = serde_json::from_slice(&logged.statement).unwrap_or(Value::Null);
    json!({
        "specversion": "1.0",
        "id": logged.record.predicate.id(),
        "source": format!("urn:remit:log:{origin}"),
        "type": logged.record.predicate.kind(),
        "subject": logged.index.to_string(),
        "time": logged.record.predicate.recorded_at(),
        "datacontenttype": "application/vnd.in-toto+json",
        "data": data,
    })
}

/// A decision as an OCSF Compliance Finding; other records have no event.
pub fn ocsf(origin: &str, logged: &Logged) -> Option<Value> {
    let Predicate::Decision(decision) = &logged.record.predicate else { return None };
    let row = Row::of(logged)?;
    // Names and numbers of OCSF: 1 new, 2 updated …; 1 pass, 2 warning, 3 fail; 1 informational, 3 medium, 4 high.
    let (status, status_id, severity, severity_id) = match row.verdict.as_str() {
        "allowed" => ("Pass", 1, "Informational", 1),
        "consent_required" => ("Warning", 2, "Medium", 3),
        _ => ("Fail", 3, "High", 4),
    };
    let millis = row.recorded_at.parse::<Timestamp>().map_or(0, Timestamp::as_millisecond);
    let resources: Vec<Value> =
        row.addresses.iter().map(|address| json!({ "uid": address, "type": "terraform" })).collect();
    let checks: Vec<Value> = decision
        .constraint
        .value
        .iter()
        .map(|found| json!({ "uid": found.rule, "name": found.rule, "desc": found.message }))
        .collect();
    Some(json!({
        "metadata": {
            "version": OCSF, "uid": row.id, "sequence": logged.index, "log_name": origin,
            "product": { "name": "plancheck", "vendor_name": "Remit", "version": decision.governance.value.version },
        },
        "category_uid": 2, "category_name": "Findings", "class_uid": 2003, "class_name": "Compliance Finding",
        "activity_id": 1, "activity_name": "Create", "type_uid": 200_301, "type_name": "Compliance Finding: Create",
        "time": millis, "severity_id": severity_id, "severity": severity, "status_id": 1, "status": "New",
        "message": summary(&row),
        "finding_info": { "uid": row.id, "title": summary(&row), "created_time": millis, "types": row.rules },
        "compliance": {
            "control": row.rules.first().map_or("plancheck", String::as_str),
            "standards": row.envelopes, "status": status, "status_id": status_id, "checks": checks,
        },
        "resources": resources,
        "unmapped": {
            "workspace": row.workspace, "actors": row.actors, "actor_class": row.actor_class, "approvers": row.approvers,
            "assurance": row.assurance, "break_glass": row.break_glass, "objective": row.objective,
            "governance": row.governance, "leaf_hash": row.leaf_hash,
        },
    }))
}

/// Decisions as one export request of OpenTelemetry logs, in OTLP's JSON.
pub fn otel(origin: &str, logged: &[Logged]) -> Value {
    let records: Vec<Value> = logged.iter().filter_map(otel_record).collect();
    json!({
        "resourceLogs": [{
            "resource": { "attributes": [text("service.name", "plancheck"), text("remit.log.origin", origin)] },
            "scopeLogs": [{
                "scope": {
                    "name": "remit.decision-log", "version": env!("CARGO_PKG_VERSION"),
                    "attributes": [text("remit.gen_ai.conventions", GEN_AI)],
                },
                "logRecords": records,
            }],
        }],
    })
}

fn otel_record(logged: &Logged) -> Option<Value> {
    let row = Row::of(logged)?;
    let Predicate::Decision(decision) = &logged.record.predicate else { return None };
    let (severity, number) = match row.verdict.as_str() {
        "allowed" => ("INFO", 9),
        "consent_required" => ("WARN", 13),
        _ => ("ERROR", 17),
    };
    let nanos = row.recorded_at.parse::<Timestamp>().map_or(0, Timestamp::as_nanosecond);
    let mut attributes = vec![
        text("event.name", "remit.decision"),
        text("remit.decision.id", &row.id),
        text("remit.decision.verdict", &row.verdict),
        text("remit.decision.command", &row.command),
        text("remit.workspace", &row.workspace),
        list("remit.envelopes", &row.envelopes),
        list("remit.rules", &row.rules),
        list("remit.approvers", &row.approvers),
        text("remit.actor.class", &row.actor_class),
        text("remit.log.leaf_hash", &row.leaf_hash),
        json!({ "key": "remit.log.index", "value": { "intValue": row.log_index.to_string() } }),
        text("gen_ai.operation.name", "invoke_agent"),
    ];
    if let Some(agent) = &decision.trace.value.agent {
        attributes.push(text("gen_ai.agent.name", agent));
    }
    let mut record = json!({
        "timeUnixNano": nanos.to_string(), "observedTimeUnixNano": nanos.to_string(), "severityNumber": number,
        "severityText": severity, "body": { "stringValue": summary(&row) }, "attributes": attributes,
    });
    // As `00-<trace>-<span>-<flags>`, which was checked when it was read.
    let parts: Vec<&str> = row.traceparent.split('-').collect();
    if let (Some(members), ["00", trace, span, flags]) = (record.as_object_mut(), parts.as_slice()) {
        members.insert("traceId".to_owned(), (*trace).into());
        members.insert("spanId".to_owned(), (*span).into());
        members.insert("flags".to_owned(), u32::from_str_radix(flags, 16).unwrap_or(0).into());
    }
    Some(record)
}

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

fn list(key: &str, values: &[String]) -> Value {
    let values: Vec<Value> = values.iter().map(|value| json!({ "stringValue": value })).collect();
    json!({ "key": key, "value": { "arrayValue": { "values": values } } })
}

fn summary(row: &Row) -> String {
    let under = if row.envelopes.is_empty() { "no envelope".to_owned() } else { row.envelopes.join(", ") };
    format!("{} by {} under {under}", row.verdict.replace('_', " "), row.command)
}
