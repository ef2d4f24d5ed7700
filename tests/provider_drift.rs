//! Drift of a governance under the real Terraform and a strict double of AWS: each class is made behind Terraform's back, found by the next
//! scheduled run, told with its direction, and gone once it is put right.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test crate: it stops at the first thing that is not as it should be, and looks at the machine it runs on"
)]

#[path = "provider_drift/scene.rs"]
mod scene;
#[path = "provider_support.rs"]
mod support;

use plancheck::drift::class::{Class, Direction};
use plancheck::drift::report::{Report, Since};
use plancheck::drift::{Previous, Trail};
use plancheck::render::drift::Format;
use scene::{ACCOUNT, Beside, ELSEWHERE, MEMBER, Scene, UNIT, config};
use serde_json::{Value, json};

type Call = (&'static str, &'static str, Value);

/// Something that others do, what it is told as, and what puts it right besides an apply.
struct Case {
    done: Vec<Call>,
    told: Vec<(Class, &'static str)>,
    undone: Vec<Call>,
}

impl Case {
    fn new(done: Call, class: Class, field: &'static str) -> Self {
        Self { done: vec![done], told: vec![(class, field)], undone: Vec::new() }
    }

    /// Put right by somebody else's call, since it is nothing that an apply can change.
    fn undone(mut self, call: Call) -> Self {
        self.undone.push(call);
        self
    }

    fn also(mut self, class: Class, field: &'static str) -> Self {
        self.told.push((class, field));
        self
    }
}

fn budget(more: Value) -> Value {
    with(json!({ "AccountId": ACCOUNT, "BudgetName": "remit-agents-budget" }), more)
}

fn with(mut base: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("an object") };
    base.as_object_mut().expect("an object").extend(more);
    base
}

/// The budget as it was made, with other members.
fn edited(scene: &Scene, change: impl Fn(&mut Value)) -> Call {
    let described =
        scene.behind(&("budgets", "DescribeBudget", budget(json!({ "ShowFilterExpression": true }))));
    let mut new = described["Budget"].clone();
    for name in ["CalculatedSpend", "LastUpdatedTime", "HealthStatus"] {
        new.as_object_mut().expect("a budget").remove(name);
    }
    change(&mut new);
    ("budgets", "UpdateBudget", json!({ "AccountId": ACCOUNT, "NewBudget": new }))
}

fn group(max: u32) -> Call {
    ("autoscaling", "UpdateAutoScalingGroup", json!({ "AutoScalingGroupName": "workers", "MaxSize": max }))
}

fn moved(from: &str, to: &str) -> Call {
    let input = json!({ "AccountId": MEMBER, "SourceParentId": from, "DestinationParentId": to });
    ("organizations", "MoveAccount", input)
}

