//! What tests judge: locks made from readable declarations, plans made from the few attributes that matter, and reports as data.
//! What any of it should come to is said by the tests.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

mod source;

#[allow(unused_imports, reason = "each test binary uses its own part of this")]
pub(crate) use source::{Disk, Texts};

use plancheck::finding::{Certainty, Effect, Finding, Shown};
use plancheck::past::{Past, Seen};
use plancheck::report::{Given, Report};
use plancheck::verdict::{CheckError, Verdict};
use plancheck::{Beside, Governance, PlanInput, check_beside};
use remit_decision_log::record::Total;
use remit_governance::{Approver, DefaultOverride, Envelope, Json, Lock};
use serde_json::{Value, json};

pub(crate) const NOW: &str = "2026-11-23T12:00:00Z";

const KEY: &str = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAAAABHNzaDo= dana";

fn strict(value: &Value) -> Json {
    Json::parse(&value.to_string()).expect("what serde writes is strict JSON")
}

/// The record of the one approver of all test envelopes.
fn approver() -> String {
    let dana = json!({
        "name": "Dana Reyes", "email": "dana.reyes@example.com", "function": "finance", "keys": [KEY], "assurance": "touch_pin",
    });
    Approver::declare(&strict(&dana)).expect("a sound approver").record()
}

/// The records of these envelopes and of their approver. Each declares what its test is about: `name`, `scope` and `limits`; the rest
/// is filled in.
pub(crate) fn records(envelopes: &[Value]) -> Vec<String> {
    let dana = approver();
    let mut records = vec![dana.clone()];
    for declared in envelopes {
        let mut whole = json!({
            "purpose": "tests",
            "owner": { "name": "Mina Okafor", "email": "mina.okafor@example.com" },
            "consent": { "approvers": [dana], "quorum": { "finance": 1 } },
        });
        for (key, value) in declared.as_object().expect("an envelope is an object") {
            match (key.as_str(), value.as_object()) {
                // Of consent only what the test is about; approvers and quorum stay.
                ("consent", Some(members)) => {
                    members.iter().for_each(|(name, value)| whole["consent"][name] = value.clone());
                }
                _ => whole[key] = value.clone(),
            }
        }
        let envelope = Envelope::declare(&strict(&whole)).unwrap_or_else(|faults| panic!("{faults:?}"));
        records.push(envelope.record());
    }
    records
}

/// A lock of these envelopes.
pub(crate) fn lock(envelopes: &[Value]) -> String {
    let records = records(envelopes);
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    Lock::build(&records, 1).expect("records that fit together").to_json()
}

/// A lock of these envelopes, and of these decisions about defaults: each declares what its test is about, with the name of the envelope
/// whose quorum made it, if any did.
pub(crate) fn lock_with(envelopes: &[Value], decided: &[Value]) -> String {
    let records = records_with(envelopes, decided);
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    Lock::build(&records, 1).expect("records that fit together").to_json()
}

/// The records of such a lock.
pub(crate) fn records_with(envelopes: &[Value], decided: &[Value]) -> Vec<String> {
    let mut records = records(envelopes);
    let of = |name: &Value| {
        let index = envelopes.iter().position(|envelope| &envelope["name"] == name).expect("an envelope");
        // The first record is that of the approver.
        records[index + 1].clone()
    };
    let mut further = Vec::new();
    for declared in decided {
        let mut whole = json!({
            "reason": "tests", "owner": { "name": "Lee Park", "email": "lee.park@example.com" },
            "review": { "every": "quarter", "due": "2027-02-28" },
        });
        for (key, value) in declared.as_object().expect("a decision is an object") {
            whole[key] = if key == "envelope" { json!(of(value)) } else { value.clone() };
        }
        let decision =
            DefaultOverride::declare(&strict(&whole)).unwrap_or_else(|faults| panic!("{faults:?}"));
        further.push(decision.record());
    }
    records.extend(further);
    records
}

