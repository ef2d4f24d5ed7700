//! The data sources, a file each.

mod governance_lock;

use tf_provider_sdk::DataSourceEntry;

/// All of them.
pub(crate) fn all() -> Vec<DataSourceEntry<()>> {
    vec![DataSourceEntry::new(governance_lock::GovernanceLock)]
}
