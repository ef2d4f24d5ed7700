//! What it costs to look at many envelopes, counted by the fake cloud: never a write, and so many calls per control. How many envelopes is
//! `REMIT_ENVELOPES`, 60 where it is not set: to make 500 takes minutes, since each is looked for in the list of all policies.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test crate: it stops at the first thing that is not as it should be"
)]

#[path = "provider_faults/cloud.rs"]
mod cloud;
#[path = "provider_faults/connected.rs"]
mod connected;
#[path = "provider_refresh/permissions.rs"]
mod permissions;

use std::collections::BTreeMap;

use connected::{approver, object, provider};
use fake_cloud::Seed;
use serde_json::{Map, json};
use tf_provider_sdk::Object;

const ENVELOPES: usize = 60;
/// What one envelope becomes: a policy, a budget, a cap on a function.
const CONTROLS: usize = 3;
/// At the limit, when the forecast reaches it, and at the mark.
const NOTIFICATIONS: usize = 3;

/// Calls for one envelope, because AWS has no list of these: what a policy says, what it is attached to, what else hangs there, whom an
/// alert tells, what is reserved for a function. Budgets and their alerts come in lists that all envelopes share.
const CALLS: usize = 3 + NOTIFICATIONS + 1;
/// Budgets, and the alerts of budgets, on a page.
const PAGE: usize = 1000;

fn envelopes() -> usize {
    let given = std::env::var("REMIT_ENVELOPES").ok().and_then(|given| given.parse().ok());
    given.unwrap_or(ENVELOPES)
}

fn unit(number: usize) -> String {
    format!("ou-abcd-{number:08}")
}

fn envelope(number: usize) -> Object {
    object(&json!({
        "name": format!("team-{number}"), "purpose": "Routing",
        "owner": { "name": "Mina Okafor", "email": "mina.okafor@example.com" },
        "scope": { "tags": { "workload": format!("team-{number}") } },
        "agents": { "principals": ["aws:arn:aws:iam::123456789012:role/agents/*"] },
        "limits": {
            "cost": { "currency": "USD", "period": "monthly", "ceiling": 1000, "notify_at": [80] },
            "regions": { "allow": ["eu-west-1"] },
            "capacity": { "concurrency": { "ceiling": 1 } },
        },
        "consent": { "approvers": [approver()], "quorum": { "finance": 1 } },
        "review": { "every": "quarter", "due": "2027-02-28" },
        "deletion_protection": false,
        "aws": {
            "budget": { "subscribers": [] }, "region_guard": { "targets": [unit(number)] },
            "caps": [{ "lambda_function": format!("function-{number}"), "reserved_concurrency": 1 }],
        },
    }))
}

#[test]
fn many_envelopes_are_looked_at_in_few_calls_and_without_a_write() {
    let envelopes = envelopes();
    let (cloud, folder) = (cloud::start(), tempfile::tempdir().expect("a folder"));
    let functions: Map<_, _> =
        (0..envelopes).map(|number| (format!("function-{number}"), json!({}))).collect();
    let units: Map<_, _> = (0..envelopes).map(|number| (unit(number), json!({}))).collect();
    let seed = json!({
        "organization": { "units": units },
        "accounts": { "123456789012": { "regions": { "eu-west-1": { "functions": functions } } } },
    });
    cloud.seed(Seed::from_json(&seed.to_string()).expect("a seed"));
    let provider = provider(&cloud, folder.path());
    let made: Vec<_> = (0..envelopes)
        .map(|number| {
            let mut resource = provider.resource("remit_envelope").expect("a resource");
            resource.apply(&envelope(number)).unwrap_or_else(|said| panic!("{number}: {said:?}"));
            resource
        })
        .collect();

    cloud.clear_log();
    for mut resource in made {
        let before = resource.state().clone();
        assert_eq!(*resource.refresh().expect("it is looked at"), before, "nothing changed");
    }
    let log = cloud.log();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for entry in &log {
        *counts.entry(format!("{} {}", entry.service, entry.operation)).or_default() += 1;
    }
    eprintln!("{envelopes} envelopes, {CONTROLS} controls each: {} calls", log.len());
    for (operation, count) in &counts {
        eprintln!("{count:>6} {operation}");
    }
    assert!(cloud.writes().is_empty(), "{:?}", cloud.writes());
    let pages = 2 * envelopes.div_ceil(PAGE);
    // Lists are read once, and so is how quotas are managed in the one region, and which types of policies are enabled; unless what made
    // the last envelope has just done so, which also saw what else hangs at its target.
    let (least, most) = (envelopes * CALLS - 1, envelopes * CALLS + pages + 2);
    assert!((least..=most).contains(&log.len()), "{} calls, {least} to {most} expected", log.len());
}
