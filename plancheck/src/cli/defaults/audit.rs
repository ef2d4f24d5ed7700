//! `plancheck defaults audit`.

use std::path::PathBuf;

use clap::ValueEnum;
use plancheck::declared::Declared;
use plancheck::defaults::{self, Audit, Audited, Subjects, python};
use plancheck::verdict::CheckError;
use remit_governance::DefaultOverride;
use remit_governance::time::{Timestamp, parse_instant, today};

use super::files::{self, Found};
use crate::cli::Surroundings;
use crate::cli::input::{self, GivenGovernance};
use crate::cli::output::{self, Stream};

/// What is reviewed, in the light of what, and how it is written.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    subjects: Given,
    /// Governance lock, `.tf` file or folder of them with the overrides; without it every default is ungoverned
    #[arg(long, value_name = "LOCK")]
    governance: Option<PathBuf>,
    /// Judge review dates as of this instant instead of now
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    now: Option<Timestamp>,
    /// Form of the review
    #[arg(long, value_enum, default_value_t = Form::Markdown)]
    format: Form,
}

const EXAMPLES: &str = "\
Examples:
  plancheck defaults audit --plan plan.json --governance governance.lock.json
  plancheck defaults audit --dir infrastructure --python services --format html > review.html";

/// What is looked at.
#[derive(clap::Args)]
pub(super) struct Given {
    /// Plan as JSON; can be given several times
    #[arg(long, value_name = "FILE")]
    plan: Vec<PathBuf>,
    /// State as JSON, from `terraform show -json`; can be given several times
    #[arg(long, value_name = "FILE")]
    state: Vec<PathBuf>,
    /// Folder whose plans and states (`.json`), and whose configuration (`.tf`), are looked at, with everything below it; can be given
    /// several times
    #[arg(long, value_name = "DIR")]
    dir: Vec<PathBuf>,
    /// Folder of Python projects, whose requirements, locks and project files are looked at for frameworks that orchestrate agents, with
    /// everything below it; can be given several times
    #[arg(long, value_name = "DIR")]
    python: Vec<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    Markdown,
    Csv,
    Json,
    Html,
}

/// Reads everything and writes the review.
pub(super) fn run(args: &Args, surroundings: &Surroundings) -> Result<u8, CheckError> {
    let overrides = overrides(args.governance.as_deref())?;
    let audit = args.subjects.audit(&overrides, args.now.unwrap_or(surroundings.now))?;
    let text = match args.format {
        Form::Markdown => defaults::markdown(&audit),
        Form::Csv => defaults::csv(&audit),
        Form::Json => defaults::json(&audit),
        Form::Html => defaults::html(&audit),
    };
    output::write(Stream::Out, &text)?;
    Ok(if audit.is_open() { 3 } else { 0 })
}

/// What was decided; nothing where no governance is given.
pub(super) fn overrides(governance: Option<&std::path::Path>) -> Result<Vec<DefaultOverride>, CheckError> {
    Ok(match governance.map(input::governance).transpose()? {
        None => Vec::new(),
        Some(GivenGovernance::Lock(bytes)) => Declared::from_lock(&bytes)?.overrides,
        Some(GivenGovernance::Files(files)) => Declared::from_files(&files)?.overrides,
    })
}

impl Given {
    /// Whether there is nothing to look at.
    pub(super) fn is_nothing(&self) -> bool {
        self.plan.is_empty() && self.state.is_empty() && self.dir.is_empty() && self.python.is_empty()
    }

    /// Reads what was given and reviews it.
    pub(super) fn audit(&self, overrides: &[DefaultOverride], now: Timestamp) -> Result<Audit, CheckError> {
        if self.is_nothing() {
            return Err(CheckError::new("nothing is given to review")
                .with_help("give `--plan`, `--state`, `--dir` or `--python`"));
        }
        let mut found: Vec<Found> = Vec::new();
        for path in &self.plan {
            found.push(Found { name: path.to_string_lossy().into_owned(), plan: input::whole_plan(path)? });
        }
        for path in &self.state {
            found.push(files::state(path)?);
        }
        for folder in &self.dir {
            found.extend(files::folder(folder)?);
        }
        let mut pins = Vec::new();
        for folder in &self.python {
            for (form, path, text) in files::projects(folder)? {
                pins.extend(python::read(form, python::ProjectFile { path: &path, text: &text })?);
            }
        }
        pins.sort();
        pins.dedup();
        let plans: Vec<Audited<'_>> =
            found.iter().map(|found| Audited { name: &found.name, bytes: &found.plan }).collect();
        Audit::of(&Subjects { plans: &plans, pins: &pins }, overrides, today(now))
    }
}
