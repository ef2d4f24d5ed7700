//! The action of a budget. AWS gives it an id and nothing else tells two of them apart, so it is looked for among those of its budget, by
//! its tag, and a request whose answer was lost is never sent again before somebody looked.

use std::{sync::Arc, time::Duration};

use aws_sdk_budgets::{
    Client,
    config::retry::RetryConfig,
    types::{
        Action as Found, ActionThreshold, ActionType, ApprovalModel, Definition, NotificationType,
        ScpActionDefinition, ThresholdType,
    },
};
use remit_governance::{
    aws::Approval,
    control::aws::{Action, budget_of},
    decimal,
    json::Json,
};

use super::{
    Aws, budget,
    budget::alerts::{address, subscriber},
    connect::Place,
    fault::{Asked, is, is_unsure, unbuilt},
    policy,
};
use crate::cloud::{Fault, FaultKind, Key, Mark, Observed, Question};

/// All actions of an account.
pub(super) type All = Vec<Found>;

pub(super) async fn observe(aws: &Aws<'_>, question: Question<'_>) -> Result<Option<Observed>, Fault> {
    let place = aws.connections.place(question.key).await?;
    let client = place.budgets();
    let budget = budget_of(&question.key.name).unwrap_or_default();
    if question.may_share {
        let actions = shared(aws, &place).await?;
        let of = actions.iter().filter(|action| action.budget_name == budget);
        let known = of.into_iter().find(|action| question.known == Some(action.action_id.as_str()));
        if let Some(known) = known {
            let definition = understood(known, &*policy::shared(aws, &place).await?);
            // Lists lag behind: what they show otherwise than it should be is asked for by itself.
            if definition == *question.like {
                return Ok(Some(observed(&place, known, definition, Mark::Ours)));
            }
        }
    }
    let actions = of_budget(&client, &place, budget).await?;
    let known = actions.iter().find(|action| question.known == Some(action.action_id.as_str()));
    let found = match known {
        Some(known) => Some((known, Mark::Ours)),
        None => own(aws, &client, &place, &actions).await?,
    };
    let Some((found, mark)) = found else { return Ok(None) };
    let definition = understood(found, &policy::all(&place.organizations()).await?);
    Ok(Some(observed(&place, found, definition, mark)))
}

fn observed(place: &Place, found: &Found, definition: Json, mark: Mark) -> Observed {
    let id = found.action_id.clone();
    Observed { mark, definition, ..Observed::new(id, place) }
}

/// The first that carries a mark, ours before others'. Actions that others made by hand beside it are theirs.
async fn own<'f>(
    aws: &Aws<'_>,
    client: &Client,
    place: &Place,
    actions: &'f [Found],
) -> Result<Option<(&'f Found, Mark)>, Fault> {
    let mut others = None;
    for action in actions {
        match marked(aws, client, place, action).await? {
            Mark::Ours => return Ok(Some((action, Mark::Ours))),
            Mark::None => {}
            mark @ Mark::Other(_) => others = others.or(Some((action, mark))),
        }
    }
    Ok(others)
}

async fn marked(aws: &Aws<'_>, client: &Client, place: &Place, action: &Found) -> Result<Mark, Fault> {
    let arn = arn(place, action);
    let asked = Asked::of(format!("list the tags of `{arn}`"), "budgets:ListTagsForResource");
    let listed = match client.list_tags_for_resource().resource_arn(arn).send().await {
        Err(error) if is(&error, "NotFoundException") => return Ok(Mark::None),
        listed => listed.map_err(|error| asked.failed(&error))?,
    };
    let tags = listed.resource_tags.unwrap_or_default();
    Ok(aws.mark(tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str()))))
}

fn arn(place: &Place, action: &Found) -> String {
    format!("{}/action/{}", budget::arn(place, &action.budget_name), action.action_id)
}

/// How often an action is asked for whose fate is unknown, and what passes in between.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(300);

pub(super) async fn create(aws: &Aws<'_>, key: &Key, body: &Action) -> Result<(), Fault> {
    let place = aws.connections.place(key).await?;
    let (client, asked) =
        (place.budgets(), Asked::of(format!("create {}", key.phrase()), "budgets:CreateBudgetAction"));
    let definition = definition(&place, body).await?;
    let mut tries = 0;
    loop {
        tries += 1;
        let create = client
            .create_budget_action()
            .account_id(&place.account)
            .budget_name(&body.budget)
            .notification_type(NotificationType::Actual)
            .action_type(ActionType::Scp)
            .action_threshold(threshold(body)?)
            .definition(definition.clone())
            .execution_role_arn(&body.role)
            .approval_model(approval(body.approval))
            .set_subscribers(Some(subscribers(body)?))
            .resource_tags(budget::tag(aws)?);
        // INVARIANT: the SDK does not repeat it by itself. Two requests make two actions, and both would be carried out.
        let once = aws_sdk_budgets::config::Config::builder().retry_config(RetryConfig::disabled());
        let sent = create.customize().config_override(once).send().await;
        let Err(error) = sent else { return Ok(()) };
        let fault = asked.failed(&error);
        if tries == TRIES || !is_unsure(&error) {
            return Err(fault);
        }
        tokio::time::sleep(PAUSE).await;
        // Perhaps it was made, and only the answer is lost.
        let actions = of_budget(&client, &place, &body.budget).await?;
        if own(aws, &client, &place, &actions).await?.is_some() {
            return Err(Fault { kind: FaultKind::Duplicate, ..fault });
        }
    }
}

