//! Between the server, which speaks untyped values, and authors' typed models: decode, call, encode. Nothing else.

mod action;
mod ephemeral;
mod list;

use std::future::Future;
use std::pin::Pin;

use serde_json::Value as Json;

use crate::context::Context;
use crate::data_source::{DataReadRequest, DataSource};
use crate::diagnostic::Diagnostics;
use crate::model::{Model, decode};
use crate::outcome::{Deletion, Found, Outcome};
use crate::resource::{
    CreateRequest, DeleteRequest, ImportRequest, MoveRequest, MoveSource, Plan, PlanRequest, ReadRequest,
    Resource, UpdateRequest, UpgradeRequest, ValidateRequest,
};
use crate::schema::{IdentitySchema, Schema};
use crate::value::{Object, Value};

pub(crate) use action::ErasedAction;
pub(crate) use ephemeral::ErasedEphemeral;
pub(crate) use list::ErasedList;

pub(crate) type Task<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An author's implementation, seen through untyped values.
pub(crate) struct Typed<T>(pub(crate) T);

/// What the server needs of a resource. The `planned` and `state` values are of the schema's type; what comes back is as the
/// author wrote it and has yet to be brought into shape.
pub(crate) trait ErasedResource<C>: Send + Sync {
    fn type_suffix(&self) -> &'static str;
    fn schema(&self) -> Schema;
    fn validate(&self, config: Value) -> Diagnostics;
    fn plan<'a>(&'a self, cx: &'a Context<C>, given: PlanGiven)
    -> Task<'a, Result<Plan<Value>, Diagnostics>>;
    fn plan_destroy<'a>(&'a self, cx: &'a Context<C>, state: Value) -> Task<'a, Diagnostics>;
    fn create<'a>(&'a self, cx: &'a Context<C>, planned: Value, config: Value) -> Task<'a, Outcome<Value>>;
    fn read<'a>(&'a self, cx: &'a Context<C>, state: Value) -> Task<'a, Result<Found<Value>, Diagnostics>>;
    fn update<'a>(&'a self, cx: &'a Context<C>, given: UpdateGiven) -> Task<'a, Outcome<Value>>;
    fn delete<'a>(&'a self, cx: &'a Context<C>, state: Value) -> Task<'a, Deletion<Value>>;
    fn import<'a>(
        &'a self,
        cx: &'a Context<C>,
        request: ImportRequest,
    ) -> Task<'a, Result<Value, Diagnostics>>;
    fn upgrade_state(&self, request: UpgradeRequest) -> Result<Json, Diagnostics>;
    fn identity_schema(&self) -> Option<IdentitySchema>;
    fn identity(&self, state: &Object) -> Option<Object>;
    fn moves_from(&self) -> Vec<MoveSource>;
    fn move_state(&self, request: MoveRequest) -> Result<Json, Diagnostics>;
    fn generate_config(&self, config: Object) -> Object;
}

/// What the plan engine hands to a resource.
pub(crate) struct PlanGiven {
    pub(crate) config: Value,
    pub(crate) prior: Option<Value>,
    pub(crate) proposed: Value,
    pub(crate) changed: bool,
}

/// What an update starts from.
pub(crate) struct UpdateGiven {
    pub(crate) prior: Value,
    pub(crate) planned: Value,
    pub(crate) config: Value,
}

