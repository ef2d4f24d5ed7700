//! Which policy is attached where.

use serde_json::{Value, json};

use super::{Organization, constraint, listed, paging, policies, policies::FULL_ACCESS, tree, write};
use crate::{
    refusal::Refusal,
    world::{Call, World},
};

impl Organization {
    /// AWS attaches its policy to everything once service control policies are enabled.
    pub(crate) fn attach_full_access(&mut self) {
        self.policies.entry(FULL_ACCESS.to_owned()).or_insert_with(policies::Policy::full_access);
        let targets: Vec<_> =
            self.units.keys().chain(self.accounts.keys()).chain([&self.root]).cloned().collect();
        self.attachments.extend(targets.into_iter().map(|target| (target, FULL_ACCESS.to_owned())));
    }

    /// Those of the same type at a target.
    fn attached(&self, target: &str, kind: &str) -> usize {
        let at = self.attachments.iter().filter(|(at, _)| at == target);
        at.filter(|(_, policy)| self.policies.get(policy).is_some_and(|policy| policy.kind == kind)).count()
    }

    fn attach(&mut self, policy: &str, target: &str, limit: usize) -> Result<(), Refusal> {
        let kind = self.policies.get(policy).ok_or_else(policies::missing)?.kind.clone();
        self.check_target(target)?;
        if !self.enabled_types.contains(&kind) {
            let says = "The specified policy type isn't currently enabled in this root.";
            return Err(Refusal::new("PolicyTypeNotEnabledException", says));
        }
        let attachment = (target.to_owned(), policy.to_owned());
        if self.attachments.contains(&attachment) {
            let says = "The selected policy is already attached to the specified target.";
            return Err(Refusal::new("DuplicatePolicyAttachmentException", says));
        }
        if self.attached(target, &kind) >= limit {
            let says = format!(
                "You have attached the maximum number of policies of this type to the target: {limit}"
            );
            return Err(constraint("MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", says));
        }
        self.attachments.insert(attachment);
        Ok(())
    }

    fn check_target(&self, target: &str) -> Result<(), Refusal> {
        if self.has(target) {
            return Ok(());
        }
        Err(Refusal::new("TargetNotFoundException", "You specified a target that doesn't exist."))
    }
}

/// Attaches a policy for somebody other than a caller of the API, such as an action of a budget. One that is there stays.
pub(crate) fn attach(world: &mut World, policy: &str, target: &str) -> Result<(), Refusal> {
    let limit = world.limits.policies_per_target;
    let missing = || Refusal::new("AWSOrganizationsNotInUseException", "no organization");
    let of = world.organization.write(0).as_mut().ok_or_else(missing)?;
    match of.attach(policy, target, limit) {
        Err(refusal) if refusal.code == "DuplicatePolicyAttachmentException" => Ok(()),
        done => done,
    }
}

pub(super) fn attach_policy(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let limit = world.limits.policies_per_target;
    write(world, call)?.attach(call.text("PolicyId"), call.text("TargetId"), limit)?;
    Ok(json!({}))
}

pub(super) fn detach_policy(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let of = write(world, call)?;
    let (policy, target) = (call.text("PolicyId"), call.text("TargetId"));
    let kind = of.policies.get(policy).ok_or_else(policies::missing)?.kind.clone();
    of.check_target(target)?;
    let attachment = (target.to_owned(), policy.to_owned());
    if !of.attachments.contains(&attachment) {
        let says = "The policy isn't attached to the specified target in the specified root.";
        return Err(Refusal::new("PolicyNotAttachedException", says));
    }
    if kind == "SERVICE_CONTROL_POLICY" && of.attached(target, &kind) == 1 {
        let says = "A target must keep at least one service control policy.";
        return Err(constraint("MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", says));
    }
    of.attachments.remove(&attachment);
    Ok(json!({}))
}

pub(super) fn list_policies(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let settings = world.settings.clone();
    let of = listed(world, call)?;
    let target = call.text("TargetId");
    of.check_target(target)?;
    let at = of.attachments.iter().filter(|(at, _)| at == target);
    let found = at.filter_map(|(_, id)| Some((id, of.policies.get(id)?)));
    let asked = found.filter(|(_, policy)| policy.kind == call.text("Filter"));
    let all: Vec<_> = asked.map(|(id, policy)| policies::summary(of, id, policy)).collect();
    paging("Policies").page(&settings, call, &all)
}

pub(super) fn list_targets(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let settings = world.settings.clone();
    let of = listed(world, call)?;
    let policy = call.text("PolicyId");
    of.policies.get(policy).ok_or_else(policies::missing)?;
    let of_policy = of.attachments.iter().filter(|(_, attached)| attached == policy);
    let all: Vec<_> = of_policy.map(|(target, _)| shown(of, target)).collect();
    paging("Targets").page(&settings, call, &all)
}

fn shown(of: &Organization, id: &str) -> Value {
    let (kind, path, name) = match (of.units.get(id), of.accounts.get(id)) {
        (Some(unit), _) => ("ORGANIZATIONAL_UNIT", "ou", unit.name.as_str()),
        (_, Some(account)) => ("ACCOUNT", "account", account.name.as_str()),
        _ => ("ROOT", "root", "Root"),
    };
    json!({ "TargetId": id, "Arn": tree::arn(of, path, id), "Name": name, "Type": kind })
}
