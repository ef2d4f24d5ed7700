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

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
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

#[test]
fn reports_go_to_files_in_their_own_formats_too() {
    let desk = Desk::new();
    let told = desk.check("denied.json", &["--output", "report.txt", "--output", "json=report.json"]);
    assert_eq!(told.code, 2);
    assert_eq!(fs::read_to_string(desk.path("report.txt")).expect("a report"), told.out);
    let document: Value =
        serde_json::from_slice(&fs::read(desk.path("report.json")).expect("a report")).expect("JSON");
    assert_eq!(document["verdict"], "denied");

    for (output, message) in [
        ("denied.json", "which is read"),
        ("json=./governance.lock.json", "which is read"),
        ("no/such/folder", "cannot be written"),
    ] {
        let told = desk.check("denied.json", &["--output", output]);
        assert_eq!(told.code, 1, "{output}");
        assert!(told.err.contains(message), "{output}: {}", told.err);
    }
    assert_eq!(desk.check("denied.json", &["--output", "a", "--output", "json=a"]).code, 1);
    assert_eq!(desk.check("denied.json", &[]).code, 2, "what is read is still whole");
}

#[test]
fn every_format_can_be_asked_for_and_all_of_them_at_once() {
    let desk = Desk::new();
    let formats = ["human", "json", "sarif", "junit", "github", "gitlab", "markdown", "atlantis"];
    let outputs: Vec<String> = formats.iter().map(|format| format!("{format}={format}.out")).collect();
    let now = ["--now", "2026-12-01T09:00:00Z"];
    let args: Vec<&str> =
        now.into_iter().chain(outputs.iter().flat_map(|output| ["--output", output])).collect();
    assert_eq!(desk.check("denied.json", &args).code, 2);
    for format in formats {
        let told = desk.check("denied.json", &["--format", format, now[0], now[1]]);
        assert_eq!(told.code, 2, "{format}");
        assert_eq!(told.out, fs::read_to_string(desk.path(&format!("{format}.out"))).expect("a report"));
        assert!(told.out.contains("could grow above the ceiling"), "{format}: {}", told.out);

        let told = desk.check("missing.json", &["--format", format]);
        assert_eq!(told.code, 1, "{format}");
        assert_eq!(told.out.contains("there is no plan"), format != "human", "{format}: {}", told.out);
    }
}

#[test]
fn the_step_summary_is_added_to_and_only_where_annotations_are_written() {
    let desk = Desk::new();
    desk.put("summary.md", "before\n");
    let run = |format: &str| {
        let mut command = desk.command(&[
            "check",
            "--plan",
            "denied.json",
            "--governance",
            "governance.lock.json",
            "--format",
            format,
        ]);
        Told::from(command.env("GITHUB_STEP_SUMMARY", "summary.md").output().expect("plancheck starts"))
    };
    assert_eq!(run("human").code, 2);
    assert_eq!(fs::read_to_string(desk.path("summary.md")).expect("the summary"), "before\n");
    let told = run("github");
    assert!(told.out.starts_with("::error title=scale-above-ceiling::"), "{}", told.out);
    let summary = fs::read_to_string(desk.path("summary.md")).expect("the summary");
    assert!(summary.starts_with("before\n<!-- plancheck -->\n### plancheck: denied\n"), "{summary}");
}

#[test]
fn a_file_of_accepted_findings_is_named_with_its_digest() {
    let desk = Desk::new();
    let entry = |max: u32| {
        format!(
            "[[accept]]\nrule = \"scale-above-ceiling\"\naddress = \"aws_autoscaling_group.workers\"\nup_to = {max}\n\
             owner = \"lee@example.com\"\nreason = \"year end\"\nexpires = 2099-12-31\n"
        )
    };
    desk.put("accepted.toml", entry(50));
    let told = desk.check("denied.json", &["--accepted", "accepted.toml"]);
    assert_eq!(told.code, 0, "{}{}", told.out, told.err);
    assert!(
        told.out.contains("accepted[scale-above-ceiling]") && told.out.contains("sha256:"),
        "{}",
        told.out
    );
    assert!(told.out.contains("1 of 1 entry in `accepted.toml`"), "{}", told.out);

    desk.put("accepted.toml", entry(49));
    assert_eq!(desk.check("denied.json", &["--accepted", "accepted.toml"]).code, 2);
    for (file, message) in
        [("missing.toml", "there is no list"), ("denied.json", "no list of accepted findings")]
    {
        let told = desk.check("denied.json", &["--accepted", file]);
        assert_eq!(told.code, 1, "{file}");
        assert!(told.err.contains(message), "{file}: {}", told.err);
    }
}

