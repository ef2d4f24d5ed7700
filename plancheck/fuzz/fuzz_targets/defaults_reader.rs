//! Any text as a file of a Python project, as configuration, and as one side of a comparison: never a panic, and the same answer twice.
//!
//! From the folder `plancheck`: `RUSTC_BOOTSTRAP=1 cargo fuzz run defaults_reader -- -max_total_time=60`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plancheck::declared::WrittenFile;
use plancheck::defaults::diff::{self, Document};
use plancheck::defaults::python::{self, Form, ProjectFile};
use plancheck::defaults::written;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for form in [Form::Requirements, Form::Lock, Form::PipfileLock, Form::Project] {
        let file = ProjectFile { path: "x", text };
        assert_eq!(python::read(form, file).ok(), python::read(form, file).ok());
    }
    let file = WrittenFile { path: "main.tf".to_owned(), text: text.to_owned() };
    assert_eq!(written::as_plan(&[file.clone()]).ok(), written::as_plan(&[file]).ok());
    let document = [Document { name: "x", bytes }];
    if let Ok(changes) = diff::compare(&document, &document) {
        assert!(changes.0.is_empty(), "nothing differs from itself: {changes:?}");
    }
});
