//! Whether a value keeps to the shape that the contract gives it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use fancy_regex::Regex;
use serde_json::Value;

use super::{Contract, Shape};

/// Whose value is looked at. A client is held to every constraint; of what the double says, only the form is looked at,
/// because constraints of the models are about input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Request,
    Response,
}

/// What is wrong with a value, one sentence each, with the path of the member. Empty: nothing.
pub(crate) fn faults(contract: &Contract, shape: &str, value: &Value, direction: Direction) -> Vec<String> {
    let mut check = Check { contract, direction, faults: Vec::new() };
    check.value(shape, value, "");
    check.faults
}

struct Check<'a> {
    contract: &'a Contract,
    direction: Direction,
    faults: Vec<String>,
}

impl Check<'_> {
    fn fault(&mut self, path: &str, what: &str) {
        let path = if path.is_empty() { "the request" } else { path };
        self.faults.push(format!("{path} {what}"));
    }

    fn value(&mut self, name: &str, value: &Value, path: &str) {
        let Some(shape) = self.contract.shape(name) else {
            return self.fault(path, &format!("has the shape {name}, which the contract does not hold"));
        };
        match shape.kind.as_str() {
            "structure" => self.structure(shape, value, path),
            "list" => self.list(shape, value, path),
            "map" => self.map(shape, value, path),
            "string" => self.string(shape, value, path),
            "boolean" if value.is_boolean() => {}
            "integer" | "long" if value.is_i64() => self.range(shape, value.as_f64(), "value", path),
            "double" | "float" if value.is_number() => self.range(shape, value.as_f64(), "value", path),
            "timestamp" if value.is_number() => {}
            kind => self.fault(path, &format!("must be a {kind}")),
        }
    }

    fn structure(&mut self, shape: &Shape, value: &Value, path: &str) {
        let Some(object) = value.as_object() else { return self.fault(path, "must be a structure") };
        for name in shape.required.iter().filter(|name| object.get(*name).is_none_or(Value::is_null)) {
            self.fault(&join(path, name), "must not be null");
        }
        for (name, value) in object {
            let path = join(path, name);
            match shape.members.get(name) {
                None => self.fault(&path, "is not a member of the contract"),
                Some(_) if value.is_null() => {}
                Some(reference) => self.value(&reference.shape, value, &path),
            }
        }
    }

    fn list(&mut self, shape: &Shape, value: &Value, path: &str) {
        let (Some(items), Some(member)) = (value.as_array(), &shape.member) else {
            return self.fault(path, "must be a list");
        };
        self.length(shape, items.len(), path);
        for (index, item) in items.iter().enumerate() {
            self.value(&member.shape, item, &format!("{path}.{}", index + 1));
        }
    }

    fn map(&mut self, shape: &Shape, value: &Value, path: &str) {
        let (Some(entries), Some(key), Some(of)) = (value.as_object(), &shape.key, &shape.value) else {
            return self.fault(path, "must be a map");
        };
        self.length(shape, entries.len(), path);
        for (name, value) in entries {
            let path = join(path, name);
            self.value(&key.shape, &Value::from(name.as_str()), &path);
            self.value(&of.shape, value, &path);
        }
    }

    fn string(&mut self, shape: &Shape, value: &Value, path: &str) {
        let Some(text) = value.as_str() else { return self.fault(path, "must be a string") };
        if !shape.values.is_empty() && !shape.values.iter().any(|known| known == text) {
            self.fault(path, &format!("must be one of [{}]", shape.values.join(", ")));
        }
        if self.direction == Direction::Response {
            return;
        }
        self.length(shape, text.chars().count(), path);
        if let Some(pattern) = &shape.pattern
            && !matches(pattern, text)
        {
            self.fault(path, &format!("must match the pattern {pattern}"));
        }
    }

    fn length(&mut self, shape: &Shape, length: usize, path: &str) {
        let length = u32::try_from(length).map_or(f64::MAX, f64::from);
        self.range(shape, Some(length), "length", path);
    }

    fn range(&mut self, shape: &Shape, value: Option<f64>, what: &str, path: &str) {
        if self.direction == Direction::Response {
            return;
        }
        let Some(value) = value else { return };
        if let Some(min) = shape.min.filter(|min| value < *min) {
            self.fault(path, &format!("must have a {what} of at least {min}"));
        }
        if let Some(max) = shape.max.filter(|max| value > *max) {
            self.fault(path, &format!("must have a {what} of at most {max}"));
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Compiled once per pattern: a refresh of hundreds of objects asks the same few again and again.
static COMPILED: Mutex<BTreeMap<String, Option<Regex>>> = Mutex::new(BTreeMap::new());

/// A pattern that cannot be matched matches nothing; a test shows that there is none.
fn matches(pattern: &str, text: &str) -> bool {
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let regex = compiled.entry(pattern.to_owned()).or_insert_with(|| compile(pattern).ok());
    regex.as_ref().is_some_and(|regex| regex.is_match(text).unwrap_or(false))
}

/// A pattern is about the whole text. The models write planes beyond the first as surrogates, which are no characters here.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    let pattern = pattern
        .replace(r"\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF", r"\uE000-\uFFFD\x{10000}-\x{10FFFF}")
        .replace("\u{D7FF}-\u{E000}", "\u{D7FF}\u{E000}");
    Regex::new(&format!(r"\A(?:{pattern})\z")).map_err(|error| error.to_string())
}
