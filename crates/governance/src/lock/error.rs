//! Why a file is not a lock that can be trusted.

use crate::{
    invalid::Invalid,
    json::{Json, JsonError},
    read::excerpt,
};
use std::fmt;

/// Why a lock was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LockError {
    /// The file is not strict JSON.
    NotJson(JsonError),
    /// The file is something else; the text says what, with its article.
    OtherKind(String),
    /// The lock has a newer format than this version knows.
    NewerFormat(i64),
    /// The file calls itself a lock but is not built like one.
    Malformed(&'static str),
    /// A record does not have the digest it stands under.
    EditedRecord {
        /// What the record says it is.
        name: String,
        /// The digest it stands under.
        digest: String,
    },
    /// All records have their digests, but the lock as a whole does not have its own.
    Edited,
    /// A record is wrong, missing or contradicts another.
    Inconsistent(Vec<Invalid>),
}

impl LockError {
    /// Something to do now.
    pub fn help(&self) -> String {
        match self {
            Self::NewerFormat(_) => "upgrade plancheck".to_owned(),
            Self::EditedRecord { .. } | Self::Edited => {
                "change the governance itself and take a new lock; a lock is never edited".to_owned()
            }
            Self::Inconsistent(faults) => {
                faults.iter().find_map(|fault| fault.help.clone()).unwrap_or_else(|| TAKE_NEW.to_owned())
            }
            _ => TAKE_NEW.to_owned(),
        }
    }
}

const TAKE_NEW: &str = "take a lock from the output of `remit_governance_lock`";

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson(error) => write!(f, "the governance lock is not JSON: {error}"),
            Self::OtherKind(found) => write!(f, "this is not a governance lock but {found}"),
            Self::NewerFormat(format) => {
                write!(f, "the governance lock has format {format}, written by a newer version than this one")
            }
            Self::Malformed(why) => write!(f, "the governance lock is malformed: {why}"),
            Self::EditedRecord { name, digest } => {
                write!(f, "the governance lock was edited by hand: the {name} is not what its digest `{digest}` stands for")
            }
            Self::Edited => {
                f.write_str("the governance lock was edited by hand: its records, approvals or serial are not what its digest stands for")
            }
            Self::Inconsistent(faults) => {
                f.write_str("the governance lock is not consistent")?;
                faults.iter().enumerate().try_for_each(|(index, fault)| {
                    write!(f, "{} {}", if index == 0 { ":" } else { ";" }, fault.message)
                })
            }
        }
    }
}

impl std::error::Error for LockError {}

/// Refuses files that are something else, and says what.
pub(super) fn refuse_other_kinds(json: &Json) -> Result<(), LockError> {
    let other = |found: &str| Err(LockError::OtherKind(found.to_owned()));
    let Json::Object(members) = json else { return other(json.sort()) };
    let has = |name: &str| members.contains_key(name);
    match members.get("kind").and_then(Json::as_str) {
        Some(super::KIND) => {}
        Some(kind) => return other(&format!("a file of kind `{}`", excerpt(kind))),
        None if has("planned_values") || has("resource_changes") => return other("a Terraform plan"),
        None if has("lineage") && has("terraform_version") => return other("a Terraform state"),
        None => return other("a JSON file of another kind"),
    }
    match members.get("format") {
        Some(Json::Number(number)) => match number.as_safe_integer() {
            Some(format) if format == i64::from(super::FORMAT) => Ok(()),
            Some(format) if format > i64::from(super::FORMAT) => Err(LockError::NewerFormat(format)),
            _ => Err(LockError::Malformed("its `format` is unknown")),
        },
        _ => Err(LockError::Malformed("its `format` is not a number")),
    }
}
