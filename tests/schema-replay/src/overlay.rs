//! What a provider does and its schema does not say, per resource type, written by hand.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The overlay file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlay {
    /// What the file is about, for its readers.
    #[serde(default)]
    pub note: String,
    /// By resource type.
    #[serde(default)]
    pub types: BTreeMap<String, TypeOverlay>,
}

/// What one type does.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeOverlay {
    /// Values of top-level attributes that are not configured.
    #[serde(default)]
    pub defaults: BTreeMap<String, serde_json::Value>,
    /// Values that the cloud gives on create to top-level attributes that the plan leaves unknown.
    #[serde(default)]
    pub given: BTreeMap<String, serde_json::Value>,
    /// Top-level attributes whose change replaces the object.
    #[serde(default)]
    pub force_new: Vec<String>,
    /// Top-level attributes that are known while planning.
    #[serde(default)]
    pub computed_at_plan: BTreeMap<String, AtPlan>,
}

/// How a value is computed while planning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtPlan {
    /// The region of the provider configuration.
    ProviderRegion,
    /// `tags`, with the provider's `default_tags` where they say nothing.
    TagsWithDefaultTags,
}
