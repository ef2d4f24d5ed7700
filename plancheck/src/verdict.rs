//! What findings come to: allowed, consent required or denied; and the error for when no answer can be given at all.

use std::fmt;

use crate::finding::{Effect, Findings};
use crate::plan::PlanError;

/// The answer about a plan. Ordered, mildest first; a plan gets the gravest of its findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Nothing found stands against it.
    Allowed,
    /// People have to agree first.
    ConsentRequired,
    /// Never, not even with approval.
    Denied,
}

impl Verdict {
    /// All of them, mildest first.
    pub const ALL: [Self; 3] = [Self::Allowed, Self::ConsentRequired, Self::Denied];

    /// The gravest of what was found.
    pub fn of(findings: &Findings) -> Self {
        let effects = findings.as_slice().iter().map(|finding| Self::from(finding.counts_as()));
        effects.max().unwrap_or(Self::Allowed)
    }

    /// The exit code of the process; 1 is [`CheckError::EXIT_CODE`].
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Allowed => 0,
            Self::Denied => 2,
            Self::ConsentRequired => 3,
        }
    }

    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::ConsentRequired => "consent required",
            Self::Denied => "denied",
        }
    }

    /// For programs.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::ConsentRequired => "consent_required",
            Self::Denied => "denied",
        }
    }
}

impl From<Effect> for Verdict {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::Deny => Self::Denied,
            Effect::Consent => Self::ConsentRequired,
            Effect::Note => Self::Allowed,
        }
    }
}

/// Why no answer can be given. Callers treat it as "no": nothing was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckError {
    /// One sentence in lower case without a full stop; input stands in backticks, escaped.
    pub message: String,
    /// Further faults of the same input, each in the same style.
    pub why: Vec<String>,
    /// What the reader can do now.
    pub help: Option<String>,
}

impl CheckError {
    /// The exit code of the process.
    pub const EXIT_CODE: u8 = 1;

    /// An error without help.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), why: Vec::new(), help: None }
    }

    /// The same error with something to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same error with one more thing to know about it.
    #[must_use]
    pub fn with_why(mut self, why: impl Into<String>) -> Self {
        self.why.push(why.into());
        self
    }
}

impl From<PlanError> for CheckError {
    fn from(error: PlanError) -> Self {
        Self { message: error.message(), why: Vec::new(), help: error.help().map(str::to_owned) }
    }
}

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CheckError {}

#[cfg(test)]
mod tests {
    use super::{Findings, Verdict};

    #[test]
    fn no_findings_allow() {
        assert_eq!(Verdict::of(&Findings::default()), Verdict::Allowed);
    }

    #[test]
    fn exit_codes_are_the_contract() {
        assert_eq!(Verdict::ALL.map(Verdict::exit_code), [0, 3, 2]);
    }
}
