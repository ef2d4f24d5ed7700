//! The file: TOML, because people write it and want to comment on it.

use remit_governance::decimal;
use remit_governance::glob::Glob;
use remit_governance::invalid::nearest;
use remit_governance::time::parse_date;
use remit_governance::{Decimal, Dimension};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{Accepted, Entry, Value};
use crate::finding::Acceptance;
use crate::rules::{RULES, Rule};
use crate::text::{escape, hexadecimal};
use crate::verdict::CheckError;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    accept: Vec<Written>,
}

/// An entry as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    rule: String,
    address: String,
    value: Option<String>,
    up_to: Option<toml::Value>,
    owner: String,
    reason: String,
    expires: toml::Value,
}

impl Accepted {
    /// Reads a file; `name` is what reports call it. Everything that is wrong is told, not only the first.
    pub fn read(name: &str, text: &str) -> Result<Self, CheckError> {
        let file: File = toml::from_str(text).map_err(|error| unreadable(name, text, &error))?;
        let mut entries = Vec::new();
        let mut faults = Vec::new();
        for (index, written) in file.accept.into_iter().enumerate() {
            match written.checked() {
                Ok(entry) => entries.push(entry),
                Err(fault) => faults.push(format!("entry {}: {fault}", index + 1)),
            }
        }
        if faults.is_empty() {
            let digest = format!("sha256:{}", hexadecimal(&Sha256::digest(text)));
            return Ok(Self { name: name.to_owned(), digest, entries });
        }
        let message = format!("`{}` does not say what is accepted", escape(name));
        let error = faults.into_iter().fold(CheckError::new(message), CheckError::with_why);
        Err(error.with_help(
            "each `[[accept]]` has `rule`, `address`, `owner`, `reason` and `expires`, and `value` or `up_to`",
        ))
    }
}

fn unreadable(name: &str, text: &str, error: &toml::de::Error) -> CheckError {
    let line =
        error.span().and_then(|span| text.get(..span.start)).map(|before| before.lines().count().max(1));
    let at = line.map_or(String::new(), |line| format!(" (line {line})"));
    CheckError::new(format!(
        "`{}` is no list of accepted findings{at}: {}",
        escape(name),
        escape(error.message())
    ))
    .with_help("write TOML with one `[[accept]]` per accepted finding")
}

impl Written {
    fn checked(self) -> Result<Entry, String> {
        let rule = rule(&self.rule)?;
        let value = match (self.value, self.up_to) {
            (Some(_), Some(_)) => return Err("`value` and `up_to` exclude each other".to_owned()),
            (Some(value), None) => Some(Value::Is(value)),
            (None, Some(most)) => Some(Value::UpTo(amount(&most)?)),
            (None, None) => None,
        };
        for (what, text) in [("owner", &self.owner), ("reason", &self.reason)] {
            if text.trim().is_empty() {
                return Err(format!("`{what}` is empty"));
            }
        }
        let expires = parse_date(&scalar(&self.expires)).map_err(|fault| format!("`expires`: {fault}"))?;
        let address = Glob::new(&self.address).map_err(|fault| format!("`address`: {fault}"))?;
        let by = Acceptance { owner: self.owner, reason: self.reason, expires };
        Ok(Entry { rule: rule.id, address, value, by })
    }
}

fn rule(id: &str) -> Result<&'static Rule, String> {
    let Some(rule) = RULES.iter().find(|rule| rule.id == id) else {
        let near = nearest(id, RULES.iter().map(|rule| rule.id));
        let near = near.map_or(String::new(), |near| format!(", did you mean `{near}`?"));
        return Err(format!("there is no rule `{}`{near}", escape(id)));
    };
    if rule.dimension == Dimension::Governance {
        return Err(format!("`{}` is about governance itself, which nobody can accept away", rule.id));
    }
    Ok(rule)
}

/// A date or a number may stand with quotes or without.
fn scalar(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Datetime(date) => date.to_string(),
        other => other.type_str().to_owned(),
    }
}

fn amount(most: &toml::Value) -> Result<Decimal, String> {
    let text = scalar(most);
    decimal::parse(&text).ok_or_else(|| format!("`up_to` is `{}`, which is no amount", escape(&text)))
}
