//! Every sign of the catalog: a change that shows it is found, and its twin, which does the opposite, is not. The cases are made from the
//! rows, so that a row cannot be there without its two tests.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

mod scene;

use plancheck::finding::Effect;
use plancheck::report::Report;
use remit_catalog::{Clue, Path, Sign, When, watches};
use scene::{change, judge, over_all, plan};
use serde_json::{Map, Value, json};

/// Both sides of a change, with its words.
struct Case {
    actions: &'static [&'static str],
    before: Value,
    after: Value,
}

const UPDATE: &[&str] = &["update"];

fn update(before: Value, after: Value) -> Case {
    Case { actions: UPDATE, before, after }
}

/// Puts a value at a path; every step on the way is a list of one block.
fn put(object: &mut Value, path: Path, value: Value) {
    let segments: Vec<&str> = path.segments().collect();
    put_in(object.as_object_mut().expect("an object"), &segments, value);
}

fn put_in(members: &mut Map<String, Value>, segments: &[&str], value: Value) {
    match segments {
        [last] => drop(members.insert((*last).to_owned(), value)),
        [first, rest @ ..] => {
            let block = members.entry((*first).to_owned()).or_insert_with(|| json!([{}]));
            put_in(block[0].as_object_mut().expect("a block"), rest, value);
        }
        [] => {}
    }
}

fn with(path: Path, value: Value) -> Value {
    let mut object = json!({ "name": "x" });
    put(&mut object, path, value);
    object
}

/// A value that fits a clue, or one that does not; nothing where nothing fits.
fn value(clue: &Clue, fits: bool) -> Option<Value> {
    match (clue.is.first(), fits) {
        (Some(word), true) => Some(json!(word)),
        (Some(&"true"), false) => Some(json!("false")),
        (Some(&"false"), false) => Some(json!("true")),
        (Some(_), false) => Some(json!("something-else")),
        (None, true) if clue.wide => Some(json!("128.0.0.0/1")),
        (None, false) if clue.wide => Some(json!("10.1.0.0/16")),
        (None, true) if clue.present => Some(json!("x")),
        // What is absent is left out.
        (None, true) => None,
        (None, false) => (!clue.present).then(|| json!("x")),
    }
}

fn object(clues: &[Clue], fits: bool) -> Value {
    let mut object = json!({ "name": "x" });
    for (index, clue) in clues.iter().enumerate() {
        // The twin differs in the first clue only.
        if let Some(value) = value(clue, fits || index > 0) {
            put(&mut object, clue.path, value);
        }
    }
    object
}

/// The change that shows a sign, and its twin.
fn cases(sign: &Sign) -> (Case, Case) {
    let texts = |path: &Path, list: &[&str]| with(*path, json!(list));
    let there_and_back = |was: Value, is: Value| (update(was.clone(), is.clone()), update(is, was));
    match &sign.when {
        When::Gone => {
            let gone = Case { actions: &["delete"], before: json!({ "name": "x" }), after: Value::Null };
            (gone, update(json!({ "name": "x" }), json!({ "name": "x" })))
        }
        When::Made | When::Given(_) => {
            let made = Case { actions: &["create"], before: Value::Null, after: json!({ "name": "x" }) };
            (made, update(json!({ "name": "x" }), json!({ "name": "x" })))
        }
        When::Holds(clues) => there_and_back(object(clues, false), object(clues, true)),
        When::HoldsIn { each, all } => {
            there_and_back(with(*each, json!([object(all, false)])), with(*each, json!([object(all, true)])))
        }
        When::Raised(path) => there_and_back(with(*path, json!("10.5")), with(*path, json!(11))),
        When::Lowered { path, zero_is_most: false } => {
            there_and_back(with(*path, json!(30)), with(*path, json!(7)))
        }
        When::Lowered { path, zero_is_most: true } => {
            there_and_back(with(*path, json!(0)), with(*path, json!(7)))
        }
        When::Loses(path) => there_and_back(texts(path, &["a", "b"]), texts(path, &["b"])),
        When::Gains(path) => there_and_back(texts(path, &["b"]), texts(path, &["a", "b"])),
        When::Changed(path) => {
            let spelled =
                update(with(*path, json!("{\"a\": 1, \"b\": 2}")), with(*path, json!("{\"b\":2,\"a\":1}")));
            (update(with(*path, json!("{\"a\":1}")), with(*path, json!("{\"a\":2}"))), spelled)
        }
        When::Grants { document, .. } => {
            let policy = |action: &str| {
                let statement = json!({ "Effect": "Allow", "Action": action, "Resource": "*" });
                with(*document, json!(json!({ "Statement": [statement] }).to_string()))
            };
            there_and_back(policy("s3:Get*"), policy("s3:*"))
        }
        When::Attaches(path) => there_and_back(
            texts(path, &["arn:aws:iam::aws:policy/ReadOnlyAccess"]),
            texts(
                path,
                &["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/AdministratorAccess"],
            ),
        ),
        When::OpenPolicy(path) => {
            let policy = |principal: &str| {
                let statement =
                    json!({ "Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*" });
                with(*path, json!(json!({ "Statement": [statement] }).to_string()))
            };
            there_and_back(policy("arn:aws:iam::123456789012:root"), policy("*"))
        }
    }
}

fn judged(kind: &str, case: Case) -> Report {
    let change = change(&format!("{kind}.x"), case.actions, case.before, case.after);
    judge(&[over_all(&json!({}))], &plan(&[change]))
}

/// Whether the sign is among what people have to agree to.
fn shows(report: &Report, sign: &Sign) -> bool {
    let about = |rule: &str| {
        matches!(
            rule,
            "governance-weakened"
                | "public-exposure"
                | "logging-reduced"
                | "data-deletion"
                | "agent-privilege-widened"
        )
    };
    let asks = report.findings.as_slice().iter().filter(|finding| finding.effect == Effect::Consent);
    asks.filter(|finding| about(finding.rule)).any(|finding| finding.message.ends_with(sign.means))
}

#[test]
fn every_sign_is_seen_and_its_opposite_is_not() {
    let mut count = 0;
    for watch in watches() {
        let kind = watch.resource_type.replace('*', "something");
        for sign in &watch.signs {
            let (case, twin) = cases(sign);
            let report = judged(&kind, case);
            assert!(shows(&report, sign), "{kind}: {} is not seen: {:#?}", sign.means, report.findings);
            let report = judged(&kind, twin);
            assert!(
                !shows(&report, sign),
                "{kind}: {} is seen in its twin: {:#?}",
                sign.means,
                report.findings
            );
            count += 1;
        }
    }
    println!("{count} signs, each with its twin");
    assert!(count > 400, "the catalog is not whole");
}