/// An envelope over everything.
pub(crate) fn over_all(limits: &Value) -> Value {
    json!({ "name": "team-a", "scope": { "addresses": ["**"] }, "limits": limits })
}

pub(crate) fn given() -> Given {
    Given { workspace: None, account: None, now: NOW.parse().expect("an instant") }
}

pub(crate) fn judge_text(lock: &str, plan: &str, given: Given) -> Result<Report, CheckError> {
    judge_beside(lock, plan, Beside::default(), given)
}

pub(crate) fn judge_beside(
    lock: &str,
    plan: &str,
    beside: Beside<'_>,
    given: Given,
) -> Result<Report, CheckError> {
    let governance = Governance::Lock { name: "governance.lock.json", bytes: lock.as_bytes() };
    check_beside(PlanInput::Bytes(plan.as_bytes()), governance, beside, given)
}

pub(crate) fn judge(envelopes: &[Value], plan: &Value) -> Report {
    judge_text(&lock(envelopes), &plan.to_string(), given()).unwrap_or_else(|error| panic!("{error}"))
}

/// A log of decisions about instances, from a list of them, or from why it cannot be told.
pub(crate) fn past(text: &str) -> Past {
    let value: Value = serde_json::from_str(text).expect("JSON");
    let instant = |value: &Value| value.as_str().map(|text| text.parse().expect("an instant"));
    let Some(list) = value.as_array() else {
        return Past { seen: Err(value["error"].as_str().expect("a reason").to_owned()), begins: None };
    };
    let total = |value: &Value| {
        vec![Total {
            envelope: "windowed".to_owned(),
            unit: "instances".to_owned(),
            amount: value.as_str().map(str::to_owned),
            ceiling: None,
        }]
    };
    let seen = list.iter().enumerate().map(|(number, entry)| Seen {
        id: number.to_string(),
        at: instant(&entry["at"]).expect("a time"),
        workspace: None,
        account: None,
        before: total(&entry["before"]),
        after: total(&entry["after"]),
        applied: instant(&entry["applied"]),
    });
    Past { seen: Ok(seen.collect()), begins: "2026-01-01T00:00:00Z".parse().ok() }
}

/// The provider that Terraform would name for a type.
fn provider(kind: &str) -> &str {
    kind.split('_').next().expect("a type has a prefix")
}

/// One entry of `resource_changes`; `null` on a side means that there is no object.
pub(crate) fn change(address: &str, actions: &[&str], before: Value, after: Value) -> Value {
    let (module, local) = match address.rfind("module.") {
        Some(start) => {
            let end = start + 7 + address[start + 7..].find('.').expect("a name after the module");
            (Some(&address[..end]), &address[end + 1..])
        }
        None => (None, address),
    };
    let (kind, name) = local.split_once('.').expect("type and name");
    let mut entry = json!({
        "address": address, "mode": "managed", "type": kind, "name": name.split('[').next(),
        "provider_name": format!("registry.terraform.io/hashicorp/{}", provider(kind)),
        "change": {
            "actions": actions, "before": null, "after": null,
            "after_unknown": {}, "before_sensitive": {}, "after_sensitive": {},
        },
    });
    entry["change"]["before"] = before;
    entry["change"]["after"] = after;
    if let Some(module) = module {
        entry["module_address"] = json!(module);
    }
    entry
}

/// A change that makes something.
pub(crate) fn create(address: &str, after: Value) -> Value {
    change(address, &["create"], Value::Null, after)
}

/// The same change with these parts of `after` known only after apply.
pub(crate) fn unknown(mut change: Value, marks: Value) -> Value {
    change["change"]["after_unknown"] = marks;
    change
}

/// An auto scaling group that goes from one maximum to another.
pub(crate) fn group(name: &str, actions: &[&str], before: Option<u32>, after: Option<u32>) -> Value {
    let side = |size: Option<u32>| {
        size.map_or(Value::Null, |size| json!({ "name": name, "min_size": 1, "max_size": size }))
    };
    change(&format!("aws_autoscaling_group.{name}"), actions, side(before), side(after))
}

