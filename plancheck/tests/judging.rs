//! The whole path from plan JSON and a lock to a verdict, on the smallest plans that show each turn.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test may panic, and reads its files itself"
)]

use plancheck::finding::Effect;
use plancheck::report::{Given, Report};
use plancheck::verdict::Verdict;
use plancheck::{Governance, PlanInput, check};
use remit_governance::{Approver, Envelope, Json, Lock};
use serde_json::{Value, json};

const KEY: &str = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAAAABHNzaDo= dana";

fn lock(limits: &Value, scope: &Value) -> String {
    let text = |value: &Value| Json::parse(&value.to_string()).expect("JSON");
    let approver = json!({
        "name": "Dana Reyes", "email": "dana.reyes@example.com", "function": "finance", "keys": [KEY], "assurance": "touch_pin",
    });
    let approver = Approver::declare(&text(&approver)).expect("an approver").record();
    let envelope = json!({
        "name": "team-a", "purpose": "tests", "owner": { "name": "Mina Okafor", "email": "mina.okafor@example.com" },
        "scope": scope, "limits": limits, "consent": { "approvers": [approver], "quorum": { "finance": 1 } },
    });
    let envelope = Envelope::declare(&text(&envelope)).expect("an envelope").record();
    Lock::build(&[&approver, &envelope], 1).expect("a lock").to_json()
}

fn change(address: &str, actions: &[&str], before: &Value, after: &Value, unknown: &Value) -> Value {
    let kind = address.rsplit('.').nth(1).expect("a type");
    json!({
        "address": address, "mode": "managed", "type": kind, "name": address.rsplit('.').next(),
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": { "actions": actions, "before": before, "after": after, "after_unknown": unknown },
    })
}

fn plan(changes: &[Value], region: &Value) -> Value {
    let resources: Vec<Value> = changes
        .iter()
        .map(|change| json!({ "address": change["address"], "mode": "managed", "type": change["type"], "name": change["name"], "provider_config_key": "aws" }))
        .collect();
    json!({
        "format_version": "1.2", "terraform_version": "1.12.2", "planned_values": {}, "resource_changes": changes,
        "configuration": { "provider_config": { "aws": { "name": "aws", "expressions": { "region": region } } }, "root_module": { "resources": resources } },
    })
}

fn judge_in(scope: &Value, limits: &Value, plan: &Value) -> Report {
    let lock = lock(limits, scope);
    let given =
        Given { workspace: None, account: None, now: "2026-11-23T12:00:00Z".parse().expect("an instant") };
    let bytes = plan.to_string();
    let governance = Governance::Lock { name: "governance.lock.json", bytes: lock.as_bytes() };
    check(PlanInput::Bytes(bytes.as_bytes()), governance, given).unwrap_or_else(|error| panic!("{error}"))
}

fn judge(limits: &Value, plan: &Value) -> Report {
    judge_in(&json!({ "addresses": ["**"] }), limits, plan)
}

fn rules(report: &Report, effect: Effect) -> Vec<&'static str> {
    report
        .findings
        .as_slice()
        .iter()
        .filter(|finding| finding.effect == effect)
        .map(|finding| finding.rule)
        .collect()
}

fn group(name: &str, actions: &[&str], before: Option<u32>, after: Option<u32>) -> Value {
    let side =
        |size: Option<u32>| size.map_or(Value::Null, |size| json!({ "max_size": size, "min_size": 1 }));
    change(&format!("aws_autoscaling_group.{name}"), actions, &side(before), &side(after), &json!({}))
}

fn west() -> Value {
    json!({ "constant_value": "eu-west-1" })
}

fn instances() -> Value {
    json!({ "capacity": { "instances": { "ceiling": 20, "authorize_above": 12 } }, "regions": { "allow": ["eu-west-1"] } })
}

