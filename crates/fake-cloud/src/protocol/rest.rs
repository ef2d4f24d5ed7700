//! REST with JSON or XML: the operation is told by method and path, the input by path, query, headers and body together.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::{Request, Unasked, unplayed};
use crate::{
    contract::{Contract, Operation, Protocol, Shape},
    refusal::Refusal,
};

pub(super) fn decode<'a>(
    contracts: &'a [Contract],
    request: &Request,
) -> Result<(&'a Contract, String, Value), Unasked<'a>> {
    let path = request.uri.path();
    let rest = contracts
        .iter()
        .filter(|contract| matches!(contract.protocol, Protocol::RestJson | Protocol::RestXml));
    let operations =
        rest.flat_map(|contract| contract.operations.iter().map(move |(name, of)| (contract, name, of)));
    let matching = |(contract, name, operation): (&'a Contract, &'a String, &'a Operation)| {
        let is_method = operation.method == request.method.as_str();
        is_method
            .then(|| captures(&operation.uri, path))
            .flatten()
            .map(|found| (contract, name, operation, found))
    };
    let mut found: Vec<_> = operations.filter_map(matching).collect();
    // A literal path is a better match than one with a capture in the same place.
    found.sort_by_key(|(.., captured)| captured.len());
    let Some((contract, name, operation, captured)) = found.into_iter().next() else {
        let what = format!("{} {path}", request.method);
        return Err(unplayed(
            contracts.iter().find(|contract| contract.protocol == Protocol::RestJson),
            &what,
        ));
    };
    let shape = operation.input.as_deref().and_then(|shape| contract.shape(shape));
    let mut input = match contract.protocol {
        Protocol::RestXml => document(contract, name, shape, &request.body)?,
        _ => body(contract, name, &request.body)?,
    };
    let in_header = |(_, reference): &(&String, &crate::contract::Reference)| {
        reference.location.as_deref() == Some("header")
    };
    for (member, reference) in shape.into_iter().flat_map(|shape| shape.members.iter()).filter(in_header) {
        let header = request.headers.get(reference.location_name.as_deref().unwrap_or_default());
        if let Some(value) = header.and_then(|value| value.to_str().ok()) {
            input.insert(member.clone(), value.into());
        }
    }
    for (place, value) in captured {
        let member = |(_, reference): &(&String, &crate::contract::Reference)| {
            reference.location_name.as_deref() == Some(&place)
        };
        let named = shape.and_then(|shape| shape.members.iter().find(member)).map(|(name, _)| name.clone());
        input.insert(named.unwrap_or(place), value.into());
    }
    for (place, value) in form_urlencoded::parse(request.uri.query().unwrap_or_default().as_bytes()) {
        let member = |(_, reference): &(&String, &crate::contract::Reference)| {
            reference.location.as_deref() == Some("querystring")
                && reference.location_name.as_deref() == Some(&*place)
        };
        let found = shape.and_then(|shape| shape.members.iter().find(member));
        let name = found.map_or_else(|| place.clone().into_owned(), |(name, _)| name.clone());
        let is_list =
            found.and_then(|(_, of)| contract.shape(&of.shape)).is_some_and(|shape| shape.kind == "list");
        match input.entry(name) {
            serde_json::map::Entry::Occupied(mut held) if is_list => {
                if let Some(list) = held.get_mut().as_array_mut() {
                    list.push(value.into());
                }
            }
            serde_json::map::Entry::Occupied(_) => {}
            serde_json::map::Entry::Vacant(free) => {
                free.insert(if is_list { Value::Array(vec![value.into()]) } else { value.into() });
            }
        }
    }
    Ok((contract, name.clone(), Value::Object(input)))
}

fn body<'a>(contract: &'a Contract, operation: &str, body: &[u8]) -> Result<Map<String, Value>, Unasked<'a>> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(body).map_err(|error| Unasked {
        contract: Some(contract),
        operation: operation.to_owned(),
        refusal: Refusal::new(
            "InvalidRequestContentException",
            format!("the body is no JSON object: {error}"),
        ),
    })
}

/// A body in XML whose document is the one member that stands in it: switches, which are true or false.
fn document<'a>(
    contract: &'a Contract,
    operation: &str,
    shape: Option<&Shape>,
    body: &[u8],
) -> Result<Map<String, Value>, Unasked<'a>> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let malformed = || Unasked {
        contract: Some(contract),
        operation: operation.to_owned(),
        refusal: Refusal::new("MalformedXML", "The XML you provided was not well-formed"),
    };
    let text = std::str::from_utf8(body).map_err(|_| malformed())?;
    let document = roxmltree::Document::parse(text).map_err(|_| malformed())?;
    let root = document.root_element();
    let named = |(name, reference): &(&String, &crate::contract::Reference)| {
        reference.location.is_none()
            && reference.location_name.as_deref().unwrap_or(name) == root.tag_name().name()
    };
    let found = shape.and_then(|shape| shape.members.iter().find(named)).ok_or_else(malformed)?;
    let switches = root.children().filter(roxmltree::Node::is_element).map(|node| {
        let text = node.text().unwrap_or_default();
        let value = text.parse::<bool>().map_or_else(|_| Value::from(text), Value::from);
        (node.tag_name().name().to_owned(), value)
    });
    Ok(Map::from_iter([(found.0.clone(), Value::Object(switches.collect()))]))
}

/// What stands in the path where the template has `{Name}`; none where the two differ.
fn captures(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (mut templates, mut parts) =
        (template.trim_end_matches('/').split('/'), path.trim_end_matches('/').split('/'));
    let mut found = Vec::new();
    loop {
        match (templates.next(), parts.next()) {
            (None, None) => return Some(found),
            (Some(template), Some(part)) => {
                match template.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                    Some(name) => {
                        let value = percent_decode_str(part).decode_utf8().ok()?;
                        found.push((name.trim_end_matches('+').to_owned(), value.into_owned()));
                    }
                    None if template == part => {}
                    None => return None,
                }
            }
            _ => return None,
        }
    }
}

pub(super) fn encode(answer: &Result<Value, Refusal>) -> String {
    match answer {
        Ok(Value::Object(output)) if output.is_empty() => String::new(),
        Ok(output) => output.to_string(),
        Err(refusal) => {
            let mut body = refusal.members.clone();
            body.insert("Type".to_owned(), "User".into());
            body.insert("message".to_owned(), refusal.message.clone().into());
            Value::Object(body).to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_by_its_template() {
        let of = |path| captures("/2017-10-31/functions/{FunctionName}/concurrency", path);
        let found = of("/2017-10-31/functions/arn%3Aaws%3Alambda/concurrency").unwrap();
        assert_eq!(found, [("FunctionName".to_owned(), "arn:aws:lambda".to_owned())]);
        assert_eq!(of("/2017-10-31/functions/a/b/concurrency"), None);
        assert_eq!(of("/2017-10-31/functions/a"), None);
    }
}
