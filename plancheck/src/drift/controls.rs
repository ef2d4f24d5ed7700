//! The controls of one envelope: as they were approved, against what the refresh found. Decided from what was found and from nothing that
//! the state says was wanted, so that it does not matter whether somebody saved a drifted state.

use std::collections::BTreeSet;

use remit_governance::control::aws::drift::{Difference, Direction, Part, differences};
use remit_governance::control::aws::{Control, Kind};
use remit_governance::{Json, decimal};

use super::class::Class;
use super::report::{Checked, CheckedState, Drift, Measure, Object};
use super::seen::{SeenControl, SeenEnvelope};
use crate::text::escape;

const PUT_BACK: &str = "apply the governance to put it back; if it was agreed on, change the envelope first";

/// What an envelope should have come to, and what there is.
pub(super) struct Compared<'a> {
    /// Everything that was approved.
    pub(super) approved: &'a [Control],
    /// The envelope as the plan has it.
    pub(super) seen: &'a SeenEnvelope,
    /// Names of all controls that any envelope declares.
    pub(super) declared: &'a BTreeSet<String>,
}

/// What came of one envelope.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) checked: Vec<Checked>,
    pub(super) drift: Vec<Drift>,
}

impl Outcome {
    /// Takes what was found of one object, and that it was looked at.
    pub(super) fn take(&mut self, object: Object, drift: Vec<Drift>) {
        let state = if drift.is_empty() {
            CheckedState::AsApproved
        } else if drift.iter().all(|drift| drift.class == Class::Unverifiable) {
            CheckedState::Unverifiable
        } else {
            CheckedState::Drifted
        };
        self.checked.push(Checked { object, state });
        self.drift.extend(drift);
    }
}

/// Every control of the envelope.
pub(super) fn judge(compared: &Compared<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let address = Some(compared.seen.address.clone());
    for control in compared.approved {
        let object = Object { address: address.clone(), ..object(control) };
        let drift = match compared.seen.controls.iter().find(|seen| is(seen, control)) {
            Some(seen) => one(compared, &object, control, seen),
            None => vec![untold(&object, "the state does not know of it")],
        };
        outcome.take(object, drift);
    }
    for seen in compared.seen.controls.iter().filter(|seen| seen.id.is_some()) {
        if !compared.approved.iter().any(|control| is(seen, control)) {
            let object = Object {
                kind: seen.kind_word.clone(),
                name: seen.name.clone(),
                account: seen.account.clone(),
                region: seen.region.clone(),
                address: address.clone(),
            };
            let message =
                format!("the {} is in the state, and nothing approved declares it", phrase(&object));
            outcome.take(object.clone(), vec![Drift::new(Class::UnmanagedControl, object, message)]);
        }
    }
    outcome
}

/// What a control is in a report: as declared, so that it is the same before and after it was made.
pub(super) fn object(control: &Control) -> Object {
    Object {
        kind: control.kind.as_str().to_owned(),
        name: control.name.clone(),
        account: control.account.clone(),
        region: control.region.clone(),
        address: None,
    }
}

/// What the declaration leaves open can be any that the state has.
fn is(seen: &SeenControl, control: &Control) -> bool {
    let fits = |declared: &Option<String>, found: &Option<String>| {
        declared.is_none() || found.is_none() || declared == found
    };
    seen.kind == Some(control.kind)
        && seen.name == control.name
        && fits(&control.account, &seen.account)
        && fits(&control.region, &seen.region)
}

/// The kind and the name, as a sentence has them.
pub(super) fn phrase(object: &Object) -> String {
    let kind = match object.kind.as_str() {
        "service_control_policy" => "policy",
        "autoscaling_group" => "Auto Scaling group",
        "lambda_function" => "function",
        "default_override" => "default override",
        other => &other.replace('_', " "),
    };
    format!("{} `{}`", escape(kind), escape(&object.name))
}

/// That something cannot be told.
pub(super) fn untold(object: &Object, why: impl Into<String>) -> Drift {
    Drift::new(
        Class::Unverifiable,
        object.clone(),
        format!("it cannot be told whether the {} is as approved", phrase(object)),
    )
    .because(why)
    .help("refresh the governance with credentials that may look at it; what cannot be looked at is never in order")
}

