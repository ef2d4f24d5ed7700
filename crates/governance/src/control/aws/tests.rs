//! What becomes of the design's envelope, and what each vendor limit says. What the policies mean is in `semantics`.

mod properties;
mod semantics;

use super::*;
use std::collections::BTreeSet;

use crate::{
    approver::tests::approver,
    envelope::tests::{config, with},
};

const AWS: &str = r#"{
    "budget": {"subscribers": ["finops@example.com"]},
    "region_guard": {"targets": ["ou-abcd-12345678"]},
    "tamper_guard": {"targets": ["ou-abcd-12345678"]},
    "scale_guard": {"targets": ["ou-abcd-12345678"]},
    "caps": [
        {"scalable_target": {"service_namespace": "ecs", "resource_id": "service/prod/support", "dimension": "ecs:service:DesiredCount"}, "min": 1, "max": 20},
        {"autoscaling_group": "support-workers", "max": 10, "region": "eu-west-1", "account": "210987654321"},
        {"lambda_function": "doc-analysis", "reserved_concurrency": 50}
    ],
    "minimum_strength": {"regions": "denies_on_write"}
}"#;

fn people() -> Vec<Approver> {
    let mut dana = approver("dana", "finance", 1);
    dana.identities.insert("aws".to_owned(), "arn:aws:iam::123456789012:role/finance".to_owned());
    vec![dana, approver("lee", "security", 2)]
}

fn compiled(edits: &[(&str, &str)]) -> Compiled {
    let edits: Vec<_> = [("aws", AWS)].iter().chain(edits).copied().collect();
    compile(&with(&edits), &people()).unwrap().unwrap()
}

