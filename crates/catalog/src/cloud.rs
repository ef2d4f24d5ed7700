//! The clouds, and which one a resource type belongs to.

use serde::{Deserialize, Serialize};

/// Whose control plane a resource lives in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cloud {
    /// Amazon Web Services.
    Aws,
    /// Google Cloud.
    Gcp,
    /// Microsoft Azure.
    Azure,
    /// Any other vendor; its accounts and regions are not those of the three clouds.
    ThirdParty,
}

impl Cloud {
    /// The word used in account ids (`aws:…`, `gcp:…`, `azure:…`) and in the catalog's data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Gcp => "gcp",
            Self::Azure => "azure",
            Self::ThirdParty => "third-party",
        }
    }
}

/// The cloud of a resource type, by its provider prefix. `None` where the catalog knows neither the provider nor the type
/// (`random_id`, `null_resource`).
pub fn cloud_of(resource_type: &str) -> Option<Cloud> {
    if let Some(provider) = crate::provider_of(resource_type) {
        return Some(provider.cloud);
    }
    crate::surface(resource_type).map(|_| Cloud::ThirdParty)
}
