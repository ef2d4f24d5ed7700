//! Values of a type that has every kind of type in it, from the host's MessagePack.
//!
//! `cargo fuzz run msgpack --fuzz-dir crates/tf-provider-sdk/fuzz -- -max_total_time=600`; on a stable toolchain with
//! `RUSTC_BOOTSTRAP=1` in the environment.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tf_provider_sdk::fuzzing::msgpack(bytes));
