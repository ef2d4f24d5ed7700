//! The examples are judged as they say: every table of tests under `examples`, by the process that people run.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "black-box test: it reads files and runs processes, and fails where something is not as it should be"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const BIN: &str = env!("CARGO_BIN_EXE_plancheck");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn plancheck(args: &[&str]) -> Output {
    Command::new(BIN)
        .current_dir(root())
        .args(args)
        // What it is run by must not show in what it prints.
        .env_clear()
        .output()
        .expect("plancheck starts")
}

/// Every folder at or below this one that holds a table.
fn tables(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of examples") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            tables(&path, found);
        } else if path.to_string_lossy().ends_with(".test.toml") {
            found.push(folder.to_owned());
        }
    }
}

#[test]
fn every_table_of_the_examples_is_as_expected() {
    let mut folders = Vec::new();
    tables(&root().join("examples"), &mut folders);
    folders.sort();
    folders.dedup();
    assert!(!folders.is_empty(), "no example has a table");
    for folder in folders {
        let told = plancheck(&["test", folder.to_str().expect("UTF-8")]);
        let text = String::from_utf8_lossy(&told.stdout);
        assert_eq!(told.status.code(), Some(0), "{text}{}", String::from_utf8_lossy(&told.stderr));
    }
}

const UPDATE: &str = "REMIT_UPDATE_README";
const COMMAND: &str =
    "plancheck check --plan examples/quickstart/plans/denied/plan.json --governance governance.lock.json\n";
const END: &str = "exit code 2: denied, as expected";

/// What the quickstart prints of one of its plans.
fn quickstart(plan: &str) -> String {
    let lock = "examples/quickstart/governance.lock.json";
    let plan = format!("examples/quickstart/plans/{plan}/plan.json");
    let told = plancheck(&["check", "--plan", &plan, "--governance", lock, "--now", "2026-12-01T09:00:00Z"]);
    String::from_utf8(told.stdout).expect("UTF-8").replace(lock, "governance.lock.json")
}

#[test]
fn the_front_page_shows_what_the_quickstart_prints() {
    let path = root().join("README.md");
    let page = fs::read_to_string(&path).expect("the front page");
    let denied = quickstart("denied");
    let (before, rest) = page.split_once(COMMAND).expect("the command on the front page");
    let (shown, after) = rest.split_once(END).expect("the end of its output");
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        fs::write(&path, [before, COMMAND, &denied, END, after].concat()).expect("the front page is written");
    } else {
        assert_eq!(
            shown, denied,
            "README.md is stale: run this test with {UPDATE}=1 and review the difference"
        );
    }
    let asked = quickstart("consent-required");
    let (finding, _) = asked.split_once("\n\n").expect("a finding and more");
    assert!(page.contains(finding), "README.md does not show this finding:\n{finding}");
}

/// What the comment says of the scenario, in this order: the rule, and the object.
const FINDINGS: [(&str, &str); 5] = [
    ("region-outside-envelope", "`aws_lambda_function.overflow` would be created in `us-east-1`"),
    ("scale-above-ceiling", "`aws_autoscaling_group.workers` could grow above the ceiling for instances"),
    ("agent-privilege-widened", "`aws_iam_role_policy.agent`"),
    ("governance-weakened", "`aws_organizations_policy_attachment.regions`"),
    ("logging-reduced", "`aws_cloudwatch_log_group.agent`"),
];

#[test]
fn one_pull_request_with_five_changes_gets_one_readable_comment() {
    let scenario = "examples/plancheck/one-pull-request";
    let (plan, source) = (format!("{scenario}/plan.json"), format!("{scenario}/after"));
    let lock = "examples/quickstart/governance.lock.json";
    let told = plancheck(
        &[
            &["check", "--plan", &plan, "--governance", lock, "--source", &source][..],
            &["--now", "2026-12-01T09:00:00Z", "--format", "markdown"],
        ]
        .concat(),
    );
    let comment = String::from_utf8(told.stdout).expect("UTF-8");
    assert_eq!(told.status.code(), Some(2), "{comment}{}", String::from_utf8_lossy(&told.stderr));
    let (above, _) = comment.split_once("<details>").expect("a fold");
    assert!(above.lines().count() <= 12, "{comment}");
    let findings: Vec<&str> = above.lines().filter(|line| line.starts_with("- ")).collect();
    assert_eq!(findings.len(), FINDINGS.len(), "{comment}");
    for (line, (rule, said)) in findings.iter().zip(FINDINGS) {
        assert!(line.contains(said) && line.ends_with(&format!("(`{rule}`)")), "{line} is not about {said}");
    }
    // What still stands in the source is told with its line; what is gone has none.
    assert!(comment.contains(&format!("max_size = 6 → 60 at {source}/main.tf:")), "{comment}");
    assert!(comment.contains("`aws_lambda_function.overflow (create): region = us-east-1 at "), "{comment}");
}
