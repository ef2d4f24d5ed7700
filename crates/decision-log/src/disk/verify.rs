//! Checking a log: whether it is what its checkpoint says, and if not, which record was touched. Reads every file once, in memory that
//! does not grow with the log.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::Deserialize;

use super::read::{self, Log};
use super::write::hex;
use super::{Folder, SEGMENT};
use crate::LogError;
use crate::checkpoint::{Checkpoint, Seen, Witness};
use crate::dsse;
use crate::key::LogKey;
use crate::record::Chain;
use crate::tree::{Edge, Hash, WIDTH, record_hash};

/// Faults that are listed; the rest is counted.
const LISTED: usize = 20;

/// What to check a log with.
#[derive(Clone, Copy)]
pub struct Check<'a> {
    /// The public key of the log, from outside of the log.
    pub key: &'a LogKey,
    /// Witnesses that are known.
    pub witnesses: &'a [Witness],
    /// Signed checkpoints that were kept elsewhere. The log must continue each of them.
    pub anchors: &'a [Vec<u8>],
    /// Begin at the latest of the anchors instead of at the first record.
    pub since_anchor: bool,
    /// Whether to check the signature of each record as well. The tree vouches for their bytes; this tells more of what was touched.
    pub signatures: bool,
}

/// What a check came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Verified {
    /// How many records the checkpoint vouches for; absent where it cannot be believed.
    pub checkpoint: Option<Checkpoint>,
    /// The first record that was looked at.
    pub from: u64,
    /// How many records were looked at.
    pub checked: u64,
    /// Anchors that the log continues, by their size.
    pub continued: Vec<u64>,
    /// Witnesses that signed the checkpoint.
    pub witnessed: Vec<Seen>,
    /// What is wrong, first things first.
    pub faults: Vec<Fault>,
    /// Faults beyond those listed.
    pub more: u64,
    /// Whole records after the checkpoint, which a crash can leave and the next writer takes over.
    pub unacknowledged: u64,
}

/// What is wrong with a log, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The checkpoint cannot be believed.
    Checkpoint(String),
    /// The bytes of a record are not those that were logged.
    Altered(u64),
    /// Records are missing.
    Removed {
        /// The first.
        first: u64,
        /// The last.
        last: u64,
    },
    /// A record stands somewhere else than where it was logged.
    Moved {
        /// Where it was logged.
        index: u64,
        /// The record it stands after now.
        after: u64,
    },
    /// Something stands after a record that was never logged there.
    Inserted {
        /// The record before it; absent at the very beginning.
        after: Option<u64>,
    },
    /// Records at the end are missing.
    Truncated {
        /// How many there are.
        have: u64,
        /// How many the checkpoint vouches for.
        want: u64,
    },
    /// A tile does not hold the hashes of the records.
    Tile {
        /// Level.
        level: u8,
        /// Number within the level.
        index: u64,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The records are well-formed and belong together, and the checkpoint vouches for others.
    OtherTree,
    /// The log is shorter than it was.
    RolledBack {
        /// How many records it had.
        was: u64,
        /// How many it has.
        is: u64,
    },
    /// The log had other records once.
    Forked {
        /// So many at the beginning are the same.
        after: u64,
        /// Among the first so many, at least one is another.
        within: u64,
    },
    /// An anchor cannot be believed.
    Anchor(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checkpoint(why) | Self::Anchor(why) => f.write_str(why),
            Self::Altered(index) => write!(f, "record {index} was altered"),
            Self::Removed { first, last } if first == last => write!(f, "record {first} was removed"),
            Self::Removed { first, last } => write!(f, "records {first} to {last} were removed"),
            Self::Moved { index, after } => {
                write!(f, "record {index} was moved: it stands after record {after}")
            }
            Self::Inserted { after: Some(after) } => {
                write!(f, "something that was never logged stands after record {after}")
            }
            Self::Inserted { after: None } => {
                f.write_str("something that was never logged stands before record 0")
            }
            Self::Truncated { have, want } => {
                write!(f, "the log was cut after {have} records; its checkpoint vouches for {want}")
            }
            Self::Tile { level, index, why } => write!(f, "tile {index} on level {level} {why}"),
            Self::OtherTree => f.write_str("the checkpoint vouches for other records than these"),
            Self::RolledBack { was, is } => {
                write!(f, "the log was rolled back: it had {was} records and has {is}")
            }
            Self::Forked { after, within } => {
                let last = within.saturating_sub(1);
                write!(
                    f,
                    "the log was forked: among its records {after} to {last} are others than there were"
                )
            }
        }
    }
}

