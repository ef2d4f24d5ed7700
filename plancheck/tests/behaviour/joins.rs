//! Where Terraform splits one thing in two: a service and the target that scales it.

use crate::scene::{create, judge, over_all, plan, texts, unknown};
use crate::{ALLOWED, Expected, assert_judged, limits, target};
use plancheck::verdict::Verdict;
use serde_json::{Value, json};

fn service(name: &str, count: &Value) -> Value {
    create(
        &format!("aws_ecs_service.{name}"),
        json!({ "name": name, "cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/prod", "desired_count": count }),
    )
}

#[test]
fn a_service_and_its_scaling_target_count_once() {
    let rows: Vec<(&str, Vec<Value>, Expected)> = vec![
        ("desired within the maximum", vec![service("web", &json!(15)), target("web", &json!(18))], ALLOWED),
        (
            "desired above the maximum",
            vec![service("web", &json!(25)), target("web", &json!(18))],
            (Verdict::Denied, &["scale-above-ceiling"]),
        ),
        (
            "another service's target",
            vec![service("web", &json!(15)), target("api", &json!(18))],
            (Verdict::Denied, &["scale-above-ceiling"]),
        ),
        (
            "target without a maximum",
            vec![service("web", &json!(5)), target("web", &Value::Null)],
            (Verdict::Denied, &["scale-unbounded"]),
        ),
        (
            "target with an unknown maximum",
            vec![
                service("web", &json!(5)),
                unknown(target("web", &Value::Null), json!({ "max_capacity": true })),
            ],
            (Verdict::ConsentRequired, &["scale-needs-consent"]),
        ),
        (
            "unknown desired count beside a known maximum",
            vec![
                unknown(service("web", &Value::Null), json!({ "desired_count": true })),
                target("web", &json!(18)),
            ],
            (Verdict::ConsentRequired, &["scale-needs-consent"]),
        ),
    ];
    for (name, changes, expected) in rows {
        let report = judge(&[over_all(&limits())], &plan(&changes));
        assert_judged(name, &report, expected);
        let backwards: Vec<Value> = changes.into_iter().rev().collect();
        assert_eq!(
            judge(&[over_all(&limits())], &plan(&backwards)).findings,
            report.findings,
            "{name}, backwards"
        );
    }
}

#[test]
fn a_target_that_is_not_known_yet_joins_through_its_references() {
    let mut joined = plan(&[
        service("web", &json!(15)),
        unknown(
            create(
                "aws_appautoscaling_target.web",
                json!({ "scalable_dimension": "ecs:service:DesiredCount", "max_capacity": 18 }),
            ),
            json!({ "resource_id": true }),
        ),
    ]);
    assert_judged(
        "no reference",
        &judge(&[over_all(&limits())], &joined),
        (Verdict::Denied, &["scale-above-ceiling"]),
    );
    joined["configuration"]["root_module"]["resources"][1]["expressions"] =
        json!({ "resource_id": { "references": ["aws_ecs_service.web.name", "aws_ecs_service.web"] } });
    assert_judged("reference", &judge(&[over_all(&limits())], &joined), ALLOWED);
}

#[test]
fn a_target_that_may_belong_to_either_of_two_services_stands_for_neither() {
    let mut either = plan(&[
        service("web", &json!(10)),
        service("api", &json!(8)),
        unknown(
            create(
                "aws_appautoscaling_target.t",
                json!({ "scalable_dimension": "ecs:service:DesiredCount", "max_capacity": 10 }),
            ),
            json!({ "resource_id": true }),
        ),
    ]);
    either["configuration"]["root_module"]["resources"][2]["expressions"] = json!({
        "resource_id": { "references": ["aws_ecs_service.web.name", "aws_ecs_service.web", "aws_ecs_service.api.name", "aws_ecs_service.api"] },
    });
    let report = judge(&[over_all(&limits())], &either);
    assert_judged("either", &report, (Verdict::Denied, &["scale-above-ceiling"]));
}

#[test]
fn services_of_one_name_in_two_regions_are_two() {
    let far = |mut change: Value| {
        change["change"]["after"]["region"] = json!("eu-central-1");
        change
    };
    let split = plan(&[service("web", &json!(15)), far(target("web", &json!(10)))]);
    assert_judged(
        "split",
        &judge(&[over_all(&limits())], &split),
        (Verdict::Denied, &["scale-above-ceiling"]),
    );
    let together = plan(&[far(service("web", &json!(15))), far(target("web", &json!(16)))]);
    assert_judged("together", &judge(&[over_all(&limits())], &together), ALLOWED);
}

#[test]
fn two_things_that_are_counted_apart_are_so_before_and_after() {
    let kept = |mut change: Value| {
        change["change"]["actions"] = json!(["no-op"]);
        change["change"]["before"] = change["change"]["after"].clone();
        change
    };
    let again = |mut change: Value| {
        change["address"] = json!("module.copy.aws_ecs_service.web");
        change["module_address"] = json!("module.copy");
        change
    };
    let all = [service("web", &json!(9)), again(service("web", &json!(9))), target("web", &json!(10))];
    let new = judge(&[over_all(&limits())], &plan(&all));
    assert_judged("two services, one target", &new, (Verdict::Denied, &["scale-above-ceiling"]));
    let old = judge(&[over_all(&limits())], &plan(&all.map(kept)));
    assert_judged("nothing changes", &old, (Verdict::Allowed, &["scale-above-ceiling"]));
}

#[test]
fn a_target_outside_the_envelope_does_not_take_the_service_out_of_it() {
    let envelopes = [
        json!({ "name": "agents", "scope": { "addresses": ["aws_ecs_service.*"] }, "limits": limits() }),
        json!({
            "name": "large", "scope": { "addresses": ["aws_appautoscaling_target.*"] },
            "limits": { "regions": { "allow": ["eu-west-1"] }, "capacity": { "tasks": { "ceiling": 500 } } },
        }),
    ];
    let report = judge(&envelopes, &plan(&[service("web", &json!(300)), target("web", &json!(400))]));
    assert_judged("split over two envelopes", &report, (Verdict::Denied, &["scale-above-ceiling"]));
}

#[test]
fn of_two_targets_for_one_service_the_lower_maximum_is_the_one_that_covers_it() {
    let second = |max: u32| {
        let mut second = target("web", &json!(max));
        second["address"] = json!("aws_appautoscaling_target.again");
        second["name"] = json!("again");
        second
    };
    for (first, other) in [(2, 5), (5, 2)] {
        let report = judge(
            &[over_all(&limits())],
            &plan(&[target("web", &json!(first)), second(other), service("web", &json!(16))]),
        );
        // 2 and 5 of the targets, and the 14 that the lower one does not cover.
        assert_judged("two targets", &report, (Verdict::Denied, &["scale-above-ceiling"]));
        assert!(texts(&report).contains("grow to 21 tasks"), "{}", texts(&report));
    }
}
