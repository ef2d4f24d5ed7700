//! Judges Terraform and OpenTofu plans by the governance they run under: allowed, consent required or denied.
//!
//! [`check`] is the whole path: plan JSON → changes → facts, governance, rules → findings → [`report::Report`]. It is pure: no clock,
//! environment or file is read here, and nothing is printed. That is what `main` and `cli` are for.

pub mod accepted;
pub mod actor;
pub mod cases;
pub mod change;
pub mod consent;
pub mod declared;
pub mod defaults;
pub mod drift;
pub mod facts;
pub mod finding;
pub mod governed;
mod judge;
pub mod past;
pub mod plan;
pub mod record;
pub mod redact;
pub mod render;
pub mod report;
pub mod rules;
pub mod source;
pub mod suggest;
pub mod surface;
pub mod text;
pub mod verdict;
mod why;

pub use judge::{Beside, Governance, PlanInput, check, check_beside, why};
pub use why::{Touched, Why};
