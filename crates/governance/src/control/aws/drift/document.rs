//! The documents of service control policies, which only deny: found statements are compared with approved ones by what they deny.

use super::{Difference, Direction, Part, amount, object, texts};
use crate::json::Json;
use std::collections::{BTreeMap, BTreeSet};

/// The difference between two documents that differ. It shows the statements that only one of them has.
pub(super) fn difference(approved: &Json, found: &Json) -> Difference {
    let (Some(wanted), Some(seen)) = (statements(approved), statements(found)) else {
        return Difference::new("document", Part::Limit, Direction::Looser, approved, found);
    };
    let only = |these: &[&Json], those: &[&Json]| -> Vec<Json> {
        these.iter().filter(|one| !those.contains(one)).map(|one| (*one).clone()).collect()
    };
    let (gone, new) = (only(&wanted, &seen), only(&seen, &wanted));
    let all_denied = gone.iter().all(|was| seen.iter().any(|is| denies_all_of(was, is)));
    let nothing_allowed = new.iter().all(|one| effect(one) == Some("Deny"));
    let same_language = member(approved, "Version") == member(found, "Version");
    let tighter = all_denied && nothing_allowed && same_language;
    let direction = if tighter { Direction::Tighter } else { Direction::Looser };
    let shown = |statements: Vec<Json>, document: &Json| {
        let version = member(document, "Version").filter(|_| !same_language).cloned();
        let members = [("Statement", statements.into_iter().collect::<Json>())];
        object(members.into_iter().chain(version.map(|version| ("Version", version))))
    };
    Difference::new("document", Part::Limit, direction, &shown(gone, approved), &shown(new, found))
}

fn member<'j>(json: &'j Json, name: &str) -> Option<&'j Json> {
    json.as_object()?.get(name)
}

fn effect(statement: &Json) -> Option<&str> {
    member(statement, "Effect")?.as_str()
}

/// Documents with a member that we do not know are not compared.
fn statements(document: &Json) -> Option<Vec<&Json>> {
    let members = document.as_object()?;
    if !members.keys().all(|name| matches!(name.as_str(), "Statement" | "Version" | "Id")) {
        return None;
    }
    Some(match members.get("Statement")? {
        Json::Array(items) => items.iter().collect(),
        one => vec![one],
    })
}

/// Whether everything that the first statement denies is denied by the second as well.
fn denies_all_of(was: &Json, is: &Json) -> bool {
    let (Some(wanted), Some(seen)) = (was.as_object(), is.as_object()) else { return false };
    if effect(was) != Some("Deny") || effect(is) != Some("Deny") {
        return false;
    }
    let names: BTreeSet<&str> = wanted.keys().chain(seen.keys()).map(String::as_str).collect();
    names.into_iter().all(|name| {
        let (was, is) = (wanted.get(name), seen.get(name));
        match name {
            "Effect" | "Sid" => true,
            "Action" | "Resource" => both(was, is, |was, is| is.contains("*") || was.is_subset(is)),
            "NotAction" | "NotResource" => both(was, is, |was, is| is.is_subset(was)),
            "Condition" => conditions(was, is),
            _ => was == is,
        }
    })
}

fn both(
    was: Option<&Json>,
    is: Option<&Json>,
    holds: impl Fn(&BTreeSet<&str>, &BTreeSet<&str>) -> bool,
) -> bool {
    matches!((was, is), (Some(was), Some(is)) if holds(&texts(was), &texts(is)))
}

/// All conditions have to hold before something is denied: one fewer denies more, one more denies less.
fn conditions(was: Option<&Json>, is: Option<&Json>) -> bool {
    let (Some(was), Some(is)) = (flat(was), flat(is)) else { return false };
    is.iter().all(|(place, seen)| was.get(place).is_some_and(|wanted| holds_as_often(place.0, wanted, seen)))
}

type Conditions<'j> = BTreeMap<(&'j str, &'j str), &'j Json>;

/// By operator and key; `None` where it is no block of conditions.
fn flat(block: Option<&Json>) -> Option<Conditions<'_>> {
    let Some(block) = block else { return Some(Conditions::new()) };
    let mut all = Conditions::new();
    for (operator, keys) in block.as_object()? {
        for (key, values) in keys.as_object()? {
            all.insert((operator, key), values);
        }
    }
    Some(all)
}

/// Whether a condition holds whenever the approved one does.
fn holds_as_often(operator: &str, was: &Json, is: &Json) -> bool {
    if was == is {
        return true;
    }
    let plain = operator.strip_suffix("IfExists").unwrap_or(operator);
    let (wanted, seen) = (texts(was), texts(is));
    match plain {
        "StringEquals" | "StringLike" | "ArnLike" | "ArnEquals" => {
            wanted.is_subset(&seen) && !wanted.is_empty()
        }
        "StringNotEquals" | "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => {
            seen.is_subset(&wanted) && !seen.is_empty()
        }
        "NumericGreaterThan" | "NumericGreaterThanEquals" => {
            matches!((amount(was), amount(is)), (Some(was), Some(is)) if is <= was)
        }
        _ => false,
    }
}
