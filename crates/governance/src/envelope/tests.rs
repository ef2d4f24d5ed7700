use super::*;
use crate::approver::{Approver, tests::approver};
use proptest::prelude::*;

/// The example of the design, with three approvers, and one change of a member (`a.b.c` = JSON text) for each edit.
pub(crate) fn config(edits: &[(&str, &str)]) -> Json {
    let mut json = Json::parse(include_str!("../../fixtures/envelope.json")).unwrap();
    let people =
        [approver("dana", "finance", 1), approver("lee", "security", 2), approver("kim", "compliance", 3)];
    let records: Json = people.iter().map(|person| Json::from(person.record())).collect();
    set(&mut json, "consent.approvers", records);
    for (path, text) in edits {
        set(&mut json, path, Json::parse(text).unwrap());
    }
    json
}

pub(crate) fn set(json: &mut Json, path: &str, value: Json) {
    let Json::Object(members) = json else { panic!("no object at {path}") };
    match path.split_once('.') {
        Some((first, rest)) => {
            set(members.entry(first.to_owned()).or_insert(Members::new().into()), rest, value);
        }
        None => {
            members.insert(path.to_owned(), value);
        }
    }
}

pub(crate) fn with(edits: &[(&str, &str)]) -> Envelope {
    Envelope::declare(&config(edits)).unwrap()
}

pub(crate) fn full() -> Envelope {
    with(&[])
}

