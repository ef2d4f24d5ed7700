//! What holds for every plan: nothing makes plancheck panic, more change is never less grave, less knowledge is never more freedom, and
//! order says nothing.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

mod scene;

use std::sync::LazyLock;

use plancheck::report::Report;
use plancheck::verdict::{CheckError, Verdict};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use scene::{change, given, judge_text, lock};
use serde_json::{Map, Value, json};

static LOCK: LazyLock<String> = LazyLock::new(|| {
    let capacity = json!({
        "instances": { "ceiling": 20, "authorize_above": 12 }, "tasks": { "ceiling": 20, "authorize_above": 12 },
        "gpus": { "ceiling": 8 }, "nodes": { "ceiling": 20 }, "concurrency": { "ceiling": 20 }, "replicas": { "ceiling": 20 }, "model_units": { "ceiling": 20 },
    });
    let limits = json!({ "regions": { "allow": ["eu-west-1", "gcp:europe-west1", "azure:westeurope"] }, "capacity": capacity });
    let mut strict = limits.clone();
    strict["instance_types"] = json!({ "deny": ["p5.*"], "authorize": ["g5.*"] });
    strict["integrations"] = json!({ "models": ["anthropic.claude-*"], "endpoints": ["*.pinecone.io"] });
    lock(&[
        json!({ "name": "all", "scope": { "addresses": ["**"] }, "limits": limits }),
        json!({ "name": "strict", "scope": { "resource_types": ["aws_instance", "aws_bedrockagent_*", "aws_cloudwatch_*"] }, "limits": strict }),
        json!({ "name": "tagged", "scope": { "tags": { "workload": "agents" } }, "limits": limits }),
        json!({ "name": "account", "scope": { "accounts": ["aws:123456789012"], "workspaces": ["prod"] }, "limits": limits }),
    ])
});

fn judge(plan: &Value) -> Report {
    judge_text(&LOCK, &plan.to_string(), given()).unwrap_or_else(|error| panic!("{error}\n{plan:#}"))
}

fn read(text: &str) -> Result<Report, CheckError> {
    judge_text(&LOCK, text, given())
}

/// The types that growth is judged for, as one side of a change, with the attribute that bounds it.
fn side(kind: &str, name: &str, max: &Value) -> Value {
    match kind {
        "aws_autoscaling_group" => json!({ "name": name, "min_size": 0, "max_size": max }),
        "aws_appautoscaling_target" => json!({
            "service_namespace": "ecs", "resource_id": format!("service/prod/{name}"),
            "scalable_dimension": "ecs:service:DesiredCount", "max_capacity": max,
        }),
        "aws_ecs_service" => json!({ "name": name, "cluster": "prod", "desired_count": max }),
        "aws_lambda_function" => json!({ "function_name": name, "reserved_concurrent_executions": max }),
        "aws_eks_node_group" => json!({ "scaling_config": [{ "min_size": 0, "max_size": max }] }),
        "aws_sagemaker_endpoint_configuration" => {
            json!({ "production_variants": [{ "initial_instance_count": max }] })
        }
        "google_cloud_run_v2_service" => {
            json!({ "location": "europe-west1", "template": [{ "scaling": [{ "max_instance_count": max }] }] })
        }
        "google_container_node_pool" => {
            json!({ "location": "europe-west1", "autoscaling": [{ "total_max_node_count": max }] })
        }
        "google_compute_autoscaler" => {
            json!({ "zone": "europe-west1-b", "autoscaling_policy": [{ "max_replicas": max }] })
        }
        "azurerm_container_app" => {
            json!({ "location": "westeurope", "revision_mode": "Single", "template": [{ "max_replicas": max }] })
        }
        "azurerm_kubernetes_cluster_node_pool" => json!({ "auto_scaling_enabled": true, "max_count": max }),
        "azurerm_monitor_autoscale_setting" => {
            json!({ "location": "westeurope", "profile": [{ "capacity": [{ "maximum": max }] }] })
        }
        "aws_instance" => json!({ "instance_type": text(max, &["m5.large", "g5.xlarge", "p5.48xlarge"]) }),
        "aws_bedrockagent_agent" => json!({
            "agent_name": name,
            "foundation_model": text(max, &["anthropic.claude-3", "us.anthropic.claude-3", "eu.meta.llama3"]),
        }),
        "aws_cloudwatch_event_api_destination" => json!({
            "name": name, "invocation_endpoint": text(max, &["https://a.pinecone.io/x", "https://evil.example/x", "a.pinecone.io"]),
        }),
        "azurerm_cognitive_deployment" => json!({ "sku": [{ "capacity": max }] }),
        _ => json!({ "name": name, "region": max }),
    }
}

/// One of these texts, or what is no number as it is.
fn text(max: &Value, texts: &[&str]) -> Value {
    let number = max.as_u64().and_then(|number| usize::try_from(number).ok());
    number.map_or_else(|| max.clone(), |number| json!(texts[number % texts.len()]))
}

