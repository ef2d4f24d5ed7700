//! Every resource type that growth is judged for, with its maximum within the limits, above each mark, not set, and unknown.
//! The marks are the same for all: 12 is free, up to 20 needs consent, more is denied.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

mod scene;

use plancheck::finding::{Certainty, Effect};
use plancheck::verdict::Verdict;
use scene::{create, judge, outcome, over_all, plan, unknown};
use serde_json::{Value, json};

/// A type, the unit it is judged in, the least attributes it needs, where its maximum stands, and what it means that none is set.
struct Type {
    name: &'static str,
    unit: &'static str,
    attributes: Value,
    maximum: &'static str,
    absent: (Verdict, &'static [&'static str]),
}

const DENIED: (Verdict, &[&str]) = (Verdict::Denied, &["scale-unbounded"]);
const FREE: (Verdict, &[&str]) = (Verdict::Allowed, &[]);

fn types() -> Vec<Type> {
    let row = |name, unit, attributes, maximum, absent| Type { name, unit, attributes, maximum, absent };
    vec![
        row(
            "aws_autoscaling_group",
            "instances",
            json!({ "min_size": 1, "max_size": 0 }),
            "/max_size",
            DENIED,
        ),
        row(
            "aws_appautoscaling_target",
            "tasks",
            json!({ "scalable_dimension": "ecs:service:DesiredCount", "service_namespace": "ecs", "min_capacity": 1, "max_capacity": 0 }),
            "/max_capacity",
            DENIED,
        ),
        row("aws_ecs_service", "tasks", json!({ "name": "web", "desired_count": 0 }), "/desired_count", FREE),
        row(
            "aws_lambda_function",
            "concurrency",
            json!({ "function_name": "f", "reserved_concurrent_executions": 0 }),
            "/reserved_concurrent_executions",
            DENIED,
        ),
        row(
            "aws_eks_node_group",
            "nodes",
            json!({ "scaling_config": [{ "min_size": 1, "desired_size": 1, "max_size": 0 }] }),
            "/scaling_config/0/max_size",
            DENIED,
        ),
        row(
            "aws_sagemaker_endpoint_configuration",
            "instances",
            json!({ "production_variants": [{ "model_name": "m", "initial_instance_count": 0, "managed_instance_scaling": [], "serverless_config": [] }] }),
            "/production_variants/0/initial_instance_count",
            DENIED,
        ),
        row(
            "google_cloud_run_v2_service",
            "instances",
            json!({ "location": "europe-west1", "template": [{ "scaling": [{ "min_instance_count": 1, "max_instance_count": 0 }] }] }),
            "/template/0/scaling/0/max_instance_count",
            DENIED,
        ),
        row(
            "google_container_node_pool",
            "nodes",
            json!({ "location": "europe-west1", "autoscaling": [{ "total_min_node_count": 1, "total_max_node_count": 0 }] }),
            "/autoscaling/0/total_max_node_count",
            DENIED,
        ),
        row(
            "google_compute_autoscaler",
            "instances",
            json!({ "zone": "europe-west1-b", "autoscaling_policy": [{ "min_replicas": 1, "max_replicas": 0 }] }),
            "/autoscaling_policy/0/max_replicas",
            DENIED,
        ),
        row(
            "azurerm_container_app",
            "replicas",
            json!({ "revision_mode": "Single", "template": [{ "min_replicas": 1, "max_replicas": 0 }] }),
            "/template/0/max_replicas",
            DENIED,
        ),
        row(
            "azurerm_kubernetes_cluster_node_pool",
            "nodes",
            json!({ "auto_scaling_enabled": true, "node_count": 1, "min_count": 1, "max_count": 0 }),
            "/max_count",
            DENIED,
        ),
        row(
            "azurerm_monitor_autoscale_setting",
            "instances",
            json!({ "location": "westeurope", "profile": [{ "capacity": [{ "minimum": 1, "default": 1, "maximum": 0 }] }] }),
            "/profile/0/capacity/0/maximum",
            DENIED,
        ),
        row(
            "azurerm_cognitive_deployment",
            "model_units",
            json!({ "sku": [{ "name": "Standard", "capacity": 0 }] }),
            "/sku/0/capacity",
            FREE,
        ),
    ]
}

fn limits(unit: &str) -> Value {
    json!({ "capacity": { unit: { "ceiling": 20, "authorize_above": 12 } } })
}

fn with(attributes: &Value, pointer: &str, maximum: Value) -> Value {
    let mut attributes = attributes.clone();
    *attributes.pointer_mut(pointer).expect("the maximum has a place") = maximum;
    attributes
}

/// `after_unknown` with one mark, in the nesting of the pointer.
fn mark(pointer: &str) -> Value {
    pointer
        .split('/')
        .skip(1)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .fold(json!(true), |inner, step| if step == "0" { json!([inner]) } else { json!({ step: inner }) })
}

fn made(of: &Type, attributes: Value) -> Value {
    create(&format!("{}.x", of.name), attributes)
}