fn faults(edits: &[(&str, &str)]) -> String {
    let faults = Envelope::declare(&config(edits)).unwrap_err();
    faults.iter().map(|fault| format!("{:?} {fault}", fault.kind)).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_full_example_has_a_golden_record() {
    let envelope = full();
    assert_eq!(Envelope::from_record(&envelope.record()), Ok(envelope.clone()));
    insta::assert_snapshot!(Json::parse(&envelope.record()).unwrap().to_pretty());
    insta::assert_snapshot!(envelope.digest());
}

/// One wrong value each.
const WRONG: &[(&str, &str)] = &[
    ("name", r#""Support Agents""#),
    ("name", "null"),
    ("purpose", r#""""#),
    ("owner.email", r#""mina""#),
    ("owner.name", "null"),
    ("parent", r#""platform""#),
    ("scope", "{}"),
    ("scope.accounts", r#"["aws:1234"]"#),
    ("scope.accounts", r#"["oracle:1234"]"#),
    ("scope.workspaces", r#"[""]"#),
    ("scope.addresses", "7"),
    ("scope.tags", r#"{"a": 1}"#),
    ("scope.region", r#""eu-west-1""#),
    ("agents.actors", "[null]"),
    ("limits.cost.currency", r#""USS""#),
    ("limits.cost.period", r#""month""#),
    ("limits.cost.ceiling", "-1"),
    ("limits.cost.ceiling", "null"),
    ("limits.cost.ceiling", "1e400"),
    ("limits.cost.authorize_above", "12000.01"),
    ("limits.cost.notify_at", "[0]"),
    ("limits.cost.unlimited", r#"{"owner":"a@b.example","reason":"r","expires":"2027-01-01"}"#),
    ("limits.regions.allow", r#"["eu-wset-1"]"#),
    ("limits.regions.allow", r#"["eu-west-1a", "eu-west-1"]"#),
    ("limits.regions.allow", "[]"),
    ("limits.regions.authorize", r#"["eu-west-1"]"#),
    ("limits.regions.inference_geographies", r#"["europe"]"#),
    (
        "limits.regions.exceptions",
        r#"[{"service":"bedrock","regions":["eu-north-1"],"reason":"r","owner":"a@b.example"}]"#,
    ),
    ("limits.capacity.gpu", r#"{"ceiling": 1}"#),
    ("limits.capacity.gpus", r#"{"authorize_above": 1}"#),
    ("limits.capacity.gpus.ceiling", "1.5"),
    ("limits.capacity.gpus.unlimited", r#"{"reason":"r"}"#),
    ("limits.integrations.models", r#"["*", 3]"#),
    ("limits.integrations.authorize", r#"{"model":["a"]}"#),
    ("limits.instance_types", r#"{"authorize":["p5.*"]}"#),
    ("limits.perimeter.public", r#""denied""#),
    ("limits.tags.required", r#""owner""#),
    ("limits.growth.percent_per_window", "10"),
    ("limits.growth.cool_down", r#""1 day""#),
    ("limits.cost", "null"),
    ("limits.logging", r#""off""#),
    ("limits.defaults", r#""ask""#),
    ("consent.approvers", r#"["sha256:00"]"#),
    ("consent.approvers", "[]"),
    ("consent.quorum", r#"{"finance": 2}"#),
    ("consent.quorum", "{}"),
    ("consent.quorum", r#"{"finanse": 1}"#),
    ("consent.quorum", r#"{"finance": 0}"#),
    ("consent.by_dimension", r#"[{"dimensions":["region"],"quorum":{"security":1}}]"#),
    ("consent.by_dimension", r#"[{"dimensions":["regions"],"quorum":{"engineering":1}}]"#),
    ("consent.minimum_assurance", r#""key""#),
    ("consent.minimum_assurance", r#""touch_pin_attested""#),
    ("consent.minimum_assurance_exception", r#"{"owner":"a@b.example","reason":"r","expires":"2027-01-01"}"#),
    ("consent.expires_after", r#""soon""#),
    ("consent.execute_within", "4"),
    ("review.due", r#""2027-02-30""#),
    ("review.every", r#""fortnight""#),
    (
        "freezes",
        r#"[{"from":"2027-01-03T00:00:00Z","until":"2026-12-20T00:00:00Z","reason":"r","owner":"a@b.example"}]"#,
    ),
    ("deletion_protection", r#""yes""#),
    ("aws", r#"{"budgets":{}}"#),
    ("google", "{}"),
    ("ownr", "1"),
];

#[test]
fn one_wrong_value_is_one_fault_at_its_attribute() {
    let report: Vec<String> = WRONG
        .iter()
        .map(|(path, value)| format!("{path} = {value}\n{}\n", faults(&[(path, value)])))
        .collect();
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn all_faults_come_at_once() {
    let faults =
        Envelope::declare(&config(&[("name", "1"), ("owner", "null"), ("limits.regions.allow", "1")]));
    let places: Vec<String> = faults.unwrap_err().iter().map(Invalid::place).collect();
    assert_eq!(places, ["name", "owner", "limits.regions.allow"]);
}

#[test]
fn spelling_never_changes_the_record() {
    let plain = full().record();
    for edits in [
        &[("limits.cost.ceiling", "12000.00"), ("limits.cost.notify_at", "[100, 5e1, 80, 80]")][..],
        &[("limits.cost.ceiling", r#""1.2e4""#), ("consent.expires_after", r#""3d""#)],
        &[("limits.regions.allow", r#"["eu-central-1","EU-WEST-1","eu-west-1"]"#)],
        &[("limits.logging", "null"), ("deletion_protection", "null"), ("limits.perimeter", "null")],
        &[("consent.minimum_assurance", "null"), ("consent.execute_within", r#""240m""#)],
        &[("owner.email", r#""Mina.Okafor@Example.com""#), ("azure", "null")],
    ] {
        assert_eq!(with(edits).record(), plain, "{edits:?}");
    }
    assert_ne!(with(&[("limits.cost.ceiling", "12000.01")]).record(), plain);
}

#[test]
fn what_is_meant_differently_differs() {
    let plain = full().digest();
    for edit in
        [("limits.logging", r#""deny""#), ("deletion_protection", "false"), ("scope.workspaces", "null")]
    {
        assert_ne!(with(&[edit]).digest(), plain, "{edit:?}");
    }
}

#[test]
fn unlimited_needs_its_grounds() {
    let grounds = r#"{"unlimited":{"owner":"a@b.example","reason":"load test","expires":"2027-01-01"}}"#;
    let envelope = with(&[("limits.capacity.gpus", grounds)]);
    assert_eq!(Envelope::from_record(&envelope.record()), Ok(envelope));
}

#[test]
fn key_assurance_stands_on_grounds() {
    let grounds = r#"{"owner":"a@b.example","reason":"keys are ordered","expires":"2027-01-01"}"#;
    let edits = [("consent.minimum_assurance", r#""key""#), ("consent.minimum_assurance_exception", grounds)];
    let envelope = with(&edits);
    assert_eq!(Envelope::from_record(&envelope.record()), Ok(envelope.clone()));
    let on =
        |day: &str| envelope.consent.minimum_assurance_on(crate::time::parse_date(day).unwrap()).as_str();
    assert_eq!((on("2027-01-01"), on("2027-01-02")), ("key", "touch_pin"));
}

#[test]
fn a_child_is_held_to_its_parent_at_declaration() {
    let parent =
        Json::from(with(&[("name", r#""platform""#), ("limits.capacity.gpus.ceiling", "6")]).record());
    let mut json = config(&[]);
    set(&mut json, "parent", parent.clone());
    let faults = Envelope::declare(&json).unwrap_err();
    assert_eq!(faults.iter().map(Invalid::place).collect::<Vec<_>>(), ["limits.capacity.gpus.ceiling"]);
    assert_eq!(faults[0].message, "`ceiling` is `8`, and the parent `platform` has `6`");
    set(&mut json, "limits.capacity.gpus.ceiling", Json::from(6));
    let child = Envelope::declare(&json).unwrap();
    assert!(child.parent.is_some());
}

#[test]
fn other_records_and_newer_ones_are_named() {
    let envelope = full().record();
    let dana = approver("dana", "finance", 1).record();
    let newer = envelope.replace(r#""format":1"#, r#""format":2"#);
    let messages: Vec<String> = [dana.as_str(), newer.as_str(), "{", "[]", "{}"]
        .iter()
        .map(|text| Envelope::from_record(text).unwrap_err().iter().map(ToString::to_string).collect())
        .collect();
    insta::assert_snapshot!(messages.join("\n"));
}

#[test]
fn freezes_hold_until_just_before_their_end() {
    let envelope = full();
    let at = |text: &str| envelope.freeze_at(text.parse().unwrap()).is_some();
    assert!(at("2026-12-20T00:00:00Z") && at("2027-01-02T23:59:59Z"));
    assert!(!at("2026-12-19T23:59:59Z") && !at("2027-01-03T00:00:00Z"));
}

#[test]
fn the_quorum_of_several_dimensions_is_the_highest_of_each() {
    use crate::dimension::Dimension;
    let consent = full().consent;
    assert_eq!(consent.quorum_for(&[Dimension::Cost]).to_string(), "1 finance and 1 security");
    let both = consent.quorum_for(&[Dimension::Cost, Dimension::Regions]);
    assert_eq!(both.to_string(), "1 finance and 1 security and 1 compliance");
}

#[test]
fn one_person_counts_once() {
    let people = |a: Approver, b: Approver| {
        let mut json = config(&[("consent.quorum", r#"{"finance":1}"#), ("consent.by_dimension", "null")]);
        set(&mut json, "consent.approvers", [a.record(), b.record()].into_iter().map(Json::from).collect());
        Envelope::declare(&json).unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let dana = approver("dana", "finance", 1);
    let mut moonlighting = approver("dana", "security", 2);
    assert_eq!(
        people(dana.clone(), moonlighting.clone()),
        ["`consent.approvers[1]`: `dana@example.com` is an approver already, and one person counts once"]
    );
    moonlighting = approver("dee", "security", 1);
    assert!(people(dana, moonlighting)[0].contains("share a key"));
}

proptest! {
    #[test]
    fn any_ceiling_is_recorded_in_one_spelling(units in 0_u32..1_000_000, zeros in 0_usize..4, exponent in 0_u32..3) {
        let spelled = format!("{}.{}", units * 10_u32.pow(exponent), "0".repeat(zeros + 1));
        let scientific = format!("{units}e{exponent}");
        let edit = |text: &str| with(&[("limits.cost.ceiling", text), ("limits.cost.authorize_above", "null")]).record();
        let record = edit(&spelled);
        prop_assert_eq!(&edit(&scientific), &record);
        prop_assert_eq!(&Envelope::from_record(&record).unwrap().record(), &record);
    }

    #[test]
    fn hostile_text_is_an_error_and_no_panic(text in ".{0,200}") {
        prop_assert!(Envelope::from_record(&text).is_err());
    }
}
