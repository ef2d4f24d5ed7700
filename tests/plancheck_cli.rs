//! plancheck as a pipeline meets it: a process with arguments, streams, files and an exit code.
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

#[path = "plancheck_cli/bad_input.rs"]
mod bad_input;
#[path = "plancheck_cli/commands.rs"]
mod commands;
#[path = "plancheck_cli/reports.rs"]
mod reports;
#[path = "plancheck_cli/streams.rs"]
mod streams;
#[path = "plancheck_cli/surroundings.rs"]
mod surroundings;

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use remit_governance::{Approver, Envelope, Json, Lock};
use serde_json::{Value, json};

const BIN: &str = env!("CARGO_BIN_EXE_plancheck");
const KEY: &str = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAAAABHNzaDo= dana";

/// A folder with a lock that allows 20 instances, 12 without asking.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        desk.put("governance.lock.json", lock());
        for (name, max) in [("allowed", 10), ("consent", 15), ("denied", 50)] {
            desk.put(&format!("{name}.json"), plan(max).to_string());
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).expect("a file");
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(BIN);
        command
            .current_dir(self.folder.path())
            .args(args)
            .stdin(Stdio::null())
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command
    }

    fn run(&self, args: &[&str]) -> Told {
        Told::from(self.command(args).output().expect("plancheck starts"))
    }

    /// `check` of a plan by the lock, with more arguments.
    fn check(&self, plan: &str, more: &[&str]) -> Told {
        self.run(&[&["check", "--plan", plan, "--governance", "governance.lock.json"], more].concat())
    }

    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("the folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("a file").file_name().into_string().expect("UTF-8")).collect();
        names.sort();
        names
    }
}

struct Told {
    code: i32,
    out: String,
    err: String,
}

impl From<Output> for Told {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self {
            code: output.status.code().expect("no signal"),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

impl Told {
    fn document(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }
}

fn lock() -> String {
    let parsed = |value: Value| Json::parse(&value.to_string()).expect("JSON");
    let approver = json!({
        "name": "Dana Reyes", "email": "dana.reyes@example.com", "function": "finance", "keys": [KEY], "assurance": "touch_pin",
    });
    let approver = Approver::declare(&parsed(approver)).expect("an approver").record();
    let envelope = json!({
        "name": "team-a", "purpose": "tests", "owner": { "name": "Mina Okafor", "email": "mina.okafor@example.com" },
        "scope": { "addresses": ["**"] },
        "limits": { "capacity": { "instances": { "authorize_above": 12, "ceiling": 20 } }, "regions": { "allow": ["eu-west-1"] } },
        "consent": { "approvers": [approver], "quorum": { "finance": 1 } },
    });
    let envelope = Envelope::declare(&parsed(envelope)).expect("an envelope").record();
    Lock::build(&[&approver, &envelope], 1).expect("a lock").to_json()
}

/// A group of instances goes from 4 to at most `max`.
fn plan(max: u32) -> Value {
    json!({
        "format_version": "1.2", "terraform_version": "1.12.2", "planned_values": {},
        "resource_changes": [{
            "address": "aws_autoscaling_group.workers", "mode": "managed", "type": "aws_autoscaling_group", "name": "workers",
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {
                "actions": ["update"], "before": { "max_size": 4 }, "after": { "max_size": max }, "after_unknown": {},
                "before_sensitive": {}, "after_sensitive": {},
            },
        }],
        "configuration": {
            "provider_config": { "aws": { "name": "aws", "expressions": { "region": { "constant_value": "eu-west-1" } } } },
            "root_module": { "resources": [{
                "address": "aws_autoscaling_group.workers", "mode": "managed", "type": "aws_autoscaling_group", "name": "workers",
                "provider_config_key": "aws",
            }] },
        },
    })
}

#[test]
fn each_verdict_has_its_exit_code_in_both_formats() {
    let desk = Desk::new();
    let cases = [("allowed", 0, "allowed"), ("denied", 2, "denied"), ("consent", 3, "consent_required")];
    for (name, code, verdict) in cases {
        let told = desk.check(&format!("{name}.json"), &["--format", "json"]);
        assert_eq!(told.code, code, "{}{}", told.out, told.err);
        let document = told.document();
        assert_eq!(
            (document["verdict"].as_str(), document["exit_code"].as_i64()),
            (Some(verdict), Some(code.into()))
        );
        let findings = document["findings"].as_array().expect("findings");
        assert!(code == 0 || !findings.is_empty(), "{document}");
        let human = desk.check(&format!("{name}.json"), &[]);
        assert_eq!((human.code, human.err.as_str()), (code, ""));
        let last = human.out.lines().last().expect("a last line");
        assert!(last.starts_with(&verdict.replace('_', " ")), "{last}");
    }
    let allowed = desk.check("allowed.json", &[]).out;
    assert!(!allowed.contains("fail") && allowed.contains("taken on trust"), "{allowed}");
}

#[test]
fn a_denial_says_what_where_why_and_how() {
    let desk = Desk::new();
    let out = desk.check("denied.json", &["--now", "2026-12-01T09:00:00Z"]).out;
    for part in [
        "error[scale-above-ceiling]: ",
        "\n  --> aws_autoscaling_group.workers (update)",
        "\n  = why: ",
        "`team-a`",
        "20",
        "\n  = help: ",
    ] {
        assert!(out.contains(part), "`{part}` is missing in:\n{out}");
    }
    assert!(out.contains("as of 2026-12-01T09:00:00Z"), "{out}");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let desk = Desk::new();
    let args = ["--now", "2026-12-01T09:00:00Z", "--format", "json"];
    assert_eq!(desk.check("denied.json", &args).out, desk.check("denied.json", &args).out);
}
