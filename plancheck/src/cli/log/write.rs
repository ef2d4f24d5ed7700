//! What `check` and `gate` have to do with a log: what it says about the past, and the record of what they decide. A record is written
//! before anything is done, and what cannot be recorded is not done.

use std::path::{Path, PathBuf};

use plancheck::past::{self, Past};
use plancheck::record::{self, Circumstances};
use plancheck::report::Report;
use plancheck::text::escape;
use plancheck::verdict::CheckError;
use plancheck::{Beside, Governance};
use remit_decision_log::disk::{Log, SEGMENT, Writer};
use remit_decision_log::key::MachineKey;
use remit_decision_log::rationale::{LARGEST, Rationale};
use remit_decision_log::record::{
    Chain, Command, Outcome, Predicate, Record, Result_, State, Status, Subject, observed,
};
use remit_governance::Lock;
use remit_governance::change::StateId;
use remit_governance::time::Timestamp;

use super::{Surroundings, hand, private_key, public_key, told};

/// The log that a decision is written to, and what the agent says about it.
#[derive(clap::Args)]
pub(in crate::cli) struct LogArgs {
    /// Decision log to write to, as `plancheck log init` made it. What cannot be recorded is not allowed. The plan is then read whole
    #[arg(long, value_name = "DIR", requires = "log_key")]
    log: Option<PathBuf>,
    /// Private key of the log, which agents must not reach
    #[arg(long, value_name = "FILE", env = "REMIT_LOG_KEY", hide_env_values = true)]
    log_key: Option<PathBuf>,
    /// What the agent or orchestrator says about its decision, in JSON: objective, alternatives, confidence, trace. It is recorded as
    /// said, and opens nothing but `consent.require_rationale`
    #[arg(long, value_name = "FILE")]
    rationale: Option<PathBuf>,
}

/// The log that is looked at, where nothing is decided.
#[derive(clap::Args)]
pub(in crate::cli) struct ReadArgs {
    /// Decision log by which growth over time is judged, as it is for `gate`
    #[arg(long, value_name = "DIR", requires = "log_public")]
    log: Option<PathBuf>,
    /// Public key of the log: a file, or the key itself
    #[arg(long, value_name = "KEY")]
    log_public: Option<String>,
    /// What the agent or orchestrator says about its decision, in JSON
    #[arg(long, value_name = "FILE")]
    rationale: Option<PathBuf>,
}

/// What is beside a plan because of a log.
pub(in crate::cli) struct Minutes {
    past: Option<Past>,
    rationale: Option<Rationale>,
    book: Option<Book>,
}

/// A log that can be written.
struct Book {
    path: PathBuf,
    key: MachineKey,
    /// How many records it had when the past was read.
    read: u64,
    /// Whether the answer depends on the past.
    depends: bool,
    previous_surface: Option<String>,
}

/// A plan as its record names it.
pub(in crate::cli) struct Plan<'a> {
    /// Which command decides.
    pub(in crate::cli) command: Command,
    /// The JSON.
    pub(in crate::cli) bytes: &'a [u8],
    /// Who the caller says took part.
    pub(in crate::cli) authors: &'a [String],
    /// The state that it was made from.
    pub(in crate::cli) state: Option<&'a StateId>,
}

impl LogArgs {
    /// Whether a log is given, for which a plan has to be at hand as a whole.
    pub(in crate::cli) fn is_given(&self) -> bool {
        self.log.is_some()
    }

    /// Reads what the log says about the past, as far as the governance looks back, and the rationale.
    pub(in crate::cli) fn minutes(
        &self,
        governance: Governance<'_>,
        surroundings: &Surroundings,
    ) -> Result<Minutes, CheckError> {
        let rationale = self.rationale.as_deref().map(rationale).transpose()?;
        let (Some(path), Some(key)) = (&self.log, &self.log_key) else {
            return Ok(Minutes { past: None, rationale, book: None });
        };
        let key = private_key(key)?;
        let log = Log::open(path, &key.public()).map_err(told)?;
        let reach = past::reach(governance);
        let (past, previous_surface) =
            look_back(&log, reach.map(|reach| earliest(surroundings.now, reach.seconds())));
        let read = log.checkpoint.size;
        let book = Book { path: path.clone(), key, read, depends: reach.is_some(), previous_surface };
        Ok(Minutes { past: Some(past), rationale, book: Some(book) })
    }

