//! The yardstick: the least that any checker written with serde does. One pass, one typed struct per change with the attributes of
//! a seven-rule policy (facts: plan-json, "Benchmark set-up"), everything else skipped, nothing kept.

use std::fmt;
use std::io::BufReader;
use std::process::ExitCode;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow, rename = "type")]
    kind: std::borrow::Cow<'a, str>,
    change: Change,
}

#[derive(Deserialize)]
struct Change {
    actions: Vec<String>,
    after: Option<After>,
}

#[derive(Deserialize)]
struct After {
    region: Option<String>,
    max_size: Option<f64>,
    max_capacity: Option<f64>,
    reserved_concurrent_executions: Option<f64>,
    acl: Option<String>,
    tags: Option<std::collections::BTreeMap<String, Option<String>>>,
}

#[derive(Default)]
struct Found(usize);

impl Found {
    fn judge(&mut self, entry: &Entry) {
        let Some(after) = &entry.change.after else { return };
        if entry.change.actions.iter().all(|action| action == "no-op") {
            return;
        }
        let over = |value: Option<f64>| usize::from(value.is_some_and(|value| value > 20.0));
        self.0 += usize::from(after.region.as_deref().is_some_and(|region| !region.starts_with("eu-")));
        self.0 += over(after.max_size) + over(after.max_capacity);
        self.0 += usize::from(
            entry.kind == "aws_lambda_function" && after.reserved_concurrent_executions.is_none(),
        );
        self.0 += usize::from(after.acl.as_deref().is_some_and(|acl| acl.starts_with("public")));
        self.0 += usize::from(after.tags.as_ref().is_some_and(|tags| !tags.contains_key("owner")));
    }
}

/// Reads the file, or standard input for `-`, in the mode that `plancheck` reads it in.
pub(crate) fn run(file: &str) -> ExitCode {
    let mut found = Found::default();
    if file == "-" {
        let reader = BufReader::with_capacity(64 * 1024, std::io::stdin().lock());
        serde_json::Deserializer::from_reader(reader).deserialize_map(Top(&mut found)).expect("a plan");
    } else {
        let bytes = std::fs::read(file).expect("the plan can be read");
        let text = std::str::from_utf8(&bytes).expect("the plan is UTF-8");
        serde_json::Deserializer::from_str(text).deserialize_map(Top(&mut found)).expect("a plan");
    }
    println!("{}", found.0);
    ExitCode::SUCCESS
}

struct Top<'f>(&'f mut Found);

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a plan")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "resource_changes" {
                map.next_value_seed(Entries(&mut *self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct Entries<'f>(&'f mut Found);

impl<'de> serde::de::DeserializeSeed<'de> for Entries<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("resource changes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(entry) = entries.next_element::<Entry>()? {
            self.0.judge(&entry);
        }
        Ok(())
    }
}
