//! `plancheck log append`: what was not decided here and belongs into the log all the same.

use std::path::PathBuf;

use plancheck::verdict::CheckError;
use remit_decision_log::checkpoint::Checkpoint;
use remit_decision_log::disk::Writer;
use remit_decision_log::record::{
    Asserted, Asserter, Chain, Member, Predicate, Record, Review, ReviewSaid, Sha256, Subject,
};
use remit_governance::Digest;

use super::{Surroundings, hand, private_key, public_key, told};
use crate::cli::output::{self, Stream};

/// Append what was not decided here.
///
/// With `--review`, that somebody looked at a change which was applied under the emergency rule. With `--checkpoint`, the state of
/// another log: a log of checkpoints over the logs of all workspaces tells when one of them is cut, rolled back or forked.
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// Folder of the log
    #[arg(long, value_name = "DIR")]
    log: PathBuf,
    /// Private key of the log
    #[arg(long, value_name = "FILE", env = "REMIT_LOG_KEY")]
    log_key: PathBuf,
    /// Request that was used in the emergency
    #[arg(long, value_name = "REQUEST", requires_all = ["reviewer", "conclusion"], required_unless_present = "checkpoint")]
    review: Option<String>,
    /// Who looked at it
    #[arg(long, value_name = "EMAIL", requires = "review")]
    reviewer: Option<String>,
    /// What they found
    #[arg(long, value_name = "TEXT", requires = "review")]
    conclusion: Option<String>,
    /// File `checkpoint` of another log
    #[arg(long, value_name = "FILE", requires = "member_key", conflicts_with = "review")]
    checkpoint: Option<PathBuf>,
    /// Public key of the other log: a file, or the key itself
    #[arg(long, value_name = "KEY", requires = "checkpoint")]
    member_key: Option<String>,
}

const HELP: &str = "\
Examples:
  plancheck log append --log log --log-key log.key --review 8c41… --reviewer lee.park@example.com --conclusion 'was needed'
  plancheck log append --log all --log-key all.key --checkpoint log/checkpoint --member-key log.pub";

pub(super) fn run(args: &Args, surroundings: &Surroundings) -> Result<u8, CheckError> {
    let key = private_key(&args.log_key)?;
    let record = match (&args.checkpoint, &args.member_key) {
        (Some(_), Some(member)) => member_record(args, member, surroundings)?,
        _ => review(args, surroundings)?,
    };
    let mut writer = Writer::open(&args.log, &key).map_err(told)?;
    let written = writer.append(vec![record]).map_err(told)?;
    for written in written {
        output::write(Stream::Out, &format!("record {}\n", written.index))?;
    }
    Ok(0)
}

fn review(args: &Args, surroundings: &Surroundings) -> Result<Record, CheckError> {
    let request = args.review.clone().unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (reviewer, conclusion) = (text(&args.reviewer), text(&args.conclusion));
    if [&request, &reviewer, &conclusion].iter().any(|text| text.trim().is_empty()) {
        return Err(CheckError::new("a review names its request, who looked, and what they found"));
    }
    Ok(Record {
        subject: vec![subject("request", request.as_bytes())],
        predicate: Predicate::Review(Review {
            id: hand::random_id()?,
            chain: Chain::default(),
            recorded_at: surroundings.now.to_string(),
            request,
            said: Asserted { asserted_by: Asserter::Caller, value: ReviewSaid { reviewer, conclusion } },
        }),
    })
}

fn member_record(args: &Args, member: &str, surroundings: &Surroundings) -> Result<Record, CheckError> {
    let path = args.checkpoint.as_deref().unwrap_or(std::path::Path::new(""));
    let text = hand::small(path, "checkpoint")?;
    let key = public_key(member)?;
    let checkpoint = Checkpoint::open(&text, &key).map_err(told)?;
    Ok(Record {
        subject: vec![subject("checkpoint", &text)],
        predicate: Predicate::Member(Member {
            id: hand::random_id()?,
            chain: Chain::default(),
            recorded_at: surroundings.now.to_string(),
            origin: checkpoint.origin,
            size: checkpoint.size,
            key: key.text().to_owned(),
            checkpoint: String::from_utf8_lossy(&text).into_owned(),
        }),
    })
}

fn subject(name: &str, bytes: &[u8]) -> Subject {
    let digest = Digest::of(bytes).to_string();
    let sha256 = digest.strip_prefix("sha256:").unwrap_or(&digest).to_owned();
    Subject { name: name.to_owned(), digest: Sha256 { sha256 } }
}
