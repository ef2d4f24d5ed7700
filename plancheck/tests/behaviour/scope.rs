//! What an envelope governs: doubt, what the caller says, and what leaves.

use crate::scene::{change, create, given, group, judge, judge_text, lock, plan, unknown};
use crate::{ALLOWED, Expected, assert_judged, limits};
use plancheck::finding::Certainty;
use plancheck::report::Given;
use plancheck::verdict::Verdict;
use serde_json::{Value, json};

#[test]
fn default_tags_of_the_provider_bring_into_a_scope() {
    let envelope =
        json!({ "name": "team-a", "scope": { "tags": { "workload": "agents" } }, "limits": limits() });
    let mut whole = plan(&[group("a", &["create"], None, Some(50))]);
    whole["configuration"]["provider_config"]["aws"]["expressions"]["default_tags"] =
        json!([{ "tags": { "constant_value": { "workload": "agents" } } }]);
    assert_judged(
        "constant",
        &judge(std::slice::from_ref(&envelope), &whole),
        (Verdict::Denied, &["scale-above-ceiling"]),
    );
    whole["configuration"]["provider_config"]["aws"]["expressions"]["default_tags"] =
        json!([{ "tags": { "references": ["local.tags"] } }]);
    let report = judge(std::slice::from_ref(&envelope), &whole);
    assert_judged("not carried", &report, (Verdict::Denied, &["scale-above-ceiling"]));
    assert_eq!(report.findings.as_slice()[0].certainty, Certainty::CannotTell);
}

#[test]
fn unknown_tags_count_as_inside() {
    let tagged =
        json!([{ "name": "team-a", "scope": { "tags": { "workload": "agents" } }, "limits": limits() }]);
    let envelopes = tagged.as_array().expect("a list");
    let with = |tags: Value| {
        let mut group = group("a", &["create"], None, Some(50));
        group["change"]["after"]["tags"] = tags;
        group
    };
    let marked = unknown(with(json!({})), json!({ "tags": true, "tags_all": true }));
    let value = unknown(with(json!({ "owner": "x" })), json!({ "tags": { "workload": true } }));
    let rows: [(&str, Value, Expected); 5] = [
        ("all unknown", marked, (Verdict::Denied, &["scale-above-ceiling"])),
        ("value unknown", value, (Verdict::Denied, &["scale-above-ceiling"])),
        ("matching", with(json!({ "workload": "agents" })), (Verdict::Denied, &["scale-above-ceiling"])),
        (
            "other value",
            with(json!({ "workload": "web" })),
            (Verdict::ConsentRequired, &["ungoverned-change"]),
        ),
        ("null", with(Value::Null), (Verdict::ConsentRequired, &["ungoverned-change"])),
    ];
    for (name, change, expected) in rows {
        let report = judge(envelopes, &plan(std::slice::from_ref(&change)));
        assert_judged(name, &report, expected);
        let doubtful = report.findings.as_slice()[0].certainty == Certainty::CannotTell;
        assert_eq!(doubtful, name.ends_with("unknown"), "{name}: {:#?}", report.findings);
    }
}

#[test]
fn a_given_workspace_or_account_brings_in_and_never_out() {
    let envelope = json!({
        "name": "team-a", "scope": { "workspaces": ["prod"], "accounts": ["aws:123456789012"] }, "limits": limits(),
    });
    let lock = lock(&[envelope]);
    let text = plan(&[group("a", &["create"], None, Some(50))]).to_string();
    for (workspace, account) in [
        (None, None),
        (Some("prod"), Some("aws:123456789012")),
        (Some("dev"), Some("aws:123456789012")),
        (Some("prod"), Some("aws:999999999999")),
        (Some("dev"), Some("aws:999999999999")),
    ] {
        let given =
            Given { workspace: workspace.map(str::to_owned), account: account.map(str::to_owned), ..given() };
        let report = judge_text(&lock, &text, given).unwrap_or_else(|error| panic!("{error}"));
        assert_judged(
            &format!("{workspace:?} {account:?}"),
            &report,
            (Verdict::Denied, &["scale-above-ceiling"]),
        );
        let sure = workspace == Some("prod") && account == Some("aws:123456789012");
        assert_eq!(
            report.findings.as_slice()[0].certainty == Certainty::Known,
            sure,
            "{:#?}",
            report.findings
        );
    }
}

