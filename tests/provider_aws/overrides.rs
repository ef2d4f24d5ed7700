//! Default overrides that set the real setting of an account: set, seen when somebody changes it, kept when the review lapses, and given
//! back in the end.

use serde_json::{Value, json};

use crate::{
    scene::{ACCOUNT, REGION, Scene, provider},
    support::errors,
};

/// A setting, the value that is decided, how others change it, and where the cloud has it.
struct Case {
    setting: &'static str,
    value: &'static str,
    by_others: (&'static str, &'static str, Value),
    found: fn(&Value) -> Value,
    set: Value,
}

fn region(state: &Value) -> &Value {
    &state["accounts"][ACCOUNT]["regions"][REGION]
}

fn cases() -> Vec<Case> {
    vec![
        Case {
            setting: "ebs_encryption_by_default",
            value: "true",
            by_others: ("ec2", "DisableEbsEncryptionByDefault", json!({})),
            found: |state| region(state)["compute"]["encrypted"].clone(),
            set: json!(true),
        },
        Case {
            setting: "instance_metadata_defaults",
            value: "{ http_tokens = \"required\", http_put_response_hop_limit = 2 }",
            by_others: ("ec2", "ModifyInstanceMetadataDefaults", json!({ "HttpTokens": "optional" })),
            found: |state| region(state)["compute"]["metadata"].clone(),
            set: json!({ "HttpTokens": "required", "HttpPutResponseHopLimit": 2, "HttpEndpoint": "enabled" }),
        },
        Case {
            setting: "bedrock_invocation_logging",
            value: "{ text = true, image = false, embedding = false, bucket = \"agent-logs\" }",
            by_others: ("bedrock", "DeleteModelInvocationLoggingConfiguration", json!({})),
            found: |state| region(state)["invocation_logging"]["s3Config"]["bucketName"].clone(),
            set: json!("agent-logs"),
        },
        Case {
            setting: "s3_public_access_block",
            value: "{ block_public_acls = true, ignore_public_acls = true, block_public_policy = true, restrict_public_buckets = true }",
            by_others: ("s3control", "DeletePublicAccessBlock", json!({ "AccountId": ACCOUNT })),
            found: |state| state["accounts"][ACCOUNT]["public_access_block"]["BlockPublicAcls"].clone(),
            set: json!(true),
        },
        Case {
            setting: "quota_auto_management",
            value: "\"notify\"",
            by_others: ("service-quotas", "UpdateAutoManagement", json!({ "OptInType": "NotifyAndAdjust" })),
            found: |state| region(state)["quotas"]["auto_management"].clone(),
            set: json!("NotifyOnly"),
        },
    ]
}

/// What was there before, of which one thing is nobody's to touch.
fn before(scene: &Scene) {
    scene.behind(
        "ec2",
        "ModifyInstanceMetadataDefaults",
        json!({ "HttpTokens": "optional", "HttpEndpoint": "enabled" }),
    );
    scene.behind(
        "service-quotas",
        "StartAutoManagement",
        json!({ "OptInLevel": "ACCOUNT", "OptInType": "NotifyAndAdjust" }),
    );
}

fn config(scene: &Scene, setting: &str, value: &str, due: &str) -> String {
    provider(&scene.cloud)
        + &format!(
            r#"
resource "remit_default_override" "decided" {{
  default  = {{ resource_type = "an account", attribute = "{setting}", description = "off" }}
  decision = "override"
  value    = jsonencode({value})
  reason   = "Prompts carry customer data"
  owner    = {{ name = "Lee Park", email = "lee.park@example.com" }}
  review   = {{ every = "quarter", due = "{due}" }}
  aws      = {{ setting = "{setting}" }}
}}
"#
        )
}

const DUE: &str = "2099-12-31";

#[test]
fn a_setting_is_set_watched_and_given_back() {
    for scene in Scene::each("") {
        before(&scene);
        let was = scene.cloud.state();
        for case in cases() {
            let terraform = &scene.terraform;
            terraform.write("main.tf", &config(&scene, case.setting, case.value, DUE));
            terraform.apply();
            assert_eq!((case.found)(&scene.cloud.state()), case.set, "{}", case.setting);
            scene.cloud.clear_log();
            terraform.assert_empty(case.setting);
            assert!(scene.cloud.writes().is_empty(), "{}: a plan writes nothing", case.setting);

            let (service, operation, input) = case.by_others.clone();
            scene.behind(service, operation, input);
            let planned = terraform.planned();
            let control = &planned["resource_changes"][0]["change"]["before"]["controls"][0];
            assert_eq!((&control["name"], &control["status"]), (&json!(case.setting), &json!("changed")));
            terraform.apply();
            assert_eq!((case.found)(&scene.cloud.state()), case.set, "{} is put right", case.setting);
            terraform.assert_empty(case.setting);

            terraform.destroy();
            assert_eq!(scene.cloud.state(), was, "{} is as it was", case.setting);
        }
    }
}

