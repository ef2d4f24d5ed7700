//! Which hosts something connects to, against the list of every envelope over it.

use std::collections::BTreeSet;

use remit_catalog::Role;
use remit_governance::Dimension;
use remit_governance::json::Json;

use super::choice::{List, Names, Use, What};
use super::names::{left_open, shown};
use super::rule::{Reads, Rule};
use crate::facts::{Resource, Setting, Settings, Value};
use crate::finding::Effect;

pub(super) const RULE: Rule = Rule {
    id: "integration-not-allowed",
    dimension: Dimension::Integrations,
    severity: Effect::Deny,
    summary: "a resource would connect to a host that its envelope does not allow",
    explain: "\
## What it checks
Every host that a resource is configured to connect to, against `limits.integrations.endpoints` of every envelope over it: vector stores, \
tools and webhooks, connectors, event destinations, the servers of an API schema, and addresses in environment variables and container \
definitions. Of an address the host counts, without user, port and path.

## Why
Where an agent sends data is decided in one line of configuration, and the data does not come back.

## Example
With `integrations = { endpoints = [\"*.pinecone.io\"] }`, a knowledge base whose vectors are kept at `https://vectors.example.net` is denied.

## How to resolve
Connect to an allowed host; or have the envelope changed first, under its own quorum. A host listed under `authorize` needs consent only. \
In these lists a name is one piece: `*.pinecone.io` is every host under `pinecone.io`.

## Unknown values
What is known only after apply needs consent, also where only one of several environment variables is not known. Attributes that \
never hold a host, such as the ARN of a function or the name of a bucket, are passed over.",
    verdicts: &[
        ("the list does not have the host", Effect::Deny),
        ("the host is in `authorize`", Effect::Consent),
        ("the host cannot be told", Effect::Consent),
        ("the object had the host before", Effect::Note),
    ],
    reads: Reads::roles(&[Role::Integration], |envelope| envelope.limits.integrations.endpoints.is_some()),
    judged: |cx| LIST.judged(cx),
    check: |cx| LIST.check(cx),
};

const LIST: List = List {
    rule: RULE.id,
    dimension: RULE.dimension,
    limit: "limits.integrations.endpoints",
    names: |limits| limits.integrations.endpoints.as_ref().map(Names::Choice),
    does: ["connect to the host", "connects to the host"],
    noun: "host",
    uses,
};

/// Attributes that name a host, by their last word: what stands there is one even without a scheme.
const HOSTS: [&str; 14] = [
    "api_base",
    "base_url",
    "connection_string",
    "custom_provider_url",
    "endpoint",
    "endpoints",
    "host_url",
    "hostname",
    "invocation_endpoint",
    "openai_api_base",
    "push_endpoint",
    "service_url",
    "uri",
    "url",
];

/// Keys whose addresses name documents, not places to connect to.
const DESCRIBING: [&str; 3] = ["$schema", "$ref", "$id"];

fn uses(resource: &Resource) -> Vec<Use<'_>> {
    let before: BTreeSet<String> = hosts_of(&resource.settings_before);
    let mut uses: Vec<Use<'_>> = Vec::new();
    for setting in resource.settings_after.of(Role::Integration) {
        let mut push = |what: What<'static>| {
            let after = Some(shown(&what));
            let found = Use { what, attribute: Some(setting.path.as_str()), before: None, after };
            if !uses.contains(&found) {
                uses.push(found);
            }
        };
        match &setting.value {
            Value::Known(_) => {
                for host in hosts_in(setting) {
                    let was_there = before.contains(&host);
                    push(What::Named { names: vec![host.into()], secret: setting.sensitive, was_there });
                }
            }
            _ if never_holds_a_host(setting) => {}
            Value::CannotTell(why) => push(What::CannotTell(why.clone())),
            Value::Computed => push(What::CannotTell(left_open(setting))),
        }
    }
    uses
}

fn hosts_of(settings: &Settings) -> BTreeSet<String> {
    settings.of(Role::Integration).flat_map(hosts_in).collect()
}

fn names_a_host(setting: &Setting) -> bool {
    setting.path.segments().last().is_some_and(|last| HOSTS.contains(&last))
}

/// Attributes that name or describe things of the cloud, by how their last word ends.
const NO_HOSTS: [&str; 17] = [
    "_id",
    "_ids",
    "_identifier",
    "_key",
    "_keys",
    "_state",
    "_status",
    "_type",
    "_version",
    "action",
    "arn",
    "bucket",
    "enabled",
    "lambda",
    "mode",
    "name",
    "type",
];

