//! `plancheck gate`: checks a plan file and its approvals, and applies exactly that file. It holds against whoever can write
//! the repository and the environment of the job, not against whoever can change the runner, its pin or this program.
//!
//! ```text
//! plan file → private copy → terraform show, workspace show, state pull → check → approvals → ledger → terraform apply copy
//! ```

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use plancheck::consent::{self, Answer, Case};
use plancheck::render::human;
use plancheck::report::{Given, Report};
use plancheck::text::escape;
use plancheck::verdict::{CheckError, Verdict};
use plancheck::{Beside, Governance};
use remit_decision_log::record;
use remit_governance::change::StateId;
use remit_governance::scope::Account;
use remit_governance::time::Timestamp;

use super::Surroundings;
use super::hand::{self, Hand};
use super::input;
use super::ledger::Ledger;
use super::log::{LogArgs, Plan};
use super::output::{self, Stream};
use super::traces::Who;

/// Check a plan file and its approvals, and apply exactly that file.
///
/// The JSON is derived again from a private copy of the file, and that copy is what is applied. The environment of the
/// command is made anew: nothing that begins with `TF_` reaches it. Run it in the directory of the configuration.
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// Plan file, from `terraform plan -out`
    #[arg(long, value_name = "FILE")]
    plan: PathBuf,
    /// Governance lock, which must follow from the pinned trust root
    #[arg(long, value_name = "LOCK")]
    governance: PathBuf,
    /// Trust root, which `REMIT_TRUST_ROOT_SHA256` must pin
    #[arg(long, value_name = "FILE")]
    trust_root: PathBuf,
    /// Folder of approvals
    #[arg(long, value_name = "DIR")]
    approvals: PathBuf,
    /// Folder that remembers used requests: it must outlive the run and be out of the agents' reach
    #[arg(long, value_name = "DIR")]
    ledger: PathBuf,
    /// The `.terraform.lock.hcl` that the one here must equal, from the base revision; an empty file where there is none
    #[arg(long, value_name = "FILE")]
    dependency_lock: PathBuf,
    /// Smallest serial of a lock that is accepted, so that an old one is not
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    minimum_serial: u64,
    /// Account of the plan: aws:123456789012, gcp:PROJECT or azure:SUBSCRIPTION
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    account: Option<String>,
    /// Somebody who took part in the change and so cannot have approved it; can be given several times
    #[arg(long, value_name = "WHO")]
    author: Vec<String>,
    #[command(flatten)]
    who: Who,
    /// Where to write what came of it as JSON, the exit code of the command included
    #[arg(long, value_name = "FILE")]
    result: Option<PathBuf>,
    /// Apply under the emergency rule; stays a finding of every later run until somebody has reviewed it
    #[arg(long)]
    break_glass: bool,
    #[command(flatten)]
    log: LogArgs,
    /// The command: the absolute path of terraform or tofu, and `apply`
    #[arg(last = true, required = true, value_name = "COMMAND", num_args = 2..)]
    command: Vec<String>,
}

const HELP: &str = "\
Example:
  plancheck gate --plan tfplan --governance governance.lock.json --trust-root trust.json --approvals approvals \\
    --ledger /var/lib/remit/ledger --dependency-lock base/.terraform.lock.hcl --author github:agent \\
    -- /usr/local/bin/terraform apply

Exit codes:
  0  applied
  1  could not check; nothing was applied
  2  denied; nothing was applied
  3  consent required; nothing was applied
  4  everything was in order, and the command failed";

/// Everything was in order, and the command failed.
const CHILD_FAILED: u8 = 4;

/// What of the environment the command gets, besides what clouds read. Everything else can change what Terraform does.
const KEPT: [&str; 12] = [
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTPS_PROXY",
    "NO_PROXY",
    "REMIT_TRUST_ROOT_SHA256",
];

/// Credentials and settings of the clouds, which the runner holds and the command needs.
const KEPT_PREFIXES: [&str; 7] =
    ["AWS_", "GOOGLE_", "CLOUDSDK_", "GCLOUD_", "ARM_", "AZURE_", "ACTIONS_ID_TOKEN_"];

fn account(text: &str) -> Result<String, String> {
    Account::parse(text).map(|account| account.to_string())
}

/// A plan that nobody but this process can reach, and the program that reads it.
struct Runner {
    program: PathBuf,
    folder: tempfile::TempDir,
}

