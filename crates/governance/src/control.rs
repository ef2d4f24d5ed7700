//! What becomes of limits in a cloud, and what remains uncovered. In this version nothing is materialized: an envelope is
//! declared, and its limits hold where plans are checked.

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
    /// What the control can do.
    pub strength: Strength,
    /// When it acts.
    pub delay: &'static str,
    /// What it does not cover.
    pub residual: &'static str,
}

const AT_PLAN: &str = "acts when plancheck reads a plan, before it is applied";

/// The coverage of every limit that the envelope declares, in the order of the declaration.
pub fn coverage(envelope: &Envelope) -> Vec<Coverage> {
    let limits = &envelope.limits;
    let mut found = Vec::new();
    let mut add = |dimension: Dimension, limit: String| {
        let residual = residual(dimension);
        found.push(Coverage { dimension, limit, strength: Strength::PlanTimeOnly, delay: AT_PLAN, residual });
    };
    if limits.cost.is_some() {
        add(Dimension::Cost, "limits.cost".to_owned());
    }
    if limits.regions.is_some() {
        add(Dimension::Regions, "limits.regions".to_owned());
    }
    for (unit, _) in limits.capacity.marks() {
        add(Dimension::Capacity, format!("limits.capacity.{unit}"));
    }
    for (kind, choice) in limits.integrations.kinds() {
        if choice.is_some() {
            add(Dimension::Integrations, format!("limits.integrations.{kind}"));
        }
    }
    if limits.instance_types.is_some() {
        add(Dimension::InstanceTypes, "limits.instance_types".to_owned());
    }
    add(Dimension::Perimeter, "limits.perimeter.public".to_owned());
    if !limits.required_tags.is_empty() {
        add(Dimension::Tags, "limits.tags.required".to_owned());
    }
    if limits.growth.is_some() {
        add(Dimension::Growth, "limits.growth".to_owned());
    }
    for dimension in [Dimension::Logging, Dimension::Deletion, Dimension::Privileges, Dimension::Actions] {
        add(dimension, format!("limits.{dimension}"));
    }
    found
}

fn residual(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Cost => {
            "spend itself is neither watched nor stopped; without a price book not even the plan's cost is judged"
        }
        Dimension::Regions => {
            "things made outside Terraform, and requests that a running system sends to other regions"
        }
        Dimension::Capacity => {
            "scaling done in a console, by an API call, or by a running system above what was planned"
        }
        Dimension::Integrations => {
            "calls that a running system makes to models and endpoints that no plan names"
        }
        Dimension::InstanceTypes => {
            "machines started outside Terraform, and types chosen by a service itself"
        }
        Dimension::Perimeter => "things opened to the internet outside Terraform",
        Dimension::Tags => "tags removed or changed outside Terraform",
        Dimension::Growth => {
            "growth outside Terraform, and growth spread over changes that are checked apart"
        }
        Dimension::Logging => "logs turned off outside Terraform",
        Dimension::Deletion => "things destroyed outside Terraform",
        Dimension::Privileges => "rights given outside Terraform, and rights gained by assuming another role",
        Dimension::Actions => "what an action does once it has been started",
        Dimension::Defaults => "defaults that a vendor changes without a change in a plan",
        Dimension::Governance => "governance changed where neither the provider nor plancheck runs",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_declared_limit_says_what_remains() {
        let envelope = crate::envelope::tests::full();
        let found = coverage(&envelope);
        let limits: Vec<&str> = found.iter().map(|c| c.limit.as_str()).collect();
        assert!(limits.contains(&"limits.capacity.gpus") && limits.contains(&"limits.integrations.models"));
        assert!(found.iter().all(|c| c.strength == Strength::PlanTimeOnly && !c.residual.is_empty()));
    }
}
