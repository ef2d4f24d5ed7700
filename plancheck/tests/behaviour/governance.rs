//! What a plan is judged by: the governance from before it, never the one it brings.

use plancheck::finding::Effect;
use plancheck::verdict::Verdict;
use plancheck::{Governance, PlanInput, check};
use serde_json::{Value, json};

use crate::limits;
use crate::scene::{change, given, group, judge_text, lock, over_all, plan, records, rules};

/// A growth that the usual limits deny, with a change of the envelope itself that would allow it.
fn loosening() -> Value {
    let wide = over_all(&json!({ "capacity": { "instances": { "ceiling": 9000 } } }));
    let (strict, wide) = (records(&[over_all(&limits())]), records(&[wide]));
    let envelope = change(
        "remit_envelope.team_a",
        &["update"],
        json!({ "record": strict[1] }),
        json!({ "record": wide[1] }),
    );
    let mut plan = plan(&[group("a", &["create"], None, Some(50)), envelope]);
    plan["planned_values"] = json!({ "outputs": { "lock": { "value": wide } } });
    plan
}

#[test]
fn planned_governance_never_judges_its_own_plan() {
    let report = judge_text(&lock(&[over_all(&limits())]), &loosening().to_string(), given());
    let report = report.unwrap_or_else(|error| panic!("{error}"));
    assert!(rules(&report, Effect::Deny).contains(&"scale-above-ceiling"), "{:#?}", report.findings);
}

#[test]
fn the_state_before_the_change_can_be_the_governance() {
    let objects = |records: &[String]| -> Vec<Value> {
        let types = ["remit_approver", "remit_envelope"];
        let each = records.iter().zip(types);
        each.map(|(record, kind)| {
            json!({ "address": format!("{kind}.x"), "mode": "managed", "type": kind, "name": "x", "values": { "record": record } })
        })
        .collect()
    };
    let judge = |prior: Value| {
        let mut plan = loosening();
        plan["prior_state"] = prior;
        check(PlanInput::Bytes(plan.to_string().as_bytes()), Governance::PriorState, given())
    };
    let in_root =
        json!({ "values": { "root_module": { "resources": objects(&records(&[over_all(&limits())])) } } });
    let in_module = json!({ "values": { "root_module": { "child_modules": [{ "resources": objects(&records(&[over_all(&limits())])) }] } } });
    for prior in [in_root, in_module] {
        let report = judge(prior).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(report.verdict(), Verdict::Denied, "{:#?}", report.findings);
    }
    let none = judge(json!({ "values": { "root_module": { "resources": [] } } })).expect_err("no governance");
    assert!(none.message.contains("no governance"), "{none}");
    let mut unreadable = objects(&records(&[over_all(&limits())]));
    unreadable[1]["values"] = json!({});
    let error =
        judge(json!({ "values": { "root_module": { "resources": unreadable } } })).expect_err("no record");
    assert!(error.message.contains("remit_envelope.x"), "{error}");
}

#[test]
fn what_declared_limits_and_growing_types_no_rule_judges_is_named() {
    use crate::scene::{create, judge};

    let named = |address: &str| {
        let plan = plan(&[create(address, json!({}))]);
        let mut limits = limits();
        limits["cost"] = json!({ "currency": "USD", "period": "monthly", "ceiling": 10 });
        let report = judge(&[over_all(&limits)], &plan);
        report.not_judged.into_iter().map(|item| item.what).collect::<Vec<_>>()
    };
    let not_counted = "`aws_apprunner_auto_scaling_configuration_version`".to_owned();
    let with = named("aws_apprunner_auto_scaling_configuration_version.a");
    assert!(with.contains(&not_counted), "{with:?}");
    assert!(with.contains(&"`cost`".to_owned()), "{with:?}");
    // A type whose growth is counted, and one that does not grow.
    for other in ["aws_autoscaling_group.a", "aws_s3_bucket.a"] {
        let kind = format!("`{}`", other.trim_end_matches(".a"));
        assert!(!named(other).contains(&kind), "{other}");
    }
}
