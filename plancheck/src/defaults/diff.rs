//! What changed upstream: between two versions of a catalog of defaults, or between two provider schemas as `terraform providers schema -json`
//! writes them. Each change of a default is one finding with the id `vendor-default-changed`.

mod catalogs;
mod schemas;

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::text::escape;
use crate::verdict::CheckError;

/// What the finding is called.
pub const RULE: &str = "vendor-default-changed";

/// One thing that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What it is about: the id of a row, or resource type and attribute.
    pub subject: String,
    /// Rows of the catalog about the same attribute, by id.
    pub rows: Vec<String>,
    /// What changed, in a word or two.
    pub what: &'static str,
    /// What it was; absent where there was nothing.
    pub before: Option<String>,
    /// What it is; absent where there is nothing any more.
    pub after: Option<String>,
    /// Whether a default moved, so that somebody has to look. What else changes is told.
    pub moved: bool,
}

/// Everything that changed, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes(pub Vec<Change>);

/// Compares two documents of one kind: lists of rows, or provider schemas.
pub fn compare(before: &[Document<'_>], after: &[Document<'_>]) -> Result<Changes, CheckError> {
    let (before, after) = (Side::read(before)?, Side::read(after)?);
    let mut changes = match (before, after) {
        (Side::Catalog(before), Side::Catalog(after)) => catalogs::compare(&before, &after),
        (Side::Schemas(before), Side::Schemas(after)) => schemas::compare(&before, &after),
        (Side::Catalog(_), Side::Schemas(_)) | (Side::Schemas(_), Side::Catalog(_)) => {
            return Err(CheckError::new("a catalog of defaults cannot be compared with a provider schema")
                .with_help("give two catalogs, or two files written by `terraform providers schema -json`"));
        }
    };
    changes.sort();
    Ok(Changes(changes))
}

/// A file, and what the caller calls it.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// A path.
    pub name: &'a str,
    /// What stands in it.
    pub bytes: &'a [u8],
}

enum Side {
    Catalog(Vec<Value>),
    Schemas(Value),
}

impl Side {
    fn read(documents: &[Document<'_>]) -> Result<Self, CheckError> {
        let mut rows = Vec::new();
        for document in documents {
            let name = escape(document.name);
            let value: Value = serde_json::from_slice(document.bytes)
                .map_err(|error| CheckError::new(format!("`{name}` is not JSON: {error}")))?;
            match value {
                Value::Array(list) if list.iter().all(|row| row.get("id").is_some_and(Value::is_string)) => {
                    rows.extend(list);
                }
                value
                    if value.get("provider_schemas").is_some_and(Value::is_object)
                        && documents.len() == 1 =>
                {
                    return Ok(Self::Schemas(value));
                }
                _ => {
                    let message = format!("`{name}` is neither a list of defaults nor a provider schema");
                    return Err(CheckError::new(message).with_help(
                        "give files or folders of the catalog, or files written by `terraform providers schema -json`",
                    ));
                }
            }
        }
        if rows.is_empty() {
            return Err(CheckError::new("there is no list of defaults to compare"));
        }
        Ok(Self::Catalog(rows))
    }
}

impl Changes {
    /// Whether a default moved.
    pub fn is_open(&self) -> bool {
        self.0.iter().any(|change| change.moved)
    }

    /// For people.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for change in &self.0 {
            let subject = escape(&change.subject);
            // Writing to a String cannot fail.
            let _ = if change.moved {
                writeln!(text, "consent required[{RULE}]: {} of `{subject}`", change.what)
            } else {
                writeln!(text, "note: {} of `{subject}`", change.what)
            };
            let side = |side: &Option<String>| side.as_deref().map_or_else(|| "nothing".to_owned(), escape);
            let _ = writeln!(text, "  = was: {}\n  = is: {}", side(&change.before), side(&change.after));
            if !change.rows.is_empty() {
                let _ = writeln!(text, "  = in the catalog: {}", change.rows.join(", "));
            }
            if change.moved {
                text.push_str(
                    "  = help: decide about it again: read what relies on it, and review the override\n",
                );
            }
        }
        let moved = self.0.iter().filter(|change| change.moved).count();
        let _ = writeln!(text, "{moved} defaults moved, {} other changes", self.0.len() - moved);
        text
    }

    /// For programs.
    pub fn to_json(&self) -> String {
        let all = self.0.iter().map(|change| {
            json!({
                "rule": RULE, "effect": if change.moved { "consent" } else { "note" }, "subject": change.subject,
                "what": change.what, "before": change.before, "after": change.after, "catalog": change.rows,
            })
        });
        format!("{:#}\n", json!({ "format_version": "1.0", "findings": all.collect::<Vec<_>>() }))
    }
}