#[test]
fn an_account_that_the_plan_states_takes_out_whatever_is_given() {
    let envelope =
        json!({ "name": "team-a", "scope": { "accounts": ["aws:123456789012"] }, "limits": limits() });
    let lock = lock(&[envelope]);
    let mut elsewhere = plan(&[group("a", &["create"], None, Some(50))]);
    let set = |id: &str| json!({ "constant_value": [id] });
    let given = Given { account: Some("aws:999999999999".to_owned()), ..given() };
    elsewhere["configuration"]["provider_config"]["aws"]["expressions"]["allowed_account_ids"] =
        set("999999999999");
    let report =
        judge_text(&lock, &elsewhere.to_string(), given.clone()).unwrap_or_else(|error| panic!("{error}"));
    assert_judged("another account", &report, (Verdict::ConsentRequired, &["ungoverned-change"]));
    elsewhere["configuration"]["provider_config"]["aws"]["expressions"]["allowed_account_ids"] =
        set("123456789012");
    let report = judge_text(&lock, &elsewhere.to_string(), given).unwrap_or_else(|error| panic!("{error}"));
    assert_judged("this account", &report, (Verdict::Denied, &["scale-above-ceiling"]));
}

#[test]
fn an_account_of_one_cloud_holds_nothing_of_another() {
    let envelope =
        json!({ "name": "team-a", "scope": { "accounts": ["aws:123456789012"] }, "limits": limits() });
    let bucket = create("google_pubsub_topic.t", json!({ "name": "t", "region": "europe-west1" }));
    let report =
        judge(std::slice::from_ref(&envelope), &plan(&[bucket, group("a", &["create"], None, Some(5))]));
    assert_eq!(report.envelopes[0].objects, 1, "{:#?}", report.findings);
    // Which cloud a type of nobody's belongs to cannot be told.
    let release = create("helm_release.r", json!({ "name": "r" }));
    let report = judge(&[envelope], &plan(&[release]));
    assert_eq!(
        (report.envelopes[0].objects, report.envelopes[0].cannot_tell),
        (1, 1),
        "{:#?}",
        report.findings
    );
}

#[test]
fn leaving_a_scope_is_loosening() {
    let narrow = |scope: Value| vec![json!({ "name": "agents", "scope": scope, "limits": limits() })];
    let rule: &[&str] = &["ungoverned-change"];
    let ask = (Verdict::ConsentRequired, rule);

    let mut moved = group("free", &["no-op"], Some(5), Some(5));
    moved["previous_address"] = json!("module.agents.aws_autoscaling_group.free");
    let agents = narrow(json!({ "addresses": ["module.agents"] }));
    assert_judged("moved", &judge(&agents, &plan(std::slice::from_ref(&moved))), ask);
    moved["change"]["actions"] = json!(["update"]);
    moved["change"]["after"]["max_size"] = json!(50);
    let report = judge(&agents, &plan(&[moved]));
    assert_eq!(report.verdict(), Verdict::Denied, "what leaves is still judged: {:#?}", report.findings);

    let tagged = |tags: Value| json!({ "name": "a", "max_size": 5, "min_size": 1, "tags": tags });
    let by_tag = narrow(json!({ "tags": { "workload": "agents" } }));
    let untagged = change(
        "aws_autoscaling_group.a",
        &["update"],
        tagged(json!({ "workload": "agents" })),
        tagged(json!({})),
    );
    assert_judged("untagged", &judge(&by_tag, &plan(&[untagged])), ask);
    let retagged = change(
        "aws_autoscaling_group.a",
        &["update"],
        tagged(json!({ "workload": "agents" })),
        tagged(json!({ "workload": "agents", "owner": "x" })),
    );
    assert_judged("still tagged", &judge(&by_tag, &plan(&[retagged])), ALLOWED);
    let entering = change(
        "aws_autoscaling_group.a",
        &["update"],
        tagged(json!({})),
        tagged(json!({ "workload": "agents" })),
    );
    assert_judged("entering", &judge(&by_tag, &plan(&[entering])), ALLOWED);
    let deleted =
        change("aws_autoscaling_group.a", &["delete"], tagged(json!({ "workload": "agents" })), Value::Null);
    assert_judged("deleted", &judge(&by_tag, &plan(&[deleted])), ALLOWED);
}

#[test]
fn an_object_that_moves_to_another_project_is_still_the_first_ones() {
    let run = |project: &str, max: u32| json!({ "project": project, "location": "europe-west1", "template": [{ "scaling": [{ "max_instance_count": max }] }] });
    let envelopes = [
        json!({
            "name": "agents", "scope": { "accounts": ["gcp:agents-prod"] },
            "limits": { "regions": { "allow": ["gcp:europe-west1"] }, "capacity": { "instances": { "ceiling": 20 } } },
        }),
        json!({
            "name": "lab", "scope": { "accounts": ["gcp:lab-free"] },
            "limits": { "regions": { "allow": ["gcp:europe-west1"] }, "capacity": { "instances": { "ceiling": 900 } } },
        }),
    ];
    let moved = change(
        "google_cloud_run_v2_service.s",
        &["delete", "create"],
        run("agents-prod", 5),
        run("lab-free", 5),
    );
    let report = judge(&envelopes, &plan(&[moved]));
    assert_judged("moved to another project", &report, (Verdict::ConsentRequired, &["ungoverned-change"]));
}
