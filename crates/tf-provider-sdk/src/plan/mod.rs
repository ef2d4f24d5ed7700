//! What a schema makes of configuration and prior state: the proposed state, before the author completes it.
//!
//! Two passes. The first keeps every computed value; if the result equals the prior state there is nothing to do, and the plan is
//! empty by construction. Otherwise the second pass marks the computed values that the change may touch as unknown.

mod check;
mod finish;
mod spelling;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub(crate) use check::{check_applied, check_plan, check_unknown};
pub(crate) use finish::{configurable, drop_write_only, keep_refinements, replacements};
pub(crate) use spelling::keep_spelling;

use crate::schema::{Attribute, Kind, Nesting, Recompute, Schema};
use crate::shape::shape;
use crate::value::{Object, Value};

/// The proposed state and whether it differs from the prior one.
#[derive(Debug)]
pub(crate) struct Proposal {
    pub(crate) state: Value,
    pub(crate) changed: bool,
}

/// The proposed state for a configuration. `prior` is `None` for a create.
pub(crate) fn propose(schema: &Schema, config: &Value, prior: Option<&Value>) -> Proposal {
    let empty = Object::new();
    let config = config.as_object().unwrap_or(&empty);
    let prior = prior.and_then(Value::as_object);
    let first = Pass { changed: None }.object(&schema.attributes, config, prior);
    let Some(before) = prior else { return Proposal { state: first.into(), changed: true } };
    let changed: BTreeSet<_> = first
        .iter()
        .filter(|(name, value)| before.get(name) != *value && !schema.is_timeouts(name))
        .map(|(name, _)| name.to_owned())
        .collect();
    if changed.is_empty() {
        return Proposal { state: first.into(), changed: false };
    }
    let second = Pass { changed: Some(&changed) }.object(&schema.attributes, config, prior);
    Proposal { state: second.into(), changed: true }
}

/// The configuration with defaults where it sets nothing, for data sources and the provider itself.
pub(crate) fn with_defaults(schema: &Schema, config: &Value) -> Value {
    match config {
        Value::Object(object) => Value::Object(defaults(&schema.attributes, object)),
        other => other.clone(),
    }
}

fn defaults(attributes: &[Attribute], config: &Object) -> Object {
    let filled = attributes.iter().map(|attribute| {
        let value = config.get(&attribute.name);
        let value = match (&attribute.default, &attribute.kind) {
            (Some(_), _) if value.is_null() => default_of(attribute),
            (_, Kind::Nested(nesting, inner)) => {
                nested(*nesting, value, |_, object| Value::Object(defaults(inner, object)))
            }
            _ => value.clone(),
        };
        (attribute.name.clone(), value)
    });
    filled.collect()
}

/// The default in the attribute's exact type. Server start has checked that it fits.
fn default_of(attribute: &Attribute) -> Value {
    let default = attribute.default.clone().unwrap_or(Value::Null);
    shape(default, &attribute.ty()).unwrap_or(Value::Null)
}

/// Where an element stands within its parent.
enum Place<'a> {
    Only,
    Index(usize),
    Key(&'a str),
    Somewhere,
}

/// Rebuilds the objects of a nested attribute one by one; what is null or unknown stays.
fn nested(nesting: Nesting, value: &Value, mut rebuild: impl FnMut(&Place, &Object) -> Value) -> Value {
    let mut each = |place: &Place, item: &Value| match item {
        Value::Object(object) => rebuild(place, object),
        other => other.clone(),
    };
    match (nesting, value) {
        (Nesting::Single, value) => each(&Place::Only, value),
        (Nesting::List, Value::List(items)) => Value::List(
            items.iter().enumerate().map(|(index, item)| each(&Place::Index(index), item)).collect(),
        ),
        (Nesting::Set, Value::Set(items)) => {
            Value::set(items.iter().map(|item| each(&Place::Somewhere, item)))
        }
        (Nesting::Map, Value::Object(items)) => {
            Value::Object(items.iter().map(|(key, item)| (key, each(&Place::Key(key), item))).collect())
        }
        (_, other) => other.clone(),
    }
}