#[test]
fn totals_are_judged_and_only_growth_crosses_a_mark() {
    let cases = [
        (vec![group("a", &["create"], None, Some(5))], Verdict::Allowed),
        (vec![group("a", &["create"], None, Some(13))], Verdict::ConsentRequired),
        (vec![group("a", &["create"], None, Some(21))], Verdict::Denied),
        (
            vec![group("a", &["no-op"], Some(15), Some(15)), group("b", &["create"], None, Some(6))],
            Verdict::Denied,
        ),
        (vec![group("a", &["update"], Some(30), Some(25))], Verdict::Allowed),
        (vec![group("a", &["no-op"], Some(30), Some(30))], Verdict::Allowed),
        (vec![group("a", &["delete"], Some(30), None)], Verdict::Allowed),
        (vec![group("a", &["forget"], Some(30), None)], Verdict::Allowed),
        (vec![group("a", &["delete", "create"], Some(5), Some(25))], Verdict::Denied),
        (
            vec![group("a", &["delete"], Some(15), None), group("b", &["create"], None, Some(15))],
            Verdict::Allowed,
        ),
    ];
    for (number, (changes, verdict)) in cases.into_iter().enumerate() {
        let report = judge(&instances(), &plan(&changes, &west()));
        assert_eq!(report.verdict(), verdict, "case {number}: {:#?}", report.findings);
    }
}

#[test]
fn the_finding_names_values_owner_and_the_smallest_way_out() {
    let report = judge(&instances(), &plan(&[group("a", &["update"], Some(10), Some(25))], &west()));
    let finding = report.findings.as_slice().first().expect("a finding");
    assert_eq!(finding.rule, "scale-above-ceiling");
    assert_eq!(finding.places[0].attribute.as_deref(), Some("max_size"));
    assert_eq!(
        finding.why,
        [
            "envelope `team-a` (owner `mina.okafor@example.com`) has a ceiling of 20 instances",
            "everything under it could grow to 25 instances after this change, and to 10 before it",
        ]
    );
    assert_eq!(
        finding.help.as_deref(),
        Some("lower the maximum by 5 in total, or change the envelope first (needs 1 finance)")
    );
}

#[test]
fn an_unknown_maximum_needs_consent_and_an_absent_one_is_denied() {
    let unknown = change(
        "aws_autoscaling_group.a",
        &["create"],
        &Value::Null,
        &json!({ "min_size": 1 }),
        &json!({ "max_size": true }),
    );
    let report = judge(&instances(), &plan(&[unknown], &west()));
    assert_eq!(rules(&report, Effect::Consent), ["scale-needs-consent"], "{:#?}", report.findings);
    let lambda = |value: Value| {
        let after = json!({ "reserved_concurrent_executions": value });
        let limits = json!({ "capacity": { "concurrency": { "ceiling": 200 } }, "regions": { "allow": ["eu-west-1"] } });
        judge(
            &limits,
            &plan(&[change("aws_lambda_function.f", &["create"], &Value::Null, &after, &json!({}))], &west()),
        )
    };
    for unbounded in [json!(-1), Value::Null] {
        assert_eq!(rules(&lambda(unbounded), Effect::Deny), ["scale-unbounded"]);
    }
    assert_eq!(lambda(json!(0)).verdict(), Verdict::Allowed, "zero is a value");
    assert_eq!(lambda(json!(50)).verdict(), Verdict::Allowed);
}

#[test]
fn a_missing_limit_is_not_unlimited() {
    let report = judge(
        &json!({ "regions": { "allow": ["eu-west-1"] } }),
        &plan(&[group("a", &["create"], None, Some(1))], &west()),
    );
    assert_eq!(rules(&report, Effect::Consent), ["scale-needs-consent"]);
}

#[test]
fn the_region_is_followed_through_provider_and_variable() {
    let changes = [change("aws_sqs_queue.q", &["create"], &Value::Null, &json!({}), &json!({}))];
    let limits = instances();
    assert_eq!(judge(&limits, &plan(&changes, &west())).verdict(), Verdict::Allowed);
    let denied = judge(&limits, &plan(&changes, &json!({ "constant_value": "us-west-1" })));
    assert_eq!(rules(&denied, Effect::Deny), ["region-outside-envelope"]);
    let mut by_variable = plan(&changes, &json!({ "references": ["var.region"] }));
    assert_eq!(rules(&judge(&limits, &by_variable), Effect::Consent), ["region-outside-envelope"]);
    by_variable["variables"] = json!({ "region": { "value": "us-west-1" } });
    assert_eq!(judge(&limits, &by_variable).verdict(), Verdict::Denied);
    by_variable["variables"] = json!({ "region": { "value": "prod" } });
    assert_eq!(
        judge(&limits, &by_variable).verdict(),
        Verdict::ConsentRequired,
        "a variable that is no region tells nothing"
    );
}

