//! More items of the checklist in `sdk_terraform.rs`: those that meddle with the cloud or the state, or look into plans as JSON.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test, also outside its test functions")]

mod sdk_support;

use sdk_support::{Setting, thing, with_each};
use serde_json::{Value as Json, json};

impl Setting {
    /// What the cloud has of `box`.
    fn stored(&self) -> Json {
        serde_json::from_slice(&std::fs::read(self.cloud.path().join("box.json")).unwrap()).unwrap()
    }

    fn meddle(&self, stored: &Json) {
        std::fs::write(self.cloud.path().join("box.json"), stored.to_string()).unwrap();
    }

    /// Before and after of the first resource in a fresh plan.
    fn planned_change(&self) -> Json {
        let plan = self.work.plan().unwrap();
        assert_ne!(plan.code, Some(1), "{}\n{}", plan.stdout, plan.stderr);
        self.work.planned().unwrap().pointer("/resource_changes/0/change").unwrap().clone()
    }

    fn rewrite_state(&self, change: impl FnOnce(&mut Json)) {
        let file = self.work.folder().join("terraform.tfstate");
        let mut state: Json = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        change(state.pointer_mut("/resources/0").unwrap());
        std::fs::write(file, state.to_string()).unwrap();
    }
}

const PLAIN: &str = r#"
  region   = "eu"
  size     = 5
  weight   = 0.1
  tags     = { x = "y" }
  labels   = ["a", "b"]
  password = "hunter-two"
  color    = "red"
  net      = { public = true }
  disks    = [{ size = 1 }, { size = 2 }]
  rules    = [{ port = 80 }]
  zones    = { a = { count = 3 } }
"#;

/// Item 6. The etag changes with every change, so it is known after apply.
#[test]
fn drift_shows_the_field_that_drifted_and_no_other() {
    with_each(|cli| {
        let setting = Setting::new(cli, &thing(PLAIN));
        setting.apply();
        let intact = setting.stored();
        for (pointer, other) in [
            ("/size", json!(6)),
            ("/weight", json!(0.2)),
            ("/tags", json!({ "x": "z" })),
            ("/labels", json!(["a"])),
            ("/password", json!("other")),
            ("/color", json!("blue")),
            ("/net/public", json!(false)),
            ("/disks/1/size", json!(9)),
            ("/rules/0/port", json!(81)),
            ("/zones/a/count", json!(4)),
        ] {
            let mut meddled = intact.clone();
            *meddled.pointer_mut(pointer).unwrap() = other;
            setting.meddle(&meddled);
            let change = setting.planned_change();
            assert_eq!(change["actions"], json!(["update"]), "{pointer}");
            let after = change["after"].as_object().unwrap();
            let differing: Vec<_> =
                after.iter().filter(|(name, value)| change["before"][name] != **value).collect();
            let names: Vec<_> = differing.iter().map(|(name, _)| format!("/{name}")).collect();
            assert_eq!(names.len(), 1, "{pointer}: {names:?}");
            assert!(pointer.starts_with(&names[0]), "{pointer}: {names:?}");
            // Of what is known only after apply, there is the etag, and the id of a rule that is not the same any more.
            let unknown = change["after_unknown"].as_object().unwrap();
            let open = unknown.iter().filter(|(_, part)| part.to_string().contains("true"));
            let open: Vec<_> = open.map(|(name, _)| name.as_str()).collect();
            let expected = if pointer.starts_with("/rules") { vec!["etag", "rules"] } else { vec!["etag"] };
            assert_eq!(open, expected, "{pointer}");
        }
        setting.meddle(&intact);
        setting.plan_is_empty();
    });
}

/// Item 7: neither "gone" nor "unchanged".
#[test]
fn an_answer_that_cannot_be_read_is_an_error() {
    with_each(|cli| {
        let setting = Setting::new(cli, &thing(""));
        setting.apply();
        let file = setting.cloud.path().join("box.json");
        std::fs::write(&file, "503 Service Unavailable").unwrap();
        setting.fails(&["plan"], &["Cannot read thing"]);
        std::fs::remove_file(&file).unwrap();
        std::fs::create_dir(&file).unwrap();
        setting.fails(&["plan"], &["Cannot read thing"]);
        assert!(setting.in_state());
    });
}

