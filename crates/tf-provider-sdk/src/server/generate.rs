//! The call that proposes configuration for an imported object.

use super::Core;
use crate::diagnostic::Diagnostics;
use crate::generated::tfplugin6 as pb;
use crate::plan::configurable;
use crate::provider::Provider;
use crate::shape::shape;
use crate::value::Value;
use pb::generate_resource_config::{Request, Response};

impl<P: Provider> Core<P> {
    pub(super) fn generate_resource_config(&self, request: &Request) -> Result<Response, Diagnostics> {
        let managed = self.managed(&request.type_name)?;
        let prepared = &managed.prepared;
        let config = match configurable(&prepared.schema, &prepared.decode(request.state.as_ref())?) {
            Value::Object(config) => shape(managed.resource.generate_config(config).into(), &prepared.ty)?,
            nothing => nothing,
        };
        Ok(Response { config: prepared.encode(&config)?, ..Response::default() })
    }
}
