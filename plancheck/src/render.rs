//! Renderers: a report, an error or a rule becomes text. Leaves, all of them: nothing is decided here, and nothing is printed.
//!
//! A format is a file here and a line in [`Format`]. The words come from one place, so that people find in the log what a comment says.

mod atlantis;
pub mod drift;
mod entries;
mod github;
mod gitlab;
pub mod human;
pub mod json;
mod junit;
pub mod markdown;
pub mod reference;
mod sarif;
mod words;

use std::io;

use crate::report::Report;
use crate::verdict::CheckError;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// For people at a terminal and in logs.
    Human,
    /// Everything, for programs.
    Json,
    /// For code scanning.
    Sarif,
    /// For the test tab of CI systems.
    Junit,
    /// Workflow commands of GitHub Actions.
    Github,
    /// GitLab code quality.
    Gitlab,
    /// A comment for a pull request, or a step summary.
    Markdown,
    /// For custom policy checks of Atlantis.
    Atlantis,
}

impl Format {
    /// All of them, in the order of the help.
    pub const ALL: [Self; 8] = [
        Self::Human,
        Self::Json,
        Self::Sarif,
        Self::Junit,
        Self::Github,
        Self::Gitlab,
        Self::Markdown,
        Self::Atlantis,
    ];

    /// As it is asked for.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Markdown => "markdown",
            Self::Atlantis => "atlantis",
        }
    }

    /// What it is for, in a few words.
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::Human => "for people",
            Self::Json => "for programs; shape in plancheck/schema/report-1.json",
            Self::Sarif => "SARIF 2.1.0, for code scanning",
            Self::Junit => "JUnit XML, for test tabs",
            Self::Github => "annotations of GitHub Actions; also adds to the step summary",
            Self::Gitlab => "code quality report of GitLab",
            Self::Markdown => "comment for a pull request, under 60,000 characters",
            Self::Atlantis => "for `custom_policy_check` of Atlantis",
        }
    }

    /// The format with this name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.id() == id)
    }

    /// A report without color.
    pub fn report(self, report: &Report) -> String {
        match self {
            Self::Human => human::report(report, human::Color::No),
            Self::Json => json::report(report),
            Self::Sarif => sarif::report(report),
            Self::Junit => junit::report(report),
            Self::Github => github::report(report),
            Self::Gitlab => gitlab::report(report),
            Self::Markdown => markdown::report(report),
            Self::Atlantis => atlantis::report(report),
        }
    }

    /// The same, without ever having all of it in memory where it can be as long as the plan.
    pub fn write(self, report: &Report, to: &mut dyn io::Write) -> io::Result<()> {
        match self {
            Self::Json => json::write(report, to),
            other => to.write_all(other.report(report).as_bytes()),
        }
    }

    /// Why no answer could be given, for whoever reads this format; nobody takes it for a pass.
    pub fn error(self, error: &CheckError) -> String {
        match self {
            Self::Human => human::error(error, human::Color::No),
            Self::Json => json::error(error),
            Self::Sarif => sarif::error(error),
            Self::Junit => junit::error(error),
            Self::Github => github::error(error),
            Self::Gitlab => gitlab::error(error),
            Self::Markdown => markdown::error(error),
            Self::Atlantis => atlantis::error(error),
        }
    }
}
