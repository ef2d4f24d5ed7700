//! Actions, seen through untyped values.

use super::{Task, Typed, validate};
use crate::action::{Action, ActionRequest, Progress};
use crate::context::Context;
use crate::diagnostic::Diagnostics;
use crate::model::decode;
use crate::schema::Schema;
use crate::value::Value;

/// What the server needs of an action.
pub(crate) trait ErasedAction<C>: Send + Sync {
    fn type_suffix(&self) -> &'static str;
    fn schema(&self) -> Schema;
    fn validate(&self, config: Value) -> Diagnostics;
    fn plan<'a>(&'a self, cx: &'a Context<C>, config: Value) -> Task<'a, Result<(), Diagnostics>>;
    fn invoke<'a>(
        &'a self,
        cx: &'a Context<C>,
        config: Value,
        progress: &'a mut Progress,
    ) -> Task<'a, Result<(), Diagnostics>>;
}

impl<A: Action> ErasedAction<A::Client> for Typed<A> {
    fn type_suffix(&self) -> &'static str {
        self.0.type_suffix()
    }

    fn schema(&self) -> Schema {
        self.0.schema()
    }

    fn validate(&self, config: Value) -> Diagnostics {
        validate(config, |request| self.0.validate(request))
    }

    fn plan<'a>(&'a self, cx: &'a Context<A::Client>, config: Value) -> Task<'a, Result<(), Diagnostics>> {
        Box::pin(async move {
            let request = ActionRequest { config: decode(config.clone())?, config_value: config };
            self.0.plan(cx, request).await
        })
    }

    fn invoke<'a>(
        &'a self,
        cx: &'a Context<A::Client>,
        config: Value,
        progress: &'a mut Progress,
    ) -> Task<'a, Result<(), Diagnostics>> {
        Box::pin(async move {
            let request = ActionRequest { config: decode(config.clone())?, config_value: config };
            self.0.invoke(cx, request, progress).await
        })
    }
}
