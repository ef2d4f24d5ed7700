use super::*;

fn config(edits: &[(&str, &str)]) -> Json {
    let mut json = Json::parse(
        r#"{"default":"aws-bedrock-agent-no-guardrail","decision":"override",
            "value":"{\"guardrail_configuration\": \"required\"}","reason":"Prompts carry customer data",
            "owner":{"name":"Lee Park","email":"lee.park@example.com"},"regulations":["SOC 2","GDPR"],
            "ticket":"CHG-4471","review":{"every":"quarter","due":"2027-02-28"},"aws":null}"#,
    )
    .unwrap();
    let envelope = crate::envelope::tests::full().record();
    crate::envelope::tests::set(&mut json, "envelope", Json::from(envelope));
    for (path, text) in edits {
        crate::envelope::tests::set(&mut json, path, Json::parse(text).unwrap());
    }
    json
}

pub(crate) fn with(edits: &[(&str, &str)]) -> DefaultOverride {
    DefaultOverride::declare(&config(edits)).unwrap()
}

#[test]
fn the_record_is_read_back_and_is_golden() {
    let decided = DefaultOverride::declare(&config(&[])).unwrap();
    assert_eq!(DefaultOverride::from_record(&decided.record()), Ok(decided.clone()));
    assert_eq!(decided.envelope, Some(crate::envelope::tests::full().digest()));
    insta::assert_snapshot!(decided.record());
}

#[test]
fn a_default_can_be_described_in_place() {
    let described = r#"{"resource_type":"acme_agent","attribute":"memory","description":"kept for ever"}"#;
    let decided = DefaultOverride::declare(&config(&[
        ("default", described),
        ("decision", r#""accept""#),
        ("value", "null"),
    ]))
    .unwrap();
    assert_eq!(decided.name(), "acme_agent.memory");
    assert_eq!(DefaultOverride::from_record(&decided.record()), Ok(decided));
}

#[test]
fn a_setting_is_kept_in_the_record_and_becomes_a_control() {
    let edits = [
        ("value", r#""true""#),
        ("aws", r#"{"setting":"ebs_encryption_by_default","account":"210987654321","region":"eu-west-1"}"#),
    ];
    let decided = with(&edits);
    assert_eq!(DefaultOverride::from_record(&decided.record()), Ok(decided.clone()));
    let control = crate::control::aws::setting_control(&decided).unwrap();
    assert_eq!(control.definition(), Json::Bool(true));
    assert_eq!(
        (control.name.as_str(), control.account.as_deref()),
        ("ebs_encryption_by_default", Some("210987654321"))
    );
    assert_eq!(crate::control::aws::setting_control(&with(&[])), None);
    let accepted = [("decision", r#""accept""#), ("value", "null"), edits[1]];
    let faults = DefaultOverride::declare(&config(&accepted)).unwrap_err();
    assert_eq!(faults.iter().map(crate::invalid::Invalid::place).collect::<Vec<_>>(), ["aws"]);
}

#[test]
fn one_wrong_value_is_one_fault_at_its_attribute() {
    let cases = [
        ("default", r#""no such id!""#),
        ("default", r#"{"resource_type":"x"}"#),
        ("envelope", r#""sha256:00""#),
        ("decision", r#""overide""#),
        ("decision", r#""accept""#),
        ("value", "null"),
        ("value", r#""{""#),
        ("reason", "null"),
        ("review", "null"),
        ("aws", "{}"),
        ("aws", r#"{"setting":"everything"}"#),
        ("aws", r#"{"setting":"ebs_encryption_by_default"}"#),
        ("aws", r#"{"setting":"s3_public_access_block","region":"eu-west-1"}"#),
    ];
    let report = cases.map(|(path, value)| {
        let faults = DefaultOverride::declare(&config(&[(path, value)])).unwrap_err();
        let faults: Vec<String> = faults.iter().map(|fault| format!("{:?} {fault}", fault.kind)).collect();
        format!("{path} = {value}\n{}\n", faults.join("\n"))
    });
    insta::assert_snapshot!(report.join("\n"));
}
