//! Records: what all kinds of declaration share when they are written as canonical JSON and read again.

use crate::{
    dimension::words,
    invalid::{Invalid, Kind as Fault, Step},
    json::{Json, Members},
    read::excerpt,
};

words! {
    /// What a record declares.
    Kind is "a kind of record" {
        /// An envelope.
        Envelope = "envelope",
        /// An approver.
        Approver = "approver",
        /// A default override.
        DefaultOverride = "default_override",
        /// A trust root, which is no part of a lock.
        TrustRoot = "trust_root",
    }
}

impl Kind {
    /// The name in a sentence, with its article.
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Self::Envelope => "an envelope",
            Self::Approver => "an approver",
            Self::DefaultOverride => "a default override",
            Self::TrustRoot => "a trust root",
        }
    }
}

/// The record format that this version writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// The kind of a record, without reading the rest.
pub fn kind_of(text: &str) -> Result<Kind, Vec<Invalid>> {
    parse(text).and_then(|json| kind(&json))
}

/// The tree of a record of the wanted kind.
pub(crate) fn open(text: &str, wanted: Kind) -> Result<Json, Vec<Invalid>> {
    let json = parse(text)?;
    let found = kind(&json)?;
    if found != wanted {
        return one(
            &["kind"],
            format!("this is the record of {}, not of {}", found.phrase(), wanted.phrase()),
        );
    }
    Ok(json)
}

/// The text of a record.
pub(crate) fn seal(kind: Kind, members: Members) -> String {
    Json::from(members.put("format", FORMAT).put("kind", kind)).to_text()
}

/// The attributes of a record: those of the declaration and those that mark it.
pub(crate) fn known<'a>(attributes: &[&'a str]) -> Vec<&'a str> {
    attributes.iter().copied().chain(["format", "kind"]).collect()
}

fn parse(text: &str) -> Result<Json, Vec<Invalid>> {
    match Json::parse(text) {
        Ok(json @ Json::Object(_)) => Ok(json),
        Ok(other) => one(&[], format!("a record is an object, found {}", other.sort())),
        Err(error) => one(&[], format!("the record is not JSON: {error}")),
    }
}

fn kind(json: &Json) -> Result<Kind, Vec<Invalid>> {
    let field = |name| json.as_object().and_then(|members| members.get(name));
    let format = match field("format") {
        Some(Json::Number(number)) => number.as_safe_integer(),
        _ => None,
    };
    match format {
        Some(format) if format == i64::from(FORMAT) => {}
        Some(format) if format > i64::from(FORMAT) => {
            let message = format!("the record has format {format}, written by a newer version than this one");
            let fault = Invalid::new(Fault::Value, attributes(&["format"]), message);
            return Err(vec![fault.with_help("upgrade to a version that knows this format")]);
        }
        _ => return one(&["format"], "this is not a record: its `format` is missing or unknown".to_owned()),
    }
    let word = field("kind").and_then(Json::as_str).unwrap_or_default();
    Kind::from_word(word)
        .map_or_else(|| one(&["kind"], format!("`{}` is not a kind of record", excerpt(word))), Ok)
}

fn attributes(names: &[&str]) -> Vec<Step> {
    names.iter().map(|name| Step::Attribute((*name).to_owned())).collect()
}

fn one<T>(path: &[&str], message: String) -> Result<T, Vec<Invalid>> {
    Err(vec![Invalid::new(Fault::Value, attributes(path), message)])
}
