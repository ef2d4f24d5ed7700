//! Budgets: budgets with their notifications, subscribers and actions.

mod actions;
mod definition;
mod notifications;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::{Operation, operation, tags};
use crate::{
    event::Kind,
    page::Paging,
    refusal::Refusal,
    world::{Call, Tags, World},
};
pub(crate) use actions::{Action, fire};
pub(crate) use notifications::Notification;

pub(super) const OPERATIONS: &[Operation] = &[
    operation("budgets", "CreateBudget", Kind::Write, create),
    operation("budgets", "DescribeBudget", Kind::Read, describe),
    operation("budgets", "DescribeBudgets", Kind::List, describe_all),
    operation("budgets", "UpdateBudget", Kind::Write, update),
    operation("budgets", "DeleteBudget", Kind::Write, delete),
    operation("budgets", "CreateNotification", Kind::Write, notifications::create),
    operation("budgets", "DescribeNotificationsForBudget", Kind::List, notifications::describe),
    operation("budgets", "DescribeBudgetNotificationsForAccount", Kind::List, notifications::describe_all),
    operation("budgets", "UpdateNotification", Kind::Write, notifications::update),
    operation("budgets", "DeleteNotification", Kind::Write, notifications::delete),
    operation("budgets", "CreateSubscriber", Kind::Write, notifications::subscribers::create),
    operation(
        "budgets",
        "DescribeSubscribersForNotification",
        Kind::List,
        notifications::subscribers::describe,
    ),
    operation("budgets", "UpdateSubscriber", Kind::Write, notifications::subscribers::update),
    operation("budgets", "DeleteSubscriber", Kind::Write, notifications::subscribers::delete),
    operation("budgets", "CreateBudgetAction", Kind::Write, actions::create),
    operation("budgets", "DescribeBudgetAction", Kind::Read, actions::describe),
    operation("budgets", "DescribeBudgetActionsForBudget", Kind::List, actions::describe_of_budget),
    operation("budgets", "DescribeBudgetActionsForAccount", Kind::List, actions::describe_all),
    operation("budgets", "UpdateBudgetAction", Kind::Write, actions::update),
    operation("budgets", "DeleteBudgetAction", Kind::Write, actions::delete),
    operation("budgets", "TagResource", Kind::Write, tag),
    operation("budgets", "UntagResource", Kind::Write, untag),
    operation("budgets", "ListTagsForResource", Kind::Read, list_tags),
];

/// The budgets of one account, by name.
pub(crate) type Budgets = BTreeMap<String, Budget>;

/// One budget.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Budget {
    /// As the API describes it.
    pub(crate) body: Value,
    pub(crate) notifications: Vec<Notification>,
    /// By their ids.
    pub(crate) actions: BTreeMap<String, Action>,
    pub(crate) tags: Tags,
}

fn invalid(says: impl Into<String>) -> Refusal {
    Refusal::new("InvalidParameterException", says)
}

fn not_found(says: impl Into<String>) -> Refusal {
    Refusal::new("NotFoundException", says)
}

fn duplicate(says: impl Into<String>) -> Refusal {
    Refusal::new("DuplicateRecordException", says)
}

fn paging(items: &'static str) -> Paging {
    Paging {
        items,
        limit: "MaxResults",
        default: 100,
        invalid: |says| Refusal::new("InvalidNextTokenException", says),
    }
}

/// The budgets of the caller's own account; another account is none of its business. A budget whose time is over is gone.
fn own<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut crate::world::Lagged<Budgets>, Refusal> {
    if call.input["AccountId"].as_str().is_some_and(|account| account != call.account) {
        let says = format!("{} is not authorized for the account {}", call.principal, call.text("AccountId"));
        return Err(Refusal::new("AccessDeniedException", says));
    }
    let budgets = &mut world.account(&call.account).budgets;
    let is_over = |budget: &Budget| definition::end(&budget.body).is_some_and(|end| end <= call.seconds());
    if budgets.get().values().any(is_over) {
        budgets.write(0).retain(|_, budget| !is_over(budget));
    }
    Ok(budgets)
}

