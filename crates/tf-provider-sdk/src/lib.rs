#![doc = include_str!("../README.md")]

mod action;
mod attr;
mod context;
mod data_source;
mod diagnostic;
pub mod docs;
mod ephemeral;
mod erased;
mod function;
#[cfg(fuzzing)]
pub mod fuzzing;
mod generated;
mod handshake;
mod list_resource;
pub mod log;
mod model;
mod name;
mod number;
mod outcome;
mod path;
mod plan;
mod private;
mod provider;
mod resource;
mod schema;
mod serve;
mod server;
mod shape;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod types;
mod value;
mod wire;

pub use action::{Action, ActionEntry, ActionRequest, Progress};
pub use attr::Attr;
pub use context::{Context, Defer};
pub use data_source::{DataReadRequest, DataSource, DataSourceEntry};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use ephemeral::{EphemeralResource, EphemeralResourceEntry, OpenRequest, Opened};
pub use function::{Arguments, Function, FunctionEntry, FunctionError, Parameter, Signature};
pub use list_resource::{ListRequest, ListResource, ListResourceEntry, Listed, Listing};
pub use model::{DecodeError, FromValue, Model, ObjectReader};
pub use name::Name;
pub use number::{Number, NumberError};
pub use outcome::{Deletion, Found, Outcome};
pub use path::{Path, Step};
pub use private::Private;
pub use provider::{ConfigureRequest, NoConfig, Provider};
pub use resource::{
    CreateRequest, DeleteRequest, ImportRequest, MoveRequest, MoveSource, Plan, PlanRequest, ReadRequest,
    Resource, ResourceEntry, UpdateRequest, UpgradeRequest, ValidateRequest,
};
pub use schema::{Attribute, IdentityAttribute, IdentitySchema, Nesting, Schema, Timeouts, Validator};
pub use serve::serve;
pub use types::Type;
pub use value::{Dynamic, Object, Refinement, UnknownAt, Value, ValueSet};