fn one(compared: &Compared<'_>, object: &Object, control: &Control, seen: &SeenControl) -> Vec<Drift> {
    let gone = |message: String, why: &str| {
        vec![Drift::new(Class::ControlDeleted, object.clone(), message).because(why).help(PUT_BACK)]
    };
    match (seen.status.as_str(), &seen.definition) {
        ("in_force" | "changed", Some(found)) => {
            let mut drift: Vec<Drift> = differences(control.kind, &control.definition(), found)
                .iter()
                .filter_map(|difference| differs(object, difference))
                .collect();
            drift.extend(standing(compared, object, control, seen));
            drift
        }
        ("missing", _) => gone(
            format!("the {} does not exist any more", phrase(object)),
            "nothing holds the limit in its place",
        ),
        ("pending", _) => gone(
            format!("the {} has never been made", phrase(object)),
            "the apply that should have made it stopped",
        ),
        ("unverifiable", _) => vec![untold(object, "the provider was not allowed to look at it")],
        (status, _) => {
            let why = format!("the state calls it `{}`, which this version does not know", escape(status));
            vec![untold(object, why)]
        }
    }
}

fn differs(object: &Object, difference: &Difference) -> Option<Drift> {
    let class = match (difference.direction, difference.part) {
        // Words for people hold nothing.
        (Direction::Neither, _) => return None,
        (Direction::Tighter, _) => Class::LimitTightened,
        (Direction::Looser, Part::Attachment) => Class::ControlDetached,
        (Direction::Looser, Part::Arming) => Class::ControlDisarmed,
        (Direction::Looser, Part::AutoRaise) => Class::AutoRaiseEnabled,
        (Direction::Looser, Part::Limit | Part::Wording) => Class::LimitLoosened,
    };
    let (approved, found) = (shown(&difference.approved), shown(&difference.found));
    let drift = Drift::new(class, object.clone(), message(class, object, difference))
        .field(difference.field.clone())
        .moved(approved, found, measure(difference));
    Some(if class == Class::LimitTightened { drift } else { drift.help(PUT_BACK) })
}

fn message(class: Class, object: &Object, difference: &Difference) -> String {
    let (who, field) = (phrase(object), escape(&difference.field));
    let element = difference.field.rsplit_once('[').map(|(_, rest)| escape(rest.trim_end_matches(']')));
    let value = |json: &Json| shown(json).map(|text| escape(&text));
    match (class, value(&difference.approved), value(&difference.found)) {
        (Class::ControlDetached, ..) => {
            format!("the {who} is not attached to `{}` any more", element.unwrap_or(field))
        }
        (Class::AutoRaiseEnabled, ..) => format!("the amount of the {who} is raised by AWS itself"),
        (Class::ControlDisarmed, Some(_), None) => match difference.field.matches('[').count() {
            2 => {
                let alert = difference.field.split(['[', ']']).nth(1).unwrap_or_default();
                let address = element.unwrap_or_default();
                format!("the {who} does not tell `{address}` any more of `{}`", escape(alert))
            }
            _ => format!("the alert `{}` of the {who} is gone", element.unwrap_or(field)),
        },
        (_, Some(_), Some(_)) if difference.field == "document" => {
            format!("the document of the {who} is not the one that was approved")
        }
        (_, Some(approved), Some(found)) => {
            format!("`{field}` of the {who} is `{found}`, and `{approved}` was approved")
        }
        (_, Some(approved), None) => {
            format!("`{field}` of the {who} is not set any more, and `{approved}` was approved")
        }
        (_, None, Some(found)) => {
            format!("`{field}` of the {who} is `{found}`, and nothing such was approved")
        }
        (_, None, None) => format!("`{field}` of the {who} is not as approved"),
    }
}

fn shown(json: &Json) -> Option<String> {
    match json {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_text()),
    }
}

/// How far a value is away, in the way in which its field can be.
fn measure(difference: &Difference) -> Measure {
    let is_bound = matches!(difference.field.as_str(), "amount" | "max" | "min" | "reserved_concurrency");
    match &difference.found {
        Json::Null if is_bound => Measure::Amount(None),
        Json::Null => Measure::State,
        Json::Number(number) if is_bound => amount(number.as_str()),
        Json::String(text) if is_bound => amount(text),
        Json::String(text) => Measure::Text(text.clone()),
        other => Measure::Text(other.canonical()),
    }
}

