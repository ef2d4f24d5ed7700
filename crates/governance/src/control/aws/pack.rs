//! Policies: the statements of the guards in as few documents as they fit into, since a target takes only a few.

use super::{
    Body, Control, Faults, Kind, action,
    data::Limits,
    policy::Policy,
    region_guard, scale_guard,
    statement::{Deny, document},
    tamper_guard,
};
use crate::{
    approver::Approver,
    aws::{Action, Aws, Guard},
    envelope::Envelope,
    json::Json,
};
use std::collections::{BTreeMap, BTreeSet};

/// The statements of one guard.
struct Written<'a> {
    name: &'static str,
    targets: &'a BTreeSet<String>,
    statements: Vec<Json>,
}

pub(super) fn policies(
    envelope: &Envelope,
    aws: &Aws,
    approvers: &[Approver],
    faults: &mut Faults,
) -> Vec<Control> {
    let mut guards = Vec::new();
    if let Some(guard) = &aws.region_guard {
        guards.push(written("region_guard", guard, region_guard::statements(envelope, guard, faults)));
    }
    if let Some(guard) = &aws.tamper_guard {
        guards.push(written(
            "tamper_guard",
            guard,
            tamper_guard::statements(envelope, aws, approvers, faults),
        ));
    }
    if let Some(guard) = &aws.scale_guard {
        guards.push(written("scale_guard", guard, scale_guard::statements(envelope, faults)));
    }
    let limits = Limits::with(aws.policies);
    let mut packed = Vec::new();
    // Guards that are attached to the same targets share documents; the first of them gives the name.
    while !guards.is_empty() {
        let first = guards.remove(0);
        let (together, rest): (Vec<_>, Vec<_>) =
            guards.into_iter().partition(|guard| guard.targets == first.targets);
        guards = rest;
        let statements = first.statements.into_iter().map(|json| (first.name, json));
        let others = together
            .into_iter()
            .flat_map(|guard| guard.statements.into_iter().map(move |json| (guard.name, json)));
        let documents = pack(statements.chain(others), &limits, faults);
        packed.extend(documents.into_iter().enumerate().map(|(index, document)| Packed {
            name: name(envelope, first.name, index),
            targets: first.targets,
            document,
        }));
    }
    let slots = slots(&packed, action::declared(aws), &limits, faults);
    packed.into_iter().map(|packed| control(envelope, aws, packed, &slots, &limits)).collect()
}

fn written<'a>(name: &'static str, guard: &'a Guard, statements: Option<Vec<Deny>>) -> Written<'a> {
    let statements = statements.into_iter().flatten().map(|deny| deny.json()).collect();
    Written { name, targets: &guard.targets, statements }
}

fn name(envelope: &Envelope, guard: &str, index: usize) -> String {
    let name = format!("remit-{}-{}", envelope.name, guard.replace('_', "-"));
    if index == 0 { name } else { format!("{name}-{}", index + 1) }
}

struct Packed<'a> {
    name: String,
    targets: &'a BTreeSet<String>,
    document: Json,
}

/// Fills documents one statement after the other, each into the first that has room.
fn pack(
    statements: impl Iterator<Item = (&'static str, Json)>,
    limits: &Limits,
    faults: &mut Faults,
) -> Vec<Json> {
    let size = |statements: &[Json]| document(statements.iter().cloned()).to_text().len();
    let mut documents: Vec<Vec<Json>> = Vec::new();
    for (guard, statement) in statements {
        let alone = size(std::slice::from_ref(&statement));
        if alone > limits.policy_bytes {
            faults.push(
                &[guard],
                format!(
                    "one statement takes {alone} bytes of a policy, of which {} are allowed",
                    limits.policy_bytes
                ),
                "name fewer principals, regions or actions, or raise `service_control_policies.max_bytes` if your organization's quota is higher",
            );
            continue;
        }
        let placed = documents.iter_mut().any(|document| {
            document.push(statement.clone());
            let fits = size(document) <= limits.policy_bytes;
            if !fits {
                document.pop();
            }
            fits
        });
        if !placed {
            documents.push(vec![statement]);
        }
    }
    documents.into_iter().map(document).collect()
}

/// How many policies of ours each target gets, the one that an action will attach among them. One place is taken by the policy that allows
/// what is not denied.
fn slots<'a>(
    packed: &[Packed<'a>],
    action: Option<&'a Action>,
    limits: &Limits,
    faults: &mut Faults,
) -> BTreeMap<&'a str, usize> {
    let mut slots: BTreeMap<&str, usize> = BTreeMap::new();
    let attached_later = action.map(|action| &action.targets);
    for target in packed.iter().map(|packed| packed.targets).chain(attached_later).flatten() {
        *slots.entry(target).or_default() += 1;
    }
    let free = limits.policies_per_target.saturating_sub(1);
    for (target, used) in slots.iter().filter(|(_, used)| **used > free) {
        faults.push(
            &[],
            format!("guards and actions need {used} policies at `{target}`, and {free} of {} are free there at most", limits.policies_per_target),
            "attach guards to different levels of the organization, or raise `service_control_policies` if your organization's quota is higher",
        );
    }
    slots
}

fn control(
    envelope: &Envelope,
    aws: &Aws,
    packed: Packed,
    slots: &BTreeMap<&str, usize>,
    limits: &Limits,
) -> Control {
    let bytes = packed.document.to_text().len();
    let ours = packed.targets.iter().filter_map(|target| slots.get(target.as_str())).max();
    let (left, per_target) = (limits.policy_bytes.saturating_sub(bytes), limits.policies_per_target);
    let usage = format!(
        "{bytes} of {} bytes, {left} left; {} of {per_target} policies per target are ours, and one allows what is not denied",
        limits.policy_bytes,
        ours.copied().unwrap_or_default(),
    );
    Control {
        kind: Kind::Policy,
        name: packed.name,
        account: aws.account.clone(),
        region: None,
        body: Body::Policy(Policy {
            description: shortened(
                &format!(
                    "Bounds the agents of the envelope {}. Ask {}.",
                    envelope.name, envelope.owner.email
                ),
                limits.policy_description,
            ),
            document: packed.document,
            targets: Some(packed.targets.clone()),
        }),
        usage: Some(usage),
    }
}

/// E-mail addresses can be long; nothing else here can.
pub(super) fn shortened(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
