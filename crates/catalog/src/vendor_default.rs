//! What vendors decide when the configuration says nothing, and what that exposes. Overriding or accepting such a default is a
//! declaration of `remit-governance`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::data::{DEFAULTS, DefaultFile};
use crate::{Cloud, Clue};

/// One value that a vendor chooses for whoever does not.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VendorDefault {
    /// Stable key, kebab-case.
    pub id: &'static str,
    /// Whose default it is.
    pub cloud: Cloud,
    /// The service, as the vendor calls it.
    #[serde(borrow)]
    pub service: Cow<'static, str>,
    /// The Terraform type; a few rows describe a family of types in words.
    #[serde(borrow)]
    pub resource_type: Cow<'static, str>,
    /// The attribute, or `(resource)` where the finding is that the whole resource is missing.
    pub attribute_path: &'static str,
    /// When the row applies.
    #[serde(borrow)]
    pub condition: Cow<'static, str>,
    /// When the row applies, as far as a plan can show it. Absent where only the words of `condition` say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Applies>,
    /// What else has to hold of the object, all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_if: Vec<Clue>,
    /// The value in force then, as JSON; a sentence where it is a behavior, `null` where nothing is set.
    pub vendor_default: &'static RawValue,
    /// Who fills it in. Only a provider's default can be seen in a plan.
    pub default_origin: DefaultOrigin,
    /// What the row is about, in the words of the research. [`VendorDefault::dimension`] gives our word.
    #[serde(rename = "dimension")]
    pub subject_matter: SubjectMatter,
    /// What the vendor gains in smoothness by choosing it.
    #[serde(borrow)]
    pub optimizes_for: Cow<'static, str>,
    /// Who benefits.
    #[serde(borrow)]
    pub benefits: Cow<'static, str>,
    /// What you carry.
    #[serde(borrow)]
    pub exposes: Cow<'static, str>,
    /// How much that matters; our judgment. Low rows include safe defaults worth defending.
    pub risk: Risk,
    /// A starting point for a governed value, as JSON; `null` where only a rule fits.
    pub suggested_governed_value: &'static RawValue,
    /// The check in words.
    #[serde(borrow)]
    pub rule: Cow<'static, str>,
    /// Which regulations ask about it, from general knowledge.
    pub regulations: Vec<&'static str>,
    /// Something a reader of the row should know.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Cow<'static, str>>,
    /// The document the row was read from.
    #[serde(borrow)]
    pub source: Cow<'static, str>,
    /// Whether the default and the attribute were compared with that document.
    pub verified: bool,
}

impl VendorDefault {
    /// The dimension of an envelope that governs the row.
    pub fn dimension(&self) -> &'static str {
        dimension_of(self.subject_matter)
    }
}

/// What a plan shows of a resource that relies on a default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
#[serde(rename_all = "snake_case")]
pub enum Applies {
    /// The attribute is not written. Where the block around it is not there either, it cannot be told whether the row applies.
    Absent,
    /// The attribute, or the block around it, is not written.
    BlockAbsent,
    /// Its text, or the last part of an ARN, begins with one of these.
    StartsWith(Vec<&'static str>),
    /// Its text is one of these.
    OneOf(Vec<&'static str>),
    /// The block is written: it chooses what the vendor would rather have.
    Present,
    /// No object of the type is declared although there are some whose types begin with one of these. It may be declared elsewhere, so this
    /// can only ever be a question.
    Undeclared(Vec<&'static str>),
}

impl Applies {
    /// Whether a text is one of those the row is about.
    pub fn holds_for(&self, text: &str) -> bool {
        let name = if text.starts_with("arn:") { text.rsplit('/').next().unwrap_or(text) } else { text };
        match self {
            Self::Absent | Self::BlockAbsent | Self::Present | Self::Undeclared(_) => false,
            Self::StartsWith(beginnings) => beginnings.iter().any(|beginning| name.starts_with(beginning)),
            Self::OneOf(words) => words.contains(&text),
        }
    }
}

/// Who fills in a default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DefaultOrigin {
    /// The Terraform provider's schema: the plan shows the value.
    #[serde(rename = "provider")]
    Provider,
    /// The service: the plan shows null or "known after apply".
    #[serde(rename = "vendor API")]
    VendorApi,
    /// A resource that nobody declared.
    #[serde(rename = "absent resource")]
    AbsentResource,
}

/// What a default is about, in the words of the research behind the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the words explain themselves; `dimension_of` says what each means to an envelope"
)]
pub enum SubjectMatter {
    Cost,
    Scale,
    Residency,
    SecurityPerimeter,
    Logging,
    Retention,
    Identity,
    ModelIntegrity,
}

