//! Where things are written: through modules, loops, overrides and both syntaxes; and what is said where that cannot be told.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

mod scene;

use plancheck::finding::Effect;
use plancheck::report::Report;
use plancheck::source::Index;
use plancheck::{Beside, text};
use proptest::prelude::*;
use scene::{Texts, change, create, given, judge_beside, lock, over_all, plan, rules, unknown};
use serde_json::{Value, json};

/// An envelope that no change of these tests satisfies, so that every object has a finding to be placed.
fn strict() -> Value {
    over_all(
        &json!({ "regions": { "allow": ["eu-central-1"] }, "capacity": { "instances": { "ceiling": 1 } } }),
    )
}

fn judge(files: &[(&str, &str)], plan: &Value) -> Report {
    let index = Texts(files).index();
    let beside = Beside { source: Some(&index), ..Beside::default() };
    judge_beside(&lock(&[strict()]), &plan.to_string(), beside, given())
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Paths and texts of files.
type Written<'a> = &'a [(&'a str, &'a str)];

/// Where the findings of a rule are written.
fn written(report: &Report, rule: &str) -> Vec<String> {
    let findings = report.findings.as_slice().iter().filter(|finding| finding.rule == rule);
    let places = findings.flat_map(|finding| &finding.places);
    places
        .map(|place| match &place.source {
            Some(at) => format!("{} at {}:{}:{}", place.address, at.file, at.line, at.column),
            None => format!("{} nowhere", place.address),
        })
        .collect()
}

fn group(address: &str) -> Value {
    create(address, json!({ "name": "g", "min_size": 1, "max_size": 9 }))
}

const GROUP: &str = "resource \"aws_autoscaling_group\" \"g\" {\n  name     = \"g\"\n  max_size = 9\n}\n";

#[test]
fn an_attribute_is_found_through_module_calls_and_instance_keys() {
    let plan = plan(&[group("module.a[\"x.y\"].module.b.aws_autoscaling_group.g[0]")]);
    let files = [
        ("main.tf", "module \"a\" {\n  for_each = var.all\n  source = \"./parts/a\"\n}\n"),
        ("parts/a/main.tf", "module \"b\" {\n  source = \"../b\"\n}\n"),
        ("parts/b/groups.tf", GROUP),
    ];
    let report = judge(&files, &plan);
    let address = "module.a[\"x.y\"].module.b.aws_autoscaling_group.g[0]";
    assert_eq!(written(&report, "scale-above-ceiling"), [format!("{address} at parts/b/groups.tf:3:3")]);
    // No attribute of it says the region: what does is in the provider block, which this source does not have.
    assert_eq!(written(&report, "region-outside-envelope"), [format!("{address} nowhere")]);
}

#[test]
fn a_region_is_found_in_the_provider_block_that_says_it() {
    let mut plan = plan(&[create("aws_sqs_queue.q", json!({ "name": "q" }))]);
    plan["configuration"]["provider_config"] = json!({ "aws.far": {
        "name": "aws", "alias": "far", "expressions": { "region": { "constant_value": "us-west-1" } },
    } });
    plan["configuration"]["root_module"]["resources"][0]["provider_config_key"] = json!("aws.far");
    let native = "provider \"aws\" {\n  region = \"eu-central-1\"\n}\nprovider \"aws\" {\n  alias  = \"far\"\n  region = \"us-west-1\"\n}\n";
    assert_eq!(
        written(&judge(&[("main.tf", native)], &plan), "region-outside-envelope"),
        ["aws_sqs_queue.q at main.tf:6:3"]
    );
    let json = "{\n \"provider\": { \"aws\": [\n  { \"region\": \"eu-central-1\" },\n  { \"alias\": \"far\", \"region\": \"us-west-1\" }\n ] }\n}\n";
    assert_eq!(
        written(&judge(&[("main.tf.json", json)], &plan), "region-outside-envelope"),
        ["aws_sqs_queue.q at main.tf.json:4:21"]
    );
}

#[test]
fn both_syntaxes_have_places_and_overrides_win() {
    let plan = plan(&[group("aws_autoscaling_group.g")]);
    let json = "{\"resource\": {\"aws_autoscaling_group\": {\"g\": {\n  \"name\": \"\\u00e9${var.a}\",\n  \"max_size\": 9\n}}}}\n";
    let over = "resource \"aws_autoscaling_group\" \"g\" {\n\n  max_size = 9\n}\n";
    let dynamic = "resource \"aws_autoscaling_group\" \"g\" {\n  dynamic \"x\" {\n    content {}\n  }\n  max_size = 9\n}\n";
    let rows: [(&str, Written<'_>, &str); 5] = [
        ("native", &[("main.tf", GROUP)], "main.tf:3:3"),
        ("json", &[("main.tf.json", json)], "main.tf.json:3:3"),
        ("a mark at the beginning", &[("main.tf", &format!("\u{feff}{GROUP}"))], "main.tf:3:3"),
        ("an override", &[("a.tf", GROUP), ("a_override.tf", over)], "a_override.tf:3:3"),
        ("a dynamic block", &[("main.tofu", dynamic)], "main.tofu:5:3"),
    ];
    for (name, files, expected) in rows {
        let found = written(&judge(files, &plan), "scale-above-ceiling");
        assert_eq!(found, [format!("aws_autoscaling_group.g at {expected}")], "{name}");
    }
}

#[test]
fn a_remote_module_says_so_unless_it_was_downloaded() {
    let plan = plan(&[group("module.a.aws_autoscaling_group.g")]);
    let call = ("main.tf", "module \"a\" {\n  source = \"terraform-aws-modules/autoscaling/aws\"\n}\n");
    let without = judge(&[call], &plan);
    assert_eq!(written(&without, "scale-above-ceiling"), ["module.a.aws_autoscaling_group.g nowhere"]);
    let why = |report: &Report| {
        let all = report.not_judged.iter().map(|left_out| left_out.why.clone());
        all.filter(|why| why.contains("terraform init")).collect::<Vec<_>>()
    };
    assert_eq!(
        why(&without),
        [
            "`module.a` comes from `terraform-aws-modules/autoscaling/aws`, which is not among the source; `terraform init` would bring it"
        ]
    );
    assert!(rules(&without, Effect::Consent).contains(&"ceiling-hidden"), "{:#?}", without.findings);
    let manifest = r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"a","Source":"registry.terraform.io/x","Version":"1.0.0","Dir":".terraform/modules/a"}]}"#;
    let there =
        [call, (".terraform/modules/modules.json", manifest), (".terraform/modules/a/main.tf", GROUP)];
    let with = judge(&there, &plan);
    assert_eq!(
        written(&with, "scale-above-ceiling"),
        ["module.a.aws_autoscaling_group.g at .terraform/modules/a/main.tf:3:3"]
    );
    assert!(why(&with).is_empty());
    assert!(!rules(&with, Effect::Consent).contains(&"ceiling-hidden"));
}

