//! Every rule on its three plans: one where it fires, one where it holds, one where what it looks at is unknown. The folders under
//! `tests/rules` are the list: to add a rule's tests, add its folder.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test may panic, and reads its fixtures itself"
)]

mod scene;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use plancheck::Beside;
use plancheck::finding::{Certainty, Effect, Finding};
use plancheck::report::Report;
use plancheck::rules::RULES;
use plancheck::source::Index;
use serde_json::{Value, json};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rules");

/// What each rule makes of the unknown. Most ask for consent themselves; some leave that to another rule, or to nobody, and say so in
/// their documentation.
const UNKNOWN: &[(&str, Unknown)] = &[
    ("region-outside-envelope", Unknown::Asks("region-outside-envelope")),
    ("scale-above-ceiling", Unknown::Asks("scale-needs-consent")),
    ("scale-unbounded", Unknown::Asks("scale-needs-consent")),
    ("scale-needs-consent", Unknown::Asks("scale-needs-consent")),
    ("ceiling-hidden", Unknown::Asks("ceiling-hidden")),
    ("cross-region-inference", Unknown::Asks("cross-region-inference")),
    ("instance-type-not-allowed", Unknown::Asks("instance-type-not-allowed")),
    ("model-not-allowed", Unknown::Asks("model-not-allowed")),
    ("integration-not-allowed", Unknown::Asks("integration-not-allowed")),
    ("provider-not-allowed", Unknown::Asks("provider-not-allowed")),
    ("service-not-allowed", Unknown::Asks("service-not-allowed")),
    ("tag-missing", Unknown::Asks("tag-missing")),
    ("growth-over-time", Unknown::Asks("growth-over-time")),
    ("growth-per-change", Unknown::Asks("scale-needs-consent")),
    // How many objects a plan creates is always known.
    ("change-too-wide", Unknown::IsSilent),
    // What may be inside an envelope counts as inside: the limits of the envelope decide, and the finding says so.
    ("ungoverned-change", Unknown::Denies("scale-above-ceiling")),
    ("default-residency", Unknown::Asks("default-residency")),
    ("vendor-default-ungoverned", Unknown::Asks("vendor-default-ungoverned")),
    ("override-contradicted", Unknown::Asks("override-contradicted")),
    ("override-expired", Unknown::Asks("override-expired")),
    // Relying on the default would be allowed.
    ("override-in-use", Unknown::IsSilent),
    // What may need an acceptance may need it.
    ("override-unused", Unknown::IsSilent),
    ("agent-privilege-widened", Unknown::Asks("agent-privilege-widened")),
    ("governance-weakened", Unknown::Asks("governance-weakened")),
    ("approver-changed", Unknown::Asks("approver-changed")),
    ("public-exposure", Unknown::Asks("public-exposure")),
    ("logging-reduced", Unknown::Asks("logging-reduced")),
    ("data-deletion", Unknown::Asks("data-deletion")),
    // What may be inside an envelope counts as inside.
    ("action-invocation", Unknown::Asks("action-invocation")),
    ("drifted-outside-terraform", Unknown::Asks("drifted-outside-terraform")),
    ("envelope-review-overdue", Unknown::Asks("envelope-review-overdue")),
    ("freeze-window", Unknown::Asks("freeze-window")),
    // Whether a reason was given does not depend on values.
    ("rationale-missing", Unknown::IsSilent),
    ("deferred-change", Unknown::Asks("deferred-change")),
    // OpenTofu and older versions never say whether a plan is complete, or can be applied.
    ("plan-partial", Unknown::IsSilent),
    ("plan-not-applyable", Unknown::IsSilent),
    // Actions are never unknown; an empty list of them changes nothing.
    ("change-not-understood", Unknown::IsSilent),
];

#[derive(Clone, Copy)]
enum Unknown {
    Asks(&'static str),
    Denies(&'static str),
    IsSilent,
}

fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(FOLDER).expect("the folder of fixtures");
    let paths = entries.map(|entry| entry.expect("a folder entry").path());
    let mut folders: Vec<PathBuf> = paths.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn name(folder: &Path) -> &str {
    folder.file_name().and_then(|name| name.to_str()).expect("a folder with a name")
}

fn governance() -> String {
    let declared =
        fs::read_to_string(Path::new(FOLDER).join("governance.json")).expect("the shared governance");
    let envelopes: Vec<Value> = serde_json::from_str(&declared).expect("a list of envelopes");
    let decided = fs::read_to_string(Path::new(FOLDER).join("decisions.json")).expect("the shared decisions");
    let decided: Vec<Value> = serde_json::from_str(&decided).expect("a list of decisions");
    scene::lock_with(&envelopes, &decided)
}

fn report(lock: &str, folder: &Path, case: &str) -> Report {
    let path = folder.join(format!("{case}.json"));
    let plan = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    // A folder of the case's name holds the source that the plan was made from.
    let source = folder.join(case);
    let source = source.is_dir().then(|| Index::read(&scene::Disk(&source), ""));
    // What a log and an agent would say stands beside the plan, too.
    let past = folder.join(format!("{case}.log.json"));
    let past = past.is_file().then(|| scene::past(&fs::read_to_string(past).expect("a log")));
    let rationale = folder.join(format!("{case}.rationale.json")).is_file();
    let beside = Beside { source: source.as_ref(), past: past.as_ref(), rationale, ..Beside::default() };
    scene::judge_beside(lock, &plan, beside, scene::given())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn of_rule<'r>(report: &'r Report, rule: &str) -> Vec<&'r Finding> {
    report.findings.as_slice().iter().filter(|finding| finding.rule == rule).collect()
}

fn snapshot(folder: &Path, case: &str, report: &Report) {
    let findings: Vec<Value> = report.findings.as_slice().iter().map(scene::as_data).collect();
    let data = json!({ "verdict": report.verdict().id(), "findings": findings });
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_json_snapshot!(case, data));
}

