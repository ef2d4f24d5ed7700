//! The rule reference is complete, and the committed page is what the rules say.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "the test compares a file, and writes it when the environment says so"
)]

mod scene;

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

/// The catalog of defaults, by cloud, as the documentation has it.
#[test]
fn the_pages_of_defaults_are_current() {
    let guides = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides");
    for (name, page) in plancheck::defaults::reference::pages() {
        let path = guides.join(name);
        if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
            std::fs::write(&path, &page).expect("the page is written");
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        assert!(
            committed == page,
            "docs/guides/{name} is stale: run this test with {UPDATE}=1 and review the difference"
        );
    }
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

/// Which rules judge a limit. What an envelope says of its coverage, and what there are rules for, is the same list.
const JUDGED: &[(&str, &[&str])] = &[
    ("limits.regions", &["region-outside-envelope"]),
    ("limits.regions.inference_geographies", &["cross-region-inference"]),
    ("limits.capacity", &["scale-above-ceiling", "scale-needs-consent", "scale-unbounded"]),
    ("limits.instance_types", &["instance-type-not-allowed"]),
    ("limits.integrations.models", &["model-not-allowed"]),
    ("limits.integrations.endpoints", &["integration-not-allowed"]),
    ("limits.integrations.providers", &["provider-not-allowed"]),
    ("limits.integrations.services", &["service-not-allowed"]),
    ("limits.perimeter.public", &["public-exposure"]),
    ("limits.tags.required", &["tag-missing"]),
    ("limits.growth", &["growth-per-change", "change-too-wide"]),
    ("limits.logging", &["logging-reduced"]),
    ("limits.deletion", &["data-deletion"]),
    ("limits.privileges", &["agent-privilege-widened"]),
    ("limits.actions", &["action-invocation"]),
    ("limits.defaults", &["vendor-default-ungoverned"]),
];

#[test]
fn what_envelopes_say_of_their_coverage_is_what_there_are_rules_for() {
    let limits = serde_json::json!({
        "cost": { "currency": "USD", "period": "monthly", "ceiling": 10 },
        "regions": { "allow": ["eu-west-1"] },
        "capacity": { "gpus": { "ceiling": 1 } },
        "integrations": { "models": ["a"], "endpoints": ["b"], "providers": ["c"], "services": ["d"] },
        "instance_types": { "deny": ["p5.*"] },
        "tags": { "required": ["owner"] },
        "growth": { "resources_per_change": 1 },
        "defaults": "consent",
    });
    let lock =
        remit_governance::Lock::parse(scene::lock(&[scene::over_all(&limits)]).as_bytes()).expect("a lock");
    let envelope = lock.envelopes().first().expect("an envelope");
    for covered in remit_governance::control::coverage(envelope) {
        let limit = covered.limit.strip_suffix(".gpus").unwrap_or(&covered.limit);
        let judged = JUDGED.iter().find(|(name, _)| *name == limit);
        let says = covered.delay != "not judged by this version";
        assert_eq!(says, judged.is_some(), "{limit}: {}", covered.delay);
        for rule in judged.map(|(_, rules)| *rules).unwrap_or_default() {
            let rule = RULES.iter().find(|known| known.id == *rule).expect("a rule");
            assert_eq!(rule.dimension, covered.dimension, "{}", rule.id);
        }
    }
}
