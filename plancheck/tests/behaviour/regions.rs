//! Where things run, followed through resource, provider, variable and module, and what is new there.

use crate::scene::{change, create, judge, over_all, plan, rules, texts, unknown};
use crate::{ALLOWED, Expected, assert_judged, in_region, limits};
use plancheck::finding::{Certainty, Effect};
use plancheck::verdict::Verdict;
use serde_json::{Value, json};

#[test]
fn without_any_configuration_a_region_cannot_be_told() {
    let mut bare = plan(&[create("aws_sqs_queue.q", json!({ "name": "q" }))]);
    bare.as_object_mut().expect("a plan").remove("configuration");
    let report = judge(&[over_all(&limits())], &bare);
    assert_judged("no configuration", &report, (Verdict::ConsentRequired, &["region-outside-envelope"]));
}

#[test]
fn an_unknown_region_needs_consent_and_is_not_taken_for_the_providers() {
    let mut unclear = plan(&[unknown(in_region(&Value::Null), json!({ "region": true }))]);
    unclear["configuration"]["root_module"]["resources"][0]["expressions"] =
        json!({ "region": { "references": ["terraform_data.where.output", "terraform_data.where"] } });
    let report = judge(&[over_all(&limits())], &unclear);
    assert_judged("written", &report, (Verdict::ConsentRequired, &["region-outside-envelope"]));
    assert_eq!(report.findings.as_slice()[0].certainty, Certainty::CannotTell);
    assert!(texts(&report).contains("terraform_data.where.output"), "{}", texts(&report));
    // Not written, it is computed from the provider, which runs in an allowed region.
    unclear["configuration"]["root_module"]["resources"][0]["expressions"] = json!({});
    assert_judged("left to the provider", &judge(&[over_all(&limits())], &unclear), ALLOWED);
    unclear["configuration"]["provider_config"]["aws"]["expressions"] =
        json!({ "region": { "constant_value": "us-west-1" } });
    let denied = judge(&[over_all(&limits())], &unclear);
    assert_judged("left to a bad provider", &denied, (Verdict::Denied, &["region-outside-envelope"]));
}

const OUTSIDE: Expected = (Verdict::Denied, &["region-outside-envelope"]);
const ASK: Expected = (Verdict::ConsentRequired, &["region-outside-envelope"]);

/// A plan with one queue in `module.agents`, whose provider configurations and module call are given.
fn in_module(key: &str, providers: Value, call: Value) -> Value {
    let mut whole = plan(&[create("module.agents.aws_sqs_queue.q", json!({ "name": "q" }))]);
    whole["configuration"]["provider_config"] = providers;
    let queue = json!({ "address": "aws_sqs_queue.q", "mode": "managed", "type": "aws_sqs_queue", "name": "q", "provider_config_key": key });
    let mut call = call;
    call["module"]["resources"] = json!([queue]);
    whole["configuration"]["root_module"] = json!({
        "module_calls": { "agents": call },
        "variables": { "home": { "default": "us-west-1" }, "unset": {} },
    });
    whole
}

fn constant(region: &str) -> Value {
    json!({ "region": { "constant_value": region } })
}

fn from(name: &str) -> Value {
    json!({ "region": { "references": [name] } })
}

/// The default configuration in an allowed region, and an alias.
fn two(alias: &Value) -> Value {
    json!({
        "aws": { "name": "aws", "expressions": constant("eu-west-1") },
        "aws.far": { "name": "aws", "alias": "far", "expressions": alias },
    })
}

fn call(expressions: &Value, variables: &Value) -> Value {
    json!({ "source": "./agents", "expressions": expressions, "module": { "variables": variables } })
}

#[test]
fn a_region_is_followed_through_alias_variable_and_default() {
    let under = |key: &str, providers: Value| in_module(key, providers, call(&json!({}), &json!({})));
    let rows = [
        ("default configuration", under("aws", two(&constant("us-west-1"))), ALLOWED),
        ("alias", under("aws.far", two(&constant("us-west-1"))), OUTSIDE),
        ("variable with a default", under("aws.far", two(&from("var.home"))), OUTSIDE),
        ("variable without a value", under("aws.far", two(&from("var.unset"))), ASK),
        ("data source", under("aws.far", two(&from("data.aws_region.here.name"))), ASK),
        ("nothing in the provider", under("aws", json!({ "aws": { "name": "aws" } })), ASK),
        (
            "handed down, and it is not said which",
            under("module.agents:aws", two(&constant("us-west-1"))),
            ASK,
        ),
        ("handed down, and all agree", under("module.agents:aws", two(&constant("eu-west-1"))), ALLOWED),
    ];
    for (name, plan, expected) in rows {
        assert_judged(name, &judge(&[over_all(&limits())], &plan), expected);
    }
    let mut given_value = under("aws.far", two(&from("var.home")));
    given_value["variables"] = json!({ "home": { "value": "eu-central-1" } });
    assert_judged("a given value beats the default", &judge(&[over_all(&limits())], &given_value), ALLOWED);
}

