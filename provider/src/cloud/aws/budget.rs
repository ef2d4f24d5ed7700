//! Budgets with their alerts. An update blinds a budget until new data arrives, so only what differs is sent.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_budgets::{
    Client,
    types::{
        Budget as Sent, BudgetType, ComparisonOperator, Dimension, Expression, ExpressionDimensionValues,
        Metric, Notification, NotificationType, NotificationWithSubscribers, ResourceTag, Spend as Amount,
        Subscriber, SubscriptionType, TagValues, ThresholdType, TimeUnit,
    },
};
use remit_governance::{
    control::aws::{Alert, Budget, Filter, Spend},
    decimal,
};

use super::{
    Aws, MARK,
    connect::Place,
    fault::{Asked, is, unbuilt},
};
use crate::cloud::{Fault, FaultKind, Key, Mark, Observed, Question};

pub(super) async fn observe(aws: &Aws<'_>, question: Question<'_>) -> Result<Option<Observed>, Fault> {
    let place = aws.connections.place(question.key).await?;
    let client = place.budgets();
    let name = &question.key.name;
    let Some(found) = read(&client, &place.account, name).await? else { return Ok(None) };
    let mark = if question.known.is_some() { Mark::Ours } else { marked(aws, &client, &place, name).await? };
    let id = format!("{}:{name}", place.account);
    Ok(Some(Observed {
        id,
        account: place.account,
        region: None,
        mark,
        definition: found.definition(),
        prior: None,
    }))
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

/// The alerts of one budget.
struct Alerts<'a> {
    client: &'a Client,
    account: &'a str,
    budget: &'a str,
}

impl Alerts<'_> {
    /// Adds before it takes away, so that somebody is told at any time.
    async fn converge(
        &self,
        wanted: &BTreeMap<Alert, BTreeSet<String>>,
        found: &BTreeMap<Alert, BTreeSet<String>>,
    ) -> Result<(), Fault> {
        for (alert, told) in wanted {
            match found.get(alert) {
                None => self.add(alert, told).await?,
                Some(before) => {
                    for address in told.difference(before) {
                        self.subscribe(alert, address).await?;
                    }
                    for address in before.difference(told) {
                        self.unsubscribe(alert, address).await?;
                    }
                }
            }
        }
        for alert in found.keys().filter(|alert| !wanted.contains_key(alert)) {
            self.drop_alert(alert).await?;
        }
        Ok(())
    }

    async fn add(&self, alert: &Alert, told: &BTreeSet<String>) -> Result<(), Fault> {
        let asked = Asked::of(
            format!("add the alert `{alert}` to the budget `{}`", self.budget),
            "budgets:ModifyBudget",
        );
        let subscribers = told.iter().map(|address| subscriber(address)).collect::<Result<Vec<_>, _>>()?;
        let add = self
            .client
            .create_notification()
            .account_id(self.account)
            .budget_name(self.budget)
            .notification(notification(alert)?)
            .set_subscribers(Some(subscribers));
        done(add.send().await.map(drop).map_err(|error| asked.failed(&error)))
    }

    async fn drop_alert(&self, alert: &Alert) -> Result<(), Fault> {
        let asked = Asked::of(
            format!("remove the alert `{alert}` of the budget `{}`", self.budget),
            "budgets:ModifyBudget",
        );
        let remove = self.client.delete_notification().account_id(self.account).budget_name(self.budget);
        match remove.notification(notification(alert)?).send().await {
            Err(error) if is(&error, "NotFoundException") => Ok(()),
            removed => removed.map(drop).map_err(|error| asked.failed(&error)),
        }
    }

    async fn subscribe(&self, alert: &Alert, address: &str) -> Result<(), Fault> {
        let asked = Asked::of(
            format!("have `{address}` told by the budget `{}`", self.budget),
            "budgets:ModifyBudget",
        );
        let add = self
            .client
            .create_subscriber()
            .account_id(self.account)
            .budget_name(self.budget)
            .notification(notification(alert)?)
            .subscriber(subscriber(address)?);
        done(add.send().await.map(drop).map_err(|error| asked.failed(&error)))
    }

    async fn unsubscribe(&self, alert: &Alert, address: &str) -> Result<(), Fault> {
        let asked = Asked::of(
            format!("have `{address}` not told by the budget `{}`", self.budget),
            "budgets:ModifyBudget",
        );
        let remove = self.client.delete_subscriber().account_id(self.account).budget_name(self.budget);
        match remove.notification(notification(alert)?).subscriber(subscriber(address)?).send().await {
            Err(error) if is(&error, "NotFoundException") => Ok(()),
            removed => removed.map(drop).map_err(|error| asked.failed(&error)),
        }
    }
}

