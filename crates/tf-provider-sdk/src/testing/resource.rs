//! The life of one resource: configured, planned, applied, read again, imported, destroyed, in Terraform's own order.

mod calls;
mod incoming;

use super::{TestProvider, decode, demands, encode, exchange};
use crate::context::Defer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::generated::tfplugin6 as pb;
use crate::path::Path;
use crate::provider::Provider;
use crate::types::Type;
use crate::value::{Object, Value};

/// What a plan would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// Make it.
    Create,
    /// Change it in place.
    Update,
    /// Destroy it and make a new one.
    Replace,
    /// Destroy it.
    Delete,
}

/// A plan as the provider made it.
#[derive(Debug, Clone)]
pub struct TestPlan {
    /// What it would do.
    pub action: Action,
    /// The state after it, with unknowns; null for a delete.
    pub state: Value,
    /// The attributes that force a replacement.
    pub replace: Vec<Path>,
    /// Warnings that came with it.
    pub warnings: Diagnostics,
    /// Why it is put off, if the provider may do that ([`TestProvider::allow_deferral`]) and did.
    pub deferred: Option<Defer>,
    private: Vec<u8>,
    identity: Option<pb::ResourceIdentityData>,
}

/// One resource and its state, as Terraform would keep it. Starts without a state. A clone is a state kept apart, such as one from
/// before a crash.
pub struct ResourceTest<'a, P: Provider> {
    provider: &'a TestProvider<P>,
    type_name: String,
    ty: &'a Type,
    version: i64,
    state: Value,
    private: Vec<u8>,
    identity: Option<pb::ResourceIdentityData>,
    /// A failed create left it behind: the next apply replaces it.
    tainted: bool,
}

impl<P: Provider> Clone for ResourceTest<'_, P> {
    fn clone(&self) -> Self {
        Self {
            provider: self.provider,
            type_name: self.type_name.clone(),
            ty: self.ty,
            version: self.version,
            state: self.state.clone(),
            private: self.private.clone(),
            identity: self.identity.clone(),
            tainted: self.tainted,
        }
    }
}

impl<'a, P: Provider> ResourceTest<'a, P> {
    pub(super) fn new(provider: &'a TestProvider<P>, type_name: &str, ty: &'a Type, version: i64) -> Self {
        Self {
            provider,
            type_name: type_name.to_owned(),
            ty,
            version,
            state: Value::Null,
            private: Vec::new(),
            identity: None,
            tainted: false,
        }
    }

    /// The state as stored; null before the first apply and after destroy.
    pub fn state(&self) -> &Value {
        &self.state
    }

    /// The identity as stored, if the resource has one.
    pub fn identity(&self) -> Option<Object> {
        self.identity_object(self.identity.as_ref())
    }

    /// True if a failed create left the object behind, so that the next apply replaces it.
    pub fn is_tainted(&self) -> bool {
        self.tainted
    }

    /// Checks a configuration. Attributes left out are null.
    pub fn validate(&self, config: &Object) -> Diagnostics {
        match self.check(config) {
            Ok(diagnostics) | Err(diagnostics) => diagnostics,
        }
    }

    /// Validates and plans.
    pub fn plan(&self, config: &Object) -> Result<TestPlan, Diagnostics> {
        self.check(config)?.or_value(())?;
        let from = if self.tainted { &Value::Null } else { &self.state };
        let plan = self.plan_from(from, Some(config))?;
        if self.tainted {
            return Ok(TestPlan { action: Action::Replace, ..plan });
        }
        if plan.replace.is_empty() {
            return Ok(plan);
        }
        // Terraform plans a replacement a second time, as a create.
        let fresh = self.plan_from(&Value::Null, Some(config))?;
        Ok(TestPlan { action: Action::Replace, replace: plan.replace, ..fresh })
    }

