//! Every Registry example is applied by the real Terraform, plans empty afterward, and is destroyed again.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test crate: it stops at the first thing that is not as it should be, and looks at the machine it runs on"
)]

#[path = "provider_support.rs"]
mod support;

use std::path::{Path, PathBuf};

use fake_cloud::{FakeCloud, Seed};
use support::Terraform;

/// The example of every page, and for resources the import block beside it.
fn examples() -> Vec<(PathBuf, Option<PathBuf>)> {
    let root = support::root().join("examples");
    let mut found = vec![(root.join("provider/provider.tf"), None)];
    for (folder, file) in
        [("resources", "resource.tf"), ("data-sources", "data-source.tf"), ("functions", "function.tf")]
    {
        for entry in std::fs::read_dir(root.join(folder)).expect("a folder of examples") {
            let entry = entry.expect("an entry").path();
            let import = (folder == "resources").then(|| entry.join("import-by-string-id.tf"));
            found.push((entry.join(file), import));
        }
    }
    found.sort();
    found
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// As the example, but so that it can be destroyed at once.
fn unprotected(text: &str) -> String {
    text.replace("  deletion_protection = true\n", "")
        .replace("  purpose = ", "  deletion_protection = false\n  purpose = ")
}

fn apply_and_destroy(terraform: &Terraform, name: &str) {
    terraform.apply();
    terraform.assert_empty(&format!("after applying {name}"));
    let main = text(&terraform.folder().join("main.tf"));
    terraform.write("main.tf", &unprotected(&main));
    terraform.apply();
    terraform.destroy();
}

#[test]
fn each_example_applies_plans_empty_and_is_destroyed() {
    let examples = examples();
    assert!(examples.len() >= 6, "{examples:?}");
    for (example, import) in examples {
        for terraform in Terraform::each(&text(&example)) {
            terraform.must(&["fmt", "-check", "-diff"]);
            terraform.must(&["validate"]);
            apply_and_destroy(&terraform, &example.display().to_string());
            if let Some(import) = &import {
                terraform.write("main.tf", &text(&example));
                terraform.write("import.tf", &text(import));
                apply_and_destroy(&terraform, &import.display().to_string());
            }
        }
    }
}

#[test]
fn the_lock_of_the_quickstart_is_the_one_that_its_governance_makes() {
    let folder = support::root().join("examples/quickstart");
    for mut terraform in Terraform::each(&text(&folder.join("governance/main.tf"))) {
        let seed = Seed::from_json(&text(&folder.join("cloud.json"))).expect("a seed");
        let cloud = FakeCloud::start(seed).expect("a cloud");
        for (name, value) in [
            ("TF_VAR_cloud", cloud.url().as_str()),
            ("AWS_ACCESS_KEY_ID", "AKIA123456789012FAKE"),
            ("AWS_SECRET_ACCESS_KEY", "fake"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ] {
            terraform.set_env(name, value);
        }
        terraform.apply();
        let shipped = text(&folder.join("governance.lock.json"));
        assert_eq!(
            terraform.output("governance_lock"),
            shipped,
            "put the output `governance_lock` of examples/quickstart/governance into examples/quickstart/governance.lock.json"
        );
    }
}

#[test]
fn what_plancheck_suggests_is_applied() {
    let suggested = text(&support::root().join("examples/plancheck/suggest/governance.tf"));
    for terraform in Terraform::each(&suggested) {
        terraform.must(&["validate"]);
        apply_and_destroy(&terraform, "the suggestion");
    }
}
