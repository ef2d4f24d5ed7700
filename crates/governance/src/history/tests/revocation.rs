//! Revoking a key needs nobody, takes effect where the envelope is made anew, and is not taken back alone.

use super::*;
use crate::approval::{Decision, Growth, Question, Reason, Standing, Subject, judge};

fn revoked(person: &Person) -> Person {
    Person { more: format!(r#","revoked_keys":["{}"]"#, person.public_key().trim()), ..person.clone() }
}

/// Dana has two keys, so that one can be revoked and a finance quorum can still be reached.
fn with_spare(person: &Person, spare: &Person) -> (Approver, Approver) {
    let keys = format!("{}\",\"{}", person.public_key().trim(), spare.public_key().trim());
    let declare = |more: &str| {
        let text = format!(
            r#"{{"name":"dana","email":"dana@example.com","function":"finance","keys":["{keys}"]{more}}}"#
        );
        Approver::declare(&Json::parse(&text).unwrap()).unwrap()
    };
    (declare(""), declare(&format!(r#","revoked_keys":["{}"]"#, person.public_key().trim())))
}

#[test]
fn revoking_is_free_and_taking_it_back_is_not() {
    let scene = Scene::new();
    let (before, after) = with_spare(&scene.people[0], &Person::with_fido("dana", Function::Finance, 21));
    let [before, after] = [before, after].map(Declaration::Approver);
    let created = scene.created(&before);
    let revoked = scene.advance(Some(&created), &after, &[], NOW).unwrap();
    refused(scene.advance(Some(&revoked), &before, &[], NOW));
    let policy = scene.trust.root().policy(today(at(NOW)));
    let agreed = [approve(&scene.rita, &policy, "b", Some(&after), Some(&before))];
    scene.advance(Some(&revoked), &before, &agreed, NOW).unwrap();
}

#[test]
fn an_earlier_end_is_free_and_a_later_one_is_not() {
    let scene = Scene::new();
    let until = |day: &str| {
        let more = if day.is_empty() { String::new() } else { format!(r#","valid_until":"{day}""#) };
        Declaration::Approver(Person { more, ..scene.people[0].clone() }.approver())
    };
    let created = scene.created(&until("2027-06-30"));
    scene.advance(Some(&created), &until("2026-11-24"), &[], NOW).unwrap();
    refused(scene.advance(Some(&created), &until("2027-07-01"), &[], NOW));
    refused(scene.advance(Some(&created), &until(""), &[], NOW));
}

/// The envelope names the record by digest, so it changes as well; that is free where it only follows.
#[test]
fn the_envelope_follows_a_revocation_and_the_key_opens_nothing() {
    let mut scene = Scene::new();
    let spare = Person::with_fido("dana", Function::Finance, 21);
    let (before, after) = with_spare(&scene.people[0], &spare);
    let others: Vec<Approver> = scene.approvers().into_iter().skip(1).collect();
    let envelope = |dana: &Approver, edits: &[(&str, &str)]| {
        let records = [dana].into_iter().chain(&others).map(|a| Json::from(a.record())).collect::<Json>();
        let records = records.to_text();
        let mut all = vec![("consent.approvers", records.as_str()), ("consent.by_dimension", "null")];
        all.extend(edits);
        Declaration::Envelope(with(&all))
    };
    let (base, follows) = (envelope(&before, &[]), envelope(&after, &[]));
    let everybody: Vec<Approver> = [&before, &after].into_iter().chain(&others).cloned().collect();
    // The root vouched for what dana was before; nobody signs what only takes away.
    let enrolled: Vec<Signed> = [&before]
        .into_iter()
        .chain(&others)
        .map(|a| scene.root_says(None, Some(&Declaration::Approver(a.clone()))))
        .collect();
    let advance = |prior: Option<&History>, to: &Declaration, signed: &[Signed]| {
        let evidence = Evidence {
            trust: &scene.trust,
            signed,
            approvers: &everybody,
            envelopes: &NO_ENVELOPES,
            now: at(NOW),
        };
        let history = super::advance(prior, to, &evidence)?;
        history.verify(&scene.trust).expect("what was permitted verifies");
        Ok::<_, Refused>(history)
    };
    let created = advance(None, &base, &[scene.root_says(None, Some(&base))]).unwrap();
    let followed = advance(Some(&created), &follows, &[]).unwrap();
    // Going back is loosening, and so is a new person beside.
    assert!(advance(Some(&followed), &base, &[]).is_err());
    let looser = envelope(&after, LOOSER);
    let known = voters(&everybody, &enrolled, &scene.trust);
    let Declaration::Envelope(in_force) = &follows else { panic!() };
    let governance = [Dimension::Governance];
    let policy =
        Policy::of_envelope(in_force, &governance, &known, &BTreeSet::new(), today(at(NOW))).unwrap();
    assert!(policy.voters.iter().all(|voter| voter.enrolled), "enrollment outlives a revocation");
    let sign = |person: &Person| approve(person, &policy, "c", Some(&follows), Some(&looser));
    let with_old_key = [&enrolled[..], &[sign(&scene.people[0]), sign(&scene.people[1])]].concat();
    let Err(Refused::Unapproved(open)) = advance(Some(&followed), &looser, &with_old_key) else {
        panic!("a revoked key opened it")
    };
    assert!(open[0].outcome.void.iter().any(|void| void.refusal.reason == Reason::RevokedKey));
    let with_spare = [&enrolled[..], &[sign(&spare), sign(&scene.people[1])]].concat();
    advance(Some(&followed), &looser, &with_spare).unwrap();
    scene.people[0] = spare;
}

/// Whoever can merge can revoke, so that must not make a no go away.
#[test]
fn a_no_outlives_the_revocation_of_its_key_and_a_yes_does_not() {
    let scene = Scene::new();
    let Declaration::Envelope(envelope) = scene.envelope(&[]) else { panic!() };
    // The envelope still names the old record; the new one is at hand.
    let mut records = scene.approvers();
    records.push(revoked(&scene.people[2]).approver());
    let known = voters(&records, &scene.enrolled(), &scene.trust);
    let policy = Policy::of_envelope(&envelope, &[], &known, &BTreeSet::new(), today(at(NOW))).unwrap();
    let change = Digest::of(b"change");
    let says = |index: usize, decision| {
        let person = &scene.people[index];
        let approval = person.approval(std::slice::from_ref(&policy.under));
        person.sign(Statement::Approval(Approval { decision, change: Some(change), ..approval }))
    };
    let judged = |signed: &[Signed]| {
        let nobody = BTreeSet::new();
        let question = Question {
            subject: Subject::Change(change),
            audience: None,
            authors: &nobody,
            growth: Growth::NotAsked,
            now: Some(at(NOW)),
            consumed: &nobody,
        };
        judge(&question, &policy, signed)
    };
    let yes = [says(0, Decision::Approve), says(1, Decision::Approve)];
    assert!(judged(&yes).is_granted());
    let with_kim = judged(&[&yes[..], &[says(2, Decision::Approve)]].concat());
    assert_eq!(with_kim.void[0].refusal.reason, Reason::RevokedKey);
    let no = judged(&[&yes[..], &[says(2, Decision::Reject)]].concat());
    assert!(matches!(no.standing, Standing::Rejected { .. }), "{no:?}");
}

#[test]
fn a_quorum_of_revoked_keys_cannot_be_reached() {
    let scene = Scene::new();
    let Declaration::Envelope(envelope) = scene.envelope(&[]) else { panic!() };
    let dana = revoked(&scene.people[0]).approver();
    let people: Vec<Approver> = [dana].into_iter().chain(scene.approvers().into_iter().skip(1)).collect();
    let faults = envelope.consent.judge_approvers(&people.iter().collect::<Vec<_>>());
    assert_eq!(faults.len(), 1, "{faults:?}");
}
