//! The calls that a resource's life is made of.

use super::{Action, ResourceTest, TestPlan};
use crate::context::Defer;
use crate::diagnostic::Diagnostics;
use crate::generated::tfplugin6 as pb;
use crate::provider::Provider;
use crate::shape::shape;
use crate::testing::{decode, demands, encode, exchange, typed};
use crate::value::{Object, Value};

impl<P: Provider> ResourceTest<'_, P> {
    pub(super) fn check(&self, config: &Object) -> Result<Diagnostics, Diagnostics> {
        let request = pb::validate_resource_config::Request {
            type_name: self.type_name.clone(),
            config: Some(self.encoded(config)?),
            client_capabilities: Some(self.provider.capabilities()),
        };
        let answer = self.provider.call(async |client| client.validate_resource_config(request).await)?;
        Ok(exchange::diagnostics(&answer.diagnostics))
    }

    pub(super) fn plan_from(&self, prior: &Value, config: Option<&Object>) -> Result<TestPlan, Diagnostics> {
        let null = || encode(&Value::Null, self.ty);
        let config = config.map(|config| self.encoded(config)).transpose()?;
        let proposed = config.clone().map_or_else(null, Ok)?;
        let exists = !prior.is_null();
        let request = pb::plan_resource_change::Request {
            type_name: self.type_name.clone(),
            prior_state: Some(encode(prior, self.ty)?),
            proposed_new_state: Some(proposed.clone()),
            config: Some(proposed),
            prior_private: if exists { self.private.clone() } else { Vec::new() },
            prior_identity: self.identity.clone().filter(|_| exists),
            client_capabilities: Some(self.provider.capabilities()),
            ..Default::default()
        };
        let answer = self.provider.call(async |client| client.plan_resource_change(request).await)?;
        exchange::outcome(&answer.diagnostics)?;
        let state = decode(answer.planned_state.as_ref(), self.ty)?;
        let action = match (exists, state.is_null()) {
            (_, true) => Action::Delete,
            (false, false) => Action::Create,
            (true, false) if *prior == state => Action::NoOp,
            (true, false) => Action::Update,
        };
        Ok(TestPlan {
            action,
            state,
            replace: answer.requires_replace.iter().map(exchange::path).collect(),
            warnings: exchange::diagnostics(&answer.diagnostics),
            deferred: answer.deferred.and_then(from_deferred),
            private: answer.planned_private,
            identity: answer.planned_identity,
        })
    }

    pub(super) fn execute(
        &mut self,
        plan: &TestPlan,
        config: Option<pb::DynamicValue>,
    ) -> Result<(), Diagnostics> {
        let null = || encode(&Value::Null, self.ty);
        let creating = self.state.is_null();
        let request = pb::apply_resource_change::Request {
            type_name: self.type_name.clone(),
            prior_state: Some(encode(&self.state, self.ty)?),
            planned_state: Some(encode(&plan.state, self.ty)?),
            config: Some(config.map_or_else(null, Ok)?),
            planned_private: plan.private.clone(),
            planned_identity: plan.identity.clone(),
            ..Default::default()
        };
        let answer = self.provider.call(async |client| client.apply_resource_change(request).await)?;
        self.state = decode(answer.new_state.as_ref(), self.ty)?;
        self.private = answer.private;
        let outcome = exchange::outcome(&answer.diagnostics);
        if self.state.is_null() {
            self.forget();
            return outcome;
        }
        self.tainted = creating && outcome.is_err();
        outcome.and(self.keep_identity(answer.new_identity))
    }

    /// An identity, once known, is what the object is found by.
    pub(super) fn keep_identity(
        &mut self,
        identity: Option<pb::ResourceIdentityData>,
    ) -> Result<(), Diagnostics> {
        let before = self.identity();
        self.identity = identity.or(self.identity.take());
        match (before, self.identity()) {
            (Some(before), Some(after)) => demands::same_identity(&before, &after),
            _ => Ok(()),
        }
    }

    pub(super) fn identity_object(&self, identity: Option<&pb::ResourceIdentityData>) -> Option<Object> {
        let ty = typed(&self.provider.types.identities, &self.type_name);
        match decode(identity?.identity_data.as_ref(), ty) {
            Ok(Value::Object(identity)) => Some(identity),
            _ => None,
        }
    }

    pub(super) fn forget(&mut self) {
        (self.private, self.identity, self.tainted) = (Vec::new(), None, false);
    }

    pub(super) fn encoded(&self, config: &Object) -> Result<pb::DynamicValue, Diagnostics> {
        encode(&shape(config.clone().into(), self.ty)?, self.ty)
    }
}

fn from_deferred(deferred: pb::Deferred) -> Option<Defer> {
    use pb::deferred::Reason;
    match deferred.reason() {
        Reason::ResourceConfigUnknown => Some(Defer::ResourceConfigUnknown),
        Reason::ProviderConfigUnknown => Some(Defer::ProviderConfigUnknown),
        Reason::AbsentPrereq => Some(Defer::MissingPrerequisite),
        Reason::Unknown => None,
    }
}
