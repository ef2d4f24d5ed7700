//! Tests for providers: a resource's whole life without Terraform, and a harness that drives the real one.
//!
//! [`TestProvider`] calls the provider in the test's own process, through the same encoding as Terraform does, in the order in
//! which Terraform does. [`cli`] runs the real `terraform` or `tofu`.
//!
//! ```
//! # use tf_provider_sdk::{ConfigureRequest, Diagnostics, NoConfig, Provider};
//! # struct Zoo;
//! # impl Provider for Zoo {
//! #     type Model = NoConfig;
//! #     type Client = ();
//! #     fn name(&self) -> &'static str { "zoo" }
//! #     fn namespace(&self) -> &'static str { "example" }
//! #     async fn configure(&self, _: ConfigureRequest<NoConfig>) -> Result<(), Diagnostics> { Ok(()) }
//! # }
//! use tf_provider_sdk::{Object, testing::TestProvider};
//!
//! let zoo = TestProvider::start(Zoo, Object::new()).unwrap();
//! assert!(zoo.resource("zoo_animal").is_none());
//! ```

mod action;
pub mod cli;
mod demands;
mod ephemeral;
mod exchange;
mod list;
mod replay;
mod resource;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use tokio::runtime::Runtime;
use tonic::{Response, Status};

pub use action::TestInvocation;
pub use ephemeral::TestEphemeral;
pub use list::{SearchFor, TestListed, TestSearch};
pub use replay::Recorded;
pub use resource::{Action, ResourceTest, TestPlan};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::generated::tfplugin6 as pb;
use crate::generated::tfplugin6::provider_client::ProviderClient;
use crate::provider::Provider;
use crate::resource::ResourceEntry;
use crate::schema::Schema;
use crate::server::Server;
use crate::shape::shape;
use crate::types::Type;
use crate::value::{Object, Value};
use crate::wire;

use replay::Recorder;

type Client<P> = ProviderClient<Recorder<P>>;

/// A configured provider in the test's own process.
pub struct TestProvider<P: Provider> {
    runtime: Runtime,
    client: RefCell<Client<P>>,
    recorder: Recorder<P>,
    schemas: pb::get_provider_schema::Response,
    types: Types,
    deferral_allowed: Cell<bool>,
}

/// The types that the schemas stand for, from the same source as the server's.
struct Types {
    provider: Type,
    resources: BTreeMap<String, Type>,
    identities: BTreeMap<String, Type>,
    data_sources: BTreeMap<String, Type>,
    ephemeral_resources: BTreeMap<String, Type>,
    list_resources: BTreeMap<String, Type>,
    actions: BTreeMap<String, Type>,
    functions: BTreeMap<String, crate::function::Signature>,
}

impl Types {
    fn of<P: Provider>(provider: &P) -> Self {
        let named = |(suffix, schema): (&str, Schema)| (format!("{}_{suffix}", provider.name()), schema.ty());
        let identity = |entry: ResourceEntry<P::Client>| {
            let name = format!("{}_{}", provider.name(), entry.0.type_suffix());
            Some((name, entry.0.identity_schema()?.ty()))
        };
        let resources =
            provider.resources().into_iter().map(|entry| (entry.0.type_suffix(), entry.0.schema()));
        let data = provider.data_sources().into_iter().map(|entry| (entry.0.type_suffix(), entry.0.schema()));
        let ephemeral =
            provider.ephemeral_resources().into_iter().map(|entry| (entry.0.type_suffix(), entry.0.schema()));
        let list =
            provider.list_resources().into_iter().map(|entry| (entry.0.type_suffix(), entry.0.schema()));
        let actions = provider.actions().into_iter().map(|entry| (entry.0.type_suffix(), entry.0.schema()));
        let functions =
            provider.functions().into_iter().map(|entry| (entry.0.name().to_owned(), entry.0.signature()));
        Self {
            provider: provider.schema().ty(),
            resources: resources.map(named).collect(),
            identities: provider.resources().into_iter().filter_map(identity).collect(),
            data_sources: data.map(named).collect(),
            ephemeral_resources: ephemeral.map(named).collect(),
            list_resources: list.map(named).collect(),
            actions: actions.map(named).collect(),
            functions: functions.collect(),
        }
    }
}

/// The type of an entry. Of something that the provider does not have, it is left to the provider to say so.
fn typed<'a>(types: &'a BTreeMap<String, Type>, type_name: &str) -> &'a Type {
    static NOTHING: Type = Type::Object(BTreeMap::new());
    types.get(type_name).unwrap_or(&NOTHING)
}

impl<P: Provider> TestProvider<P> {
    /// Starts the provider and configures it. Fails with what the provider says about its schemas or this configuration.
    pub fn start(provider: P, config: Object) -> Result<Self, Diagnostics> {
        Self::start_with(provider, config, true)
    }

    /// The same without the self-check, as a release build serves: for measuring.
    pub fn start_unchecked(provider: P, config: Object) -> Result<Self, Diagnostics> {
        Self::start_with(provider, config, false)
    }

