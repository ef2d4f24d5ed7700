//! Consent as the provider enforces it, under the real Terraform: creation by the trust root, loosening by the people in
//! force before, and every way around them that the threat model names. People sign with keys made in software in the
//! format of FIDO2 hardware; none is at hand here.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test crate: it stops at the first thing that is not as it should be, and looks at the machine it runs on"
)]

#[path = "provider_support.rs"]
mod support;

use std::collections::BTreeSet;

use remit_governance::{
    Approver, TrustRoot,
    approval::{Approval, Moved, Signed, Statement},
    consent::Function,
    history::{Declaration, Evidence, History, Refused, advance, end},
    testing::{Person, trust_root},
    time::Timestamp,
};
use support::{Terraform, envelope};
use tf_provider_sdk::testing::cli::Ended;

const PIN: &str = "REMIT_TRUST_ROOT_SHA256";
const PROVIDER: &str = r#"
provider "remit" {
  approvals_dir = "${path.root}/approvals"
  trust_root    = "${path.root}/trust.json"
}
"#;

struct Scene {
    terraform: Terraform,
    trust: TrustRoot,
    rita: Person,
    dana: Person,
    lee: Person,
}

impl Scene {
    fn each() -> Vec<Self> {
        let rita = Person::with_fido("rita", Function::Security, 11);
        let dana = Person::with_fido("dana", Function::Finance, 1);
        let lee = Person::with_fido("lee", Function::Security, 2);
        let trust = trust_root(&[&rita], 1);
        let set_up = |mut terraform: Terraform| {
            terraform.write("trust.json", &trust.to_json());
            terraform.set_env(PIN, &trust.digest().to_string());
            Self { terraform, trust: trust.clone(), rita: rita.clone(), dana: dana.clone(), lee: lee.clone() }
        };
        Terraform::each("").into_iter().map(set_up).collect()
    }

    fn config(&self, ceiling: u32) -> String {
        self.config_with(ceiling, "")
    }

    fn config_with(&self, ceiling: u32, more: &str) -> String {
        let approver = |person: &Person| {
            format!(
                r#"
resource "remit_approver" "{0}" {{
  name     = "{0}"
  email    = "{0}@example.com"
  function = "{1}"
  keys     = ["{2}"]
}}
"#,
                person.name,
                person.function,
                person.public_key().trim()
            )
        };
        let limits = format!("capacity = {{ instances = {{ ceiling = {ceiling} }} }}");
        let lock = r#"
data "remit_governance_lock" "this" {
  records   = [remit_approver.dana.record, remit_approver.lee.record, remit_envelope.team.record]
  histories = [remit_approver.dana.history, remit_approver.lee.history, remit_envelope.team.history]
}
output "lock" { value = data.remit_governance_lock.this.json }
"#;
        let more = format!("deletion_protection = false\n{more}");
        PROVIDER.to_owned()
            + &approver(&self.dana)
            + &approver(&self.lee)
            + &envelope("team", "team", &limits, &more)
            + lock
    }

    fn write(&self, config: &str) {
        self.terraform.write("main.tf", config);
    }

    fn people(&self) -> [Approver; 2] {
        [self.dana.approver(), self.lee.approver()]
    }

    /// Signs whatever the plan needs, by these people, and puts it where the provider looks.
    fn sign(&self, request: &str, people: &[&Person]) {
        for (index, signed) in self.signed(request, people).iter().enumerate() {
            self.terraform.write(&format!("approvals/{request}-{index}.json"), &signed.to_json());
        }
    }

    fn signed(&self, request: &str, people: &[&Person]) -> Vec<Signed> {
        let plan = self.terraform.planned();
        let mut signed = Vec::new();
        for change in plan["resource_changes"].as_array().unwrap() {
            let side =
                |name: &str, attribute: &str| change["change"][name][attribute].as_str().map(str::to_owned);
            let prior = side("before", "history").map(|text| History::parse(&text).unwrap());
            let proposed = side("after", "record").map(|text| Declaration::from_record(&text).unwrap());
            let Some(unapproved) = self.needs(prior.as_ref(), proposed.as_ref()) else { continue };
            let named = prior.as_ref().and_then(History::in_force).or(proposed.as_ref()).unwrap();
            let moved = Moved {
                kind: named.kind(),
                name: named.name(),
                prior: prior.as_ref().and_then(History::in_force).map(Declaration::digest),
                proposed: proposed.as_ref().map(Declaration::digest),
                digest: unapproved.transition,
            };
            signed.extend(people.iter().map(|person| {
                person.sign(Statement::Approval(Approval {
                    request: request.repeat(32),
                    transitions: vec![moved.clone()],
                    requested_at: now(),
                    expires_at: later(),
                    signed_at: now(),
                    ..person.approval(std::slice::from_ref(&unapproved.policy.under))
                }))
            }));
        }
        signed
    }