#[test]
fn a_surface_outside_every_envelope_is_a_finding() {
    let report = judge_in(
        &json!({ "addresses": ["module.other"] }),
        &instances(),
        &plan(&[group("a", &["create"], None, Some(1))], &west()),
    );
    assert_eq!(rules(&report, Effect::Consent), ["ungoverned-change"]);
    assert!(!report.matches_an_envelope());
}

#[test]
fn what_is_not_in_the_list_of_changes_needs_consent() {
    for (key, value, rule) in [
        ("complete", json!(false), "plan-partial"),
        ("deferred_changes", json!([{}]), "deferred-change"),
        ("action_invocations", json!([{}]), "action-invocation"),
        ("deferred_action_invocations", json!([{}]), "action-invocation"),
    ] {
        let mut partial = plan(&[], &west());
        partial[key] = value;
        assert_eq!(rules(&judge(&instances(), &partial), Effect::Consent), [rule], "{key}");
    }
}

#[test]
fn sensitive_numbers_and_regions_appear_nowhere() {
    let mut group = change(
        "aws_autoscaling_group.a",
        &["create"],
        &Value::Null,
        &json!({ "max_size": 4711, "region": "us-west-1" }),
        &json!({}),
    );
    group["change"]["after_sensitive"] = json!({ "max_size": true, "region": true });
    let report = judge(&instances(), &plan(&[group], &west()));
    assert_eq!(report.verdict(), Verdict::Denied);
    let shown = format!("{:?}", report.findings);
    assert!(!shown.contains("4711") && !shown.contains("us-west-1") && !shown.contains("4691"), "{shown}");
}

#[test]
fn an_ecs_service_and_its_scaling_target_count_once() {
    let service = |count: u32| {
        let after =
            json!({ "name": "web", "cluster": "prod", "desired_count": count, "launch_type": "FARGATE" });
        change("aws_ecs_service.web", &["create"], &Value::Null, &after, &json!({}))
    };
    let target = json!({ "service_namespace": "ecs", "resource_id": "service/prod/web", "scalable_dimension": "ecs:service:DesiredCount", "max_capacity": 10 });
    let target = change("aws_appautoscaling_target.web", &["create"], &Value::Null, &target, &json!({}));
    let limits = json!({ "capacity": { "tasks": { "ceiling": 12 } }, "regions": { "allow": ["eu-west-1"] } });
    assert_eq!(judge(&limits, &plan(&[service(5), target.clone()], &west())).verdict(), Verdict::Allowed);
    assert_eq!(
        judge(&limits, &plan(&[service(13), target], &west())).verdict(),
        Verdict::Denied,
        "above the maximum beside it"
    );
}

#[test]
fn every_public_plan_gets_one_answer_from_memory_and_from_a_stream() {
    let folder = std::env::var_os("REMIT_CORPUS").map_or_else(
        || concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpus").into(),
        std::path::PathBuf::from,
    );
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("SKIPPED: no plan corpus at {}", folder.display());
        return;
    };
    let lock = lock(
        &json!({
            "regions": { "allow": ["eu-west-1"] },
            "capacity": { "instances": { "ceiling": 3 }, "nodes": { "ceiling": 3 }, "tasks": { "ceiling": 3 }, "vcpus": { "ceiling": 3 } },
        }),
        &json!({ "tags": { "workload": "x" }, "accounts": ["aws:123456789012"] }),
    );
    let given =
        Given { workspace: None, account: None, now: "2026-11-23T12:00:00Z".parse().expect("an instant") };
    let governance = Governance::Lock { name: "lock", bytes: lock.as_bytes() };
    for entry in entries {
        let path = entry.expect("a folder entry").path();
        let bytes = std::fs::read(&path).expect("readable");
        let whole = check(PlanInput::Bytes(&bytes), governance, given.clone());
        let streamed = check(PlanInput::Stream(&mut bytes.as_slice()), governance, given.clone());
        if let (Ok(whole), Ok(streamed)) = (&whole, &streamed) {
            assert_eq!(whole, streamed, "{}", path.display());
            let strict = whole.verdict() != Verdict::Allowed;
            assert_eq!(
                strict,
                whole.findings.as_slice().iter().any(|finding| finding.effect != Effect::Note)
            );
        } else {
            assert_eq!(whole.is_err(), streamed.is_err(), "{}", path.display());
        }
    }
}
