//! The types of Terraform's language, and their JSON spelling, in which both schemas and dynamic values carry them.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::name::Name;
use crate::value::Value;

/// Deepest nesting of a type or value that is accepted from outside.
pub(crate) const MAX_DEPTH: usize = 100;

/// A type of Terraform's language.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `any`: each value brings its own type.
    Dynamic,
    /// `list(…)`
    List(Box<Type>),
    /// `set(…)`
    Set(Box<Type>),
    /// `map(…)`
    Map(Box<Type>),
    /// `tuple([…])`
    Tuple(Vec<Type>),
    /// `object({…})`. Values of the type share the names.
    Object(BTreeMap<Name, Type>),
}

impl Type {
    /// `list(element)`
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    /// `set(element)`
    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    /// `map(element)`
    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    /// `object({…})`
    pub fn object<N: Into<Name>>(attributes: impl IntoIterator<Item = (N, Type)>) -> Self {
        Self::Object(attributes.into_iter().map(|(name, ty)| (name.into(), ty)).collect())
    }

    /// The narrowest type of a value: lists become tuples and maps become objects. What is null or unknown has no type of its
    /// own.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null | Value::Unknown(_) => Self::Dynamic,
            Value::Bool(_) => Self::Bool,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::List(items) => Self::Tuple(items.iter().map(Self::of).collect()),
            Value::Set(items) => Self::set(items.iter().next().map_or(Self::Dynamic, Self::of)),
            Value::Object(object) => {
                let attributes = object.entries().iter();
                Self::Object(attributes.map(|(name, value)| (name.clone(), Self::of(value))).collect())
            }
            Value::Dynamic(dynamic) => dynamic.ty.clone(),
        }
    }

    /// How Terraform's language spells the type, for messages and documentation.
    pub fn describe(&self) -> String {
        match self {
            Self::Bool => "bool".to_owned(),
            Self::Number => "number".to_owned(),
            Self::String => "string".to_owned(),
            Self::Dynamic => "any".to_owned(),
            Self::List(element) => format!("list({})", element.describe()),
            Self::Set(element) => format!("set({})", element.describe()),
            Self::Map(element) => format!("map({})", element.describe()),
            Self::Tuple(elements) => {
                format!("tuple([{}])", elements.iter().map(Self::describe).collect::<Vec<_>>().join(", "))
            }
            Self::Object(attributes) => {
                let parts: Vec<_> =
                    attributes.iter().map(|(name, ty)| format!("{name} = {}", ty.describe())).collect();
                format!("object({{{}}})", parts.join(", "))
            }
        }
    }

    pub(crate) fn to_json(&self) -> Json {
        match self {
            Self::Bool => json!("bool"),
            Self::Number => json!("number"),
            Self::String => json!("string"),
            Self::Dynamic => json!("dynamic"),
            Self::List(element) => json!(["list", element.to_json()]),
            Self::Set(element) => json!(["set", element.to_json()]),
            Self::Map(element) => json!(["map", element.to_json()]),
            Self::Tuple(elements) => json!(["tuple", elements.iter().map(Self::to_json).collect::<Vec<_>>()]),
            Self::Object(attributes) => {
                let attributes: serde_json::Map<_, _> =
                    attributes.iter().map(|(name, ty)| (name.to_string(), ty.to_json())).collect();
                json!(["object", attributes])
            }
        }
    }

    pub(crate) fn to_json_bytes(&self) -> Vec<u8> {
        self.to_json().to_string().into_bytes()
    }

    pub(crate) fn from_json_bytes(bytes: &[u8]) -> Option<Self> {
        // serde_json itself stops at 128 levels.
        Self::from_json(&serde_json::from_slice(bytes).ok()?, 0)
    }

    fn from_json(json: &Json, depth: usize) -> Option<Self> {
        if depth > MAX_DEPTH {
            return None;
        }
        if let Some(name) = json.as_str() {
            return match name {
                "bool" => Some(Self::Bool),
                "number" => Some(Self::Number),
                "string" => Some(Self::String),
                "dynamic" => Some(Self::Dynamic),
                _ => None,
            };
        }
        let [kind, of, rest @ ..] = json.as_array()?.as_slice() else { return None };
        let element = || Self::from_json(of, depth + 1).map(Box::new);
        match (kind.as_str()?, rest) {
            ("list", []) => Some(Self::List(element()?)),
            ("set", []) => Some(Self::Set(element()?)),
            ("map", []) => Some(Self::Map(element()?)),
            ("tuple", []) => {
                let elements = of.as_array()?.iter().map(|element| Self::from_json(element, depth + 1));
                elements.collect::<Option<_>>().map(Self::Tuple)
            }
            // The third part names optional attributes; in a value's type they are all present.
            ("object", [] | [_]) => {
                let attributes = of.as_object()?.iter();
                let attributes = attributes
                    .map(|(name, ty)| Some((name.as_str().into(), Self::from_json(ty, depth + 1)?)));
                attributes.collect::<Option<_>>().map(Self::Object)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_round_trips() {
        let ty = Type::object([
            ("a", Type::list(Type::Number)),
            ("b", Type::Tuple(vec![Type::Bool, Type::Dynamic])),
            ("c", Type::map(Type::set(Type::String))),
        ]);
        assert_eq!(Type::from_json_bytes(&ty.to_json_bytes()), Some(ty));
    }

    #[test]
    fn nonsense_is_refused() {
        let deep = format!("{}\"string\"{}", "[\"list\",".repeat(120), "]".repeat(120));
        for text in [
            "",
            "\"text\"",
            "[]",
            "[\"list\"]",
            "[\"list\",\"bool\",1]",
            "{}",
            "[\"object\",[]]",
            deep.as_str(),
        ] {
            assert_eq!(Type::from_json_bytes(text.as_bytes()), None, "{text}");
        }
    }
}
