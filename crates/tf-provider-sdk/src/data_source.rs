//! Data sources: reading without managing.

use std::future::Future;

use crate::context::Context;
use crate::diagnostic::Diagnostics;
use crate::erased::{ErasedDataSource, Typed};
use crate::model::Model;
use crate::resource::ValidateRequest;
use crate::schema::Schema;
use crate::value::Value;

/// Something that configurations read through the provider. It must never change anything.
pub trait DataSource: Send + Sync + 'static {
    /// The typed form of configuration and result.
    type Model: Model;
    /// What [`Provider::configure`](crate::Provider::configure) makes.
    type Client: Send + Sync + 'static;

    /// The type name without the provider's: `pet` for `acme_pet`.
    fn type_suffix(&self) -> &'static str;

    /// The attributes. Called once per process.
    fn schema(&self) -> Schema;

    /// Checks what concerns several attributes together; see [`Resource::validate`](crate::Resource::validate).
    fn validate(&self, request: ValidateRequest<Self::Model>) -> Diagnostics {
        let _ = request;
        Diagnostics::new()
    }

    /// Reads. Terraform calls it while planning if the configuration is wholly known by then, else while applying. The result
    /// repeats the configured attributes and has nothing unknown; schema defaults have been filled in.
    fn read(
        &self,
        cx: &Context<Self::Client>,
        request: DataReadRequest<Self::Model>,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send;
}

/// What [`DataSource::read`] is given.
#[derive(Debug, Clone)]
pub struct DataReadRequest<M> {
    /// The configuration with defaults; computed attributes are null.
    pub config: M,
    /// The same, untyped.
    pub config_value: Value,
}

/// A data source in the provider's list.
pub struct DataSourceEntry<C>(pub(crate) Box<dyn ErasedDataSource<C>>);

impl<C: Send + Sync + 'static> DataSourceEntry<C> {
    /// Puts a data source on the list.
    pub fn new<D: DataSource<Client = C>>(data_source: D) -> Self {
        Self(Box::new(Typed(data_source)))
    }
}
