//! A cloud and a client that speaks HTTP by hand, so that what is tested is what stands on the wire.
#![allow(dead_code, reason = "each test crate uses its part")]

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use fake_cloud::{FakeCloud, Seed};
use serde_json::{Value, json};

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const UNIT: &str = "ou-abcd-12345678";

/// An organization of two accounts, and something of everything that can be capped.
pub(crate) fn seeded() -> FakeCloud {
    start(&json!({
        "organization": {
            "units": { UNIT: { "name": "agents" }, "ou-abcd-87654321": { "name": "below", "parent": UNIT } },
            "accounts": { "210987654321": { "name": "workers", "parent": UNIT } },
        },
        "accounts": { ACCOUNT: { "regions": { "eu-west-1": {
            "auto_scaling_groups": {
                "workers": { "min": 1, "max": 40, "desired": 8 },
                "others": { "min": 0, "max": 4, "desired": 0, "tags": { "owner": "somebody" } },
            },
            "functions": { "analysis": {}, "other": { "reserved_concurrency": 300 } },
            "ecs_services": ["service/prod/support"],
        } } } },
    }))
}

pub(crate) fn start(seed: &Value) -> FakeCloud {
    FakeCloud::start(Seed::from_json(&seed.to_string()).expect("a seed")).expect("a cloud")
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Status and error code, as one text.
    pub(crate) fn error(&self) -> String {
        let in_header = self.head.lines().find_map(|line| line.strip_prefix("x-amzn-errortype: "));
        format!("{} {}", self.status, in_header.unwrap_or("none"))
    }
}

/// Sends one request over a connection of its own. None: the connection ended without an answer.
pub(crate) fn send(
    cloud: &FakeCloud,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Option<Answer> {
    let address = cloud.url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).expect("the cloud listens");
    let more: String = headers.iter().flat_map(|(name, value)| [*name, ": ", *value, "\r\n"]).collect();
    let length = body.len();
    write!(stream, "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n{more}\r\n{body}")
        .expect("a request is sent");
    let mut text = String::new();
    // A connection that is dropped on purpose may be reset.
    let _ = stream.read_to_string(&mut text);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, head: head.to_owned(), body: body.to_owned() })
}

/// Who signs, in the form of version 4. Nobody checks the signature.
pub(crate) fn signed(key: &str, region: &str, service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={key}/20261201/{region}/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}

/// The prefix of the target, and the service that credentials are scoped to.
fn json_service(service: &str) -> (&'static str, &'static str) {
    match service {
        "budgets" => ("AWSBudgetServiceGateway", "budgets"),
        "organizations" => ("AWSOrganizationsV20161128", "organizations"),
        "application-autoscaling" => ("AnyScaleFrontendService", "application-autoscaling"),
        "service-quotas" => ("ServiceQuotasV20190624", "servicequotas"),
        other => panic!("{other} does not speak JSON 1.1"),
    }
}

/// A call of a service that speaks JSON 1.1, as an operator of the default account.
pub(crate) fn try_json(cloud: &FakeCloud, service: &str, operation: &str, input: &Value) -> Option<Answer> {
    json_as(cloud, "AKIAIOSFODNN7EXAMPLE", service, operation, input)
}

pub(crate) fn json_as(
    cloud: &FakeCloud,
    key: &str,
    service: &str,
    operation: &str,
    input: &Value,
) -> Option<Answer> {
    let (target, signing) = json_service(service);
    let headers = [
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", &*format!("{target}.{operation}")),
        ("authorization", &*signed(key, "eu-west-1", signing)),
    ];
    send(cloud, "POST", "/", &headers, &input.to_string())
}

#[track_caller]
pub(crate) fn call(cloud: &FakeCloud, service: &str, operation: &str, input: &Value) -> Answer {
    try_json(cloud, service, operation, input).expect("an answer")
}

/// A call that has to succeed.
#[track_caller]
pub(crate) fn must(cloud: &FakeCloud, service: &str, operation: &str, input: &Value) -> Value {
    let answer = call(cloud, service, operation, input);
    assert_eq!(answer.status, 200, "{operation}: {answer:?}");
    if answer.body.is_empty() { Value::Null } else { answer.json() }
}

/// A call that has to be refused with this code.
#[track_caller]
pub(crate) fn refused(cloud: &FakeCloud, service: &str, operation: &str, input: &Value, code: &str) -> Value {
    let answer = call(cloud, service, operation, input);
    assert_eq!(answer.error(), format!("400 {code}"), "{operation}: {answer:?}");
    answer.json()
}

/// A call of a service that speaks the query protocol.
pub(crate) fn query(cloud: &FakeCloud, service: &str, form: &str) -> Answer {
    let version = if service == "sts" { "2011-06-15" } else { "2011-01-01" };
    let headers = [
        ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
        ("authorization", &*signed("AKIAIOSFODNN7EXAMPLE", "eu-west-1", service)),
    ];
    send(cloud, "POST", "/", &headers, &format!("Version={version}&{form}")).expect("an answer")
}

/// A call of Lambda.
pub(crate) fn lambda(cloud: &FakeCloud, method: &str, path: &str, body: &str) -> Answer {
    let headers = [("authorization", &*signed("AKIAIOSFODNN7EXAMPLE", "eu-west-1", "lambda"))];
    send(cloud, method, path, &headers, body).expect("an answer")
}
