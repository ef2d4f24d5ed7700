//! How AWS is reached: what other tools of AWS take as credentials, what is said when they are wrong, and the guide that starts from zero.

use std::{fs, os::unix::fs::PermissionsExt as _};

use serde_json::json;

use crate::{
    scene::{ACCOUNT, ENVELOPE, OTHER, Scene, all, nothing},
    support::{approvers, errors},
};

/// A scene in which nothing but the files written here gives credentials.
fn without_keys(envelope: &str) -> Vec<Scene> {
    let mut scenes = Scene::each(envelope);
    for scene in &mut scenes {
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            scene.terraform.set_env(name, "");
        }
        let home = scene.terraform.folder().display().to_string();
        scene.terraform.set_env("HOME", &home);
    }
    scenes
}

/// The provider block of a scene, with more settings.
fn set(scene: &Scene, settings: &str) {
    let provider =
        crate::scene::provider(&scene.cloud).replacen("aws = {", &format!("aws = {{\n    {settings}"), 1);
    scene.terraform.write("main.tf", &(provider + &approvers() + ENVELOPE));
}

/// Who asked, by the access keys of the log.
fn lived(scene: &Scene) {
    scene.terraform.apply();
    assert_eq!(scene.exists(), all());
    scene.terraform.assert_empty("after it was made");
    scene.terraform.destroy();
    assert_eq!(scene.exists(), nothing());
}

#[test]
fn a_profile_that_runs_a_process_is_enough() {
    for scene in without_keys(ENVELOPE) {
        let program = scene.terraform.folder().join("credentials.sh");
        let answer =
            json!({ "Version": 1, "AccessKeyId": "AKIA123456789012TEST", "SecretAccessKey": "secret" });
        scene.terraform.write("credentials.sh", &format!("#!/bin/sh\necho '{answer}'\n"));
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a program");
        let config = format!("[profile governance]\ncredential_process = {}\n", program.display());
        scene.terraform.write("config", &config);
        set(&scene, "profile = \"governance\"\n    shared_config_files = [\"${path.root}/config\"]");
        lived(&scene);
        // One that fails is one clear message.
        scene.terraform.write("credentials.sh", "#!/bin/sh\nexit 3\n");
        let said = errors(&scene.terraform.run(&["apply", "-auto-approve", "-no-color"]).failed());
        assert_eq!(said.matches("No credentials for AWS").count(), 1, "{said}");
    }
}

#[test]
fn shared_files_and_a_profile_that_assumes_a_role_are_read() {
    for scene in without_keys(ENVELOPE) {
        let keys = "[base]\naws_access_key_id = AKIA123456789012TEST\naws_secret_access_key = secret\n";
        scene.terraform.write("keys", keys);
        set(
            &scene,
            "profile = \"base\"\n    shared_credentials_files = [\"${path.root}/keys\"]\n    shared_config_files = []",
        );
        lived(&scene);
        assert!(scene.cloud.log().iter().all(|call| call.account == ACCOUNT));
        // A role of the provider block.
        let role = format!(
            "assume_role = {{ role_arn = \"arn:aws:iam::{ACCOUNT}:role/governance\", session_name = \"plan\" }}"
        );
        set(
            &scene,
            &format!(
                "profile = \"base\"\n    shared_credentials_files = [\"${{path.root}}/keys\"]\n    {role}"
            ),
        );
        scene.cloud.clear_log();
        scene.terraform.apply();
        let log = scene.cloud.log();
        assert!(log.iter().any(|call| call.operation == "AssumeRole"), "a role is assumed");
        let made = log.iter().find(|call| call.operation == "CreateBudget").expect("a budget");
        assert!(made.principal.contains(":assumed-role/governance/plan"), "{}", made.principal);
    }
}

/// Nobody signs in while a plan runs: a session that is not there is told, with the way to get one.
#[test]
fn a_profile_of_sso_without_a_session_says_how_to_sign_in() {
    for scene in without_keys(ENVELOPE) {
        let config = "[profile people]\nsso_session = office\nsso_account_id = 123456789012\nsso_role_name = governance\n\
                      [sso-session office]\nsso_region = eu-west-1\nsso_start_url = https://example.com/start\n";
        scene.terraform.write("config", config);
        set(&scene, "profile = \"people\"\n    shared_config_files = [\"${path.root}/config\"]");
        let said = errors(&scene.terraform.run(&["apply", "-auto-approve", "-no-color"]).failed());
        assert_eq!(said.matches("No credentials for AWS").count(), 1, "{said}");
        assert!(said.contains("aws sso login"), "{said}");
        assert_eq!(scene.exists(), nothing());
    }
}

