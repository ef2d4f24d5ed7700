//! Why pages could not be made or are not what is committed.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why documentation is not as it should be. The message says what to do.
#[derive(Debug)]
pub enum DocsError {
    /// Two resources, or two others of one kind, would share this page.
    Twice(String),
    /// These examples, sections or subcategories belong to no page; usually a name is misspelled.
    Unused(Vec<String>),
    /// The committed pages are not what the schemas and examples say.
    Stale(Stale),
    /// A file or folder could not be read, written or removed.
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

impl fmt::Display for DocsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Twice(page) => write!(f, "two of the provider's parts would share the page `{page}`"),
            Self::Unused(lost) => write!(
                f,
                "the provider has nothing by these names, so no page would show them: {}",
                lost.join(", ")
            ),
            Self::Stale(stale) => stale.fmt(f),
            Self::File { path, error } => write!(f, "`{}`: {error}", path.display()),
        }
    }
}

impl std::error::Error for DocsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { error, .. } => Some(error),
            Self::Twice(_) | Self::Unused(_) | Self::Stale(_) => None,
        }
    }
}

/// The pages that are not what the schemas and examples say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stale {
    /// Pages with other content, each with the first line that differs, counted from 1.
    pub changed: Vec<(String, usize)>,
    /// Pages that do not exist.
    pub missing: Vec<String>,
    /// Generated pages of something that the provider no longer has.
    pub superfluous: Vec<String>,
    /// How to make them anew; completes "to refresh them, …".
    pub refresh: String,
}

impl Stale {
    pub(super) fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.missing.is_empty() && self.superfluous.is_empty()
    }
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the documentation is not what the schemas and examples say:")?;
        for (page, line) in &self.changed {
            writeln!(f, "  `{page}` differs from line {line} on")?;
        }
        for page in &self.missing {
            writeln!(f, "  `{page}` is missing")?;
        }
        for page in &self.superfluous {
            writeln!(f, "  `{page}` documents nothing that exists")?;
        }
        write!(f, "to refresh them, {}", self.refresh)
    }
}
