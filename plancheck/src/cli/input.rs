//! Files that are read: plans of any size, and locks, which are small.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use plancheck::declared::WrittenFile;
use plancheck::text::escape;
use plancheck::verdict::CheckError;

use super::source;

/// A lock or a list that people write holds a few records; what is larger is something else.
const LARGEST_SMALL: u64 = 64 * 1024 * 1024;

/// What a file is for, and what to do when there is none.
struct Purpose {
    what: &'static str,
    help: &'static str,
}

const PLAN: Purpose = Purpose {
    what: "plan",
    help: "write it with `terraform plan -out tfplan`, then `terraform show -json tfplan > plan.json`",
};
const LOCK: Purpose = Purpose {
    what: "governance lock",
    help: "take it from an output that holds `json` of the data source `remit_governance_lock`: `terraform output -raw governance_lock`",
};

const ACCEPTED: Purpose = Purpose {
    what: "list of accepted findings",
    help: "write TOML with one `[[accept]]` per accepted finding",
};

const EVENT: Purpose =
    Purpose { what: "event", help: "give the file that `GITHUB_EVENT_PATH` names, or leave `--event` out" };

const TABLE: Purpose =
    Purpose { what: "table of tests", help: "`plancheck test --help` shows what a table looks like" };

const PROJECT: Purpose =
    Purpose { what: "file of a Python project", help: "leave it out of the folder that is reviewed" };

/// Opens the plan; `-` is standard input. `before_large` hears the size of a file before it is read. A plan is read once, in a stretch at a
/// time, wherever it comes from: memory does not grow with it.
pub(super) fn plan(path: &Path, before_large: impl Fn(u64)) -> Result<Box<dyn io::Read>, CheckError> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin()));
    }
    let (file, size) = open(path, &PLAN)?;
    if let Some(size) = size {
        before_large(size);
    }
    Ok(Box::new(file))
}

/// A plan or a state that is looked at as a whole, wherever it comes from.
pub(super) fn whole_plan(path: &Path) -> Result<Vec<u8>, CheckError> {
    let mut bytes = Vec::new();
    plan(path, |_| {})?.read_to_end(&mut bytes).map_err(|error| unreadable(path, &PLAN, &error))?;
    Ok(bytes)
}

/// Governance as it was given.
pub(super) enum GivenGovernance {
    /// A lock.
    Lock(Vec<u8>),
    /// Files that declare it.
    Files(Vec<WrittenFile>),
}

/// Reads a lock, or the `.tf` files that stand in its place while governance is worked on.
pub(super) fn governance(path: &Path) -> Result<GivenGovernance, CheckError> {
    if path.is_dir() || source::is_written(path) {
        return source::declarations(path).map(GivenGovernance::Files);
    }
    lock(path).map(GivenGovernance::Lock)
}

/// Reads the lock.
pub(super) fn lock(path: &Path) -> Result<Vec<u8>, CheckError> {
    small(path, &LOCK)
}

/// Reads the file of accepted findings.
pub(super) fn accepted(path: &Path) -> Result<String, CheckError> {
    text(path, &ACCEPTED)
}

/// Reads the event that started a run.
pub(super) fn event(path: &Path) -> Result<String, CheckError> {
    text(path, &EVENT)
}

/// Reads a table of tests.
pub(super) fn table(path: &Path) -> Result<String, CheckError> {
    text(path, &TABLE)
}

/// Reads a file that says what a Python project needs.
pub(super) fn project(path: &Path) -> Result<String, CheckError> {
    text(path, &PROJECT)
}

fn text(path: &Path, purpose: &Purpose) -> Result<String, CheckError> {
    String::from_utf8(small(path, purpose)?).map_err(|_| {
        let message = format!("`{}` is not UTF-8, so it is no {}", name(path), purpose.what);
        CheckError::new(message).with_help(purpose.help)
    })
}

fn small(path: &Path, purpose: &Purpose) -> Result<Vec<u8>, CheckError> {
    let (file, _) = open(path, purpose)?;
    let mut bytes = Vec::new();
    file.take(LARGEST_SMALL + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(path, purpose, &error))?;
    if u64::try_from(bytes.len()).is_ok_and(|size| size <= LARGEST_SMALL) {
        return Ok(bytes);
    }
    let message = format!("`{}` is too large to be a {}", name(path), purpose.what);
    Err(CheckError::new(message).with_help(purpose.help))
}

/// An open file, with its size if it is a regular one.
fn open(path: &Path, purpose: &Purpose) -> Result<(File, Option<u64>), CheckError> {
    let opened = File::open(path).and_then(|file| file.metadata().map(|about| (file, about)));
    let (file, about) = opened.map_err(|error| unreadable(path, purpose, &error))?;
    if about.is_dir() {
        let message = format!("`{}` is a directory, not a {}", name(path), purpose.what);
        return Err(CheckError::new(message).with_help(purpose.help));
    }
    let size = about.is_file().then_some(about.len());
    Ok((file, size))
}

fn unreadable(path: &Path, purpose: &Purpose, error: &io::Error) -> CheckError {
    let (what, name) = (purpose.what, name(path));
    match error.kind() {
        io::ErrorKind::NotFound => {
            CheckError::new(format!("there is no {what} at `{name}`")).with_help(purpose.help)
        }
        io::ErrorKind::IsADirectory => {
            CheckError::new(format!("`{name}` is a directory, not a {what}")).with_help(purpose.help)
        }
        _ => CheckError::new(format!("the {what} `{name}` cannot be read: {error}")),
    }
}

fn name(path: &Path) -> String {
    escape(&path.to_string_lossy())
}
