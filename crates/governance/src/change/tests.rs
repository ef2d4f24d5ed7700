use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const PLAN: &str = r#"{
  "format_version": "1.2", "terraform_version": "1.11.4", "timestamp": "2026-11-25T10:00:00Z",
  "variables": {"region": {"value": "eu-west-1"}},
  "resource_changes": [
    {"address": "module.agents.aws_autoscaling_group.workers", "mode": "managed", "type": "aws_autoscaling_group",
     "provider_name": "registry.terraform.io/hashicorp/aws",
     "change": {"actions": ["update"], "before": {"max_size": 8, "big": 9007199254740993}, "after": {"max_size": 12, "big": 9007199254740993},
                "after_unknown": {"arn": true}, "before_sensitive": {}, "after_sensitive": {}}},
    {"address": "aws_instance.idle", "mode": "managed", "type": "aws_instance", "provider_name": "registry.terraform.io/hashicorp/aws",
     "change": {"actions": ["no-op"], "before": {"ami": "a"}, "after": {"ami": "a"}, "after_unknown": {}}}
  ],
  "action_invocations": [{"address": "action.aws_lambda_invoke.x"}],
  "configuration": {
    "provider_config": {"aws": {"expressions": {"region": {"references": ["var.region"]}}}},
    "root_module": {"module_calls": {"agents": {"module": {"resources": [
      {"address": "aws_autoscaling_group.workers", "provisioners": [{"type": "local-exec", "expressions": {"command": {"constant_value": "true"}}}]}]}}}}
  }
}"#;

const REQUEST: &str = "00112233445566778899aabbccddeeff";

fn setting() -> Setting {
    Setting {
        governance: Digest::of(b"lock"),
        catalog: Digest::of(b"catalog"),
        price_book: None,
        workspace: Some("prod".to_owned()),
        account: Some("aws:123456789012".to_owned()),
        state: Some(StateId { lineage: "4b1c".to_owned(), serial: 7 }),
        findings: vec![FindingSeen {
            rule: "scale-needs-consent".to_owned(),
            verdict: "consent".to_owned(),
            envelope: Some("support-agents".to_owned()),
            addresses: vec!["module.agents.aws_autoscaling_group.workers".to_owned()],
            message: "12 instances".to_owned(),
        }],
    }
}

fn of(plan: &str) -> Digest {
    read(plan).unwrap().digest(REQUEST, &setting())
}

fn read(plan: &str) -> Result<Material, NotAPlan> {
    Material::read(plan.as_bytes(), |_| {})
}

#[test]
fn golden() {
    // Taken with sha256sum over the domain line, the request and the canonical text of the snapshot.
    let mut all: BTreeMap<String, String> =
        read(PLAN).unwrap().0.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
    if let Json::Object(more) = Json::from(setting().members()) {
        all.extend(more.into_iter().map(|(name, json)| (name, json.canonical())));
    }
    let members: Vec<String> = all.iter().map(|(name, text)| format!("\"{name}\":{text}")).collect();
    let text = format!("{{{}}}", members.join(","));
    insta::assert_snapshot!(text);
    assert_eq!(of(PLAN), Digest::of(&[DOMAIN, REQUEST.as_bytes(), b"\n", text.as_bytes()].concat()));
    insta::assert_snapshot!(of(PLAN));
}

