//! What becomes of limits in a cloud, and what remains uncovered. Without a cloud block an envelope is declared only, and its
//! limits hold where plans are checked; what each cloud adds is in a module of its own.

pub mod aws;

use std::borrow::Cow;

use crate::{
    dimension::{Dimension, words},
    envelope::Envelope,
};

words! {
    /// What a control can do, strongest first.
    Strength is "a strength" {
        /// The running system cannot pass the limit.
        BlocksAtRuntime = "blocks_at_runtime",
        /// The write that would pass the limit is refused.
        DeniesOnWrite = "denies_on_write",
        /// Something is stopped, after the limit was passed.
        StopsLate = "stops_late",
        /// Somebody is told.
        Alerts = "alerts",
        /// Only checked plans are held to it.
        PlanTimeOnly = "plan_time_only",
    }
}

/// How one limit of an envelope is covered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Coverage {
    /// The dimension.
    pub dimension: Dimension,
    /// The limit, as a path in the declaration: `limits.capacity.gpus`.
    pub limit: String,
    /// What the control can do at most. Where no rule judges the limit yet, it does nothing, and `delay` and `residual` say so.
    pub strength: Strength,
    /// When it acts, or that it does not.
    pub delay: Cow<'static, str>,
    /// What it does not cover.
    pub residual: Cow<'static, str>,
}

impl Coverage {
    fn judged(dimension: Dimension, limit: impl Into<String>, residual: &'static str) -> Self {
        let delay = "acts when plancheck reads a plan, before it is applied";
        Self::at_plan(dimension, limit.into(), delay, residual)
    }

    /// For a limit that no rule of plancheck looks at. The residual says what follows from that.
    fn not_judged(dimension: Dimension, limit: impl Into<String>, residual: &'static str) -> Self {
        let delay = "not judged by this version";
        Self::at_plan(dimension, limit.into(), delay, residual)
    }

    fn at_plan(dimension: Dimension, limit: String, delay: &'static str, residual: &'static str) -> Self {
        Self {
            dimension,
            limit,
            strength: Strength::PlanTimeOnly,
            delay: delay.into(),
            residual: residual.into(),
        }
    }
}

/// The coverage of every limit that the envelope declares by plancheck alone, in the order of the declaration. What the
/// controls of a cloud add is [`aws::compile`]'s to say.
pub fn coverage(envelope: &Envelope) -> Vec<Coverage> {
    let limits = &envelope.limits;
    let mut found = Vec::new();
    if limits.cost.is_some() {
        found.push(Coverage::not_judged(Dimension::Cost, "limits.cost", COST));
    }
    if limits.regions.is_some() {
        found.push(Coverage::judged(Dimension::Regions, "limits.regions", REGIONS));
        // Silence about geographies is a limit too: inference stays in the region.
        let limit = "limits.regions.inference_geographies";
        found.push(Coverage::judged(Dimension::Regions, limit, INFERENCE));
    }
    for (unit, _) in limits.capacity.marks() {
        found.push(Coverage::judged(Dimension::Capacity, format!("limits.capacity.{unit}"), CAPACITY));
    }
    for (kind, choice) in limits.integrations.kinds() {
        if choice.is_some() {
            let limit = format!("limits.integrations.{kind}");
            found.push(Coverage::judged(Dimension::Integrations, limit, INTEGRATIONS));
        }
    }
    if limits.instance_types.is_some() {
        found.push(Coverage::judged(Dimension::InstanceTypes, "limits.instance_types", INSTANCE_TYPES));
    }
    found.push(Coverage::judged(Dimension::Perimeter, "limits.perimeter.public", PERIMETER));
    if !limits.required_tags.is_empty() {
        found.push(Coverage::judged(Dimension::Tags, "limits.tags.required", TAGS));
    }
    if limits.growth.is_some() {
        found.push(Coverage::judged(Dimension::Growth, "limits.growth", GROWTH));
    }
    found.extend(POSTURES.map(|(dimension, judged, residual)| {
        let limit = format!("limits.{dimension}");
        if judged {
            Coverage::judged(dimension, limit, residual)
        } else {
            Coverage::not_judged(dimension, limit, residual)
        }
    }));
    if limits.defaults.is_some() {
        found.push(Coverage::judged(Dimension::Defaults, "limits.defaults", DEFAULTS));
    }
    found
}

const COST: &str = "nothing acts on it yet: no plan is priced, and spend is neither watched nor stopped";
const REGIONS: &str =
    "things made outside Terraform, and requests that a running system sends to other regions";
const INFERENCE: &str =
    "models that a running system chooses itself, and profiles whose name does not say where they compute";
const CAPACITY: &str =
    "scaling done in a console, by an API call, or by a running system above what was planned";
const INTEGRATIONS: &str =
    "what a running system calls, and addresses that are put together only when it runs";
const INSTANCE_TYPES: &str = "machines started outside Terraform, and types that the cloud chooses by itself";
const PERIMETER: &str =
    "what is opened outside Terraform, and ways to open something that the catalog does not list";
const TAGS: &str = "tags taken away outside Terraform, and types that cannot be tagged";
const GROWTH: &str =
    "growth of cost, which takes prices, and growth over time, which takes a log of earlier decisions";
const DEFAULTS: &str =
    "settings of an account, objects that nobody declares, and defaults that the catalog does not list";

/// With whether a rule of plancheck judges it.
const POSTURES: [(Dimension, bool, &str); 4] = [
    (
        Dimension::Logging,
        true,
        "logs turned off outside Terraform, and ways to record less that the catalog does not list",
    ),
    (
        Dimension::Deletion,
        true,
        "data deleted outside Terraform or inside a resource that stays, and types that the catalog does not list",
    ),
    (
        Dimension::Privileges,
        true,
        "rights handed out outside Terraform, policies of things other than identities, and a workload that takes on another identity",
    ),
    (
        Dimension::Actions,
        true,
        "actions that somebody invokes without a plan, and what an action does once it runs",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_declared_limit_says_what_remains() {
        let found = coverage(&crate::envelope::tests::full());
        let limits: Vec<&str> = found.iter().map(|c| c.limit.as_str()).collect();
        assert!(limits.contains(&"limits.capacity.gpus") && limits.contains(&"limits.integrations.models"));
        assert!(found.iter().all(|c| c.strength == Strength::PlanTimeOnly && !c.residual.is_empty()));
    }

    /// Plancheck has rules for these and for no others: whoever adds a rule changes this too.
    #[test]
    fn what_no_rule_judges_says_that_nothing_acts() {
        for covered in coverage(&crate::envelope::tests::full()) {
            let judged = [
                "regions",
                "actions",
                "capacity",
                "integrations",
                "instance_types",
                "tags",
                "growth",
                "perimeter",
                "logging",
                "deletion",
                "privileges",
                "defaults",
            ];
            let dimension = covered.limit.split('.').nth(1).unwrap();
            let judged = judged.contains(&dimension);
            assert_eq!(covered.delay == "not judged by this version", !judged, "{}", covered.limit);
            let says = covered.residual.starts_with("nothing acts on it yet: ");
            assert_eq!(says, !judged, "{}: {}", covered.limit, covered.residual);
        }
    }

    #[test]
    fn geographies_are_covered_apart_from_regions() {
        let found = coverage(&crate::envelope::tests::full());
        let about = |limit: &str| found.iter().filter(|c| c.limit == limit).count();
        assert_eq!((about("limits.regions"), about("limits.regions.inference_geographies")), (1, 1));
    }
}
