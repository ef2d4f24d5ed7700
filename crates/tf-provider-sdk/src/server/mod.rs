//! What Terraform's calls mean: a file per family of calls. How calls arrive is in `handshake`, what authors do in `erased`.

mod action;
mod apply;
mod data;
mod ephemeral;
mod function;
mod generate;
mod grpc;
mod list;
mod mistakes;
mod panics;
mod plan;
mod read;
mod reply;
mod schema;
mod state;
mod stream;
#[cfg(test)]
mod tests;
mod validate;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::context::{Call, Context, Said};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::erased::{ErasedDataSource, ErasedResource};
use crate::function::{Function, Signature};
use crate::generated::tfplugin6 as pb;
use crate::private::Private;
use crate::provider::Provider;
use crate::schema::{IdentitySchema, Schema};
use crate::shape::shape;
use crate::types::Type;
use crate::value::{Object, Value};
use crate::wire;
use action::Invocable;
use apply::failed;
use ephemeral::Openable;
use list::Listable;
use reply::Reply;

/// A provider as the protocol sees it. Clones share it.
pub(crate) struct Server<P: Provider>(Arc<Core<P>>);

impl<P: Provider> Clone for Server<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Everything that is asked of an author once and then kept.
struct Core<P: Provider> {
    provider: P,
    config: Prepared,
    resources: BTreeMap<String, Arc<Managed<P::Client>>>,
    data_sources: BTreeMap<String, Readable<P::Client>>,
    functions: BTreeMap<String, Callable>,
    ephemeral_resources: BTreeMap<String, Openable<P::Client>>,
    list_resources: BTreeMap<String, Arc<Listable<P::Client>>>,
    actions: BTreeMap<String, Arc<Invocable<P::Client>>>,
    /// Set by `ConfigureProvider`; set again when a process under a debugger serves another command.
    client: Mutex<Option<Arc<P::Client>>>,
    stop: Mutex<CancellationToken>,
    /// What is wrong with the provider itself; told with the schema, which every command asks for first.
    mistakes: Diagnostics,
}

/// A schema and the type that follows from it.
struct Prepared {
    schema: Schema,
    ty: Type,
}

struct Managed<C> {
    resource: Box<dyn ErasedResource<C>>,
    prepared: Prepared,
    identity: Option<(IdentitySchema, Type)>,
    /// Whether what the author returns is held to Terraform's own rules before Terraform does so.
    self_check: bool,
}

struct Readable<C> {
    data_source: Box<dyn ErasedDataSource<C>>,
    prepared: Prepared,
}

struct Callable {
    function: Box<dyn Function>,
    signature: Signature,
}

impl<P: Provider> Server<P> {
    /// Asks the author for everything that stays the same. Providers check themselves while they are developed.
    pub(crate) fn new(provider: P) -> Self {
        Self::with_self_check(provider, cfg!(debug_assertions))
    }

    /// The same, where the caller says whether the provider checks itself.
    pub(crate) fn with_self_check(provider: P, self_check: bool) -> Self {
        panics::install_hook();
        let mut mistakes = Diagnostics::new();
        let mut names = Names { prefix: provider.name(), mistakes: &mut mistakes };
        let managed = provider.resources().into_iter().map(|entry| Managed::new(entry.0, self_check));
        let readable = provider.data_sources().into_iter().map(|entry| Readable::new(entry.0));
        let openable = provider.ephemeral_resources().into_iter().map(|entry| Openable::new(entry.0));
        let listable = provider.list_resources().into_iter().map(|entry| Listable::new(entry.0));
        let invocable = provider.actions().into_iter().map(|entry| Invocable::new(entry.0));
        let callable = provider.functions().into_iter().map(|entry| {
            let callable = Callable { signature: entry.0.signature(), function: entry.0 };
            (callable.function.name().to_owned(), callable)
        });
        let mut core = Core {
            config: Prepared::new(provider.schema()),
            resources: names
                .typed("resource", managed.map(|entry| (entry.resource.type_suffix(), entry.into()))),
            data_sources: names
                .typed("data source", readable.map(|entry| (entry.data_source.type_suffix(), entry))),
            functions: names.unique("function", callable),
            ephemeral_resources: names
                .typed("ephemeral resource", openable.map(|entry| (entry.ephemeral.type_suffix(), entry))),
            list_resources: names
                .typed("list resource", listable.map(|entry| (entry.list.type_suffix(), entry.into()))),
            actions: names.typed("action", invocable.map(|entry| (entry.action.type_suffix(), entry.into()))),
            provider,
            client: Mutex::default(),
            stop: Mutex::default(),
            mistakes,
        };
        let found = mistakes::find(&core);
        core.mistakes.extend(found);
        Self(Arc::new(core))
    }

    /// Runs one call apart, so that a panic in it ends neither the process nor the connection.
    async fn answer<Q, R, F>(&self, request: Q, work: impl FnOnce(Arc<Core<P>>, Q) -> F) -> R
    where
        R: Reply<Q> + Send + 'static,
        F: Future<Output = Result<R, Diagnostics>> + Send + 'static,
    {
        let mut fallback = R::without_effect(&request);
        match tokio::spawn(work(Arc::clone(&self.0), request)).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(diagnostics)) => {
                fallback.tell(failed(diagnostics));
                fallback
            }
            Err(error) => {
                fallback.tell(panics::describe(error).into());
                fallback
            }
        }
    }
}

/// Collects entries by name and notes names that come twice.
struct Names<'a> {
    prefix: &'static str,
    mistakes: &'a mut Diagnostics,
}

