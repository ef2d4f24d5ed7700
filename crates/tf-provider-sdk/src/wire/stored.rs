//! Stored state to values in one pass over the text, without a tree in between. State comes through here for every instance on
//! every plan. What does not fit is read again by `json`, which says what is wrong; what fits means the same in both.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::WireError;
use super::json::{from_json, read};
use crate::name::Name;
use crate::types::{MAX_DEPTH, Type};
use crate::value::{Object, Value};

/// Reads a value of this type.
pub(crate) fn from_stored(bytes: &[u8], ty: &Type) -> Result<Value, WireError> {
    if let Some(value) = at_once(bytes, ty) {
        return Ok(value);
    }
    let json: Json = serde_json::from_slice(bytes).map_err(|error| WireError::new(error.to_string()))?;
    from_json(&json, ty)
}

pub(crate) fn at_once(bytes: &[u8], ty: &Type) -> Option<Value> {
    // What no type has is passed over, and must be text all the same: a state that is damaged anywhere is damaged.
    let mut json = serde_json::Deserializer::from_str(std::str::from_utf8(bytes).ok()?);
    let value = Of { ty, depth: 0 }.deserialize(&mut json).ok()?;
    json.end().ok().map(|()| value)
}

/// A value of this type, so deep in the whole.
#[derive(Clone, Copy)]
struct Of<'t> {
    ty: &'t Type,
    depth: usize,
}

impl<'t> Of<'t> {
    fn within(self, ty: &'t Type) -> Self {
        Self { ty, depth: self.depth + 1 }
    }
}

impl<'de> DeserializeSeed<'de> for Of<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Value, D::Error> {
        if self.depth > MAX_DEPTH {
            return Err(de::Error::custom("nested too deeply"));
        }
        match self.ty {
            Type::Bool | Type::Number | Type::String => {
                leaf(<&RawValue as de::Deserialize>::deserialize(json)?.get(), self.ty)
                    .ok_or_else(|| de::Error::custom("another type"))
            }
            Type::Dynamic => {
                let tree = <Json as de::Deserialize>::deserialize(json)?;
                read(&tree, self.ty, self.depth).map_err(de::Error::custom)
            }
            _ => json.deserialize_option(self),
        }
    }
}

/// Only what is written as its own type; where Terraform converts, the tree is read.
fn leaf(text: &str, ty: &Type) -> Option<Value> {
    match (ty, text) {
        (_, "null") => Some(Value::Null),
        (Type::Bool, "true") => Some(Value::Bool(true)),
        (Type::Bool, "false") => Some(Value::Bool(false)),
        (Type::Number, _) if !text.starts_with('"') => text.parse().ok().map(Value::Number),
        (Type::String, _) if text.starts_with('"') => serde_json::from_str(text).ok().map(Value::String),
        _ => None,
    }
}

impl<'de> Visitor<'de> for Of<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.ty.describe())
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, json: D) -> Result<Value, D::Error> {
        match self.ty {
            Type::Object(_) | Type::Map(_) => json.deserialize_map(self),
            _ => json.deserialize_seq(self),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut found = Vec::new();
        match self.ty {
            Type::Tuple(types) => {
                for ty in types {
                    let item = items.next_element_seed(self.within(ty))?;
                    found.push(item.ok_or_else(|| de::Error::custom("too short"))?);
                }
                match items.next_element::<IgnoredAny>()? {
                    Some(_) => Err(de::Error::custom("too long")),
                    None => Ok(Value::List(found)),
                }
            }
            Type::List(element) | Type::Set(element) => {
                while let Some(item) = items.next_element_seed(self.within(element))? {
                    found.push(item);
                }
                Ok(if matches!(self.ty, Type::Set(_)) { Value::set(found) } else { Value::List(found) })
            }
            _ => Err(de::Error::custom("not a list")),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Value, A::Error> {
        match self.ty {
            Type::Map(element) => self.map(entries, element),
            Type::Object(attributes) => self.object(entries, attributes),
            _ => Err(de::Error::custom("not an object or map")),
        }
    }
}

impl Of<'_> {
    fn map<'de, A: MapAccess<'de>>(self, mut entries: A, element: &Type) -> Result<Value, A::Error> {
        let mut found = Vec::new();
        while let Some(key) = entries.next_key::<Key>()? {
            found.push((Name::from(&*key.0), entries.next_value_seed(self.within(element))?));
        }
        Ok(Value::Object(Object::from_entries(found)))
    }

    /// Terraform writes attributes in the order of their names, so the next one is mostly the next of the type.
    fn object<'de, A: MapAccess<'de>>(
        self,
        mut entries: A,
        attributes: &BTreeMap<Name, Type>,
    ) -> Result<Value, A::Error> {
        let mut found = Vec::with_capacity(attributes.len());
        let mut expected = attributes.iter();
        while let Some(key) = entries.next_key::<Key>()? {
            let next = expected.next().filter(|(next, _)| next.as_str() == key.0);
            match next.or_else(|| attributes.get_key_value(&*key.0)) {
                Some((name, ty)) => found.push((name.clone(), entries.next_value_seed(self.within(ty))?)),
                None => drop(entries.next_value::<IgnoredAny>()?),
            }
        }
        let mut object = Object::from_entries(found);
        if object.len() < attributes.len() {
            let present = object.clone();
            let missing = attributes.keys().filter(|name| present.find(name).is_none());
            missing.for_each(|name| object.set(name, Value::Null));
        }
        Ok(Value::Object(object))
    }
}

/// A name, borrowed from the text unless it has escapes. `Cow` alone always copies.
struct Key<'de>(Cow<'de, str>);

impl<'de> de::Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        json.deserialize_str(Text)
    }
}
