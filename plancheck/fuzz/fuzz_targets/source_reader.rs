//! Any text as a file of the source, in both syntaxes: never a panic, the same answer twice, and never a word of the text in what is said
//! of it.
//!
//! From the folder `plancheck`, with `cargo install cargo-fuzz` and no nightly toolchain:
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run source_reader -- -max_total_time=60`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plancheck::source::{Files, Index};

struct One<'a>(&'a str, &'a str);

impl Files for One<'_> {
    fn list(&self, _: &str) -> Result<Vec<String>, String> {
        Ok(vec![self.0.to_owned()])
    }

    fn read(&self, _: &str) -> Result<Option<String>, String> {
        Ok(Some(self.1.to_owned()))
    }
}

fuzz_target!(|text: &str| {
    for name in ["main.tf", "main.tf.json", "a_override.tf"] {
        let index = Index::read(&One(name, text), "infra");
        let again = Index::read(&One(name, text), "infra");
        assert_eq!(index.unread, again.unread);
        for unread in &index.unread {
            let rest = unread.why.strip_prefix("line ").unwrap_or_default();
            assert!(rest.is_empty() || rest.starts_with(|first: char| first.is_ascii_digit()));
        }
    }
});
