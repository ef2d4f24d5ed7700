//! The calls of an ephemeral resource's short life.

use std::sync::Arc;
use std::time::SystemTime;

use super::reply::{to_deferred, to_messages};
use super::{CallGiven, Core, Prepared, unknown_type};
use crate::context::{Call, Context};
use crate::diagnostic::Diagnostics;
use crate::erased::ErasedEphemeral;
use crate::generated::tfplugin6 as pb;
use crate::plan::{check_plan, check_unknown, keep_spelling, with_defaults};
use crate::provider::Provider;
use crate::shape::shape;
use crate::value::Value;
use pb::{
    close_ephemeral_resource as close, open_ephemeral_resource as open, renew_ephemeral_resource as renew,
};

pub(super) struct Openable<C> {
    pub(super) ephemeral: Box<dyn ErasedEphemeral<C>>,
    pub(super) prepared: Prepared,
}

impl<P: Provider> Core<P> {
    pub(super) fn validate_ephemeral_resource_config(
        &self,
        request: &pb::validate_ephemeral_resource_config::Request,
    ) -> Result<pb::validate_ephemeral_resource_config::Response, Diagnostics> {
        let openable = self.openable(&request.type_name)?;
        let config = openable.prepared.decode(request.config.as_ref())?;
        let told = openable.prepared.validate(config, |config| openable.ephemeral.validate(config));
        Ok(pb::validate_ephemeral_resource_config::Response { diagnostics: to_messages(told).collect() })
    }

    pub(super) async fn open_ephemeral_resource(
        &self,
        request: open::Request,
    ) -> Result<open::Response, Diagnostics> {
        let openable = self.openable(&request.type_name)?;
        let (cx, call) = self.begin(&CallGiven {
            rpc: "OpenEphemeralResource",
            type_name: &request.type_name,
            private: &[],
            capabilities: request.client_capabilities.as_ref(),
        })?;
        let opened = openable.open(&cx, &call, &request).await;
        let said = call.take_said();
        let told = |diagnostics| openable.prepared.told(said.warnings, diagnostics);
        let (result, renew_at) = match opened {
            Ok(opened) => opened,
            Err(diagnostics) => return Err(told(diagnostics)),
        };
        Ok(open::Response {
            diagnostics: to_messages(told(Diagnostics::new())).collect(),
            renew_at: renew_at.map(Into::into),
            result: openable.prepared.encode(&result)?,
            private: Some(said.private.encode()),
            deferred: call.deferral_allowed.then(|| to_deferred(said.deferred)).flatten(),
        })
    }

    pub(super) async fn renew_ephemeral_resource(
        &self,
        request: renew::Request,
    ) -> Result<renew::Response, Diagnostics> {
        let openable = self.openable(&request.type_name)?;
        let (cx, call) = self.begin(&CallGiven {
            rpc: "RenewEphemeralResource",
            type_name: &request.type_name,
            private: request.private.as_deref().unwrap_or_default(),
            capabilities: None,
        })?;
        let renewed = openable.ephemeral.renew(&cx).await;
        let said = call.take_said();
        let told = |diagnostics| openable.prepared.told(said.warnings, diagnostics);
        match renewed {
            Ok(renew_at) => Ok(renew::Response {
                diagnostics: to_messages(told(Diagnostics::new())).collect(),
                renew_at: renew_at.map(Into::into),
                private: Some(said.private.encode()),
            }),
            Err(diagnostics) => Err(told(diagnostics)),
        }
    }

    pub(super) async fn close_ephemeral_resource(
        &self,
        request: close::Request,
    ) -> Result<close::Response, Diagnostics> {
        let openable = self.openable(&request.type_name)?;
        let (cx, call) = self.begin(&CallGiven {
            rpc: "CloseEphemeralResource",
            type_name: &request.type_name,
            private: request.private.as_deref().unwrap_or_default(),
            capabilities: None,
        })?;
        let diagnostics = openable.ephemeral.close(&cx).await;
        let told = openable.prepared.told(call.take_said().warnings, diagnostics);
        Ok(close::Response { diagnostics: to_messages(told).collect() })
    }

    fn openable(&self, type_name: &str) -> Result<&Openable<P::Client>, Diagnostics> {
        self.ephemeral_resources.get(type_name).ok_or_else(|| unknown_type("ephemeral resource", type_name))
    }
}

impl<C: Send + Sync + 'static> Openable<C> {
    pub(super) fn new(ephemeral: Box<dyn ErasedEphemeral<C>>) -> Self {
        Self { prepared: Prepared::new(ephemeral.schema()), ephemeral }
    }

    async fn open(
        &self,
        cx: &Context<C>,
        call: &Arc<Call>,
        request: &open::Request,
    ) -> Result<(Value, Option<SystemTime>), Diagnostics> {
        let config = self.prepared.decode(request.config.as_ref())?;
        let defaulted = with_defaults(&self.prepared.schema, &config);
        let opened = self.ephemeral.open(cx, defaulted).await?;
        let deferred = call.deferral_allowed && call.said().deferred.is_some();
        match self.settle(&config, opened.model, deferred) {
            Ok(result) => Ok((result, opened.renew_at)),
            Err(mut diagnostics) => {
                // Terraform will not learn that it is open, so nobody else would close it.
                diagnostics.extend(self.ephemeral.close(cx).await);
                Err(diagnostics)
            }
        }
    }

    /// Holds the result to the configuration.
    fn settle(&self, config: &Value, result: Value, deferred: bool) -> Result<Value, Diagnostics> {
        let result = keep_spelling(&self.prepared.schema, config, shape(result, &self.prepared.ty)?);
        let mut found = if deferred { Diagnostics::new() } else { check_unknown(&result) };
        if cfg!(debug_assertions) {
            found.extend(check_plan(&self.prepared.schema, config, &Value::Null, &result));
        }
        found.or_value(result)
    }
}
