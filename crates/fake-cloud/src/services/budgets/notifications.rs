//! Notifications of a budget. One is known by what it is: there is no id.

pub(super) mod subscribers;

use serde::Serialize;
use serde_json::{Value, json};

use super::{Budget, budget, duplicate, invalid, missing, not_found, own, paging};
use crate::{
    refusal::Refusal,
    world::{Call, World},
};

/// A notification and whom it tells.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Notification {
    pub(crate) body: Value,
    pub(crate) subscribers: Vec<Value>,
}

/// What tells notifications of one budget apart.
fn key(body: &Value) -> (String, String, String, String) {
    let text = |name: &str, default: &str| body[name].as_str().unwrap_or(default).to_owned();
    let threshold = body["Threshold"].as_f64().unwrap_or_default();
    (
        text("NotificationType", ""),
        text("ComparisonOperator", ""),
        threshold.to_string(),
        text("ThresholdType", "PERCENTAGE"),
    )
}

/// As AWS describes it: thresholds are fractions, and a threshold in percent is not said to be one.
fn shown(body: &Value) -> Value {
    let mut shown = body.clone();
    if shown["ThresholdType"] == "PERCENTAGE"
        && let Some(shown) = shown.as_object_mut()
    {
        shown.remove("ThresholdType");
    }
    shown
}

impl Budget {
    /// Adds a notification with those it tells.
    pub(super) fn notify(&mut self, asked: &Value, whom: &Value, limit: usize) -> Result<(), Refusal> {
        if self.find(asked).is_some() {
            return Err(duplicate("the notification already exists"));
        }
        if self.notifications.len() >= limit {
            return Err(Refusal::new(
                "CreationLimitExceededException",
                format!("more than {limit} notifications"),
            ));
        }
        self.notifications.push(Notification { body: body(asked)?, subscribers: subscribers::read(whom)? });
        Ok(())
    }

    fn find(&self, asked: &Value) -> Option<usize> {
        self.notifications.iter().position(|known| key(&known.body) == key(asked))
    }

    fn at(&mut self, asked: &Value) -> Result<&mut Notification, Refusal> {
        let place = self.find(asked);
        let found = place.and_then(|place| self.notifications.get_mut(place));
        found.ok_or_else(|| not_found("Unable to find the notification of the budget"))
    }
}

fn body(asked: &Value) -> Result<Value, Refusal> {
    let (kind, operator, _, threshold_type) = key(asked);
    let threshold = asked["Threshold"].as_f64().unwrap_or_default();
    if threshold_type == "PERCENTAGE" && threshold > 1_000_000_000.0 {
        return Err(invalid("the threshold is too large"));
    }
    Ok(json!({
        "NotificationType": kind, "ComparisonOperator": operator, "Threshold": threshold, "ThresholdType": threshold_type,
        "NotificationState": "OK",
    }))
}

pub(super) fn create(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let limit = world.limits.notifications_per_budget;
    budget(world, call)?.notify(&call.input["Notification"], &call.input["Subscribers"], limit)?;
    Ok(json!({}))
}

pub(super) fn describe(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let settings = world.settings.clone();
    let name = call.text("BudgetName");
    let budget = own(world, call)?.list().get(name).ok_or_else(|| missing(call, name))?;
    let all: Vec<_> = budget.notifications.iter().map(|known| shown(&known.body)).collect();
    paging("Notifications").page(&settings, call, &all)
}

pub(super) fn describe_all(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let settings = world.settings.clone();
    let budgets = own(world, call)?.list();
    let of = |(name, budget): (&String, &Budget)| {
        let all: Vec<_> = budget.notifications.iter().map(|known| shown(&known.body)).collect();
        json!({ "BudgetName": name, "Notifications": all })
    };
    let all: Vec<_> = budgets.iter().map(of).collect();
    paging("BudgetNotificationsForAccount").page(&settings, call, &all)
}

pub(super) fn update(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let (old, new) = (&call.input["OldNotification"], &call.input["NewNotification"]);
    let budget = budget(world, call)?;
    if key(old) != key(new) && budget.find(new).is_some() {
        return Err(duplicate("the new notification already exists"));
    }
    budget.at(old)?.body = body(new)?;
    Ok(json!({}))
}

pub(super) fn delete(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let budget = budget(world, call)?;
    let found = budget.at(&call.input["Notification"])?.clone();
    budget.notifications.retain(|known| *known != found);
    Ok(json!({}))
}
