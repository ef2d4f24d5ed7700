//! Which machines something runs on, against the list of every envelope over it.

use remit_catalog::Role;
use remit_governance::Dimension;

use super::choice::{List, Names, Use};
use super::names::{Meaning, of_role, stands_for_several};
use super::rule::{Reads, Rule};
use crate::facts::{Resource, Setting};
use crate::finding::Effect;

pub(super) const RULE: Rule = Rule {
    id: "instance-type-not-allowed",
    dimension: Dimension::InstanceTypes,
    severity: Effect::Deny,
    summary: "a resource could run on a type of machine that its envelope does not allow",
    explain: "\
## What it checks
Every instance type, machine type, node type and SKU that a resource names, against `limits.instance_types` of every envelope over it: also \
each override of a mixed instances policy, and the type in the launch template or instance template that a group uses. A type of a managed \
service counts as the machine under it as well: `ml.p5.48xlarge` is also `p5.48xlarge`.

## Why
One type can cost a thousand times another. An agent that may choose the machine chooses the price, and often the accelerator.

## Example
With `instance_types = { deny = [\"p5.*\"] }`, an auto scaling group with an override to `p5.48xlarge` is denied even where its launch \
template names `m7i.large`.

## How to resolve
Choose an allowed type; or have the envelope changed first, under its own quorum. A type listed in `authorize` needs consent only. In \
these lists a name is one piece: `*` stands for anything, and case does not matter.

## Unknown values
A type that is known only after apply, left to the cloud, or set in a template that the plan does not have needs consent. So does a \
pattern or a family, such as `optimal` of a batch environment, since it stands for types that are not named.",
    verdicts: &[
        ("the type is in `deny`, or an `allow` list does not have it", Effect::Deny),
        ("the type is in `authorize`", Effect::Consent),
        ("the type cannot be told", Effect::Consent),
        ("the object had the type before", Effect::Note),
    ],
    reads: Reads::roles(&[Role::InstanceType], |envelope| envelope.limits.instance_types.is_some()),
    judged: |cx| LIST.judged(cx),
    check: |cx| LIST.check(cx),
};

const LIST: List = List {
    rule: RULE.id,
    dimension: RULE.dimension,
    limit: "limits.instance_types",
    names: |limits| limits.instance_types.as_ref().map(Names::Choice),
    does: ["run on the machine type", "runs on the machine type"],
    noun: "machine type",
    uses,
};

fn uses(resource: &Resource) -> Vec<Use<'_>> {
    of_role(resource, Role::InstanceType, meaning)
}

fn meaning(setting: &Setting, text: &str) -> Meaning {
    // A batch environment can name families, or leave everything to the cloud.
    let is_family = setting.path.as_str() == "compute_resources.instance_type" && !text.contains('.');
    if text.contains('*') || is_family {
        return stands_for_several(setting, text);
    }
    if text.is_empty() {
        return Meaning::Nothing;
    }
    let mut names = vec![text.to_owned()];
    names.extend(remit_catalog::bare_instance_type(text).map(str::to_owned));
    Meaning::Names(names)
}
