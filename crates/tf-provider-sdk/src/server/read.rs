//! The calls that read a managed resource and its identity.

use super::reply::{to_deferred, to_messages};
use super::{CallGiven, Core, Managed, decode, encode};
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::generated::tfplugin6 as pb;
use crate::outcome::Found;
use crate::plan::{check_unknown, drop_write_only, keep_spelling};
use crate::provider::Provider;
use crate::schema::Operation;
use crate::shape::shape;
use crate::value::{Object, Value};
use pb::read_resource::{Request, Response};

impl<P: Provider> Core<P> {
    pub(super) async fn read_resource(&self, request: Request) -> Result<Response, Diagnostics> {
        let managed = self.managed(&request.type_name)?;
        let (cx, call) = self.begin(&CallGiven {
            rpc: "ReadResource",
            type_name: &request.type_name,
            private: &request.private,
            capabilities: request.client_capabilities.as_ref(),
        })?;
        let read = managed.read(&cx, &request).await;
        let said = call.take_said();
        let told = |diagnostics| managed.prepared.told(said.warnings, diagnostics);
        let state = match read {
            Ok(state) => state,
            Err(diagnostics) => return Err(told(diagnostics)),
        };
        Ok(Response {
            new_state: managed.prepared.encode(&state)?,
            private: said.private.encode(),
            diagnostics: to_messages(told(Diagnostics::new())).collect(),
            deferred: call.deferral_allowed.then(|| to_deferred(said.deferred)).flatten(),
            new_identity: managed.identity_of(&state)?.or(request.current_identity),
        })
    }
}

impl<C: Send + Sync + 'static> Managed<C> {
    async fn read(&self, cx: &Context<C>, request: &Request) -> Result<Value, Diagnostics> {
        let state = self.prepared.decode(request.current_state.as_ref())?;
        if state.is_null() {
            return Ok(state);
        }
        let schema = &self.prepared.schema;
        cx.limit(schema.time_limit(Operation::Read, &state));
        match self.resource.read(cx, state.clone()).await? {
            Found::Gone => Ok(Value::Null),
            Found::Present(found) => {
                let found = schema.keep_timeouts(&state, found);
                let found = drop_write_only(schema, shape(found, &self.prepared.ty)?);
                check_unknown(&found).or_value(keep_spelling(schema, &state, found))
            }
        }
    }

    /// The identity of an object in this state, if it has one that is known.
    pub(super) fn identity_of(&self, state: &Value) -> Result<Option<pb::ResourceIdentityData>, Diagnostics> {
        let (Some((_, ty)), Some(object)) = (&self.identity, state.as_object()) else { return Ok(None) };
        let Some(identity) = self.resource.identity(object) else { return Ok(None) };
        let identity = shape(identity.into(), ty)?;
        if !identity.is_wholly_known() {
            return Ok(None);
        }
        Ok(Some(pb::ResourceIdentityData { identity_data: encode(&identity, ty)? }))
    }

    /// An identity that Terraform gave.
    pub(super) fn identity_from(&self, data: &pb::ResourceIdentityData) -> Result<Object, Diagnostics> {
        let (_, ty) = self.identity.as_ref().ok_or_else(|| {
            Diagnostic::error("Import by identity is not possible")
                .detail("Resources of this type have no identity. Import by id in its place.")
        })?;
        match decode(data.identity_data.as_ref(), ty)? {
            Value::Object(object) => Ok(object),
            _ => Err(Diagnostic::bug("An identity from Terraform is empty.").into()),
        }
    }
}
