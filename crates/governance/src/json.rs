//! Our strict JSON: a tree that keeps numbers as they were written, and its two writings. Reading is in `parse`.
//!
//! Not `serde_json::Value`: that drops duplicate keys without a word, and with numbers kept as text it reads an object
//! with one reserved key as a number, so two different texts could share a digest.

mod parse;

pub use parse::JsonError;
use std::{borrow::Cow, collections::BTreeMap};

/// The largest integer that every JSON reader keeps exactly.
const SAFE_INTEGER: u64 = (1 << 53) - 1;

/// How deep a tree may be. What we read has a handful of levels; a hostile text has thousands.
pub const MAX_DEPTH: usize = 64;

/// A JSON value. Equality is that of the source: `1` and `1.0` differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Json {
    /// `null`; in a declaration the same as absent.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it was written.
    Number(Number),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object; each key occurs once.
    Object(BTreeMap<String, Json>),
}

/// What [`Json::parse_parts`] makes of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// It is read and dropped.
    Nothing,
    /// It is wanted as a whole.
    Whole,
    /// Its items are wanted, each by itself; a value that is no array is told as a whole.
    Items,
}

/// What [`Json::parse_parts`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The value of a member.
    Member(Json),
    /// One item of a member that is an array.
    Item(Json),
}

/// The text of a JSON number, valid by construction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(String);

impl Number {
    /// The number as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number, when it was written as an integer that every JSON reader keeps exactly.
    pub fn as_safe_integer(&self) -> Option<i64> {
        let value: i64 = self.0.parse().ok()?;
        (value.unsigned_abs() <= SAFE_INTEGER).then_some(value)
    }
}

impl From<u32> for Number {
    fn from(value: u32) -> Self {
        Self(value.to_string())
    }
}

impl Json {
    /// Reads one JSON text. Duplicate keys, lone surrogates, more than [`MAX_DEPTH`] levels and trailing text are errors.
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        parse::parse(text)
    }

    /// Reads bytes that should be UTF-8 JSON.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, JsonError> {
        parse::parse_bytes(bytes)
    }

    /// Reads the members of an object one after the other, as strictly as [`Json::parse`], without holding the whole: `sink` gets
    /// what is wanted of each. What it makes of them comes after what is wrong with the text.
    pub fn parse_parts<E>(
        bytes: &[u8],
        wanted: impl Fn(&str) -> Part,
        sink: impl FnMut(&str, Found) -> Result<(), E>,
    ) -> Result<Result<(), E>, JsonError> {
        parse::parts(bytes, wanted, sink)
    }

    /// A number from its text; `None` when the text is no JSON number.
    pub fn number(text: &str) -> Option<Self> {
        match parse::parse(text) {
            Ok(Self::Number(number)) if number.as_str() == text => Some(Self::Number(number)),
            _ => None,
        }
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The members, if this is an object.
    pub fn as_object(&self) -> Option<&BTreeMap<String, Json>> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }

    /// How many elements, if this is an array; else none.
    pub(crate) fn count(&self) -> usize {
        if let Self::Array(items) = self { items.len() } else { 0 }
    }

    /// The layout of RFC 8785 (members by UTF-16 code units, shortest escapes, no blanks) with every number as it was
    /// written. Reading it again gives the same tree. Equal to RFC 8785 itself wherever numbers are safe integers, as
    /// they are in records.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        write(self, &mut out, false);
        out
    }

    /// The text that digests are taken of: RFC 8785, except that a number which is not a safe integer becomes
    /// `{"$number":"<as written>"}`, so that two numbers never share a text. A member really called `$number` gets one
    /// more `$`, so that no object can pass for a number.
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        write(self, &mut out, true);
        out
    }

    /// The same as [`Json::to_text`], indented by two blanks for people and their diffs.
    pub fn to_pretty(&self) -> String {
        let mut out = String::new();
        write_pretty(self, &mut out, 0);
        out
    }

    /// What this is, for a message: never the value itself, which may be long or secret.
    pub fn sort(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u32> for Json {
    fn from(value: u32) -> Self {
        Self::Number(value.into())
    }
}

impl FromIterator<Json> for Json {
    fn from_iter<I: IntoIterator<Item = Json>>(items: I) -> Self {
        Self::Array(items.into_iter().collect())
    }
}

/// Builds an object member by member; what is absent stays absent.
#[derive(Debug, Default)]
pub(crate) struct Members(BTreeMap<String, Json>);

impl Members {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn put(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn put_some(self, name: &str, value: Option<impl Into<Json>>) -> Self {
        match value {
            Some(value) => self.put(name, value),
            None => self,
        }
    }
}

impl From<Members> for Json {
    fn from(members: Members) -> Self {
        Self::Object(members.0)
    }
}

// Recursion is bounded: the parser refuses deep trees, and trees built in code are as deep as the code that builds them.
fn write(json: &Json, out: &mut String, tag: bool) {
    match json {
        Json::Null => out.push_str("null"),
        Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Json::Number(number) => write_number(number, out, tag),
        Json::String(text) => write_string(text, out),
        Json::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out, tag);
            }
            out.push(']');
        }
        Json::Object(members) => write_members(members, out, tag),
    }
}

