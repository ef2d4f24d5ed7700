//! Ctrl-C in the middle of an apply leaves a state that the next apply repairs.
#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test crate: it stops at the first thing that is not as it should be, and looks at the machine it runs on"
)]

#[path = "provider_support.rs"]
mod support;

use support::{Terraform, approvers, envelope};

const MANY: usize = 40;

#[test]
fn an_interrupted_apply_is_repaired_by_the_next() {
    let envelopes =
        envelope("many", "team-${count.index}", "capacity = { instances = { ceiling = 20 } }", "");
    let text = approvers() + &envelopes.replace("  name    =", &format!("  count   = {MANY}\n  name    ="));
    for terraform in Terraform::each(&text) {
        let mut apply = terraform.spawn(&["apply", "-auto-approve", "-parallelism=1"]);
        // Terraform writes the state after each resource.
        let state = terraform.folder().join("terraform.tfstate");
        let made = || std::fs::read_to_string(&state).unwrap_or_default().matches("\"index_key\"").count();
        apply.wait_until(|| made() >= 5);
        apply.interrupt().expect("it still runs");
        let interrupted = apply.finish().expect("it ends").failed();

        let left = terraform.state()["values"]["root_module"]["resources"].as_array().map_or(0, Vec::len);
        assert!((5..MANY + 2).contains(&left), "{left} resources after the interruption:\n{interrupted}");
        terraform.apply();
        terraform.assert_empty("after the interrupted apply was repeated");
    }
}
