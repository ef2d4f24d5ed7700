//! The commands beside `check`: explanations, tables of tests, the manual, completions, first envelopes, reviews of defaults.

use std::fs;

use serde_json::json;

use crate::{Desk, KEY, plan};

#[test]
fn every_rule_can_be_explained_and_a_typo_is_helped() {
    let desk = Desk::new();
    let list = desk.run(&["explain"]);
    assert_eq!(list.code, 0);
    let ids: Vec<&str> = list.out.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(ids.contains(&"scale-above-ceiling"), "{ids:?}");
    for id in ids {
        let told = desk.run(&["explain", id]);
        assert_eq!(told.code, 0, "{id}");
        assert!(told.out.contains("What it checks") && told.out.contains("Unknown values"), "{}", told.out);
    }
    for id in ["acceptance-unused", "acceptance-expired"] {
        assert!(desk.run(&["explain", id]).out.contains("accepted findings"), "{id}");
    }
    let told = desk.run(&["explain", "scale-above-cieling"]);
    assert!(told.err.contains("did you mean `scale-above-ceiling`?"), "{}", told.err);
}

#[test]
fn why_tells_facts_envelopes_and_rules_of_one_object() {
    let desk = Desk::new();
    let ask = |address: &str| {
        desk.run(&["why", address, "--plan", "denied.json", "--governance", "governance.lock.json"])
    };
    let told = ask("aws_autoscaling_group.workers");
    assert_eq!((told.code, told.err.as_str()), (0, ""), "{}", told.out);
    for said in [
        "aws_autoscaling_group.workers (update)\n",
        "  = fact: its type is `aws_autoscaling_group`\n",
        "  = fact: it runs in `eu-west-1`",
        "  = fact: after this change it may grow to 50 instances, says `max_size`\n",
        "  = fact: before this change it may grow to 4 instances",
        "  = envelope: `team-a` governs it\n",
        "  = found nothing: region-outside-envelope",
        "error[scale-above-ceiling]: ",
    ] {
        assert!(told.out.contains(said), "no {said:?} in:\n{}", told.out);
    }
    assert_eq!(ask("aws_autoscaling_group.*").out, told.out);
    let told = ask("aws_autoscaling_group.worker");
    assert_eq!((told.code, told.out.as_str()), (1, ""));
    assert!(told.err.contains("did you mean `aws_autoscaling_group.workers`?"), "{}", told.err);
}

const TABLE: &str = "\
governance = \"../governance.lock.json\"
now = \"2026-12-01T09:00:00Z\"

[[case]]
name = \"growing a little is free\"
plan = \"../allowed.json\"
verdict = \"allowed\"

