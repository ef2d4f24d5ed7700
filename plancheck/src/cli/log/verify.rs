//! `plancheck log verify`: whether a log, or what was taken out of one, is what it was.

use std::fmt::Write as _;
use std::path::PathBuf;

use plancheck::text::escape;
use plancheck::verdict::CheckError;
use remit_decision_log::checkpoint::{Checkpoint, Witness};
use remit_decision_log::disk::{self, Check, Log, Verified};
use remit_decision_log::key::LogKey;
use remit_decision_log::proof::Bundle;
use remit_decision_log::record::Predicate;

use super::{Which, hand, public_key, told};
use crate::cli::output::{self, Stream};

/// Check a log and say which record was touched; or check a proof bundle.
///
/// Alone, a log shows that it is whole. That it is not an older copy, or another history under the same key, only a checkpoint shows
/// that was kept elsewhere: in git, in a state output, in a bucket with retention, with a witness, or in a log of checkpoints.
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    #[command(flatten)]
    which: Which2,
    /// Checkpoint that was kept elsewhere and that the log has to continue; can be given several times
    #[arg(long, value_name = "FILE")]
    anchor: Vec<PathBuf>,
    /// The same, and read only what came after it
    #[arg(long, value_name = "FILE", conflicts_with = "anchor")]
    since: Option<PathBuf>,
    /// Log of checkpoints that names this log: each of them has to be continued
    #[arg(long, value_name = "DIR", requires = "log_of_checkpoints_key")]
    log_of_checkpoints: Option<PathBuf>,
    /// Public key of the log of checkpoints
    #[arg(long, value_name = "KEY", requires = "log_of_checkpoints")]
    log_of_checkpoints_key: Option<String>,
    /// Public key of a witness; can be given several times
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
    /// How many of the witnesses must have signed the checkpoint
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    witnesses: usize,
    /// Check hashes only, not the signature of each record: the signed tree vouches for every byte, and this is much faster
    #[arg(long)]
    hashes_only: bool,
}

/// A log or a bundle.
#[derive(clap::Args)]
struct Which2 {
    /// Folder of the log
    #[arg(long, value_name = "DIR", required_unless_present = "bundle")]
    log: Option<PathBuf>,
    /// Proof bundle, as `plancheck log prove` wrote it
    #[arg(long, value_name = "FILE", conflicts_with = "log", requires = "key")]
    bundle: Option<PathBuf>,
    /// Public key of the log, from outside of it: a file, or the key itself
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

const HELP: &str = "\
Examples:
  plancheck log verify --log log --key log.pub --anchor kept/checkpoint
  plancheck log verify --bundle bundle.json --key log.pub

Exit codes:
  0  everything is as it was logged
  1  could not check
  2  something was touched; what and where is said";

/// Something was touched.
const TOUCHED: u8 = 2;

pub(super) fn run(args: &Args) -> Result<u8, CheckError> {
    if let (Some(path), Some(key)) = (&args.which.bundle, &args.which.key) {
        return bundle(&hand::small(path, "bundle")?, &public_key(key)?);
    }
    let which = Which { log: args.which.log.clone().unwrap_or_default(), key: args.which.key.clone() };
    let key = which.key()?;
    let mut anchors = Vec::new();
    for path in args.anchor.iter().chain(&args.since) {
        anchors.push(hand::small(path, "checkpoint")?);
    }
    anchors.extend(members(args, &key)?);
    let witnesses =
        args.witness.iter().map(|text| witness(text)).collect::<Result<Vec<Witness>, CheckError>>()?;
    let check = Check {
        key: &key,
        witnesses: &witnesses,
        anchors: &anchors,
        since_anchor: args.since.is_some(),
        signatures: !args.hashes_only,
    };
    let verified = disk::verify(&which.log, &check).map_err(told)?;
    let lacking = verified.witnessed.len() < args.witnesses;
    output::write(Stream::Out, &words(&verified, lacking.then_some(args.witnesses)))?;
    Ok(if verified.faults.is_empty() && !lacking { 0 } else { TOUCHED })
}

fn witness(given: &str) -> Result<Witness, CheckError> {
    if let Ok(witness) = Witness::parse(given) {
        return Ok(witness);
    }
    let text = hand::small(std::path::Path::new(given), "key of a witness")?;
    Witness::parse(&String::from_utf8_lossy(&text)).map_err(told)
}

/// What a log of checkpoints says about this log.
fn members(args: &Args, key: &LogKey) -> Result<Vec<Vec<u8>>, CheckError> {
    let (Some(path), Some(of_all)) = (&args.log_of_checkpoints, &args.log_of_checkpoints_key) else {
        return Ok(Vec::new());
    };
    let log = Log::open(path, &public_key(of_all)?).map_err(told)?;
    let mut all = Vec::new();
    for record in log.records(0) {
        let (_, record) = record.map_err(told)?;
        match record.predicate {
            Predicate::Member(member) if member.origin == key.name() => {
                all.push(member.checkpoint.into_bytes());
            }
            _ => {}
        }
    }
    if all.is_empty() {
        return Err(CheckError::new("the log of checkpoints does not name this log")
            .with_help("append its checkpoint there with `plancheck log append --checkpoint`"));
    }
    Ok(all)
}

fn words(verified: &Verified, lacking: Option<usize>) -> String {
    let mut text = String::new();
    let size = verified.checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.size);
    for fault in &verified.faults {
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(text, "error: {}", escape(&fault.to_string()));
    }
    if verified.more > 0 {
        let _ = writeln!(text, "and {} more", verified.more);
    }
    if let Some(wanted) = lacking {
        let _ = writeln!(
            text,
            "error: {} witnesses signed the checkpoint, and {wanted} are wanted",
            verified.witnessed.len()
        );
    }
    if verified.faults.is_empty() {
        let _ = writeln!(text, "{size} records, {} of them read: all as they were logged", verified.checked);
    }
    for anchor in &verified.continued {
        let _ = writeln!(text, "continues the checkpoint at {anchor}");
    }
    for seen in &verified.witnessed {
        let _ = writeln!(text, "seen by {} at {}", escape(&seen.witness), seconds(seen.at));
    }
    if verified.unacknowledged > 0 {
        let _ = writeln!(
            text,
            "note: {} records after the checkpoint were never acknowledged; the next append takes them over",
            verified.unacknowledged
        );
    }
    if verified.continued.is_empty() && verified.witnessed.is_empty() && verified.faults.is_empty() {
        text.push_str(
            "note: no checkpoint from elsewhere was given, so an older copy would look just like this\n",
        );
    }
    text
}

fn seconds(at: u64) -> String {
    let stamp = i64::try_from(at).ok().and_then(|at| remit_governance::time::Timestamp::from_second(at).ok());
    stamp.map_or_else(|| at.to_string(), |stamp| stamp.to_string())
}

fn bundle(bytes: &[u8], key: &LogKey) -> Result<u8, CheckError> {
    let read = Bundle::parse(bytes).map_err(told)?;
    match read.verify(key) {
        Ok(proven) => {
            let Checkpoint { origin, size, .. } = proven.checkpoint;
            let (id, at) = (proven.record.predicate.id(), proven.record.predicate.recorded_at());
            let text = format!(
                "record {} of `{}` is proven: id {}, recorded at {}, in a log of {size} records\n",
                read.index,
                escape(&origin),
                escape(id),
                escape(at)
            );
            output::write(Stream::Out, &text)?;
            Ok(0)
        }
        Err(error) => {
            output::write(Stream::Out, &format!("error: {}\n", escape(&error.message)))?;
            Ok(TOUCHED)
        }
    }
}
