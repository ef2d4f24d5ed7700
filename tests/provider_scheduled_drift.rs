//! The runnable example of scheduled drift runs comes out as it says, with the programs just built.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "black-box test: it runs a script, and fails where something is not as it should be"
)]

use std::path::Path;
use std::process::Command;

use tf_provider_sdk::testing::cli::Cli;

const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-remit");

#[test]
fn the_example_comes_out_as_it_says() {
    let found = Cli::find_all().expect("tools to test with");
    let required = std::env::var_os("REMIT_REQUIRE_TERRAFORM").is_some_and(|value| value == "1");
    assert!(!found.is_empty() || !required, "REMIT_REQUIRE_TERRAFORM is set, and there is no tool");
    if found.is_empty() {
        return eprintln!("skipped: neither terraform nor tofu is on PATH");
    }
    let programs = Path::new(PROVIDER).parent().expect("a folder");
    for program in ["plancheck", "fake-cloud"] {
        let path = programs.join(program).with_extension(std::env::consts::EXE_EXTENSION);
        assert!(
            path.exists(),
            "{} is not built: test the whole workspace, or build it first",
            path.display()
        );
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/scheduled-drift/run.sh");
    let ran = Command::new("bash").arg(script).env("REMIT_BIN", programs).output().expect("bash");
    let text = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{text}");
    for line in [
        "incident[limit_loosened]: `max` of the Auto Scaling group `support-workers` is `200`, and `20` was approved",
        "is not attached to `ou-abcd-12345678` any more",
        "`arn:aws:sts::123456789012:assumed-role/autoscaler/support` called `autoscaling:UpdateAutoScalingGroup`",
        "= since: unchanged, first told of at 2026-12-01T04:00:00Z",
        "over: resolved: ",
        "Each run came out as expected.",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}
