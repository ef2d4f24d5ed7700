//! The calls that search for objects.

use std::sync::Arc;

use tonic::codegen::BoxStream;

use super::reply::to_messages;
use super::stream::{Piece, only, stream};
use super::{CallGiven, Core, Managed, Prepared, unknown_type};
use crate::context::Call;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::erased::ErasedList;
use crate::generated::tfplugin6 as pb;
use crate::list_resource::{ListRequest, Listed, Listing};
use crate::plan::{check_unknown, drop_write_only, with_defaults};
use crate::provider::Provider;
use crate::shape::shape;
use crate::value::Object;
use pb::list_resource::{Event, Request};

pub(super) struct Listable<C> {
    pub(super) list: Box<dyn ErasedList<C>>,
    pub(super) prepared: Prepared,
}

impl<C> Listable<C> {
    pub(super) fn new(list: Box<dyn ErasedList<C>>) -> Self {
        Self { prepared: Prepared::new(list.schema().of_configuration()), list }
    }
}

impl<P: Provider> Core<P> {
    pub(super) fn validate_list_resource_config(
        &self,
        request: &pb::validate_list_resource_config::Request,
    ) -> Result<pb::validate_list_resource_config::Response, Diagnostics> {
        let listable = self.listable(&request.type_name)?;
        let config = listable.prepared.decode_block(request.config.as_ref())?;
        let told = listable.prepared.validate(config, |config| listable.list.validate(config));
        Ok(pb::validate_list_resource_config::Response { diagnostics: to_messages(told).collect() })
    }

    pub(super) fn list_resource(&self, request: &Request) -> BoxStream<Event> {
        match self.search(request) {
            Ok(events) => events,
            Err(diagnostics) => only(last_words(diagnostics)),
        }
    }

    fn search(&self, request: &Request) -> Result<BoxStream<Event>, Diagnostics> {
        let listable = Arc::clone(self.listable(&request.type_name)?);
        let config = listable.prepared.decode_block(request.config.as_ref())?;
        let wanted = ListRequest {
            config: (),
            config_value: with_defaults(&listable.prepared.schema, &config),
            include_resource: request.include_resource_object,
            limit: u64::try_from(request.limit).ok().filter(|limit| *limit > 0),
        };
        let (cx, call) = self.begin(&CallGiven {
            rpc: "ListResource",
            type_name: &request.type_name,
            private: &[],
            capabilities: None,
        })?;
        let no_resource = || unknown_type("resource", &request.type_name);
        let mut finds = Finds {
            listable: Arc::clone(&listable),
            managed: self.resources.get(&request.type_name).cloned().ok_or_else(no_resource)?,
            call: Arc::clone(&call),
            include_resource: wanted.include_resource,
            left: wanted.limit,
        };
        let (teller, said) = (Arc::clone(&listable), Arc::clone(&call));
        let work = |sender| async move { listable.list.list(&cx, wanted, &mut Listing(sender)).await };
        let end = move |diagnostics| last_words(teller.prepared.told(said.take_said().warnings, diagnostics));
        Ok(stream(call, work, move |listed| finds.piece(listed), end))
    }

    fn listable(&self, type_name: &str) -> Result<&Arc<Listable<P::Client>>, Diagnostics> {
        self.list_resources.get(type_name).ok_or_else(|| unknown_type("list resource", type_name))
    }
}

/// What a search without a result, or after its last one, has to say.
fn last_words(diagnostics: Diagnostics) -> Option<Event> {
    let diagnostic: Vec<_> = to_messages(diagnostics).collect();
    (!diagnostic.is_empty()).then(|| Event { diagnostic, ..Event::default() })
}

/// What is found, on its way to Terraform.
struct Finds<C> {
    listable: Arc<Listable<C>>,
    managed: Arc<Managed<C>>,
    call: Arc<Call>,
    include_resource: bool,
    left: Option<u64>,
}

impl<C: Send + Sync + 'static> Finds<C> {
    fn piece(&mut self, listed: Listed) -> Piece<Event> {
        let warnings = self.listable.prepared.told(self.call.take_said().warnings, Diagnostics::new());
        self.left = self.left.map(|left| left.saturating_sub(1));
        match self.managed.found(listed, self.include_resource) {
            Ok(mut event) => {
                event.diagnostic = to_messages(warnings).collect();
                if self.left == Some(0) { Piece::Last(event) } else { Piece::Next(event) }
            }
            // Terraform stops at the first error.
            Err(diagnostics) => Piece::Last(last_words(diagnostics).unwrap_or_default()),
        }
    }
}

impl<C: Send + Sync + 'static> Managed<C> {
    fn found(&self, listed: Listed, include_resource: bool) -> Result<Event, Diagnostics> {
        let resource = listed.resource.filter(|_| include_resource);
        let state = resource.map(|state| {
            let state = drop_write_only(&self.prepared.schema, shape(state, &self.prepared.ty)?);
            check_unknown(&state).or_value(state)
        });
        let resource_object = match state.transpose()? {
            Some(state) => self.prepared.encode(&state)?,
            None => None,
        };
        Ok(Event {
            identity: Some(self.identity_found(listed.identity)?),
            display_name: listed.display_name,
            resource_object,
            diagnostic: Vec::new(),
        })
    }

    /// An identity by which an object could be imported.
    fn identity_found(&self, identity: Object) -> Result<pb::ResourceIdentityData, Diagnostics> {
        let no_identity = || Diagnostic::bug("Objects of a type without identity cannot be listed.");
        let (schema, ty) = self.identity.as_ref().ok_or_else(no_identity)?;
        let identity = shape(identity.into(), ty)?;
        let missing = schema.attributes.iter().find(|attribute| {
            let value = identity.attr(&attribute.name);
            !value.is_wholly_known() || (attribute.required && value.is_null())
        });
        if let Some(attribute) = missing {
            let fault = format!("The identity of an object that was found has no `{}`.", attribute.name);
            return Err(Diagnostic::bug(fault).into());
        }
        Ok(pb::ResourceIdentityData { identity_data: super::encode(&identity, ty)? })
    }
}
