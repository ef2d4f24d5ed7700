//! Writing a log: one writer at a time, and nothing is acknowledged before it would survive the process.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{BufReader, Write as _};
use std::path::Path;
use std::time::Duration;

use super::read::{self, Log};
use super::{Folder, SEGMENT};
use crate::checkpoint::Checkpoint;
use crate::dsse;
use crate::key::MachineKey;
use crate::record::Record;
use crate::tree::{self, Edge, Full, Hash, WIDTH, record_hash};
use crate::{LogError, shown};

/// How long to wait for another writer, in steps.
const PATIENCE: u32 = 600;
const STEP: Duration = Duration::from_millis(50);

/// A log that nobody else can write meanwhile.
pub struct Writer {
    log: Log,
    key: MachineKey,
    edge: Edge,
    last: Option<Hash>,
    /// Held, never read.
    _lock: File,
    healed: Healed,
    /// An append failed halfway: what stands in the files now is the next writer's to find out.
    broken: bool,
}

/// What a writer found that an earlier one left unfinished.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Healed {
    /// Whole records after the checkpoint, which were taken over.
    pub adopted: u64,
    /// Bytes of a torn one, which were cut off.
    pub cut: u64,
}

/// A record that was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its number.
    pub index: u64,
    /// Its leaf hash in base64.
    pub hash: String,
}

/// Makes an empty log.
pub fn init(path: &Path, key: &MachineKey) -> Result<(), LogError> {
    let folder = Folder::of(path);
    if folder.checkpoint().exists() {
        let message = format!("there is a log in `{}` already", shown(&path.to_string_lossy()));
        return Err(LogError::new(message).with_help("choose another folder; a log is never made anew"));
    }
    fs::create_dir_all(folder.entries()).map_err(|error| folder.error("the folder", &error))?;
    let empty = fs::read_dir(folder.entries()).is_ok_and(|mut entries| entries.next().is_none());
    if !empty {
        return Err(
            LogError::new("there are records without a checkpoint").with_help("bring the checkpoint back")
        );
    }
    let key_file = format!("{}\n", key.public().text());
    replace(&folder.key(), key_file.as_bytes()).map_err(|error| folder.error("the key", &error))?;
    let checkpoint = Checkpoint { origin: key.name().to_owned(), size: 0, root: Edge::default().root() };
    replace(&folder.checkpoint(), &checkpoint.sign(key)?)
        .map_err(|error| folder.error("the checkpoint", &error))?;
    sync_folder(&folder.0).map_err(|error| folder.error("the folder", &error))
}

impl Writer {
    /// Waits for other writers, opens the log, and finishes or cuts off what an earlier one left.
    pub fn open(path: &Path, key: &MachineKey) -> Result<Self, LogError> {
        let folder = Folder::of(path);
        // Before the lock is made: a folder without a log must not get a file.
        Log::open(path, &key.public())?;
        let lock = lock(&folder)?;
        let log = Log::open(path, &key.public())?;
        let edge = edge(&log)?;
        let last = match log.checkpoint.size.checked_sub(1) {
            Some(index) => Some(last(&log, index)?),
            None => None,
        };
        let mut writer =
            Self { log, key: key.clone(), edge, last, _lock: lock, healed: Healed::default(), broken: false };
        writer.heal()?;
        Ok(writer)
    }

    /// What was left unfinished.
    pub fn healed(&self) -> Healed {
        self.healed
    }

    /// The log as it is now.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Appends records in order. When this returns, they are in the log for good; when it fails, they may be, and then the next writer
    /// takes them over.
    pub fn append(&mut self, records: Vec<Record>) -> Result<Vec<Written>, LogError> {
        if std::mem::replace(&mut self.broken, true) {
            return Err(LogError::new("an append failed before this one").with_help("open the log again"));
        }
        let mut written = Vec::new();
        let mut segment = Segment::default();
        let mut edge = self.edge.clone();
        let mut last = self.last;
        for mut record in records {
            let chain = record.predicate.chain_mut();
            chain.index = edge.size();
            chain.previous = last.map(|hash| hex(&hash));
            let line = dsse::sign(&record.to_json()?, &self.key)?;
            segment.add(&self.log.folder, edge.size(), line.as_bytes())?;
            let leaf = record_hash(line.as_bytes());
            written.push(Written { index: edge.size(), hash: leaf.to_string() });
            self.push(&mut edge, leaf)?;
            last = Some(leaf);
        }
        segment.finish(&self.log.folder)?;
        self.commit(edge, last)?;
        self.broken = false;
        Ok(written)
    }

