//! What needs a newer tool than most have, driven by the real one where it is new enough: import by identity, searches, actions.
//! With an older one each test says that it did not run; the same is tested in process in the SDK's `tests/newer_rpcs.rs`,
//! `tests/ephemeral_terraform.rs` and `tests/in_process.rs`. Give newer tools with `TF_PROVIDER_TEST_CLIS`.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test, also outside its test functions, which says aloud what it leaves out"
)]

mod sdk_support;

use sdk_support::{Setting, thing, with_each};
use tf_provider_sdk::testing::cli::Cli;

/// With every Terraform from this version on. OpenTofu has none of this.
fn with_each_from(major: u32, minor: u32, what: &str, test: impl Fn(&Cli)) {
    with_each(|cli| {
        if cli.is_at_least(major, minor) && !cli.is_opentofu() {
            test(cli);
        } else {
            eprintln!("SKIPPED: {what} needs Terraform {major}.{minor} or later, and this is {}", cli.name());
        }
    });
}

#[test]
fn an_import_by_identity_finds_the_thing() {
    with_each_from(1, 12, "an import by identity", |cli| {
        let setting = Setting::new(cli, &thing("size = 5"));
        setting.apply();
        setting.must(&["state", "rm", "conformance_thing.a"]);
        assert!(!setting.in_state() && setting.cloud.path().join("box.json").exists());
        let import = "import {\n  to       = conformance_thing.a\n  identity = { id = \"box\" }\n}\n";
        setting.things(&format!("{}{import}", thing("size = 5")));
        setting.apply();
        setting.plan_is_empty();
        let missing = import.replace("box", "bag");
        setting.must(&["state", "rm", "conformance_thing.a"]);
        setting.things(&format!("{}{missing}", thing("size = 5")));
        assert_eq!(setting.run(&["plan"]).code, Some(1));
    });
}

#[test]
fn a_search_finds_what_there_is_and_proposes_its_configuration() {
    with_each_from(1, 14, "a search", |cli| {
        let setting = Setting::new(cli, &thing("size = 5"));
        setting.apply();
        let search = |prefix: &str| {
            format!(
                "list \"conformance_thing\" \"found\" {{\n  provider = conformance\n  config {{\n    prefix = \"{prefix}\"\n  }}\n}}\n"
            )
        };
        setting.work.write("search.tfquery.hcl", &search("b")).unwrap();
        let found = setting.must(&["query", "-generate-config-out=generated.tf"]);
        assert!(found.stdout.contains("Thing box"), "{}", found.stdout);
        let generated = std::fs::read_to_string(setting.work.folder().join("generated.tf")).unwrap();
        assert!(generated.contains("\"box\""), "{generated}");
        setting.work.write("search.tfquery.hcl", &search("nothing-like-it")).unwrap();
        assert!(!setting.must(&["query"]).stdout.contains("Thing box"));
    });
}

#[test]
fn an_action_runs_after_what_it_waits_for() {
    with_each_from(1, 14, "an action", |cli| {
        let action = |prefix: &str| {
            format!(
                "action \"conformance_touch\" \"a\" {{\n  config {{\n    prefix = \"{prefix}\"\n  }}\n}}\n"
            )
        };
        let trigger = "  lifecycle {\n    action_trigger {\n      events  = [after_create]\n      actions = [action.conformance_touch.a]\n    }\n  }";
        let setting = Setting::new(cli, &format!("{}{}", thing(trigger), action("box")));
        let applied = setting.apply();
        assert!(applied.stdout.contains("touched"), "{}", applied.stdout);
        setting.plan_is_empty();
        setting.things(&format!("{}{}", thing(""), action("bag")));
        setting.fails(&["apply", "-auto-approve", "-invoke=action.conformance_touch.a"], &["No such thing"]);
    });
}
