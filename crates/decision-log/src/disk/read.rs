//! Reading a log: its checkpoint, records in order, hashes from tiles. Nothing that is read here is believed by itself; what a proof or a
//! decision rests on is compared with the signed checkpoint.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _};
use std::path::Path;

use tlog_tiles::{Error, HashReader as _, Tile, TileHashReader, TileReader, prove_record};

use super::{Folder, SEGMENT};
use crate::checkpoint::{self, Checkpoint};
use crate::dsse::LONGEST;
use crate::key::LogKey;
use crate::proof::Bundle;
use crate::record::Record;
use crate::tree::{self, Edge, HEIGHT, Hash, WIDTH, record_hash};
use crate::{LogError, dsse};

/// A log with the checkpoint that it had when it was opened. What others append meanwhile is not seen.
pub struct Log {
    pub(super) folder: Folder,
    pub(super) key: LogKey,
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// Its signed text.
    pub note: Vec<u8>,
}

impl Log {
    /// Opens a log whose checkpoint this key must have signed.
    pub fn open(path: &Path, key: &LogKey) -> Result<Self, LogError> {
        let folder = Folder::of(path);
        let note = bounded(&folder.checkpoint(), checkpoint::LARGEST).map_err(|error| {
            let error = folder.error("the checkpoint", &error);
            error.with_help(
                "`plancheck log init` makes a log; a log that was there and is gone is lost evidence",
            )
        })?;
        let checkpoint = Checkpoint::open(&note, key)?;
        Ok(Self { folder, key: key.clone(), checkpoint, note })
    }

    /// The key that lies in the folder: good enough to look around, never to prove anything.
    pub fn own_key(path: &Path) -> Result<LogKey, LogError> {
        let folder = Folder::of(path);
        let text =
            bounded(&folder.key(), checkpoint::LARGEST).map_err(|error| folder.error("the key", &error))?;
        LogKey::parse(&String::from_utf8_lossy(&text))
    }

    /// The key that the checkpoint was checked with.
    pub fn key(&self) -> &LogKey {
        &self.key
    }

    /// The signed lines from a record on, in order, as far as the checkpoint reaches.
    pub fn lines(&self, from: u64) -> Entries<'_> {
        Entries { log: self, next: from, reader: None }
    }

    /// The records from one on, each compared with the tree of the checkpoint: what comes out was in the log when its key signed.
    pub fn records(&self, from: u64) -> impl Iterator<Item = Result<(u64, Record), LogError>> + '_ {
        self.logged(from).map(|logged| logged.map(|logged| (logged.index, logged.record)))
    }

    /// The same, with what says where each stands in the tree.
    pub fn logged(&self, from: u64) -> impl Iterator<Item = Result<Logged, LogError>> + '_ {
        let mut leaves = Leaves { log: self, tile: None };
        self.lines(from).map(move |line| {
            let (index, line) = line?;
            let leaf = record_hash(&line);
            if leaves.at(index)? != leaf {
                let message = format!("record {index} is not the one that was logged");
                return Err(LogError::new(message).with_help("`plancheck log verify` says what was touched"));
            }
            let signed = dsse::read(&line);
            let statement = signed.map(|signed| signed.payload().to_vec());
            let read =
                statement.and_then(|statement| Record::parse(&statement).map(|record| (statement, record)));
            let (statement, record) = read.map_err(|error| {
                LogError::new(format!("record {index} cannot be read: {}", error.message))
            })?;
            Ok(Logged { index, hash: super::write::hex(&leaf), statement, record })
        })
    }

    /// A record with what proves it.
    pub fn prove(&self, index: u64) -> Result<Bundle, LogError> {
        let (_, line) = self
            .lines(index)
            .next()
            .unwrap_or_else(|| Err(LogError::new(format!("there is no record {index}"))))?;
        let reader = TileHashReader::new(self.checkpoint.size, self.checkpoint.root, self);
        let path = prove_record(self.checkpoint.size, index, &reader)
            .map_err(|error| LogError::new(format!("the tiles do not prove record {index}: {error}")))?;
        let text = |bytes: &[u8]| {
            String::from_utf8(bytes.to_vec())
                .map_err(|_| LogError::new(format!("record {index} is not text")))
        };
        Ok(Bundle::new(index, text(&line)?, &path, text(&self.note)?))
    }

    /// The edge of the tree at some size, from the tiles. It is worth something once its root was compared.
    pub(super) fn edge(&self, size: u64) -> Result<Edge, LogError> {
        Edge::load(size, |level, index, width| self.hashes(level, index, width))
    }

    /// The first hashes of a tile. A wider tile begins with them.
    pub(super) fn hashes(&self, level: u8, index: u64, width: usize) -> Result<Vec<Hash>, LogError> {
        let mut last = None;
        for found in width..=WIDTH {
            match bounded(&self.folder.tile(level, index, found), WIDTH * 32) {
                Ok(bytes) => {
                    let mut hashes = tree::hashes(&bytes);
                    if bytes.len() % 32 == 0 && hashes.len() >= width {
                        hashes.truncate(width);
                        return Ok(hashes);
                    }
                    last = Some(format!("it holds {} bytes", bytes.len()));
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => last = Some(error.to_string()),
            }
        }
        let name = tree::path(level, index, width);
        let why = last.unwrap_or_else(|| "it is missing".to_owned());
        Err(LogError::new(format!("the tile `{name}` cannot be used: {why}")))
    }

    /// How many hashes the tile on a level has in this log.
    pub(super) fn width(&self, level: u8, index: u64) -> usize {
        let count = self.checkpoint.size.checked_shr(u32::from(HEIGHT) * u32::from(level)).unwrap_or(0);
        let before = index.saturating_mul(WIDTH as u64);
        usize::try_from(count.saturating_sub(before)).unwrap_or(WIDTH).min(WIDTH)
    }
}

