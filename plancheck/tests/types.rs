//! Every resource type that growth is judged for, with its maximum within the limits, above each mark, not set, and unknown.
//! The marks are the same for all: 12 is free, up to 20 needs consent, more is denied.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

mod scene;

use plancheck::finding::Certainty;
use plancheck::verdict::Verdict;
use scene::{create, judge, outcome, over_all, plan, unknown};
use serde_json::{Value, json};

/// A type, the unit it is judged in, where its maximum stands, what follows where none is set, and the least attributes it needs.
#[derive(serde::Deserialize)]
struct Type {
    #[serde(rename = "type")]
    name: String,
    unit: String,
    maximum: String,
    absent: String,
    attributes: Value,
}

/// Attributes of a type, and what follows from creating it with them: `allowed`, or the rule that speaks up.
#[derive(serde::Deserialize)]
struct Shape {
    #[serde(rename = "type")]
    name: String,
    unit: String,
    expect: String,
    attributes: Value,
}

fn types() -> Vec<Type> {
    serde_json::from_str(include_str!("types/types.json")).expect("a table of types")
}

/// What a rule of growth comes to; `allowed` is no rule.
fn verdict(rule: &str) -> Verdict {
    match rule {
        "allowed" => Verdict::Allowed,
        "scale-needs-consent" => Verdict::ConsentRequired,
        "scale-above-ceiling" | "scale-unbounded" => Verdict::Denied,
        other => panic!("`{other}` is not about growth"),
    }
}

fn limits(unit: &str) -> Value {
    json!({ "capacity": { unit: { "ceiling": 20, "authorize_above": 12 } }, "defaults": "allow" })
}

fn with(attributes: &Value, pointer: &str, maximum: Value) -> Value {
    let mut attributes = attributes.clone();
    *attributes.pointer_mut(pointer).expect("the maximum has a place") = maximum;
    attributes
}

/// `after_unknown` with one mark, in the nesting of the pointer.
fn mark(pointer: &str) -> Value {
    pointer
        .split('/')
        .skip(1)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .fold(json!(true), |inner, step| if step == "0" { json!([inner]) } else { json!({ step: inner }) })
}

fn made(of: &Type, attributes: Value) -> Value {
    create(&format!("{}.x", of.name), attributes)
}

#[test]
fn every_type_is_judged_by_its_maximum() {
    let marks: &[(u64, Verdict, &[&str])] = &[
        (12, Verdict::Allowed, &[]),
        (13, Verdict::ConsentRequired, &["scale-needs-consent"]),
        (20, Verdict::ConsentRequired, &["scale-needs-consent"]),
        (21, Verdict::Denied, &["scale-above-ceiling"]),
    ];
    for of in types() {
        for (maximum, verdict, rules) in marks {
            let change = made(&of, with(&of.attributes, &of.maximum, json!(maximum)));
            let report = judge(&[over_all(&limits(&of.unit))], &plan(&[change]));
            let context = format!("{} with {maximum}: {:#?}", of.name, report.findings);
            assert_eq!(outcome(&report), (*verdict, rules.to_vec()), "{context}");
            for finding in report.findings.as_slice() {
                assert!(finding.places[0].attribute.is_some(), "{context}");
            }
        }
    }
}

#[test]
fn a_maximum_that_is_not_set_is_what_the_vendor_makes_of_it() {
    for of in types() {
        let change = made(&of, with(&of.attributes, &of.maximum, Value::Null));
        let report = judge(&[over_all(&limits(&of.unit))], &plan(&[change]));
        let rules: Vec<&str> = Some(&*of.absent).filter(|rule| *rule != "allowed").into_iter().collect();
        assert_eq!(outcome(&report), (verdict(&of.absent), rules), "{}: {:#?}", of.name, report.findings);
    }
}

#[test]
fn an_unknown_maximum_needs_consent_and_says_which_attribute_is_unknown() {
    for of in types() {
        let attributes = with(&of.attributes, &of.maximum, Value::Null);
        let change = unknown(made(&of, attributes), mark(&of.maximum));
        let report = judge(&[over_all(&limits(&of.unit))], &plan(&[change]));
        let context = format!("{}: {:#?}", of.name, report.findings);
        assert_eq!(outcome(&report), (Verdict::ConsentRequired, vec!["scale-needs-consent"]), "{context}");
        let finding = &report.findings.as_slice()[0];
        assert_eq!(finding.certainty, Certainty::CannotTell, "{context}");
        let name = of.maximum.rsplit('/').next().expect("a name");
        assert!(finding.why[0].contains(name), "{context}");
    }
}

#[test]
fn a_type_wholly_unknown_or_without_its_blocks_is_never_free() {
    for of in types() {
        let mut change = made(&of, json!({}));
        change["change"]["after_unknown"] = json!(true);
        let report = judge(&[over_all(&limits(&of.unit))], &plan(&[change]));
        assert_eq!(report.verdict(), Verdict::ConsentRequired, "{}: {:#?}", of.name, report.findings);
    }
}

#[test]
fn a_negative_a_broken_or_a_huge_maximum_is_never_within() {
    for of in types() {
        for odd in [json!(-1), json!(-7), json!("many"), json!({}), json!([1]), json!(u64::MAX), json!(1e300)]
        {
            let change = made(&of, with(&of.attributes, &of.maximum, odd.clone()));
            let report = judge(&[over_all(&limits(&of.unit))], &plan(&[change]));
            // Where nothing set means a small number, what stands for nothing means it too.
            let nothing = odd.as_i64().is_some_and(|number| number < 0) && of.absent == "allowed";
            assert_eq!(
                report.verdict() == Verdict::Allowed,
                nothing,
                "{} with {odd}: {:#?}",
                of.name,
                report.findings
            );
        }
    }
}

#[test]
fn the_other_ways_in_which_types_grow() {
    let shapes: Vec<Shape> =
        serde_json::from_str(include_str!("types/shapes.json")).expect("a table of shapes");
    for Shape { name, unit, expect, attributes } in shapes {
        let change = create(&format!("{name}.x"), attributes.clone());
        let report = judge(&[over_all(&limits(&unit))], &plan(&[change]));
        let context = format!("{name} {attributes}: {:#?}", report.findings);
        assert_eq!(report.verdict(), verdict(&expect), "{context}");
        let all = report.findings.as_slice();
        assert!(all.iter().any(|finding| finding.rule == expect) || expect == "allowed", "{context}");
    }
}

#[test]
fn every_type_that_growth_must_be_judged_for_is_here() {
    let named: Vec<String> = types().into_iter().map(|of| of.name).collect();
    assert_eq!(named.len(), 13);
    for name in named {
        assert!(remit_catalog::capacity(&name).is_some(), "the catalog cannot count {name}");
    }
}
