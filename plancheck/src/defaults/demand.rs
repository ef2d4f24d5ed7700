//! Whether an attribute says what a default override demands. How a decision and an object come together is up to the rules.

use remit_governance::{Decimal, Json};

/// Written in the place of a value, it is met by whatever is written.
const ANYTHING: &str = "required";

/// Whether the texts that an attribute says meet the value that was decided; `None` where the two cannot be compared. An object in the value
/// is looked into along the path of the attribute, by its last name, or by the whole path as one name.
pub fn met(value: &Json, attribute: &str, said: &[String]) -> Option<bool> {
    match value {
        Json::Object(members) => {
            let last = attribute.rsplit('.').next().unwrap_or(attribute);
            let only = |name: &str| members.get(name).filter(|_| members.len() == 1);
            let inside = only(attribute).or_else(|| along(value, attribute)).or_else(|| only(last))?;
            match inside {
                Json::Object(_) => None,
                plain => met(plain, attribute, said),
            }
        }
        Json::String(text) if text == ANYTHING => Some(!said.is_empty()),
        Json::Null => Some(said.is_empty()),
        Json::Array(items) => {
            let wanted: Option<Vec<String>> = items.iter().map(text_of).collect();
            let wanted = wanted?;
            let all = |these: &[String], those: &[String]| {
                these.iter().all(|one| those.iter().any(|other| same(one, other)))
            };
            Some(all(&wanted, said) && all(said, &wanted))
        }
        plain => {
            let wanted = text_of(plain)?;
            Some(!said.is_empty() && said.iter().all(|text| same(text, &wanted)))
        }
    }
}

/// What stands in the value where the attribute stands in an object; nothing beside it may be left unlooked at.
fn along<'v>(value: &'v Json, attribute: &str) -> Option<&'v Json> {
    attribute.split('.').try_fold(value, |value, name| match value {
        Json::Object(members) if members.len() == 1 => members.get(name),
        _ => None,
    })
}

fn text_of(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Bool(_) | Json::Number(_) => Some(json.to_text()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// Letter for letter, and numbers as numbers.
fn same(one: &str, other: &str) -> bool {
    let number = |text: &str| text.parse::<Decimal>().ok();
    one == other || number(one).is_some_and(|one| number(other) == Some(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(value: &str, said: &[&str]) -> Option<bool> {
        let said: Vec<String> = said.iter().map(|text| (*text).to_owned()).collect();
        met(&Json::parse(value).unwrap(), "scaling.max", &said)
    }

    #[test]
    fn a_value_is_met_letter_for_letter_and_numbers_as_numbers() {
        for (value, said) in [
            ("20", &["20.0"][..]),
            ("\"20\"", &["20"]),
            ("true", &["true"]),
            ("\"a\"", &["a", "a"]),
            ("[\"a\", \"b\"]", &["b", "a"]),
            ("\"required\"", &["anything"]),
            ("{\"max\": 20}", &["20"]),
            ("{\"scaling\": {\"max\": 20}}", &["20"]),
            ("{\"scaling.max\": \"required\"}", &["3"]),
            ("null", &[]),
        ] {
            assert_eq!(answer(value, said), Some(true), "{value} {said:?}");
        }
        for (value, said) in [
            ("20", &["21"][..]),
            ("20", &[]),
            ("\"A\"", &["a"]),
            ("\"a\"", &["a", "b"]),
            ("[\"a\", \"b\"]", &["a"]),
            ("[\"a\"]", &["a", "b"]),
            ("\"required\"", &[]),
            ("{\"max\": 20}", &["2"]),
            ("null", &["x"]),
        ] {
            assert_eq!(answer(value, said), Some(false), "{value} {said:?}");
        }
    }

    #[test]
    fn what_cannot_be_compared_is_neither() {
        for value in ["{\"min\": 1}", "{\"max\": 1, \"min\": 1}", "[[1]]", "{\"max\": {\"a\": 1}}", "{}"] {
            assert_eq!(answer(value, &["1"]), None, "{value}");
        }
    }
}
