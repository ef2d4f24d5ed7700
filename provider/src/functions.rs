//! The functions, a file each.

mod digest;
mod region_guard_scp;

use tf_provider_sdk::FunctionEntry;

/// All of them.
pub(crate) fn all() -> Vec<FunctionEntry> {
    vec![FunctionEntry::new(digest::DigestOf), FunctionEntry::new(region_guard_scp::RegionGuardScp)]
}
