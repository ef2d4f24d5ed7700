//! Budgets with their alerts. An update blinds a budget until new data arrives, so only what differs is sent. The alerts are in
//! `alerts`, how AWS writes a budget in `written`.

pub(super) mod alerts;
mod written;

use std::{collections::BTreeMap, sync::Arc};

use aws_sdk_budgets::{
    Client,
    types::{Budget as Sent, Notification, NotificationWithSubscribers, ResourceTag},
};
use remit_governance::control::aws::{Alert, Budget};

use self::{
    alerts::{Alerts, notification, subscriber},
    written::{sent, understood},
};
use super::{
    Aws, MARK,
    connect::Place,
    fault::{Asked, is, unbuilt},
};
use crate::cloud::{Fault, Key, Mark, Observed, Question};

/// All budgets of an account with their alerts, and not whom those tell: of that AWS has no list.
#[derive(Debug, Default)]
pub(super) struct All {
    budgets: BTreeMap<String, Sent>,
    alerts: BTreeMap<String, Vec<Notification>>,
}

pub(super) async fn observe(aws: &Aws<'_>, question: Question<'_>) -> Result<Option<Observed>, Fault> {
    let place = aws.connections.place(question.key).await?;
    let client = place.budgets();
    let name = &question.key.name;
    let shared = if question.may_share { shared(aws, &place, name).await? } else { None };
    let found = match shared.filter(|found| found.definition() == *question.like) {
        Some(found) => Some(found),
        // Lists lag behind: what they show otherwise than it should be is asked for by itself.
        None => read(&client, &place.account, name).await?,
    };
    let Some(found) = found else { return Ok(None) };
    let mark = if question.known.is_some() { Mark::Ours } else { marked(aws, &client, &place, name).await? };
    let id = format!("{}:{name}", place.account);
    let definition = found.definition();
    Ok(Some(Observed { mark, definition, ..Observed::new(id, &place) }))
}

pub(super) async fn create(aws: &Aws<'_>, key: &Key, body: &Budget) -> Result<(), Fault> {
    let place = aws.connections.place(key).await?;
    let mut alerts = Vec::new();
    for (alert, told) in &body.alerts {
        let subscribers = told.iter().map(|address| subscriber(address)).collect::<Result<Vec<_>, _>>()?;
        let alert = NotificationWithSubscribers::builder()
            .notification(notification(alert)?)
            .set_subscribers(Some(subscribers));
        alerts.push(alert.build().map_err(|error| unbuilt(&error))?);
    }
    let asked = Asked::of(format!("create the budget `{}`", key.name), "budgets:ModifyBudget");
    // In one request, so that no budget is ever silent.
    let create = place
        .budgets()
        .create_budget()
        .account_id(&place.account)
        .budget(sent(&key.name, body)?)
        .set_notifications_with_subscribers(Some(alerts))
        .resource_tags(tag(aws)?);
    create.send().await.map(drop).map_err(|error| asked.failed(&error))
}

pub(super) async fn update(aws: &Aws<'_>, key: &Key, body: &Budget, found: &Observed) -> Result<(), Fault> {
    let place = aws.connections.place(key).await?;
    let client = place.budgets();
    if found.mark != Mark::Ours {
        let asked = Asked::of(format!("tag the budget `{}`", key.name), "budgets:TagResource");
        let tagged =
            client.tag_resource().resource_arn(arn(&place, &key.name)).resource_tags(tag(aws)?).send().await;
        tagged.map_err(|error| asked.failed(&error))?;
    }
    let Some(now) = read(&client, &place.account, &key.name).await? else {
        return Err(Fault::other(
            "The budget is gone",
            "It was there a moment ago. Apply again: it is made anew.",
        ));
    };
    let same = (&now.amount, &now.currency, &now.period, &now.filter)
        == (&body.amount, &body.currency, &body.period, &body.filter);
    if !same {
        let asked = Asked::of(format!("change the budget `{}`", key.name), "budgets:ModifyBudget");
        let update = client.update_budget().account_id(&place.account).new_budget(sent(&key.name, body)?);
        update.send().await.map_err(|error| asked.failed(&error))?;
    }
    let alerts = Alerts { client: &client, account: &place.account, budget: &key.name };
    alerts.converge(&body.alerts, &now.alerts).await
}

