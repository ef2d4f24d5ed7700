//! Two provider schemas, attribute by attribute. A schema does not carry the value of a default. What it carries is who has to give a value
//! and who may fill it in, and often a sentence about the default in the description.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Change;

/// How deep blocks may be nested.
const DEEPEST: usize = 32;

/// What a schema says of one attribute or block.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Said {
    /// Who gives the value: required, optional, computed.
    given_by: String,
    /// What the description says is the default.
    default: Option<String>,
}

pub(super) fn compare(before: &Value, after: &Value) -> Vec<Change> {
    let (before, after) = (attributes(before), attributes(after));
    let mut changes = Vec::new();
    for (subject, was) in &before {
        let Some(is) = after.get(subject) else {
            // A type that is gone is told once.
            changes.push(gone(subject, &after));
            continue;
        };
        if was.default != is.default && (was.default.is_some() || is.default.is_some()) {
            changes.push(change(
                subject,
                "the documented default",
                was.default.clone(),
                is.default.clone(),
                true,
            ));
        }
        if was.given_by != is.given_by {
            let sides = (Some(was.given_by.clone()), Some(is.given_by.clone()));
            changes.push(change(subject, "who gives the value", sides.0, sides.1, true));
        }
    }
    let types: BTreeSet<&str> = before.keys().map(|(kind, _)| kind.as_str()).collect();
    for (subject, is) in after.iter().filter(|(subject, _)| !before.contains_key(*subject)) {
        // Only what is new in a type that was there: a new type has nobody who relied on it.
        if types.contains(subject.0.as_str()) {
            changes.push(change(
                subject,
                "the attribute",
                None,
                Some(is.given_by.clone()),
                is.default.is_some(),
            ));
        }
    }
    let mut told = BTreeSet::new();
    changes.retain(|change| told.insert((change.subject.clone(), change.what)));
    changes
}

type Subject = (String, String);

fn gone(subject: &Subject, after: &BTreeMap<Subject, Said>) -> Change {
    let (kind, _) = subject;
    let stays = after.keys().any(|(known, _)| known == kind);
    let there = Some("there".to_owned());
    if stays {
        return change(subject, "the attribute", there, None, !rows(kind, &subject.1).is_empty());
    }
    let mut all: Vec<String> = remit_catalog::defaults_of(kind).map(|row| row.id.to_owned()).collect();
    all.sort();
    let moved = !all.is_empty();
    Change { subject: kind.clone(), rows: all, what: "the resource type", before: there, after: None, moved }
}

fn change(
    subject: &Subject,
    what: &'static str,
    before: Option<String>,
    after: Option<String>,
    moved: bool,
) -> Change {
    let (kind, path) = subject;
    Change { subject: format!("{kind}.{path}"), rows: rows(kind, path), what, before, after, moved }
}

fn rows(kind: &str, path: &str) -> Vec<String> {
    let about = remit_catalog::defaults_of(kind).filter(|row| row.attribute_path == path);
    about.map(|row| row.id.to_owned()).collect()
}

fn attributes(document: &Value) -> BTreeMap<Subject, Said> {
    let mut found = BTreeMap::new();
    let providers = document.get("provider_schemas").and_then(Value::as_object).into_iter().flatten();
    for (_, provider) in providers {
        let types = provider.get("resource_schemas").and_then(Value::as_object).into_iter().flatten();
        for (kind, schema) in types {
            if let Some(block) = schema.get("block") {
                walk(kind, "", block, 0, &mut found);
            }
        }
    }
    found
}

fn walk(kind: &str, above: &str, block: &Value, depth: usize, found: &mut BTreeMap<Subject, Said>) {
    if depth > DEEPEST {
        return;
    }
    let members = |value: Option<&'_ Value>| value.and_then(Value::as_object).cloned().unwrap_or_default();
    let at = |name: &str| if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
    for (name, attribute) in members(block.get("attributes")) {
        let path = at(&name);
        found.insert((kind.to_owned(), path.clone()), said(&attribute));
        if let Some(nested) = attribute.get("nested_type") {
            walk(kind, &path, nested, depth + 1, found);
        }
    }
    for (name, nested) in members(block.get("block_types")) {
        let path = at(&name);
        let least = nested.get("min_items").and_then(Value::as_u64).unwrap_or_default();
        let given_by = if least > 0 { "required" } else { "optional" }.to_owned();
        found.insert((kind.to_owned(), path.clone()), Said { given_by, default: None });
        if let Some(inner) = nested.get("block") {
            walk(kind, &path, inner, depth + 1, found);
        }
    }
}

fn said(attribute: &Value) -> Said {
    let is = |name: &str| attribute.get(name).and_then(Value::as_bool).unwrap_or_default();
    let words = ["required", "optional", "computed"].into_iter().filter(|word| is(word));
    let description = attribute.get("description").and_then(Value::as_str).unwrap_or_default();
    Said { given_by: words.collect::<Vec<_>>().join(" and "), default: documented(description) }
}

/// How descriptions begin to speak of a default; longer beginnings stand before shorter ones.
const BEGINNINGS: [&str; 7] = [
    "default value is ",
    "default value: ",
    "defaults to ",
    "default to ",
    "default is ",
    "default: ",
    "by default, ",
];

/// What a description says is the default: the rest of the sentence.
fn documented(description: &str) -> Option<String> {
    let plain = description.replace(['`', '"', '*'], "");
    // Lower case in ASCII only, so that places in both texts are the same.
    let lower = plain.to_ascii_lowercase();
    let start = BEGINNINGS.iter().filter_map(|words| Some(lower.find(words)? + words.len())).min()?;
    let rest = plain.get(start..)?;
    let end = rest.find([';', '\n', '(', ')']).unwrap_or(rest.len());
    let sentence = rest.get(..end)?;
    // A dot inside a number or a name ends nothing.
    let sentence = sentence.split(". ").next().unwrap_or(sentence).trim().trim_end_matches('.');
    (!sentence.is_empty()).then(|| sentence.chars().take(120).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_description_says_its_default_in_many_ways() {
        for (description, default) in [
            ("Seconds. Defaults to `600`.", Some("600")),
            (
                "Default value: \"INGRESS_ALL\" Possible values: [\"X\"]",
                Some("INGRESS_ALL Possible values: [X]"),
            ),
            ("The default is 0.6. Higher is slower.", Some("0.6")),
            ("Whether it is on (default: false).", Some("false")),
            ("By default, every region may be used; see the guide", Some("every region may be used")),
            ("The name.", None),
            ("Defaults to .", None),
        ] {
            assert_eq!(documented(description).as_deref(), default, "{description}");
        }
    }

    proptest! {
        #[test]
        fn no_description_makes_it_panic(text in ".{0,80}", end in "(İ|ẞ|é)?.{0,20}") {
            let _ = documented(&text);
            let _ = documented(&format!("{text} Defaults to {end}"));
        }
    }
}
