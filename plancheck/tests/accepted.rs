//! Accepted findings: what counts no longer, what still does, and what is told about the file itself.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot set up its case fails"
)]

mod scene;

use plancheck::accepted::Accepted;
use plancheck::cases::Table;
use plancheck::finding::Effect;
use plancheck::report::Report;
use plancheck::verdict::Verdict;
use scene::{group, judge, over_all, plan, rules, texts};
use serde_json::{Value, json};

/// 20 instances at most, and `eu-west-1`.
fn envelope() -> Value {
    over_all(&json!({
        "capacity": { "instances": { "ceiling": 20, "authorize_above": 12 } }, "regions": { "allow": ["eu-central-1"] },
    }))
}

fn entry(rule: &str, address: &str, value: &str) -> String {
    format!(
        "[[accept]]\nrule = \"{rule}\"\naddress = \"{address}\"\n{value}\nowner = \"lee@example.com\"\nreason = \"moves in March\"\n\
         expires = 2027-03-31\n"
    )
}

fn apply(report: &mut Report, file: &str) {
    Accepted::read("accepted.toml", file).unwrap_or_else(|error| panic!("{error:?}")).apply(report);
}

/// Two groups outside the allowed region, whose amounts are of no interest.
fn two_outside() -> Report {
    let groups = [group("old", &["update"], Some(2), Some(3)), group("new", &["create"], None, Some(3))];
    judge(&[envelope()], &plan(&groups))
}

const REGION: &str = "region-outside-envelope";

fn regions_of(report: &Report) -> Vec<(bool, Vec<&str>)> {
    let findings = report
        .findings
        .as_slice()
        .iter()
        .filter(|finding| finding.rule == REGION && finding.effect != Effect::Note);
    let place = |finding: &plancheck::finding::Finding| finding.accepted.is_some();
    findings
        .map(|finding| (place(finding), finding.places.iter().map(|place| place.address.as_str()).collect()))
        .collect()
}

#[test]
fn what_is_accepted_is_told_and_does_not_count() {
    let mut report = judge(&[envelope()], &plan(&[group("new", &["create"], None, Some(3))]));
    assert_eq!(report.verdict(), Verdict::Denied);
    apply(&mut report, &entry(REGION, "aws_autoscaling_group.*", "value = \"eu-west-1\""));
    assert_eq!(report.verdict(), Verdict::Allowed);
    assert_eq!(regions_of(&report), [(true, vec!["aws_autoscaling_group.new"])]);
    let seen = report.accepted.as_ref().expect("the file is named");
    assert_eq!((seen.name.as_str(), seen.entries, seen.used), ("accepted.toml", 1, 1));
    assert!(seen.digest.starts_with("sha256:"), "{seen:?}");
    assert!(!rules(&report, Effect::Note).contains(&"acceptance-unused"));
}

#[test]
fn one_place_that_is_not_accepted_keeps_its_finding() {
    let outside = |report: &Report| rules(report, Effect::Deny) == [REGION];
    let mut report =
        judge(&[envelope()], &plan(&["a", "b"].map(|name| group(name, &["create"], None, Some(3)))));
    assert!(outside(&report));
    apply(&mut report, &entry(REGION, "aws_autoscaling_group.a", "value = \"eu-west-1\""));
    assert_eq!(report.verdict(), Verdict::Denied);
    assert!(
        texts(&report)
            .contains("`aws_autoscaling_group.a` alone is accepted by `lee@example.com` until 2027-03-31")
    );
    let both = entry(REGION, "aws_autoscaling_group.a", "value = \"eu-west-1\"")
        + &entry(REGION, "aws_autoscaling_group.b", "value = \"eu-west-1\"");
    apply(&mut report, &both);
    assert_eq!(report.verdict(), Verdict::Allowed);
}

#[test]
fn acceptance_holds_for_its_rule_address_and_value_only() {
    for wrong in [
        entry("scale-above-ceiling", "aws_autoscaling_group.*", "value = \"eu-west-1\""),
        entry(REGION, "aws_autoscaling_group.other", "value = \"eu-west-1\""),
        entry(REGION, "aws_autoscaling_group.*", "value = \"eu-west-2\""),
        entry(REGION, "aws_autoscaling_group.*", "up_to = 5"),
        entry(REGION, "aws_autoscaling_group.*", ""),
    ] {
        let mut report = two_outside();
        apply(&mut report, &wrong);
        assert_eq!(report.verdict(), Verdict::Denied, "{wrong}");
        assert!(rules(&report, Effect::Note).contains(&"acceptance-unused"), "{wrong}");
    }
}

