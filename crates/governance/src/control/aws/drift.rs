//! In which direction a control as it was found differs from the control as it was approved: field by field, since one control can be
//! looser in one and tighter in another. What cannot be compared counts as looser. Whether it exists and can act is not told from its
//! definition, and not here.

mod document;

#[cfg(test)]
mod tests;

use super::Kind;
use crate::{
    decimal,
    dimension::words,
    json::{Json, Members},
};
use std::collections::{BTreeMap, BTreeSet};

words! {
    /// Which way something moved.
    Direction is "a direction" {
        /// It holds less than it did.
        Looser = "looser",
        /// It holds more than it did.
        Tighter = "tighter",
        /// It holds as much as it did.
        Neither = "neither",
    }
}

words! {
    /// What of a control a field is.
    Part is "a part of a control" {
        /// How much or what it lets through.
        Limit = "limit",
        /// Where it holds.
        Attachment = "attachment",
        /// Who hears of it, or what acts on it.
        Arming = "arming",
        /// A limit that raises itself.
        AutoRaise = "auto_raise",
        /// Words for people.
        Wording = "wording",
    }
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Difference {
    /// The field, as a path in the definition; an element of a set stands in brackets: `targets[ou-abcd-12345678]`.
    pub field: String,
    /// What of the control it is.
    pub part: Part,
    /// Which way it moved.
    pub direction: Direction,
    /// What was approved; null where it is not there.
    pub approved: Json,
    /// What was found; null where it is not there.
    pub found: Json,
}

impl Difference {
    fn new(
        field: impl Into<String>,
        part: Part,
        direction: Direction,
        approved: &Json,
        found: &Json,
    ) -> Self {
        Self { field: field.into(), part, direction, approved: approved.clone(), found: found.clone() }
    }
}

/// Everything in which two definitions of one control differ, in the order of their fields. Both are as [`super::Control::definition`]
/// writes them.
pub fn differences(kind: Kind, approved: &Json, found: &Json) -> Vec<Difference> {
    let (Some(wanted), Some(seen)) = (approved.as_object(), found.as_object()) else {
        let changed = Difference::new("definition", Part::Limit, Direction::Looser, approved, found);
        return if approved == found { Vec::new() } else { vec![changed] };
    };
    let names: BTreeSet<&String> = wanted.keys().chain(seen.keys()).collect();
    // An amount that AWS sets itself is no amount, whatever stands there today.
    let adjusted = kind == Kind::Budget && is_adjusted(seen) && !is_adjusted(wanted);
    let mut all = Vec::new();
    for name in names {
        let side = |of: &BTreeMap<String, Json>| of.get(name).cloned().unwrap_or(Json::Null);
        let (approved, found) = (side(wanted), side(seen));
        let told = adjusted && matches!(name.as_str(), "amount" | "currency");
        if approved != found && !told {
            field(kind, name, &approved, &found, &mut all);
        }
    }
    all.sort();
    all
}

fn field(kind: Kind, name: &str, approved: &Json, found: &Json, all: &mut Vec<Difference>) {
    let limit = |direction| Difference::new(name, Part::Limit, direction, approved, found);
    match (kind, name) {
        (_, "description") => {
            all.push(Difference::new(name, Part::Wording, Direction::Neither, approved, found));
        }
        (Kind::Policy, "targets") => elements(name, Part::Attachment, approved, found, all),
        (Kind::Policy, "document") => all.push(document::difference(approved, found)),
        (Kind::Budget, "alerts") => alerts(approved, found, all),
        (Kind::Budget, "period") => period(approved, found, all),
        (Kind::Budget, "filter") => all.push(limit(counted(approved, found))),
        (Kind::Budget, "amount") | (_, "max" | "min" | "reserved_concurrency") => {
            let direction = match name {
                // No minimum keeps nothing running by itself.
                "min" if *found == Json::Null => Direction::Tighter,
                _ => bound(approved, found),
            };
            all.extend((direction != Direction::Neither).then(|| limit(direction)));
        }
        (Kind::BudgetAction, "targets" | "told") => elements(name, Part::Arming, approved, found, all),
        (Kind::BudgetAction, name) => {
            all.push(Difference::new(name, Part::Arming, Direction::Looser, approved, found));
        }
        _ => all.push(limit(Direction::Looser)),
    }
}

/// A maximum: nothing is no bound at all.
fn bound(approved: &Json, found: &Json) -> Direction {
    match (amount(approved), amount(found)) {
        (Some(approved), Some(found)) if found == approved => Direction::Neither,
        (Some(approved), Some(found)) if found < approved => Direction::Tighter,
        (None, Some(_)) if *approved == Json::Null => Direction::Tighter,
        _ => Direction::Looser,
    }
}

fn amount(json: &Json) -> Option<decimal::Decimal> {
    match json {
        Json::Number(number) => decimal::parse(number.as_str()),
        Json::String(text) => decimal::parse(text),
        _ => None,
    }
}

/// Each element of a set by itself: one that is gone is looser, one that came is tighter.
fn elements(name: &str, part: Part, approved: &Json, found: &Json, all: &mut Vec<Difference>) {
    let (approved, found) = (texts(approved), texts(found));
    let mut differs = |element: &str, direction, was: Json, is: Json| {
        all.push(Difference::new(format!("{name}[{element}]"), part, direction, &was, &is));
    };
    for element in approved.difference(&found) {
        differs(element, Direction::Looser, Json::from(*element), Json::Null);
    }
    for element in found.difference(&approved) {
        differs(element, Direction::Tighter, Json::Null, Json::from(*element));
    }
}

fn texts(json: &Json) -> BTreeSet<&str> {
    match json {
        Json::String(text) => BTreeSet::from([text.as_str()]),
        Json::Array(items) => items.iter().filter_map(Json::as_str).collect(),
        _ => BTreeSet::new(),
    }
}

/// An alert that is gone tells nobody, and neither does one that nobody is subscribed to.
fn alerts(approved: &Json, found: &Json, all: &mut Vec<Difference>) {
    let none = BTreeMap::new();
    let (wanted, seen) = (approved.as_object().unwrap_or(&none), found.as_object().unwrap_or(&none));
    let names: BTreeSet<&String> = wanted.keys().chain(seen.keys()).collect();
    for name in names {
        let field = format!("alerts[{name}]");
        match (wanted.get(name), seen.get(name)) {
            (Some(was), Some(is)) => elements(&field, Part::Arming, was, is, all),
            (was, is) => {
                let direction = if is.is_some() { Direction::Tighter } else { Direction::Looser };
                let side = |json: Option<&Json>| json.cloned().unwrap_or(Json::Null);
                all.push(Difference::new(field, Part::Arming, direction, &side(was), &side(is)));
            }
        }
    }
}

/// What the provider adds to the period of a budget whose amount AWS raises by itself.
const ADJUSTED: &str = "adjusted by AWS itself";

fn is_adjusted(budget: &BTreeMap<String, Json>) -> bool {
    let period = budget.get("period").and_then(Json::as_str).unwrap_or_default();
    period.split(", ").any(|part| part == ADJUSTED)
}

fn period(approved: &Json, found: &Json, all: &mut Vec<Difference>) {
    let parts = |json: &Json| -> BTreeSet<String> {
        json.as_str().unwrap_or_default().split(", ").map(str::to_owned).collect()
    };
    let (was, is) = (parts(approved), parts(found));
    if is.contains(ADJUSTED) && !was.contains(ADJUSTED) {
        let adjusted = Json::from(ADJUSTED);
        all.push(Difference::new("auto_adjust", Part::AutoRaise, Direction::Looser, &Json::Null, &adjusted));
    }
    let rest = |parts: &BTreeSet<String>| -> BTreeSet<String> {
        parts.iter().filter(|part| *part != ADJUSTED).cloned().collect()
    };
    if rest(&was) != rest(&is) {
        all.push(Difference::new("period", Part::Limit, Direction::Looser, approved, found));
    }
}

/// A budget that counts less is looser, since it tells later; one that counts more is tighter.
fn counted(approved: &Json, found: &Json) -> Direction {
    let (Some(was), Some(is)) = (approved.as_object(), found.as_object()) else { return Direction::Looser };
    let accounts = |of: &'_ BTreeMap<String, Json>| -> BTreeSet<String> {
        of.get("accounts").map(texts).unwrap_or_default().into_iter().map(str::to_owned).collect()
    };
    // None named is all of them.
    let (wanted, seen) = (accounts(was), accounts(is));
    let as_many = seen.is_empty() || (!wanted.is_empty() && wanted.is_subset(&seen));
    // Every tag has to be there, so each further one leaves something out.
    let tags =
        |of: &BTreeMap<String, Json>| of.get("tags").and_then(Json::as_object).cloned().unwrap_or_default();
    let (wanted, seen) = (tags(was), tags(is));
    let no_further = seen.iter().all(|(key, value)| wanted.get(key) == Some(value));
    let known = ["accounts", "tags"];
    let only_these = was.keys().chain(is.keys()).all(|name| known.contains(&name.as_str()));
    if as_many && no_further && only_these { Direction::Tighter } else { Direction::Looser }
}

/// Several fields as one value.
fn object(members: impl IntoIterator<Item = (&'static str, Json)>) -> Json {
    members.into_iter().fold(Members::new(), |all, (name, value)| all.put(name, value)).into()
}
