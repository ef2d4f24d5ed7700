//! `plancheck approvals`: how far the approvals of a plan got.

use std::path::PathBuf;

use plancheck::consent::{self, Case};
use plancheck::verdict::{CheckError, Verdict};

use super::Surroundings;
use super::hand::{self, Hand, PlanArgs};
use super::output::{self, Stream};

/// List who has signed for a plan, who is missing, and what is void and why. It advises: `check` and `gate` decide, and only
/// with a pinned trust root.
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    #[command(flatten)]
    plan: PlanArgs,
    /// Trust root, as `plancheck trust init` wrote it
    #[arg(long, value_name = "FILE")]
    trust_root: PathBuf,
    /// Folder of approvals
    #[arg(long, value_name = "DIR")]
    approvals: PathBuf,
    /// Look at emergency approvals
    #[arg(long)]
    break_glass: bool,
}

const HELP: &str = "\
Exit codes:
  0  everybody agreed, or nobody has to
  1  could not check
  2  denied: no approval opens it
  3  somebody is missing, or said no";

/// Writes the list.
pub(super) fn run(args: &Args, surroundings: &Surroundings) -> Result<u8, CheckError> {
    let trust = hand::trust_root(&args.trust_root, surroundings)?;
    let hand = Hand::of(&args.plan, surroundings)?;
    let approvals = hand::approvals(&args.approvals)?;
    let mut desk = hand.desk(&trust, &approvals.signed, args.plan.authors(surroundings)?);
    desk.break_glass = args.break_glass;
    let case = Case::of(&hand.report, &hand.plan, &desk)?;
    let answer = case.answer(&desk);
    let mut lines = vec![consent::standing_text(&answer, &approvals.names)];
    lines.extend(approvals.unreadable.iter().map(|unreadable| format!("not an approval: {unreadable}\n")));
    let verdict = match hand.report.verdict() {
        Verdict::ConsentRequired if answer.granted => Verdict::Allowed,
        other => other,
    };
    lines.push(format!("{}\n", verdict.words()));
    output::write(Stream::Out, &lines.concat())?;
    Ok(verdict.exit_code())
}
