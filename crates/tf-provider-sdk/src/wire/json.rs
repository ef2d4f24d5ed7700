//! Stored state to values. State may be older or newer than the schema: what the schema has not is dropped, what the state has
//! not is null.

use serde_json::Value as Json;

use super::WireError;
use crate::types::{MAX_DEPTH, Type};
use crate::value::{Dynamic, Object, Value};

type Result<T> = std::result::Result<T, WireError>;

/// Reads a value of this type.
pub(crate) fn from_json(json: &Json, ty: &Type) -> Result<Value> {
    read(json, ty, 0)
}

pub(super) fn read(json: &Json, ty: &Type, depth: usize) -> Result<Value> {
    if depth > MAX_DEPTH {
        return Err(WireError::new("the value is nested too deeply"));
    }
    let mismatch = || WireError::new(format!("{} was expected, not `{}`", ty.describe(), excerpt(json)));
    let elements = |element: &Type| {
        let items = json.as_array().ok_or_else(mismatch)?.iter();
        items.map(|item| read(item, element, depth + 1)).collect::<Result<Vec<_>>>()
    };
    match ty {
        _ if json.is_null() => Ok(Value::Null),
        Type::Bool => match json {
            Json::Bool(bool) => Ok(Value::Bool(*bool)),
            Json::String(text) => text.parse().map(Value::Bool).map_err(|_| mismatch()),
            _ => Err(mismatch()),
        },
        Type::Number => match json {
            Json::Number(number) => number.to_string().parse().map(Value::Number).map_err(|_| mismatch()),
            Json::String(text) => text.parse().map(Value::Number).map_err(|_| mismatch()),
            _ => Err(mismatch()),
        },
        Type::String => match json {
            Json::String(text) => Ok(Value::String(text.clone())),
            Json::Bool(bool) => Ok(Value::String(bool.to_string())),
            Json::Number(number) => Ok(Value::String(number.to_string())),
            _ => Err(mismatch()),
        },
        Type::List(element) => elements(element).map(Value::List),
        Type::Set(element) => elements(element).map(Value::set),
        Type::Tuple(types) => {
            let items = json.as_array().filter(|items| items.len() == types.len()).ok_or_else(mismatch)?;
            items
                .iter()
                .zip(types)
                .map(|(item, ty)| read(item, ty, depth + 1))
                .collect::<Result<_>>()
                .map(Value::List)
        }
        Type::Map(element) => {
            let entries = json.as_object().ok_or_else(mismatch)?.iter();
            let entries =
                entries.map(|(key, item)| Ok((key.as_str(), within(key, read(item, element, depth + 1))?)));
            entries.collect::<Result<Object>>().map(Value::Object)
        }
        Type::Object(attributes) => {
            let object = json.as_object().ok_or_else(mismatch)?;
            let entries = attributes.iter().map(|(name, ty)| {
                let item = object.get(name.as_str()).unwrap_or(&Json::Null);
                Ok((name.clone(), within(name, read(item, ty, depth + 1))?))
            });
            entries.collect::<Result<Object>>().map(Value::Object)
        }
        Type::Dynamic => {
            let (ty, item) = json.get("type").zip(json.get("value")).ok_or_else(mismatch)?;
            let ty = Type::from_json_bytes(ty.to_string().as_bytes()).ok_or_else(mismatch)?;
            let value = read(item, &ty, depth + 1)?;
            Ok(Value::Dynamic(Box::new(Dynamic { ty, value })))
        }
    }
}

fn within(name: &str, result: Result<Value>) -> Result<Value> {
    result.map_err(|error| error.below(name))
}

/// The kind only: a state can hold secrets.
fn excerpt(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "bool",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}