/// A record as it was logged.
pub struct Logged {
    /// Its number.
    pub index: u64,
    /// Its leaf hash in hexadecimal digits.
    pub hash: String,
    /// The statement as it was signed.
    pub statement: Vec<u8>,
    /// The record.
    pub record: Record,
}

impl TileReader for Log {
    fn height(&self) -> u8 {
        HEIGHT
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, Error> {
        let read = |tile: &Tile| {
            let width = usize::try_from(tile.width()).map_err(|_| Error::InvalidTile)?;
            let hashes = self.hashes(tile.level(), tile.level_index(), width);
            hashes.map(|hashes| tree::bytes(&hashes)).map_err(|error| Error::InvalidInput(error.message))
        };
        tiles.iter().map(read).collect()
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

/// Hashes of records as the tiles have them, each tile checked against the checkpoint once.
struct Leaves<'a> {
    log: &'a Log,
    tile: Option<(u64, Vec<Hash>)>,
}

impl Leaves<'_> {
    fn at(&mut self, index: u64) -> Result<Hash, LogError> {
        let wide = WIDTH as u64;
        let number = index / wide;
        if self.tile.as_ref().is_none_or(|(held, _)| *held != number) {
            let checkpoint = &self.log.checkpoint;
            let reader = TileHashReader::new(checkpoint.size, checkpoint.root, self.log);
            let last = (number * wide + wide).min(checkpoint.size);
            let indexes: Vec<u64> =
                (number * wide..last).map(|leaf| tlog_tiles::stored_hash_index(0, leaf)).collect();
            let hashes = reader.read_hashes(&indexes).map_err(|error| {
                LogError::new(format!("the tiles do not fit the checkpoint at record {index}: {error}"))
                    .with_help("`plancheck log verify` says what was touched")
            })?;
            self.tile = Some((number, hashes));
        }
        let within = usize::try_from(index % wide).unwrap_or_default();
        let hash = self.tile.as_ref().and_then(|(_, hashes)| hashes.get(within).copied());
        hash.ok_or_else(|| LogError::new(format!("there is no record {index}")))
    }
}

/// Signed lines in order.
pub struct Entries<'a> {
    log: &'a Log,
    next: u64,
    reader: Option<BufReader<File>>,
}

impl Entries<'_> {
    /// The segment of the next record, up to that record.
    fn begin(&self) -> Result<BufReader<File>, LogError> {
        let missing = |why: &str| LogError::new(format!("record {} cannot be read: {why}", self.next));
        let file = File::open(self.log.folder.segment(self.next));
        let mut reader =
            BufReader::with_capacity(1 << 18, file.map_err(|error| missing(&error.to_string()))?);
        for _ in 0..self.next % SEGMENT {
            if line(&mut reader).map_err(|error| missing(&error.to_string()))?.is_none() {
                return Err(missing("its segment ends before it"));
            }
        }
        Ok(reader)
    }

    fn read(&mut self) -> Result<Vec<u8>, LogError> {
        let missing = |why: &str| LogError::new(format!("record {} cannot be read: {why}", self.next));
        if self.next.is_multiple_of(SEGMENT) {
            self.reader = None;
        }
        let mut reader = if let Some(reader) = self.reader.take() { reader } else { self.begin()? };
        let found = line(&mut reader).map_err(|error| missing(&error.to_string()))?;
        let found = found.ok_or_else(|| missing("its segment ends before it"))?;
        self.reader = Some(reader);
        Ok(found)
    }
}

impl Iterator for Entries<'_> {
    type Item = Result<(u64, Vec<u8>), LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.log.checkpoint.size {
            return None;
        }
        match self.read() {
            Ok(line) => {
                let index = self.next;
                self.next += 1;
                Some(Ok((index, line)))
            }
            Err(error) => {
                self.next = u64::MAX;
                Some(Err(error))
            }
        }
    }
}

/// A whole line without its end; `None` at the end of the file, or where the last line has none.
pub(super) fn line(reader: &mut BufReader<File>) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let most = u64::try_from(LONGEST).unwrap_or(u64::MAX);
    reader.take(most).read_until(b'\n', &mut line)?;
    Ok((line.pop() == Some(b'\n')).then_some(line))
}

/// A small file, up to so many bytes.
pub(super) fn bounded(path: &Path, most: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > most {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "it is too large"));
    }
    Ok(bytes)
}

/// How many bytes a file has up to the end of its `count`th line.
pub(super) fn length_of(path: &Path, count: u64) -> std::io::Result<Option<u64>> {
    let mut reader = BufReader::with_capacity(1 << 18, File::open(path)?);
    for _ in 0..count {
        if line(&mut reader)?.is_none() {
            return Ok(None);
        }
    }
    reader.stream_position().map(Some)
}
