//! Ephemeral resources, seen through untyped values.

use std::time::SystemTime;

use super::{Task, Typed, encode, validate};
use crate::context::Context;
use crate::diagnostic::Diagnostics;
use crate::ephemeral::{EphemeralResource, OpenRequest, Opened};
use crate::model::decode;
use crate::schema::Schema;
use crate::value::Value;

/// What the server needs of an ephemeral resource.
pub(crate) trait ErasedEphemeral<C>: Send + Sync {
    fn type_suffix(&self) -> &'static str;
    fn schema(&self) -> Schema;
    fn validate(&self, config: Value) -> Diagnostics;
    fn open<'a>(&'a self, cx: &'a Context<C>, config: Value) -> Task<'a, Result<Opened<Value>, Diagnostics>>;
    fn renew<'a>(&'a self, cx: &'a Context<C>) -> Task<'a, Result<Option<SystemTime>, Diagnostics>>;
    fn close<'a>(&'a self, cx: &'a Context<C>) -> Task<'a, Diagnostics>;
}

impl<E: EphemeralResource> ErasedEphemeral<E::Client> for Typed<E> {
    fn type_suffix(&self) -> &'static str {
        self.0.type_suffix()
    }

    fn schema(&self) -> Schema {
        self.0.schema()
    }

    fn validate(&self, config: Value) -> Diagnostics {
        validate(config, |request| self.0.validate(request))
    }

    fn open<'a>(
        &'a self,
        cx: &'a Context<E::Client>,
        config: Value,
    ) -> Task<'a, Result<Opened<Value>, Diagnostics>> {
        Box::pin(async move {
            let request = OpenRequest { config: decode(config.clone())?, config_value: config };
            let opened = self.0.open(cx, request).await?;
            Ok(Opened { model: encode(opened.model), renew_at: opened.renew_at })
        })
    }

    fn renew<'a>(&'a self, cx: &'a Context<E::Client>) -> Task<'a, Result<Option<SystemTime>, Diagnostics>> {
        Box::pin(self.0.renew(cx))
    }

    fn close<'a>(&'a self, cx: &'a Context<E::Client>) -> Task<'a, Diagnostics> {
        Box::pin(self.0.close(cx))
    }
}