    fn push(&self, edge: &mut Edge, leaf: Hash) -> Result<(), LogError> {
        let folder = &self.log.folder;
        edge.push(leaf, |full| write_tile(folder, &full).map_err(|error| folder.error("a tile", &error)))
    }

    /// Tiles, then the checkpoint that vouches for them.
    fn commit(&mut self, edge: Edge, last: Option<Hash>) -> Result<(), LogError> {
        let folder = &self.log.folder;
        for tile in edge.partial() {
            write_tile(folder, &tile).map_err(|error| folder.error("a tile", &error))?;
        }
        let checkpoint =
            Checkpoint { origin: self.key.name().to_owned(), size: edge.size(), root: edge.root() };
        let note = checkpoint.sign(&self.key)?;
        replace(&folder.checkpoint(), &note).map_err(|error| folder.error("the checkpoint", &error))?;
        sync_folder(&folder.0).map_err(|error| folder.error("the folder", &error))?;
        self.log.checkpoint = checkpoint;
        self.log.note = note;
        self.edge = edge;
        self.last = last;
        Ok(())
    }

    /// Whole records after the checkpoint were written and not acknowledged: they are taken over, so that a checkpoint that somebody put
    /// back costs nothing. A torn line at the very end is cut off. Anything else is no accident.
    fn heal(&mut self) -> Result<(), LogError> {
        let mut edge = self.edge.clone();
        let mut last = self.last;
        let mut healed = Healed::default();
        loop {
            let start = edge.size();
            let path = self.log.folder.segment(start);
            let before = start % SEGMENT;
            let Some(size) = length(&path).map_err(|error| self.log.folder.error("a segment", &error))?
            else {
                break;
            };
            let offset =
                read::length_of(&path, before).map_err(|error| self.log.folder.error("a segment", &error))?;
            let Some(mut end) = offset else {
                let message = format!("records before {start} are missing, which the checkpoint vouches for");
                return Err(
                    LogError::new(message).with_help("run `plancheck log verify`, and bring them back")
                );
            };
            if end == size {
                break;
            }
            for line in
                whole_lines(&path, before).map_err(|error| self.log.folder.error("a segment", &error))?
            {
                end += u64::try_from(line.len()).unwrap_or(u64::MAX) + 1;
                self.is_next(&line, edge.size(), last)?;
                let leaf = record_hash(&line);
                self.push(&mut edge, leaf)?;
                last = Some(leaf);
                healed.adopted += 1;
            }
            if end < size {
                healed.cut += size - end;
                cut(&path, end).map_err(|error| self.log.folder.error("a segment", &error))?;
            }
            if !edge.size().is_multiple_of(SEGMENT) || edge.size() == start {
                break;
            }
        }
        if healed.adopted > 0 {
            self.commit(edge, last)?;
        }
        self.healed = healed;
        Ok(())
    }

    fn is_next(&self, line: &[u8], index: u64, last: Option<Hash>) -> Result<(), LogError> {
        let foreign = |_| {
            LogError::new(format!("what stands after record {index} was not written by this log"))
                .with_help("run `plancheck log verify`; somebody wrote into the segments")
        };
        let signed = dsse::read(line).map_err(foreign)?;
        let record = Record::parse(signed.payload()).map_err(foreign)?;
        let chain = record.predicate.chain();
        let fits = chain.index == index && chain.previous == last.map(|hash| hex(&hash));
        if signed.is_signed_by(&self.key.public()) && fits { Ok(()) } else { Err(foreign(LogError::new(""))) }
    }
}

