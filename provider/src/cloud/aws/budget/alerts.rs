//! The alerts of a budget and whom they tell. One is known by what it is: there is no id.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_budgets::{
    Client,
    types::{
        ComparisonOperator, Notification, NotificationType, Subscriber, SubscriptionType, ThresholdType,
    },
};
use remit_governance::{
    control::aws::{Alert, Spend},
    decimal,
};

use super::super::fault::{Asked, is, unbuilt};
use crate::cloud::{Fault, FaultKind};

/// The alerts of one budget.
pub(super) struct Alerts<'a> {
    pub(super) client: &'a Client,
    pub(super) account: &'a str,
    pub(super) budget: &'a str,
}

impl Alerts<'_> {
    /// Adds before it takes away, so that somebody is told at any time.
    pub(super) async fn converge(
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

    /// Whom an alert tells.
    pub(super) async fn told(&self, alert: Notification) -> Result<BTreeSet<String>, Fault> {
        let asked = Asked::of(format!("list whom the budget `{}` tells", self.budget), "budgets:ViewBudget");
        let list = self
            .client
            .describe_subscribers_for_notification()
            .account_id(self.account)
            .budget_name(self.budget)
            .notification(alert);
        let mut pages = list.into_paginator().send();
        let mut told = BTreeSet::new();
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => told.extend(page.subscribers.unwrap_or_default().iter().map(address)),
                // An alert that nobody is subscribed to any more.
                Err(error) if is(&error, "NotFoundException") => break,
                Err(error) => return Err(asked.failed(&error)),
            }
        }
        Ok(told)
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

/// AWS keeps addresses as they were entered, and takes them alike.
pub(in super::super) fn address(subscriber: &Subscriber) -> String {
    match subscriber.subscription_type {
        SubscriptionType::Email => subscriber.address.to_lowercase(),
        _ => subscriber.address.clone(),
    }
}

pub(in super::super) fn alert(sent: &Notification) -> Option<Alert> {
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

pub(in super::super) fn notification(alert: &Alert) -> Result<Notification, Fault> {
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

pub(in super::super) fn subscriber(address: &str) -> Result<Subscriber, Fault> {
    let kind = if address.starts_with("arn:") { SubscriptionType::Sns } else { SubscriptionType::Email };
    Subscriber::builder().subscription_type(kind).address(address).build().map_err(|error| unbuilt(&error))
}
