//! Overrides as the provider enforces them, under the real Terraform: one that names an envelope is decided by that envelope's
//! quorum, and revoked keys open nothing.
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

use remit_governance::testing::Person;
use scene::Scene;

/// A decision about a default, under an envelope or under nobody but the trust root.
fn decided(envelope: &str, value: u32) -> String {
    let named = if envelope.is_empty() {
        String::new()
    } else {
        format!(
            "  envelope         = remit_envelope.{envelope}.record\n  envelope_history = remit_envelope.{envelope}.history\n"
        )
    };
    format!(
        r#"
resource "remit_default_override" "guard" {{
  default  = "aws-bedrock-agent-no-guardrail"
  decision = "override"
  value    = jsonencode({{ strength = {value} }})
  reason   = "tests"
  owner    = {{ name = "Lee Park", email = "lee.park@example.com" }}
  review   = {{ every = "quarter", due = "2099-01-01" }}
{named}}}
"#
    )
}

/// An envelope whose quorum is one person, whom the other one does not need.
fn weak() -> String {
    let strict = support::envelope(
        "weak",
        "weak",
        "capacity = { instances = { ceiling = 20 } }",
        "deletion_protection = false",
    );
    strict.replace("quorum    = { finance = 1, security = 1 }", "quorum    = { finance = 1 }")
}

#[test]
fn the_quorum_of_the_envelope_decides_about_an_override() {
    for scene in Scene::each() {
        // Envelope and override in one run: the plan cannot tell yet who decides, and apply does.
        scene.write(&(scene.config(20) + &decided("team", 1)));
        scene.terraform.plan().shows_changes().says("Approval is decided at apply");
        scene.sign("a", &[&scene.rita]);
        let ran = scene.try_apply();
        assert_ne!(ran.code, Some(0), "the trust root decided about it alone:\n{ran}");
        assert!(
            support::errors(&ran).contains("approval by 1 finance and 1 security is missing under `team`"),
            "{ran}"
        );
        scene.sign("b", &[&scene.dana, &scene.lee]);
        scene.terraform.apply();
        scene.terraform.assert_empty("after an approved override");
        // Another value needs them again, and the trust root is not they.
        scene.write(&(scene.config(20) + &decided("team", 2)));
        scene.sign("c", &[&scene.rita, &scene.dana]);
        scene.refused("approval by 1 security is missing under `team`");
        scene.sign("d", &[&scene.dana, &scene.lee]);
        scene.terraform.apply();
        // Tightening the envelope takes the override along, and asks nobody.
        scene.write(&(scene.config(15) + &decided("team", 2)));
        scene.terraform.apply();
        scene.terraform.assert_empty("after the envelope was tightened");
        // Destroying is loosening.
        scene.write(&scene.config(15));
        scene.refused("approval by 1 finance and 1 security is missing under `team`");
        scene.sign("e", &[&scene.dana, &scene.lee]);
        scene.terraform.apply();
    }
}

#[test]
fn an_override_leaves_its_envelope_only_with_those_whom_it_leaves() {
    for scene in Scene::each() {
        let base = scene.config(20) + &weak();
        scene.write(&base);
        scene.sign("a", &[&scene.rita]);
        scene.terraform.apply();
        scene.write(&(base.clone() + &decided("team", 1)));
        scene.sign("b", &[&scene.dana, &scene.lee]);
        scene.refused("is missing under `trust root`");
        scene.sign("f", &[&scene.rita, &scene.dana, &scene.lee]);
        scene.terraform.apply();
        // To a weaker envelope by its one approver; to none by the trust root; without what shows that the envelope is in force.
        scene.write(&(base.clone() + &decided("weak", 1)));
        scene.sign("c", &[&scene.dana]);
        scene.refused("approval by 1 security is missing under `team`");
        scene.write(&(base.clone() + &decided("", 1)));
        scene.sign("d", &[&scene.rita]);
        scene.refused("approval by 1 finance and 1 security is missing under `team`");
        let line = "  envelope_history = remit_envelope.team.history\n";
        scene.write(&(base.clone() + &decided("team", 2).replace(line, "")));
        scene.refused("approval by 1 finance and 1 security is missing under `team`");
        // The honest twin.
        scene.write(&(base + &decided("weak", 1)));
        scene.sign("e", &[&scene.dana, &scene.lee]);
        scene.terraform.apply();
        scene.terraform.assert_empty("after those of both agreed");
    }
}

/// Without its history the provider knows nothing of before; beginning again asks the trust root for that reason.
#[test]
fn an_override_made_again_under_a_weaker_envelope_asks_the_trust_root() {
    for scene in Scene::each() {
        let base = scene.config(20) + &weak();
        scene.write(&base);
        scene.sign("a", &[&scene.rita]);
        scene.terraform.apply();
        scene.write(&(base.clone() + &decided("team", 1)));
        scene.sign("b", &[&scene.rita, &scene.dana, &scene.lee]);
        scene.terraform.apply();
        scene.terraform.run(&["state", "rm", "remit_default_override.guard"]);
        scene.write(&(base + &decided("weak", 1)));
        scene.sign("c", &[&scene.dana]);
        scene.refused("is missing under `trust root`");
        scene.sign("d", &[&scene.rita, &scene.dana]);
        scene.terraform.apply();
        scene.terraform.assert_empty("after the trust root agreed");
    }
}

#[test]
fn an_override_that_names_an_envelope_without_showing_that_it_is_in_force_is_nobodys() {
    for scene in Scene::each() {
        scene.created(20);
        let line = "  envelope_history = remit_envelope.team.history\n";
        scene.write(&(scene.config(20) + &decided("team", 1).replace(line, "")));
        scene.refused("came into force");
        scene.write(&(scene.config(20) + &decided("team", 1)));
        scene.sign("b", &[&scene.rita, &scene.dana, &scene.lee]);
        scene.terraform.apply();
    }
}

#[test]
fn revoking_a_key_needs_nobody_and_the_key_opens_nothing_any_more() {
    for scene in Scene::each() {
        let spare = Person { seed: 21, ..scene.dana.clone() };
        let both = |ceiling: u32, more: &str| {
            let key = |person: &Person| person.public_key().trim().to_owned();
            let one = format!("keys     = [\"{}\"]", key(&scene.dana));
            let two = format!("keys     = [\"{}\", \"{}\"]{more}", key(&scene.dana), key(&spare));
            scene.config(ceiling).replace(&one, &two)
        };
        let revoked = format!("\n  revoked_keys = [\"{}\"]", scene.dana.public_key().trim());
        scene.write(&both(20, ""));
        scene.sign("a", &[&scene.rita]);
        scene.terraform.apply();
        scene.write(&both(20, &revoked));
        scene.terraform.apply();
        scene.terraform.assert_empty("after a revocation");
        let lock = remit_governance::Lock::parse(scene.terraform.output("lock").as_bytes()).unwrap();
        assert_eq!(lock.unproven(&scene.trust), Vec::<String>::new());
        assert!(lock.voters(&scene.trust, &[]).iter().all(|voter| voter.enrolled), "enrollment outlives it");
        // Taking it back is loosening, also by the key itself.
        scene.write(&both(20, ""));
        scene.sign("b", &[&scene.dana, &scene.lee]);
        scene.refused("Not approved");
        scene.write(&both(30, &revoked));
        scene.sign("c", &[&scene.dana, &scene.lee]);
        scene.refused("was revoked in the record of `dana@example.com`");
        scene.sign("d", &[&spare, &scene.lee]);
        scene.terraform.apply();
    }
}