[[case]]
name = \"nobody grows above the ceiling\"
plan = \"../denied.json\"
verdict = \"denied\"
rules = [\"scale-above-ceiling\"]
";

#[test]
fn tables_of_tests_say_what_is_not_as_expected() {
    let desk = Desk::new();
    fs::create_dir(desk.path("tests")).expect("a folder");
    desk.put("tests/limits.test.toml", TABLE);
    let told = desk.run(&["test", "tests"]);
    assert_eq!((told.code, told.err.as_str()), (0, ""), "{}", told.out);
    assert!(told.out.ends_with("\n2 cases, all as expected\n"), "{}", told.out);

    // The twin: the same plans under expectations that are wrong.
    desk.put(
        "tests/limits.test.toml",
        TABLE
            .replace("verdict = \"denied\"", "verdict = \"consent_required\"")
            .replace("above-ceiling", "unbounded"),
    );
    let told = desk.run(&["test", "tests"]);
    assert_eq!(told.code, 1);
    for said in [
        "ok     growing a little is free",
        "wrong  nobody grows above the ceiling",
        "  = expected `consent required`, found `denied` by scale-above-ceiling",
        "  = expected a finding of `scale-unbounded`, found none that counts",
        "  = expected no finding of `scale-above-ceiling`, found: `aws_autoscaling_group.workers` could grow",
        "  = again: plancheck check --plan tests/../denied.json --governance",
        "2 cases, 1 not as expected",
    ] {
        assert!(told.out.contains(said), "no {said:?} in:\n{}", told.out);
    }

    desk.put("tests/limits.test.toml", TABLE.replace("../denied.json", "../missing.json"));
    let told = desk.run(&["test", "tests"]);
    assert_eq!(told.code, 1);
    assert!(told.out.contains("there is no plan at"), "{}", told.out);
}

#[test]
fn tables_that_test_nothing_are_errors() {
    let desk = Desk::new();
    fs::create_dir(desk.path("tests")).expect("a folder");
    assert_eq!(desk.run(&["test", "tests"]).code, 1);
    for (text, said) in [
        ("", "governance"),
        ("governance = \"../governance.lock.json\"\nnow = \"2026-12-01T09:00:00Z\"\n", "no case"),
    ] {
        desk.put("tests/a.test.toml", text);
        let told = desk.run(&["test", "tests"]);
        assert_eq!((told.code, told.out.as_str()), (1, ""));
        assert!(told.err.contains(said), "{}", told.err);
    }
    desk.put("tests/a.test.toml", TABLE.replace("../governance.lock.json", "../missing.lock.json"));
    assert_eq!(desk.run(&["test", "tests"]).code, 1);
    assert_eq!(desk.run(&["test", "no-such-folder"]).code, 1);
}

#[test]
fn every_command_has_its_manual_page() {
    let desk = Desk::new();
    let told = desk.run(&["man"]);
    assert_eq!(told.code, 0);
    assert!(told.out.contains(".TH plancheck 1") && told.out.contains("Exit codes"), "{}", told.out);
    fs::create_dir(desk.path("man1")).expect("a folder");
    assert_eq!(desk.run(&["man", "--dir", "man1"]).code, 0);
    let help = desk.run(&["--help"]).out;
    let commands =
        help.split("Commands:").nth(1).and_then(|text| text.split("\n\n").next()).expect("commands");
    let names: Vec<&str> =
        commands.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    assert!(names.contains(&"check"), "{help}");
    for name in names.into_iter().filter(|name| !name.is_empty()) {
        let page = fs::read_to_string(desk.path(&format!("man1/plancheck-{name}.1"))).expect("a page");
        assert!(page.contains(name), "{page}");
    }
    assert_eq!(desk.run(&["man", "--dir", "no-such-folder"]).code, 1);
}

#[test]
fn completions_are_written_for_the_usual_shells() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let told = desk.run(&["completions", shell]);
        assert_eq!(told.code, 0, "{shell}");
        assert!(told.out.contains("--governance") || told.out.contains("governance"), "{shell}");
    }
}

#[test]
fn names_of_files_cannot_write_to_the_terminal() {
    let desk = Desk::new();
    let told = desk.check("no\u{1b}[31msuch", &[]);
    assert_eq!(told.code, 1);
    assert!(!told.err.contains('\u{1b}'), "{:?}", told.err);
}

#[test]
fn governance_can_be_worked_on_before_it_is_applied() {
    let desk = Desk::new();
    fs::create_dir_all(desk.path("governance")).expect("a folder");
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/quickstart/governance/main.tf");
    let example = fs::read_to_string(example).expect("the example");
    let scope = "    accounts = [\"aws:123456789012\"]\n    tags     = { workload = \"support-agents\" }\n";
    assert!(
        example.contains(scope),
        "the example selects by account and tags, which these plans do not tell"
    );
    desk.put("governance/main.tf", example.replace(scope, "    addresses = [\"**\"]\n"));
    for given in ["governance", "governance/main.tf"] {
        let told = desk.run(&["check", "--plan", "denied.json", "--governance", given, "--format", "json"]);
        assert_eq!(told.code, 2, "{given}: {}{}", told.out, told.err);
        let governance = &told.document()["governance"];
        assert_eq!((&governance["source"], &governance["pinned"]), (&json!("files"), &json!(false)));
        let allowed = desk.run(&["check", "--plan", "allowed.json", "--governance", given]);
        assert_eq!(allowed.code, 0, "{given}: {}{}", allowed.out, allowed.err);
    }
    desk.put("governance/more.tf", "resource \"remit_envelope\" \"x\" {\n  name = var.name\n}\n");
    let told = desk.run(&["check", "--plan", "allowed.json", "--governance", "governance"]);
    assert_eq!(told.code, 1, "{}", told.out);
    assert!(told.err.contains("governance/more.tf:2:10"), "{}", told.err);
    let told = desk.run(&["check", "--plan", "allowed.json", "--governance", "nowhere.tf"]);
    assert!(told.code == 1 && told.err.contains("nowhere.tf"), "{}", told.err);
}