#[test]
fn the_report_names_the_command_that_makes_it_again() {
    let desk = Desk::new();
    let first = desk.check("denied.json", &["--workspace", "my prod", "--format", "json"]).document();
    let again = first["again"]
        .as_str()
        .expect("a command")
        .replace("plancheck check", &format!("'{BIN}' check --format json"));
    let mut command = Command::new("sh");
    let told =
        Told::from(command.current_dir(desk.folder.path()).args(["-c", &again]).output().expect("a shell"));
    assert_eq!((told.code, told.document()), (2, first));
}

fn piped(desk: &Desk, input: &[u8]) -> Told {
    let mut command = desk.command(&["check", "--plan", "-", "--governance", "governance.lock.json"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("plancheck starts");
    // A refused plan is not read to its end.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    Told::from(child.wait_with_output().expect("plancheck ends"))
}

#[test]
fn a_plan_comes_through_a_pipe_in_any_encoding() {
    let desk = Desk::new();
    let text = plan(50).to_string();
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let wrapped = format!("[command]/usr/bin/terraform show -json tfplan\n{text}\n::debug::done\n");
    for (name, input) in [("plain", text.as_bytes()), ("UTF-16", &utf16), ("wrapped", wrapped.as_bytes())] {
        let told = piped(&desk, input);
        assert_eq!(told.code, 2, "{name}: {}{}", told.out, told.err);
    }
    let cut = piped(&desk, &text.as_bytes()[..text.len() - 1]);
    assert_eq!((cut.code, cut.out.as_str()), (1, ""), "{}", cut.err);
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let desk = Desk::new();
    let mut command =
        desk.command(&["check", "--plan", "denied.json", "--governance", "governance.lock.json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("plancheck starts");
    drop(child.stdout.take());
    let told = Told::from(child.wait_with_output().expect("plancheck ends"));
    assert_eq!((told.code, told.err.as_str()), (2, ""));
}

#[test]
fn a_report_that_cannot_be_written_is_not_an_answer() {
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else {
        eprintln!("SKIPPED: this system has no /dev/full");
        return;
    };
    let desk = Desk::new();
    let mut command =
        desk.command(&["check", "--plan", "allowed.json", "--governance", "governance.lock.json"]);
    let told = Told::from(command.stdout(full).stderr(Stdio::piped()).output().expect("plancheck starts"));
    assert_eq!(told.code, 1);
    assert!(told.err.contains("cannot be written"), "{}", told.err);
}

#[test]
fn there_is_color_on_a_terminal_unless_somebody_minds() {
    let desk = Desk::new();
    let piped = desk.check("denied.json", &[]).out;
    assert!(!piped.contains('\u{1b}'), "{piped:?}");
    let on_terminal = |extra: &str, variable: Option<(&str, &str)>| {
        let line = format!("'{BIN}' check --plan denied.json --governance governance.lock.json {extra}");
        let mut command = Command::new("script");
        command.current_dir(desk.folder.path()).args(["-qec", &line, "/dev/null"]).stdin(Stdio::null());
        command.env_remove("NO_COLOR").env("TERM", "xterm").envs(variable);
        command
            .output()
            .ok()
            .filter(|output| output.status.code() == Some(2))
            .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let Some(colored) = on_terminal("", None) else {
        eprintln!("SKIPPED: no `script` here to stand in for a terminal");
        return;
    };
    assert!(colored.contains("\u{1b}[31m"), "{colored:?}");
    for (extra, variable) in
        [("--no-color", None), ("", Some(("NO_COLOR", "1"))), ("", Some(("TERM", "dumb")))]
    {
        let plain = on_terminal(extra, variable).expect("a second terminal");
        assert!(!plain.contains('\u{1b}'), "{extra} {variable:?}: {plain:?}");
    }
    assert!(
        on_terminal("", Some(("NO_COLOR", ""))).expect("a terminal").contains('\u{1b}'),
        "set to nothing is not set"
    );
}

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
