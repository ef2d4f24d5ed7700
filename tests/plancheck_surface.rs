//! `plancheck surface` as people and pipelines run it: drawn from a plan, reviewed with a real key, and compared until somebody looks again.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "black-box test: it stops at the first thing that is not as it should be, and looks at the machine it runs on"
)]

#[path = "consent_support.rs"]
mod support;

use std::fs;

use support::{PIN, Scene, Told, plain_scene, plan, ssh_keygen};

/// Draws what a plan with this maximum leaves agents to decide; gives the first digits of the fingerprint.
fn draw(scene: &Scene, max: u32, out: &str) -> String {
    scene.put("plan.json", plan(max).to_string());
    let lock = "governance.lock.json";
    let told = scene.run(&["surface", "draw", "--plan", "plan.json", "--governance", lock, "--out", out]);
    assert_eq!(told.code, 0, "{told:?}");
    told.out.strip_prefix("sha256:").expect("a fingerprint")[..8].to_owned()
}

fn review(scene: &Scene, surface: &str, who: &str, key: &str, code: &str) -> Told {
    let email = format!("{who}@example.com");
    let args = ["surface", "review", "--surface", surface, "--approver", &email, "--key", key];
    scene.run(&[&args[..], &["--code", code, "--out", "review.json"]].concat())
}

/// Compares what there is with what was reviewed.
fn diff(scene: &Scene, reviewed: &str, more: &[&str]) -> Told {
    let args = ["surface", "diff", "--reviewed", reviewed, "--plan", "plan.json"];
    scene.run(&[&args[..], &["--governance", "governance.lock.json"], more].concat())
}

#[test]
fn what_widened_waits_until_somebody_looked() {
    if !ssh_keygen() {
        return;
    }
    let scene = plain_scene();
    let code = draw(&scene, 12, "surface.json");
    let said = ["--review", "review.json", "--trust-root", "trust.json"];
    let told = diff(&scene, "surface.json", &[]);
    assert!(told.code == 3 && told.out.contains("not reviewed: nobody reviewed it"), "{told:?}");
    let told = review(&scene, "surface.json", "dana", "dana", "00000000");
    assert!(told.code == 1 && told.err.contains("not the fingerprint"), "{told:?}");
    assert!(!scene.path("review.json").exists(), "nothing was signed");
    assert_eq!(review(&scene, "surface.json", "dana", "dana", &code).code, 0);
    assert_eq!(diff(&scene, "surface.json", &said).code, 0, "reviewed, and nothing moved");

    // What shrinks needs nobody, and what grows does.
    scene.put("plan.json", plan(9).to_string());
    let told = diff(&scene, "surface.json", &said);
    assert!(told.code == 0 && told.out.contains("narrowed: "), "{told:?}");
    scene.put("plan.json", plan(30).to_string());
    let told = diff(&scene, "surface.json", &said);
    assert!(told.code == 3 && told.out.contains("widened: "), "{told:?}");

    // The old review is of another surface; with a new one it is in order again.
    let wider = draw(&scene, 30, "wider.json");
    let told = diff(&scene, "wider.json", &said);
    assert!(told.code == 3 && told.out.contains("is of another surface"), "{told:?}");
    assert_eq!(review(&scene, "wider.json", "lee", "lee", &wider).code, 0);
    assert_eq!(diff(&scene, "wider.json", &said).code, 0);
}

#[test]
fn only_an_approver_of_an_envelope_can_look_for_it() {
    if !ssh_keygen() {
        return;
    }
    let scene = plain_scene();
    let code = draw(&scene, 12, "surface.json");
    let said = ["--review", "review.json", "--trust-root", "trust.json"];
    let refused = |told: &Told, saying: &str| {
        assert!(told.code == 3 && told.out.contains(saying), "`{saying}` is not said: {told:?}");
    };
    // Somebody else's key, somebody who approves nothing, and nobody at all.
    for (who, key, saying) in [
        ("dana", "lee", "the key is not one of `dana@example.com`"),
        ("ada", "ada", "`ada@example.com` is an approver of no envelope"),
        ("eve", "dana", "`eve@example.com` is no approver"),
    ] {
        assert_eq!(review(&scene, "surface.json", who, key, &code).code, 0, "anybody can write one");
        refused(&diff(&scene, "surface.json", &said), saying);
    }
    assert_eq!(review(&scene, "surface.json", "dana", "dana", &code).code, 0);
    assert_eq!(diff(&scene, "surface.json", &said).code, 0, "the honest twin");
    // What was signed says something else by now.
    let signed = fs::read_to_string(scene.path("review.json")).unwrap();
    let forged = signed.replace("dana@example.com", "lee@example.com");
    assert_ne!(forged, signed);
    scene.put("review.json", forged);
    let told = diff(&scene, "surface.json", &said);
    assert_ne!(told.code, 0, "{told:?}");
    // A trust root that is not the pinned one vouches for nobody.
    scene.put("review.json", signed);
    let mut other = scene.command(&["surface", "diff", "--reviewed", "surface.json", "--plan", "plan.json"]);
    other.args(["--governance", "governance.lock.json"]).args(said).env(PIN, "sha256:0");
    assert_eq!(other.output().unwrap().status.code(), Some(1));
}
