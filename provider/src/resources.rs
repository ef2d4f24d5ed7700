//! The resources. A file each; what all of them share because they only declare is in `declared`.

mod approver;
mod declared;
mod default_override;
mod envelope;
mod shared;

use tf_provider_sdk::ResourceEntry;

use crate::configured::Configured;

/// All of them.
pub(crate) fn all() -> Vec<ResourceEntry<Configured>> {
    vec![
        ResourceEntry::new(declared::Declares(envelope::Envelope)),
        ResourceEntry::new(declared::Declares(approver::Approver)),
        ResourceEntry::new(declared::Declares(default_override::DefaultOverride)),
    ]
}

#[cfg(test)]
mod tests;
