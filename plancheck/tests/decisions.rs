//! Which decision about a default counts where: those of an envelope for what it covers, those of the trust root for everything, and no
//! decision for what another envelope answers for.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

mod scene;

use plancheck::finding::{Certainty, Effect, Finding};
use plancheck::report::Report;
use plancheck::{Governance, PlanInput, check};
use scene::{change, create, given, judge_text, lock_with, plan, records_with, texts};
use serde_json::{Value, json};

const CONCURRENCY: &str = "aws-lambda-reserved-concurrency";
const PATH: &str = "reserved_concurrent_executions";

/// Two envelopes over two modules, which have something against defaults, and limit concurrency by no number.
fn envelopes() -> Vec<Value> {
    let limits = json!({ "defaults": "consent", "capacity": { "instances": { "ceiling": 10 } } });
    ["a", "b"]
        .map(|name| json!({ "name": name, "scope": { "addresses": [format!("module.{name}")] }, "limits": limits }))
        .to_vec()
}

/// A function in a module, with this in place of the argument, and whether it is written.
fn function(module: &str, value: &Value, written: bool) -> Value {
    let address = if module.is_empty() {
        "aws_lambda_function.f".to_owned()
    } else {
        format!("module.{module}.aws_lambda_function.f")
    };
    let after = if value.is_null() {
        json!({ "function_name": "f" })
    } else {
        json!({ "function_name": "f", PATH: value })
    };
    let mut plan = plan(&[create(&address, after)]);
    let expressions = if written { json!({ PATH: { "constant_value": value } }) } else { json!({}) };
    let block = json!([{
        "address": "aws_lambda_function.f", "mode": "managed", "type": "aws_lambda_function", "name": "f",
        "provider_config_key": "aws", "expressions": expressions,
    }]);
    let root = &mut plan["configuration"]["root_module"];
    if module.is_empty() {
        root["resources"] = block;
    } else {
        root["module_calls"] = json!({ module: { "module": { "resources": block } } });
    }
    plan
}

fn judge(decided: &[Value], plan: &Value) -> Report {
    let lock = lock_with(&envelopes(), decided);
    judge_text(&lock, &plan.to_string(), given()).unwrap_or_else(|error| panic!("{error}"))
}

/// The findings about defaults, as rule and effect.
fn told(report: &Report) -> Vec<(&'static str, &'static str)> {
    about(report).into_iter().map(|finding| (finding.rule, finding.effect.id())).collect()
}

fn about(report: &Report) -> Vec<&Finding> {
    let ours =
        |finding: &&Finding| finding.rule.starts_with("override") || finding.message.contains(CONCURRENCY);
    report.findings.as_slice().iter().filter(ours).collect()
}

fn accepted(by: Option<&str>) -> Value {
    decision(by, json!({ "decision": "accept" }))
}

fn demanded(by: Option<&str>, value: &str) -> Value {
    decision(by, json!({ "decision": "override", "value": value }))
}

fn decision(by: Option<&str>, mut declared: Value) -> Value {
    declared["default"] = json!(CONCURRENCY);
    if let Some(name) = by {
        declared["envelope"] = json!(name);
    }
    declared
}

/// What is tried, what was decided, the module of the function, and what is told.
type Row<'r> = (&'r str, &'r [Value], &'r str, &'r [(&'r str, &'r str)]);

#[test]
fn a_decision_counts_for_what_its_envelope_covers_and_for_nothing_else() {
    let left = |module| function(module, &json!(-1), false);
    let rows: [Row<'_>; 8] = [
        ("nobody decided", &[], "a", &[("vendor-default-ungoverned", "consent")]),
        ("its own envelope accepted", &[accepted(Some("a"))], "a", &[("override-in-use", "note")]),
        (
            "another envelope accepted",
            &[accepted(Some("b"))],
            "a",
            &[("vendor-default-ungoverned", "consent")],
        ),
        ("the trust root accepted", &[accepted(None)], "a", &[("override-in-use", "note")]),
        (
            "its own envelope demands",
            &[demanded(Some("a"), "20")],
            "a",
            &[("override-contradicted", "consent")],
        ),
        (
            "another envelope demands",
            &[demanded(Some("b"), "20")],
            "a",
            &[("vendor-default-ungoverned", "consent")],
        ),
        (
            "accepted above, demanded here",
            &[accepted(None), demanded(Some("a"), "20")],
            "a",
            &[("override-contradicted", "consent")],
        ),
        (
            "demanded above, accepted here",
            &[demanded(None, "20"), accepted(Some("a"))],
            "a",
            &[("override-contradicted", "consent")],
        ),
    ];
    for (name, decided, module, expected) in rows {
        let report = judge(decided, &left(module));
        assert_eq!((name, told(&report)), (name, expected.to_vec()), "{:#?}", report.findings);
    }
}

