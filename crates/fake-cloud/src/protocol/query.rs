//! The query protocol: a form with `Action`, whose flat names (`Tags.member.1.Key`) spell a tree.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Unasked, unplayed};
use crate::contract::{Contract, Protocol};

pub(super) fn decode<'a>(
    contracts: &'a [Contract],
    body: &[u8],
) -> Result<(&'a Contract, String, Value), Unasked<'a>> {
    let mut form: BTreeMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
    let action = form.remove("Action").unwrap_or_default();
    let version = form.remove("Version").unwrap_or_default();
    let is_meant = |contract: &&Contract| {
        matches!(contract.protocol, Protocol::Query | Protocol::Ec2) && contract.version == version
    };
    let contract = contracts.iter().find(is_meant);
    let contract =
        contract.ok_or_else(|| unplayed(None, &format!("{action} of the API version `{version}`")))?;
    let Some(operation) = contract.operations.get(&action) else {
        return Err(unplayed(Some(contract), &format!("{action} of {}", contract.service)));
    };
    let mut tree = Tree::default();
    for (name, value) in form {
        tree.put(&name, value);
    }
    let input = operation.input.as_deref().map_or(Value::Null, |shape| value(contract, shape, &tree));
    Ok((contract, action, if input.is_null() { Value::Object(Map::new()) } else { input }))
}

/// Names by their parts.
#[derive(Default)]
struct Tree {
    text: Option<String>,
    below: BTreeMap<String, Tree>,
}

impl Tree {
    fn put(&mut self, name: &str, text: String) {
        let mut place = self;
        for part in name.split('.') {
            place = place.below.entry(part.to_owned()).or_default();
        }
        place.text = Some(text);
    }

    /// The items of a list, in the order of their numbers.
    fn items(&self) -> Vec<&Tree> {
        let mut items: Vec<_> =
            self.below.iter().filter_map(|(name, tree)| Some((name.parse::<usize>().ok()?, tree))).collect();
        items.sort_by_key(|(number, _)| *number);
        items.into_iter().map(|(_, tree)| tree).collect()
    }
}

/// The tree in the types of the contract. What does not fit stays text, which the check of the contract then refuses.
fn value(contract: &Contract, name: &str, tree: &Tree) -> Value {
    let text = || tree.text.clone().map_or(Value::Null, Value::from);
    let Some(shape) = contract.shape(name) else { return text() };
    match shape.kind.as_str() {
        "structure" => {
            let member = |(name, below): (&String, &Tree)| {
                let of = shape.members.get(name).map_or("", |reference| reference.shape.as_str());
                (name.clone(), value(contract, of, below))
            };
            Value::Object(tree.below.iter().map(member).collect())
        }
        "list" => {
            let of = shape.member.as_ref().map_or("", |reference| reference.shape.as_str());
            let items = tree.below.get("member").map(Tree::items).unwrap_or_default();
            Value::Array(items.into_iter().map(|item| value(contract, of, item)).collect())
        }
        "boolean" => {
            tree.text.as_deref().and_then(|text| text.parse::<bool>().ok()).map_or_else(text, Value::from)
        }
        "integer" | "long" => {
            tree.text.as_deref().and_then(|text| text.parse::<i64>().ok()).map_or_else(text, Value::from)
        }
        _ => text(),
    }
}
