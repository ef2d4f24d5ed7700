//! The conformance provider's ephemeral resource driven by the real Terraform or OpenTofu, whichever are there; its search and
//! its action, which need newer versions than most have, in process.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test, also outside its test functions")]

#[path = "../examples/conformance.rs"]
#[allow(dead_code, reason = "its `main` is for the example")]
mod conformance;

use std::path::PathBuf;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use conformance::Conformance;
use tempfile::TempDir;
use tf_provider_sdk::testing::cli::{Cli, Ended, Workspace};
use tf_provider_sdk::testing::{SearchFor, TestProvider};
use tf_provider_sdk::{Diagnostics, Object, Value};

/// Built by the test: cargo builds examples for some of its commands only.
fn binary() -> PathBuf {
    let deps = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--package",
            "tf-provider-sdk",
            "--example",
            "conformance",
            "--target-dir",
        ])
        .arg(deps.ancestors().nth(2).unwrap())
        .status();
    assert!(built.unwrap().success());
    deps.parent().unwrap().join("examples/conformance").with_extension(std::env::consts::EXE_EXTENSION)
}

struct Setting {
    work: Workspace,
    cloud: TempDir,
}

impl Setting {
    fn new(cli: &Cli, text: &str) -> Self {
        let work = Workspace::new(cli, "example/conformance", &binary()).unwrap();
        let cloud = tempfile::tempdir().unwrap();
        let provider =
            format!("provider \"conformance\" {{\n  folder = \"{}\"\n}}\n", cloud.path().display());
        work.write("provider.tf", &provider).unwrap();
        work.write("main.tf", text).unwrap();
        Self { work, cloud }
    }

    #[track_caller]
    fn must(&self, arguments: &[&str]) -> Ended {
        let ended = self.work.run(arguments).unwrap();
        assert_eq!(ended.code, Some(0), "{arguments:?}\n{}\n{}", ended.stdout, ended.stderr);
        ended
    }

    #[track_caller]
    fn fails(&self, arguments: &[&str], expected: &[&str]) {
        let ended = self.work.run(arguments).unwrap();
        assert_eq!(ended.code, Some(1), "{arguments:?}\n{}", ended.stdout);
        for part in expected {
            assert!(ended.text().contains(part), "`{part}` is not in:\n{}\n{}", ended.stdout, ended.stderr);
        }
    }

    fn open_leases(&self) -> usize {
        let entries = self.cloud.path().read_dir().unwrap().flatten();
        entries.filter(|entry| entry.path().extension().is_some_and(|ending| ending == "lease")).count()
    }
}

/// Runs a test with every program that is there.
fn with_each(test: impl Fn(&Cli)) {
    Cli::find_all().unwrap().iter().for_each(test);
}

fn lease(behavior: &str) -> String {
    format!(
        "ephemeral \"conformance_lease\" \"a\" {{\n  name     = \"build\"\n  behavior = \"{behavior}\"\n}}\n"
    )
}

const THING: &str = r#"
resource "conformance_thing" "a" {
  name           = "box"
  secret         = ephemeral.conformance_lease.a.token
  secret_version = 1
}
"#;

#[test]
fn a_lease_feeds_a_write_only_attribute_and_leaves_no_trace() {
    with_each(|cli| {
        let setting = Setting::new(cli, &format!("{}{THING}", lease("good")));
        setting.must(&["apply", "-auto-approve"]);
        let empty = setting.must(&["plan", "-detailed-exitcode", "-out=saved"]);
        assert!(empty.stdout.contains("No changes"), "{}", empty.stdout);
        assert_eq!(setting.open_leases(), 0);
        let state = std::fs::read_to_string(setting.work.folder().join("terraform.tfstate")).unwrap();
        assert!(!state.contains("token-of-build"));
        // What arrived is known by its length, which the provider keeps in private state.
        let length = STANDARD.encode("token-of-build".len().to_string());
        let private = STANDARD.encode(format!("{{\"secret-length\":\"{length}\"}}"));
        assert!(state.contains(&private), "{private} is not in {state}");
        setting.must(&["apply", "saved"]);
        setting.must(&["destroy", "-auto-approve"]);
        assert_eq!(setting.open_leases(), 0);
    });
}

#[test]
fn a_lease_in_long_use_is_renewed_and_then_closed() {
    with_each(|cli| {
        let user = "resource \"terraform_data\" \"slow\" {\n  provisioner \"local-exec\" {\n    command     = \"sleep 2\"\n    \
                    environment = { TOKEN = ephemeral.conformance_lease.a.token }\n  }\n}\n";
        let setting = Setting::new(cli, &format!("{}{user}", lease("good")));
        setting.must(&["apply", "-auto-approve"]);
        assert!(setting.cloud.path().join("build.renewed").exists());
        assert_eq!(setting.open_leases(), 0);
    });
}

