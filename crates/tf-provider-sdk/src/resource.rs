//! Managed resources: what an author implements for each, and what each method is given.
//!
//! One request struct per method; methods that not every resource needs have defaults.

use std::future::Future;

use serde_json::Value as Json;

use crate::context::Context;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::erased::{ErasedResource, Typed};
use crate::model::Model;
use crate::outcome::{Deletion, Found, Outcome};
use crate::path::Path;
use crate::schema::{IdentitySchema, Schema};
use crate::value::{Object, Value};

/// A kind of object that Terraform creates, reads, updates and deletes through the provider.
///
/// Implement the async methods as `async fn`.
pub trait Resource: Send + Sync + 'static {
    /// The typed form of configuration, plan and state.
    type Model: Model;
    /// What [`Provider::configure`](crate::Provider::configure) makes.
    type Client: Send + Sync + 'static;

    /// The type name without the provider's: `pet` for `acme_pet`.
    fn type_suffix(&self) -> &'static str;

    /// The attributes. Called once per process.
    fn schema(&self) -> Schema;

    /// Checks what concerns several attributes together; single attributes have validators in the schema.
    ///
    /// Called for each block and again for each instance, before anything is known of other resources: attributes can be
    /// unknown, and nothing may be read from outside.
    fn validate(&self, request: ValidateRequest<Self::Model>) -> Diagnostics {
        let _ = request;
        Diagnostics::new()
    }

    /// Completes the plan of a create or update. By default the plan is what the schema makes of it.
    ///
    /// `proposed` has configuration, defaults and kept values filled in, and the computed values that may change are unknown.
    /// Set those you know already. A configured attribute must stay as configured. Read freely, but change nothing.
    fn plan(
        &self,
        cx: &Context<Self::Client>,
        request: PlanRequest<Self::Model>,
    ) -> impl Future<Output = Result<Plan<Self::Model>, Diagnostics>> + Send {
        let _ = cx;
        async move { Ok(Plan::new(request.proposed)) }
    }

    /// Says something about a coming destroy. An error stops it before anything is touched.
    fn plan_destroy(
        &self,
        cx: &Context<Self::Client>,
        request: DeleteRequest<Self::Model>,
    ) -> impl Future<Output = Diagnostics> + Send {
        let _ = (cx, request);
        async { Diagnostics::new() }
    }

    /// Makes the object. What was planned as known must come out as planned; the rest must be known now.
    fn create(
        &self,
        cx: &Context<Self::Client>,
        request: CreateRequest<Self::Model>,
    ) -> impl Future<Output = Outcome<Self::Model>> + Send;

    /// Reads the object as it is now. After an import, most of `state` is null and has to be filled in here.
    fn read(
        &self,
        cx: &Context<Self::Client>,
        request: ReadRequest<Self::Model>,
    ) -> impl Future<Output = Result<Found<Self::Model>, Diagnostics>> + Send;

    /// Changes the object. Held to the plan as [`create`](Self::create) is.
    fn update(
        &self,
        cx: &Context<Self::Client>,
        request: UpdateRequest<Self::Model>,
    ) -> impl Future<Output = Outcome<Self::Model>> + Send;

    /// Removes the object. One that is gone already is [`Deletion::Done`].
    fn delete(
        &self,
        cx: &Context<Self::Client>,
        request: DeleteRequest<Self::Model>,
    ) -> impl Future<Output = Deletion<Self::Model>> + Send;

    /// Turns what the practitioner gave to `terraform import` into enough state for [`read`](Self::read), which follows at
    /// once. By default the resource cannot be imported.
    fn import(
        &self,
        cx: &Context<Self::Client>,
        request: ImportRequest,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send {
        let _ = (cx, request);
        async {
            Err(Diagnostic::error("Import is not possible")
                .detail("Resources of this type cannot be imported.")
                .into())
        }
    }

    /// Turns state of an older schema version into the present shape. Attributes that the schema has not are dropped and
    /// missing ones are null, so only what changed its meaning needs work here.
    fn upgrade_state(&self, request: UpgradeRequest) -> Result<Json, Diagnostics> {
        let version = request.version;
        Err(Diagnostic::error("State is too old")
            .detail(format!(
                "The state was written with schema version {version}, which this provider cannot read."
            ))
            .into())
    }

    /// The shape of the resource's identity, if it has one.
    fn identity_schema(&self) -> Option<IdentitySchema> {
        None
    }

    /// The identity of an object, from its state. `None` while it is not known. It must never change during the object's life.
    fn identity(&self, state: &Object) -> Option<Object> {
        let _ = state;
        None
    }

    /// Types of other providers, or former names, that `moved` blocks may turn into this one.
    fn moves_from(&self) -> Vec<MoveSource> {
        Vec::new()
    }

    /// Completes the configuration that Terraform proposes for an imported object. `config` is the state without what only the
    /// provider sets, without defaults, and without what is deprecated or write-only. Take out what contradicts the rest: of two
    /// attributes that exclude each other, leave one.
    fn generate_config(&self, config: Object) -> Object {
        config
    }

    /// Turns the state of one of [`moves_from`](Self::moves_from) into this resource's shape.
    fn move_state(&self, request: MoveRequest) -> Result<Json, Diagnostics> {
        Ok(request.state)
    }
}

