//! The rule reference is complete, and the committed page is what the rules say.
#![allow(
    clippy::disallowed_methods,
    reason = "the test compares a file, and writes it when the environment says so"
)]

use plancheck::render::reference;
use plancheck::rules::RULES;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/RULES.md");
const UPDATE: &str = "REMIT_UPDATE_RULES";

#[test]
fn the_committed_page_is_current() {
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        std::fs::write(PAGE, reference::page()).expect("the page is written");
    }
    let committed = std::fs::read_to_string(PAGE).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        committed == reference::page(),
        "plancheck/RULES.md is stale: run this test with {UPDATE}=1 and review the difference"
    );
}

#[test]
fn every_rule_explains_itself_in_the_same_sections() {
    for rule in RULES {
        let headings: Vec<&str> = rule.explain.lines().filter(|line| line.starts_with('#')).collect();
        let expected =
            ["## What it checks", "## Why", "## Example", "## How to resolve", "## Unknown values"];
        assert_eq!(headings, expected, "{}", rule.id);
        for section in rule.explain.split("## ").skip(1) {
            let (heading, text) = section.split_once('\n').unwrap_or((section, ""));
            assert!(text.trim().len() > 20, "{}: `{heading}` says nothing", rule.id);
        }
    }
}

#[test]
fn every_rule_has_an_id_a_summary_and_its_verdicts() {
    let mut ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    for rule in RULES {
        assert!(rule.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", rule.id);
        assert!(
            !rule.summary.ends_with('.') && rule.summary.starts_with(|c: char| c.is_lowercase()),
            "{}",
            rule.id
        );
        let gravest = rule.verdicts.iter().map(|(_, effect)| *effect).max();
        assert_eq!(gravest, Some(rule.severity), "{}", rule.id);
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), RULES.len(), "two rules share an id");
}
