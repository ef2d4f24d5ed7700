//! Any bytes as a governance lock: never a panic, and what is read is written and read again as the same lock.
//!
//! From the folder `plancheck`, with `cargo install cargo-fuzz` and no nightly toolchain:
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run lock_reader -- -max_total_time=60`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plancheck::declared::Declared;
use remit_governance::Lock;

fuzz_target!(|bytes: &[u8]| {
    let declared = Declared::from_lock(bytes);
    if let Ok(lock) = Lock::parse(bytes) {
        let again = Lock::parse(lock.to_json().as_bytes()).expect("a lock reads what it wrote");
        assert_eq!(lock.digest(), again.digest());
        assert_eq!(lock.serial(), again.serial());
        assert_eq!(declared.is_ok(), !lock.envelopes().is_empty());
    }
});
