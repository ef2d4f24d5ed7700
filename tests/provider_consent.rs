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

#[path = "provider_consent_support.rs"]
mod scene;
#[path = "provider_support.rs"]
mod support;

use std::collections::BTreeSet;

use remit_governance::{
    consent::Function,
    testing::{Person, trust_root},
};
use scene::{PIN, Scene};

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
