//! What happens at a budget's threshold: a policy that stops the agents is made and attached nowhere, and the action attaches it. Until
//! then it binds nobody.

use super::{
    Body, Control, Faults, Kind, budget,
    data::{self, Limits},
    policy::Policy,
    principals::Principals,
    statement::{Deny, document},
};
use crate::{
    aws::{Action as Declared, Approval, Aws},
    envelope::Envelope,
    json::{Json, Members},
    limits::strings,
};
use std::collections::BTreeSet;

/// The action of a budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Name of the budget.
    pub budget: String,
    /// Name of the policy that is attached.
    pub policy: String,
    /// What it is attached to.
    pub targets: BTreeSet<String>,
    /// The share of the budget that has to be spent, in percent.
    pub at_percent: u32,
    /// Who says that it is carried out.
    pub approval: Approval,
    /// The role that attaches it.
    pub role: String,
    /// Who is told.
    pub told: BTreeSet<String>,
}

impl Action {
    /// The meaning as JSON, whatever the spelling.
    pub fn definition(&self) -> Json {
        Members::new()
            .put("policy", self.policy.as_str())
            .put("targets", strings(&self.targets))
            .put("at", format!("actual above {}%", self.at_percent).as_str())
            .put("approval", self.approval)
            .put("role", self.role.as_str())
            .put("told", strings(&self.told))
            .into()
    }
}

/// The action that the block declares.
pub(super) fn declared(aws: &Aws) -> Option<&Declared> {
    aws.budget.as_ref()?.action.as_ref()
}

/// The policy that the action attaches.
pub(super) fn stop(envelope: &Envelope, aws: &Aws, faults: &mut Faults) -> Option<Control> {
    declared(aws)?;
    let limits = Limits::with(aws.policies);
    let principals = Principals::of(&envelope.agents, "budget", faults)?;
    let document = document([principals.bind(Deny::actions(data::spend())).json()]);
    let bytes = document.to_text().len();
    if bytes > limits.policy_bytes {
        faults.push(
            &["budget", "action"],
            format!("the policy takes {bytes} bytes, of which {} are allowed", limits.policy_bytes),
            "name fewer principals, or raise `service_control_policies.max_bytes` if your organization's quota is higher",
        );
        return None;
    }
    let left = limits.policy_bytes - bytes;
    Some(Control {
        kind: Kind::Policy,
        name: policy_name(envelope),
        account: aws.account.clone(),
        region: None,
        body: Body::Policy(Policy {
            description: super::pack::shortened(
                &format!(
                    "Stops the agents of the envelope {} from spending more. Ask {}.",
                    envelope.name, envelope.owner.email
                ),
                limits.policy_description,
            ),
            document,
            targets: None,
        }),
        usage: Some(format!(
            "{bytes} of {} bytes, {left} left; takes a place at each target once it is attached",
            limits.policy_bytes
        )),
    })
}

fn policy_name(envelope: &Envelope) -> String {
    format!("remit-{}-spend-stop", envelope.name)
}

/// The action itself. Its budget has to be there.
pub(super) fn control(
    envelope: &Envelope,
    aws: &Aws,
    budget: &Control,
    faults: &mut Faults,
) -> Option<Control> {
    let declared = declared(aws)?;
    let Body::Budget(body) = &budget.body else { return None };
    if budget.account.as_deref().is_some_and(|account| account != declared.account()) {
        faults.push(
            &["budget", "action", "role"],
            format!("the role is of the account {}, and the budget of another", declared.account()),
            "name a role of the budget's account",
        );
    }
    Some(Control {
        kind: Kind::BudgetAction,
        name: format!("{}-action", budget.name),
        account: budget.account.clone(),
        region: None,
        body: Body::Action(Action {
            budget: budget.name.clone(),
            policy: policy_name(envelope),
            targets: declared.targets.clone(),
            at_percent: declared.at_percent,
            approval: declared.approval,
            role: declared.role.clone(),
            told: budget::told_of(body),
        }),
        usage: None,
    })
}

/// The budget that an action of this name is of: the inverse of how actions are named.
pub fn budget_of(name: &str) -> Option<&str> {
    name.strip_suffix("-action")
}