/// What is there already is what was wanted: the answer to our own request was lost.
fn done(result: Result<(), Fault>) -> Result<(), Fault> {
    match result {
        Err(fault) if fault.kind == FaultKind::Duplicate => Ok(()),
        result => result,
    }
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
    let mut alerts = BTreeMap::new();
    let list = client.describe_notifications_for_budget().account_id(account).budget_name(name);
    let mut pages = list.into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| asked.failed(&error))?;
        for sent in page.notifications.unwrap_or_default() {
            if let Some(alert) = alert(&sent) {
                alerts.insert(alert, told(client, account, name, sent).await?);
            }
        }
    }
    let limit = found.budget_limit.as_ref();
    Ok(Some(Budget {
        amount: limit.and_then(|limit| decimal::parse(&limit.amount)).unwrap_or_default(),
        currency: limit.map(|limit| limit.unit.clone()).unwrap_or_default(),
        period: period(&found),
        filter: filter(&found),
        alerts,
    }))
}

async fn told(
    client: &Client,
    account: &str,
    name: &str,
    alert: Notification,
) -> Result<BTreeSet<String>, Fault> {
    let asked = Asked::of(format!("list whom the budget `{name}` tells"), "budgets:ViewBudget");
    let list = client.describe_subscribers_for_notification().account_id(account).budget_name(name);
    let mut pages = list.notification(alert).into_paginator().send();
    let mut told = BTreeSet::new();
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => told.extend(page.subscribers.unwrap_or_default().iter().map(address)),
            // An alert that nobody is subscribed to any more.
            Err(error) if is(&error, "NotFoundException") => {
                break;
            }
            Err(error) => return Err(asked.failed(&error)),
        }
    }
    Ok(told)
}

/// AWS keeps addresses as they were entered, and takes them alike.
fn address(subscriber: &Subscriber) -> String {
    match subscriber.subscription_type {
        SubscriptionType::Email => subscriber.address.to_lowercase(),
        _ => subscriber.address.clone(),
    }
}

async fn marked(aws: &Aws<'_>, client: &Client, place: &Place, name: &str) -> Result<Mark, Fault> {
    let asked = Asked::of(format!("list the tags of the budget `{name}`"), "budgets:ListTagsForResource");
    let listed = client.list_tags_for_resource().resource_arn(arn(place, name)).send().await;
    let tags = listed.map_err(|error| asked.failed(&error))?.resource_tags.unwrap_or_default();
    Ok(aws.mark(tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str()))))
}

fn arn(place: &Place, name: &str) -> String {
    format!("arn:{}:budgets::{}:budget/{name}", place.partition(), place.account)
}

fn tag(aws: &Aws<'_>) -> Result<ResourceTag, Fault> {
    ResourceTag::builder().key(MARK).value(aws.envelope).build().map_err(|error| unbuilt(&error))
}

fn sent(name: &str, body: &Budget) -> Result<Sent, Fault> {
    let amount = Amount::builder().amount(decimal::text(body.amount)).unit(&body.currency).build();
    let unit = match body.period.as_str() {
        "daily" => TimeUnit::Daily,
        "quarterly" => TimeUnit::Quarterly,
        "annually" => TimeUnit::Annually,
        _ => TimeUnit::Monthly,
    };
    Sent::builder()
        .budget_name(name)
        .budget_limit(amount.map_err(|error| unbuilt(&error))?)
        .budget_type(BudgetType::Cost)
        .time_unit(unit)
        .metrics(Metric::UnblendedCost)
        .set_filter_expression(expression(&body.filter)?)
        .build()
        .map_err(|error| unbuilt(&error))
}

fn expression(filter: &Filter) -> Result<Option<Expression>, Fault> {
    let Filter::Spend { accounts, tags } = filter else { return Ok(None) };
    let mut parts = Vec::new();
    if !accounts.is_empty() {
        let values = ExpressionDimensionValues::builder()
            .key(Dimension::LinkedAccount)
            .set_values(Some(accounts.iter().cloned().collect()));
        parts
            .push(Expression::builder().dimensions(values.build().map_err(|error| unbuilt(&error))?).build());
    }
    for (key, value) in tags {
        parts.push(Expression::builder().tags(TagValues::builder().key(key).values(value).build()).build());
    }
    Ok(match parts.len() {
        0 | 1 => parts.pop(),
        _ => Some(Expression::builder().set_and(Some(parts)).build()),
    })
}

