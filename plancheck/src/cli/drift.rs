//! `plancheck drift`: judges refresh-only plans by the lock that they were approved as, and writes the report.

use std::path::{Path, PathBuf};

use plancheck::drift::report::Report;
use plancheck::drift::{self, Accepted, Asked, Named, Previous, Trail};
use plancheck::render::drift::{Format, issue};
use plancheck::render::human;
use plancheck::report::Given;
use plancheck::verdict::CheckError;
use remit_governance::Lock;
use remit_governance::scope::Account;
use remit_governance::time::{Duration, Timestamp, parse_instant};

use super::output::{self, Output, Stream};
use super::{Surroundings, hand, input};

/// Say whether every approved limit is still as tight as approved, still attached and still able to act.
///
/// Reads files and changes nothing. The report goes to standard output, everything else to standard error.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES, group(clap::ArgGroup::new("plans").required(true).multiple(true).args(["plan", "workload"])))]
pub(super) struct Args {
    /// Refresh-only plan of the governance as JSON; can be given several times, where it lies in several roots
    #[arg(long, value_name = "FILE")]
    plan: Vec<PathBuf>,
    /// Refresh-only plan of a workload as JSON; can be given several times
    #[arg(long, value_name = "FILE")]
    workload: Vec<PathBuf>,
    /// Governance lock that it was approved as
    #[arg(long, value_name = "LOCK")]
    governance: PathBuf,
    /// Trust root, which `REMIT_TRUST_ROOT_SHA256` must pin: the lock has to follow from it
    #[arg(long, value_name = "FILE")]
    trust_root: Option<PathBuf>,
    /// Smallest serial of a lock that is accepted, so that an old one is not
    #[arg(long, value_name = "COUNT", default_value_t = 0, requires = "trust_root")]
    minimum_serial: u64,
    /// Workspace of the workload, which a plan does not tell; can bring objects into a scope, never out of one
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    workspace: Option<String>,
    /// Account of the workload where the plan does not tell: aws:123456789012; can bring objects into a scope, never out of one
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    account: Option<String>,
    /// Export of CloudTrail, which says who changed what; can be given several times
    #[arg(long, value_name = "FILE")]
    cloudtrail: Vec<PathBuf>,
    /// Events before this instant are left out; without it, those before the previous report
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant, requires = "cloudtrail")]
    since: Option<Timestamp>,
    /// Drift that somebody accepted, in TOML; take it from where the agents cannot write it
    #[arg(long, value_name = "FILE")]
    accepted: Option<PathBuf>,
    /// JSON report of the run before: says what is new, worse, better, unchanged or resolved
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,
    /// How old a plan may be, such as `90m` or `2d`; an older one says what there was
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = Duration::parse)]
    max_age: Duration,
    /// Judge as of this instant instead of now: 2026-12-01T09:00:00Z
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    now: Option<Timestamp>,
    /// Format of the report on standard output
    #[arg(long, value_name = "FORMAT", value_parser = output::formats::<Format>(), default_value = "human")]
    format: Format,
    /// Write the report to a file as well, in a format of its own or in that of standard output; can be given several times.
    /// When nothing can be judged, no file is written
    #[arg(long, value_name = "[FORMAT=]FILE", value_parser = Output::<Format>::parse)]
    output: Vec<Output<Format>>,
    /// Write the body of an issue per envelope into this folder, and `index.json`, which says what to do with each
    #[arg(long, value_name = "DIR")]
    issues: Option<PathBuf>,
}

fn account(text: &str) -> Result<String, String> {
    Account::parse(text).map(|account| account.to_string())
}

const EXAMPLES: &str = "\
Examples:
  terraform plan -refresh-only -out refresh.tfplan && terraform show -json refresh.tfplan > refresh.json
  plancheck drift --plan refresh.json --governance governance.lock.json

  # in a scheduled run: what is new since the last one, who did it, and an issue per envelope
  plancheck drift --plan refresh.json --governance governance.lock.json --trust-root trust.json \\
    --previous last.json --cloudtrail events.json --accepted drift.toml \\
    --format github --output json=drift.json --issues issues/

  # what an agent scaled outside Terraform
  plancheck drift --workload workload-refresh.json --governance governance.lock.json

Exit codes:
  0  everything is as approved, or tighter, or accepted
  1  could not check: unreadable plan, no governance, wrong usage. Treat it as \"no\"
  2  something is looser than approved
  3  somebody has to look: something cannot be told, or nobody declared it";

