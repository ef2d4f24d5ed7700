//! `plancheck defaults diff`.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use plancheck::defaults::diff::{self, Document};
use plancheck::verdict::CheckError;

use super::files;
use crate::cli::input;
use crate::cli::output::{self, Stream};

/// What is compared.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// What was: a file or folder of the catalog, or a file written by `terraform providers schema -json`
    before: PathBuf,
    /// What is: the same
    after: PathBuf,
    /// Form of the findings
    #[arg(long, value_enum, default_value_t = Form::Human)]
    format: Form,
}

const EXAMPLES: &str = "\
A schema does not carry the value of a default: compared are who gives a value, and what descriptions say.

Examples:
  terraform providers schema -json > after.json   # once before and once after an upgrade
  plancheck defaults diff before.json after.json";

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    Human,
    Json,
}

/// Compares, and writes what changed.
pub(super) fn run(args: &Args) -> Result<u8, CheckError> {
    let (before, after) = (read(&args.before)?, read(&args.after)?);
    let changes = diff::compare(&documents(&before), &documents(&after))?;
    let text = match args.format {
        Form::Human => changes.to_text(),
        Form::Json => changes.to_json(),
    };
    output::write(Stream::Out, &text)?;
    Ok(if changes.is_open() { 3 } else { 0 })
}

fn documents(files: &[(String, Vec<u8>)]) -> Vec<Document<'_>> {
    files.iter().map(|(name, bytes)| Document { name, bytes }).collect()
}

fn read(path: &Path) -> Result<Vec<(String, Vec<u8>)>, CheckError> {
    let paths: Vec<PathBuf> = if path.is_dir() {
        files::walk(path)?.into_iter().filter(|path| files::is_json(path)).collect()
    } else {
        vec![path.to_owned()]
    };
    paths.iter().map(|path| Ok((path.to_string_lossy().into_owned(), input::whole_plan(path)?))).collect()
}