fn faults(edits: &[(&str, &str)]) -> Vec<String> {
    let edits: Vec<_> = [("aws", AWS)].iter().chain(edits).copied().collect();
    let faults = compile(&with(&edits), &people()).unwrap().unwrap_err();
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn without_a_block_nothing_is_made() {
    assert_eq!(compile(&with(&[]), &people()), None);
}

#[test]
fn the_example_becomes_these_controls() {
    let shown: Vec<String> = compiled(&[])
        .controls
        .iter()
        .map(|control| {
            format!(
                "{} {} account={:?} region={:?}\nusage: {}\n{}\n",
                control.kind,
                control.name,
                control.account,
                control.region,
                control.usage.as_deref().unwrap_or("-"),
                control.definition().to_pretty()
            )
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn the_example_is_covered_like_this() {
    let covered: Vec<String> = compiled(&[])
        .coverage
        .iter()
        // What plancheck alone holds is not said here.
        .filter(|held| held.strength != Strength::PlanTimeOnly)
        .map(|held| format!("{}: {}\n  {}\n  but: {}", held.limit, held.strength, held.delay, held.residual))
        .collect();
    insta::assert_snapshot!(covered.join("\n"));
}

#[test]
fn a_record_keeps_the_block() {
    let envelope = with(&[("aws", AWS)]);
    let again = Envelope::from_record(&envelope.record()).unwrap();
    assert_eq!(again, envelope);
    // Only a change of meaning is a change.
    let respelled = AWS.replace("\"max\": 20", "\"max\": \"20.0\"").replace("finops@", "FinOps@");
    assert_eq!(with(&[("aws", &respelled)]).digest(), envelope.digest());
    assert_ne!(with(&[("aws", &AWS.replace("\"max\": 20", "\"max\": 21"))]).digest(), envelope.digest());
}

#[test]
fn every_cap_is_found_by_its_name() {
    for control in compiled(&[]).controls {
        if let Body::Cap(cap) = &control.body {
            assert_eq!(capped(control.kind, &control.name).as_ref(), Some(&cap.capped));
        }
    }
}

/// One wrong value each, in the block itself.
const WRONG: &[(&str, &str)] = &[
    ("aws.account", r#""1234""#),
    ("aws.budget.subscribers", r#"["finops"]"#),
    ("aws.budget.topic", r#""finops""#),
    ("aws.budget.action", "{}"),
    ("aws.budget.action", r#"{"role": "remit-stop", "targets": ["r-abcd"]}"#),
    ("aws.budget.action", r#"{"role": "arn:aws:iam::123456789012:role/stop", "targets": []}"#),
    (
        "aws.budget.action",
        r#"{"role": "arn:aws:iam::123456789012:role/stop", "targets": ["r-abcd"], "approval": "none"}"#,
    ),
    (
        "aws.budget.action",
        r#"{"role": "arn:aws:iam::123456789012:role/stop", "targets": ["r-abcd"], "at_percent": 0}"#,
    ),
    ("aws.region_guard", "{}"),
    ("aws.region_guard.targets", "[]"),
    ("aws.region_guard.targets", r#"["ou-x"]"#),
    ("aws.region_guard.exempt_actions", r#"["everything"]"#),
    ("aws.tamper_guard.exempt_actions", r#"["s3:*"]"#),
    ("aws.caps", r#"[{"max": 1}]"#),
    ("aws.caps", r#"[{"autoscaling_group": "a", "lambda_function": "b", "max": 1}]"#),
    ("aws.caps", r#"[{"autoscaling_group": "a"}]"#),
    ("aws.caps", r#"[{"autoscaling_group": "a", "reserved_concurrency": 5, "max": 1}]"#),
    ("aws.caps", r#"[{"autoscaling_group": "a*", "max": 1}]"#),
    ("aws.caps", r#"[{"lambda_function": "f", "max": 1}]"#),
    ("aws.caps", r#"[{"lambda_function": "f", "reserved_concurrency": -1}]"#),
    ("aws.caps", r#"[{"autoscaling_group": "a", "max": 1}, {"autoscaling_group": "a", "max": 2}]"#),
    ("aws.caps", r#"[{"autoscaling_group": "a", "max": 1, "min": 2}]"#),
    ("aws.caps", r#"[{"autoscaling_group": "a", "max": 5000000000}]"#),
    ("aws.caps", r#"[{"autoscaling_group": "a", "max": 5, "region": "ireland"}]"#),
    (
        "aws.caps",
        r#"[{"scalable_target": {"service_namespace": "ecs", "resource_id": "service/a/b", "dimension": "ecs"}, "min": 0, "max": 1}]"#,
    ),
    (
        "aws.caps",
        r#"[{"scalable_target": {"service_namespace": "ecs", "resource_id": "service/a/b", "dimension": "ecs:service:DesiredCount"}, "max": 1}]"#,
    ),
    ("aws.minimum_strength", r#"{"region": "alerts"}"#),
    ("aws.minimum_strength", r#"{"regions": "strong"}"#),
    ("aws.service_control_policies", r#"{"max_per_target": 1}"#),
    ("aws.budgets", "{}"),
    ("aws", "{}"),
];

#[test]
fn one_wrong_value_is_one_fault_at_its_attribute() {
    let report: Vec<String> = WRONG
        .iter()
        .map(|(path, value)| {
            let faults = Envelope::declare(&config(&[("aws", AWS), (path, value)])).unwrap_err();
            let faults: Vec<String> =
                faults.iter().map(|fault| format!("{:?} {fault}", fault.kind)).collect();
            format!("{path} = {value}\n{}\n", faults.join("\n"))
        })
        .collect();
    insta::assert_snapshot!(report.join("\n"));
}

/// Each is right by itself; together they cannot become controls, and the plan says so.
#[test]
fn what_aws_would_refuse_fails_at_plan_with_used_and_allowed() {
    let many = |count: usize, text: fn(usize) -> String| {
        let all: Vec<String> = (0..count).map(text).collect();
        format!("[{}]", all.join(","))
    };
    let emails = many(11, |index| format!("\"person-{index}@example.com\""));
    let percentages = many(12, |index| (index + 1).to_string());
    let principals = many(60, |index| {
        format!(
            "\"aws:arn:aws:iam::123456789012:role/agents/team-{index:03}/a-long-name-of-a-path-{index:03}/*\""
        )
    });
    let cases: Vec<Vec<(&str, &str)>> = vec![
        vec![("limits.cost", "null"), ("limits.growth", "null")],
        vec![("limits.cost.currency", r#""EUR""#)],
        vec![("limits.cost.ceiling", "0"), ("limits.cost.authorize_above", "null")],
        vec![("limits.cost.notify_at", &percentages)],
        vec![("aws.budget.subscribers", &emails)],
        vec![("scope", r#"{"workspaces":["prod"]}"#)],
        vec![("agents", "null")],
        vec![("agents.principals", r#"["aws:arn:aws:sts::123456789012:assumed-role/agent/*"]"#)],
        vec![("limits.regions", "null")],
        vec![("limits.regions.allow", r#"["gcp:europe-west1"]"#)],
        vec![("limits.regions.exceptions.0", "null")],
        vec![("aws.region_guard.exempt_actions", r#"["bedrock:Get*"]"#)],
        vec![("agents.principals", &principals)],
        vec![("aws.service_control_policies", r#"{"max_per_target": 2, "max_bytes": 2200}"#)],
        vec![("aws.minimum_strength", r#"{"cost": "stops_late", "tags": "alerts", "defaults": "alerts"}"#)],
        vec![("limits.capacity", "null"), ("limits.instance_types", "null")],
        vec![("aws.budget.account", r#""210987654321""#), ("aws.budget.action", ACTION)],
        vec![("agents", "null"), ("aws.budget.action", ACTION)],
        vec![
            ("aws.budget.action", ACTION),
            ("aws.service_control_policies", r#"{"max_bytes": 1200, "max_per_target": 2}"#),
        ],
    ];
    let cases = cases.into_iter().filter(|edits| !edits.iter().any(|(path, _)| path.ends_with(".0")));
    let report: Vec<String> = cases
        .map(|edits| {
            let what: Vec<String> = edits
                .iter()
                .map(|(path, value)| format!("{path} = {}", value.chars().take(60).collect::<String>()))
                .collect();
            format!("{}\n{}\n", what.join(", "), faults(&edits).join("\n"))
        })
        .collect();
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn a_higher_quota_of_the_organization_is_enough_for_more() {
    let small = ("aws.service_control_policies", r#"{"max_bytes": 3000, "max_per_target": 10}"#);
    let more = compiled(&[small]);
    let policies = |compiled: &Compiled| -> Vec<(String, usize)> {
        let policies = compiled.controls.iter().filter_map(|control| match &control.body {
            Body::Policy(policy) => Some((control.name.clone(), policy.text().len())),
            _ => None,
        });
        policies.collect()
    };
    let (several, one) = (
        policies(&more),
        policies(&compiled(&[("aws.service_control_policies", r#"{"max_bytes": 10240}"#)])),
    );
    assert!(several.len() > 1 && several.iter().all(|(_, bytes)| *bytes <= 3000), "{several:?}");
    assert_eq!(one.len(), 1);
    assert_eq!(several[1].0, "remit-support-agents-region-guard-2");
}

#[test]
fn guards_with_targets_of_their_own_get_policies_of_their_own() {
    let apart = compiled(&[("aws.tamper_guard", r#"{"targets": ["r-abcd"]}"#)]);
    let names: Vec<&str> = apart.controls.iter().map(|control| control.name.as_str()).take(3).collect();
    assert_eq!(names[0], "remit-support-agents-region-guard");
    assert!(names.contains(&"remit-support-agents-tamper-guard"));
}

const ACTION: &str = r#"{"role": "arn:aws:iam::123456789012:role/stop", "targets": ["ou-abcd-12345678"]}"#;

/// The policy is there before the action that attaches it, and is attached to nothing.
#[test]
fn an_action_comes_with_the_policy_that_it_attaches() {
    let controls = compiled(&[("aws.budget.action", ACTION)]).controls;
    let shown = |kind: Kind, name: &str| {
        let at =
            controls.iter().position(|control| control.kind == kind && control.name == name).expect(name);
        (at, controls[at].definition())
    };
    let (stop, policy) = shown(Kind::Policy, "remit-support-agents-spend-stop");
    let (budget, _) = shown(Kind::Budget, "remit-support-agents-budget");
    let (action, definition) = shown(Kind::BudgetAction, "remit-support-agents-budget-action");
    assert!(stop < budget && budget < action);
    assert!(!policy.as_object().unwrap().contains_key("targets"));
    assert_eq!(
        definition.to_text(),
        r#"{"approval":"manual","at":"actual above 100%","policy":"remit-support-agents-spend-stop","role":"arn:aws:iam::123456789012:role/stop","targets":["ou-abcd-12345678"],"told":["dana@example.com","finops@example.com","mina.okafor@example.com"]}"#
    );
    assert_eq!(budget_of("remit-support-agents-budget-action"), Some("remit-support-agents-budget"));
}

#[test]
fn only_an_action_that_waits_for_nobody_stops() {
    let cost = |action: &str| {
        let coverage = compiled(&[("aws.budget.action", action)]).coverage;
        let cost = coverage.into_iter().find(|held| held.limit == "limits.cost").unwrap();
        (cost.strength, cost.delay.into_owned())
    };
    let (asks, when) = cost(ACTION);
    assert!(asks == Strength::Alerts && when.starts_with("asks people at 100%"), "{when}");
    let (stops, when) = cost(&ACTION.replace('}', r#", "approval": "automatic", "at_percent": 90}"#));
    assert!(stops == Strength::StopsLate && when.starts_with("denies the agents new spend at 90%"), "{when}");
}

#[test]
fn finance_approvers_and_the_owner_are_told() {
    let controls = compiled(&[]).controls;
    let Some(Body::Budget(budget)) = controls.iter().map(|c| &c.body).find(|b| matches!(b, Body::Budget(_)))
    else {
        panic!("a budget")
    };
    let told: BTreeSet<&str> = budget.alerts.values().flatten().map(String::as_str).collect();
    assert_eq!(
        told.into_iter().collect::<Vec<_>>(),
        ["dana@example.com", "finops@example.com", "mina.okafor@example.com"]
    );
    // Everybody is told at every alert: none is silent.
    assert!(budget.alerts.values().all(|told| told.len() == 3));
}
