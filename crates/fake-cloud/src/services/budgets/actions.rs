//! Actions of a budget. Each has an id that the server gives, and nothing else tells two of them apart.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Budget, Budgets, budget, invalid, missing, not_found, own, paging, tags};
use crate::{
    refusal::Refusal,
    services::organizations,
    world::{Call, Tags, World},
};

/// An action as the API describes it, and its tags.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Action {
    pub(crate) body: Value,
    pub(crate) tags: Tags,
}

/// What a request may set.
const SET: [&str; 6] =
    ["NotificationType", "ActionThreshold", "Definition", "ExecutionRoleArn", "ApprovalModel", "Subscribers"];

fn check(body: &Value, call: &Call) -> Result<(), Refusal> {
    let needed = match body["ActionType"].as_str() {
        Some("APPLY_IAM_POLICY") => "IamActionDefinition",
        Some("APPLY_SCP_POLICY") => "ScpActionDefinition",
        _ => "SsmActionDefinition",
    };
    let given: Vec<_> =
        body["Definition"].as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()).collect();
    if !matches!(given.as_slice(), [(name, _)] if *name == needed) {
        return Err(invalid(format!("the definition must hold {needed} and nothing else")));
    }
    let role = body["ExecutionRoleArn"].as_str().unwrap_or_default();
    if role.split(':').nth(4) != Some(call.account.as_str()) {
        return Err(invalid(format!("the execution role {role} must be of the account {}", call.account)));
    }
    super::notifications::subscribers::read(&body["Subscribers"])?;
    Ok(())
}

/// A policy of the organization is the management account's to attach, and has to be there, as where it goes.
fn reachable(world: &World, body: &Value, call: &Call) -> Result<(), Refusal> {
    let definition = &body["Definition"]["ScpActionDefinition"];
    if definition.is_null() {
        return Ok(());
    }
    let organization = world.organization.get().as_ref();
    let organization = organization.filter(|of| of.management_account == call.account).ok_or_else(|| {
        let says = "only the management account of an organization can apply a service control policy";
        Refusal::new("AccessDeniedException", says)
    })?;
    let policy = definition["PolicyId"].as_str().unwrap_or_default();
    let mut targets = definition["TargetIds"].as_array().into_iter().flatten().filter_map(Value::as_str);
    if !organization.policies.contains_key(policy) || !targets.all(|target| organization.has(target)) {
        return Err(invalid("the policy or a target of the action does not exist"));
    }
    Ok(())
}

pub(super) fn create(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let (limit, number) = (world.limits.tags, world.next_id());
    let id = format!("00000000-0000-4000-8000-{number:012x}");
    reachable(world, &call.input, call)?;
    let budget = budget(world, call)?;
    let mut body = Map::from_iter(SET.map(|name| (name.to_owned(), call.input[name].clone())));
    body.insert("ActionType".to_owned(), call.input["ActionType"].clone());
    body.insert("BudgetName".to_owned(), call.text("BudgetName").into());
    body.insert("ActionId".to_owned(), id.clone().into());
    body.insert("Status".to_owned(), "STANDBY".into());
    let mut action = Action { body: Value::Object(body), tags: Tags::new() };
    check(&action.body, call)?;
    tags::put(&mut action.tags, tags::read(&call.input["ResourceTags"]), limit, invalid)?;
    budget.actions.insert(id.clone(), action);
    Ok(json!({ "AccountId": call.account, "BudgetName": call.text("BudgetName"), "ActionId": id }))
}

fn unknown(call: &Call) -> Refusal {
    not_found(format!(
        "the action {} of the budget {} does not exist",
        call.text("ActionId"),
        call.text("BudgetName")
    ))
}

fn answer(call: &Call, name: &str, action: Value) -> Map<String, Value> {
    Map::from_iter([
        ("AccountId".to_owned(), call.account.clone().into()),
        ("BudgetName".to_owned(), call.text("BudgetName").into()),
        (name.to_owned(), action),
    ])
}

pub(super) fn describe(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let name = call.text("BudgetName");
    let budget = own(world, call)?.get().get(name).ok_or_else(|| missing(call, name))?;
    let action = budget.actions.get(call.text("ActionId")).ok_or_else(|| unknown(call))?;
    Ok(Value::Object(answer(call, "Action", action.body.clone())))
}

fn bodies(budget: &Budget) -> impl Iterator<Item = Value> + '_ {
    budget.actions.values().map(|action| action.body.clone())
}

pub(super) fn describe_of_budget(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let settings = world.settings.clone();
    let name = call.text("BudgetName");
    let budget = own(world, call)?.list().get(name).ok_or_else(|| missing(call, name))?;
    let all: Vec<_> = bodies(budget).collect();
    paging("Actions").page(&settings, call, &all)
}

pub(super) fn describe_all(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let settings = world.settings.clone();
    let all: Vec<_> = own(world, call)?.list().values().flat_map(bodies).collect();
    paging("Actions").page(&settings, call, &all)
}

/// An action that is being carried out can be neither changed nor deleted.
fn unlocked<'a>(budget: &'a mut Budget, call: &Call) -> Result<&'a mut Action, Refusal> {
    let action = budget.actions.get_mut(call.text("ActionId")).ok_or_else(|| unknown(call))?;
    if action.body["Status"].as_str().is_some_and(|status| status.ends_with("_IN_PROGRESS")) {
        return Err(Refusal::new("ResourceLockedException", "the action is being carried out"));
    }
    Ok(action)
}

pub(super) fn update(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    reachable(world, &call.input, call)?;
    let action = unlocked(budget(world, call)?, call)?;
    let old = action.body.clone();
    if let Some(body) = action.body.as_object_mut() {
        let given = SET.into_iter().filter(|name| !call.input[*name].is_null());
        body.extend(given.map(|name| (name.to_owned(), call.input[name].clone())));
    }
    check(&action.body, call)?;
    let mut answer = answer(call, "NewAction", action.body.clone());
    answer.insert("OldAction".to_owned(), old);
    Ok(Value::Object(answer))
}

pub(super) fn delete(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let budget = budget(world, call)?;
    let action = unlocked(budget, call)?.body.clone();
    budget.actions.remove(call.text("ActionId"));
    Ok(Value::Object(answer(call, "Action", action)))
}

/// What happens when the threshold of an action is passed: one that waits for nobody is carried out, outside Terraform.
pub(crate) fn fire(world: &mut World, account: &str, budget: &str, action: &str) -> Result<(), Refusal> {
    let budgets: &mut Budgets = world.account(account).budgets.write(0);
    let found = budgets.get_mut(budget).and_then(|budget| budget.actions.get_mut(action));
    let found =
        found.ok_or_else(|| not_found(format!("no action {action} of a budget {budget} in {account}")))?;
    if found.body["ApprovalModel"] == "MANUAL" {
        found.body["Status"] = "PENDING".into();
        return Ok(());
    }
    found.body["Status"] = "EXECUTION_SUCCESS".into();
    let definition = found.body["Definition"]["ScpActionDefinition"].clone();
    let policy = definition["PolicyId"].as_str().unwrap_or_default();
    for target in definition["TargetIds"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        organizations::attach(world, policy, target)?;
    }
    Ok(())
}
