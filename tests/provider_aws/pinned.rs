//! A pinned trust root and an `aws` block together: nothing is made before the people agreed, and a create that stops halfway is gone on with
//! under what they agreed to.

use remit_governance::{
    TrustRoot,
    approval::{Approval, Moved, Statement},
    consent::Function,
    history::{Declaration, Evidence, NO_ENVELOPES, Refused, advance},
    testing::{Person, trust_root},
    time::Timestamp,
};
use serde_json::json;

use crate::{
    scene::{ENVELOPE, Exists, Scene, all, nothing, provider},
    support::errors,
};

/// A scene whose provider is pinned to a trust root.
struct Pinned {
    scene: Scene,
    trust: TrustRoot,
    rita: Person,
    people: [Person; 2],
}

impl Pinned {
    fn each() -> Vec<Self> {
        let rita = Person::with_fido("rita", Function::Security, 11);
        let trust = trust_root(&[&rita], 1);
        let people = [
            Person::with_fido("dana", Function::Finance, 1),
            Person::with_fido("lee", Function::Security, 2),
        ];
        let scenes = Scene::each("").into_iter().map(|mut scene| {
            scene.terraform.write("trust.json", &trust.to_json());
            scene.terraform.set_env("REMIT_TRUST_ROOT_SHA256", &trust.digest().to_string());
            let pinned = Self { scene, trust: trust.clone(), rita: rita.clone(), people: people.clone() };
            pinned.scene.terraform.write("main.tf", &pinned.config());
            pinned
        });
        scenes.collect()
    }

    fn config(&self) -> String {
        let approvers = self.people.iter().map(|person| {
            format!(
                "resource \"remit_approver\" \"{0}\" {{\n  name = \"{0}\"\n  email = \"{0}@example.com\"\n  function = \"{1}\"\n  keys = [\"{2}\"]\n}}\n",
                person.name,
                person.function,
                person.public_key().trim()
            )
        });
        let consent = "approvals_dir = \"${path.root}/approvals\"\n  trust_root = \"${path.root}/trust.json\"\n  aws = {";
        let provider = provider(&self.scene.cloud).replacen("aws = {", consent, 1);
        provider + &approvers.collect::<String>() + ENVELOPE
    }

    /// The trust root agrees to everything that the plan makes.
    fn agree(&self) {
        let plan = self.scene.terraform.planned();
        let now = Timestamp::from_second(Timestamp::now().as_second()).expect("a time");
        let approvers = self.people.each_ref().map(Person::approver);
        for (number, change) in plan["resource_changes"].as_array().expect("changes").iter().enumerate() {
            let Some(record) = change["change"]["after"]["record"].as_str() else { continue };
            let proposed = Declaration::from_record(record).expect("a record");
            let evidence = Evidence {
                trust: &self.trust,
                signed: &[],
                approvers: &approvers,
                envelopes: &NO_ENVELOPES,
                now,
            };
            let Err(Refused::Unapproved(all)) = advance(None, &proposed, &evidence) else { continue };
            let [unapproved] = all.as_slice() else { panic!("one body decides about a first declaration") };
            let moved = Moved {
                kind: proposed.kind(),
                name: proposed.name(),
                prior: None,
                proposed: Some(proposed.digest()),
                digest: unapproved.transition,
            };
            let signed = self.rita.sign(Statement::Approval(Approval {
                request: "a".repeat(32),
                transitions: vec![moved],
                requested_at: now,
                expires_at: Timestamp::from_second(now.as_second() + 3600).expect("a time"),
                signed_at: now,
                ..self.rita.approval(std::slice::from_ref(&unapproved.policy.under))
            }));
            self.scene.terraform.write(&format!("approvals/{number}.json"), &signed.to_json());
        }
    }
}

#[test]
fn nothing_is_made_before_people_agreed() {
    for pinned in Pinned::each() {
        let refused = pinned.scene.terraform.run(&["apply", "-auto-approve", "-no-color"]).failed();
        assert!(errors(&refused).contains("Not approved"), "{refused}");
        assert_eq!(pinned.scene.exists(), nothing());
        pinned.agree();
        pinned.scene.terraform.apply();
        assert_eq!(pinned.scene.exists(), all());
        pinned.scene.terraform.assert_empty("after an approved creation");
    }
}

#[test]
fn a_create_that_stops_halfway_goes_on_under_the_same_approval() {
    for pinned in Pinned::each() {
        let (scene, terraform) = (&pinned.scene, &pinned.scene.terraform);
        pinned.agree();
        let fault = json!({ "service": "budgets", "operation": "CreateBudget", "times": 0, "effect": { "code": "AccessDeniedException" } });
        scene.cloud.fault(serde_json::from_value(fault).expect("a fault"));
        terraform.run(&["apply", "-auto-approve", "-no-color"]).failed();
        assert_eq!(scene.exists(), Exists { policies: 1, ..nothing() });
        let policy = scene.id_of("service_control_policy");
        scene.cloud.clear_faults();
        terraform.apply();
        assert_eq!(scene.exists(), all());
        let attributes = terraform.attributes("remit_envelope.agents");
        assert_eq!(attributes["approved"], true);
        terraform.assert_empty("after it went on");
        // Whether it was kept or made anew, there is one.
        assert!(!policy.is_empty() && !scene.id_of("service_control_policy").is_empty());
    }
}
