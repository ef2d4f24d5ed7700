use super::*;
use crate::{approver::tests::approver, envelope::tests::with};
use proptest::prelude::*;

fn records() -> Vec<String> {
    let people =
        [approver("dana", "finance", 1), approver("lee", "security", 2), approver("kim", "compliance", 3)];
    people.iter().map(Approver::record).chain([with(&[]).record()]).collect()
}

fn build(records: &[String]) -> Result<Lock, String> {
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    Lock::build(&records, 7)
        .map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn lock() -> Lock {
    build(&records()).unwrap()
}

fn refusal(text: &str) -> String {
    let error = Lock::parse(text.as_bytes()).unwrap_err();
    format!("{error} ({})", error.help())
}

#[test]
fn a_lock_is_read_back_and_its_order_is_its_own() {
    let lock = lock();
    assert_eq!(Lock::parse(lock.to_json().as_bytes()), Ok(lock.clone()));
    let mut reversed = records();
    reversed.reverse();
    reversed.extend(records());
    assert_eq!(build(&reversed).unwrap().to_json(), lock.to_json());
    assert_eq!(lock.serial(), 7);
    assert_eq!(lock.envelopes().iter().map(|e| e.name.as_str()).collect::<Vec<_>>(), ["support-agents"]);
    assert!(lock.envelopes()[0].consent.approvers.iter().all(|digest| lock.approver(digest).is_some()));
    insta::assert_snapshot!(lock.digest());
}

#[test]
fn blanks_change_nothing() {
    let compact = Json::parse(&lock().to_json()).unwrap().to_text();
    assert_eq!(Lock::parse(compact.as_bytes()), Ok(lock()));
}

#[test]
fn edits_by_hand_are_told() {
    let text = lock().to_json();
    insta::assert_snapshot!(
        [
            refusal(&text.replace(r#""ceiling": "8""#, r#""ceiling": "80""#)),
            refusal(&text.replace(r#""serial": 7"#, r#""serial": 8"#)),
            refusal(&text.replacen(r#""approvals": []"#, r#""approvals": [{}]"#, 1)),
            refusal(&text.replace(r#""serial": 7"#, r#""serial": 7, "note": 1"#)),
            refusal(&text.replace(r#""serial": 7"#, r#""serial": 7, "serial": 7"#)),
            refusal(&text.replace(r#""serial": 7"#, r#""serial": -7"#)),
        ]
        .join("\n")
    );
}

#[test]
fn other_files_are_told() {
    let text = lock().to_json();
    insta::assert_snapshot!(
        [
            refusal(""),
            refusal("[]"),
            refusal("{}"),
            refusal(r#"{"format_version":"1.2","planned_values":{}}"#),
            refusal(r#"{"version":4,"terraform_version":"1.9.0","lineage":"x"}"#),
            refusal(r#"{"kind":"trust-root"}"#),
            refusal(r#"{"kind":"governance-lock","format":2,"anything":true}"#),
            refusal(r#"{"kind":"governance-lock","format":1}"#),
            refusal(text.get(..text.len() / 2).unwrap()),
        ]
        .join("\n")
    );
}

#[test]
fn what_is_missing_or_contradicts_is_named() {
    let all = records();
    let without = |index: usize| {
        let mut rest = all.clone();
        rest.remove(index);
        build(&rest).unwrap_err()
    };
    let and = |record: String| build(&[all.clone(), vec![record]].concat()).unwrap_err();
    let parent = crate::envelope::tests::with(&[("name", r#""platform""#)]);
    let mut child = crate::envelope::tests::config(&[("name", r#""child""#)]);
    crate::envelope::tests::set(&mut child, "parent", Json::from(parent.record()));
    insta::assert_snapshot!(
        [
            without(0),
            and(with(&[("purpose", r#""another""#)]).record()),
            and(approver("dana", "finance", 9).record()),
            and(Envelope::declare(&child).unwrap().record()),
            and("{}".to_owned()),
            and(all[3].replace(r#""ceiling":"8""#, r#""ceiling":"8.0""#)),
            and(all[3].replacen(r#""format":1"#, r#""format":2"#, 1)),
        ]
        .join("\n")
    );
}

#[test]
fn a_smuggled_child_is_held_to_its_parent() {
    // Records prove nothing by themselves: a child written by hand is compared with its parent when a lock is made.
    let parent = with(&[("name", r#""platform""#), ("limits.capacity.gpus.ceiling", "6")]);
    let child = Json::parse(&with(&[]).record()).unwrap();
    let mut child = child;
    crate::envelope::tests::set(&mut child, "parent", Json::from(parent.digest().to_string()));
    let faults = build(&[records(), vec![parent.record(), child.to_text()]].concat()).unwrap_err();
    assert!(faults.contains("`ceiling` is `8`, and the parent `platform` has `6`"), "{faults}");
}

proptest! {
    #[test]
    fn no_single_byte_can_change(at in 0_usize..6000, byte in 0x20_u8..0x7f) {
        let lock = lock();
        let mut bytes = lock.to_json().into_bytes();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        // Whatever still reads is the same lock: the byte was a blank between values.
        if let Ok(read) = Lock::parse(&bytes) {
            prop_assert_eq!(read, lock);
        }
    }

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Lock::parse(&bytes).is_err());
    }
}

mod proofs {
    use super::*;
    use crate::{
        approval::{Approval, Moved, Statement},
        consent::Function,
        history::{Evidence, NO_ENVELOPES, advance},
        testing::{Person, at, trust_root},
        transition::{Transition, transition_digest},
    };

    fn created(rita: &Person, trust: &TrustRoot, declared: &Declaration) -> History {
        let policy = trust.root().policy(crate::time::today(at("2026-11-25T11:00:00Z")));
        let name = declared.name();
        let transition = Transition {
            kind: declared.kind(),
            name: &name,
            prior: None,
            proposed: Some(declared.digest()),
            quorum: None,
        };
        let moved = Moved {
            kind: declared.kind(),
            name: name.clone(),
            prior: None,
            proposed: Some(declared.digest()),
            digest: transition_digest(&transition),
        };
        let approval = Approval { transitions: vec![moved], ..rita.approval(&[policy.under]) };
        let signed = [rita.sign(Statement::Approval(approval))];
        let now = at("2026-11-25T11:00:00Z");
        let evidence = Evidence { trust, signed: &signed, approvers: &[], envelopes: &NO_ENVELOPES, now };
        advance(None, declared, &evidence).unwrap()
    }

    /// An override that came into force under its envelope as it was, after the quorum had been raised: the lock knows better.
    #[test]
    fn an_override_under_a_quorum_that_was_no_longer_in_force_proves_nothing() {
        use crate::history::{Envelopes, Refused};
        let rita = Person::with_fido("rita", Function::Security, 11);
        let trust = trust_root(&[&rita], 1);
        let people = [
            Person::with_fido("dana", Function::Finance, 1),
            Person::with_fido("lee", Function::Security, 2),
        ];
        let approvers: Vec<Approver> = people.iter().map(Person::approver).collect();
        let approver_records: Json = approvers.iter().map(|a| Json::from(a.record())).collect();
        let envelope = |quorum: &str| {
            Declaration::Envelope(with(&[
                ("consent.approvers", &approver_records.to_text()),
                ("consent.by_dimension", "null"),
                ("consent.quorum", quorum),
            ]))
        };
        let (lax, strict) = (envelope(r#"{"finance":1}"#), envelope(r#"{"finance":1,"security":1}"#));
        let enrolled: Vec<Signed> = approvers
            .iter()
            .flat_map(|a| created(&rita, &trust, &Declaration::Approver(a.clone())).links().to_vec())
            .flat_map(|link| link.approvals)
            .collect();
        let step =
            |prior: Option<&History>, to: &Declaration, signed: &[Signed], known: &[&History], at_: &str| {
                let envelopes = Envelopes::verified(known.iter().map(|history| (*history).clone()), &trust);
                let now = at(at_);
                let evidence =
                    Evidence { trust: &trust, signed, approvers: &approvers, envelopes: &envelopes, now };
                advance(prior, to, &evidence)
            };
        let root = created(&rita, &trust, &lax).links()[0].approvals.clone();
        let before = step(None, &lax, &root, &[], "2026-11-25T10:30:00Z").unwrap();
        let after = step(Some(&before), &strict, &[], &[], "2026-11-25T10:45:00Z").unwrap();
        // Whom an override asks, and these people's consent.
        let decide = |named: &Declaration, known: &History, who: &[Person]| {
            let decided = Declaration::Override(crate::default_override::tests::with(&[(
                "envelope",
                &Json::from(named.record()).to_text(),
            )]));
            let Err(Refused::Unapproved(asked)) =
                step(None, &decided, &enrolled, &[known], "2026-11-25T11:00:00Z")
            else {
                panic!("nobody is asked")
            };
            let mut signed = enrolled.clone();
            // Beginning asks the trust root too; both are asked for themselves.
            for (asked, who) in asked.iter().zip([std::slice::from_ref(&rita), who]) {
                signed.extend(who.iter().map(|person| {
                    let approval = person.approval(std::slice::from_ref(&asked.policy.under));
                    let transitions = vec![asked.moved.clone()];
                    person.sign(Statement::Approval(Approval { transitions, ..approval }))
                }));
            }
            (decided.clone(), step(None, &decided, &signed, &[known], "2026-11-25T11:00:00Z").unwrap())
        };
        let lock = |decided: &Declaration, history: History, envelope: &Declaration| {
            let mut records: Vec<String> = approvers.iter().map(Approver::record).collect();
            records.extend([envelope.record(), decided.record()]);
            let records: Vec<&str> = records.iter().map(String::as_str).collect();
            Lock::build(&records, 1).map(|lock| lock.with_histories(&[after.clone(), history]).unwrap())
        };
        // The override names the envelope as it was, which is in no lock beside the present one.
        let (old, history) = decide(&lax, &before, &people[..1]);
        assert!(lock(&old, history.clone(), &strict).is_err());
        // So it is made to name the present one, and the free step to that is where it ends.
        let follows = Declaration::Override(crate::default_override::tests::with(&[(
            "envelope",
            &Json::from(strict.record()).to_text(),
        )]));
        let followed = step(Some(&history), &follows, &[], &[&after], "2026-11-25T11:30:00Z").unwrap();
        let unproven = lock(&follows, followed, &strict).unwrap().unproven(&trust);
        assert!(unproven.len() == 1 && unproven[0].contains("without consent"), "{unproven:?}");
        // The honest twin.
        let (new, history) = decide(&strict, &after, &people);
        assert_eq!(lock(&new, history, &strict).unwrap().unproven(&trust), Vec::<String>::new());
    }

    #[test]
    fn a_lock_proves_itself_to_whoever_pins_the_trust_root() {
        let rita = Person::with_fido("rita", Function::Security, 11);
        let trust = trust_root(&[&rita], 1);
        let bare = lock();
        assert_eq!(bare.unproven(&trust), ["the envelope `support-agents` carries no approvals"]);
        let declared: Vec<Declaration> =
            records().iter().map(|text| Declaration::from_record(text).unwrap()).collect();
        let histories: Vec<History> =
            declared.iter().map(|declared| created(&rita, &trust, declared)).collect();
        let proven = bare.clone().with_histories(&histories).unwrap();
        assert_eq!(proven.unproven(&trust), Vec::<String>::new());
        assert!(proven.voters(&trust, &[]).iter().all(|voter| voter.enrolled));
        assert!(bare.voters(&trust, &[]).iter().all(|voter| !voter.enrolled));
        let read = Lock::parse(proven.to_json().as_bytes()).unwrap();
        assert_eq!(read.unproven(&trust), Vec::<String>::new());
        // Approvals of one envelope under another name, and another trust root.
        let swapped = created(&rita, &trust, &Declaration::Envelope(with(&[("name", r#""other""#)])));
        assert!(bare.with_histories(&[swapped]).is_err());
        let eve = trust_root(&[&Person::with_fido("eve", Function::Security, 9)], 1);
        assert_eq!(proven.unproven(&eve).len(), 1);
    }
}
