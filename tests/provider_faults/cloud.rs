//! The cloud that faults are tried in: what exists before anything is made, and how two states of it are compared.
#![allow(dead_code, reason = "each test crate uses its part")]

use fake_cloud::{FakeCloud, Seed, Settings};
use serde_json::{Value as Json, json};

pub(crate) const UNIT: &str = "ou-abcd-12345678";
/// Another account of the organization.
pub(crate) const MEMBER: &str = "210987654321";

/// A cloud at a fixed time, so that two runs are alike.
pub(crate) fn start() -> FakeCloud {
    let cloud = FakeCloud::start(seed()).expect("a cloud");
    cloud.set(Settings { now: Some("2026-12-01T09:00:00Z".parse().expect("a time")), ..Settings::default() });
    cloud
}

fn seed() -> Seed {
    let group = json!({ "min": 1, "max": 40, "desired": 8, "tags": { "owner": "somebody" } });
    let seed = json!({
        "organization": { "units": { UNIT: { "name": "agents" } }, "accounts": { MEMBER: { "parent": UNIT } } },
        "accounts": {
            "123456789012": { "regions": { "eu-west-1": {
                "auto_scaling_groups": { "workers": group }, "functions": { "analysis": {}, "other": { "reserved_concurrency": 7 } },
            } } },
            MEMBER: { "regions": { "eu-central-1": { "auto_scaling_groups": { "batch": group } } } },
        },
    });
    Seed::from_json(&seed.to_string()).expect("a seed")
}

/// The state of a cloud without what differs from run to run: ids that the server gives, and times.
pub(crate) fn comparable(state: &Json) -> Json {
    let mut text = state.to_string();
    for (id, policy) in state["organization"]["policies"].as_object().into_iter().flatten() {
        text = text.replace(id.as_str(), policy["name"].as_str().unwrap_or_default());
    }
    for (number, id) in actions(state).enumerate() {
        text = text.replace(id.as_str(), &format!("action {number}"));
    }
    let mut state: Json = serde_json::from_str(&text).expect("JSON");
    forget(&mut state);
    state
}

/// The ids of all actions of all budgets.
fn actions(state: &Json) -> impl Iterator<Item = &String> {
    let budgets = below(&state["accounts"]).flat_map(|account| below(&account["budgets"]));
    budgets.flat_map(|budget| budget["actions"].as_object().into_iter().flatten()).map(|(id, _)| id)
}

fn below(json: &Json) -> impl Iterator<Item = &Json> {
    json.as_object().into_iter().flat_map(serde_json::Map::values)
}

fn forget(value: &mut Json) {
    match value {
        Json::Object(members) => {
            for name in ["arn", "created", "LastUpdatedTime"] {
                members.remove(name);
            }
            // An object without tags, and one that was never looked at for them, are the same.
            members.retain(|_, member| !member.as_object().is_some_and(serde_json::Map::is_empty));
            members.values_mut().for_each(forget);
        }
        Json::Array(items) => items.iter_mut().for_each(forget),
        _ => {}
    }
}
