//! What can be done to a log, each thing found and located, beside the log that nobody touched.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test crate: it stops at the first thing that is not as it should be"
)]

mod support;

use std::fs;

use remit_decision_log::disk::{Check, Fault, Log, Writer, verify};
use remit_decision_log::key::MachineKey;
use remit_decision_log::tree;
use support::{Scene, record};

/// Two tiles and two segments: signing is slow in a build that is not optimized.
const SIZE: u64 = 262;

#[test]
fn a_log_that_nobody_touched_verifies() {
    for size in [0, 1, 255, 256, SIZE] {
        let scene = Scene::of(size);
        for signatures in [size == SIZE, false] {
            let told = scene.verified_with(&[scene.checkpoint()], signatures);
            assert_eq!(told.faults, [], "{size}");
            assert_eq!((told.checked, told.unacknowledged), (size, 0));
            assert_eq!(told.continued, [size]);
        }
    }
}

/// Every byte of a record, and of the line's end, with and without the signatures of each record looked at.
#[test]
fn a_flipped_bit_is_found_in_its_record() {
    let scene = Scene::of(5);
    let path = &scene.segments()[0];
    let whole = fs::read(path).unwrap();
    let start = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let end = start + whole[start..].iter().position(|byte| *byte == b'\n').unwrap();
    for at in (start..end).step_by(11).chain([start, start + 1, end - 2, end - 1]) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        if flipped[at] == b'\n' {
            continue;
        }
        fs::write(path, &flipped).unwrap();
        for signatures in [true, false] {
            let told = scene.verified_with(&[], signatures);
            assert_eq!(told.faults, [Fault::Altered(1)], "byte {at}");
        }
    }
}

/// Whoever also makes the tiles anew is found by the signature of the record.
#[test]
fn an_altered_record_is_located_although_the_tiles_fit() {
    let scene = Scene::of(SIZE);
    let mut lines = scene.lines();
    for at in [0, 255, 261] {
        let honest = lines[at].clone();
        lines[at] = lines[at].replacen("\"sig\":\"", "\"sig\":\"A", 1);
        scene.put_lines(&lines);
        rebuild_tiles(&scene, &lines);
        // The tree is right by its tiles, so that only signatures tell, which are looked at then.
        let told = scene.verified_with(&[], false);
        assert_eq!(told.faults, [Fault::Altered(u64::try_from(at).unwrap())]);
        lines[at] = honest;
    }
    scene.put_lines(&lines);
    rebuild_tiles(&scene, &lines);
    assert_eq!(scene.verified_with(&[], false).faults, []);
}

#[test]
fn dropped_records_are_named() {
    let scene = Scene::of(SIZE);
    let whole = scene.folder.path().join("whole");
    scene.copy_to(&whole);
    for (range, fault) in [
        (0..1, Fault::Removed { first: 0, last: 0 }),
        (7..8, Fault::Removed { first: 7, last: 7 }),
        (250..259, Fault::Removed { first: 250, last: 258 }),
        (260..262, Fault::Truncated { have: 260, want: SIZE }),
        (0..262, Fault::Truncated { have: 0, want: SIZE }),
    ] {
        scene.restore(&whole);
        let mut lines = scene.lines();
        lines.drain(range);
        scene.put_lines(&lines);
        assert_eq!(scene.verified_with(&[], false).faults, std::slice::from_ref(&fault));
        rebuild_tiles(&scene, &lines);
        assert_eq!(scene.verified_with(&[], false).faults, [fault]);
    }
}

#[test]
fn a_segment_that_is_gone_is_named() {
    let scene = Scene::of(SIZE);
    fs::remove_file(&scene.segments()[0]).unwrap();
    assert_eq!(scene.verified_with(&[], false).faults, [Fault::Removed { first: 0, last: 255 }]);
}

#[test]
fn reordered_records_are_named() {
    let scene = Scene::of(SIZE);
    let mut lines = scene.lines();
    lines.swap(3, 4);
    let last = lines.remove(258);
    lines.insert(9, last);
    scene.put_lines(&lines);
    let told = scene.verified_with(&[], false);
    assert!(told.faults.contains(&Fault::Moved { index: 3, after: 4 }), "{:?}", told.faults);
    assert!(told.faults.len() > 1);
}