/// Checks a log. An error means that it could not be checked; what is wrong with it stands in the answer.
pub fn verify(path: &Path, check: &Check<'_>) -> Result<Verified, LogError> {
    let folder = Folder::of(path);
    let note = read::bounded(&folder.checkpoint(), crate::checkpoint::LARGEST)
        .map_err(|error| folder.error("the checkpoint", &error))?;
    let (checkpoint, witnessed) = match Checkpoint::open_witnessed(&note, check.key, check.witnesses) {
        Ok(opened) => opened,
        Err(error) => {
            let faults = vec![Fault::Checkpoint(error.message)];
            return Ok(Verified { faults, ..Verified::default() });
        }
    };
    let mut answer = Verified { checkpoint: Some(checkpoint.clone()), witnessed, ..Verified::default() };
    let log = Log { folder, key: check.key.clone(), checkpoint, note };
    let anchors = anchors(check, &log, &mut answer);
    let walked = Walk::over(&log, check, answer.clone(), &anchors)?;
    if check.signatures || !walked.faults.iter().any(is_about_records) {
        return Ok(walked);
    }
    // Where records are not what they were, tiles can have been made to fit: only signatures tell which of them was touched.
    Walk::over(&log, &Check { signatures: true, ..*check }, answer, &anchors)
}

/// The anchors that can be believed, shortest first. Those that are longer than the log say that it was rolled back.
fn anchors(check: &Check<'_>, log: &Log, answer: &mut Verified) -> Vec<Checkpoint> {
    let mut all = Vec::new();
    for text in check.anchors {
        match Checkpoint::open(text, check.key) {
            Ok(anchor) if anchor.size > log.checkpoint.size => {
                answer.faults.push(Fault::RolledBack { was: anchor.size, is: log.checkpoint.size });
            }
            Ok(anchor) => all.push(anchor),
            Err(error) => answer.faults.push(Fault::Anchor(format!("an anchor: {}", error.message))),
        }
    }
    all.sort_by_key(|anchor| anchor.size);
    all
}

/// All lines of all segments from a record on, wherever they stand by now.
struct Lines<'a> {
    log: &'a Log,
    segment: u64,
    skip: u64,
    reader: Option<BufReader<File>>,
}

impl<'a> Lines<'a> {
    fn from(log: &'a Log, first: u64) -> Self {
        Self { log, segment: first / SEGMENT * SEGMENT, skip: first % SEGMENT, reader: None }
    }

    fn read(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        loop {
            let Some(reader) = &mut self.reader else {
                match File::open(self.log.folder.segment(self.segment)) {
                    Ok(file) => self.reader = Some(BufReader::with_capacity(1 << 18, file)),
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                    // A segment that is gone: what follows says so by its number.
                    Err(_) if self.segment < self.log.checkpoint.size => self.segment += SEGMENT,
                    Err(_) => return Ok(None),
                }
                continue;
            };
            match read::line(reader)? {
                Some(_) if self.skip > 0 => self.skip -= 1,
                Some(line) => return Ok(Some(line)),
                None => {
                    self.reader = None;
                    self.skip = 0;
                    self.segment += SEGMENT;
                }
            }
        }
    }
}

impl Iterator for Lines<'_> {
    type Item = Result<Vec<u8>, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().map_err(|error| self.log.folder.error("a segment", &error)).transpose()
    }
}

/// One pass over the records.
struct Walk<'a> {
    log: &'a Log,
    check: &'a Check<'a>,
    edge: Edge,
    /// The number that the next record should have.
    expected: u64,
    previous: Option<Hash>,
    /// Records that were not where they should be.
    gaps: BTreeSet<u64>,
    /// The hashes of the first level of tiles, a tile at a time.
    tile: Option<(u64, Vec<Hash>)>,
    /// The first genuine record that its tile does not know.
    unknown_to_tile: Option<u64>,
    /// Tiles that do not follow from the records.
    odd_tiles: Vec<Fault>,
    answer: Verified,
}

/// The part of a statement that says where it stands.
#[derive(Deserialize)]
struct Placed {
    predicate: PlacedPredicate,
}

#[derive(Deserialize)]
struct PlacedPredicate {
    chain: Chain,
}