#[test]
fn what_goes_wrong_with_a_lease_is_told_by_name_and_closed() {
    with_each(|cli| {
        let plan = |behavior: &str, expected: &[&str]| {
            let setting = Setting::new(cli, &format!("{}{THING}", lease(behavior)));
            setting.fails(&["plan"], expected);
            assert_eq!(setting.open_leases(), 0);
        };
        plan("rename", &["Error in the provider", "The plan breaks a rule at `name`", "main.tf line 2"]);
        plan("leave_unknown", &["`token` is still unknown"]);
        plan("panic", &["The provider panicked at", "the lease broke"]);
        let setting = Setting::new(cli, &lease("good").replace("build", "a-name-that-is-much-too-long"));
        setting.fails(&["validate"], &["main.tf line 2"]);
    });
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_waiting_for_a_lease() {
    with_each(|cli| {
        let setting = Setting::new(cli, &format!("{}{THING}", lease("wait")));
        // Not `apply`, which does not pass an interrupt on before its planning is done.
        let mut running = setting.work.spawn(&["plan"]).unwrap();
        running.wait_until(|| setting.cloud.path().join("waiting").exists());
        running.interrupt().unwrap();
        let ended = running.finish().unwrap();
        assert_eq!(ended.code, Some(1), "{}", ended.text());
        assert!(ended.text().contains("There is no lease"), "{}", ended.text());
        assert!(setting.work.leftovers().is_empty());
    });
}

#[test]
fn the_schema_of_a_lease_is_told_also_beside_what_this_version_does_not_know() {
    with_each(|cli| {
        let setting = Setting::new(cli, &lease("good"));
        let schemas = setting.must(&["providers", "schema", "-json"]).stdout;
        let schemas: serde_json::Value = serde_json::from_str(&schemas).unwrap();
        let provider = schemas["provider_schemas"].as_object().unwrap().values().next().unwrap().clone();
        let attributes = &provider["ephemeral_resource_schemas"]["conformance_lease"]["block"]["attributes"];
        assert_eq!(attributes["token"]["sensitive"], true);
        assert_eq!(attributes["name"]["required"], true);
    });
}

// ---- in process ----

fn in_process() -> (TempDir, TestProvider<Conformance>) {
    let cloud = tempfile::tempdir().unwrap();
    let config = Object::new().with("folder", cloud.path().to_str().unwrap());
    (cloud, TestProvider::start(Conformance, config).unwrap())
}

fn texts(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics.iter().map(|found| format!("{}: {}", found.path, found.summary)).collect()
}

#[test]
fn what_is_found_can_be_imported() {
    let (_cloud, provider) = in_process();
    for name in ["box", "bag", "tin"] {
        let config = Object::new().with("name", name).with("size", 5);
        provider.resource("conformance_thing").unwrap().apply(&config).unwrap();
    }
    let wanted = SearchFor { include_resource: true, limit: None };
    let search = provider.search("conformance_thing", Object::new().with("prefix", "b"), wanted).unwrap();
    let found: Vec<_> = search.map(Result::unwrap).collect();
    assert_eq!(found.iter().map(|f| f.display_name.as_str()).collect::<Vec<_>>(), ["Thing bag", "Thing box"]);
    assert_eq!(found[0].resource.as_ref().unwrap().attr("size"), &Value::from(5));

    let mut imported = provider.resource("conformance_thing").unwrap();
    imported.import(found[0].identity.attr("id").as_str().unwrap()).unwrap();
    let config = imported.generate_config().unwrap();
    assert_eq!(config.get("name"), &Value::from("bag"));
    assert_eq!(imported.plan(&config).unwrap().action, tf_provider_sdk::testing::Action::NoOp);
}

#[test]
fn an_action_reaches_a_thing() {
    let (_cloud, provider) = in_process();
    let touch = || provider.invoke("conformance_touch", Object::new().with("prefix", "box")).unwrap();
    assert_eq!(texts(&touch().finish().unwrap_err()), ["prefix: No such thing"]);
    let config = Object::new().with("name", "box");
    provider.resource("conformance_thing").unwrap().apply(&config).unwrap();
    assert_eq!(touch().collect::<Vec<_>>(), ["reaching for box", "touched"]);
}
