//! The examples are judged as they say: every table of tests under `examples`, by the process that people run.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "black-box test: it reads files and runs processes, and fails where something is not as it should be"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const BIN: &str = env!("CARGO_BIN_EXE_plancheck");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn plancheck(args: &[&str]) -> Output {
    Command::new(BIN)
        .current_dir(root())
        .args(args)
        .env_remove("GITHUB_STEP_SUMMARY")
        .output()
        .expect("plancheck starts")
}

/// Every folder at or below this one that holds a table.
fn tables(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of examples") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            tables(&path, found);
        } else if path.to_string_lossy().ends_with(".test.toml") {
            found.push(folder.to_owned());
        }
    }
}

#[test]
fn every_table_of_the_examples_is_as_expected() {
    let mut folders = Vec::new();
    tables(&root().join("examples"), &mut folders);
    folders.sort();
    folders.dedup();
    assert!(!folders.is_empty(), "no example has a table");
    for folder in folders {
        let told = plancheck(&["test", folder.to_str().expect("UTF-8")]);
        let text = String::from_utf8_lossy(&told.stdout);
        assert_eq!(told.status.code(), Some(0), "{text}{}", String::from_utf8_lossy(&told.stderr));
    }
}
