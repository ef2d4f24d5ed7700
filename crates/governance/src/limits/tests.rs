use super::*;
use crate::{
    Decimal, Unit,
    envelope::tests::with,
    glob::Glob,
    region::Cloud,
    time::{Date, parse_date},
};
use proptest::prelude::*;

fn day(text: &str) -> Date {
    parse_date(text).unwrap()
}

fn mark(text: &str) -> Mark {
    with(&[("limits.capacity.vcpus", text)]).limits.capacity.mark(Unit::Vcpus).unwrap().clone()
}

const GRANT: &str =
    r#"{"unlimited":{"owner":"a@b.example","reason":"r","expires":"2027-01-01"},"authorize_above":10}"#;

#[test]
fn only_growth_crosses_a_mark() {
    let mark = mark(r#"{"ceiling":20,"authorize_above":12,"notify_at":[50,80]}"#);
    let number = Decimal::from;
    let slack = |n: i32| Some(number(n));
    let ceiling = number(20);
    for (before, after, answer) in [
        (0, 9, ScaleAnswer::Within { slack: slack(11) }),
        (0, 10, ScaleAnswer::Notify { percent: 50, slack: number(10) }),
        (10, 12, ScaleAnswer::Within { slack: slack(8) }),
        (12, 13, ScaleAnswer::NeedsConsent { authorize_above: number(12), slack: slack(7) }),
        (13, 13, ScaleAnswer::Within { slack: slack(7) }),
        (18, 14, ScaleAnswer::Within { slack: slack(6) }),
        (0, 20, ScaleAnswer::NeedsConsent { authorize_above: number(12), slack: slack(0) }),
        (0, 21, ScaleAnswer::Exceeds { ceiling, by: number(1) }),
        (25, 25, ScaleAnswer::PreExisting { ceiling, by: number(5) }),
        (25, 24, ScaleAnswer::PreExisting { ceiling, by: number(4) }),
        (25, 26, ScaleAnswer::Exceeds { ceiling, by: number(6) }),
        (25, 0, ScaleAnswer::Within { slack: slack(20) }),
    ] {
        assert_eq!(
            mark.judge(number(before), number(after), day("2026-11-23")),
            answer,
            "{before} to {after}"
        );
    }
}

#[test]
fn unlimited_counts_until_its_last_day() {
    let mark = mark(GRANT);
    let judge = |before: i32, after: i32, on: &str| mark.judge(before.into(), after.into(), day(on));
    assert!(matches!(judge(0, 10, "2027-01-01"), ScaleAnswer::Unlimited(_)));
    assert!(matches!(judge(0, 11, "2027-01-01"), ScaleAnswer::NeedsConsent { slack: None, .. }));
    assert!(matches!(judge(0, 1, "2027-01-02"), ScaleAnswer::UnlimitedExpired(_)));
    assert_eq!(judge(5, 5, "2027-01-02"), ScaleAnswer::Within { slack: None });
}

#[test]
fn zero_is_a_ceiling() {
    let mark = mark(r#"{"ceiling":0}"#);
    assert!(matches!(mark.judge(0.into(), 1.into(), day("2026-11-23")), ScaleAnswer::Exceeds { .. }));
    assert!(matches!(mark.judge(0.into(), 0.into(), day("2026-11-23")), ScaleAnswer::Within { .. }));
}

fn rank(answer: ScaleAnswer) -> u8 {
    match answer {
        ScaleAnswer::Within { .. } => 0,
        ScaleAnswer::Notify { .. } | ScaleAnswer::PreExisting { .. } | ScaleAnswer::Unlimited(_) => 1,
        ScaleAnswer::NeedsConsent { .. } => 2,
        ScaleAnswer::Exceeds { .. } | ScaleAnswer::UnlimitedExpired(_) => 3,
    }
}

proptest! {
    #[test]
    fn more_is_never_judged_better(ceiling in 0_i32..40, asks in 0_i32..40, before in 0_i32..60, a in 0_i32..60, b in 0_i32..60) {
        let asks = asks.min(ceiling);
        let mark = mark(&format!(r#"{{"ceiling":{ceiling},"authorize_above":{asks},"notify_at":[50,80,100]}}"#));
        let judge = |after: i32| rank(mark.judge(before.into(), after.into(), day("2026-11-23")));
        let (less, more) = (a.min(b), a.max(b));
        prop_assert!(judge(less) <= judge(more));
    }

    #[test]
    fn extremes_do_not_panic(before in any::<u64>(), after in any::<u64>()) {
        let mark = mark(r#"{"ceiling":"79228162514264337593543950335","notify_at":[100]}"#);
        mark.judge(Decimal::from(before).saturating_mul(Decimal::MAX), Decimal::from(after), day("2026-11-23"));
        mark.judge(Decimal::MIN, Decimal::MAX, day("2026-11-23"));
    }
}

#[test]
fn regions_are_judged_in_every_spelling() {
    let envelope = with(&[
        ("limits.regions.allow", r#"["eu-west-1","europe-west1","westeurope","aws:eu-west-9"]"#),
        ("limits.regions.authorize", r#"["us-east-1"]"#),
    ]);
    let regions = envelope.limits.regions.unwrap();
    let judge = |cloud, name: &str, service| regions.judge(cloud, name, service, day("2027-03-31"));
    for (cloud, name) in [
        (Cloud::Aws, "eu-west-1"),
        (Cloud::Aws, "eu-west-1b"),
        (Cloud::Gcp, "europe-west1-d"),
        (Cloud::Gcp, "EUROPE-WEST1"),
        (Cloud::Azure, "West Europe"),
        (Cloud::Aws, "eu-west-9"),
    ] {
        assert_eq!(judge(cloud, name, None), RegionAnswer::Allowed, "{name}");
    }
    assert_eq!(judge(Cloud::Aws, "us-east-1", None), RegionAnswer::NeedsConsent);
    for (cloud, name) in [
        (Cloud::Gcp, "EU"),
        (Cloud::Gcp, "global"),
        (Cloud::Gcp, "eu-west-9"),
        (Cloud::Aws, "us-east-2"),
        (Cloud::Aws, ""),
    ] {
        assert_eq!(judge(cloud, name, None), RegionAnswer::Outside, "{name}");
    }
    assert!(matches!(judge(Cloud::Aws, "eu-north-1", Some("bedrock")), RegionAnswer::ByException(_)));
    assert_eq!(judge(Cloud::Aws, "eu-north-1", Some("ec2")), RegionAnswer::Outside);
    assert_eq!(judge(Cloud::Aws, "eu-north-1", None), RegionAnswer::Outside);
    let late = regions.judge(Cloud::Aws, "eu-north-1", Some("bedrock"), day("2027-04-01"));
    assert!(matches!(late, RegionAnswer::Expired(_)));
}

#[test]
fn inference_stays_in_region_unless_named() {
    use crate::region::Geography;
    let named = with(&[]).limits.regions.unwrap();
    assert!(named.allows_inference_in(Geography::Eu) && !named.allows_inference_in(Geography::Global));
    let silent = with(&[("limits.regions.inference_geographies", "null")]).limits.regions.unwrap();
    assert!(!silent.allows_inference_in(Geography::Eu));
}

#[test]
fn denied_wins_over_asked_wins_over_allowed() {
    let choice = with(&[(
        "limits.instance_types",
        r#"{"allow":["m*.*","p5.*"],"deny":["p5.*"],"authorize":["m7.*"]}"#,
    )]);
    let choice = choice.limits.instance_types.unwrap();
    assert_eq!(choice.judge("p5.48xlarge"), ChoiceAnswer::Denied(Some(&Glob::of_names("p5.*").unwrap())));
    assert_eq!(choice.judge("m7.large"), ChoiceAnswer::NeedsConsent(&Glob::of_names("m7.*").unwrap()));
    assert_eq!(choice.judge("m6.large"), ChoiceAnswer::Allowed);
    assert_eq!(choice.judge("t3.large"), ChoiceAnswer::Denied(None));
    let only_denied = with(&[]).limits.instance_types.unwrap();
    assert_eq!(only_denied.judge("t3.large"), ChoiceAnswer::Allowed);
}
