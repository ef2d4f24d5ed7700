//! The ledger: requests that were used up, a file each, in a folder that outlives the run. Making a file that must not exist
//! is what no two runs can both do.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use plancheck::verdict::CheckError;
use remit_governance::time::Timestamp;

use super::hand;

/// An ordinary use, an emergency, and that somebody looked at it.
const USED: &str = "used";
const BREAK_GLASS: &str = "break-glass";
const REVIEWED: &str = "reviewed";

/// What a folder remembers.
#[derive(Default)]
pub(super) struct Ledger<'a> {
    folder: Option<&'a Path>,
    names: BTreeSet<String>,
}

impl<'a> Ledger<'a> {
    /// Reads a folder, which must be there: one that is made on demand would remember nothing.
    pub(super) fn open(folder: &'a Path) -> Result<Self, CheckError> {
        let wrong = |why: String| {
            CheckError::new(format!("the ledger `{}` cannot be read: {why}", hand::name(folder)))
                .with_help("make the folder once, where it outlives the run and the agents cannot write")
        };
        let mut names = BTreeSet::new();
        for entry in std::fs::read_dir(folder).map_err(|error| wrong(error.to_string()))? {
            let entry = entry.map_err(|error| wrong(error.to_string()))?;
            names.insert(entry.file_name().to_string_lossy().into_owned());
        }
        Ok(Self { folder: Some(folder), names })
    }

    /// Requests that were used up.
    pub(super) fn used(&self) -> BTreeSet<String> {
        self.of(USED).chain(self.of(BREAK_GLASS)).collect()
    }

    /// Emergencies that nobody has reviewed: a file `<request>.reviewed` beside them says that somebody has.
    pub(super) fn unreviewed(&self) -> Vec<String> {
        let reviewed: BTreeSet<String> = self.of(REVIEWED).collect();
        self.of(BREAK_GLASS).filter(|request| !reviewed.contains(request)).collect()
    }

    /// Uses a request up, or fails because another run has.
    pub(super) fn use_up(&self, request: &str, break_glass: bool, now: Timestamp) -> Result<(), CheckError> {
        let Some(folder) = self.folder else { return Ok(()) };
        let kind = if break_glass { BREAK_GLASS } else { USED };
        let path = folder.join(format!("{request}.{kind}"));
        let made = OpenOptions::new().write(true).create_new(true).open(path);
        match made.and_then(|mut file| writeln!(file, "{now}").and_then(|()| file.sync_all())) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                Err(CheckError::new("the request was used already, so nothing was applied")
                    .with_help("make a new request; each is good for one run"))
            }
            Err(error) => Err(CheckError::new(format!(
                "the ledger `{}` cannot be written, so nothing was applied: {error}",
                hand::name(folder)
            ))),
        }
    }

    fn of(&self, kind: &'static str) -> impl Iterator<Item = String> + '_ {
        self.names.iter().filter_map(move |name| {
            let (request, found) = name.rsplit_once('.')?;
            (found == kind).then(|| request.to_owned())
        })
    }
}
