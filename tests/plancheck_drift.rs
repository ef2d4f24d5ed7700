//! `plancheck drift` as people and pipelines run it: files in, exit code, report and files out.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "black-box test: it reads files and runs processes, and fails where something is not as it should be"
)]

#[path = "../plancheck/tests/drifted/mod.rs"]
mod drifted;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use drifted::{controls, lock, plan, within};
use serde_json::{Value, json};

const BIN: &str = env!("CARGO_BIN_EXE_plancheck");
const NOW: [&str; 4] = ["--now", "2026-12-01T09:00:00Z", "--max-age", "30d"];

/// A folder with a lock and refresh-only plans: in order, and with a raised cap.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        let raised = |max: u32| within("autoscaling_group", "definition", |cap| cap["max"] = json!(max));
        desk.put("governance.lock.json", &lock().to_json());
        desk.put("clean.json", &plan(&controls(), &controls()).to_string());
        for max in [5, 40, 60] {
            desk.put(&format!("max-{max}.json"), &plan(&raised(max), &controls()).to_string());
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn run(&self, args: &[&str], environment: &[(&str, &str)]) -> Output {
        let mut command = Command::new(BIN);
        command.current_dir(self.0.path()).args(args).env_clear().envs(environment.iter().copied());
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.output().expect("plancheck starts")
    }

    fn drift(&self, plan: &str, more: &[&str]) -> (Option<i32>, String) {
        let all =
            [&["drift", "--plan", plan, "--governance", "governance.lock.json"], &NOW[..], more].concat();
        let ran = self.run(&all, &[]);
        (ran.status.code(), String::from_utf8(ran.stdout).expect("UTF-8"))
    }
}

#[test]
fn the_exit_code_says_which_way_it_moved() {
    let desk = Desk::new();
    for (plan, code, last) in [
        ("clean.json", 0, "as approved: nothing drifted; 7 things looked at\n"),
        ("max-5.json", 0, "as approved or tighter: 1 note; 7 things looked at\n"),
        ("max-40.json", 2, "looser than approved: 1 incident; 7 things looked at\n"),
    ] {
        let (found, text) = desk.drift(plan, &[]);
        assert_eq!(found, Some(code), "{plan}: {text}");
        assert!(text.ends_with(last), "{plan}: {text}");
    }
    // What cannot be read is never in order.
    desk.put("broken.json", "{");
    for plan in ["broken.json", "governance.lock.json", "nowhere.json"] {
        assert_eq!(desk.drift(plan, &[]).0, Some(1), "{plan}");
    }
    assert_eq!(desk.run(&["drift"], &[]).status.code(), Some(1), "wrong usage");
    assert_eq!(desk.drift("clean.json", &["--max-age", "1s"]).0, Some(1), "an old plan");
}

#[test]
fn an_error_is_told_in_the_format_that_was_asked_for() {
    let desk = Desk::new();
    let (code, text) = desk.drift("nowhere.json", &["--format", "json"]);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((code, &document["verdict"]), (Some(1), &json!("could_not_check")));
    let (_, text) = desk.drift("nowhere.json", &["--format", "logs"]);
    assert!(text.contains("resourceLogs"), "{text}");
}

#[test]
fn a_run_remembers_the_one_before() {
    let desk = Desk::new();
    let since = |text: &str| {
        let document: Value = serde_json::from_str(text).expect("JSON");
        document["envelopes"][0]["drift"][0]["since"].clone()
    };
    assert_eq!(desk.drift("max-40.json", &["--output", "json=last.json"]).0, Some(2));
    let again = |plan: &str| desk.drift(plan, &["--previous", "last.json", "--format", "json"]).1;
    assert_eq!(since(&again("max-40.json")), "unchanged");
    assert_eq!(since(&again("max-60.json")), "worse");
    let over: Value = serde_json::from_str(&again("clean.json")).expect("JSON");
    assert_eq!(over["envelopes"][0]["over"][0]["state"], "resolved");
    // A run that could not check is nothing to compare with.
    let (_, refused) = desk.drift("nowhere.json", &["--format", "json"]);
    desk.put("refused.json", &refused);
    assert_eq!(desk.drift("clean.json", &["--previous", "refused.json"]).0, Some(1));
}

