//! Reading a declaration out of JSON: one pass that collects every fault with its path. The fields themselves are read
//! beside their types; this is what those readers share.

use crate::{
    invalid::{Invalid, Kind, Step, nearest, one_of},
    json::Json,
};
use std::collections::{BTreeMap, BTreeSet};

/// Where the JSON comes from. The fields are read alike; what differs is how others are referred to, and that a record
/// written by a newer version may know regions that we do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A config: others are given as their full records.
    Declaration,
    /// A record: others are given by digest.
    Record,
}

/// Collects faults and remembers where it is.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) source: Source,
    path: Vec<Step>,
    found: Vec<Invalid>,
}

/// The members of an object whose names have been checked.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'j>(&'j BTreeMap<String, Json>);

impl<'j> Fields<'j> {
    /// A member; null is absent.
    pub(crate) fn get(self, name: &str) -> Option<&'j Json> {
        self.0.get(name).filter(|json| **json != Json::Null)
    }
}

impl Reader {
    pub(crate) fn new(source: Source) -> Self {
        Self { source, path: Vec::new(), found: Vec::new() }
    }

    /// The value when nothing was wrong, else everything that was.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Vec<Invalid>> {
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ if self.found.is_empty() => {
                Err(vec![Invalid::new(Kind::Value, Vec::new(), "the declaration could not be read")])
            }
            _ => Err(self.found),
        }
    }

    pub(crate) fn at<T>(&mut self, step: Step, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let value = read(self);
        self.path.pop();
        value
    }

    pub(crate) fn at_attribute<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.at(Step::Attribute(name.to_owned()), read)
    }

    pub(crate) fn reject(&mut self, kind: Kind, message: impl Into<String>) {
        self.found.push(Invalid::new(kind, self.path.clone(), message));
    }

    pub(crate) fn reject_with(&mut self, kind: Kind, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(Invalid::new(kind, self.path.clone(), message).with_help(help));
    }

    pub(crate) fn wrong(&mut self, message: impl Into<String>) {
        self.reject(Kind::Value, message);
    }

    /// Takes over faults found elsewhere, below the present place.
    pub(crate) fn adopt(&mut self, faults: Vec<Invalid>) {
        for mut fault in faults {
            fault.path.splice(0..0, self.path.iter().cloned());
            self.found.push(fault);
        }
    }

    /// An object with no other members than the known ones.
    pub(crate) fn object<'j>(&mut self, json: &'j Json, known: &[&str]) -> Option<Fields<'j>> {
        let Json::Object(members) = json else {
            self.wrong(format!("expected an object, found {}", json.sort()));
            return None;
        };
        for name in members.keys().filter(|name| !known.contains(&name.as_str())) {
            let help = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "remove it".to_owned(),
            };
            self.at_attribute(name, |r| {
                r.reject_with(Kind::Unknown, format!("there is no attribute `{}` here", excerpt(name)), help);
            });
        }
        Some(Fields(members))
    }

    pub(crate) fn required<T>(
        &mut self,
        fields: Fields,
        name: &str,
        read: impl FnOnce(&mut Self, &Json) -> Option<T>,
    ) -> Option<T> {
        self.at_attribute(name, |r| {
            if let Some(json) = fields.get(name) {
                return read(r, json);
            }
            r.reject(Kind::Missing, format!("`{name}` is required"));
            None
        })
    }

    pub(crate) fn optional<T>(
        &mut self,
        fields: Fields,
        name: &str,
        read: impl FnOnce(&mut Self, &Json) -> Option<T>,
    ) -> Option<T> {
        fields.get(name).and_then(|json| self.at_attribute(name, |r| read(r, json)))
    }

    /// The elements that could be read, in order.
    pub(crate) fn list<T>(
        &mut self,
        json: &Json,
        mut read: impl FnMut(&mut Self, &Json) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Json::Array(items) = json else {
            self.wrong(format!("expected a list, found {}", json.sort()));
            return None;
        };
        let read_one = |(index, item): (usize, &Json)| {
            self.at(Step::Index(index), |r| r.not_null(item).and_then(|()| read(r, item)))
        };
        Some(items.iter().enumerate().filter_map(read_one).collect())
    }

    fn not_null(&mut self, json: &Json) -> Option<()> {
        if *json == Json::Null {
            self.wrong("an element must not be null");
            return None;
        }
        Some(())
    }

    /// A list whose order and repetition mean nothing.
    pub(crate) fn set<T: Ord>(
        &mut self,
        json: &Json,
        read: impl FnMut(&mut Self, &Json) -> Option<T>,
    ) -> Option<BTreeSet<T>> {
        self.list(json, read).map(|items| items.into_iter().collect())
    }

    /// A map whose keys the practitioner chose; null values are absent.
    pub(crate) fn map<T>(
        &mut self,
        json: &Json,
        mut read: impl FnMut(&mut Self, &str, &Json) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Json::Object(members) = json else {
            self.wrong(format!("expected a map, found {}", json.sort()));
            return None;
        };
        let given = members.iter().filter(|(_, value)| **value != Json::Null);
        Some(
            given
                .filter_map(|(key, value)| self.at(Step::Key(key.clone()), |r| read(r, key, value)))
                .collect(),
        )
    }

    pub(crate) fn string<'j>(&mut self, json: &'j Json) -> Option<&'j str> {
        let text = json.as_str();
        if text.is_none() {
            self.wrong(format!("expected a string, found {}", json.sort()));
        }
        text
    }

    /// Text a person wrote for people: not blank, no control characters except line ends, not endless.
    pub(crate) fn prose(&mut self, json: &Json) -> Option<String> {
        let text = self.string(json)?;
        if text.trim().is_empty() {
            self.wrong("the text is empty");
        } else if text.chars().count() > 2000 {
            self.wrong("the text is longer than 2000 characters");
        } else if text.chars().any(|c| c.is_control() && c != '\n') {
            self.wrong("the text contains control characters");
        } else {
            return Some(text.trim().to_owned());
        }
        None
    }

    pub(crate) fn bool(&mut self, json: &Json) -> Option<bool> {
        match json {
            Json::Bool(value) => Some(*value),
            // Terraform converts freely between these two, so a record may have passed through either.
            Json::String(text) if text == "true" || text == "false" => Some(text == "true"),
            _ => {
                self.wrong(format!("expected a bool, found {}", json.sort()));
                None
            }
        }
    }

    /// A word from a closed vocabulary.
    pub(crate) fn word<T: Copy>(&mut self, json: &Json, what: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.string(json)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let message = format!("`{}` is not {what}", excerpt(text));
            self.reject_with(Kind::Value, message, one_of(text, &known));
        }
        found
    }

    /// Reads text by a function that answers with words for a message.
    pub(crate) fn parsed<T>(
        &mut self,
        json: &Json,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        match read(self.string(json)?) {
            Ok(value) => Some(value),
            Err(message) => {
                self.wrong(message);
                None
            }
        }
    }
}

/// Input shortened and made harmless for a message.
pub(crate) fn excerpt(text: &str) -> String {
    let clean = |c: char| if c.is_control() || c == '`' { '\u{fffd}' } else { c };
    let mut short: String = text.chars().take(60).map(clean).collect();
    if text.chars().count() > 60 {
        short.push('…');
    }
    short
}
