//! The calls that plan and invoke an action.

use std::sync::Arc;

use tonic::codegen::BoxStream;

use super::apply::failed;
use super::reply::{to_deferred, to_messages};
use super::stream::{Piece, only, stream};
use super::{CallGiven, Core, Prepared, unknown_type};
use crate::action::Progress;
use crate::diagnostic::Diagnostics;
use crate::erased::ErasedAction;
use crate::generated::tfplugin6 as pb;
use crate::plan::with_defaults;
use crate::provider::Provider;
use crate::value::Value;
use pb::invoke_action::event::{Completed, Progress as Line, Type as Kind};
use pb::invoke_action::{Event, Request};

pub(super) struct Invocable<C> {
    pub(super) action: Box<dyn ErasedAction<C>>,
    pub(super) prepared: Prepared,
}

impl<P: Provider> Core<P> {
    pub(super) fn validate_action_config(
        &self,
        request: &pb::validate_action_config::Request,
    ) -> Result<pb::validate_action_config::Response, Diagnostics> {
        let invocable = self.invocable(&request.type_name)?;
        let config = invocable.prepared.decode_block(request.config.as_ref())?;
        let told = invocable.prepared.validate(config, |config| invocable.action.validate(config));
        Ok(pb::validate_action_config::Response { diagnostics: to_messages(told).collect() })
    }

    pub(super) async fn plan_action(
        &self,
        request: pb::plan_action::Request,
    ) -> Result<pb::plan_action::Response, Diagnostics> {
        let invocable = self.invocable(&request.action_type)?;
        let config = invocable.config(request.config.as_ref())?;
        let (cx, call) = self.begin(&CallGiven {
            rpc: "PlanAction",
            type_name: &request.action_type,
            private: &[],
            capabilities: request.client_capabilities.as_ref(),
        })?;
        let planned = invocable.action.plan(&cx, config).await;
        let said = call.take_said();
        let diagnostics = planned.err().map(failed).unwrap_or_default();
        let told = invocable.prepared.told(said.warnings, diagnostics);
        Ok(pb::plan_action::Response {
            diagnostics: to_messages(told).collect(),
            deferred: call.deferral_allowed.then(|| to_deferred(said.deferred)).flatten(),
        })
    }

    pub(super) fn invoke_action(&self, request: &Request) -> BoxStream<Event> {
        match self.invocation(request) {
            Ok(events) => events,
            Err(diagnostics) => only(Some(completed(diagnostics))),
        }
    }

    fn invocation(&self, request: &Request) -> Result<BoxStream<Event>, Diagnostics> {
        let invocable = Arc::clone(self.invocable(&request.action_type)?);
        let config = invocable.config(request.config.as_ref())?;
        let (cx, call) = self.begin(&CallGiven {
            rpc: "InvokeAction",
            type_name: &request.action_type,
            private: &[],
            capabilities: request.client_capabilities.as_ref(),
        })?;
        let (teller, said) = (Arc::clone(&invocable), Arc::clone(&call));
        let work = |sender| async move { invocable.action.invoke(&cx, config, &mut Progress(sender)).await };
        let line = |message| Piece::Next(Event { r#type: Some(Kind::Progress(Line { message })) });
        let end =
            move |diagnostics| Some(completed(teller.prepared.told(said.take_said().warnings, diagnostics)));
        Ok(stream(call, work, line, end))
    }

    fn invocable(&self, type_name: &str) -> Result<&Arc<Invocable<P::Client>>, Diagnostics> {
        self.actions.get(type_name).ok_or_else(|| unknown_type("action", type_name))
    }
}

impl<C> Invocable<C> {
    pub(super) fn new(action: Box<dyn ErasedAction<C>>) -> Self {
        Self { prepared: Prepared::new(action.schema().of_configuration()), action }
    }

    fn config(&self, config: Option<&pb::DynamicValue>) -> Result<Value, Diagnostics> {
        Ok(with_defaults(&self.prepared.schema, &self.prepared.decode_block(config)?))
    }
}

/// Without this event Terraform would take the action for unfinished.
fn completed(diagnostics: Diagnostics) -> Event {
    let completed = Completed { diagnostics: to_messages(diagnostics).collect() };
    Event { r#type: Some(Kind::Completed(completed)) }
}
