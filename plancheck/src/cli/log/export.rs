//! `plancheck log export`: decisions in the forms of other systems.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use plancheck::record::row::Row;
use plancheck::record::{export, parquet};
use plancheck::verdict::CheckError;
use remit_decision_log::disk::{Log, Logged};

use super::{Which, hand, told};

/// Rows that are held at once; then they are written, partition by partition.
const HELD: usize = 200_000;
/// Log records in one OTLP request.
const BATCH: usize = 500;

/// Write decisions for other systems. Each is compared with the signed tree first, and names its record.
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    /// Form
    #[arg(long, value_enum)]
    format: Form,
    /// File to write; for parquet the folder, in which there is a folder per day and workspace
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// Begin with this record
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    from: u64,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Form {
    /// OCSF 1.8 compliance findings, one JSON object a line
    Ocsf,
    /// `CloudEvents` 1.0 with every kind of record, one JSON object a line
    Cloudevents,
    /// OpenTelemetry logs as OTLP JSON, one request a line
    Otel,
    /// Parquet, partitioned by date and workspace
    Parquet,
}

const HELP: &str = "\
Examples:
  plancheck log export --log log --key log.pub --format parquet --out decisions
  plancheck log export --log log --key log.pub --format ocsf --from 12000 --out new.jsonl

`examples/decision-log` has the table definition and queries for Athena, Trino, BigQuery and DuckDB.";

pub(super) fn run(args: &Args) -> Result<u8, CheckError> {
    let log = args.which.open()?;
    match args.format {
        Form::Parquet => tables(args, &log)?,
        form => lines(args, &log, form)?,
    }
    Ok(0)
}

fn lines(args: &Args, log: &Log, form: Form) -> Result<(), CheckError> {
    let wrong = |error: std::io::Error| {
        CheckError::new(format!("the export cannot be written to `{}`: {error}", hand::name(&args.out)))
    };
    let origin = log.checkpoint.origin.as_str();
    let mut file = BufWriter::new(File::create(&args.out).map_err(wrong)?);
    let mut batch: Vec<Logged> = Vec::new();
    for logged in log.logged(args.from) {
        let logged = logged.map_err(told)?;
        match form {
            Form::Ocsf => {
                if let Some(event) = export::ocsf(origin, &logged) {
                    writeln!(file, "{event}").map_err(wrong)?;
                }
            }
            Form::Cloudevents => writeln!(file, "{}", export::cloud_event(origin, &logged)).map_err(wrong)?,
            Form::Otel | Form::Parquet => batch.push(logged),
        }
        if batch.len() >= BATCH {
            writeln!(file, "{}", export::otel(origin, &batch)).map_err(wrong)?;
            batch.clear();
        }
    }
    if !batch.is_empty() {
        writeln!(file, "{}", export::otel(origin, &batch)).map_err(wrong)?;
    }
    file.flush().map_err(wrong)
}

/// The day, and the workspace, as a partition of a table.
type Partition = (String, String);

fn tables(args: &Args, log: &Log) -> Result<(), CheckError> {
    let mut held: BTreeMap<Partition, Vec<Row>> = BTreeMap::new();
    let mut count = 0;
    for logged in log.logged(args.from) {
        let Some(row) = Row::of(&logged.map_err(told)?) else { continue };
        let day = row.recorded_at.chars().take(10).collect();
        held.entry((day, row.workspace.clone())).or_default().push(row);
        count += 1;
        if count == HELD {
            save(&args.out, &std::mem::take(&mut held))?;
            count = 0;
        }
    }
    save(&args.out, &held)
}

/// A file per partition, named by its first record, so that the same records are written to the same files again.
fn save(folder: &Path, held: &BTreeMap<Partition, Vec<Row>>) -> Result<(), CheckError> {
    for ((day, workspace), rows) in held {
        let place = folder.join(format!("date={day}")).join(format!("workspace={}", partition(workspace)));
        let first = rows.first().map_or(0, |row| row.log_index);
        let path = place.join(format!("{first:012}.parquet"));
        let wrong = |error: String| {
            CheckError::new(format!("the export cannot be written to `{}`: {error}", hand::name(&path)))
        };
        fs::create_dir_all(&place).map_err(|error| wrong(error.to_string()))?;
        let file = File::create(&path).map_err(|error| wrong(error.to_string()))?;
        parquet::write(rows, BufWriter::new(file)).map_err(|error| wrong(error.to_string()))?;
    }
    Ok(())
}

/// A workspace as the name of a folder, escaped as Hive does; the empty one by Hive's word for it.
fn partition(workspace: &str) -> String {
    use std::fmt::Write as _;
    if workspace.is_empty() {
        return "__HIVE_DEFAULT_PARTITION__".to_owned();
    }
    workspace.bytes().fold(String::new(), |mut name, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            name.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(name, "%{byte:02X}");
        }
        name
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workspaces_are_folders_and_never_paths() {
        for (workspace, folder) in
            [("prod", "prod"), ("", "__HIVE_DEFAULT_PARTITION__"), ("../x", "..%2Fx"), ("a=b c", "a%3Db%20c")]
        {
            assert_eq!(partition(workspace), folder);
        }
    }
}