#[test]
fn a_first_envelope_is_suggested_and_allows_what_there_is() {
    let desk = Desk::new();
    let key = format!("--key={KEY}");
    let people = [
        "--owner",
        "Mina Okafor <mina@example.com>",
        "--approver",
        "Dana <dana@example.com>",
        "--function",
        "finance",
        &key,
    ];
    let told = desk.run(&[&["suggest", "--plan", "consent.json", "--name", "team-a"], &people[..]].concat());
    assert_eq!(told.code, 0, "{}", told.err);
    desk.put("governance.tf", &told.out);
    let judge = |plan: &str| desk.run(&["check", "--plan", plan, "--governance", "governance.tf"]).code;
    assert_eq!((judge("consent.json"), judge("denied.json")), (0, 2));
    let blank = desk.run(&["suggest", "--plan", "consent.json"]);
    assert!(blank.code == 0 && blank.out.contains("Fill in"), "{}", blank.out);
    desk.put("governance.tf", &blank.out);
    assert_eq!(judge("consent.json"), 1);
    for wrong in [
        &["suggest"][..],
        &["suggest", "--plan", "a", "--state", "b"],
        &["suggest", "--state", "consent.json", "--owner", "x"],
    ] {
        assert_eq!(desk.run(wrong).code, 1, "{wrong:?}");
    }
}

#[test]
fn vendor_defaults_are_reviewed_listed_and_explained() {
    let desk = Desk::new();
    let mut relying = plan(4);
    let function = json!({
        "address": "aws_lambda_function.f", "mode": "managed", "type": "aws_lambda_function", "name": "f",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": { "actions": ["create"], "before": null, "after": { "function_name": "f", "reserved_concurrent_executions": null }, "after_unknown": {},
            "before_sensitive": false, "after_sensitive": {} },
    });
    relying["resource_changes"].as_array_mut().expect("changes").push(function);
    desk.put("relying.json", relying.to_string());
    let audit =
        |plan: &str, format: &str| desk.run(&["defaults", "audit", "--plan", plan, "--format", format]);
    for format in ["markdown", "csv", "json"] {
        let told = audit("relying.json", format);
        assert_eq!(told.code, 3, "{format}: {}{}", told.out, told.err);
        assert!(
            told.out.contains("aws-lambda-reserved-concurrency")
                && told.out.contains("aws_lambda_function.f"),
            "{}",
            told.out
        );
    }
    assert_eq!(audit("allowed.json", "json").code, 0);
    assert_eq!(audit("nowhere.json", "json").code, 1);
    let listed = desk.run(&["defaults", "list", "--type", "aws_lambda_function"]);
    assert!(listed.code == 0 && listed.out.contains("aws-lambda-reserved-concurrency"), "{}", listed.out);
    let explained = desk.run(&["defaults", "explain", "aws-lambda-reserved-concurrency"]);
    assert!(explained.code == 0 && explained.out.contains("What you carry"), "{}", explained.out);
    let near = desk.run(&["defaults", "explain", "aws-lambda-reserved-concurency"]);
    assert!(near.code == 1 && near.err.contains("did you mean"), "{}", near.err);
}
