//! What is not as it should be: an answer that is no verdict, and nothing written.

use std::fs;

use serde_json::Value;

use crate::{Desk, lock, plan};

/// Plans that cannot be checked, named by their fault, with what the message says.
fn broken_plans(desk: &Desk) -> Vec<(&'static str, &'static str)> {
    let whole = plan(10).to_string();
    let with = |key: &str, value: Value| {
        let mut plan = plan(10);
        plan[key] = value;
        plan.to_string()
    };
    desk.put("empty", "");
    desk.put("truncated", &whole[..whole.len() / 2]);
    desk.put("state", r#"{ "version": 4, "terraform_version": "1.12.2", "serial": 1, "lineage": "x", "outputs": {}, "resources": [] }"#);
    desk.put("binary", b"PK\x03\x04 and so on");
    desk.put("latin1", b"{ \"format_version\": \"1.2\", \"x\": \"\xe9\" }");
    desk.put("twice", format!("{whole}{whole}"));
    desk.put("errored", with("errored", Value::Bool(true)));
    desk.put("future", with("format_version", "2.0".into()));
    desk.put("duplicate", whole.replacen('{', "{\"resource_changes\": [],", 1));
    desk.put("yaml", "format_version: 1.2\n");
    desk.put("deep", format!("{{\"format_version\": \"1.2\", \"planned_values\": {}", "[".repeat(100_000)));
    fs::create_dir(desk.path("folder")).expect("a folder");
    vec![
        ("empty", "the plan is empty"),
        ("truncated", "truncated"),
        ("state", "is a state, not a plan"),
        ("binary", "binary"),
        ("latin1", "neither UTF-8 nor UTF-16"),
        ("twice", "something follows the end of the plan"),
        ("errored", "`errored`"),
        ("future", "`2.0`"),
        ("duplicate", "`resource_changes` occurs twice"),
        ("yaml", "not valid JSON"),
        ("deep", ""),
        ("folder", "`folder` is a directory, not a plan"),
        ("missing", "there is no plan at `missing`"),
    ]
}

#[test]
fn what_is_not_a_plan_is_an_error_and_nothing_is_written() {
    let desk = Desk::new();
    let cases = broken_plans(&desk);
    let before = desk.files();
    for (name, message) in cases {
        let told = desk.check(name, &["--output", "report.txt", "--output", "json=report.json"]);
        assert_eq!((told.code, told.out.as_str()), (1, ""), "{name}");
        assert!(told.err.starts_with("error: ") && told.err.contains(message), "{name}: {}", told.err);
        assert!(!told.err.contains("panicked"), "{name}: {}", told.err);
        assert_eq!(desk.files(), before, "{name}");

        let told = desk.check(name, &["--format", "json"]);
        let document = told.document();
        assert_eq!((told.code, &document["verdict"]), (1, &Value::from("could_not_check")), "{name}");
        assert!(
            document["error"]["message"].as_str().is_some_and(|text| text.contains(message)),
            "{name}: {document}"
        );
    }
}

#[test]
fn what_is_not_governance_is_an_error() {
    let desk = Desk::new();
    let good = lock();
    desk.put(
        "edited",
        good.replace("\"ceiling\": \"20\"", "\"ceiling\": \"90\"")
            .replace("\"ceiling\": 20", "\"ceiling\": 90"),
    );
    assert_ne!(fs::read_to_string(desk.path("edited")).expect("the lock"), good, "the edit changed nothing");
    desk.put("newer", good.replacen("\"format\": 1", "\"format\": 99", 1));
    desk.put("empty", "");
    desk.put("truncated", &good[..good.len() / 2]);
    desk.put("text", "ceiling = 20\n");
    let cases = ["edited", "newer", "empty", "truncated", "text", "allowed.json", "missing", "."];
    for name in cases {
        let told = desk.run(&["check", "--plan", "allowed.json", "--governance", name, "--format", "json"]);
        assert_eq!(told.code, 1, "{name}: {}{}", told.out, told.err);
        assert!(told.err.starts_with("error: "), "{name}: {}", told.err);
        assert_eq!(told.document()["verdict"], "could_not_check", "{name}");
    }
    let told = desk.run(&["check", "--plan", "allowed.json"]);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("no governance found") && told.err.contains("--governance"), "{}", told.err);
}

#[test]
fn wrong_usage_is_1_and_never_the_code_for_denied() {
    let desk = Desk::new();
    let cases: [&[&str]; 9] = [
        &[],
        &["check"],
        &["frobnicate"],
        &["check", "--plan", "allowed.json", "--bogus"],
        &["check", "--plan", "allowed.json", "--now", "yesterday"],
        &["check", "--plan", "allowed.json", "--account", "123456789012"],
        &["check", "--plan", "allowed.json", "--format", "xml"],
        &["check", "--plan", "allowed.json", "--output", "json="],
        &["explain", "no-such-rule"],
    ];
    for args in cases {
        let told = desk.run(args);
        assert_eq!((told.code, told.out.as_str()), (1, ""), "{args:?}");
        assert!(!told.err.is_empty(), "{args:?}");
    }
    let told = desk.run(&["check", "--format", "json"]);
    assert_eq!(told.code, 1);
    assert!(
        told.document()["error"]["message"].as_str().is_some_and(|text| text.contains("--plan")),
        "{}",
        told.out
    );
}

#[test]
fn help_is_an_answer() {
    let desk = Desk::new();
    for args in [&["--help"][..], &["check", "--help"], &["explain", "--help"], &["--version"]] {
        let told = desk.run(args);
        assert_eq!((told.code, told.err.as_str()), (0, ""), "{args:?}");
    }
    let help = desk.run(&["check", "--help"]).out;
    assert!(help.contains("Examples:") && help.contains("consent required"), "{help}");
}