#[test]
fn what_cannot_be_read_is_said_and_counts_as_unknown() {
    let plan = plan(&[group("aws_autoscaling_group.g")]);
    let deep = format!("a = {}", "[".repeat(5000));
    let wide: Vec<String> = (0..22_000).map(|number| format!("k{number} = 1")).collect();
    let wide = wide.join("\n");
    let wide = format!("locals {{\n  a = {{\n{wide}\n  }}\n}}\n");
    let rows: [(&str, &str); 6] = [
        ("more members than can be compared", &wide),
        ("no HCL", "resource \"aws_autoscaling_group\" \"g\" {"),
        ("merge conflict", "<<<<<<< HEAD\nresource \"a\" \"b\" {}\n"),
        ("nested without end", &deep),
        ("a secret in a broken line", "password = \"hunter2"),
        ("operators without end", &format!("a = {}1", "!".repeat(100_000))),
    ];
    for (name, text) in rows {
        let report = judge(&[("main.tf", text), ("other.tf", "locals {}\n")], &plan);
        let said = report.not_judged.iter().find(|left_out| left_out.what == "`main.tf`");
        let said = said.unwrap_or_else(|| panic!("{name}: {:#?}", report.not_judged));
        let says = said.why.contains("line 1") || said.why.contains("too many members");
        assert!(says && !said.why.contains("hunter2"), "{name}: {}", said.why);
        assert!(
            rules(&report, Effect::Consent).contains(&"ceiling-hidden"),
            "{name}: {:#?}",
            report.findings
        );
    }
}

