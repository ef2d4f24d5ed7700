use super::*;
use proptest::prelude::*;

fn any_json() -> impl Strategy<Value = Json> {
    let number = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(|n| format!("{n:e}")),
        Just("1.0".to_owned()),
        Just("-0".to_owned()),
        Just("9007199254740993".to_owned()),
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        number.prop_map(|text| Json::number(&text).unwrap()),
        any::<String>().prop_map(Json::String),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::Array),
            prop::collection::btree_map(prop_oneof![any::<String>(), r"\$*number"], inner, 0..5)
                .prop_map(Json::Object),
        ]
    })
}

fn has_odd_parts(json: &Json) -> bool {
    match json {
        Json::Number(number) => number.as_safe_integer().is_none() || number.as_str() == "-0",
        Json::Array(items) => items.iter().any(has_odd_parts),
        Json::Object(members) => {
            members.iter().any(|(key, value)| key.ends_with("number") || has_odd_parts(value))
        }
        _ => false,
    }
}

/// What the reader of parts finds, put together again; what it is told to drop is left out.
fn in_parts(text: &str, wanted: impl Fn(&str) -> Part) -> Result<Json, JsonError> {
    let mut members = BTreeMap::new();
    let mut lists: BTreeMap<String, Vec<Json>> = BTreeMap::new();
    let read = Json::parse_parts(text.as_bytes(), wanted, |name, found| {
        match found {
            Found::Member(json) => drop(members.insert(name.to_owned(), json)),
            Found::Item(json) => lists.entry(name.to_owned()).or_default().push(json),
        }
        Ok::<(), ()>(())
    })?;
    assert_eq!(read, Ok(()));
    members.extend(lists.into_iter().map(|(name, items)| (name, Json::Array(items))));
    Ok(Json::Object(members))
}

