//! Stored state, which anything may have edited.
//!
//! `cargo fuzz run state_json --fuzz-dir crates/tf-provider-sdk/fuzz -- -max_total_time=600`; on a stable toolchain with
//! `RUSTC_BOOTSTRAP=1` in the environment.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tf_provider_sdk::fuzzing::state_json(bytes));
