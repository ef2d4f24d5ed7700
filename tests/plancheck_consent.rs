//! Consent from end to end, as processes: request, approve, delegate, approvals, check, trust and lock. The gate has a file of its
//! own.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "black-box test: it stops at the first thing that is not as it should be, and looks at the machine it runs on"
)]

#[path = "consent_support.rs"]
mod support;
#[path = "terminal_support.rs"]
mod terminal;

use std::fs;

use remit_governance::{
    DefaultOverride, Json, Lock, TrustRoot, approval::Request, record::Kind, time::Timestamp,
};
use serde_json::{Value, json};
use support::{Scene, Told, approve, approve_args, now, plain_scene, plan, ssh_keygen};

#[test]
fn a_request_says_what_a_person_needs() {
    let scene = Scene::new();
    let told = scene.with_plan("request", &["--out", "request.json", "--author", "github:agent"]);
    let request = Request::parse(&fs::read(scene.path("request.json")).unwrap()).unwrap();
    for part in [
        request.code().as_str(),
        "aws_autoscaling_group.workers",
        "15",
        "12",
        "dana <dana@example.com>, finance",
        "github:agent",
        "To be signed by",
        "workspace prod",
        "what that costs is not known",
    ] {
        assert!(told.out.contains(part), "`{part}` is missing in {}", told.out);
    }
    scene.put("tfplan", plan(10).to_string());
    assert_eq!(scene.with_plan("request", &["--out", "none.json"]).code, 0);
    scene.put("tfplan", plan(50).to_string());
    assert_eq!(scene.with_plan("request", &["--out", "none.json"]).code, 2);
    assert!(!scene.path("none.json").exists(), "there was nothing to ask");
}

#[test]
fn people_sign_with_their_own_keys() {
    if !ssh_keygen() {
        return;
    }
    let scene = plain_scene();
    let code = scene.request(&[]).code();
    assert_eq!(approve(&scene, "dana", "dana", "00000000", &[]).code, 1, "another code");
    assert_eq!(approve(&scene, "dana", "lee", &code, &[]).code, 1, "somebody else's key");
    assert_eq!(approve(&scene, "eve", "lee", &code, &[]).code, 1, "nobody who is asked");
    // A request that says something else than the plan on this machine.
    scene.put("tfplan", plan(16).to_string());
    let told = approve(&scene, "dana", "dana", &code, &[]);
    assert!(told.code == 1 && told.err.contains("asks for something else"), "{told:?}");
    assert!(!scene.path("approvals").exists(), "nothing was signed so far");
    scene.put("tfplan", plan(15).to_string());
    for who in ["dana", "lee"] {
        let told = approve(&scene, who, who, &code, &["--reason", "for the season"]);
        assert_eq!(told.code, 0, "{told:?}");
        assert!(told.out.contains("aws_autoscaling_group.workers"), "it shows what is signed: {told:?}");
    }
    scene.opens();
}

/// Whom a plan asks that decides about a default: the trust root, as about all that begins, and the envelope it names, as the lock
/// has it.
#[test]
fn an_override_asks_the_envelope_that_it_names() {
    let scene = Scene::new();
    let decided = |envelope: Option<&Lock>| {
        let named = envelope.map(|lock| lock.envelopes()[0].record());
        let declared = json!({
            "default": "aws-bedrock-agent-no-guardrail", "envelope": named, "decision": "accept", "reason": "tests",
            "owner": { "name": "Lee Park", "email": "lee.park@example.com" },
            "review": { "every": "quarter", "due": "2099-01-01" },
        });
        let declared = Json::parse(&declared.to_string()).unwrap();
        let record = DefaultOverride::declare(&declared).unwrap().record();
        let mut plan = plan(4);
        plan["resource_changes"] = json!([{
            "address": "remit_default_override.guard", "mode": "managed", "type": "remit_default_override", "name": "guard",
            "provider_name": "registry.terraform.io/remit/remit",
            "change": {
                "actions": ["create"], "before": null, "after": { "record": record }, "after_unknown": {},
                "before_sensitive": false, "after_sensitive": {},
            },
        }]);
        scene.put("tfplan", plan.to_string());
    };
    for (envelope, under) in
        [(Some(&scene.lock(12, 7)), &["team-a", "trust root"][..]), (None, &["trust root"])]
    {
        decided(envelope);
        let request = scene.request(&[]);
        let moved: Vec<Kind> = request.transitions.iter().map(|moved| moved.kind).collect();
        assert!(moved.iter().all(|kind| *kind == Kind::DefaultOverride) && !moved.is_empty(), "{request:?}");
        let mut asked: Vec<&str> = request.under.iter().map(|asked| asked.name.as_str()).collect();
        asked.dedup();
        assert_eq!(asked, under, "{request:?}");
    }
    // Under an envelope that the lock does not have nobody is asked: it was never in force.
    decided(Some(&scene.lock(19, 8)));
    let told = scene.with_plan("request", &["--out", "none.json"]);
    assert!(told.code == 1 && told.err.contains("came into force"), "{told:?}");
    assert!(!scene.path("none.json").exists());
}