/// The right edge from tiles; from the records themselves where tiles are torn or gone. Either way it is what the checkpoint says.
fn edge(log: &Log) -> Result<Edge, LogError> {
    let size = log.checkpoint.size;
    if let Some(edge) = log.edge(size).ok().filter(|edge| edge.root() == log.checkpoint.root) {
        return Ok(edge);
    }
    let mut edge = Edge::default();
    for line in log.lines(0) {
        let (_, line) = line?;
        edge.push(record_hash(&line), |full| {
            write_tile(&log.folder, &full).map_err(|error| log.folder.error("a tile", &error))
        })?;
    }
    if edge.root() == log.checkpoint.root {
        return Ok(edge);
    }
    Err(LogError::new("the records are not those that the checkpoint vouches for")
        .with_help("run `plancheck log verify`; nothing is written to a log that was touched"))
}

/// The hash of the last record, which the next one names.
fn last(log: &Log, index: u64) -> Result<Hash, LogError> {
    let line = log.lines(index).next().transpose()?;
    let (_, line) = line.ok_or_else(|| LogError::new(format!("record {index} is missing")))?;
    Ok(record_hash(&line))
}

/// The segment that is being written.
#[derive(Default)]
struct Segment {
    open: Option<(u64, std::io::BufWriter<File>)>,
}

impl Segment {
    fn add(&mut self, folder: &Folder, index: u64, line: &[u8]) -> Result<(), LogError> {
        let wrong = |error: std::io::Error| folder.error("a segment", &error);
        let number = index / SEGMENT;
        if self.open.as_ref().is_none_or(|(held, _)| *held != number) {
            self.finish(folder)?;
            let path = folder.segment(index);
            let file = OpenOptions::new().create(true).append(true).open(path).map_err(wrong)?;
            self.open = Some((number, std::io::BufWriter::new(file)));
        }
        let Some((_, file)) = &mut self.open else { return Ok(()) };
        file.write_all(line).and_then(|()| file.write_all(b"\n")).map_err(wrong)
    }

    fn finish(&mut self, folder: &Folder) -> Result<(), LogError> {
        let Some((_, mut file)) = self.open.take() else { return Ok(()) };
        let done = file.flush().and_then(|()| file.get_ref().sync_all());
        done.and_then(|()| sync_folder(&folder.entries())).map_err(|error| folder.error("a segment", &error))
    }
}

fn lock(folder: &Folder) -> Result<File, LogError> {
    let path = folder.lock();
    let wrong = |error: &std::io::Error| folder.error("the lock", error);
    let file = OpenOptions::new().create(true).append(true).open(path).map_err(|error| wrong(&error))?;
    for _ in 0..PATIENCE {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(STEP),
            Err(TryLockError::Error(error)) => return Err(wrong(&error)),
        }
    }
    Err(LogError::new("another process has been writing to the log for half a minute")
        .with_help("run it again"))
}

fn length(path: &Path) -> std::io::Result<Option<u64>> {
    match fs::metadata(path) {
        Ok(about) => Ok(Some(about.len())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The whole lines of a segment after the first few.
fn whole_lines(path: &Path, before: u64) -> std::io::Result<Vec<Vec<u8>>> {
    let mut reader = BufReader::new(File::open(path)?);
    let mut lines = Vec::new();
    let mut number = 0;
    while let Some(line) = read::line(&mut reader)? {
        if number >= before {
            lines.push(line);
        }
        number += 1;
    }
    Ok(lines)
}

fn cut(path: &Path, end: u64) -> std::io::Result<()> {
    let file = OpenOptions::new().write(true).open(path)?;
    file.set_len(end)?;
    file.sync_all()
}

/// A tile in its file; once it is full, the narrower ones before it are not needed any more.
fn write_tile(folder: &Folder, tile: &Full<'_>) -> std::io::Result<()> {
    let path = folder.tile(tile.level, tile.index, tile.hashes.len());
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    replace(&path, &tree::bytes(tile.hashes))?;
    if tile.hashes.len() == WIDTH {
        let narrower = folder.tile(tile.level, tile.index, 1);
        match narrower.parent().map(fs::remove_dir_all) {
            Some(Err(error)) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Writes a file whole or not at all.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

/// Makes new names in a folder durable, where the system can.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

/// A hash in hexadecimal digits, as records name the one before.
pub(super) fn hex(hash: &Hash) -> String {
    use std::fmt::Write as _;
    hash.0.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
