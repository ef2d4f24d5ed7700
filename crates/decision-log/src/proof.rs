//! One record taken out of a log with everything that shows it was in there: whoever has this and the public key needs nothing else.

use serde::{Deserialize, Serialize};
use tlog_tiles::{Hash, check_record, record_hash};

use crate::LogError;
use crate::checkpoint::Checkpoint;
use crate::dsse;
use crate::key::LogKey;
use crate::record::Record;

/// The only form there is.
const FORMAT: &str = "remit-proof/1";
/// A tree of 2^64 records has no longer path.
const LONGEST_PATH: usize = 64;

/// A record with its path to the root of a signed tree.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// The form, `remit-proof/1`.
    pub format: String,
    /// The number of the record, from 0.
    pub index: u64,
    /// The signed line as it stands in the log.
    pub entry: String,
    /// The hashes beside the path from the record to the root, lowest first, in base64.
    pub path: Vec<String>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

/// A record that was proven to stand in a log.
#[derive(Debug, Clone)]
pub struct Proven {
    /// The record.
    pub record: Record,
    /// The log at that time.
    pub checkpoint: Checkpoint,
}

impl Bundle {
    pub(crate) fn new(index: u64, entry: String, path: &[Hash], checkpoint: String) -> Self {
        let path = path.iter().map(Hash::to_string).collect();
        Self { format: FORMAT.to_owned(), index, entry, path, checkpoint }
    }

    /// Reads a bundle.
    pub fn parse(bytes: &[u8]) -> Result<Self, LogError> {
        let bundle: Self = serde_json::from_slice(bytes).map_err(|_| {
            LogError::new("this is not a proof bundle").with_help("`plancheck log prove` writes one")
        })?;
        if bundle.format == FORMAT {
            Ok(bundle)
        } else {
            Err(LogError::new("the proof bundle has a format that is not known"))
        }
    }

    /// The bundle as a file.
    pub fn to_json(&self) -> Result<String, LogError> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| LogError::new(format!("the bundle cannot be written: {error}")))?;
        Ok(text + "\n")
    }

    /// Checks everything: the signature on the checkpoint, the path to its root, the signature on the record, and its own number.
    pub fn verify(&self, key: &LogKey) -> Result<Proven, LogError> {
        let checkpoint = Checkpoint::open(self.checkpoint.as_bytes(), key)?;
        if self.path.len() > LONGEST_PATH {
            return Err(LogError::new("the path to the root is longer than any tree is high"));
        }
        let path: Vec<Hash> = self
            .path
            .iter()
            .map(|hash| Hash::parse_hash(hash))
            .collect::<Result<_, _>>()
            .map_err(|_| LogError::new("the path to the root is no list of hashes"))?;
        let leaf = record_hash(self.entry.as_bytes());
        check_record(&path, checkpoint.size, checkpoint.root, self.index, leaf)
            .map_err(|_| LogError::new("the record does not stand at this place of that log"))?;
        let signed = dsse::read(self.entry.as_bytes())?;
        if !signed.is_signed_by(key) {
            return Err(LogError::new("the record is not signed by the key of the log"));
        }
        let record = Record::parse(signed.payload())?;
        if record.predicate.chain().index != self.index {
            return Err(LogError::new("the record says that it stands at another place"));
        }
        Ok(Proven { record, checkpoint })
    }
}