/// Before the first envelope is in force there is none to judge by: the trust root is asked, and nothing is allowed.
#[test]
fn the_first_governance_asks_the_trust_root() {
    let scene = Scene::new();
    let record = scene.lock(12, 7).envelopes()[0].record();
    let mut plan = plan(4);
    plan["resource_changes"] = json!([{
        "address": "remit_envelope.first", "mode": "managed", "type": "remit_envelope", "name": "first",
        "provider_name": "registry.terraform.io/remit/remit",
        "change": {
            "actions": ["create"], "before": null, "after": { "record": record }, "after_unknown": {},
            "before_sensitive": false, "after_sensitive": {},
        },
    }]);
    scene.put("tfplan", plan.to_string());
    scene.put("none.tfstate", "");
    let lock = ["lock", "--state", "none.tfstate", "--out", "governance.lock.json"];
    assert_eq!(scene.run(&lock).code, 0);
    let request = scene.request(&[]);
    assert_eq!(request.transitions.iter().map(|moved| moved.kind).collect::<Vec<_>>(), [Kind::Envelope]);
    assert!(request.under.iter().all(|asked| asked.name == "trust root"), "{request:?}");
    // A lock of nothing opens nothing.
    let check = scene.run(&["check", "--plan", "tfplan", "--governance", "governance.lock.json"]);
    assert!(check.code == 1 && check.err.contains("no governance found"), "{check:?}");
    scene.shut(&scene.gate(), 1, "no governance found");
}

#[test]
fn a_person_can_say_no() {
    if !ssh_keygen() {
        return;
    }
    let scene = plain_scene();
    let code = scene.request(&[]).code();
    for (who, more) in [("dana", &[][..]), ("lee", &[]), ("lee", &["--reject", "--reason", "too fast"])] {
        assert_eq!(approve(&scene, who, who, &code, more).code, 0);
    }
    scene.shut(&scene.gate(), 3, "rejected by lee@example.com: too fast");
}

