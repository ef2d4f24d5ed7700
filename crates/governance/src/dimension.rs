//! The dimensions of governance and the words for them: one vocabulary for limits, quorums, rules and reports.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident is $what:literal { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// All of them with their words, in order.
            pub const WORDS: &'static [(&'static str, $name)] = &[$(($word, $name::$variant)),+];

            /// The word for it, as declarations and reports write it.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// The one with this word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
            }

            #[allow(dead_code, reason = "not every vocabulary is read from a declaration")]
            pub(crate) fn read(r: &mut $crate::read::Reader, json: &$crate::json::Json) -> Option<Self> {
                r.word(json, $what, Self::WORDS)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl From<$name> for $crate::json::Json {
            fn from(value: $name) -> $crate::json::Json {
                $crate::json::Json::from(value.as_str())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What a limit is about.
    Dimension is "a dimension" {
        /// Money.
        Cost = "cost",
        /// Where things run.
        Regions = "regions",
        /// How many, per unit.
        Capacity = "capacity",
        /// Which machine types.
        InstanceTypes = "instance_types",
        /// Models, endpoints, providers and services.
        Integrations = "integrations",
        /// What is open to the internet.
        Perimeter = "perimeter",
        /// Required tags.
        Tags = "tags",
        /// How fast a footprint may grow.
        Growth = "growth",
        /// Turning logs off or down.
        Logging = "logging",
        /// Destroying and forgetting.
        Deletion = "deletion",
        /// Rights that a change hands out.
        Privileges = "privileges",
        /// Terraform actions.
        Actions = "actions",
        /// Relying on vendor defaults.
        Defaults = "defaults",
        /// Envelopes, approvers and overrides themselves.
        Governance = "governance",
    }
}

words! {
    /// A unit in which capacity is counted.
    Unit is "a unit of capacity" {
        /// Virtual machines.
        Instances = "instances",
        /// Cluster nodes.
        Nodes = "nodes",
        /// Copies of a workload.
        Replicas = "replicas",
        /// Container tasks.
        Tasks = "tasks",
        /// Virtual processors.
        Vcpus = "vcpus",
        /// Accelerators.
        Gpus = "gpus",
        /// Memory in GB.
        MemoryGb = "memory_gb",
        /// Executions at one time.
        Concurrency = "concurrency",
        /// Provisioned model throughput.
        ModelUnits = "model_units",
    }
}

impl Unit {
    /// Whether half a one makes no sense.
    pub const fn is_whole(self) -> bool {
        !matches!(self, Self::Vcpus | Self::MemoryGb)
    }
}

words! {
    /// How an envelope answers to a kind of change as such.
    Posture is "a posture" {
        /// Never, not even with approval.
        Deny = "deny",
        /// Only with approval. What is not said means this.
        Consent = "consent",
        /// Freely.
        Allow = "allow",
    }
}
