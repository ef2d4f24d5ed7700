//! Reading strict JSON. Nothing here knows what the text is about.

use super::{Found, Json, MAX_DEPTH, Number, Part};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Where and why a text is not strict JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JsonError {
    /// One sentence in lower case without a full stop.
    pub message: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at line {} column {}", self.message, self.line, self.column)
    }
}

impl std::error::Error for JsonError {}

pub(super) fn parse_bytes(bytes: &[u8]) -> Result<Json, JsonError> {
    parse(utf8(bytes)?)
}

pub(super) fn parse(text: &str) -> Result<Json, JsonError> {
    read(text, Cursor::document)
}

pub(super) fn parts<E>(
    bytes: &[u8],
    wanted: impl Fn(&str) -> Part,
    sink: impl FnMut(&str, Found) -> Result<(), E>,
) -> Result<Result<(), E>, JsonError> {
    read(utf8(bytes)?, |cursor| cursor.parts(wanted, sink))
}

fn utf8(bytes: &[u8]) -> Result<&str, JsonError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let (line, column) = position(good);
        JsonError { message: "the text is not UTF-8".to_owned(), line, column }
    })
}

fn read<'t, T>(text: &'t str, how: impl FnOnce(&mut Cursor<'t>) -> Read<T>) -> Result<T, JsonError> {
    let mut cursor = Cursor { text, at: 0 };
    how(&mut cursor).map_err(|message| {
        let (line, column) = position(text.as_bytes().get(..cursor.at).unwrap_or_default());
        JsonError { message, line, column }
    })
}

fn position(before: &[u8]) -> (usize, usize) {
    let line = before.split(|byte| *byte == b'\n').count();
    let last = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    // Continuation bytes are part of the character before them.
    let column = last.iter().filter(|byte| **byte & 0xC0 != 0x80).count() + 1;
    (line, column)
}

struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

type Read<T> = Result<T, String>;

