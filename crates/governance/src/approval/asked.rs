//! What a request asks for and every answer to it repeats, read and written in one place.

use super::{
    request::Request,
    statement::{Amount, Approval, Moved, Under, digest, instant, request_id},
};
use crate::{
    digest::Digest,
    json::{Json, Members},
    read::{Fields, Reader},
    time::Timestamp,
};
use std::collections::BTreeSet;

/// The part that a request and its answers share.
pub(super) struct Asked {
    pub(super) request: String,
    pub(super) audience: String,
    pub(super) change: Option<Digest>,
    pub(super) transitions: Vec<Moved>,
    pub(super) under: Vec<Under>,
    pub(super) requested_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) authors: BTreeSet<String>,
    pub(super) growth: Option<Amount>,
    pub(super) break_glass: bool,
}

/// The names of its members, but for the id, which each calls otherwise.
pub(super) const FIELDS: [&str; 9] = [
    "audience",
    "change",
    "transitions",
    "under",
    "requested_at",
    "expires_at",
    "authors",
    "growth",
    "break_glass",
];

impl Asked {
    /// Reads it from a file that calls the id of the request `id`.
    pub(super) fn read(r: &mut Reader, fields: Fields, id: &str) -> Option<Self> {
        let request = r.required(fields, id, |r, json| r.parsed(json, request_id));
        let audience = r.required(fields, "audience", Reader::prose);
        let change = r.optional(fields, "change", digest);
        let transitions = r.required(fields, "transitions", |r, json| r.list(json, Moved::read));
        let under = r.required(fields, "under", |r, json| r.list(json, Under::read));
        let requested_at = r.required(fields, "requested_at", instant);
        let expires_at = r.required(fields, "expires_at", instant);
        let authors = r.required(fields, "authors", |r, json| r.set(json, Reader::prose));
        let growth = r.optional(fields, "growth", Amount::read);
        let break_glass = r.required(fields, "break_glass", Reader::bool);
        Some(Self {
            request: request?,
            audience: audience?,
            change,
            transitions: transitions?,
            under: under?,
            requested_at: requested_at?,
            expires_at: expires_at?,
            authors: authors?,
            growth,
            break_glass: break_glass?,
        })
    }

    /// Writes it into a file that calls the id of the request `id`.
    pub(super) fn put(&self, members: Members, id: &str) -> Members {
        let authors: Json = self.authors.iter().map(|author| Json::from(author.as_str())).collect();
        self.put_core(members, id)
            .put("requested_at", self.requested_at.to_string())
            .put("expires_at", self.expires_at.to_string())
            .put("authors", authors)
            .put_some("growth", self.growth.map(Amount::normal))
    }

    /// Only what people compare by its code.
    pub(super) fn put_core(&self, members: Members, id: &str) -> Members {
        let transitions: Json = self.transitions.iter().map(Moved::normal).collect();
        let under: Json = self.under.iter().map(Under::normal).collect();
        members
            .put(id, self.request.as_str())
            .put("audience", self.audience.as_str())
            .put_some("change", self.change.map(|digest| digest.to_string()))
            .put("transitions", transitions)
            .put("under", under)
            .put("break_glass", self.break_glass)
    }
}

impl From<&Request> for Asked {
    fn from(request: &Request) -> Self {
        Self {
            request: request.id.clone(),
            audience: request.audience.clone(),
            change: request.change,
            transitions: request.transitions.clone(),
            under: request.under.clone(),
            requested_at: request.requested_at,
            expires_at: request.expires_at,
            authors: request.authors.clone(),
            growth: request.growth,
            break_glass: request.break_glass,
        }
    }
}

impl From<&Approval> for Asked {
    fn from(approval: &Approval) -> Self {
        Self {
            request: approval.request.clone(),
            audience: approval.audience.clone(),
            change: approval.change,
            transitions: approval.transitions.clone(),
            under: approval.under.clone(),
            requested_at: approval.requested_at,
            expires_at: approval.expires_at,
            authors: approval.authors.clone(),
            growth: approval.growth,
            break_glass: approval.break_glass,
        }
    }
}