fn of_budgets(scene: &Scene) -> Vec<Case> {
    let alert = json!({ "NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0, "ThresholdType": "PERCENTAGE" });
    let subscriber = json!({ "Notification": alert, "Subscriber": { "SubscriptionType": "EMAIL", "Address": "dana.reyes@example.com" } });
    let raised = edited(scene, |budget| budget["BudgetLimit"]["Amount"] = json!("50000"));
    let lowered = edited(scene, |budget| budget["BudgetLimit"]["Amount"] = json!("9000"));
    let untouched = edited(scene, |_| {});
    let adjusted = edited(scene, |budget| {
        budget.as_object_mut().expect("a budget").remove("BudgetLimit");
        budget["AutoAdjustData"] =
            json!({ "AutoAdjustType": "HISTORICAL", "HistoricalOptions": { "BudgetAdjustmentPeriod": 3 } });
    });
    let blind = (Class::BudgetBlinded, "edited");
    let actions = scene.behind(&("budgets", "DescribeBudgetActionsForBudget", budget(json!({}))));
    let action = |more: Value| budget(with(json!({ "ActionId": actions["Actions"][0]["ActionId"] }), more));
    vec![
        Case::new(
            ("budgets", "UpdateBudgetAction", action(json!({ "ApprovalModel": "MANUAL" }))),
            Class::ControlDisarmed,
            "approval",
        ),
        Case::new(("budgets", "DeleteBudgetAction", action(json!({}))), Class::ControlDeleted, "-"),
        Case::new(raised, Class::LimitLoosened, "amount").also(blind.0, blind.1),
        Case::new(lowered, Class::LimitTightened, "amount").also(blind.0, blind.1),
        Case::new(untouched, blind.0, blind.1),
        Case::new(adjusted, Class::AutoRaiseEnabled, "auto_adjust").also(blind.0, blind.1),
        Case::new(
            ("budgets", "DeleteSubscriber", budget(subscriber)),
            Class::ControlDisarmed,
            "alerts[actual above 80%][dana.reyes@example.com]",
        ),
        Case::new(
            ("budgets", "DeleteNotification", budget(json!({ "Notification": alert }))),
            Class::ControlDisarmed,
            "alerts[actual above 80%]",
        ),
        // Its action goes with it.
        Case::new(("budgets", "DeleteBudget", budget(json!({}))), Class::ControlDeleted, "-")
            .also(Class::ControlDeleted, "-"),
        Case::new(
            ("budgets", "CreateBudget", json!({ "AccountId": ACCOUNT, "Budget": {
                "BudgetName": "nobody", "BudgetLimit": { "Amount": "5", "Unit": "USD" }, "TimeUnit": "MONTHLY", "BudgetType": "COST" } })),
            Class::UnmanagedControl,
            "-",
        )
        .undone(("budgets", "DeleteBudget", json!({ "AccountId": ACCOUNT, "BudgetName": "nobody" }))),
    ]
}

fn of_the_rest(policy: &str) -> Vec<Case> {
    let target = json!({ "ServiceNamespace": "ecs", "ResourceId": "service/prod/support", "ScalableDimension": "ecs:service:DesiredCount" });
    let weak = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "*" }] });
    let at = json!({ "PolicyId": policy, "TargetId": UNIT });
    let disable = json!({ "RootId": "r-abcd", "PolicyType": "SERVICE_CONTROL_POLICY" });
    vec![
        Case::new(group(40), Class::LimitLoosened, "max"),
        Case::new(group(5), Class::LimitTightened, "max"),
        Case::new(
            (
                "application-autoscaling",
                "RegisterScalableTarget",
                with(target.clone(), json!({ "MaxCapacity": 500 })),
            ),
            Class::LimitLoosened,
            "max",
        ),
        Case::new(
            ("application-autoscaling", "DeregisterScalableTarget", target),
            Class::ControlDeleted,
            "-",
        ),
        Case::new(
            ("lambda", "DeleteFunctionConcurrency", json!({ "FunctionName": "analysis" })),
            Class::LimitLoosened,
            "reserved_concurrency",
        ),
        Case::new(
            ("organizations", "UpdatePolicy", json!({ "PolicyId": policy, "Content": weak.to_string() })),
            Class::LimitLoosened,
            "document",
        ),
        Case::new(("organizations", "DetachPolicy", at), Class::ControlDetached, "targets[ou-abcd-12345678]"),
        Case::new(
            (
                "service-quotas",
                "StartAutoManagement",
                json!({ "OptInLevel": "ACCOUNT", "OptInType": "NotifyAndAdjust" }),
            ),
            Class::AutoRaiseEnabled,
            "mode",
        )
        .undone(("service-quotas", "StopAutoManagement", json!({}))),
        Case::new(moved(UNIT, ELSEWHERE), Class::ScopeEscaped, "accounts[210987654321]")
            .undone(moved(ELSEWHERE, UNIT)),
        Case::new(
            ("organizations", "DisablePolicyType", disable.clone()),
            Class::ControlDisarmed,
            "policy_type",
        )
        // The policy that the action would attach can do nothing either.
        .also(Class::ControlDisarmed, "policy_type")
        .also(Class::ControlDetached, "targets[ou-abcd-12345678]")
        .undone(("organizations", "EnablePolicyType", disable)),
    ]
}

fn told(report: &Report) -> Vec<(Class, String)> {
    let one = |drift: &plancheck::drift::report::Drift| {
        (drift.class, drift.field.clone().unwrap_or_else(|| "-".to_owned()))
    };
    let mut told: Vec<_> = report.drift().map(|(_, drift)| one(drift)).collect();
    told.sort();
    told
}

