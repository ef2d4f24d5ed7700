//! `plancheck defaults` as people meet it: folders that are reviewed, decisions that are written for them, and what changed upstream.
#![allow(
    clippy::disallowed_methods,
    reason = "black-box test: it reads and writes files, and runs processes"
)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot set up its case fails, and so does one whose document lacks a member"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

const BIN: &str = env!("CARGO_BIN_EXE_plancheck");
const NOW: &str = "2026-11-23T12:00:00Z";

struct Desk(tempfile::TempDir);

struct Told {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn run(&self, args: &[&str]) -> Told {
        let output = Command::new(BIN)
            .current_dir(self.0.path())
            .args(args)
            .stdin(Stdio::null())
            .env_clear()
            .output()
            .expect("plancheck starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Told { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The review as data.
    fn audit(&self, args: &[&str]) -> (Option<i32>, Value) {
        let told = self.run(&[&["defaults", "audit", "--format", "json", "--now", NOW], args].concat());
        let document =
            serde_json::from_str(&told.out).unwrap_or_else(|error| panic!("{error}: {}", told.err));
        (told.code, document)
    }
}

/// A plan that makes a log group, with or without its retention.
fn plan(retention: Option<u32>) -> Value {
    let mut expressions = json!({ "name": { "constant_value": "g" } });
    if let Some(days) = retention {
        expressions["retention_in_days"] = json!({ "constant_value": days });
    }
    json!({
        "format_version": "1.2", "terraform_version": "1.12.2", "planned_values": {},
        "resource_changes": [{
            "address": "aws_cloudwatch_log_group.g", "mode": "managed", "type": "aws_cloudwatch_log_group", "name": "g",
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {
                "actions": ["create"], "before": null, "after": { "name": "g", "retention_in_days": retention.unwrap_or(0) },
                "after_unknown": {}, "before_sensitive": false, "after_sensitive": {},
            },
        }],
        "configuration": { "root_module": { "resources": [{
            "address": "aws_cloudwatch_log_group.g", "mode": "managed", "type": "aws_cloudwatch_log_group", "name": "g",
            "expressions": expressions,
        }] } },
    })
}

fn state(retention: u32) -> Value {
    json!({
        "format_version": "1.0", "terraform_version": "1.12.2",
        "values": { "root_module": { "resources": [{
            "address": "aws_cloudwatch_log_group.s", "mode": "managed", "type": "aws_cloudwatch_log_group", "name": "s",
            "provider_name": "registry.terraform.io/hashicorp/aws", "schema_version": 0,
            "values": { "name": "s", "retention_in_days": retention }, "sensitive_values": {},
        }] } },
    })
}

/// What a review says of one default: its status, the addresses, and the addresses of which it cannot tell.
fn about(document: &Value, id: &str) -> Option<(String, Vec<String>, Vec<String>)> {
    let entries = document["defaults"].as_array().expect("a list");
    let entry = entries.iter().find(|entry| entry["default"] == id)?;
    let addresses = |name: &str| {
        let list = entry[name].as_array().expect("a list").iter();
        list.filter_map(|place| Some(place.get("address")?.as_str()?.to_owned())).collect()
    };
    let status = entry["status"].as_str().expect("a status").to_owned();
    Some((status, addresses("places"), addresses("cannot_tell")))
}

const RETENTION: &str = "aws-loggroup-retention";

#[test]
fn plans_states_and_configuration_of_a_folder_are_reviewed_together() {
    let desk = Desk::new();
    desk.put("live/plan.json", plan(None).to_string());
    desk.put("live/chosen.json", plan(Some(30)).to_string());
    desk.put("live/state.json", state(0).to_string());
    desk.put("live/other-state.json", state(30).to_string());
    desk.put("live/package.json", r#"{"name":"not a plan"}"#);
    desk.put("live/.terraform/plan.json", "not looked at");
    desk.put(
        "modules/logs/main.tf",
        r#"
        resource "aws_cloudwatch_log_group" "written" {
          retention_in_days = var.days
        }
        resource "aws_cloudwatch_log_group" "left" {
          name = "left"
        }
        "#,
    );
    let (code, document) = desk.audit(&["--dir", "."]);
    let (status, mut relied, untold) = about(&document, RETENTION).expect("an entry");
    relied.sort();
    assert_eq!((code, status.as_str()), (Some(3), "ungoverned"));
    assert_eq!(relied, ["aws_cloudwatch_log_group.g", "aws_cloudwatch_log_group.left"]);
    // A state that holds the default does not say whether somebody wrote it; one that holds another value does.
    assert_eq!(untold, ["aws_cloudwatch_log_group.s"]);
    let evidence: Vec<&str> = document["evidence"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    assert!(evidence.iter().any(|name| Path::new(name).ends_with("modules/logs")), "{evidence:?}");
    assert!(!evidence.iter().any(|name| name.contains("package.json") || name.contains(".terraform")));

    let (_, chosen) = desk.audit(&["--plan", "live/chosen.json", "--state", "live/other-state.json"]);
    assert_eq!(about(&chosen, RETENTION), None);
    let nothing = desk.run(&["defaults", "audit"]);
    assert_eq!(nothing.code, Some(1));
    assert!(nothing.err.contains("nothing is given to review"), "{}", nothing.err);
    desk.put("empty/notes.txt", "");
    assert_eq!(desk.run(&["defaults", "audit", "--dir", "empty"]).code, Some(1));
}

#[test]
fn frameworks_that_a_project_pins_are_part_of_the_review() {
    let desk = Desk::new();
    desk.put("app/requirements.txt", "langgraph==1.2.22\nrequests==2.0\n");
    desk.put("app/worker/uv.lock", "[[package]]\nname = \"crewai\"\nversion = \"0.1.0\"\n");
    desk.put("app/.venv/requirements.txt", "agno==3.1.10\n");
    let (code, document) = desk.audit(&["--python", "app"]);
    // What the code sets is not looked at, so nobody is asked before somebody decided.
    assert_eq!(code, Some(0));
    let frameworks = document["frameworks"].as_array().expect("a list");
    let one = |id: &str| frameworks.iter().find(|entry| entry["default"] == id).expect("an entry");
    assert_eq!(one("langgraph-recursion-limit")["status"], "cannot_tell");
    assert_eq!(one("langgraph-recursion-limit")["pins"][0]["version"], "1.2.22");
    assert_eq!(one("langgraph-recursion-limit")["version_read"], "1.2.22");
    assert_eq!(one("crewai-max-rpm")["pins"][0]["version"], "0.1.0");
    assert!(
        !frameworks.iter().any(|entry| entry["framework"] == "Agno"),
        "a virtual environment is not the project"
    );
    let page = desk.run(&["defaults", "audit", "--python", "app", "--format", "markdown"]).out;
    assert!(
        page.contains("at 1.2.22, the version read") && page.contains("at 0.1.0, another version"),
        "{page}"
    );
    desk.put("broken/uv.lock", "[[package");
    let broken = desk.run(&["defaults", "audit", "--python", "broken"]);
    assert_eq!(broken.code, Some(1));
    assert!(broken.err.contains("uv.lock"), "{}", broken.err);
}

#[test]
fn the_page_for_print_holds_everything_and_nothing_from_elsewhere() {
    let desk = Desk::new();
    let mut hostile = plan(None);
    hostile["resource_changes"][0]["address"] = json!("aws_cloudwatch_log_group.g[\"<script>x</script>\"]");
    desk.put("plan.json", hostile.to_string());
    desk.put("governance/main.tf", decided("accept", "2027-01-31"));
    let page = desk.run(&["defaults", "audit", "--plan", "plan.json", "--format", "html", "--now", NOW]).out;
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script"), "{page}");
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("@import"), "{page}");
    assert!(page.contains("class=\"blank\""), "where nobody decided there is room to write");
    let args = [
        "defaults",
        "audit",
        "--plan",
        "plan.json",
        "--governance",
        "governance",
        "--format",
        "html",
        "--now",
        NOW,
    ];
    let page = desk.run(&args).out;
    for part in [
        "lee.park@example.com",
        "accept: kept for the audit",
        "2027-01-31",
        "sha256:",
        "Next decision due: <b>2027-01-31</b>",
    ] {
        assert!(page.contains(part), "{part} is missing: {page}");
    }
}

/// Governance with a decision about the retention of log groups.
fn decided(decision: &str, due: &str) -> String {
    let key = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAAAABHNzaDo= dana";
    let value = if decision == "override" { "value = jsonencode(30)" } else { "" };
    format!(
        r#"
        {GOVERNANCE}
        resource "remit_default_override" "logs" {{
          default  = "{RETENTION}"
          decision = "{decision}"
          {value}
          reason   = "kept for the audit"
          owner    = {{ name = "Lee Park", email = "lee.park@example.com" }}
          review   = {{ every = "quarter", due = "{due}" }}
        }}
        "#
    )
    .replace("KEY", key)
}

const GOVERNANCE: &str = r#"
resource "remit_approver" "dana" {
  name      = "Dana Reyes"
  email     = "dana.reyes@example.com"
  function  = "finance"
  keys      = ["KEY"]
  assurance = "touch_pin"
}

resource "remit_envelope" "all" {
  name    = "all"
  purpose = "tests"
  owner   = { name = "Mina Okafor", email = "mina.okafor@example.com" }
  scope   = { addresses = ["**"] }
  limits  = { defaults = "consent" }
  consent = { approvers = [remit_approver.dana.record], quorum = { finance = 1 } }
}
"#;

#[test]
fn what_is_scaffolded_is_refused_until_a_person_finishes_it() {
    let desk = Desk::new();
    desk.put("plan.json", plan(None).to_string());
    desk.put(
        "governance/main.tf",
        decided("accept", "2027-01-31")
            .split("resource \"remit_default_override\"")
            .next()
            .expect("the rest"),
    );
    let args = ["defaults", "scaffold", "--plan", "plan.json", "--now", NOW];
    let scaffold = desk.run(&args);
    assert_eq!(scaffold.code, Some(0), "{}", scaffold.err);
    for part in [
        "resource \"remit_default_override\" \"aws_loggroup_retention\"",
        "reason = \"\"",
        "due = \"2027-02-23\"",
        "jsonencode(",
    ] {
        assert!(
            scaffold.out.replace("  ", " ").replace("  ", " ").contains(part),
            "{part} is missing: {}",
            scaffold.out
        );
    }
    desk.put("governance/overrides.tf", &scaffold.out);
    let check =
        ["check", "--plan", "plan.json", "--governance", "governance", "--now", NOW, "--format", "json"];
    let refused = desk.run(&check);
    assert_eq!(refused.code, Some(1), "{}", refused.out);
    assert!(refused.err.contains("reason") && refused.err.contains("empty"), "{}", refused.err);
    // A person fills in what only a person can say, and decides to accept.
    let finished = desk
        .run(&[&args[..], &["--decision", "accept", "--owner", "Lee Park <lee.park@example.com>"]].concat());
    desk.put("governance/overrides.tf", finished.out.replace("\"\"", "\"read and found tolerable\""));
    let allowed = desk.run(&check);
    assert_eq!(allowed.code, Some(0), "{}{}", allowed.out, allowed.err);
    assert!(allowed.out.contains("override-in-use"), "{}", allowed.out);
    let (code, document) = desk.audit(&["--plan", "plan.json", "--governance", "governance"]);
    assert_eq!((code, about(&document, RETENTION).expect("an entry").0.as_str()), (Some(0), "accepted"));
    let again = desk.run(&[&args[..], &["--governance", "governance"]].concat());
    assert!(
        !again.out.contains("aws_loggroup_retention"),
        "what was decided is not written again: {}",
        again.out
    );
    let unknown = desk.run(&["defaults", "scaffold", "--default", "aws-loggroup-retentoin"]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.err.contains("did you mean `aws-loggroup-retention`?"), "{}", unknown.err);
}

/// A default that the catalog does not have, and somebody decided about.
#[test]
fn a_default_that_is_described_in_place_is_reviewed_too() {
    let desk = Desk::new();
    desk.put("plan.json", plan(None).to_string());
    let described = |attribute: &str, decision: &str| {
        let one = format!(
            "{{ resource_type = \"aws_cloudwatch_log_group\", attribute = \"{attribute}\", description = \"AWS's own key | <b>\" }}"
        );
        decided(decision, "2027-01-31").replace(&format!("\"{RETENTION}\""), &one)
    };
    let name = "aws_cloudwatch_log_group.kms_key_id";
    let args = ["--plan", "plan.json", "--governance", "governance"];
    for (decision, status, code) in [("accept", "accepted", 3), ("override", "contradicted", 3)] {
        desk.put("governance/main.tf", described("kms_key_id", decision));
        let (found, document) = desk.audit(&args);
        let entry = about(&document, name).expect("an entry");
        assert_eq!((entry.0.as_str(), entry.1), (status, vec!["aws_cloudwatch_log_group.g".to_owned()]));
        assert_eq!((found, &document["unused"]), (Some(code), &json!([])));
        for (format, says) in [
            ("markdown", "AWS's own key \\| &lt;b>"),
            ("html", "AWS&#39;s own key | &lt;b&gt;"),
            ("csv", name),
        ] {
            let told =
                desk.run(&[&["defaults", "audit", "--format", format, "--now", NOW][..], &args].concat());
            assert!(told.out.contains(says), "{format}: {}", told.out);
        }
    }
    // One that is set is relied on by nothing, and neither is one of another type.
    desk.put("governance/main.tf", described("retention_in_days", "accept"));
    desk.put("plan.json", plan(Some(30)).to_string());
    let (_, document) = desk.audit(&args);
    assert_eq!(document["unused"], json!(["aws_cloudwatch_log_group.retention_in_days"]));
}

/// The verdict of a check, decision by decision.
#[test]
fn a_check_keeps_to_what_was_decided() {
    let rows = [
        ("nobody decided", None, None, 3, "vendor-default-ungoverned"),
        ("accepted", Some(("accept", "2027-01-31")), None, 0, "override-in-use"),
        ("lapsed", Some(("accept", "2026-11-22")), None, 3, "override-expired"),
        ("contradicted", Some(("override", "2027-01-31")), None, 3, "override-contradicted"),
        ("contradicted by a value", Some(("override", "2027-01-31")), Some(7), 3, "override-contradicted"),
        ("kept", Some(("override", "2027-01-31")), Some(30), 0, ""),
        ("not needed", Some(("accept", "2027-01-31")), Some(30), 0, "override-unused"),
    ];
    for (name, decision, retention, code, rule) in rows {
        let desk = Desk::new();
        // Of a log group only its retention is looked at here.
        let mut plan = plan(retention);
        plan["resource_changes"][0]["change"]["after"]["kms_key_id"] =
            json!("arn:aws:kms:eu-west-1:123456789012:key/k");
        desk.put("plan.json", plan.to_string());
        let governance = match decision {
            Some((decision, due)) => decided(decision, due),
            None => decided("accept", "2027-01-31")
                .split("resource \"remit_default_override\"")
                .next()
                .expect("the rest")
                .to_owned(),
        };
        desk.put("governance/main.tf", governance);
        let told = desk.run(&[
            "check",
            "--plan",
            "plan.json",
            "--governance",
            "governance",
            "--now",
            NOW,
            "--format",
            "json",
        ]);
        assert_eq!((name, told.code), (name, Some(code)), "{}{}", told.out, told.err);
        assert!(told.out.contains(rule), "{name}: {}", told.out);
    }
}

fn schema(description: &str, computed: bool) -> String {
    json!({
        "format_version": "1.0",
        "provider_schemas": { "registry.terraform.io/hashicorp/aws": { "resource_schemas": {
            "aws_cloudwatch_log_group": { "version": 0, "block": { "attributes": {
                "retention_in_days": { "type": "number", "description": description, "optional": true, "computed": computed },
                "name": { "type": "string", "optional": true },
            } } },
        } } },
    })
    .to_string()
}

#[test]
fn a_default_that_moved_upstream_is_a_finding() {
    let desk = Desk::new();
    desk.put("before.json", schema("Days. Defaults to `0`.", false));
    desk.put("documented.json", schema("Days. Defaults to `30`.", false));
    desk.put("computed.json", schema("Days. Defaults to `0`.", true));
    let same = desk.run(&["defaults", "diff", "before.json", "before.json"]);
    assert_eq!((same.code, same.out.as_str()), (Some(0), "0 defaults moved, 0 other changes\n"));
    for (after, was, is) in
        [("documented.json", "0", "30"), ("computed.json", "optional", "optional and computed")]
    {
        let told = desk.run(&["defaults", "diff", "before.json", after, "--format", "json"]);
        let document: Value = serde_json::from_str(&told.out).expect("JSON");
        let finding = &document["findings"][0];
        assert_eq!(told.code, Some(3), "{}", told.out);
        assert_eq!(finding["rule"], "vendor-default-changed");
        assert_eq!(finding["subject"], "aws_cloudwatch_log_group.retention_in_days");
        assert_eq!((finding["before"].as_str(), finding["after"].as_str()), (Some(was), Some(is)));
        assert_eq!(finding["catalog"], json!([RETENTION]));
    }
    let mixed = desk.run(&["defaults", "diff", "before.json", "catalog/aws.json"]);
    assert_eq!(mixed.code, Some(1), "a file that is not there");
}

#[test]
fn two_versions_of_the_catalog_are_compared_row_by_row() {
    let desk = Desk::new();
    let row = |value: u32, exposes: &str| {
        json!([{ "id": "aws-x", "vendor_default": value, "default_origin": "provider", "exposes": exposes }])
            .to_string()
    };
    desk.put("old/aws/x.json", row(1, "a"));
    desk.put("moved/aws/x.json", row(2, "a"));
    desk.put("reworded/x.json", row(1, "b"));
    desk.put("gone/x.json", r#"[{"id":"aws-y"}]"#);
    let code = |after: &str| desk.run(&["defaults", "diff", "old", after]);
    assert_eq!(code("old").code, Some(0));
    let moved = code("moved");
    assert_eq!(moved.code, Some(3));
    assert!(
        moved.out.contains("consent required[vendor-default-changed]: the value in force of `aws-x`"),
        "{}",
        moved.out
    );
    let reworded = code("reworded");
    assert_eq!(reworded.code, Some(0), "our words are no default");
    assert!(reworded.out.contains("note: what the catalog says of `aws-x`"), "{}", reworded.out);
    assert_eq!(code("gone").code, Some(3));
    desk.put("schema.json", schema("", false));
    let mixed = code("schema.json");
    assert_eq!(mixed.code, Some(1));
    assert!(mixed.err.contains("cannot be compared"), "{}", mixed.err);
}
