//! `plancheck log query`: records by time, envelope, actor, verdict, address and cost.

use plancheck::record::row::{Filter, Row, Table};
use plancheck::verdict::CheckError;
use remit_governance::time::{Timestamp, parse_instant};

use super::{Which, told};
use crate::cli::output::{self, Stream};

/// Find records. Each is compared with the signed tree before it is shown; for many millions, export them and ask an engine.
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    /// Recorded at this instant or later: 2026-10-01T00:00:00Z
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    since: Option<Timestamp>,
    /// Recorded before this instant
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    until: Option<Timestamp>,
    /// Name of an envelope that governed it
    #[arg(long, value_name = "NAME")]
    envelope: Option<String>,
    /// Somebody who acted, approved or is named as an author; any part of the name
    #[arg(long, value_name = "TEXT")]
    actor: Option<String>,
    /// What was decided
    #[arg(long, value_name = "VERDICT", value_parser = ["allowed", "consent_required", "denied"])]
    verdict: Option<String>,
    /// Address that a finding names; any part of it
    #[arg(long, value_name = "TEXT")]
    address: Option<String>,
    /// Only decisions that cost at least this much more; those that were not priced are left out and counted
    #[arg(long, value_name = "AMOUNT")]
    cost_from: Option<String>,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = Form::Table)]
    format: Form,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Form {
    Table,
    Json,
    Csv,
}

const HELP: &str = "\
Examples:
  plancheck log query --log log --key log.pub --verdict denied --since 2026-10-01T00:00:00Z
  plancheck log query --log log --key log.pub --envelope support-agents --format csv > decisions.csv";

pub(super) fn run(args: &Args) -> Result<u8, CheckError> {
    let log = args.which.open()?;
    let filter = Filter {
        since: args.since,
        until: args.until,
        envelope: args.envelope.clone(),
        actor: args.actor.clone(),
        verdict: args.verdict.clone(),
        address: args.address.clone(),
        cost_from: args.cost_from.as_deref().map(amount).transpose()?,
    };
    let mut table = Table::new(filter);
    for logged in log.logged(0) {
        if let Some(row) = Row::of(&logged.map_err(told)?) {
            table.take(row);
        }
    }
    let text = match args.format {
        Form::Table => table.text(),
        Form::Json => table.json(),
        Form::Csv => table.csv(),
    };
    output::write(Stream::Out, &text)?;
    if table.not_priced > 0 {
        output::write(
            Stream::Err,
            &format!("note: {} decisions were not priced and are left out\n", table.not_priced),
        )?;
    }
    Ok(0)
}

fn amount(text: &str) -> Result<remit_governance::Decimal, CheckError> {
    remit_governance::decimal::parse(text)
        .ok_or_else(|| CheckError::new(format!("`{}` is not an amount", plancheck::text::escape(text))))
}
