//! Actions: things to do that are not the making of an object, such as restarting a server.

use std::future::Future;

use tokio::sync::mpsc;

use crate::context::Context;
use crate::diagnostic::Diagnostics;
use crate::erased::{ErasedAction, Typed};
use crate::model::Model;
use crate::resource::ValidateRequest;
use crate::schema::Schema;
use crate::value::Value;

/// Something that configurations have done on occasion, with effects but without a state.
pub trait Action: Send + Sync + 'static {
    /// The typed form of the configuration.
    type Model: Model;
    /// What [`Provider::configure`](crate::Provider::configure) makes.
    type Client: Send + Sync + 'static;

    /// The type name without the provider's: `restart` for `acme_restart`.
    fn type_suffix(&self) -> &'static str;

    /// The attributes. All are for the practitioner to set: an action computes nothing. Called once per process.
    fn schema(&self) -> Schema;

    /// Checks what concerns several attributes together; see [`Resource::validate`](crate::Resource::validate).
    fn validate(&self, request: ValidateRequest<Self::Model>) -> Diagnostics {
        let _ = request;
        Diagnostics::new()
    }

    /// Says something about a coming invocation. An error stops the plan. Read freely, but change nothing; attributes can be
    /// unknown still. By default there is nothing to say.
    fn plan(
        &self,
        cx: &Context<Self::Client>,
        request: ActionRequest<Self::Model>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        let _ = (cx, request);
        async { Ok(()) }
    }

    /// Does it. The configuration is wholly known now.
    fn invoke(
        &self,
        cx: &Context<Self::Client>,
        request: ActionRequest<Self::Model>,
        progress: &mut Progress,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;
}

/// What [`Action::plan`] and [`Action::invoke`] are given.
#[derive(Debug, Clone)]
pub struct ActionRequest<M> {
    /// The configuration with defaults.
    pub config: M,
    /// The same, untyped.
    pub config_value: Value,
}

/// Where an action says how far it is.
#[derive(Debug)]
pub struct Progress(pub(crate) mpsc::Sender<String>);

impl Progress {
    /// Shows the practitioner a line, waiting until Terraform has taken the one before. Never put secrets into it.
    pub async fn tell(&mut self, message: impl Into<String> + Send) {
        // Where nobody listens any more, the context is cancelled, which is where the author looks.
        let _ = self.0.send(message.into()).await;
    }
}

/// An action in the provider's list.
pub struct ActionEntry<C>(pub(crate) Box<dyn ErasedAction<C>>);

impl<C: Send + Sync + 'static> ActionEntry<C> {
    /// Puts an action on the list.
    pub fn new<A: Action<Client = C>>(action: A) -> Self {
        Self(Box::new(Typed(action)))
    }
}