/// Checks and applies.
pub(super) fn run(args: &Args, surroundings: &Surroundings, color: human::Color) -> Result<u8, CheckError> {
    let trust = hand::pinned_root(&args.trust_root, surroundings)?;
    let runner = Runner::of(args)?;
    dependency_lock(args)?;
    let ledger = Ledger::open(&args.ledger)?;
    let given = Given {
        workspace: Some(runner.text(&["workspace", "show"])?),
        account: args.account.clone(),
        now: surroundings.now,
    };
    let state = hand::state(&runner.output(&["state", "pull"])?)?;
    let plan = runner.output(&["show", "-json", &runner.copy()])?;
    let bytes = input::lock(&args.governance)?;
    let name = args.governance.to_string_lossy();
    let minutes = args.log.minutes(Governance::Lock { name: &name, bytes: &bytes }, surroundings)?;
    let beside = minutes.beside(Beside::default());
    let mut hand = Hand::checked(plan, (&args.governance, &bytes), given, state, beside)?;
    minutes.keep_apart(&hand.lock)?;
    hand.prove(&trust, args.minimum_serial)?;
    let approvals = hand::approvals(&args.approvals)?;
    let authors = hand::authors(&args.author, &args.who, surroundings)?;
    let mut desk = hand.desk(&trust, &approvals.signed, authors);
    desk.break_glass = args.break_glass;
    desk.consumed = ledger.used();
    let case = Case::of(&hand.report, &hand.plan, &desk)?;
    let answer = case.answer(&desk);
    let mut report = hand.report.clone();
    case.keep(&mut report, &answer, &desk);
    consent::accept(&mut report, &answer);
    consent::remind(&mut report, &ledger.unreviewed());
    let plan = Plan {
        command: record::Command::Gate,
        bytes: &hand.plan,
        authors: &desk.authors.iter().cloned().collect::<Vec<_>>(),
        state: hand.state.as_ref(),
    };
    let decision = minutes.decided(&report, &plan, surroundings)?;
    output::write(Stream::Out, &human::report(&report, color))?;
    if report.verdict() != Verdict::Allowed {
        output::write(Stream::Out, &consent::standing_text(&answer, &approvals.names))?;
        return told(args, &report, &answer, None);
    }
    if let Some(request) = answer.request.as_ref().filter(|_| answer.granted) {
        ledger.use_up(request, args.break_glass, report.given.now)?;
    }
    let ended = runner.apply()?;
    let recorded = decision.map_or(Ok(()), |id| minutes.ended(&id, ended, runner.state(), clock()));
    let code = told(args, &report, &answer, Some(ended))?;
    recorded.map(|()| code)
}

/// The exit code, also written down with what led to it. `ended` is how the command ended, where it was run.
fn told(
    args: &Args,
    report: &Report,
    answer: &Answer,
    ended: Option<std::process::ExitStatus>,
) -> Result<u8, CheckError> {
    let code = match ended {
        Some(status) if !status.success() => CHILD_FAILED,
        Some(_) => 0,
        None => report.verdict().exit_code(),
    };
    if code == CHILD_FAILED {
        output::write(Stream::Err, "the command failed, after everything was in order\n")?;
    }
    if let Some(path) = &args.result {
        let result = serde_json::json!({
            "format_version": "1.0",
            "verdict": report.verdict().id(),
            "exit_code": code,
            "command_exit_code": ended.and_then(|status| status.code()),
            "request": answer.request.as_ref().filter(|_| answer.granted),
            "break_glass": args.break_glass,
            "governance": report.governance.digest,
            "now": report.given.now.to_string(),
        });
        hand::write(path, "result", &format!("{result:#}\n"))?;
    }
    Ok(code)
}

impl Runner {
    fn of(args: &Args) -> Result<Self, CheckError> {
        let wrong = |message: String, help: &str| Err(CheckError::new(message).with_help(help));
        let (Some(program), verb, rest) = (args.command.first(), args.command.get(1), args.command.get(2..))
        else {
            return wrong("the command is missing".to_owned(), "give `-- /usr/local/bin/terraform apply`");
        };
        let program = PathBuf::from(program);
        let name = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if !program.is_absolute() || !matches!(name.as_str(), "terraform" | "tofu") {
            let message = format!("`{}` is not the absolute path of terraform or tofu", hand::name(&program));
            return wrong(
                message,
                "a name is looked up in `PATH`, which whoever started the job may have set",
            );
        }
        if verb.map(String::as_str) != Some("apply") || rest.is_some_and(|rest| !rest.is_empty()) {
            let message = "the command is not `apply` alone".to_owned();
            return wrong(
                message,
                "leave out further arguments: the gate gives its own, and the plan holds everything else",
            );
        }
        Ok(Self { program, folder: private_copy(&args.plan)? })
    }

