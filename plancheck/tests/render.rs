//! What people and programs see of a report, on reports made by hand.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot set up its case fails, and so does one whose document lacks a member"
)]

use std::collections::BTreeMap;

use plancheck::finding::{Effect, Finding, Findings, Place, Shown};
use plancheck::plan::Action;
use plancheck::render::human::{self, Color};
use plancheck::render::json;
use plancheck::report::{
    EnvelopeSeen, Given, GovernanceSeen, NotJudged, Origin, PlanSeen, Report, RuleApplied,
};
use plancheck::rules::RULES;
use plancheck::verdict::{CheckError, Verdict};
use serde_json::Value;

fn report(findings: Vec<Finding>) -> Report {
    let not_judged = |what: &str, envelope: Option<&str>, why: &str| NotJudged {
        what: what.to_owned(),
        envelope: envelope.map(str::to_owned),
        why: why.to_owned(),
    };
    let later = "no rule of this version looks at it";
    Report {
        plan: PlanSeen {
            format_version: "1.2".to_owned(),
            terraform_version: Some("1.15.8".to_owned()),
            actions: BTreeMap::from([
                (Action::Create, 2),
                (Action::Update, 1),
                (Action::NoOp, 4),
                (Action::Read, 1),
            ]),
        },
        governance: GovernanceSeen {
            origin: Origin::Lock("governance.lock.json".to_owned()),
            digest: Some("sha256:5d41".to_owned()),
            serial: Some(7),
            pinned: false,
        },
        given: Given {
            workspace: Some("prod".to_owned()),
            account: None,
            now: "2026-12-01T09:00:00Z".parse().expect("an instant"),
        },
        envelopes: vec![
            EnvelopeSeen {
                name: "payments".to_owned(),
                digest: "sha256:aa".to_owned(),
                changes: 0,
                cannot_tell: 0,
                objects: 1,
            },
            EnvelopeSeen {
                name: "team-a".to_owned(),
                digest: "sha256:bb".to_owned(),
                changes: 3,
                cannot_tell: 1,
                objects: 6,
            },
        ],
        rules: RULES.iter().map(|rule| RuleApplied { rule: rule.id, judged: 3 }).collect(),
        findings: Findings::new(findings),
        not_judged: vec![
            not_judged("`cost`", Some("team-a"), "no price book is given"),
            not_judged("`logging`", Some("payments"), later),
            not_judged("`logging`", Some("team-a"), later),
            not_judged("`tags`", Some("payments"), later),
            not_judged("drift of 2 objects", None, later),
        ],
        unknown_types: BTreeMap::from([("example_widget".to_owned(), 2)]),
    }
}

fn region() -> Finding {
    Finding::new(
        "region-outside-envelope",
        Effect::Deny,
        "`aws_instance.web` would be created in `us-west-1`",
    )
    .at(vec![Place::new("aws_instance.web", Action::Create).attribute(
        "region",
        None,
        Some(Shown::Text("us-west-1".to_owned())),
    )])
    .because("envelope `team-a` (owner `mina@example.com`) allows `eu-west-1`, `eu-central-1`")
    .help("choose an allowed region, or change the envelope (needs consent)")
}

fn every_kind() -> Vec<Finding> {
    let group = |name: &str, before, after| {
        Place::new(format!("aws_autoscaling_group.{name}"), Action::Update)
            .attribute("max_size", before, after)
    };
    let text = |text: &str| Some(Shown::Text(text.to_owned()));
    let many = (10..23).map(|n| Place::new(format!("example_widget.w[{n}]"), Action::Create)).collect();
    let mut consent = Finding::new(
        "scale-needs-consent",
        Effect::Consent,
        "2 resources could grow above the mark for instances",
    )
    .at(vec![
        group("b", text("4"), Some(Shown::Unknown)),
        group("a", Some(Shown::Sensitive), Some(Shown::Absent)),
    ])
    .because("envelope `team-a` (owner `mina@example.com`) asks above 12 instances");
    consent.envelope = Some("team-a".to_owned());
    consent.quorum = Some("1 of finance".to_owned());
    vec![
        Finding::new("scale-unbounded", Effect::Note, "envelope `team-a` grants unlimited instances"),
        Finding::new("ungoverned-change", Effect::Consent, "no envelope covers 13 resources")
            .at(many)
            .untold(),
        consent,
        region(),
    ]
}

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

