//! `plancheck request`: the request for the approvals that a plan needs.

use std::path::PathBuf;

use plancheck::consent::{self, Case};
use plancheck::verdict::{CheckError, Verdict};

use super::Surroundings;
use super::hand::{self, Hand, PlanArgs};
use super::output::{self, Stream};

/// Write a request for the approvals that a plan needs: a file for `plancheck approve`, and on standard output a text for
/// people.
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    #[command(flatten)]
    plan: PlanArgs,
    /// Trust root, as `plancheck trust init` wrote it
    #[arg(long, value_name = "FILE")]
    trust_root: PathBuf,
    /// Where to write the request
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Ask under the emergency rule: two people at `touch_pin_attested`, for at most an hour
    #[arg(long)]
    break_glass: bool,
}

const HELP: &str = "\
Example:
  terraform plan -out tfplan && terraform show -json tfplan > plan.json && terraform state pull > state.json
  plancheck request --plan plan.json --state state.json --governance governance.lock.json --trust-root trust.json \\
    --workspace prod --author github:agent --out request.json

Exit codes:
  0  nobody has to be asked, and nothing was written
  1  could not check
  2  denied: no approval opens it
  3  consent required: the request was written";

/// Writes the request, if there is anything to ask.
pub(super) fn run(args: &Args, surroundings: &Surroundings) -> Result<u8, CheckError> {
    let trust = hand::trust_root(&args.trust_root, surroundings)?;
    let hand = Hand::of(&args.plan, surroundings)?;
    if hand.report.verdict() == Verdict::Denied {
        output::write(Stream::Out, "denied: no approval opens this; see `plancheck check`\n")?;
        return Ok(Verdict::Denied.exit_code());
    }
    let mut desk = hand.desk(&trust, &[], args.plan.authors(surroundings)?);
    desk.break_glass = args.break_glass;
    let case = Case::of(&hand.report, &hand.plan, &desk)?;
    if case.needs_nobody() {
        output::write(Stream::Out, "allowed: nobody has to be asked\n")?;
        return Ok(Verdict::Allowed.exit_code());
    }
    let request = case.request(&hand::random_id()?, hand.report.given.now, &desk, &hand.report);
    hand::write(&args.out, "request", &request.to_json())?;
    output::write(Stream::Out, &consent::request_text(&request, &case.policies()))?;
    output::write(Stream::Out, &args.plan.log.words()?)?;
    Ok(Verdict::ConsentRequired.exit_code())
}
