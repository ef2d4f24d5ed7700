//! Answers of the query protocol.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::Value;

use crate::{contract::Contract, refusal::Refusal};

pub(super) fn encode(
    contract: &Contract,
    operation: &str,
    request_id: u64,
    answer: &Result<Value, Refusal>,
) -> String {
    let namespace = contract.namespace.as_deref().unwrap_or_default();
    let id = format!("<RequestId>{request_id:032x}</RequestId>");
    let output = match answer {
        Err(refusal) => {
            let (code, message) = (escape(&refusal.code), escape(&refusal.message));
            return format!(
                r#"<ErrorResponse xmlns="{namespace}"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>{id}</ErrorResponse>"#
            );
        }
        Ok(output) => output,
    };
    let mut result = String::new();
    let known = contract.operations.get(operation);
    if let Some((shape, wrapper)) =
        known.and_then(|known| Some((known.output.as_deref()?, known.result.as_deref()?)))
    {
        element(contract, shape, wrapper, output, &mut result);
    }
    format!(
        r#"<{operation}Response xmlns="{namespace}">{result}<ResponseMetadata>{id}</ResponseMetadata></{operation}Response>"#
    )
}

/// As EC2 answers: the members by the names that they have there, right below the operation.
pub(super) fn encode_ec2(
    contract: &Contract,
    operation: &str,
    request_id: u64,
    answer: &Result<Value, Refusal>,
) -> String {
    let id = format!("{request_id:032x}");
    let output = match answer {
        Err(refusal) => {
            let (code, message) = (escape(&refusal.code), escape(&refusal.message));
            return format!(
                "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID>{id}</RequestID></Response>"
            );
        }
        Ok(output) => output,
    };
    let mut result = String::new();
    if let Some(shape) = contract.operations.get(operation).and_then(|known| known.output.as_deref()) {
        content(contract, shape, output, &mut result);
    }
    let namespace = contract.namespace.as_deref().unwrap_or_default();
    format!(
        r#"<{operation}Response xmlns="{namespace}"><requestId>{id}</requestId>{result}</{operation}Response>"#
    )
}

/// As S3 Control answers: the one member that there is, as the document.
pub(super) fn encode_rest(
    contract: &Contract,
    operation: &str,
    request_id: u64,
    answer: &Result<Value, Refusal>,
) -> String {
    match answer {
        Err(refusal) => {
            let (code, message) = (escape(&refusal.code), escape(&refusal.message));
            format!(
                "<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error><RequestId>{request_id:032x}</RequestId></ErrorResponse>"
            )
        }
        Ok(output) => {
            let mut result = String::new();
            if let Some(shape) = contract.operations.get(operation).and_then(|known| known.output.as_deref())
            {
                content(contract, shape, output, &mut result);
            }
            result
        }
    }
}

fn element(contract: &Contract, shape: &str, name: &str, value: &Value, out: &mut String) {
    if value.is_null() {
        return;
    }
    // Writing to a string cannot fail.
    let _ = write!(out, "<{name}>");
    content(contract, shape, value, out);
    let _ = write!(out, "</{name}>");
}

fn content(contract: &Contract, shape: &str, value: &Value, out: &mut String) {
    let Some(shape) = contract.shape(shape) else { return };
    match (shape.kind.as_str(), value) {
        ("structure", Value::Object(members)) => {
            for (name, value) in members {
                if let Some(reference) = shape.members.get(name) {
                    let name = reference.location_name.as_deref().unwrap_or(name);
                    element(contract, &reference.shape, name, value, out);
                }
            }
        }
        ("list", Value::Array(items)) => {
            if let Some(reference) = &shape.member {
                for item in items {
                    element(contract, &reference.shape, "member", item, out);
                }
            }
        }
        ("timestamp", value) => {
            let time = value.as_i64().and_then(|seconds| Timestamp::from_second(seconds).ok());
            out.push_str(&time.map(|time| time.to_string()).unwrap_or_default());
        }
        (_, Value::String(text)) => out.push_str(&escape(text)),
        (_, value) => out.push_str(&value.to_string()),
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}
