//! Organizations: the tree of roots, units and accounts, and the policies attached to it.

mod attachments;
mod document;
mod policies;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};

use super::{Operation, operation, tags};
use crate::{
    event::Kind,
    page::Paging,
    refusal::Refusal,
    world::{Call, Tags, World},
};
pub(crate) use attachments::attach;
pub(crate) use policies::Policy;

pub(super) const OPERATIONS: &[Operation] = &[
    operation("organizations", "DescribeOrganization", Kind::Read, tree::describe_organization),
    operation("organizations", "ListRoots", Kind::List, tree::list_roots),
    operation("organizations", "ListAccounts", Kind::List, tree::list_accounts),
    operation("organizations", "ListAccountsForParent", Kind::List, tree::list_accounts_for_parent),
    operation("organizations", "ListOrganizationalUnitsForParent", Kind::List, tree::list_units),
    operation("organizations", "ListParents", Kind::List, tree::list_parents),
    operation("organizations", "MoveAccount", Kind::Write, tree::move_account),
    operation("organizations", "DescribeAccount", Kind::Read, tree::describe_account),
    operation("organizations", "DescribeOrganizationalUnit", Kind::Read, tree::describe_unit),
    operation("organizations", "CreatePolicy", Kind::Write, policies::create),
    operation("organizations", "DescribePolicy", Kind::Read, policies::describe),
    operation("organizations", "UpdatePolicy", Kind::Write, policies::update),
    operation("organizations", "DeletePolicy", Kind::Write, policies::delete),
    operation("organizations", "ListPolicies", Kind::List, policies::list),
    operation("organizations", "ListPoliciesForTarget", Kind::List, attachments::list_policies),
    operation("organizations", "ListTargetsForPolicy", Kind::List, attachments::list_targets),
    operation("organizations", "AttachPolicy", Kind::Write, attachments::attach_policy),
    operation("organizations", "DetachPolicy", Kind::Write, attachments::detach_policy),
    operation("organizations", "EnablePolicyType", Kind::Write, policies::enable_type),
    operation("organizations", "DisablePolicyType", Kind::Write, policies::disable_type),
    operation("organizations", "TagResource", Kind::Write, tag),
    operation("organizations", "UntagResource", Kind::Write, untag),
    operation("organizations", "ListTagsForResource", Kind::List, list_tags),
];

/// One organization, seen from wherever its accounts call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) management_account: String,
    /// Members that may administer policies.
    pub(crate) delegated: BTreeSet<String>,
    pub(crate) root: String,
    /// What may be attached.
    pub(crate) enabled_types: BTreeSet<String>,
    pub(crate) units: BTreeMap<String, Unit>,
    pub(crate) accounts: BTreeMap<String, Member>,
    pub(crate) policies: BTreeMap<String, Policy>,
    /// Targets, each with a policy attached to it.
    pub(crate) attachments: BTreeSet<(String, String)>,
    /// By the id of what carries them.
    pub(crate) tags: BTreeMap<String, Tags>,
}

/// An organizational unit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Unit {
    pub(crate) name: String,
    pub(crate) parent: String,
}

/// An account of the organization.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) parent: String,
}

impl Organization {
    pub(crate) fn has_account(&self, id: &str) -> bool {
        self.accounts.contains_key(id)
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        id == self.root || self.units.contains_key(id) || self.accounts.contains_key(id)
    }
}

fn invalid(reason: &str, says: impl Into<String>) -> Refusal {
    Refusal::with_reason("InvalidInputException", reason, says)
}

fn constraint(reason: &str, says: impl Into<String>) -> Refusal {
    Refusal::with_reason("ConstraintViolationException", reason, says)
}

fn paging(items: &'static str) -> Paging {
    let invalid = |says: &str| invalid("INVALID_NEXT_TOKEN", says);
    Paging { items, limit: "MaxResults", default: 20, invalid }
}

/// Whether the caller may ask at all.
fn admitted(organization: Option<&Organization>, call: &Call) -> Result<(), Refusal> {
    let unused = || {
        Refusal::new("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    };
    let organization = organization.filter(|of| of.has_account(&call.account)).ok_or_else(unused)?;
    let is_admin =
        call.account == organization.management_account || organization.delegated.contains(&call.account);
    if is_admin || call.operation == "DescribeOrganization" {
        return Ok(());
    }
    let says = "You don't have permissions to access this resource.";
    Err(Refusal::new("AccessDeniedException", says))
}

/// What the last write left.
fn read<'a>(world: &'a World, call: &Call) -> Result<&'a Organization, Refusal> {
    let organization = world.organization.get().as_ref();
    admitted(organization, call)?;
    organization.ok_or_else(|| Refusal::new("AWSOrganizationsNotInUseException", "no organization"))
}

/// What lists show.
fn listed<'a>(world: &'a mut World, call: &Call) -> Result<&'a Organization, Refusal> {
    admitted(world.organization.get().as_ref(), call)?;
    let organization = world.organization.list().as_ref();
    organization.ok_or_else(|| Refusal::new("AWSOrganizationsNotInUseException", "no organization"))
}

fn write<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Organization, Refusal> {
    admitted(world.organization.get().as_ref(), call)?;
    let organization = world.organization.write(world.settings.lag).as_mut();
    organization.ok_or_else(|| Refusal::new("AWSOrganizationsNotInUseException", "no organization"))
}

/// The tags of something that can carry them.
fn tagged<'a>(organization: &'a mut Organization, call: &Call) -> Result<&'a mut Tags, Refusal> {
    let id = call.text("ResourceId");
    if !organization.has(id) && !organization.policies.contains_key(id) {
        return Err(Refusal::new("TargetNotFoundException", "You specified a target that doesn't exist."));
    }
    Ok(organization.tags.entry(id.to_owned()).or_default())
}

fn too_many_tags(says: String) -> Refusal {
    constraint("MAX_TAG_LIMIT_EXCEEDED", says)
}

fn tag(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let limit = world.limits.tags;
    tags::put(tagged(write(world, call)?, call)?, tags::read(&call.input["Tags"]), limit, too_many_tags)?;
    Ok(json!({}))
}

fn untag(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    tags::remove(tagged(write(world, call)?, call)?, &call.input["TagKeys"]);
    Ok(json!({}))
}

fn list_tags(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let settings = world.settings.clone();
    let mut organization = listed(world, call)?.clone();
    let tags = tags::list(tagged(&mut organization, call)?);
    paging("Tags").page(&settings, call, tags.as_array().map_or(&[], Vec::as_slice))
}
