//! `plancheck check`: judges one plan and writes the report.

use std::path::{Path, PathBuf};

use plancheck::accepted::Accepted;
use plancheck::render::{Format, human};
use plancheck::report::{Given, Report};
use plancheck::verdict::CheckError;
use plancheck::{Beside, Governance, PlanInput};
use remit_governance::scope::Account;
use remit_governance::time::{Timestamp, parse_instant};

use super::Surroundings;
use super::again::Again;
use super::input::{self, Source};
use super::output::{self, Output, Stream};
use super::source;

/// From this size a plan takes long enough that somebody watching wants to know.
const LARGE: u64 = 64 * 1024 * 1024;

/// Judge a plan by the governance that was in force before it.
///
/// The report goes to standard output, everything else to standard error.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Plan as JSON, from `terraform show -json tfplan`; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    plan: PathBuf,
    /// Governance lock; take it from the base branch or from where the runner pins it, never from the change being judged.
    /// Without it, the `remit_*` objects of the plan's prior state govern
    #[arg(long, value_name = "LOCK")]
    governance: Option<PathBuf>,
    /// Folder that `terraform plan` ran in: findings then say file and line, and `lifecycle.ignore_changes`, which a plan does not
    /// carry, is judged
    #[arg(long, value_name = "DIR")]
    source: Option<PathBuf>,
    /// Workspace of the plan, which the plan does not tell; can bring changes into a scope, never out of one
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    workspace: Option<String>,
    /// Account of the plan where it does not tell: aws:123456789012, gcp:PROJECT or azure:SUBSCRIPTION; can bring changes into
    /// a scope, never out of one
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    account: Option<String>,
    /// Judge as of this instant instead of now: 2026-12-01T09:00:00Z
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    now: Option<Timestamp>,
    /// Findings that somebody accepted, in TOML; take it from the base branch or from where the runner pins it, never from the change
    /// being judged. `gate` does not know it
    #[arg(long, value_name = "FILE")]
    accepted: Option<PathBuf>,
    /// Format of the report on standard output
    #[arg(long, value_name = "FORMAT", value_parser = output::formats(), default_value = "human")]
    format: Format,
    /// Write the report to a file as well, in a format of its own or in that of standard output; can be given several times.
    /// When the plan cannot be checked, no file is written
    #[arg(long, value_name = "[FORMAT=]FILE", value_parser = Output::parse)]
    output: Vec<Output>,
}

const EXAMPLES: &str = "\
Examples:
  terraform plan -out tfplan && terraform show -json tfplan > plan.json
  plancheck check --plan plan.json --governance governance.lock.json

  # read from a pipe; people read the log, programs the file
  tofu show -json tfplan |
    plancheck check --plan - --governance governance.lock.json --output json=plancheck.json

  # say what the plan cannot
  plancheck check --plan plan.json --governance governance.lock.json \\
    --workspace prod --account aws:123456789012

Exit codes:
  0  allowed
  1  could not check: unreadable plan, no governance, wrong usage. Treat it as \"no\"
  2  denied
  3  consent required";

fn account(text: &str) -> Result<String, String> {
    Account::parse(text).map(|account| account.to_string())
}

/// Checks, writes, and gives the exit code of the verdict.
pub(super) fn run(args: &Args, surroundings: &Surroundings, color: human::Color) -> Result<u8, CheckError> {
    let inputs: Vec<&Path> = [Some(&args.plan), args.governance.as_ref(), args.accepted.as_ref()]
        .into_iter()
        .flatten()
        .map(PathBuf::as_path)
        .collect();
    output::distinct(&args.output, &inputs)?;
    let accepted = args.accepted.as_deref().map(accepted).transpose()?;
    let mut report = judge(args, surroundings)?;
    if let Some(accepted) = accepted {
        accepted.apply(&mut report);
    }
    report.again = Some(again(args, &report));
    for file in &args.output {
        output::save(&file.path, &file.format.unwrap_or(args.format).report(&report))?;
    }
    if let Some(path) = surroundings.step_summary.as_ref().filter(|_| args.format == Format::Github) {
        output::append(path, &Format::Markdown.report(&report))?;
    }
    let text = match args.format {
        Format::Human => human::report(&report, color),
        other => other.report(&report),
    };
    output::write(Stream::Out, &text)?;
    Ok(report.verdict().exit_code())
}

fn accepted(path: &Path) -> Result<Accepted, CheckError> {
    Accepted::read(&path.to_string_lossy(), &input::accepted(path)?)
}

fn again(args: &Args, report: &Report) -> String {
    let governance = args.governance.as_ref().map(|path| path.to_string_lossy());
    let source = args.source.as_ref().map(|path| path.to_string_lossy());
    Again::of(&args.plan)
        .with("--governance", governance.as_deref())
        .with("--source", source.as_deref())
        .with("--accepted", args.accepted.as_ref().map(|path| path.to_string_lossy()).as_deref())
        .with("--workspace", args.workspace.as_deref())
        .with("--account", args.account.as_deref())
        .at(report.given.now)
}

fn judge(args: &Args, surroundings: &Surroundings) -> Result<Report, CheckError> {
    let given = Given {
        workspace: args.workspace.clone(),
        account: args.account.clone(),
        now: args.now.unwrap_or(surroundings.now),
    };
    let lock = match &args.governance {
        Some(path) => Some((path.to_string_lossy(), input::lock(path)?)),
        None => None,
    };
    let governance = match &lock {
        Some((name, bytes)) => Governance::Lock { name, bytes },
        None => Governance::PriorState,
    };
    let source = args.source.as_deref().map(source::index).transpose()?;
    let beside = Beside { source: source.as_ref() };
    let progress = |size: u64| {
        if size >= LARGE && surroundings.stderr_is_terminal {
            // Nothing depends on whether somebody sees it.
            let _ = output::write(Stream::Err, &format!("reading {} MB of plan\n", size / 1_000_000));
        }
    };
    match input::plan(&args.plan, progress)? {
        Source::Whole(bytes) => plancheck::check_beside(PlanInput::Bytes(&bytes), governance, beside, given),
        Source::Stream(mut reader) => {
            plancheck::check_beside(PlanInput::Stream(&mut *reader), governance, beside, given)
        }
    }
}
