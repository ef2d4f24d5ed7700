use super::super::*;
use crate::{
    consent::Function,
    digest::Digest,
    json::Json,
    person::Email,
    record::Kind,
    testing::{Person, at},
};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn under() -> Under {
    Under {
        kind: Kind::Envelope,
        name: "support-agents".to_owned(),
        digest: Digest::of(b"envelope"),
        quorum: Digest::of(b"quorum"),
    }
}

fn dana() -> Person {
    Person::with_fido("dana", Function::Finance, 1)
}

fn approval() -> Approval {
    let moved = Moved {
        kind: Kind::Envelope,
        name: "support-agents".to_owned(),
        prior: None,
        proposed: Some(Digest::of(b"after")),
        digest: Digest::of(b"transition"),
    };
    Approval {
        change: Some(Digest::of(b"change")),
        transitions: vec![moved],
        authors: BTreeSet::from(["github:agent[bot]".to_owned()]),
        reason: Some("needed for the season".to_owned()),
        ..dana().approval(&[under()])
    }
}

#[test]
fn golden() {
    insta::assert_snapshot!(Json::parse(&approval().text()).unwrap().to_pretty());
    let delegation = Delegation {
        delegator: Email::parse("dana@example.com").unwrap(),
        function: Function::Finance,
        delegate: Email::parse("ada@example.com").unwrap(),
        envelopes: BTreeSet::from(["support-agents".to_owned()]),
        may_approve_cost: dana().approver().may_approve_cost,
        from: at("2026-11-20T00:00:00Z"),
        until: at("2026-12-20T00:00:00Z"),
        reason: "vacation".to_owned(),
    };
    insta::assert_snapshot!(delegation.text());
    let read =
        Signed::parse(dana().sign(Statement::Delegation(delegation.clone())).to_json().as_bytes()).unwrap();
    assert_eq!(read.statement(), &Statement::Delegation(delegation));
}

#[test]
fn a_request_is_read_back_and_its_code_covers_what_is_signed() {
    let approval = approval();
    let request = Request {
        id: approval.request.clone(),
        audience: approval.audience.clone(),
        change: approval.change,
        transitions: approval.transitions.clone(),
        under: approval.under.clone(),
        requested_at: approval.requested_at,
        expires_at: approval.expires_at,
        workspace: Some("prod".to_owned()),
        account: None,
        state: Some(crate::change::StateId { lineage: "4b1c".to_owned(), serial: 7 }),
        authors: approval.authors.clone(),
        growth: None,
        break_glass: false,
        summary: vec!["12 instances instead of 8".to_owned()],
    };
    assert_eq!(Request::parse(request.to_json().as_bytes()).as_ref(), Ok(&request));
    let answer =
        request.answer(approval.decision, approval.approver.clone(), approval.function, approval.signed_at);
    assert_eq!(answer, Approval { reason: None, ..approval });
    let others = [
        Request { id: "f".repeat(32), ..request.clone() },
        Request { audience: "workspace dev".to_owned(), ..request.clone() },
        Request { change: None, ..request.clone() },
        Request { transitions: Vec::new(), ..request.clone() },
        Request { under: Vec::new(), ..request.clone() },
        Request { break_glass: true, ..request.clone() },
    ];
    for other in others {
        assert!(!other.asks_the_same(&request) && other.code() != request.code(), "{other:?}");
    }
    assert!(Request { summary: Vec::new(), ..request.clone() }.asks_the_same(&request));
    assert!(Request::parse(b"{}").is_err());
}

#[test]
fn a_file_is_read_back_and_verifies() {
    let signed = dana().sign(Statement::Approval(approval()));
    let read = Signed::parse(signed.to_json().as_bytes()).unwrap();
    assert_eq!(read.statement(), signed.statement());
    assert_eq!(read.text(), signed.text());
    assert_eq!(read.verify().unwrap().key, *dana().approver().keys.first().unwrap());
}

/// A text that another reader could take for something else is refused, however it is signed.
#[test]
fn only_the_normal_form_is_read() {
    let file = dana().sign(Statement::Approval(approval())).to_json();
    let edits = [
        (r#""kind": "approval""#, r#""kind": "approval", "kind": "approval""#, Reason::Malformed),
        (r#""decision": "approve""#, r#""decision": "approved""#, Reason::Malformed),
        (r#""decision": "approve""#, r#""decision": "approve", "note": 1"#, Reason::Malformed),
        (r#""decision": "approve""#, r#""decision": "approve", "growth": null"#, Reason::NotCanonical),
        (r#""format": 1"#, r#""format": 2"#, Reason::Malformed),
        ("dana@example.com", "Dana@example.com", Reason::NotCanonical),
        ("2026-11-25T10:00:00Z", "2026-11-25T11:00:00+01:00", Reason::NotCanonical),
        (r#""request": "00"#, r#""request": "0O"#, Reason::Malformed),
        (r#""kind": "signed_statement""#, r#""kind": "statement""#, Reason::Malformed),
        ("BEGIN SSH", "BEGIN PGP", Reason::SignatureMalformed),
    ];
    for (from, to, reason) in edits {
        assert!(file.contains(from), "{from}");
        let refusal = Signed::parse(file.replacen(from, to, 1).as_bytes()).unwrap_err();
        assert_eq!(refusal.reason, reason, "{from} → {to}: {refusal}");
    }
    assert_eq!(Signed::parse(&vec![b' '; LARGEST + 1]).unwrap_err().reason, Reason::Malformed);
}

#[test]
fn delegations_are_short_and_to_somebody_else() {
    let read = |text: &str| {
        let statement = Json::parse(text).unwrap();
        let armored = dana().armored(NAMESPACE, text);
        let file = format!(
            r#"{{"format":1,"kind":"signed_statement","signature":{},"statement":{}}}"#,
            Json::from(armored).to_text(),
            statement.to_text()
        );
        Signed::parse(file.as_bytes()).map(|_| ()).map_err(|refusal| refusal.reason)
    };
    let good = r#"{"delegate":"ada@example.com","delegator":"dana@example.com","envelopes":["a"],"format":1,"from":"2026-11-20T00:00:00Z","function":"finance","kind":"delegation","reason":"r","until":"2026-12-20T00:00:00Z"}"#;
    assert_eq!(read(good), Ok(()));
    for (from, to) in [
        ("2026-12-20T00:00:00Z", "2026-12-20T00:00:01Z"),
        ("2026-12-20T00:00:00Z", "2026-11-20T00:00:00Z"),
        ("ada@example.com", "dana@example.com"),
    ] {
        assert_eq!(read(&good.replace(from, to)), Err(Reason::Malformed), "{to}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Signed::parse(&bytes);
    }

    #[test]
    fn every_field_is_in_the_text(at_byte in 0_usize..2000) {
        // One character of the statement changed: either another statement, or none at all; never the same one.
        let signed = approval().text();
        let mut text = signed.as_bytes().to_vec();
        let at_byte = at_byte % text.len();
        text[at_byte] = if text[at_byte] == b'1' { b'2' } else { b'1' };
        if let Ok(json) = std::str::from_utf8(&text).map_err(|_| ()).and_then(|text| Json::parse(text).map_err(|_| ()))
            && let Ok(read) = Approval::read(&json)
            && read.text() == json.to_text()
        {
            prop_assert_ne!(read.text(), signed);
        }
    }
}
