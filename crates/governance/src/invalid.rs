//! What is wrong with a declaration, and where: the one error of every parser here. How it is shown to a person is
//! the caller's business (a Terraform diagnostic, a line of plancheck).

use std::fmt;

/// One step from a declaration to the value at fault.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// An attribute that the schema names.
    Attribute(String),
    /// An element of a list, or of a set in the order in which it was handed over.
    Index(usize),
    /// A key that the practitioner chose, in a map.
    Key(String),
}

/// Which sort of fault it is. A caller that knows only part of a config keeps `Value`, keeps `Missing` unless the path
/// or something above it is unknown, and drops `Relation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The value given is wrong by itself, whatever stands elsewhere.
    Value,
    /// A required attribute is absent or null.
    Missing,
    /// The attribute does not exist.
    Unknown,
    /// Two or more attributes disagree, or one is only right together with another.
    Relation,
}

/// A fault in a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Invalid {
    /// From the declaration's root to the value at fault; empty for the declaration itself.
    pub path: Vec<Step>,
    /// One sentence in lower case without a full stop; input stands in backticks.
    pub message: String,
    /// Something to do now, where there is something.
    pub help: Option<String>,
    /// Which sort of fault it is.
    pub kind: Kind,
}

impl Invalid {
    /// A fault without help.
    pub fn new(kind: Kind, path: Vec<Step>, message: impl Into<String>) -> Self {
        Self { path, message: message.into(), help: None, kind }
    }

    /// The same fault with something to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The path as a practitioner writes it: `limits.capacity.gpus.ceiling`, `freezes[0].until`, `scope.tags["a.b"]`.
    pub fn place(&self) -> String {
        place(&self.path)
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.place())?;
        }
        f.write_str(&self.message)?;
        if let Some(help) = &self.help {
            write!(f, " ({help})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Invalid {}

/// A path as a practitioner writes it.
pub fn place(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Attribute(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            Step::Index(index) => text.extend(["[", &index.to_string(), "]"]),
            Step::Key(key) => text.extend(["[", &format!("{key:?}"), "]"]),
        }
    }
    text
}

/// The candidate that the input most likely meant, if one is near enough to be worth naming.
pub fn nearest<'a>(input: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Long hostile input would make the distance expensive, and nothing is near it anyway.
    if input.len() > 64 {
        return None;
    }
    let allowed = if input.chars().count() <= 4 { 1 } else { 2 };
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(input, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)))
        .map(|(_, candidate)| candidate)
}

/// Help for a word from a closed list: the nearest one, or all of them.
pub(crate) fn one_of(input: &str, candidates: &[&str]) -> String {
    match nearest(&input.to_lowercase(), candidates.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("use one of {}", list(candidates.iter().copied())),
    }
}

/// Words in backticks, separated by commas.
pub(crate) fn list<T: fmt::Display>(words: impl IntoIterator<Item = T>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}
