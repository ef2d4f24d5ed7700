//! Any text as a list of accepted findings or a table of tests: never a panic, and a table that is read tests something.
//!
//! From the folder `plancheck`, with `cargo install cargo-fuzz` and no nightly toolchain:
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run list_reader -- -max_total_time=60`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plancheck::accepted::Accepted;
use plancheck::cases::Table;

fuzz_target!(|text: &str| {
    let accepted = Accepted::read("list", text);
    assert!(accepted.is_ok_and(|list| list.digest.starts_with("sha256:")) || !text.is_empty());
    if let Ok(table) = Table::read("table", text) {
        assert!(!table.cases.is_empty());
    }
});
