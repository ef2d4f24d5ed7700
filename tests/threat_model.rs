//! The threat model names a test for every row, and every test that it names is there. What they show is theirs to say.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "black-box test: it reads the guide and the sources"
)]

use std::{collections::BTreeSet, fs, path::Path};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Where the tests of an attack can be.
const SOURCES: [&str; 3] = ["crates", "plancheck", "tests"];

/// Rows of the tables, each as its cells, with the heading of its last column.
fn rows(page: &str) -> Vec<(String, Vec<String>)> {
    let mut rows = Vec::new();
    let mut last = String::new();
    for line in page.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<String> =
            line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
        if cells[0] == "attacker" || cells[0] == "attack" {
            last.clone_from(cells.last().unwrap());
        } else if !cells[0].starts_with("---") {
            rows.push((last.clone(), cells));
        }
    }
    rows
}

fn named(cell: &str) -> BTreeSet<String> {
    cell.split_whitespace().map(|name| name.trim_matches('`').to_owned()).collect()
}

/// Names of functions that an attribute marks as tests.
fn tests_below(folder: &Path, found: &mut BTreeSet<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            tests_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            let marked = source.split("#[test]").skip(1).filter_map(|rest| {
                let (_, rest) = rest.split_once("fn ")?;
                rest.split_once('(').map(|(name, _)| name.to_owned())
            });
            found.extend(marked);
        }
    }
}

#[test]
fn every_row_of_the_threat_model_names_tests_that_are_there() {
    let page = fs::read_to_string(Path::new(ROOT).join("docs/guides/threat-model.md")).unwrap();
    let mut there = BTreeSet::new();
    for folder in SOURCES {
        tests_below(&Path::new(ROOT).join(folder), &mut there);
    }
    let rows = rows(&page);
    assert!(rows.len() > 30, "the tables are not found: {} rows", rows.len());
    let mut missing = Vec::new();
    for (heading, cells) in &rows {
        assert_eq!(heading, "tests", "a table has no column of tests: {cells:?}");
        let names = named(cells.last().unwrap());
        assert!(!names.is_empty() && cells.len() > 2, "no test is named for: {cells:?}");
        missing.extend(names.into_iter().filter(|name| !there.contains(name)));
    }
    assert_eq!(missing, Vec::<String>::new(), "named in the threat model, and no test");
}