/// Signing in a terminal: what is typed decides, and what is not the code signs nothing.
#[test]
fn whoever_signs_types_the_code() {
    if !ssh_keygen() || !terminal::is_there() {
        return;
    }
    let scene = plain_scene();
    let code = scene.request(&[]).code();
    let typed = |keys: &str| {
        let told = terminal::typed(
            scene.folder.path(),
            &approve_args("dana", "dana"),
            "To approve exactly this, type the code: ",
            keys,
        );
        assert!(told.out.contains("aws_autoscaling_group.workers"), "it shows before it asks: {told:?}");
        told
    };
    let (first, rest) = code.split_at(1);
    let wrong = if first == "0" { "1" } else { "0" }.to_owned() + rest;
    // Another code, nothing, a habit, a part of it, and the end of all input.
    for keys in [&format!("{wrong}\n"), "\n", "yes\n", &format!("{rest}\n"), "\u{4}"] {
        let told = typed(keys);
        assert!(told.code == 1 && told.out.contains("so nothing was signed"), "{keys:?}: {told:?}");
        assert!(!scene.path("approvals").exists(), "{keys:?} signed something");
    }
    // Ctrl-C in the middle of the right code.
    assert_ne!(typed(&format!("{code}\u{3}")).code, 0);
    assert!(!scene.path("approvals").exists(), "it signed after Ctrl-C");
    let told = typed(&format!("{code}\n"));
    assert_eq!(told.code, 0, "the honest twin: {told:?}");
    assert_eq!(fs::read_dir(scene.path("approvals")).unwrap().count(), 1);
    // Where nobody is, nobody is asked.
    let args = approve_args("dana", "dana");
    let told = scene.run(&args.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(told.code == 1 && told.err.contains("nobody is here to be asked"), "{told:?}");
}

fn delegate(scene: &Scene, who: &str, key: &str, more: &[&str]) -> Told {
    let (email, until) = (format!("{who}@example.com"), days_from_now(20));
    let args = [
        "delegate",
        "--governance",
        "governance.lock.json",
        "--trust-root",
        "trust.json",
        "--approver",
        &email,
        "--envelope",
        "team-a",
        "--reason",
        "vacation",
        "--key",
        key,
        "--approvals",
        "approvals",
    ];
    let until = if more.contains(&"--until") { vec![] } else { vec!["--until", until.as_str()] };
    let to = if more.contains(&"--to") { vec![] } else { vec!["--to", "ada@example.com"] };
    scene.run(&[&args[..], &until, &to, more].concat())
}

fn days_from_now(days: i64) -> String {
    Timestamp::from_second(now().as_second() + days * 86_400).unwrap().to_string()
}

#[test]
fn somebody_stands_in_whom_the_approver_let() {
    if !ssh_keygen() {
        return;
    }
    let scene = plain_scene();
    let code = scene.request(&[]).code();
    let instead = ["--on-behalf-of", "dana@example.com"];
    assert_eq!(approve(&scene, "ada", "ada", &code, &instead).code, 0);
    assert_eq!(approve(&scene, "lee", "lee", &code, &[]).code, 0);
    scene.shut(&scene.gate(), 3, "no-delegation");
    // By whoever is no approver, with somebody else's key, for too long, to oneself, unasked.
    for (told, saying) in [
        (delegate(&scene, "ada", "ada", &["--yes"]), "is not an approver of `team-a`"),
        (delegate(&scene, "dana", "lee", &["--yes"]), "is not one of `dana@example.com`"),
        (delegate(&scene, "dana", "dana", &["--yes", "--until", &days_from_now(31)]), "at most 30 days"),
        (delegate(&scene, "dana", "dana", &[]), "nobody is here to be asked"),
        (delegate(&scene, "dana", "dana", &["--yes", "--envelope", "other"]), "has no envelope `other`"),
    ] {
        assert!(told.code == 1 && told.err.contains(saying), "`{saying}` is not said: {told:?}");
    }
    scene.shut(&scene.gate(), 3, "no-delegation");
    // Statements tell their time in whole seconds: what follows is later than what she signed.
    let signed = now();
    while now() == signed {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let told = delegate(&scene, "dana", "dana", &["--yes"]);
    assert_eq!(told.code, 0, "{told:?}");
    assert!(told.out.contains("dana@example.com lets ada@example.com approve as finance in their place"));
    // What she signed before that was not in anybody's place yet.
    scene.shut(&scene.gate(), 3, "no-delegation");
    assert_eq!(approve(&scene, "ada", "ada", &code, &instead).code, 0);
    // Whoever stands in cannot pass it on.
    let on = delegate(&scene, "ada", "ada", &["--yes", "--to", "lee@example.com"]);
    assert!(on.code == 1 && on.err.contains("is not an approver of `team-a`"), "{on:?}");
    let listed = scene.with_plan("approvals", &["--approvals", "approvals"]);
    assert!(listed.out.contains("ada@example.com as finance in place of dana@example.com"), "{listed:?}");
    scene.opens();
}

/// A trust root of one of them, made by the command.
fn init(scene: &Scene, who: &str, out: &str) -> Told {
    let person = scene.people.iter().find(|person| person.name == who).unwrap();
    let declared = json!({
        "name": person.name, "email": person.email(), "function": person.function.as_str(), "assurance": "key",
        "keys": [person.public_key()],
    });
    let file = format!("{who}.json");
    scene.put(&file, declared.to_string());
    scene.run(&[
        "trust",
        "init",
        "--approver",
        &file,
        "--threshold",
        "1",
        "--minimum-assurance",
        "key",
        "--owner",
        "mina@example.com",
        "--reason",
        "no hardware yet",
        "--expires",
        "2099-01-01",
        "--out",
        out,
    ])
}

#[test]
fn the_trust_root_is_made_and_shown() {
    let mut scene = plain_scene();
    scene.pin.clear();
    assert_eq!(init(&scene, "dana", "trust.json").code, 0);
    let no_grounds = [
        "trust",
        "init",
        "--approver",
        "dana.json",
        "--threshold",
        "1",
        "--minimum-assurance",
        "key",
        "--out",
        "x",
    ];
    assert_eq!(scene.run(&no_grounds).code, 1);
    let too_many = ["trust", "init", "--approver", "dana.json", "--threshold", "2", "--out", "x"];
    assert_eq!(scene.run(&too_many).code, 1);
    assert!(!scene.path("x").exists());
    let shown = scene.run(&["trust", "show", "trust.json"]);
    let digest = TrustRoot::parse(&fs::read(scene.path("trust.json")).unwrap()).unwrap().digest();
    assert!(shown.out.contains(&format!("REMIT_TRUST_ROOT_SHA256={digest}")), "{shown:?}");
    let signers = scene.run(&["trust", "signers", "trust.json"]).out;
    assert!(signers.starts_with("dana@example.com namespaces=\"approval@remit\""), "{signers}");
}

#[test]
fn the_trust_root_is_rotated_by_the_people_of_both() {
    if !ssh_keygen() {
        return;
    }
    let mut scene = plain_scene();
    scene.pin.clear();
    assert_eq!(init(&scene, "dana", "trust.json").code, 0);
    assert_eq!(init(&scene, "lee", "next.json").code, 0);
    let digest = TrustRoot::parse(&fs::read(scene.path("trust.json")).unwrap()).unwrap().digest();
    let rotate = [
        "trust",
        "rotate",
        "--from",
        "trust.json",
        "--to",
        "next.json",
        "--approvals",
        "approvals",
        "--request",
        "request.json",
        "--out",
        "rotated.json",
    ];
    assert_eq!(scene.run(&rotate).code, 3);
    let code = Request::parse(&fs::read(scene.path("request.json")).unwrap()).unwrap().code();
    assert_eq!(approve(&scene, "dana", "dana", &code, &["--next", "next.json"]).code, 0);
    assert_eq!(scene.run(&rotate).code, 3, "the new people have to agree as well");
    assert!(!scene.path("rotated.json").exists());
    assert_eq!(approve(&scene, "lee", "lee", &code, &["--next", "next.json"]).code, 0);
    let told = scene.run(&rotate);
    assert_eq!(told.code, 0, "{told:?}");
    let rotated = TrustRoot::parse(&fs::read(scene.path("rotated.json")).unwrap()).unwrap();
    assert!(rotated.digest() != digest && rotated.known(&digest).is_some());
}

#[test]
fn a_lock_is_made_from_a_state_and_verified() {
    let scene = Scene::new();
    let lock = scene.lock(12, 7);
    let instance = |kind: &str, record: String| {
        let digest = remit_governance::Digest::of(record.as_bytes());
        let history = lock.history(&digest).unwrap().unwrap().json().to_text();
        json!({ "mode": "managed", "type": kind, "instances": [{ "attributes": { "record": record, "history": history } }] })
    };
    let mut resources: Vec<Value> =
        lock.approvers().map(|a| instance("remit_approver", a.record())).collect();
    resources.extend(lock.envelopes().iter().map(|e| instance("remit_envelope", e.record())));
    scene.put("governance.tfstate", json!({ "version": 4, "resources": resources }).to_string());
    let made = scene.run(&["lock", "--state", "governance.tfstate", "--serial", "7", "--out", "made.json"]);
    assert_eq!(made.code, 0, "{made:?}");
    assert_eq!(fs::read_to_string(scene.path("made.json")).unwrap(), lock.to_json());
    let verify = |file: &str| scene.run(&["lock", "--verify", file, "--trust-root", "trust.json"]).code;
    assert_eq!(verify("made.json"), 0);
    scene.put("edited.json", lock.to_json().replace(r#""ceiling": "20""#, r#""ceiling": "90""#));
    assert_eq!(verify("edited.json"), 1);
}
