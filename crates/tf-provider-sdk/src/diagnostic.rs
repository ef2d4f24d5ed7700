//! What a provider tells the practitioner: errors and warnings that can point at an attribute.

use crate::path::Path;

/// Whether the operation can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The operation failed.
    Error,
    /// The operation went on, but somebody should know.
    Warning,
}

/// One message to the practitioner.
///
/// The summary is a short title; the detail is whole sentences: what was tried, what came back, what exists now, what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// A short title.
    pub summary: String,
    /// Whole sentences; may be empty.
    pub detail: String,
    /// The attribute at fault; the root when it is the whole object.
    pub path: Path,
}

impl Diagnostic {
    /// An error with this title.
    pub fn error(summary: impl Into<String>) -> Self {
        Self { severity: Severity::Error, summary: summary.into(), detail: String::new(), path: Path::root() }
    }

    /// A warning with this title.
    pub fn warning(summary: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(summary) }
    }

    /// An error that no configuration can cause: the provider's own mistake, said so.
    pub(crate) fn bug(detail: impl AsRef<str>) -> Self {
        Self::error("Error in the provider").detail(format!(
            "{} This is a mistake in the provider, not in your configuration: please report it to its developers.",
            detail.as_ref()
        ))
    }

    /// Adds the explanation.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Names the attribute at fault.
    #[must_use]
    pub fn at(mut self, path: impl Into<Path>) -> Self {
        self.path = path.into();
        self
    }

    /// Puts this diagnostic's path below `parent`.
    #[must_use]
    pub fn within(mut self, parent: &Path) -> Self {
        self.path = parent.clone().join(&self.path);
        self
    }
}

/// Messages gathered along the way. Collect as many as can be found in one go; people dislike fixing errors one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Nothing to tell.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one message.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// True if any of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// True if there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The messages in the order in which they were added.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// `value` if none is an error, else all of them. Warnings beside a good value are lost; hand those to the context.
    pub fn or_value<T>(self, value: T) -> Result<T, Self> {
        if self.has_errors() { Err(self) } else { Ok(value) }
    }

    /// Puts every path below `parent`.
    #[must_use]
    pub fn within(self, parent: &Path) -> Self {
        self.into_iter().map(|diagnostic| diagnostic.within(parent)).collect()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        self.0.extend(diagnostics);
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        Self(diagnostics.into_iter().collect())
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
