//! `plancheck log report`: the accountability report of a quarter.

use std::path::PathBuf;

use plancheck::record::quarter::{Gathered, Quarter, html, markdown};
use plancheck::verdict::CheckError;

use super::{Which, hand, told};
use crate::cli::output::{self, Stream};

/// Write the accountability report of a quarter: who decided what under which envelope, approvals and their assurance, rejections,
/// emergencies and their reviews, and the headroom of each envelope over time. Markdown on standard output; `--html` writes a page.
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    /// The quarter: 2026-Q4
    #[arg(long, value_name = "QUARTER", value_parser = Quarter::parse)]
    quarter: Quarter,
    /// File for the report as one page that loads nothing, with charts
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

const HELP: &str = "\
Example:
  plancheck log report --log log --key log.pub --quarter 2026-Q4 --html report.html > report.md";

pub(super) fn run(args: &Args) -> Result<u8, CheckError> {
    let log = args.which.open()?;
    let mut gathered = Gathered::default();
    for logged in log.logged(0) {
        gathered.take(args.quarter, &logged.map_err(told)?);
    }
    let checkpoint = format!("{} {}", log.checkpoint.size, log.checkpoint.root);
    let blocks = gathered.blocks(args.quarter, &log.checkpoint.origin, &checkpoint);
    if let Some(path) = &args.html {
        hand::write(path, "report", &html::report(&blocks))?;
    }
    output::write(Stream::Out, &markdown::report(&blocks))?;
    Ok(0)
}