impl<'a> Walk<'a> {
    fn over(
        log: &'a Log,
        check: &'a Check<'a>,
        answer: Verified,
        anchors: &[Checkpoint],
    ) -> Result<Verified, LogError> {
        let mut walk = Self {
            log,
            check,
            edge: Edge::default(),
            expected: 0,
            previous: None,
            gaps: BTreeSet::new(),
            tile: None,
            unknown_to_tile: None,
            odd_tiles: Vec::new(),
            answer,
        };
        if let Some(anchor) = anchors.last().filter(|_| check.since_anchor) {
            walk.begin_at(anchor);
        }
        let from = walk.answer.from;
        let mut anchors = anchors.iter().filter(|anchor| anchor.size >= from).peekable();
        let mut lines = Lines::from(log, from).peekable();
        loop {
            while anchors.next_if(|anchor| walk.continues(anchor)).is_some() {}
            let Some(line) = lines.next().transpose()? else { break };
            let next = lines.peek().and_then(|next| next.as_ref().ok());
            walk.take(&line, next.map(Vec::as_slice))?;
        }
        walk.end();
        Ok(walk.answer)
    }

    /// Takes the tree up to an anchor from the tiles, if they are what the anchor saw; else every record has to be read.
    fn begin_at(&mut self, anchor: &Checkpoint) {
        let edge = self.log.edge(anchor.size).ok().filter(|edge| edge.root() == anchor.root);
        let Some(edge) = edge else { return };
        if let Some(index) = anchor.size.checked_sub(1) {
            let Some(Ok((_, line))) = self.log.lines(index).next() else { return };
            self.previous = Some(record_hash(&line));
        }
        self.edge = edge;
        self.expected = anchor.size;
        self.answer.from = anchor.size;
    }

    /// Compares an anchor once so many records were taken.
    fn continues(&mut self, anchor: &Checkpoint) -> bool {
        if anchor.size != self.edge.size() {
            return false;
        }
        if self.edge.root() == anchor.root {
            self.answer.continued.push(anchor.size);
        } else if self.is_clean() {
            let after = self.answer.continued.last().copied().unwrap_or(0);
            self.fault(Fault::Forked { after, within: anchor.size });
        }
        true
    }

    fn is_clean(&self) -> bool {
        self.answer.faults.is_empty() && self.gaps.is_empty()
    }

    fn take(&mut self, line: &[u8], next: Option<&[u8]>) -> Result<(), LogError> {
        if self.expected >= self.log.checkpoint.size && self.gaps.is_empty() {
            self.after_the_end(line);
            return Ok(());
        }
        self.answer.checked += 1;
        let leaf = record_hash(line);
        self.judge(line, leaf, next);
        let mut tiles = Vec::new();
        self.edge.push(leaf, |full| {
            tiles.push((full.level, full.index, full.hashes.to_vec()));
            Ok::<(), LogError>(())
        })?;
        for (level, index, hashes) in tiles {
            self.compare(level, index, &hashes);
        }
        self.previous = Some(leaf);
        Ok(())
    }

    /// Says what a record is by its own signature and number, and whether it is where it should be.
    fn judge(&mut self, line: &[u8], leaf: Hash, next: Option<&[u8]>) {
        let place = self.edge.size();
        let known = self.leaf_of_tile(place) == Some(leaf);
        // Where the tile knows it and nobody asks for more, the record need not be taken apart: the root decides.
        if known && !self.check.signatures && place == self.expected {
            self.expected += 1;
            return;
        }
        match self.chain_of(line) {
            Some(chain) => {
                if !known && place == self.expected && chain.index == place {
                    self.unknown_to_tile.get_or_insert(place);
                }
                self.placed(&chain);
            }
            // The log never signed it: either a record was changed, or something was put in between.
            None if next
                .and_then(|next| self.chain_of(next))
                .is_some_and(|chain| chain.index == self.expected) =>
            {
                self.fault(Fault::Inserted { after: self.expected.checked_sub(1) });
            }
            None => {
                self.fault(Fault::Altered(self.expected));
                self.expected += 1;
            }
        }
    }

    /// Where a line says that it stands, if the log signed it and it is a record.
    fn chain_of(&self, line: &[u8]) -> Option<Chain> {
        let signed = dsse::read(line).ok().filter(|signed| signed.is_signed_by(self.check.key))?;
        let placed: Placed = serde_json::from_slice(signed.payload()).ok()?;
        Some(placed.predicate.chain)
    }

