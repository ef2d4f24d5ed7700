//! The functions, a file each.

mod digest;

use tf_provider_sdk::FunctionEntry;

/// All of them.
pub(crate) fn all() -> Vec<FunctionEntry> {
    vec![FunctionEntry::new(digest::DigestOf)]
}
