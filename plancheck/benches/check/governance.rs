//! The governance that the generated plans are judged by: one envelope over every resource, with every limit declared, so that every rule
//! has something to read.

use remit_governance::{Approver, Envelope, Json, Lock};
use serde_json::json;

const KEY: &str = "sk-ssh-ed25519@openssh.com \
    AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIOwDa2R69x8unH2XjRrTFC6z/o0i5CJZILqep3fmHBTnAAAABHNzaDo= dana";

/// The bytes of a governance lock.
pub(crate) fn lock() -> Vec<u8> {
    let approver = json!({ "name": "Dana Reyes", "email": "dana.reyes@example.com", "function": "finance", "keys": [KEY] });
    let approver = Approver::declare(&parse(&approver)).expect("the approver is valid").record();
    let envelope = json!({
        "name": "bench",
        "owner": { "name": "Mina Okafor", "email": "mina.okafor@example.com", "cost_center": "4410" },
        "scope": { "resource_types": ["aws_*"] },
        "limits": {
            "regions": { "allow": ["eu-west-1", "eu-central-1"], "inference_geographies": ["eu"] },
            "capacity": {
                "instances": { "ceiling": 20_000, "authorize_above": 12_000 },
                "tasks": { "ceiling": 20_000 },
                "concurrency": { "ceiling": 200_000 },
                "vcpus": { "ceiling": 400_000 },
                "gpus": { "ceiling": 8 }
            },
            "integrations": {
                "models": ["anthropic.claude-*"], "endpoints": ["*.pinecone.io"], "providers": ["hashicorp/*"], "services": ["*"]
            },
            "instance_types": { "deny": ["p5.*"] },
            "perimeter": { "public": "consent" },
            "tags": { "required": ["owner"] },
            "growth": { "percent_per_change": 50, "resources_per_change": 100_000 },
            "logging": "consent", "deletion": "consent", "privileges": "consent", "actions": "consent"
        },
        "consent": { "approvers": [approver], "quorum": { "finance": 1 } },
        "review": { "every": "quarter", "due": "2027-02-28" },
        "freezes": [{
            "from": "2026-12-20T00:00:00Z", "until": "2027-01-03T00:00:00Z", "reason": "year end", "owner": "mina.okafor@example.com"
        }]
    });
    let envelope = Envelope::declare(&parse(&envelope)).expect("the envelope is valid").record();
    let lock = Lock::build(&[&approver, &envelope], 1).expect("the records fit together");
    lock.to_json().into()
}

fn parse(value: &serde_json::Value) -> Json {
    Json::parse(&value.to_string()).expect("what serde writes is JSON")
}
