//! The command line: what can be asked, and what comes of it as text and exit code. Decisions are the library's.

mod again;
mod approvals;
mod approve;
mod cases;
mod check;
mod defaults;
mod delegate;
mod drift;
mod explain;
mod gate;
mod hand;
mod input;
mod ledger;
mod lock;
mod log;
mod man;
mod output;
mod request;
mod sign;
mod source;
mod subject;
mod suggest;
mod surface;
mod traces;
mod trust;
mod why;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};
use plancheck::render::drift::Format as DriftFormat;
use plancheck::render::{Format, human};
use plancheck::verdict::CheckError;
use remit_governance::time::Timestamp;

use output::Stream;

/// What the process found around it when it started.
pub(crate) struct Surroundings {
    /// The clock.
    pub(crate) now: Timestamp,
    /// The environment asks for no color.
    pub(crate) colorless: bool,
    /// The file in which GitHub Actions collects the summary of a step.
    pub(crate) step_summary: Option<PathBuf>,
    /// The file in which GitHub Actions collects the outputs of a step.
    pub(crate) step_output: Option<PathBuf>,
    /// The digest of the trust root, pinned from outside the repository.
    pub(crate) pin: Option<String>,
    /// The environment, as far as it is text: agents announce themselves there.
    pub(crate) environment: BTreeMap<String, String>,
    /// Standard output goes to a terminal.
    pub(crate) stdout_is_terminal: bool,
    /// Standard error goes to a terminal.
    pub(crate) stderr_is_terminal: bool,
}

/// Judges Terraform and OpenTofu plans by the governance they run under: allowed, consent required or denied
#[derive(Parser)]
#[command(name = "plancheck", version, after_help = EXIT_CODES, disable_help_subcommand = true)]
struct Cli {
    /// Never use color, which is only used on terminals; the variable `NO_COLOR` says the same
    #[arg(long, global = true)]
    no_color: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Judge a plan
    Check(Box<check::Args>),
    /// Write a request for the approvals that a plan needs
    Request(request::Args),
    /// Show exactly what a request asks for, and sign it or reject it
    Approve(approve::Args),
    /// Let somebody else approve in your place, for a time
    Delegate(delegate::Args),
    /// List who has signed for a plan, who is missing, and what is void and why
    Approvals(approvals::Args),
    /// Check a plan file and its approvals, and apply exactly that file
    Gate(gate::Args),
    /// Make, change and show the trust root
    Trust(trust::Args),
    /// Make a governance lock from a state, or verify one
    Lock(lock::Args),
    /// Make, check, search and export the log of decisions
    Log(log::Args),
    /// Say what a rule checks, why, and what to do about it; without a rule, list all
    Explain(explain::Args),
    /// Say everything that touched one object: facts, envelopes and rules
    Why(why::Args),
    /// Run table tests of governance: plans, and the verdict that each should get
    Test(cases::Args),
    /// Say whether every approved limit is still as tight as approved, still attached and still able to act
    Drift(Box<drift::Args>),
    /// Review the vendor defaults that plans rely on
    Defaults(defaults::Args),
    /// Write a first envelope from an existing plan or state
    Suggest(suggest::Args),
    /// Say what agents may decide, whether somebody looked at it, and what moved since
    Surface(surface::Args),
    /// Write the manual pages
    Man(man::Args),
    /// Write completions for a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

const EXIT_CODES: &str = "\
Exit codes:
  0  allowed
  1  could not check: unreadable plan, no governance, wrong usage. Treat it as \"no\"
  2  denied
  3  consent required
  4  `gate` only: everything was in order, and the command it ran failed";

/// Runs one command line; the first argument is the program's name.
pub(crate) fn run(args: Vec<OsString>, surroundings: &Surroundings) -> ExitCode {
    let format = Asked::of(&args);
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, format),
    };
    let color = |is_terminal: bool| {
        let off = cli.no_color || surroundings.colorless || !is_terminal;
        if off { human::Color::No } else { human::Color::Yes }
    };
    let stdout = color(surroundings.stdout_is_terminal);
    let done = match &cli.command {
        Command::Check(args) => check::run(args, surroundings, stdout),
        Command::Request(args) => request::run(args, surroundings),
        Command::Approve(args) => approve::run(args, surroundings),
        Command::Delegate(args) => delegate::run(args, surroundings),
        Command::Approvals(args) => approvals::run(args, surroundings),
        Command::Gate(args) => gate::run(args, surroundings, stdout),
        Command::Trust(args) => trust::run(args, surroundings),
        Command::Lock(args) => lock::run(args, surroundings),
        Command::Log(args) => log::run(args, surroundings),
        Command::Explain(args) => explain::run(args, stdout),
        Command::Why(args) => why::run(args, surroundings, stdout),
        Command::Test(args) => cases::run(args),
        Command::Drift(args) => drift::run(args, surroundings, stdout),
        Command::Defaults(args) => defaults::run(args, surroundings, stdout),
        Command::Suggest(args) => suggest::run(args),
        Command::Surface(args) => surface::run(args, surroundings),
        Command::Man(args) => man::run(args),
        Command::Completions { shell } => completions(*shell),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            refuse(&to_stdout(format, &error), &human::error(&error, color(surroundings.stderr_is_terminal)))
        }
    }
}

