//! What the clouds' resource types mean for governance, as data: which types are agentic or scaling surfaces, how the capacity a
//! resource allows is read from its attributes, where its region comes from, and what vendors decide when nobody else does.
//!
//! Everything here is facts and look-ups. Reading plans, adding footprints and judging them against limits lives in `plancheck`
//! and `remit-governance`; lists of region names live in `remit-governance`.
//!
//! # To add a type
//!
//! 1. its row in `data/surfaces/<provider>.json`, in alphabetical place;
//! 2. if it runs something that can be counted, its row in `data/capacity/<provider>.json` ([`Capacity`] explains the words);
//! 3. if its region or service follows from something else than its name prefix, a line in `data/providers/<provider>.json`.
//!
//! A vendor default is a row in `data/defaults/<cloud>/<service>.json`; a new service is a line in `src/data/defaults.rs` besides.
//!
//! `cargo test -p remit-catalog` says what is missing or out of place. No code changes.

mod about;
mod actor;
mod capacity;
mod cloud;
mod data;
mod machine;
mod model_name;
mod orchestrator;
mod paths;
mod provider;
mod surface;
#[cfg(test)]
mod tests;
mod unit;
mod vendor_default;
mod watch;

pub use actor::{
    ActorKind, EvidenceClass, Signal, SignalField, SignalText, SignalVariable, Signals, signals,
};
pub use capacity::{
    Absent, BeyondSurface, Capacity, Case, Combine, Condition, Count, Join, NoValue, Part, Quantity, Reading,
    Take, Test, Unclear, capacity,
};
pub use cloud::{Cloud, cloud_of};
pub use data::texts;
pub use machine::{Machine, machine};
pub use model_name::{ModelName, Reach, bare_instance_type, data_zone, model_name, sku_reach};
pub use orchestrator::{OrchestratorDefault, orchestrator_default, orchestrator_defaults};
pub use paths::{Path, naming_keys, needed_paths, role_paths};
pub use provider::{
    Location, Otherwise, Parent, Provider, RegionSource, ServicePrefix, provider, provider_of, region_source,
    service_of,
};
pub use surface::{Elsewhere, Kind, Role, Surface, surface, surfaces};
pub use unit::Unit;
pub use vendor_default::{
    Applies, DEFAULTS_VERSION, DefaultOrigin, Risk, SubjectMatter, VendorDefault, default, default_ids,
    default_texts, defaults, defaults_of, dimension_of, has_default, has_defaults,
};
pub use watch::{Clue, Concern, Sign, Watch, When, watch, watches};
