//! The conformance provider driven by the real Terraform or OpenTofu, whichever are there.
//!
//! "Item" numbers are those of the checklist of what earns a provider trust: 1 empty second plan, 2 also after refreshes and with
//! answers in another order, 3 and 4 optional attributes come and go, 5 recreated when gone, 6 drift shows the one field, 7 an error
//! on read is no answer, 8 unknown inputs, 9 applied as planned, 10 computed values stay, 11 replacement as documented, 12 repaired
//! after an interrupt, 13 partial failure is resumable, 14 import, 15 generated configuration, 16 wrong import id, 17 older state,
//! 18 moves. Those not here are in
//! `sdk_checklist.rs`; item 11 is tested in process, in `tests/in_process.rs` of the SDK. What needs a newer tool is in `sdk_newer.rs`.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test, also outside its test functions")]

mod sdk_support;

use std::process::Command;
use std::time::{Duration, Instant};

use sdk_support::{Setting, thing, with_each};
use tf_provider_sdk::testing::cli::Ended;

const FULL: &str = r#"
resource "conformance_thing" "a" {
  name   = "Red-Box"
  region = "eu"
  weight = 123456789012345678901234567890.5
  tags   = { x = "y" }
  labels = ["b", "a"]
  extra  = { deep = [1, "two", null, 0.1], big = 1e30 }
  secret = "s3cret-value"
  secret_version = 1
  password = "hunter-two"
  net    = {}
  disks  = [{ size = 1 }, { size = 2.5 }]
  rules  = [{ port = 80 }, { port = 443 }]
  zones  = { a = {}, b = { count = 2 } }
}
data "conformance_thing" "a" {
  id = conformance_thing.a.id
}
output "size" { value = data.conformance_thing.a.size }
output "joined" { value = provider::conformance::join("-", "a", null, conformance_thing.a.etag) }
"#;

/// Items 1 and 2: what the cloud answers for `labels` and `rules` comes in another order each time.
#[test]
fn a_whole_life() {
    with_each(|cli| {
        let setting = Setting::new(cli, FULL);
        let applied = setting.apply();
        assert!(
            applied.stdout.contains("joined = \"a-1\"") && applied.stdout.contains("size = 3"),
            "{}",
            applied.stdout
        );
        for _ in 0..3 {
            setting.plan_is_empty();
        }
        let state = std::fs::read_to_string(setting.work.folder().join("terraform.tfstate")).unwrap();
        assert!(!state.contains("s3cret-value") && state.contains("123456789012345678901234567890.5"));
        assert!(!setting.run(&["plan"]).stdout.contains("hunter-two"));

        setting.things(&FULL.replace("port = 80", "port = 22").replace("[\"b\", \"a\"]", "[\"c\"]"));
        let plan = setting.must(&["plan"]);
        assert!(plan.stdout.contains("1 to change"), "{}", plan.stdout);
        setting.apply();
        setting.plan_is_empty();

        setting.things(&FULL.replace("\"eu\"", "\"us\""));
        let plan = setting.must(&["plan"]);
        assert!(plan.stdout.contains("# forces replacement"), "{}", plan.stdout);
        setting.apply();
        setting.plan_is_empty();

        setting.must(&["destroy", "-auto-approve"]);
        assert!(!setting.in_state());
        assert_eq!(setting.cloud.path().read_dir().unwrap().count(), 0);
    });
}

/// Items 3 and 4.
#[test]
fn each_optional_attribute_comes_and_goes() {
    with_each(|cli| {
        let setting = Setting::new(cli, &thing(""));
        setting.apply();
        for attribute in [
            "size = 7",
            "weight = 0.1",
            "tags = { a = \"b\" }",
            "labels = []",
            "extra = [1]",
            "net = { public = true }",
            "disks = [{ size = 1 }]",
            "rules = [{ port = 1 }]",
            "zones = { a = {} }",
            "region = \"eu\"",
            "password = \"hunter-two\"",
            "secret = \"s3cret\"",
            "secret_version = 2",
            "color = \"red\"",
            "timeouts = { create = \"30m\" }",
        ] {
            setting.things(&thing(attribute));
            setting.apply();
            setting.plan_is_empty();
            setting.things(&thing(""));
            setting.apply();
            setting.plan_is_empty();
        }
    });
}

#[test]
fn another_spelling_is_no_change() {
    with_each(|cli| {
        let setting =
            Setting::new(cli, &FULL.replace("weight = 123456789012345678901234567890.5", "weight = 100"));
        setting.apply();
        let respelled = FULL
            .replace("weight = 123456789012345678901234567890.5", "weight = 100.0")
            .replace("Red-Box", "red-BOX")
            .replace("[\"b\", \"a\"]", "[\"a\", \"b\", \"b\"]")
            .replace("[{ port = 80 }, { port = 443 }]", "[{ port = 443 }, { port = 80 }]");
        setting.things(&respelled);
        setting.plan_is_empty();
    });
}