impl<'t> Cursor<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn document(&mut self) -> Read<Json> {
        let value = self.value(0)?;
        self.blanks();
        if self.rest().is_empty() { Ok(value) } else { Err("there is text after the JSON value".to_owned()) }
    }

    fn value(&mut self, depth: usize) -> Read<Json> {
        self.blanks();
        if depth > MAX_DEPTH {
            return Err(format!("the JSON is nested more than {MAX_DEPTH} levels deep"));
        }
        match self.peek() {
            None => Err("the JSON ends too early".to_owned()),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Json::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => self.word(),
        }
    }

    fn word(&mut self) -> Read<Json> {
        for (word, value) in [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))]
        {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err("expected a JSON value".to_owned())
    }

    fn array(&mut self, depth: usize) -> Read<Json> {
        let mut items = Vec::new();
        self.items(|cursor| {
            items.push(cursor.value(depth + 1)?);
            Ok(())
        })?;
        Ok(Json::Array(items))
    }

    fn object(&mut self, depth: usize) -> Read<Json> {
        let mut members = BTreeMap::new();
        self.members(|cursor, key, start| {
            if members.contains_key(&key) {
                return cursor.twice(&key, start);
            }
            let value = cursor.value(depth + 1)?;
            members.insert(key, value);
            Ok(())
        })?;
        Ok(Json::Object(members))
    }

    /// Reads a value as strictly as any, and keeps nothing of it.
    fn over(&mut self, depth: usize) -> Read<()> {
        self.blanks();
        match self.peek() {
            _ if depth > MAX_DEPTH => self.value(depth).map(drop),
            Some(b'[') => self.items(|cursor| cursor.over(depth + 1)),
            Some(b'{') => {
                let mut keys = BTreeSet::new();
                self.members(|cursor, key, start| {
                    if keys.contains(&key) {
                        return cursor.twice(&key, start);
                    }
                    keys.insert(key);
                    cursor.over(depth + 1)
                })
            }
            _ => self.value(depth).map(drop),
        }
    }

    /// The members of the object that the text is, as far as they are wanted.
    fn parts<E>(
        &mut self,
        wanted: impl Fn(&str) -> Part,
        mut sink: impl FnMut(&str, Found) -> Result<(), E>,
    ) -> Read<Result<(), E>> {
        self.blanks();
        if self.peek() != Some(b'{') {
            return Err("expected an object".to_owned());
        }
        let mut done = Ok(());
        let mut keys = BTreeSet::new();
        self.members(|cursor, key, start| {
            if keys.contains(&key) {
                return cursor.twice(&key, start);
            }
            let mut tell = |found| {
                if done.is_ok() {
                    done = sink(&key, found);
                }
            };
            cursor.blanks();
            match wanted(&key) {
                Part::Nothing => cursor.over(1)?,
                Part::Items if cursor.peek() == Some(b'[') => cursor.items(|cursor| {
                    tell(Found::Item(cursor.value(2)?));
                    Ok(())
                })?,
                Part::Items | Part::Whole => tell(Found::Member(cursor.value(1)?)),
            }
            keys.insert(key);
            Ok(())
        })?;
        self.blanks();
        if self.rest().is_empty() { Ok(done) } else { Err("there is text after the JSON value".to_owned()) }
    }

    fn twice(&mut self, key: &str, start: usize) -> Read<()> {
        self.at = start;
        Err(format!("the key `{}` occurs twice in one object", excerpt(key)))
    }

    /// The items of an array; `each` reads one.
    fn items(&mut self, mut each: impl FnMut(&mut Self) -> Read<()>) -> Read<()> {
        self.at += 1;
        self.blanks();
        if self.take(b']') {
            return Ok(());
        }
        loop {
            each(self)?;
            self.blanks();
            if self.take(b']') {
                return Ok(());
            }
            if !self.take(b',') {
                return Err("expected `,` or `]`".to_owned());
            }
        }
    }

    /// The members of an object; `each` gets the key and where it begins, and reads the value.
    fn members(&mut self, mut each: impl FnMut(&mut Self, String, usize) -> Read<()>) -> Read<()> {
        self.at += 1;
        self.blanks();
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            self.blanks();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err("expected a key in double quotes".to_owned());
            }
            let key = self.string()?;
            self.blanks();
            if !self.take(b':') {
                return Err("expected `:`".to_owned());
            }
            each(self, key, start)?;
            self.blanks();
            if self.take(b'}') {
                return Ok(());
            }
            if !self.take(b',') {
                return Err("expected `,` or `}`".to_owned());
            }
        }
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Read<Json> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') && self.digits() == 0 {
            return Err("expected a digit".to_owned());
        }
        if matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err("a number must not begin with `0`".to_owned());
        }
        if self.take(b'.') && self.digits() == 0 {
            return Err("expected a digit after `.`".to_owned());
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            if self.digits() == 0 {
                return Err("expected a digit in the exponent".to_owned());
            }
        }
        Ok(Json::Number(Number(self.text.get(start..self.at).unwrap_or_default().to_owned())))
    }

    fn string(&mut self) -> Read<String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let Some(stop) = rest.find(|c: char| c == '"' || c == '\\' || c < ' ') else {
                self.at = self.text.len();
                return Err("the JSON ends inside a string".to_owned());
            };
            out.push_str(rest.get(..stop).unwrap_or_default());
            self.at += stop;
            if self.take(b'"') {
                return Ok(out);
            }
            if !self.take(b'\\') {
                return Err("a control character in a string must be escaped".to_owned());
            }
            out.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Read<char> {
        let Some(byte) = self.peek() else { return Err("the JSON ends inside a string".to_owned()) };
        let plain = match byte {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return Err("unknown escape in a string".to_owned()),
        };
        self.at += 1;
        Ok(plain)
    }

    fn unicode(&mut self) -> Read<char> {
        let lone = || "a `\\u` escape is half of a surrogate pair".to_owned();
        let first = self.hex4()?;
        if !(0xD800..0xE000).contains(&first) {
            return char::from_u32(first).ok_or_else(lone);
        }
        if first >= 0xDC00 || !self.take(b'\\') || self.peek() != Some(b'u') {
            return Err(lone());
        }
        let second = self.hex4()?;
        if !(0xDC00..0xE000).contains(&second) {
            return Err(lone());
        }
        char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)).ok_or_else(lone)
    }

    /// Four hexadecimal digits after the `u` at the cursor.
    fn hex4(&mut self) -> Read<u32> {
        let digits = self.text.get(self.at + 1..self.at + 5).unwrap_or_default();
        if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err("expected four hexadecimal digits after `\\u`".to_owned());
        }
        self.at += 5;
        u32::from_str_radix(digits, 16).map_err(|error| error.to_string())
    }
}

fn excerpt(text: &str) -> String {
    text.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect()
}
