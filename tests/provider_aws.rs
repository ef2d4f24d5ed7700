//! Envelopes that become controls, under the real Terraform and a strict double of AWS: the whole life, what others do behind our backs,
//! imports, and what must not be touched.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test crate: it stops at the first thing that is not as it should be, and looks at the machine it runs on"
)]

#[path = "provider_support.rs"]
mod support;

#[path = "provider_aws/action.rs"]
mod action;
#[path = "provider_aws/caps.rs"]
mod caps;
#[path = "provider_aws/overrides.rs"]
mod overrides;
#[path = "provider_aws/pinned.rs"]
mod pinned;
#[path = "provider_aws/reach.rs"]
mod reach;
#[path = "provider_aws/scene.rs"]
mod scene;

use scene::{ACCOUNT, ENVELOPE, Exists, OTHER, Scene, UNIT, all, nothing};
use serde_json::{Value, json};
use support::errors;

#[test]
fn an_envelope_lives_and_leaves_nothing_behind() {
    for scene in Scene::each(ENVELOPE) {
        let terraform = &scene.terraform;
        terraform.apply();
        assert_eq!(scene.exists(), all());
        assert!(scene.controls().iter().all(|control| control["status"] == "in_force"));
        scene.cloud.clear_log();
        terraform.assert_empty("after the first apply");
        assert_eq!(scene.cloud.writes().len(), 0, "a plan writes nothing");
        terraform.apply();
        assert_eq!(scene.cloud.writes().len(), 0, "an apply without changes writes nothing");
        terraform.destroy();
        assert_eq!(scene.exists(), nothing());
    }
}

