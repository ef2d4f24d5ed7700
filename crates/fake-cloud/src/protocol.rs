//! The three ways in which AWS services are spoken to. A request of any of them becomes an [`Asked`], an answer of any service
//! becomes a response in the protocol it was asked in; services know nothing of HTTP.

mod credential;
mod json;
mod query;
mod rest;
mod xml;

use http::{HeaderMap, Method, StatusCode, Uri, header::CONTENT_TYPE};
use serde_json::Value;

use crate::{
    contract::{Contract, Direction, Protocol, faults},
    refusal::Refusal,
    services,
};
pub(crate) use credential::Credential;

/// An HTTP request, read to its end.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Which operation is asked for, and with what.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) contract: &'a Contract,
    pub(crate) operation: String,
    pub(crate) input: Value,
    pub(crate) credential: Credential,
}

/// A refusal, and whose words it is to be written in.
#[derive(Debug)]
pub(crate) struct Unasked<'a> {
    pub(crate) contract: Option<&'a Contract>,
    pub(crate) operation: String,
    pub(crate) refusal: Refusal,
}

/// An answer, ready to be sent.
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    /// The error code, which some clients look for in a header.
    pub(crate) error: Option<String>,
    /// Whether the service writes it there too.
    pub(crate) error_in_header: bool,
    pub(crate) body: String,
}

/// Finds the operation, who asks, and whether the request keeps to the contract.
pub(crate) fn decode<'a>(contracts: &'a [Contract], request: &Request) -> Result<Asked<'a>, Unasked<'a>> {
    let (contract, operation, input) = route(contracts, request)?;
    let unasked = |refusal| Unasked { contract: Some(contract), operation: operation.clone(), refusal };
    let credential = Credential::read(&request.headers).map_err(unasked)?;
    if credential.service != contract.signing {
        let says = format!("Credential should be scoped to correct service: '{}'.", contract.signing);
        return Err(unasked(Refusal::new("InvalidSignatureException", says)));
    }
    if let Some(shape) = contract.operations.get(&operation).and_then(|operation| operation.input.as_deref())
    {
        let faults = faults(contract, shape, &input, Direction::Request);
        if !faults.is_empty() {
            return Err(unasked(services::invalid(&contract.service, &faults)));
        }
    }
    Ok(Asked { contract, operation, input, credential })
}

fn route<'a>(
    contracts: &'a [Contract],
    request: &Request,
) -> Result<(&'a Contract, String, Value), Unasked<'a>> {
    if let Some(target) = request.headers.get("x-amz-target") {
        return json::decode(contracts, target.to_str().unwrap_or_default(), &request.body);
    }
    let content_type =
        request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type.starts_with("application/x-www-form-urlencoded") {
        return query::decode(contracts, &request.body);
    }
    rest::decode(contracts, request)
}

/// The operation that nobody plays: said by name, with a status that no client tries again.
fn unplayed<'a>(contract: Option<&'a Contract>, what: &str) -> Unasked<'a> {
    let says = format!("fake-cloud does not play {what}");
    let refusal = Refusal::new("UnknownOperationException", says).with_status(404);
    Unasked { contract, operation: what.to_owned(), refusal }
}

