//! The data files, embedded in the binary and parsed when first asked for. Which words they use is up to the modules of the types.

mod defaults;
mod orchestrators;

use std::sync::OnceLock;

use serde::Deserialize;

use crate::{Capacity, OrchestratorDefault, Provider, Surface, VendorDefault, Watch};
pub(crate) use defaults::{DEFAULTS, DefaultFile};
pub(crate) use orchestrators::ORCHESTRATORS;

/// A row of a data file: what it is called decides where it stands.
pub(crate) trait Row {
    fn key(&self) -> &'static str;
}

impl Row for Surface {
    fn key(&self) -> &'static str {
        self.resource_type
    }
}

impl Row for Capacity {
    fn key(&self) -> &'static str {
        self.resource_type
    }
}

impl Row for Watch {
    fn key(&self) -> &'static str {
        self.resource_type
    }
}

impl Row for VendorDefault {
    fn key(&self) -> &'static str {
        self.id
    }
}

impl Row for OrchestratorDefault {
    fn key(&self) -> &'static str {
        self.id
    }
}

/// One embedded file of rows, sorted by key.
pub(crate) struct File<T: 'static> {
    /// What the types in it begin with; empty for files that are searched whatever the key.
    prefix: &'static str,
    pub(crate) text: &'static str,
    rows: OnceLock<Vec<T>>,
}

impl<T: Row + Deserialize<'static>> File<T> {
    const fn new(prefix: &'static str, text: &'static str) -> Self {
        Self { prefix, text, rows: OnceLock::new() }
    }

    pub(crate) fn rows(&'static self) -> &'static [T] {
        self.rows.get_or_init(|| parse(self.text))
    }

    pub(crate) fn get(&'static self, key: &str) -> Option<&'static T> {
        let rows = self.rows();
        // INVARIANT: rows are sorted by key; a test compares.
        let index = rows.binary_search_by(|row| row.key().cmp(key)).ok()?;
        rows.get(index)
    }
}

/// Parses embedded data.
#[allow(
    clippy::expect_used,
    reason = "the text is compiled in and each file is parsed by a test; a catalog read as empty would fail open"
)]
fn parse<T: Deserialize<'static>>(text: &'static str) -> Vec<T> {
    serde_json::from_str(text).expect("embedded catalog data is well-formed")
}

static SURFACES: [File<Surface>; 4] = [
    File::new("aws_", include_str!("../data/surfaces/aws.json")),
    File::new("google_", include_str!("../data/surfaces/google.json")),
    File::new("azurerm_", include_str!("../data/surfaces/azurerm.json")),
    File::new("", include_str!("../data/surfaces/third-party.json")),
];

static CAPACITIES: [File<Capacity>; 4] = [
    File::new("aws_", include_str!("../data/capacity/aws.json")),
    File::new("google_", include_str!("../data/capacity/google.json")),
    File::new("azurerm_", include_str!("../data/capacity/azurerm.json")),
    File::new("", include_str!("../data/capacity/third-party.json")),
];

static WATCHES: [File<Watch>; 3] = [
    File::new("aws_", include_str!("../data/watches/aws.json")),
    File::new("google_", include_str!("../data/watches/google.json")),
    File::new("azurerm_", include_str!("../data/watches/azurerm.json")),
];

/// In order: the first whose prefix fits a type is its provider, so a longer prefix stands before a shorter one.
pub(crate) const PROVIDERS: [&str; 6] = [
    include_str!("../data/providers/aws.json"),
    include_str!("../data/providers/awscc.json"),
    include_str!("../data/providers/google.json"),
    include_str!("../data/providers/azurerm.json"),
    include_str!("../data/providers/azapi.json"),
    include_str!("../data/providers/azuread.json"),
];

/// All data as text, in a fixed order: what a digest of the catalog is taken of.
pub fn texts() -> impl Iterator<Item = &'static str> {
    let rows = SURFACES.iter().map(|file| file.text).chain(CAPACITIES.iter().map(|file| file.text));
    let rows = rows.chain(WATCHES.iter().map(|file| file.text)).chain(default_texts());
    rows.chain(PROVIDERS).chain(crate::machine::TEXTS)
}

/// The file that would hold the surface row of a type.
pub(crate) fn surface_file(resource_type: &str) -> Option<&'static File<Surface>> {
    SURFACES.iter().find(|file| resource_type.starts_with(file.prefix))
}

/// The file that would hold the capacity row of a type.
pub(crate) fn capacity_file(resource_type: &str) -> Option<&'static File<Capacity>> {
    CAPACITIES.iter().find(|file| resource_type.starts_with(file.prefix))
}

/// The file that would hold the signs of a type.
pub(crate) fn watch_file(resource_type: &str) -> Option<&'static File<Watch>> {
    WATCHES.iter().find(|file| resource_type.starts_with(file.prefix))
}

pub(crate) fn watch_files() -> impl Iterator<Item = &'static File<Watch>> {
    WATCHES.iter()
}

pub(crate) fn surface_files() -> impl Iterator<Item = &'static File<Surface>> {
    SURFACES.iter()
}

#[cfg(test)]
pub(crate) fn capacity_files() -> impl Iterator<Item = &'static File<Capacity>> {
    CAPACITIES.iter()
}

/// The defaults of vendors and of orchestration frameworks as text, in a fixed order.
pub(crate) fn default_texts() -> impl Iterator<Item = &'static str> {
    DEFAULTS.iter().map(|service| service.file.text).chain(ORCHESTRATORS.iter().map(|file| file.text))
}

/// All provider families.
pub(crate) fn providers() -> &'static [Provider] {
    static PARSED: OnceLock<Vec<Provider>> = OnceLock::new();
    PARSED.get_or_init(|| PROVIDERS.iter().flat_map(|text| parse::<Provider>(text)).collect())
}
