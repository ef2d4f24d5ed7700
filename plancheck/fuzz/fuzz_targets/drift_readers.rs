//! Any bytes as what a drift run is given besides plans: the report of the run before, an export of `CloudTrail`, accepted drift. Never a
//! panic, and whatever a trail holds is in the order of its times.
//!
//! From the folder `plancheck`, with `cargo install cargo-fuzz` and no nightly toolchain:
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run drift_readers -- -max_total_time=60`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plancheck::drift::{Accepted, Previous, Trail};

fuzz_target!(|bytes: &[u8]| {
    let _ = Previous::read("last", bytes);
    let mut trail = Trail::default();
    if trail.read("trail", bytes).is_ok() {
        assert!(trail.events.is_sorted_by_key(|event| event.time));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Accepted::read("list", text);
    }
});