/// Judges, writes, and gives the exit code of the answer.
pub(super) fn run(args: &Args, surroundings: &Surroundings, color: human::Color) -> Result<u8, CheckError> {
    output::distinct(&args.output, &inputs(args))?;
    let report = judged(args, surroundings)?;
    for file in &args.output {
        output::save(&file.path, &file.format.unwrap_or(args.format).report(&report))?;
    }
    if let Some(folder) = &args.issues {
        issues(folder, &report)?;
    }
    if args.format == Format::Github {
        let summary = surroundings.step_summary.as_ref().map(|path| (path, Format::Markdown.report(&report)));
        let outputs = surroundings.step_output.as_ref();
        let outputs = outputs.map(|path| (path, plancheck::render::drift::outputs(&report)));
        for (path, text) in summary.into_iter().chain(outputs) {
            output::append(path, &text)?;
        }
    }
    let text = match args.format {
        Format::Human => plancheck::render::drift::human(&report, color),
        other => other.report(&report),
    };
    output::write(Stream::Out, &text)?;
    Ok(report.exit_code())
}

fn inputs(args: &Args) -> Vec<&Path> {
    let several = args.plan.iter().chain(&args.workload).chain(&args.cloudtrail);
    let one =
        [Some(&args.governance), args.trust_root.as_ref(), args.accepted.as_ref(), args.previous.as_ref()];
    several.chain(one.into_iter().flatten()).map(PathBuf::as_path).collect()
}

fn judged(args: &Args, surroundings: &Surroundings) -> Result<Report, CheckError> {
    let lock = input::lock(&args.governance)?;
    let lock =
        Lock::parse(&lock).map_err(|error| CheckError::new(error.to_string()).with_help(error.help()))?;
    let pinned = match &args.trust_root {
        None => false,
        Some(root) => {
            let trust = hand::pinned_root(root, surroundings)?;
            hand::proven(&lock, &trust, args.minimum_serial)?;
            true
        }
    };
    let previous = args.previous.as_deref().map(previous).transpose()?;
    let trail = trail(args, previous.as_ref())?;
    let accepted = args.accepted.as_deref().map(accepted).transpose()?;
    let (plans, workloads) = (named(&args.plan)?, named(&args.workload)?);
    let lock_name = args.governance.to_string_lossy();
    drift::judge(&Asked {
        governance: &borrowed(&plans),
        workloads: &borrowed(&workloads),
        lock: &lock,
        lock_name: &lock_name,
        pinned,
        given: Given {
            workspace: args.workspace.clone(),
            account: args.account.clone(),
            now: args.now.unwrap_or(surroundings.now),
        },
        max_age: args.max_age,
        trail: trail.as_ref(),
        accepted: accepted.as_ref(),
        previous: previous.as_ref(),
    })
}

fn named(paths: &[PathBuf]) -> Result<Vec<(String, Vec<u8>)>, CheckError> {
    paths.iter().map(|path| Ok((path.to_string_lossy().into_owned(), input::whole_plan(path)?))).collect()
}

fn borrowed(plans: &[(String, Vec<u8>)]) -> Vec<Named<'_>> {
    plans.iter().map(|(name, bytes)| Named { name, bytes }).collect()
}

fn previous(path: &Path) -> Result<Previous, CheckError> {
    Previous::read(&path.to_string_lossy(), &hand::small(path, "report of the run before")?)
}

fn accepted(path: &Path) -> Result<Accepted, CheckError> {
    Accepted::read(&path.to_string_lossy(), &input::accepted(path)?)
}

fn trail(args: &Args, previous: Option<&Previous>) -> Result<Option<Trail>, CheckError> {
    if args.cloudtrail.is_empty() {
        return Ok(None);
    }
    let mut trail = Trail { since: args.since.or(previous.map(|previous| previous.now)), ..Trail::default() };
    for path in &args.cloudtrail {
        trail.read(&path.to_string_lossy(), &hand::small(path, "export of CloudTrail")?)?;
    }
    Ok(Some(trail))
}

fn issues(folder: &Path, report: &Report) -> Result<(), CheckError> {
    std::fs::create_dir_all(folder).map_err(|error| {
        CheckError::new(format!("the folder `{}` cannot be made: {error}", hand::name(folder)))
    })?;
    let issues = issue::issues(report);
    for issue in &issues {
        output::save(&folder.join(&issue.file), &issue.body)?;
    }
    output::save(&folder.join("index.json"), &issue::index(&issues))
}
