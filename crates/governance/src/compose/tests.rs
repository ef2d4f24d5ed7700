use super::*;
use crate::envelope::tests::{full, with};
use proptest::prelude::*;

#[test]
fn an_envelope_contains_itself_and_what_is_tighter() {
    assert_eq!(contains(&full(), &full()), Ok(()));
    let tighter = with(&[
        ("limits.cost.ceiling", "9000"),
        ("limits.cost.authorize_above", "100"),
        ("limits.regions.allow", r#"["eu-west-1"]"#),
        ("limits.regions.exceptions", "[]"),
        ("limits.capacity.nodes", r#"{"ceiling":1}"#),
        ("limits.integrations.models", r#"["anthropic.claude-3-*"]"#),
        ("limits.instance_types", r#"{"deny":["p*.*","p5*.*"]}"#),
        ("limits.logging", r#""deny""#),
        ("limits.growth.resources_per_change", "1"),
        ("consent.quorum", r#"{"finance":1,"security":1,"compliance":1}"#),
        ("consent.expires_after", r#""1h""#),
    ]);
    assert_eq!(contains(&full(), &tighter), Ok(()));
}

#[test]
fn each_loosening_names_both_values() {
    let cases = [
        ("limits.cost.currency", r#""EUR""#),
        ("limits.cost.period", r#""daily""#),
        ("limits.cost.ceiling", "12001"),
        ("limits.cost.authorize_above", "8000.01"),
        ("limits.cost.authorize_above", "null"),
        ("limits.regions", "null"),
        ("limits.regions.allow", r#"["eu-west-1","us-east-1"]"#),
        ("limits.regions.authorize", r#"["us-east-1"]"#),
        ("limits.regions.inference_geographies", r#"["eu","global"]"#),
        (
            "limits.regions.exceptions",
            r#"[{"service":"bedrock","regions":["eu-north-1"],"reason":"r","owner":"a@b.example","expires":"2027-04-01"}]"#,
        ),
        ("limits.capacity.gpus", "null"),
        ("limits.capacity.gpus.ceiling", "9"),
        (
            "limits.capacity.gpus",
            r#"{"unlimited":{"owner":"a@b.example","reason":"r","expires":"2027-01-01"}}"#,
        ),
        ("limits.integrations.models", r#"["anthropic.*"]"#),
        ("limits.integrations.models", "null"),
        ("limits.integrations.authorize", r#"{"models":["openai.*"]}"#),
        ("limits.instance_types", r#"{"deny":["p5.*"]}"#),
        ("limits.instance_types", "null"),
        ("limits.perimeter.public", r#""allow""#),
        ("limits.actions", r#""allow""#),
        ("limits.tags.required", "[]"),
        ("limits.growth", "null"),
        ("limits.growth.percent_per_change", "51"),
        ("consent.quorum", r#"{"finance":1}"#),
        ("consent.by_dimension", "null"),
        ("consent.minimum_assurance", r#""touch""#),
        ("consent.expires_after", r#""73h""#),
        ("consent.execute_within", r#""5h""#),
    ];
    let report = cases.map(|edit| {
        let faults = contains(&full(), &with(&[edit])).unwrap_err();
        let faults: Vec<String> = faults.iter().map(|f| format!("{:?} {f}", f.kind)).collect();
        format!("{} = {}\n{}\n", edit.0, edit.1, faults.join("\n"))
    });
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn a_limit_of_the_parent_must_be_declared() {
    let child = with(&[("limits.cost", "null"), ("limits.growth.cost_per_change", "null")]);
    let faults: Vec<String> =
        contains(&full(), &child).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            "`limits.cost`: `cost` is not declared, and the parent `support-agents` limits it",
            "`limits.growth.cost_per_change`: `cost_per_change` is left out, and the parent `support-agents` has `500`",
        ]
    );
}

#[test]
fn a_child_cannot_take_back_what_the_parent_holds_back() {
    let parent =
        with(&[("limits.instance_types", r#"{"allow":["m*.*"],"deny":["m7.metal"],"authorize":["m7.*"]}"#)]);
    let child = |text: &str| contains(&parent, &with(&[("limits.instance_types", text)])).is_ok();
    assert!(child(r#"{"allow":["m6.*"]}"#));
    assert!(child(r#"{"allow":["m7.*"],"deny":["m7.metal"],"authorize":["m7.*"]}"#));
    assert!(!child(r#"{"allow":["m7.*"],"deny":["m7.metal"]}"#));
    assert!(!child(r#"{"allow":["m*.*"],"authorize":["m7.*"]}"#));
    assert!(!child(r#"{"deny":["m7.*"]}"#));
}

#[test]
fn the_tightest_envelope_binds_and_order_means_nothing() {
    let today = crate::time::parse_date("2026-11-23").unwrap();
    let grant = r#"{"unlimited":{"owner":"a@b.example","reason":"r","expires":"2027-01-01"}}"#;
    let a = with(&[("name", r#""a""#), ("limits.capacity.gpus.ceiling", "8")]);
    let b = with(&[("name", r#""b""#), ("limits.capacity.gpus.ceiling", "6")]);
    let c = with(&[("name", r#""c""#), ("limits.capacity.gpus", grant)]);
    let none = with(&[("name", r#""d""#), ("limits.capacity.gpus", "null")]);
    let five = Decimal::from(5);
    let orders = [[&a, &b, &c, &none], [&none, &c, &b, &a]];
    for order in orders {
        let totals: Vec<_> = order.iter().map(|envelope| (*envelope, five)).collect();
        let binding = intersection(&totals, Unit::Gpus, today).unwrap();
        assert_eq!(binding.envelope.name, "b");
        let slack: Vec<_> = binding.slack.iter().map(|(e, slack)| (e.name.as_str(), *slack)).collect();
        assert_eq!(slack, [("b", Some(Decimal::ONE)), ("a", Some(Decimal::from(3))), ("c", None)]);
    }
    let expired = crate::time::parse_date("2027-01-02").unwrap();
    assert_eq!(intersection(&[(&a, five), (&c, five)], Unit::Gpus, expired).unwrap().envelope.name, "c");
    assert!(intersection(&[(&none, five)], Unit::Gpus, today).is_none());
}

proptest! {
    #[test]
    fn containment_is_reflexive_and_follows_the_ceiling(outer in 0_u32..50, inner in 0_u32..50) {
        let gpus = |count: u32| with(&[("limits.capacity.gpus", &format!(r#"{{"ceiling":{count}}}"#))]);
        prop_assert_eq!(contains(&gpus(outer), &gpus(outer)), Ok(()));
        prop_assert_eq!(contains(&gpus(outer), &gpus(inner)).is_ok(), inner <= outer);
    }
}
