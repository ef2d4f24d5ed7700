//! Files that are no sound plan: each is refused with a message that says what is wrong, the same from memory and from a stream.

#![allow(clippy::panic, reason = "a test may panic, and reads its files itself")]

use plancheck::plan::{self, PlanError, Wanted};

struct Few;

impl Wanted for Few {
    fn attributes(&self, _: &str) -> Vec<String> {
        ["region", "tags"].map(str::to_owned).into()
    }
}

fn read(bytes: &[u8]) -> Result<usize, PlanError> {
    let mut ignore = |_| Ok(());
    let from_memory = plan::read_bytes(bytes, &Few, &mut ignore).map(|plan| plan.changes);
    let from_stream = plan::read_stream(bytes, &Few, &mut ignore).map(|plan| plan.changes);
    match (&from_memory, &from_stream) {
        (Ok(a), Ok(b)) => assert_eq!(a, b),
        (Err(a), Err(b)) => {
            assert_eq!(a.message().split(" (line").next(), b.message().split(" (line").next());
        }
        _ => panic!("memory and stream disagree: {from_memory:?}, {from_stream:?}"),
    }
    from_memory
}

fn with_change(change: &str) -> String {
    format!(
        r#"{{"format_version":"1.2","resource_changes":[{{"address":"aws_x.y","mode":"managed","type":"aws_x","name":"y","change":{change}}}]}}"#
    )
}

#[test]
fn what_is_no_sound_plan_is_refused_by_name() {
    let twice_before = with_change(r#"{"actions":["create"],"before":null,"before":null,"after":{}}"#);
    let twice_wanted =
        with_change(r#"{"actions":["create"],"before":null,"after":{"region":"a","region":"b"}}"#);
    let no_actions = with_change(r#"{"before":null,"after":{}}"#);
    let cases: &[(&[u8], &str)] = &[
        (b"", "the plan is empty"),
        (b" \n\t", "the plan is empty"),
        (b"PK\x03\x04rest", "the file is a saved plan in Terraform's binary format"),
        (b"{", "the plan ends early"),
        (br#"{"format_version":"1.2","planned_values":{}"#, "the plan ends early"),
        (br#"{"format_version":"1.2","planned_values":{}}}"#, "something follows the end of the plan"),
        (br#"{"format_version":"1.2","planned_values":{}} {"#, "something follows the end of the plan"),
        (b"{}", "the file is JSON, but not a plan"),
        (br#"{"format_version":"1.2"}"#, "the file is JSON, but not a plan"),
        (b"[]", "the plan is not valid JSON"),
        (b"hello", "the plan is not valid JSON"),
        (br#"{"format_version":"1.2",}"#, "the plan is not valid JSON"),
        (br#"{"format_version":12}"#, "the file does not have the shape of a plan"),
        (br#"{"format_version":"9.0","planned_values":{}}"#, "the plan has format version `9.0`"),
        (br#"{"format_version":"1.2","planned_values":{},"errored":true}"#, "the plan is marked `errored`"),
        (br#"{"version":4,"serial":1,"lineage":"x","resources":[]}"#, "the file is a state, not a plan"),
        (br#"{"format_version":"1.0","values":{"root_module":{}}}"#, "the file is a state, not a plan"),
        (br#"{"format_version":"1.2","format_version":"1.2"}"#, "`format_version` occurs twice"),
        (br#"{"resource_changes":[],"resource_changes":[]}"#, "`resource_changes` occurs twice"),
        (twice_before.as_bytes(), "`before` occurs twice"),
        (twice_wanted.as_bytes(), "`region` occurs twice"),
        (no_actions.as_bytes(), "the file does not have the shape of a plan"),
        (
            b"{\"format_version\":\"1.2\",\"planned_values\":\"\xff\"}",
            "the plan is neither UTF-8 nor UTF-16 text",
        ),
        (b"\xff\xfe{\x00\x00\xd8}\x00", "the plan is neither UTF-8 nor UTF-16 text"),
    ];
    for (bytes, message) in cases {
        let shown = String::from_utf8_lossy(bytes);
        match read(bytes) {
            Ok(_) => panic!("accepted: {shown}"),
            Err(error) => assert!(error.message().starts_with(message), "{shown}: {error}"),
        }
    }
}

#[test]
fn unusual_wrappings_of_a_sound_plan_are_read() {
    let plan = with_change(r#"{"actions":["create"],"before":null,"after":{}}"#);
    let utf16 = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
        let mut out = mark.to_vec();
        out.extend(plan.encode_utf16().flat_map(bytes));
        out
    };
    let cases = [
        plan.clone().into_bytes(),
        [b"\xef\xbb\xbf", plan.as_bytes()].concat(),
        utf16(&[0xff, 0xfe], u16::to_le_bytes),
        utf16(&[0xfe, 0xff], u16::to_be_bytes),
        utf16(&[], u16::to_le_bytes),
        format!("\n[command]/usr/bin/terraform show -json tfplan\n{plan}\n\n::set-output name=exitcode::0\n")
            .into_bytes(),
        with_type_last(),
    ];
    for bytes in cases {
        assert_eq!(read(&bytes), Ok(1), "{}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn utf16_cut_anywhere_is_refused() {
    let plan = with_change(
        r#"{"actions":["create"],"before":null,"after":{"tags":{"\u00e4":"\ud83d\ude00"},"n":12}}"#,
    )
    .replace("\\u00e4", "\u{e4}\u{1f600}");
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(plan.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(read(&wide), Ok(1));
    for end in 0..wide.len() {
        assert!(read(wide.get(..end).unwrap_or_default()).is_err(), "cut at {end}");
    }
}

/// Keys in an order that Terraform does not write.
fn with_type_last() -> Vec<u8> {
    let change = r#"{"after":{"region":"eu-west-1"},"before":null,"actions":["create"]}"#;
    format!(r#"{{"resource_changes":[{{"change":{change},"type":"aws_x","mode":"managed","address":"aws_x.y"}}],"format_version":"1.2"}}"#)
        .into_bytes()
}

#[test]
fn hostile_nesting_is_an_error_and_not_a_crash() {
    for depth in [100_usize, 10_000, 1_000_000] {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        // Nobody looks into what is skipped, however deep it is.
        let skipped = format!(r#"{{"format_version":"1.2","planned_values":{deep}}}"#);
        assert_eq!(read(skipped.as_bytes()), Ok(0));
        let modules = format!(
            r#"{{"format_version":"1.2","configuration":{{"root_module":{}{}}}}}"#,
            r#"{"module_calls":{"a":{"module":"#.repeat(depth),
            "{}".to_owned() + &"}}}".repeat(depth)
        );
        assert_eq!(read(modules.as_bytes()).is_err(), depth > 100 || depth * 3 > 127, "{depth}");
    }
}