/// What others can do to each kind of control: the kind, the call, and what the state calls it.
fn by_others(policy: &str) -> Vec<(&'static str, &'static str, &'static str, Value, &'static str)> {
    let budget = json!({ "AccountId": ACCOUNT, "BudgetName": "remit-agents-budget" });
    let with = |mut base: Value, more: Value| {
        base.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        base
    };
    let alert = json!({ "NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0, "ThresholdType": "PERCENTAGE" });
    let target = json!({ "ServiceNamespace": "ecs", "ResourceId": "service/prod/support", "ScalableDimension": "ecs:service:DesiredCount" });
    let subscriber = json!({ "Notification": alert, "Subscriber": { "SubscriptionType": "EMAIL", "Address": "dana.reyes@example.com" } });
    vec![
        (
            "budget",
            "budgets",
            "DeleteNotification",
            with(budget.clone(), json!({ "Notification": alert })),
            "changed",
        ),
        ("budget", "budgets", "DeleteSubscriber", with(budget.clone(), subscriber), "changed"),
        ("budget", "budgets", "DeleteBudget", budget.clone(), "missing"),
        (
            "service_control_policy",
            "organizations",
            "UpdatePolicy",
            json!({ "PolicyId": policy, "Description": "mine" }),
            "changed",
        ),
        (
            "service_control_policy",
            "organizations",
            "DetachPolicy",
            json!({ "PolicyId": policy, "TargetId": UNIT }),
            "changed",
        ),
        (
            "scalable_target",
            "application-autoscaling",
            "RegisterScalableTarget",
            with(target.clone(), json!({ "MaxCapacity": 500 })),
            "changed",
        ),
        ("scalable_target", "application-autoscaling", "DeregisterScalableTarget", target, "missing"),
        (
            "autoscaling_group",
            "autoscaling",
            "UpdateAutoScalingGroup",
            json!({ "AutoScalingGroupName": "workers", "MaxSize": 99 }),
            "changed",
        ),
        (
            "lambda_function",
            "lambda",
            "DeleteFunctionConcurrency",
            json!({ "FunctionName": "analysis" }),
            "changed",
        ),
    ]
}

/// Each control is changed or removed by others: the plan shows it as itself, and an apply puts it right.
#[test]
fn what_others_do_shows_in_the_plan_as_itself() {
    for scene in Scene::each(ENVELOPE) {
        let terraform = &scene.terraform;
        terraform.apply();
        let policy = scene.id_of("service_control_policy");
        for (kind, service, operation, input, status) in by_others(&policy) {
            scene.behind(service, operation, input);
            scene.cloud.clear_log();
            let planned = terraform.planned();
            assert!(scene.cloud.writes().is_empty(), "{operation}: a plan writes nothing");
            let change = planned["resource_changes"].as_array().expect("changes").iter();
            let change = change.filter(|change| change["change"]["actions"] != json!(["no-op"]));
            let changes: Vec<_> = change.collect();
            assert_eq!(changes.len(), 1, "{operation}: {changes:#?}");
            let controls =
                |when: &str| changes[0]["change"][when]["controls"].as_array().expect("controls").clone();
            let (before, after) = (controls("before"), controls("after"));
            for (before, after) in before.iter().zip(&after) {
                let (is_it, differs) = (before["kind"] == kind, before["definition"] != after["definition"]);
                assert_eq!(is_it, differs, "{operation}: {before:#} {after:#}");
                assert_eq!(before["status"], if is_it { status } else { "in_force" }, "{operation}");
                assert_eq!(after["status"], "in_force", "{operation}");
            }
            terraform.apply();
            assert_eq!(scene.exists(), all(), "{operation}");
            terraform.assert_empty(operation);
        }
        terraform.destroy();
        assert_eq!(scene.exists(), nothing());
    }
}

#[test]
fn a_deleted_policy_is_made_anew_and_attached() {
    for scene in Scene::each(ENVELOPE) {
        scene.terraform.apply();
        let policy = scene.id_of("service_control_policy");
        scene.behind("organizations", "DetachPolicy", json!({ "PolicyId": policy, "TargetId": UNIT }));
        scene.behind("organizations", "DeletePolicy", json!({ "PolicyId": policy }));
        scene.terraform.plan().shows_changes();
        scene.terraform.apply();
        assert_eq!(scene.exists(), all());
        assert_ne!(scene.id_of("service_control_policy"), policy);
        scene.terraform.assert_empty("after it was made anew");
    }
}

/// Each attribute of the block is changed, then removed.
#[test]
fn every_attribute_can_be_changed_and_removed() {
    let edits = [
        ("subscribers = [\"finops@example.com\"]", "subscribers = [\"other@example.com\"]"),
        ("budget       = { subscribers = [\"other@example.com\"] }", "budget = {}"),
        ("budget = {}", ""),
        ("ceiling = 12000", "ceiling = 13000"),
        ("minimum_strength = { regions = \"denies_on_write\" }", ""),
        ("allow = [\"eu-west-1\"]", "allow = [\"eu-west-1\", \"eu-central-1\"]"),
        (
            "region_guard = { targets = [\"ou-abcd-12345678\"] }",
            "region_guard = { targets = [\"ou-abcd-12345678\", \"r-abcd\"], exempt_actions = [\"s3:List*\"] }",
        ),
        (
            "tamper_guard = { targets = [\"ou-abcd-12345678\"] }",
            "scale_guard = { targets = [\"ou-abcd-12345678\"] }",
        ),
        ("scale_guard = { targets = [\"ou-abcd-12345678\"] }", ""),
        (
            "region_guard = { targets = [\"ou-abcd-12345678\", \"r-abcd\"], exempt_actions = [\"s3:List*\"] }",
            "",
        ),
        ("min = 1, max = 20", "min = 2, max = 12"),
        ("\"workers\", max = 10", "\"workers\", min = 0, max = 12"),
        ("reserved_concurrency = 50", "reserved_concurrency = 0"),
        ("{ lambda_function = \"analysis\", reserved_concurrency = 0 },", ""),
        ("{ autoscaling_group = \"workers\", min = 0, max = 12 },", ""),
    ];
    for scene in Scene::each(ENVELOPE) {
        scene.terraform.apply();
        let mut envelope = ENVELOPE.to_owned();
        for (from, to) in edits {
            assert!(envelope.contains(from), "{from}");
            envelope = envelope.replace(from, to);
            scene.write(&envelope);
            scene.terraform.plan().shows_changes();
            scene.terraform.apply();
            scene.terraform.assert_empty(to);
        }
        // The whole block, and with it the last cap.
        let (head, _) = envelope.split_once("  aws = {").expect("the block");
        scene.write(&format!("{head}}}\n"));
        scene.terraform.apply();
        assert_eq!(scene.exists(), nothing());
        scene.terraform.assert_empty("without the block");
    }
}

#[test]
fn an_envelope_is_imported_with_its_controls() {
    for scene in Scene::each(ENVELOPE) {
        let terraform = &scene.terraform;
        terraform.apply();
        let before = scene.controls();
        terraform.must(&["state", "rm", "remit_envelope.agents"]);
        terraform.import("remit_envelope.agents", &format!("aws:{ACCOUNT}/agents")).succeeded();
        let attributes = terraform.attributes("remit_envelope.agents");
        assert_eq!(attributes["approved"], false, "nobody approved what was imported");
        let ids = |controls: &[Value]| -> Vec<Value> {
            let named = controls
                .iter()
                .filter(|control| control["name"].as_str().is_some_and(|name| name.starts_with("remit-")));
            named.map(|control| control["id"].clone()).collect()
        };
        assert_eq!(ids(&scene.controls()), ids(&before));
        scene.cloud.clear_log();
        terraform.apply();
        assert_eq!(scene.cloud.writes().len(), 0, "what is there already is as declared");
        assert_eq!(scene.controls(), before);
        terraform.assert_empty("after the import");
        terraform.destroy();
        assert_eq!(scene.exists(), nothing(), "what was there before a cap is known after an import too");
        let nobody = terraform.import("remit_envelope.agents", &format!("aws:{ACCOUNT}/agents")).failed();
        insta::assert_snapshot!("nothing_to_import", errors(&nobody));
    }
}

/// What others made is neither overwritten nor removed, and the message says what to do.
#[test]
fn what_is_not_ours_stays_as_it_is() {
    for scene in Scene::each(ENVELOPE) {
        let terraform = &scene.terraform;
        let everything = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] });
        let foreign = json!({
            "Name": "remit-agents-region-guard", "Description": "not of Remit", "Type": "SERVICE_CONTROL_POLICY",
            "Content": everything.to_string(),
        });
        scene.behind("organizations", "CreatePolicy", foreign);
        let refused = terraform.run(&["apply", "-auto-approve", "-no-color"]).failed();
        insta::assert_snapshot!("not_ours", errors(&refused));
        let policies =
            scene.behind("organizations", "ListPolicies", json!({ "Filter": "SERVICE_CONTROL_POLICY" }));
        assert!(policies.to_string().contains("not of Remit"), "it is as it was");
        // On purpose, by an import.
        terraform.import("remit_envelope.agents", &format!("aws:{ACCOUNT}/agents")).succeeded();
        terraform.apply();
        assert_eq!(scene.exists(), all());
        terraform.assert_empty("after it was taken over");
    }
}