impl Names<'_> {
    fn typed<T>(
        &mut self,
        kind: &str,
        entries: impl Iterator<Item = (&'static str, T)>,
    ) -> BTreeMap<String, T> {
        let prefix = self.prefix;
        self.unique(kind, entries.map(|(suffix, entry)| (format!("{prefix}_{suffix}"), entry)))
    }

    fn unique<T>(&mut self, kind: &str, entries: impl Iterator<Item = (String, T)>) -> BTreeMap<String, T> {
        let mut map = BTreeMap::new();
        for (name, entry) in entries {
            if map.contains_key(&name) {
                self.mistakes.push(Diagnostic::bug(format!("There are two of the {kind} `{name}`.")));
            }
            map.insert(name, entry);
        }
        map
    }
}

impl<C> Managed<C> {
    fn new(resource: Box<dyn ErasedResource<C>>, self_check: bool) -> Self {
        Self {
            self_check,
            prepared: Prepared::new(resource.schema()),
            identity: resource.identity_schema().map(|schema| (schema.clone(), schema.ty())),
            resource,
        }
    }
}

impl<C> Readable<C> {
    fn new(data_source: Box<dyn ErasedDataSource<C>>) -> Self {
        Self { prepared: Prepared::new(data_source.schema()), data_source }
    }
}

impl Prepared {
    fn new(schema: Schema) -> Self {
        Self { ty: schema.ty(), schema }
    }

    fn decode(&self, dynamic: Option<&pb::DynamicValue>) -> Result<Value, Diagnostics> {
        decode(dynamic, &self.ty)
    }

    /// The same for a block that may be left out, which means an empty one.
    fn decode_block(&self, dynamic: Option<&pb::DynamicValue>) -> Result<Value, Diagnostics> {
        match self.decode(dynamic)? {
            Value::Null => shape(Object::new().into(), &self.ty),
            config => Ok(config),
        }
    }

    fn encode(&self, value: &Value) -> Result<Option<pb::DynamicValue>, Diagnostics> {
        encode(value, &self.ty)
    }

    /// Diagnostics with paths as Terraform can show them, after the warnings that were given on the side.
    fn told(&self, said: Diagnostics, diagnostics: Diagnostics) -> Diagnostics {
        said.into_iter().chain(diagnostics).map(|diagnostic| self.located(diagnostic)).collect()
    }

    /// Points at what Terraform can find, and says the rest of the path in words unless the author has.
    fn located(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let path = self.schema.locate(&diagnostic.path);
        let exact = diagnostic.path.to_string();
        let within = exact.rsplit(']').next().filter(|part| !part.is_empty()).unwrap_or(&exact);
        if path.steps().len() < diagnostic.path.steps().len() && !diagnostic.detail.contains(within) {
            let gap = if diagnostic.detail.is_empty() { "" } else { "\n\n" };
            diagnostic.detail = format!("{}{gap}Attribute: `{exact}`.", diagnostic.detail);
        }
        diagnostic.at(path)
    }
}

fn decode(dynamic: Option<&pb::DynamicValue>, ty: &Type) -> Result<Value, Diagnostics> {
    wire::from_dynamic(dynamic, ty)
        .map_err(|error| Diagnostic::bug(format!("A value from Terraform cannot be read: {error}.")).into())
}

fn encode(value: &Value, ty: &Type) -> Result<Option<pb::DynamicValue>, Diagnostics> {
    match wire::to_dynamic(value, ty) {
        Ok(dynamic) => Ok(Some(dynamic)),
        Err(error) => Err(Diagnostic::bug(format!("A value cannot be written: {error}.")).into()),
    }
}

/// What every call about one type begins with.
struct CallGiven<'a> {
    rpc: &'static str,
    type_name: &'a str,
    private: &'a [u8],
    capabilities: Option<&'a pb::ClientCapabilities>,
}

impl<P: Provider> Core<P> {
    fn managed(&self, type_name: &str) -> Result<&Managed<P::Client>, Diagnostics> {
        let managed = self.resources.get(type_name).map(Arc::as_ref);
        managed.ok_or_else(|| unknown_type("resource", type_name))
    }

    fn readable(&self, type_name: &str) -> Result<&Readable<P::Client>, Diagnostics> {
        self.data_sources.get(type_name).ok_or_else(|| unknown_type("data source", type_name))
    }

    /// The surroundings of one call. What the author says on the side collects in the returned [`Call`].
    fn begin(&self, given: &CallGiven) -> Result<(Context<P::Client>, Arc<Call>), Diagnostics> {
        let client = self.client.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let client =
            client.ok_or_else(|| Diagnostic::bug("The provider was used before it was configured."))?;
        let call = Arc::new(Call {
            rpc: given.rpc,
            type_name: given.type_name.to_owned(),
            cancel: self.stop.lock().unwrap_or_else(PoisonError::into_inner).child_token(),
            deadline: OnceLock::new(),
            deferral_allowed: given.capabilities.is_some_and(|capabilities| capabilities.deferral_allowed),
            said: Mutex::new(Said { private: Private::decode(given.private), ..Said::default() }),
        });
        Ok((Context::new(client, Arc::clone(&call)), call))
    }

    /// Cancels what runs now; what comes later starts afresh.
    fn stop_running(&self) {
        let mut stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *stop).cancel();
    }
}

fn unknown_type(kind: &str, type_name: &str) -> Diagnostics {
    Diagnostic::bug(format!("Terraform asked for the {kind} `{type_name}`, which this provider has not."))
        .into()
}
