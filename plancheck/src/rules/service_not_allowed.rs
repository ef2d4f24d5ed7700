//! Which services of a cloud something uses, against the list of every envelope over it.

use remit_governance::Dimension;

use super::choice::{List, Names, Use, What};
use super::rule::{Reads, Rule};
use crate::facts::Resource;
use crate::finding::Effect;
use crate::plan::Action;
use crate::text::escape;

pub(super) const RULE: Rule = Rule {
    id: "service-not-allowed",
    dimension: Dimension::Integrations,
    severity: Effect::Deny,
    summary: "a resource belongs to a service that its envelope does not allow",
    explain: "\
## What it checks
The service that the type of each resource belongs to, against `limits.integrations.services` of every envelope over it. The words are \
those of the clouds' own APIs and permissions: `bedrock`, `ecs`, `ec2`, `aiplatform`, `cognitiveservices`.

## Why
A new service is a new price list, a new place for data and a new set of permissions. Whoever writes a list of services means no others.

## Example
With `integrations = { services = [\"bedrock\", \"ecs\"] }`, an `aws_sagemaker_endpoint` is denied.

## How to resolve
Leave the service out; or have the envelope changed first, under its own quorum. A service listed under `authorize` needs consent only.

## Unknown values
The type of a resource is always known. A type of a known cloud whose service the catalog does not know needs consent. Types of other \
vendors are the business of `provider-not-allowed`.",
    verdicts: &[
        ("the list does not have the service, and the object is created or replaced", Effect::Deny),
        ("the service is in `authorize`", Effect::Consent),
        ("the catalog does not know the service of the type", Effect::Consent),
        ("the object was there before", Effect::Note),
    ],
    reads: Reads::NOTHING,
    judged: |cx| LIST.judged(cx),
    check: |cx| LIST.check(cx),
};

const LIST: List = List {
    rule: RULE.id,
    dimension: RULE.dimension,
    limit: "limits.integrations.services",
    names: |limits| limits.integrations.services.as_ref().map(Names::Choice),
    does: ["use the service", "uses the service"],
    noun: "service",
    uses,
};

fn uses(resource: &Resource) -> Vec<Use<'_>> {
    let kind = &*resource.resource_type;
    if remit_catalog::provider_of(kind).is_none() {
        return Vec::new();
    }
    let what = match remit_catalog::service_of(kind) {
        Some(service) => What::Named {
            names: vec![service.into()],
            secret: false,
            was_there: resource.action == Action::Update,
        },
        None if resource.action == Action::Update => return Vec::new(),
        None => {
            What::CannotTell(format!("the catalog does not say to which service `{}` belongs", escape(kind)))
        }
    };
    vec![Use { what, attribute: None, before: None, after: None }]
}
