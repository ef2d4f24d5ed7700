//! Sources of a configuration: a folder of fixtures, and texts in memory.

#![allow(clippy::disallowed_methods, reason = "a test reads its fixtures itself")]

use std::path::Path;

use plancheck::source::{Files, Index};

/// A folder of fixtures.
pub(crate) struct Disk<'a>(pub(crate) &'a Path);

impl Files for Disk<'_> {
    fn list(&self, folder: &str) -> Result<Vec<String>, String> {
        let entries = std::fs::read_dir(self.0.join(folder)).map_err(|error| error.to_string())?;
        let name =
            |entry: std::io::Result<std::fs::DirEntry>| entry.expect("an entry").file_name().into_string();
        Ok(entries.map(|entry| name(entry).expect("a name")).collect())
    }

    fn read(&self, path: &str) -> Result<Option<String>, String> {
        Ok(std::fs::read_to_string(self.0.join(path)).ok())
    }
}

/// Files by path.
pub(crate) struct Texts<'a>(pub(crate) &'a [(&'a str, &'a str)]);

impl Files for Texts<'_> {
    fn list(&self, folder: &str) -> Result<Vec<String>, String> {
        let inside = self.0.iter().filter_map(|(path, _)| {
            let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
            (parent == folder).then(|| name.to_owned())
        });
        let names: Vec<String> = inside.collect();
        if names.is_empty() { Err("it does not exist".to_owned()) } else { Ok(names) }
    }

    fn read(&self, path: &str) -> Result<Option<String>, String> {
        Ok(self.0.iter().find(|(known, _)| *known == path).map(|(_, text)| (*text).to_owned()))
    }
}

impl Texts<'_> {
    pub(crate) fn index(&self) -> Index {
        Index::read(self, "")
    }
}
