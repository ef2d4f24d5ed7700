//! Renderers: a report, an error or a rule becomes text. Leaves, all of them: nothing is decided here, and nothing is printed.

pub mod human;
pub mod json;
pub mod reference;
