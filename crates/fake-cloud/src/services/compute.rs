//! EC2: settings of a whole account in a region, and nothing that runs.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Operation, operation};
use crate::{
    event::Kind,
    refusal::Refusal,
    world::{Call, World},
};

pub(super) const OPERATIONS: &[Operation] = &[
    operation("ec2", "GetEbsEncryptionByDefault", Kind::Read, get_encryption),
    operation("ec2", "EnableEbsEncryptionByDefault", Kind::Write, enable_encryption),
    operation("ec2", "DisableEbsEncryptionByDefault", Kind::Write, disable_encryption),
    operation("ec2", "GetInstanceMetadataDefaults", Kind::Read, get_metadata),
    operation("ec2", "ModifyInstanceMetadataDefaults", Kind::Write, modify_metadata),
];

/// What one account has in one region.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Compute {
    pub(crate) encrypted: bool,
    /// As described; what has no preference is not there.
    pub(crate) metadata: Map<String, Value>,
}

/// A trial that would have been carried out is an error that says so.
fn tried(call: &Call) -> Result<(), Refusal> {
    if call.input["DryRun"] == true {
        let says = "Request would have succeeded, but DryRun flag is set.";
        return Err(Refusal::new("DryRunOperation", says).with_status(412));
    }
    Ok(())
}

fn get_encryption(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    tried(call)?;
    let encrypted = world.regional(call).compute.encrypted;
    Ok(json!({ "EbsEncryptionByDefault": encrypted, "SseType": if encrypted { "sse-kms" } else { "none" } }))
}

fn enable_encryption(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    encrypt(world, call, true)
}

fn disable_encryption(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    encrypt(world, call, false)
}

fn encrypt(world: &mut World, call: &Call, encrypted: bool) -> Result<Value, Refusal> {
    tried(call)?;
    world.regional(call).compute.encrypted = encrypted;
    Ok(json!({ "EbsEncryptionByDefault": encrypted }))
}

fn get_metadata(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    tried(call)?;
    Ok(json!({ "AccountLevel": world.regional(call).compute.metadata }))
}

/// What is not named stays; no preference takes a default away.
fn modify_metadata(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    tried(call)?;
    let metadata = &mut world.regional(call).compute.metadata;
    for name in ["HttpTokens", "HttpEndpoint", "InstanceMetadataTags", "HttpPutResponseHopLimit"] {
        match &call.input[name] {
            Value::Null => {}
            asked if *asked == "no-preference" || *asked == -1 => drop(metadata.remove(name)),
            Value::Number(hops) if !hops.as_i64().is_some_and(|hops| (1..=64).contains(&hops)) => {
                let says = format!("Value ({hops}) for parameter HttpPutResponseHopLimit is invalid.");
                return Err(Refusal::new("InvalidParameterValue", says));
            }
            asked => drop(metadata.insert(name.to_owned(), asked.clone())),
        }
    }
    Ok(json!({ "Return": true }))
}