/// When the term of a decision is over, what it set stays, and somebody is told.
#[test]
fn a_lapsed_decision_keeps_its_setting_and_says_so() {
    for scene in Scene::each("") {
        let terraform = &scene.terraform;
        terraform.write("main.tf", &config(&scene, "ebs_encryption_by_default", "true", DUE));
        terraform.apply();
        assert!(!terraform.plan().stdout.contains("overdue"));
        terraform.write("main.tf", &config(&scene, "ebs_encryption_by_default", "true", "2026-01-31"));
        terraform.apply();
        scene.cloud.clear_log();
        let plan = terraform.plan();
        assert_eq!(plan.code, Some(0), "{plan}");
        assert!(plan.stdout.contains("A default override is overdue"), "{plan}");
        assert!(scene.cloud.writes().is_empty());
        assert_eq!(region(&scene.cloud.state())["compute"]["encrypted"], true);
    }
}

/// What somebody set otherwise since is theirs: it is not overwritten by giving back what was before.
#[test]
fn what_others_set_since_is_not_given_back() {
    for scene in Scene::each("") {
        let terraform = &scene.terraform;
        terraform.write("main.tf", &config(&scene, "quota_auto_management", "\"notify\"", DUE));
        terraform.apply();
        scene.behind("service-quotas", "UpdateAutoManagement", json!({ "OptInType": "NotifyAndAdjust" }));
        terraform.destroy();
        assert_eq!(region(&scene.cloud.state())["quotas"]["auto_management"], "NotifyAndAdjust");
    }
}

#[test]
fn what_can_only_be_watched_is_never_set_and_too_much_is_an_error() {
    for scene in Scene::each("") {
        let terraform = &scene.terraform;
        terraform.write("main.tf", &config(&scene, "lambda_account_concurrency", "500", DUE));
        let said = errors(&terraform.run(&["apply", "-auto-approve", "-no-color"]).failed());
        assert!(said.contains("More concurrency than was decided"), "{said}");
        terraform.write("main.tf", &config(&scene, "lambda_account_concurrency", "1000", DUE));
        terraform.apply();
        terraform.assert_empty("within the value");
        let seed = json!({ "accounts": { ACCOUNT: { "regions": { REGION: { "concurrency": 3000 } } } } });
        scene.cloud.seed(fake_cloud::Seed::from_json(&seed.to_string()).expect("a seed"));
        let planned = terraform.planned();
        let control = &planned["resource_changes"][0]["change"]["before"]["controls"][0];
        assert_eq!(control["status"], "changed");
        assert!(scene.cloud.writes().is_empty());
    }
}

/// Each of these is a fault of the plan, and the twin beside it is not.
#[test]
fn a_value_that_the_setting_does_not_have_is_an_error_at_plan() {
    for scene in Scene::each("") {
        let terraform = &scene.terraform;
        for (setting, wrong, right) in [
            ("ebs_encryption_by_default", "\"yes\"", "true"),
            ("instance_metadata_defaults", "{ http_tokens = \"always\" }", "{ http_tokens = \"required\" }"),
            ("quota_auto_management", "\"adjust\"", "\"off\""),
        ] {
            terraform.write("main.tf", &config(&scene, setting, wrong, DUE));
            let said = errors(&terraform.plan().failed());
            assert!(said.contains(&format!("is no value of `{setting}`")), "{said}");
            terraform.write("main.tf", &config(&scene, setting, right, DUE));
            terraform.plan().shows_changes();
        }
    }
}

/// A refusal, a missing permission and no answer are errors, in each protocol.
#[test]
fn a_setting_that_cannot_be_read_is_an_error() {
    for scene in Scene::each("") {
        let terraform = &scene.terraform;
        for (case, (service, operation)) in cases().into_iter().zip([
            ("ec2", "GetEbsEncryptionByDefault"),
            ("ec2", "GetInstanceMetadataDefaults"),
            ("bedrock", "GetModelInvocationLoggingConfiguration"),
            ("s3control", "GetPublicAccessBlock"),
            ("service-quotas", "GetAutoManagementConfiguration"),
        ]) {
            terraform.write("main.tf", &config(&scene, case.setting, case.value, DUE));
            terraform.apply();
            for effect in
                [json!({ "code": "AccessDeniedException" }), json!("throttle"), json!("drop_before")]
            {
                let once = effect != json!({ "code": "AccessDeniedException" });
                let fault = json!({ "service": service, "operation": operation, "times": usize::from(once), "effect": effect });
                scene.cloud.fault(serde_json::from_value(fault).expect("a fault"));
                if once {
                    // Tried again.
                    terraform.assert_empty(case.setting);
                } else {
                    let said = errors(&terraform.plan().failed());
                    assert!(said.contains("AWS does not allow it"), "{said}");
                }
                scene.cloud.clear_faults();
            }
            terraform.destroy();
        }
    }
}
