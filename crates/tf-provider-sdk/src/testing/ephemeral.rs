//! The short life of an ephemeral resource: opened, renewed, closed.

use std::time::SystemTime;

use super::{TestProvider, decode, encoded, exchange, typed};
use crate::diagnostic::Diagnostics;
use crate::generated::tfplugin6 as pb;
use crate::provider::Provider;
use crate::value::{Object, Value};

/// An ephemeral resource that is open. Dropping it does not close it.
pub struct TestEphemeral<'a, P: Provider> {
    provider: &'a TestProvider<P>,
    type_name: String,
    result: Value,
    renew_at: Option<SystemTime>,
    private: Option<Vec<u8>>,
}

impl<P: Provider> TestProvider<P> {
    /// Validates and opens an ephemeral resource. Attributes left out are null.
    pub fn open(&self, type_name: &str, config: Object) -> Result<TestEphemeral<'_, P>, Diagnostics> {
        let ty = typed(&self.types.ephemeral_resources, type_name);
        let config = Some(encoded(config, ty)?);
        let request = pb::validate_ephemeral_resource_config::Request {
            type_name: type_name.to_owned(),
            config: config.clone(),
        };
        let validated = self.call(async |client| client.validate_ephemeral_resource_config(request).await)?;
        exchange::outcome(&validated.diagnostics)?;
        let request = pb::open_ephemeral_resource::Request {
            type_name: type_name.to_owned(),
            config,
            client_capabilities: None,
        };
        let opened = self.call(async |client| client.open_ephemeral_resource(request).await)?;
        exchange::outcome(&opened.diagnostics)?;
        Ok(TestEphemeral {
            provider: self,
            type_name: type_name.to_owned(),
            result: decode(opened.result.as_ref(), ty)?,
            renew_at: opened.renew_at.and_then(|time| time.try_into().ok()),
            private: opened.private,
        })
    }
}

impl<P: Provider> TestEphemeral<'_, P> {
    /// What opening gave.
    pub fn result(&self) -> &Value {
        &self.result
    }

    /// When Terraform would renew it, if at all.
    pub fn renew_at(&self) -> Option<SystemTime> {
        self.renew_at
    }

    /// Renews it, whatever the time.
    pub fn renew(&mut self) -> Result<(), Diagnostics> {
        let request = pb::renew_ephemeral_resource::Request {
            type_name: self.type_name.clone(),
            private: self.private.clone(),
        };
        let renewed = self.provider.call(async |client| client.renew_ephemeral_resource(request).await)?;
        exchange::outcome(&renewed.diagnostics)?;
        self.renew_at = renewed.renew_at.and_then(|time| time.try_into().ok());
        self.private = renewed.private;
        Ok(())
    }

    /// Closes it.
    pub fn close(self) -> Result<(), Diagnostics> {
        let request =
            pb::close_ephemeral_resource::Request { type_name: self.type_name, private: self.private };
        let closed = self.provider.call(async |client| client.close_ephemeral_resource(request).await)?;
        exchange::outcome(&closed.diagnostics)
    }
}
