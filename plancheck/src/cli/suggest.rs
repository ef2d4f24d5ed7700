//! `plancheck suggest`: a first envelope from what there is.

use std::path::PathBuf;

use plancheck::suggest::{Drawn, People, Person, Suggestion};
use plancheck::verdict::CheckError;

use super::input;
use super::output::{self, Stream};

/// Write a first envelope, as HCL, from an existing plan or state.
///
/// Limits are just above what there is; regions, models, providers and services are those seen. Who answers and who approves is left
/// empty unless given, and the provider refuses it until it is filled in.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Plan as JSON: what there will be once it is applied; `-` reads standard input
    #[arg(long, value_name = "FILE", required_unless_present = "state", conflicts_with = "state")]
    plan: Option<PathBuf>,
    /// State as JSON, from `terraform show -json`: what there is; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Name of the envelope
    #[arg(long, value_name = "NAME", default_value = "first-envelope")]
    name: String,
    /// Who answers for it: `Mina Okafor <mina.okafor@example.com>`
    #[arg(long, value_name = "PERSON", value_parser = Person::parse)]
    owner: Option<Person>,
    /// Who approves: `Dana Reyes <dana.reyes@example.com>`
    #[arg(long, value_name = "PERSON", value_parser = Person::parse)]
    approver: Option<Person>,
    /// What the approver speaks for
    #[arg(long, value_name = "FUNCTION", value_parser = ["finance", "security", "compliance", "engineering"])]
    function: Option<String>,
    /// The approver's public key, as `ssh-keygen` writes it
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  terraform show -json | plancheck suggest --state - > governance/main.tf
  plancheck suggest --plan plan.json --name support-agents --owner 'Mina Okafor <mina.okafor@example.com>' > governance/main.tf

Then read it, fill in what is empty, and try it before it is applied:
  plancheck check --plan plan.json --governance governance/";

/// Writes the suggestion.
pub(super) fn run(args: &Args) -> Result<u8, CheckError> {
    let suggestion = match (&args.plan, &args.state) {
        (Some(plan), _) => Suggestion::draw(&Drawn::Plan(&input::whole_plan(plan)?))?,
        (None, Some(state)) => Suggestion::draw(&Drawn::State(&input::whole_plan(state)?))?,
        (None, None) => return Err(CheckError::new("neither a plan nor a state is given")),
    };
    let people = People {
        owner: args.owner.clone().unwrap_or_default(),
        approver: args.approver.clone().unwrap_or_default(),
        function: args.function.clone().unwrap_or_default(),
        key: args.key.clone().unwrap_or_default(),
    };
    output::write(Stream::Out, &suggestion.to_hcl(&args.name, &people)?)?;
    Ok(0)
}
