//! The folder in which a tool runs, and the commands that tests need most.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value as Json;
use tempfile::TempDir;

use super::{Cli, Ended, Running};

/// What `plan` leaves for [`Workspace::planned`].
const PLAN_FILE: &str = "saved.tfplan";

/// A folder in which one tool runs providers. Gone when dropped; state is not destroyed first.
#[derive(Debug)]
pub struct Workspace {
    root: TempDir,
    cli: Cli,
    environment: Vec<(String, OsString)>,
}

impl Workspace {
    /// With the provider as an override, as its developers use it: there is nothing to `init`. `source` is an address such as
    /// `example/zoo`, and the binary may have any name.
    ///
    /// The file `required.tf` with the provider's address is there already. Replace it where the configuration under test has
    /// one of its own.
    pub fn new(cli: &Cli, source: &str, binary: &Path) -> io::Result<Self> {
        let workspace = Self::bare(cli)?;
        let folder = workspace.path("overrides");
        install(source, binary, &folder, "")?;
        let folder = folder.display().to_string();
        workspace.settings(&format!("  dev_overrides {{\n    {source:?} = {folder:?}\n  }}\n"))?;
        workspace.require(source, "")?;
        Ok(workspace)
    }

    /// With the provider in a mirror, as `init` installs it for its users; so [`Self::init`] comes first. `required.tf` is as
    /// in [`Self::new`], and asks for this version.
    pub fn mirrored(cli: &Cli, source: &str, binary: &Path, version: &str) -> io::Result<Self> {
        let workspace = Self::bare(cli)?;
        let mirror = workspace.path("mirror");
        let package = mirror.join(mirror_folder(cli, source)).join(version).join(platform());
        install(source, binary, &package, &format!("_v{version}"))?;
        let mirror = mirror.display().to_string();
        workspace.settings(&format!("  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n"))?;
        workspace.require(source, &format!(", version = {version:?}"))?;
        Ok(workspace)
    }

    /// With no provider but those that are part of the tool.
    pub fn bare(cli: &Cli) -> io::Result<Self> {
        let root = tempfile::Builder::new().prefix("tf").tempdir()?;
        let workspace = Self { root, cli: cli.clone(), environment: Vec::new() };
        for folder in ["work", "home", "tmp"] {
            std::fs::create_dir(workspace.path(folder))?;
        }
        workspace.settings("  dev_overrides {}\n")?;
        Ok(workspace)
    }

    /// No other source of providers is named, so none is asked.
    fn settings(&self, installation: &str) -> io::Result<()> {
        std::fs::write(self.path("settings.tfrc"), format!("provider_installation {{\n{installation}}}\n"))
    }