    fn start_with(provider: P, config: Object, self_check: bool) -> Result<Self, Diagnostics> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Diagnostic::error("No runtime").detail(error.to_string()))?;
        let types = Types::of(&provider);
        let recorder = Recorder::new(Server::with_self_check(provider, self_check));
        let mut client = ProviderClient::new(recorder.clone());
        let schemas = exchange::answer(
            runtime.block_on(client.get_provider_schema(pb::get_provider_schema::Request::default())),
        )?;
        exchange::outcome(&schemas.diagnostics)?;
        let deferral_allowed = Cell::new(false);
        let client = RefCell::new(client);
        let started = Self { runtime, client, recorder, schemas, types, deferral_allowed };
        started.configure(config)?;
        Ok(started)
    }

    fn configure(&self, config: Object) -> Result<(), Diagnostics> {
        let config = Some(encode(&shape(config.into(), &self.types.provider)?, &self.types.provider)?);
        let request = pb::validate_provider_config::Request { config: config.clone() };
        let validated = self.call(async |client| client.validate_provider_config(request).await)?;
        exchange::outcome(&validated.diagnostics)?;
        let request = pb::configure_provider::Request {
            terraform_version: "1.11.4".to_owned(),
            config,
            client_capabilities: None,
        };
        let configured = self.call(async |client| client.configure_provider(request).await)?;
        exchange::outcome(&configured.diagnostics)
    }

    /// The life of one resource of this type; `None` if the provider has no such type.
    pub fn resource(&self, type_name: &str) -> Option<ResourceTest<'_, P>> {
        let ty = self.types.resources.get(type_name)?;
        let version = self.schemas.resource_schemas.get(type_name).map_or(0, |schema| schema.version);
        Some(ResourceTest::new(self, type_name, ty, version))
    }

    /// Reads a data source.
    pub fn read(&self, type_name: &str, config: Object) -> Result<Value, Diagnostics> {
        let no_such = || Diagnostic::error("No such data source").detail(type_name);
        let ty = self.types.data_sources.get(type_name).ok_or_else(no_such)?;
        let config = Some(encode(&shape(config.into(), ty)?, ty)?);
        let request = pb::validate_data_resource_config::Request {
            type_name: type_name.to_owned(),
            config: config.clone(),
        };
        let validated = self.call(async |client| client.validate_data_resource_config(request).await)?;
        exchange::outcome(&validated.diagnostics)?;
        let request =
            pb::read_data_source::Request { type_name: type_name.to_owned(), config, ..Default::default() };
        let read = self.call(async |client| client.read_data_source(request).await)?;
        exchange::outcome(&read.diagnostics)?;
        decode(read.state.as_ref(), ty)
    }

    /// Calls a function. The error is the text that Terraform would show, with the index of the argument at fault.
    pub fn function(&self, name: &str, arguments: Vec<Value>) -> Result<Value, (String, Option<i64>)> {
        let failed = |diagnostics: Diagnostics| {
            let texts: Vec<_> = diagnostics.into_iter().map(|diagnostic| diagnostic.detail).collect();
            (texts.join("\n"), None)
        };
        let Some(signature) = self.types.functions.get(name) else {
            return Err((format!("no function `{name}`"), None));
        };
        let encoded = arguments.into_iter().enumerate().map(|(index, argument)| {
            let ty = signature.parameter_at(index).map_or(Type::Dynamic, |parameter| parameter.ty.clone());
            encode(&shape(argument, &ty)?, &ty)
        });
        let request = pb::call_function::Request {
            name: name.to_owned(),
            arguments: encoded.collect::<Result<_, Diagnostics>>().map_err(failed)?,
        };
        let called = self.call(async |client| client.call_function(request).await).map_err(failed)?;
        match called.error {
            Some(error) => Err((error.text, error.function_argument)),
            None => decode(called.result.as_ref(), &signature.result).map_err(failed),
        }
    }

    /// Lets the provider put changes off from now on, as Terraform does with `-allow-deferral`. It starts as most clients are:
    /// not allowing it.
    pub fn allow_deferral(&self, allowed: bool) {
        self.deferral_allowed.set(allowed);
    }

    fn capabilities(&self) -> pb::ClientCapabilities {
        pb::ClientCapabilities {
            deferral_allowed: self.deferral_allowed.get(),
            write_only_attributes_allowed: true,
            ..Default::default()
        }
    }

    /// Tells the provider that the practitioner has interrupted, as from another thread.
    pub fn stop(&self) {
        // The answer carries nothing.
        let _ = self.call(async |client| client.stop_provider(pb::stop_provider::Request::default()).await);
    }

    /// The same after this time, in the middle of a call that is made meanwhile.
    pub fn stop_after(&self, delay: Duration) {
        let mut client = self.client.borrow().clone();
        self.runtime.spawn(async move {
            tokio::time::sleep(delay).await;
            client.stop_provider(pb::stop_provider::Request::default()).await
        });
    }

    fn call<R>(
        &self,
        call: impl AsyncFnOnce(&mut Client<P>) -> Result<Response<R>, Status>,
    ) -> Result<R, Diagnostics> {
        let mut client = self.client.borrow().clone();
        exchange::answer(self.wait(call(&mut client)))
    }

    fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}

fn encode(value: &Value, ty: &Type) -> Result<pb::DynamicValue, Diagnostics> {
    wire::to_dynamic(value, ty)
        .map_err(|error| Diagnostic::error("Cannot encode").detail(error.to_string()).into())
}

fn decode(value: Option<&pb::DynamicValue>, ty: &Type) -> Result<Value, Diagnostics> {
    wire::from_dynamic(value, ty)
        .map_err(|error| Diagnostic::error("Cannot decode").detail(error.to_string()).into())
}

fn encoded(config: impl Into<Value>, ty: &Type) -> Result<pb::DynamicValue, Diagnostics> {
    encode(&shape(config.into(), ty)?, ty)
}