fn writable<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Budgets, Refusal> {
    let lag = world.settings.lag;
    Ok(own(world, call)?.write(lag))
}

fn missing(call: &Call, name: &str) -> Refusal {
    not_found(format!(
        "Unable to get budget: {name} - the budget doesn't exist in the account {}.",
        call.account
    ))
}

/// The budget that the request names, to be changed.
fn budget<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Budget, Refusal> {
    let name = call.text("BudgetName");
    writable(world, call)?.get_mut(name).ok_or_else(|| missing(call, name))
}

fn create(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let limits = world.limits.clone();
    let body = definition::new(&call.input["Budget"], call.now)?;
    let name = call.input["Budget"]["BudgetName"].as_str().unwrap_or_default().to_owned();
    let budgets = writable(world, call)?;
    if budgets.contains_key(&name) {
        return Err(duplicate(format!("Error creating budget: {name} - the budget already exists.")));
    }
    let mut budget = Budget { body, ..Budget::default() };
    for asked in call.input["NotificationsWithSubscribers"].as_array().into_iter().flatten() {
        budget.notify(&asked["Notification"], &asked["Subscribers"], limits.notifications_per_budget)?;
    }
    tags::put(&mut budget.tags, tags::read(&call.input["ResourceTags"]), limits.tags, invalid)?;
    budgets.insert(name, budget);
    Ok(json!({}))
}

fn describe(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let name = call.text("BudgetName");
    let found = own(world, call)?.get().get(name).ok_or_else(|| missing(call, name))?;
    Ok(json!({ "Budget": shown(found, call) }))
}

fn describe_all(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let settings = world.settings.clone();
    let all: Vec<_> = own(world, call)?.list().values().map(|budget| shown(budget, call)).collect();
    paging("Budgets").page(&settings, call, &all)
}

/// A filter expression is only shown to those who ask for it.
fn shown(budget: &Budget, call: &Call) -> Value {
    let mut body = budget.body.clone();
    if call.input["ShowFilterExpression"] != true
        && let Some(body) = body.as_object_mut()
    {
        body.remove("FilterExpression");
    }
    body
}

fn update(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let new = &call.input["NewBudget"];
    let name = new["BudgetName"].as_str().unwrap_or_default();
    let budget = writable(world, call)?.get_mut(name).ok_or_else(|| missing(call, name))?;
    budget.body = definition::replaced(&budget.body, new, call.now)?;
    Ok(json!({}))
}

fn delete(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let name = call.text("BudgetName");
    writable(world, call)?.remove(name).ok_or_else(|| missing(call, name))?;
    Ok(json!({}))
}

/// What carries the tags that an ARN is about.
fn tagged<'a>(budgets: &'a mut Budgets, call: &Call) -> Result<&'a mut Tags, Refusal> {
    let arn = call.text("ResourceARN");
    let missing = || not_found(format!("the resource {arn} does not exist"));
    let own = format!("arn:aws:budgets::{}:budget/", call.account);
    let path = arn.strip_prefix(&own).ok_or_else(missing)?;
    match path.split_once("/action/") {
        None => budgets.get_mut(path).map(|budget| &mut budget.tags).ok_or_else(missing),
        Some((name, action)) => {
            let budget = budgets.get_mut(name).ok_or_else(missing)?;
            budget.actions.get_mut(action).map(|action| &mut action.tags).ok_or_else(missing)
        }
    }
}

fn tag(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let limit = world.limits.tags;
    let budgets = writable(world, call)?;
    let refused = |says| Refusal::new("ServiceQuotaExceededException", says);
    tags::put(tagged(budgets, call)?, tags::read(&call.input["ResourceTags"]), limit, refused)?;
    Ok(json!({}))
}

fn untag(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    tags::remove(tagged(writable(world, call)?, call)?, &call.input["ResourceTagKeys"]);
    Ok(json!({}))
}

fn list_tags(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let mut budgets = own(world, call)?.get().clone();
    let tags = tagged(&mut budgets, call)?;
    Ok(json!({ "ResourceTags": tags::list(tags) }))
}
