//! Records, rationales and what else is read: the published schemas describe them, and nothing that comes in makes anything panic.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test crate: it stops at the first thing that is not as it should be"
)]

mod support;

use proptest::prelude::*;
use remit_decision_log::checkpoint::{Checkpoint, Witness};
use remit_decision_log::dsse;
use remit_decision_log::key::{LogKey, MachineKey};
use remit_decision_log::proof::Bundle;
use remit_decision_log::rationale::Rationale;
use remit_decision_log::record::{
    Actor, Alternatives, Approval, Authorization, Chain, Command, Constraint, CostImpact, Decided, Decision,
    Default_, Defaults, Envelope, Evidence, Governance, Member, Outcome, Predicate, Record, Required,
    Result_, ResultingState, SCHEMA, State, Status, Surface, Total, Trace, asserted, observed,
};
use serde_json::{Value, json};
use support::record;

fn validator(schema: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(schema).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a sound schema")
}

fn rationale() -> Value {
    json!({
        "objective": { "name": "keep answers fast", "metric": "p95_latency_ms", "target": "< 300", "weight": 0.7 },
        "alternatives": [{ "id": "cache", "description": "a cache", "cost": "200 USD", "rejected_because": "misses" }],
        "confidence": 0.85, "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "agent": "autoscaler",
    })
}

/// A decision that has everything.
#[allow(clippy::too_many_lines, reason = "it is one value, and every member of it")]
fn decision() -> Decision {
    let said = Rationale::parse(rationale().to_string().as_bytes()).unwrap();
    let text = |text: &str| Some(text.to_owned());
    let total = |amount: &str| Total {
        envelope: "team-a".to_owned(),
        unit: "instances".to_owned(),
        amount: text(amount),
        ceiling: text("20"),
    };
    Decision {
        id: "0123".to_owned(),
        chain: Chain { index: 4, previous: Some("a".repeat(64)) },
        recorded_at: "2026-11-25T12:00:00Z".to_owned(),
        command: Command::Gate,
        decision: observed(Decided {
            verdict: "allowed".to_owned(),
            judged_at: "2026-11-25T12:00:00Z".to_owned(),
            workspace: text("prod"),
            account: None,
            actions: [("update".to_owned(), 1)].into(),
            from: vec![total("8")],
            to: vec![total("15")],
            materiality: vec!["capacity".to_owned()],
        }),
        objective: asserted(Some(said.objective)),
        alternatives: asserted(Alternatives { declared: true, list: said.alternatives.unwrap() }),
        confidence: asserted(said.confidence),
        constraint: observed(vec![Constraint {
            rule: "scale-needs-consent".to_owned(),
            effect: "consent".to_owned(),
            certainty: "known".to_owned(),
            envelope: text("team-a"),
            digest: text("sha256:1"),
            limit: text("limits.capacity.instances.authorize_above"),
            value: text("12"),
            margin: text("3 instances"),
            message: "x".to_owned(),
            addresses: vec!["aws_autoscaling_group.workers".to_owned()],
            accepted_by: text("dana@example.com"),
        }]),
        resulting_state: observed(ResultingState {
            digest: text("sha256:2"),
            from: Some(State { lineage: "4b1c".to_owned(), serial: 7 }),
        }),
        cost_impact: observed(CostImpact::default()),
        actor: observed(Actor {
            class: "self_declared".to_owned(),
            names: vec!["Cursor".to_owned()],
            evidence: vec![Evidence {
                class: "self_declared".to_owned(),
                agent: "Cursor".to_owned(),
                signal: "cursor-email".to_owned(),
                found_in: "author".to_owned(),
                value: "cursoragent@cursor.com".to_owned(),
            }],
            authors: vec!["github:agent".to_owned()],
        }),
        authorization: observed(Authorization {
            required: vec![Required { under: "team-a".to_owned(), quorum: "1 finance".to_owned() }],
            request: text("77"),
            break_glass: false,
            approvals: vec![Approval {
                statement: "sha256:3".to_owned(),
                principal: "dana@example.com".to_owned(),
                function: "finance".to_owned(),
                on_behalf_of: None,
                assurance: "touch_pin".to_owned(),
                signed_at: "2026-11-25T11:00:00Z".to_owned(),
            }],
            void: vec!["no-touch".to_owned()],
            standing: "granted".to_owned(),
        }),
        defaults: observed(Defaults {
            not_judged: None,
            relied_on: vec![Default_ {
                id: "aws-x".to_owned(),
                address: "aws_x.y".to_owned(),
                attribute: "z".to_owned(),
                vendor_default: "off".to_owned(),
            }],
        }),
        surface: observed(Surface { fingerprint: "sha256:4".to_owned(), previous: None }),
        governance: observed(Governance {
            lock: text("sha256:5"),
            serial: Some(7),
            pinned: true,
            catalog: "sha256:6".to_owned(),
            envelopes: vec![Envelope {
                name: "team-a".to_owned(),
                digest: "sha256:1".to_owned(),
                changes: 1,
            }],
            not_judged: vec!["cost".to_owned()],
            version: "0.1.0".to_owned(),
        }),
        trace: asserted(Trace { traceparent: said.traceparent, agent: said.agent }),
    }
}

