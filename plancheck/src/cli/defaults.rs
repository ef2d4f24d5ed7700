//! `plancheck defaults`: the review of vendor defaults, and the catalog behind it.

mod audit;
mod diff;
mod files;
mod scaffold;

use clap::Subcommand;
use plancheck::defaults::{self, Wanted};
use plancheck::render::human;
use plancheck::text::escape;
use plancheck::verdict::CheckError;
use remit_governance::invalid::nearest;

use super::Surroundings;
use super::output::{self, Stream};

/// Review the vendor defaults that plans rely on.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Every default that plans, states, configuration or Python projects rely on, and what was decided about it. Exit code 3 says that
    /// somebody has to decide
    Audit(audit::Args),
    /// List the defaults of the catalog
    List {
        /// Only those of resource types or frameworks that contain this
        #[arg(long = "type", value_name = "TEXT")]
        resource_type: Option<String>,
    },
    /// Say everything the catalog knows of a default
    Explain {
        /// Id of a default
        id: String,
    },
    /// Write default overrides for a person to finish: reason and owner are left empty, which the provider refuses
    Scaffold(scaffold::Args),
    /// What changed between two catalogs of defaults, or two provider schemas. Exit code 3 says that a default moved
    Diff(diff::Args),
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, surroundings: &Surroundings, color: human::Color) -> Result<u8, CheckError> {
    match &args.command {
        Command::Audit(args) => audit::run(args, surroundings),
        Command::Scaffold(args) => scaffold::run(args, surroundings),
        Command::Diff(args) => diff::run(args),
        Command::List { resource_type } => {
            let part = resource_type.as_deref().unwrap_or_default();
            let rows = remit_catalog::defaults().filter(|row| row.resource_type.contains(part));
            let frameworks =
                remit_catalog::orchestrator_defaults().filter(|row| row.framework.contains(part));
            let text = defaults::list(rows) + &defaults::list_frameworks(frameworks);
            output::write(Stream::Out, &text)?;
            Ok(0)
        }
        Command::Explain { id } => {
            let text = match wanted(id)? {
                Wanted::Vendor(row) => defaults::explanation(row),
                Wanted::Framework(row) => defaults::framework_explanation(row),
            };
            output::write(Stream::Out, &human::markdown(&text, color))?;
            Ok(0)
        }
    }
}

/// The default with this id, or what it may have been meant to be.
fn wanted(id: &str) -> Result<Wanted, CheckError> {
    Wanted::of(id).ok_or_else(|| {
        let help = match nearest(id, remit_catalog::default_ids()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "run `plancheck defaults list`".to_owned(),
        };
        CheckError::new(format!("the catalog has no vendor default `{}`", escape(id))).with_help(help)
    })
}
