//! The attribute `controls`: what exists in clouds, as the state has it. Its definitions are what plans show drift by.

use remit_governance::{
    control::aws::{Control, Kind},
    json::Json,
};
use tf_provider_sdk::{Object, Value};

use crate::{
    cloud::Key,
    reconcile::{Known, paired},
};

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
pub(in crate::resources) fn desired(controls: &[Control]) -> Vec<Value> {
    let shown = controls.iter().map(|control| {
        let stands = matches!(control.kind, Kind::Policy | Kind::Budget);
        let is_property = control.kind.is_property();
        let or_unknown = |text: &Option<String>| text.as_deref().map_or_else(Value::unknown, Value::from);
        Object::new()
            .with("kind", control.kind.as_str())
            .with("name", control.name.as_str())
            .with("id", Value::unknown())
            .with("account", or_unknown(&control.account))
            .with("region", if is_property { or_unknown(&control.region) } else { Value::Null })
            .with("status", IN_FORCE)
            .with("definition", control.definition().to_text())
            .with("prior", if is_property { Value::unknown() } else { Value::Null })
            .with("usage", control.usage.as_deref().map_or(Value::Null, Value::from))
            .with("standing", if stands { Value::unknown() } else { Value::Null })
    });
    shown.map(Value::from).collect()
}

/// Takes over what the state knows of planned controls, so that what does not change is not said to. `declared` are the controls that the
/// state's own declaration came to: one that left its account open means another thing than one that named it.
pub(in crate::resources) fn keep(planned: &mut Object, prior: Option<&Object>, declared: &[Control]) {
    let Some(prior) = prior else { return };
    let Some(wanted) = planned.get("controls").elements() else { return };
    let wanted: Vec<&Object> = wanted.filter_map(Value::as_object).collect();
    let before: Vec<&Object> = objects(prior).collect();
    let (keys, had) = (keys(&wanted), keys(&before));
    let declared: Vec<Key> = declared.iter().map(Key::of).collect();
    let was = paired(&had, &declared, |_, _| true);
    // What is left open now may be what was left open then, and not what was named.
    let may = |at: usize, other: usize| {
        let was = was.get(other).copied().flatten().and_then(|at| declared.get(at));
        let opens = |of: fn(&Key) -> &Option<String>| {
            keys.get(at).is_none_or(|key| of(key).is_some()) || was.is_none_or(|was| of(was).is_none())
        };
        opens(|key| &key.account) && opens(|key| &key.region)
    };
    let pairs = paired(&keys, &had, may);
    let kept = wanted.iter().zip(pairs).map(|(control, pair)| {
        let before = pair.and_then(|at| before.get(at));
        Value::from(before.map_or_else(|| (*control).clone(), |before| merged(control, before)))
    });
    let kept = kept.collect();
    planned.set("controls", Value::List(kept));
}

fn keys(controls: &[&Object]) -> Vec<Key> {
    controls.iter().filter_map(|control| key(control)).collect()
}

/// Which control it is. What is not known yet is left open.
fn key(object: &Object) -> Option<Key> {
    let text = |name: &str| object.get(name).as_str().map(str::to_owned);
    let kind = Kind::from_word(object.get("kind").as_str()?)?;
    Some(Key { kind, name: text("name")?, account: text("account"), region: text("region") })
}

/// Names what the plan knows of where a control is.
pub(super) fn place(desired: &mut [Control], planned: &Object) {
    for (control, planned) in desired.iter_mut().zip(objects(planned)) {
        let Some(key) = key(planned) else { continue };
        if (key.kind, &key.name) == (control.kind, &control.name) {
            control.account = control.account.take().or(key.account);
            control.region = control.region.take().or(key.region);
        }
    }
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

/// The controls of a state, each with what its declaration made of it.
pub(super) fn known(state: &Object, declared: &[Control]) -> Vec<Known> {
    let mut known: Vec<Known> = objects(state).filter_map(read).collect();
    let keys: Vec<Key> = declared.iter().map(Key::of).collect();
    let own: Vec<Key> = known.iter().map(|known| known.key.clone()).collect();
    for (known, pair) in known.iter_mut().zip(paired(&own, &keys, |_, _| true)) {
        known.set = pair.and_then(|at| declared.get(at)).map(Control::definition);
    }
    known
}

fn objects(state: &Object) -> impl Iterator<Item = &Object> {
    state.get("controls").elements().into_iter().flatten().filter_map(Value::as_object)
}

fn read(object: &Object) -> Option<Known> {
    let text = |name: &str| object.get(name).as_str().map(str::to_owned);
    let definition =
        object.get("definition").as_str().and_then(|text| Json::parse(text).ok()).unwrap_or(Json::Null);
    Some(Known { key: key(object)?, id: text("id"), definition, prior: text("prior"), set: None })
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

/// Whether this state has controls.
pub(super) fn any(state: &Object) -> bool {
    objects(state).next().is_some()
}

/// Whether a control of this state was never made.
pub(super) fn any_unmade(state: &Object) -> bool {
    objects(state).any(|control| control.get("status").as_str() == Some(PENDING))
}
