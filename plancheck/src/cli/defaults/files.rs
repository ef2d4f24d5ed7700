//! Folders that are reviewed: what in them is a plan, a state, configuration or a Python project.

use std::fs;
use std::path::{Path, PathBuf};

use plancheck::defaults::python::Form;
use plancheck::defaults::written;
use plancheck::source::Entry;
use plancheck::suggest::as_plan;
use plancheck::text::escape;
use plancheck::verdict::CheckError;

use crate::cli::{input, source};

/// How deep folders are looked into, and how many names there may be in all: more is not what people keep.
const DEEPEST: usize = 32;
const MOST: usize = 200_000;

/// What holds other people's code, or Terraform's own.
const PASSED_OVER: [&str; 6] = [".terraform", ".git", "node_modules", ".venv", "venv", "site-packages"];

/// A plan, or what was made into one.
pub(super) struct Found {
    pub(super) name: String,
    pub(super) plan: Vec<u8>,
}

/// A state as a plan in which nothing changes.
pub(super) fn state(path: &Path) -> Result<Found, CheckError> {
    let plan = as_plan(&input::whole_plan(path)?)?.into_bytes();
    Ok(Found { name: path.to_string_lossy().into_owned(), plan })
}

/// The plans, states and configurations in a folder.
pub(super) fn folder(root: &Path) -> Result<Vec<Found>, CheckError> {
    let (mut found, mut configured) = (Vec::new(), Vec::new());
    for path in walk(root)? {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if Entry::of(name) == Some(Entry::Native) {
            configured.extend(path.parent().map(Path::to_owned));
        } else if is_json(&path) && Entry::of(name).is_none() {
            let bytes = input::whole_plan(&path)?;
            found.extend(document(&path, bytes));
        }
    }
    configured.dedup();
    for folder in configured {
        let files = source::declarations(&folder)?;
        let native = files.into_iter().filter(|file| !is_json(Path::new(&file.path))).collect::<Vec<_>>();
        let plan = written::as_plan(&native)?.into_bytes();
        found.push(Found { name: folder.to_string_lossy().into_owned(), plan });
    }
    if found.is_empty() {
        let message =
            format!("there is no plan, state or configuration in `{}`", escape(&root.to_string_lossy()));
        return Err(CheckError::new(message)
            .with_help("plans and states are `.json` files, configuration is `.tf` files"));
    }
    Ok(found)
}

/// What a JSON file holds; nothing where it is neither plan nor state, of which a folder can hold many.
fn document(path: &Path, bytes: Vec<u8>) -> Option<Found> {
    let name = path.to_string_lossy().into_owned();
    let has = |key: &str| {
        let key = format!("\"{key}\"");
        bytes.windows(key.len()).any(|window| window == key.as_bytes())
    };
    if has("resource_changes") && has("format_version") {
        return Some(Found { name, plan: bytes });
    }
    if has("values") && has("terraform_version") && has("format_version") {
        let plan = as_plan(&bytes).ok()?.into_bytes();
        return Some(Found { name, plan });
    }
    None
}

pub(super) fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

/// The files of Python projects in a folder, with their text.
pub(super) fn projects(root: &Path) -> Result<Vec<(Form, String, String)>, CheckError> {
    let mut found = Vec::new();
    for path in walk(root)? {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if let Some(form) = Form::of(name) {
            let text = input::project(&path)?;
            found.push((form, path.to_string_lossy().into_owned(), text));
        }
    }
    if found.is_empty() {
        let message = format!("there is no Python project in `{}`", escape(&root.to_string_lossy()));
        return Err(CheckError::new(message).with_help(
            "looked for are requirements*.txt, poetry.lock, uv.lock, pdm.lock, pylock.toml, Pipfile.lock and pyproject.toml",
        ));
    }
    Ok(found)
}

/// All files below a folder, in order of their paths. Links are not followed.
pub(super) fn walk(root: &Path) -> Result<Vec<PathBuf>, CheckError> {
    let mut files = Vec::new();
    let mut folders = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(&folder, &error))?;
            let kind = entry.file_type().map_err(|error| unreadable(&folder, &error))?;
            let name = entry.file_name();
            if kind.is_file() {
                files.push(entry.path());
            } else if kind.is_dir() && depth < DEEPEST && !PASSED_OVER.iter().any(|known| name == *known) {
                folders.push((entry.path(), depth + 1));
            }
            if files.len() + folders.len() > MOST {
                let message = format!("`{}` holds too many files", escape(&root.to_string_lossy()));
                return Err(CheckError::new(message).with_help("give the folders that matter one by one"));
            }
        }
    }
    files.sort();
    Ok(files)
}

fn unreadable(path: &Path, error: &std::io::Error) -> CheckError {
    CheckError::new(format!("`{}` cannot be read: {error}", escape(&path.to_string_lossy())))
}