pub(super) async fn update(aws: &Aws<'_>, key: &Key, body: &Action, found: &Observed) -> Result<(), Fault> {
    let place = aws.connections.place(key).await?;
    let asked = Asked::of(format!("change {}", key.phrase()), "budgets:UpdateBudgetAction");
    let update = place
        .budgets()
        .update_budget_action()
        .account_id(&place.account)
        .budget_name(&body.budget)
        .action_id(&found.id)
        .notification_type(NotificationType::Actual)
        .action_threshold(threshold(body)?)
        .definition(definition(&place, body).await?)
        .execution_role_arn(&body.role)
        .approval_model(approval(body.approval))
        .set_subscribers(Some(subscribers(body)?));
    update.send().await.map(drop).map_err(|error| asked.failed(&error))
}

pub(super) async fn remove(aws: &Aws<'_>, key: &Key, found: &Observed) -> Result<(), Fault> {
    let place = aws.connections.place(key).await?;
    let budget = budget_of(&key.name).unwrap_or_default();
    let asked = Asked::of(format!("delete {}", key.phrase()), "budgets:DeleteBudgetAction");
    let delete = place.budgets().delete_budget_action().account_id(&place.account);
    match delete.budget_name(budget).action_id(&found.id).send().await {
        Err(error) if is(&error, "NotFoundException") => Ok(()),
        deleted => deleted.map(drop).map_err(|error| asked.failed(&error)),
    }
}

async fn shared(aws: &Aws<'_>, place: &Place) -> Result<Arc<All>, Fault> {
    aws.connections.lists.actions.of(&place.account, || list(place)).await
}

async fn list(place: &Place) -> Result<All, Fault> {
    let asked = Asked::of(
        format!("list the budget actions of {}", place.account),
        "budgets:DescribeBudgetActionsForAccount",
    );
    let actions = place.budgets().describe_budget_actions_for_account().account_id(&place.account);
    let mut pages = actions.max_results(100).into_paginator().send();
    let mut all = All::new();
    while let Some(page) = pages.next().await {
        all.extend(page.map_err(|error| asked.failed(&error))?.actions);
    }
    Ok(all)
}

async fn of_budget(client: &Client, place: &Place, budget: &str) -> Result<All, Fault> {
    let asked = Asked::of(
        format!("list the actions of the budget `{budget}`"),
        "budgets:DescribeBudgetActionsForBudget",
    );
    let list = client.describe_budget_actions_for_budget().account_id(&place.account).budget_name(budget);
    let mut pages = list.into_paginator().send();
    let mut all = All::new();
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => all.extend(page.actions),
            Err(error) if is(&error, "NotFoundException") => break,
            Err(error) => return Err(asked.failed(&error)),
        }
    }
    Ok(all)
}

/// What an action means. What is not an action of the form that we write is told in words, and differs from every one of ours.
fn understood(found: &Found, policies: &policy::Named) -> Json {
    let at =
        found.action_threshold.as_ref().filter(|at| at.action_threshold_type == ThresholdType::Percentage);
    let percent = at.and_then(|at| decimal::parse(&at.action_threshold_value.to_string()));
    let scp = found.definition.as_ref().and_then(|definition| definition.scp_action_definition.as_ref());
    let (Some(percent), Some(scp), NotificationType::Actual) = (percent, scp, &found.notification_type)
    else {
        return Json::from("an action that Remit did not write");
    };
    let policy =
        policies.iter().find(|(_, id)| **id == scp.policy_id).map_or(&scp.policy_id, |(name, _)| name);
    let Ok(at_percent) = decimal::text(percent).parse() else {
        return Json::from("an action at another threshold than Remit writes");
    };
    let action = Action {
        budget: found.budget_name.clone(),
        policy: policy.clone(),
        targets: scp.target_ids.iter().cloned().collect(),
        at_percent,
        approval: if found.approval_model == ApprovalModel::Auto {
            Approval::Automatic
        } else {
            Approval::Manual
        },
        role: found.execution_role_arn.clone(),
        told: found.subscribers.iter().map(address).collect(),
    };
    action.definition()
}

/// The definition as it is sent: AWS knows policies by their ids.
async fn definition(place: &Place, body: &Action) -> Result<Definition, Fault> {
    let policies = policy::all(&place.organizations()).await?;
    let Some(id) = policies.get(&body.policy) else {
        return Err(Fault::other(
            "The policy of a budget action is gone",
            format!("The policy `{}` was there a moment ago. Apply again: it is made anew.", body.policy),
        ));
    };
    let scp = ScpActionDefinition::builder()
        .policy_id(id)
        .set_target_ids(Some(body.targets.iter().cloned().collect()));
    let scp = scp.build().map_err(|error| unbuilt(&error))?;
    Ok(Definition::builder().scp_action_definition(scp).build())
}

fn threshold(body: &Action) -> Result<ActionThreshold, Fault> {
    ActionThreshold::builder()
        .action_threshold_value(f64::from(body.at_percent))
        .action_threshold_type(ThresholdType::Percentage)
        .build()
        .map_err(|error| unbuilt(&error))
}

fn approval(approval: Approval) -> ApprovalModel {
    match approval {
        Approval::Manual => ApprovalModel::Manual,
        Approval::Automatic => ApprovalModel::Auto,
    }
}

fn subscribers(body: &Action) -> Result<Vec<aws_sdk_budgets::types::Subscriber>, Fault> {
    body.told.iter().map(|address| subscriber(address)).collect()
}