#[test]
fn what_no_envelope_covers_is_held_to_the_trust_root_only() {
    let outside = function("", &json!(100), true);
    assert_eq!(told(&judge(&[], &outside)), []);
    assert_eq!(told(&judge(&[demanded(Some("a"), "20")], &outside)), []);
    let report = judge(&[demanded(None, "20")], &outside);
    assert_eq!(told(&report), [("override-contradicted", "consent")]);
    let finding = about(&report)[0];
    assert_eq!(finding.envelope, None);
    assert!(finding.why.iter().any(|why| why == "no envelope covers it"), "{finding:#?}");
    assert_eq!(told(&judge(&[demanded(None, "100")], &outside)), []);
}

#[test]
fn what_is_secret_is_neither_compared_nor_shown() {
    let mut plan = function("a", &json!(4711), true);
    plan["resource_changes"][0]["change"]["after_sensitive"] = json!({ PATH: true });
    let report = judge(&[demanded(Some("a"), "20")], &plan);
    let finding = about(&report)[0];
    assert_eq!((finding.effect, finding.certainty), (Effect::Consent, Certainty::CannotTell));
    assert!(!texts(&report).contains("4711"), "{}", texts(&report));
}

#[test]
fn a_decision_that_no_plan_shows_is_named_among_what_was_not_judged() {
    let decided = |id: &str| json!({ "default": id, "decision": "accept" });
    let not_judged = |id: &str| {
        let report = judge(&[decided(id)], &function("a", &json!(1), true));
        report.not_judged.iter().any(|entry| entry.what == format!("the decision about `{id}`"))
    };
    assert!(not_judged("langgraph-recursion-limit") && not_judged("aws-budget-absent"));
    assert!(!not_judged(CONCURRENCY));
    let misspelt = judge(&[decided("aws-lambda-reserved-concurency")], &function("a", &json!(1), true));
    let unused = about(&misspelt)[0];
    assert_eq!((unused.rule, unused.effect), ("override-unused", Effect::Note));
    assert!(unused.help.as_ref().expect("help").contains(CONCURRENCY), "{unused:#?}");
}

/// A pull request in a large workspace hears of what it changes.
#[test]
fn what_does_not_change_says_nothing() {
    let idle = |index: u32| {
        let object = json!({ "function_name": "f", PATH: -1 });
        change(&format!("module.a.aws_lambda_function.f[{index}]"), &["no-op"], object.clone(), object)
    };
    let many: Vec<Value> = (0..200).map(idle).collect();
    assert_eq!(told(&judge(&[], &plan(&many))), []);
    let report = judge(&[demanded(Some("a"), "20")], &plan(&many));
    assert_eq!(told(&report), [("override-contradicted", "note")]);
    assert_eq!(about(&report)[0].places.len(), 200, "one finding with all its addresses");
}

/// Without a lock the declarations stand in the state from before the change.
#[test]
fn decisions_in_the_prior_state_count_as_those_of_a_lock_do() {
    let described = json!({
        "default": { "resource_type": "aws_sqs_queue", "attribute": "delay_seconds", "description": "at once" },
        "decision": "override", "value": "5",
    });
    let mut plan = function("a", &json!(100), true);
    let mut objects = Vec::new();
    for record in records_with(&envelopes(), &[demanded(Some("a"), "20"), described]) {
        let kind = serde_json::from_str::<Value>(&record).expect("a record")["kind"]
            .as_str()
            .expect("a kind")
            .to_owned();
        let kind = format!("remit_{}", kind.replace('-', "_"));
        objects.push(json!({
            "address": format!("{kind}.r{}", objects.len()), "mode": "managed", "type": kind, "name": format!("r{}", objects.len()),
            "provider_name": "registry.terraform.io/example/remit", "values": { "record": record },
        }));
    }
    plan["prior_state"] =
        json!({ "format_version": "1.0", "values": { "root_module": { "resources": objects } } });
    let text = plan.to_string();
    let report = check(PlanInput::Bytes(text.as_bytes()), Governance::PriorState, given())
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(told(&report), [("override-contradicted", "consent")], "{:#?}", report.findings);
    assert!(report.not_judged.iter().any(|entry| entry.what.contains("aws_sqs_queue.delay_seconds")));
}
