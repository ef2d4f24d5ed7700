//! The real Terraform, killed without a chance to say goodbye, or its provider under it, at each call that changes something while
//! controls are made or removed. The next run repairs it. What else can go wrong, and at every call, is in `provider_faults`, in one
//! process.
#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test crate: it stops at the first thing that is not as it should be, and looks at the machine it runs on"
)]

#[path = "provider_faults/cloud.rs"]
mod cloud;
#[path = "provider_support.rs"]
mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use cloud::{MEMBER, UNIT, comparable};
use fake_cloud::{Effect, FakeCloud, Fault, Snapshot};
use serde_json::Value as Json;
use support::{Terraform, approvers, envelope};

/// Who is killed while a call is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    /// Terraform and its provider, after the call was carried out.
    Both,
    /// The provider alone, before it is. Terraform goes on and has to save what it knows.
    Provider,
}

struct Rig {
    cloud: FakeCloud,
    terraform: Terraform,
}

impl Rig {
    fn new(mut terraform: Terraform) -> Self {
        let cloud = cloud::start();
        for (name, value) in [
            ("AWS_ENDPOINT_URL", cloud.url().as_str()),
            ("AWS_ACCESS_KEY_ID", "AKIA123456789012TEST"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ] {
            terraform.set_env(name, value);
        }
        Self { cloud, terraform }
    }

    fn state_file(&self) -> PathBuf {
        self.terraform.folder().join("terraform.tfstate")
    }

    /// Puts cloud and state back to what they were together.
    fn restore(&self, at: &Snapshot, state: Option<&str>) {
        self.cloud.restore(at);
        match state {
            Some(state) => fs::write(self.state_file(), state).expect("a state"),
            None => drop(fs::remove_file(self.state_file())),
        }
        self.cloud.clear_log();
    }

    /// Runs a command, and kills at the write with this number.
    fn kill(&self, arguments: &[&str], number: usize, victim: Victim) {
        let effect = if victim == Victim::Both { Effect::HoldAfter } else { Effect::HoldBefore };
        let held = Fault { service: None, operation: None, writes_only: true, nth: number, times: 1, effect };
        self.cloud.fault(held);
        let mut running = self.terraform.spawn(arguments);
        running.wait_until(|| self.cloud.wait_until_held(Duration::from_millis(20)));
        if victim == Victim::Both {
            // Dropped, it is killed with all that it has started.
            drop(running);
        } else {
            kill_provider(&self.cloud.url());
            running.finish().expect("it ends").failed();
        }
        self.cloud.clear_faults();
        self.cloud.release();
    }
}

/// Kills the provider that talks to this cloud, and no other.
fn kill_provider(url: &str) {
    let program =
        Path::new(env!("CARGO_BIN_EXE_terraform-provider-remit")).canonicalize().expect("a program");
    let is_meant = |process: &Path| {
        let talks =
            || fs::read(process.join("environ")).is_ok_and(|of| String::from_utf8_lossy(&of).contains(url));
        fs::read_link(process.join("exe")).is_ok_and(|exe| exe == program) && talks()
    };
    let processes = fs::read_dir("/proc").expect("processes").filter_map(|entry| Some(entry.ok()?.path()));
    let found: Vec<_> = processes.filter(|process| is_meant(process)).collect();
    let [process] = found.as_slice() else { panic!("one provider was expected: {found:?}") };
    let id = process.file_name().expect("an id");
    assert!(Command::new("kill").arg("-9").arg(id).status().expect("kill runs").success());
}

fn config() -> String {
    let limits = r#"
    cost     = { currency = "USD", period = "monthly", ceiling = 12000, authorize_above = 8000, notify_at = [50] }
    regions  = { allow = ["eu-west-1", "eu-central-1"] }
    capacity = { instances = { ceiling = 20 } }
  "#;
    let more = format!(
        r#"
  agents = {{ principals = ["aws:arn:aws:iam::123456789012:role/agents/*"] }}
  deletion_protection = false
  aws = {{
    budget       = {{ subscribers = ["finops@example.com"] }}
    region_guard = {{ targets = ["{UNIT}"] }}
    tamper_guard = {{ targets = ["{UNIT}"] }}
    caps = [
      {{ scalable_target = {{ service_namespace = "ecs", resource_id = "service/prod/support", dimension = "ecs:service:DesiredCount" }}, min = 1, max = 20 }},
      {{ autoscaling_group = "workers", max = 10 }},
      {{ autoscaling_group = "batch", max = 12, account = "{MEMBER}", region = "eu-central-1" }},
      {{ lambda_function = "analysis", reserved_concurrency = 50 }},
    ]
  }}
"#
    );
    let provider = format!(
        r#"
provider "remit" {{
  aws = {{ region = "eu-west-1", accounts = {{ "{MEMBER}" = {{ role_arn = "arn:aws:iam::{MEMBER}:role/remit" }} }} }}
}}
"#
    );
    provider + &approvers() + &envelope("agents", "agents", limits, &more)
}

fn exists(cloud: &FakeCloud) -> Json {
    comparable(&cloud.state())
}

#[test]
fn a_killed_run_is_repaired_by_the_next() {
    // One tool: what is tested is what the provider finds when it comes back.
    let Some(terraform) = Terraform::each(&config()).into_iter().next() else { return };
    let rig = Rig::new(terraform);
    let (empty, nothing) = (rig.cloud.snapshot(), exists(&rig.cloud));
    rig.terraform.apply();
    let (created, all) = (rig.cloud.snapshot(), exists(&rig.cloud));
    let state = fs::read_to_string(rig.state_file()).expect("a state");
    let writes = rig.cloud.writes().len();
    rig.cloud.clear_log();
    rig.terraform.destroy();
    let deletes = rig.cloud.writes().len();
    assert_eq!(exists(&rig.cloud), nothing);

    let mut kills = 0;
    for number in 1..=writes {
        // The provider alone at every third: Terraform's part in it does not depend on the call.
        let victims: &[Victim] =
            if number % 3 == 1 { &[Victim::Both, Victim::Provider] } else { &[Victim::Both] };
        for victim in victims {
            rig.restore(&empty, None);
            rig.kill(&["apply", "-auto-approve"], number, *victim);
            rig.terraform.apply();
            assert_eq!(exists(&rig.cloud), all, "{victim:?} killed at write {number} of create");
            rig.cloud.clear_log();
            rig.terraform.assert_empty("after the repair");
            assert!(rig.cloud.writes().is_empty());
            kills += 1;
        }
    }
    for number in 1..=deletes {
        rig.restore(&created, Some(&state));
        rig.kill(&["destroy", "-auto-approve"], number, Victim::Both);
        rig.terraform.destroy();
        assert_eq!(exists(&rig.cloud), nothing, "killed at write {number} of destroy");
        kills += 1;
    }
    eprintln!("{kills} kills: {writes} writes of create, {deletes} of destroy");
}
