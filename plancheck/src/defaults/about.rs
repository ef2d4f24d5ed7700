//! A default that a review is about, and what there is to say of it.

use remit_catalog::{Risk, VendorDefault};
use remit_governance::DefaultOverride;
use remit_governance::default_override::{DefaultRef, Described};

use super::render::compact;

/// A default: one of the catalog, or one that somebody described to decide about it.
#[derive(Debug, Clone)]
pub enum About {
    /// One of the catalog.
    Row(&'static VendorDefault),
    /// One that the catalog does not have.
    Described {
        /// Resource type and attribute.
        name: String,
        /// What was said of it.
        described: Described,
        /// The regulations that the decision names.
        regulations: Vec<String>,
    },
}

impl About {
    /// The default that a decision describes, by its name; `None` where it names one of the catalog.
    pub(super) fn described(decided: &DefaultOverride) -> Option<(String, Self)> {
        let DefaultRef::Described(described) = &decided.default else { return None };
        let regulations = decided.regulations.iter().cloned().collect();
        let about = Self::Described { name: decided.name(), described: described.clone(), regulations };
        Some((decided.name(), about))
    }

    /// The row, where it is one of the catalog.
    pub fn row(&self) -> Option<&'static VendorDefault> {
        match self {
            Self::Row(row) => Some(row),
            Self::Described { .. } => None,
        }
    }

    /// What it is called.
    pub fn id(&self) -> &str {
        match self {
            Self::Row(row) => row.id,
            Self::Described { name, .. } => name,
        }
    }

    pub(super) fn resource_type(&self) -> &str {
        match self {
            Self::Row(row) => &row.resource_type,
            Self::Described { described, .. } => &described.resource_type,
        }
    }

    pub(super) fn attribute(&self) -> &str {
        match self {
            Self::Row(row) => row.attribute_path,
            Self::Described { described, .. } => &described.attribute,
        }
    }

    /// How much it matters; `None` where nobody rated it.
    pub(super) fn risk(&self) -> Option<Risk> {
        self.row().map(|row| row.risk)
    }

    pub(super) fn risk_word(&self) -> &'static str {
        self.risk().map_or("not rated", Risk::as_str)
    }

    /// Whether what is said of it was compared with its source. What somebody decided about stands on their word.
    pub(super) fn is_verified(&self) -> bool {
        self.row().is_none_or(|row| row.verified)
    }

    pub(super) fn title(&self) -> String {
        let of = self.row().map_or_else(|| self.resource_type(), |row| &row.service);
        format!("{of}: {}", self.attribute())
    }

    /// What is in force where nobody says anything.
    pub(super) fn in_force(&self) -> String {
        match self {
            Self::Row(row) => compact(row.vendor_default.get()),
            Self::Described { described, .. } => described.description.clone(),
        }
    }

    pub(super) fn regulations(&self) -> String {
        match self {
            Self::Row(row) => row.regulations.join(", "),
            Self::Described { regulations, .. } => regulations.join(", "),
        }
    }
}
