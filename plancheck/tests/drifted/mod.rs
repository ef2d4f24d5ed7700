//! Refresh-only plans of a governance whose controls are as approved, and what can be done to them.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

use plancheck::drift::report::Report;
use plancheck::drift::{Accepted, Asked, Named, Previous, Trail, judge};
use plancheck::report::Given;
use plancheck::verdict::CheckError;
use remit_governance::control::aws::{Kind, compile};
use remit_governance::time::Duration;
use remit_governance::{Approver, DefaultOverride, Envelope, Json, Lock};
use serde_json::{Value, json};

pub(crate) const NOW: &str = "2026-12-01T09:00:00Z";
pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const UNIT: &str = "ou-abcd-12345678";
const KEY: &str = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAAAABHNzaDo= dana";

fn strict(value: &Value) -> Json {
    Json::parse(&value.to_string()).expect("what serde writes is strict JSON")
}

fn approver() -> Approver {
    let dana = json!({
        "name": "Dana Reyes", "email": "dana.reyes@example.com", "function": "finance", "keys": [KEY],
        "assurance": "touch_pin", "valid_until": "2027-06-30",
    });
    Approver::declare(&strict(&dana)).expect("a sound approver")
}

pub(crate) fn declared() -> Value {
    json!({
        "name": "agents", "purpose": "tests", "owner": { "name": "Mina Okafor", "email": "mina.okafor@example.com" },
        "scope": { "accounts": [format!("aws:{ACCOUNT}")] },
        "agents": { "principals": [format!("aws:arn:aws:iam::{ACCOUNT}:role/agents/*")] },
        "limits": {
            "cost": { "currency": "USD", "period": "monthly", "ceiling": 12000, "notify_at": [80] },
            "regions": { "allow": ["eu-west-1"] },
            "capacity": { "instances": { "ceiling": 20 }, "concurrency": { "ceiling": 50 } },
        },
        "consent": { "approvers": [approver().record()], "quorum": { "finance": 1 } },
        "aws": {
            "budget": { "subscribers": ["finops@example.com"] },
            "region_guard": { "targets": [UNIT] },
            "caps": [
                { "autoscaling_group": "workers", "max": 10 },
                { "lambda_function": "analysis", "reserved_concurrency": 50 },
            ],
        },
    })
}

