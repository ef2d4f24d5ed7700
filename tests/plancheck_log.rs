//! The decision log from end to end, as processes: what `check` and `gate` write, what they refuse when they cannot, growth that is
//! split over many plans, and a writer that is killed. Terraform is a stand-in that says what it was given.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "black-box test: it stops at the first thing that is not as it should be, and looks at the machine it runs on"
)]

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use remit_governance::{
    Envelope, Json, Lock, TrustRoot,
    approval::{Approval, Signature, Statement},
    consent::{Assurance, Function},
    history::{Declaration, Evidence, History, NO_ENVELOPES, Refused, advance},
    testing::{Person, at, trust_root},
};
use serde_json::{Value, json};

const BIN: &str = env!("CARGO_BIN_EXE_plancheck");
const PIN: &str = "REMIT_TRUST_ROOT_SHA256";
const CREATED: &str = "2026-11-25T11:00:00Z";

/// A plan file of its is the JSON itself; it writes down what it applied, and its state then moves on.
const STAND_IN: &str = r#"#!/bin/sh
here=$(dirname "$0")
case "$1 $2" in
  "workspace show") echo prod ;;
  "state pull") cat "$here/state.json" ;;
  "show -json") cat "$3" ;;
  "apply -input=false")
    cp "$3" "$here/applied"
    printf '{"version":4,"serial":8,"lineage":"4b1c"}' > "$here/state.json"
    exit "$(cat "$here/exit")" ;;
  *) echo "Error: unexpected $*" >&2; exit 1 ;;
esac
"#;

struct Scene {
    folder: tempfile::TempDir,
    rita: Person,
    dana: Person,
    trust: TrustRoot,
}

