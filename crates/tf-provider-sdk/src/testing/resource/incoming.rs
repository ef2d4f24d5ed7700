//! Ways by which objects and state come in from elsewhere: import, moves, older versions; and configuration made from them.

use super::ResourceTest;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::generated::tfplugin6 as pb;
use crate::provider::Provider;
use crate::testing::{decode, encode, encoded, exchange, typed};
use crate::value::{Object, Value};
use pb::import_resource_state::{ImportedResource, Request as ImportResource};

impl<P: Provider> ResourceTest<'_, P> {
    /// Imports by id and reads, as `terraform import` does.
    pub fn import(&mut self, id: &str) -> Result<&Value, Diagnostics> {
        let request = ImportResource { id: id.to_owned(), ..ImportResource::default() };
        self.take_in(request, || format!("`{id}` does not exist."))
    }

    /// Imports by identity and reads, as an `import` block with `identity` does.
    pub fn import_by_identity(&mut self, identity: Object) -> Result<&Value, Diagnostics> {
        let ty = typed(&self.provider.types.identities, &self.type_name);
        let data = pb::ResourceIdentityData { identity_data: Some(encoded(identity, ty)?) };
        let request = ImportResource { identity: Some(data), ..ImportResource::default() };
        self.take_in(request, || "Nothing has this identity.".to_owned())
    }

    fn take_in(
        &mut self,
        request: ImportResource,
        missing: impl FnOnce() -> String,
    ) -> Result<&Value, Diagnostics> {
        let imported = self.imported(request)?;
        self.state = decode(imported.state.as_ref(), self.ty)?;
        self.private = imported.private;
        self.identity = imported.identity;
        self.tainted = false;
        self.refresh()?;
        if self.state.is_null() {
            return Err(Diagnostic::error("Import found nothing").detail(missing()).into());
        }
        Ok(&self.state)
    }

    fn imported(&self, request: ImportResource) -> Result<ImportedResource, Diagnostics> {
        let request = ImportResource {
            type_name: self.type_name.clone(),
            client_capabilities: Some(self.provider.capabilities()),
            ..request
        };
        let answer = self.provider.call(async |client| client.import_resource_state(request).await)?;
        exchange::outcome(&answer.diagnostics)?;
        let nothing = || Diagnostic::error("Nothing was imported").into();
        answer.imported_resources.into_iter().next().ok_or_else(nothing)
    }

    /// True if an import by identity finds something.
    pub(super) fn exists(&self, identity: &pb::ResourceIdentityData) -> bool {
        let mut other = ResourceTest::new(self.provider, &self.type_name, self.ty, self.version);
        let request = ImportResource { identity: Some(identity.clone()), ..ImportResource::default() };
        other.take_in(request, String::new).is_ok()
    }

    /// Takes over the state of another type, as a `moved` block does, and reads. `provider` is the full address of the provider
    /// that wrote it, such as `registry.terraform.io/example/zoo`.
    pub fn move_from(
        &mut self,
        provider: &str,
        type_name: &str,
        version: i64,
        stored: &serde_json::Value,
    ) -> Result<&Value, Diagnostics> {
        let request = pb::move_resource_state::Request {
            source_provider_address: provider.to_owned(),
            source_type_name: type_name.to_owned(),
            source_schema_version: version,
            source_state: Some(raw(stored)),
            target_type_name: self.type_name.clone(),
            ..Default::default()
        };
        let answer = self.provider.call(async |client| client.move_resource_state(request).await)?;
        exchange::outcome(&answer.diagnostics)?;
        self.state = decode(answer.target_state.as_ref(), self.ty)?;
        self.private = answer.target_private;
        self.identity = answer.target_identity;
        self.refresh()
    }

    /// Reads state as an older version of the provider stored it, without keeping it.
    pub fn upgrade(&self, version: i64, stored: &serde_json::Value) -> Result<Value, Diagnostics> {
        let request = pb::upgrade_resource_state::Request {
            type_name: self.type_name.clone(),
            version,
            raw_state: Some(raw(stored)),
        };
        let answer = self.provider.call(async |client| client.upgrade_resource_state(request).await)?;
        exchange::outcome(&answer.diagnostics)?;
        decode(answer.upgraded_state.as_ref(), self.ty)
    }

    /// The configuration that the provider proposes for the present state, as for `terraform plan -generate-config-out`.
    pub fn generate_config(&self) -> Result<Object, Diagnostics> {
        let request = pb::generate_resource_config::Request {
            type_name: self.type_name.clone(),
            state: Some(encode(&self.state, self.ty)?),
        };
        let answer = self.provider.call(async |client| client.generate_resource_config(request).await)?;
        exchange::outcome(&answer.diagnostics)?;
        match decode(answer.config.as_ref(), self.ty)? {
            Value::Object(config) => Ok(config),
            _ => Err(Diagnostic::error("No configuration was proposed").into()),
        }
    }
}

fn raw(stored: &serde_json::Value) -> pb::RawState {
    pb::RawState { json: stored.to_string().into_bytes(), ..Default::default() }
}
