//! Agentic and scaling surfaces: the resource types through which agents act or grow. How much they may grow is in `capacity`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Path;
use crate::data::File;

/// What a surface is to an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An agent or a part of one.
    Agent,
    /// A model, its endpoint or the throughput bought for it.
    Model,
    /// What starts and sequences work.
    Orchestration,
    /// What decides how many of something run.
    Scaling,
    /// What runs workloads.
    Compute,
    /// Where embeddings are kept and searched.
    VectorStore,
    /// Something an agent can call.
    Tool,
    /// What decides who can reach whom.
    Network,
    /// What decides who may do what.
    Identity,
    /// What keeps the record.
    Logging,
    /// Where data is kept.
    Data,
}

impl Kind {
    /// The word in the catalog's data and in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Model => "model",
            Self::Orchestration => "orchestration",
            Self::Scaling => "scaling",
            Self::Compute => "compute",
            Self::VectorStore => "vector_store",
            Self::Tool => "tool",
            Self::Network => "network",
            Self::Identity => "identity",
            Self::Logging => "logging",
            Self::Data => "data",
        }
    }
}

/// What an attribute says, seen from governance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Where it runs or keeps data.
    Region,
    /// An upper bound of some kind; only `capacity` says which of them are counts.
    ScaleMax,
    /// A lower bound.
    ScaleMin,
    /// A count wanted now.
    ScaleDesired,
    /// Which machine or SKU.
    InstanceType,
    /// How much happens at the same time.
    Concurrency,
    /// Bought throughput.
    Units,
    /// How large one of them is: processors, memory, accelerators.
    Size,
    /// Money, or something that drives it directly.
    Cost,
    /// What it is connected to.
    Integration,
    /// Which model.
    Model,
    /// Where a model computes: a profile or a SKU that decides it.
    Inference,
    /// Which version, format or tier of something that another role names.
    Variant,
    /// As whom it acts.
    Identity,
    /// What is recorded.
    Logging,
    /// Who can reach it, and what it can reach.
    Network,
    /// How long something is kept.
    Retention,
}

/// One resource type through which agents act, grow, reach data or are watched.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surface {
    /// The Terraform type.
    pub resource_type: &'static str,
    /// The provider it comes from, as `namespace/name`.
    pub provider: &'static str,
    /// What it is to an agent.
    pub kind: Kind,
    /// Which attributes say what. A role without attributes is left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<Role, Vec<Path>>,
    /// Roles whose attributes can stand in another resource that this one names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<Elsewhere>,
    /// Something a reader of the row should know.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Cow<'static, str>>,
    /// The document the row was read from.
    #[serde(borrow)]
    pub source: Cow<'static, str>,
    /// Whether the attribute paths were compared with that document.
    pub verified: bool,
}

/// Another resource that says something in place of this one: the launch template of a group.
///
/// Where the attribute at `path` is set, what the other resource says in these roles is said of this one too, unless this one says it
/// itself at `unless`: in every element of the list that path leads through.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
#[serde(deny_unknown_fields)]
pub struct Elsewhere {
    /// What is said there.
    pub roles: Vec<Role>,
    /// The attribute of this resource that names the other one.
    pub path: Path,
    /// The types the other one can have.
    pub resource_types: Vec<&'static str>,
    /// The attribute of the other one that `path` holds the value of.
    pub key: Path,
    /// The attribute of this resource that goes first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unless: Option<Path>,
}

impl Surface {
    /// The attributes that say something in this role.
    pub fn paths(&self, role: Role) -> &[Path] {
        self.roles.get(&role).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The surface row of a resource type; `None` where the type is not known to matter to agents or scaling.
pub fn surface(resource_type: &str) -> Option<&'static Surface> {
    crate::about::about(resource_type).surface
}

pub(crate) fn find(resource_type: &str) -> Option<&'static Surface> {
    crate::data::surface_file(resource_type)?.get(resource_type)
}

/// All surfaces, sorted by type within each provider.
pub fn surfaces() -> impl Iterator<Item = &'static Surface> {
    crate::data::surface_files().flat_map(File::rows)
}
