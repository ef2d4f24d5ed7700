//! Whom a notification tells: up to ten addresses of e-mail and one SNS topic.

use serde_json::{Value, json};

use super::super::{budget, duplicate, invalid, missing, not_found, own, paging};
use crate::{
    refusal::Refusal,
    world::{Call, World},
};

const ADDRESSES: usize = 10;
const TOPICS: usize = 1;

/// Those of a request, each once, no more than AWS takes.
pub(in super::super) fn read(asked: &Value) -> Result<Vec<Value>, Refusal> {
    let mut read = Vec::new();
    for subscriber in asked.as_array().into_iter().flatten() {
        add(&mut read, subscriber)?;
    }
    Ok(read)
}

fn add(known: &mut Vec<Value>, subscriber: &Value) -> Result<(), Refusal> {
    let kind = subscriber["SubscriptionType"].as_str().unwrap_or_default();
    let address = subscriber["Address"].as_str().unwrap_or_default();
    let is_good = if kind == "SNS" {
        address.starts_with("arn:aws") && address.contains(":sns:")
    } else {
        address.contains('@')
    };
    if !is_good {
        return Err(invalid(format!("{address} is no address of the type {kind}")));
    }
    if known.contains(subscriber) {
        return Err(duplicate(format!("the subscriber {address} already exists")));
    }
    let limit = if kind == "SNS" { TOPICS } else { ADDRESSES };
    if known.iter().filter(|one| one["SubscriptionType"] == kind).count() >= limit {
        return Err(Refusal::new(
            "CreationLimitExceededException",
            format!("more than {limit} subscribers of the type {kind}"),
        ));
    }
    known.push(subscriber.clone());
    Ok(())
}

fn place(known: &[Value], subscriber: &Value) -> Result<usize, Refusal> {
    let found = known.iter().position(|one| one == subscriber);
    found.ok_or_else(|| not_found(format!("the subscriber {} does not exist", subscriber["Address"])))
}

pub(in super::super) fn create(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let notification = budget(world, call)?.at(&call.input["Notification"])?;
    add(&mut notification.subscribers, &call.input["Subscriber"])?;
    Ok(json!({}))
}

pub(in super::super) fn describe(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let settings = world.settings.clone();
    let name = call.text("BudgetName");
    let mut budget = own(world, call)?.list().get(name).cloned().ok_or_else(|| missing(call, name))?;
    let all = budget.at(&call.input["Notification"])?.subscribers.clone();
    paging("Subscribers").page(&settings, call, &all)
}

pub(in super::super) fn update(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let (old, new) = (&call.input["OldSubscriber"], &call.input["NewSubscriber"]);
    let known = &mut budget(world, call)?.at(&call.input["Notification"])?.subscribers;
    known.remove(place(known, old)?);
    add(known, new)?;
    Ok(json!({}))
}

/// A notification tells somebody: the last one goes with the notification.
pub(in super::super) fn delete(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let known = &mut budget(world, call)?.at(&call.input["Notification"])?.subscribers;
    let place = place(known, &call.input["Subscriber"])?;
    if known.len() == 1 {
        return Err(invalid("the last subscriber of a notification cannot be deleted"));
    }
    known.remove(place);
    Ok(json!({}))
}
