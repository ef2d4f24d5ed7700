//! What a plan is judged by: the governance from before it, never the one it brings.

use plancheck::finding::Effect;
use plancheck::verdict::Verdict;
use plancheck::{Governance, PlanInput, check};
use serde_json::{Value, json};

use crate::limits;
use crate::scene::{
    change, create, given, group, judge_text, lock, lock_with, over_all, plan, records, records_with, rules,
};

/// A growth that the usual limits deny, with a change of the envelope itself that would allow it.
fn loosening() -> Value {
    let wide = over_all(&json!({ "capacity": { "instances": { "ceiling": 9000 } } }));
    let (strict, wide) = (records(&[over_all(&limits())]), records(&[wide]));
    let envelope = change(
        "remit_envelope.team_a",
        &["update"],
        json!({ "record": strict[1] }),
        json!({ "record": wide[1] }),
    );
    let mut plan = plan(&[group("a", &["create"], None, Some(50)), envelope]);
    plan["planned_values"] = json!({ "outputs": { "lock": { "value": wide } } });
    plan
}

#[test]
fn planned_governance_never_judges_its_own_plan() {
    let report = judge_text(&lock(&[over_all(&limits())]), &loosening().to_string(), given());
    let report = report.unwrap_or_else(|error| panic!("{error}"));
    assert!(rules(&report, Effect::Deny).contains(&"scale-above-ceiling"), "{:#?}", report.findings);
}

#[test]
fn the_state_before_the_change_can_be_the_governance() {
    let objects = |records: &[String]| -> Vec<Value> {
        let types = ["remit_approver", "remit_envelope"];
        let each = records.iter().zip(types);
        each.map(|(record, kind)| {
            json!({ "address": format!("{kind}.x"), "mode": "managed", "type": kind, "name": "x", "values": { "record": record } })
        })
        .collect()
    };
    let judge = |prior: Value| {
        let mut plan = loosening();
        plan["prior_state"] = prior;
        check(PlanInput::Bytes(plan.to_string().as_bytes()), Governance::PriorState, given())
    };
    let in_root =
        json!({ "values": { "root_module": { "resources": objects(&records(&[over_all(&limits())])) } } });
    let in_module = json!({ "values": { "root_module": { "child_modules": [{ "resources": objects(&records(&[over_all(&limits())])) }] } } });
    for prior in [in_root, in_module] {
        let report = judge(prior).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(report.verdict(), Verdict::Denied, "{:#?}", report.findings);
    }
    let none = judge(json!({ "values": { "root_module": { "resources": [] } } })).expect_err("no governance");
    assert!(none.message.contains("no governance"), "{none}");
    let mut unreadable = objects(&records(&[over_all(&limits())]));
    unreadable[1]["values"] = json!({});
    let error =
        judge(json!({ "values": { "root_module": { "resources": unreadable } } })).expect_err("no record");
    assert!(error.message.contains("remit_envelope.x"), "{error}");
}

#[test]
fn a_declared_limit_that_no_rule_judges_is_named() {
    use crate::scene::{create, judge};

    let named = |limits: &Value| {
        let report = judge(&[over_all(limits)], &plan(&[create("aws_s3_bucket.a", json!({}))]));
        report.not_judged.into_iter().any(|item| item.what == "`cost`")
    };
    let mut with = limits();
    with["cost"] = json!({ "currency": "USD", "period": "monthly", "ceiling": 10 });
    assert!(named(&with) && !named(&limits()));
}

/// A decision about a vendor default, as a record.
fn decision(value: Option<&str>, regulations: &[&str]) -> String {
    let declared = json!({
        "default": "aws-bedrock-agent-no-guardrail", "decision": if value.is_some() { "override" } else { "accept" },
        "value": value, "reason": "Prompts carry customer data", "regulations": regulations,
        "owner": { "name": "Lee Park", "email": "lee.park@example.com" },
        "review": { "every": "quarter", "due": "2027-02-28" },
    });
    let strict = remit_governance::Json::parse(&declared.to_string()).expect("JSON");
    remit_governance::DefaultOverride::declare(&strict).unwrap_or_else(|faults| panic!("{faults:?}")).record()
}

#[test]
fn a_default_override_is_not_loosened_without_consent() {
    const REQUIRED: Option<&str> = Some("{\"guardrail_configuration\":\"required\"}");
    let judged = |before: String, after: String| {
        let sides = [before, after].map(|record| json!({ "record": record }));
        let [before, after] = sides;
        let change = change("remit_default_override.guardrail", &["update"], before, after);
        let report = judge_text(&lock(&[over_all(&limits())]), &plan(&[change]).to_string(), given());
        let report = report.unwrap_or_else(|error| panic!("{error}"));
        (report.verdict(), rules(&report, Effect::Consent).contains(&"governance-weakened"))
    };
    let asks = (Verdict::ConsentRequired, true);
    let passes = (Verdict::Allowed, false);
    let required = || decision(REQUIRED, &["GDPR"]);
    assert_eq!(judged(required(), decision(None, &["GDPR"])), asks, "what was overridden is accepted");
    assert_eq!(judged(required(), decision(Some("{}"), &["GDPR"])), asks, "another value");
    assert_eq!(judged(required(), decision(REQUIRED, &[])), asks, "a regulation less");
    assert_eq!(judged(decision(None, &["GDPR"]), required()), passes, "what was accepted is overridden");
    assert_eq!(judged(required(), decision(REQUIRED, &["GDPR", "SOC 2"])), passes, "a regulation more");
}

/// Taken out of the state, an override looks new. The lock still has it, under the envelope that decided it.
#[test]
fn an_override_made_again_under_another_envelope_asks_the_one_that_the_lock_has() {
    let mut other = over_all(&limits());
    other["name"] = json!("weak");
    let envelopes = [over_all(&limits()), other];
    let names: Vec<String> =
        envelopes.iter().map(|envelope| envelope["name"].as_str().expect("a name").to_owned()).collect();
    let under = |name: &str| {
        json!({
            "default": "aws-bedrock-agent-no-guardrail", "decision": "override", "value": "1", "regulations": [], "envelope": name,
        })
    };
    let judged = |lock: &str, name: &str| {
        let record = records_with(&envelopes, &[under(name)]).pop().expect("a record");
        let change = create("remit_default_override.guardrail", json!({ "record": record }));
        let report = judge_text(lock, &plan(&[change]).to_string(), given());
        let report = report.unwrap_or_else(|error| panic!("{error}"));
        let asked = report.findings.as_slice().iter().filter(|finding| finding.rule == "governance-weakened");
        asked.map(|finding| (finding.effect, finding.envelope.clone())).collect::<Vec<_>>()
    };
    let locked = lock_with(&envelopes, &[under(&names[0])]);
    assert_eq!(judged(&locked, &names[1]), [(Effect::Consent, Some(names[0].clone()))]);
    // The honest twins: under the envelope that it has, and where the lock knows of none.
    assert_eq!(judged(&locked, &names[0]), []);
    assert_eq!(judged(&lock(&envelopes), &names[1]), []);
}