fn envelope() -> Envelope {
    Envelope::declare(&strict(&declared())).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// The lock that everything was approved as.
pub(crate) fn lock() -> Lock {
    let envelope = envelope();
    let decided = json!({
        "default": "aws-bedrock-agent-no-guardrail", "envelope": envelope.record(), "decision": "override",
        "value": "\"required\"", "reason": "tests", "owner": { "name": "Lee Park", "email": "lee.park@example.com" },
        "review": { "every": "quarter", "due": "2027-02-28" },
    });
    let decided = DefaultOverride::declare(&strict(&decided)).unwrap_or_else(|faults| panic!("{faults:?}"));
    let records = [approver().record(), envelope.record(), decided.record()];
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    Lock::build(&records, 3).expect("records that fit together")
}

/// The controls as the provider records them when all is in order.
pub(crate) fn controls() -> Vec<Value> {
    let compiled = compile(&envelope(), &[approver()]).expect("an `aws` block").expect("it compiles");
    let shown = compiled.controls.iter().map(|control| {
        let standing = match control.kind {
            Kind::Policy => json!({ "accounts": { ACCOUNT: "held" }, "others": [], "policy_type": "enabled" }),
            Kind::Budget => json!({ "edited": "2026-11-20T10:00:00Z", "others": [] }),
            _ => Value::Null,
        };
        json!({
            "kind": control.kind.as_str(), "name": control.name, "id": format!("id-of-{}", control.name),
            "account": ACCOUNT, "region": Value::Null, "status": "in_force", "definition": control.definition().to_text(),
            "prior": Value::Null, "usage": Value::Null,
            "standing": if standing.is_null() { standing } else { json!(standing.to_string()) },
        })
    });
    shown.collect()
}

/// Changes the control of a kind.
pub(crate) fn with(kind: &str, change: impl Fn(&mut Value)) -> Vec<Value> {
    let mut all = controls();
    let one = all.iter_mut().find(|control| control["kind"] == kind).expect("a control of this kind");
    change(one);
    all
}

/// Changes what the control of a kind says, or how it stands.
pub(crate) fn within(kind: &str, attribute: &str, change: impl Fn(&mut Value)) -> Vec<Value> {
    with(kind, |control| {
        let text = control[attribute].as_str().expect("JSON as text");
        let mut inner: Value = serde_json::from_str(text).expect("JSON");
        change(&mut inner);
        control[attribute] = json!(Json::parse(&inner.to_string()).expect("strict JSON").to_text());
    })
}

/// A refresh-only plan of the governance that found these controls, and had those before.
pub(crate) fn plan(found: &[Value], before: &[Value]) -> Value {
    let values =
        |controls: &[Value]| json!({ "name": "agents", "record": envelope().record(), "controls": controls });
    let mut drift = Vec::new();
    if found != before {
        drift.push(json!({
            "address": "remit_envelope.agents", "mode": "managed", "type": "remit_envelope", "name": "agents",
            "provider_name": "registry.terraform.io/remit/remit",
            "change": { "actions": ["update"], "before": values(before), "after": values(found), "after_unknown": {},
                "before_sensitive": {}, "after_sensitive": {} },
        }));
    }
    json!({
        "format_version": "1.2", "terraform_version": "1.11.0", "planned_values": {}, "resource_drift": drift,
        "resource_changes": [], "timestamp": "2026-12-01T08:59:00Z",
        "prior_state": { "format_version": "1.0", "values": { "root_module": { "resources": [{
            "address": "remit_envelope.agents", "mode": "managed", "type": "remit_envelope", "name": "agents",
            "values": values(found),
        }] } } },
    })
}

/// Everything that a run can be given.
#[derive(Default)]
pub(crate) struct Beside<'a> {
    pub(crate) workloads: Vec<Value>,
    pub(crate) now: Option<&'a str>,
    pub(crate) trail: Option<&'a Trail>,
    pub(crate) accepted: Option<&'a Accepted>,
    pub(crate) previous: Option<&'a Previous>,
}

fn named<'a>(texts: &'a [Vec<u8>], name: &'a str) -> Vec<Named<'a>> {
    texts.iter().map(|bytes| Named { name, bytes }).collect()
}

pub(crate) fn run(plans: &[Value], beside: &Beside<'_>) -> Result<Report, CheckError> {
    let texts = |plans: &[Value]| -> Vec<Vec<u8>> {
        plans.iter().map(|plan| plan.to_string().into_bytes()).collect()
    };
    let (plans, workloads) = (texts(plans), texts(&beside.workloads));
    judge(&Asked {
        governance: &named(&plans, "refresh.json"),
        workloads: &named(&workloads, "workload.json"),
        lock: &lock(),
        lock_name: "governance.lock.json",
        pinned: false,
        given: Given {
            workspace: None,
            account: None,
            now: beside.now.unwrap_or(NOW).parse().expect("an instant"),
        },
        max_age: Duration::parse("3650d").expect("a duration"),
        trail: beside.trail,
        accepted: beside.accepted,
        previous: beside.previous,
    })
}

/// A run over controls that drifted since they were in order.
pub(crate) fn over(found: &[Value]) -> Report {
    run(&[plan(found, &controls())], &Beside::default()).expect("a report")
}

/// What a report says, in short: class, direction, severity, object, field, and the message.
pub(crate) fn told(report: &Report) -> Vec<String> {
    let line = |drift: &plancheck::drift::report::Drift| {
        format!("{} [{}] {}", drift.class.id(), drift.field.as_deref().unwrap_or("-"), drift.message)
    };
    report.drift().map(|(_, drift)| line(drift)).collect()
}
