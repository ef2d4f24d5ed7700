//! Which attributes of which resource type are worth keeping.

/// Answers which attributes of a resource type the reader keeps; everything else is skipped without being looked at.
pub trait Wanted {
    /// Names of top-level attributes, in any order and without duplicates. Asked once per type.
    fn attributes(&self, resource_type: &str) -> Vec<String>;

    /// Whether the `remit_*` objects of the prior state are wanted.
    fn prior_state(&self) -> bool {
        true
    }
}