/// Writes what a service answered.
pub(crate) fn encode(
    contract: &Contract,
    operation: &str,
    request_id: u64,
    answer: &Result<Value, Refusal>,
) -> Response {
    let status = match answer {
        Ok(_) => contract.operations.get(operation).map_or(200, |operation| operation.status),
        Err(refusal) => status(contract, operation, refusal),
    };
    let error = answer.as_ref().err().map(|refusal| refusal.code.clone());
    let body = match contract.protocol {
        Protocol::Json => json::encode(contract, operation, answer),
        Protocol::RestJson => rest::encode(answer),
        Protocol::Query => xml::encode(contract, operation, request_id, answer),
        Protocol::Ec2 => xml::encode_ec2(contract, operation, request_id, answer),
        Protocol::RestXml => xml::encode_rest(contract, operation, request_id, answer),
    };
    let content_type = match contract.protocol {
        Protocol::Json => "application/x-amz-json-1.1",
        Protocol::RestJson => "application/json",
        Protocol::Query | Protocol::Ec2 | Protocol::RestXml => "text/xml",
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let error_in_header = !matches!(contract.protocol, Protocol::Ec2 | Protocol::RestXml);
    Response { status, content_type, error, error_in_header, body }
}

/// Writes a refusal where not even the service is known.
pub(crate) fn encode_unknown(refusal: &Refusal) -> Response {
    let status = refusal
        .status
        .and_then(|status| StatusCode::from_u16(status).ok())
        .unwrap_or(StatusCode::BAD_REQUEST);
    let body = json::error(&refusal.code, "message", refusal);
    let error = Some(refusal.code.clone());
    Response { status, content_type: "application/x-amz-json-1.1", error, error_in_header: true, body }
}

/// Errors that services answer without declaring them for the operation.
const UNDECLARED: [&str; 6] = [
    "ValidationError",
    "ValidationException",
    "AccessDenied",
    "AccessDeniedException",
    "InvalidParameterValue",
    "DryRunOperation",
];

/// What the double itself answers, held to the contract: a breach is a fault of the double and says so.
pub(crate) fn verified(
    contract: &Contract,
    operation: &str,
    answer: Result<Value, Refusal>,
) -> Result<Value, Refusal> {
    let faults = match &answer {
        Ok(output) => {
            let shape = contract.operations.get(operation).and_then(|operation| operation.output.as_deref());
            shape.map(|shape| faults(contract, shape, output, Direction::Response)).unwrap_or_default()
        }
        Err(refusal) => match contract.error(operation, &refusal.code) {
            Some(declared) => {
                refusal.members.keys().filter(|name| !declared.members.contains(name)).cloned().collect()
            }
            None if UNDECLARED.contains(&refusal.code.as_str()) => Vec::new(),
            None => vec![format!("{} is no error of it", refusal.code)],
        },
    };
    if faults.is_empty() {
        return answer;
    }
    let says = format!("fake-cloud broke the contract of {operation}: {}", faults.join("; "));
    Err(Refusal::new("InternalFailure", says).with_status(500))
}

/// The status of an error: what is said with it, else what the contract says, else what the code means everywhere.
fn status(contract: &Contract, operation: &str, refusal: &Refusal) -> u16 {
    let declared = || contract.error(operation, &refusal.code).map(|error| error.status);
    let anywhere = match refusal.code.as_str() {
        "InvalidClientTokenId"
        | "SignatureDoesNotMatch"
        | "AccessDenied"
        | "ExpiredToken"
        | "MissingAuthenticationToken" => 403,
        "InternalFailure" | "InternalError" => 500,
        "ServiceUnavailable" => 503,
        _ => 400,
    };
    refusal.status.or_else(declared).unwrap_or(anywhere)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::*;
    use crate::contract;

    static CONTRACTS: LazyLock<Vec<Contract>> = LazyLock::new(|| contract::load().unwrap());

    fn headers() -> impl Strategy<Value = Vec<(&'static str, String)>> {
        let target = prop_oneof![
            Just("AWSBudgetServiceGateway.CreateBudget".to_owned()),
            Just("AWSOrganizationsV20161128.ListPolicies".to_owned()),
            "[ -~]{0,40}",
        ];
        let content_type = prop_oneof![Just("application/x-www-form-urlencoded".to_owned()), "[ -~]{0,20}"];
        let signed = prop_oneof![
            Just("AWS4-HMAC-SHA256 Credential=AKIA/20261201/eu-west-1/budgets/aws4_request, SignedHeaders=host, Signature=0".to_owned()),
            Just("AWS4-HMAC-SHA256 Credential=AKIA/20261201/eu-west-1/lambda/aws4_request, SignedHeaders=host, Signature=0".to_owned()),
            "[ -~]{0,80}",
        ];
        let given = (prop::option::of(target), prop::option::of(content_type), prop::option::of(signed));
        given.prop_map(|(target, content_type, signed)| {
            let named = [("x-amz-target", target), ("content-type", content_type), ("authorization", signed)];
            named.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
        })
    }

    fn body() -> impl Strategy<Value = Vec<u8>> {
        let form = "(Action=(AssumeRole|UpdateAutoScalingGroup|CreateOrUpdateTags)&Version=(2011-06-15|2011-01-01))?(&[A-Za-z.0-9%=&]{0,20}){0,6}";
        let json = r#"\{("(AccountId|Budget|NextToken|Filter)":("[ -~&&[^"\\]]{0,9}"|[0-9]{1,30}|null|\{\}|\[\]),?){0,4}\}"#;
        prop_oneof![
            form.prop_map(String::into_bytes),
            json.prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..60)
        ]
    }

    proptest! {
        /// Whatever arrives is a call or is refused by name, with a status that is an error.
        #[test]
        fn every_request_is_understood_or_refused(
            method in prop_oneof![Just(Method::GET), Just(Method::PUT), Just(Method::POST), Just(Method::DELETE)],
            path in prop_oneof![Just("/".to_owned()), "/2017-10-31/functions/[a-z%0-9]{0,9}/concurrency", "(/[a-z%0-9]{0,6}){1,4}(\\?[a-z%=&]{0,9})?"],
            headers in headers(),
            body in body(),
        ) {
            let Ok(uri) = path.parse() else { return Ok(()) };
            let header = |(name, value): (&'static str, String)| Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?));
            let headers = headers.into_iter().filter_map(header).collect();
            let contracts = &*CONTRACTS;
            if let Err(unasked) = decode(contracts, &Request { method, uri, headers, body }) {
                let response = match unasked.contract {
                    Some(contract) => encode(contract, &unasked.operation, 1, &Err(unasked.refusal)),
                    None => encode_unknown(&unasked.refusal),
                };
                prop_assert!(response.status.is_client_error(), "{}", response.body);
                prop_assert!(response.error.is_some());
            }
        }
    }
}
