//! `plancheck log`: the decision log. Making, writing and checking it is `remit-decision-log`'s; here are the files, the clock and the
//! words. What `check` and `gate` do with a log is in `write`.

mod append;
mod export;
mod init;
mod prove;
mod query;
mod report;
mod show;
mod verify;
mod write;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use plancheck::verdict::CheckError;
use remit_decision_log::LogError;
use remit_decision_log::disk::Log;
use remit_decision_log::key::{LogKey, MachineKey};

use super::Surroundings;
use super::hand;
use super::output::{self, Stream};

pub(super) use write::{LogArgs, Minutes, Plan, ReadArgs};

/// Why it was decided, provable later: make, check, search and export the decision log.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make an empty log and the key that signs it
    Init(init::Args),
    /// Append what was not decided here: the review of an emergency, or the checkpoint of another log
    Append(append::Args),
    /// Check a log, or a proof bundle, and say what was touched
    Verify(verify::Args),
    /// Write a bundle that proves one record to somebody who has nothing else
    Prove(prove::Args),
    /// Show one record
    Show(show::Args),
    /// Find records
    Query(Box<query::Args>),
    /// Write decisions for other systems
    Export(export::Args),
    /// Write the accountability report of a quarter
    Report(report::Args),
}

/// Runs one of them.
pub(super) fn run(args: &Args, surroundings: &Surroundings) -> Result<u8, CheckError> {
    match &args.command {
        Command::Init(args) => init::run(args),
        Command::Append(args) => append::run(args, surroundings),
        Command::Verify(args) => verify::run(args),
        Command::Prove(args) => prove::run(args),
        Command::Show(args) => show::run(args),
        Command::Query(args) => query::run(args),
        Command::Export(args) => export::run(args),
        Command::Report(args) => report::run(args),
    }
}

/// Which log is looked at.
#[derive(clap::Args)]
struct Which {
    /// Folder of the log
    #[arg(long, value_name = "DIR")]
    log: PathBuf,
    /// Public key of the log, from outside of it: a file, or the key itself. Without it the key beside the log is taken, which proves
    /// nothing about whoever could write there
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

impl Which {
    fn key(&self) -> Result<LogKey, CheckError> {
        if let Some(key) = &self.key {
            return public_key(key);
        }
        let note =
            "note: the key beside the log is taken, so whoever can write there could have changed both\n";
        output::write(Stream::Err, note)?;
        Log::own_key(&self.log).map_err(told)
    }

    fn open(&self) -> Result<Log, CheckError> {
        Log::open(&self.log, &self.key()?).map_err(told)
    }
}

/// A key as people give it: a file, or the key itself.
fn public_key(given: &str) -> Result<LogKey, CheckError> {
    if let Ok(key) = LogKey::parse(given) {
        return Ok(key);
    }
    let text = hand::small(Path::new(given), "public key")?;
    LogKey::parse(&String::from_utf8_lossy(&text)).map_err(told)
}

fn private_key(path: &Path) -> Result<MachineKey, CheckError> {
    let text = hand::small(path, "key of the log")?;
    MachineKey::parse(&String::from_utf8_lossy(&text)).map_err(told)
}

/// An error of the log as one of ours.
pub(super) fn told(error: LogError) -> CheckError {
    let told = CheckError::new(error.message);
    match error.help {
        Some(help) => told.with_help(help),
        None => told,
    }
}