/// What [`Resource::validate`] is given.
#[derive(Debug, Clone)]
pub struct ValidateRequest<M> {
    /// The configuration; anything can be unknown.
    pub config: M,
    /// The same, untyped.
    pub config_value: Value,
}

/// What [`Resource::plan`] is given.
#[derive(Debug, Clone)]
pub struct PlanRequest<M> {
    /// The configuration as written, without defaults. The only place where write-only values are.
    pub config: M,
    /// The state before, or `None` for a create.
    pub prior: Option<M>,
    /// What the schema makes of it; the starting point for the plan.
    pub proposed: M,
    /// The configuration, untyped.
    pub config_value: Value,
    /// The proposed state, untyped.
    pub proposed_value: Value,
    /// True if the schema sees a difference between the state before and the proposed state. Computed values alone, which the
    /// plan may still set, do not count, nor do timeouts.
    pub changed: bool,
}

/// What a create or update is going to do.
#[derive(Debug, Clone)]
pub struct Plan<M> {
    pub(crate) model: M,
    pub(crate) replace: Vec<Path>,
}

impl<M> Plan<M> {
    /// The state after the change, with unknowns for what only the change itself will tell.
    pub fn new(model: M) -> Self {
        Self { model, replace: Vec::new() }
    }

    /// The planned state, for tests that call [`Resource::plan`] themselves.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// Has the object replaced if this attribute differs from the prior state.
    #[must_use]
    pub fn replace_for(mut self, path: impl Into<Path>) -> Self {
        self.replace.push(path.into());
        self
    }
}

/// What [`Resource::create`] is given.
#[derive(Debug, Clone)]
pub struct CreateRequest<M> {
    /// The plan. Only what was planned as unknown still is.
    pub planned: M,
    /// The configuration, wholly known now. The only place where write-only values are.
    pub config: M,
    /// The plan, untyped.
    pub planned_value: Value,
    /// The configuration, untyped.
    pub config_value: Value,
}

/// What [`Resource::read`] is given.
#[derive(Debug, Clone)]
pub struct ReadRequest<M> {
    /// The state as stored.
    pub state: M,
    /// The same, untyped.
    pub state_value: Value,
}

/// What [`Resource::update`] is given.
#[derive(Debug, Clone)]
pub struct UpdateRequest<M> {
    /// The state before.
    pub prior: M,
    /// The plan. Only what was planned as unknown still is.
    pub planned: M,
    /// The configuration, wholly known now. The only place where write-only values are.
    pub config: M,
    /// The state before, untyped.
    pub prior_value: Value,
    /// The plan, untyped.
    pub planned_value: Value,
    /// The configuration, untyped.
    pub config_value: Value,
}

/// What [`Resource::delete`] and [`Resource::plan_destroy`] are given.
#[derive(Debug, Clone)]
pub struct DeleteRequest<M> {
    /// The state of what is to go.
    pub state: M,
    /// The same, untyped.
    pub state_value: Value,
}

/// What [`Resource::import`] is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportRequest {
    /// The text that the practitioner gave as the id.
    Id(String),
    /// The values of an identity; what is optional may be null.
    Identity(Object),
}

impl ImportRequest {
    /// The id, where one was given.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Id(id) => Some(id),
            Self::Identity(_) => None,
        }
    }

    /// An error that shows what an id looks like, for ids that cannot be read.
    pub fn wrong_id(&self, format: &str, example: &str) -> Diagnostics {
        let given = match self {
            Self::Id(id) => format!("`{id}`"),
            Self::Identity(_) => "an identity".to_owned(),
        };
        Diagnostic::error("Wrong import id")
            .detail(format!(
                "The id must have the form `{format}`, for example `{example}`; {given} was given."
            ))
            .into()
    }
}

/// What [`Resource::upgrade_state`] is given.
#[derive(Debug, Clone)]
pub struct UpgradeRequest {
    /// The schema version that the state was written with.
    pub version: i64,
    /// The state as it was stored.
    pub state: Json,
}

/// A resource type that `moved` blocks may start from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveSource {
    /// The end of the provider's address, such as `acme/zoo`; the registry before it may be any.
    pub provider: String,
    /// The full type name, such as `zoo_animal`.
    pub type_name: String,
}

/// What [`Resource::move_state`] is given.
#[derive(Debug, Clone)]
pub struct MoveRequest {
    /// Where it comes from.
    pub source: MoveSource,
    /// The schema version that the state was written with.
    pub version: i64,
    /// The state as it was stored.
    pub state: Json,
}

/// A resource in the provider's list.
pub struct ResourceEntry<C>(pub(crate) Box<dyn ErasedResource<C>>);

impl<C: Send + Sync + 'static> ResourceEntry<C> {
    /// Puts a resource on the list.
    pub fn new<R: Resource<Client = C>>(resource: R) -> Self {
        Self(Box::new(Typed(resource)))
    }
}
