//! Tags in the two spellings of the APIs: a list of `Key` and `Value`, or a map.

use serde_json::{Value, json};

use crate::{refusal::Refusal, world::Tags};

/// What a request of tags says, in the order of their keys.
pub(super) fn read(value: &Value) -> Tags {
    let pair = |tag: &Value| {
        Some((tag["Key"].as_str()?.to_owned(), tag["Value"].as_str().unwrap_or_default().to_owned()))
    };
    match value {
        Value::Array(list) => list.iter().filter_map(pair).collect(),
        Value::Object(map) => {
            map.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
        }
        _ => Tags::new(),
    }
}

/// As a list.
pub(super) fn list(tags: &Tags) -> Value {
    tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

/// Adds tags; those of the same key are replaced.
pub(super) fn put(
    tags: &mut Tags,
    more: Tags,
    limit: usize,
    refused: fn(String) -> Refusal,
) -> Result<(), Refusal> {
    if let Some(key) = more.keys().find(|key| key.to_lowercase().starts_with("aws:")) {
        return Err(refused(format!("the tag key {key} is reserved for AWS")));
    }
    tags.extend(more);
    if tags.len() > limit {
        return Err(refused(format!("more than {limit} tags")));
    }
    Ok(())
}

/// Removes the tags of these keys; a key that is not there is no error.
pub(super) fn remove(tags: &mut Tags, keys: &Value) {
    for key in keys.as_array().into_iter().flatten().filter_map(Value::as_str) {
        tags.remove(key);
    }
}
