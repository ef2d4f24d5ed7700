//! `plancheck log show`: one record, whole.

use plancheck::verdict::CheckError;

use super::{Which, told};
use crate::cli::output::{self, Stream};

/// Show one record as JSON, after its place in the log was checked.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Id of the record, or its number
    id: String,
    #[command(flatten)]
    which: Which,
}

pub(super) fn run(args: &Args) -> Result<u8, CheckError> {
    let log = args.which.open()?;
    let index = super::prove::find(&log, &args.id)?;
    let record = log.records(index).next().transpose().map_err(told)?;
    let Some((_, record)) = record else {
        return Err(CheckError::new(format!("there is no record {index} in the log")));
    };
    let json: serde_json::Value = record.to_json().map_err(told).and_then(|bytes| {
        serde_json::from_slice(&bytes).map_err(|error| CheckError::new(error.to_string()))
    })?;
    output::write(Stream::Out, &plancheck::record::shown(&json))?;
    Ok(0)
}
