//! List resources: finding the objects of a managed resource's type that exist, managed or not.

use std::future::Future;

use tokio::sync::mpsc;

use crate::context::Context;
use crate::diagnostic::Diagnostics;
use crate::erased::{ErasedList, Typed};
use crate::model::Model;
use crate::resource::ValidateRequest;
use crate::schema::Schema;
use crate::value::{Object, Value};

/// The search for objects of one type, behind `terraform query`.
///
/// The provider must have a [`Resource`](crate::Resource) of the same type, and that must have an identity: identities are
/// what a search finds.
pub trait ListResource: Send + Sync + 'static {
    /// The typed form of the search's configuration; [`NoConfig`](crate::NoConfig) if there is nothing to configure.
    type Model: Model;
    /// What [`Provider::configure`](crate::Provider::configure) makes.
    type Client: Send + Sync + 'static;

    /// The type name of the managed resource without the provider's: `pet` for `acme_pet`.
    fn type_suffix(&self) -> &'static str;

    /// The attributes by which a search is narrowed down. Called once per process.
    fn schema(&self) -> Schema {
        Schema::new()
    }

    /// Checks what concerns several attributes together; see [`Resource::validate`](crate::Resource::validate).
    fn validate(&self, request: ValidateRequest<Self::Model>) -> Diagnostics {
        let _ = request;
        Diagnostics::new()
    }

    /// Searches, and hands over each object as it is found. End the search once [`Listing::found`] says so; fetch in pages, for
    /// most searches are for a hundred objects at most. An error ends the search and hides what was found.
    fn list(
        &self,
        cx: &Context<Self::Client>,
        request: ListRequest<Self::Model>,
        listing: &mut Listing,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;
}

/// What [`ListResource::list`] is given.
#[derive(Debug, Clone)]
pub struct ListRequest<M> {
    /// The configuration with defaults.
    pub config: M,
    /// The same, untyped.
    pub config_value: Value,
    /// True if each result is to carry the whole object, [`Listed::resource`]. Where that costs further requests, leave it out
    /// otherwise.
    pub include_resource: bool,
    /// How many results are wanted at most, if there is a limit. [`Listing`] counts for you; it helps in choosing page sizes.
    pub limit: Option<u64>,
}

/// One object that a search has found.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub(crate) identity: Object,
    pub(crate) display_name: String,
    pub(crate) resource: Option<Value>,
}

impl Listed {
    /// An object by its identity, as the managed resource's
    /// [`identity_schema`](crate::Resource::identity_schema) describes it, with a name for people.
    pub fn new(identity: Object, display_name: impl Into<String>) -> Self {
        Self { identity, display_name: display_name.into(), resource: None }
    }

    /// The whole object, as the managed resource's state would be. Dropped unless it was asked for.
    #[must_use]
    pub fn resource(mut self, state: impl Into<Value>) -> Self {
        self.resource = Some(state.into());
        self
    }
}

/// Where a search hands over what it finds.
#[derive(Debug)]
pub struct Listing(pub(crate) mpsc::Sender<Listed>);

impl Listing {
    /// Hands one object over, waiting until Terraform has taken the one before. False if nobody wants more: the limit is
    /// reached, or the practitioner has interrupted.
    #[must_use = "a search that nobody wants any more should end"]
    pub async fn found(&mut self, listed: Listed) -> bool {
        self.0.send(listed).await.is_ok()
    }
}

/// A list resource in the provider's list.
pub struct ListResourceEntry<C>(pub(crate) Box<dyn ErasedList<C>>);

impl<C: Send + Sync + 'static> ListResourceEntry<C> {
    /// Puts a list resource on the list.
    pub fn new<L: ListResource<Client = C>>(list_resource: L) -> Self {
        Self(Box::new(Typed(list_resource)))
    }
}
