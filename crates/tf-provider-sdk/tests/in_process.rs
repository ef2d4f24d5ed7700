//! The conformance provider's whole life without Terraform, and what happens when it misbehaves.
#![allow(clippy::unwrap_used, reason = "a test, also outside its test functions")]

#[path = "../examples/conformance.rs"]
#[allow(dead_code, reason = "its `main` is for the example")]
mod conformance;

use conformance::Conformance;
use tempfile::TempDir;
use tf_provider_sdk::testing::{Action, ResourceTest, TestProvider};
use tf_provider_sdk::{Diagnostics, Object, Path, Value};

struct Fixture {
    cloud: TempDir,
    provider: TestProvider<Conformance>,
}

impl Fixture {
    fn new() -> Self {
        let cloud = tempfile::tempdir().unwrap();
        let config = Object::new().with("folder", cloud.path().to_str().unwrap());
        Self { provider: TestProvider::start(Conformance, config).unwrap(), cloud }
    }

    fn thing(&self) -> ResourceTest<'_, Conformance> {
        self.provider.resource("conformance_thing").unwrap()
    }
}

fn port(port: i32) -> Value {
    Object::new().with("port", port).into()
}

fn named(name: &str) -> Object {
    Object::new().with("name", name)
}

fn full() -> Object {
    named("Red-Box")
        .with("region", "eu")
        .with("labels", vec!["b", "a"])
        .with("extra", Object::new().with("deep", vec![Value::from(1), Value::Null]))
        .with("secret", "s3cret")
        .with("net", Object::new())
        .with("disks", vec![Value::from(Object::new().with("size", 1)), Object::new().with("size", 2).into()])
        .with("rules", Value::set([port(80), port(443)]))
        .with("zones", Object::new().with("a", Object::new()))
}

/// Where the errors point, and what they say.
fn said(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics.iter().map(|d| format!("{}: {} {}", d.path, d.summary, d.detail)).collect()
}

#[test]
fn a_whole_life() {
    let fixture = Fixture::new();
    let mut thing = fixture.thing();
    assert_eq!(thing.plan(&full()).unwrap().action, Action::Create);
    let state = thing.apply(&full()).unwrap();
    assert_eq!(state.attr("id"), &Value::from("red-box"));
    assert_eq!(state.attr("secret"), &Value::Null);
    let rule_ids =
        state.attr("rules").elements().unwrap().map(|rule| rule.attr("rule_id").clone()).collect::<Vec<_>>();

    let update = full().with("size", 7).with("rules", Value::set([port(443), port(22)]));
    let plan = thing.plan(&update).unwrap();
    assert_eq!(plan.action, Action::Update);
    assert!(plan.state.attr("etag").is_unknown() && !plan.state.attr("id").is_unknown());
    let state = thing.apply(&update).unwrap();
    assert_eq!(state.attr("etag"), &Value::from("2"));
    let kept = state.attr("rules").elements().unwrap().filter(|rule| rule_ids.contains(rule.attr("rule_id")));
    assert_eq!(kept.count(), 1);

    let plan = thing.plan(&full().with("region", "us")).unwrap();
    assert_eq!((plan.action, plan.replace), (Action::Replace, vec![Path::attribute("region")]));
    thing.apply(&full().with("region", "us")).unwrap();
    thing.destroy().unwrap();
    assert!(thing.state().is_null());
    assert_eq!(fixture.cloud.path().read_dir().unwrap().count(), 0);
}

#[test]
fn another_spelling_and_order_are_no_change() {
    let fixture = Fixture::new();
    let mut thing = fixture.thing();
    thing.apply(&full()).unwrap();
    let respelled = full().with("name", "RED-box").with("labels", vec!["a", "b", "a"]);
    assert_eq!(thing.plan(&respelled).unwrap().action, Action::NoOp);
}

