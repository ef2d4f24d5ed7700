//! AWS.

pub(crate) mod settings;
