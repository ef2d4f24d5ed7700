//! Turns of the design that no single rule shows, one module per turn; each test is a few plans and the answers they should get.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

#[path = "../scene/mod.rs"]
mod scene;

mod governance;
mod joins;
mod machines;
mod regions;
mod scope;
mod totals;
mod tricky;
mod unknowns;

use plancheck::report::Report;
use plancheck::verdict::Verdict;
use scene::{create, outcome};
use serde_json::{Value, json};

/// The limits that most tests use.
fn limits() -> Value {
    json!({
        "regions": { "allow": ["eu-west-1", "eu-central-1"] },
        "capacity": {
            "instances": { "ceiling": 20, "authorize_above": 12 }, "tasks": { "ceiling": 20 }, "concurrency": { "ceiling": 200 },
        },
    })
}

/// A verdict and the rules that led to it.
type Expected = (Verdict, &'static [&'static str]);

const ALLOWED: Expected = (Verdict::Allowed, &[]);

fn assert_judged(name: &str, report: &Report, (verdict, rules): Expected) {
    assert_eq!(outcome(report), (verdict, rules.to_vec()), "{name}: {:#?}", report.findings);
}

fn in_region(region: &Value) -> Value {
    create("aws_sqs_queue.q", json!({ "name": "q", "region": region }))
}

fn target(name: &str, max: &Value) -> Value {
    create(
        &format!("aws_appautoscaling_target.{name}"),
        json!({
            "service_namespace": "ecs", "resource_id": format!("service/prod/{name}"),
            "scalable_dimension": "ecs:service:DesiredCount", "min_capacity": 1, "max_capacity": max,
        }),
    )
}
