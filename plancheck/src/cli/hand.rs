//! What commands about consent have at hand: the plan and its governance, the trust root and its pin, what was signed, and
//! the state. Read here, judged in the library.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use plancheck::consent::{self, Case, Desk};
use plancheck::report::{Given, Report};
use plancheck::text::escape;
use plancheck::verdict::CheckError;
use plancheck::{Beside, Governance, PlanInput};
use remit_governance::approval::{LARGEST, Signed};
use remit_governance::change::StateId;
use remit_governance::scope::Account;
use remit_governance::time::{Timestamp, parse_instant};
use remit_governance::{Digest, Json, Lock, TrustRoot};

use super::Surroundings;
use super::again::Again;
use super::input;
use super::ledger::Ledger;
use super::log::{Minutes, ReadArgs};
use super::traces::Who;

/// A plan, what governs it, and what it would change.
#[derive(clap::Args)]
pub(super) struct PlanArgs {
    /// Plan as JSON, from `terraform show -json tfplan`
    #[arg(long, value_name = "FILE")]
    pub(super) plan: PathBuf,
    /// Governance lock
    #[arg(long, value_name = "LOCK")]
    pub(super) governance: PathBuf,
    /// State that the plan was made from, as `terraform state pull` writes it; an empty file stands for no state yet
    #[arg(long, value_name = "FILE")]
    pub(super) state: PathBuf,
    /// Workspace of the plan
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(super) workspace: Option<String>,
    /// Account of the plan: aws:123456789012, gcp:PROJECT or azure:SUBSCRIPTION
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    pub(super) account: Option<String>,
    /// Somebody who took part in the change and so cannot approve it: an e-mail address, or a name as github:dreyes; can be
    /// given several times
    #[arg(long, value_name = "WHO")]
    author: Vec<String>,
    #[command(flatten)]
    who: Who,
    /// Judge as of this instant instead of now: 2026-12-01T09:00:00Z
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    pub(super) now: Option<Timestamp>,
    #[command(flatten)]
    pub(super) log: ReadArgs,
}

impl PlanArgs {
    /// Everybody who took part in the change, as given and as found.
    pub(super) fn authors(&self, surroundings: &Surroundings) -> Result<BTreeSet<String>, CheckError> {
        authors(&self.author, &self.who, surroundings)
    }
}

/// Everybody who took part in a change: as given, and as the environment and commits tell.
pub(super) fn authors(
    given: &[String],
    who: &Who,
    surroundings: &Surroundings,
) -> Result<BTreeSet<String>, CheckError> {
    let mut all = plancheck::actor::authors(&who.traces(&surroundings.environment)?);
    all.extend(given.iter().cloned());
    Ok(all)
}

/// What `check` takes to hear people.
#[derive(clap::Args)]
pub(super) struct ConsentArgs {
    /// Trust root, which `REMIT_TRUST_ROOT_SHA256` must pin: the lock has to follow from it
    #[arg(long, value_name = "FILE", requires = "governance")]
    trust_root: Option<PathBuf>,
    /// Folder of approvals: what enough people have signed for this very plan is allowed
    #[arg(long, value_name = "DIR", requires_all = ["trust_root", "state"])]
    approvals: Option<PathBuf>,
    /// State that the plan was made from, as `terraform state pull` writes it; an empty file stands for no state yet
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Somebody who took part in the change and so cannot have approved it: an e-mail address, or a name as github:dreyes; can
    /// be given several times
    #[arg(long, value_name = "WHO")]
    author: Vec<String>,
    /// Smallest serial of a lock that is accepted, so that an old one is not
    #[arg(long, value_name = "COUNT", default_value_t = 0, requires = "trust_root")]
    minimum_serial: u64,
    /// Folder that remembers used requests, as `gate` keeps it: they do not count again, and emergencies that nobody has
    /// reviewed are told
    #[arg(long, value_name = "DIR", requires = "trust_root")]
    ledger: Option<PathBuf>,
}

/// What is asked about a plan.
pub(super) struct Question<'p, 'a> {
    pub(super) plan: PlanInput<'p>,
    pub(super) governance: Governance<'a>,
    pub(super) beside: Beside<'a>,
    pub(super) given: Given,
}

