//! Typed models: how an author's struct is read from a value and written back, without macros.

use std::collections::{BTreeMap, BTreeSet};

use crate::attr::Attr;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::number::Number;
use crate::path::{Path, Step};
use crate::value::{Object, Value};

/// A struct that mirrors a schema, or a nested object of one.
///
/// ```
/// use tf_provider_sdk::{Attr, DecodeError, Model, Object, ObjectReader};
///
/// struct Pet { id: Attr<String>, name: Attr<String>, legs: Attr<i64> }
///
/// impl Model for Pet {
///     fn decode(object: &mut ObjectReader) -> Result<Self, DecodeError> {
///         Ok(Self { id: object.get("id")?, name: object.get("name")?, legs: object.get("legs")? })
///     }
///     fn encode(self) -> Object {
///         Object::new().with("id", self.id).with("name", self.name).with("legs", self.legs)
///     }
/// }
/// ```
pub trait Model: Sized + Send + 'static {
    /// Reads the struct. Called with configuration, plan and state alike, so attributes can be null or unknown.
    fn decode(object: &mut ObjectReader) -> Result<Self, DecodeError>;

    /// Writes the struct. Attributes left out are null; write-only attributes are dropped for you.
    fn encode(self) -> Object;
}

/// Reads the attributes of an object one by one.
pub struct ObjectReader {
    object: Object,
}

impl ObjectReader {
    pub(crate) fn new(object: Object) -> Self {
        Self { object }
    }

    /// Takes an attribute out of the object as a `T`. A name that the object has not is null.
    pub fn get<T: FromValue>(&mut self, name: &str) -> Result<T, DecodeError> {
        T::from_value(self.object.take(name)).map_err(|error| error.below(Step::Attribute(name.to_owned())))
    }

    /// What has not been taken yet, for models that keep a part of the configuration as it is.
    pub fn rest(&mut self) -> Object {
        std::mem::take(&mut self.object)
    }
}

/// A value was not what a model expected.
///
/// The schema has checked the types already, so this means that schema and model disagree, or that a field cannot hold an
/// unknown value and should be an [`Attr`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    steps: Vec<Step>, // innermost first
    message: String,
}

impl DecodeError {
    /// An error about the value itself.
    pub fn new(message: impl Into<String>) -> Self {
        Self { steps: Vec::new(), message: message.into() }
    }

    fn expected(what: &str, got: &Value) -> Self {
        Self::new(format!("The provider expects {what} here and got {}.", got.kind()))
    }

    fn below(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// Where it is.
    pub fn path(&self) -> Path {
        self.steps.iter().rev().fold(Path::root(), |path, step| path.step(step.clone()))
    }
}

impl From<DecodeError> for Diagnostic {
    fn from(error: DecodeError) -> Self {
        Diagnostic::bug(&error.message).at(error.path())
    }
}

impl From<DecodeError> for Diagnostics {
    fn from(error: DecodeError) -> Self {
        Diagnostic::from(error).into()
    }
}

/// A type that an attribute can be read into.
pub trait FromValue: Sized {
    /// Reads the value, or says what was expected.
    fn from_value(value: Value) -> Result<Self, DecodeError>;
}

/// Reads a whole model from a value.
pub(crate) fn decode<M: Model>(value: Value) -> Result<M, Diagnostics> {
    M::from_value(value).map_err(Diagnostics::from)
}

impl<M: Model> FromValue for M {
    fn from_value(value: Value) -> Result<Self, DecodeError> {
        match value.into_plain() {
            Value::Object(object) => M::decode(&mut ObjectReader::new(object)),
            other => Err(DecodeError::expected("an object", &other)),
        }
    }
}

impl FromValue for Value {
    fn from_value(value: Value) -> Result<Self, DecodeError> {
        Ok(value)
    }
}

impl FromValue for Object {
    fn from_value(value: Value) -> Result<Self, DecodeError> {
        match value.into_plain() {
            Value::Object(object) => Ok(object),
            other => Err(DecodeError::expected("an object or map", &other)),
        }
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> Result<Self, DecodeError> {
        value.as_bool().ok_or_else(|| DecodeError::expected("a bool", &value))
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Result<Self, DecodeError> {
        match value.into_plain() {
            Value::String(text) => Ok(text),
            other => Err(DecodeError::expected("a string", &other)),
        }
    }
}

impl FromValue for Number {
    fn from_value(value: Value) -> Result<Self, DecodeError> {
        match value.into_plain() {
            Value::Number(number) => Ok(number),
            other => Err(DecodeError::expected("a number", &other)),
        }
    }
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Result<Self, DecodeError> {
        value
            .as_number()
            .and_then(Number::as_i64)
            .ok_or_else(|| DecodeError::expected("a whole number", &value))
    }
}

impl FromValue for u64 {
    fn from_value(value: Value) -> Result<Self, DecodeError> {
        let number = value.as_number().and_then(Number::as_u64);
        number.ok_or_else(|| DecodeError::expected("a whole number of zero or more", &value))
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: Value) -> Result<Self, DecodeError> {
        let items = match value.into_plain() {
            Value::List(items) => items,
            Value::Set(items) => items.into_iter().collect(),
            other => return Err(DecodeError::expected("a list or set", &other)),
        };
        let items = items.into_iter().enumerate().map(|(index, item)| {
            T::from_value(item)
                .map_err(|error| error.below(Step::Index(u64::try_from(index).unwrap_or(u64::MAX))))
        });
        items.collect()
    }
}

impl<T: FromValue + Ord> FromValue for BTreeSet<T> {
    fn from_value(value: Value) -> Result<Self, DecodeError> {
        Ok(Vec::from_value(value)?.into_iter().collect())
    }
}

impl<T: FromValue> FromValue for BTreeMap<String, T> {
    fn from_value(value: Value) -> Result<Self, DecodeError> {
        let entries = Object::from_value(value)?.into_iter().map(|(key, value)| {
            let value = T::from_value(value).map_err(|error| error.below(Step::Key(key.to_string())));
            Ok((key.to_string(), value?))
        });
        entries.collect()
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Result<Self, DecodeError> {
        if value.is_null() { Ok(None) } else { T::from_value(value).map(Some) }
    }
}

impl<T: FromValue> FromValue for Attr<T> {
    fn from_value(value: Value) -> Result<Self, DecodeError> {
        match value {
            value if value.is_null() => Ok(Self::Null),
            value if value.is_unknown() => Ok(Self::Unknown),
            value => T::from_value(value).map(Self::Known),
        }
    }
}

impl<M: Model> From<M> for Value {
    fn from(model: M) -> Self {
        Self::Object(model.encode())
    }
}