fn all() -> Vec<Record> {
    let of = |predicate| Record { predicate, ..record(1) };
    let key = MachineKey::from_seed("example.com/other", [8; 32]).unwrap();
    let result = |status| Result_ {
        status,
        exit_code: Some(1),
        state: Some(State { lineage: "4b1c".to_owned(), serial: 8 }),
    };
    let outcome = |status| {
        of(Predicate::Outcome(Outcome {
            id: "1".to_owned(),
            chain: Chain::default(),
            recorded_at: "2026-11-25T12:00:00Z".to_owned(),
            decision: "0123".to_owned(),
            result: observed(result(status)),
        }))
    };
    let nothing = Decision {
        recorded_at: "2026-11-25T12:00:00Z".to_owned(),
        decision: observed(Decided {
            verdict: "denied".to_owned(),
            judged_at: "2026-11-25T12:00:00Z".to_owned(),
            ..Decided::default()
        }),
        authorization: observed(Authorization {
            standing: "not_asked".to_owned(),
            ..Authorization::default()
        }),
        ..Decision::default()
    };
    vec![
        of(Predicate::Decision(Box::new(decision()))),
        of(Predicate::Decision(Box::new(nothing))),
        outcome(Status::Applied),
        outcome(Status::Failed),
        record(1),
        of(Predicate::Member(Member {
            id: "2".to_owned(),
            chain: Chain::default(),
            recorded_at: "2026-11-25T12:00:00Z".to_owned(),
            origin: "example.com/other".to_owned(),
            size: 3,
            key: key.public().text().to_owned(),
            checkpoint: "x\n".to_owned(),
        })),
    ]
}

#[test]
fn every_kind_of_record_is_as_the_schema_says_and_is_read_back() {
    let validator = validator(SCHEMA);
    for record in all() {
        let bytes = record.to_json().unwrap();
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        let faults: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(faults, [] as [String; 0], "{value:#}");
        assert_eq!(Record::parse(&bytes).unwrap(), record);
    }
}

/// Taking any member away, or adding one, is refused by both the schema and the reader.
#[test]
fn the_schema_and_the_reader_are_equally_strict() {
    let validator = validator(SCHEMA);
    for record in all() {
        let whole: Value = serde_json::from_slice(&record.to_json().unwrap()).unwrap();
        let mut paths = Vec::new();
        objects(&whole, String::new(), &mut paths);
        for path in paths.iter().filter(|path| !path.ends_with("/actions")) {
            let mut more = whole.clone();
            more.pointer_mut(path).unwrap()["surplus"] = 1.into();
            assert!(!validator.is_valid(&more), "the schema takes a surplus member at {path}");
            assert!(
                Record::parse(more.to_string().as_bytes()).is_err(),
                "the reader takes a surplus member at {path}"
            );
        }
    }
    let mut renamed: Value = serde_json::from_slice(&all()[0].to_json().unwrap()).unwrap();
    renamed["predicate"]["objective"] = json!({ "observed_by": "plancheck", "value": null });
    assert!(!validator.is_valid(&renamed), "what an agent says cannot be written as observed");
    assert!(Record::parse(renamed.to_string().as_bytes()).is_err());
}

fn objects(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                objects(member, format!("{path}/{name}"), found);
            }
            found.push(path);
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                objects(item, format!("{path}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn the_schema_of_rationales_agrees_with_the_reader() {
    let validator = validator(remit_decision_log::rationale::SCHEMA);
    let whole = rationale();
    let edits: Vec<Value> = [
        json!({}),
        json!({ "objective": {} }),
        json!({ "objective": { "name": "" } }),
        json!({ "objective": { "name": "x" } }),
        json!({ "objective": { "name": "x" }, "alternatives": [] }),
        json!({ "objective": { "name": "x" }, "alternatives": [{}] }),
        json!({ "objective": { "name": "x" }, "confidence": 2 }),
        json!({ "objective": { "name": "x" }, "confidence": 1 }),
        json!({ "objective": { "name": "x" }, "traceparent": "00" }),
        json!({ "objective": { "name": "x", "weight": -1 } }),
        json!({ "objective": { "name": "x" }, "approved": true }),
    ]
    .into();
    for value in edits.iter().chain([&whole]) {
        let read = Rationale::parse(value.to_string().as_bytes());
        assert_eq!(read.is_ok(), validator.is_valid(value), "{value}: {read:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,80}") {
        let key = MachineKey::from_seed("log", [1; 32]).unwrap().public();
        for input in [bytes.as_slice(), text.as_bytes()] {
            let _ = dsse::read(input).map(|signed| signed.is_signed_by(&key));
            let _ = Record::parse(input);
            let _ = Rationale::parse(input);
            let _ = Checkpoint::open(input, &key);
            let _ = Checkpoint::peek(input);
            let _ = Bundle::parse(input).map(|bundle| bundle.verify(&key));
        }
        let _ = (LogKey::parse(&text), MachineKey::parse(&text), Witness::parse(&text));
    }

    /// Any tree and place in a bundle that has everything else: never a panic, never believed.
    #[test]
    fn no_numbers_make_a_proof_panic(index in any::<u64>(), size in any::<u64>(), length in 0_usize..70) {
        let key = MachineKey::from_seed("log", [1; 32]).unwrap();
        let root = remit_decision_log::tree::record_hash(b"x");
        let checkpoint = Checkpoint { origin: "log".to_owned(), size, root }.sign(&key).unwrap();
        let bundle = json!({
            "format": "remit-proof/1", "index": index, "entry": dsse::sign(b"{}", &key).unwrap(),
            "path": vec![root.to_string(); length], "checkpoint": String::from_utf8(checkpoint).unwrap(),
        });
        prop_assert!(Bundle::parse(bundle.to_string().as_bytes()).unwrap().verify(&key.public()).is_err());
    }

    #[test]
    fn a_rationale_is_written_as_it_was_read(name in "[ -~]{1,40}", declared in any::<bool>()) {
        prop_assume!(!name.trim().is_empty());
        let mut value = json!({ "objective": { "name": name } });
        if declared {
            value["alternatives"] = json!([]);
        }
        let read = Rationale::parse(value.to_string().as_bytes()).unwrap();
        prop_assert_eq!(serde_json::to_value(&read).unwrap(), value);
    }
}
