//! What a check is told of its surroundings: source, commits, environment, secrets.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::{BIN, Desk, Told, plan};

#[test]
fn a_secret_of_the_plan_appears_nowhere() {
    let desk = Desk::new();
    let mut secret = plan(50);
    let change = &mut secret["resource_changes"][0]["change"];
    change["after"]["max_size"] = 48_151_623.into();
    change["after_sensitive"] = json!({ "max_size": true });
    desk.put("secret.json", secret.to_string());
    for format in ["human", "json", "sarif", "junit", "github", "gitlab", "markdown", "atlantis"] {
        let told = desk.check("secret.json", &["--format", format]);
        assert_ne!(told.code, 0);
        assert!(!told.out.contains("48151623") && !told.err.contains("48151623"), "{format}: {}", told.out);
    }
    let told = desk.run(&["why", "**", "--plan", "secret.json", "--governance", "governance.lock.json"]);
    assert_eq!(told.code, 0);
    assert!(!told.out.contains("48151623") && told.out.contains("(sensitive)"), "{}", told.out);
    assert!(Path::new(BIN).is_file());
}

#[test]
fn with_the_source_findings_say_file_and_line_as_seen_from_here() {
    let desk = Desk::new();
    fs::create_dir_all(desk.path("infra/parts")).expect("a folder");
    let group = "resource \"aws_autoscaling_group\" \"workers\" {\n  max_size = 50\n}\n";
    desk.put("infra/main.tf", group);
    let whole = desk.path("infra");
    for folder in ["infra", "./infra/", "infra/../infra", whole.to_str().expect("a path")] {
        let told = desk.check("denied.json", &["--format", "json", "--source", folder]);
        assert_eq!(told.code, 2, "{folder}: {}", told.err);
        let source = &told.document()["findings"][0]["places"][0]["source"];
        let expected = json!({ "file": "infra/main.tf", "line": 2, "column": 3 });
        assert_eq!(source, &expected, "{folder}");
    }
    assert_eq!(desk.check("allowed.json", &["--source", "infra"]).code, 0);
    desk.put("infra/main.tf", group.replace("}\n", "  lifecycle {\n    ignore_changes = all\n  }\n}\n"));
    let hidden = desk.check("allowed.json", &["--source", "infra"]);
    assert_eq!(hidden.code, 3, "{}", hidden.out);
    assert!(
        hidden.out.contains("ceiling-hidden") && hidden.out.contains("infra/main.tf:4:22"),
        "{}",
        hidden.out
    );
}

#[test]
fn a_folder_that_is_no_source_is_refused_and_a_hostile_one_is_read_as_far_as_it_goes() {
    let desk = Desk::new();
    fs::create_dir_all(desk.path("empty")).expect("a folder");
    for folder in ["nowhere", "empty", "allowed.json"] {
        let told = desk.check("allowed.json", &["--source", folder]);
        assert_eq!(told.code, 1, "{folder}: {}", told.out);
        assert!(told.err.contains(folder) && told.err.contains("terraform plan"), "{folder}: {}", told.err);
    }
    fs::create_dir_all(desk.path("infra/folder.tf")).expect("a folder that is called like a file");
    desk.put("infra/main.tf", "resource \"aws_autoscaling_group\" \"workers\" {}\n");
    desk.put("infra/large.tf", "#".repeat(1024 * 1024 + 1));
    desk.put("infra/binary.tf", [0xff, 0xfe, 0x00]);
    #[cfg(unix)]
    std::os::unix::fs::symlink("/dev/zero", desk.path("infra/endless.tf")).expect("a link");
    let told = desk.check("allowed.json", &["--format", "json", "--source", "infra"]);
    assert_eq!(told.code, 0, "{}{}", told.out, told.err);
    let left_out = told.document()["not_judged"].to_string();
    for name in ["folder.tf", "large.tf", "binary.tf"] {
        assert!(left_out.contains(name), "{name}: {left_out}");
    }
}

/// A working copy with one commit.
fn commit(desk: &Desk, branch: &str, message: &str) {
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        let people = ["user.name=Dana Reyes", "user.email=dana.reyes@example.com", "commit.gpgsign=false"];
        for setting in people {
            command.arg("-c").arg(setting);
        }
        command.current_dir(desk.path("")).args(args).stdin(Stdio::null()).output().expect("git starts")
    };
    let made = git(&["init", "--quiet", &format!("--initial-branch={branch}")]);
    assert!(made.status.success(), "{made:?}");
    let committed = git(&["commit", "--quiet", "--allow-empty", "--message", message]);
    assert!(committed.status.success(), "{committed:?}");
}

fn actor(told: &Told) -> Value {
    told.document()["actor"].clone()
}

#[test]
fn who_acted_is_said_from_commits_and_changes_no_verdict() {
    let desk = Desk::new();
    let message = "Grow\n\nCo-Authored-By: Fable <noreply@anthropic.com>";
    commit(&desk, "claude/grow", message);
    let told = desk.check("allowed.json", &["--format", "json", "--git", "."]);
    let found = actor(&told);
    assert_eq!(
        (told.code, &found["class"], &found["treated_as"]),
        (0, &json!("self_declared"), &json!("agent"))
    );
    assert_eq!(found["names"], json!(["Claude Code"]));
    let signals: Vec<&str> = found["evidence"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["signal"].as_str().expect("an id"))
        .collect();
    assert_eq!(signals, ["claude-email", "claude-branch"]);
    assert_eq!(found["evidence"][0]["value"], "Co-Authored-By: Fable <noreply@anthropic.com>");
    let human = desk.check("allowed.json", &["--git", "."]).out;
    assert!(human.contains("`Claude Code` (self_declared: trailer `Co-Authored-By: Fable"), "{human}");
    // The same plan by a person who leaves no trace: nobody, and the same verdict.
    for plan in ["allowed.json", "consent.json", "denied.json"] {
        let plain = desk.check(plan, &["--format", "json"]);
        assert_eq!(actor(&plain)["class"], "none");
        assert_eq!(plain.code, desk.check(plan, &["--format", "json", "--git", ".", "--actor", "dana"]).code);
    }
}

#[test]
fn who_acted_is_said_from_the_environment_and_the_caller() {
    let desk = Desk::new();
    let args =
        ["check", "--plan", "allowed.json", "--governance", "governance.lock.json", "--format", "json"];
    let told = Told::from(desk.command(&args).env("CLAUDECODE", "1").output().expect("plancheck starts"));
    assert_eq!(actor(&told)["evidence"][0]["found_in"], "CLAUDECODE");
    let told = desk.check("allowed.json", &["--format", "json", "--actor", "renovate[bot]"]);
    assert_eq!(actor(&told)["evidence"][0]["kind"], "automation");
}

#[test]
fn commits_that_cannot_be_read_are_an_error_and_a_range_is_no_option() {
    let desk = Desk::new();
    let told = desk.check("allowed.json", &["--git", "."]);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("the commits of `.` cannot be read"), "{}", told.err);
    let told = desk.check("allowed.json", &["--git", ".", "--git-range=--output=x"]);
    assert!(told.code == 1 && !desk.path("x").exists(), "{}", told.err);
}
