//! What the controls of AWS hold, and what they leave open: said limit by limit, so that nobody takes an alert for a stop.

use std::collections::BTreeSet;

use super::{action, scale_guard};
use crate::{
    aws::{Approval, Aws, Capped},
    control::{Coverage, Strength, coverage},
    dimension::{Dimension, Unit},
    envelope::Envelope,
    region::Cloud,
};

/// The coverage of plancheck, with what AWS holds more firmly, and the guards themselves.
pub(super) fn of(envelope: &Envelope, aws: &Aws) -> Vec<Coverage> {
    let mut found = coverage(envelope);
    for covered in &mut found {
        if let Some((strength, delay, residual)) = held(envelope, aws, covered) {
            covered.strength = strength;
            covered.delay = delay.into();
            covered.residual = residual.into();
        }
    }
    if aws.tamper_guard.is_some() {
        found.push(Coverage {
            dimension: Dimension::Governance,
            limit: "aws.tamper_guard".to_owned(),
            strength: Strength::DeniesOnWrite,
            delay: AT_THE_CALL.into(),
            residual: format!("{UNBOUND}; what was created, passed or attached before").into(),
        });
    }
    found
}

const AT_THE_CALL: &str = "acts at the call";
const UNBOUND: &str =
    "the management account, service-linked roles, and principals that `agents.principals` does not match";

type Held = (Strength, String, String);

fn held(envelope: &Envelope, aws: &Aws, covered: &Coverage) -> Option<Held> {
    let at_the_call = |residual: String| (Strength::DeniesOnWrite, AT_THE_CALL.to_owned(), residual);
    match (covered.dimension, covered.limit.as_str()) {
        (Dimension::Cost, _) if aws.budget.is_some() => Some(cost(envelope, aws)),
        (Dimension::Regions, "limits.regions") if aws.region_guard.is_some() => Some(at_the_call(format!(
            "{UNBOUND}; services that answer in one region for all; regions that consent can open are open"
        ))),
        (Dimension::Regions, _) if aws.region_guard.is_some() => Some(at_the_call(format!(
            "{UNBOUND}; inference within an allowed region that a profile sends elsewhere without a request of its own"
        ))),
        (Dimension::InstanceTypes, _) if aws.scale_guard.is_some() => Some(at_the_call(format!(
            "{UNBOUND}; machines that Auto Scaling or another service starts; machine types outside of EC2"
        ))),
        (Dimension::Capacity, limit) => {
            let unit = limit.strip_prefix("limits.capacity.").and_then(Unit::from_word)?;
            capacity(envelope, aws, unit)
        }
        _ => None,
    }
}

fn cost(envelope: &Envelope, aws: &Aws) -> Held {
    let scope = &envelope.scope;
    let action = action::declared(aws);
    let mut residual = String::from(match action {
        None => "nothing is stopped: people are told after the money is spent",
        Some(_) => {
            "what runs already goes on and costs; what is spent until AWS has reckoned it; spend that the list of denied actions \
             does not name, and whatever a role that cannot attach the policy leaves open"
        }
    });
    residual.push_str(". A change of the budget blinds it until new data arrives");
    if action.is_some() {
        residual.extend(["; ", UNBOUND]);
    }
    if !scope.tags.is_empty() {
        residual.push_str(
            "; spend without the tags, and all of it until the tags are activated as cost allocation tags",
        );
    }
    let beyond = [
        ("workspaces", !scope.workspaces.is_empty()),
        ("addresses", !scope.addresses.is_empty()),
        ("resource_types", !scope.resource_types.is_empty()),
        ("accounts of other clouds", scope.accounts.iter().any(|account| account.cloud() != Cloud::Aws)),
    ];
    let beyond: Vec<&str> = beyond.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect();
    if !beyond.is_empty() {
        residual.push_str("; the budget cannot tell apart by ");
        residual.push_str(&beyond.join(", "));
    }
    let reckoned = "8 to 12 hours after the spend: AWS reckons it up to three times a day";
    match action.map(|action| (action.at_percent, action.approval)) {
        None => (Strength::Alerts, format!("tells people {reckoned}"), residual),
        // Until somebody agrees nothing is stopped.
        Some((percent, Approval::Manual)) => (
            Strength::Alerts,
            format!("asks people at {percent}% whether to deny the agents new spend, {reckoned}"),
            residual,
        ),
        Some((percent, Approval::Automatic)) => {
            (Strength::StopsLate, format!("denies the agents new spend at {percent}%, {reckoned}"), residual)
        }
    }
}

/// A cap holds what it is on, a guard each group by itself; neither adds up.
fn capacity(envelope: &Envelope, aws: &Aws, unit: Unit) -> Option<Held> {
    let capped: Vec<_> = aws.caps.iter().filter(|cap| cap.capped.unit() == Some(unit)).collect();
    let guarded =
        unit == Unit::Instances && aws.scale_guard.is_some() && scale_guard::instances(envelope).is_some();
    if capped.is_empty() && !guarded {
        return None;
    }
    let mut residual = Vec::new();
    if guarded {
        residual.push(format!(
            "each Auto Scaling group is held to the ceiling by itself, and not their sum; {UNBOUND}"
        ));
        residual.push("machines that are started without a group".to_owned());
    }
    if capped.is_empty() {
        return Some((Strength::DeniesOnWrite, AT_THE_CALL.to_owned(), residual.join("; ")));
    }
    let names: BTreeSet<String> = capped.iter().map(|cap| cap.capped.phrase()).collect();
    residual.insert(0, format!("everything but {}", names.into_iter().collect::<Vec<_>>().join(", ")));
    if aws.tamper_guard.is_none() {
        residual.push("without a tamper guard, whoever may change a cap can raise it".to_owned());
    }
    if capped.iter().any(|cap| matches!(cap.capped, Capped::ScalableTarget { .. })) {
        residual.push("a desired count that is set past Application Auto Scaling".to_owned());
    }
    let delay = "acts when something scales".to_owned();
    Some((Strength::BlocksAtRuntime, delay, residual.join("; ")))
}
