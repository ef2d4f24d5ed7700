//! Governance read from `.tf` files: the same records as Terraform makes of them, or a refusal that says where and why.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test may panic, and reads its files itself"
)]

mod scene;

use plancheck::declared::{Declared, WrittenFile};
use plancheck::report::Origin;
use plancheck::verdict::Verdict;
use plancheck::{Governance, PlanInput, check};
use proptest::prelude::*;
use scene::{given, group, plan};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/quickstart/governance/main.tf");
const LOCK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/quickstart/governance.lock.json");

fn files(texts: &[(&str, &str)]) -> Vec<WrittenFile> {
    texts
        .iter()
        .map(|(path, text)| WrittenFile { path: (*path).to_owned(), text: (*text).to_owned() })
        .collect()
}

/// What is said where nothing can be read, whole.
fn refusal(texts: &[(&str, &str)]) -> String {
    let error = Declared::from_files(&files(texts)).expect_err("a refusal");
    format!("{} | {} | {}", error.message, error.why.join("; "), error.help.unwrap_or_default())
}

#[test]
fn what_the_example_declares_is_what_terraform_made_of_it() {
    let text = std::fs::read_to_string(EXAMPLE).expect("the example");
    let written = Declared::from_files(&files(&[("main.tf", &text)])).expect("sound declarations");
    let applied = Declared::from_lock(&std::fs::read(LOCK).expect("the lock")).expect("a sound lock");
    assert_eq!(written.envelopes, applied.envelopes);
    assert_eq!(written.approvers, applied.approvers);
    assert_eq!(written.overrides, applied.overrides);
}

/// The smallest sound governance, with a place for a local value, the scope and the ceiling.
fn declared(locals: &str, ceiling: &str) -> String {
    format!(
        r#"
locals {{
  {locals}
}}
resource "remit_approver" "dana" {{
  name     = "Dana Reyes"
  email    = "dana.reyes@example.com"
  function = "finance"
  keys     = ["sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAAAABHNzaDo= dana"]
}}
resource "remit_envelope" "team" {{
  name    = "team"
  purpose = "tests"
  owner   = {{ name = "Mina Okafor", email = "mina.okafor@example.com" }}
  scope   = {{ addresses = ["**"] }}
  limits  = {{ capacity = {{ instances = {{ ceiling = {ceiling} }} }} }}
  consent = {{ approvers = [remit_approver.dana.record], quorum = {{ finance = 1 }} }}
}}
"#
    )
}

#[test]
fn a_plan_is_judged_by_them_and_the_report_says_what_they_are() {
    let text = declared("most = 20", "local.most") + "module \"more\" {\n  source = \"./more\"\n}\n";
    let files = files(&[("governance/main.tf", &text)]);
    let judge = |max: u32| {
        let plan = plan(&[group("a", &["create"], None, Some(max))]).to_string();
        let governance = Governance::Files { name: "governance", files: &files };
        check(PlanInput::Bytes(plan.as_bytes()), governance, given()).expect("an answer")
    };
    let (allowed, denied) = (judge(20), judge(21));
    assert_eq!((allowed.verdict(), denied.verdict()), (Verdict::Allowed, Verdict::Denied));
    assert_eq!(allowed.governance.origin, Origin::Files("governance".to_owned()));
    assert!(!allowed.governance.pinned);
    assert!(allowed.not_judged.iter().any(|left_out| left_out.what == "declarations in `module.more`"));
    let shown = plancheck::render::human::report(&allowed, plancheck::render::human::Color::No);
    assert!(shown.contains("`.tf` files in `governance`, declared and not applied"), "{shown}");
    assert!(shown.contains("taken on trust"), "{shown}");
}

