//! A service control policy and where it is attached.

use crate::{
    json::{Json, Members},
    limits::strings,
};
use std::collections::BTreeSet;

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// What it is for.
    pub description: String,
    /// The document.
    pub document: Json,
    /// What it is attached to. `None` where that is not the envelope's to say: an action of a budget attaches it.
    pub targets: Option<BTreeSet<String>>,
}

impl Policy {
    /// The document as it is sent: without blanks.
    pub fn text(&self) -> String {
        self.document.to_text()
    }

    /// The meaning as JSON, whatever the spelling.
    pub fn definition(&self) -> Json {
        Members::new()
            .put("description", self.description.as_str())
            .put("document", meaning(&self.document))
            .put_some("targets", self.targets.as_ref().map(strings))
            .into()
    }
}

/// A document in which lists that mean sets are in order, and lists of one stand as the one: AWS takes them alike.
fn meaning(json: &Json) -> Json {
    match json {
        Json::Array(items) => {
            let mut items: Vec<Json> = items.iter().map(meaning).collect();
            items.sort();
            items.dedup();
            match <[Json; 1]>::try_from(items) {
                Ok([one]) => one,
                Err(items) => Json::Array(items),
            }
        }
        Json::Object(members) => {
            Json::Object(members.iter().map(|(name, member)| (name.clone(), meaning(member))).collect())
        }
        leaf => leaf.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(text: &str) -> Json {
        meaning(&Json::parse(text).unwrap())
    }

    #[test]
    fn spelling_of_a_document_is_seen_through_and_meaning_is_not() {
        let plain = r#"{"Statement":[{"Effect":"Deny","Action":["a:B","a:C"],"Resource":"*"}]}"#;
        let spelled = r#"{ "Statement": {"Resource":["*"],"Action":["a:C","a:B","a:C"],"Effect":"Deny"} }"#;
        assert_eq!(meant(plain), meant(spelled));
        assert_ne!(meant(plain), meant(&plain.replace("a:C", "a:D")));
    }
}
