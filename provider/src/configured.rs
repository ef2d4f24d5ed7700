//! What the provider block says, as every resource gets it. Nothing is called to make it: who needs a cloud connects then.

use tf_provider_sdk::Attr;

use crate::{cloud::aws, consent::Consent};

/// The configured provider.
#[derive(Debug, Default)]
pub struct Configured {
    /// How AWS is reached; what was left out is the standard chain's to find.
    #[expect(dead_code, reason = "controls that connect follow")]
    pub(crate) aws: Attr<aws::settings::Settings>,
    /// Who has to agree, and what was signed.
    pub(crate) consent: Consent,
}