/// Help and version are answers; everything else of clap's is wrong usage, for which it would exit with 2: our word for "denied".
fn usage(error: &clap::Error, format: Option<Asked>) -> ExitCode {
    let text = error.render().to_string();
    if !error.use_stderr() {
        return match output::write(Stream::Out, &text) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::from(CheckError::EXIT_CODE),
        };
    }
    let lines: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
    let said = lines.join(" ");
    let message = said.strip_prefix("error: ").unwrap_or("a command is missing");
    let help = "run `plancheck --help`, or `plancheck check --help`";
    refuse(&to_stdout(format, &CheckError::new(message).with_help(help)), &text)
}

/// Whatever cannot be written here cannot be told to anybody; the exit code still says it.
fn refuse(to_stdout: &str, to_stderr: &str) -> ExitCode {
    let _ = output::write(Stream::Out, to_stdout);
    let _ = output::write(Stream::Err, to_stderr);
    ExitCode::from(CheckError::EXIT_CODE)
}

/// People read standard error; whoever asked for another format reads standard output, and must not take its silence for a pass.
fn to_stdout(format: Option<Asked>, error: &CheckError) -> String {
    match format {
        None | Some(Asked::Check(Format::Human) | Asked::Drift(DriftFormat::Human)) => String::new(),
        Some(Asked::Check(format)) => format.error(error),
        Some(Asked::Drift(format)) => format.error(error),
    }
}

/// The format that was asked for, of the command that was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Check(Format),
    Drift(DriftFormat),
}

impl Asked {
    /// Looked for before the arguments are parsed, so that wrong usage too is told in the format that was asked for.
    fn of(args: &[OsString]) -> Option<Self> {
        let mut asked = None;
        let mut args = args.iter().filter_map(|arg| arg.to_str());
        let is_drift = args.clone().skip(1).find(|arg| !arg.starts_with('-')) == Some("drift");
        let named = |id: &str| {
            if is_drift {
                DriftFormat::from_id(id).map(Self::Drift)
            } else {
                Format::from_id(id).map(Self::Check)
            }
        };
        while let Some(arg) = args.next() {
            let value = if arg == "--format" { args.next() } else { arg.strip_prefix("--format=") };
            asked = value.and_then(named).or(asked);
        }
        asked
    }
}

fn completions(shell: clap_complete::Shell) -> Result<u8, CheckError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "plancheck", &mut script);
    output::write(Stream::Out, &String::from_utf8_lossy(&script))?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_format_is_seen_in_both_spellings() {
        let asked = |list: &[&str]| Asked::of(&list.iter().map(OsString::from).collect::<Vec<_>>());
        let check = |format| Some(Asked::Check(format));
        assert_eq!(asked(&["plancheck", "check", "--format", "json"]), check(Format::Json));
        assert_eq!(asked(&["plancheck", "check", "--format=atlantis", "--bogus"]), check(Format::Atlantis));
        assert_eq!(asked(&["plancheck", "check", "--format", "human", "json"]), check(Format::Human));
        assert_eq!(asked(&["plancheck", "drift", "--format=logs"]), Some(Asked::Drift(DriftFormat::Logs)));
        assert_eq!(asked(&["plancheck", "drift", "--format=atlantis"]), None);
        assert_eq!(asked(&["plancheck", "check", "--format", "xml"]), None);
    }
}
