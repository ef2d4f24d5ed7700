//! The plans of the examples are what the real Terraform makes of their configuration through the replay stub. The tests make
//! them again and compare; with `REMIT_UPDATE_PLANS=1` they write them instead.
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

fn examples() -> PathBuf {
    here().join("../../examples")
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

fn copy_all(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let file = entry.expect("a file of the configuration").path();
        copy(&file, &to.join(file.file_name().expect("a name")));
    }
}

/// What runs today is applied, then what `change` makes of the folder is planned, with these arguments.
fn plan(cli: &Cli, stub: &Path, before: &Path, change: impl FnOnce(&Path), arguments: &[&str]) -> String {
    let workspace = Workspace::mirrored(cli, "hashicorp/aws", stub, "6.0.0").expect("a workspace");
    copy_all(before, &workspace.folder());
    // The workload says itself what it requires.
    workspace.write("required.tf", "").expect("an empty file");
    workspace.init().expect("the tool starts").succeeded();
    workspace.apply().expect("the tool starts").succeeded();
    change(&workspace.folder());
    let run = |arguments: &[&str]| workspace.run(arguments).expect("the tool starts").succeeded();
    run(&[&["plan", "-out=plan.bin"], arguments].concat());
    reindent(&run(&["show", "-json", "plan.bin"]).stdout) + "\n"
}

/// Compares with the file, or writes it.
fn current(made: &str, file: &Path) {
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        return fs::write(file, made).expect("the plan is written");
    }
    let shipped = fs::read_to_string(file).unwrap_or_default();
    assert!(
        comparable(&shipped) == comparable(made),
        "{} is stale: run this test with {UPDATE}=1 and review the difference",
        file.display()
    );
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
    let quickstart = examples().join("quickstart");
    let mut plans: Vec<_> = fs::read_dir(quickstart.join("plans"))
        .expect("plans")
        .map(|entry| entry.expect("a plan").path())
        .collect();
    plans.retain(|folder| folder.join("change.tfvars").is_file());
    plans.sort();
    assert_eq!(plans.len(), 3, "{plans:?}");
    for folder in plans {
        let change = |workspace: &Path| copy(&folder.join("change.tfvars"), &workspace.join("change.tfvars"));
        let made = plan(&cli, &stub, &quickstart.join("workload"), change, &["-var-file=change.tfvars"]);
        current(&made, &folder.join("plan.json"));
    }
}

#[test]
fn the_plans_of_the_scenarios_are_current() {
    let Some(cli) = terraform() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let stub = stub(folder.path());
    let scenarios = fs::read_dir(examples().join("plancheck")).expect("scenarios");
    let scenarios = scenarios.map(|entry| entry.expect("a scenario").path());
    // A folder without a state to start from, such as that of a suggestion, has no plan.
    let scenarios = scenarios.filter(|path| path.join("before").is_dir());
    let mut made = 0;
    for scenario in scenarios {
        let change = |workspace: &Path| copy_all(&scenario.join("after"), workspace);
        current(&plan(&cli, &stub, &scenario.join("before"), change, &[]), &scenario.join("plan.json"));
        made += 1;
    }
    assert_ne!(made, 0, "there is no scenario");
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
