//! A log in a folder, and the only place of this crate that touches files.
//!
//! ```text
//! checkpoint                    signed note: name, number of records, hash over them. What is not in it was never acknowledged
//! key.pub                       the public key, for convenience: whoever checks has it from elsewhere
//! entries/000000000000.jsonl    segments of 256 signed records, a line each; a segment is named by its first record
//! tile/0/000, tile/0/001.p/7    hashes, as C2SP tlog-tiles lays them out
//! lock                          held while somebody writes
//! ```
//!
//! An append writes lines, then tiles, then the checkpoint, each synced before the next. Whatever happens in between, the next writer
//! finds either the old checkpoint with whole signed lines after it, which it takes over, or with a torn one, which it cuts off.

mod read;
mod verify;
mod write;

use std::path::{Path, PathBuf};

pub use read::{Entries, Log, Logged};
pub use verify::{Check, Fault, Verified, verify};
pub use write::{Healed, Writer, Written, init};

use crate::LogError;

/// Records in a segment.
pub const SEGMENT: u64 = 256;

/// Where things stand in a folder.
#[derive(Debug, Clone)]
struct Folder(PathBuf);

impl Folder {
    fn of(path: &Path) -> Self {
        Self(path.to_owned())
    }

    fn checkpoint(&self) -> PathBuf {
        self.0.join("checkpoint")
    }

    fn key(&self) -> PathBuf {
        self.0.join("key.pub")
    }

    fn lock(&self) -> PathBuf {
        self.0.join("lock")
    }

    fn entries(&self) -> PathBuf {
        self.0.join("entries")
    }

    /// The segment that holds a record.
    fn segment(&self, index: u64) -> PathBuf {
        self.entries().join(format!("{:012}.jsonl", index / SEGMENT * SEGMENT))
    }

    fn tile(&self, level: u8, index: u64, width: usize) -> PathBuf {
        self.0.join(crate::tree::path(level, index, width))
    }

    fn error(&self, what: &str, error: &std::io::Error) -> LogError {
        LogError::new(format!(
            "{what} of the log `{}` cannot be used: {error}",
            crate::shown(&self.0.to_string_lossy())
        ))
    }
}
