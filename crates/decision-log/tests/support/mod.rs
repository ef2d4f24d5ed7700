//! A log in a folder of its own, with records that differ.
#![allow(dead_code, reason = "each test crate uses its part")]

use std::fs;
use std::path::{Path, PathBuf};

use remit_decision_log::disk::{Check, Verified, Writer, init, verify};
use remit_decision_log::key::{LogKey, MachineKey};
use remit_decision_log::record::{
    Asserted, Asserter, Chain, Predicate, Record, Review, ReviewSaid, Sha256, Subject,
};

pub(crate) struct Scene {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) key: MachineKey,
}

impl Scene {
    pub(crate) fn empty() -> Self {
        let scene = Self {
            folder: tempfile::tempdir().unwrap(),
            key: MachineKey::from_seed("example.com/prod", [5; 32]).unwrap(),
        };
        init(&scene.log(), &scene.key).unwrap();
        scene
    }

    /// A log of so many records, appended in two runs.
    pub(crate) fn of(count: u64) -> Self {
        let scene = Self::empty();
        scene.append(0..count / 2);
        scene.append(count / 2..count);
        scene
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.log().join(name)
    }

    pub(crate) fn public(&self) -> LogKey {
        self.key.public()
    }

    pub(crate) fn append(&self, numbers: std::ops::Range<u64>) {
        let mut writer = Writer::open(&self.log(), &self.key).unwrap();
        let written = writer.append(numbers.clone().map(record).collect()).unwrap();
        assert_eq!(
            written.iter().map(|written| written.index).collect::<Vec<_>>(),
            numbers.collect::<Vec<_>>()
        );
    }

    pub(crate) fn checkpoint(&self) -> Vec<u8> {
        fs::read(self.path("checkpoint")).unwrap()
    }

    pub(crate) fn verified(&self) -> Verified {
        self.verified_with(&[], true)
    }

    pub(crate) fn verified_with(&self, anchors: &[Vec<u8>], signatures: bool) -> Verified {
        let key = self.public();
        let check = Check { key: &key, witnesses: &[], anchors, since_anchor: false, signatures };
        verify(&self.log(), &check).unwrap()
    }

    /// The lines of all segments.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut all = Vec::new();
        for path in self.segments() {
            all.extend(fs::read_to_string(path).unwrap().lines().map(str::to_owned));
        }
        all
    }

    pub(crate) fn segments(&self) -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> =
            fs::read_dir(self.path("entries")).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    }

    /// Writes lines as segments, as if they had been appended so.
    pub(crate) fn put_lines(&self, lines: &[String]) {
        for path in self.segments() {
            fs::remove_file(path).unwrap();
        }
        for (number, chunk) in lines.chunks(256).enumerate() {
            let text = chunk.join("\n") + "\n";
            fs::write(self.path("entries").join(format!("{:012}.jsonl", number * 256)), text).unwrap();
        }
    }

    /// Everything in the folder of the log.
    pub(crate) fn copy_to(&self, to: &Path) {
        copy(&self.log(), to);
    }

    pub(crate) fn restore(&self, from: &Path) {
        fs::remove_dir_all(self.log()).unwrap();
        copy(from, &self.log());
    }
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

pub(crate) fn record(number: u64) -> Record {
    Record {
        subject: vec![Subject {
            name: "request".to_owned(),
            digest: Sha256 { sha256: format!("{number:064x}") },
        }],
        predicate: Predicate::Review(Review {
            id: format!("{number:032x}"),
            chain: Chain::default(),
            recorded_at: "2026-11-25T12:00:00Z".to_owned(),
            request: format!("{number:032x}"),
            said: Asserted {
                asserted_by: Asserter::Caller,
                value: ReviewSaid {
                    reviewer: "dana@example.com".to_owned(),
                    conclusion: format!("number {number}"),
                },
            },
        }),
    }
}
