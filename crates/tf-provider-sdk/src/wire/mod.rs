//! How values travel: MessagePack with Terraform's conventions on the wire, JSON in stored state. Both are read and written by
//! type, never by guessing from the bytes.

mod decode;
mod encode;
mod json;
mod stored;

use std::fmt;

pub(crate) use decode::decode;
pub(crate) use encode::encode;
pub(crate) use json::from_json;
#[cfg(fuzzing)]
pub(crate) use stored::at_once;
pub(crate) use stored::from_stored;

use crate::generated::tfplugin6::DynamicValue;
use crate::types::Type;
use crate::value::Value;

/// Extension code of an unknown value about which nothing is known.
const UNKNOWN: i8 = 0;
/// Extension code of an unknown value about which something is known.
const REFINED: i8 = 12;
/// Terraform's own limit for what can be said of an unknown value.
const MAX_REFINEMENT: usize = 1024;

/// Bytes that are not a value of the type that they should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WireError(String);

impl WireError {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// Puts the attribute's name before the message, from the inside outward.
    fn below(self, name: &str) -> Self {
        Self(format!("{name}: {}", self.0))
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads a value in whichever encoding it came; none at all is null, as OpenTofu sends null arguments.
pub(crate) fn from_dynamic(dynamic: Option<&DynamicValue>, ty: &Type) -> Result<Value, WireError> {
    match dynamic {
        Some(dynamic) if !dynamic.msgpack.is_empty() => decode(&dynamic.msgpack, ty),
        Some(dynamic) if !dynamic.json.is_empty() => {
            let json =
                serde_json::from_slice(&dynamic.json).map_err(|error| WireError::new(error.to_string()))?;
            from_json(&json, ty)
        }
        _ => Ok(Value::Null),
    }
}

/// Whether [`from_dynamic`] reads null, without reading anything else.
pub(crate) fn is_null(dynamic: Option<&DynamicValue>) -> bool {
    match dynamic {
        Some(dynamic) if !dynamic.msgpack.is_empty() => dynamic.msgpack == [0xc0],
        Some(dynamic) => dynamic.json.is_empty() || dynamic.json.trim_ascii() == b"null",
        None => true,
    }
}

/// Writes a value as MessagePack.
pub(crate) fn to_dynamic(value: &Value, ty: &Type) -> Result<DynamicValue, WireError> {
    Ok(DynamicValue { msgpack: encode(value, ty)?, json: Vec::new() })
}

#[cfg(test)]
mod tests;
