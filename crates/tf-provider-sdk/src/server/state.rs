//! The calls through which state comes in from elsewhere: older versions, import, moves.

use serde_json::Value as Json;

use super::reply::{to_deferred, to_messages};
use super::{CallGiven, Core, Managed, Prepared, encode};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::generated::tfplugin6 as pb;
use crate::plan::{check_unknown, drop_write_only};
use crate::provider::Provider;
use crate::resource::{ImportRequest, MoveRequest, MoveSource, UpgradeRequest};
use crate::shape::shape;
use crate::value::Value;
use crate::wire;

impl<P: Provider> Core<P> {
    pub(super) fn upgrade_resource_state(
        &self,
        request: &pb::upgrade_resource_state::Request,
    ) -> Result<pb::upgrade_resource_state::Response, Diagnostics> {
        let managed = self.managed(&request.type_name)?;
        let state = managed.upgrade(request.version, request.raw_state.as_ref())?;
        Ok(pb::upgrade_resource_state::Response {
            upgraded_state: managed.prepared.encode(&state)?,
            ..Default::default()
        })
    }

    pub(super) fn upgrade_resource_identity(
        &self,
        request: &pb::upgrade_resource_identity::Request,
    ) -> Result<pb::upgrade_resource_identity::Response, Diagnostics> {
        let managed = self.managed(&request.type_name)?;
        let no_identity = || Diagnostic::bug("Terraform has an identity for a resource that has none.");
        let (schema, ty) = managed.identity.as_ref().ok_or_else(no_identity)?;
        if request.version > schema.version {
            return Err(newer("identity", request.version, schema.version));
        }
        let stored = stored_json(request.raw_identity.as_ref())?;
        let identity = wire::from_json(&stored, ty).map_err(|error| unreadable(&error))?;
        let data = pb::ResourceIdentityData { identity_data: encode(&identity, ty)? };
        Ok(pb::upgrade_resource_identity::Response { upgraded_identity: Some(data), ..Default::default() })
    }

    pub(super) async fn import_resource_state(
        &self,
        request: pb::import_resource_state::Request,
    ) -> Result<pb::import_resource_state::Response, Diagnostics> {
        let managed = self.managed(&request.type_name)?;
        let (cx, call) = self.begin(&CallGiven {
            rpc: "ImportResourceState",
            type_name: &request.type_name,
            private: &[],
            capabilities: request.client_capabilities.as_ref(),
        })?;
        let by = match &request.identity {
            Some(data) if request.id.is_empty() => ImportRequest::Identity(managed.identity_from(data)?),
            _ => ImportRequest::Id(request.id.clone()),
        };
        let imported = managed.resource.import(&cx, by).await;
        let said = call.take_said();
        let imported = imported.and_then(|value| managed.prepared.imported(value));
        let told = |diagnostics| managed.prepared.told(said.warnings, diagnostics);
        let state = match imported {
            Ok(state) => state,
            Err(diagnostics) => return Err(told(diagnostics)),
        };
        let resource = pb::import_resource_state::ImportedResource {
            type_name: request.type_name.clone(),
            state: managed.prepared.encode(&state)?,
            private: said.private.encode(),
            identity: managed.identity_of(&state)?.or(request.identity),
        };
        Ok(pb::import_resource_state::Response {
            imported_resources: vec![resource],
            diagnostics: to_messages(told(Diagnostics::new())).collect(),
            deferred: call.deferral_allowed.then(|| to_deferred(said.deferred)).flatten(),
        })
    }

    pub(super) fn move_resource_state(
        &self,
        request: &pb::move_resource_state::Request,
    ) -> Result<pb::move_resource_state::Response, Diagnostics> {
        let managed = self.managed(&request.target_type_name)?;
        let from = |source: &MoveSource| {
            source.type_name == request.source_type_name
                && request.source_provider_address.ends_with(&format!("/{}", source.provider))
        };
        let Some(source) = managed.resource.moves_from().into_iter().find(from) else {
            return Err(Diagnostic::error("Move is not possible")
                .detail(format!(
                    "A `{}` of {} cannot become a `{}`.",
                    request.source_type_name, request.source_provider_address, request.target_type_name
                ))
                .into());
        };
        let state = stored_json(request.source_state.as_ref())?;
        let moved = MoveRequest { source, version: request.source_schema_version, state };
        let state = managed.prepared.stored(&managed.resource.move_state(moved)?)?;
        Ok(pb::move_resource_state::Response {
            target_state: managed.prepared.encode(&state)?,
            target_identity: managed.identity_of(&state)?,
            ..Default::default()
        })
    }
}

impl<C> Managed<C> {
    /// Called for every instance on every plan, mostly with nothing to do.
    fn upgrade(&self, version: i64, raw: Option<&pb::RawState>) -> Result<Value, Diagnostics> {
        let present = self.prepared.schema.version;
        if version > present {
            return Err(newer("state", version, present));
        }
        if version == present {
            let stored = wire::from_stored(stored_bytes(raw), &self.prepared.ty);
            return stored.map_err(|error| unreadable(&error));
        }
        let state = stored_json(raw)?;
        self.prepared.stored(&self.resource.upgrade_state(UpgradeRequest { version, state })?)
    }
}

impl Prepared {
    fn stored(&self, json: &Json) -> Result<Value, Diagnostics> {
        wire::from_json(json, &self.ty).map_err(|error| unreadable(&error))
    }

    fn imported(&self, value: Value) -> Result<Value, Diagnostics> {
        let state = drop_write_only(&self.schema, shape(value, &self.ty)?);
        check_unknown(&state).or_value(state)
    }
}

fn stored_json(raw: Option<&pb::RawState>) -> Result<Json, Diagnostics> {
    serde_json::from_slice(stored_bytes(raw)).map_err(|error| unreadable(&error))
}

fn stored_bytes(raw: Option<&pb::RawState>) -> &[u8] {
    raw.map_or(&[][..], |raw| raw.json.as_slice())
}

fn unreadable(error: &dyn std::fmt::Display) -> Diagnostics {
    let detail = format!("The stored state does not fit this provider's schema: {error}.");
    Diagnostic::error("State cannot be read").detail(detail).into()
}

fn newer(what: &str, stored: i64, present: i64) -> Diagnostics {
    Diagnostic::error("State is too new")
        .detail(format!(
            "The {what} was written with schema version {stored}; this provider knows version {present}. Use the provider \
             version that wrote it, or a newer one."
        ))
        .into()
}