/// The exit code that the gravest of some classes asks for.
fn code(classes: &[(Class, &str)]) -> u8 {
    let directions: Vec<_> = classes.iter().map(|(class, _)| class.direction()).collect();
    if directions.contains(&Some(Direction::Looser)) {
        2
    } else if directions.iter().all(|direction| *direction == Some(Direction::Tighter)) {
        0
    } else {
        3
    }
}

#[track_caller]
fn assert_clean(scene: &Scene, when: &str) {
    let report = scene.run(Beside::default());
    assert_eq!(told(&report), [], "{when}: {}", Format::Human.report(&report));
    assert_eq!(report.exit_code(), 0);
    // Seven controls, the envelope, two approvers, a decision, and how quotas are managed in the one region.
    assert_eq!(report.checked(), 12, "{when}: everything is looked at");
}

#[track_caller]
fn found_told_and_gone(scene: &Scene, case: &Case) {
    let operation = case.done[0].1;
    // What was edited and when is known to the second.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    for call in &case.done {
        scene.behind(call);
    }
    let report = scene.run(Beside::default());
    let mut expected: Vec<_> = case.told.iter().map(|(class, field)| (*class, (*field).to_owned())).collect();
    expected.sort();
    assert_eq!(told(&report), expected, "{operation}: {}", Format::Human.report(&report));
    assert_eq!(report.exit_code(), code(&case.told), "{operation}");
    for call in &case.undone {
        scene.behind(call);
    }
    scene.terraform.apply();
    assert_clean(scene, &format!("after {operation} was put right"));
    scene.terraform.assert_empty(operation);
}

#[test]
fn what_becomes_of_budgets_is_found_told_and_gone_after_repair() {
    for scene in Scene::each() {
        assert_clean(&scene, "after the first apply");
        for case in of_budgets(&scene) {
            found_told_and_gone(&scene, &case);
        }
    }
}

#[test]
fn what_becomes_of_policies_and_caps_is_found_told_and_gone_after_repair() {
    for scene in Scene::each() {
        for case in of_the_rest(&scene.id_of("service_control_policy")) {
            found_told_and_gone(&scene, &case);
        }
        let policy = scene.id_of("service_control_policy");
        scene.behind(&("organizations", "DetachPolicy", json!({ "PolicyId": policy, "TargetId": UNIT })));
        let delete = ("organizations", "DeletePolicy", json!({ "PolicyId": policy }));
        found_told_and_gone(&scene, &Case::new(delete, Class::ControlDeleted, "-"));
    }
}

/// What time does, nobody has to do; and what is made anew is in order again.
#[test]
fn decisions_and_approvers_end_by_themselves() {
    for mut scene in Scene::each() {
        let at = |scene: &Scene, now: &str| {
            let mut plan: Value = serde_json::from_str(&scene.refreshed()).expect("JSON");
            // It is looked at much later than it was made, which is refused else.
            plan.as_object_mut().expect("a plan").remove("timestamp");
            let now = Some(now.parse().expect("an instant"));
            told(&scene.judge(&plan.to_string(), Beside { now, ..Beside::default() }))
        };
        assert_eq!(at(&scene, "2099-02-28T12:00:00Z"), []);
        assert_eq!(at(&scene, "2099-03-01T00:00:00Z"), [(Class::OverrideExpired, "review.due".to_owned())]);
        let approver = (Class::ApproverInvalid, "valid_until".to_owned());
        let later = at(&scene, "2099-07-01T00:00:00Z");
        assert_eq!(later.iter().filter(|told| **told == approver).count(), 2, "{later:?}");
        // Reviewed again, and with keys for another year.
        let renewed = config(&scene.cloud, "2100-02-28", "2100-06-30");
        scene.governed_anew(&renewed);
        assert_eq!(at(&scene, "2099-07-01T00:00:00Z"), []);
    }
}

