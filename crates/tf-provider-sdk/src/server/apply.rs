//! The call that changes something. Whatever happens, what exists afterwards reaches the state.

use super::reply::to_messages;
use super::{CallGiven, Core, Managed};
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::erased::UpdateGiven;
use crate::generated::tfplugin6 as pb;
use crate::outcome::{Deletion, Outcome};
use crate::path::Path;
use crate::plan::{check_applied, check_unknown, drop_write_only, keep_spelling};
use crate::provider::Provider;
use crate::schema::{IdentityAttribute, Operation};
use crate::shape::shape;
use crate::value::Value;
use pb::apply_resource_change::{Request, Response};

impl<P: Provider> Core<P> {
    pub(super) async fn apply_resource_change(&self, request: Request) -> Result<Response, Diagnostics> {
        let managed = self.managed(&request.type_name)?;
        let (cx, call) = self.begin(&CallGiven {
            rpc: "ApplyResourceChange",
            type_name: &request.type_name,
            private: &request.planned_private,
            capabilities: None,
        })?;
        let (state, diagnostics) = managed.apply(&cx, &request).await?;
        let said = call.take_said();
        Ok(Response {
            new_state: managed.prepared.encode(&state)?,
            private: said.private.encode(),
            diagnostics: to_messages(managed.prepared.told(said.warnings, diagnostics)).collect(),
            new_identity: managed.identity_of(&state)?,
            ..Response::default()
        })
    }
}

/// The state afterwards, and what there is to say about it.
type Applied = (Value, Diagnostics);

impl<C: Send + Sync + 'static> Managed<C> {
    async fn apply(&self, cx: &Context<C>, request: &Request) -> Result<Applied, Diagnostics> {
        let prior = self.prepared.decode(request.prior_state.as_ref())?;
        let planned = self.prepared.decode(request.planned_state.as_ref())?;
        let config = self.prepared.decode(request.config.as_ref())?;
        if planned.is_null() {
            return Ok(self.delete(cx, prior).await);
        }
        let schema = &self.prepared.schema;
        let outcome = if prior.is_null() {
            cx.limit(schema.time_limit(Operation::Create, &planned));
            self.resource.create(cx, planned.clone(), config).await
        } else if schema.only_timeouts_differ(&prior, &planned) {
            return Ok((planned, Diagnostics::new()));
        } else {
            cx.limit(schema.time_limit(Operation::Update, &planned));
            let given = UpdateGiven { prior: prior.clone(), planned: planned.clone(), config };
            self.resource.update(cx, given).await
        };
        Ok(match outcome {
            Outcome::Done(state) => self.settle(&planned, state),
            Outcome::Partial(state, diagnostics) => {
                let (state, mut diagnostics) = self.save(&planned, state, failed(diagnostics));
                if self.self_check {
                    diagnostics.extend(self.check_found_again(&state));
                }
                (state, diagnostics)
            }
            Outcome::Failed(diagnostics) => (prior, failed(diagnostics)),
        })
    }

    async fn delete(&self, cx: &Context<C>, prior: Value) -> Applied {
        cx.limit(self.prepared.schema.time_limit(Operation::Delete, &prior));
        match self.resource.delete(cx, prior.clone()).await {
            Deletion::Done => (Value::Null, Diagnostics::new()),
            Deletion::Partial(state, diagnostics) => self.save(&prior, state, failed(diagnostics)),
            Deletion::Failed(diagnostics) => (prior, failed(diagnostics)),
        }
    }

    /// Holds a finished change to its plan.
    fn settle(&self, planned: &Value, state: Value) -> Applied {
        let (state, mut diagnostics) = match self.reshape(planned, state) {
            Ok(state) => (state, Diagnostics::new()),
            Err(diagnostics) => return (known_part(planned.clone()), diagnostics),
        };
        diagnostics.extend(check_unknown(&state));
        if self.self_check {
            diagnostics.extend(check_applied(planned, &state));
        }
        (known_part(state), diagnostics)
    }

    /// What is left behind after a failure is of use only if the next run finds it.
    fn check_found_again(&self, state: &Value) -> Diagnostics {
        let (Some((schema, _)), Some(object)) = (&self.identity, state.as_object()) else {
            return Diagnostics::new();
        };
        let identity = self.resource.identity(object).unwrap_or_default();
        let missing =
            schema.attributes.iter().filter(|part| part.required && identity.get(&part.name).is_null());
        let fault = |part: &IdentityAttribute| {
            let name = &part.name;
            Diagnostic::bug(format!(
                "The change failed half way, and what is saved does not lead to the object: its identity lacks `{name}`."
            ))
            .at(Path::attribute(name))
        };
        missing.map(fault).collect()
    }

    /// Keeps what a failed change has left behind.
    fn save(&self, reference: &Value, state: Value, mut diagnostics: Diagnostics) -> Applied {
        match self.reshape(reference, state) {
            Ok(state) => (known_part(state), diagnostics),
            Err(more) => {
                diagnostics.extend(more);
                (known_part(reference.clone()), diagnostics)
            }
        }
    }

    fn reshape(&self, reference: &Value, state: Value) -> Result<Value, Diagnostics> {
        let schema = &self.prepared.schema;
        let state = schema.keep_timeouts(reference, state);
        Ok(keep_spelling(schema, reference, drop_write_only(schema, shape(state, &self.prepared.ty)?)))
    }
}

/// What did not succeed must say so, or Terraform would take it for done.
pub(super) fn failed(mut diagnostics: Diagnostics) -> Diagnostics {
    if !diagnostics.has_errors() {
        diagnostics.push(Diagnostic::bug("This failed, and the provider gives no reason."));
    }
    diagnostics
}

/// Unknown values cannot be stored; null is what is known of them.
fn known_part(value: Value) -> Value {
    if value.is_wholly_known() {
        return value;
    }
    match value {
        Value::Unknown(_) => Value::Null,
        Value::List(items) => Value::List(items.into_iter().map(known_part).collect()),
        Value::Set(items) => Value::set(items.into_iter().map(known_part)),
        Value::Object(object) => {
            Value::Object(object.into_iter().map(|(name, value)| (name, known_part(value))).collect())
        }
        Value::Dynamic(mut dynamic) => {
            dynamic.value = known_part(dynamic.value);
            Value::Dynamic(dynamic)
        }
        other => other,
    }
}
