//! What people and programs see of a report, on reports made by hand.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot set up its case fails, and so does one whose document lacks a member"
)]

mod made;

use std::collections::BTreeMap;

use made::{every_kind, report};
use plancheck::finding::{Effect, Finding, Place, Shown};
use plancheck::plan::Action;
use plancheck::render::human::{self, Color};
use plancheck::render::json;
use plancheck::report::Origin;
use plancheck::verdict::{CheckError, Verdict};
use serde_json::Value;

#[test]
fn people_see_the_gravest_first_and_the_verdict_last() {
    insta::assert_snapshot!(human::report(&report(every_kind()), Color::No));
}

#[test]
fn programs_see_everything() {
    insta::assert_snapshot!(json::report(&report(every_kind())));
}

#[test]
fn what_is_allowed_says_so_and_nothing_that_pipelines_take_for_trouble() {
    let mut allowed = report(Vec::new());
    let text = human::report(&allowed, Color::No);
    assert!(text.ends_with("\nallowed: nothing found in 3 changes\n"), "{text}");
    assert!(!text.to_lowercase().contains("fail") && !text.to_lowercase().contains("error"), "{text}");
    allowed.plan.actions = BTreeMap::from([(Action::NoOp, 3)]);
    assert!(human::report(&allowed, Color::No).ends_with("\nallowed: the plan changes nothing\n"));
    assert_eq!(allowed.verdict(), Verdict::Allowed);
}

#[test]
fn nothing_matched_and_nothing_ran_are_said() {
    let mut silent = report(Vec::new());
    for envelope in &mut silent.envelopes {
        envelope.changes = 0;
    }
    for rule in &mut silent.rules {
        rule.judged = 0;
    }
    let text = human::report(&silent, Color::No);
    assert!(
        text.contains("\nnote: no change matched an envelope\nnote: no rule applied to this plan\n"),
        "{text}"
    );
    let document: Value = serde_json::from_str(&json::report(&silent)).expect("JSON");
    assert_eq!(
        (&document["matched_an_envelope"], &document["applied_a_rule"]),
        (&Value::Bool(false), &Value::Bool(false))
    );
}

#[test]
fn color_adds_sequences_and_changes_no_word() {
    let report = report(every_kind());
    let colored = human::report(&report, Color::Yes);
    assert!(colored.starts_with("\u{1b}[1m\u{1b}[31merror[region-outside-envelope]\u{1b}[0m"), "{colored:?}");
    let mut plain = String::new();
    let mut rest = colored.as_str();
    while let Some((before, sequence)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = sequence.split_once('m').expect("a whole sequence").1;
    }
    assert_eq!(plain + rest, human::report(&report, Color::No));
}

#[test]
fn text_of_a_plan_can_neither_color_nor_forge_lines() {
    let evil = "x\u{1b}[2K\rallowed: all well\n\u{202e}\u{9b}31m`";
    let mut finding =
        Finding::new("plan-partial", Effect::Deny, format!("raw {evil}")).because(evil).help(evil);
    finding = finding.at(vec![Place::new(evil, Action::Create).attribute(
        evil,
        None,
        Some(Shown::Text(evil.to_owned())),
    )]);
    finding.envelope = Some(evil.to_owned());
    let mut hostile = report(vec![finding]);
    hostile.plan.terraform_version = Some(evil.to_owned());
    hostile.governance.origin = Origin::Lock(evil.to_owned());
    hostile.given.workspace = Some(evil.to_owned());
    hostile.envelopes[0].name = evil.to_owned();
    hostile.not_judged[0].what = evil.to_owned();
    hostile.not_judged[1].envelope = Some(evil.to_owned());
    hostile.unknown_types = BTreeMap::from([(evil.to_owned(), 1)]);
    let lines = human::report(&hostile, Color::No);
    let document = json::report(&hostile);
    for (text, what) in [(&lines, "human"), (&document, "json")] {
        let odd = text.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(odd, None, "{what}");
        assert!(!text.lines().any(|line| line.starts_with("allowed")), "{what}");
    }
    let back: Value = serde_json::from_str(&document).expect("JSON");
    assert_eq!(back["findings"][0]["places"][0]["address"], evil, "programs get the address as it is");
}

#[test]
fn an_error_looks_like_a_finding() {
    let error = CheckError::new("the plan is empty").with_why("it has no bytes").with_help("make it again");
    assert_eq!(
        human::error(&error, Color::No),
        "error: the plan is empty\n  = why: it has no bytes\n  = help: make it again\n"
    );
    let expected = r#"{
  "format_version": "1.1",
  "verdict": "could_not_check",
  "exit_code": 1,
  "error": {
    "message": "the plan is empty",
    "why": [
      "it has no bytes"
    ],
    "help": "make it again"
  }
}
"#;
    assert_eq!(json::error(&error), expected);
}