#[test]
fn drift_is_seen_and_a_missing_thing_is_made_again() {
    let fixture = Fixture::new();
    let mut thing = fixture.thing();
    thing.apply(&named("box")).unwrap();
    let file = fixture.cloud.path().join("box.json");
    std::fs::write(&file, r#"{"name": "box", "size": 9}"#).unwrap();
    assert_eq!(thing.refresh().unwrap().attr("size"), &Value::from(9));
    assert_eq!(thing.plan(&named("box")).unwrap().action, Action::Update);
    std::fs::remove_file(file).unwrap();
    assert!(thing.refresh().unwrap().is_null());
    assert_eq!(thing.plan(&named("box")).unwrap().action, Action::Create);
}

#[test]
fn import_reads_and_a_wrong_id_is_explained() {
    let fixture = Fixture::new();
    fixture.thing().apply(&named("Box")).unwrap();
    let mut imported = fixture.thing();
    imported.import("box").unwrap();
    assert_eq!(imported.plan(&named("box")).unwrap().action, Action::NoOp);
    // Item 14, by identity: what Terraform 1.11 does not speak.
    let mut by_identity = fixture.thing();
    by_identity.import_by_identity(Object::new().with("id", "box")).unwrap();
    assert_eq!(by_identity.state(), imported.state());
    assert_eq!(by_identity.plan(&named("box")).unwrap().action, Action::NoOp);
    let wrong = imported.import("NOT AN ID").unwrap_err();
    assert_eq!(
        said(&wrong),
        [
            ": Wrong import id The id must have the form `<name in lower case>`, for example `red-box`; `NOT AN ID` was given."
        ]
    );
    assert!(fixture.thing().import("nothing").is_err());
}

#[test]
fn state_of_an_older_version_is_upgraded() {
    let fixture = Fixture::new();
    let thing = fixture.thing();
    let old = serde_json::json!({ "id": "box", "name": "box", "volume": 5, "gone": true });
    assert_eq!(thing.upgrade(0, &old).unwrap().attr("size"), &Value::from(5));
    assert!(said(&thing.upgrade(2, &old).unwrap_err())[0].contains("State is too new"));
}

#[test]
fn a_configuration_is_checked_where_it_is_wrong() {
    let fixture = Fixture::new();
    let config = full().with("name", "").with("size", 101);
    let paths: Vec<_> = fixture.thing().validate(&config).iter().map(|d| d.path.to_string()).collect();
    assert_eq!(paths, ["name", "size"]);
    let config = full()
        .with("disks", vec![Value::from(Object::new().with("size", 0))])
        .with("rules", Value::set([port(0)]));
    // Terraform finds the line of a top-level attribute; the rest of the path is in the text.
    assert_eq!(
        said(&fixture.thing().validate(&config)),
        [
            "rules: Reserved port Port 0 is reserved.\n\nAttribute: `rules[*].port`.",
            "disks: Empty disk A disk needs a size.\n\nAttribute: `disks[0].size`.",
        ]
    );
}

#[test]
fn unknown_configuration_is_planned_as_unknown() {
    let fixture = Fixture::new();
    let refined = Value::Unknown(tf_provider_sdk::Refinement::not_null());
    let config = full().with("size", refined.clone()).with("labels", Value::unknown());
    let plan = fixture.thing().plan(&config).unwrap();
    assert_eq!(plan.state.attr("size"), &refined);
    assert!(plan.state.attr("labels").is_unknown());
}

#[test]
fn what_exists_after_a_failure_is_kept() {
    let fixture = Fixture::new();
    let mut thing = fixture.thing();
    assert!(thing.apply(&named("box").with("behavior", "fail")).is_err());
    assert!(thing.state().is_null());
    assert!(thing.apply(&named("box").with("behavior", "fail_half_way")).is_err());
    assert_eq!(thing.state().attr("id"), &Value::from("box"));
    assert!(thing.is_tainted());
    thing.apply(&named("box")).unwrap();
    let before = thing.state().clone();
    assert!(thing.apply(&named("box").with("behavior", "fail").with("size", 4)).is_err());
    assert_eq!(thing.state(), &before);
    assert!(thing.apply(&named("box").with("behavior", "panic").with("size", 4)).is_err());
    assert_eq!(thing.state(), &before);
}

#[test]
fn a_panic_is_a_message_with_its_place() {
    let fixture = Fixture::new();
    let panicked = fixture.thing().apply(&named("box").with("behavior", "panic")).unwrap_err();
    let text = said(&panicked).concat();
    assert!(text.contains("the author made a mistake") && text.contains("thing.rs:"), "{text}");
    fixture.thing().apply(&named("box")).unwrap();
}

#[test]
fn breaches_of_terraforms_rules_are_caught_by_name() {
    let fixture = Fixture::new();
    let breach = |behavior: &str| {
        let error =
            fixture.thing().apply(&named("box").with("behavior", behavior).with("size", 5)).unwrap_err();
        said(&error).concat()
    };
    assert!(
        breach("change_planned").starts_with("size: Error in the provider The plan breaks a rule at `size`")
    );
    assert!(
        breach("inconsistent").starts_with("size: Error in the provider The result breaks a rule at `size`")
    );
    assert!(breach("leave_unknown").starts_with("etag: Error in the provider `etag` is still unknown"));
}

#[test]
fn data_sources_and_functions_answer() {
    let fixture = Fixture::new();
    fixture.thing().apply(&named("box").with("size", 6)).unwrap();
    let found = fixture.provider.read("conformance_thing", Object::new().with("id", "box")).unwrap();
    assert_eq!(found.attr("size"), &Value::from(6));
    let missing = fixture.provider.read("conformance_thing", Object::new().with("id", "no")).unwrap_err();
    assert_eq!(said(&missing), ["id: No such thing There is no `no`."]);

    let join = |words: Vec<Value>| fixture.provider.function("join", words);
    assert_eq!(join(vec!["-".into(), "a".into(), Value::Null, "b".into()]), Ok("a-b".into()));
    assert_eq!(join(vec!["".into()]), Err(("the separator must not be empty".to_owned(), Some(0))));
}

#[test]
fn what_is_wrong_with_a_provider_is_told_before_it_is_used() {
    struct Wrong;
    struct Bad;
    use tf_provider_sdk::*;
    impl Provider for Wrong {
        type Model = NoConfig;
        type Client = ();
        fn name(&self) -> &'static str {
            "wrong"
        }
        fn namespace(&self) -> &'static str {
            "example"
        }
        async fn configure(&self, _: ConfigureRequest<NoConfig>) -> Result<(), Diagnostics> {
            Ok(())
        }
        fn data_sources(&self) -> Vec<DataSourceEntry<()>> {
            vec![DataSourceEntry::new(Bad), DataSourceEntry::new(Bad)]
        }
    }
    impl DataSource for Bad {
        type Model = NoConfig;
        type Client = ();
        fn type_suffix(&self) -> &'static str {
            "bad"
        }
        fn schema(&self) -> Schema {
            Schema::new()
                .attribute(Attribute::number("size").default("x"))
                .attribute(Attribute::list("any", Type::Dynamic))
                .attribute(Attribute::string("Name"))
        }
        async fn read(&self, _: &Context<()>, _: DataReadRequest<NoConfig>) -> Result<NoConfig, Diagnostics> {
            Ok(NoConfig)
        }
    }
    let text = said(&TestProvider::start(Wrong, Object::new()).err().unwrap()).join("\n");
    for part in [
        "two of the data source `wrong_bad`",
        "`size` has a default",
        "`any` has a collection",
        "`Name` must be",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

/// Item 11 of the checklist: what forces replacement is what the documentation says, and nothing else does.
#[test]
fn replacement_is_as_documented() {
    let fixture = Fixture::new();
    let pages = tf_provider_sdk::docs::render(&Conformance, &tf_provider_sdk::docs::Options::new()).unwrap();
    let page = &pages["resources/thing.md"];
    let before = full().with("behavior", Value::Null);
    let size = |size: i32| vec![Value::from(Object::new().with("size", size))];
    let changes = [
        ("name", Value::from("blue-box")),
        ("region", "us".into()),
        ("size", 9.into()),
        ("weight", 1.into()),
        ("tags", Object::new().with("a", "b").into()),
        ("labels", vec!["z"].into()),
        ("extra", "other".into()),
        ("secret_version", 2.into()),
        ("password", "hunter-three".into()),
        ("net", Object::new().with("public", true).into()),
        ("disks", size(9).into()),
        ("rules", Value::set([port(9)])),
        ("zones", Object::new().with("b", Object::new()).into()),
        ("color", "red".into()),
    ];
    let mut thing = fixture.thing();
    thing.apply(&before).unwrap();
    for (name, value) in changes {
        let plan = thing.plan(&before.clone().with(name, value)).unwrap();
        assert_ne!(plan.action, Action::NoOp, "{name}");
        let line = page.lines().find(|line| line.starts_with(&format!("- `{name}`"))).unwrap();
        assert_eq!(line.contains("Forces replacement"), plan.action == Action::Replace, "{line}");
    }
}
