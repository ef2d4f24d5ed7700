//! People in declarations: e-mail addresses, owners, and the owner-reason-end that every exception carries.

use crate::{
    json::{Json, Members},
    read::{Reader, excerpt},
    time::{Date, is_past, parse_date},
};
use std::fmt;

/// An e-mail address in lower case, so that one person has one spelling.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Email(String);

impl Email {
    /// From text; only what could never be delivered is refused.
    pub fn parse(text: &str) -> Result<Self, String> {
        let shape = || format!("`{}` is not an e-mail address", excerpt(text));
        let (local, domain) = text.split_once('@').ok_or_else(shape)?;
        let odd = |c: char| {
            c.is_whitespace() || c.is_control() || matches!(c, '@' | '<' | '>' | '(' | ')' | ',' | ';' | '"')
        };
        let host = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
        let good = !local.is_empty()
            && text.len() <= 254
            && !local.contains(odd)
            && domain.contains('.')
            && domain.split('.').all(host);
        if good { Ok(Self(text.to_lowercase())) } else { Err(shape()) }
    }

    /// The address in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        r.parsed(json, Self::parse)
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&Email> for Json {
    fn from(email: &Email) -> Self {
        Json::from(email.as_str())
    }
}

/// Who answers for a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Owner {
    /// Name, as a person writes it.
    pub name: String,
    /// Where to ask.
    pub email: Email,
    /// Who pays, if said.
    pub cost_center: Option<String>,
}

impl Owner {
    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &["name", "email", "cost_center"])?;
        let name = r.required(fields, "name", Reader::prose);
        let email = r.required(fields, "email", Email::read);
        let cost_center = r.optional(fields, "cost_center", Reader::prose);
        Some(Self { name: name?, email: email?, cost_center })
    }

    pub(crate) fn normal(&self) -> Json {
        Members::new()
            .put("name", self.name.as_str())
            .put("email", &self.email)
            .put_some("cost_center", self.cost_center.as_deref())
            .into()
    }
}

/// Why something stands outside the rule, who answers for it, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Grounds {
    /// Who answers for it.
    pub owner: Email,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, in UTC.
    pub expires: Date,
}

impl Grounds {
    /// Grounds that were not read from a declaration.
    pub fn new(owner: Email, reason: String, expires: Date) -> Self {
        Self { owner, reason, expires }
    }

    /// The attributes that grounds are written in.
    pub(crate) const ATTRIBUTES: [&'static str; 3] = ["owner", "reason", "expires"];

    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &Self::ATTRIBUTES)?;
        Self::read_from(r, fields)
    }

    pub(crate) fn read_from(r: &mut Reader, fields: crate::read::Fields) -> Option<Self> {
        let owner = r.required(fields, "owner", Email::read);
        let reason = r.required(fields, "reason", Reader::prose);
        let expires = r.required(fields, "expires", |r, json| r.parsed(json, parse_date));
        Some(Self { owner: owner?, reason: reason?, expires: expires? })
    }

    pub(crate) fn members(&self) -> Members {
        Members::new()
            .put("owner", &self.owner)
            .put("reason", self.reason.as_str())
            .put("expires", self.expires.to_string())
    }

    /// Whether the last day is over.
    pub fn is_expired(&self, today: Date) -> bool {
        is_past(self.expires, today)
    }
}
