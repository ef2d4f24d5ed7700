//! Footprints: what is part of a total, and which changes make it grow.

use crate::scene::{change, given, group, judge, judge_text, lock, over_all, plan, texts};
use crate::{ALLOWED, Expected, assert_judged, in_region, limits};
use plancheck::verdict::Verdict;
use serde_json::{Value, json};

#[test]
fn only_growth_crosses_a_mark_and_unchanged_objects_are_part_of_the_total() {
    let rows: Vec<(&str, Vec<Value>, Expected)> = vec![
        (
            "tightening",
            vec![group("a", &["update"], Some(40), Some(30))],
            (Verdict::Allowed, &["scale-above-ceiling"]),
        ),
        (
            "excess that stays",
            vec![group("a", &["no-op"], Some(40), Some(40))],
            (Verdict::Allowed, &["scale-above-ceiling"]),
        ),
        (
            "excess beside a change elsewhere",
            vec![group("a", &["no-op"], Some(40), Some(40)), in_region(&json!("eu-west-1"))],
            (Verdict::Allowed, &["scale-above-ceiling"]),
        ),
        (
            "growth on top of what is there",
            vec![group("a", &["no-op"], Some(15), Some(15)), group("b", &["create"], None, Some(6))],
            (Verdict::Denied, &["scale-above-ceiling"]),
        ),
        (
            "one shrinks as the other grows",
            vec![group("a", &["update"], Some(15), Some(5)), group("b", &["update"], Some(5), Some(15))],
            ALLOWED,
        ),
        ("delete", vec![group("a", &["delete"], Some(40), None)], ALLOWED),
        (
            "replacement is judged on what comes",
            vec![group("a", &["delete", "create"], Some(5), Some(25))],
            (Verdict::Denied, &["scale-above-ceiling"]),
        ),
        (
            "replacement by forgetting",
            vec![group("a", &["create", "forget"], Some(5), Some(25))],
            (Verdict::Denied, &["scale-above-ceiling"]),
        ),
        (
            "replacement by something smaller",
            vec![group("a", &["create", "delete"], Some(25), Some(5))],
            ALLOWED,
        ),
        (
            "an action nobody knows counts as a change",
            vec![group("a", &["levitate"], Some(5), Some(25))],
            (Verdict::Denied, &["scale-above-ceiling"]),
        ),
    ];
    for (name, changes, expected) in rows {
        assert_judged(name, &judge(&[over_all(&limits())], &plan(&changes)), expected);
    }
}

#[test]
fn what_had_no_bound_may_get_one_but_not_the_other_way_round() {
    let lambda = |before: i64, after: i64| {
        let side = |value: i64| json!({ "function_name": "f", "reserved_concurrent_executions": value });
        plan(&[change("aws_lambda_function.f", &["update"], side(before), side(after))])
    };
    let envelopes = [over_all(&limits())];
    assert_judged("bound set", &judge(&envelopes, &lambda(-1, 150)), ALLOWED);
    assert_judged(
        "still none",
        &judge(&envelopes, &lambda(-1, -1)),
        (Verdict::Allowed, &["scale-unbounded"]),
    );
    assert_judged(
        "bound removed",
        &judge(&envelopes, &lambda(150, -1)),
        (Verdict::Denied, &["scale-unbounded"]),
    );
}

#[test]
fn a_change_that_says_nothing_of_what_comes_is_not_free() {
    for action in ["create", "update"] {
        let mut silent = group("a", &[action], None, None);
        silent["change"].as_object_mut().expect("a change").remove("after");
        let lock = lock(&[over_all(&limits())]);
        let judged = judge_text(&lock, &plan(&[silent]).to_string(), given());
        assert!(
            judged.as_ref().map_or(true, |report| report.verdict() != Verdict::Allowed),
            "{action} without `after`: {judged:#?}"
        );
    }
}

#[test]
fn all_envelopes_hold_and_the_binding_one_is_named() {
    let sized = |name: &str, ceiling: u32| {
        json!({
            "name": name, "scope": { "addresses": ["**"] },
            "limits": { "regions": { "allow": ["eu-west-1"] }, "capacity": { "instances": { "ceiling": ceiling } } },
        })
    };
    let report =
        judge(&[sized("small", 10), sized("large", 30)], &plan(&[group("a", &["create"], None, Some(15))]));
    assert_judged("two", &report, (Verdict::Denied, &["scale-above-ceiling"]));
    let finding = &report.findings.as_slice()[0];
    assert_eq!(finding.envelope.as_deref(), Some("small"));
    assert!(
        finding.slack.iter().any(|slack| slack.contains("`large` would have 15 instances left")),
        "{:?}",
        finding.slack
    );
}

#[test]
fn a_grant_of_unlimited_ends() {
    let granted = |expires: &str| {
        let grounds = json!({ "reason": "load test", "owner": "lee.park@example.com", "expires": expires });
        over_all(&json!({ "capacity": { "instances": { "unlimited": grounds } } }))
    };
    let grows = plan(&[group("a", &["create"], None, Some(5000))]);
    assert_judged("in force", &judge(&[granted("2026-11-23")], &grows), ALLOWED);
    let report = judge(&[granted("2026-11-22")], &grows);
    assert_judged("expired", &report, (Verdict::ConsentRequired, &["scale-needs-consent"]));
    assert!(texts(&report).contains("lee.park@example.com"), "the owner is named");
    let stays = plan(&[group("a", &["no-op"], Some(5000), Some(5000))]);
    assert_judged("expired, nothing grows", &judge(&[granted("2026-11-22")], &stays), ALLOWED);
}