fn never_holds_a_host(setting: &Setting) -> bool {
    setting
        .path
        .segments()
        .last()
        .is_some_and(|last| NO_HOSTS.iter().any(|end| last.ends_with(end)) && !HOSTS.contains(&last))
}

/// The hosts that a value names, wherever in it.
fn hosts_in(setting: &Setting) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let Value::Known(value) = &setting.value {
        collect(value, names_a_host(setting), &mut found);
    }
    found
}

fn collect(value: &Json, is_host: bool, found: &mut BTreeSet<String>) {
    match value {
        Json::String(text) => in_text(text, is_host, found),
        Json::Array(items) => items.iter().for_each(|item| collect(item, is_host, found)),
        Json::Object(members) => members
            .iter()
            .filter(|(key, _)| !DESCRIBING.contains(&key.as_str()))
            .for_each(|(_, member)| collect(member, is_host, found)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

fn in_text(text: &str, is_host: bool, found: &mut BTreeSet<String>) {
    let trimmed = text.trim_start();
    if trimmed.starts_with(['{', '['])
        && let Ok(document) = Json::parse(trimmed)
    {
        return collect(&document, false, found);
    }
    for (start, mark) in text.match_indices("://") {
        let (before, after) = text.split_at(start);
        let scheme =
            before.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '+').next().unwrap_or_default();
        let written = before.strip_suffix(scheme).unwrap_or(before);
        let key = written.trim_end_matches(['"', '\'', ' ', ':']);
        let describes =
            key.len() < written.len() && DESCRIBING.iter().any(|describing| key.ends_with(describing));
        // Buckets are things of a cloud.
        let is_bucket = matches!(scheme, "s3" | "gs" | "abfss" | "file" | "dbfs");
        if !describes && !is_bucket {
            found.extend(after.strip_prefix(mark).and_then(host));
        }
    }
    if is_host && !text.contains("://") {
        found.extend(host(text).filter(|host| host.contains('.')));
    }
}

/// The host that an address begins with, in lower case.
fn host(address: &str) -> Option<String> {
    let ends =
        |c: char| matches!(c, '/' | '?' | '#' | '"' | '\'' | ',' | '<' | '>' | '\\') || c.is_whitespace();
    let authority = address.split(ends).next()?;
    let place = authority.rsplit('@').next()?;
    // An address of IP version 6 has colons of its own.
    let name = match place.strip_prefix('[') {
        Some(rest) => rest.split(']').next()?,
        None => place.split(':').next()?,
    };
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    (!name.is_empty() && !name.starts_with('$')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(text: &str, is_host: bool) -> Vec<String> {
        let mut found = BTreeSet::new();
        in_text(text, is_host, &mut found);
        found.into_iter().collect()
    }

    #[test]
    fn the_host_of_an_address_is_what_it_connects_to() {
        for (text, expected) in [
            ("https://api.example.net/v1?x=https", "api.example.net"),
            ("https://user:secret@API.example.net:8443", "api.example.net"),
            ("https://allowed.pinecone.io@evil.example/", "evil.example"),
            ("https://evil.example#.pinecone.io", "evil.example"),
            ("https://evil.example\\.pinecone.io", "evil.example"),
            ("https://evil.example./", "evil.example"),
            ("mongodb+srv://u:p@cluster0.example.net/db", "cluster0.example.net"),
            ("https://[2001:db8::1]:443/", "2001:db8::1"),
        ] {
            assert_eq!(hosts(text, false), [expected], "{text}");
        }
    }

    #[test]
    fn only_an_attribute_that_names_a_host_names_one_without_a_scheme() {
        assert_eq!(hosts("cluster0.example.net:27017", true), ["cluster0.example.net"]);
        assert_eq!(hosts("cluster0.example.net", false), [""; 0]);
        assert_eq!(hosts("s3://bucket/key", false), [""; 0]);
    }

    #[test]
    fn documents_are_searched_but_for_what_describes_them() {
        let schema =
            r#"{"$schema":"https://json-schema.org/x","servers":[{"url":"https://tools.example.net/api"}]}"#;
        assert_eq!(hosts(schema, false), ["tools.example.net"]);
        let yaml = "openapi: 3.0.0\nservers:\n  - url: https://tools.example.net/api\nx: {$ref: 'https://other.example/x'}\n";
        assert_eq!(hosts(yaml, false), ["tools.example.net"]);
        assert_eq!(
            hosts("url: https://evil.example/?$ref", false),
            ["evil.example"],
            "no hiding behind a word"
        );
    }
}
