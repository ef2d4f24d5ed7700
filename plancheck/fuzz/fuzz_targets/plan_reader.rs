//! Any bytes as a plan: never a panic, one answer whether from memory or from a stream, and the same answer twice.
//!
//! From the folder `plancheck`, with `cargo install cargo-fuzz` and no nightly toolchain:
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run plan_reader -- -max_total_time=60`.
//! Real plans make good seeds: copy a few into `fuzz/corpus/plan_reader` first, and add `-max_len=65536`.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use plancheck::render::human::{self, Color};
use plancheck::report::Given;
use plancheck::{Governance, PlanInput, check};
use remit_governance::{Approver, Envelope, Json, Lock};

static LOCK: LazyLock<String> = LazyLock::new(|| {
    let approver = r#"{"name":"Dana Reyes","email":"dana.reyes@example.com","function":"finance","assurance":"touch_pin","keys":["sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAAAABHNzaDo= dana"]}"#;
    let approver = Approver::declare(&Json::parse(approver).expect("JSON")).expect("an approver").record();
    let envelope = r#"{"name":"team-a","purpose":"fuzzing","owner":{"name":"Mina Okafor","email":"mina.okafor@example.com"},
        "scope":{"addresses":["**"],"tags":{"workload":"agents"},"accounts":["aws:123456789012"]},
        "limits":{"regions":{"allow":["eu-west-1"]},"capacity":{"instances":{"ceiling":20,"authorize_above":12},"nodes":{"ceiling":9},
        "tasks":{"ceiling":20},"concurrency":{"ceiling":200},"replicas":{"ceiling":20},"model_units":{"ceiling":20}}},
        "consent":{"approvers":[APPROVER],"quorum":{"finance":1}}}"#;
    let quoted = Json::String(approver.clone()).to_text();
    let envelope = Json::parse(&envelope.replace("APPROVER", &quoted)).expect("JSON");
    let envelope = Envelope::declare(&envelope).expect("an envelope").record();
    Lock::build(&[&approver, &envelope], 1).expect("a lock").to_json()
});

fuzz_target!(|plan: &[u8]| {
    let given =
        || Given { workspace: None, account: None, now: "2026-11-23T12:00:00Z".parse().expect("an instant") };
    let governance = Governance::Lock { name: "lock", bytes: LOCK.as_bytes() };
    let whole = check(PlanInput::Bytes(plan), governance, given());
    let again = check(PlanInput::Bytes(plan), governance, given());
    assert_eq!(whole, again);
    let mut rest = plan;
    let streamed = check(PlanInput::Stream(&mut rest), governance, given());
    assert_eq!(whole.is_ok(), streamed.is_ok(), "{whole:?} {streamed:?}");
    if let (Ok(whole), Ok(streamed)) = (&whole, &streamed) {
        assert_eq!(whole, streamed);
        let text = human::report(whole, Color::No);
        assert!(!text.contains('\u{1b}'), "control characters of a plan reach the terminal");
        let _ = plancheck::render::json::report(whole);
    }
    // The same bytes as a plan that brings its own governance.
    let _ = check(PlanInput::Bytes(plan), Governance::PriorState, given());
});
