//! The units in which capacity is counted. Limits on them belong to `remit-governance`.

use serde::{Deserialize, Serialize};

/// What one of something counts as. The words are those of `limits.capacity` in an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Virtual machines, and container instances of serverless services.
    Instances,
    /// Members of a cluster.
    Nodes,
    /// Copies of a workload.
    Replicas,
    /// Tasks of an orchestrator.
    Tasks,
    /// Virtual processors.
    Vcpus,
    /// Accelerators.
    Gpus,
    /// Memory in gigabytes.
    MemoryGb,
    /// Requests or invocations served at the same time.
    Concurrency,
    /// Units of model throughput as the vendor sells them.
    ModelUnits,
}

impl Unit {
    /// The word an envelope uses for the unit.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Instances => "instances",
            Self::Nodes => "nodes",
            Self::Replicas => "replicas",
            Self::Tasks => "tasks",
            Self::Vcpus => "vcpus",
            Self::Gpus => "gpus",
            Self::MemoryGb => "memory_gb",
            Self::Concurrency => "concurrency",
            Self::ModelUnits => "model_units",
        }
    }
}