/// Credentials of another account than that of the controls are one message, and nothing is made.
#[test]
fn the_wrong_account_is_one_message() {
    let there = ENVELOPE.replace("  aws = {\n", "  aws = {\n    account = \"333333333333\"\n");
    for scene in Scene::each(&there) {
        let said = errors(&scene.terraform.run(&["apply", "-auto-approve", "-no-color"]).failed());
        assert_eq!(said.matches("Wrong account").count(), 1, "{said}");
        assert!(said.contains("333333333333") && said.contains(ACCOUNT), "{said}");
        assert_eq!(scene.exists(), nothing());
        scene.write(&there.replace("333333333333", ACCOUNT));
        scene.terraform.apply();
        assert_eq!(scene.exists(), all());
    }
}

/// Being asked too often, or a service that fails, is no answer about what exists.
#[test]
fn no_answer_is_never_taken_for_gone() {
    for scene in Scene::each(ENVELOPE) {
        scene.terraform.apply();
        let before = scene.terraform.state();
        for (service, operation) in [
            ("budgets", "DescribeBudgets"),
            ("budgets", "DescribeSubscribersForNotification"),
            ("organizations", "DescribePolicy"),
            ("organizations", "ListTargetsForPolicy"),
            ("autoscaling", "DescribeAutoScalingGroups"),
            ("application-autoscaling", "DescribeScalableTargets"),
            ("lambda", "GetFunctionConcurrency"),
        ] {
            for effect in ["throttle", "internal_error"] {
                set(&scene, "max_attempts = 1");
                let fault =
                    json!({ "service": service, "operation": operation, "times": 0, "effect": effect });
                scene.cloud.fault(serde_json::from_value(fault).expect("a fault"));
                scene.cloud.clear_log();
                let ran = scene.terraform.run(&["apply", "-auto-approve", "-no-color"]).failed();
                assert!(errors(&ran).contains("AWS"), "{operation} {effect}: {ran}");
                assert!(scene.cloud.writes().is_empty(), "{operation} {effect}");
                scene.cloud.clear_faults();
                assert_eq!(scene.terraform.state()["values"], before["values"], "{operation} {effect}");
            }
        }
        scene.terraform.assert_empty("once AWS answers again");
    }
}

const GUIDE: &str = include_str!("../../docs/guides/enforced-envelope.md");

/// What the guide from zero shows is applied as it stands there, and has every strength that it says.
#[test]
fn the_guide_from_zero_is_carried_out() {
    let shown =
        GUIDE.split("```hcl").nth(1).and_then(|rest| rest.split("```").next()).expect("a configuration");
    for scene in Scene::each("") {
        let (_, resources) = shown.split_once("\n}\n").expect("a provider block");
        scene.terraform.write("main.tf", &(crate::scene::provider(&scene.cloud) + resources));
        scene.terraform.apply();
        scene.terraform.assert_empty("after the guide");
        let attributes = scene.terraform.attributes("remit_envelope.sandbox_agents");
        let coverage = attributes["coverage"].as_array().expect("coverage").iter();
        let strength = |limit: &str| {
            let held = coverage.clone().find(|held| held["limit"] == limit);
            held.expect(limit)["strength"].clone()
        };
        assert_eq!(strength("limits.regions"), "denies_on_write");
        assert_eq!(strength("limits.cost"), "alerts");
        let group =
            &scene.cloud.state()["accounts"][OTHER]["regions"]["eu-west-1"]["auto_scaling_groups"]["workers"];
        assert_eq!(group["max"], json!(4));
        // Lost, and found again as the guide says.
        scene.terraform.must(&["state", "rm", "remit_envelope.sandbox_agents"]);
        scene
            .terraform
            .import("remit_envelope.sandbox_agents", "aws:123456789012/sandbox-agents")
            .succeeded();
        scene.terraform.apply();
        scene.terraform.assert_empty("after the import");
    }
}