#[test]
fn the_published_schema_describes_what_is_written() {
    let schema: Value = serde_json::from_str(json::SCHEMA).expect("the schema is JSON");
    let mut unlisted = report(every_kind());
    unlisted.governance =
        GovernanceSeen { origin: Origin::PriorState, digest: None, serial: None, pinned: false };
    unlisted.plan.terraform_version = None;
    let documents = [
        json::report(&report(every_kind())),
        json::report(&report(Vec::new())),
        json::report(&unlisted),
        json::error(&CheckError::new("the plan is empty")),
    ];
    for text in documents {
        let document: Value = serde_json::from_str(&text).expect("JSON");
        let faults = schema_check::faults(&schema, &schema, &document, "$");
        assert!(faults.is_empty(), "{faults:#?}\n{text}");
    }
}

#[test]
fn the_schema_knows_every_action() {
    let schema: Value = serde_json::from_str(json::SCHEMA).expect("the schema is JSON");
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
fn the_schema_refuses_what_is_wrong() {
    let schema: Value = serde_json::from_str(json::SCHEMA).expect("the schema is JSON");
    let good: Value = serde_json::from_str(&json::report(&report(every_kind()))).expect("JSON");
    let spoil: [fn(&mut Value); 5] = [
        |document| document["verdict"] = "fine".into(),
        |document| document["findings"][0]["places"][0]["action"] = "explode".into(),
        |document| document["counts"]["deny"] = "1".into(),
        |document| document["findings"][0]["new"] = 1.into(),
        |document| drop(document.as_object_mut().expect("an object").remove("now")),
    ];
    for (index, spoil) in spoil.iter().enumerate() {
        let mut bad = good.clone();
        spoil(&mut bad);
        assert!(!schema_check::faults(&schema, &schema, &bad, "$").is_empty(), "case {index}");
    }
}

/// The part of JSON Schema that the published file uses, and stricter: a member that the schema does not name is a fault, and so is
/// a keyword that is not understood here.
mod schema_check {
    use serde_json::Value;

    pub(super) fn faults(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
        let mut found = Vec::new();
        for (keyword, rule) in schema.as_object().expect("a schema is an object") {
            let holds = match keyword.as_str() {
                "$schema"
                | "$defs"
                | "title"
                | "description"
                | "format"
                | "properties"
                | "additionalProperties" => true,
                "pattern" => value.as_str().is_some_and(|text| text.starts_with("1.")),
                "type" => types(rule).iter().any(|name| has_type(value, name)),
                "const" => rule == value,
                "enum" => rule.as_array().expect("a list").contains(value),
                "minimum" => value.is_null() || value.as_u64() >= rule.as_u64(),
                "required" => rule
                    .as_array()
                    .expect("a list")
                    .iter()
                    .all(|name| value.get(name.as_str().expect("text")).is_some()),
                "$ref" => {
                    let target = root
                        .pointer(rule.as_str().expect("text").trim_start_matches('#'))
                        .expect("a definition");
                    found.extend(faults(root, target, value, at));
                    true
                }
                "oneOf" => {
                    let fits = |one: &&Value| faults(root, one, value, at).is_empty();
                    rule.as_array().expect("a list").iter().filter(fits).count() == 1
                }
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        found.extend(faults(root, rule, item, &format!("{at}[{index}]")));
                    }
                    true
                }
                "propertyNames" => {
                    for name in value.as_object().into_iter().flatten().map(|(name, _)| name) {
                        found.extend(faults(root, rule, &Value::from(name.as_str()), at));
                    }
                    true
                }
                _ => panic!("keyword `{keyword}` is not understood"),
            };
            if !holds {
                found.push(format!("{at}: {keyword} {rule}"));
            }
        }
        members(root, schema, value, at, &mut found);
        found
    }

    fn members(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
        // The top level names its members in the alternatives.
        if schema.get("oneOf").is_some()
            || (schema.get("properties").is_none() && schema.get("additionalProperties").is_none())
        {
            return;
        }
        for (name, member) in value.as_object().into_iter().flatten() {
            let known = schema["properties"].get(name).or_else(|| schema.get("additionalProperties"));
            match known {
                Some(known) => found.extend(faults(root, known, member, &format!("{at}.{name}"))),
                None => found.push(format!("{at}: `{name}` is not in the schema")),
            }
        }
    }

    fn types(rule: &Value) -> Vec<&str> {
        match rule {
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            one => one.as_str().into_iter().collect(),
        }
    }

    fn has_type(value: &Value, name: &str) -> bool {
        match name {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            "integer" => value.is_u64() || value.is_i64(),
            _ => panic!("type `{name}` is not understood"),
        }
    }
}
