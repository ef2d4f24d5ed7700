//! What the provider block says, as every resource gets it. Nothing is called to make it: who needs a cloud connects then.

use crate::{cloud::aws::Connections, consent::Consent};

/// The configured provider.
#[derive(Debug, Default)]
pub struct Configured {
    /// How AWS is reached; what was left out is the standard chain's to find.
    pub(crate) aws: Connections,
    /// Who has to agree, and what was signed.
    pub(crate) consent: Consent,
}
