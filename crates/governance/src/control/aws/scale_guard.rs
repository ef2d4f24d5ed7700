//! The scale guard: agents may not write a value above a limit, where AWS has a key to compare it by.
//!
//! What is decided about a key that a request does not carry: a group cannot be made without a maximum, so a request to make one
//! without the key is denied. A change that leaves the maximum alone carries no key and passes; a maximum that was too high before
//! stays so, which is what caps are for. An action that has no such key at all is denied.

use super::{Faults, principals::Principals, statement::Deny};
use crate::{
    decimal,
    dimension::Unit,
    envelope::Envelope,
    glob::Glob,
    limits::{Bound, Choice},
};
use std::collections::BTreeSet;

const MAX_SIZE: &str = "autoscaling:MaxSize";

/// The statements of the guard, or faults below `aws.scale_guard`.
pub(super) fn statements(envelope: &Envelope, faults: &mut Faults) -> Option<Vec<Deny>> {
    let principals = Principals::of(&envelope.agents, "scale_guard", faults)?;
    let mut found = Vec::new();
    if let Some(ceiling) = instances(envelope) {
        found.extend([
            Deny::actions(["autoscaling:CreateAutoScalingGroup"]).when(
                "NumericGreaterThanIfExists",
                MAX_SIZE,
                [ceiling.clone()],
            ),
            Deny::actions([
                "autoscaling:PutScheduledUpdateGroupAction",
                "autoscaling:UpdateAutoScalingGroup",
            ])
            .when("NumericGreaterThan", MAX_SIZE, [ceiling]),
            Deny::actions(["autoscaling:BatchPutScheduledUpdateGroupAction"]),
        ]);
    }
    if let Some(choice) = &envelope.limits.instance_types {
        found.extend(types(choice));
    }
    if found.is_empty() {
        faults.push(
            &["scale_guard"],
            "no limit of the envelope has a value that AWS can compare",
            "declare a ceiling in `limits.capacity.instances`, or `limits.instance_types`, or leave `scale_guard` out",
        );
        return None;
    }
    Some(found.into_iter().map(|deny| principals.bind(deny)).collect())
}

/// The ceiling on instances, which each single group is held to.
pub(super) fn instances(envelope: &Envelope) -> Option<String> {
    match envelope.limits.capacity.mark(Unit::Instances)?.ceiling() {
        Bound::At(ceiling) => Some(decimal::text(*ceiling)),
        Bound::Unlimited(_) => None,
    }
}

/// What starts machines. Of a request for several things AWS compares each; only the instance carries its type.
fn types(choice: &Choice) -> Vec<Deny> {
    let actions =
        ["ec2:CreateFleet", "ec2:ModifyInstanceAttribute", "ec2:RunInstances", "ec2:StartInstances"];
    let machines = |operator, globs: &BTreeSet<&Glob>| {
        let patterns = globs.iter().map(|glob| glob.as_str().replace("**", "*"));
        Deny::actions(actions).on(["arn:*:ec2:*:*:instance/*"]).when(operator, "ec2:InstanceType", patterns)
    };
    let mut found = Vec::new();
    let denied: BTreeSet<&Glob> = choice.deny.iter().collect();
    if !denied.is_empty() {
        found.push(machines("StringLike", &denied));
    }
    if let Some(allow) = &choice.allow {
        // What consent can open has to work once it is opened.
        found.push(machines("StringNotLike", &allow.iter().chain(&choice.authorize).collect()));
    }
    found
}
