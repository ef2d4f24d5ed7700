//! Picks the members of a map that matter, such as the tags that somebody looks at, out of the many that do not. What is no map stays as it
//! is, for whoever reads it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The text with only these members; `None` where it stays as it is. Of a list of blocks those stay that have no such key as well: what they
/// are cannot be told.
pub(super) fn pick(raw: &str, keys: &BTreeSet<String>) -> Option<String> {
    match raw.as_bytes().first()? {
        b'{' => {
            let Members(members) = serde_json::from_str(raw).ok()?;
            let mut picked = String::from("{");
            for (key, value) in members.into_iter().filter(|(key, _)| keys.contains(&**key)) {
                let comma = if picked.len() > 1 { "," } else { "" };
                let key = serde_json::to_string(&key).ok()?;
                write!(picked, "{comma}{key}:{value}").ok()?;
            }
            picked.push('}');
            Some(picked)
        }
        b'[' => {
            let Blocks(blocks) = serde_json::from_str(raw).ok()?;
            let mut picked = String::from("[");
            for block in blocks.into_iter().map(RawValue::get).filter(|block| matters(block, keys)) {
                let comma = if picked.len() > 1 { "," } else { "" };
                write!(picked, "{comma}{block}").ok()?;
            }
            picked.push(']');
            Some(picked)
        }
        _ => None,
    }
}

/// `{ "key": "owner", … }`
#[derive(Deserialize)]
struct Block<'a> {
    #[serde(borrow)]
    key: Cow<'a, str>,
}

fn matters(block: &str, keys: &BTreeSet<String>) -> bool {
    serde_json::from_str::<Block<'_>>(block).map_or(true, |block| keys.contains(&*block.key))
}

/// All members, also of keys that occur twice: whoever reads what is picked refuses that.
struct Members<'a>(Vec<(Cow<'a, str>, &'a str)>);

/// A key, without a copy where it has no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Key(key), value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
                    members.push((key, value.get()));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

struct Blocks<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Blocks<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements;
        impl<'de> Visitor<'de> for Elements {
            type Value = Blocks<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut blocks = Vec::new();
                while let Some(block) = list.next_element()? {
                    blocks.push(block);
                }
                Ok(Blocks(blocks))
            }
        }
        deserializer.deserialize_seq(Elements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(raw: &str) -> String {
        let keys = ["owner", "caf\u{e9}"].map(str::to_owned).into();
        pick(raw, &keys).unwrap_or_else(|| raw.to_owned())
    }

    #[test]
    fn only_what_matters_stays() {
        let cases = [
            (r#"{"Name":"x","owner":"a","n":{"owner":1}}"#, r#"{"owner":"a"}"#),
            (r#"{"Name":"x"}"#, "{}"),
            (r#"{"caf\u00e9":[1, 2],"owner":null}"#, "{\"caf\u{e9}\":[1, 2],\"owner\":null}"),
            (
                r#"[{"key":"Name","value":"x"},{"value":"y","key":"owner"}]"#,
                r#"[{"value":"y","key":"owner"}]"#,
            ),
            ("[]", "[]"),
            ("true", "true"),
            ("null", "null"),
        ];
        for (raw, expected) in cases {
            assert_eq!(picked(raw), expected, "{raw}");
        }
    }

    #[test]
    fn what_is_odd_stays_for_the_reader_to_judge() {
        for raw in
            [r#"{"owner":1,"owner":2}"#, r#"[{"key":1},{"value":"x"},"owner",{"key":"owner","key":"Name"}]"#]
        {
            assert_eq!(picked(raw), raw);
        }
    }
}