impl Scene {
    /// A log, and an envelope with these limits and with more about consent.
    fn new(limits: &Value, consent: &Value) -> Self {
        let rita = Person::with_fido("rita", Function::Security, 11);
        let trust = trust_root(&[&rita], 1);
        let dana = Person::with_fido("dana", Function::Finance, 1);
        let scene = Self { folder: tempfile::tempdir().unwrap(), rita, dana, trust };
        scene.put("trust.json", scene.trust.to_json());
        scene.put("governance.lock.json", scene.lock(limits, consent).to_json());
        scene.put("state.json", r#"{"version":4,"serial":7,"lineage":"4b1c"}"#);
        scene.put("dependencies", "");
        scene.put("exit", "0");
        scene.put("terraform", STAND_IN);
        fs::set_permissions(scene.path("terraform"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(scene.path("ledger")).unwrap();
        let made =
            scene.run(&["log", "init", "--log", "log", "--key", "log.key", "--name", "example.com/prod"]);
        assert_eq!(made.code, 0, "{made:?}");
        let public = made.out.strip_prefix("public key: ").unwrap();
        assert_eq!(fs::read_to_string(scene.path("log.key.pub")).unwrap(), public, "it is written too");
        scene.put("log.pub", public);
        scene
    }

    fn plain() -> Self {
        Self::new(&json!({ "capacity": { "instances": { "ceiling": 20 } } }), &json!({}))
    }

    fn lock(&self, limits: &Value, more: &Value) -> Lock {
        let person = Declaration::Approver(self.dana.approver());
        let mut consent = json!({ "approvers": [person.record()], "quorum": { "finance": 1 } });
        for (name, value) in more.as_object().unwrap() {
            consent[name] = value.clone();
        }
        if self.dana.assurance == Assurance::Key {
            consent["minimum_assurance"] = "key".into();
            consent["minimum_assurance_exception"] =
                json!({ "owner": "mina@example.com", "reason": "no hardware yet", "expires": "2099-01-01" });
        }
        let envelope = json!({
            "name": "team-a", "purpose": "tests", "owner": { "name": "Mina Okafor", "email": "mina.okafor@example.com" },
            "scope": { "addresses": ["**"] }, "limits": limits, "consent": consent,
        });
        let envelope = Envelope::declare(&Json::parse(&envelope.to_string()).unwrap()).unwrap();
        let all = [person, Declaration::Envelope(envelope)];
        let records: Vec<String> = all.iter().map(Declaration::record).collect();
        let texts: Vec<&str> = records.iter().map(String::as_str).collect();
        let histories: Vec<History> = all.iter().map(|declared| self.created(declared)).collect();
        Lock::build(&texts, 7).unwrap().with_histories(&histories).unwrap()
    }

    fn created(&self, declared: &Declaration) -> History {
        let evidence = |signed| Evidence {
            trust: &self.trust,
            signed,
            approvers: &[],
            envelopes: &NO_ENVELOPES,
            now: at(CREATED),
        };
        let Err(Refused::Unapproved(needs)) = advance(None, declared, &evidence(&[])) else {
            panic!("it needs nobody")
        };
        let approval = Approval {
            transitions: vec![needs[0].moved.clone()],
            ..self.rita.approval(std::slice::from_ref(&needs[0].policy.under))
        };
        advance(None, declared, &evidence(&[self.rita.sign(Statement::Approval(approval))])).unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(BIN);
        command.current_dir(self.folder.path()).args(args).stdin(Stdio::null());
        command.env(PIN, self.trust.digest().to_string()).env_remove("REMIT_LOG_KEY");
        command
    }

    fn run(&self, args: &[&str]) -> Told {
        Told::from(self.command(args).output().expect("plancheck starts"))
    }

    /// `check` with the log, of a group that goes from one size to another.
    fn check(&self, before: u32, after: u32, more: &[&str]) -> Told {
        self.put("plan.json", plan(before, after).to_string());
        let all =
            ["check", "--plan", "plan.json", "--governance", "governance.lock.json", "--workspace", "prod"];
        self.run(&[&all[..], &["--log", "log", "--log-key", "log.key"], more].concat())
    }

    fn gate(&self, before: u32, after: u32, more: &[&str]) -> Told {
        self.put("tfplan", plan(before, after).to_string());
        let program = self.path("terraform").to_string_lossy().into_owned();
        let all = [
            "gate",
            "--plan",
            "tfplan",
            "--governance",
            "governance.lock.json",
            "--trust-root",
            "trust.json",
            "--approvals",
            "approvals",
            "--ledger",
            "ledger",
            "--dependency-lock",
            "dependencies",
            "--log",
            "log",
            "--log-key",
            "log.key",
        ];
        self.run(&[&all[..], more, &["--", &program, "apply"]].concat())
    }

    fn records(&self) -> Vec<Value> {
        let mut all = Vec::new();
        loop {
            let told = self.run(&["log", "show", &all.len().to_string(), "--log", "log", "--key", "log.pub"]);
            if told.code != 0 {
                return all;
            }
            all.push(serde_json::from_str(&told.out).unwrap());
        }
    }

    fn verify(&self, more: &[&str]) -> Told {
        self.run(&[&["log", "verify", "--log", "log", "--key", "log.pub"], more].concat())
    }

    fn applied(&self) -> bool {
        self.path("applied").exists()
    }
}

#[derive(Debug)]
struct Told {
    code: i32,
    out: String,
    err: String,
}

impl From<Output> for Told {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self {
            code: output.status.code().expect("no signal"),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

fn plan(before: u32, after: u32) -> Value {
    json!({
        "format_version": "1.2", "terraform_version": "1.12.2", "planned_values": {},
        "resource_changes": [{
            "address": "aws_autoscaling_group.workers", "mode": "managed", "type": "aws_autoscaling_group", "name": "workers",
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {
                "actions": ["update"], "before": { "max_size": before, "note": "a" }, "after": { "max_size": after, "note": "a" },
                "after_unknown": {}, "before_sensitive": {}, "after_sensitive": {},
            },
        }],
        "configuration": { "root_module": {} },
    })
}

#[test]
fn what_check_decides_is_recorded_with_what_led_to_it() {
    let scene = Scene::plain();
    let rationale =
        json!({ "objective": { "name": "keep answers fast" }, "alternatives": [], "confidence": 0.8 });
    scene.put("rationale.json", rationale.to_string());
    let told = scene.check(4, 6, &["--rationale", "rationale.json", "--actor", "copilot-swe-agent[bot]"]);
    assert_eq!(told.code, 0, "{told:?}");
    assert_eq!(scene.check(4, 60, &[]).code, 2);
    let records = scene.records();
    assert_eq!(records.len(), 2);
    let said = &records[0]["predicate"];
    assert_eq!(
        said["objective"],
        json!({ "asserted_by": "agent", "value": { "name": "keep answers fast" } })
    );
    assert_eq!(said["alternatives"]["value"], json!({ "declared": true, "list": [] }));
    assert_eq!(said["decision"]["observed_by"], "plancheck");
    assert_eq!(said["decision"]["value"]["verdict"], "allowed");
    assert_eq!(said["decision"]["value"]["from"][0]["amount"], "4");
    assert_eq!(said["decision"]["value"]["to"][0]["amount"], "6");
    assert_eq!(said["cost_impact"]["value"]["priced"], false);
    assert_ne!(said["actor"]["value"]["evidence"], json!([]));
    let denied = &records[1]["predicate"];
    assert_eq!(denied["decision"]["value"]["verdict"], "denied");
    assert_eq!(denied["constraint"]["value"][0]["rule"], "scale-above-ceiling");
    assert_eq!(denied["constraint"]["value"][0]["margin"], "40 instances");
    assert_eq!(denied["objective"]["value"], Value::Null, "missing is recorded as missing");
    assert_eq!(denied["alternatives"]["value"]["declared"], false);
    assert_eq!(denied["surface"]["value"]["previous"], said["surface"]["value"]["fingerprint"]);
    assert_eq!(scene.verify(&[]).code, 0);
}

#[test]
fn the_schema_describes_what_is_written() {
    let scene = Scene::plain();
    scene.check(4, 60, &[]);
    scene.gate(4, 6, &[]);
    let schema: Value = serde_json::from_str(remit_decision_log::record::SCHEMA).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let records = scene.records();
    assert_eq!(records.len(), 3);
    for record in records {
        let faults: Vec<String> = validator
            .iter_errors(&record)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(faults, [] as [String; 0], "{record:#}");
    }
}

#[test]
fn the_gate_records_before_it_applies_and_what_came_of_it() {
    let scene = Scene::plain();
    let told = scene.gate(4, 6, &["--author", "github:agent"]);
    assert_eq!(told.code, 0, "{told:?}");
    assert!(scene.applied());
    scene.put("exit", "3");
    assert_eq!(scene.gate(6, 7, &[]).code, 4);
    let records = scene.records();
    let kinds: Vec<&str> = records.iter().map(|record| record["predicateType"].as_str().unwrap()).collect();
    let (decision, outcome) = ("urn:remit:scaling-decision:v1", "urn:remit:scaling-outcome:v1");
    assert_eq!(kinds, [decision, outcome, decision, outcome]);
    assert_eq!(records[1]["predicate"]["decision"], records[0]["predicate"]["id"]);
    assert_eq!(records[1]["predicate"]["result"]["value"]["status"], "applied");
    assert_eq!(records[1]["predicate"]["result"]["value"]["state"]["serial"], 8);
    assert_eq!(records[0]["predicate"]["resulting_state"]["value"]["from"]["serial"], 7);
    assert_eq!(records[3]["predicate"]["result"]["value"]["status"], "failed");
    assert_eq!(records[3]["predicate"]["result"]["value"]["exit_code"], 3);
    assert_eq!(records[0]["predicate"]["actor"]["value"]["authors"], json!(["github:agent"]));
}

/// Each way in which a record cannot be written, beside the same run with a log that can.
#[test]
fn what_cannot_be_recorded_does_not_happen() {
    type Break = fn(&Scene);
    let broken: [(&str, Break); 4] = [
        ("no log", |scene| fs::rename(scene.path("log"), scene.path("gone")).unwrap()),
        ("no checkpoint", |scene| fs::remove_file(scene.path("log/checkpoint")).unwrap()),
        ("another key", |scene| {
            scene.run(&["log", "init", "--log", "other", "--key", "other.key", "--name", "example.com/prod"]);
            fs::rename(scene.path("other.key"), scene.path("log.key")).unwrap();
        }),
        ("records that are gone", |scene| {
            fs::write(scene.path("log/entries/000000000000.jsonl"), "").unwrap();
        }),
    ];
    for (what, break_it) in broken {
        let scene = Scene::plain();
        assert_eq!(scene.check(4, 6, &[]).code, 0, "{what}: the twin that can be recorded");
        break_it(&scene);
        let told = scene.check(4, 6, &["--format", "json"]);
        assert_eq!(told.code, 1, "{what}: {told:?}");
        let refusal: Value = serde_json::from_str(&told.out).unwrap();
        assert_eq!(refusal["verdict"], "could_not_check");
        let told = scene.gate(4, 6, &[]);
        assert_eq!(told.code, 1, "{what}: {told:?}");
        assert!(!scene.applied(), "{what}");
    }
}

/// From 10 to 20 in ten plans, each within what one change may grow by. Without memory every one of them passes.
#[test]
fn one_jump_split_over_ten_plans_is_caught() {
    let growth = json!({ "percent_per_change": 20, "percent_per_window": 50, "window": "7d" });
    let limits = json!({ "capacity": { "instances": { "ceiling": 100 } }, "growth": growth });
    let scene = Scene::new(&limits, &json!({}));
    let mut codes = Vec::new();
    for size in 10..20 {
        let told = scene.check(size, size + 1, &["--format", "json"]);
        let report: Value = serde_json::from_str(&told.out).unwrap();
        let rules: Vec<&str> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|found| found["rule"].as_str().unwrap())
            .collect();
        let caught = size >= 15;
        assert_eq!(rules, if caught { vec!["growth-over-time"] } else { vec![] }, "{size}");
        codes.push(told.code);
    }
    assert_eq!(codes, [0, 0, 0, 0, 0, 3, 3, 3, 3, 3]);
    // The twin without the log: nothing is caught, and the report says that nobody looked.
    scene.put("plan.json", plan(19, 20).to_string());
    let blind = scene.run(&[
        "check",
        "--plan",
        "plan.json",
        "--governance",
        "governance.lock.json",
        "--workspace",
        "prod",
    ]);
    assert_eq!(blind.code, 0);
    assert!(blind.out.contains("`growth over time`") && blind.out.contains("no log"), "{}", blind.out);
    // Another workspace has its own totals; and once the window has passed, it is over.
    let other =
        ["check", "--plan", "plan.json", "--governance", "governance.lock.json", "--workspace", "test"];
    let other = scene.run(&[&other[..], &["--log", "log", "--log-key", "log.key"]].concat());
    assert_eq!(other.code, 0, "{other:?}");
    let later = scene.check(19, 20, &["--now", "2099-01-01T00:00:00Z"]);
    assert_eq!(later.code, 0, "{later:?}");
}

#[test]
fn a_log_that_was_touched_cannot_tell_how_fast_something_grew() {
    let growth = json!({ "percent_per_window": 50, "window": "7d" });
    let limits = json!({ "capacity": { "instances": { "ceiling": 20 } }, "growth": growth });
    let scene = Scene::new(&limits, &json!({}));
    for size in 10..13 {
        let told = scene.check(size, size + 1, &[]);
        assert_eq!(told.code, 0, "{told:?}");
    }
    let path = scene.path("log/entries/000000000000.jsonl");
    let whole = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    fs::write(&path, [lines[1], lines[1], lines[2], ""].join("\n")).unwrap();
    let told = scene.check(13, 14, &[]);
    assert_eq!(told.code, 3, "{told:?}");
    assert!(told.out.contains("the decision log cannot tell how fast"), "{}", told.out);
    let verified = scene.verify(&[]);
    assert_eq!(verified.code, 2);
    assert!(verified.out.contains("record 0"), "{verified:?}");
}

#[test]
fn growth_pauses_after_growth_that_the_gate_applied() {
    let limits = json!({ "capacity": { "instances": { "ceiling": 20 } }, "growth": { "cool_down": "1h" } });
    let scene = Scene::new(&limits, &json!({}));
    let first = scene.gate(4, 5, &[]);
    assert_eq!(first.code, 0, "{first:?}");
    fs::remove_file(scene.path("applied")).unwrap();
    let told = scene.gate(5, 6, &[]);
    assert_eq!(told.code, 3, "{told:?}");
    assert!(told.out.contains("less than 1h after the last growth"), "{}", told.out);
    assert!(!scene.applied());
    assert_eq!(scene.gate(5, 5, &[]).code, 0, "what does not grow need not wait");
    let later = scene.check(5, 6, &["--now", "2099-01-01T00:00:00Z"]);
    assert_eq!(later.code, 0, "{later:?}");
}

#[test]
fn an_envelope_can_require_a_reason() {
    let limits = json!({ "capacity": { "instances": { "ceiling": 20 } } });
    let scene = Scene::new(&limits, &json!({ "require_rationale": true }));
    let told = scene.check(4, 5, &[]);
    assert_eq!(told.code, 3, "{told:?}");
    assert!(told.out.contains("rationale-missing"), "{}", told.out);
    scene.put("rationale.json", json!({ "objective": { "name": "keep answers fast" } }).to_string());
    assert_eq!(scene.check(4, 5, &["--rationale", "rationale.json"]).code, 0);
    assert_eq!(scene.gate(4, 5, &[]).code, 3);
    assert!(!scene.applied());
    assert_eq!(scene.gate(4, 5, &["--rationale", "rationale.json"]).code, 0);
    scene.put("rationale.json", r#"{"objective":{"name":"x"},"approved":true}"#);
    let odd = scene.check(4, 5, &["--rationale", "rationale.json"]);
    assert_eq!(odd.code, 1, "{odd:?}");
    assert!(odd.err.contains("unknown field `approved`"), "{odd:?}");
}

#[test]
fn a_bundle_verifies_with_nothing_but_itself_and_the_key() {
    let scene = Scene::plain();
    for size in 4..9 {
        scene.check(size, size + 1, &[]);
    }
    let id = scene.records()[2]["predicate"]["id"].as_str().unwrap().to_owned();
    let told = scene.run(&["log", "prove", &id, "--log", "log", "--key", "log.pub", "--out", "bundle.json"]);
    assert_eq!(told.code, 0, "{told:?}");
    let alone = tempfile::tempdir().unwrap();
    for file in ["bundle.json", "log.pub"] {
        fs::copy(scene.path(file), alone.path().join(file)).unwrap();
    }
    drop(scene);
    let verify = || {
        let args = ["log", "verify", "--bundle", "bundle.json", "--key", "log.pub"];
        Told::from(Command::new(BIN).current_dir(alone.path()).args(args).env_clear().output().unwrap())
    };
    let told = verify();
    assert_eq!(told.code, 0, "{told:?}");
    assert!(
        told.out.contains(&id) && told.out.contains("record 2 of `example.com/prod` is proven"),
        "{told:?}"
    );
    let text = fs::read_to_string(alone.path().join("bundle.json")).unwrap();
    fs::write(alone.path().join("bundle.json"), text.replace("\"index\": 2", "\"index\": 1")).unwrap();
    assert_eq!(verify().code, 2);
}

#[test]
fn anchors_and_a_log_of_checkpoints_tell_a_rollback() {
    let scene = Scene::plain();
    scene.check(4, 5, &[]);
    let copy = |from: &str, to: &str| {
        let ran = Command::new("cp").arg("-r").arg(scene.path(from)).arg(scene.path(to)).status().unwrap();
        assert!(ran.success());
    };
    copy("log", "old");
    scene.check(5, 6, &[]);
    fs::copy(scene.path("log/checkpoint"), scene.path("kept")).unwrap();
    let all = scene.run(&["log", "init", "--log", "all", "--key", "all.key", "--name", "example.com/all"]);
    scene.put("all.pub", all.out.strip_prefix("public key: ").unwrap());
    let append = [
        "log",
        "append",
        "--log",
        "all",
        "--log-key",
        "all.key",
        "--checkpoint",
        "kept",
        "--member-key",
        "log.pub",
    ];
    let told = scene.run(&append);
    assert_eq!(told.code, 0, "{told:?}");
    let by_anchor = ["--anchor", "kept"];
    let by_all = ["--log-of-checkpoints", "all", "--log-of-checkpoints-key", "all.pub"];
    for with in [&by_anchor[..], &by_all[..], &["--since", "kept"]] {
        let told = scene.verify(with);
        assert_eq!(told.code, 0, "{told:?}");
        assert!(told.out.contains("continues the checkpoint at 2"), "{told:?}");
    }
    fs::remove_dir_all(scene.path("log")).unwrap();
    copy("old", "log");
    assert_eq!(scene.verify(&[]).code, 0, "by itself an older copy is sound");
    for with in [&by_anchor[..], &by_all[..], &["--since", "kept"]] {
        let told = scene.verify(with);
        assert_eq!(told.code, 2, "{told:?}");
        assert!(told.out.contains("the log was rolled back: it had 2 records and has 1"), "{told:?}");
    }
}

/// Both ways: nothing the machine signs is an approval, and no approval is a record. And where somebody enrolled the machine's key as a
/// person's, the gate does not even start.
/// Somebody else's public key is never written over, and no log is begun that nobody could check.
#[test]
fn a_public_key_that_is_there_is_kept() {
    let scene = Scene::plain();
    scene.put("new.key.pub", "mine");
    let args = ["log", "init", "--log", "new", "--key", "new.key", "--name", "example.com/new"];
    let refused = scene.run(&args);
    assert!(refused.code == 1 && refused.err.contains("something else is there"), "{refused:?}");
    assert!(!scene.path("new").exists() && fs::read_to_string(scene.path("new.key.pub")).unwrap() == "mine");
    // The honest twin: moved away, the same key is taken.
    fs::remove_file(scene.path("new.key.pub")).unwrap();
    assert_eq!(scene.run(&args).code, 0);
}

#[test]
fn the_key_of_a_log_satisfies_no_approver() {
    let scene = Scene::plain();
    scene.check(4, 5, &[]);
    let line = fs::read_to_string(scene.path("log/entries/000000000000.jsonl")).unwrap();
    let entry: Value = serde_json::from_str(line.trim()).unwrap();
    let signed = |bytes: &[u8]| remit_governance::approval::Signed::parse(bytes).is_ok();
    assert!(!signed(line.trim().as_bytes()));
    assert!(!signed(&fs::read(scene.path("log/checkpoint")).unwrap()));
    assert!(Signature::parse(entry["signatures"][0]["sig"].as_str().unwrap()).is_err());
    let approval = scene.dana.sign(Statement::Approval(scene.dana.approval(&[])));
    assert!(signed(approval.to_json().as_bytes()), "the twin is an approval");
    assert!(remit_decision_log::dsse::read(approval.to_json().as_bytes()).is_err());

    // A log that signs with the very key of a person.
    let mut mixed = Scene::plain();
    assert_eq!(mixed.gate(4, 6, &[]).code, 0, "the twin has a key of its own");
    fs::remove_file(mixed.path("applied")).unwrap();
    mixed.dana = Person::with_key("dana", Function::Finance, 1);
    let limits = json!({ "capacity": { "instances": { "ceiling": 20 } } });
    mixed.put("governance.lock.json", mixed.lock(&limits, &json!({})).to_json());
    let key = remit_decision_log::key::MachineKey::from_seed("example.com/prod", [1; 32]).unwrap();
    assert_eq!(key.public().ssh_line(), mixed.dana.public_key());
    mixed.put("log.key", key.text());
    fs::remove_file(mixed.path("log.key.pub")).unwrap();
    fs::remove_dir_all(mixed.path("log")).unwrap();
    let made = mixed.run(&["log", "init", "--log", "log", "--key", "log.key", "--name", "example.com/prod"]);
    assert_eq!(made.code, 0, "{made:?}");
    let told = mixed.gate(4, 6, &[]);
    assert_eq!(told.code, 1, "{told:?}");
    assert!(told.err.contains("the key of the log is also a key of the approver"), "{told:?}");
    assert!(!mixed.applied());
}

/// Real processes, killed at times that differ: what one of them answered stays in the log.
#[test]
fn a_killed_process_loses_nothing_that_it_acknowledged() {
    let scene = Scene::plain();
    scene.put("plan.json", plan(4, 5).to_string());
    let append = ["log", "append", "--log", "log", "--log-key", "log.key", "--reviewer", "lee@example.com"];
    let mut acknowledged = 0;
    for round in 0..60_u64 {
        let id = format!("{round:032x}");
        let mut child = scene
            .command(&[&append[..], &["--review", &id, "--conclusion", "was needed"]].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_micros(200 * round));
        // It may be over already.
        let _ = child.kill();
        let ended = child.wait_with_output().unwrap();
        acknowledged += usize::from(!ended.stdout.is_empty());
    }
    let told = scene.run(&[&append[..], &["--review", "last", "--conclusion", "was needed"]].concat());
    assert_eq!(told.code, 0, "{told:?}");
    let verified = scene.verify(&[]);
    assert_eq!(verified.code, 0, "{verified:?}");
    let records = scene.records();
    assert!(records.len() > acknowledged, "{} records, and {acknowledged} were acknowledged", records.len());
}
