//! Plan JSON as it is: one forward pass that keeps only what the facts need, and refuses what is not a whole, sound plan.
//!
//! Nothing here knows of envelopes or verdicts. Changes are handed to a sink one by one and never collected, so that a plan of any
//! size can be read; everything else comes back in [`Plan`] once the last byte has been seen, because `errored`, `complete` and
//! truncation only show there.

mod beyond;
mod change;
mod configuration;
mod context;
mod document;
mod error;
mod input;
mod members;
mod prior_state;
mod resources;
mod skip;
mod wanted;
mod window;

pub use beyond::{Deferred, Drift, Invocation};
pub use change::{Action, Attributes, Change, Marks, Mode, ResourceChange};
pub use configuration::{
    Arguments, Call, Configuration, Expression, Module, ProviderConfig, ResourceConfig, Variable,
};
pub use error::PlanError;
pub use prior_state::PriorObject;
pub use wanted::Wanted;

use std::collections::BTreeMap;
use std::io::Read;

use remit_governance::json::Json;

use window::Window;

/// Everything a plan says besides its resource changes, which went to the sink.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// Format of the JSON, for example `1.2`.
    pub format_version: String,
    /// Version of Terraform or OpenTofu that wrote the plan, if it says so.
    pub terraform_version: Option<String>,
    /// `false` when something was left out (`-target`, deferral); absent in older plans and in OpenTofu's.
    pub complete: Option<bool>,
    /// Values of the root module's variables.
    pub variables: BTreeMap<String, Json>,
    /// The configuration the plan was made from, when the file carries it.
    pub configuration: Option<Configuration>,
    /// `remit_*` objects of the state before this change.
    pub prior: Vec<PriorObject>,
    /// When it was made, in Terraform's own words. Absent in older plans.
    pub timestamp: Option<String>,
    /// Whether Terraform would apply it: `false` when nothing would change, too. Absent in older plans and in OpenTofu's.
    pub applyable: Option<bool>,
    /// What was found changed outside Terraform.
    pub drift: Drift,
    /// Changes that were put off, and are therefore not in the list of changes.
    pub deferred: Vec<Deferred>,
    /// Actions that the plan would invoke, now or later.
    pub invocations: Vec<Invocation>,
    /// How many entries `resource_changes` has.
    pub changes: usize,
}

/// Receives each resource change as it is read.
///
/// An error stops the reading and is what the caller gets.
pub type Sink<'a> = dyn FnMut(ResourceChange) -> Result<(), PlanError> + 'a;

/// Reads a plan that is in memory.
pub fn read_bytes(bytes: &[u8], wanted: &dyn Wanted, sink: &mut Sink<'_>) -> Result<Plan, PlanError> {
    read_stream(bytes, wanted, sink)
}

/// Reads a plan from a stream, in memory that does not grow with the parts of the plan that are not needed.
pub fn read_stream(reader: impl Read, wanted: &dyn Wanted, sink: &mut Sink<'_>) -> Result<Plan, PlanError> {
    let mut text = Window::new(input::text(reader)?);
    input::skip_wrapper_before(&mut text)?;
    let parts = document::read(&mut text, wanted, sink)?;
    input::only_wrapper_remains(&mut text)?;
    parts.finish()
}