const KINDS: &[&str] = &[
    "aws_instance",
    "aws_bedrockagent_agent",
    "aws_cloudwatch_event_api_destination",
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
    "aws_sqs_queue",
];

fn maximum() -> impl Strategy<Value = Value> {
    prop_oneof![
        8 => (0_u32..26).prop_map(|number| json!(number)),
        1 => Just(json!(-1)),
        1 => Just(Value::Null),
        1 => Just(json!(u64::MAX)),
        1 => Just(json!("7")),
    ]
}

fn region() -> impl Strategy<Value = Value> {
    select(vec![json!("eu-west-1"), json!("us-west-1"), Value::Null])
}

/// What happens to an object, and which sides of the change there are.
fn actions() -> impl Strategy<Value = (&'static [&'static str], bool, bool)> {
    select(vec![
        (&["create"][..], false, true),
        (&["update"][..], true, true),
        (&["no-op"][..], true, true),
        (&["delete", "create"][..], true, true),
        (&["delete"][..], true, false),
        (&["forget"][..], true, false),
    ])
}

prop_compose! {
    /// One change with a name of its own, so that a plan never has an address twice.
    fn any_change(name: String)(
        kind in select(KINDS), (words, before, after) in actions(), was in maximum(), becomes in maximum(),
        from in region(), to in region(), tagged in any::<bool>(), pair in any::<bool>(),
    ) -> Value {
        // Services and targets pair up by their name.
        let label = if pair { "web" } else { &name };
        let (was, becomes) = if kind == "aws_sqs_queue" { (from, to) } else { (was, becomes) };
        let becomes = if words == ["no-op"] { was.clone() } else { becomes };
        let with = |there: bool, max: &Value| {
            if !there {
                return Value::Null;
            }
            let mut side = side(kind, label, max);
            side["tags"] = if tagged { json!({ "workload": "agents" }) } else { Value::Null };
            side
        };
        change(&format!("{kind}.{name}"), words, with(before, &was), with(after, &becomes))
    }
}

fn any_changes() -> impl Strategy<Value = Vec<Value>> {
    (1_usize..6)
        .prop_flat_map(|count| (0..count).map(|number| any_change(format!("x{number}"))).collect::<Vec<_>>())
}

/// A plan with its keys in any order at every level of the objects that Terraform writes.
fn shuffled(value: &Value, seed: &mut u64) -> String {
    let mut next = || {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *seed >> 33
    };
    match value {
        Value::Object(members) => {
            let mut members: Vec<(u64, &String, &Value)> =
                members.iter().map(|(key, value)| (next(), key, value)).collect();
            members.sort_by_key(|(rank, key, _)| (*rank, (*key).clone()));
            let members: Vec<String> = members
                .into_iter()
                .map(|(_, key, value)| format!("{}:{}", json!(key), shuffled(value, seed)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| shuffled(item, seed)).collect();
            format!("[{}]", items.join(","))
        }
        scalar => scalar.to_string(),
    }
}

/// Everything a side of a change leads to that is not itself an object or a list, as JSON pointers.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(key, value)| leaves(value, &format!("{at}/{key}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| leaves(item, &format!("{at}/{index}"), found));
        }
        _ => found.push(at.to_owned()),
    }
}

/// `after_unknown` with a mark at each of these pointers, in the shape of the value they point into.
fn marks(value: &Value, at: &str, unknown: &[String]) -> Value {
    match value {
        _ if unknown.iter().any(|pointer| pointer == at) => json!(true),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (key.clone(), marks(value, &format!("{at}/{key}"), unknown)))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| marks(item, &format!("{at}/{index}"), unknown))
            .collect(),
        _ => json!(false),
    }
}

/// The plan with these values of one change known only after apply.
fn forgetting(plan: &Value, number: usize, unknown: &[String]) -> Value {
    let mut plan = plan.clone();
    let change = &mut plan["resource_changes"][number]["change"];
    let marks = marks(&change["after"], "", unknown);
    for pointer in unknown {
        if let Some(value) = change["after"].pointer_mut(pointer) {
            *value = Value::Null;
        }
    }
    change["after_unknown"] = marks;
    // What is unknown is written somewhere, or the provider would be left to decide.
    let (kind, name) = (&plan["resource_changes"][number]["type"], &plan["resource_changes"][number]["name"]);
    let address = format!("{}.{}", kind.as_str().expect("a type"), name.as_str().expect("a name"));
    let blocks = plan["configuration"]["root_module"]["resources"].as_array_mut().expect("blocks");
    let block = blocks.iter_mut().find(|block| block["address"] == json!(address)).expect("a block");
    let names = unknown.iter().filter_map(|pointer| pointer.split('/').nth(1));
    let expressions: Map<String, Value> = names
        .map(|name| {
            (
                name.to_owned(),
                json!({ "references": ["terraform_data.later.output", "terraform_data.later"] }),
            )
        })
        .collect();
    block["expressions"] = Value::Object(expressions);
    plan
}

