//! Plans on which other checkers were measured to go wrong, and the answer that people would give.

use crate::scene::{change, create, given, group, judge, judge_text, lock, over_all, plan, unknown};
use crate::{ALLOWED, Expected, assert_judged, in_region, limits, target};
use plancheck::verdict::{CheckError, Verdict};
use serde_json::{Value, json};

fn lambda(concurrency: &Value) -> Value {
    create(
        "aws_lambda_function.f",
        json!({ "function_name": "f", "reserved_concurrent_executions": concurrency }),
    )
}

#[test]
fn tricky_plans_get_the_answer_that_people_would_give() {
    const ASK: Expected = (Verdict::ConsentRequired, &["scale-needs-consent"]);
    const UNBOUNDED: Expected = (Verdict::Denied, &["scale-unbounded"]);
    const OUTSIDE: Expected = (Verdict::Denied, &["region-outside-envelope"]);
    let bad =
        |action: &str| change("aws_sns_topic.t", &[action], json!({ "region": "us-west-1" }), Value::Null);
    let kept = json!({ "region": "us-west-1" });
    let rows: Vec<(&str, Value, Expected)> = vec![
        ("clean", plan(&[group("a", &["create"], None, Some(5)), in_region(&json!("eu-west-1"))]), ALLOWED),
        (
            "bad",
            plan(&[group("a", &["create"], None, Some(50))]),
            (Verdict::Denied, &["scale-above-ceiling"]),
        ),
        (
            "concurrency unknown after apply",
            plan(&[unknown(lambda(&Value::Null), json!({ "reserved_concurrent_executions": true }))]),
            ASK,
        ),
        ("concurrency null is unlimited", plan(&[lambda(&Value::Null)]), UNBOUNDED),
        (
            "max_capacity unknown",
            plan(&[unknown(target("t", &Value::Null), json!({ "max_capacity": true }))]),
            ASK,
        ),
        ("max_capacity null", plan(&[target("t", &Value::Null)]), UNBOUNDED),
        ("delete of a bad resource", plan(&[bad("delete")]), ALLOWED),
        ("forget of a bad resource", plan(&[bad("forget")]), ALLOWED),
        (
            "no-op, already bad",
            plan(&[change("aws_sqs_queue.q", &["no-op"], kept.clone(), kept)]),
            (Verdict::Allowed, &["region-outside-envelope"]),
        ),
        (
            "region unknown",
            plan(&[referring_region(unknown(in_region(&Value::Null), json!({ "region": true })))]),
            (Verdict::ConsentRequired, &["region-outside-envelope"]),
        ),
        ("bad region on the resource", plan(&[in_region(&json!("us-west-1"))]), OUTSIDE),
    ];
    for (name, plan, expected) in rows {
        assert_judged(name, &judge(&[over_all(&limits())], &plan), expected);
    }
}

/// The change as part of a plan whose configuration is not carried, so that nothing says what the region is left to.
fn referring_region(mut change: Value) -> Value {
    change["module_address"] = json!("module.elsewhere");
    change["address"] = json!("module.elsewhere.aws_sqs_queue.q");
    change
}

#[test]
fn required_tags_are_neither_read_into_null_nor_into_the_unknown() {
    let mut limits = limits();
    limits["tags"] = json!({ "required": ["owner"] });
    let tagged =
        |tags: Value| create("aws_sqs_queue.q", json!({ "name": "q", "tags": tags, "tags_all": tags }));
    let rows: [(&str, Value, Expected); 4] = [
        ("null", tagged(Value::Null), (Verdict::Denied, &["tag-missing"])),
        ("another", tagged(json!({ "team": "a" })), (Verdict::Denied, &["tag-missing"])),
        ("there", tagged(json!({ "owner": "mina" })), ALLOWED),
        (
            "unknown",
            unknown(tagged(Value::Null), json!({ "tags": true, "tags_all": true })),
            (Verdict::ConsentRequired, &["tag-missing"]),
        ),
    ];
    for (name, change, expected) in rows {
        assert_judged(name, &judge(&[over_all(&limits)], &plan(&[change])), expected);
    }
    let mut by_default = plan(&[tagged(Value::Null)]);
    by_default["configuration"]["provider_config"]["aws"]["expressions"]["default_tags"] =
        json!([{ "tags": { "constant_value": { "owner": "mina" } } }]);
    assert_judged("default tags", &judge(&[over_all(&limits)], &by_default), ALLOWED);
}

#[test]
fn a_region_that_only_the_provider_block_says_counts() {
    let mut plan = plan(&[create("aws_sqs_queue.q", json!({ "name": "q" }))]);
    plan["configuration"]["provider_config"]["aws"]["expressions"]["region"] =
        json!({ "constant_value": "us-west-1" });
    assert_judged(
        "provider",
        &judge(&[over_all(&limits())], &plan),
        (Verdict::Denied, &["region-outside-envelope"]),
    );
}

#[test]
fn what_is_no_sound_plan_is_refused() {
    let lock = lock(&[over_all(&limits())]);
    let sound = plan(&[group("a", &["create"], None, Some(50))]);
    let mut errored = sound.clone();
    errored["errored"] = json!(true);
    let mut newer = sound.clone();
    newer["format_version"] = json!("9.0");
    let state =
        json!({ "format_version": "1.0", "terraform_version": "1.12.2", "values": { "root_module": {} } });
    let rows = [
        ("errored", errored.to_string(), "errored"),
        ("unknown format", newer.to_string(), "format version `9.0`"),
        ("state", state.to_string(), "state"),
        ("nothing", "{}".to_owned(), "not a plan"),
        ("empty", String::new(), "empty"),
        ("truncated", sound.to_string()[..200].to_owned(), "truncated"),
    ];
    for (name, text, message) in rows {
        let error: CheckError = judge_text(&lock, &text, given()).expect_err(name);
        assert!(error.message.contains(message), "{name}: {error}");
        assert!(error.help.is_some(), "{name} leaves the reader alone");
    }
}

#[test]
fn a_plan_without_planned_values_is_judged_like_any_other() {
    let mut bare = plan(&[group("a", &["create"], None, Some(50))]);
    bare.as_object_mut().expect("a plan").remove("planned_values");
    assert_judged(
        "no planned_values",
        &judge(&[over_all(&limits())], &bare),
        (Verdict::Denied, &["scale-above-ceiling"]),
    );
}

#[test]
fn what_stands_outside_the_list_of_changes_needs_consent() {
    let bad = group("a", &["create"], None, Some(50));
    let entries = [
        (
            "deferred_changes",
            json!([{ "reason": "instance_count_unknown", "resource_change": bad }]),
            &["deferred-change"][..],
        ),
        (
            "action_invocations",
            json!([{ "address": "action.aws_lambda_invoke.a", "type": "aws_lambda_invoke" }]),
            &["action-invocation"],
        ),
        ("deferred_action_invocations", json!([{ "reason": "unknown" }]), &["action-invocation"]),
        ("complete", json!(false), &["plan-partial"]),
    ];
    for (key, value, rules) in entries {
        let mut partial = plan(&[]);
        partial[key] = value;
        let report = judge(&[over_all(&limits())], &partial);
        assert_judged(key, &report, (Verdict::ConsentRequired, rules));
    }
    let mut drifted = plan(&[]);
    drifted["resource_drift"] = json!([bad]);
    let report = judge(&[over_all(&limits())], &drifted);
    assert_judged("drift", &report, (Verdict::ConsentRequired, &["drifted-outside-terraform"]));
    assert!(report.not_judged.iter().any(|item| item.what.contains("drift")), "{:?}", report.not_judged);
}
