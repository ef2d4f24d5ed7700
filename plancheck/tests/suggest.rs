//! A suggestion drawn from a plan or a state: it is sound governance once its blanks are filled in, it is refused before that, and the
//! plan it was drawn from is allowed by it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test may panic, and reads its files itself"
)]

mod scene;

use plancheck::declared::{Declared, WrittenFile};
use plancheck::finding::Effect;
use plancheck::report::Report;
use plancheck::suggest::{Drawn, People, Person, Suggestion};
use plancheck::verdict::Verdict;
use plancheck::{Governance, PlanInput, check};
use scene::{change, create, given, group, plan};
use serde_json::{Value, json};

const KEY: &str = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAAAABHNzaDo= dana";

fn people() -> People {
    People {
        owner: Person::parse("Mina Okafor <mina.okafor@example.com>").expect("a person"),
        approver: Person::parse("Dana Reyes <dana.reyes@example.com>").expect("a person"),
        function: "finance".to_owned(),
        key: KEY.to_owned(),
    }
}

fn suggested(from: &Drawn<'_>, people: &People) -> String {
    let suggestion = Suggestion::draw(from).unwrap_or_else(|error| panic!("{error}"));
    suggestion.to_hcl("first-envelope", people).unwrap_or_else(|error| panic!("{error}"))
}

fn files(text: &str) -> Vec<WrittenFile> {
    vec![WrittenFile { path: "governance.tf".to_owned(), text: text.to_owned() }]
}

fn judged(hcl: &str, plan: &str) -> Report {
    let files = files(hcl);
    let governance = Governance::Files { name: "governance.tf", files: &files };
    check(PlanInput::Bytes(plan.as_bytes()), governance, given())
        .unwrap_or_else(|error| panic!("{error} {:?}\n{hcl}", error.why))
}

/// Groups, a service and a queue in two clouds.
fn mixed() -> Value {
    let service = create(
        "google_cloud_run_v2_service.router",
        json!({ "name": "router", "location": "europe-west1", "template": [{ "scaling": [{ "max_instance_count": 7 }] }] }),
    );
    plan(&[
        group("a", &["create"], None, Some(9)),
        group("b", &["no-op"], Some(3), Some(3)),
        group("gone", &["delete"], Some(90), None),
        create("aws_sqs_queue.q", json!({ "name": "q" })),
        service,
    ])
}

#[test]
fn the_plan_it_was_drawn_from_is_allowed_and_more_is_not() {
    let text = mixed().to_string();
    let hcl = suggested(&Drawn::Plan(text.as_bytes()), &people());
    assert!(!hcl.contains("Fill in"), "{hcl}");
    let without_delete = |max: u32| {
        let mut plan = mixed();
        plan["resource_changes"].as_array_mut().expect("changes").remove(2);
        plan["resource_changes"][0]["change"]["after"]["max_size"] = json!(max);
        plan.to_string()
    };
    let verdict = |max: u32| judged(&hcl, &without_delete(max)).verdict();
    assert_eq!(
        (verdict(9), verdict(10), verdict(16)),
        (Verdict::Allowed, Verdict::ConsentRequired, Verdict::Denied)
    );
    let mut elsewhere = mixed();
    elsewhere["configuration"]["provider_config"]["aws"]["expressions"]["region"] =
        json!({ "constant_value": "us-east-1" });
    assert_eq!(judged(&hcl, &elsewhere.to_string()).verdict(), Verdict::Denied);
}

/// The real Terraform applies this file in a test of the provider.
#[test]
fn the_shipped_suggestion_is_what_is_written() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/plancheck/suggest");
    let file = format!("{folder}/governance.tf");
    let hcl = suggested(&Drawn::Plan(mixed().to_string().as_bytes()), &people());
    if std::env::var_os("REMIT_UPDATE_EXAMPLES").is_some_and(|value| value == "1") {
        std::fs::create_dir_all(folder).expect("a folder");
        std::fs::write(&file, &hcl).expect("the file is written");
    }
    let shipped = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(shipped, hcl, "run this test with REMIT_UPDATE_EXAMPLES=1 and review the difference");
}

#[test]
fn blanks_are_named_and_refused_until_they_are_filled_in() {
    let text = mixed().to_string();
    let hcl = suggested(&Drawn::Plan(text.as_bytes()), &People::default());
    assert!(hcl.contains("# Fill in, or it is refused: who answers for it"), "{hcl}");
    let error = Declared::from_files(&files(&hcl)).expect_err("blanks");
    assert!(error.why.iter().any(|why| why.contains("empty")), "{error} {:?}", error.why);
    let endless = plan(&[create(
        "aws_lambda_function.f",
        json!({ "function_name": "f", "reserved_concurrent_executions": -1 }),
    )]);
    let hcl = suggested(&Drawn::Plan(endless.to_string().as_bytes()), &people());
    assert!(hcl.contains("nothing bounds the concurrency of `aws_lambda_function.f`"), "{hcl}");
    assert!(Declared::from_files(&files(&hcl)).is_err(), "{hcl}");
    let filled = hcl
        .replace("reason = \"\"", "reason = \"bursts\"")
        .replace("owner = \"\"", "owner = \"lee.park@example.com\"")
        .replace("expires = \"\"", "expires = \"2027-01-31\"");
    assert_eq!(judged(&filled, &endless.to_string()).verdict(), Verdict::Allowed, "{filled}");
}