    fn needs(
        &self,
        prior: Option<&History>,
        proposed: Option<&Declaration>,
    ) -> Option<Box<remit_governance::history::Unapproved>> {
        let evidence = Evidence { trust: &self.trust, signed: &[], approvers: &self.people(), now: now() };
        let refused = match (prior, proposed) {
            (_, Some(proposed)) => advance(prior, proposed, &evidence).err(),
            (Some(prior), None) => end(prior, &evidence).err(),
            (None, None) => None,
        };
        match refused? {
            Refused::Unapproved(unapproved) => Some(unapproved),
            Refused::Broken(why) => panic!("{why}"),
        }
    }

    fn created(&self, ceiling: u32) {
        self.write(&self.config(ceiling));
        self.sign("a", &[&self.rita]);
        self.terraform.apply();
        self.terraform.assert_empty("after an approved creation");
    }

    fn attributes(&self) -> serde_json::Value {
        self.terraform.attributes("remit_envelope.team")
    }

    /// An apply that has to be refused, and leaves the state as it is.
    #[track_caller]
    fn refused(&self, saying: &str) {
        let before = self.managed();
        let ran = self.try_apply();
        assert_ne!(ran.code, Some(0), "it was applied:\n{ran}");
        let text = support::errors(&ran);
        assert!(text.contains(saying), "{text}");
        assert_eq!(self.managed(), before, "the state moved on");
    }

    /// What the state holds of declarations. The data source drops out of it while it waits for them.
    fn managed(&self) -> Vec<(String, serde_json::Value)> {
        let state = self.terraform.state();
        let all = state["values"]["root_module"]["resources"].as_array().cloned().unwrap_or_default();
        let managed = all.into_iter().filter(|resource| resource["mode"] == "managed");
        managed.map(|resource| (resource["address"].to_string(), resource["values"].clone())).collect()
    }

    fn try_apply(&self) -> Ended {
        self.terraform.run(&["apply", "-auto-approve"])
    }
}

fn now() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second()).unwrap()
}

fn later() -> Timestamp {
    Timestamp::from_second(now().as_second() + 3600).unwrap()
}

#[test]
fn creation_by_the_trust_root_loosening_by_the_quorum_and_tightening_by_nobody() {
    for scene in Scene::each() {
        scene.write(&scene.config(20));
        scene.refused("Not approved");
        scene.sign("a", &[&scene.rita]);
        scene.terraform.apply();
        scene.terraform.assert_empty("after an approved creation");
        assert_eq!(scene.attributes()["approved"], true);

        scene.write(&scene.config(15));
        scene.terraform.apply();
        scene.terraform.assert_empty("after tightening");

        scene.write(&scene.config(30));
        scene.terraform.plan().shows_changes().says("Not approved").says("`ceiling` is `30`");
        scene.refused("approval by 1 finance and 1 security is missing under `team`");
        scene.sign("b", &[&scene.dana]);
        scene.refused("approval by 1 security is missing under `team`");
        scene.sign("b", &[&scene.dana, &scene.lee]);
        scene.terraform.apply();
        scene.terraform.assert_empty("after an approved loosening");

        // Used approvals open nothing again.
        scene.write(&scene.config(15));
        scene.terraform.apply();
        scene.write(&scene.config(30));
        scene.refused("the request was used already");

        // The lock proves itself to whoever pins the trust root.
        scene.write(&scene.config(15));
        scene.terraform.apply();
        let lock = remit_governance::Lock::parse(scene.terraform.output("lock").as_bytes()).unwrap();
        assert_eq!(lock.unproven(&scene.trust), Vec::<String>::new());
        assert!(lock.voters(&scene.trust, &[]).iter().all(|voter| voter.enrolled));
    }
}

#[test]
fn the_people_of_the_same_change_decide_nothing() {
    for scene in Scene::each() {
        scene.created(20);
        let eve = Person::with_fido("eve", Function::Security, 9);
        let with_eve = scene.config(20).replace(
            "email    = \"lee@example.com\"",
            "email    = \"lee@example.com\"\n  valid_until = \"2099-01-01\"",
        );
        scene.write(&with_eve.replace(scene.lee.public_key().trim(), eve.public_key().trim()));
        let mine = Person { name: "lee".to_owned(), ..eve };
        scene.sign("b", &[&scene.dana, &mine]);
        scene.refused("Not approved");
        // And a lower quorum, signed by what it asks for.
        scene.write(
            &scene
                .config(30)
                .replace("quorum    = { finance = 1, security = 1 }", "quorum    = { finance = 1 }"),
        );
        scene.sign("c", &[&scene.dana]);
        scene.refused("approval by 1 security is missing under `team`");
        // The honest twin.
        scene.sign("d", &[&scene.dana, &scene.lee]);
        scene.terraform.apply();
    }
}

