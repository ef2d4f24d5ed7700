//! Whether a control can act: what lies around it and not in what it says. Policies need their type enabled and bind only accounts beneath
//! their targets; a budget that was edited is blind for a while; and others may stand beside it that nobody declared.
//!
//! Looked at only, and never an error: what may not be looked at is said to be `unread`, which nobody may take for in order.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_budgets::types::Budget;
use aws_sdk_organizations::types::{PolicyType, PolicyTypeStatus};
use remit_governance::{control::aws::Kind, json::Json};

use super::{
    Aws,
    connect::Place,
    fault::{Asked, is},
    policy,
};
use crate::cloud::{Fault, Key};

/// The account lies beneath a target.
const HELD: &str = "held";
/// It did, and does not any more.
const ESCAPED: &str = "escaped";

/// How deep units can be nested, roots and accounts included, with room to spare.
const DEEPEST: usize = 10;

/// What is asked about one control.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around<'a> {
    pub(crate) key: &'a Key,
    /// What it should say: where it hangs instead is drift of its own.
    pub(crate) definition: &'a Json,
    /// Accounts that the envelope names.
    pub(crate) accounts: &'a BTreeSet<String>,
    /// What the state has as its standing.
    pub(crate) before: &'a Json,
    /// The names of all controls of the envelope.
    pub(crate) own: &'a BTreeSet<&'a str>,
}

/// What was looked at in this run already, by account. What could not be looked at is not asked again.
#[derive(Debug, Default)]
pub(super) struct Seen {
    types: BTreeMap<String, Result<bool, Fault>>,
    parents: BTreeMap<String, Result<Option<String>, Fault>>,
    budgets: BTreeMap<String, Result<Vec<Other>, Fault>>,
}

/// A budget of the account, and when somebody last changed it.
#[derive(Debug, Clone)]
struct Other {
    name: String,
    edited: Option<String>,
}

/// The standing of a control; `None` for kinds that act by themselves.
pub(crate) async fn of(aws: &Aws<'_>, around: Around<'_>) -> Option<Json> {
    let place = match around.key.kind {
        Kind::Policy | Kind::Budget => aws.connections.place(around.key).await,
        _ => return None,
    };
    let mut found = Found::default();
    match (place, around.key.kind) {
        (Err(_), _) => found.unread("sts:AssumeRole"),
        (Ok(place), Kind::Policy) => policy_standing(aws, &place, around, &mut found).await,
        (Ok(place), _) => budget_standing(aws, &place, around, &mut found).await,
    }
    Some(found.json())
}

/// Forgets what was looked at, because something was written.
pub(crate) async fn forget(aws: &Aws<'_>) {
    *aws.connections.seen.lock().await = Seen::default();
}

#[derive(Debug, Default)]
struct Found {
    members: BTreeMap<String, Json>,
    /// What may not be looked at, by the permission that it takes.
    unread: BTreeSet<String>,
}

impl Found {
    fn put(&mut self, name: &str, value: Json) {
        self.members.insert(name.to_owned(), value);
    }

    fn unread(&mut self, permission: &str) {
        self.unread.insert(permission.to_owned());
    }

    fn json(mut self) -> Json {
        if !self.unread.is_empty() {
            let unread = self.unread.into_iter().map(Json::from).collect();
            self.members.insert("unread".to_owned(), unread);
        }
        Json::Object(self.members)
    }
}

fn before<'j>(around: &Around<'j>, name: &str) -> Option<&'j Json> {
    around.before.as_object()?.get(name)
}

async fn policy_standing(aws: &Aws<'_>, place: &Place, around: Around<'_>, found: &mut Found) {
    let targets = policy::texts(around.definition, "targets");
    match is_enabled(aws, place).await {
        Ok(enabled) => found.put("policy_type", Json::from(if enabled { "enabled" } else { "disabled" })),
        Err(_) => found.unread("organizations:ListRoots"),
    }
    match policy::beside(aws, place, &targets).await {
        Ok(names) => found.put("others", others(names, aws.envelope, around.own)),
        Err(_) => found.unread("organizations:ListPoliciesForTarget"),
    }
    accounts(aws, place, around, &targets, found).await;
}

/// Accounts of the envelope that lie beneath a target, and those that did once.
async fn accounts(
    aws: &Aws<'_>,
    place: &Place,
    around: Around<'_>,
    targets: &BTreeSet<String>,
    found: &mut Found,
) {
    // What is attached nowhere, as what an action would attach, holds nobody yet.
    if targets.is_empty() {
        return;
    }
    let known = before(&around, "accounts").and_then(Json::as_object).cloned().unwrap_or_default();
    let mut states = BTreeMap::new();
    for account in around.accounts {
        let was = known.get(account).cloned();
        let state = match is_beneath(aws, place, account, targets).await {
            Ok(true) => Some(Json::from(HELD)),
            Ok(false) => was.map(|_| Json::from(ESCAPED)),
            Err(_) => {
                found.unread("organizations:ListParents");
                was
            }
        };
        states.extend(state.map(|state| (account.clone(), state)));
    }
    if !states.is_empty() {
        found.put("accounts", Json::Object(states));
    }
}