    /// Applies a configuration as `terraform apply` does, and holds the provider to what Terraform demands: the plan can be
    /// repeated, what was planned comes out, nothing is left unknown, the identity stays, and planning again finds nothing to
    /// do. On an error the state is what the provider saved.
    pub fn apply(&mut self, config: &Object) -> Result<&Value, Diagnostics> {
        self.refresh()?;
        if self.execute_plan(config)? == Action::NoOp {
            return Ok(&self.state);
        }
        let applied = self.state.clone();
        self.refresh()?;
        let again = self.plan(config)?;
        if again.action == Action::NoOp {
            return Ok(&self.state);
        }
        Err(demands::second_plan(&applied, &self.state, &again.state))
    }

    /// Applies a configuration with which the provider has to fail, and holds it to what Terraform needs after a failure: the
    /// state leads to everything that exists. Gives what the provider said.
    ///
    /// Where a create fails and saves nothing, the object is looked for by identity, if that is known at plan; it must be absent
    /// or have been there before.
    pub fn fails(&mut self, config: &Object) -> Result<Diagnostics, Diagnostics> {
        self.refresh()?;
        let wanted = self.plan(config)?.identity.filter(|_| self.state.is_null());
        let before = wanted.as_ref().is_some_and(|identity| self.exists(identity));
        let Err(said) = self.execute_plan(config) else {
            return Err(Diagnostic::error("The apply did not fail").into());
        };
        let saved = self.state.clone();
        match wanted {
            Some(identity) if saved.is_null() && !before && self.exists(&identity) => {
                Err(demands::nothing_saved(self.identity_object(Some(&identity)).unwrap_or_default(), said))
            }
            _ if !saved.is_null() && self.refresh()?.is_null() => Err(demands::not_found_again(&saved, said)),
            _ => Ok(said),
        }
    }

    fn execute_plan(&mut self, config: &Object) -> Result<Action, Diagnostics> {
        let plan = self.plan(config)?;
        if plan.action == Action::NoOp || plan.deferred.is_some() {
            return Ok(Action::NoOp);
        }
        if plan.action == Action::Replace {
            self.destroy()?;
        }
        // When its turn comes in an apply, Terraform plans each change once more.
        let last = self.plan_from(&self.state, Some(config))?;
        demands::same_plan(&plan.state, &last.state)?;
        let encoded = self.encoded(config)?;
        self.execute(&last, Some(encoded))?;
        Ok(plan.action)
    }

    /// Reads the resource again; the state becomes null if it is gone.
    pub fn refresh(&mut self) -> Result<&Value, Diagnostics> {
        if self.state.is_null() {
            return Ok(&self.state);
        }
        let stored = self.state.to_json().map_err(|at| Diagnostic::error("Unknown in state").at(at.0))?;
        if !has_dynamic(self.ty) {
            // State goes through JSON between two commands; values of type `any` have a form of their own there.
            self.state = self.upgrade(self.version, &stored)?;
        }
        let request = pb::read_resource::Request {
            type_name: self.type_name.clone(),
            current_state: Some(encode(&self.state, self.ty)?),
            private: self.private.clone(),
            current_identity: self.identity.clone(),
            client_capabilities: Some(self.provider.capabilities()),
            ..Default::default()
        };
        let answer = self.provider.call(async |client| client.read_resource(request).await)?;
        exchange::outcome(&answer.diagnostics)?;
        self.state = decode(answer.new_state.as_ref(), self.ty)?;
        self.private = answer.private;
        self.keep_identity(answer.new_identity)?;
        if self.state.is_null() {
            self.forget();
        }
        Ok(&self.state)
    }

    /// Destroys the resource.
    pub fn destroy(&mut self) -> Result<(), Diagnostics> {
        if self.state.is_null() {
            return Ok(());
        }
        let plan = self.plan_from(&self.state, None)?;
        self.execute(&plan, None)
    }
}

fn has_dynamic(ty: &Type) -> bool {
    match ty {
        Type::Dynamic => true,
        Type::List(element) | Type::Set(element) | Type::Map(element) => has_dynamic(element),
        Type::Tuple(types) => types.iter().any(has_dynamic),
        Type::Object(attributes) => attributes.values().any(has_dynamic),
        Type::Bool | Type::Number | Type::String => false,
    }
}
