//! Values that are spelled differently and mean the same, so that a change of spelling is no change. What cannot be read is
//! compared as it is: saying what is wrong with it is not done here.

use remit_governance::{
    json::Json,
    person::Email,
    ssh_key::SshKey,
    time::{Duration, parse_instant},
};
use std::collections::BTreeSet;
use tf_provider_sdk::{Object, Value};

/// `72h` and `3d`.
pub(crate) fn durations(one: &Value, other: &Value) -> bool {
    same(one, other, |text| Duration::parse(text).ok())
}

/// JSON text, whatever its whitespace and order.
pub(crate) fn json(one: &Value, other: &Value) -> bool {
    same(one, other, |text| Json::parse(text).ok())
}

/// E-mail addresses in upper or lower case.
pub(crate) fn emails(one: &Value, other: &Value) -> bool {
    same(one, other, |text| Email::parse(text).ok())
}

/// Sets of SSH public keys, whatever their comments.
pub(crate) fn keys(one: &Value, other: &Value) -> bool {
    let read = |keys: &Value| -> Option<BTreeSet<SshKey>> {
        keys.elements()?.map(|key| SshKey::parse(key.as_str()?).ok()).collect()
    };
    one == other || read(one).is_some_and(|keys| Some(keys) == read(other))
}

/// Sets of freezes, whatever the offsets of their instants.
pub(crate) fn freezes(one: &Value, other: &Value) -> bool {
    let read = |freezes: &Value| -> Option<BTreeSet<Object>> {
        freezes.elements()?.map(|freeze| in_utc(freeze.as_object()?.clone())).collect()
    };
    one == other || read(one).is_some_and(|freezes| Some(freezes) == read(other))
}

/// Maps in which a key without a value is no key.
pub(crate) fn maps(one: &Value, other: &Value) -> bool {
    let given = |map: &Value| -> Option<Object> {
        let given = map.as_object()?.iter().filter(|(_, value)| !value.is_null());
        Some(given.map(|(key, value)| (key, value.clone())).collect())
    };
    one == other || given(one).is_some_and(|map| Some(map) == given(other))
}

fn in_utc(mut freeze: Object) -> Option<Object> {
    for name in ["from", "until"] {
        let instant = parse_instant(freeze.get(name).as_str()?).ok()?;
        freeze.set(name, instant.to_string());
    }
    Some(freeze)
}

fn same<T: PartialEq>(one: &Value, other: &Value, read: impl Fn(&str) -> Option<T>) -> bool {
    let read = |value: &Value| value.as_str().and_then(&read);
    one == other || read(one).is_some_and(|value| Some(value) == read(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_is_seen_through_and_meaning_is_not() {
        type Same = fn(&Value, &Value) -> bool;
        let pairs: [(Same, &str, &str, &str); 3] = [
            (durations, "72h", "3d", "4d"),
            (json, r#"{"a":1,"b":[2]}"#, r#" {"b": [2], "a": 1}"#, r#"{"a":1,"b":[3]}"#),
            (emails, "Dana@Example.com", "dana@example.com", "dan@example.com"),
        ];
        for (same, one, spelled, other) in pairs {
            assert!(same(&one.into(), &spelled.into()), "{one} {spelled}");
            assert!(!same(&one.into(), &other.into()), "{one} {other}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_compared_as_it_is() {
        assert!(durations(&"soon".into(), &"soon".into()));
        assert!(!durations(&"soon".into(), &"later".into()));
        assert!(!json(&"{".into(), &"[".into()));
    }

    #[test]
    fn comments_of_keys_do_not_matter() {
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMuFIioPWVCvF/deoD9UkyQxYbLJXDqlNd7dPosnLzen";
        let set = |comments: &[&str]| {
            Value::set(comments.iter().map(|comment| Value::from(format!("{key} {comment}"))))
        };
        assert!(keys(&set(&["laptop"]), &set(&["desk", "phone"])));
        assert!(!keys(&set(&["laptop"]), &Value::set([])));
    }

    #[test]
    fn offsets_of_freezes_do_not_matter() {
        let freeze = |from: &str| {
            Value::set([Value::from(
                Object::new().with("from", from).with("until", "2027-01-03T00:00:00Z").with("reason", "x"),
            )])
        };
        assert!(freezes(&freeze("2026-12-20T00:00:00Z"), &freeze("2026-12-20T01:00:00+01:00")));
        assert!(!freezes(&freeze("2026-12-20T00:00:00Z"), &freeze("2026-12-20T01:00:00Z")));
    }

    #[test]
    fn keys_without_a_value_do_not_matter() {
        let map = |gpus: Value| Value::from(Object::new().with("instances", "20").with("gpus", gpus));
        let without = Value::from(Object::new().with("instances", "20"));
        assert!(maps(&map(Value::Null), &without));
        assert!(!maps(&map("8".into()), &without));
    }
}
