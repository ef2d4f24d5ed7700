use super::*;
use crate::{
    approval::{Approval, Moved, Statement},
    consent::Function,
    testing::{Person, trust_root},
};

fn root(name: &str, seed: u8) -> Person {
    Person::with_fido(name, Function::Security, seed)
}

/// Approvals of a rotation by these people, under both roots.
fn approvals(old: &TrustRoot, new: &Root, people: &[&Person]) -> Vec<Signed> {
    let day = Date::MIN;
    let moved = Moved {
        kind: Kind::TrustRoot,
        name: NAME.to_owned(),
        prior: Some(old.digest()),
        proposed: Some(new.digest()),
        digest: old.root().rotation_to(new),
    };
    let under = [old.root().policy(day).under, new.policy(day).under];
    let sign = |person: &&Person| {
        person.sign(Statement::Approval(Approval {
            transitions: vec![moved.clone()],
            ..person.approval(&under)
        }))
    };
    people.iter().map(sign).collect()
}

fn next(people: &[&Person], threshold: u32, serial: u32) -> Root {
    Root { serial, ..trust_root(people, threshold).root().clone() }
}

#[test]
fn the_file_is_read_back_and_the_document_is_golden() {
    let file = trust_root(&[&root("rita", 11), &root("omar", 12)], 2);
    let read = TrustRoot::parse(file.to_json().as_bytes()).unwrap();
    assert_eq!(read.root(), file.root());
    assert_eq!(Root::from_record(&file.root().record()).as_ref(), Ok(file.root()));
    insta::assert_snapshot!(file.digest());
    // Another order of people is the same root.
    assert_eq!(trust_root(&[&root("omar", 12), &root("rita", 11)], 2).digest(), file.digest());
}

#[test]
fn rotation_takes_the_old_and_the_new_people() {
    let (rita, omar, nora, eve) = (root("rita", 11), root("omar", 12), root("nora", 13), root("eve", 14));
    let old = trust_root(&[&rita, &omar], 2);
    let new = next(&[&nora, &omar], 2, 1);
    let rotated = old.rotated(new.clone(), approvals(&old, &new, &[&rita, &omar, &nora])).unwrap();
    assert_eq!(rotated.digest(), new.digest());
    assert!(rotated.known(&old.digest()).is_some(), "what came into force before still counts");
    let read = TrustRoot::parse(rotated.to_json().as_bytes()).unwrap();
    assert_eq!(read.digest(), new.digest());
    for too_few in [&[&omar, &nora][..], &[&rita, &omar], &[&nora], &[], &[&eve, &omar, &nora]] {
        assert!(old.rotated(new.clone(), approvals(&old, &new, too_few)).is_err(), "{}", too_few.len());
    }
    // A serial that does not count up, and approvals of another root.
    let same = next(&[&nora, &omar], 2, 0);
    assert!(old.rotated(same.clone(), approvals(&old, &same, &[&rita, &omar, &nora])).is_err());
    let other = next(&[&eve], 1, 1);
    assert!(old.rotated(other, approvals(&old, &new, &[&rita, &omar, &nora])).is_err());
}

#[test]
fn a_swapped_document_does_not_follow() {
    let (rita, omar, eve) = (root("rita", 11), root("omar", 12), root("eve", 14));
    let old = trust_root(&[&rita, &omar], 2);
    let evil = next(&[&eve], 1, 1);
    let forged = TrustRoot {
        root: evil.clone(),
        rotations: vec![Rotation { from: old.root().clone(), approvals: approvals(&old, &evil, &[&eve]) }],
    };
    assert!(TrustRoot::parse(forged.to_json().as_bytes()).is_err());
    // Alone it is a root, with a digest of its own: that is what the pin is for.
    assert_ne!(TrustRoot::first(evil).digest(), old.digest());
}

#[test]
fn roots_that_cannot_work_are_refused() {
    let (rita, omar) = (root("rita", 11), root("omar", 12));
    let good = trust_root(&[&rita, &omar], 2).root().record();
    assert!(Root::from_record(&good).is_ok());
    let key = rita.public_key();
    for (from, to) in [
        (r#""threshold":2"#, r#""threshold":3"#.to_owned()),
        (r#""threshold":2"#, r#""threshold":0"#.to_owned()),
        (r#""revoked_keys":[]"#, format!(r#""revoked_keys":["{}"]"#, key.trim())),
        (r#""minimum_assurance":"touch_pin""#, r#""minimum_assurance":"key""#.to_owned()),
        (r#""minimum_assurance":"touch_pin""#, r#""minimum_assurance":"touch_pin_attested""#.to_owned()),
        ("omar@example.com", "rita@example.com".to_owned()),
        (r#""serial":0"#, r#""serial":-1"#.to_owned()),
    ] {
        assert!(good.contains(from), "{from}");
        assert!(Root::from_record(&good.replace(from, &to)).is_err(), "{from} → {to}");
    }
    assert!(TrustRoot::parse(good.as_bytes()).is_err(), "the document is not the file");
    assert!(TrustRoot::parse(b"{}").is_err());
}
