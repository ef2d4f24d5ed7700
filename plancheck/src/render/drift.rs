//! Reports of drift as text: the same words in every format, so that what an issue says is found in the log.

mod github;
mod human;
pub mod issue;
mod json;
mod logs;
mod markdown;
mod sarif;
mod words;

use crate::drift::report::Report;
use crate::verdict::CheckError;

pub use github::outputs;
pub use human::report as human;
pub use json::{FORMAT_VERSION, SCHEMA};

/// How a report of drift is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// For people at a terminal and in logs.
    Human,
    /// Everything, for programs and for the next run.
    Json,
    /// For a comment or a step summary.
    Markdown,
    /// For code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// Log records as OpenTelemetry writes them in JSON.
    Logs,
}

impl Format {
    /// All of them, in the order of the help.
    pub const ALL: [Self; 6] =
        [Self::Human, Self::Json, Self::Markdown, Self::Sarif, Self::Github, Self::Logs];

    /// As it is asked for.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Logs => "logs",
        }
    }

    /// What it is for, in a few words.
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::Human => "for people",
            Self::Json => "for programs and the next run; shape in plancheck/schema/drift-1.json",
            Self::Markdown => "a part per envelope, under 60,000 characters",
            Self::Sarif => "SARIF 2.1.0, for code scanning",
            Self::Github => {
                "annotations of GitHub Actions; also sets step outputs and adds to the step summary"
            }
            Self::Logs => "log records of OpenTelemetry as JSON, one request of the OTLP/HTTP exporter",
        }
    }

    /// The format with this name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.id() == id)
    }

    /// A report without color.
    pub fn report(self, report: &Report) -> String {
        match self {
            Self::Human => human::report(report, super::human::Color::No),
            Self::Json => json::report(report),
            Self::Markdown => markdown::report(report),
            Self::Sarif => sarif::report(report),
            Self::Github => github::report(report),
            Self::Logs => logs::report(report),
        }
    }

    /// Why no answer could be given, for whoever reads this format; nobody takes it for a pass.
    pub fn error(self, error: &CheckError) -> String {
        match self {
            Self::Human => super::Format::Human.error(error),
            Self::Json => json::error(error),
            Self::Markdown => super::Format::Markdown.error(error),
            Self::Sarif => super::Format::Sarif.error(error),
            Self::Github => super::Format::Github.error(error),
            Self::Logs => logs::error(error),
        }
    }
}