/// Items 5, 14 (by id) and 16.
#[test]
fn drift_import_and_a_thing_that_went_away() {
    with_each(|cli| {
        let setting = Setting::new(cli, &thing("size = 4"));
        setting.apply();
        let file = setting.cloud.path().join("box.json");
        std::fs::write(&file, r#"{"name": "box", "size": 9}"#).unwrap();
        let plan = setting.must(&["plan"]);
        assert!(plan.text().contains("~ size = 9 -> 4"), "{}", plan.stdout);
        setting.apply();

        setting.must(&["state", "rm", "conformance_thing.a"]);
        setting
            .fails(&["import", "conformance_thing.a", "NO!"], &["Wrong import id", "for example `red-box`"]);
        setting.must(&["import", "conformance_thing.a", "box"]);
        setting.plan_is_empty();

        std::fs::remove_file(&file).unwrap();
        let plan = setting.must(&["plan"]);
        assert!(plan.stdout.contains("1 to add"), "{}", plan.stdout);
    });
}

/// Item 8.
#[test]
fn unknown_values_pass_through() {
    with_each(|cli| {
        let config = r#"
resource "conformance_thing" "first" { name = "first" }
resource "conformance_thing" "a" {
  name   = "second-${conformance_thing.first.etag}"
  labels = [conformance_thing.first.etag, "x"]
  extra  = conformance_thing.first.etag
  disks  = [for i in [1, 2] : { size = length(conformance_thing.first.etag) + i }]
  rules  = [{ port = length(conformance_thing.first.etag) }]
}
"#;
        let setting = Setting::new(cli, config);
        setting.apply();
        setting.plan_is_empty();
    });
}

#[test]
fn errors_point_at_the_line() {
    with_each(|cli| {
        let setting = Setting::new(cli, &thing("  size = 101\n  disks = [{ size = 1 }]"));
        setting.fails(&["validate"], &["on main.tf line 3", "at most 100; it is 101"]);
        setting.things(&thing("  disks = [{ size = 1 }, { size = 0 }]\n  rules = [{ port = 0 }]"));
        setting.fails(
            &["validate"],
            &["Empty disk", "`disks[1].size`", "on main.tf line 3", "Reserved port", "on main.tf line 4"],
        );
        setting.things(&thing("  behavior = \"refuse_plan\""));
        setting.fails(&["plan"], &["Refused", "on main.tf line 3"]);
        setting.things("output \"x\" { value = provider::conformance::join(\"\", \"a\") }");
        setting.fails(&["plan"], &["Invalid value for \"separator\" parameter", "must not be empty"]);
    });
}

/// Item 13, for a create: what was made is named and saved, and replaced by the next apply.
#[test]
fn what_exists_after_a_failure_is_in_the_state() {
    with_each(|cli| {
        let setting = Setting::new(cli, &thing("behavior = \"fail_half_way\""));
        setting
            .fails(&["apply", "-auto-approve"], &["Half of it was made", "`box` exists; its rules do not."]);
        assert!(setting.in_state());
        setting.things(&thing(""));
        assert!(setting.must(&["plan"]).stdout.contains("is tainted, so must be replaced"));
        setting.apply();
        setting.plan_is_empty();

        setting.things(&thing("behavior = \"panic\"\nsize = 9"));
        setting
            .fails(&["apply", "-auto-approve"], &["The provider panicked at", "the author made a mistake"]);
        assert!(setting.in_state());
        setting.things(&thing(""));
        setting.plan_is_empty();
    });
}

#[test]
fn breaches_are_named_before_terraform_complains() {
    with_each(|cli| {
        for (behavior, expected) in [
            ("change_planned", "The plan breaks a rule at `size`"),
            ("inconsistent", "The result breaks a rule at `size`"),
            ("leave_unknown", "`etag` is still unknown"),
        ] {
            let setting = Setting::new(cli, &thing(&format!("behavior = \"{behavior}\"\nsize = 5")));
            setting.fails(&["apply", "-auto-approve"], &[expected]);
        }
    });
}

/// Item 12.
#[cfg(unix)]
#[test]
fn an_interrupt_stops_a_running_apply_and_leaves_nothing_behind() {
    with_each(|cli| {
        let setting = Setting::new(cli, &thing("behavior = \"slow\""));
        let sockets = tempfile::Builder::new().prefix("s").tempdir_in("/tmp").unwrap();
        let started = Instant::now();
        let child = setting
            .work
            .command(&["apply", "-auto-approve"])
            .env("TMPDIR", sockets.path())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        while !setting.cloud.path().join("box.json").exists() {
            assert!(started.elapsed() < Duration::from_secs(30), "the apply did not begin");
            std::thread::sleep(Duration::from_millis(20));
        }
        let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(interrupted.success());
        let ended = Ended::from(child.wait_with_output().unwrap());
        assert!(started.elapsed() < Duration::from_secs(30), "it waited for the sleep to end");
        assert!(
            ended.text().contains("The thing exists and is not complete"),
            "{}\n{}",
            ended.stdout,
            ended.stderr
        );
        assert!(setting.in_state());
        assert_eq!(sockets.path().read_dir().unwrap().count(), 0, "a socket was left behind");
        setting.things(&thing(""));
        setting.apply();
        setting.plan_is_empty();
    });
}

#[test]
fn functions_work_in_the_console() {
    with_each(|cli| {
        let setting = Setting::new(cli, "");
        let said = setting
            .work
            .run_with_input(&["console"], "provider::conformance::join(\"+\", \"a\", \"b\")\n")
            .unwrap();
        assert_eq!(said.stdout.trim(), "\"a+b\"", "{}", said.stderr);
    });
}