#[test]
fn every_type_is_judged_by_its_maximum() {
    let marks: &[(u64, Verdict, &[&str])] = &[
        (12, Verdict::Allowed, &[]),
        (13, Verdict::ConsentRequired, &["scale-needs-consent"]),
        (20, Verdict::ConsentRequired, &["scale-needs-consent"]),
        (21, Verdict::Denied, &["scale-above-ceiling"]),
    ];
    for of in types() {
        for (maximum, verdict, rules) in marks {
            let change = made(&of, with(&of.attributes, of.maximum, json!(maximum)));
            let report = judge(&[over_all(&limits(of.unit))], &plan(&[change]));
            let context = format!("{} with {maximum}: {:#?}", of.name, report.findings);
            assert_eq!(outcome(&report), (*verdict, rules.to_vec()), "{context}");
            for finding in report.findings.as_slice() {
                assert!(finding.places[0].attribute.is_some(), "{context}");
            }
        }
    }
}

#[test]
fn a_maximum_that_is_not_set_is_what_the_vendor_makes_of_it() {
    for of in types() {
        let change = made(&of, with(&of.attributes, of.maximum, Value::Null));
        let report = judge(&[over_all(&limits(of.unit))], &plan(&[change]));
        let (verdict, rules) = of.absent;
        assert_eq!(outcome(&report), (verdict, rules.to_vec()), "{}: {:#?}", of.name, report.findings);
    }
}

#[test]
fn an_unknown_maximum_needs_consent_and_says_which_attribute_is_unknown() {
    for of in types() {
        let attributes = with(&of.attributes, of.maximum, Value::Null);
        let change = unknown(made(&of, attributes), mark(of.maximum));
        let report = judge(&[over_all(&limits(of.unit))], &plan(&[change]));
        let context = format!("{}: {:#?}", of.name, report.findings);
        assert_eq!(outcome(&report), (Verdict::ConsentRequired, vec!["scale-needs-consent"]), "{context}");
        let finding = &report.findings.as_slice()[0];
        assert_eq!(finding.certainty, Certainty::CannotTell, "{context}");
        let name = of.maximum.rsplit('/').next().expect("a name");
        assert!(finding.why[0].contains(name), "{context}");
    }
}

#[test]
fn a_type_wholly_unknown_or_without_its_blocks_is_never_free() {
    for of in types() {
        let mut change = made(&of, json!({}));
        change["change"]["after_unknown"] = json!(true);
        let report = judge(&[over_all(&limits(of.unit))], &plan(&[change]));
        assert_eq!(report.verdict(), Verdict::ConsentRequired, "{}: {:#?}", of.name, report.findings);
    }
}

#[test]
fn a_negative_a_broken_or_a_huge_maximum_is_never_within() {
    for of in types() {
        for odd in [json!(-1), json!(-7), json!("many"), json!({}), json!([1]), json!(u64::MAX), json!(1e300)]
        {
            let change = made(&of, with(&of.attributes, of.maximum, odd.clone()));
            let report = judge(&[over_all(&limits(of.unit))], &plan(&[change]));
            // Where nothing set means a small number, what stands for nothing means it too.
            let nothing = odd.as_i64().is_some_and(|number| number < 0) && of.absent == FREE;
            assert_eq!(
                report.verdict() == Verdict::Allowed,
                nothing,
                "{} with {odd}: {:#?}",
                of.name,
                report.findings
            );
        }
    }
}

