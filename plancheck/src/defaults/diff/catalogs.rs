//! Two versions of a catalog, row by row.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Change;

/// What a row says of the default itself; a change of anything else is a change of our words.
const OF_THE_VENDOR: [&str; 5] = ["vendor_default", "default", "default_origin", "condition", "version_read"];

pub(super) fn compare(before: &[Value], after: &[Value]) -> Vec<Change> {
    let (before, after) = (by_id(before), by_id(after));
    let mut changes = Vec::new();
    for (id, was) in &before {
        match after.get(id) {
            None => changes.push(change(id, "the row", Some("a row of the catalog".to_owned()), None, true)),
            Some(is) => changes.extend(fields(id, was, is)),
        }
    }
    for id in after.keys().filter(|id| !before.contains_key(*id)) {
        changes.push(change(id, "the row", None, Some("a row of the catalog".to_owned()), true));
    }
    changes
}

fn by_id(rows: &[Value]) -> BTreeMap<&str, &Value> {
    rows.iter().filter_map(|row| Some((row.get("id")?.as_str()?, row))).collect()
}

fn fields(id: &str, was: &Value, is: &Value) -> Vec<Change> {
    let (Some(was), Some(is)) = (was.as_object(), is.as_object()) else { return Vec::new() };
    let mut changes = Vec::new();
    for name in OF_THE_VENDOR.into_iter().filter(|name| was.get(*name) != is.get(*name)) {
        let text = |side: Option<&Value>| side.map(Value::to_string);
        let moved = matches!(name, "vendor_default" | "default" | "default_origin");
        let what = match name {
            "vendor_default" | "default" => "the value in force",
            "default_origin" => "who fills in the value",
            "condition" => "when the row applies",
            _ => "the version read",
        };
        changes.push(change(id, what, text(was.get(name)), text(is.get(name)), moved));
    }
    let names = was.keys().chain(is.keys());
    let other = |name: &&String| !OF_THE_VENDOR.contains(&name.as_str()) && was.get(*name) != is.get(*name);
    let others: std::collections::BTreeSet<&String> = names.filter(other).collect();
    if !others.is_empty() {
        let list = others.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        changes.push(change(id, "what the catalog says", None, Some(list), false));
    }
    changes
}

fn change(
    id: &str,
    what: &'static str,
    before: Option<String>,
    after: Option<String>,
    moved: bool,
) -> Change {
    Change { subject: id.to_owned(), rows: vec![id.to_owned()], what, before, after, moved }
}
