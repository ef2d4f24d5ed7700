//! How long a file may take to read. The parser compares every member of an object with all members before it, so that a hostile
//! file of a few hundred kilobytes could keep it busy for minutes.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::files::Entry;

/// The most that all files together may take: members of an object, squared. About twenty seconds at worst; real sources take
/// thousandths of it.
pub(crate) const MOST: u64 = 450_000_000;

/// The most of the parser's comparisons a text can lead to. An error is a clause about a text that is no JSON, of which it cannot be told.
///
/// INVARIANT: never too low. In HCL every member of an object has a `=` or a `:`, whatever else has one too; JSON is counted as it is.
pub(crate) fn of(text: &str, entry: Entry) -> Result<u64, String> {
    match entry {
        Entry::Native => Ok(of_native(text)),
        Entry::Json => match serde_json::from_str::<Members>(text) {
            Ok(Members(count)) => Ok(count),
            Err(error) => Err(unreadable(error.line(), error.column())),
        },
    }
}

/// The most for a text in HCL.
pub(crate) fn of_native(text: &str) -> u64 {
    square(text.bytes().filter(|byte| matches!(byte, b'=' | b':')).count())
}

/// A clause about a text that goes wrong there.
pub(super) fn unreadable(line: usize, column: usize) -> String {
    format!("line {line}, column {column} is not in a form that can be read")
}

fn square(count: usize) -> u64 {
    u64::try_from(count).map_or(u64::MAX, |count| count.saturating_mul(count))
}

/// The members of every object in a JSON text, squared.
struct Members(u64);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Counter;
        impl<'de> Visitor<'de> for Counter {
            type Value = Members;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let (mut count, mut below) = (0_usize, 0_u64);
                while map.next_key::<IgnoredAny>()?.is_some() {
                    count += 1;
                    below = below.saturating_add(map.next_value::<Members>()?.0);
                }
                Ok(Members(below.saturating_add(square(count))))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Members, A::Error> {
                let mut below = 0_u64;
                while let Some(Members(more)) = list.next_element()? {
                    below = below.saturating_add(more);
                }
                Ok(Members(below))
            }
            fn visit_unit<E>(self) -> Result<Members, E> {
                Ok(Members(0))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Members, E> {
                Ok(Members(0))
            }
            fn visit_i64<E>(self, _: i64) -> Result<Members, E> {
                Ok(Members(0))
            }
            fn visit_u64<E>(self, _: u64) -> Result<Members, E> {
                Ok(Members(0))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Members, E> {
                Ok(Members(0))
            }
            fn visit_str<E>(self, _: &str) -> Result<Members, E> {
                Ok(Members(0))
            }
        }
        deserializer.deserialize_any(Counter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_object_takes_the_square_of_its_size_and_many_small_ones_do_not() {
        let one: Vec<String> = (0..300).map(|number| format!("\"k{number}\": true")).collect();
        let one = format!("{{{}}}", one.join(","));
        assert_eq!(of(&one, Entry::Json), Ok(90_000));
        let many = format!("[{}]", vec!["{\"a\": [], \"b\": null}"; 150].join(","));
        assert_eq!(of(&many, Entry::Json), Ok(600));
        assert_eq!(of("a = { b : 1 }", Entry::Native), Ok(4));
        // A number may count as a member: rather too much than too little.
        assert!(of("[1, -2.5e3]", Entry::Json).is_ok_and(|effort| effort <= 2));
        assert_eq!(of("{\n", Entry::Json), Err(unreadable(2, 0)));
    }
}