/// How much a default matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "an ordinary scale")]
pub enum Risk {
    Low,
    Medium,
    High,
    Critical,
}

impl Risk {
    /// The word in data and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// The one table from the research's words to the dimensions of an envelope.
pub fn dimension_of(subject_matter: SubjectMatter) -> &'static str {
    match subject_matter {
        SubjectMatter::Cost => "cost",
        SubjectMatter::Scale => "capacity",
        SubjectMatter::Residency => "regions",
        SubjectMatter::SecurityPerimeter => "perimeter",
        SubjectMatter::Logging => "logging",
        // How long something is kept is when it is deleted.
        SubjectMatter::Retention => "deletion",
        SubjectMatter::Identity => "privileges",
        // A silently changed model or filter is another integration than the one that was allowed.
        SubjectMatter::ModelIntegrity => "integrations",
    }
}

/// The version of the catalog of vendor defaults: the year and month in which it was last compared with its sources, and how often it was
/// changed since.
pub const DEFAULTS_VERSION: &str = "2026.11.1";

/// All vendor defaults, by cloud and service, sorted by id within each. The first call parses all of the data.
pub fn defaults() -> impl Iterator<Item = &'static VendorDefault> {
    DEFAULTS.iter().flat_map(|service| service.file.rows())
}

/// The vendor defaults of objects of a type. Parses no more than the services that have some.
pub fn defaults_of(resource_type: &str) -> impl Iterator<Item = &'static VendorDefault> {
    let services = by_type().get(resource_type).into_iter().flatten();
    let rows = services.flat_map(|service| service.file.rows());
    rows.filter(move |row| row.resource_type == resource_type)
}

/// Whether there are vendor defaults of objects of a type. Parses nothing.
pub fn has_defaults(resource_type: &str) -> bool {
    by_type().contains_key(resource_type)
}

fn by_type() -> &'static HashMap<&'static str, Vec<&'static DefaultFile>> {
    static BY_TYPE: OnceLock<HashMap<&str, Vec<&DefaultFile>>> = OnceLock::new();
    BY_TYPE.get_or_init(|| {
        let mut by_type: HashMap<&str, Vec<&DefaultFile>> = HashMap::new();
        for service in &DEFAULTS {
            for kind in service.types {
                by_type.entry(kind).or_default().push(service);
            }
        }
        by_type
    })
}

/// The vendor default with this id.
pub fn default(id: &str) -> Option<&'static VendorDefault> {
    DEFAULTS.iter().find_map(|service| service.file.get(id))
}

/// Whether the catalog has a default with this id, of a vendor or of an orchestration framework.
pub fn has_default(id: &str) -> bool {
    default(id).is_some() || crate::orchestrator_default(id).is_some()
}

/// All ids, of defaults of vendors and of orchestration frameworks, for completion and "did you mean".
pub fn default_ids() -> impl Iterator<Item = &'static str> {
    defaults().map(|row| row.id).chain(crate::orchestrator_defaults().map(|row| row.id))
}

/// The defaults of vendors and of orchestration frameworks as they stand in the data, in a fixed order: what their digest is taken of.
pub fn default_texts() -> impl Iterator<Item = &'static str> {
    crate::data::default_texts()
}