#[test]
fn something_put_in_between_is_named() {
    let scene = Scene::of(SIZE);
    let lines = scene.lines();
    for foreign in ["nonsense".to_owned(), lines[2].clone()] {
        let mut more = lines.clone();
        more.insert(10, foreign);
        scene.put_lines(&more);
        assert_eq!(scene.verified_with(&[], false).faults, [Fault::Inserted { after: Some(9) }]);
    }
    let mut more = lines.clone();
    more.push("nonsense".to_owned());
    scene.put_lines(&more);
    assert_eq!(scene.verified_with(&[], false).faults, [Fault::Inserted { after: Some(261) }]);
}

/// An older copy of the whole folder is sound by itself: only an anchor tells.
#[test]
fn a_rollback_is_told_by_an_anchor() {
    let scene = Scene::of(30);
    let old = scene.folder.path().join("old");
    scene.copy_to(&old);
    let early = scene.checkpoint();
    scene.append(30..32);
    let late = scene.checkpoint();
    scene.restore(&old);
    assert_eq!(scene.verified_with(std::slice::from_ref(&early), true).faults, []);
    assert_eq!(scene.verified_with(&[early, late], true).faults, [Fault::RolledBack { was: 32, is: 30 }]);
}

/// Whoever holds the key writes another history from record 30 on.
#[test]
fn a_fork_is_told_and_located_by_anchors() {
    let scene = Scene::of(30);
    let old = scene.folder.path().join("old");
    scene.copy_to(&old);
    let shared = scene.checkpoint();
    scene.append(30..32);
    let anchor = scene.checkpoint();
    scene.restore(&old);
    Writer::open(&scene.log(), &scene.key)
        .unwrap()
        .append((0..4).map(|n| record(n + 9000)).collect())
        .unwrap();
    assert_eq!(scene.verified().faults, [], "without anchors it is sound");
    let told = scene.verified_with(&[shared, anchor], true);
    assert_eq!(told.continued, [30]);
    assert_eq!(told.faults, [Fault::Forked { after: 30, within: 32 }]);
}

/// The key signed two records with one number, and the other one is put into the file.
#[test]
fn a_record_of_a_fork_is_located() {
    let scene = Scene::of(30);
    let other = Scene::of(20);
    Writer::open(&other.log(), &other.key)
        .unwrap()
        .append((0..10).map(|n| record(n + 9000)).collect())
        .unwrap();
    let mut lines = scene.lines();
    lines[20].clone_from(&other.lines()[20]);
    scene.put_lines(&lines);
    let told = scene.verified();
    assert!(matches!(told.faults.as_slice(), [Fault::Altered(20)]), "{:?}", told.faults);
    // The tiles were made to fit: only what the next record says of it tells.
    rebuild_tiles(&scene, &lines);
    let told = scene.verified();
    assert!(matches!(told.faults.as_slice(), [Fault::Altered(20)]), "{:?}", told.faults);
}

/// Reading on from an anchor of another history: nothing before it is taken as read.
#[test]
fn from_an_anchor_that_is_not_of_this_log_everything_is_read() {
    let (scene, other) = (Scene::of(30), Scene::of(20));
    Writer::open(&other.log(), &other.key)
        .unwrap()
        .append((0..5).map(|n| record(n + 9000)).collect())
        .unwrap();
    let key = scene.public();
    for (anchor, from, faults) in [
        (other.checkpoint(), 0, vec![Fault::Forked { after: 0, within: 25 }]),
        (scene.checkpoint(), 30, Vec::new()),
    ] {
        let check =
            Check { key: &key, witnesses: &[], anchors: &[anchor], since_anchor: true, signatures: false };
        let told = verify(&scene.log(), &check).unwrap();
        assert_eq!((told.from, told.faults), (from, faults));
    }
}

#[test]
fn a_checkpoint_of_another_key_is_not_believed() {
    let scene = Scene::of(20);
    let other = MachineKey::from_seed("example.com/prod", [6; 32]).unwrap();
    let key = other.public();
    let check = Check { key: &key, witnesses: &[], anchors: &[], since_anchor: false, signatures: true };
    let told = verify(&scene.log(), &check).unwrap();
    assert!(matches!(told.faults.as_slice(), [Fault::Checkpoint(_)]));
    assert!(Writer::open(&scene.log(), &other).is_err(), "nor is the log written with it");
}