#[test]
fn neither_the_provider_block_nor_the_state_opens_the_gate() {
    for mut scene in Scene::each() {
        scene.created(20);
        // Without the trust root, with another one, without the pin.
        scene.write(&scene.config(30).replace("  trust_root    = \"${path.root}/trust.json\"\n", ""));
        scene.refused("The pinned trust root is missing");
        let eve = Person::with_fido("eve", Function::Security, 9);
        scene.terraform.write("trust.json", &trust_root(&[&eve], 1).to_json());
        scene.write(&scene.config(30));
        scene.refused("This is not the pinned trust root");
        scene.terraform.write("trust.json", &scene.trust.to_json());
        scene.terraform.set_env(PIN, "");
        scene.refused("The trust root is missing");
        let pin = scene.trust.digest().to_string();
        scene.terraform.set_env(PIN, pin.trim_start_matches("sha256:"));

        // Removing it from the state and creating it again, with the approval that created it once.
        scene.terraform.must(&["state", "rm", "remit_envelope.team"]);
        scene.refused("Not approved");
        scene.terraform.import("remit_envelope.team", "team").succeeded();
        scene.refused("Not approved");
        // The honest twin: the trust root approves the looser one.
        scene.sign("e", &[&scene.rita]);
        scene.terraform.apply();
        scene.terraform.assert_empty("after the trust root approved");
    }
}

#[test]
fn a_state_that_was_written_by_hand_is_not_believed() {
    for scene in Scene::each() {
        scene.created(20);
        let record = scene.attributes()["record"].as_str().unwrap().to_owned();
        let state = scene.terraform.must(&["state", "pull"]).stdout;
        let looser = record.replace(r#""ceiling":"20""#, r#""ceiling":"30""#);
        // Both the record and the history in the state say 30 now.
        let escaped = |text: &str| serde_json::to_string(text).unwrap().trim_matches('"').to_owned();
        let forged = state
            .replace(&escaped(&record), &escaped(&looser))
            .replace(&escaped(&escaped(r#""ceiling":"20""#)), &escaped(&escaped(r#""ceiling":"30""#)));
        let forged = forged.replace(&escaped(r#""ceiling":"20""#), &escaped(r#""ceiling":"30""#));
        assert_ne!(state, forged);
        let mut pushed: serde_json::Value = serde_json::from_str(&forged).unwrap();
        pushed["serial"] = (pushed["serial"].as_u64().unwrap() + 1).into();
        scene.terraform.write("forged.tfstate", &pushed.to_string());
        scene.terraform.must(&["state", "push", "forged.tfstate"]);
        scene.write(&scene.config(30));
        scene.refused("is not in force yet");
    }
}

#[test]
fn destroying_needs_the_quorum() {
    for scene in Scene::each() {
        scene.created(20);
        let ran = scene.terraform.run(&["destroy", "-auto-approve"]);
        assert_ne!(ran.code, Some(0), "it was destroyed:\n{ran}");
        assert!(
            support::errors(&ran).contains("approval by 1 finance and 1 security is missing under `team`")
        );
        assert_eq!(scene.attributes()["name"], "team");
        let only_people = scene.config(20);
        let (people, _) = only_people.split_once("resource \"remit_envelope\"").unwrap();
        scene.write(people);
        scene.sign("b", &[&scene.dana, &scene.lee]);
        scene.terraform.apply();
    }
}

#[test]
fn a_key_nobody_vouched_for_opens_nothing() {
    for scene in Scene::each() {
        scene.created(20);
        scene.write(&scene.config(30));
        scene.sign("b", &[&scene.dana, &scene.lee]);
        // The approvals by which the trust root vouched for the keys.
        let folder = scene.terraform.folder().join("approvals");
        let vouched: BTreeSet<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with('a'))
            .collect();
        let kept: Vec<_> = vouched.iter().map(|path| (path, std::fs::read(path).unwrap())).collect();
        for path in &vouched {
            std::fs::remove_file(path).unwrap();
        }
        scene.refused("the trust root never approved the key");
        for (path, bytes) in kept {
            std::fs::write(path, bytes).unwrap();
        }
        scene.terraform.apply();
    }
}

/// Runs that get no files of approvals get their texts.
#[test]
fn approvals_can_be_given_as_texts() {
    for scene in Scene::each() {
        let as_texts = scene.config(20).replace(
            "approvals_dir = \"${path.root}/approvals\"",
            "approvals = [for name in fileset(path.root, \"elsewhere/*.json\") : file(name)]",
        );
        scene.write(&as_texts);
        scene.refused("Not approved");
        for (index, signed) in scene.signed("a", &[&scene.rita]).iter().enumerate() {
            scene.terraform.write(&format!("elsewhere/{index}.json"), &signed.to_json());
        }
        scene.terraform.apply();
        scene.terraform.assert_empty("after approvals as texts");
        // A text that is no approval is told, and the rest still counts.
        scene.terraform.write("elsewhere/broken.json", "{}");
        scene.terraform.assert_empty("beside a broken text");
        scene.write(&as_texts.replace("ceiling = 20", "ceiling = 30"));
        scene.refused("this is not a signed statement");
    }
}

/// Approving and applying the very plan that was approved, where more was signed in between.
#[test]
fn the_plan_that_was_approved_is_the_one_that_is_applied() {
    for scene in Scene::each() {
        scene.created(20);
        scene.write(&scene.config(30));
        scene.terraform.must(&["plan", "-out=approved.tfplan"]);
        scene.sign("b", &[&scene.dana, &scene.lee]);
        scene.terraform.must(&["apply", "approved.tfplan"]);
        scene.terraform.assert_empty("after the approved plan");
        assert_eq!(scene.attributes()["approved"], true);
    }
}