    /// What was given, to repeat the command.
    pub(in crate::cli) fn given(&self) -> [(&'static str, Option<String>); 3] {
        let text = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
        let key = self.log.as_ref().and_then(|_| text(&self.log_key));
        [("--log", text(&self.log)), ("--log-key", key), ("--rationale", text(&self.rationale))]
    }
}

impl ReadArgs {
    /// Reads what the log says about the past, and the rationale.
    pub(in crate::cli) fn minutes(
        &self,
        governance: Governance<'_>,
        surroundings: &Surroundings,
    ) -> Result<Minutes, CheckError> {
        let rationale = self.rationale.as_deref().map(rationale).transpose()?;
        let (Some(path), Some(key)) = (&self.log, &self.log_public) else {
            return Ok(Minutes { past: None, rationale, book: None });
        };
        let log = Log::open(path, &public_key(key)?).map_err(told)?;
        let reach = past::reach(governance);
        let (past, _) = look_back(&log, reach.map(|reach| earliest(surroundings.now, reach.seconds())));
        Ok(Minutes { past: Some(past), rationale, book: None })
    }

    /// What the agent says, in words for people who are asked; it was read before.
    pub(in crate::cli) fn words(&self) -> Result<String, CheckError> {
        let Some(path) = &self.rationale else { return Ok(String::new()) };
        let said = rationale(path)?;
        let mut lines = vec![format!("The agent says it is for: {}", escape(&said.objective.name))];
        for other in said.alternatives.iter().flatten() {
            let (what, why) = (escape(&other.description), escape(&other.rejected_because));
            lines.push(format!("  instead of: {what} ({why})"));
        }
        Ok(lines.join("\n") + "\n")
    }
}

fn rationale(path: &Path) -> Result<Rationale, CheckError> {
    let most = u64::try_from(LARGEST).unwrap_or(u64::MAX).saturating_add(1);
    let bytes = hand::bounded(path, most).map_err(|error| {
        CheckError::new(format!("the rationale `{}` cannot be read: {error}", hand::name(path)))
    })?;
    Rationale::parse(&bytes).map_err(told)
}

/// The records since an instant and a few before it, and the surface that the last decision saw.
fn look_back(log: &Log, since: Option<Timestamp>) -> (Past, Option<String>) {
    let begins = log.records(0).next().and_then(Result::ok).and_then(|(_, record)| time(&record));
    let mut from = log.checkpoint.size.saturating_sub(1) / SEGMENT * SEGMENT;
    while let Some(since) = since.filter(|_| from > 0) {
        let first = log.records(from).next().and_then(Result::ok);
        // What cannot be read is met again below, and told there.
        if first.and_then(|(_, record)| time(&record)).is_some_and(|time| time < since) {
            break;
        }
        from -= SEGMENT;
    }
    let mut surface = None;
    let records = log.records(from).map(|found| match found {
        Ok((_, record)) => {
            if let Predicate::Decision(decision) = &record.predicate {
                surface = Some(decision.surface.value.fingerprint.clone());
            }
            Ok(record)
        }
        Err(error) => Err(format!("the decision log cannot be believed: {}", escape(&error.message))),
    });
    let past = Past::of(records, begins);
    (past, surface)
}

fn time(record: &Record) -> Option<Timestamp> {
    record.predicate.recorded_at().parse().ok()
}

fn earliest(now: Timestamp, seconds: u64) -> Timestamp {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    Timestamp::from_second(now.as_second().saturating_sub(seconds)).unwrap_or(Timestamp::MIN)
}

impl Minutes {
    /// What is beside the plan, with this.
    pub(in crate::cli) fn beside<'a>(&'a self, beside: Beside<'a>) -> Beside<'a> {
        Beside { past: self.past.as_ref(), rationale: self.rationale.is_some(), ..beside }
    }

