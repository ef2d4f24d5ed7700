use super::*;
use crate::{
    approver::tests::approver,
    envelope::tests::{full, with},
    time::parse_date,
};

fn now() -> Timestamp {
    "2026-12-01T00:00:00Z".parse().unwrap()
}

fn found(prior: &Envelope, proposed: &Envelope) -> Vec<String> {
    loosened(prior, proposed, now(), |_, _| false).iter().map(ToString::to_string).collect()
}

/// One edit of the full example each, and whether it loosens. The way back always does the opposite.
const EDITS: &[(&str, &str, bool)] = &[
    ("limits.cost.ceiling", "12001", true),
    ("limits.cost.ceiling", "11000", false),
    ("limits.cost.notify_at", "[50, 100]", true),
    ("limits.cost.notify_at", "[50, 60, 80, 100]", false),
    ("limits.capacity.gpus", "null", true),
    ("limits.capacity.nodes", r#"{"ceiling":5}"#, false),
    ("limits.instance_types", "null", true),
    ("limits.logging", r#""allow""#, true),
    ("limits.logging", r#""deny""#, false),
    ("limits.defaults", r#""consent""#, false),
    ("limits.defaults", r#""allow""#, true),
    ("limits.tags.required", r#"["owner","team"]"#, false),
    ("consent.quorum", r#"{"finance":1}"#, true),
    ("scope.accounts", r#"["aws:123456789012","aws:210987654321"]"#, false),
    ("scope.workspaces", r#"["*"]"#, false),
    ("scope.addresses", r#"["module.agents.aws_instance.*"]"#, true),
    ("scope.resource_types", "null", false),
    ("scope.tags", r#"{"workload":"support-agents","stage":"prod"}"#, true),
    ("agents.principals", "null", false),
    ("agents.actors", r#"["copilot-swe-agent[bot]","devin-ai-integration[bot]"]"#, false),
    ("review.due", r#""2027-03-01""#, true),
    ("review.every", r#""month""#, false),
    ("review", "null", true),
    ("freezes", "[]", true),
    ("deletion_protection", "false", true),
];

#[test]
fn each_change_has_one_direction() {
    for (path, value, loosens) in EDITS {
        let (base, edited) = (full(), with(&[(path, value)]));
        let (there, back) = (found(&base, &edited), found(&edited, &base));
        assert_eq!(there.is_empty(), !loosens, "{path} = {value}: {there:?}");
        assert_eq!(back.is_empty(), *loosens, "back from {path} = {value}: {back:?}");
    }
}

/// The block that the edits below are made in.
const AWS: &str = r#"{
    "budget": {"subscribers": ["finops@example.com", "cfo@example.com"], "topic": "arn:aws:sns:us-east-1:123456789012:finops",
        "action": {"role": "arn:aws:iam::123456789012:role/stop", "targets": ["ou-abcd-12345678"], "at_percent": 90, "approval": "automatic"}},
    "region_guard": {"targets": ["ou-abcd-12345678"], "exempt_actions": ["s3:List*"]},
    "tamper_guard": {"targets": ["ou-abcd-12345678", "210987654321"]},
    "caps": [
        {"autoscaling_group": "workers", "min": 1, "max": 10},
        {"autoscaling_group": "workers", "max": 20, "account": "210987654321"},
        {"lambda_function": "analysis", "reserved_concurrency": 50}
    ],
    "minimum_strength": {"regions": "denies_on_write"}
}"#;

/// As [`EDITS`], each of one attribute of the block.
const AWS_EDITS: &[(&str, &str, bool)] = &[
    ("aws", "null", true),
    ("aws.budget", "null", true),
    ("aws.budget.subscribers", r#"["finops@example.com"]"#, true),
    ("aws.budget.topic", "null", true),
    ("aws.budget.action", "null", true),
    ("aws.budget.action.approval", r#""manual""#, true),
    ("aws.budget.action.at_percent", "100", true),
    ("aws.budget.action.at_percent", "80", false),
    ("aws.budget.action.targets", r#"["ou-abcd-12345678", "r-abcd"]"#, false),
    ("aws.region_guard", "null", true),
    ("aws.region_guard.exempt_actions", "null", false),
    ("aws.region_guard.exempt_actions", r#"["s3:List*", "s3:GetObject"]"#, true),
    ("aws.region_guard.targets", r#"["ou-abcd-12345678", "210987654321"]"#, false),
    ("aws.tamper_guard.targets", r#"["ou-abcd-12345678"]"#, true),
    ("aws.scale_guard", r#"{"targets": ["ou-abcd-12345678"]}"#, false),
    ("aws.minimum_strength", "null", true),
    ("aws.minimum_strength.regions", r#""alerts""#, true),
];

#[test]
fn each_change_of_the_controls_has_one_direction() {
    let base = with(&[("aws", AWS)]);
    for (path, value, loosens) in AWS_EDITS {
        let edited = with(&[("aws", AWS), (path, value)]);
        let (there, back) = (found(&base, &edited), found(&edited, &base));
        assert_eq!(there.is_empty(), !loosens, "{path} = {value}: {there:?}");
        assert_eq!(back.is_empty(), *loosens, "back from {path} = {value}: {back:?}");
    }
}

/// Caps by their text, and whether the change loosens; the way back does the opposite.
#[test]
fn each_change_of_a_cap_has_one_direction() {
    let base = with(&[("aws", AWS)]);
    for (from, to, loosens) in [
        (r#""min": 1, "max": 10"#, r#""min": 1, "max": 11"#, true),
        (r#""min": 1, "max": 10"#, r#""min": 1, "max": 9"#, false),
        (r#""min": 1, "max": 10"#, r#""min": 2, "max": 10"#, true),
        (r#""max": 20, "account""#, r#""max": 15, "account""#, false),
        (r#""reserved_concurrency": 50"#, r#""reserved_concurrency": 0"#, false),
        (
            r#",
        {"lambda_function": "analysis", "reserved_concurrency": 50}"#,
            "",
            true,
        ),
    ] {
        assert!(AWS.contains(from), "{from}");
        let edited = with(&[("aws", &AWS.replace(from, to))]);
        let (there, back) = (found(&base, &edited), found(&edited, &base));
        assert_eq!(there.is_empty(), !loosens, "{from} -> {to}: {there:?}");
        assert_eq!(back.is_empty(), loosens, "back from {from} -> {to}: {back:?}");
    }
    // A floor that nobody declares may be anything.
    let floorless = with(&[("aws", &AWS.replace(r#""min": 1, "max": 10"#, r#""max": 10"#))]);
    assert!(!found(&base, &floorless).is_empty() && !found(&floorless, &base).is_empty());
    // Another account is another control, and how policies are packed is none.
    let elsewhere = with(&[("aws", AWS), ("aws.account", r#""210987654321""#)]);
    assert!(!found(&base, &elsewhere).is_empty() && !found(&elsewhere, &base).is_empty());
    let packed = with(&[("aws", AWS), ("aws.service_control_policies", r#"{"max_bytes": 10240}"#)]);
    assert!(found(&base, &packed).is_empty() && found(&packed, &base).is_empty());
}

#[test]
fn what_has_no_order_loosens_both_ways() {
    for (path, value) in [
        ("name", r#""other-agents""#),
        ("owner.email", r#""agent@example.com""#),
        ("scope.accounts", r#"["aws:210987654321"]"#),
        ("agents.actors", r#"["someone"]"#),
        ("limits.cost.currency", r#""EUR""#),
    ] {
        let (base, edited) = (full(), with(&[(path, value)]));
        assert!(!found(&base, &edited).is_empty() && !found(&edited, &base).is_empty(), "{path}");
    }
}

#[test]
fn nothing_and_another_purpose_loosen_nothing() {
    assert_eq!(found(&full(), &full()), [""; 0]);
    assert_eq!(found(&full(), &with(&[("purpose", r#""Better words""#)])), [""; 0]);
}

#[test]
fn another_set_of_approvers_is_for_people_to_decide() {
    let mut fewer = full();
    fewer.consent.approvers.pop_first();
    for (prior, proposed) in [(full(), fewer.clone()), (fewer, full())] {
        assert!(found(&prior, &proposed).iter().any(|fault| fault.starts_with("`consent.approvers`")));
    }
}

#[test]
fn a_freeze_binds_until_it_ends() {
    let (base, none) = (full(), with(&[("freezes", "[]")]));
    let later = "2027-01-03T00:00:00Z".parse().unwrap();
    assert!(loosened(&base, &none, later, |_, _| false).is_empty());
    // Under way, its beginning no longer matters.
    let rest = r#"[{"from":"2026-12-24T00:00:00Z","until":"2027-01-05T00:00:00Z","reason":"r","owner":"a@b.example"}]"#;
    let rest = with(&[("freezes", rest)]);
    let within = "2026-12-25T00:00:00Z".parse().unwrap();
    assert!(loosened(&base, &rest, within, |_, _| false).is_empty());
    assert!(!found(&base, &rest).is_empty());
}

#[test]
fn a_parent_that_is_only_changed_is_judged_by_itself() {
    let parents = [Digest::of(b"old"), Digest::of(b"new")];
    let [old, new] = parents.map(|parent| Envelope { parent: Some(parent), ..full() });
    assert!(!loosened(&old, &new, now(), |_, _| false).is_empty());
    assert!(loosened(&old, &new, now(), |was, is| [was, is] == parents).is_empty());
    assert!(loosened(&full(), &new, now(), |_, _| false).is_empty());
    assert!(!loosened(&old, &full(), now(), |_, _| true).is_empty());
}

/// An envelope may follow an approver of whom only something was taken away; a new person beside is another matter.
#[test]
fn an_approver_who_only_has_less_takes_the_same_place() {
    let names = [Digest::of(b"dana"), Digest::of(b"dana with less"), Digest::of(b"eve")];
    let of = |names: &[Digest]| {
        let mut envelope = full();
        envelope.consent.approvers = names.iter().copied().collect();
        envelope
    };
    let follows = |was, is| [was, is] == names[..2];
    let [before, after, with_eve] = [&names[..1], &names[1..2], &names[1..]].map(of);
    assert!(loosened(&before, &after, now(), follows).is_empty());
    assert!(!loosened(&after, &before, now(), follows).is_empty());
    assert!(!loosened(&before, &with_eve, now(), follows).is_empty());
    assert!(!loosened(&before, &after, now(), |_, _| false).is_empty());
}

/// A later version adds attributes; until somebody writes down their direction, a change of them is loosening.
#[test]
fn what_nobody_compared_loosens() {
    let mut change = Change { found: Vec::new(), kind: "envelope" };
    change.rest(r#"{"later":{"a":1},"name":"a"}"#, r#"{"later":{"a":2},"name":"b"}"#, &COMPARED);
    assert_eq!(change.found.len(), 1, "{:?}", change.found);
    let record = Json::parse(&full().record()).unwrap();
    let members =
        record.as_object().unwrap().keys().filter(|name| !matches!(name.as_str(), "kind" | "format"));
    assert!(members.clone().all(|name| COMPARED.contains(&name.as_str())), "not compared: {members:?}");
}

#[test]
fn approvers_and_overrides_have_their_own_order() {
    let dana = approver("dana", "finance", 1);
    let other = Approver { name: "Dana R.".to_owned(), ..dana.clone() };
    assert!(approver_changed(&dana, &dana).is_empty() && !approver_changed(&dana, &other).is_empty());
    // Two things only take away: a key that is revoked, and an earlier end.
    let less = Approver { revoked_keys: dana.keys.clone(), ..dana.clone() };
    let sooner = Approver { valid_until: parse_date("2026-12-31").ok(), ..less.clone() };
    assert!(is_restriction(&dana, &less) && is_restriction(&less, &sooner));
    assert!(!is_restriction(&less, &dana) && !is_restriction(&sooner, &less));
    assert!(!is_restriction(&dana, &Approver { valid_until: None, ..dana.clone() }));
    let somebody = approver("lee", "finance", 1);
    assert!(!is_restriction(&dana, &somebody));
    let mut accepted = crate::default_override::tests::with(&[]);
    accepted.decision = Decision::Accept;
    let overriding =
        DefaultOverride { decision: Decision::Override, value: Some(Json::from("x")), ..accepted.clone() };
    assert!(override_loosened(&accepted, &overriding, |_, _| false).is_empty());
    assert!(!override_loosened(&overriding, &accepted, |_, _| false).is_empty());
    let other = DefaultOverride { value: Some(Json::from("y")), ..overriding.clone() };
    assert!(!override_loosened(&overriding, &other, |_, _| false).is_empty());
}
