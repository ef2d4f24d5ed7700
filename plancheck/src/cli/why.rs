//! `plancheck why`: everything that touched one object.

use plancheck::render::human;
use plancheck::verdict::CheckError;

use super::Surroundings;
use super::output::{self, Stream};
use super::subject::Subject;

/// Say everything that touched one object: facts, envelopes and rules.
///
/// The exit code says that there is an answer, not what the verdict is.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Address as in the plan; `*` and `**` match
    #[arg(value_name = "ADDRESS")]
    address: String,
    #[command(flatten)]
    subject: Subject,
}

/// Writes what is known of the objects.
pub(super) fn run(args: &Args, surroundings: &Surroundings, color: human::Color) -> Result<u8, CheckError> {
    let why = args.subject.ask(surroundings, |plan, governance, beside, given| {
        plancheck::why(plan, governance, beside, given, &args.address)
    })?;
    output::write(Stream::Out, &human::why(&why, color))?;
    Ok(0)
}
