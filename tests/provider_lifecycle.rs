//! The life of declarations under the real Terraform: create, read, update, import, destroy, and the spelling that is no change.
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

use support::{Terraform, approvers, envelope};
use tf_provider_sdk::testing::cli::Ended;

const LIMITS: &str = "capacity = { instances = { ceiling = 20 } }";
const FREE: &str = "deletion_protection = false";

fn config(limits: &str, more: &str) -> String {
    approvers() + &envelope("team", "team", limits, more)
}

#[test]
fn create_update_import_destroy() {
    for terraform in Terraform::each(&config(LIMITS, FREE)) {
        terraform.apply();
        terraform.assert_empty("after create");
        let created = terraform.state().to_string();

        terraform.write(
            "main.tf",
            &config("capacity = { instances = { ceiling = 30, authorize_above = 10 } }", FREE),
        );
        terraform.plan().shows_changes().says("1 to change, 0 to destroy");
        terraform.apply();
        terraform.assert_empty("after update");
        assert_ne!(created, terraform.state().to_string());

        for (address, id) in
            [("remit_envelope.team", "team"), ("remit_approver.dana", "dana.reyes@example.com")]
        {
            let before = terraform.attributes(address);
            terraform.must(&["state", "rm", address]);
            terraform.import(address, id).succeeded();
            let imported = terraform.attributes(address);
            assert_eq!(
                imported["record"],
                serde_json::Value::Null,
                "an imported declaration declares nothing yet"
            );
            terraform.apply();
            terraform.assert_empty("after import and apply");
            assert_eq!(terraform.attributes(address), before);
        }

        terraform.destroy();
        assert!(terraform.state().get("values").is_none(), "something is left");
    }
}

#[test]
fn overrides_live_too() {
    let config = |reason: &str, default: &str| {
        format!(
            r#"
resource "remit_default_override" "guard" {{
  default  = {default}
  decision = "override"
  value    = jsonencode({{ guardrail_configuration = "required" }})
  reason   = "{reason}"
  owner    = {{ name = "Lee Park", email = "lee.park@example.com" }}
  review   = {{ every = "quarter", due = "2027-02-28" }}
}}
"#
        )
    };
    let listed = "\"aws-bedrock-agent-no-guardrail\"";
    for terraform in Terraform::each(&config("Prompts carry customer data", listed)) {
        terraform.apply();
        terraform.assert_empty("after create");
        terraform.write("main.tf", &config("Prompts carry personal data", listed));
        terraform.apply();
        terraform.assert_empty("after update");
        terraform.must(&["state", "rm", "remit_default_override.guard"]);
        terraform.import("remit_default_override.guard", "aws-bedrock-agent-no-guardrail").succeeded();
        terraform.apply();
        terraform.assert_empty("after import and apply");
        terraform.destroy();
    }
}

