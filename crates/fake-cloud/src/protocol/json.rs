//! AWS JSON 1.1: one path, the operation in `X-Amz-Target`.

use serde_json::{Map, Value};

use super::{Unasked, unplayed};
use crate::{
    contract::{Contract, Protocol},
    refusal::Refusal,
};

pub(super) fn decode<'a>(
    contracts: &'a [Contract],
    target: &str,
    body: &[u8],
) -> Result<(&'a Contract, String, Value), Unasked<'a>> {
    let (prefix, operation) = target.rsplit_once('.').ok_or_else(|| unplayed(None, target))?;
    let is_meant = |contract: &&Contract| {
        contract.protocol == Protocol::Json && contract.target.as_deref() == Some(prefix)
    };
    let contract = contracts.iter().find(is_meant).ok_or_else(|| unplayed(None, target))?;
    if !contract.operations.contains_key(operation) {
        return Err(unplayed(Some(contract), &format!("{} of {}", operation, contract.service)));
    }
    let input = if body.is_empty() { Ok(Value::Object(Map::new())) } else { serde_json::from_slice(body) };
    let input = input.map_err(|error| Unasked {
        contract: Some(contract),
        operation: operation.to_owned(),
        refusal: Refusal::new("SerializationException", format!("the body is no JSON: {error}")),
    })?;
    Ok((contract, operation.to_owned(), input))
}

pub(super) fn encode(contract: &Contract, operation: &str, answer: &Result<Value, Refusal>) -> String {
    match answer {
        // An operation without an output answers with nothing at all.
        Ok(_) if contract.operations.get(operation).is_some_and(|operation| operation.output.is_none()) => {
            String::new()
        }
        Ok(output) => output.to_string(),
        Err(refusal) => {
            let declared = contract.error(operation, &refusal.code);
            error(&refusal.code, declared.map_or("message", |error| error.message.as_str()), refusal)
        }
    }
}

pub(super) fn error(code: &str, message: &str, refusal: &Refusal) -> String {
    let mut body = refusal.members.clone();
    body.insert("__type".to_owned(), code.into());
    body.insert(message.to_owned(), refusal.message.clone().into());
    Value::Object(body).to_string()
}
