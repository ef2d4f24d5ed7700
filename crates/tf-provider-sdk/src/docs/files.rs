//! Pages and examples on disk. What is in them is not decided here.

use std::fs;
use std::io;
use std::path::Path;

use super::page::MARK;
use super::{DocsError, Files, Stale};

/// Folders of the Registry layout that are generated or feed the generator.
const FOLDERS: [&str; 7] = [
    "actions",
    "data-sources",
    "ephemeral-resources",
    "functions",
    "list-resources",
    "provider",
    "resources",
];
const ENDINGS: [&str; 4] = ["hcl", "md", "sh", "tf"];

/// Reads the files of an `examples`, `templates` or `docs` folder that concern generated pages: `index.md`, and what ends in
/// `.md`, `.tf`, `.hcl` or `.sh` in the folders of the Registry layout. Other files and folders, symbolic links and a folder that does
/// not exist count as nothing. Line ends become `\n`, so that a checkout with others is not stale.
pub fn read(folder: &Path) -> Result<Files, DocsError> {
    let mut files = Files::new();
    if folder.join("index.md").exists() {
        files.insert("index.md".to_owned(), text(&folder.join("index.md"))?);
    }
    for name in FOLDERS {
        collect(&folder.join(name), name, true, &mut files)?;
    }
    Ok(files)
}

/// The layout is two folders deep, so nothing below that is looked at.
fn collect(folder: &Path, prefix: &str, deeper: bool, files: &mut Files) -> Result<(), DocsError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(at(folder, error)),
    };
    for entry in entries {
        let entry = entry.map_err(|error| at(folder, error))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(|error| at(&path, error))?;
        let name = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if kind.is_dir() && deeper {
            collect(&path, &name, false, files)?;
        } else if kind.is_file() && ENDINGS.contains(&ending) {
            files.insert(name, text(&path)?);
        }
    }
    Ok(())
}

#[allow(
    clippy::disallowed_methods,
    reason = "pages and examples are files; rendering takes them as a parameter"
)]
fn text(path: &Path) -> Result<String, DocsError> {
    let text = fs::read_to_string(path).map_err(|error| at(path, error))?;
    Ok(text.replace("\r\n", "\n"))
}

/// Compares the `docs` folder with rendered pages. `refresh` says how to make them anew and completes "to refresh them, …".
///
/// Pages written by hand, beside the generated ones, are not looked at.
pub fn check(pages: &Files, docs: &Path, refresh: &str) -> Result<(), DocsError> {
    let committed = read(docs)?;
    let mut stale = Stale {
        refresh: refresh.to_owned(),
        superfluous: superfluous(pages, &committed),
        ..Stale::default()
    };
    for (page, fresh) in pages {
        match committed.get(page) {
            None => stale.missing.push(page.clone()),
            Some(found) if found != fresh => {
                stale.changed.push((page.clone(), first_difference(found, fresh)));
            }
            Some(_) => {}
        }
    }
    if stale.is_empty() { Ok(()) } else { Err(DocsError::Stale(stale)) }
}

/// Brings the `docs` folder up to date: writes pages that differ and removes generated ones of what no longer exists. Pages
/// written by hand stay, unless a generated page has their name.
pub fn write(pages: &Files, docs: &Path) -> Result<(), DocsError> {
    let committed = read(docs)?;
    for (page, fresh) in pages.iter().filter(|(page, fresh)| committed.get(*page) != Some(*fresh)) {
        let path = docs.join(page);
        let folder = path.parent().unwrap_or(docs);
        fs::create_dir_all(folder).map_err(|error| at(folder, error))?;
        fs::write(&path, fresh).map_err(|error| at(&path, error))?;
    }
    for page in superfluous(pages, &committed) {
        let path = docs.join(page);
        fs::remove_file(&path).map_err(|error| at(&path, error))?;
    }
    Ok(())
}

/// For the test that keeps pages current: checks them, or writes them if the environment variable is set to `1`.
pub fn check_or_write(pages: &Files, docs: &Path, variable: &str) -> Result<(), DocsError> {
    #[allow(
        clippy::disallowed_methods,
        reason = "the caller names the variable by which a person asks for fresh pages"
    )]
    let wanted = std::env::var_os(variable).is_some_and(|value| value == "1");
    if wanted {
        return write(pages, docs);
    }
    check(pages, docs, &format!("run this test with {variable}=1 and review the difference"))
}

fn superfluous(pages: &Files, committed: &Files) -> Vec<String> {
    let ours = committed.iter().filter(|(_, text)| text.lines().take(3).any(|line| line == MARK));
    ours.map(|(page, _)| page).filter(|page| !pages.contains_key(*page)).cloned().collect()
}

fn first_difference(found: &str, fresh: &str) -> usize {
    let same = found.split('\n').zip(fresh.split('\n')).take_while(|(found, fresh)| found == fresh).count();
    same + 1
}

fn at(path: &Path, error: io::Error) -> DocsError {
    DocsError::File { path: path.to_owned(), error }
}