async fn is_beneath(
    aws: &Aws<'_>,
    place: &Place,
    account: &str,
    targets: &BTreeSet<String>,
) -> Result<bool, Fault> {
    let mut child = account.to_owned();
    for _ in 0..DEEPEST {
        if targets.contains(&child) {
            return Ok(true);
        }
        match parent(aws, place, &child).await? {
            Some(parent) => child = parent,
            None => return Ok(false),
        }
    }
    Ok(false)
}

/// What a unit or an account lies in. A root lies in nothing, and neither does what left the organization.
async fn parent(aws: &Aws<'_>, place: &Place, child: &str) -> Result<Option<String>, Fault> {
    if child.starts_with("r-") {
        return Ok(None);
    }
    let mut seen = aws.connections.seen.lock().await;
    let entry = format!("{} {child}", place.account);
    if let Some(known) = seen.parents.get(&entry) {
        return known.clone();
    }
    let asked = Asked::of(format!("say what `{child}` lies in"), "organizations:ListParents");
    let listed = place.organizations().list_parents().child_id(child).send().await;
    let parent = match listed {
        Ok(listed) => Ok(listed.parents.unwrap_or_default().into_iter().find_map(|parent| parent.id)),
        Err(error) if is(&error, "ChildNotFoundException") => Ok(None),
        Err(error) => Err(asked.failed(&error)),
    };
    seen.parents.insert(entry, parent.clone());
    parent
}

async fn is_enabled(aws: &Aws<'_>, place: &Place) -> Result<bool, Fault> {
    let mut seen = aws.connections.seen.lock().await;
    if let Some(known) = seen.types.get(&place.account) {
        return known.clone();
    }
    let asked = Asked::of("list the roots of the organization", "organizations:ListRoots");
    let listed = place.organizations().list_roots().send().await;
    let enabled = listed.map_err(|error| asked.failed(&error)).map(|listed| {
        let types = listed
            .roots
            .unwrap_or_default()
            .into_iter()
            .flat_map(|root| root.policy_types.unwrap_or_default());
        types.into_iter().any(|kind| {
            kind.r#type == Some(PolicyType::ServiceControlPolicy)
                && kind.status == Some(PolicyTypeStatus::Enabled)
        })
    });
    seen.types.insert(place.account.clone(), enabled.clone());
    enabled
}

async fn budget_standing(aws: &Aws<'_>, place: &Place, around: Around<'_>, found: &mut Found) {
    let Ok(budgets) = budgets(aws, place).await else {
        return found.unread("budgets:ViewBudget");
    };
    let own = budgets.iter().find(|budget| budget.name == around.key.name);
    if let Some(edited) = own.and_then(|own| own.edited.clone()) {
        found.put("edited", Json::from(edited));
    }
    let names = budgets.into_iter().map(|budget| budget.name);
    found.put("others", others(names, aws.envelope, around.own));
}

/// Budgets of the account with the times of their last edits.
async fn budgets(aws: &Aws<'_>, place: &Place) -> Result<Vec<Other>, Fault> {
    let mut seen = aws.connections.seen.lock().await;
    if let Some(known) = seen.budgets.get(&place.account) {
        return known.clone();
    }
    let listed = listed(place).await;
    seen.budgets.insert(place.account.clone(), listed.clone());
    listed
}

async fn listed(place: &Place) -> Result<Vec<Other>, Fault> {
    let asked = Asked::of("list the budgets of the account", "budgets:ViewBudget");
    let mut pages = place.budgets().describe_budgets().account_id(&place.account).into_paginator().send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| asked.failed(&error))?;
        all.extend(page.budgets.unwrap_or_default().into_iter().map(other));
    }
    Ok(all)
}

fn other(budget: Budget) -> Other {
    Other { edited: budget.last_updated_time.map(|time| time.to_string()), name: budget.budget_name }
}

/// Controls beside ours that nobody declared: what others made, and what is named like one of this envelope and is none of it. The other
/// envelopes' are theirs.
fn others(names: impl IntoIterator<Item = String>, envelope: &str, own: &BTreeSet<&str>) -> Json {
    let like_ours = format!("remit-{envelope}-");
    let names: BTreeSet<String> = names
        .into_iter()
        .filter(|name| !own.contains(name.as_str()))
        .filter(|name| !name.starts_with("remit-") || name.starts_with(&like_ours))
        .collect();
    names.into_iter().map(Json::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_what_nobody_declared() {
        let own = BTreeSet::from(["remit-a-budget"]);
        let names = ["remit-a-budget", "remit-a-old", "remit-b-budget", "team"].map(str::to_owned);
        assert_eq!(others(names, "a", &own).to_text(), r#"["remit-a-old","team"]"#);
    }
}
