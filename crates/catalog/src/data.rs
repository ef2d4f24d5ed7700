//! The data files, embedded in the binary and parsed when first asked for. Which words they use is up to the modules of the types.

mod defaults;
mod orchestrators;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use serde::Deserialize;

use crate::{Capacity, OrchestratorDefault, Provider, Surface, VendorDefault, Watch};
pub(crate) use defaults::{DEFAULTS, DefaultFile};
pub(crate) use orchestrators::ORCHESTRATORS;

/// A row of a data file: what it is called decides where it stands.
pub(crate) trait Row {
    /// The first field of a row, as it stands in a file: what the row is found by.
    const KEY: &'static str;
    /// A text that stands in the rows which say something about other types as well.
    const OTHERS: &'static str;

    fn key(&self) -> &'static str;
}

impl Row for Surface {
    const KEY: &'static str = "    \"resource_type\": \"";
    const OTHERS: &'static str = "\n    \"elsewhere\": ";

    fn key(&self) -> &'static str {
        self.resource_type
    }
}

impl Row for Capacity {
    const KEY: &'static str = "    \"resource_type\": \"";
    const OTHERS: &'static str = "\"ceiling_from\": ";

    fn key(&self) -> &'static str {
        self.resource_type
    }
}

impl Row for Watch {
    const KEY: &'static str = "    \"resource_type\": \"";
    /// The name of a family of types.
    const OTHERS: &'static str = "_*_";

    fn key(&self) -> &'static str {
        self.resource_type
    }
}

impl Row for VendorDefault {
    const KEY: &'static str = "    \"id\": \"";
    const OTHERS: &'static str = "\u{0}";

    fn key(&self) -> &'static str {
        self.id
    }
}

impl Row for OrchestratorDefault {
    const KEY: &'static str = "    \"id\": \"";
    const OTHERS: &'static str = "\u{0}";

    fn key(&self) -> &'static str {
        self.id
    }
}

/// One embedded file of rows, sorted by key.
///
/// A plan needs few of the rows, and reading JSON is most of what a short check costs: a row is found by where it stands, and parsed when
/// somebody asks for it. INVARIANT: the files have one layout, which a test compares byte for byte.
pub(crate) struct File<T: 'static> {
    /// What the types in it begin with; empty for files that are searched whatever the key.
    prefix: &'static str,
    pub(crate) text: &'static str,
    rows: OnceLock<Vec<T>>,
    others: OnceLock<Vec<&'static T>>,
    found: Mutex<BTreeMap<&'static str, &'static T>>,
}

/// What a row begins and ends with.
const BEGIN: &str = "\n  {\n";
const END: &str = "\n  }";

impl<T: Row + Deserialize<'static>> File<T> {
    const fn new(prefix: &'static str, text: &'static str) -> Self {
        Self {
            prefix,
            text,
            rows: OnceLock::new(),
            others: OnceLock::new(),
            found: Mutex::new(BTreeMap::new()),
        }
    }

    /// All of them.
    pub(crate) fn rows(&'static self) -> &'static [T] {
        self.rows.get_or_init(|| parse(self.text))
    }

    /// The rows that say something about other types as well, such as whom they look for.
    pub(crate) fn others(&'static self) -> &'static [&'static T] {
        self.others.get_or_init(|| {
            let mut found: Vec<&'static T> = Vec::new();
            let mut last = "";
            for (at, _) in self.text.match_indices(T::OTHERS) {
                let row = self.text.get(..at).and_then(|before| before.rfind(BEGIN));
                let key = row.and_then(|start| self.key_at(start)).filter(|key| *key != last);
                if let Some(key) = key {
                    last = key;
                    found.extend(self.get(key));
                }
            }
            found
        })
    }

    pub(crate) fn get(&'static self, key: &str) -> Option<&'static T> {
        // A thread that panicked while it held this left the map whole: rows are put in last.
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(row) = found.get(key) {
            return Some(row);
        }
        // The data lives as long as the process, and each row is parsed once.
        let row: &'static T = Box::leak(Box::new(parse_one(self.text_of(key)?)));
        found.insert(row.key(), row);
        Some(row)
    }

    /// The text of the row with this key, by halving what it can be in. INVARIANT: rows are sorted by key; a test compares.
    fn text_of(&self, key: &str) -> Option<&'static str> {
        let (mut low, mut high) = (0, self.text.len());
        while low < high {
            let middle = low.midpoint(high);
            let next = self.text.get(middle..).and_then(|text| text.find(BEGIN)).map(|next| middle + next);
            let Some(start) = next.filter(|start| *start < high) else {
                high = middle;
                continue;
            };
            match self.key_at(start)?.cmp(key) {
                Ordering::Less => low = start + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => {
                    let row = self.text.get(start..)?;
                    return row.get(..row.find(END)? + END.len());
                }
            }
        }
        None
    }

    /// The key of the row that begins here.
    fn key_at(&self, start: usize) -> Option<&'static str> {
        let row = self.text.get(start..)?.strip_prefix(BEGIN)?.strip_prefix(T::KEY)?;
        row.split('"').next()
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

/// Parses one row of embedded data.
#[allow(clippy::expect_used, reason = "as for `parse`; a test finds every row by its key")]
fn parse_one<T: Deserialize<'static>>(text: &'static str) -> T {
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
