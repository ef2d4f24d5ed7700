//! Ephemeral resources: values that exist during one run only and reach neither plan nor state.

use std::future::Future;
use std::time::SystemTime;

use crate::context::Context;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::erased::{ErasedEphemeral, Typed};
use crate::model::Model;
use crate::resource::ValidateRequest;
use crate::schema::Schema;
use crate::value::Value;

/// Something that is opened, used and closed within one run, such as a credential on loan.
///
/// Terraform keeps nothing of it. What [`renew`](Self::renew) and [`close`](Self::close) need (a lease id, say) goes into the
/// private data of the [`Context`] while opening, and is found there again.
pub trait EphemeralResource: Send + Sync + 'static {
    /// The typed form of configuration and result.
    type Model: Model;
    /// What [`Provider::configure`](crate::Provider::configure) makes.
    type Client: Send + Sync + 'static;

    /// The type name without the provider's: `token` for `acme_token`.
    fn type_suffix(&self) -> &'static str;

    /// The attributes. Called once per process.
    fn schema(&self) -> Schema;

    /// Checks what concerns several attributes together; see [`Resource::validate`](crate::Resource::validate).
    fn validate(&self, request: ValidateRequest<Self::Model>) -> Diagnostics {
        let _ = request;
        Diagnostics::new()
    }

    /// Opens it. Terraform calls it while planning and again while applying, once the configuration is wholly known. The result
    /// repeats the configured attributes and has nothing unknown; schema defaults have been filled in.
    ///
    /// Terraform closes only what was opened: before it fails, this method gives back what it has taken.
    fn open(
        &self,
        cx: &Context<Self::Client>,
        request: OpenRequest<Self::Model>,
    ) -> impl Future<Output = Result<Opened<Self::Model>, Diagnostics>> + Send;

    /// Makes it last longer. Called once the time of [`Opened::renew_at`] has come, if it is still in use; gives the next such
    /// time, or `None` if it now lasts long enough. The result of opening stays as it is.
    fn renew(
        &self,
        cx: &Context<Self::Client>,
    ) -> impl Future<Output = Result<Option<SystemTime>, Diagnostics>> + Send {
        let _ = cx;
        async { Err(Diagnostic::bug("It asks to be renewed and cannot be renewed.").into()) }
    }

    /// Gives it back, when nothing needs it any more. By default there is nothing to do.
    fn close(&self, cx: &Context<Self::Client>) -> impl Future<Output = Diagnostics> + Send {
        let _ = cx;
        async { Diagnostics::new() }
    }
}

/// What [`EphemeralResource::open`] is given.
#[derive(Debug, Clone)]
pub struct OpenRequest<M> {
    /// The configuration with defaults; computed attributes are null.
    pub config: M,
    /// The same, untyped.
    pub config_value: Value,
}

/// What has been opened.
#[derive(Debug, Clone)]
pub struct Opened<M> {
    pub(crate) model: M,
    pub(crate) renew_at: Option<SystemTime>,
}

impl<M> Opened<M> {
    /// Opened, and good for the whole run.
    pub fn new(model: M) -> Self {
        Self { model, renew_at: None }
    }

    /// Has [`EphemeralResource::renew`] called at this time. Leave a margin before the actual end.
    #[must_use]
    pub fn renew_at(mut self, time: SystemTime) -> Self {
        self.renew_at = Some(time);
        self
    }

    /// The result, for tests that call [`EphemeralResource::open`] themselves.
    pub fn model(&self) -> &M {
        &self.model
    }
}

/// An ephemeral resource in the provider's list.
pub struct EphemeralResourceEntry<C>(pub(crate) Box<dyn ErasedEphemeral<C>>);

impl<C: Send + Sync + 'static> EphemeralResourceEntry<C> {
    /// Puts an ephemeral resource on the list.
    pub fn new<E: EphemeralResource<Client = C>>(ephemeral: E) -> Self {
        Self(Box::new(Typed(ephemeral)))
    }
}
