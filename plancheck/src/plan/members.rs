//! Picks the members of a map that matter, such as the tags that somebody looks at, out of the many that do not. What is no map stays as it
//! is, for whoever reads it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer as _, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Writes the text with only these members; false, and nothing written, where it stays as it is. Of a list of blocks those stay that have
/// no such key as well: what they are cannot be told.
pub(super) fn pick(out: &mut String, raw: &str, keys: &BTreeSet<String>) -> bool {
    let begun = out.len();
    let mut text = serde_json::Deserializer::from_str(raw);
    let picked = match raw.as_bytes().first() {
        Some(b'{') => text.deserialize_map(Picker { out, keys }),
        Some(b'[') => text.deserialize_seq(Picker { out, keys }),
        _ => return false,
    };
    if picked.is_err() {
        out.truncate(begun);
    }
    picked.is_ok()
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

/// A key, without a copy where it has no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Writes what matters of a map or a list.
struct Picker<'o> {
    out: &'o mut String,
    keys: &'o BTreeSet<String>,
}

impl<'de> Visitor<'de> for Picker<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map or a list")
    }

    // Also members of which the key occurs twice: whoever reads what is picked refuses that.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut comma = "{";
        while let Some(Key(key)) = map.next_key::<Key<'de>>()? {
            if !self.keys.contains(&*key) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value: &RawValue = map.next_value()?;
            let key = serde_json::to_string(&key).map_err(A::Error::custom)?;
            self.out.extend([comma, &key, ":", value.get()]);
            comma = ",";
        }
        self.out.push_str(if comma == "{" { "{}" } else { "}" });
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut comma = "[";
        while let Some(block) = list.next_element::<&RawValue>()?.map(RawValue::get) {
            if matters(block, self.keys) {
                self.out.extend([comma, block]);
                comma = ",";
            }
        }
        self.out.push_str(if comma == "[" { "[]" } else { "]" });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(raw: &str) -> String {
        let keys = ["owner", "caf\u{e9}"].map(str::to_owned).into();
        let mut out = String::from("before");
        let picked = pick(&mut out, raw, &keys);
        let out = out.strip_prefix("before").expect("what was there stays");
        assert!(picked || out.is_empty(), "{out}");
        if picked { out } else { raw }.to_owned()
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