/// A plan in which one value was exchanged for something else.
fn broken(plan: &Value, at: Index, with: Value) -> Value {
    let mut pointers = Vec::new();
    every(plan, "", &mut pointers);
    let mut plan = plan.clone();
    *plan.pointer_mut(at.get::<String>(&pointers)).expect("a pointer to what is there") = with;
    plan
}

fn every(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(key, value)| every(value, &format!("{at}/{key}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| every(item, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

fn odd() -> impl Strategy<Value = Value> {
    select(vec![
        Value::Null,
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("\u{1b}[2J\u{202e}"),
        json!("x".repeat(3000)),
        json!([]),
        json!({}),
        json!([[[[]]]]),
        json!({ "a": { "b": [] } }),
        json!("module.a["),
        json!("a.b[\"]"),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_give_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let governance = plancheck::Governance::Lock { name: "lock", bytes: LOCK.as_bytes() };
        let judged = plancheck::check(plancheck::PlanInput::Bytes(&bytes), governance, given());
        prop_assert!(judged.is_err(), "bytes are no plan: {judged:?}");
        let judged = plancheck::check(plancheck::PlanInput::Stream(&mut bytes.as_slice()), governance, given());
        prop_assert!(judged.is_err(), "bytes are no plan: {judged:?}");
        let as_lock = plancheck::Governance::Lock { name: "lock", bytes: &bytes };
        let judged = plancheck::check(plancheck::PlanInput::Bytes(b""), as_lock, given());
        prop_assert!(judged.is_err(), "bytes are no lock: {judged:?}");
    }

    #[test]
    fn a_plan_with_anything_anywhere_gives_an_answer(changes in any_changes(), at in any::<Index>(), with in odd(), again in any::<Index>(), other in odd()) {
        let plan = broken(&broken(&scene::plan(&changes), at, with), again, other);
        let text = plan.to_string();
        let whole = read(&text);
        let governance = plancheck::Governance::Lock { name: "governance.lock.json", bytes: LOCK.as_bytes() };
        let streamed = plancheck::check(plancheck::PlanInput::Stream(&mut text.as_bytes()), governance, given());
        prop_assert_eq!(whole.is_ok(), streamed.is_ok());
        if let Ok(report) = whole {
            let shown = plancheck::render::human::report(&report, plancheck::render::human::Color::No);
            prop_assert!(!shown.contains(['\u{1b}', '\u{202e}']), "text of a plan reaches the terminal: {shown}");
            prop_assert_eq!(&report, &streamed.expect("as above"));
        }
    }

    #[test]
    fn a_plan_cut_short_is_refused(changes in any_changes(), at in any::<Index>()) {
        let text = scene::plan(&changes).to_string();
        let cut = &text[..at.index(text.len())];
        prop_assert!(read(cut).is_err(), "{}", cut);
    }

    #[test]
    fn order_says_nothing(changes in any_changes(), seed in any::<u64>(), order in any::<u64>()) {
        let plan = scene::plan(&changes);
        let report = judge(&plan);
        let mut seed = seed;
        prop_assert_eq!(&read(&shuffled(&plan, &mut seed)).expect("a plan"), &report, "order of keys");
        let mut turned = plan.clone();
        let list = turned["resource_changes"].as_array_mut().expect("changes");
        let places = u64::try_from(list.len()).expect("a few");
        list.rotate_left(usize::try_from(order % places).expect("a few"));
        if order % 2 == 0 {
            list.reverse();
        }
        prop_assert_eq!(&judge(&turned), &report, "order of changes");
    }

    #[test]
    fn more_change_is_never_less_grave(changes in any_changes(), more in any_change("more".to_owned())) {
        let alone = judge(&scene::plan(&changes)).verdict();
        let words = more["change"]["actions"].clone();
        // Taking something away makes room: what shrinks is the one thing that may soften a verdict.
        prop_assume!(words == json!(["create"]) || words == json!(["no-op"]));
        let with: Vec<Value> = changes.iter().cloned().chain([more]).collect();
        let with = judge(&scene::plan(&with)).verdict();
        prop_assert!(with >= alone, "{alone:?} became {with:?}");
    }

    #[test]
    fn what_is_not_known_yet_is_never_allowed_for_it(changes in any_changes(), which in any::<Index>(), at in any::<Index>(), all in any::<bool>()) {
        let plan = scene::plan(&changes);
        let number = which.index(changes.len());
        let change = &changes[number]["change"];
        prop_assume!(change["after"].is_object() && change["actions"] != json!(["no-op"]));
        let mut pointers = Vec::new();
        leaves(&change["after"], "", &mut pointers);
        // A minimum beside a known maximum is the one number that adds nothing: every cloud refuses one that is higher.
        pointers.retain(|pointer| !pointer.ends_with("/min_size"));
        let unknown = if all { pointers } else { vec![at.get(&pointers).clone()] };
        let known = judge(&plan).verdict();
        let later = judge(&forgetting(&plan, number, &unknown));
        prop_assert!(
            known == Verdict::Allowed || later.verdict() != Verdict::Allowed,
            "{known:?} became {:?} without {unknown:?} of {}: {:#?}", later.verdict(), changes[number], later.findings
        );
    }
}
