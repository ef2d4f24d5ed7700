//! The provider itself: its configuration, and the lists of what it offers.

use std::future::Future;

use crate::action::ActionEntry;
use crate::data_source::DataSourceEntry;
use crate::diagnostic::Diagnostics;
use crate::ephemeral::EphemeralResourceEntry;
use crate::function::FunctionEntry;
use crate::list_resource::ListResourceEntry;
use crate::model::Model;
use crate::resource::{ResourceEntry, ValidateRequest};
use crate::schema::Schema;
use crate::value::Value;

/// A Terraform provider. Hand it to [`serve`](crate::serve) in `main`.
pub trait Provider: Send + Sync + 'static {
    /// The typed form of the provider's configuration; [`NoConfig`] if it has none.
    type Model: Model;
    /// What resources and data sources work with: connections, settings, caches.
    type Client: Send + Sync + 'static;

    /// The name that all type names start with: `acme` for `acme_pet`.
    fn name(&self) -> &'static str;

    /// The namespace in the registry: `example` for `registry.terraform.io/example/acme`.
    fn namespace(&self) -> &'static str;

    /// The version that `--version` prints, as `Some(env!("CARGO_PKG_VERSION"))`.
    fn version(&self) -> Option<&'static str> {
        None
    }

    /// The attributes of the `provider` block. Called once per process.
    fn schema(&self) -> Schema {
        Schema::new()
    }

    /// Checks what concerns several attributes together; see [`Resource::validate`](crate::Resource::validate).
    fn validate(&self, request: ValidateRequest<Self::Model>) -> Diagnostics {
        let _ = request;
        Diagnostics::new()
    }

    /// Makes the client. Called once before anything that needs one, also while planning, where attributes can be unknown.
    fn configure(
        &self,
        request: ConfigureRequest<Self::Model>,
    ) -> impl Future<Output = Result<Self::Client, Diagnostics>> + Send;

    /// The resources, each once.
    fn resources(&self) -> Vec<ResourceEntry<Self::Client>> {
        Vec::new()
    }

    /// The data sources, each once.
    fn data_sources(&self) -> Vec<DataSourceEntry<Self::Client>> {
        Vec::new()
    }

    /// The functions, each once.
    fn functions(&self) -> Vec<FunctionEntry> {
        Vec::new()
    }

    /// The ephemeral resources, each once. Terraform 1.10, OpenTofu 1.11 and later use them.
    fn ephemeral_resources(&self) -> Vec<EphemeralResourceEntry<Self::Client>> {
        Vec::new()
    }

    /// The list resources, each once, for resources with an identity. Terraform 1.14 and later use them.
    fn list_resources(&self) -> Vec<ListResourceEntry<Self::Client>> {
        Vec::new()
    }

    /// The actions, each once. Terraform 1.14 and later use them.
    fn actions(&self) -> Vec<ActionEntry<Self::Client>> {
        Vec::new()
    }
}

/// What [`Provider::configure`] is given.
#[derive(Debug, Clone)]
pub struct ConfigureRequest<M> {
    /// The configuration with defaults.
    pub config: M,
    /// The same, untyped.
    pub config_value: Value,
    /// The version of Terraform or OpenTofu.
    pub terraform_version: String,
}

/// The configuration of a provider that has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NoConfig;

impl Model for NoConfig {
    fn decode(_: &mut crate::ObjectReader) -> Result<Self, crate::DecodeError> {
        Ok(Self)
    }

    fn encode(self) -> crate::Object {
        crate::Object::new()
    }
}
