//! The call that reads a data source.

use super::reply::{to_deferred, to_messages};
use super::{CallGiven, Core};
use crate::diagnostic::Diagnostics;
use crate::generated::tfplugin6 as pb;
use crate::plan::{check_unknown, keep_spelling, with_defaults};
use crate::provider::Provider;
use crate::schema::Operation;
use crate::shape::shape;
use pb::read_data_source::{Request, Response};

impl<P: Provider> Core<P> {
    pub(super) async fn read_data_source(&self, request: Request) -> Result<Response, Diagnostics> {
        let readable = self.readable(&request.type_name)?;
        let prepared = &readable.prepared;
        let config = with_defaults(&prepared.schema, &prepared.decode(request.config.as_ref())?);
        let (cx, call) = self.begin(&CallGiven {
            rpc: "ReadDataSource",
            type_name: &request.type_name,
            private: &[],
            capabilities: request.client_capabilities.as_ref(),
        })?;
        call.limit(prepared.schema.time_limit(Operation::Read, &config));
        let read = readable.data_source.read(&cx, config.clone()).await;
        let said = call.take_said();
        let deferred = call.deferral_allowed.then(|| to_deferred(said.deferred)).flatten();
        let state = read.and_then(|value| {
            let value = prepared.schema.keep_timeouts(&config, value);
            let state = keep_spelling(&prepared.schema, &config, shape(value, &prepared.ty)?);
            // A data source that is put off may leave its result open.
            if deferred.is_some() { Ok(state) } else { check_unknown(&state).or_value(state) }
        });
        let told = |diagnostics| prepared.told(said.warnings, diagnostics);
        let state = match state {
            Ok(state) => state,
            Err(diagnostics) => return Err(told(diagnostics)),
        };
        Ok(Response {
            state: prepared.encode(&state)?,
            diagnostics: to_messages(told(Diagnostics::new())).collect(),
            deferred,
        })
    }
}
