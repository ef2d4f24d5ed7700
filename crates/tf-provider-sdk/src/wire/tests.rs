//! Bytes as Terraform was seen to write them, and properties that hold for all values.

use proptest::prelude::*;

use super::*;
use crate::value::{Dynamic, Known, Object, Refinement};

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

/// Both directions: these bytes are this value, and this value is these bytes.
fn golden(ty: &Type, value: &Value, bytes: &[u8]) {
    assert_eq!(&decode(bytes, ty).unwrap(), value, "{bytes:02x?}");
    assert_eq!(encode(value, ty).unwrap(), bytes, "{value:?}");
}

#[test]
fn golden_simple_values() {
    golden(&Type::String, &Value::Null, &[0xc0]);
    golden(&Type::Bool, &Value::Bool(true), &[0xc3]);
    golden(&Type::String, &"p-".into(), &[0xa2, 0x70, 0x2d]);
    golden(&Type::Number, &number("200"), &[0xcc, 200]);
    golden(&Type::Number, &number("65536"), &[0xce, 0, 1, 0, 0]);
    golden(&Type::Number, &number("-3"), &[0xfd]);
    golden(&Type::Number, &number("2.5"), &[0xcb, 0x40, 4, 0, 0, 0, 0, 0, 0]);
    golden(&Type::Number, &number("0.1"), &[0xa3, b'0', b'.', b'1']);
    golden(&Type::Number, &number("18446744073709551615"), b"\xb418446744073709551615");
    golden(&Type::Number, &number("1e30"), b"\xbf1000000000000000000000000000000");
}

#[test]
fn golden_unknown_values() {
    golden(&Type::String, &Value::unknown(), &[0xd4, 0, 0]);
    let known = Known { null: Some(false), prefix: Some("p-".to_owned()), ..Known::default() };
    let refined = Value::Unknown(Refinement::from(known));
    golden(&Type::String, &refined, &[0xc7, 7, 12, 0x82, 1, 0xc2, 2, 0xa2, 0x70, 0x2d]);
}

#[test]
fn null_is_told_from_everything_else() {
    let msgpack = |bytes: &[u8]| Some(DynamicValue { msgpack: bytes.to_vec(), json: Vec::new() });
    let json = |text: &str| Some(DynamicValue { msgpack: Vec::new(), json: text.as_bytes().to_vec() });
    for dynamic in [None, msgpack(&[]), msgpack(&[0xc0]), json("null"), json(" null\n")] {
        assert!(is_null(dynamic.as_ref()), "{dynamic:?}");
        assert_eq!(from_dynamic(dynamic.as_ref(), &Type::Bool), Ok(Value::Null));
    }
    for dynamic in [msgpack(&[0xc3]), msgpack(&[0xd4, 0, 0]), json("true")] {
        assert!(!is_null(dynamic.as_ref()), "{dynamic:?}");
        assert_ne!(from_dynamic(dynamic.as_ref(), &Type::Bool), Ok(Value::Null));
    }
}

#[test]
fn golden_structures() {
    let ty = Type::object([("a", Type::set(Type::String)), ("b", Type::Number)]);
    let value = Object::new().with("a", Value::set(["x".into()])).with("b", Value::Null).into();
    golden(&ty, &value, &[0x82, 0xa1, b'a', 0x91, 0xa1, b'x', 0xa1, b'b', 0xc0]);
    let value = Value::Dynamic(Box::new(Dynamic { ty: Type::String, value: "x".into() }));
    golden(&Type::Dynamic, &value, b"\x92\xc4\x08\"string\"\xa1x");
}

#[test]
fn a_state_that_is_no_text_is_damaged_also_where_nobody_looks() {
    let ty = Type::object([("a", Type::String)]);
    assert!(from_stored(b"{\"a\":\"1\",\"gone\":{\"\xff\":{}}}", &ty).is_err());
    assert!(from_stored(b"{\"a\":\"1\",\"gone\":{\"b\":{}}}", &ty).is_ok());
}

