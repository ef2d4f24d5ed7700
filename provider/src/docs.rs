//! The Registry pages under `docs/` say what the schemas say. With `REMIT_UPDATE_DOCS=1` this test writes them.

use std::path::Path;

use tf_provider_sdk::docs::{Files, Options, check_or_write, read, render};

use crate::provider::Remit;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn pages() -> Files {
    let examples = read(&root().join("examples")).unwrap();
    render(&Remit, &Options::new().examples(examples)).unwrap()
}

#[test]
fn docs_are_current() {
    if let Err(stale) = check_or_write(&pages(), &root().join("docs"), "REMIT_UPDATE_DOCS") {
        panic!("{stale}");
    }
}

#[test]
fn every_page_has_an_example_and_every_attribute_a_description() {
    for (path, text) in pages() {
        assert!(text.contains("## Example Usage"), "docs/{path} has no example");
        for line in text.lines().filter(|line| line.starts_with("- `")) {
            let description = line.split_once(") ").map(|(_, description)| description).unwrap_or_default();
            assert!(!description.is_empty() && !description.starts_with("(see"), "docs/{path}: {line}");
        }
    }
}
