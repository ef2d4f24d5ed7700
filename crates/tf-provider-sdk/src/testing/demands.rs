//! What Terraform demands of a provider beyond a single call, with the attribute named where one is at fault.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::name::Name;
use crate::path::Path;
use crate::value::{Object, Value};

/// Planning right after an apply must find nothing to do. Tells whose doing each difference is: the read's or the plan's.
pub(super) fn second_plan(applied: &Value, read: &Value, planned: &Value) -> Diagnostics {
    let fault = |path: Path| {
        let [applied, read, planned] = [applied, read, planned].map(|value| shown(value.get(&path)));
        let why = if read == applied {
            format!("the plan changes it to {planned} although it is {read} as applied")
        } else {
            format!("the read gives {read} where the apply gave {applied}, and the plan wants {planned}")
        };
        Diagnostic::error("Second plan is not empty").detail(format!("`{path}`: {why}.")).at(path)
    };
    let (open, set): (Vec<_>, Vec<_>) = differences(read, planned)
        .into_iter()
        .partition(|path| planned.get(path).is_some_and(Value::is_unknown));
    // Where something is to be changed, computed values become unknown with it: that is no fault of theirs.
    let at_fault = if set.is_empty() { open } else { set };
    at_fault.into_iter().map(fault).collect()
}

/// A plan must come out the same when Terraform asks again; only what was unknown may have become known.
pub(super) fn same_plan(first: &Value, last: &Value) -> Result<(), Diagnostics> {
    let differ =
        differences(first, last).into_iter().filter(|path| !first.get(path).is_some_and(Value::is_unknown));
    let fault = |path: Path| {
        let [first, last] = [first, last].map(|value| shown(value.get(&path)));
        Diagnostic::error("Plan cannot be repeated")
            .detail(format!("`{path}` was planned as {first}, and the same plan made again says {last}."))
            .at(path)
    };
    differ.map(fault).collect::<Diagnostics>().or_value(())
}

/// An identity never changes.
pub(super) fn same_identity(before: &Object, after: &Object) -> Result<(), Diagnostics> {
    let changed = before.iter().filter(|(name, value)| !value.is_null() && after.get(name) != *value);
    let fault = |(name, value): (&str, &Value)| {
        let (before, after) = (shown(Some(value)), shown(Some(after.get(name))));
        Diagnostic::error("Identity changed")
            .detail(format!("`{name}` was {before} and is {after} now."))
            .at(name)
    };
    changed.map(fault).collect::<Diagnostics>().or_value(())
}

/// A create failed without saving anything, and there is something.
pub(super) fn nothing_saved(identity: Object, said: Diagnostics) -> Diagnostics {
    let names = identity.into_iter().map(|(name, value)| (shown(Some(&value)), name));
    let fault = |(value, name): (String, Name)| {
        Diagnostic::error("State is lost on failure")
            .detail(format!(
                "The failed create saved nothing, and an object with `{name}` = {value} exists. Return \
                 `Outcome::Partial` with what was made."
            ))
            .at(Path::attribute(name))
    };
    said.into_iter().chain(names.map(fault)).collect()
}

/// Something was saved that the next read does not find.
pub(super) fn not_found_again(saved: &Value, said: Diagnostics) -> Diagnostics {
    let null = |(name, value): (&str, &Value)| value.is_null().then(|| format!("`{name}`"));
    let missing: Vec<_> = saved.as_object().into_iter().flat_map(Object::iter).filter_map(null).collect();
    let fault = Diagnostic::error("State is lost on failure").detail(format!(
        "The read after the failure finds nothing with the state that was saved. Null in it: {}.",
        missing.join(", ")
    ));
    said.into_iter().chain([fault]).collect()
}

/// The innermost places where two values differ; sets differ as a whole.
fn differences(left: &Value, right: &Value) -> Vec<Path> {
    let mut found = Vec::new();
    compare(left, right, &Path::root(), &mut found);
    found
}

fn compare(left: &Value, right: &Value, path: &Path, found: &mut Vec<Path>) {
    if left == right {
        return;
    }
    let (parts, others) = (left.parts(), right.parts());
    let steps = |parts: &[(crate::path::Step, &Value)]| {
        parts.iter().map(|(step, _)| step.clone()).collect::<Vec<_>>()
    };
    let comparable = matches!(left.plain(), Value::Object(_) | Value::List(_));
    if !comparable || parts.is_empty() || steps(&parts) != steps(&others) {
        found.push(path.clone());
        return;
    }
    for ((step, left), (_, right)) in parts.into_iter().zip(others) {
        compare(left, right, &path.clone().step(step), found);
    }
}

fn shown(value: Option<&Value>) -> String {
    match value.unwrap_or(&Value::Null).to_json() {
        Ok(json) => json.to_string(),
        Err(_) => "(known after apply)".to_owned(),
    }
}
