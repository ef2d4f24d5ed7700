use super::*;
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// A FIDO2 key by its form; `seed` keeps keys apart.
pub(crate) fn fido_key(seed: u8) -> String {
    let kind = b"sk-ssh-ed25519@openssh.com";
    let mut body = Vec::new();
    for field in [&kind[..], &[seed; 32], b"ssh:"] {
        body.extend(u32::try_from(field.len()).unwrap().to_be_bytes());
        body.extend(field);
    }
    format!("sk-ssh-ed25519@openssh.com {}", STANDARD.encode(body))
}

pub(crate) fn config(name: &str, function: &str, seed: u8) -> Json {
    let text = format!(
        r#"{{"name":"{name}","email":"{name}@example.com","function":"{function}","keys":["{} {name}"],
            "identities":{{"github":"{name}"}},
            "may_approve":{{"cost":{{"currency":"USD","period":"monthly","growth_up_to":20000}}}},
            "valid_until":"2027-06-30"}}"#,
        fido_key(seed)
    );
    Json::parse(&text).unwrap()
}

pub(crate) fn approver(name: &str, function: &str, seed: u8) -> Approver {
    Approver::declare(&config(name, function, seed)).unwrap()
}

#[test]
fn the_record_is_read_back_and_is_golden() {
    let dana = approver("dana", "finance", 1);
    assert_eq!(Approver::from_record(&dana.record()), Ok(dana.clone()));
    insta::assert_snapshot!(dana.record());
    insta::assert_snapshot!(dana.digest());
}

#[test]
fn a_comment_and_the_default_assurance_leave_no_trace() {
    let mut spelled = config("dana", "finance", 1);
    let Json::Object(members) = &mut spelled else { panic!() };
    members.insert("assurance".to_owned(), "touch_pin".into());
    members
        .insert("keys".to_owned(), [Json::from(fido_key(1)), Json::from(fido_key(1))].into_iter().collect());
    assert_eq!(Approver::declare(&spelled).unwrap().record(), approver("dana", "finance", 1).record());
}

#[test]
fn an_ordinary_key_proves_no_touch() {
    let plain = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB";
    let with = |assurance: &str| {
        let text = format!(
            r#"{{"name":"a","email":"a@b.example","function":"finance","keys":["{plain}"]{assurance}}}"#
        );
        Approver::declare(&Json::parse(&text).unwrap())
    };
    let faults = with("").unwrap_err();
    assert_eq!((faults.len(), faults[0].kind, faults[0].place().as_str()), (1, Kind::Relation, "assurance"));
    assert!(with(r#","assurance":"key""#).is_ok());
}

#[test]
fn every_fault_is_reported_at_its_place() {
    let text = r#"{"name":"","email":"nobody","function":"boss","keys":["x"],"assurance":"pin","valid_until":"soon",
                   "may_approve":{"cost":{"currency":"US","period":"weekly"}},"nickname":"d"}"#;
    let faults = Approver::declare(&Json::parse(text).unwrap()).unwrap_err();
    insta::assert_snapshot!(
        faults.iter().map(|f| format!("{:?} {f}", f.kind)).collect::<Vec<_>>().join("\n")
    );
}

/// A record without revoked keys is as it was before there were any; with them it is another record, and a proper one.
#[test]
fn revoked_keys_stand_in_the_record_and_need_not_be_among_the_keys() {
    let with = |keys: &[u8]| {
        let mut json = config("dana", "finance", 1);
        let Json::Object(members) = &mut json else { panic!() };
        members
            .insert("revoked_keys".to_owned(), keys.iter().map(|seed| Json::from(fido_key(*seed))).collect());
        Approver::declare(&json).unwrap()
    };
    assert_eq!(with(&[]).record(), approver("dana", "finance", 1).record());
    for (revoked, live) in [(vec![2], true), (vec![1], false), (vec![1, 2], false)] {
        let dana = with(&revoked);
        assert_eq!(Approver::from_record(&dana.record()), Ok(dana.clone()));
        assert_eq!(dana.has_live_key(), live);
    }
    let text = r#"{"name":"a","email":"a@b.example","function":"finance","keys":["x"],"revoked_keys":["y"]}"#;
    let faults = Approver::declare(&Json::parse(text).unwrap()).unwrap_err();
    assert!(faults.iter().any(|fault| fault.place() == "revoked_keys[0]"), "{faults:?}");
}

#[test]
fn valid_until_its_last_day() {
    let dana = approver("dana", "finance", 1);
    assert!(dana.is_valid(parse_date("2027-06-30").unwrap()));
    assert!(!dana.is_valid(parse_date("2027-07-01").unwrap()));
}
