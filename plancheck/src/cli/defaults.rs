//! `plancheck defaults`: the review of vendor defaults, and the catalog behind it.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use plancheck::declared::Declared;
use plancheck::defaults::{self, Audit, Audited};
use plancheck::render::human;
use plancheck::text::escape;
use plancheck::verdict::CheckError;
use remit_governance::invalid::nearest;
use remit_governance::time::{Timestamp, parse_instant, today};

use super::Surroundings;
use super::input::{self, GivenGovernance};
use super::output::{self, Stream};

/// Review the vendor defaults that plans rely on.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Every default that the plans rely on, and what was decided about it. Exit code 3 says that somebody has to decide
    Audit {
        /// Plan as JSON; can be given several times
        #[arg(long, value_name = "FILE", required = true)]
        plan: Vec<PathBuf>,
        /// Governance lock, `.tf` file or folder of them with the overrides; without it every default is ungoverned
        #[arg(long, value_name = "LOCK")]
        governance: Option<PathBuf>,
        /// Judge review dates as of this instant instead of now
        #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
        now: Option<Timestamp>,
        /// Form of the review
        #[arg(long, value_enum, default_value_t = Form::Markdown)]
        format: Form,
    },
    /// List the defaults of the catalog
    List {
        /// Only those of resource types that contain this
        #[arg(long = "type", value_name = "TEXT")]
        resource_type: Option<String>,
    },
    /// Say everything the catalog knows of a default
    Explain {
        /// Id of a default
        id: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    Markdown,
    Csv,
    Json,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, surroundings: &Surroundings, color: human::Color) -> Result<u8, CheckError> {
    match &args.command {
        Command::Audit { plan, governance, now, format } => {
            let overrides = match governance.as_deref().map(input::governance).transpose()? {
                None => Vec::new(),
                Some(GivenGovernance::Lock(bytes)) => Declared::from_lock(&bytes)?.overrides,
                Some(GivenGovernance::Files(files)) => Declared::from_files(&files)?.overrides,
            };
            let mut read = Vec::new();
            for path in plan {
                read.push((path.to_string_lossy(), input::whole_plan(path)?));
            }
            let plans: Vec<Audited<'_>> = read.iter().map(|(name, bytes)| Audited { name, bytes }).collect();
            let audit = Audit::of(&plans, &overrides, today(now.unwrap_or(surroundings.now)))?;
            let text = match format {
                Form::Markdown => defaults::markdown(&audit),
                Form::Csv => defaults::csv(&audit),
                Form::Json => defaults::json(&audit),
            };
            output::write(Stream::Out, &text)?;
            Ok(if audit.is_open() { 3 } else { 0 })
        }
        Command::List { resource_type } => {
            let part = resource_type.as_deref().unwrap_or_default();
            let rows = remit_catalog::defaults().filter(|row| row.resource_type.contains(part));
            output::write(Stream::Out, &defaults::list(rows))?;
            Ok(0)
        }
        Command::Explain { id } => {
            let row = remit_catalog::default(id).ok_or_else(|| unknown(id))?;
            output::write(Stream::Out, &human::markdown(&defaults::explanation(row), color))?;
            Ok(0)
        }
    }
}

fn unknown(id: &str) -> CheckError {
    let help = match nearest(id, remit_catalog::default_ids()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "run `plancheck defaults list`".to_owned(),
    };
    CheckError::new(format!("the catalog has no vendor default `{}`", escape(id))).with_help(help)
}
