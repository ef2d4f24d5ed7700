//! `plancheck check`: judges one plan and writes the report.

use std::path::{Path, PathBuf};

use plancheck::PlanInput;
use plancheck::accepted::Accepted;
use plancheck::render::{Format, human};
use plancheck::report::Report;
use plancheck::verdict::CheckError;
use remit_decision_log::record::Command;

use super::Surroundings;
use super::hand::{self, ConsentArgs, Question};
use super::input;
use super::log::{LogArgs, Plan};
use super::output::{self, Output, Stream};
use super::subject::Subject;

/// Judge a plan by the governance that was in force before it.
///
/// The report goes to standard output, everything else to standard error.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    subject: Subject,
    /// Findings that somebody accepted, in TOML; take it from the base branch or from where the runner pins it, never from the change
    /// being judged. `gate` does not know it
    #[arg(long, value_name = "FILE")]
    accepted: Option<PathBuf>,
    #[command(flatten)]
    consent: ConsentArgs,
    #[command(flatten)]
    log: LogArgs,
    /// Format of the report on standard output
    #[arg(long, value_name = "FORMAT", value_parser = output::formats::<Format>(), default_value = "human")]
    format: Format,
    /// Write the report to a file as well, in a format of its own or in that of standard output; can be given several times.
    /// When the plan cannot be checked, no file is written
    #[arg(long, value_name = "[FORMAT=]FILE", value_parser = Output::<Format>::parse)]
    output: Vec<Output>,
}

const EXAMPLES: &str = "\
Examples:
  terraform plan -out tfplan && terraform show -json tfplan > plan.json
  plancheck check --plan plan.json --governance governance.lock.json

  # read from a pipe; people read the log, programs the file
  tofu show -json tfplan |
    plancheck check --plan - --governance governance.lock.json --output json=plancheck.json

  # in a pull request: annotations at the line, a comment, and a file for code scanning
  plancheck check --plan plan.json --governance base/governance.lock.json --source . \\
    --format github --output markdown=comment.md --output sarif=plancheck.sarif

  # say what the plan cannot
  plancheck check --plan plan.json --governance governance.lock.json \\
    --workspace prod --account aws:123456789012

Exit codes:
  0  allowed
  1  could not check: unreadable plan, no governance, wrong usage. Treat it as \"no\"
  2  denied
  3  consent required";

/// Checks, writes, and gives the exit code of the verdict.
pub(super) fn run(args: &Args, surroundings: &Surroundings, color: human::Color) -> Result<u8, CheckError> {
    let inputs: Vec<&Path> = args.subject.files().chain(args.accepted.as_deref()).collect();
    output::distinct(&args.output, &inputs)?;
    let accepted = args.accepted.as_deref().map(accepted).transpose()?;
    let mut report = args.subject.ask(surroundings, |plan, governance, beside, given| {
        decided(args, surroundings, accepted.as_ref(), Question { plan, governance, beside, given })
    })?;
    report.again = Some(again(args, &report));
    for file in &args.output {
        output::save(&file.path, &file.format.unwrap_or(args.format).report(&report))?;
    }
    if let Some(path) = surroundings.step_summary.as_ref().filter(|_| args.format == Format::Github) {
        output::append(path, &Format::Markdown.report(&report))?;
    }
    output::stream_by(Stream::Out, |to| match args.format {
        Format::Human => to.write_all(human::report(&report, color).as_bytes()),
        other => other.write(&report, to),
    })?;
    Ok(report.verdict().exit_code())
}

/// Judges, and with a log writes down what came of it before anybody hears of it.
fn decided(
    args: &Args,
    surroundings: &Surroundings,
    accepted: Option<&Accepted>,
    question: Question<'_, '_>,
) -> Result<Report, CheckError> {
    let Question { plan, governance, beside, given } = question;
    let minutes = args.log.minutes(governance, surroundings)?;
    let beside = minutes.beside(beside);
    let judge = |plan: PlanInput<'_>, given| {
        let question = Question { plan, governance, beside, given };
        let mut report = args.consent.check(surroundings, question, &minutes)?;
        if let Some(accepted) = accepted {
            accepted.apply(&mut report);
        }
        Ok(report)
    };
    if !args.log.is_given() {
        return judge(plan, given);
    }
    let bytes = hand::bytes_of(plan)?;
    let report = judge(PlanInput::Bytes(&bytes), given)?;
    let plan = Plan { command: Command::Check, bytes: &bytes, authors: args.consent.authors(), state: None };
    minutes.decided(&report, &plan, surroundings)?;
    Ok(report)
}

fn accepted(path: &Path) -> Result<Accepted, CheckError> {
    Accepted::read(&path.to_string_lossy(), &input::accepted(path)?)
}

fn again(args: &Args, report: &Report) -> String {
    let accepted = args.accepted.as_ref().map(|path| path.to_string_lossy());
    let again = args.consent.again(args.subject.again().with("--accepted", accepted.as_deref()));
    let log = args.log.given();
    log.iter().fold(again, |again, (name, value)| again.with(name, value.as_deref())).at(report.given.now)
}
