//! Keeps the spelling that state or plan already have where another one means the same.

use super::{Place, nested, same_meaning};
use crate::schema::{Attribute, Kind, Schema};
use crate::value::{Object, Value};

/// `value` in the spelling of `reference`, wherever the schema says that both mean the same.
pub(crate) fn keep_spelling(schema: &Schema, reference: &Value, value: Value) -> Value {
    match (reference, &value) {
        (Value::Object(reference), Value::Object(object))
            if reference != object && schema.attributes.iter().any(Attribute::has_equivalent) =>
        {
            Value::Object(respell(&schema.attributes, reference, object))
        }
        _ => value,
    }
}

fn respell(attributes: &[Attribute], reference: &Object, object: &Object) -> Object {
    let respelled = attributes.iter().map(|attribute| {
        let (before, value) = (reference.get(&attribute.name), object.get(&attribute.name));
        let value = match &attribute.kind {
            _ if !attribute.has_equivalent() || before == value => value.clone(),
            _ if same_meaning(attribute, before, value) => before.clone(),
            Kind::Nested(nesting, inner) => {
                nested(*nesting, value, |place, object| respell_element(inner, before, place, object))
            }
            Kind::Typed(_) => value.clone(),
        };
        (attribute.name.clone(), value)
    });
    respelled.collect()
}

fn respell_element(inner: &[Attribute], before: &Value, place: &Place, object: &Object) -> Value {
    let with = |reference: Option<&Object>| match reference {
        Some(reference) => Value::Object(respell(inner, reference, object)),
        None => Value::Object(object.clone()),
    };
    match place {
        Place::Only => with(before.as_object()),
        Place::Key(key) => with(before.attr(key).as_object()),
        Place::Index(index) => {
            with(before.elements().and_then(|mut items| items.nth(*index)).and_then(Value::as_object))
        }
        // In a set, the element that becomes equal by respelling is the one that was meant.
        Place::Somewhere => {
            let mut candidates = before.elements().unwrap_or_default();
            let same = candidates.find(|candidate| with(candidate.as_object()) == **candidate);
            same.cloned().unwrap_or_else(|| Value::Object(object.clone()))
        }
    }
}
