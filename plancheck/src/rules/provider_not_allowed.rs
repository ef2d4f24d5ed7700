//! Which Terraform providers make something, against the list of every envelope over it.

use std::borrow::Cow;

use remit_governance::Dimension;
use remit_governance::limits::ChoiceAnswer;

use super::choice::{List, Names, Use, What};
use super::rule::{Context, Reads, Rule, named, quorum};
use crate::facts::Resource;
use crate::finding::{Effect, Finding};
use crate::plan::Action;
use crate::text::escape;

pub(super) const RULE: Rule = Rule {
    id: "provider-not-allowed",
    dimension: Dimension::Integrations,
    severity: Effect::Deny,
    summary: "a resource is made by a Terraform provider that its envelope does not allow",
    explain: "\
## What it checks
The source of the provider of each resource, against `limits.integrations.providers` of every envelope over it; and the sources that the \
configuration asks for without making anything with them. Sources of the public registries are written as `namespace/name`, all others \
with their host: `registry.example.com/acme/tool`.

## Why
A provider is a program that runs with the credentials of the run. An agent that may add one can do anything those credentials can.

## Example
With `integrations = { providers = [\"hashicorp/aws\"] }`, a `null_resource` of `hashicorp/null` is denied, and `evil/aws` as well.

## How to resolve
Leave the provider out; or have the envelope changed first, under its own quorum. A provider listed under `authorize` needs consent only.

## Unknown values
The provider of a resource is always known. Of a provider that makes nothing, and may only read, it cannot be told whether what the \
envelope governs uses it: that needs consent. Plans of Terraform 0.12 have bare names, which count as those of `hashicorp`.",
    verdicts: &[
        ("the list does not have the provider, and the object is created or replaced", Effect::Deny),
        ("the provider is in `authorize`", Effect::Consent),
        ("the configuration asks for another provider that makes nothing", Effect::Consent),
        ("the object was there before", Effect::Note),
    ],
    reads: Reads::NOTHING,
    judged: |cx| LIST.judged(cx),
    check,
};

const LIST: List = List {
    rule: RULE.id,
    dimension: RULE.dimension,
    limit: "limits.integrations.providers",
    names: |limits| limits.integrations.providers.as_ref().map(Names::Choice),
    does: ["use the provider", "uses the provider"],
    noun: "provider",
    uses,
};

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut findings = LIST.check(cx);
    findings.extend(cx.facts.other_providers.iter().flat_map(|source| other(cx, source)));
    findings
}

fn uses(resource: &Resource) -> Vec<Use<'_>> {
    let Some(names) = names(&resource.provider_name) else { return Vec::new() };
    let was_there = resource.action == Action::Update;
    vec![Use {
        what: What::Named { names, secret: false, was_there },
        attribute: None,
        before: None,
        after: None,
    }]
}

/// The names of a provider, as envelopes write them; `None` for what is part of Terraform itself.
pub(crate) fn names(source: &str) -> Option<Vec<Cow<'_, str>>> {
    const PUBLIC: [&str; 2] = ["registry.terraform.io/", "registry.opentofu.org/"];
    if source.starts_with("terraform.io/builtin/") {
        return None;
    }
    if !source.contains('/') {
        return Some(vec![format!("hashicorp/{source}").into(), source.into()]);
    }
    let short = PUBLIC.iter().find_map(|host| source.strip_prefix(host));
    Some(vec![short.unwrap_or(source).into()])
}

/// A provider that makes nothing in this plan: each envelope that governs a change of it is asked.
fn other(cx: &Context<'_>, source: &str) -> Vec<Finding> {
    let Some(names) = names(source) else { return Vec::new() };
    let all: Vec<&str> = names.iter().map(|name| &**name).collect();
    let shown = escape(all.first().copied().unwrap_or_default());
    let governs = |index: usize| {
        cx.resources().any(|(resource, covers)| {
            resource.action != Action::NoOp && covers.iter().any(|cover| cover.envelope == index)
        })
    };
    let limited = cx.envelopes.iter().enumerate().filter(|(index, envelope)| {
        let list = envelope.limits.integrations.providers.as_ref();
        list.is_some_and(|list| list.judge_any(&all) != ChoiceAnswer::Allowed) && governs(*index)
    });
    let finding = |(_, envelope): (usize, &remit_governance::Envelope)| {
        let ask = quorum(envelope, RULE.dimension);
        Finding::new(RULE.id, Effect::Consent, format!("the configuration asks for the provider `{shown}`"))
            .untold()
            .of(envelope.name.clone())
            .because(format!("{} does not list it under `{}`", named(envelope), LIST.limit))
            .because("it makes nothing here, so the plan does not tell what it is used for")
            .help(format!("leave the provider out, or get consent of {ask}"))
            .quorum(ask)
    };
    limited.map(finding).collect()
}
