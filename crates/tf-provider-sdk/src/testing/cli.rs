//! Drives the real `terraform` and `tofu`, for the tests of providers.
//!
//! A test asks for the tools that are there ([`Cli::find_all`]) and does its work once with each, in a [`Workspace`] of its own: a
//! temporary folder with configuration, state, a home and a temporary folder, cut off from the settings of whoever runs the test
//! and from the network.
//!
//! ```no_run
//! use tf_provider_sdk::testing::cli::{Cli, Workspace};
//!
//! # const BINARY: &str = "";
//! # fn main() -> std::io::Result<()> {
//! for cli in Cli::find_all()? {
//!     let workspace = Workspace::new(&cli, "example/zoo", BINARY.as_ref())?;
//!     workspace.write("main.tf", r#"resource "zoo_animal" "rex" { name = "Rex" }"#)?;
//!     workspace.apply()?.succeeded();
//!     workspace.plan()?.shows_no_changes();
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What prevents a test from running is an error; what the tool does is in [`Ended`], whose checks show all of its output.
//!
//! `TF_PROVIDER_TEST_CLIS` names the tools, as paths divided like those in `PATH`; without it, `terraform` and `tofu` are looked
//! for on `PATH`. Where there are none, the test is skipped aloud, or fails if `TF_PROVIDER_REQUIRE_CLI` is `1`, as it should be
//! in continuous integration.
#![allow(
    clippy::disallowed_methods,
    reason = "it runs against the clock and takes its tools from the environment"
)]

mod run;
#[cfg(test)]
mod tests;
mod workspace;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

pub use run::{Ended, Running};
pub use workspace::Workspace;

/// Lists the tools to test with.
pub const CLIS: &str = "TF_PROVIDER_TEST_CLIS";
/// Set to `1`, it makes the lack of a tool an error where it would be a reason to skip.
pub const REQUIRE: &str = "TF_PROVIDER_REQUIRE_CLI";

/// Says aloud that a test does not run, or fails where skipping is not allowed.
pub fn skip_or_fail(reason: &str) -> io::Result<()> {
    if std::env::var_os(REQUIRE).is_some_and(|value| value == "1") {
        return Err(io::Error::other(format!("{REQUIRE} is set, but {reason}")));
    }
    io::stderr().write_all(format!("SKIPPED: {reason}\n").as_bytes())
}

/// An installed `terraform` or `tofu`.
#[derive(Debug, Clone)]
pub struct Cli {
    program: PathBuf,
    name: String,
}

impl Cli {
    /// The tools to test with; none after having said so. Fails if a tool that is named does not run, or if none is there
    /// although one is required.
    pub fn find_all() -> io::Result<Vec<Self>> {
        let found: Vec<Self> = match std::env::var_os(CLIS).filter(|list| !list.is_empty()) {
            Some(list) => {
                let no_tool = |program: &Path| {
                    io::Error::other(format!(
                        "{CLIS} names `{}`, which is no tool that runs",
                        program.display()
                    ))
                };
                let named = std::env::split_paths(&list);
                named
                    .map(|program| Self::at(&program).ok_or_else(|| no_tool(&program)))
                    .collect::<io::Result<_>>()?
            }
            None => ["terraform", "tofu"].iter().filter_map(|name| Self::at(Path::new(name))).collect(),
        };
        if found.is_empty() {
            skip_or_fail(&format!("there is neither `terraform` nor `tofu` on PATH, and {CLIS} is not set"))?;
        }
        Ok(found)
    }

    /// The tool at a path, or of that name on `PATH`, if it runs.
    pub fn at(program: &Path) -> Option<Self> {
        let output = Command::new(program).arg("version").env("CHECKPOINT_DISABLE", "1").output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let name = text
            .lines()
            .next()
            .filter(|line| line.starts_with("Terraform v") || line.starts_with("OpenTofu v"))?;
        Some(Self { program: program.to_owned(), name: name.to_owned() })
    }

    /// `Terraform v1.11.4`, as the tool calls itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The program, as it was found.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// True for OpenTofu, whose versions count apart from Terraform's.
    pub fn is_opentofu(&self) -> bool {
        self.name.starts_with("OpenTofu")
    }

    /// True from this version of the tool on. What cannot be read counts as older.
    pub fn is_at_least(&self, major: u32, minor: u32) -> bool {
        let mut parts = self.name.split_once(" v").map_or("", |(_, version)| version).split('.');
        let mut next = || parts.next().and_then(|part| part.parse::<u32>().ok());
        match (next(), next()) {
            (Some(own_major), Some(own_minor)) => (own_major, own_minor) >= (major, minor),
            _ => false,
        }
    }
}