/// One pass over configuration and prior state. `changed` holds the top-level attributes that the first pass saw change.
struct Pass<'a> {
    changed: Option<&'a BTreeSet<String>>,
}

impl Pass<'_> {
    fn object(&self, attributes: &[Attribute], config: &Object, prior: Option<&Object>) -> Object {
        let planned = attributes.iter().map(|attribute| {
            let name = &attribute.name;
            (name.clone(), self.attribute(attribute, config.get(name), prior.map(|prior| prior.get(name))))
        });
        planned.collect()
    }

    fn attribute(&self, attribute: &Attribute, config: &Value, prior: Option<&Value>) -> Value {
        if attribute.write_only {
            return Value::Null;
        }
        if config.is_null() {
            return match (&attribute.default, attribute.is_computed()) {
                (Some(_), _) => default_of(attribute),
                (None, true) => self.computed(attribute, prior),
                (None, false) => Value::Null,
            };
        }
        // Where nothing beneath is planned, what equals the prior value is taken from there: copies share, and shared ones
        // compare at once.
        let whole = !attribute.is_planned_beneath();
        let same = |prior: &&Value| (whole && *prior == config) || same_meaning(attribute, prior, config);
        if let Some(prior) = prior.filter(same) {
            return prior.clone();
        }
        match &attribute.kind {
            Kind::Nested(..) if whole => config.clone(),
            Kind::Typed(_) => config.clone(),
            Kind::Nested(nesting, inner) => self.nested(*nesting, inner, config, prior),
        }
    }

    fn computed(&self, attribute: &Attribute, prior: Option<&Value>) -> Value {
        let Some(prior) = prior else { return Value::unknown() };
        let Some(changed) = self.changed else { return prior.clone() };
        match &attribute.recompute {
            Recompute::Never if !prior.is_null() => prior.clone(),
            Recompute::With(names) if !names.iter().any(|name| changed.contains(name)) => prior.clone(),
            Recompute::Never | Recompute::With(_) | Recompute::OnChange => Value::unknown(),
        }
    }

    fn nested(&self, nesting: Nesting, inner: &[Attribute], config: &Value, prior: Option<&Value>) -> Value {
        let mut unmatched: Vec<&Object> = match (nesting, prior.and_then(Value::elements)) {
            (Nesting::Set, Some(items)) if needs_prior(inner) => items.filter_map(Value::as_object).collect(),
            _ => Vec::new(),
        };
        nested(nesting, config, |place, object| {
            let before = match place {
                Place::Only => prior.and_then(Value::as_object),
                Place::Key(key) => prior.map(|prior| prior.attr(key)).and_then(Value::as_object),
                Place::Index(index) => prior
                    .and_then(Value::elements)
                    .and_then(|mut items| items.nth(*index))
                    .and_then(Value::as_object),
                Place::Somewhere => take_match(inner, object, &mut unmatched),
            };
            Value::Object(self.object(inner, object, before))
        })
    }
}

/// Takes the prior element that the configured one describes: keeping its computed values changes nothing about it.
fn take_match<'a>(
    inner: &[Attribute],
    config: &Object,
    unmatched: &mut Vec<&'a Object>,
) -> Option<&'a Object> {
    let keep = Pass { changed: None };
    let position =
        unmatched.iter().position(|before| keep.object(inner, config, Some(before)) == **before)?;
    Some(unmatched.swap_remove(position))
}

/// False where the prior value of such objects has no influence, so that large sets need no matching.
fn needs_prior(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let inside = matches!(&attribute.kind, Kind::Nested(_, inner) if needs_prior(inner));
        inside || attribute.equivalent.is_some() || (attribute.is_computed() && attribute.default.is_none())
    })
}

/// True if the author says that these two mean the same.
fn same_meaning(attribute: &Attribute, left: &Value, right: &Value) -> bool {
    attribute.equivalent.is_some_and(|equivalent| {
        let known = |value: &Value| !value.is_null() && value.is_wholly_known();
        known(left) && known(right) && equivalent(left, right)
    })
}