/// A plan of these changes. Every provider runs in `eu-west-1`; every block is in the configuration, in the root module.
pub(crate) fn plan(changes: &[Value]) -> Value {
    let mut providers = serde_json::Map::new();
    let mut resources = Vec::new();
    for change in changes {
        let kind = change["type"].as_str().expect("a type");
        let key = provider(kind);
        let region = json!({ "region": { "constant_value": "eu-west-1" } });
        providers.insert(key.to_owned(), json!({ "name": key, "expressions": region }));
        if change.get("module_address").is_none() {
            resources.push(json!({
                "address": format!("{kind}.{}", change["name"].as_str().expect("a name")),
                "mode": "managed", "type": kind, "name": change["name"], "provider_config_key": key,
            }));
        }
    }
    json!({
        "format_version": "1.2", "terraform_version": "1.12.2", "planned_values": { "root_module": {} },
        "resource_changes": changes,
        "configuration": { "provider_config": providers, "root_module": { "resources": resources } },
        "timestamp": "2026-11-23T11:58:00Z", "applyable": true, "complete": true, "errored": false,
    })
}

/// The findings with this effect, as rule ids.
pub(crate) fn rules(report: &Report, effect: Effect) -> Vec<&'static str> {
    let all = report.findings.as_slice().iter();
    all.filter(|finding| finding.effect == effect).map(|finding| finding.rule).collect()
}

/// What decided, and by which rules, for short comparisons.
pub(crate) fn outcome(report: &Report) -> (Verdict, Vec<&'static str>) {
    let decisive = match report.verdict() {
        Verdict::Denied => Effect::Deny,
        Verdict::ConsentRequired => Effect::Consent,
        Verdict::Allowed => Effect::Note,
    };
    (report.verdict(), rules(report, decisive))
}

/// Everything a finding says.
pub(crate) fn texts(report: &Report) -> String {
    report.findings.as_slice().iter().map(|finding| as_data(finding).to_string()).collect()
}

/// A finding as data, with every field that a renderer may show.
pub(crate) fn as_data(finding: &Finding) -> Value {
    let shown = |side: &Option<Shown>| match side {
        None => Value::Null,
        Some(Shown::Text(text)) => json!(text),
        Some(Shown::Sensitive) => json!("(sensitive)"),
        Some(Shown::Unknown) => json!("(unknown)"),
        Some(Shown::Absent) => json!("(absent)"),
    };
    let places = finding.places.iter().map(|place| {
        json!({
            "address": place.address, "action": place.action.word(), "attribute": place.attribute,
            "before": shown(&place.before), "after": shown(&place.after),
        })
    });
    let mut data = json!({
        "rule": finding.rule, "effect": finding.effect.id(), "cannot_tell": finding.certainty == Certainty::CannotTell,
        "message": finding.message, "places": places.collect::<Vec<_>>(), "why": finding.why,
        "envelope": finding.envelope, "quorum": finding.quorum, "help": finding.help,
    });
    if let Some(limit) = &finding.limit {
        data["limit"] = json!([limit.name, limit.value, limit.excess]);
    }
    if !finding.slack.is_empty() {
        data["slack"] = json!(finding.slack);
    }
    if let Some(passes) = &finding.passes {
        data["passes"] = json!(passes);
    }
    for (place, shown) in finding.places.iter().zip(data["places"].as_array_mut().expect("a list")) {
        if !place.diff.is_empty() {
            let lines = place.diff.iter().map(|line| format!("{} {}", line.side.sign(), line.text));
            shown["diff"] = lines.collect();
        }
        if let Some(source) = &place.source {
            shown["source"] = json!(format!("{}:{}:{}", source.file, source.line, source.column));
        }
    }
    data
}