#[test]
fn every_rule_has_its_three_plans_and_every_folder_its_rule() {
    let rules: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    let all = folders();
    let found: BTreeSet<&str> = all.iter().map(|folder| name(folder)).collect();
    assert_eq!(found, rules, "the folders under tests/rules are the rules");
    for folder in &all {
        for case in ["fires", "holds", "unknown"] {
            assert!(folder.join(format!("{case}.json")).is_file(), "{} lacks {case}.json", name(folder));
        }
    }
    let decided: BTreeSet<&str> = UNKNOWN.iter().map(|(rule, _)| *rule).collect();
    assert_eq!(decided, rules, "every rule decides what it makes of the unknown");
}

#[test]
fn every_rule_fires_where_it_should() {
    let lock = governance();
    for folder in folders() {
        let report = report(&lock, &folder, "fires");
        let rule = RULES.iter().find(|rule| rule.id == name(&folder)).expect("a rule");
        let gravest = of_rule(&report, rule.id).iter().map(|finding| finding.effect).max();
        assert_eq!(gravest, Some(rule.severity), "{}: {:#?}", rule.id, report.findings);
        for finding in of_rule(&report, rule.id) {
            assert_ne!(finding.why.len(), 0, "{}: no reason in {finding:#?}", rule.id);
            assert!(
                finding.help.is_some() || finding.effect == Effect::Note,
                "{}: no help in {finding:#?}",
                rule.id
            );
        }
        snapshot(&folder, "fires", &report);
    }
}

#[test]
fn every_rule_is_silent_where_it_holds() {
    let lock = governance();
    for folder in folders() {
        let report = report(&lock, &folder, "holds");
        assert!(of_rule(&report, name(&folder)).is_empty(), "{}: {:#?}", name(&folder), report.findings);
        let applied =
            report.rules.iter().find(|applied| applied.rule == name(&folder)).expect("every rule is applied");
        assert_ne!(applied.judged, 0, "{} had nothing to judge, so its silence means nothing", name(&folder));
        snapshot(&folder, "holds", &report);
    }
}

#[test]
fn every_rule_decides_openly_about_the_unknown() {
    let lock = governance();
    for folder in folders() {
        let report = report(&lock, &folder, "unknown");
        let (_, expected) = UNKNOWN.iter().find(|(rule, _)| *rule == name(&folder)).expect("a decision");
        let untold = |rule: &str, effect: Effect| {
            let found = of_rule(&report, rule);
            found.iter().any(|finding| finding.effect == effect && finding.certainty == Certainty::CannotTell)
        };
        let as_decided = match expected {
            Unknown::Asks(rule) => untold(rule, Effect::Consent),
            Unknown::Denies(rule) => untold(rule, Effect::Deny),
            Unknown::IsSilent => report.findings.as_slice().is_empty(),
        };
        assert!(as_decided, "{}: {:#?}", name(&folder), report.findings);
        snapshot(&folder, "unknown", &report);
    }
}

#[test]
fn the_plans_cover_every_action_and_every_type_that_growth_is_judged_for() {
    let mut types = BTreeSet::new();
    let mut actions = BTreeSet::new();
    for folder in folders() {
        for case in ["fires", "holds", "unknown"] {
            let text = fs::read_to_string(folder.join(format!("{case}.json"))).expect("a fixture");
            let plan: Value = serde_json::from_str(&text).expect("JSON");
            for change in plan["resource_changes"].as_array().expect("changes") {
                types.insert(change["type"].as_str().expect("a type").to_owned());
                actions.insert(change["change"]["actions"].to_string());
            }
        }
    }
    for kind in [
        "aws_autoscaling_group",
        "aws_appautoscaling_target",
        "aws_ecs_service",
        "aws_lambda_function",
        "aws_eks_node_group",
        "aws_sagemaker_endpoint_configuration",
        "google_cloud_run_v2_service",
        "google_container_node_pool",
        "google_compute_autoscaler",
        "azurerm_container_app",
        "azurerm_kubernetes_cluster_node_pool",
        "azurerm_monitor_autoscale_setting",
        "azurerm_cognitive_deployment",
    ] {
        assert!(types.contains(kind), "no fixture has {kind}");
    }
    for action in
        [r#"["create"]"#, r#"["update"]"#, r#"["delete"]"#, r#"["no-op"]"#, r#"["delete","create"]"#]
    {
        assert!(actions.contains(action), "no fixture has {action}");
    }
}