#[test]
fn a_region_is_followed_through_the_call_of_a_module() {
    let inside = |expressions: Value, variables: Value| {
        let provider =
            json!({ "name": "aws", "module_address": "module.agents", "expressions": from("var.where") });
        in_module(
            "module.agents:aws",
            json!({ "module.agents:aws": provider }),
            call(&expressions, &variables),
        )
    };
    let far = json!({ "constant_value": "us-west-1" });
    let home = json!({ "references": ["var.home"] });
    let rows = [
        ("input", inside(json!({ "where": far }), json!({ "where": {} })), OUTSIDE),
        (
            "input from a variable of the root",
            inside(json!({ "where": home }), json!({ "where": {} })),
            OUTSIDE,
        ),
        ("default", inside(json!({}), json!({ "where": { "default": "us-west-1" } })), OUTSIDE),
        (
            "input over a default",
            inside(json!({ "where": far }), json!({ "where": { "default": "eu-west-1" } })),
            OUTSIDE,
        ),
        ("no value", inside(json!({}), json!({ "where": {} })), ASK),
    ];
    for (name, plan, expected) in rows {
        assert_judged(name, &judge(&[over_all(&limits())], &plan), expected);
    }
}

#[test]
fn an_exception_counts_until_its_last_day() {
    let with = |expires: &str| {
        let exception = json!({ "service": "bedrock", "regions": ["eu-north-1"], "reason": "model only there", "owner": "lee.park@example.com", "expires": expires });
        over_all(
            &json!({ "regions": { "allow": ["eu-west-1"], "exceptions": [exception] }, "defaults": "allow" }),
        )
    };
    let agent = |region: &str| {
        plan(&[create("aws_bedrockagent_agent.a", json!({ "agent_name": "a", "region": region }))])
    };
    let rule: &[&str] = &["region-outside-envelope"];
    assert_judged("in force", &judge(&[with("2026-11-23")], &agent("eu-north-1")), (Verdict::Allowed, rule));
    let expired = judge(&[with("2026-11-22")], &agent("eu-north-1"));
    assert_judged("expired", &expired, (Verdict::Denied, rule));
    assert!(texts(&expired).contains("lee.park@example.com"), "the owner is named");
    assert_judged("elsewhere", &judge(&[with("2026-11-23")], &agent("us-east-1")), (Verdict::Denied, rule));
    let queue = plan(&[in_region(&json!("eu-north-1"))]);
    assert_judged("another service", &judge(&[with("2026-11-23")], &queue), (Verdict::Denied, rule));
}

#[test]
fn a_region_that_is_added_to_several_is_new() {
    let secret = |names: &[&str]| {
        let replicas: Vec<Value> = names.iter().map(|name| json!({ "region": name })).collect();
        json!({ "name": "s", "region": "eu-west-1", "replica": replicas })
    };
    let update = |before: &[&str], after: &[&str]| {
        judge(
            &[over_all(&limits())],
            &plan(&[change("aws_secretsmanager_secret.s", &["update"], secret(before), secret(after))]),
        )
    };
    let outside: &[&str] = &["region-outside-envelope"];
    assert_judged("first", &update(&[], &["us-east-1"]), (Verdict::Denied, outside));
    assert_judged(
        "added",
        &update(&["eu-central-1"], &["eu-central-1", "us-east-1"]),
        (Verdict::Denied, outside),
    );
    assert_judged(
        "was there",
        &update(&["us-east-1"], &["eu-central-1", "us-east-1"]),
        (Verdict::Allowed, outside),
    );
    assert_judged("taken away", &update(&["eu-central-1", "us-east-1"], &["eu-central-1"]), ALLOWED);
}

#[test]
fn what_runs_where_another_resource_runs_has_its_region() {
    let app = |expressions: Value| {
        let mut whole = plan(&[
            create("azurerm_container_app_environment.e", json!({ "name": "e", "location": "eastus" })),
            unknown(
                create(
                    "azurerm_container_app.a",
                    json!({ "name": "a", "revision_mode": "Single", "template": [{ "max_replicas": 1 }] }),
                ),
                json!({ "container_app_environment_id": true }),
            ),
        ]);
        whole["configuration"]["root_module"]["resources"][1]["expressions"] = expressions;
        let home = json!({ "regions": { "allow": ["azure:westeurope"] }, "capacity": { "replicas": { "ceiling": 5 } } });
        let name = json!({ "name": "apps", "scope": { "resource_types": ["azurerm_container_app"] }, "limits": home });
        judge(&[name], &whole)
    };
    let names = ["azurerm_container_app_environment.e.id", "azurerm_container_app_environment.e"];
    let joined = app(json!({ "container_app_environment_id": { "references": names } }));
    assert!(rules(&joined, Effect::Deny).contains(&"region-outside-envelope"), "{:#?}", joined.findings);
    let loose = app(json!({ "container_app_environment_id": { "references": ["var.environment"] } }));
    assert!(rules(&loose, Effect::Deny).is_empty(), "{:#?}", loose.findings);
    assert!(rules(&loose, Effect::Consent).contains(&"region-outside-envelope"), "{:#?}", loose.findings);
}