impl ConsentArgs {
    /// Checks a plan, and with a pinned trust root proves the lock and hears who has signed.
    pub(super) fn check(
        &self,
        surroundings: &Surroundings,
        question: Question<'_, '_>,
        minutes: &Minutes,
    ) -> Result<Report, CheckError> {
        let Question { plan, governance, beside, given } = question;
        let Some(root) = &self.trust_root else {
            return plancheck::check_beside(plan, governance, beside, given);
        };
        let trust = pinned_root(root, surroundings)?;
        let Governance::Lock { bytes, .. } = governance else {
            return Err(CheckError::new("only a governance lock can follow from a trust root")
                .with_help("give a lock with `--governance`, not files that declare it"));
        };
        let lock =
            Lock::parse(bytes).map_err(|error| CheckError::new(error.to_string()).with_help(error.help()))?;
        let plan = bytes_of(plan)?;
        let state = match &self.state {
            Some(path) => state(&small(path, "state")?)?,
            None => None,
        };
        let report = plancheck::check_beside(PlanInput::Bytes(&plan), governance, beside, given)?;
        let mut hand = Hand { report, plan, lock, state };
        minutes.keep_apart(&hand.lock)?;
        hand.prove(&trust, self.minimum_serial)?;
        let ledger = self.ledger.as_deref().map(Ledger::open).transpose()?.unwrap_or_default();
        consent::remind(&mut hand.report, &ledger.unreviewed());
        let Some(folder) = &self.approvals else { return Ok(hand.report) };
        let approvals = approvals(folder)?;
        let mut authors = beside.traces.map(plancheck::actor::authors).unwrap_or_default();
        authors.extend(self.author.iter().cloned());
        let mut desk = hand.desk(&trust, &approvals.signed, authors);
        desk.consumed = ledger.used();
        let case = Case::of(&hand.report, &hand.plan, &desk)?;
        let mut report = hand.report.clone();
        let answer = case.answer(&desk);
        case.keep(&mut report, &answer, &desk);
        consent::accept(&mut report, &answer);
        Ok(report)
    }

    /// Who took part in the change, as the caller says.
    pub(super) fn authors(&self) -> &[String] {
        &self.author
    }

    /// What was given, for the command that makes the report again.
    pub(super) fn again(&self, again: Again) -> Again {
        let text = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
        let again = again
            .with("--trust-root", text(&self.trust_root).as_deref())
            .with("--state", text(&self.state).as_deref())
            .with("--approvals", text(&self.approvals).as_deref())
            .with("--ledger", text(&self.ledger).as_deref());
        self.author.iter().fold(again, |again, author| again.with("--author", Some(author)))
    }
}

pub(super) fn account(text: &str) -> Result<String, String> {
    Account::parse(text).map(|account| account.to_string())
}

/// Everything signed in a folder.
#[derive(Default)]
pub(super) struct Approvals {
    pub(super) signed: Vec<Signed>,
    pub(super) names: Vec<String>,
    /// Files that are no signed statements, each with the reason.
    pub(super) unreadable: Vec<String>,
}

/// A checked plan with what approvals of it are judged by.
pub(super) struct Hand {
    pub(super) report: Report,
    pub(super) plan: Vec<u8>,
    pub(super) lock: Lock,
    pub(super) state: Option<StateId>,
}

impl Hand {
    /// Reads and checks.
    pub(super) fn of(args: &PlanArgs, surroundings: &Surroundings) -> Result<Self, CheckError> {
        let given = Given {
            workspace: args.workspace.clone(),
            account: args.account.clone(),
            now: args.now.unwrap_or(surroundings.now),
        };
        let plan = whole(&args.plan)?;
        let state = state(&small(&args.state, "state")?)?;
        let bytes = input::lock(&args.governance)?;
        let name = args.governance.to_string_lossy();
        let lock = Governance::Lock { name: &name, bytes: &bytes };
        let minutes = args.log.minutes(lock, surroundings)?;
        let beside = minutes.beside(Beside { first: true, ..Beside::default() });
        Self::checked(plan, (&args.governance, &bytes), given, state, beside)
    }

    /// Checks what was read.
    pub(super) fn checked(
        plan: Vec<u8>,
        (governance, bytes): (&Path, &[u8]),
        given: Given,
        state: Option<StateId>,
        beside: Beside<'_>,
    ) -> Result<Self, CheckError> {
        let lock =
            Lock::parse(bytes).map_err(|error| CheckError::new(error.to_string()).with_help(error.help()))?;
        let name = governance.to_string_lossy();
        let source = Governance::Lock { name: &name, bytes };
        let report = plancheck::check_beside(PlanInput::Bytes(&plan), source, beside, given)?;
        Ok(Self { report, plan, lock, state })
    }

    /// The desk with what was signed.
    pub(super) fn desk<'a>(
        &'a self,
        trust: &'a TrustRoot,
        signed: &'a [Signed],
        authors: BTreeSet<String>,
    ) -> Desk<'a> {
        Desk {
            trust,
            lock: &self.lock,
            signed,
            state: self.state.clone(),
            authors,
            consumed: BTreeSet::new(),
            break_glass: false,
        }
    }

    /// Verifies that the lock follows from the pinned trust root, and says so in the report.
    pub(super) fn prove(&mut self, trust: &TrustRoot, minimum_serial: u64) -> Result<(), CheckError> {
        proven(&self.lock, trust, minimum_serial)?;
        self.report.governance.pinned = true;
        Ok(())
    }
}

/// Verifies that a lock follows from the pinned trust root and is not an old one.
pub(super) fn proven(lock: &Lock, trust: &TrustRoot, minimum_serial: u64) -> Result<(), CheckError> {
    consent::prove(lock, trust)?;
    if lock.serial() < minimum_serial {
        let message = format!(
            "the governance lock has serial {}, and at least {minimum_serial} is wanted",
            lock.serial()
        );
        return Err(CheckError::new(message).with_help("take the present lock; an old one may be looser"));
    }
    Ok(())
}

