//! Roots, units and accounts, as far as they are looked at. They come from the seed; accounts move.

use serde_json::{Value, json};

use super::{Organization, listed, paging, read, write};
use crate::{
    refusal::Refusal,
    world::{Call, World},
};

/// `arn:aws:organizations::<management account>:<kind>/<organization>/<id>`
pub(super) fn arn(of: &Organization, kind: &str, id: &str) -> String {
    format!("arn:aws:organizations::{}:{kind}/{}/{id}", of.management_account, of.id)
}

pub(super) fn describe_organization(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let of = read(world, call)?;
    let email = of.accounts.get(&of.management_account).map(|account| account.email.clone());
    Ok(json!({ "Organization": {
        "Id": of.id, "Arn": format!("arn:aws:organizations::{}:organization/{}", of.management_account, of.id),
        "FeatureSet": "ALL", "MasterAccountId": of.management_account, "MasterAccountEmail": email,
        "MasterAccountArn": arn(of, "account", &of.management_account),
        "AvailablePolicyTypes": [{ "Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED" }],
    }}))
}

/// The root as the API describes it.
pub(super) fn root(of: &Organization) -> Value {
    let types: Vec<_> =
        of.enabled_types.iter().map(|kind| json!({ "Type": kind, "Status": "ENABLED" })).collect();
    json!({ "Id": of.root, "Arn": arn(of, "root", &of.root), "Name": "Root", "PolicyTypes": types })
}

pub(super) fn list_roots(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let settings = world.settings.clone();
    let root = root(listed(world, call)?);
    paging("Roots").page(&settings, call, &[root])
}

fn account(of: &Organization, id: &str) -> Option<Value> {
    let account = of.accounts.get(id)?;
    Some(json!({
        "Id": id, "Arn": arn(of, "account", id), "Name": account.name, "Email": account.email, "Status": "ACTIVE",
        "State": "ACTIVE", "JoinedMethod": "CREATED",
    }))
}

pub(super) fn list_accounts(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let settings = world.settings.clone();
    let of = listed(world, call)?;
    let all: Vec<_> = of.accounts.keys().filter_map(|id| account(of, id)).collect();
    paging("Accounts").page(&settings, call, &all)
}

fn parent<'a>(of: &Organization, call: &'a Call) -> Result<&'a str, Refusal> {
    let id = call.text("ParentId");
    if id == of.root || of.units.contains_key(id) {
        return Ok(id);
    }
    Err(Refusal::new("ParentNotFoundException", "You specified parent that doesn't exist."))
}

pub(super) fn list_accounts_for_parent(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let settings = world.settings.clone();
    let of = listed(world, call)?;
    let parent = parent(of, call)?;
    let below = of.accounts.iter().filter(|(_, member)| member.parent == parent);
    let all: Vec<_> = below.filter_map(|(id, _)| account(of, id)).collect();
    paging("Accounts").page(&settings, call, &all)
}

fn unit(of: &Organization, id: &str) -> Option<Value> {
    let unit = of.units.get(id)?;
    Some(json!({ "Id": id, "Arn": arn(of, "ou", id), "Name": unit.name }))
}

pub(super) fn list_units(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let settings = world.settings.clone();
    let of = listed(world, call)?;
    let parent = parent(of, call)?;
    let below = of.units.iter().filter(|(_, unit)| unit.parent == parent);
    let all: Vec<_> = below.filter_map(|(id, _)| unit(of, id)).collect();
    paging("OrganizationalUnits").page(&settings, call, &all)
}

pub(super) fn list_parents(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let settings = world.settings.clone();
    let of = listed(world, call)?;
    let id = call.text("ChildId");
    let parent = of
        .accounts
        .get(id)
        .map(|member| &member.parent)
        .or_else(|| of.units.get(id).map(|unit| &unit.parent));
    let missing = || Refusal::new("ChildNotFoundException", "You specified a child that doesn't exist.");
    let parent = parent.ok_or_else(missing)?;
    let kind = if *parent == of.root { "ROOT" } else { "ORGANIZATIONAL_UNIT" };
    let parent = json!({ "Id": parent, "Type": kind });
    paging("Parents").page(&settings, call, &[parent])
}

pub(super) fn move_account(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let of = write(world, call)?;
    let (from, to) = (call.text("SourceParentId"), call.text("DestinationParentId"));
    if to != of.root && !of.units.contains_key(to) {
        let says = "We can't find the destination container that you specified.";
        return Err(Refusal::new("DestinationParentNotFoundException", says));
    }
    let missing = || Refusal::new("AccountNotFoundException", "You specified an account that doesn't exist.");
    let member = of.accounts.get_mut(call.text("AccountId")).ok_or_else(missing)?;
    if member.parent != from {
        let says = "We can't find a source root or OU with the ParentId that you specified.";
        return Err(Refusal::new("SourceParentNotFoundException", says));
    }
    to.clone_into(&mut member.parent);
    Ok(json!({}))
}

pub(super) fn describe_account(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let of = read(world, call)?;
    let missing = || Refusal::new("AccountNotFoundException", "You specified an account that doesn't exist.");
    Ok(json!({ "Account": account(of, call.text("AccountId")).ok_or_else(missing)? }))
}

pub(super) fn describe_unit(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let of = read(world, call)?;
    let missing =
        || Refusal::new("OrganizationalUnitNotFoundException", "You specified an OU that doesn't exist.");
    Ok(json!({ "OrganizationalUnit": unit(of, call.text("OrganizationalUnitId")).ok_or_else(missing)? }))
}
