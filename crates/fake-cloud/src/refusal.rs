//! Why a call was not carried out, before it is written in the words of a protocol.

use std::fmt;

use serde_json::{Map, Value};

/// An error answer of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The error code as the API documents it.
    pub code: String,
    /// One sentence for people.
    pub message: String,
    /// The HTTP status, where it is not the one that the contract gives the code.
    pub status: Option<u16>,
    /// Further members of the error, such as `Reason`.
    pub members: Map<String, Value>,
}

impl Refusal {
    /// An error that the operation declares, or one that every service knows.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), status: None, members: Map::new() }
    }

    /// Organizations tells the cases of one code apart by a reason.
    pub(crate) fn with_reason(code: &str, reason: &str, message: impl Into<String>) -> Self {
        Self { members: Map::from_iter([("Reason".to_owned(), reason.into())]), ..Self::new(code, message) }
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Refusal {}
