//! The real tools with the provider just built, and the configurations that the `provider_*` tests share.
#![allow(dead_code, reason = "each test crate uses its part")]

use std::path::{Path, PathBuf};

use tf_provider_sdk::testing::cli::{Cli, Ended, Running, Workspace};

const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-remit");
const CAN_START: &str = "the tool can be started";

/// A working folder of one configuration. What prevents a test from running fails it.
pub(crate) struct Terraform {
    workspace: Workspace,
    /// Its own messages differ from Terraform's.
    pub(crate) is_opentofu: bool,
}

impl Terraform {
    /// One for each tool there is. None, said aloud, where there is none; a failure where one is required.
    pub(crate) fn each(config: &str) -> Vec<Self> {
        let found = Cli::find_all().expect("tools to test with");
        let required = std::env::var_os("REMIT_REQUIRE_TERRAFORM").is_some_and(|value| value == "1");
        assert!(!found.is_empty() || !required, "REMIT_REQUIRE_TERRAFORM is set, and there is no tool");
        let set_up = |cli: &Cli| {
            let workspace = Workspace::new(cli, "remit/remit", Path::new(PROVIDER)).expect("a workspace");
            let terraform = Self { workspace, is_opentofu: cli.is_opentofu() };
            terraform.write("main.tf", config);
            terraform
        };
        found.iter().map(set_up).collect()
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.workspace.folder()
    }

    /// Writes a file of the configuration. Where it says which providers it requires, nobody else does.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let written = self.workspace.write(name, text).and_then(|()| {
            if text.contains("required_providers") { self.workspace.write("required.tf", "") } else { Ok(()) }
        });
        written.expect("a file of the configuration");
    }

    /// A variable of the environment of everything that runs from now on.
    pub(crate) fn set_env(&mut self, name: &str, value: &str) {
        self.workspace.set_env(name, value);
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        self.workspace.run(args).expect(CAN_START)
    }

    /// Runs a command that has to succeed.
    #[track_caller]
    pub(crate) fn must(&self, args: &[&str]) -> Ended {
        self.run(args).succeeded()
    }

    pub(crate) fn spawn(&self, args: &[&str]) -> Running {
        self.workspace.spawn(args).expect(CAN_START)
    }

    #[track_caller]
    pub(crate) fn apply(&self) -> Ended {
        self.workspace.apply().expect(CAN_START).succeeded()
    }

    #[track_caller]
    pub(crate) fn destroy(&self) -> Ended {
        self.workspace.destroy().expect(CAN_START).succeeded()
    }

    pub(crate) fn plan(&self) -> Ended {
        self.workspace.plan().expect(CAN_START)
    }

    /// The plan proposes nothing.
    #[track_caller]
    pub(crate) fn assert_empty(&self, when: &str) {
        let ran = self.plan();
        assert_eq!(ran.code, Some(0), "the plan {when} is not empty:\n{ran}");
    }

    pub(crate) fn import(&self, address: &str, id: &str) -> Ended {
        self.workspace.import(address, id).expect(CAN_START)
    }

    pub(crate) fn state(&self) -> serde_json::Value {
        self.workspace.state().expect(CAN_START)
    }

    /// The attributes of a resource in the state.
    #[track_caller]
    pub(crate) fn attributes(&self, address: &str) -> serde_json::Value {
        let found = self.workspace.attributes(address).expect(CAN_START);
        assert!(found.is_object(), "{address} is not in the state");
        found
    }

    /// A plan with changes, as JSON.
    #[track_caller]
    pub(crate) fn planned(&self) -> serde_json::Value {
        self.plan().shows_changes();
        self.workspace.planned().expect(CAN_START)
    }

    #[track_caller]
    pub(crate) fn output(&self, name: &str) -> String {
        self.must(&["output", "-raw", name]).stdout
    }
}

/// The error messages alone, unwrapped, without the place in the configuration file.
pub(crate) fn errors(ran: &Ended) -> String {
    let plain = |line: &str| line.trim_matches(|c: char| "│╷╵".contains(c) || c.is_whitespace()).to_owned();
    let said = format!("{}{}", ran.stdout, ran.stderr).lines().map(plain).collect::<Vec<_>>().join("\n");
    let mut errors = Vec::new();
    for block in said.split("\nError: ").skip(1) {
        let paragraphs = block.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
        let mut paragraphs = paragraphs.peekable();
        let title = paragraphs.next().unwrap_or_default();
        // on main.tf line 3, in resource "remit_envelope" "team":
        // 3:   consent = {
        let place = paragraphs.next_if(|paragraph| paragraph.contains("on main.tf line "));
        let line = place.and_then(|place| place.lines().find_map(|line| line.split_once(": ")));
        let line = line.map(|(_, line)| format!("\n  at: {}", line.trim()));
        let rest: Vec<_> = paragraphs.map(|paragraph| paragraph.replace('\n', " ")).collect();
        errors.push(format!("{title}{}\n  {}", line.unwrap_or_default(), rest.join("\n  ")));
    }
    errors.sort();
    errors.join("\n")
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub(crate) const DANA: &str = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIOwDa2R69x8unH2XjRrTFC6z/o0i5CJZILqep3fmHBTnAAAABHNzaDo=";
pub(crate) const LEE: &str = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIK1pTbb8PLPPG6bjs2EiPJBHWeA/6m/quBjD9k92xctwAAAABHNzaDo=";

/// Two approvers that an envelope can refer to.
pub(crate) fn approvers() -> String {
    format!(
        r#"
resource "remit_approver" "dana" {{
  name      = "Dana Reyes"
  email     = "dana.reyes@example.com"
  function  = "finance"
  keys      = ["{DANA} dana"]
  assurance = "touch_pin"
}}

resource "remit_approver" "lee" {{
  name      = "Lee Park"
  email     = "lee.park@example.com"
  function  = "security"
  keys      = ["{LEE} lee"]
  assurance = "touch_pin"
}}
"#
    )
}

/// The smallest envelope, with further attributes.
pub(crate) fn envelope(label: &str, name: &str, limits: &str, more: &str) -> String {
    format!(
        r#"
resource "remit_envelope" "{label}" {{
  name    = "{name}"
  purpose = "Routing and document analysis"
  owner   = {{ name = "Mina Okafor", email = "mina.okafor@example.com" }}
  scope   = {{ tags = {{ workload = "{name}" }} }}
  limits  = {{ {limits} }}
  consent = {{
    approvers = [remit_approver.dana.record, remit_approver.lee.record]
    quorum    = {{ finance = 1, security = 1 }}
  }}
  review = {{ every = "quarter", due = "2027-02-28" }}
  {more}
}}
"#
    )
}
