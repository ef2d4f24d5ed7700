//! One issue per envelope, not per run: a body that replaces the one before, found again by the marker in its first line, and an index that
//! says what to do with each. The issue is closed when nothing drifted, with what is over as the evidence.

use serde::Serialize;

use super::markdown;
use crate::drift::class::Outcome;
use crate::drift::report::{Part, Report};
use crate::render::json::written;
use crate::text::escape;

/// What to do with an issue. Running twice does the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Todo {
    /// Open it, or write the body anew where it is open.
    Open,
    /// Close it where it is open, with the body as the last word.
    Close,
}

/// An issue of one envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Name of the file of the body.
    pub file: String,
    /// The first line of the body, by which it is found again.
    pub marker: String,
    /// Its title, the same in every run.
    pub title: String,
    /// What to do with it.
    pub todo: Todo,
    /// Whether there is something that whoever reads it has to hear: something new, worse, better or over.
    pub news: bool,
    /// Its body.
    pub body: String,
}

#[derive(Serialize)]
struct Index<'a> {
    format_version: &'static str,
    issues: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    file: &'a str,
    marker: &'a str,
    title: &'a str,
    todo: Todo,
    news: bool,
}

/// The issues of a report, in its order.
pub fn issues(report: &Report) -> Vec<Issue> {
    report.parts.iter().map(|part| one(part, report)).collect()
}

/// What to do with all of them, for programs.
pub fn index(issues: &[Issue]) -> String {
    let issues = issues.iter().map(|issue| Entry {
        file: &issue.file,
        marker: &issue.marker,
        title: &issue.title,
        todo: issue.todo,
        news: issue.news,
    });
    written(&Index { format_version: "1.0", issues: issues.collect() })
}

fn one(part: &Part, report: &Report) -> Issue {
    let name = plain(part.envelope.as_deref());
    let marker = format!("<!-- plancheck-drift envelope={name} -->");
    let open = part.outcome().is_some_and(|outcome| outcome > Outcome::Note);
    let title = match &part.envelope {
        Some(envelope) => format!("Governance drift: {}", escape(envelope)),
        None => "Governance drift: no envelope".to_owned(),
    };
    let answer = match part.outcome() {
        Some(Outcome::Incident) => "**Looser than approved.**",
        Some(Outcome::Review) => "**Somebody has to look.**",
        Some(Outcome::Note) => "As approved or tighter.",
        None => "As approved.",
    };
    let mut body = format!("{marker}\n{answer} Last looked at {}.\n\n", report.now);
    markdown::body(&mut body, part);
    markdown::closing(&mut body, report);
    let todo = if open { Todo::Open } else { Todo::Close };
    Issue { file: format!("{name}.md"), marker, title, todo, news: part.has_news(), body }
}

/// A name that is safe in a file name and in a comment of HTML. What belongs to no envelope has a name that no envelope has.
fn plain(envelope: Option<&str>) -> String {
    let Some(envelope) = envelope else { return "_none".to_owned() };
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    envelope.chars().take(80).map(safe).collect()
}
