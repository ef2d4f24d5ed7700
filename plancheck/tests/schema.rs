//! The published schema describes what `--format json` writes: for reports made by hand, for the report about every fixture, and for
//! errors. It is held stricter than it is published: a member that it does not name is a fault here.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test may panic, and reads its fixtures itself"
)]

mod made;
mod scene;

use std::fs;
use std::path::Path;

use jsonschema::Validator;
use made::{all_kinds, report};
use plancheck::plan::Action;
use plancheck::render::json;
use plancheck::report::{GovernanceSeen, Origin};
use plancheck::verdict::CheckError;
use serde_json::{Value, json};

const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rules");

fn schema() -> Value {
    serde_json::from_str(json::SCHEMA).expect("the schema is JSON")
}

/// The schema as people get it takes members that later versions add; here nothing may be added behind its back.
fn strict(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(strict);
            let closes = members.contains_key("properties") && !members.contains_key("oneOf");
            if closes && !members.contains_key("additionalProperties") {
                members.insert("additionalProperties".to_owned(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(strict),
        _ => {}
    }
}

fn validator() -> Validator {
    let mut schema = schema();
    strict(&mut schema);
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a sound schema")
}

fn faults(validator: &Validator, document: &Value) -> Vec<String> {
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn it_describes_reports_with_one_of_everything_and_errors() {
    let validator = validator();
    let mut bare = report(all_kinds());
    bare.governance =
        GovernanceSeen { origin: Origin::PriorState, digest: None, serial: None, ..bare.governance };
    bare.plan.terraform_version = None;
    let documents = [
        json::report(&report(all_kinds())),
        json::report(&report(Vec::new())),
        json::report(&bare),
        json::error(&CheckError::new("the plan is empty")),
    ];
    for text in documents {
        assert_eq!(faults(&validator, &parsed(&text)), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn it_describes_the_report_about_every_fixture() {
    let validator = validator();
    let declared = fs::read_to_string(Path::new(RULES).join("governance.json")).expect("the governance");
    let envelopes: Vec<Value> = serde_json::from_str(&declared).expect("a list of envelopes");
    let lock = scene::lock(&envelopes);
    let mut judged = 0;
    for entry in fs::read_dir(RULES).expect("the folder of fixtures") {
        let folder = entry.expect("an entry").path();
        for case in ["fires", "holds", "unknown"] {
            let Ok(plan) = fs::read_to_string(folder.join(format!("{case}.json"))) else { continue };
            let report = scene::judge_text(&lock, &plan, scene::given()).expect("a report");
            let document = parsed(&json::report(&report));
            assert_eq!(faults(&validator, &document), Vec::<String>::new(), "{}", folder.display());
            judged += 1;
        }
    }
    assert!(judged >= 3 * plancheck::rules::RULES.len(), "only {judged} fixtures were found");
}

#[test]
fn the_schema_knows_every_action() {
    let schema = schema();
    let known = schema["$defs"]["action"]["enum"].as_array().expect("a list");
    let words: &[&[&str]] = &[
        &["no-op"],
        &["create"],
        &["read"],
        &["update"],
        &["create", "delete"],
        &["delete"],
        &["forget"],
        &["explode"],
    ];
    for words in words {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        assert!(known.contains(&Action::of(&words).word().into()), "{words:?}");
    }
    // No list of words says it: actions are invoked, not planned.
    assert!(known.contains(&Action::Invoke.word().into()));
    assert_eq!(known.len(), words.len() + 1);
}

#[test]
fn it_refuses_what_is_wrong() {
    let validator = validator();
    let good = parsed(&json::report(&report(all_kinds())));
    assert!(validator.is_valid(&good));
    let spoil: [fn(&mut Value); 6] = [
        |document| document["verdict"] = "fine".into(),
        |document| document["findings"][0]["places"][0]["action"] = "explode".into(),
        |document| document["counts"]["deny"] = "1".into(),
        |document| document["findings"][0]["new"] = 1.into(),
        |document| document["findings"][0]["limit"] = json!({ "name": "x" }),
        |document| drop(document.as_object_mut().expect("an object").remove("now")),
    ];
    for (index, spoil) in spoil.iter().enumerate() {
        let mut bad = good.clone();
        spoil(&mut bad);
        assert!(!validator.is_valid(&bad), "case {index}");
    }
}