#[test]
fn a_cap_of_another_account_is_reached_by_its_role() {
    let there = format!("{{ autoscaling_group = \"workers\", max = 10, account = \"{OTHER}\" }}");
    let envelope = ENVELOPE.replace("{ autoscaling_group = \"workers\", max = 10 }", &there);
    for scene in Scene::each(&envelope) {
        scene.terraform.apply();
        let roles = scene.cloud.log().into_iter().filter(|call| call.operation == "UpdateAutoScalingGroup");
        assert_eq!(roles.map(|call| call.account).collect::<Vec<_>>(), [OTHER]);
        scene.terraform.assert_empty("with a cap elsewhere");
        scene.terraform.destroy();
        scene.write(&envelope.replace(OTHER, "333333333333"));
        let refused = scene.terraform.run(&["apply", "-auto-approve", "-no-color"]).failed();
        insta::assert_snapshot!("wrong_account", errors(&refused));
    }
}

#[test]
fn without_credentials_there_is_one_clear_message() {
    for mut scene in Scene::each(ENVELOPE) {
        scene.terraform.set_env("AWS_ACCESS_KEY_ID", "");
        scene.terraform.set_env("AWS_SECRET_ACCESS_KEY", "");
        scene.terraform.set_env("HOME", "/nonexistent");
        // The plan of what is not made yet needs none.
        scene.terraform.plan().shows_changes();
        let refused = scene.terraform.run(&["apply", "-auto-approve", "-no-color"]).failed();
        let said = errors(&refused);
        assert_eq!(said.matches("No credentials for AWS").count(), 1, "{said}");
        assert_eq!(scene.exists(), nothing());
    }
}

/// Not being able to look is never taken for gone, nor for unchanged.
#[test]
fn a_read_that_fails_is_an_error() {
    for scene in Scene::each(ENVELOPE) {
        scene.terraform.apply();
        for (service, operation) in [
            ("budgets", "DescribeBudgets"),
            ("budgets", "DescribeBudgetNotificationsForAccount"),
            ("organizations", "DescribePolicy"),
            ("application-autoscaling", "DescribeScalableTargets"),
            ("autoscaling", "DescribeAutoScalingGroups"),
            ("lambda", "GetFunctionConcurrency"),
        ] {
            let fault = json!({ "service": service, "operation": operation, "times": 0, "effect": { "code": "AccessDeniedException" } });
            scene.cloud.fault(serde_json::from_value(fault).expect("a fault"));
            let said = errors(&scene.terraform.plan().failed());
            assert!(said.contains("AWS does not allow it"), "{operation}: {said}");
            scene.cloud.clear_faults();
            scene.terraform.assert_empty("once it can be read again");
        }
    }
}

#[test]
fn a_create_that_fails_halfway_is_gone_on_with() {
    for scene in Scene::each(ENVELOPE) {
        let terraform = &scene.terraform;
        let fault = json!({ "service": "budgets", "operation": "CreateBudget", "times": 0, "effect": { "code": "AccessDeniedException" } });
        scene.cloud.fault(serde_json::from_value(fault).expect("a fault"));
        let stopped = terraform.run(&["apply", "-auto-approve", "-no-color"]).failed();
        insta::assert_snapshot!("stopped_halfway", errors(&stopped));
        assert_eq!(scene.exists(), Exists { policies: 1, ..nothing() });
        scene.cloud.clear_faults();
        terraform.apply();
        assert_eq!(scene.exists(), all());
        terraform.assert_empty("after it went on");
        terraform.destroy();
        assert_eq!(scene.exists(), nothing());
    }
}
