//! The data sources, a file each.

mod governance_lock;
mod vendor_default;
mod vendor_defaults;

use tf_provider_sdk::DataSourceEntry;

use crate::configured::Configured;

/// All of them.
pub(crate) fn all() -> Vec<DataSourceEntry<Configured>> {
    vec![
        DataSourceEntry::new(governance_lock::GovernanceLock),
        DataSourceEntry::new(vendor_default::VendorDefaultById),
        DataSourceEntry::new(vendor_defaults::VendorDefaults),
    ]
}
