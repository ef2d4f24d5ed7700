//! The attribute `controls`: what exists in clouds, as the state has it. Its definitions are what plans show drift by.

use remit_governance::{
    control::aws::{Body, Control, Kind},
    json::Json,
};
use tf_provider_sdk::{Object, Value};

use crate::{cloud::Key, reconcile::Known};

/// It exists and is as it should be, as far as the provider knows.
pub(super) const IN_FORCE: &str = "in_force";
/// It exists, and somebody changed it.
pub(super) const CHANGED: &str = "changed";
/// It does not exist any more.
pub(super) const MISSING: &str = "missing";
/// It was not made yet.
pub(super) const PENDING: &str = "pending";
/// Nobody was allowed to look at it.
pub(super) const UNVERIFIABLE: &str = "unverifiable";

/// The controls that a declaration comes to, before anything is known of them.
pub(super) fn desired(controls: &[Control]) -> Vec<Value> {
    let shown = controls.iter().map(|control| {
        let global = matches!(control.kind, Kind::Policy | Kind::Budget);
        let or_unknown = |text: &Option<String>| text.as_deref().map_or_else(Value::unknown, Value::from);
        let is_cap = matches!(control.body, Body::Cap(_));
        Object::new()
            .with("kind", control.kind.as_str())
            .with("name", control.name.as_str())
            .with("id", Value::unknown())
            .with("account", or_unknown(&control.account))
            .with("region", if global { Value::Null } else { or_unknown(&control.region) })
            .with("status", IN_FORCE)
            .with("definition", control.definition().to_text())
            .with("prior", if is_cap { Value::unknown() } else { Value::Null })
            .with("usage", control.usage.as_deref().map_or(Value::Null, Value::from))
            .with("standing", if global { Value::unknown() } else { Value::Null })
    });
    shown.map(Value::from).collect()
}

/// Takes over what the state knows of planned controls, so that what does not change is not said to.
pub(super) fn keep(planned: &mut Object, prior: Option<&Object>) {
    let Some(prior) = prior else { return };
    let Some(wanted) = planned.get("controls").elements() else { return };
    let before: Vec<&Object> = objects(prior).collect();
    let kept: Vec<Value> = wanted
        .filter_map(Value::as_object)
        .map(|control| {
            let same = before.iter().find(|before| is_same(before, control));
            same.map_or_else(|| control.clone(), |before| merged(control, before))
        })
        .map(Value::from)
        .collect();
    planned.set("controls", Value::List(kept));
}

/// What is left open in the plan can be any that the state has.
fn is_same(before: &Object, planned: &Object) -> bool {
    let fits = |name: &str| {
        let (own, wanted) = (before.get(name), planned.get(name));
        wanted.is_unknown() || own.is_null() || own == wanted
    };
    ["kind", "name", "account", "region"].into_iter().all(fits)
}

fn merged(planned: &Object, before: &Object) -> Object {
    let mut merged = planned.clone();
    let is_there = !before.get("id").is_null();
    for name in ["id", "prior", "account", "region"] {
        if is_there && merged.get(name).is_unknown() {
            merged.set(name, before.get(name).clone());
        }
    }
    if before.get("definition") == planned.get("definition") {
        // The same definition uses as much, however another version puts it.
        if !before.get("usage").is_null() {
            merged.set("usage", before.get("usage").clone());
        }
        // What lies around a control is not changed by an apply that does not touch it.
        if is_there && merged.get("standing").is_unknown() {
            merged.set("standing", before.get("standing").clone());
        }
    }
    merged
}

/// The controls of a state.
pub(super) fn known(state: &Object) -> Vec<Known> {
    objects(state).filter_map(read).collect()
}

fn objects(state: &Object) -> impl Iterator<Item = &Object> {
    state.get("controls").elements().into_iter().flatten().filter_map(Value::as_object)
}

fn read(object: &Object) -> Option<Known> {
    let text = |name: &str| object.get(name).as_str().map(str::to_owned);
    let kind = Kind::from_word(object.get("kind").as_str()?)?;
    let key = Key { kind, name: text("name")?, account: text("account"), region: text("region") };
    let definition =
        object.get("definition").as_str().and_then(|text| Json::parse(text).ok()).unwrap_or(Json::Null);
    Some(Known { key, id: text("id"), definition, prior: text("prior") })
}

/// Controls as they stand in the state. The usage is the plan's to say, and so is a standing that nothing was done about.
pub(super) fn written(controls: &[Known], planned: &Object) -> Value {
    let written = controls.iter().map(|known| {
        let status = if known.id.is_some() { IN_FORCE } else { PENDING };
        let mut object = shown(known, status);
        for name in ["usage", "standing"] {
            let value = planned_of(known, planned).map_or(Value::Null, |control| control.get(name).clone());
            object.set(name, if value.is_unknown() { Value::Null } else { value });
        }
        Value::from(object)
    });
    Value::List(written.collect())
}

/// The control as it is planned.
fn planned_of<'o>(known: &Known, planned: &'o Object) -> Option<&'o Object> {
    objects(planned).find(|control| {
        control.get("kind").as_str() == Some(known.key.kind.as_str())
            && control.get("name").as_str() == Some(&known.key.name)
    })
}

/// Whether the plan left open how a control stands.
pub(super) fn standing_is_open(known: &Known, planned: &Object) -> bool {
    planned_of(known, planned).is_some_and(|control| control.get("standing").is_unknown())
}

/// How a control stood, as an object of the state has it.
pub(super) fn standing(control: Option<&Object>) -> Json {
    let text = control.and_then(|control| control.get("standing").as_str());
    text.and_then(|text| Json::parse(text).ok()).unwrap_or(Json::Null)
}

/// The same of the control of this key.
pub(super) fn standing_of(known: &Known, state: &Object) -> Json {
    standing(planned_of(known, state))
}

/// One control with a status.
pub(super) fn shown(known: &Known, status: &str) -> Object {
    let or_null = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
    Object::new()
        .with("kind", known.key.kind.as_str())
        .with("name", known.key.name.as_str())
        .with("id", or_null(&known.id))
        .with("account", or_null(&known.key.account))
        .with("region", or_null(&known.key.region))
        .with("status", status)
        .with(
            "definition",
            if known.definition == Json::Null { Value::Null } else { known.definition.to_text().into() },
        )
        .with("prior", or_null(&known.prior))
        .with("usage", Value::Null)
        .with("standing", Value::Null)
}

/// Whether a control of this state was never made.
pub(super) fn any_unmade(state: &Object) -> bool {
    objects(state).any(|control| control.get("status").as_str() == Some(PENDING))
}
