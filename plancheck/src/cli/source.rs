//! The folder of `.tf` files, read for the library.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::{Component, Path, PathBuf};

use plancheck::declared::WrittenFile;
use plancheck::source::{Entry, Files, Index};
use plancheck::text::escape;
use plancheck::verdict::CheckError;

/// What people write is smaller; what is larger was made by a program, and takes longer to read than a check should.
const LARGEST: u64 = 1024 * 1024;

/// How many names a folder may hold.
const MOST_NAMES: usize = 100_000;

struct Folder<'a>(&'a Path);

impl Files for Folder<'_> {
    fn list(&self, folder: &str) -> Result<Vec<String>, String> {
        let entries = fs::read_dir(self.0.join(folder)).map_err(|error| clause(&error))?;
        // A name that is no text is none that Terraform would load.
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Ok(names.take(MOST_NAMES).collect())
    }

    fn read(&self, path: &str) -> Result<Option<String>, String> {
        let path = self.0.join(path);
        // Asked before it is opened: opening a pipe would wait for somebody to write to it.
        let about = match fs::metadata(&path) {
            Ok(about) => about,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(clause(&error)),
        };
        if !about.is_file() {
            return Err("it is no regular file".to_owned());
        }
        let mut text = Vec::new();
        let file = File::open(&path).map_err(|error| clause(&error))?;
        file.take(LARGEST + 1).read_to_end(&mut text).map_err(|error| clause(&error))?;
        if u64::try_from(text.len()).is_ok_and(|size| size > LARGEST) {
            return Err("it is larger than 1 MB".to_owned());
        }
        String::from_utf8(text).map(Some).map_err(|_| "it is not UTF-8".to_owned())
    }
}

fn clause(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "it does not exist".to_owned(),
        ErrorKind::PermissionDenied => "it may not be read".to_owned(),
        ErrorKind::NotADirectory => "it is no folder".to_owned(),
        _ => "it cannot be read".to_owned(),
    }
}

/// Reads the source. A folder without any `.tf` file is a mistake, and so is refused.
pub(super) fn index(root: &Path) -> Result<Index, CheckError> {
    let name = escape(&root.to_string_lossy());
    let help = "give the folder that `terraform plan` ran in";
    if !root.is_dir() {
        return Err(CheckError::new(format!("there is no folder `{name}` with the source")).with_help(help));
    }
    let index = Index::read(&Folder(root), &seen_from_here(root));
    if index.is_empty() {
        let error = CheckError::new(format!("there is no `.tf` file with a block in `{name}`"));
        return Err(error.with_help(help));
    }
    Ok(index)
}

/// Whether a path is that of HCL, or of its JSON form.
pub(super) fn is_written(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    Entry::of(name).is_some()
}

/// Reads the `.tf` files of a folder, or the one that is given, for the declarations in them.
pub(super) fn declarations(path: &Path) -> Result<Vec<WrittenFile>, CheckError> {
    let (folder, names) = if path.is_dir() {
        let names = Folder(path).list("").map_err(|why| unreadable(path, &why))?;
        (path, names.into_iter().filter(|name| Entry::of(name).is_some()).collect())
    } else {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        (path.parent().unwrap_or(Path::new("")), vec![name.to_owned()])
    };
    let mut files = Vec::new();
    for name in names {
        let path = folder.join(&name);
        let text =
            Folder(folder).read(&name).and_then(|text| text.ok_or_else(|| "it does not exist".to_owned()));
        let text = text.map_err(|why| unreadable(&path, &why))?;
        files.push(WrittenFile { path: path.to_string_lossy().into_owned(), text });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn unreadable(path: &Path, why: &str) -> CheckError {
    let name = escape(&path.to_string_lossy());
    CheckError::new(format!("the governance in `{name}` cannot be read: {why}"))
}

/// The folder as a relative path; empty where it does not lie below the current one.
fn seen_from_here(root: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let relative = if root.is_absolute() { root.strip_prefix(&here).ok() } else { Some(root) };
    let parts = relative.into_iter().flat_map(Path::components);
    let path: PathBuf = parts.filter(|part| !matches!(part, Component::CurDir)).collect();
    path.to_string_lossy().replace('\\', "/")
}