#[test]
fn making_the_same_plan_again_changes_nothing() {
    let same = [
        ("2026-11-25T10:00:00Z", "2026-11-25T11:11:11Z"),
        ("1.11.4", "1.12.0"),
        (
            r#""before": {"ami": "a"}, "after": {"ami": "a"}"#,
            r#""before": {"ami": "b"}, "after": {"ami": "b"}"#,
        ),
        (r#"{"max_size": 8, "big": 9007199254740993}"#, r#"{"big": 9007199254740993, "max_size": 8}"#),
    ];
    for (from, to) in same {
        assert!(PLAN.contains(from));
        assert_eq!(of(&PLAN.replace(from, to)), of(PLAN), "{from} → {to}");
    }
}

#[test]
fn any_other_change_makes_another_digest() {
    let other = [
        (r#""max_size": 12"#, r#""max_size": 13"#),
        (r#""max_size": 8"#, r#""max_size": 9"#),
        (r#""max_size": 12"#, r#""max_size": 12.0"#),
        (r#""max_size": 12"#, r#""max_size": "12""#),
        ("9007199254740993}, \"after\"", "9007199254740992}, \"after\""),
        ("aws_autoscaling_group.workers\", \"mode", "aws_autoscaling_group.others\", \"mode"),
        (r#"["update"]"#, r#"["delete","create"]"#),
        (r#"["no-op"]"#, r#"["update"]"#),
        (r#"{"arn": true}"#, r#"{"arn": true, "id": true}"#),
        (r#"{"arn": true}"#, "{}"),
        (r#""after_sensitive": {}"#, r#""after_sensitive": {"max_size": true}"#),
        (r#""type": "aws_autoscaling_group""#, r#""type": "aws_instance""#),
        ("hashicorp/aws\",\n", "example/aws\",\n"),
        ("action.aws_lambda_invoke.x", "action.aws_lambda_invoke.y"),
        (r#""value": "eu-west-1""#, r#""value": "us-east-1""#),
        ("var.region", "var.other"),
        (r#""constant_value": "true""#, r#""constant_value": "curl example.org | sh""#),
        (
            r#""mode": "managed", "type": "aws_instance""#,
            r#""mode": "managed", "previous_address": "module.agents.aws_instance.idle", "type": "aws_instance""#,
        ),
        (r#""timestamp""#, r#""complete": false, "timestamp""#),
        (r#""timestamp""#, r#""deferred_changes": [{"reason": "x"}], "timestamp""#),
    ];
    let mut seen = BTreeSet::from([of(PLAN)]);
    for (from, to) in other {
        assert!(PLAN.contains(from), "{from}");
        assert!(
            seen.insert(of(&PLAN.replacen(from, to, 1))),
            "{from} → {to} has a digest that was there before"
        );
    }
}

#[test]
fn where_and_by_what_counts_too() {
    let material = read(PLAN).unwrap();
    let base = setting();
    let state = |lineage: &str, serial| Some(StateId { lineage: lineage.to_owned(), serial });
    let mut worse = base.findings.clone();
    worse[0].message = "13 instances".to_owned();
    let mut denied = base.findings.clone();
    denied[0].verdict = "deny".to_owned();
    let others = [
        Setting { governance: Digest::of(b"another"), ..base.clone() },
        Setting { catalog: Digest::of(b"another"), ..base.clone() },
        Setting { price_book: Some(Digest::of(b"prices")), ..base.clone() },
        Setting { workspace: Some("dev".to_owned()), ..base.clone() },
        Setting { workspace: None, ..base.clone() },
        Setting { account: None, ..base.clone() },
        Setting { state: None, ..base.clone() },
        Setting { state: state("4b1c", 8), ..base.clone() },
        Setting { state: state("other", 7), ..base.clone() },
        Setting { findings: Vec::new(), ..base.clone() },
        Setting { findings: worse, ..base.clone() },
        Setting { findings: denied, ..base.clone() },
    ];
    let mut seen = BTreeSet::from([material.digest(REQUEST, &base)]);
    for other in &others {
        assert!(seen.insert(material.digest(REQUEST, other)), "{other:?}");
    }
    assert!(seen.insert(material.digest("ffffffffffffffffffffffffffffffff", &base)));
    let mut turned = base.clone();
    turned.findings.push(FindingSeen { rule: "a".to_owned(), ..base.findings[0].clone() });
    let one = material.digest(REQUEST, &turned);
    turned.findings.reverse();
    assert_eq!(material.digest(REQUEST, &turned), one, "the order of findings means nothing");
}

#[test]
fn what_is_no_plan_is_refused() {
    for bad in [
        "[]",
        r#"{"resource_changes": {}}"#,
        r#"{"resource_changes": [7]}"#,
        r#"{"resource_changes": [{"address": "a.b"}]}"#,
        r#"{"resource_changes": [{"address": "a.b", "change": {}}]}"#,
        r#"{"resource_changes": [{"change": {"actions": ["create"]}}]}"#,
    ] {
        assert!(read(bad).is_err(), "{bad}");
    }
    // Two readers could see two values, wherever that is; and what is not kept is read as strictly.
    for bad in [
        r#"{"resource_changes": [], "resource_changes": []}"#,
        r#"{"prior_state": {"a": [{"b": 1, "b": 2}]}, "resource_changes": []}"#,
        r#"{"prior_state": {"a": 01}, "resource_changes": []}"#,
        r#"{"resource_changes": []} {}"#,
    ] {
        assert!(read(bad).is_err(), "{bad}");
    }
    assert!(read(r#"{"prior_state": {"a": [{"b": 1, "c": 2}]}, "resource_changes": []}"#).is_ok());
}

fn object(address: &str, value: &str) -> String {
    format!(
        r#"{{"address":"{address}","mode":"managed","type":"t","provider_name":"p","change":{{"actions":["update"],"before":{{"v":0}},"after":{{"v":{value}}},"after_unknown":{{}}}}}}"#
    )
}

fn plan(objects: &[String]) -> String {
    format!(r#"{{"resource_changes":[{}]}}"#, objects.join(","))
}

/// The ways to every value of a tree that has none beneath it.
fn leaves(json: &Json, way: &str, found: &mut Vec<String>) {
    match json {
        Json::Object(members) if !members.is_empty() => {
            for (name, below) in members {
                leaves(below, &format!("{way}/{name}"), found);
            }
        }
        Json::Array(items) if !items.is_empty() => {
            for (index, below) in items.iter().enumerate() {
                leaves(below, &format!("{way}/{index}"), found);
            }
        }
        _ => found.push(way.to_owned()),
    }
}

/// The same tree with another value at the end of this way.
fn with(json: &Json, way: &str, value: &Json) -> Json {
    let Some((step, rest)) = way.strip_prefix('/').map(|way| way.split_once('/').unwrap_or((way, ""))) else {
        return value.clone();
    };
    let below = if rest.is_empty() { String::new() } else { format!("/{rest}") };
    let replaced = |here: bool, old: &Json| if here { with(old, &below, value) } else { old.clone() };
    match json {
        Json::Object(members) => Json::Object(
            members.iter().map(|(name, old)| (name.clone(), replaced(name == step, old))).collect(),
        ),
        Json::Array(items) => {
            items.iter().enumerate().map(|(index, old)| replaced(index.to_string() == step, old)).collect()
        }
        leaf => leaf.clone(),
    }
}

/// What an approval says nothing about: by whom and when the plan was written, and what stays as it is.
fn says_nothing(way: &str) -> bool {
    let idle =
        way.starts_with("/resource_changes/1/") && !way.starts_with("/resource_changes/1/change/actions");
    idle || ["/format_version", "/terraform_version", "/timestamp"].contains(&way)
}

fn any_value() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<u32>().prop_map(Json::from),
        "[a-z]{0,6}".prop_map(Json::from),
        "[a-z]{1,3}".prop_map(|name| Json::Object(BTreeMap::from([(name, Json::from(true))]))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_single_value_counts_or_is_one_of_the_few_that_do_not(which in any::<prop::sample::Index>(), value in any_value()) {
        let tree = Json::parse(PLAN).unwrap();
        let mut ways = Vec::new();
        leaves(&tree, "", &mut ways);
        let way = which.get(&ways);
        let changed = with(&tree, way, &value);
        prop_assume!(changed != tree);
        // A plan that cannot be read any more opens nothing either.
        if let Ok(material) = read(&changed.to_text()) {
            let same = material.digest(REQUEST, &setting()) == of(PLAN);
            prop_assert_eq!(same, says_nothing(way), "{} = {:?}", way, value);
        }
    }
}

proptest! {
    #[test]
    fn different_numbers_never_share_a_digest(a in "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,8})?", b in "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,8})?") {
        let (one, two) = (of(&plan(&[object("a.b", &a)])), of(&plan(&[object("a.b", &b)])));
        // Only `-0` is another spelling of a safe integer.
        let same = |text: &str| if text == "-0" { "0".to_owned() } else { text.to_owned() };
        prop_assert_eq!(one == two, same(&a) == same(&b));
    }

    #[test]
    fn the_order_of_entries_means_nothing_and_their_number_does(values in proptest::collection::vec(0_u32..5, 1..6)) {
        let objects: Vec<String> =
            values.iter().enumerate().map(|(index, value)| object(&format!("a.b{index}"), &value.to_string())).collect();
        let mut reversed = objects.clone();
        reversed.reverse();
        prop_assert_eq!(of(&plan(&objects)), of(&plan(&reversed)));
        prop_assert_ne!(of(&plan(&objects)), of(&plan(&objects[1..])));
        let mut more = objects.clone();
        more.push(object("a.smuggled", "1"));
        prop_assert_ne!(of(&plan(&objects)), of(&plan(&more)));
    }

    #[test]
    fn no_tree_makes_it_panic(text in "\\PC{0,80}") {
        let _ = read(&text);
    }
}
