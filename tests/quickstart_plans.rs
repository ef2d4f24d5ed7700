//! The plans of the quickstart are what the real Terraform makes of its configuration through the replay stub. The test makes
//! them again and compares; with `REMIT_UPDATE_PLANS=1` it writes them instead.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test crate: it stops at the first thing that is not as it should be, and looks at the machine it runs on"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use schema_replay::reindent;
use tf_provider_sdk::testing::cli::{Cli, Workspace, skip_or_fail};

const STUB: &str = env!("CARGO_BIN_EXE_schema-replay");
const UPDATE: &str = "REMIT_UPDATE_PLANS";

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn quickstart() -> PathBuf {
    here().join("../../examples/quickstart")
}

fn copy(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
}

/// The stub in a folder of its own, with what it replays beside it.
fn stub(folder: &Path) -> PathBuf {
    for name in ["replay-schema.json", "replay-overlay.json"] {
        copy(&here().join("aws").join(name), &folder.join(name));
    }
    let stub = folder.join("stub").with_extension(std::env::consts::EXE_EXTENSION);
    copy(Path::new(STUB), &stub);
    stub
}

/// What runs today is applied, then the change is planned.
fn plan(cli: &Cli, stub: &Path, change: &Path) -> String {
    let workspace = Workspace::mirrored(cli, "hashicorp/aws", stub, "6.0.0").expect("a workspace");
    for entry in fs::read_dir(quickstart().join("workload")).expect("the workload") {
        let file = entry.expect("a file of the workload").path();
        copy(&file, &workspace.folder().join(file.file_name().expect("a name")));
    }
    copy(change, &workspace.folder().join("change.tfvars"));
    // The workload says itself what it requires.
    workspace.write("required.tf", "").expect("an empty file");
    workspace.init().expect("the tool starts").succeeded();
    workspace.apply().expect("the tool starts").succeeded();
    let run = |arguments: &[&str]| workspace.run(arguments).expect("the tool starts").succeeded();
    run(&["plan", "-var-file=change.tfvars", "-out=plan.bin"]);
    reindent(&run(&["show", "-json", "plan.bin"]).stdout) + "\n"
}

/// Lines that differ from run to run, or from one Terraform to the next, though the plan is the same.
fn comparable(plan: &str) -> String {
    let passing = |line: &&str| {
        !["\"timestamp\":", "\"terraform_version\":"].iter().any(|key| line.trim_start().starts_with(key))
    };
    plan.lines().filter(passing).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_plans_of_the_quickstart_are_current() {
    let Some(cli) = terraform() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let stub = stub(folder.path());
    let mut plans: Vec<_> = fs::read_dir(quickstart().join("plans"))
        .expect("plans")
        .map(|entry| entry.expect("a plan").path())
        .collect();
    plans.retain(|folder| folder.join("change.tfvars").is_file());
    plans.sort();
    assert_eq!(plans.len(), 3, "{plans:?}");
    for folder in plans {
        let (made, file) = (plan(&cli, &stub, &folder.join("change.tfvars")), folder.join("plan.json"));
        if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
            fs::write(&file, made).expect("the plan is written");
        } else {
            let shipped = fs::read_to_string(&file).unwrap_or_default();
            let current = comparable(&shipped) == comparable(&made);
            assert!(
                current,
                "{} is stale: run this test with {UPDATE}=1 and review the difference",
                file.display()
            );
        }
    }
}

/// Terraform only: in a plan of OpenTofu the same provider has another address.
fn terraform() -> Option<Cli> {
    let found = Cli::find_all().expect("tools to test with").into_iter().find(|cli| !cli.is_opentofu());
    if found.is_none() {
        let required = std::env::var_os("REMIT_REQUIRE_TERRAFORM").is_some_and(|value| value == "1");
        assert!(!required, "REMIT_REQUIRE_TERRAFORM is set, and there is no terraform");
        skip_or_fail("the plans are made with terraform, which is not there").expect("skipping is allowed");
    }
    found
}