    fn placed(&mut self, chain: &Chain) {
        let index = chain.index;
        if index > self.expected {
            self.gaps.extend(self.expected..index.min(self.log.checkpoint.size));
            self.expected = index + 1;
        } else if index == self.expected {
            let previous = self.previous.map(|hash| hex(&hash));
            // A record that was altered before it is told already.
            if self.is_clean() && chain.previous != previous {
                self.fault(Fault::Altered(index.saturating_sub(1)));
            }
            self.expected += 1;
        } else if self.gaps.remove(&index) {
            self.fault(Fault::Moved { index, after: self.expected.saturating_sub(1) });
        } else {
            self.fault(Fault::Inserted { after: self.expected.checked_sub(1) });
        }
    }

    /// Records that the checkpoint does not reach: a crash leaves them.
    fn after_the_end(&mut self, line: &[u8]) {
        if self.chain_of(line).is_some_and(|chain| chain.index >= self.log.checkpoint.size) {
            self.answer.unacknowledged += 1;
        } else {
            self.fault(Fault::Inserted { after: self.expected.checked_sub(1) });
        }
    }

    fn end(&mut self) {
        let want = self.log.checkpoint.size;
        for (first, last) in runs(&std::mem::take(&mut self.gaps)) {
            self.fault(Fault::Removed { first, last });
        }
        if self.expected < want {
            self.fault(Fault::Truncated { have: self.expected, want });
        }
        let partial: Vec<(u8, u64, Vec<Hash>)> =
            self.edge.partial().map(|tile| (tile.level, tile.index, tile.hashes.to_vec())).collect();
        for (level, index, hashes) in partial {
            self.compare(level, index, &hashes);
        }
        if self.edge.root() == self.log.checkpoint.root {
            // Then the records are genuine, and only what is made of them may not be.
            for fault in std::mem::take(&mut self.odd_tiles) {
                self.fault(fault);
            }
        } else if self.is_clean() {
            // Genuine by its signature, and not the one that was logged: the same number was signed twice.
            let fault = self.unknown_to_tile.map_or(Fault::OtherTree, Fault::Altered);
            self.fault(fault);
        }
        self.answer.faults.sort_by_key(place);
    }

    /// Compares a tile that follows from the records with the one that is there.
    fn compare(&mut self, level: u8, index: u64, hashes: &[Hash]) {
        if self.odd_tiles.len() >= LISTED {
            return;
        }
        match self.log.hashes(level, index, hashes.len()) {
            Ok(found) if found == hashes => {}
            Ok(_) => {
                let why = "holds other hashes than those of the records";
                self.odd_tiles.push(Fault::Tile { level, index, why });
            }
            Err(_) => self.odd_tiles.push(Fault::Tile { level, index, why: "is missing or torn" }),
        }
    }

    fn leaf_of_tile(&mut self, place: u64) -> Option<Hash> {
        let wide = WIDTH as u64;
        let number = place / wide;
        if self.tile.as_ref().is_none_or(|(held, _)| *held != number) {
            let width = self.log.width(0, number);
            let hashes =
                if width == 0 { Vec::new() } else { self.log.hashes(0, number, width).unwrap_or_default() };
            self.tile = Some((number, hashes));
        }
        let within = usize::try_from(place % wide).ok()?;
        self.tile.as_ref()?.1.get(within).copied()
    }

    fn fault(&mut self, fault: Fault) {
        if self.answer.faults.len() < LISTED { self.answer.faults.push(fault) } else { self.answer.more += 1 }
    }
}

fn is_about_records(fault: &Fault) -> bool {
    use Fault::{Altered, Inserted, Moved, OtherTree, Removed, Truncated};
    matches!(
        fault,
        Altered(_) | Inserted { .. } | Moved { .. } | OtherTree | Removed { .. } | Truncated { .. }
    )
}

/// Numbers that follow each other, as first and last.
fn runs(numbers: &BTreeSet<u64>) -> Vec<(u64, u64)> {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    runs
}

/// Where a fault is told: what concerns the whole log first, then by record.
fn place(fault: &Fault) -> (u8, u64) {
    match fault {
        Fault::Checkpoint(_) | Fault::Anchor(_) | Fault::OtherTree => (0, 0),
        Fault::RolledBack { was, .. } => (0, *was),
        Fault::Forked { within, .. } => (0, *within),
        Fault::Altered(index) | Fault::Moved { index, .. } => (1, *index),
        Fault::Removed { first, .. } => (1, *first),
        Fault::Inserted { after } => (1, after.map_or(0, |after| after + 1)),
        Fault::Truncated { have, .. } => (2, *have),
        Fault::Tile { level, index, .. } => (3, (u64::from(*level) << 48) | *index),
    }
}