#[test]
fn modules_that_call_themselves_end() {
    let plan = plan(&[group("module.a.module.a.aws_autoscaling_group.g")]);
    let call = format!("module \"a\" {{\n  source = \"./\"\n}}\n{GROUP}");
    let report = judge(&[("main.tf", &call)], &plan);
    assert_eq!(
        written(&report, "scale-above-ceiling"),
        ["module.a.module.a.aws_autoscaling_group.g at main.tf:6:3"]
    );
}

#[test]
fn a_local_value_is_followed_where_the_source_defines_it() {
    let address = "aws_autoscaling_group.g";
    let unclear =
        unknown(create(address, json!({ "name": "g", "min_size": 1 })), json!({ "max_size": true }));
    let mut plan = plan(&[unclear]);
    plan["configuration"]["root_module"]["resources"][0]["expressions"] =
        json!({ "max_size": { "references": ["local.most"] } });
    let files = [(
        "main.tf",
        "locals {\n  most = local.base * 2\n  base = tonumber(data.aws_ssm_parameter.most.value)\n}\n",
    )];
    let said = scene::texts(&judge(&files, &plan));
    assert!(
        said.contains("`max_size` is unknown until `data.aws_ssm_parameter.most.value` is read"),
        "{said}"
    );
    let without = scene::texts(&scene::judge(&[strict()], &plan));
    assert!(without.contains("it comes from `local.most`, which the plan does not carry"), "{without}");
}

#[test]
fn without_a_source_the_report_says_what_was_not_judged() {
    let calm =
        change("aws_autoscaling_group.g", &["no-op"], json!({ "max_size": 1 }), json!({ "max_size": 1 }));
    let said = |limits: &Value| {
        let report = scene::judge(&[over_all(limits)], &plan(std::slice::from_ref(&calm)));
        report.not_judged.iter().any(|left_out| left_out.what == "`ceiling-hidden`")
    };
    assert!(said(&json!({ "capacity": { "instances": { "ceiling": 1 } } })));
    assert!(
        !said(&json!({ "regions": { "allow": ["eu-west-1"] } })),
        "nothing that could be hidden is limited"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever a file holds, it is read or left out, and what is read has places inside it.
    #[test]
    fn any_text_is_read_or_left_out(
        text in "(resource|data|module|locals|lifecycle|ignore_changes|dynamic|provider|[a-z_]{1,3}|[\\[\\](){}=\"$%<>.,:*?!#/ \n0-9-]|é){0,40}",
        json in any::<bool>(),
    ) {
        let name = if json { "main.tf.json" } else { "main.tf" };
        let files = [(name, text.as_str()), ("other.tf", GROUP)];
        let index: Index = Texts(&files).index();
        prop_assert!(index.file_count() + index.unread.len() == 2);
        for unread in &index.unread {
            prop_assert_eq!(text::escape(&unread.why), unread.why.replace('`', "'"));
        }
    }

    /// Text laid out as people lay it out always has the place it was written at.
    #[test]
    fn a_block_is_where_it_was_written(blank in 0_usize..5, indent in 0_usize..5, comment in "[a-zé ]{0,10}") {
        let before = format!("# {comment}\n").repeat(blank);
        let pad = " ".repeat(indent);
        let text = format!("{before}resource \"aws_autoscaling_group\" \"g\" {{\n{pad}max_size = 9 # {comment}\n}}\n");
        let report = judge(&[("main.tf", &text)], &plan(&[group("aws_autoscaling_group.g")]));
        let expected = format!("aws_autoscaling_group.g at main.tf:{}:{}", blank + 2, indent + 1);
        prop_assert_eq!(written(&report, "scale-above-ceiling"), [expected]);
    }
}
