//! Lambda: reserved concurrency of functions that exist. Functions come from the seed; none is created or run here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Operation, operation, tags};
use crate::{
    event::Kind,
    refusal::Refusal,
    world::{Call, Tags, World},
};

pub(super) const OPERATIONS: &[Operation] = &[
    operation("lambda", "PutFunctionConcurrency", Kind::Write, put_concurrency),
    operation("lambda", "GetFunctionConcurrency", Kind::Read, get_concurrency),
    operation("lambda", "DeleteFunctionConcurrency", Kind::Write, delete_concurrency),
    operation("lambda", "GetFunction", Kind::Read, get_function),
    operation("lambda", "GetFunctionConfiguration", Kind::Read, get_configuration),
    operation("lambda", "GetAccountSettings", Kind::Read, get_account_settings),
    operation("lambda", "TagResource", Kind::Write, tag),
    operation("lambda", "UntagResource", Kind::Write, untag),
    operation("lambda", "ListTags", Kind::Read, list_tags),
];

/// The functions of one account in one region.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Functions {
    /// Concurrent executions that all functions together may use. None: the 1,000 that AWS gives.
    pub(crate) concurrency: Option<u64>,
    pub(crate) by_name: BTreeMap<String, Function>,
}

/// One function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Function {
    /// None: the function shares what is not reserved.
    pub(crate) reserved_concurrency: Option<u64>,
    pub(crate) tags: Tags,
}

impl Functions {
    pub(crate) fn concurrency_limit(&self) -> u64 {
        self.concurrency.unwrap_or(1000)
    }

    fn reserved_by_others(&self, name: &str) -> u64 {
        let others = self.by_name.iter().filter(|(other, _)| *other != name);
        others.filter_map(|(_, function)| function.reserved_concurrency).sum()
    }
}

/// A function may be called by its name, its ARN, or a part of the ARN.
fn name_of(text: &str) -> &str {
    let after = text.split_once("function:").map_or(text, |(_, name)| name);
    after.split(':').next().unwrap_or(after)
}

fn arn(call: &Call, name: &str) -> String {
    format!("arn:aws:lambda:{}:{}:function:{name}", call.region, call.account)
}

fn function<'a>(
    world: &'a mut World,
    call: &Call,
    member: &str,
) -> Result<(&'a mut Functions, String), Refusal> {
    let name = name_of(call.text(member)).to_owned();
    let functions = &mut world.regional(call).functions;
    if functions.by_name.contains_key(&name) {
        return Ok((functions, name));
    }
    let says = format!("Function not found: {}", arn(call, &name));
    Err(Refusal::new("ResourceNotFoundException", says))
}

fn put_concurrency(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let keep = world.limits.unreserved_concurrency;
    let (functions, name) = function(world, call, "FunctionName")?;
    let asked = call.input["ReservedConcurrentExecutions"].as_u64().unwrap_or_default();
    let reserved = functions.reserved_by_others(&name).saturating_add(asked);
    if reserved.saturating_add(keep) > functions.concurrency_limit() {
        let says = format!(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [{keep}]."
        );
        return Err(Refusal::new("InvalidParameterValueException", says));
    }
    if let Some(function) = functions.by_name.get_mut(&name) {
        function.reserved_concurrency = Some(asked);
    }
    Ok(json!({ "ReservedConcurrentExecutions": asked }))
}

fn get_concurrency(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let (functions, name) = function(world, call, "FunctionName")?;
    Ok(concurrency(functions, &name).unwrap_or_else(|| json!({})))
}

fn concurrency(functions: &Functions, name: &str) -> Option<Value> {
    let reserved = functions.by_name.get(name)?.reserved_concurrency?;
    Some(json!({ "ReservedConcurrentExecutions": reserved }))
}

fn delete_concurrency(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let (functions, name) = function(world, call, "FunctionName")?;
    if let Some(function) = functions.by_name.get_mut(&name) {
        function.reserved_concurrency = None;
    }
    Ok(json!({}))
}

fn configuration(call: &Call, name: &str) -> Value {
    json!({ "FunctionName": name, "FunctionArn": arn(call, name), "State": "Active", "Version": "$LATEST" })
}

fn get_configuration(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let (_, name) = function(world, call, "FunctionName")?;
    Ok(configuration(call, &name))
}

fn get_function(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let (functions, name) = function(world, call, "FunctionName")?;
    let mut found = Map::from_iter([("Configuration".to_owned(), configuration(call, &name))]);
    if let Some(concurrency) = concurrency(functions, &name) {
        found.insert("Concurrency".to_owned(), concurrency);
    }
    if let Some(function) = functions.by_name.get(&name).filter(|function| !function.tags.is_empty()) {
        found.insert("Tags".to_owned(), json!(function.tags));
    }
    Ok(Value::Object(found))
}

#[allow(clippy::unnecessary_wraps, reason = "the signature that all operations share")]
fn get_account_settings(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let functions = &world.regional(call).functions;
    let limit = functions.concurrency_limit();
    Ok(json!({
        "AccountLimit": {
            "ConcurrentExecutions": limit,
            "UnreservedConcurrentExecutions": limit.saturating_sub(functions.reserved_by_others("")),
        },
        "AccountUsage": { "FunctionCount": functions.by_name.len() },
    }))
}

fn tag(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let limit = world.limits.tags;
    let (functions, name) = function(world, call, "Resource")?;
    if let Some(function) = functions.by_name.get_mut(&name) {
        let refused = |says| Refusal::new("InvalidParameterValueException", says);
        tags::put(&mut function.tags, tags::read(&call.input["Tags"]), limit, refused)?;
    }
    Ok(json!({}))
}

fn untag(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let (functions, name) = function(world, call, "Resource")?;
    if let Some(function) = functions.by_name.get_mut(&name) {
        tags::remove(&mut function.tags, &call.input["TagKeys"]);
    }
    Ok(json!({}))
}

fn list_tags(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let (functions, name) = function(world, call, "Resource")?;
    Ok(json!({ "Tags": functions.by_name.get(&name).map(|function| &function.tags) }))
}
