//! Brings what authors return into the exact shape that the schema promises: lists become sets where the schema says set,
//! missing attributes become null, values of type `any` get their type. What does not fit is the provider's mistake.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::name::Name;
use crate::path::{Path, Step};
use crate::types::Type;
use crate::value::{Dynamic, Object, Value};

/// `value` as exactly this type.
pub(crate) fn shape(value: Value, ty: &Type) -> Result<Value, Diagnostics> {
    reshaped(value, ty).map_err(|misfit| misfit.describe().into())
}

/// What is wrong, and the steps to it from the inside outward: paths are written only where something is wrong.
struct Misfit {
    steps: Vec<Step>,
    fault: String,
}

impl Misfit {
    fn new(fault: String) -> Self {
        Self { steps: Vec::new(), fault }
    }

    fn below(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    fn describe(self) -> Diagnostic {
        let path = self.steps.into_iter().rev().fold(Path::root(), Path::step);
        let place = if path.is_root() { "The whole object".to_owned() } else { format!("`{path}`") };
        Diagnostic::bug(format!("{place} {}.", self.fault)).at(path)
    }
}

/// True if the value has the shape already, as most have that come back from an author.
fn fits(value: &Value, ty: &Type) -> bool {
    match (value, ty) {
        (Value::Null | Value::Unknown(_), _)
        | (Value::Dynamic(_), Type::Dynamic)
        | (Value::Bool(_), Type::Bool)
        | (Value::Number(_), Type::Number)
        | (Value::String(_), Type::String) => true,
        (Value::List(items), Type::List(element)) => items.iter().all(|item| fits(item, element)),
        (Value::Set(items), Type::Set(element)) => items.iter().all(|item| fits(item, element)),
        (Value::Object(object), Type::Map(element)) => object.iter().all(|(_, value)| fits(value, element)),
        (Value::Object(object), Type::Object(attributes)) => {
            let mut pairs = object.entries().iter().zip(attributes);
            object.len() == attributes.len()
                && pairs.all(|((present, value), (name, ty))| present == name && fits(value, ty))
        }
        _ => false,
    }
}

fn reshaped(value: Value, ty: &Type) -> Result<Value, Misfit> {
    if fits(&value, ty) {
        return Ok(value);
    }
    match (value, ty) {
        (value, Type::Dynamic) => Ok(Value::Dynamic(Box::new(Dynamic { ty: Type::of(&value), value }))),
        (Value::Dynamic(dynamic), ty) => reshaped(dynamic.value, ty),
        (Value::List(items), Type::List(element)) => elements(items, element).map(Value::List),
        (Value::Set(items), Type::List(element)) => {
            elements(items.into_iter().collect(), element).map(Value::List)
        }
        (Value::List(items), Type::Set(element)) => elements(items, element).map(Value::set),
        (Value::Set(items), Type::Set(element)) => {
            elements(items.into_iter().collect(), element).map(Value::set)
        }
        (Value::List(items), Type::Tuple(types)) if items.len() == types.len() => items
            .into_iter()
            .zip(types)
            .enumerate()
            .map(|(index, (item, ty))| reshaped(item, ty).map_err(|misfit| misfit.below(at(index))))
            .collect::<Result<_, _>>()
            .map(Value::List),
        (Value::Object(object), Type::Map(element)) => {
            let entries = object.into_iter().map(|(key, value)| {
                let value = reshaped(value, element);
                Ok((key.clone(), value.map_err(|misfit| misfit.below(Step::Key(key.to_string())))?))
            });
            entries.collect::<Result<Object, _>>().map(Value::Object)
        }
        (Value::Object(object), Type::Object(attributes)) => attributes_of(object, attributes),
        (value, ty) => Err(Misfit::new(format!("must be {}, and it is {}", ty.describe(), value.kind()))),
    }
}

fn at(index: usize) -> Step {
    Step::Index(u64::try_from(index).unwrap_or(u64::MAX))
}

fn elements(items: Vec<Value>, element: &Type) -> Result<Vec<Value>, Misfit> {
    let items = items.into_iter().enumerate();
    items.map(|(index, item)| reshaped(item, element).map_err(|misfit| misfit.below(at(index)))).collect()
}

fn attributes_of(object: Object, attributes: &BTreeMap<Name, Type>) -> Result<Value, Misfit> {
    let mut given = object.into_iter().peekable();
    let mut shaped = Vec::with_capacity(attributes.len());
    for (name, ty) in attributes {
        // Both are sorted by name, so a name that comes before this one is one that the schema has not.
        let value = match given.next_if(|(present, _)| present <= name) {
            Some((present, value)) if present == *name => value,
            Some((extra, _)) => return Err(unknown_attribute(&extra)),
            None => Value::Null,
        };
        let below = |misfit: Misfit| misfit.below(Step::Attribute(name.to_string()));
        shaped.push((name.clone(), reshaped(value, ty).map_err(below)?));
    }
    match given.next() {
        Some((extra, _)) => Err(unknown_attribute(&extra)),
        None => Ok(Value::Object(Object::from_entries(shaped))),
    }
}

fn unknown_attribute(name: &str) -> Misfit {
    Misfit::new(format!("has an attribute `{name}` that the schema has not"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_become_sets_and_missing_attributes_null() {
        let ty =
            Type::object([("tags", Type::set(Type::String)), ("any", Type::Dynamic), ("none", Type::Bool)]);
        let given = Object::new().with("tags", vec!["b", "a", "b"]).with("any", 1);
        let shaped = shape(given.into(), &ty).unwrap();
        assert_eq!(shaped.attr("tags"), &Value::set(["a".into(), "b".into()]));
        assert_eq!(
            shaped.attr("any"),
            &Value::Dynamic(Box::new(Dynamic { ty: Type::Number, value: 1.into() }))
        );
        assert!(shaped.as_object().unwrap().find("none").is_some());
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let ty = Type::object([("a", Type::list(Type::object([("b", Type::Number)])))]);
        let given = |inner: Object| Object::new().with("a", vec![Value::Object(inner)]).into();
        let fault = |value| shape(value, &ty).unwrap_err().into_iter().next().unwrap();
        assert_eq!(fault(given(Object::new().with("b", "x"))).path.to_string(), "a[0].b");
        assert!(fault(given(Object::new().with("c", 1))).detail.contains("`a[0]` has an attribute `c`"));
    }
}