pub(super) async fn remove(aws: &Aws<'_>, key: &Key) -> Result<(), Fault> {
    let place = aws.connections.place(key).await?;
    let asked = Asked::of(format!("delete the budget `{}`", key.name), "budgets:ModifyBudget");
    match place.budgets().delete_budget().account_id(&place.account).budget_name(&key.name).send().await {
        Err(error) if is(&error, "NotFoundException") => Ok(()),
        deleted => deleted.map(drop).map_err(|error| asked.failed(&error)),
    }
}

/// The budget as the lists of its account have it, with everybody who is told.
async fn shared(aws: &Aws<'_>, place: &Place, name: &str) -> Result<Option<Budget>, Fault> {
    let all = all(aws, place).await?;
    let Some(found) = all.budgets.get(name) else { return Ok(None) };
    let alerts = all.alerts.get(name).cloned().unwrap_or_default();
    with_told(&place.budgets(), &place.account, found, alerts).await.map(Some)
}

async fn all(aws: &Aws<'_>, place: &Place) -> Result<Arc<All>, Fault> {
    aws.connections.lists.budgets.of(&place.account, || list(place)).await
}

/// As many as a page takes.
const MOST: i32 = 1000;

async fn list(place: &Place) -> Result<All, Fault> {
    let (client, mut all) = (place.budgets(), All::default());
    let asked = Asked::of(format!("list the budgets of {}", place.account), "budgets:ViewBudget");
    let budgets = client.describe_budgets().account_id(&place.account).show_filter_expression(true);
    let mut pages = budgets.max_results(MOST).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| asked.failed(&error))?;
        let budgets = page.budgets.unwrap_or_default().into_iter();
        all.budgets.extend(budgets.map(|budget| (budget.budget_name.clone(), budget)));
    }
    let asked =
        Asked::of(format!("list the alerts of the budgets of {}", place.account), "budgets:ViewBudget");
    let alerts = client.describe_budget_notifications_for_account().account_id(&place.account);
    let mut pages = alerts.max_results(MOST).into_paginator().send();
    while let Some(page) = pages.next().await {
        for of in
            page.map_err(|error| asked.failed(&error))?.budget_notifications_for_account.unwrap_or_default()
        {
            let alerts = all.alerts.entry(of.budget_name.unwrap_or_default()).or_default();
            alerts.extend(of.notifications.unwrap_or_default());
        }
    }
    Ok(all)
}

/// The budget as it is, with everybody who is told.
async fn read(client: &Client, account: &str, name: &str) -> Result<Option<Budget>, Fault> {
    let asked = Asked::of(format!("describe the budget `{name}`"), "budgets:ViewBudget");
    let describe =
        client.describe_budget().account_id(account).budget_name(name).show_filter_expression(true);
    let found = match describe.send().await {
        Ok(found) => found.budget,
        Err(error) if is(&error, "NotFoundException") => None,
        Err(error) => return Err(asked.failed(&error)),
    };
    let Some(found) = found else { return Ok(None) };
    let mut alerts = Vec::new();
    let list = client.describe_notifications_for_budget().account_id(account).budget_name(name);
    let mut pages = list.into_paginator().send();
    while let Some(page) = pages.next().await {
        alerts.extend(page.map_err(|error| asked.failed(&error))?.notifications.unwrap_or_default());
    }
    with_told(client, account, &found, alerts).await.map(Some)
}

/// What a budget means, with whom each of its alerts tells: a call for each.
async fn with_told(
    client: &Client,
    account: &str,
    found: &Sent,
    sent: Vec<Notification>,
) -> Result<Budget, Fault> {
    let of = Alerts { client, account, budget: &found.budget_name };
    let mut alerts: BTreeMap<Alert, _> = BTreeMap::new();
    for sent in sent {
        if let Some(alert) = alerts::alert(&sent) {
            alerts.insert(alert, of.told(sent).await?);
        }
    }
    Ok(understood(found, alerts))
}

async fn marked(aws: &Aws<'_>, client: &Client, place: &Place, name: &str) -> Result<Mark, Fault> {
    let asked = Asked::of(format!("list the tags of the budget `{name}`"), "budgets:ListTagsForResource");
    let listed = client.list_tags_for_resource().resource_arn(arn(place, name)).send().await;
    let tags = listed.map_err(|error| asked.failed(&error))?.resource_tags.unwrap_or_default();
    Ok(aws.mark(tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str()))))
}

pub(super) fn arn(place: &Place, name: &str) -> String {
    format!("arn:{}:budgets::{}:budget/{name}", place.partition(), place.account)
}

pub(super) fn tag(aws: &Aws<'_>) -> Result<ResourceTag, Fault> {
    ResourceTag::builder().key(MARK).value(aws.envelope).build().map_err(|error| unbuilt(&error))
}
