//! Caps of things that are alike, and what becomes of a cap that others made tighter.

use serde_json::{Value, json};

use crate::scene::{ACCOUNT, ENVELOPE, OTHER, REGION, Scene};

const CAP: &str = "{ autoscaling_group = \"workers\", max = 10 }";

fn elsewhere(max: u32) -> String {
    format!("{{ autoscaling_group = \"workers\", max = {max}, account = \"{OTHER}\" }}")
}

impl Scene {
    /// The maximum of the group `workers` here and in the other account.
    fn maxima(&self) -> [Value; 2] {
        let state = self.cloud.state();
        [ACCOUNT, OTHER].map(|account| {
            state["accounts"][account]["regions"][REGION]["auto_scaling_groups"]["workers"]["max"].clone()
        })
    }
}

/// Two groups of one name in two accounts, of which one names its account: each is changed as itself.
#[test]
fn two_groups_of_one_name_are_told_apart() {
    let with = |caps: &str| ENVELOPE.replace(CAP, caps);
    for scene in Scene::each(&with(&format!("{CAP}, {}", elsewhere(12)))) {
        let terraform = &scene.terraform;
        terraform.apply();
        assert_eq!(scene.maxima(), [json!(10), json!(12)]);
        terraform.assert_empty("with both");
        scene.write(&with(&format!("{CAP}, {}", elsewhere(11))));
        terraform.apply();
        assert_eq!(scene.maxima(), [json!(10), json!(11)]);
        terraform.assert_empty("after one was changed");
        // Only the one elsewhere, then only the one here: what is left is not taken for what went.
        scene.write(&with(&elsewhere(11)));
        terraform.apply();
        assert_eq!(scene.maxima(), [json!(40), json!(11)]);
        terraform.assert_empty("with the one elsewhere");
        scene.write(&with(CAP));
        terraform.apply();
        assert_eq!(scene.maxima(), [json!(10), json!(40)]);
        terraform.assert_empty("with the one here");
        terraform.destroy();
        assert_eq!(scene.maxima(), [json!(40), json!(40)]);
    }
}

/// Removing a cap restores what was before; it never loosens what somebody made tighter since.
#[test]
fn what_others_made_tighter_stays_and_what_they_made_looser_does_not() {
    for (by_others, after) in [(5, 5), (99, 40)] {
        for scene in Scene::each(ENVELOPE) {
            let terraform = &scene.terraform;
            terraform.apply();
            let edit = json!({ "AutoScalingGroupName": "workers", "MaxSize": by_others });
            scene.behind("autoscaling", "UpdateAutoScalingGroup", edit);
            let reserved = json!({ "FunctionName": "analysis", "ReservedConcurrentExecutions": by_others });
            scene.behind("lambda", "PutFunctionConcurrency", reserved);
            terraform.destroy();
            assert_eq!(scene.maxima()[0], json!(after), "{by_others}");
            let function = scene.exists().function;
            assert_eq!(function, if by_others == 5 { json!(5) } else { Value::Null }, "{by_others}");
        }
    }
}

/// What an attachment adds is seen as well as what is missing.
#[test]
fn a_policy_that_others_attach_elsewhere_shows_in_the_plan() {
    for scene in Scene::each(ENVELOPE) {
        scene.terraform.apply();
        let policy = scene.id_of("service_control_policy");
        scene.behind("organizations", "AttachPolicy", json!({ "PolicyId": policy, "TargetId": "r-abcd" }));
        let planned = scene.terraform.planned().to_string();
        assert!(planned.contains("r-abcd"), "the plan says where");
        scene.terraform.apply();
        scene.terraform.assert_empty("after it was detached there");
    }
}

/// Whether quotas rise by themselves is said, and is no reason to change anything.
#[test]
fn quotas_that_rise_by_themselves_are_reported() {
    for scene in Scene::each(ENVELOPE) {
        let terraform = &scene.terraform;
        terraform.apply();
        let managed = |scene: &Scene| {
            scene.terraform.must(&["apply", "-refresh-only", "-auto-approve"]);
            scene.terraform.attributes("remit_envelope.agents")["quota_management"].clone()
        };
        let at = |mode: &str| json!([{ "account": ACCOUNT, "region": REGION, "mode": mode, "detail": null }]);
        assert_eq!(managed(&scene), at("off"));
        for (kind, mode) in [("NotifyOnly", "notify"), ("NotifyAndAdjust", "adjust")] {
            let seed =
                json!({ "accounts": { ACCOUNT: { "regions": { REGION: { "auto_management": kind } } } } });
            scene.cloud.seed(fake_cloud::Seed::from_json(&seed.to_string()).expect("a seed"));
            assert_eq!(managed(&scene), at(mode));
            let plan = terraform.plan();
            assert_eq!(plan.code, Some(0), "{plan}");
            assert_eq!(plan.stdout.contains("AWS may raise quotas by itself"), mode == "adjust", "{plan}");
        }
        scene.cloud.clear_log();
        terraform.apply();
        assert!(scene.cloud.writes().is_empty(), "it is never set");
        // Not being able to look is said, and holds nothing up.
        let fault = json!({ "service": "service-quotas", "operation": "GetAutoManagementConfiguration", "times": 0, "effect": { "code": "AccessDeniedException" } });
        scene.cloud.fault(serde_json::from_value(fault).expect("a fault"));
        let unknown = managed(&scene);
        assert_eq!(unknown[0]["mode"], "unknown");
        assert!(
            unknown[0]["detail"]
                .as_str()
                .expect("why")
                .contains("servicequotas:GetAutoManagementConfiguration")
        );
    }
}