fn write_members(members: &BTreeMap<String, Json>, out: &mut String, tag: bool) {
    let mut sorted: Vec<(Cow<str>, &Json)> = members
        .iter()
        .map(|(key, value)| (if tag { escaped_key(key) } else { Cow::from(key) }, value))
        .collect();
    // Of plain keys the order of bytes, in which they come, is that of code units.
    if !members.keys().all(|key| key.is_ascii() && !key.starts_with('$')) {
        sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    }
    out.push('{');
    for (index, (key, value)) in sorted.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_string(&key, out);
        out.push(':');
        write(value, out, tag);
    }
    out.push('}');
}

fn write_pretty(json: &Json, out: &mut String, depth: usize) {
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    let (open, close, items): (char, char, Vec<(Option<&String>, &Json)>) = match json {
        Json::Array(items) if !items.is_empty() => {
            ('[', ']', items.iter().map(|item| (None, item)).collect())
        }
        Json::Object(members) if !members.is_empty() => {
            ('{', '}', members.iter().map(|(key, value)| (Some(key), value)).collect())
        }
        leaf => return write(leaf, out, false),
    };
    out.push(open);
    for (index, (key, value)) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        line(out, depth + 1);
        if let Some(key) = key {
            write_string(key, out);
            out.push_str(": ");
        }
        write_pretty(value, out, depth + 1);
    }
    line(out, depth);
    out.push(close);
}

/// Four digits are enough: control characters below a blank have at most two.
fn escaped_control(c: char) -> impl Iterator<Item = char> {
    let digit = |value: u32| char::from_digit(value, 16).unwrap_or('0');
    ['\\', 'u', '0', '0', digit(u32::from(c) / 16), digit(u32::from(c) % 16)].into_iter()
}

fn escaped_key(key: &str) -> Cow<'_, str> {
    let is_tag = key.starts_with('$') && key.trim_start_matches('$') == "number";
    if is_tag { Cow::from(format!("${key}")) } else { Cow::from(key) }
}

fn write_number(number: &Number, out: &mut String, tag: bool) {
    match number.as_safe_integer() {
        _ if !tag => out.push_str(number.as_str()),
        Some(integer) => out.push_str(&integer.to_string()),
        None => {
            out.push_str("{\"$number\":");
            write_string(number.as_str(), out);
            out.push('}');
        }
    }
}

fn needs_escape(c: char) -> bool {
    matches!(c, '"' | '\\' | '\0'..='\u{1f}')
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    // What needs no escape, which is nearly everything, is copied in one piece.
    for piece in text.split_inclusive(needs_escape) {
        let Some(last) = piece.chars().next_back().filter(|last| needs_escape(*last)) else {
            out.push_str(piece);
            continue;
        };
        out.push_str(piece.strip_suffix(last).unwrap_or_default());
        match last {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            control => out.extend(escaped_control(control)),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests;
