//! Any bytes as a signed line, a record, a rationale, a checkpoint, a proof bundle and keys: never a panic, and what is read is written
//! and read again as the same.
//!
//! From the folder `plancheck`, with `cargo install cargo-fuzz` and no nightly toolchain:
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run log_reader -- -max_total_time=60`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use remit_decision_log::{
    checkpoint::{Checkpoint, Witness},
    dsse,
    key::{LogKey, MachineKey},
    proof::Bundle,
    rationale::Rationale,
    record::Record,
};

fuzz_target!(|bytes: &[u8]| {
    let key = MachineKey::from_seed("log", [1; 32]).expect("a name").public();
    if let Ok(signed) = dsse::read(bytes) {
        let _ = signed.is_signed_by(&key);
    }
    if let Ok(record) = Record::parse(bytes) {
        let again = record.to_json().expect("a record is written");
        assert_eq!(Record::parse(&again).expect("a record reads what it wrote"), record);
    }
    if let Ok(bundle) = Bundle::parse(bytes) {
        let _ = bundle.verify(&key);
    }
    let _ = (Rationale::parse(bytes), Checkpoint::open(bytes, &key), Checkpoint::peek(bytes));
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = (LogKey::parse(text), MachineKey::parse(text), Witness::parse(text));
    }
});