#[test]
fn github_gets_outputs_and_a_summary_and_issues_get_an_index() {
    let desk = Desk::new();
    let (summary, outputs) = (desk.path("summary.md"), desk.path("outputs"));
    let all = [
        &[
            "drift",
            "--plan",
            "max-40.json",
            "--governance",
            "governance.lock.json",
            "--format",
            "github",
            "--issues",
            "issues",
        ],
        &NOW[..],
    ];
    let environment = [
        ("GITHUB_STEP_SUMMARY", summary.to_str().expect("UTF-8")),
        ("GITHUB_OUTPUT", outputs.to_str().expect("UTF-8")),
    ];
    let ran = desk.run(&all.concat(), &environment);
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stdout).starts_with("::error title=limit_loosened::"));
    assert!(desk.read("summary.md").starts_with("### plancheck drift: looser than approved"));
    let outputs = desk.read("outputs");
    for line in ["verdict=loosened", "exit_code=2", "incident=1", "critical=1", "news=true"] {
        assert!(outputs.lines().any(|found| found == line), "{line}: {outputs}");
    }
    let index: Value = serde_json::from_str(&desk.read("issues/index.json")).expect("JSON");
    assert_eq!(index["issues"][0]["todo"], "open");
    assert!(desk.read("issues/agents.md").starts_with("<!-- plancheck-drift envelope=agents -->"));
    assert_eq!(desk.drift("clean.json", &["--issues", "issues"]).0, Some(0));
    let index: Value = serde_json::from_str(&desk.read("issues/index.json")).expect("JSON");
    assert_eq!(index["issues"][0]["todo"], "close");
}

#[test]
fn no_report_overwrites_what_is_read() {
    let desk = Desk::new();
    for file in ["clean.json", "governance.lock.json"] {
        assert_eq!(desk.drift("clean.json", &["--output", &format!("json={file}")]).0, Some(1), "{file}");
    }
}

#[test]
fn without_a_pin_a_trust_root_proves_nothing() {
    let desk = Desk::new();
    desk.put("trust.json", "{}");
    assert_eq!(desk.drift("clean.json", &["--trust-root", "trust.json"]).0, Some(1));
}

/// What an agent does that scales outside Terraform: the governance is as approved, and the workload is not.
#[test]
fn a_workload_that_was_scaled_by_hand_is_told_beside_the_governance() {
    let desk = Desk::new();
    let group = |max: u32| json!({ "name": "web", "id": "web", "min_size": 1, "max_size": max });
    let workload = |was: u32, is: u32| {
        json!({
            "format_version": "1.2", "terraform_version": "1.12.2", "planned_values": {}, "resource_changes": [],
            "resource_drift": [{
                "address": "aws_autoscaling_group.web", "mode": "managed", "type": "aws_autoscaling_group", "name": "web",
                "provider_name": "registry.terraform.io/hashicorp/aws",
                "change": {
                    "actions": ["update"], "before": group(was), "after": group(is), "after_unknown": {},
                    "before_sensitive": false, "after_sensitive": {},
                },
            }],
        })
    };
    for (was, is, code, says) in
        [(5, 40, 2, "`aws_autoscaling_group.web`"), (40, 5, 0, "as approved or tighter")]
    {
        desk.put("workload.json", &workload(was, is).to_string());
        let (found, text) = desk.drift("clean.json", &["--workload", "workload.json"]);
        assert!(found == Some(code) && text.contains(says), "{was} to {is}: {found:?} {text}");
        assert!(text.contains("workload.json"), "{text}");
    }
    // One that cannot be read is never in order, and hides nothing of the rest.
    desk.put("workload.json", "{");
    assert_eq!(desk.drift("clean.json", &["--workload", "workload.json"]).0, Some(1));
}