#[test]
fn state_of_another_version_is_read_at_once() {
    let ty = Type::object([("a", Type::Number), ("b", Type::set(Type::String)), ("c", Type::Bool)]);
    for (text, expected) in [
        // Missing, no longer known, in another order, twice, escaped, beyond any binary float.
        (r#"{"a":1}"#, Some(Object::new().with("a", 1))),
        (r#"{"gone":[{}],"a":1}"#, Some(Object::new().with("a", 1))),
        (r#"{"c":true,"a":1}"#, Some(Object::new().with("c", true).with("a", 1))),
        (r#"{"a":1,"a":2,"c":true}"#, Some(Object::new().with("a", 2).with("c", true))),
        (r#"{"\u0061":1}"#, Some(Object::new().with("a", 1))),
        (r#"{"a":0.10000000000000000001}"#, Some(Object::new().with("a", number("0.10000000000000000001")))),
        // What Terraform converts takes the other way.
        (r#"{"a":"1"}"#, None),
        (r#"{"a":1} 2"#, None),
    ] {
        let expected = expected.map(|object| crate::shape::shape(object.into(), &ty).unwrap());
        assert_eq!(stored::at_once(text.as_bytes(), &ty), expected, "{text}");
    }
    let read = from_stored(br#"{"a":"1"}"#, &ty).unwrap();
    assert_eq!(read.attr("a"), &Value::from(1));
}

#[test]
fn a_float_from_terraform_equals_its_text() {
    let float = [&[0xcb][..], &0.1f64.to_be_bytes()].concat();
    assert_eq!(decode(&float, &Type::Number).unwrap(), number("0.1"));
}

#[test]
fn a_plain_value_of_type_any_brings_the_narrowest_type() {
    let value = Value::from(vec![Value::from(1), Value::from("x")]);
    let decoded = decode(&encode(&value, &Type::Dynamic).unwrap(), &Type::Dynamic).unwrap();
    let ty = Type::Tuple(vec![Type::Number, Type::String]);
    assert_eq!(decoded, Value::Dynamic(Box::new(Dynamic { ty, value })));
}

#[test]
fn hostile_bytes_are_refused() {
    let deep = [&b"\x92\xc4\x09\"dynamic\""[..]; 200].concat();
    let cases: [(&str, Type, &[u8]); 9] = [
        ("huge array", Type::list(Type::Bool), &[0xdd, 0xff, 0xff, 0xff, 0xff]),
        ("huge map", Type::map(Type::Bool), &[0xdf, 0xff, 0xff, 0xff, 0xff]),
        ("huge string", Type::String, &[0xdb, 0xff, 0xff, 0xff, 0xff, b'x']),
        ("bad UTF-8", Type::String, &[0xa1, 0xff]),
        ("not a number", Type::Number, &[0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]),
        ("deep dynamic", Type::Dynamic, &deep),
        ("trailing bytes", Type::Bool, &[0xc3, 0xc3]),
        ("other extension", Type::Bool, &[0xd4, 5, 0]),
        ("nothing", Type::Bool, &[]),
    ];
    for (fault, ty, bytes) in cases {
        assert!(decode(bytes, &ty).is_err(), "{fault}");
    }
}

#[test]
fn hostile_state_is_refused() {
    let nested =
        |levels: usize, core: &str| format!("{}{core}{}", r#"["list","#.repeat(levels), "]".repeat(levels));
    let of_type = |ty: &str, value: &str| format!(r#"{{"type": {ty}, "value": {value}}}"#);
    let deep_value = "[".repeat(99) + &"]".repeat(99);
    let cases = [
        ("deep type", of_type(&nested(110, "\"string\""), "null"), Type::Dynamic),
        ("deeper than the parser goes", of_type(&nested(500, "\"string\""), "null"), Type::Dynamic),
        ("any in any", of_type("\"dynamic\"", "1"), Type::Dynamic),
        ("no type", r#"{"value": 1}"#.to_owned(), Type::Dynamic),
        ("another shape", deep_value, Type::list(Type::Bool)),
        ("huge number", "9".repeat(20_000), Type::Number),
        ("huge exponent", "1e1000000000".to_owned(), Type::Number),
        ("huge number as text", format!("\"1e-{}\"", "9".repeat(30)), Type::Number),
        ("not a number", "\"NaN\"".to_owned(), Type::Number),
        ("short tuple", "[1]".to_owned(), Type::Tuple(vec![Type::Number, Type::Number])),
    ];
    for (fault, text, ty) in cases {
        let refused = serde_json::from_str(&text).map_or(true, |json| from_json(&json, &ty).is_err());
        assert!(refused, "{fault}");
    }
    let deep = (0..150).fold(Type::Bool, |ty, _| Type::list(ty));
    let json = (0..150).fold(serde_json::Value::Bool(true), |json, _| serde_json::json!([json]));
    assert!(from_json(&json, &deep).unwrap_err().to_string().contains("too deeply"));
    let secret =
        from_json(&serde_json::json!({ "password": "hunter" }), &Type::object([("password", Type::Bool)]));
    assert!(!secret.unwrap_err().to_string().contains("hunter"));
}

#[test]
fn stored_state_is_brought_into_the_present_shape() {
    let ty = Type::object([("big", Type::Number), ("new", Type::Bool), ("any", Type::Dynamic)]);
    let json = serde_json::from_str(
        r#"{"big": 123456789012345678901234567890.5, "gone": 1, "any": {"type": ["list", "number"], "value": [0.1]}}"#,
    );
    let value = from_json(&json.unwrap(), &ty).unwrap();
    assert_eq!(value.attr("big"), &number("123456789012345678901234567890.5"));
    assert_eq!(value.attr("new"), &Value::Null);
    assert_eq!(value.attr("any").plain(), &Value::List(vec![number("0.1")]));
    assert!(value.as_object().unwrap().find("gone").is_none());
}

fn types() -> impl Strategy<Value = Type> {
    let simple = prop_oneof![Just(Type::Bool), Just(Type::Number), Just(Type::String), Just(Type::Dynamic)];
    simple.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Type::Tuple),
            prop::collection::btree_map("[a-z]{1,3}", inner, 0..4).prop_map(Type::object::<String>),
        ]
    })
}

fn refinements() -> impl Strategy<Value = Refinement> {
    let bound = || prop::option::of((any::<i64>(), any::<bool>()).prop_map(|(int, flag)| (int.into(), flag)));
    let counts = (prop::option::of(any::<u64>()), prop::option::of(any::<u64>()));
    (prop::option::of(any::<bool>()), prop::option::of(".{0,8}"), bound(), bound(), counts).prop_map(
        |(null, prefix, lower, upper, (shortest, longest))| {
            Refinement::from(Known { null, prefix, lower, upper, shortest, longest })
        },
    )
}

fn values(ty: Type) -> BoxedStrategy<Value> {
    let known = match ty {
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Number => prop_oneof![
            any::<i64>().prop_map(Value::from),
            "-?[1-9][0-9]{0,40}\\.[0-9]{1,20}".prop_map(|text| number(&text)),
            any::<f64>().prop_filter_map("finite", |f| Number::from_f64(f).ok()).prop_map(Value::Number),
        ]
        .boxed(),
        Type::String => ".{0,12}".prop_map(Value::from).boxed(),
        Type::List(element) => prop::collection::vec(values(*element), 0..4).prop_map(Value::List).boxed(),
        Type::Set(element) => prop::collection::vec(values(*element), 0..4).prop_map(Value::set).boxed(),
        Type::Map(element) => prop::collection::btree_map(".{0,6}", values(*element), 0..4)
            .prop_map(|entries| Value::Object(entries.into_iter().collect()))
            .boxed(),
        Type::Tuple(types) => types.into_iter().map(values).collect::<Vec<_>>().prop_map(Value::List).boxed(),
        Type::Object(attributes) => attributes
            .into_iter()
            .map(|(name, ty)| values(ty).prop_map(move |value| (name.clone(), value)))
            .collect::<Vec<_>>()
            .prop_map(|entries| Value::Object(entries.into_iter().collect()))
            .boxed(),
        Type::Dynamic => types()
            .prop_filter("an `any` inside `any` has no type of its own", |ty| *ty != Type::Dynamic)
            .prop_flat_map(|ty| {
                values(ty.clone())
                    .prop_map(move |value| Value::Dynamic(Box::new(Dynamic { ty: ty.clone(), value })))
            })
            .boxed(),
    };
    prop_oneof![1 => Just(Value::Null), 1 => refinements().prop_map(Value::Unknown), 8 => known].boxed()
}

use crate::number::Number;

/// A value as Terraform stores it: `any` with its type beside it.
fn stored(value: &Value) -> serde_json::Value {
    match value {
        Value::Dynamic(dynamic) => {
            serde_json::json!({ "type": dynamic.ty.to_json(), "value": stored(&dynamic.value) })
        }
        Value::List(items) => items.iter().map(stored).collect(),
        Value::Set(items) => items.iter().map(stored).collect(),
        Value::Object(object) => serde_json::Value::Object(
            object.iter().map(|(name, value)| (name.to_owned(), stored(value))).collect(),
        ),
        other => other.to_json().unwrap(),
    }
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        ".{0,8}".prop_map(Into::into),
        "-?[1-9][0-9]{0,30}(\\.[0-9]{1,9})?(e-?[0-9]{1,7})?"
            .prop_map(|text| serde_json::from_str(&text).unwrap()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::vec(("[a-z]{1,3}|type|value", inner), 0..4)
                .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_was_written_reads_back((ty, value) in types().prop_flat_map(|ty| (Just(ty.clone()), values(ty)))) {
        let bytes = encode(&value, &ty).unwrap();
        prop_assert_eq!(decode(&bytes, &ty).unwrap(), value);
    }

    #[test]
    fn no_bytes_make_it_panic(ty in types(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes, &ty);
    }

    #[test]
    fn damaged_values_do_not_make_it_panic(
        (ty, value) in types().prop_flat_map(|ty| (Just(ty.clone()), values(ty))),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = encode(&value, &ty).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = decode(&bytes, &ty);
    }

    #[test]
    fn what_was_stored_reads_back(
        (ty, value) in types().prop_flat_map(|ty| (Just(ty.clone()), values(ty)))
            .prop_filter("nothing unknown is stored", |(_, value)| value.is_wholly_known())
    ) {
        // Through text, as in a file.
        let text = stored(&value).to_string();
        let read = from_json(&serde_json::from_str(&text).unwrap(), &ty);
        prop_assert_eq!(stored::at_once(text.as_bytes(), &ty), read.clone().ok(), "no tree is needed");
        // A null `any` is stored without a type, and an `any` around null reads as null.
        prop_assert_eq!(read.map(|value| stored(&value)), Ok(serde_json::from_str(&text).unwrap()));
    }

    #[test]
    fn state_means_the_same_read_at_once_and_through_a_tree(ty in types(), json in any_json()) {
        let text = json.to_string();
        let tree = from_json(&json, &ty);
        if let Some(value) = stored::at_once(text.as_bytes(), &ty) {
            prop_assert_eq!(Ok(&value), tree.as_ref());
        }
        prop_assert_eq!(from_stored(text.as_bytes(), &ty), tree);
    }

    #[test]
    fn no_state_makes_it_panic(ty in types(), json in any_json()) {
        if let Ok(value) = from_json(&json, &ty) {
            prop_assert!(encode(&value, &ty).is_ok(), "{:?}", value);
        }
    }

    #[test]
    fn claimed_lengths_are_not_believed(
        ty in types(),
        marker in prop::sample::select(vec![0xc6_u8, 0xc9, 0xdb, 0xdd, 0xdf]),
        claimed in 1_000_u32..,
        rest in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let bytes = [&[marker][..], &claimed.to_be_bytes(), &rest].concat();
        prop_assert!(decode(&bytes, &ty).is_err());
    }
}