#[test]
fn a_state_says_the_same_as_the_plan_that_made_it() {
    let values = json!({ "name": "a", "min_size": 1, "max_size": 9, "region": "eu-west-1" });
    let resource = json!({
        "address": "module.m.aws_autoscaling_group.a", "mode": "managed", "type": "aws_autoscaling_group", "name": "a",
        "provider_name": "registry.terraform.io/hashicorp/aws", "values": values, "sensitive_values": {},
    });
    let state = json!({
        "format_version": "1.0", "terraform_version": "1.12.2",
        "values": { "root_module": { "child_modules": [{ "address": "module.m", "resources": [resource] }] } },
    });
    let hcl = suggested(&Drawn::State(state.to_string().as_bytes()), &people());
    let made = plan(&[create("module.m.aws_autoscaling_group.a", values)]);
    assert_eq!(hcl, suggested(&Drawn::Plan(made.to_string().as_bytes()), &people()));
    assert_eq!(judged(&hcl, &made.to_string()).verdict(), Verdict::Allowed);
    for text in ["{}", "[]", "nonsense", "{\"values\":1}"] {
        assert!(Suggestion::draw(&Drawn::State(text.as_bytes())).is_err(), "{text}");
    }
}

#[test]
fn what_a_plan_says_stays_text() {
    let evil = create(
        "aws_bedrockagent_agent.x",
        json!({ "agent_name": "x", "foundation_model": "${file(\"/etc/passwd\")}%{ if true }\"}" }),
    );
    let hcl = suggested(&Drawn::Plan(plan(&[evil]).to_string().as_bytes()), &people());
    let declared =
        Declared::from_files(&files(&hcl)).unwrap_or_else(|error| panic!("{error} {:?}\n{hcl}", error.why));
    let models = declared.envelopes[0].limits.integrations.models.clone().expect("models");
    assert!(models.allow.expect("a list").iter().any(|model| model.to_string().contains("${file(")), "{hcl}");
}

#[test]
fn persons_are_read_or_refused() {
    for text in ["", "Mina", "<a@b>", "Mina <>", "Mina <a b@c>", "Mina <a@b", "Mina a@b>"] {
        assert!(Person::parse(text).is_err(), "{text}");
    }
}

/// Public plans: no suggestion denies its own plan, unless something unbounded has to be filled in first.
#[test]
fn no_public_plan_is_denied_by_its_own_suggestion() {
    let folder = std::env::var_os("REMIT_CORPUS").map_or_else(
        || concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpus").into(),
        std::path::PathBuf::from,
    );
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("SKIPPED: no plan corpus at {}", folder.display());
        return;
    };
    let (mut drawn, mut allowed, mut blank) = (0, 0, 0);
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        let bytes = std::fs::read(&path).expect("a file");
        let Ok(suggestion) = Suggestion::draw(&Drawn::Plan(&bytes)) else { continue };
        let hcl = suggestion.to_hcl("corpus", &people()).expect("HCL");
        drawn += 1;
        if hcl.contains("unlimited") || !hcl.contains("limits = {\n") {
            blank += 1;
            continue;
        }
        let files = files(&hcl);
        let governance = Governance::Files { name: "governance.tf", files: &files };
        let report = check(PlanInput::Bytes(&bytes), governance, given())
            .unwrap_or_else(|error| panic!("{}: {error} {:?}\n{hcl}", path.display(), error.why));
        assert_ne!(report.verdict(), Verdict::Denied, "{}: {:#?}\n{hcl}", path.display(), {
            let denied = report.findings.as_slice().iter().filter(|finding| finding.effect == Effect::Deny);
            denied.collect::<Vec<_>>()
        });
        allowed += usize::from(report.verdict() == Verdict::Allowed);
    }
    println!(
        "{drawn} suggestions: {allowed} allow their plan, {blank} have to be filled in first, the others ask for consent"
    );
    assert!(drawn > 50 && allowed > 0);
}

#[test]
fn what_leaves_is_not_suggested() {
    let gone =
        change("aws_sqs_queue.q", &["delete"], json!({ "name": "q", "region": "us-west-1" }), Value::Null);
    let hcl = suggested(&Drawn::Plan(plan(&[gone]).to_string().as_bytes()), &people());
    assert!(!hcl.contains("us-west-1"), "{hcl}");
}
