//! A folder, a cloud and the conformance provider, for the tests that drive the real tools.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;
use tf_provider_sdk::testing::cli::{Cli, Ended, Workspace};

/// Built by the test: cargo builds examples for some of its commands only.
fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let deps = std::env::current_exe().unwrap().parent().unwrap().to_owned();
        let built = Command::new(env!("CARGO"))
            .args([
                "build",
                "--quiet",
                "--package",
                "tf-provider-sdk",
                "--example",
                "conformance",
                "--target-dir",
            ])
            .arg(deps.ancestors().nth(2).unwrap())
            .status();
        assert!(built.unwrap().success());
        deps.parent().unwrap().join("examples/conformance").with_extension(std::env::consts::EXE_EXTENSION)
    })
}

pub(super) struct Setting {
    pub(super) work: Workspace,
    pub(super) cloud: TempDir,
}

impl Setting {
    pub(super) fn new(cli: &Cli, things: &str) -> Self {
        let work = Workspace::new(cli, "example/conformance", binary()).unwrap();
        let cloud = tempfile::tempdir().unwrap();
        let provider =
            format!("provider \"conformance\" {{\n  folder = \"{}\"\n}}\n", cloud.path().display());
        work.write("provider.tf", &provider).unwrap();
        let setting = Self { work, cloud };
        setting.things(things);
        setting
    }

    pub(super) fn things(&self, text: &str) {
        self.work.write("main.tf", text).unwrap();
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Ended {
        self.work.run(arguments).unwrap()
    }

    #[track_caller]
    pub(super) fn must(&self, arguments: &[&str]) -> Ended {
        let ended = self.run(arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}\n{}\n{}", ended.stdout, ended.stderr);
        ended
    }

    #[track_caller]
    pub(super) fn fails(&self, arguments: &[&str], expected: &[&str]) {
        let ended = self.run(arguments);
        assert_eq!(ended.code, Some(1), "{arguments:?}\n{}", ended.stdout);
        for part in expected {
            assert!(ended.text().contains(part), "`{part}` is not in:\n{}\n{}", ended.stdout, ended.stderr);
        }
    }

    #[track_caller]
    pub(super) fn apply(&self) -> Ended {
        self.must(&["apply", "-auto-approve"])
    }

    /// 0 for an empty plan, 2 for one with changes.
    #[track_caller]
    pub(super) fn plan_is_empty(&self) {
        let ended = self.run(&["plan", "-detailed-exitcode"]);
        assert_eq!(ended.code, Some(0), "{}\n{}", ended.stdout, ended.stderr);
    }

    pub(super) fn in_state(&self) -> bool {
        !self.must(&["state", "list"]).stdout.trim().is_empty()
    }
}

/// Runs a test with every program that is there.
pub(super) fn with_each(test: impl Fn(&Cli)) {
    Cli::find_all().unwrap().iter().for_each(test);
}

pub(super) fn thing(body: &str) -> String {
    format!("resource \"conformance_thing\" \"a\" {{\n  name = \"box\"\n{body}\n}}\n")
}
