//! Any bytes as the `aws` block of an envelope: never a panic, and what is accepted is written and read again as the same, loosens nothing
//! against itself, and is compiled without a panic.
//!
//! From the folder `plancheck`, with `cargo install cargo-fuzz` and no nightly toolchain:
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run aws_block -- -max_total_time=60`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use remit_governance::{Approver, compose::loosened, control::aws::compile, envelope::Envelope, json::Json};

const ENVELOPE: &str = include_str!("../../../crates/governance/fixtures/envelope.json");

const DANA: &str = r#"{"name":"Dana Reyes","email":"dana.reyes@example.com","function":"finance","assurance":"touch_pin","keys":[
    "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIOwDa2R69x8unH2XjRrTFC6z/o0i5CJZILqep3fmHBTnAAAABHNzaDo="
]}"#;

fn dana() -> Approver {
    Json::parse(DANA).ok().and_then(|json| Approver::declare(&json).ok()).expect("an approver")
}

/// Without somebody who can approve no envelope is accepted, whatever its block says.
fn consent() -> Json {
    let approvers = Json::Array(vec![Json::from(dana().record())]);
    let quorum = Json::parse(r#"{"finance":1}"#).expect("JSON");
    Json::Object([("approvers".to_owned(), approvers), ("quorum".to_owned(), quorum)].into())
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (Ok(block), Ok(Json::Object(mut members))) = (Json::parse(text), Json::parse(ENVELOPE)) else { return };
    members.insert("aws".to_owned(), block);
    members.insert("consent".to_owned(), consent());
    if let Ok(envelope) = Envelope::declare(&Json::Object(members)) {
        let again = Envelope::from_record(&envelope.record()).expect("a record is read back");
        assert_eq!(again, envelope);
        let now = "2026-12-01T00:00:00Z".parse().expect("a time");
        assert!(loosened(&envelope, &envelope, now, |_, _| false).is_empty());
        let _ = compile(&envelope, &[dana()]);
    }
});