    /// Refuses a log whose key is an approver's: no signature of it counts as an approval, and whoever set this up mixed them up.
    pub(in crate::cli) fn keep_apart(&self, lock: &Lock) -> Result<(), CheckError> {
        let Some(book) = &self.book else { return Ok(()) };
        let own = book.key.public().ssh_line();
        match lock.approvers().find(|approver| approver.keys.iter().any(|key| key.to_string() == own)) {
            Some(approver) => Err(CheckError::new(format!(
                "the key of the log is also a key of the approver `{}`",
                escape(approver.email.as_str())
            ))
            .with_help("a machine's key and a person's are two things: make the log a key of its own")),
            None => Ok(()),
        }
    }

    /// Writes down what was decided and gives the id of the record; `None` where there is no log.
    pub(in crate::cli) fn decided(
        &self,
        report: &Report,
        plan: &Plan<'_>,
        surroundings: &Surroundings,
    ) -> Result<Option<String>, CheckError> {
        let Some(book) = &self.book else { return Ok(None) };
        let id = hand::random_id()?;
        let record = record::decision(
            report,
            &Circumstances {
                id: &id,
                recorded_at: surroundings.now,
                command: plan.command,
                plan: plan.bytes,
                rationale: self.rationale.as_ref(),
                authors: plan.authors,
                state: plan.state,
                previous_surface: book.previous_surface.clone(),
            },
        )?;
        let mut writer = Writer::open(&book.path, &book.key).map_err(unwritten)?;
        if book.depends {
            unchanged(writer.log(), book.read, report)?;
        }
        writer.append(vec![record]).map_err(unwritten)?;
        Ok(Some(id))
    }

    /// Writes down what came of a decision.
    pub(in crate::cli) fn ended(
        &self,
        decision: &str,
        status: std::process::ExitStatus,
        state: Option<StateId>,
        now: Timestamp,
    ) -> Result<(), CheckError> {
        let Some(book) = &self.book else { return Ok(()) };
        let digest = remit_governance::Digest::of(decision.as_bytes()).to_string();
        let sha256 = digest.strip_prefix("sha256:").unwrap_or(&digest).to_owned();
        let record = Record {
            subject: vec![Subject {
                name: "decision".to_owned(),
                digest: remit_decision_log::record::Sha256 { sha256 },
            }],
            predicate: Predicate::Outcome(Outcome {
                id: hand::random_id()?,
                chain: Chain::default(),
                recorded_at: now.to_string(),
                decision: decision.to_owned(),
                result: observed(Result_ {
                    status: if status.success() { Status::Applied } else { Status::Failed },
                    exit_code: status.code(),
                    state: state.map(|state| State { lineage: state.lineage, serial: state.serial }),
                }),
            }),
        };
        let appended = Writer::open(&book.path, &book.key).and_then(|mut writer| writer.append(vec![record]));
        appended.map(drop).map_err(|error| {
            let error = told(error);
            CheckError::new("the command was run, and what came of it could not be recorded")
                .with_why(error.message)
                .with_help("the decision itself is in the log; keep the output of this run")
        })
    }
}

fn unwritten(error: remit_decision_log::LogError) -> CheckError {
    let error = told(error);
    let refused =
        CheckError::new("the decision could not be recorded, so the answer is no").with_why(error.message);
    match error.help {
        Some(help) => refused.with_help(help),
        None => refused,
    }
}

/// Two runs at one time must not both count on the same past.
fn unchanged(log: &Log, read: u64, report: &Report) -> Result<(), CheckError> {
    let given = (report.given.workspace.clone(), report.given.account.clone());
    for record in log.records(read) {
        let (_, record) = record.map_err(told)?;
        if let Predicate::Decision(decision) = record.predicate {
            let decided = decision.decision.value;
            if (decided.workspace, decided.account) == given {
                return Err(CheckError::new("another decision about this workspace was recorded meanwhile")
                    .with_help("run it again, so that growth is judged with it"));
            }
        }
    }
    Ok(())
}
