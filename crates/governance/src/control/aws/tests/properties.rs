//! The block `aws` as anybody might write it: attributes in wrong places, with values of other attributes, left out and doubled. It is
//! refused with a place inside the block, or it means the same when it is written and read again.

use proptest::prelude::*;

use super::*;
use crate::{compose::loosened, envelope::tests::config};

/// Values of some attribute of the block.
const VALUES: &[&str] = &[
    "null",
    "{}",
    "[]",
    "true",
    "0",
    "-1",
    "10",
    "2.5",
    "1e400",
    "99999999999",
    r#""manual""#,
    r#""automatic""#,
    r#""denies_on_write""#,
    r#""123456789012""#,
    r#""eu-west-1""#,
    r#""workers""#,
    r#""arn:aws:iam::123456789012:role/stop""#,
    r#""arn:aws:sns:us-east-1:123456789012:finops""#,
    r#"["finops@example.com"]"#,
    r#"["ou-abcd-12345678","r-abcd"]"#,
    r#"["s3:List*"]"#,
    r#"{"regions":"alerts"}"#,
    r#"{"targets":["ou-abcd-12345678"]}"#,
    r#"{"service_namespace":"ecs","resource_id":"service/a/b","dimension":"ecs:service:DesiredCount"}"#,
    r#"{"role":"arn:aws:iam::123456789012:role/stop","targets":["r-abcd"]}"#,
    r#"{"max_bytes":10240}"#,
];

const NAMES: &[&str] = &[
    "account",
    "budget",
    "subscribers",
    "topic",
    "action",
    "role",
    "targets",
    "at_percent",
    "approval",
    "region_guard",
    "tamper_guard",
    "scale_guard",
    "exempt_actions",
    "caps",
    "scalable_target",
    "autoscaling_group",
    "lambda_function",
    "min",
    "max",
    "reserved_concurrency",
    "region",
    "minimum_strength",
    "service_control_policies",
    "max_bytes",
    "max_per_target",
    "surprise",
];

/// A tree of such names and values.
fn any_block() -> impl Strategy<Value = Json> {
    let leaf = prop::sample::select(VALUES).prop_map(|text| Json::parse(text).unwrap());
    leaf.prop_recursive(3, 24, 5, |inner| {
        let member = (prop::sample::select(NAMES), inner.clone());
        let object = prop::collection::btree_map(
            prop::sample::select(NAMES).prop_map(str::to_owned),
            inner.clone(),
            0..6,
        );
        prop_oneof![
            3 => object.prop_map(Json::Object),
            1 => prop::collection::vec(inner, 0..3).prop_map(Json::Array),
            1 => member.prop_map(|(name, value)| Json::Object([(name.to_owned(), value)].into())),
        ]
    })
}

/// The block of the tests with one attribute replaced: mostly good, so that what is accepted is looked at too.
fn edited_block() -> impl Strategy<Value = Json> {
    (prop::sample::select(NAMES), prop::sample::select(NAMES), prop::sample::select(VALUES)).prop_map(
        |(outer, inner, value)| {
            let Json::Object(mut block) = Json::parse(AWS).unwrap() else { panic!("an object") };
            let value = Json::parse(value).unwrap();
            match block.get_mut(outer) {
                Some(Json::Object(members)) => drop(members.insert(inner.to_owned(), value)),
                Some(Json::Array(items)) => items.push(value),
                _ => drop(block.insert(outer.to_owned(), value)),
            }
            Json::Object(block)
        },
    )
}

proptest! {
    #[test]
    fn a_block_is_refused_at_its_place_or_survives(block in prop_oneof![any_block(), edited_block()]) {
        let mut arguments = config(&[]);
        let Json::Object(members) = &mut arguments else { panic!("an object") };
        let is_null = block == Json::Null;
        members.insert("aws".to_owned(), block);
        match Envelope::declare(&arguments) {
            Err(faults) => {
                prop_assert!(faults.iter().all(|fault| fault.place().starts_with("aws")), "{faults:?}");
                prop_assert!(!is_null);
            }
            Ok(envelope) => {
                let again = Envelope::from_record(&envelope.record());
                prop_assert_eq!(again.as_ref(), Ok(&envelope));
                let now = "2026-12-01T00:00:00Z".parse().unwrap();
                prop_assert!(loosened(&envelope, &envelope, now, |_, _| false).is_empty());
                if let Some(Ok(compiled)) = compile(&envelope, &people()) {
                    let names = compiled.controls.iter().map(|one| (one.kind, &one.name, &one.account, &one.region));
                    let distinct: BTreeSet<_> = names.clone().collect();
                    prop_assert_eq!(distinct.len(), names.count(), "each control is told by its key");
                }
            }
        }
    }
}
