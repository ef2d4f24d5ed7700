//! The double as a process: what the quickstart starts and shows.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test crate: it stops at the first thing that is not as it should be"
)]

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Output, Stdio},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_fake-cloud");

struct Served(Child, String);

impl Served {
    fn start(seed: &str) -> Self {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), seed).expect("a seed");
        let mut command = Command::new(PROGRAM);
        command.arg("serve").arg("--seed").arg(file.path()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("it starts");
        let mut url = String::new();
        // It has read its seed when it says where it is.
        BufReader::new(process.stdout.take().expect("its stdout")).read_line(&mut url).expect("a line");
        Self(process, url.trim().to_owned())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().expect("it starts")
}

#[test]
fn what_exists_is_shown() {
    let seed = r#"{ "organization": { "units": { "ou-abcd-12345678": {} } },
        "accounts": { "123456789012": { "regions": { "eu-west-1": {
            "auto_scaling_groups": { "workers": { "min": 1, "max": 40, "desired": 8 } },
            "functions": { "analysis": {}, "other": { "reserved_concurrency": 3 } } } } } } }"#;
    let served = Served::start(seed);
    let shown = run(&["show", &served.1]);
    insta::assert_snapshot!(String::from_utf8_lossy(&shown.stdout), @"
    organization o-exampleorg1
    account 123456789012
      eu-west-1 Auto Scaling group workers: 1 to 40, 8 desired
      eu-west-1 Lambda function analysis: no concurrency reserved
      eu-west-1 Lambda function other: 3 concurrent executions reserved
    ");
}

#[test]
fn what_cannot_be_is_told() {
    let told = |arguments: &[&str]| {
        let ran = run(arguments);
        assert_eq!(ran.status.code(), Some(1), "{ran:?}");
        String::from_utf8_lossy(&ran.stderr).into_owned()
    };
    assert!(told(&["serve", "--seed", "absent.json"]).starts_with("error: absent.json: "));
    assert!(told(&["show", "http://127.0.0.1:1"]).starts_with("error: http://127.0.0.1:1: "));
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), r#"{ "acounts": {} }"#).expect("a seed");
    let path = file.path().display().to_string();
    assert!(told(&["serve", "--seed", &path]).contains("unknown field `acounts`"));
}