/// The trust root, which must be the pinned one where a pin is set.
pub(super) fn trust_root(path: &Path, surroundings: &Surroundings) -> Result<TrustRoot, CheckError> {
    let trust = TrustRoot::parse(&small(path, "trust root")?).map_err(|faults| {
        let error = CheckError::new(format!("`{}` is not a trust root", name(path)));
        faults.iter().fold(error, |error, fault| error.with_why(escape(&fault.to_string())))
    })?;
    let Some(pin) = &surroundings.pin else { return Ok(trust) };
    if digest(pin) != Some(trust.digest()) {
        let message = format!("`{}` is not the trust root that is pinned", name(path));
        let why =
            format!("its digest is {}, and `REMIT_TRUST_ROOT_SHA256` is `{}`", trust.digest(), escape(pin));
        let help = "take back the change of the file; if it was rotated on purpose, change the pin";
        return Err(CheckError::new(message).with_why(why).with_help(help));
    }
    Ok(trust)
}

/// The trust root, which must be pinned: without a pin no approval opens anything.
pub(super) fn pinned_root(path: &Path, surroundings: &Surroundings) -> Result<TrustRoot, CheckError> {
    if surroundings.pin.is_none() {
        let help =
            "set `REMIT_TRUST_ROOT_SHA256` where the agents cannot, to what `plancheck trust show` prints";
        return Err(CheckError::new("no approval counts without a pinned trust root").with_help(help));
    }
    trust_root(path, surroundings)
}

/// A digest as people write it, with or without its prefix.
fn digest(text: &str) -> Option<Digest> {
    let text = text.trim().to_ascii_lowercase();
    if text.starts_with("sha256:") { text.parse().ok() } else { format!("sha256:{text}").parse().ok() }
}

/// Everything signed in a folder; before the first approval there need not be one.
pub(super) fn approvals(folder: &Path) -> Result<Approvals, CheckError> {
    let wrong = |error: &std::io::Error| {
        CheckError::new(format!("the approvals in `{}` cannot be read: {error}", name(folder)))
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Approvals::default()),
        Err(error) => return Err(wrong(&error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| wrong(&error))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    let mut all = Approvals::default();
    for path in paths {
        let most = u64::try_from(LARGEST).unwrap_or(u64::MAX).saturating_add(1);
        let bytes = bounded(&path, most).map_err(|error| wrong(&error))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match Signed::parse(&bytes) {
            Ok(signed) => {
                all.signed.push(signed);
                all.names.push(name);
            }
            Err(refusal) => {
                all.unreadable.push(format!("{}: {}", escape(&name), escape(&refusal.to_string())));
            }
        }
    }
    Ok(all)
}

/// Which state this is, from the text of `terraform state pull`.
pub(super) fn state(bytes: &[u8]) -> Result<Option<StateId>, CheckError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let wrong = || {
        CheckError::new("the state cannot be read: it has no lineage and serial")
            .with_help("write it with `terraform state pull > state.json`")
    };
    let json = Json::parse_bytes(bytes).map_err(|_| wrong())?;
    let field = |name| json.as_object().and_then(|members| members.get(name));
    let lineage = field("lineage").and_then(Json::as_str).ok_or_else(wrong)?.to_owned();
    let serial = match field("serial") {
        Some(Json::Number(number)) => number.as_str().parse().map_err(|_| wrong())?,
        _ => return Err(wrong()),
    };
    Ok(Some(StateId { lineage, serial }))
}

/// The whole plan: what is approved is a digest over all of it.
pub(super) fn whole(path: &Path) -> Result<Vec<u8>, CheckError> {
    all(&mut *input::plan(path, |_| {})?)
}

/// A plan that is looked at more than once.
pub(super) fn bytes_of(plan: PlanInput<'_>) -> Result<Vec<u8>, CheckError> {
    match plan {
        PlanInput::Bytes(bytes) => Ok(bytes.to_vec()),
        PlanInput::Stream(reader) => all(reader),
    }
}

fn all(reader: &mut dyn std::io::Read) -> Result<Vec<u8>, CheckError> {
    let mut bytes = Vec::new();
    reader
        .read_to_end(&mut bytes)
        .map_err(|error| CheckError::new(format!("the plan cannot be read: {error}")))?;
    Ok(bytes)
}

/// A file that is read whole and is never large.
pub(super) fn small(path: &Path, what: &str) -> Result<Vec<u8>, CheckError> {
    const MOST: u64 = 256 * 1024 * 1024;
    bounded(path, MOST)
        .map_err(|error| CheckError::new(format!("the {what} `{}` cannot be read: {error}", name(path))))
}

pub(super) fn bounded(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a file that somebody else will read.
pub(super) fn write(path: &Path, what: &str, text: &str) -> Result<(), CheckError> {
    std::fs::write(path, text).map_err(|error| {
        CheckError::new(format!("the {what} cannot be written to `{}`: {error}", name(path)))
    })
}

/// An id that nobody could guess.
pub(super) fn random_id() -> Result<String, CheckError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| CheckError::new(format!("the operating system gives no random numbers: {error}")))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

pub(super) fn name(path: &Path) -> String {
    escape(&path.to_string_lossy())
}
