//! Which models something calls, against the list of every envelope over it.

use remit_catalog::{ModelName, Role, model_name};
use remit_governance::Dimension;

use super::choice::{List, Names, Use};
use super::names::{Meaning, of_role};
use super::rule::{Reads, Rule};
use crate::facts::{Resource, Setting};
use crate::finding::Effect;
use crate::text::escape;

pub(super) const RULE: Rule = Rule {
    id: "model-not-allowed",
    dimension: Dimension::Integrations,
    severity: Effect::Deny,
    summary: "a resource would call a model that its envelope does not allow",
    explain: "\
## What it checks
Every model that a resource names, against `limits.integrations.models` of every envelope over it. Of an ARN or a resource name, the name \
of the model in it counts; of a cross-region profile such as `eu.anthropic.claude-sonnet-4`, the model behind the prefix (where it may \
compute is `cross-region-inference`). A name can also be listed whole, as the plan has it.

## Why
A model is a supplier: of terms, of a price, and of a place where data goes. Changing it changes what the system says.

## Example
With `integrations = { models = [\"anthropic.claude-*\"] }`, an agent on `meta.llama3-70b-instruct-v1:0` is denied; one on \
`anthropic.claude-3-5-sonnet-20241022-v2:0` is not.

## How to resolve
Choose an allowed model; or have the envelope changed first, under its own quorum. A model listed under `authorize` needs consent only. \
In these lists a name is one piece: `*` stands for anything, dots and colons too.

## Unknown values
A model that is known only after apply needs consent. So does an ARN that does not say which model stands behind it: an application \
inference profile, a provisioned model, a prompt, a router.",
    verdicts: &[
        ("the list does not have the model", Effect::Deny),
        ("the model is in `authorize`", Effect::Consent),
        ("the model cannot be told", Effect::Consent),
        ("the object had the model before", Effect::Note),
    ],
    reads: Reads::roles(&[Role::Model], |envelope| envelope.limits.integrations.models.is_some()),
    judged: |cx| LIST.judged(cx),
    check: |cx| LIST.check(cx),
};

const LIST: List = List {
    rule: RULE.id,
    dimension: RULE.dimension,
    limit: "limits.integrations.models",
    names: |limits| limits.integrations.models.as_ref().map(Names::Choice),
    does: ["use the model", "uses the model"],
    noun: "model",
    uses,
};

fn uses(resource: &Resource) -> Vec<Use<'_>> {
    of_role(resource, Role::Model, meaning)
}

fn meaning(setting: &Setting, text: &str) -> Meaning {
    if text.is_empty() {
        return Meaning::Nothing;
    }
    match model_name(text) {
        ModelName::Model { name, .. } => {
            let mut names = vec![name.to_owned()];
            names.extend((name != text).then(|| text.to_owned()));
            Meaning::Names(names)
        }
        ModelName::Opaque => {
            let text = if setting.sensitive { "(sensitive)".to_owned() } else { escape(text) };
            Meaning::CannotTell(format!("`{text}` does not say which model stands behind it"))
        }
    }
}
