//! A state as a plan in which nothing changes.

use serde_json::{Map, Value, json};

use crate::verdict::CheckError;

/// How deep modules may be nested.
const DEEPEST: usize = 64;

/// Makes a plan of what `terraform show -json` writes of a state.
pub fn as_plan(state: &[u8]) -> Result<String, CheckError> {
    let state: Value = serde_json::from_slice(state).map_err(|_| not_a_state())?;
    let root = state.get("values").and_then(|values| values.get("root_module"));
    let mut changes = Vec::new();
    match root {
        Some(root) => module(root, 0, &mut changes)?,
        // An empty state has no values.
        None if state.get("terraform_version").is_some() && state.get("resource_changes").is_none() => {}
        None => return Err(not_a_state()),
    }
    let plan = json!({
        "format_version": "1.2", "terraform_version": state.get("terraform_version"), "planned_values": {},
        "resource_changes": changes,
    });
    Ok(plan.to_string())
}

fn module(module: &Value, depth: usize, changes: &mut Vec<Value>) -> Result<(), CheckError> {
    if depth > DEEPEST {
        return Err(not_a_state());
    }
    let list = |name: &str| module.get(name).and_then(Value::as_array).into_iter().flatten();
    for resource in list("resources").filter_map(Value::as_object) {
        changes.push(unchanged(resource));
    }
    list("child_modules").try_for_each(|child| self::module(child, depth + 1, changes))
}

fn unchanged(resource: &Map<String, Value>) -> Value {
    let mut entry: Map<String, Value> = resource
        .iter()
        .filter(|(name, _)| *name != "values" && *name != "sensitive_values")
        .map(own)
        .collect();
    let values = resource.get("values").cloned().unwrap_or_else(|| json!({}));
    let secret = resource.get("sensitive_values").cloned().unwrap_or_else(|| json!({}));
    entry.insert(
        "change".to_owned(),
        json!({
            "actions": ["no-op"], "before": values, "after": values, "after_unknown": {},
            "before_sensitive": secret, "after_sensitive": secret,
        }),
    );
    Value::Object(entry)
}

fn own((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

fn not_a_state() -> CheckError {
    CheckError::new("this is not a state as JSON")
        .with_help("write it with `terraform show -json > state.json`")
}