#[test]
fn parts_are_read_as_strictly_as_the_whole() {
    for text in [
        r#"{"a":1,"a":2}"#,
        r#"{"a":{"b":1,"b":2}}"#,
        r#"{"a":[{"b":1,"b":2}]}"#,
        r#"{"a":[1,]}"#,
        r#"{"a":"\u12"}"#,
        r#"{"a":"#,
        r#"{"a":1} 2"#,
        &format!(r#"{{"a":{}1{}}}"#, "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH)),
    ] {
        let whole = Json::parse(text).unwrap_err();
        for part in [Part::Nothing, Part::Whole, Part::Items] {
            assert_eq!(in_parts(text, |_| part).unwrap_err(), whole, "{text} as {part:?}");
        }
    }
    assert!(in_parts("[]", |_| Part::Whole).is_err());
    // What the caller makes of a member is told once the text is known to be sound.
    let stop =
        |text: &str| Json::parse_parts(text.as_bytes(), |_| Part::Whole, |name, _| Err(name.to_owned()));
    assert_eq!(stop(r#"{"a":1,"b":2}"#), Ok(Err("a".to_owned())));
    assert!(stop(r#"{"a":1,"b":}"#).is_err());
}

proptest! {
    #[test]
    fn parts_are_what_the_whole_has(members in prop::collection::btree_map("[a-d]", any_json(), 0..4)) {
        let whole = Json::Object(members.clone());
        let filled = Json::Object(members.into_iter().filter(|(_, json)| *json != Json::Array(Vec::new())).collect());
        let text = whole.to_text();
        prop_assert_eq!(&in_parts(&text, |_| Part::Whole), &Ok(whole));
        // An empty list has no item to tell.
        prop_assert_eq!(&in_parts(&text, |_| Part::Items), &Ok(filled));
        prop_assert_eq!(in_parts(&text, |_| Part::Nothing), Ok(Json::Object(BTreeMap::new())));
    }

    #[test]
    fn no_text_makes_the_reader_of_parts_panic(text in "\\PC{0,80}") {
        let whole = Json::parse(&text);
        if matches!(whole, Err(_) | Ok(Json::Object(_))) {
            prop_assert_eq!(in_parts(&text, |_| Part::Nothing).is_ok(), whole.is_ok());
        }
    }

    #[test]
    fn text_and_pretty_text_are_read_back(json in any_json()) {
        prop_assert_eq!(&Json::parse(&json.to_text()), &Ok(json.clone()));
        prop_assert_eq!(&Json::parse(&json.to_pretty()), &Ok(json.clone()));
        prop_assert!(Json::parse(&json.canonical()).is_ok());
    }

    #[test]
    fn different_trees_have_different_canonical_texts(a in any_json(), b in any_json()) {
        // `-0` and `0` are one number.
        let same = a.to_text().replace("-0", "0") == b.to_text().replace("-0", "0");
        prop_assert_eq!(a.canonical() == b.canonical(), same);
    }

    #[test]
    fn ours_is_rfc_8785_where_numbers_are_safe_integers(json in any_json()) {
        if has_odd_parts(&json) {
            return Ok(());
        }
        let tree: serde_json::Value = serde_json::from_str(&json.to_text()).unwrap();
        prop_assert_eq!(serde_json_canonicalizer::to_string(&tree).unwrap(), json.canonical());
        prop_assert_eq!(json.to_text(), json.canonical());
    }

    #[test]
    fn bytes_never_panic_and_agree_with_serde(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        if Json::parse_bytes(&bytes).is_ok() {
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&bytes).is_ok());
        }
    }

    #[test]
    fn json_like_text_never_panics_and_agrees_with_serde(text in r#"[\[\]{}",:0-9eE.+\-\\u dtrfalsn]{0,24}"#) {
        if Json::parse(&text).is_ok() {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
        }
    }
}

#[test]
fn numbers_that_floats_confuse_keep_apart() {
    let texts = ["9007199254740992", "9007199254740993", "9007199254740993.0", "1", "1.0", "1e0", "0.1"];
    let canonical: std::collections::BTreeSet<String> =
        texts.iter().map(|text| Json::number(text).unwrap().canonical()).collect();
    assert_eq!(canonical.len(), texts.len());
    assert_eq!(Json::number("1.50").unwrap().canonical(), r#"{"$number":"1.50"}"#);
}

#[test]
fn an_object_cannot_pass_for_a_number() {
    let object = Json::parse(r#"{"$number":"1.5"}"#).unwrap();
    assert_eq!(object.canonical(), r#"{"$$number":"1.5"}"#);
    assert_ne!(object.canonical(), Json::number("1.5").unwrap().canonical());
    assert_ne!(object.canonical(), Json::parse(r#"{"$$number":"1.5"}"#).unwrap().canonical());
    let reserved = Json::parse(r#"{"$serde_json::private::Number":"1"}"#).unwrap();
    assert!(reserved.as_object().is_some());
}

#[test]
fn what_is_not_strict_is_refused_with_its_place() {
    let deep = "[".repeat(100_000);
    let cases = [
        "",
        "{\"a\":1,\n \"é\":2, \"a\":3}",
        "[1,]",
        "{\"a\" 1}",
        "{a:1}",
        "01",
        "-",
        "1.",
        "1e",
        "+1",
        "NaN",
        "[1] 2",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"a\nb\"",
        "\"a",
        "tru",
        "\u{feff}{}",
        deep.as_str(),
    ];
    let report: Vec<String> = cases.iter().map(|text| Json::parse(text).unwrap_err().to_string()).collect();
    insta::assert_snapshot!(report.join("\n"));
    assert_eq!(
        Json::parse_bytes(b"[\"\xff\"]").unwrap_err().to_string(),
        "the text is not UTF-8 at line 1 column 3"
    );
}

#[test]
fn depth_is_allowed_up_to_its_bound() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(Json::parse(&nested(MAX_DEPTH + 1)).is_ok());
    assert!(Json::parse(&nested(MAX_DEPTH + 2)).is_err());
}

#[test]
fn surrogate_pairs_and_escapes_are_read() {
    let json = Json::parse(r#""\ud83d\ude00\u0041\/\b\u0000""#).unwrap();
    assert_eq!(json, Json::from("😀A/\u{8}\0"));
    assert_eq!(json.to_text(), "\"😀A/\\b\\u0000\"");
    assert_eq!(Json::from("\u{1f}").to_text(), r#""\u001f""#);
}

#[test]
fn members_are_ordered_by_utf16() {
    // U+1F600 begins with a surrogate, which sorts before U+FB33.
    let json = Json::parse("{\"\u{fb33}\":1,\"\u{1f600}\":2}").unwrap();
    assert_eq!(json.to_text(), "{\"\u{1f600}\":2,\"\u{fb33}\":1}");
}
