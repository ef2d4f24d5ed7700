//! After the author has completed a plan: write-only values out, refinements back in, and what has to be replaced.

use super::{Place, default_of, nested};
use crate::path::Path;
use crate::schema::{Attribute, Kind, Nesting, Presence, Replace, Schema};
use crate::value::{Object, Value};

/// Nulls write-only values, which may stand in the configuration only.
pub(crate) fn drop_write_only(schema: &Schema, value: Value) -> Value {
    if !schema.attributes.iter().any(Attribute::has_write_only) {
        return value;
    }
    match value {
        Value::Object(object) => Value::Object(without(&schema.attributes, &object)),
        other => other,
    }
}

fn without(attributes: &[Attribute], object: &Object) -> Object {
    let kept = attributes.iter().map(|attribute| {
        let value = object.get(&attribute.name);
        let value = match &attribute.kind {
            _ if attribute.write_only => Value::Null,
            Kind::Nested(nesting, inner) if attribute.has_write_only() => {
                nested(*nesting, value, |_: &Place, object| without(inner, object).into())
            }
            _ => value.clone(),
        };
        (attribute.name.clone(), value)
    });
    kept.collect()
}

/// What a practitioner would have to write to get this state: nothing that only the provider sets, nothing that should not be
/// written any more, and no defaults.
pub(crate) fn configurable(schema: &Schema, state: &Value) -> Value {
    match state {
        Value::Object(object) => Value::Object(written(&schema.attributes, object)),
        other => other.clone(),
    }
}

fn written(attributes: &[Attribute], object: &Object) -> Object {
    let kept = attributes.iter().map(|attribute| {
        let value = object.get(&attribute.name);
        let spare = !attribute.is_configurable()
            || attribute.write_only
            || (attribute.deprecation.is_some() && attribute.presence != Presence::Required)
            || (attribute.default.is_some() && *value == default_of(attribute));
        let value = match &attribute.kind {
            _ if spare => Value::Null,
            Kind::Nested(nesting, inner) => {
                nested(*nesting, value, |_: &Place, object| written(inner, object).into())
            }
            Kind::Typed(_) => value.clone(),
        };
        (attribute.name.clone(), value)
    });
    kept.collect()
}

/// Gives back what was known of unknown values and got lost in a typed model.
pub(crate) fn keep_refinements(planned: &mut Value, proposed: &Value) {
    // Copies are shared until they are changed, so nothing is touched where there is nothing to give back.
    if planned.is_wholly_known() || proposed.is_wholly_known() {
        return;
    }
    match (planned, proposed) {
        (planned @ Value::Unknown(_), Value::Unknown(_)) => *planned = proposed.clone(),
        (Value::List(planned), Value::List(proposed)) => {
            planned
                .iter_mut()
                .zip(proposed)
                .for_each(|(planned, proposed)| keep_refinements(planned, proposed));
        }
        (Value::Object(planned), Value::Object(proposed)) => {
            for (name, proposed) in proposed.iter().filter(|(_, proposed)| !proposed.is_wholly_known()) {
                if let Some(planned) = planned.get_mut(name) {
                    keep_refinements(planned, proposed);
                }
            }
        }
        _ => {}
    }
}

/// The attributes whose change means destroying and creating.
pub(crate) fn replacements(schema: &Schema, prior: &Value, planned: &Value) -> Vec<Path> {
    let mut found = Vec::new();
    collect(&schema.attributes, prior, planned, &Path::root(), &mut found);
    found
}

fn collect(attributes: &[Attribute], prior: &Value, planned: &Value, path: &Path, found: &mut Vec<Path>) {
    for attribute in attributes {
        let (before, after) = (prior.attr(&attribute.name), planned.attr(&attribute.name));
        if before == after {
            continue;
        }
        let path = path.clone().attr(&attribute.name);
        let replace = match attribute.replace {
            Replace::Never => false,
            Replace::Always => true,
            Replace::If(when) => when(before, after),
        };
        if replace {
            found.push(path);
        } else if let Kind::Nested(nesting, inner) = &attribute.kind {
            collect_nested(*nesting, inner, (before, after), &path, found);
        }
    }
}

fn collect_nested(
    nesting: Nesting,
    inner: &[Attribute],
    (before, after): (&Value, &Value),
    path: &Path,
    found: &mut Vec<Path>,
) {
    match nesting {
        Nesting::Single => collect(inner, before, after, path, found),
        Nesting::List => {
            let item =
                |value: &Value, index| value.elements().and_then(|mut items| items.nth(index)).cloned();
            let longest = before.parts().len().max(after.parts().len());
            for index in 0..longest {
                let (left, right) = (item(before, index), item(after, index));
                let path = path.clone().index(index);
                collect(inner, &left.unwrap_or(Value::Null), &right.unwrap_or(Value::Null), &path, found);
            }
        }
        Nesting::Map => {
            let keys: std::collections::BTreeSet<&str> = [before, after]
                .iter()
                .filter_map(|value| value.as_object())
                .flat_map(Object::iter)
                .map(|(key, _)| key)
                .collect();
            for key in keys {
                collect(inner, before.attr(key), after.attr(key), &path.clone().key(key), found);
            }
        }
        // Elements of a set have no place, so the set as a whole is named.
        Nesting::Set => {
            if inner.iter().any(|attribute| !matches!(attribute.replace, Replace::Never)) {
                found.push(path.clone());
            }
        }
    }
}
