//! Reports: where they go, in which formats, and what they hold of the run.

use std::{fs, process::Command};

use serde_json::Value;

use crate::{BIN, Desk, Told};

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
