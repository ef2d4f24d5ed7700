//! The tamper guard: agents may not change what bounds them, nor step outside of it. What is denied stands in a data file.

use super::{Faults, data, principals::Principals, statement::Deny};
use crate::{
    approver::Approver,
    aws::{Aws, Capped},
    envelope::Envelope,
};
use std::collections::BTreeSet;

/// The statements of the guard, or a fault below `aws.tamper_guard`.
pub(super) fn statements(
    envelope: &Envelope,
    aws: &Aws,
    approvers: &[Approver],
    faults: &mut Faults,
) -> Option<Vec<Deny>> {
    let principals = Principals::of(&envelope.agents, "tamper_guard", faults)?;
    let mut found = vec![
        Deny::actions(data::tamper("always")),
        Deny::actions(data::tamper("outside")).outside(principals.patterns().iter().cloned()),
    ];
    let protected = protected(approvers);
    if !protected.is_empty() {
        found.push(Deny::actions(["iam:*"]).on(protected));
    }
    found.extend(capped(aws));
    Some(found.into_iter().map(|deny| principals.bind(deny)).collect())
}

/// Principals of the approvers, whom no agent may touch.
fn protected(approvers: &[Approver]) -> BTreeSet<String> {
    let arn = |text: &&String| text.starts_with("arn:") && text.contains(":iam::");
    approvers.iter().filter_map(|approver| approver.identities.get("aws")).filter(arn).cloned().collect()
}

/// What would change a cap.
fn capped(aws: &Aws) -> Vec<Deny> {
    let mut namespaces = BTreeSet::new();
    let (mut groups, mut functions) = (BTreeSet::new(), BTreeSet::new());
    for cap in &aws.caps {
        match &cap.capped {
            Capped::ScalableTarget { namespace, .. } => {
                namespaces.insert(namespace.as_str());
            }
            Capped::AutoScalingGroup(name) => {
                groups
                    .insert(format!("arn:*:autoscaling:*:*:autoScalingGroup:*:autoScalingGroupName/{name}"));
            }
            Capped::LambdaFunction(name) => {
                functions.insert(format!("arn:*:lambda:*:*:function:{name}"));
            }
        }
    }
    let mut found = Vec::new();
    if !namespaces.is_empty() {
        // There is no key for the resource, so agents change no target of these services. A call without the key is denied.
        let deny = Deny::actions(data::tamper("scalable_targets"));
        found.push(deny.when(
            "StringEqualsIfExists",
            "application-autoscaling:service-namespace",
            namespaces,
        ));
    }
    if !groups.is_empty() {
        found.push(Deny::actions(data::tamper("groups")).on(groups.clone()));
        // A change that leaves the sizes alone is none of ours.
        for key in ["autoscaling:MaxSize", "autoscaling:MinSize"] {
            let sizes = Deny::actions(data::tamper("group_sizes")).on(groups.clone());
            found.push(sizes.when("Null", key, ["false"]));
        }
    }
    if !functions.is_empty() {
        found.push(Deny::actions(data::tamper("functions")).on(functions));
    }
    found
}
