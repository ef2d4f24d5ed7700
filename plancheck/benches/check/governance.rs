//! The governance that the generated plans are judged by: one envelope over every resource.

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
            "regions": { "allow": ["eu-west-1", "eu-central-1"] },
            "capacity": {
                "instances": { "ceiling": 20_000, "authorize_above": 12_000 },
                "tasks": { "ceiling": 20_000 },
                "concurrency": { "ceiling": 200_000 }
            }
        },
        "consent": { "approvers": [approver], "quorum": { "finance": 1 } }
    });
    let envelope = Envelope::declare(&parse(&envelope)).expect("the envelope is valid").record();
    let lock = Lock::build(&[&approver, &envelope], 1).expect("the records fit together");
    lock.to_json().into()
}

fn parse(value: &serde_json::Value) -> Json {
    Json::parse(&value.to_string()).expect("what serde writes is JSON")
}
