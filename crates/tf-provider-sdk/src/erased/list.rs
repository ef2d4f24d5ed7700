//! List resources, seen through untyped values.

use super::{Task, Typed, validate};
use crate::context::Context;
use crate::diagnostic::Diagnostics;
use crate::list_resource::{ListRequest, ListResource, Listing};
use crate::model::decode;
use crate::schema::Schema;
use crate::value::Value;

/// What the server needs of a list resource.
pub(crate) trait ErasedList<C>: Send + Sync {
    fn type_suffix(&self) -> &'static str;
    fn schema(&self) -> Schema;
    fn validate(&self, config: Value) -> Diagnostics;
    fn list<'a>(
        &'a self,
        cx: &'a Context<C>,
        request: ListRequest<()>,
        listing: &'a mut Listing,
    ) -> Task<'a, Result<(), Diagnostics>>;
}

impl<L: ListResource> ErasedList<L::Client> for Typed<L> {
    fn type_suffix(&self) -> &'static str {
        self.0.type_suffix()
    }

    fn schema(&self) -> Schema {
        self.0.schema()
    }

    fn validate(&self, config: Value) -> Diagnostics {
        validate(config, |request| self.0.validate(request))
    }

    fn list<'a>(
        &'a self,
        cx: &'a Context<L::Client>,
        request: ListRequest<()>,
        listing: &'a mut Listing,
    ) -> Task<'a, Result<(), Diagnostics>> {
        Box::pin(async move {
            let request = ListRequest {
                config: decode(request.config_value.clone())?,
                config_value: request.config_value,
                include_resource: request.include_resource,
                limit: request.limit,
            };
            self.0.list(cx, request, listing).await
        })
    }
}