    fn require(&self, source: &str, version: &str) -> io::Result<()> {
        let line = format!("    {} = {{ source = {source:?}{version} }}\n", kind(source));
        self.write("required.tf", &format!("terraform {{\n  required_providers {{\n{line}  }}\n}}\n"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// The folder with the configuration and the state.
    pub fn folder(&self) -> PathBuf {
        self.path("work")
    }

    /// Writes a file of the configuration, or replaces it.
    pub fn write(&self, name: &str, text: &str) -> io::Result<()> {
        let file = self.folder().join(name);
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(file, text)
    }

    /// Sets a variable for the tool and the provider. They inherit none but `PATH`.
    pub fn set_env(&mut self, name: &str, value: impl Into<OsString>) {
        self.environment.push((name.to_owned(), value.into()));
    }

    /// What the tool and the providers left in their folder for temporary files, such as sockets of providers that did not end
    /// in order.
    pub fn leftovers(&self) -> Vec<OsString> {
        let entries = std::fs::read_dir(self.path("tmp")).into_iter().flatten();
        entries.filter_map(|entry| Some(entry.ok()?.file_name())).collect()
    }

    /// `init`.
    pub fn init(&self) -> io::Result<Ended> {
        self.run(&["init"])
    }

    /// `validate`.
    pub fn validate(&self) -> io::Result<Ended> {
        self.run(&["validate"])
    }

    /// `plan`, kept for [`Self::planned`]. Exit code 0: nothing to do, 2: changes, 1: failed.
    pub fn plan(&self) -> io::Result<Ended> {
        let keep = format!("-out={PLAN_FILE}");
        self.run(&["plan", "-detailed-exitcode", &keep])
    }

    /// `apply`, without asking.
    pub fn apply(&self) -> io::Result<Ended> {
        self.run(&["apply", "-auto-approve"])
    }

    /// `destroy`, without asking.
    pub fn destroy(&self) -> io::Result<Ended> {
        self.run(&["destroy", "-auto-approve"])
    }

    /// `import` by id.
    pub fn import(&self, address: &str, id: &str) -> io::Result<Ended> {
        self.run(&["import", address, id])
    }

    /// `console`, which evaluates one expression.
    pub fn console(&self, expression: &str) -> io::Result<Ended> {
        self.run_with_input(&["console"], &format!("{expression}\n"))
    }

    /// `show -json` of the plan that [`Self::plan`] kept.
    pub fn planned(&self) -> io::Result<Json> {
        Ok(self.run(&["show", "-json", PLAN_FILE])?.json())
    }

    /// `show -json` of the state.
    pub fn state(&self) -> io::Result<Json> {
        Ok(self.run(&["show", "-json"])?.json())
    }

    /// The attributes of one object in the state's root module, null if it is not there.
    pub fn attributes(&self, address: &str) -> io::Result<Json> {
        let state = self.state()?;
        let resources = state.pointer("/values/root_module/resources").and_then(Json::as_array);
        let found =
            resources.into_iter().flatten().find(|resource| resource.get("address") == Some(&address.into()));
        Ok(found.and_then(|resource| resource.get("values")).cloned().unwrap_or_default())
    }

    /// Runs any command to its end.
    pub fn run(&self, arguments: &[&str]) -> io::Result<Ended> {
        self.spawn(arguments)?.finish()
    }

    /// Runs any command with this on its stdin.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> io::Result<Ended> {
        Running::start(self.command(arguments), Some(input))?.finish()
    }

    /// Starts any command, for tests that interrupt it.
    pub fn spawn(&self, arguments: &[&str]) -> io::Result<Running> {
        Running::start(self.command(arguments), None)
    }

    /// The command with nothing of the tester's own settings in its environment, not yet started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.cli.program());
        command.args(arguments).current_dir(self.folder()).env_clear().stdin(Stdio::null());
        for kept in ["PATH", "SystemRoot"] {
            command.envs(std::env::var_os(kept).map(|value| (kept, value)));
        }
        command.env("HOME", self.path("home")).env("APPDATA", self.path("home"));
        for name in ["TMPDIR", "TMP", "TEMP"] {
            command.env(name, self.path("tmp"));
        }
        command.env("TF_CLI_CONFIG_FILE", self.path("settings.tfrc")).env("TF_CLI_ARGS", "-no-color");
        command.env("TF_INPUT", "0").env("TF_IN_AUTOMATION", "1").env("CHECKPOINT_DISABLE", "1");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// `zoo` of `example/zoo`.
fn kind(source: &str) -> &str {
    source.rsplit('/').next().unwrap_or(source)
}

/// Puts the binary where the tool looks for it.
fn install(source: &str, binary: &Path, folder: &Path, suffix: &str) -> io::Result<()> {
    let installed =
        folder.join(format!("terraform-provider-{}{suffix}{}", kind(source), std::env::consts::EXE_SUFFIX));
    std::fs::create_dir_all(folder)?;
    let no_binary =
        |error: io::Error| io::Error::new(error.kind(), format!("`{}`: {error}", binary.display()));
    let binary = binary.canonicalize().map_err(no_binary)?;
    #[cfg(unix)]
    return std::os::unix::fs::symlink(binary, installed);
    #[cfg(not(unix))]
    std::fs::copy(binary, installed).map(drop)
}

/// Where a mirror keeps it. Without a host, each tool means its own registry.
pub(super) fn mirror_folder(cli: &Cli, source: &str) -> String {
    let host = if cli.is_opentofu() { "registry.opentofu.org" } else { "registry.terraform.io" };
    match source.split('/').count() {
        2 => format!("{host}/{source}"),
        _ => source.to_owned(),
    }
}

/// As registries and mirrors name this one.
fn platform() -> String {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let machine = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    };
    format!("{system}_{machine}")
}