#[test]
fn torn_and_missing_tiles_are_told_and_the_next_writer_needs_none_of_them() {
    let scene = Scene::of(SIZE);
    let tile = scene.path(&tree::path(0, 0, 256));
    let whole = fs::read(&tile).unwrap();
    let odd = |why| vec![Fault::Tile { level: 0, index: 0, why }];
    fs::write(&tile, &whole[..300]).unwrap();
    assert_eq!(scene.verified_with(&[], false).faults, odd("is missing or torn"));
    let mut flipped = whole.clone();
    flipped[40] ^= 1;
    fs::write(&tile, flipped).unwrap();
    assert_eq!(scene.verified_with(&[], false).faults, odd("holds other hashes than those of the records"));
    fs::write(&tile, whole).unwrap();
    fs::remove_dir_all(scene.path("tile/1")).unwrap();
    scene.append(SIZE..SIZE + 3);
    assert_eq!(scene.verified_with(&[], false).faults, []);
}

/// From the tile the records come with, and against it: what growth is judged by is believed only as the checkpoint has it.
#[test]
fn records_are_read_only_as_they_were_logged() {
    let scene = Scene::of(SIZE);
    let read = |from| {
        let log = Log::open(&scene.log(), &scene.public()).unwrap();
        log.records(from).map(|found| found.map(|(index, _)| index)).collect::<Result<Vec<_>, _>>()
    };
    assert_eq!(read(258).unwrap(), (258..SIZE).collect::<Vec<_>>());
    let mut lines = scene.lines();
    let other = lines[259].clone();
    lines[260] = other;
    scene.put_lines(&lines);
    assert!(read(258).unwrap_err().message.contains("record 260"));
    rebuild_tiles(&scene, &lines);
    assert!(read(258).is_err());
}

#[test]
fn since_an_anchor_only_what_came_later_is_read() {
    let scene = Scene::of(250);
    let anchor = [scene.checkpoint()];
    scene.append(250..SIZE);
    let key = scene.public();
    let check = Check { key: &key, witnesses: &[], anchors: &anchor, since_anchor: true, signatures: true };
    let told = verify(&scene.log(), &check).unwrap();
    assert_eq!((told.from, told.checked, told.faults.as_slice()), (250, 12, [].as_slice()));
    assert_eq!(told.continued, [250]);
    let mut lines = scene.lines();
    lines[260] = lines[260].replacen("\"sig\":\"", "\"sig\":\"A", 1);
    scene.put_lines(&lines);
    assert_eq!(verify(&scene.log(), &check).unwrap().faults, [Fault::Altered(260)]);
}

#[test]
fn a_proof_stands_alone_and_its_twins_do_not() {
    let scene = Scene::of(SIZE);
    let log = Log::open(&scene.log(), &scene.public()).unwrap();
    for index in [0, 1, 255, 256, 261] {
        let bundle = log.prove(index).unwrap();
        let text = bundle.to_json().unwrap();
        let read = remit_decision_log::proof::Bundle::parse(text.as_bytes()).unwrap();
        let proven = read.verify(&scene.public()).unwrap();
        assert_eq!((proven.record.predicate.chain().index, proven.checkpoint.size), (index, SIZE));
        let other = MachineKey::from_seed("example.com/prod", [6; 32]).unwrap();
        assert!(read.verify(&other.public()).is_err());
        let mut edits: Vec<remit_decision_log::proof::Bundle> = vec![read.clone(); 5];
        edits[0].index = (index + 1) % SIZE;
        edits[1].entry.push(' ');
        edits[2].path.pop();
        edits[3].path.swap(0, 1);
        edits[4].checkpoint = edits[4].checkpoint.replacen("262", "263", 1);
        for (which, edited) in edits.iter().enumerate() {
            assert!(edited.verify(&scene.public()).is_err(), "record {index}, edit {which}");
        }
    }
    assert!(log.prove(SIZE).is_err());
}

/// The tiles that would belong to these lines.
fn rebuild_tiles(scene: &Scene, lines: &[String]) {
    let _ = fs::remove_dir_all(scene.path("tile"));
    let put = |level, index, hashes: &[tree::Hash]| {
        let path = scene.path(&tree::path(level, index, hashes.len()));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, tree::bytes(hashes)).unwrap();
    };
    let mut edge = tree::Edge::default();
    for line in lines {
        edge.push(tree::record_hash(line.as_bytes()), |full| {
            put(full.level, full.index, full.hashes);
            Ok::<(), ()>(())
        })
        .unwrap();
    }
    for tile in edge.partial() {
        put(tile.level, tile.index, tile.hashes);
    }
}
