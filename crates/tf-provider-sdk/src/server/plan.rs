//! The call that plans a change.

use super::reply::{to_attribute_path, to_deferred, to_messages};
use super::{CallGiven, Core, Managed};
use crate::context::Context;
use crate::diagnostic::Diagnostics;
use crate::erased::PlanGiven;
use crate::generated::tfplugin6 as pb;
use crate::path::Path;
use crate::plan::{check_plan, drop_write_only, keep_refinements, propose, replacements};
use crate::provider::Provider;
use crate::shape::shape;
use crate::value::Value;
use crate::wire;
use pb::plan_resource_change::{Request, Response};

impl<P: Provider> Core<P> {
    pub(super) async fn plan_resource_change(&self, request: Request) -> Result<Response, Diagnostics> {
        let managed = self.managed(&request.type_name)?;
        let (cx, call) = self.begin(&CallGiven {
            rpc: "PlanResourceChange",
            type_name: &request.type_name,
            private: &request.prior_private,
            capabilities: request.client_capabilities.as_ref(),
        })?;
        let planned = managed.plan(&cx, &request).await;
        let said = call.take_said();
        let told = |diagnostics| managed.prepared.told(said.warnings, diagnostics);
        let (state, replace, diagnostics) = match planned {
            Ok(planned) => planned,
            Err(diagnostics) => return Err(told(diagnostics)),
        };
        Ok(Response {
            planned_state: managed.prepared.encode(&state)?,
            requires_replace: replace.iter().map(to_attribute_path).collect(),
            planned_private: said.private.encode(),
            diagnostics: to_messages(told(diagnostics)).collect(),
            deferred: call.deferral_allowed.then(|| to_deferred(said.deferred)).flatten(),
            planned_identity: match request.prior_identity {
                Some(identity) => Some(identity),
                None => managed.identity_of(&state)?,
            },
            ..Response::default()
        })
    }
}

type Planned = (Value, Vec<Path>, Diagnostics);

impl<C: Send + Sync + 'static> Managed<C> {
    async fn plan(&self, cx: &Context<C>, request: &Request) -> Result<Planned, Diagnostics> {
        let prepared = &self.prepared;
        let prior = prepared.decode(request.prior_state.as_ref())?;
        // What the host proposes is known by its absence only: the engine makes its own proposal.
        if wire::is_null(request.proposed_new_state.as_ref()) {
            let diagnostics = self.resource.plan_destroy(cx, prior).await;
            return Ok((Value::Null, Vec::new(), diagnostics));
        }
        let config = prepared.decode(request.config.as_ref())?;
        let before = (!prior.is_null()).then_some(&prior);
        let proposal = propose(&prepared.schema, &config, before);
        let given = PlanGiven {
            config: config.clone(),
            prior: before.cloned(),
            proposed: proposal.state.clone(),
            changed: proposal.changed,
        };
        let plan = self.resource.plan(cx, given).await?;
        let model = prepared.schema.keep_timeouts(&proposal.state, plan.model);
        let mut state = drop_write_only(&prepared.schema, shape(model, &prepared.ty)?);
        keep_refinements(&mut state, &proposal.state);
        let diagnostics = if self.self_check {
            check_plan(&prepared.schema, &config, &prior, &state)
        } else {
            Diagnostics::new()
        };
        let replace = if before.is_some() { self.replace(plan.replace, &prior, &state) } else { Vec::new() };
        Ok((state, replace, diagnostics))
    }

    /// What the schema and the author want replaced, as far as it differs. The author's paths first become the protocol's.
    fn replace(&self, wanted: Vec<Path>, prior: &Value, planned: &Value) -> Vec<Path> {
        let mut replace = replacements(&self.prepared.schema, prior, planned);
        for path in wanted {
            let path = self.prepared.schema.resolve(&path);
            if prior.get(&path) != planned.get(&path) && !replace.contains(&path) {
                replace.push(path);
            }
        }
        replace
    }
}