impl<R: Resource> ErasedResource<R::Client> for Typed<R> {
    fn type_suffix(&self) -> &'static str {
        self.0.type_suffix()
    }

    fn schema(&self) -> Schema {
        self.0.schema()
    }

    fn validate(&self, config: Value) -> Diagnostics {
        validate(config, |request| self.0.validate(request))
    }

    fn plan<'a>(
        &'a self,
        cx: &'a Context<R::Client>,
        given: PlanGiven,
    ) -> Task<'a, Result<Plan<Value>, Diagnostics>> {
        Box::pin(async move {
            let request = PlanRequest {
                config: decode(given.config.clone())?,
                prior: given.prior.map(decode).transpose()?,
                proposed: decode(given.proposed.clone())?,
                config_value: given.config,
                proposed_value: given.proposed,
                changed: given.changed,
            };
            let plan = self.0.plan(cx, request).await?;
            Ok(Plan { model: encode(plan.model), replace: plan.replace })
        })
    }

    fn plan_destroy<'a>(&'a self, cx: &'a Context<R::Client>, state: Value) -> Task<'a, Diagnostics> {
        Box::pin(async move {
            match decode(state.clone()) {
                Ok(model) => {
                    self.0.plan_destroy(cx, DeleteRequest { state: model, state_value: state }).await
                }
                Err(diagnostics) => diagnostics,
            }
        })
    }

    fn create<'a>(
        &'a self,
        cx: &'a Context<R::Client>,
        planned: Value,
        config: Value,
    ) -> Task<'a, Outcome<Value>> {
        Box::pin(async move {
            let request = decode(planned.clone()).and_then(|model| {
                Ok(CreateRequest {
                    planned: model,
                    config: decode(config.clone())?,
                    planned_value: planned,
                    config_value: config,
                })
            });
            match request {
                Ok(request) => encode_outcome(self.0.create(cx, request).await),
                Err(diagnostics) => Outcome::Failed(diagnostics),
            }
        })
    }

    fn read<'a>(
        &'a self,
        cx: &'a Context<R::Client>,
        state: Value,
    ) -> Task<'a, Result<Found<Value>, Diagnostics>> {
        Box::pin(async move {
            let request = ReadRequest { state: decode(state.clone())?, state_value: state };
            Ok(match self.0.read(cx, request).await? {
                Found::Present(model) => Found::Present(encode(model)),
                Found::Gone => Found::Gone,
            })
        })
    }

    fn update<'a>(&'a self, cx: &'a Context<R::Client>, given: UpdateGiven) -> Task<'a, Outcome<Value>> {
        Box::pin(async move {
            let request = decode(given.prior.clone()).and_then(|prior| {
                Ok(UpdateRequest {
                    prior,
                    planned: decode(given.planned.clone())?,
                    config: decode(given.config.clone())?,
                    prior_value: given.prior,
                    planned_value: given.planned,
                    config_value: given.config,
                })
            });
            match request {
                Ok(request) => encode_outcome(self.0.update(cx, request).await),
                Err(diagnostics) => Outcome::Failed(diagnostics),
            }
        })
    }

    fn delete<'a>(&'a self, cx: &'a Context<R::Client>, state: Value) -> Task<'a, Deletion<Value>> {
        Box::pin(async move {
            let model = match decode(state.clone()) {
                Ok(model) => model,
                Err(diagnostics) => return Deletion::Failed(diagnostics),
            };
            match self.0.delete(cx, DeleteRequest { state: model, state_value: state }).await {
                Deletion::Done => Deletion::Done,
                Deletion::Partial(model, diagnostics) => Deletion::Partial(encode(model), diagnostics),
                Deletion::Failed(diagnostics) => Deletion::Failed(diagnostics),
            }
        })
    }

    fn import<'a>(
        &'a self,
        cx: &'a Context<R::Client>,
        request: ImportRequest,
    ) -> Task<'a, Result<Value, Diagnostics>> {
        Box::pin(async move { self.0.import(cx, request).await.map(encode) })
    }

    fn upgrade_state(&self, request: UpgradeRequest) -> Result<Json, Diagnostics> {
        self.0.upgrade_state(request)
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        self.0.identity_schema()
    }

    fn identity(&self, state: &Object) -> Option<Object> {
        self.0.identity(state)
    }

    fn moves_from(&self) -> Vec<MoveSource> {
        self.0.moves_from()
    }

    fn move_state(&self, request: MoveRequest) -> Result<Json, Diagnostics> {
        self.0.move_state(request)
    }

    fn generate_config(&self, config: Object) -> Object {
        self.0.generate_config(config)
    }
}

/// What the server needs of a data source.
pub(crate) trait ErasedDataSource<C>: Send + Sync {
    fn type_suffix(&self) -> &'static str;
    fn schema(&self) -> Schema;
    fn validate(&self, config: Value) -> Diagnostics;
    fn read<'a>(&'a self, cx: &'a Context<C>, config: Value) -> Task<'a, Result<Value, Diagnostics>>;
}

impl<D: DataSource> ErasedDataSource<D::Client> for Typed<D> {
    fn type_suffix(&self) -> &'static str {
        self.0.type_suffix()
    }

    fn schema(&self) -> Schema {
        self.0.schema()
    }

    fn validate(&self, config: Value) -> Diagnostics {
        validate(config, |request| self.0.validate(request))
    }

    fn read<'a>(&'a self, cx: &'a Context<D::Client>, config: Value) -> Task<'a, Result<Value, Diagnostics>> {
        Box::pin(async move {
            let request = DataReadRequest { config: decode(config.clone())?, config_value: config };
            self.0.read(cx, request).await.map(encode)
        })
    }
}

fn validate<M: Model>(config: Value, author: impl FnOnce(ValidateRequest<M>) -> Diagnostics) -> Diagnostics {
    match decode(config.clone()) {
        Ok(model) => author(ValidateRequest { config: model, config_value: config }),
        Err(diagnostics) => diagnostics,
    }
}

fn encode<M: Model>(model: M) -> Value {
    Value::Object(model.encode())
}

fn encode_outcome<M: Model>(outcome: Outcome<M>) -> Outcome<Value> {
    match outcome {
        Outcome::Done(model) => Outcome::Done(encode(model)),
        Outcome::Partial(model, diagnostics) => Outcome::Partial(encode(model), diagnostics),
        Outcome::Failed(diagnostics) => Outcome::Failed(diagnostics),
    }
}
