//! The domain of Remit, pure: what people declare, what it means, and how declarations combine. No clock, environment,
//! file or network is read here, and nothing of ours is imported; the same inputs give the same bytes.
//!
//! Declarations: [`envelope`] (with its block [`aws`]), [`approver`], [`default_override`]. Their parts: [`scope`], [`limits`], [`consent`],
//! [`money`], [`region`], [`glob`], [`time`], [`person`]. What they become: [`record`], [`digest`], [`lock`],
//! [`transition`], [`change`], [`control`]. Who agreed: [`approval`], [`trust_root`], [`history`]. How they combine: [`compose`]. What is wrong with one: [`invalid`].

pub mod approval;
pub mod approver;
pub mod aws;
pub mod change;
pub mod compose;
pub mod consent;
pub mod control;
pub mod decimal;
pub mod default_override;
pub mod digest;
pub mod dimension;
pub mod envelope;
pub mod glob;
pub mod history;
pub mod invalid;
pub mod json;
pub mod limits;
pub mod lock;
pub mod money;
pub mod person;
mod read;

pub mod record;
pub mod region;
pub mod review;
pub mod scope;
pub mod ssh_key;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod time;
pub mod transition;
pub mod trust_root;

pub use approver::Approver;
pub use compose::{Binding, contains, intersection};
pub use decimal::Decimal;
pub use default_override::DefaultOverride;
pub use digest::Digest;
pub use dimension::{Dimension, Posture, Unit};
pub use envelope::Envelope;
pub use invalid::{Invalid, Kind, Step};
pub use json::Json;
pub use lock::{Lock, LockError};
pub use scope::{Membership, Scope, Seen, Subject, TagsSeen};
pub use transition::{Transition, transition_digest};
pub use trust_root::TrustRoot;