/// Items 9 and 10: what the plan knows is what the state has; a computed value stays through an unrelated update.
#[test]
fn what_is_applied_is_what_was_planned() {
    with_each(|cli| {
        let setting = Setting::new(cli, &thing("size = 5\n  disks = [{ size = 1 }]\n  zones = { a = {} }"));
        setting.planned_change();
        for update in ["", "size = 6\n  disks = [{ size = 1 }]\n  zones = { a = {}, b = {} }"] {
            if !update.is_empty() {
                setting.things(&thing(update));
            }
            let change = setting.planned_change();
            setting.must(&["apply", "-auto-approve"]);
            let state = setting.work.attributes("conformance_thing.a").unwrap();
            for (name, planned) in change["after"].as_object().unwrap() {
                if !change["after_unknown"][name].to_string().contains("true") {
                    assert_eq!(&state[name], planned, "{name}");
                }
            }
            assert_eq!(state["color"], json!("given-thing-color"));
            if !update.is_empty() {
                assert_eq!(change["after"]["color"], json!("given-thing-color"));
                assert_eq!(change["after"]["zones"]["a"], change["before"]["zones"]["a"]);
            }
        }
    });
}

/// Item 13, for an update: what is left to do is what the next plan shows.
#[test]
fn an_update_that_stopped_half_way_is_resumed() {
    with_each(|cli| {
        let setting = Setting::new(cli, &thing("size = 5\n  labels = [\"a\"]"));
        setting.apply();
        setting.things(&thing("size = 6\n  labels = [\"b\"]\n  behavior = \"stop_after_size\""));
        setting
            .fails(&["apply", "-auto-approve"], &["Half of it was changed", "The size of `box` is changed"]);
        setting.things(&thing("size = 6\n  labels = [\"b\"]"));
        let change = setting.planned_change();
        assert_eq!((&change["before"]["size"], &change["after"]["size"]), (&json!(6), &json!(6)));
        assert_eq!((&change["before"]["labels"], &change["after"]["labels"]), (&json!(["a"]), &json!(["b"])));
        setting.apply();
        setting.plan_is_empty();
    });
}

/// Item 15.
#[test]
fn generated_configuration_plans_nothing() {
    with_each(|cli| {
        let setting = Setting::new(cli, &thing("size = 5\n  labels = [\"a\"]\n  tags = { x = \"y\" }"));
        setting.apply();
        setting.must(&["state", "rm", "conformance_thing.a"]);
        setting.things("import {\n  to = conformance_thing.b\n  id = \"box\"\n}\n");
        setting.must(&["plan", "-generate-config-out=generated.tf"]);
        setting.apply();
        setting.plan_is_empty();
    });
}

/// Item 17: version 0 called the size `volume`.
#[test]
fn state_of_an_older_version_is_read() {
    with_each(|cli| {
        let setting = Setting::new(cli, &thing("size = 5"));
        setting.apply();
        setting.rewrite_state(|resource| {
            let instance = &mut resource["instances"][0];
            instance["schema_version"] = json!(0);
            let attributes = instance["attributes"].as_object_mut().unwrap();
            let size = attributes.remove("size").unwrap();
            attributes.insert("volume".to_owned(), size);
            attributes.insert("gone".to_owned(), json!([1]));
        });
        setting.plan_is_empty();
        setting.rewrite_state(|resource| resource["instances"][0]["schema_version"] = json!(9));
        setting.fails(&["plan"], &["conformance_thing.a", "version"]);
    });
}

/// Item 18.
#[test]
fn a_former_type_is_moved_from() {
    with_each(|cli| {
        let setting = Setting::new(cli, &thing("size = 5"));
        setting.apply();
        setting.rewrite_state(|resource| {
            resource["type"] = json!("conformance_widget");
            let attributes = resource["instances"][0]["attributes"].as_object_mut().unwrap();
            let name = attributes.remove("name").unwrap();
            attributes.insert("label".to_owned(), name);
        });
        let moved = "moved {\n  from = conformance_widget.a\n  to   = conformance_thing.a\n}\n";
        setting.things(&format!("{}{moved}", thing("size = 5")));
        setting.apply();
        setting.plan_is_empty();
        assert_eq!(setting.must(&["state", "list"]).stdout.trim(), "conformance_thing.a");
    });
}

#[test]
fn time_limits_are_checked_and_changed_without_a_call() {
    with_each(|cli| {
        let setting = Setting::new(cli, &thing("  timeouts = { create = \"ten minutes\" }"));
        setting.fails(&["validate"], &["Invalid duration", "`timeouts.create`", "on main.tf line 3"]);
        setting.things(&thing("timeouts = { create = \"10m\" }"));
        setting.apply();
        setting.plan_is_empty();
        setting.things(&thing("timeouts = { create = \"20m\" }"));
        let change = setting.planned_change();
        assert_eq!((&change["actions"], &change["after"]["etag"]), (&json!(["update"]), &json!("1")));
        setting.apply();
        setting.plan_is_empty();
        assert_eq!(setting.work.attributes("conformance_thing.a").unwrap()["etag"], json!("1"));
    });
}
