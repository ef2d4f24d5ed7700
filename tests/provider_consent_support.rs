//! A scene for consent as the provider enforces it: people with keys made in software in the format of FIDO2 hardware, a pinned
//! trust root, and a configuration under the real Terraform.
#![allow(dead_code, reason = "each test crate uses its part")]

use remit_governance::{
    Approver, TrustRoot,
    approval::{Approval, Signed, Statement},
    consent::Function,
    history::{Declaration, Envelopes, Evidence, History, Refused, Unapproved, advance, end},
    testing::{Person, trust_root},
    time::Timestamp,
};
use serde_json::Value;
use tf_provider_sdk::testing::cli::Ended;

use crate::support::{self, Terraform, envelope};

pub(crate) const PIN: &str = "REMIT_TRUST_ROOT_SHA256";
pub(crate) const PROVIDER: &str = r#"
provider "remit" {
  approvals_dir = "${path.root}/approvals"
  trust_root    = "${path.root}/trust.json"
}
"#;

pub(crate) struct Scene {
    pub(crate) terraform: Terraform,
    pub(crate) trust: TrustRoot,
    pub(crate) rita: Person,
    pub(crate) dana: Person,
    pub(crate) lee: Person,
}

impl Scene {
    pub(crate) fn each() -> Vec<Self> {
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

    pub(crate) fn config(&self, ceiling: u32) -> String {
        self.config_with(ceiling, "")
    }

    pub(crate) fn config_with(&self, ceiling: u32, more: &str) -> String {
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

    pub(crate) fn write(&self, config: &str) {
        self.terraform.write("main.tf", config);
    }

    /// Signs whatever the plan needs, by these people, and puts it where the provider looks.
    pub(crate) fn sign(&self, request: &str, people: &[&Person]) {
        for (index, signed) in self.signed(request, people).iter().enumerate() {
            self.terraform.write(&format!("approvals/{request}-{index}.json"), &signed.to_json());
        }
    }

    pub(crate) fn signed(&self, request: &str, people: &[&Person]) -> Vec<Signed> {
        let plan = self.terraform.planned();
        let changes = plan["resource_changes"].as_array().unwrap();
        let side = |change: &Value, name: &str, attribute: &str| {
            change["change"][name][attribute].as_str().map(str::to_owned)
        };
        let approvers = approvers(changes);
        let envelopes = self.envelopes(changes, &approvers);
        let mut signed = Vec::new();
        for change in changes {
            let prior = side(change, "before", "history").map(|text| History::parse(&text).unwrap());
            let proposed =
                side(change, "after", "record").map(|text| Declaration::from_record(&text).unwrap());
            for unapproved in self.needs(prior.as_ref(), proposed.as_ref(), &approvers, &envelopes) {
                signed.extend(people.iter().map(|person| {
                    person.sign(Statement::Approval(Approval {
                        request: request.repeat(32),
                        transitions: vec![unapproved.moved.clone()],
                        requested_at: now(),
                        expires_at: later(),
                        signed_at: now(),
                        ..person.approval(std::slice::from_ref(&unapproved.policy.under))
                    }))
                }));
            }
        }
        signed
    }

    /// How the envelopes of a plan came into force, with what it makes of them.
    fn envelopes(&self, changes: &[Value], people: &[Approver]) -> Envelopes {
        let of = |side: &str, attribute: &str| -> Vec<String> {
            let envelopes = changes.iter().filter(|change| change["type"] == "remit_envelope");
            envelopes
                .filter_map(|change| change["change"][side][attribute].as_str())
                .map(str::to_owned)
                .collect()
        };
        let known =
            of("before", "history").iter().map(|text| History::parse(text).unwrap()).collect::<Vec<_>>();
        let before = of("before", "record");
        let all = Envelopes::verified(known, &self.trust);
        of("after", "record").iter().filter(|record| !before.contains(record)).fold(all, |all, record| {
            let Ok(Declaration::Envelope(envelope)) = Declaration::from_record(record) else { return all };
            all.expecting(envelope, people.to_vec(), Timestamp::now())
        })
    }

    fn needs(
        &self,
        prior: Option<&History>,
        proposed: Option<&Declaration>,
        approvers: &[Approver],
        envelopes: &Envelopes,
    ) -> Vec<Unapproved> {
        let evidence =
            Evidence { trust: &self.trust, signed: &[], approvers, envelopes, now: Timestamp::now() };
        let refused = match (prior, proposed) {
            (_, Some(proposed)) => advance(prior, proposed, &evidence).err(),
            (Some(prior), None) => end(prior, &evidence).err(),
            (None, None) => None,
        };
        match refused {
            Some(Refused::Unapproved(all)) => all,
            Some(Refused::Broken(why)) => panic!("{why}"),
            None => Vec::new(),
        }
    }

    pub(crate) fn created(&self, ceiling: u32) {
        self.write(&self.config(ceiling));
        self.sign("a", &[&self.rita]);
        self.terraform.apply();
        self.terraform.assert_empty("after an approved creation");
    }

    pub(crate) fn attributes(&self) -> serde_json::Value {
        self.terraform.attributes("remit_envelope.team")
    }

    /// An apply that has to be refused, and leaves the state as it is.
    #[track_caller]
    pub(crate) fn refused(&self, saying: &str) {
        let before = self.managed();
        let ran = self.try_apply();
        assert_ne!(ran.code, Some(0), "it was applied:\n{ran}");
        let text = support::errors(&ran);
        assert!(text.contains(saying), "{text}");
        assert_eq!(self.managed(), before, "the state moved on");
    }

    /// What the state holds of declarations. The data source drops out of it while it waits for them.
    pub(crate) fn managed(&self) -> Vec<(String, serde_json::Value)> {
        let state = self.terraform.state();
        let all = state["values"]["root_module"]["resources"].as_array().cloned().unwrap_or_default();
        let managed = all.into_iter().filter(|resource| resource["mode"] == "managed");
        managed.map(|resource| (resource["address"].to_string(), resource["values"].clone())).collect()
    }

    pub(crate) fn try_apply(&self) -> Ended {
        self.terraform.run(&["apply", "-auto-approve"])
    }
}

/// The approvers of a plan, as they are and as they would be.
fn approvers(changes: &[Value]) -> Vec<Approver> {
    let approvers = changes.iter().filter(|change| change["type"] == "remit_approver");
    let sides = approvers.flat_map(|change| [&change["change"]["before"], &change["change"]["after"]]);
    sides
        .filter_map(|side| side["record"].as_str())
        .map(|text| Approver::from_record(text).unwrap())
        .collect()
}

/// As statements carry it: in whole seconds, so up to one before what just happened.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second()).unwrap()
}

pub(crate) fn later() -> Timestamp {
    Timestamp::from_second(now().as_second() + 3600).unwrap()
}