#[test]
fn the_other_ways_in_which_types_grow() {
    let ask = "scale-needs-consent";
    let cases = [
        (
            "aws_autoscaling_group",
            "instances",
            json!({ "max_size": 5, "desired_capacity": 21 }),
            Effect::Deny,
            "scale-above-ceiling",
        ),
        (
            "aws_autoscaling_group",
            "instances",
            json!({ "max_size": 5, "warm_pool": [{ "min_size": 1 }] }),
            Effect::Consent,
            ask,
        ),
        (
            "aws_autoscaling_group",
            "vcpus",
            json!({ "max_size": 21, "desired_capacity_type": "vcpu" }),
            Effect::Deny,
            "scale-above-ceiling",
        ),
        ("aws_autoscaling_group", "vcpus", json!({ "max_size": 1 }), Effect::Consent, ask),
        (
            "aws_appautoscaling_target",
            "concurrency",
            json!({ "max_capacity": 21, "scalable_dimension": "lambda:function:ProvisionedConcurrency" }),
            Effect::Deny,
            "scale-above-ceiling",
        ),
        (
            "aws_appautoscaling_target",
            "tasks",
            json!({ "max_capacity": 1, "scalable_dimension": "custom-resource:ResourceType:Property" }),
            Effect::Consent,
            ask,
        ),
        (
            "aws_ecs_service",
            "tasks",
            json!({ "name": "d", "scheduling_strategy": "DAEMON" }),
            Effect::Deny,
            "scale-unbounded",
        ),
        (
            "aws_lambda_function",
            "concurrency",
            json!({ "reserved_concurrent_executions": -1 }),
            Effect::Deny,
            "scale-unbounded",
        ),
        (
            "aws_sagemaker_endpoint_configuration",
            "instances",
            json!({ "production_variants": [{ "initial_instance_count": 11 }, { "initial_instance_count": 10 }] }),
            Effect::Deny,
            "scale-above-ceiling",
        ),
        (
            "aws_sagemaker_endpoint_configuration",
            "instances",
            json!({ "production_variants": [{ "initial_instance_count": 1, "managed_instance_scaling": [{ "max_instance_count": 21 }] }] }),
            Effect::Deny,
            "scale-above-ceiling",
        ),
        (
            "aws_sagemaker_endpoint_configuration",
            "concurrency",
            json!({ "production_variants": [{ "serverless_config": [{ "max_concurrency": 21 }] }] }),
            Effect::Deny,
            "scale-above-ceiling",
        ),
        (
            "aws_sagemaker_endpoint_configuration",
            "instances",
            json!({ "production_variants": [{ "initial_instance_count": 1 }], "shadow_production_variants": [{ "initial_instance_count": 20 }] }),
            Effect::Deny,
            "scale-above-ceiling",
        ),
        (
            "google_cloud_run_v2_service",
            "instances",
            json!({ "location": "europe-west1", "scaling": [{ "scaling_mode": "MANUAL", "manual_instance_count": 21 }] }),
            Effect::Deny,
            "scale-above-ceiling",
        ),
        (
            "google_container_node_pool",
            "nodes",
            json!({ "location": "europe-west1", "autoscaling": [{ "max_node_count": 7 }], "node_locations": ["a", "b", "c"] }),
            Effect::Deny,
            "scale-above-ceiling",
        ),
        (
            "google_container_node_pool",
            "nodes",
            json!({ "location": "europe-west1", "autoscaling": [{ "max_node_count": 7 }] }),
            Effect::Consent,
            ask,
        ),
        (
            "google_container_node_pool",
            "nodes",
            json!({ "location": "europe-west1", "node_count": 11, "node_locations": ["a", "b"] }),
            Effect::Deny,
            "scale-above-ceiling",
        ),
        ("google_container_node_pool", "nodes", json!({ "location": "europe-west1" }), Effect::Consent, ask),
        (
            "azurerm_container_app",
            "replicas",
            json!({ "revision_mode": "Multiple", "template": [{ "max_replicas": 1 }] }),
            Effect::Consent,
            ask,
        ),
        (
            "azurerm_kubernetes_cluster_node_pool",
            "nodes",
            json!({ "node_count": 21 }),
            Effect::Deny,
            "scale-above-ceiling",
        ),
        (
            "azurerm_kubernetes_cluster_node_pool",
            "nodes",
            json!({ "enable_auto_scaling": true, "max_count": 21, "node_count": 1 }),
            Effect::Deny,
            "scale-above-ceiling",
        ),
        (
            "azurerm_monitor_autoscale_setting",
            "instances",
            json!({ "profile": [{ "capacity": [{ "maximum": 2 }] }, { "capacity": [{ "maximum": 21 }] }] }),
            Effect::Deny,
            "scale-above-ceiling",
        ),
        (
            "azurerm_cognitive_deployment",
            "model_units",
            json!({ "sku": [{ "capacity": 1 }], "dynamic_throttling_enabled": true }),
            Effect::Deny,
            "scale-unbounded",
        ),
        (
            "azurerm_cognitive_deployment",
            "model_units",
            json!({ "scale": [{ "capacity": 21 }] }),
            Effect::Deny,
            "scale-above-ceiling",
        ),
    ];
    for (name, unit, attributes, effect, rule) in cases {
        let report =
            judge(&[over_all(&limits(unit))], &plan(&[create(&format!("{name}.x"), attributes.clone())]));
        let found = scene::rules(&report, effect);
        assert!(found.contains(&rule), "{name} {attributes}: {:#?}", report.findings);
        assert_eq!(report.verdict(), Verdict::from(effect), "{name} {attributes}: {:#?}", report.findings);
    }
    let free = [
        ("aws_ecs_service", "tasks", json!({ "name": "off", "desired_count": 0 })),
        ("aws_lambda_function", "concurrency", json!({ "reserved_concurrent_executions": 0 })),
        (
            "aws_appautoscaling_target",
            "tasks",
            json!({ "max_capacity": 9000, "scalable_dimension": "dynamodb:table:ReadCapacityUnits" }),
        ),
        (
            "azurerm_monitor_autoscale_setting",
            "instances",
            json!({ "profile": [{ "capacity": [{ "maximum": 11 }] }, { "capacity": [{ "maximum": 12 }] }] }),
        ),
        (
            "google_cloud_run_v2_service",
            "instances",
            json!({ "location": "europe-west1", "scaling": [{ "max_instance_count": 5 }], "template": [{ "scaling": [{ "max_instance_count": 90 }] }] }),
        ),
    ];
    for (name, unit, attributes) in free {
        let report =
            judge(&[over_all(&limits(unit))], &plan(&[create(&format!("{name}.x"), attributes.clone())]));
        assert_eq!(
            outcome(&report),
            (Verdict::Allowed, vec![]),
            "{name} {attributes}: {:#?}",
            report.findings
        );
    }
}
