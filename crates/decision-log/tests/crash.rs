//! An append that stops anywhere: what was acknowledged stays, what was torn goes, and the next append works.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test crate: it stops at the first thing that is not as it should be"
)]

mod support;

use std::fs;
use std::sync::Arc;
use std::thread;

use remit_decision_log::disk::{Healed, Writer};
use support::{Scene, record};

/// As if the process had been killed after each single byte of the line it appended, with the checkpoint not yet replaced.
#[test]
fn a_tail_torn_at_any_byte_is_healed() {
    for before in [0, 1, 255, 256] {
        let scene = Scene::of(before);
        let old = scene.folder.path().join("old");
        scene.copy_to(&old);
        scene.append(before..before + 1);
        let segment = scene.segments().pop().unwrap();
        let whole = fs::read(&segment).unwrap();
        let earlier = fs::read(old.join("entries").join(segment.file_name().unwrap())).unwrap_or_default();
        let acknowledged = scene.lines();
        // Every byte once; where copying a large log takes longer, some.
        let step = if before < 2 { 1 } else { 151 };
        for end in (earlier.len()..=whole.len()).step_by(step).chain([whole.len() - 1, whole.len()]) {
            scene.restore(&old);
            fs::write(&segment, &whole[..end]).unwrap();
            let mut writer = Writer::open(&scene.log(), &scene.key).unwrap();
            let adopted = u64::from(end == whole.len());
            let cut = if adopted == 1 { 0 } else { u64::try_from(end - earlier.len()).unwrap() };
            assert_eq!(writer.healed(), Healed { adopted, cut }, "before {before}, byte {end}");
            let kept = usize::try_from(before + adopted).unwrap();
            assert_eq!(scene.lines(), acknowledged[..kept], "something acknowledged was lost");
            // Whether the log can be continued is tried at some of the bytes, since signing is slow here.
            if !end.is_multiple_of(37) && adopted == 0 {
                continue;
            }
            let written = writer.append(vec![record(77)]).unwrap();
            assert_eq!(written[0].index, before + adopted);
            drop(writer);
            assert_eq!(scene.verified_with(&[], false).faults, [], "before {before}, byte {end}");
            assert_eq!(scene.lines()[..kept], acknowledged[..kept], "something acknowledged was lost");
        }
    }
}

/// A checkpoint that somebody puts back costs no record: those after it are signed, and are taken over.
#[test]
fn an_old_checkpoint_put_back_loses_nothing() {
    let scene = Scene::of(250);
    let old = scene.checkpoint();
    scene.append(250..520);
    let lines = scene.lines();
    fs::write(scene.path("checkpoint"), old).unwrap();
    let told = scene.verified();
    assert_eq!((told.faults.as_slice(), told.unacknowledged), ([].as_slice(), 270));
    let writer = Writer::open(&scene.log(), &scene.key).unwrap();
    assert_eq!(writer.healed(), Healed { adopted: 270, cut: 0 });
    assert_eq!(writer.log().checkpoint.size, 520);
    drop(writer);
    assert_eq!(scene.lines(), lines);
    assert_eq!(scene.verified_with(&[], false).faults, []);
}

#[test]
fn what_this_log_never_signed_is_not_taken_over() {
    let scene = Scene::of(3);
    let segment = scene.segments().pop().unwrap();
    let whole = fs::read_to_string(&segment).unwrap();
    let foreign = Scene::of(4).lines()[3].replacen("\"sig\":\"", "\"sig\":\"A", 1);
    for line in [foreign.as_str(), "{}", "", &scene.lines()[1]] {
        fs::write(&segment, format!("{whole}{line}\n")).unwrap();
        let error = Writer::open(&scene.log(), &scene.key).err().unwrap();
        assert!(error.message.contains("record 3 was not written by this log"), "{error}");
        assert_eq!(
            fs::read_to_string(&segment).unwrap(),
            format!("{whole}{line}\n"),
            "evidence stays as it is"
        );
    }
}

#[test]
fn a_log_that_was_touched_is_not_written() {
    let scene = Scene::of(3);
    let segment = scene.segments().pop().unwrap();
    let whole = fs::read(&segment).unwrap();
    fs::write(&segment, &whole[..whole.len() - 2]).unwrap();
    let error = Writer::open(&scene.log(), &scene.key).err().unwrap();
    assert!(error.message.contains("record 2 cannot be read"), "{error}");
    fs::remove_file(&segment).unwrap();
    assert!(Writer::open(&scene.log(), &scene.key).is_err());
    fs::write(&segment, whole).unwrap();
    assert!(Writer::open(&scene.log(), &scene.key).is_ok());
}

#[test]
fn writers_wait_for_each_other() {
    let scene = Arc::new(Scene::empty());
    let threads: Vec<_> = (0..4_u64)
        .map(|thread| {
            let scene = Arc::clone(&scene);
            thread::spawn(move || {
                for number in 0..4 {
                    let mut writer = Writer::open(&scene.log(), &scene.key).unwrap();
                    writer.append(vec![record(thread * 100 + number)]).unwrap();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let told = scene.verified();
    assert_eq!((told.faults.as_slice(), told.checked), ([].as_slice(), 16));
}

#[test]
fn a_log_is_made_once_and_never_on_demand() {
    let scene = Scene::of(2);
    assert!(
        remit_decision_log::disk::init(&scene.log(), &scene.key).unwrap_err().message.contains("already")
    );
    let nowhere = scene.folder.path().join("nowhere");
    assert!(Writer::open(&nowhere, &scene.key).is_err());
    assert!(!nowhere.exists());
    fs::remove_file(scene.path("checkpoint")).unwrap();
    assert!(Writer::open(&scene.log(), &scene.key).is_err());
    assert!(
        remit_decision_log::disk::init(&scene.log(), &scene.key).is_err(),
        "records without a checkpoint"
    );
}
