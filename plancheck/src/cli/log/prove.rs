//! `plancheck log prove`: one record with everything that shows it was logged.

use std::path::PathBuf;

use plancheck::text::escape;
use plancheck::verdict::CheckError;
use remit_decision_log::disk::Log;

use super::{Which, hand, told};
use crate::cli::output::{self, Stream};

/// Write a bundle that proves one record: with it and the public key, `plancheck log verify --bundle` needs nothing else.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Id of the record, or its number
    id: String,
    #[command(flatten)]
    which: Which,
    /// Where to write the bundle; standard output otherwise
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<u8, CheckError> {
    let log = args.which.open()?;
    let bundle = log.prove(find(&log, &args.id)?).and_then(|bundle| bundle.to_json()).map_err(told)?;
    match &args.out {
        Some(path) => hand::write(path, "bundle", &bundle)?,
        None => output::write(Stream::Out, &bundle)?,
    }
    Ok(0)
}

/// The number of a record that people name by its number or by its id.
pub(super) fn find(log: &Log, id: &str) -> Result<u64, CheckError> {
    // An id has 32 digits, which no number of a record has.
    if let Ok(index) = id.parse::<u64>()
        && id.len() < 20
    {
        return Ok(index);
    }
    for record in log.records(0) {
        let (index, record) = record.map_err(told)?;
        if record.predicate.id() == id {
            return Ok(index);
        }
    }
    Err(CheckError::new(format!("there is no record `{}` in the log", escape(id)))
        .with_help("`plancheck log query` lists the records with their ids"))
}