/// What is not a filter of the form that we write is told in words, and differs from every one of ours.
fn filter(budget: &Sent) -> Filter {
    let (mut accounts, mut tags) = (BTreeSet::new(), BTreeMap::new());
    let understood = match &budget.filter_expression {
        None => true,
        Some(expression) => match &expression.and {
            Some(parts) if !parts.is_empty() => {
                parts.iter().all(|part| part_of(part, &mut accounts, &mut tags))
            }
            _ => part_of(expression, &mut accounts, &mut tags),
        },
    };
    let costs =
        budget.metrics.as_deref().is_none_or(|metrics| matches!(metrics, [Metric::UnblendedCost] | []));
    let expressed = budget.filter_expression.is_some();
    #[allow(deprecated, reason = "budgets that others made have these, and ours must not")]
    let older = budget.cost_filters.as_ref().is_some_and(|filters| !filters.is_empty() && !expressed);
    match (understood, costs, older, &budget.budget_type) {
        (true, true, false, BudgetType::Cost) => Filter::Spend { accounts, tags },
        (_, _, true, _) => Filter::Other("cost filters that Remit did not write".to_owned()),
        (false, ..) => Filter::Other("an expression that Remit did not write".to_owned()),
        (_, _, _, kind) => Filter::Other(format!("{} by other metrics", kind.as_str())),
    }
}

fn part_of(part: &Expression, accounts: &mut BTreeSet<String>, tags: &mut BTreeMap<String, String>) -> bool {
    let alone =
        part.and.is_none() && part.or.is_none() && part.not.is_none() && part.cost_categories.is_none();
    match (&part.dimensions, &part.tags) {
        (Some(values), None) if alone && values.key == Dimension::LinkedAccount && accounts.is_empty() => {
            accounts.extend(values.values.iter().cloned());
            true
        }
        (None, Some(values)) if alone => match (&values.key, values.values.as_deref()) {
            (Some(key), Some([value])) => tags.insert(key.clone(), value.clone()).is_none(),
            _ => false,
        },
        _ => false,
    }
}

/// The period, with what else changes the amount or ends the budget.
fn period(budget: &Sent) -> String {
    let mut period = budget.time_unit.as_str().to_lowercase();
    if budget.auto_adjust_data.is_some() {
        period.push_str(", adjusted by AWS itself");
    }
    if budget.planned_budget_limits.as_ref().is_some_and(|planned| !planned.is_empty()) {
        period.push_str(", with planned amounts");
    }
    // What is given no end ends in 2087; on the day AWS deletes the budget.
    let end = budget.time_period.as_ref().and_then(|period| period.end);
    if let Some(end) = end.filter(|end| end.secs() < 3_600_000_000) {
        period.extend([", until ".to_owned(), end.to_string()]);
    }
    period
}

fn alert(sent: &Notification) -> Option<Alert> {
    let spend = match sent.notification_type {
        NotificationType::Actual => Spend::Actual,
        NotificationType::Forecasted => Spend::Forecast,
        _ => return None,
    };
    if sent.comparison_operator != ComparisonOperator::GreaterThan {
        return None;
    }
    // Left out, it is a percentage.
    let percent = sent.threshold_type.as_ref().is_none_or(|kind| *kind == ThresholdType::Percentage);
    Some(Alert { spend, above: decimal::parse(&sent.threshold.to_string())?, percent })
}

fn notification(alert: &Alert) -> Result<Notification, Fault> {
    let spend =
        if alert.spend == Spend::Actual { NotificationType::Actual } else { NotificationType::Forecasted };
    let kind = if alert.percent { ThresholdType::Percentage } else { ThresholdType::AbsoluteValue };
    let above: f64 = decimal::text(alert.above).parse().unwrap_or_default();
    Notification::builder()
        .notification_type(spend)
        .comparison_operator(ComparisonOperator::GreaterThan)
        .threshold(above)
        .threshold_type(kind)
        .build()
        .map_err(|error| unbuilt(&error))
}

fn subscriber(address: &str) -> Result<Subscriber, Fault> {
    let kind = if address.starts_with("arn:") { SubscriptionType::Sns } else { SubscriptionType::Email };
    Subscriber::builder().subscription_type(kind).address(address).build().map_err(|error| unbuilt(&error))
}
