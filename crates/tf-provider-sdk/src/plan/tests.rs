//! Plans as the schema alone makes them.

use super::*;
use crate::schema::Validator;
use crate::types::Type;

fn trimmed(left: &Value, right: &Value) -> bool {
    left.as_str().map(str::trim) == right.as_str().map(str::trim)
}

fn schema() -> Schema {
    Schema::new()
        .attribute(Attribute::string("id").computed().keep_prior())
        .attribute(Attribute::string("etag").computed())
        .attribute(Attribute::string("digest").computed().changes_with(["name"]))
        .attribute(Attribute::string("name").required().validate(Validator::length(1..)).equivalent(trimmed))
        .attribute(Attribute::number("size").default(3))
        .attribute(Attribute::string("region").requires_replace())
        .attribute(Attribute::string("secret").write_only())
        .attribute(Attribute::nested_set(
            "rules",
            [Attribute::string("port").required(), Attribute::string("rule_id").computed().keep_prior()],
        ))
        .attribute(Attribute::nested(
            "net",
            [Attribute::bool("public").default(false), Attribute::string("ip").computed().keep_prior()],
        ))
}

fn config() -> Object {
    let rule = |port: &str| Value::from(Object::new().with("port", port).with("rule_id", Value::Null));
    let net = Object::new().with("public", Value::Null).with("ip", Value::Null);
    Object::new()
        .with("name", "a")
        .with("region", "eu")
        .with("secret", "s3cret")
        .with("rules", Value::set([rule("80"), rule("443")]))
        .with("net", net)
}

fn full(object: Object) -> Value {
    shape(object.into(), &schema().ty()).unwrap()
}

/// What an apply would make of a create plan: each unknown gets a value.
fn applied() -> Value {
    fn fill(value: Value, name: &str) -> Value {
        match value {
            Value::Unknown(_) => format!("given-{name}").into(),
            Value::Object(object) => {
                let port = object.get("port").as_str().unwrap_or_default().to_owned();
                Value::Object(
                    object
                        .into_iter()
                        .map(|(key, value)| (key.clone(), fill(value, &format!("{key}{port}"))))
                        .collect(),
                )
            }
            Value::Set(items) => Value::set(items.into_iter().map(|item| fill(item, name))),
            other => other,
        }
    }
    fill(propose(&schema(), &full(config()), None).state, "")
}

#[test]
fn a_create_has_defaults_and_unknowns() {
    let plan = propose(&schema(), &full(config()), None).state;
    assert_eq!(plan.attr("size"), &Value::from(3));
    assert_eq!(plan.attr("net").attr("public"), &Value::from(false));
    assert!(plan.attr("id").is_unknown() && plan.attr("net").attr("ip").is_unknown());
    assert!(plan.attr("secret").is_null());
    assert!(plan.attr("rules").elements().unwrap().all(|rule| rule.attr("rule_id").is_unknown()));
}

#[test]
fn the_second_plan_is_empty() {
    let state = applied();
    let plan = propose(&schema(), &full(config()), Some(&state));
    assert!(!plan.changed);
    assert_eq!(plan.state, state);
}

#[test]
fn another_spelling_is_no_change() {
    let state = applied();
    let plan = propose(&schema(), &full(config().with("name", " a ")), Some(&state));
    assert!(!plan.changed);
    assert_eq!(keep_spelling(&schema(), &full(config()), full(config().with("name", "a\n"))), full(config()));
}

#[test]
fn an_update_marks_only_what_may_change() {
    let state = applied();
    let plan = propose(&schema(), &full(config().with("size", 4)), Some(&state)).state;
    assert!(plan.attr("etag").is_unknown());
    for kept in ["id", "digest", "rules", "net"] {
        assert_eq!(plan.attr(kept), state.attr(kept), "{kept}");
    }
    let plan = propose(&schema(), &full(config().with("name", "b")), Some(&state)).state;
    assert!(plan.attr("digest").is_unknown());
}

#[test]
fn removing_an_attribute_returns_to_its_default() {
    let larger = propose(&schema(), &full(config().with("size", 9)), Some(&applied())).state;
    let plan = propose(&schema(), &full(config()), Some(&larger)).state;
    assert_eq!(plan.attr("size"), &Value::from(3));
}

#[test]
fn set_elements_are_matched_by_content() {
    let state = applied();
    let rule = |port: &str| Value::from(Object::new().with("port", port).with("rule_id", Value::Null));
    let changed = full(config().with("rules", Value::set([rule("22"), rule("443")])));
    let plan = propose(&schema(), &changed, Some(&state)).state;
    let id_of = |port: &str| {
        let mut rules = plan.attr("rules").elements().unwrap();
        rules.find(|rule| rule.attr("port").as_str() == Some(port)).unwrap().attr("rule_id").clone()
    };
    assert_eq!(id_of("443"), Value::from("given-rule_id443"));
    assert!(id_of("22").is_unknown());
}

#[test]
fn replacement_is_named() {
    let state = applied();
    let plan = propose(&schema(), &full(config().with("region", "us")), Some(&state)).state;
    let paths: Vec<_> = replacements(&schema(), &state, &plan).iter().map(ToString::to_string).collect();
    assert_eq!(paths, ["region"]);
    assert!(replacements(&schema(), &state, &state).is_empty());
}

fn only_path(diagnostics: &crate::Diagnostics) -> String {
    let paths: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.path.to_string()).collect();
    assert_eq!(paths.len(), 1, "{diagnostics:?}");
    paths.concat()
}

#[test]
fn a_plan_against_the_rules_is_caught_by_name() {
    let (config, plan) = (full(config()), propose(&schema(), &full(config()), None).state);
    assert!(check_plan(&schema(), &config, &Value::Null, &plan).is_empty());
    let breach = |name: &str, value: Value| {
        let mut object = plan.as_object().unwrap().clone();
        object.set(name, value);
        only_path(&check_plan(&schema(), &config, &Value::Null, &object.into()))
    };
    assert_eq!(breach("name", "A".into()), "name");
    assert_eq!(breach("secret", "s3cret".into()), "secret");
    assert_eq!(breach("rules", Value::set([])), "rules");
}

#[test]
fn a_result_against_the_plan_is_caught_by_name() {
    let plan = propose(&schema(), &full(config()), None).state;
    assert!(check_applied(&plan, &applied()).is_empty());
    let mut object = applied().as_object().unwrap().clone();
    object.set("region", "us");
    assert_eq!(only_path(&check_applied(&plan, &object.into())), "region");
    assert!(check_unknown(&plan).len() >= 4);
    assert!(check_unknown(&applied()).is_empty());
}

#[test]
fn refinements_survive_a_typed_model() {
    let refined = Value::Unknown(crate::Refinement::not_null());
    let proposed = Value::from(Object::new().with("a", refined.clone()).with("l", vec![refined.clone()]));
    let mut planned =
        Value::from(Object::new().with("a", Value::unknown()).with("l", vec![Value::unknown()]));
    keep_refinements(&mut planned, &proposed);
    assert_eq!(planned, proposed);
}

#[test]
fn defaults_reach_data_sources() {
    let filled = with_defaults(&schema(), &full(config()));
    assert_eq!(filled.attr("size"), &Value::from(3));
    assert_eq!(filled.attr("net").attr("public"), &Value::from(false));
    assert_eq!(filled.attr("id"), &Value::Null);
    assert_eq!(shape(filled.clone(), &schema().ty()), Ok(filled));
    assert_eq!(Type::of(&Value::Null), Type::Dynamic);
}