#[test]
fn what_only_terraform_knows_is_refused_with_its_place() {
    let limit = |locals: &str, ceiling: &str| refusal(&[("g.tf", &declared(locals, ceiling))]);
    let rows = [
        (limit("a = 1", "var.most"), "g.tf:16:52", "`var.most` is given to Terraform elsewhere"),
        (limit("a = 1", "local.b"), "g.tf:16:52", "no `local.b`"),
        (limit("a = local.a", "local.a"), "g.tf:16:52", "`local.a` refers to itself"),
        (limit("a = 1", "10 + 10"), "g.tf:16:52", "it is computed"),
        (limit("a = 1", "max(1, 2)"), "g.tf:16:52", "what `max` gives"),
        (limit("a = 1", "aws_x.y.z"), "g.tf:16:52", "what `aws_x` is"),
        (limit("a = 1", "remit_envelope.other.digest"), "g.tf:16:52", "no `remit_envelope.other`"),
        (limit("a = 1", "remit_envelope.team.digest"), "g.tf:16:52", "refers to itself"),
        (limit("a = 1", "-1"), "g.tf:11:1", "ceiling"),
        (limit("a = {", "1"), "g.tf:", "is not HCL"),
    ];
    for (said, place, why) in rows {
        assert!(said.contains(place) && said.contains(why), "expected {place} and {why}, got {said}");
    }
    let counted = declared("a = 1", "1").replace("  purpose", "  count = 0\n  purpose");
    assert!(refusal(&[("g.tf", &counted)]).contains("how many there are"));
    let twice = declared("a = 1", "1") + "resource \"remit_envelope\" \"team\" {}\n";
    assert!(refusal(&[("g.tf", &twice)]).contains("declared twice"));
    let block = declared("a = 1", "1").replace("  purpose", "  owner {\n  }\n  purpose");
    assert!(refusal(&[("g.tf", &block)]).contains("write it as an attribute"));
    let json = r#"{ "resource": { "remit_envelope": { "team": {} } } }"#;
    assert!(refusal(&[("a.tf.json", json), ("g.tf", &declared("a = 1", "1"))]).contains("declared twice"));
    assert!(refusal(&[("g.tf", "locals {}\n")]).contains("no governance found"));
    let wide: Vec<String> = (0..22_000).map(|number| format!("k{number} = 1")).collect();
    assert!(refusal(&[("g.tf", &wide.join("\n"))]).contains("would take too long"));
}

/// The same governance in the JSON form, with a place for the ceiling.
fn in_json(ceiling: &str) -> String {
    format!(
        r#"{{
  "//": "a comment",
  "locals": [{{ "most": 20 }}],
  "resource": {{
    "remit_approver": {{ "dana": {{
      "name": "Dana Reyes", "email": "dana.reyes@example.com", "function": "finance",
      "keys": ["sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAAAABHNzaDo= dana"]
    }} }},
    "remit_envelope": [{{ "team": {{
      "//": "another comment", "lifecycle": {{ "prevent_destroy": true }}, "depends_on": ["aws_x.y"],
      "name": "team", "purpose": "tests",
      "owner": {{ "name": "Mina Okafor", "email": "mina.okafor@example.com" }},
      "scope": {{ "addresses": ["**"] }},
      "limits": {{ "capacity": {{ "instances": {{ "ceiling": {ceiling} }} }} }},
      "consent": {{ "approvers": ["${{remit_approver.dana.record}}"], "quorum": {{ "finance": 1 }} }}
    }} }}]
  }},
  "module": {{ "more": {{ "source": "./more" }} }}
}}
"#
    )
}

#[test]
fn the_json_form_declares_the_same() {
    let native =
        Declared::from_files(&files(&[("g.tf", &declared("most = 20", "local.most"))])).expect("sound");
    for ceiling in ["20", "\"${local.most}\""] {
        let json = Declared::from_files(&files(&[("g.tf.json", &in_json(ceiling))])).expect("sound");
        assert_eq!(json.envelopes, native.envelopes);
        assert_eq!(json.approvers, native.approvers);
        assert_eq!(json.left_out, ["module.more"]);
    }
    let rows = [
        (refusal(&[("g.tf.json", &in_json("\"${var.most}\""))]), "g.tf.json:14:", "`var.most`"),
        (refusal(&[("g.tf.json", &in_json("-1"))]), "g.tf.json:9:", "ceiling"),
        (refusal(&[("g.tf.json", "{")]), "g.tf.json", "cannot be read"),
        (refusal(&[("g.tf.json", &in_json("1, \"ceiling\": 2"))]), "g.tf.json:14:", "is not JSON"),
    ];
    for (said, place, why) in rows {
        assert!(said.contains(place) && said.contains(why), "expected {place} and {why}, got {said}");
    }
}

proptest! {
    /// Nor does the JSON form.
    #[test]
    fn any_json_is_understood_or_refused(value in "[a-z0-9.\"$%{}\\[\\]:, ]{0,24}") {
        if let Err(error) = Declared::from_files(&files(&[("g.tf.json", &in_json(&value))])) {
            let said = format!("{} {}", error.message, error.why.join(" "));
            prop_assert!(said.contains("g.tf"), "{}", said);
        }
    }

    /// Whatever stands in a value, it is understood or refused; and what is refused names the file.
    #[test]
    fn any_value_is_understood_or_refused(value in "[a-z0-9.\"$%{}()\\[\\] ,=:+!?<*/\n-]{0,24}") {
        let text = declared(&format!("a = {value}"), "local.a");
        if let Err(error) = Declared::from_files(&files(&[("g.tf", &text)])) {
            let said = format!("{} {}", error.message, error.why.join(" "));
            prop_assert!(said.contains("g.tf"), "{}", said);
        }
    }
}