    fn copy(&self) -> String {
        self.folder.path().join("tfplan").to_string_lossy().into_owned()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(args).env_clear().envs(kept_environment()).stdin(Stdio::null());
        // Its own words, so that nothing it asks can hang or be answered by somebody else.
        command.env("TF_INPUT", "0").env("TF_IN_AUTOMATION", "1").env("CHECKPOINT_DISABLE", "1");
        command
    }

    fn output(&self, args: &[&str]) -> Result<Vec<u8>, CheckError> {
        let verb = args.first().copied().unwrap_or_default();
        let failed = |why: String| {
            CheckError::new(format!("`{} {verb}` failed: {why}", hand::name(&self.program))).with_help(
                "nothing was applied; run the gate in the initialized directory of the configuration",
            )
        };
        let Output { status, stdout, stderr } =
            self.command(args).output().map_err(|error| failed(error.to_string()))?;
        if status.success() {
            return Ok(stdout);
        }
        let said = String::from_utf8_lossy(&stderr);
        let line =
            said.lines().map(str::trim).find(|line| line.contains("Error")).unwrap_or("it does not say why");
        Err(failed(escape(line)))
    }

    fn text(&self, args: &[&str]) -> Result<String, CheckError> {
        Ok(String::from_utf8_lossy(&self.output(args)?).trim().to_owned())
    }

    /// Which state there is now, where it can be read.
    fn state(&self) -> Option<StateId> {
        hand::state(&self.output(&["state", "pull"]).ok()?).ok()?
    }

    fn apply(&self) -> Result<std::process::ExitStatus, CheckError> {
        self.command(&["apply", "-input=false", &self.copy()]).status().map_err(|error| {
            CheckError::new(format!("`{}` cannot be run: {error}", hand::name(&self.program)))
        })
    }
}

/// Copies what the path names at this moment. From here on the path means nothing: not what it links to, not what is
/// written to it.
fn private_copy(path: &Path) -> Result<tempfile::TempDir, CheckError> {
    let wrong =
        |why: String| CheckError::new(format!("the plan `{}` cannot be copied: {why}", hand::name(path)));
    let mut from = File::open(path).map_err(|error| wrong(error.to_string()))?;
    let about = from.metadata().map_err(|error| wrong(error.to_string()))?;
    if !about.is_file() {
        return Err(wrong("it is not a regular file".to_owned())
            .with_help("give the file that `terraform plan -out` wrote"));
    }
    let folder = tempfile::Builder::new()
        .prefix("plancheck-gate-")
        .tempdir()
        .map_err(|error| wrong(error.to_string()))?;
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes).map_err(|error| wrong(error.to_string()))?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o400);
    }
    let mut to = options.open(folder.path().join("tfplan")).map_err(|error| wrong(error.to_string()))?;
    to.write_all(&bytes).and_then(|()| to.sync_all()).map_err(|error| wrong(error.to_string()))?;
    Ok(folder)
}

/// An apply takes its time, and when it ended is recorded.
fn clock() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

#[allow(clippy::disallowed_methods, reason = "what the command is given is chosen here")]
fn kept_environment() -> impl Iterator<Item = (std::ffi::OsString, std::ffi::OsString)> {
    std::env::vars_os().filter(|(name, _)| {
        let name = name.to_string_lossy();
        KEPT.contains(&&*name) || KEPT_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
    })
}

/// The providers of the configuration must be those of the base revision: a provider is a program, and it runs with the
/// runner's credentials.
fn dependency_lock(args: &Args) -> Result<(), CheckError> {
    let wanted = hand::small(&args.dependency_lock, "dependency lock file")?;
    let here = Path::new(".terraform.lock.hcl");
    let found = match File::open(here) {
        Ok(_) => hand::small(here, "dependency lock file")?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(CheckError::new(format!("`.terraform.lock.hcl` cannot be read: {error}"))),
    };
    if wanted == found {
        return Ok(());
    }
    Err(CheckError::new("`.terraform.lock.hcl` is not the dependency lock file that was given")
        .with_why("a provider is a program that runs with the credentials of this runner")
        .with_help("have the change of providers merged first, then plan again"))
}
