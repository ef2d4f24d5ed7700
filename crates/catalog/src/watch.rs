//! What in a change deserves a look beside its numbers: the signs that governance is weakened, that something opens to the internet, that a
//! record is cut short, that data goes, that rights are handed out. Which of them counts is up to the envelope.

use serde::{Deserialize, Serialize};

use crate::Path;

/// What a sign is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Concern {
    /// A control of the cloud that holds others back.
    Governance,
    /// What the internet can reach.
    Perimeter,
    /// The record of what happened.
    Logging,
    /// Data, keys and backups that would be lost.
    Deletion,
    /// Who may do what.
    Privileges,
}

/// The signs to look for in changes of one resource type.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    /// The Terraform type; one `*` in it stands for any text.
    pub resource_type: &'static str,
    /// What to look for.
    pub signs: Vec<Sign>,
    /// The document the attributes were read from.
    pub source: &'static str,
    /// Whether the attributes were compared with the provider's schema.
    pub verified: bool,
}

/// One thing to look for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// What it is about.
    pub concern: Concern,
    /// What it comes to, as a clause about the object: `it has a public address`.
    pub means: &'static str,
    /// When it is there.
    pub when: When,
}

/// When a sign is there.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// The object is destroyed, made anew, or left to nobody.
    Gone,
    /// The object is made.
    Made,
    /// All of these hold, each of any value its path reaches.
    Holds(Vec<Clue>),
    /// All of these hold of one and the same element of a list of blocks.
    HoldsIn {
        /// The list.
        each: Path,
        /// What holds; paths start at the element.
        all: Vec<Clue>,
    },
    /// A number becomes larger, or is no longer set.
    Raised(Path),
    /// A number becomes smaller, or is no longer set.
    Lowered {
        /// The number.
        path: Path,
        /// Whether 0, or not setting it, means for ever.
        zero_is_most: bool,
    },
    /// Something that was among the values is not any more.
    Loses(Path),
    /// Something that was not among the values is now.
    Gains(Path),
    /// The value becomes another one, whose direction is not known. Texts that are JSON are compared as JSON.
    Changed(Path),
    /// A policy document allows everybody something without a condition.
    OpenPolicy(Path),
    /// A policy document allows something that it did not allow before, or no longer denies something that it did.
    Grants {
        /// The document; several in repeated blocks count as one.
        document: Path,
        /// Whether making the object hands out what the document allows.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        made: bool,
        /// Whether what the document denied is free once the object is destroyed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        gone: bool,
    },
    /// A policy of AWS or of the account, by its ARN, is attached that was not. Of AWS's own the name says whether they allow; what another
    /// allows stands elsewhere.
    Attaches(Path),
    /// The object is a right that somebody has: it is made, or made anew. The attribute says which right.
    Given(Path),
}

/// What is looked for at a path.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
#[serde(deny_unknown_fields)]
pub struct Clue {
    /// The attribute. Elements of lists count one by one.
    pub path: Path,
    /// Texts one of which it is, letter for letter; booleans and numbers as they are written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub is: Vec<&'static str>,
    /// Texts with one of which it begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub starts: Vec<&'static str>,
    /// Whether a range of addresses that takes in strangers counts: wider than any one network is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wide: bool,
    /// Whether any value counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub present: bool,
    /// Whether having no value counts, which is when the vendor's default is what is looked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub absent: bool,
}

impl Watch {
    /// All attributes that its signs look at.
    pub fn paths(&self) -> Vec<Path> {
        self.signs.iter().flat_map(Sign::paths).collect()
    }
}

impl Sign {
    /// The attributes it looks at, from the resource downwards. Of a list of blocks the list itself.
    pub fn paths(&self) -> Vec<Path> {
        match &self.when {
            When::Gone | When::Made => Vec::new(),
            When::Holds(clues) => clues.iter().map(|clue| clue.path).collect(),
            When::HoldsIn { each, .. } => vec![*each],
            When::Raised(path)
            | When::Lowered { path, .. }
            | When::Loses(path)
            | When::Gains(path)
            | When::Changed(path)
            | When::OpenPolicy(path)
            | When::Grants { document: path, .. }
            | When::Attaches(path)
            | When::Given(path) => vec![*path],
        }
    }
}

/// The signs to look for in a resource type; `None` where the catalog knows none.
pub fn watch(resource_type: &str) -> Option<&'static Watch> {
    crate::about::about(resource_type).watch
}

pub(crate) fn find(resource_type: &str) -> Option<&'static Watch> {
    let file = crate::data::watch_file(resource_type)?;
    file.get(resource_type).or_else(|| {
        let fits = |row: &&Watch| {
            row.resource_type.split_once('*').is_some_and(|(start, end)| {
                resource_type.len() >= start.len() + end.len()
                    && resource_type.starts_with(start)
                    && resource_type.ends_with(end)
            })
        };
        file.others().iter().copied().find(fits)
    })
}

/// All rows, sorted by type within each provider.
pub fn watches() -> impl Iterator<Item = &'static Watch> {
    crate::data::watch_files().flat_map(crate::data::File::rows)
}
