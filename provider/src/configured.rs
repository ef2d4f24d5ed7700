//! What the provider block says, as every resource gets it. Nothing is called to make it: who needs a cloud connects then.

use crate::{cloud::aws::Connections, consent::Consent};

/// The configured provider.
#[derive(Debug, Default)]
pub struct Configured {
    /// How AWS is reached; what was left out is the standard chain's to find.
    pub(crate) aws: Connections,
    /// Who has to agree, and what was signed.
    pub(crate) consent: Consent,
    /// What becomes of a control that a refresh may not look at.
    pub(crate) unreadable: Unreadable,
}

/// The variable that says so.
const UNREADABLE: &str = "REMIT_UNREADABLE";

/// What becomes of a control that a refresh may not look at. It is never taken for gone, nor for unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Unreadable {
    /// The refresh fails.
    #[default]
    Fail,
    /// Its status says so, for scheduled runs that are to tell of all the others.
    Record,
}

impl Unreadable {
    /// As the environment has it; anything but `record` is the default.
    #[allow(clippy::disallowed_methods, reason = "read once, when the provider is configured")]
    pub(crate) fn from_environment() -> Self {
        if std::env::var_os(UNREADABLE).is_some_and(|value| value == "record") {
            Self::Record
        } else {
            Self::Fail
        }
    }
}