/// A permission that is missing is told for what it hides, and for nothing else.
#[test]
fn what_may_not_be_looked_at_is_unverifiable_and_the_rest_is_judged() {
    for scene in Scene::each() {
        // How many controls it hides something of: there are two policies, and one of them is attached nowhere.
        let denied = [
            ("organizations", "ListRoots", "standing[organizations:ListRoots]", 2),
            ("organizations", "ListParents", "standing[organizations:ListParents]", 1),
            ("lambda", "GetFunctionConcurrency", "-", 1),
            ("organizations", "DescribePolicy", "-", 2),
        ];
        for (service, operation, field, hides) in denied {
            scene.behind(&group(40));
            let fault = json!({ "service": service, "operation": operation, "times": 0, "effect": { "code": "AccessDeniedException" } });
            scene.cloud.fault(serde_json::from_value(fault).expect("a fault"));
            let report = scene.run(Beside::default());
            let mut expected = vec![(Class::LimitLoosened, "max".to_owned())];
            expected.extend(vec![(Class::Unverifiable, field.to_owned()); hides]);
            assert_eq!(told(&report), expected, "{operation}: {}", Format::Human.report(&report));
            scene.cloud.clear_faults();
            scene.terraform.apply();
            assert_clean(&scene, &format!("once {operation} is allowed"));
        }
    }
}

/// The state was saved with the drift in it: what was approved is still known.
#[test]
fn a_drift_that_was_saved_into_the_state_is_told_as_before() {
    for scene in Scene::each() {
        scene.behind(&group(40));
        scene.behind(&moved(UNIT, ELSEWHERE));
        let first = told(&scene.run(Beside::default()));
        scene.terraform.must(&["apply", "-refresh-only", "-auto-approve", "-input=false", "-no-color"]);
        let saved = scene.run(Beside::default());
        assert_eq!(told(&saved), first, "{}", Format::Human.report(&saved));
        assert_eq!(first.len(), 2);
    }
}

#[test]
fn an_unchanged_drift_is_unchanged_and_a_worse_one_is_told_again() {
    for scene in Scene::each() {
        scene.behind(&group(40));
        let first = scene.run(Beside::default());
        let previous = Previous::read("last.json", Format::Json.report(&first).as_bytes()).expect("a report");
        let beside = Beside { previous: Some(&previous), ..Beside::default() };
        let fingerprints = |report: &Report| -> Vec<_> {
            report.drift().map(|(_, drift)| (drift.fingerprint.clone(), drift.since)).collect()
        };
        let since = |report: &Report, since| -> Vec<_> {
            fingerprints(report).into_iter().map(|(fingerprint, _)| (fingerprint, Some(since))).collect()
        };
        let second = scene.run(beside);
        assert_eq!(fingerprints(&second), since(&first, Since::Unchanged));
        assert!(second.parts.iter().all(|part| !part.has_news()));
        scene.behind(&group(60));
        let third = scene.run(beside);
        assert_eq!(fingerprints(&third), since(&first, Since::Worse));
        scene.terraform.apply();
        let over: Vec<_> = scene.run(beside).parts.into_iter().flat_map(|part| part.over).collect();
        assert_eq!(over.len(), 1);
        assert!(over[0].resolved);
    }
}

/// An export of the trail names the agent's role.
#[test]
fn a_trail_names_who_did_it() {
    for scene in Scene::each() {
        scene.behind(&group(40));
        let event = json!({ "Records": [{
            "eventID": "e-1", "eventTime": "2026-11-30T03:12:00Z", "eventSource": "autoscaling.amazonaws.com",
            "eventName": "UpdateAutoScalingGroup", "awsRegion": "eu-west-1", "recipientAccountId": ACCOUNT, "readOnly": false,
            "userIdentity": { "arn": "arn:aws:sts::210987654321:assumed-role/autoscaler/s", "sessionContext": {
                "sessionIssuer": { "arn": "arn:aws:iam::210987654321:role/agents/autoscaler" } } },
            "requestParameters": { "autoScalingGroupName": "workers", "maxSize": 40 },
        }] });
        let mut trail = Trail::default();
        trail.read("events.json", event.to_string().as_bytes()).expect("an export");
        let report = scene.run(Beside { trail: Some(&trail), ..Beside::default() });
        let (_, drift) = report.drift().next().expect("drift");
        assert_eq!(drift.who.as_ref().expect("looked").class(), "agent");
    }
}
