//! Tags and labels: those of the resource, and those its provider gives to everything.

use remit_governance::json::Json;

use super::Tags;
use super::asked::Asked;
use super::attribute::Object;
use super::origin::{Origin, Origins};
use crate::change::Changed;
use crate::plan::ProviderConfig;

pub(super) fn read(
    change: &Changed,
    object: &Object,
    origins: Origins<'_>,
    configs: &[(&str, &ProviderConfig)],
    asked: &Asked,
) -> Tags {
    let Some(provider) = remit_catalog::provider_of(&change.resource_type) else {
        return Tags { open: true, ..Tags::default() };
    };
    let mut tags = Tags::default();
    // The defaults of the provider go into the complete list. A type that has only lists of its own, such as an auto scaling group, does
    // not get them.
    let mut has_complete = false;
    for (place, path) in provider.resource_tags.iter().enumerate() {
        let (value, unknown) = object.root().at(path.segments());
        // Attributes that are not set are there too, as null.
        let has_attribute = value.is_some() || unknown.is_some();
        tags.taggable |= has_attribute;
        has_complete |= has_attribute && place == 0;
        if unknown == Some(&Json::Bool(true)) {
            // The complete list is not known yet; the shorter one beside it may be.
            tags.open = true;
            continue;
        }
        let sensitive = object.is_sensitive(path.segments());
        let found = add(&mut tags, value, unknown, sensitive);
        if found {
            break;
        }
    }
    tags.known.retain(|key, _| asked.wants_tag(key));
    let takes_defaults = has_complete || !tags.taggable;
    for (key, config) in configs.iter().filter(|_| takes_defaults) {
        for path in &provider.provider_tags {
            match origins.provider_argument(key, config, *path) {
                Origin::Absent => {}
                Origin::CannotTell(_) => tags.open = true,
                Origin::Value { value, sensitive } => {
                    let mut defaults = Tags::default();
                    add(&mut defaults, Some(&value), None, sensitive);
                    let wanted = defaults.known.into_iter().filter(|(name, _)| asked.wants_tag(name));
                    for (name, value) in wanted {
                        tags.known.entry(name).or_insert(value);
                    }
                }
            }
        }
    }
    tags
}

/// Adds a map of tags, or a list of blocks with `key` and `value`; says whether there was anything to add.
fn add(tags: &mut Tags, value: Option<&Json>, unknown: Option<&Json>, sensitive: bool) -> bool {
    let text = |json: &Json| if sensitive { None } else { plain(json) };
    match value {
        Some(Json::Object(members)) => {
            for (key, value) in members {
                tags.known.insert(key.clone(), text(value));
            }
        }
        Some(Json::Array(blocks)) if !blocks.is_empty() => {
            for block in blocks {
                let members = block.as_object();
                match members.and_then(|members| members.get("key")).and_then(Json::as_str) {
                    Some(key) => {
                        let value = members.and_then(|members| members.get("value")).and_then(text);
                        tags.known.insert(key.to_owned(), value);
                    }
                    None => tags.open = true,
                }
            }
        }
        _ if unknown.is_none_or(|marks| matches!(marks, Json::Bool(false) | Json::Null)) => return false,
        _ => {}
    }
    match unknown {
        Some(Json::Object(marks)) => {
            for (key, mark) in marks {
                if *mark == Json::Bool(true) {
                    tags.known.insert(key.clone(), None);
                }
            }
        }
        Some(Json::Array(marks)) => {
            tags.open |= marks.iter().any(|mark| *mark != Json::Object(std::collections::BTreeMap::new()));
        }
        _ => {}
    }
    true
}

fn plain(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Bool(value) => Some(value.to_string()),
        Json::Number(number) => Some(number.as_str().to_owned()),
        _ => None,
    }
}
