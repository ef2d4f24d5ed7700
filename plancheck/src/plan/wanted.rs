//! Which attributes of which resource type are worth keeping.

use std::collections::BTreeSet;

/// Answers which attributes of a resource type the reader keeps; everything else is skipped without being looked at.
pub trait Wanted {
    /// Names of top-level attributes, in any order and without duplicates. Asked once per type.
    fn attributes(&self, resource_type: &str) -> Vec<String>;

    /// Of an attribute that is a map, or a list of blocks with a `key`: the keys that matter. `None`: all of it does.
    fn members(&self, resource_type: &str, attribute: &str) -> Option<&BTreeSet<String>> {
        let _ = (resource_type, attribute);
        None
    }

    /// Whether it matters that an object has this attribute although it is null. For most it does not, and there are very many.
    fn keeps_null(&self, resource_type: &str, attribute: &str) -> bool {
        let _ = (resource_type, attribute);
        false
    }

    /// Whether the `remit_*` objects of the prior state are wanted.
    fn prior_state(&self) -> bool {
        true
    }
}
