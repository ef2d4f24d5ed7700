//! What frameworks that orchestrate agents decide when the code that uses them says nothing: how long a loop may run, who is asked, what is
//! sent to the vendor. They are libraries, not Terraform resources; which of them a program uses stands in its requirements.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::data::{File, ORCHESTRATORS};
use crate::{Risk, SubjectMatter, dimension_of};

/// One value that a framework chooses for whoever does not.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrchestratorDefault {
    /// Stable key, kebab-case.
    pub id: &'static str,
    /// The framework, as its makers call it.
    #[serde(borrow)]
    pub framework: Cow<'static, str>,
    /// The names under which Python packages bring it, normalized; none where it is a service with an API.
    pub packages: Vec<&'static str>,
    /// The version whose published source was read. Absent where a guide or the model of an API was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_read: Option<&'static str>,
    /// The argument, option or variable.
    #[serde(borrow)]
    pub setting: Cow<'static, str>,
    /// Its default as JSON; `null` where there is no limit or nothing is set.
    pub default: &'static RawValue,
    /// What it is about.
    #[serde(rename = "dimension")]
    pub subject_matter: SubjectMatter,
    /// What it does.
    #[serde(borrow)]
    pub meaning: Cow<'static, str>,
    /// What you carry.
    #[serde(borrow)]
    pub exposes: Cow<'static, str>,
    /// How much that matters; our judgment.
    pub risk: Risk,
    /// A starting point for a governed value, as JSON; `null` where there is none.
    pub suggested_governed_value: &'static RawValue,
    /// Which regulations ask about it, from general knowledge.
    pub regulations: Vec<&'static str>,
    /// Something a reader of the row should know.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Cow<'static, str>>,
    /// Where it was read.
    #[serde(borrow)]
    pub source: Cow<'static, str>,
    /// Whether it was compared with that source.
    pub verified: bool,
}

impl OrchestratorDefault {
    /// The dimension of an envelope that it is about.
    pub fn dimension(&self) -> &'static str {
        dimension_of(self.subject_matter)
    }
}

/// All defaults of orchestration frameworks, by framework, sorted by id within each.
pub fn orchestrator_defaults() -> impl Iterator<Item = &'static OrchestratorDefault> {
    ORCHESTRATORS.iter().flat_map(File::rows)
}

/// The default of an orchestration framework with this id.
pub fn orchestrator_default(id: &str) -> Option<&'static OrchestratorDefault> {
    ORCHESTRATORS.iter().find_map(|file| file.get(id))
}
