//! Bedrock: where invocations of models are logged, in an account and region. No model is here.

use serde_json::{Value, json};

use super::{Operation, operation};
use crate::{
    event::Kind,
    refusal::Refusal,
    world::{Call, World},
};

pub(super) const OPERATIONS: &[Operation] = &[
    operation("bedrock", "GetModelInvocationLoggingConfiguration", Kind::Read, get),
    operation("bedrock", "PutModelInvocationLoggingConfiguration", Kind::Write, put),
    operation("bedrock", "DeleteModelInvocationLoggingConfiguration", Kind::Write, delete),
];

#[allow(clippy::unnecessary_wraps, reason = "the signature that all operations share")]
fn get(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    Ok(match &world.regional(call).invocation_logging {
        Some(config) => json!({ "loggingConfig": config }),
        None => json!({}),
    })
}

fn put(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let mut config = call.input["loggingConfig"].clone();
    if config["cloudWatchConfig"].is_null() && config["s3Config"].is_null() {
        return Err(Refusal::new("ValidationException", "a configuration needs a place to log to"));
    }
    // What is left out is delivered.
    for kind in ["textDataDeliveryEnabled", "imageDataDeliveryEnabled", "embeddingDataDeliveryEnabled"] {
        if config[kind].is_null() {
            config[kind] = true.into();
        }
    }
    world.regional(call).invocation_logging = Some(config);
    Ok(json!({}))
}

#[allow(clippy::unnecessary_wraps, reason = "the signature that all operations share")]
fn delete(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    world.regional(call).invocation_logging = None;
    Ok(json!({}))
}
