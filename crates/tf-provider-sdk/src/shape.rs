//! Brings what authors return into the exact shape that the schema promises: lists become sets where the schema says set,
//! missing attributes become null, values of type `any` get their type. What does not fit is the provider's mistake.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::path::{Path, Step};
use crate::types::Type;
use crate::value::{Dynamic, Object, Value};

/// `value` as exactly this type.
pub(crate) fn shape(value: Value, ty: &Type) -> Result<Value, Diagnostics> {
    at(value, ty, &Path::root()).map_err(Diagnostics::from)
}

fn at(value: Value, ty: &Type, path: &Path) -> Result<Value, Diagnostic> {
    match (value, ty) {
        (value @ (Value::Null | Value::Unknown(_)), _) | (value @ Value::Dynamic(_), Type::Dynamic) => {
            Ok(value)
        }
        (value, Type::Dynamic) => Ok(Value::Dynamic(Box::new(Dynamic { ty: Type::of(&value), value }))),
        (Value::Dynamic(dynamic), ty) => at(dynamic.value, ty, path),
        (value @ Value::Bool(_), Type::Bool)
        | (value @ Value::Number(_), Type::Number)
        | (value @ Value::String(_), Type::String) => Ok(value),
        (Value::List(items), Type::List(element)) => elements(items, element, path).map(Value::List),
        (Value::Set(items), Type::List(element)) => {
            elements(items.into_iter().collect(), element, path).map(Value::List)
        }
        (Value::List(items), Type::Set(element)) => elements(items, element, path).map(Value::set),
        (Value::Set(items), Type::Set(element)) => {
            elements(items.into_iter().collect(), element, path).map(Value::set)
        }
        (Value::List(items), Type::Tuple(types)) if items.len() == types.len() => items
            .into_iter()
            .zip(types)
            .enumerate()
            .map(|(index, (item, ty))| at(item, ty, &path.clone().index(index)))
            .collect::<Result<_, _>>()
            .map(Value::List),
        (Value::Object(object), Type::Map(element)) => object
            .into_iter()
            .map(|(key, value)| Ok((key.clone(), at(value, element, &path.clone().key(key))?)))
            .collect::<Result<Object, _>>()
            .map(Value::Object),
        (Value::Object(object), Type::Object(attributes)) => attributes_of(object, attributes, path),
        (value, ty) => Err(wrong(path, &format!("must be {}, and it is {}", ty.describe(), value.kind()))),
    }
}

fn elements(items: Vec<Value>, element: &Type, path: &Path) -> Result<Vec<Value>, Diagnostic> {
    let items = items.into_iter().enumerate();
    items.map(|(index, item)| at(item, element, &path.clone().index(index))).collect()
}

fn attributes_of(
    mut object: Object,
    attributes: &std::collections::BTreeMap<String, Type>,
    path: &Path,
) -> Result<Value, Diagnostic> {
    let shaped = attributes.iter().map(|(name, ty)| {
        let step = Step::Attribute(name.clone());
        Ok((name.clone(), at(object.take(name), ty, &path.clone().step(step))?))
    });
    let shaped = shaped.collect::<Result<Object, Diagnostic>>()?;
    match object.iter().next() {
        Some((extra, _)) => Err(wrong(path, &format!("has an attribute `{extra}` that the schema has not"))),
        None => Ok(Value::Object(shaped)),
    }
}

fn wrong(path: &Path, fault: &str) -> Diagnostic {
    let place = if path.is_root() { "The whole object".to_owned() } else { format!("`{path}`") };
    Diagnostic::bug(format!("{place} {fault}.")).at(path.clone())
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
