//! Wrong configurations under the real Terraform: the message names the attribute, says why, and what to do. Nothing is written.
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

use std::fmt::Write as _;

use support::{LEE, Terraform, approvers, envelope, errors};

const FINE: &str = "capacity = { instances = { ceiling = 20 } }";

fn limits(limits: &str) -> String {
    approvers() + &envelope("team", "team", limits, "")
}

fn more(more: &str) -> String {
    approvers() + &envelope("team", "team", FINE, more)
}

fn replaced(from: &str, to: &str) -> String {
    let fine = more("");
    assert!(fine.contains(from), "{from}");
    fine.replace(from, to)
}

/// A type given by the practitioner changes nothing: what is not in it is gone, what is stays.
fn unit_from_variable() -> String {
    let variable = "variable \"capacity\" {\n  default = { gpu = { ceiling = 1 }, instances = null }\n}\n";
    limits("capacity = var.capacity") + variable
}

/// What is wrong with an `aws` block, named by the fault.
fn aws_cases() -> Vec<(&'static str, String)> {
    vec![
        ("aws-block-empty", more("aws = {}")),
        ("aws-budget-without-cost", more("aws = { budget = {} }")),
        ("aws-guard-without-regions", more("aws = { region_guard = { targets = [\"r-abcd\"] } }")),
        (
            "aws-too-weak",
            more(
                "aws = {\n    caps = [{ autoscaling_group = \"workers\", max = 10 }]\n    minimum_strength = { capacity = \"blocks_at_runtime\", logging = \"alerts\" }\n  }",
            ),
        ),
        (
            "aws-cap-twice",
            more(
                "aws = { caps = [{ autoscaling_group = \"a\", max = 1 }, { autoscaling_group = \"a\", max = 2 }] }",
            ),
        ),
    ]
}

/// Named by the fault.
fn cases() -> Vec<(&'static str, String)> {
    let guardrail = |more: &str| default_override("\"aws-bedrock-agent-no-guardrail\"", more);
    let parent = envelope("wide", "wide", FINE, "");
    let child = envelope(
        "narrow",
        "narrow",
        "capacity = { instances = { ceiling = 50 } }",
        "parent = remit_envelope.wide.record",
    );
    vec![
        ("type-wrong", limits("capacity = { instances = { ceiling = \"many\" } }")),
        (
            "type-object-for-text",
            replaced("purpose = \"Routing and document analysis\"", "purpose = { text = \"Routing\" }"),
        ),
        ("limit-negative", limits("capacity = { instances = { ceiling = -1 } }")),
        ("mark-above-ceiling", limits("capacity = { instances = { ceiling = 10, authorize_above = 12 } }")),
        ("currency-unknown", limits("cost = { currency = \"UDS\", period = \"monthly\", ceiling = 100 }")),
        ("region-typo", limits("regions = { allow = [\"eu-wst-1\"] }")),
        (
            "unlimited-without-reason",
            limits(
                "capacity = { instances = { unlimited = { owner = \"mina.okafor@example.com\", expires = \"2027-03-31\" } } }",
            ),
        ),
        ("unit-unknown", limits("capacity = { gpu = { ceiling = 1 } }")),
        ("unit-unknown-in-variable", unit_from_variable()),
        ("function-unknown", replaced("finance = 1,", "finances = 1,")),
        (
            "authorize-unknown",
            limits("integrations = { models = [], authorize = { model = [\"anthropic.claude-*\"] } }"),
        ),
        ("attribute-unknown", limits("capacity = { instances = { cieling = 10 } }")),
        ("date-wrong", replaced("2027-02-28", "2027-02-30")),
        ("quorum-unreachable", replaced("security = 1", "security = 2")),
        ("quorum-empty", replaced("{ finance = 1, security = 1 }", "{}")),
        ("child-exceeds-parent", approvers() + &parent + &child),
        ("parent-not-a-record", more("parent = \"wide\"")),
        ("approver-not-a-record", replaced("remit_approver.dana.record, ", "\"dana\", ")),
        ("google-block", more("google = { budget = { subscribers = [\"finops@example.com\"] } }")),
        ("scope-empty", replaced("scope   = { tags = { workload = \"team\" } }", "scope   = {}")),
        ("key-broken", approvers().replace(LEE, "ssh-ed25519 AAAA")),
        ("email-broken", approvers().replace("lee.park@example.com", "lee.park")),
        ("default-typo", default_override("\"aws-bedrock-agent-no-gardrail\"", "")),
        ("default-number", default_override("12", "")),
        ("override-no-setting", guardrail("aws = {}")),
        ("override-unknown-setting", guardrail("aws = { setting = \"everything\" }")),
        (
            "override-value-of-no-setting",
            guardrail("aws = { setting = \"s3_public_access_block\", region = \"eu-west-1\" }"),
        ),
        ("override-value-not-json", guardrail("").replace("jsonencode(\"required\")", "\"required\"")),
        (
            "lock-incomplete",
            more("") + "data \"remit_governance_lock\" \"this\" {\n  records = [\"{}\"]\n}\n",
        ),
        (
            "provider-settings",
            format!(
                "provider \"remit\" {{\n  trust_root = \"trust.json\"\n  google = {{}}\n}}\n{}",
                more("")
            ),
        ),
        (
            "digest-not-json",
            format!("{}output \"digest\" {{\n  value = provider::remit::digest(\"{{\")\n}}\n", approvers()),
        ),
    ]
}

fn default_override(default: &str, more: &str) -> String {
    format!(
        r#"
resource "remit_default_override" "guard" {{
  default  = {default}
  decision = "override"
  value    = jsonencode("required")
  reason   = "Prompts carry customer data"
  owner    = {{ name = "Lee Park", email = "lee.park@example.com" }}
  review   = {{ every = "quarter", due = "2027-02-28" }}
  {more}
}}
"#
    )
}

#[test]
fn every_fault_is_an_error_at_plan_that_names_the_attribute() {
    for terraform in Terraform::each("") {
        let mut report = String::new();
        for (fault, config) in cases().into_iter().chain(aws_cases()) {
            terraform.write("main.tf", &config);
            let ran = terraform.plan();
            assert_eq!(ran.code, Some(1), "{fault} is not an error:\n{ran}");
            let _ = write!(report, "## {fault}\n{}\n\n", errors(&ran));
        }
        assert!(!terraform.folder().join("terraform.tfstate").exists(), "something was written");
        if !terraform.is_opentofu {
            insta::assert_snapshot!(report);
        }
    }
}

#[test]
fn a_wrong_import_id_shows_the_right_form() {
    for terraform in
        Terraform::each(&(more("") + &default_override("\"aws-bedrock-agent-no-guardrail\"", "")))
    {
        let mut report = String::new();
        for (address, id) in [
            ("remit_envelope.team", "Support Agents"),
            ("remit_envelope.team", ""),
            ("remit_approver.dana", "dana"),
            ("remit_default_override.guard", "aws-bedrock-agent-no-gardrail"),
        ] {
            let ran = terraform.import(address, id);
            assert_eq!(ran.code, Some(1), "{address} {id:?} was imported:\n{ran}");
            let _ = write!(report, "## {address} {id:?}\n{}\n\n", errors(&ran));
        }
        if !terraform.is_opentofu {
            insta::assert_snapshot!(report);
        }
    }
}