#[test]
fn spelling_is_no_change() {
    let before = r#"
      cost     = { currency = "USD", period = "monthly", ceiling = 100, notify_at = [50, 80] }
      regions  = { allow = ["eu-west-1", "eu-central-1"] }
      capacity = { instances = { ceiling = 20 }, gpus = { ceiling = 8 } }
    "#;
    let after = r#"
      capacity = { gpus = { ceiling = 8.0 }, instances = { ceiling = "20" } }
      regions  = { allow = ["eu-central-1", "eu-west-1", "eu-west-1"] }
      cost     = { ceiling = 1e2, notify_at = [80.0, 50], period = "monthly", currency = "USD" }
    "#;
    let consent = |expires: &str, execute: &str| {
        let text = envelope("team", "team", "LIMITS", "");
        text.replace(
            "quorum    =",
            &format!("expires_after = \"{expires}\"\n    execute_within = \"{execute}\"\n    quorum ="),
        )
    };
    let first = approvers() + &consent("72h", "240m").replace("LIMITS", before);
    let second = approvers().replace("= dana\"]", "= dana's new laptop\"]")
        + &consent("3d", "4h").replace("LIMITS", after);
    assert_ne!(first, second);
    for terraform in Terraform::each(&first) {
        terraform.apply();
        terraform.write("main.tf", &second);
        terraform.assert_empty("after a change of spelling");

        let declared = |value: &str| {
            format!(
                "resource \"remit_default_override\" \"guard\" {{\n  default = \"aws-bedrock-agent-no-guardrail\"\n  decision = \"override\"\n  \
             value = {value}\n  reason = \"Customer data\"\n  owner = {{ name = \"Lee Park\", email = \"lee.park@example.com\" }}\n  \
             review = {{ every = \"quarter\", due = \"2027-02-28\" }}\n}}\n"
            )
        };
        terraform.write("main.tf", &format!("{second}{}", declared(r#""{\"a\": 1, \"b\": [true]}""#)));
        terraform.apply();
        terraform.write("main.tf", &format!("{second}{}", declared("jsonencode({ b = [true], a = 1 })")));
        terraform.assert_empty("after a change of whitespace in JSON text");
    }
}

#[test]
fn explicit_defaults_are_no_change() {
    for terraform in Terraform::each(&config(LIMITS, "")) {
        terraform.apply();
        let explicit = config(LIMITS, "deletion_protection = true").replace(
        "quorum    =",
        "minimum_assurance = \"touch_pin\"\n    expires_after = \"3d\"\n    execute_within = \"4h\"\n    quorum =",
    );
        terraform.write("main.tf", &explicit);
        terraform.assert_empty("after writing the defaults out");
    }
}

#[test]
fn keys_without_a_value_are_no_change() {
    let plain = config(&format!("{LIMITS}\ntags = {{ required = [\"owner\"] }}"), "");
    let nulls = |text: &str| {
        text.replace("ceiling = 20 } }", "ceiling = 20 }, gpus = null }")
            .replace("security = 1 }", "security = 1, compliance = null }")
    };
    for terraform in Terraform::each(&nulls(&plain)) {
        terraform.apply();
        terraform.assert_empty("after create with null keys");
        terraform.write("main.tf", &plain);
        terraform.assert_empty("after their removal");
        terraform.write("main.tf", &nulls(&plain).replace("\"owner\"", "\"team\""));
        terraform.apply();
        terraform.assert_empty("after a change beside them");
        assert!(!terraform.attributes("remit_envelope.team")["record"].to_string().contains("gpus"));
    }
}

/// Each optional attribute is added alone, which plans empty after apply, and removed again, likewise.
#[test]
fn each_optional_attribute_comes_and_goes() {
    let limits = [
        r#"cost = { currency = "USD", period = "monthly", ceiling = 12000, authorize_above = 8000, notify_at = [50, 80, 100] }"#,
        r#"regions = { allow = ["eu-west-1"], inference_geographies = [] }"#,
        r#"regions = { allow = ["eu-west-1"], exceptions = [{ service = "bedrock", regions = ["eu-north-1"], reason = "Model only there", owner = "lee.park@example.com", expires = "2027-03-31" }] }"#,
        r#"integrations = { models = ["anthropic.claude-*"], services = [] }"#,
        r#"instance_types = { deny = ["p5.*"] }"#,
        r#"perimeter = { public = "deny" }"#,
        r#"tags = { required = ["owner"] }"#,
        "growth = { percent_per_change = 50, resources_per_change = 25 }",
        r#"logging = "deny""#,
    ];
    let more = [
        r#"agents = { actors = ["copilot-swe-agent[bot]"] }"#,
        r#"freezes = [{ from = "2026-12-20T00:00:00Z", until = "2027-01-03T00:00:00Z", reason = "Year end", owner = "mina.okafor@example.com" }]"#,
        "freezes = []",
    ];
    for terraform in Terraform::each(&config(LIMITS, "")) {
        terraform.apply();
        let bare = terraform.attributes("remit_envelope.team");
        let cases = limits
            .iter()
            .map(|limit| (format!("{LIMITS}\n{limit}"), ""))
            .chain(more.iter().map(|more| (LIMITS.to_owned(), *more)));
        for (limits, more) in cases {
            terraform.write("main.tf", &config(&limits, more));
            terraform.apply();
            terraform.assert_empty(&format!("after adding {limits} {more}"));
        }
        terraform.write("main.tf", &config(LIMITS, ""));
        terraform.apply();
        terraform.assert_empty("after removing everything");
        assert_eq!(terraform.attributes("remit_envelope.team"), bare);
    }
}

#[test]
fn a_protected_envelope_is_neither_destroyed_nor_replaced() {
    for terraform in Terraform::each(&config(LIMITS, "")) {
        terraform.apply();
        let state = terraform.state();
        let refused = |ran: Ended| {
            ran.failed().says("deletion_protection");
            assert_eq!(terraform.state(), state);
        };
        refused(terraform.run(&["plan", "-destroy"]));
        terraform.write("main.tf", &approvers());
        refused(terraform.plan());
        terraform.write("main.tf", &config(LIMITS, "").replace("name    = \"team\"", "name    = \"other\""));
        refused(terraform.plan());
        // Terraform does not tell a provider at plan that a replacement is forced; it is refused when it would begin.
        terraform.write("main.tf", &config(LIMITS, ""));
        refused(terraform.run(&["apply", "-replace=remit_envelope.team", "-auto-approve"]));

        terraform.write("main.tf", &config(LIMITS, FREE));
        terraform.apply();
        terraform.destroy();
    }
}

#[test]
fn what_is_not_known_yet_is_planned_as_unknown() {
    let text = approvers().replace("\"Lee Park\"", "terraform_data.name.output")
        + "resource \"terraform_data\" \"name\" {\n  input = \"Lee Park\"\n}\n"
        + &envelope("team", "team", LIMITS, "")
        + "data \"remit_governance_lock\" \"this\" {\n  records = [remit_envelope.team.record, remit_approver.dana.record, remit_approver.lee.record]\n}\n"
        + "output \"lock\" {\n  value = data.remit_governance_lock.this.json\n}\n";
    for terraform in Terraform::each(&text) {
        let plan = terraform.planned();
        for change in plan["resource_changes"].as_array().expect("changes") {
            let known = change["address"] == "remit_approver.dana";
            if change["type"] != "terraform_data" && change["mode"] == "managed" {
                assert_eq!(change["change"]["after"]["record"].is_string(), known, "{}", change["address"]);
                assert_eq!(
                    change["change"]["after_unknown"]["record"] == true,
                    !known,
                    "{}",
                    change["address"]
                );
            }
        }
        terraform.apply();
        terraform.assert_empty("after what was unknown is known");
        assert!(terraform.output("lock").contains("governance-lock"));
    }
}

#[test]
fn record_and_digest_are_known_at_plan_and_stay_so() {
    let text = config(LIMITS, "")
        + "output \"digest\" {\n  value = provider::remit::digest(remit_envelope.team.record) == remit_envelope.team.digest ? \"same\" : \"different\"\n}\n";
    for terraform in Terraform::each(&text) {
        let plan = terraform.planned();
        let changes = plan["resource_changes"].as_array().expect("changes").clone();
        let planned = changes.iter().find(|change| change["type"] == "remit_envelope").expect("the envelope")
            ["change"]["after"]
            .clone();
        terraform.apply();
        let stored = terraform.attributes("remit_envelope.team");
        for name in ["record", "digest", "approved", "coverage", "controls"] {
            assert_eq!(planned[name], stored[name], "{name}");
            assert_ne!(planned[name], serde_json::Value::Null, "{name}");
        }
        assert_eq!(stored["approved"], false);
        assert_eq!(terraform.output("digest"), "same");
    }
}

#[test]
fn state_holds_what_was_declared_and_nothing_else() {
    for terraform in Terraform::each(&config(LIMITS, "")) {
        terraform.apply();
        let envelope = terraform.attributes("remit_envelope.team")["record"].to_string();
        assert!(envelope.contains("sha256:"), "approvers are referred to by digest");
        assert!(!envelope.contains("sk-ssh"), "an envelope's record repeats no keys: {envelope}");
        let approver = terraform.attributes("remit_approver.dana")["record"].to_string();
        assert!(!approver.contains(" dana\""), "a record has no comments of keys: {approver}");

        // A private key given by mistake is refused before it gets anywhere.
        let secret = "-----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNzaC1rZXktdjEAAAAABG5vbmU";
        terraform.write("main.tf", &config(LIMITS, "").replace(&format!("{} dana", support::DANA), secret));
        let refused = terraform.run(&["apply", "-auto-approve"]);
        refused.failed().says("private key");
        assert!(!terraform.state().to_string().contains("b3BlbnNzaC1rZXktdjE"));
    }
}

/// The prior state stays as it is where an update turns out to be wrong only once everything is known.
#[test]
fn what_becomes_known_and_is_wrong_fails_the_apply_and_nothing_else() {
    for terraform in Terraform::each(&config(LIMITS, "")) {
        terraform.apply();
        let before = terraform.attributes("remit_envelope.team");
        let late = "resource \"terraform_data\" \"late\" {\n  input = -5\n}\n";
        let text = config("capacity = { instances = { ceiling = terraform_data.late.output } }", "") + late;
        terraform.write("main.tf", &text);
        terraform.plan().shows_changes();
        let failed = terraform.run(&["apply", "-auto-approve"]);
        failed.failed().says("`-5` is negative");
        assert_eq!(terraform.attributes("remit_envelope.team"), before);
    }
}