#[test]
fn an_amount_is_accepted_up_to_a_number_and_never_without_one() {
    let judged = |max: u32, value: &str| {
        let envelope = over_all(&json!({ "capacity": { "instances": { "ceiling": 20 } } }));
        let mut report = judge(&[envelope], &plan(&[group("big", &["update"], Some(10), Some(max))]));
        apply(&mut report, &entry("scale-above-ceiling", "aws_autoscaling_group.big", value));
        report.verdict()
    };
    assert_eq!(judged(30, "up_to = 30"), Verdict::Allowed);
    assert_eq!(judged(30, "up_to = \"30\""), Verdict::Allowed);
    assert_eq!(judged(31, "up_to = 30"), Verdict::Denied);
    assert_eq!(judged(30, ""), Verdict::Denied);
    let unbounded = plan(&[scene::create("aws_lambda_function.x", json!({ "function_name": "x" }))]);
    let mut report =
        judge(&[over_all(&json!({ "capacity": { "concurrency": { "ceiling": 5 } } }))], &unbounded);
    assert!(rules(&report, Effect::Deny).contains(&"scale-unbounded"));
    for value in ["", "value = \"\"", "up_to = 1000000"] {
        apply(&mut report, &entry("scale-unbounded", "aws_lambda_function.x", value));
        assert_eq!(report.verdict(), Verdict::Denied, "{value}");
    }
}

#[test]
fn what_cannot_be_told_is_never_accepted() {
    let mut hidden = group("x", &["create"], None, Some(3));
    hidden["change"]["after"]["max_size"] = Value::Null;
    let hidden = scene::unknown(hidden, json!({ "max_size": true }));
    let mut report =
        judge(&[over_all(&json!({ "capacity": { "instances": { "ceiling": 20 } } }))], &plan(&[hidden]));
    assert_eq!(report.verdict(), Verdict::ConsentRequired);
    for value in ["", "up_to = 20"] {
        apply(&mut report, &entry("scale-needs-consent", "**", value));
        assert_eq!(report.verdict(), Verdict::ConsentRequired);
    }
    assert!(texts(&report).contains("what cannot be told cannot be accepted"));
}

#[test]
fn an_acceptance_that_is_over_says_so_and_accepts_nothing() {
    let ended = entry(REGION, "**", "value = \"eu-west-1\"").replace("2027-03-31", "2026-11-22");
    let last_day = ended.replace("2026-11-22", "2026-11-23");
    let mut report = two_outside();
    apply(&mut report, &ended);
    assert_eq!(report.verdict(), Verdict::Denied);
    assert!(rules(&report, Effect::Note).contains(&"acceptance-expired"));
    assert!(texts(&report).contains("that ended on 2026-11-22"), "{}", texts(&report));
    apply(&mut report, &last_day);
    assert_eq!(report.verdict(), Verdict::Allowed, "the last day counts");
}

#[test]
fn rules_about_governance_cannot_be_accepted_and_every_fault_is_told() {
    let governance = plancheck::rules::RULES.iter().filter(|rule| rule.dimension.as_str() == "governance");
    for rule in governance {
        let error = Accepted::read("a", &entry(rule.id, "**", "")).expect_err(rule.id);
        assert!(error.why[0].contains("nobody can accept away"), "{error:?}");
    }
    let many = entry("no-such-rule", "a.b", "")
        + &entry(REGION, "a.b", "").replace("moves in March", " ")
        + &entry(REGION, "a.b", "value = \"x\"\nup_to = 1")
        + &entry(REGION, "a.b", "up_to = \"many\"")
        + &entry(REGION, "a.b", "").replace("2027-03-31", "\"someday\"");
    let error = Accepted::read("a", &many).expect_err("five faults");
    assert_eq!(error.why.len(), 5, "{error:?}");
    for text in [
        "[[accept]]\nrule = \"x\"",
        "accept = 5",
        "[[accept]]\nwhatever = 1",
        "not toml",
        &entry(REGION, "a.b", "").replace("expires = 2027-03-31\n", ""),
        &entry(REGION, "a.b", "").replace("owner = \"lee@example.com\"\n", ""),
    ] {
        let error = Accepted::read("a", text).expect_err(text);
        assert!(error.help.is_some() && error.message.contains("line"), "{error:?}");
    }
    assert!(Accepted::read("a", "# nothing is accepted\n").is_ok());
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(\\[\\[accept\\]\\]\n)?([a-z_]{1,8} = (\"[^\"\n]{0,8}\"|[0-9.-]{1,10})\n){0,7}|\\PC{0,40}") {
        if let Err(error) = Accepted::read("list", &text) {
            assert!(error.help.is_some(), "{error:?}");
        }
        if let Ok(table) = Table::read("table", &text) {
            assert!(!table.cases.is_empty());
        }
    }

    #[test]
    fn no_list_makes_a_report_worse_or_opens_more_than_it_names(max in 1..60_u32, most in 1..60_u32) {
        let envelope = over_all(&json!({ "capacity": { "instances": { "ceiling": 20 } } }));
        let mut report = judge(&[envelope], &plan(&[group("x", &["create"], None, Some(max))]));
        let before = report.verdict();
        apply(&mut report, &entry("scale-above-ceiling", "aws_autoscaling_group.x", &format!("up_to = {most}")));
        assert!(report.verdict() <= before);
        assert_eq!(report.verdict() == Verdict::Allowed, max <= 20 || max <= most);
    }
}
