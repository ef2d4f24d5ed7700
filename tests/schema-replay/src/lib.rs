//! A provider that replays somebody else's schema: it reads `replay-schema.json` (the output of `terraform providers schema
//! -json`, or a part of it) and `replay-overlay.json` beside its binary, and plans with the SDK's engine. Plan JSON then comes
//! from the real Terraform without the real provider and its cloud.
//!
//! What comes out is realistic, never authoritative. The schema does not say what a provider computes while planning, which
//! attributes force a replacement, what a default is, or what is invalid; the overlay says some of it, by hand. Label such a
//! plan as made by a replay stub.

mod fake;
mod overlay;
mod provider;
mod reindent;
mod schema;

pub use overlay::{AtPlan, Overlay, TypeOverlay};
pub use provider::Replay;
pub use reindent::reindent;
