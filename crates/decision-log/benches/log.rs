//! What a log costs, beside the bare hashing and signing that no log can do without, in one run: `cargo bench -p remit-decision-log`.
//! A million records by default; `REMIT_BENCH_RECORDS` says another number.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark: it measures, prints and stops at the first fault"
)]

use std::time::Instant;

use remit_decision_log::disk::{Check, Log, Writer, init, verify};
use remit_decision_log::dsse;
use remit_decision_log::key::MachineKey;
use remit_decision_log::record::{
    Asserted, Asserter, Chain, Predicate, Record, Review, ReviewSaid, Sha256, Subject,
};
use remit_decision_log::tree::{Edge, record_hash};

/// Records in one append; each append ends with a checkpoint.
const BATCH: u64 = 10_000;

fn record(number: u64) -> Record {
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

fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed().as_secs_f64(), result)
}

fn main() {
    let wanted = std::env::var("REMIT_BENCH_RECORDS").ok().and_then(|text| text.parse().ok());
    let count: u64 = wanted.unwrap_or(1_000_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let key = MachineKey::from_seed("bench", [1; 32]).unwrap();
    init(&path, &key).unwrap();

    let (signing, lines) = timed(|| {
        let lines = (0..count.min(20_000))
            .map(|number| dsse::sign(&record(number).to_json().unwrap(), &key).unwrap());
        lines.collect::<Vec<_>>()
    });
    let signing = signing * count as f64 / count.min(20_000) as f64;
    let (hashing, ()) = timed(|| {
        let mut edge = Edge::default();
        for line in lines.iter().cycle().take(usize::try_from(count).unwrap()) {
            edge.push(record_hash(line.as_bytes()), |_| Ok::<(), ()>(())).unwrap();
        }
        assert_eq!(edge.size(), count);
    });
    let (append, ()) = timed(|| {
        let mut writer = Writer::open(&path, &key).unwrap();
        let mut from = 0;
        while from < count {
            let to = (from + BATCH).min(count);
            writer.append((from..to).map(record).collect()).unwrap();
            from = to;
        }
    });
    let public = key.public();
    let check =
        |signatures| Check { key: &public, witnesses: &[], anchors: &[], since_anchor: false, signatures };
    let (hashes, told) = timed(|| verify(&path, &check(false)).unwrap());
    assert_eq!((told.faults.len(), told.checked), (0, count));
    let (signatures, told) = timed(|| verify(&path, &check(true)).unwrap());
    assert_eq!(told.faults.len(), 0);
    let log = Log::open(&path, &public).unwrap();
    let (prove, bundle) = timed(|| log.prove(count / 2).unwrap());
    let (believe, _) = timed(|| bundle.verify(&public).unwrap());
    let (one, _) = timed(|| Writer::open(&path, &key).unwrap().append(vec![record(count)]).unwrap());

    println!("{count} records");
    let row = |what: &str, seconds: f64, base: f64, of: &str| {
        println!("{what:<34} {seconds:>9.3} s   {:>6.2} x {of}", seconds / base);
    };
    row("hashing alone, in memory", hashing, hashing, "itself");
    row("writing and signing alone", signing, signing, "itself");
    row("append", append, signing + hashing, "hashing and signing");
    row("verify --hashes-only", hashes, hashing, "hashing");
    row("verify", signatures, hashing, "hashing");
    println!("{:<34} {:>9.3} ms", "prove one", prove * 1e3);
    println!("{:<34} {:>9.3} ms", "verify a bundle", believe * 1e3);
    println!("{:<34} {:>9.3} ms", "append one more, with its syncs", one * 1e3);
    if let Some(peak) = peak_mb() {
        println!("peak memory of all of it         {peak:>10.1} MB, which is to stay so for more records");
    }
}

/// The most that this process ever had in memory; only Linux says so.
fn peak_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes / 1024.0)
}
