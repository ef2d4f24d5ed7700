//! From the JSON that `terraform providers schema` prints to a schema that the SDK serves.

use serde_json::{Map, Value as Json};
use tf_provider_sdk::{Attribute, Number, Object, Schema, Type, Value};

use crate::overlay::TypeOverlay;

/// The schema of one resource or of the provider.
pub(crate) fn schema(json: &Json, overlay: &TypeOverlay) -> Result<Schema, String> {
    let version = json.get("version").and_then(Json::as_i64).unwrap_or_default();
    let attributes = block(json.get("block").unwrap_or(&Json::Null))?;
    Ok(Schema::new()
        .version(version)
        .attributes(attributes.into_iter().map(|attribute| overlaid(attribute, overlay))))
}

fn overlaid(attribute: Attribute, overlay: &TypeOverlay) -> Attribute {
    let name = attribute.name().to_owned();
    let attribute = match overlay.defaults.get(&name) {
        Some(default) => attribute.default(value(default)),
        None => attribute,
    };
    if overlay.force_new.contains(&name) { attribute.requires_replace() } else { attribute }
}

fn block(json: &Json) -> Result<Vec<Attribute>, String> {
    let attributes = members(json, "attributes").map(|(name, json)| attribute(name, json));
    let blocks = members(json, "block_types").map(|(name, json)| nested_block(name, json));
    attributes.chain(blocks).collect()
}

fn members<'j>(json: &'j Json, name: &str) -> impl Iterator<Item = (&'j String, &'j Json)> {
    json.get(name).and_then(Json::as_object).into_iter().flat_map(Map::iter)
}

fn attribute(name: &str, json: &Json) -> Result<Attribute, String> {
    let attribute = match json.get("nested_type") {
        Some(nested) => nesting(
            name,
            nested,
            members(nested, "attributes").map(|(n, j)| attribute(n, j)).collect::<Result<_, _>>()?,
        )?,
        None => Attribute::new(
            name,
            ty(json.get("type").unwrap_or(&Json::Null)).ok_or_else(|| format!("`{name}` has no type"))?,
        ),
    };
    let says = |word: &str| json.get(word).and_then(Json::as_bool).unwrap_or_default();
    let attribute = match (says("required"), says("optional"), says("computed")) {
        (true, _, _) => attribute.required(),
        // Providers of the older kind keep what they computed until they are told otherwise.
        (_, true, true) => attribute.optional_computed().keep_prior(),
        (_, false, true) => attribute.computed().keep_prior(),
        _ => attribute,
    };
    Ok(if says("sensitive") { attribute.sensitive() } else { attribute })
}

fn nested_block(name: &str, json: &Json) -> Result<Attribute, String> {
    Ok(nesting(name, json, block(json.get("block").unwrap_or(&Json::Null))?)?.written_as_block())
}

fn nesting(name: &str, json: &Json, attributes: Vec<Attribute>) -> Result<Attribute, String> {
    let mode = json.get("nesting_mode").or_else(|| json.get("nesting")).and_then(Json::as_str);
    match mode {
        Some("single") => Ok(Attribute::nested(name, attributes)),
        Some("list") => Ok(Attribute::nested_list(name, attributes)),
        Some("set") => Ok(Attribute::nested_set(name, attributes)),
        Some("map") => Ok(Attribute::nested_map(name, attributes)),
        _ => Err(format!("`{name}` is nested in a way that this tool does not know")),
    }
}

fn ty(json: &Json) -> Option<Type> {
    match json {
        Json::String(word) => match word.as_str() {
            "bool" => Some(Type::Bool),
            "number" => Some(Type::Number),
            "string" => Some(Type::String),
            "dynamic" => Some(Type::Dynamic),
            _ => None,
        },
        Json::Array(parts) => match (parts.first()?.as_str()?, parts.get(1)?) {
            ("list", of) => Some(Type::list(ty(of)?)),
            ("set", of) => Some(Type::set(ty(of)?)),
            ("map", of) => Some(Type::map(ty(of)?)),
            ("tuple", Json::Array(of)) => of.iter().map(ty).collect::<Option<_>>().map(Type::Tuple),
            ("object", Json::Object(of)) => of
                .iter()
                .map(|(name, of)| Some((name.as_str().into(), ty(of)?)))
                .collect::<Option<_>>()
                .map(Type::Object),
            _ => None,
        },
        _ => None,
    }
}

/// A value of the overlay. Its collections become what the schema says they are.
pub(crate) fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => number.to_string().parse::<Number>().map_or(Value::Null, Value::Number),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(members) => {
            members.iter().map(|(name, json)| (name.as_str(), value(json))).collect::<Object>().into()
        }
    }
}