fn amount(text: &str) -> Measure {
    decimal::parse(text)
        .map_or_else(|| Measure::Text(text.to_owned()), |amount| Measure::Amount(Some(amount)))
}

/// Whether it can act, from what the provider recorded around it.
fn standing(compared: &Compared<'_>, object: &Object, control: &Control, seen: &SeenControl) -> Vec<Drift> {
    if !matches!(control.kind, Kind::Policy | Kind::Budget) {
        return Vec::new();
    }
    let Some(Json::Object(standing)) = &seen.standing else {
        return vec![untold(object, "the provider did not record whether it can act").field("standing")];
    };
    let texts = |name: &str| -> Vec<&str> {
        match standing.get(name) {
            Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
        }
    };
    let mut drift = Vec::new();
    for permission in texts("unread") {
        let why = format!("the provider may not look at what is around it (`{}`)", escape(permission));
        drift.push(untold(object, why).field(format!("standing[{permission}]")));
    }
    let unread = !drift.is_empty();
    let expected = if control.kind == Kind::Policy { "policy_type" } else { "others" };
    if !unread && !standing.contains_key(expected) {
        let why = format!("the provider did not record `{expected}`");
        drift.push(untold(object, why).field("standing"));
    }
    if standing.get("policy_type").is_some_and(|kind| kind.as_str() != Some("enabled")) {
        let message =
            format!("the {} does nothing: its type is disabled in the organization", phrase(object));
        let help =
            "enable the policy type `SERVICE_CONTROL_POLICY` in the organization, then apply the governance";
        drift.push(
            Drift::new(Class::ControlDisarmed, object.clone(), message).field("policy_type").help(help),
        );
    }
    let accounts = standing.get("accounts").and_then(Json::as_object).into_iter().flatten();
    for (account, _) in accounts.filter(|(_, state)| state.as_str() == Some("escaped")) {
        drift.push(escaped(object, account));
    }
    for name in texts("others").into_iter().filter(|name| !compared.declared.contains(*name)) {
        drift.push(unmanaged(object, control.kind, name));
    }
    drift.extend(blinded(compared, object, seen));
    drift
}

fn escaped(object: &Object, account: &str) -> Drift {
    let account = escape(account);
    let message =
        format!("the account `{account}` is not beneath the targets of the {} any more", phrase(object));
    Drift::new(Class::ScopeEscaped, object.clone(), message)
        .field(format!("accounts[{account}]"))
        .because("a policy binds only accounts beneath what it is attached to")
        .help("move the account back, or have people approve a guard where it is now")
}

fn unmanaged(object: &Object, kind: Kind, name: &str) -> Drift {
    let beside = Object { kind: kind.as_str().to_owned(), name: name.to_owned(), ..object.clone() };
    let message =
        format!("the {} stands beside the {}, and nobody declared it", phrase(&beside), phrase(object));
    Drift::new(Class::UnmanagedControl, beside, message)
        .help("remove it, declare it in an envelope, or accept it with an owner, a reason and an end")
}

/// An edit that the state does not know of: a write of ours is in the state with its time.
fn blinded(compared: &Compared<'_>, object: &Object, seen: &SeenControl) -> Option<Drift> {
    let edited = |control: &SeenControl| {
        let standing = control.standing.as_ref().and_then(Json::as_object);
        standing.and_then(|standing| standing.get("edited")?.as_str()).map(str::to_owned)
    };
    let before =
        compared.seen.before.iter().find(|before| before.kind == seen.kind && before.name == seen.name)?;
    let (was, is) = (edited(before)?, edited(seen)?);
    if was == is {
        return None;
    }
    let message = format!("the {} was edited outside Terraform at {}", phrase(object), escape(&is));
    let drift = Drift::new(Class::BudgetBlinded, object.clone(), message)
        .field("edited")
        .moved(Some(was), Some(is.clone()), Measure::Text(is))
        .because("an edit sets what a budget has counted to nothing, so its alerts are late until new data arrives")
        .help("look at the spend of the period by hand, then apply the governance so that the state knows of it");
    Some(drift)
}
