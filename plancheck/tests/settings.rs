//! What resources say in the roles of the catalog: themselves, or through the resource they name.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

mod scene;

use plancheck::change::Collector;
use plancheck::facts::{Asked, Facts, Settings, Value, gather};
use plancheck::plan::{Wanted, read_bytes};
use remit_catalog::Role;
use scene::{change, create, plan, unknown};
use serde_json::{Value as Plan, json};

struct Needed(Asked);

impl Wanted for Needed {
    fn attributes(&self, resource_type: &str) -> Vec<String> {
        self.0.attributes(resource_type)
    }
}

fn facts(plan: &Plan, roles: &[Role]) -> Facts {
    let needed = Needed(Asked { roles: roles.iter().copied().collect(), ..Asked::default() });
    let mut collector = Collector::default();
    let mut sink = |entry| {
        collector.take(entry);
        Ok(())
    };
    let mut read = read_bytes(plan.to_string().as_bytes(), &needed, &mut sink).expect("a sound plan");
    gather(collector.changes, &mut read, None, &needed.0).expect("sound values")
}

/// What one side says, in words.
fn words(settings: &Settings) -> Vec<String> {
    let each = settings.iter().map(|setting| {
        let value = match &setting.value {
            Value::Known(_) => setting.texts().map_or("blocks".to_owned(), |texts| texts.join(" ")),
            Value::Computed => "computed".to_owned(),
            Value::CannotTell(why) => format!("cannot tell: {why}"),
        };
        let from = setting.from.as_ref().map_or(String::new(), |from| format!(" from {from}"));
        let secret = if setting.sensitive { " (sensitive)" } else { "" };
        format!("{}: {value}{secret}{from}", setting.path)
    });
    each.collect()
}

fn after(plan: &Plan, roles: &[Role], address: &str) -> Vec<String> {
    let facts = facts(plan, roles);
    let found = facts.resources.iter().find(|resource| &*resource.address == address).expect("the resource");
    words(&found.settings_after)
}

const TYPES: &[Role] = &[Role::InstanceType];

/// The plan with this block's argument written as something that mentions `references`.
fn referring(mut plan: Plan, address: &str, arguments: Plan) -> Plan {
    let blocks = plan["configuration"]["root_module"]["resources"].as_array_mut().expect("blocks");
    let block = blocks.iter_mut().find(|block| block["address"] == address).expect("the block");
    block["expressions"] = arguments;
    plan
}

fn template(name: &str, id: &str, kind: &str) -> Plan {
    let values = json!({ "id": id, "name": name, "instance_type": kind });
    change(&format!("aws_launch_template.{name}"), &["no-op"], values.clone(), values)
}

#[test]
fn nothing_is_kept_that_nobody_asks_for() {
    let plan = plan(&[create("aws_instance.a", json!({ "instance_type": "m5.large" }))]);
    assert_eq!(after(&plan, &[], "aws_instance.a"), [""; 0]);
    assert_eq!(after(&plan, &[Role::Model], "aws_instance.a"), [""; 0]);
    assert_eq!(after(&plan, TYPES, "aws_instance.a"), ["instance_type: m5.large"]);
}

#[test]
fn both_sides_are_read_and_a_no_op_says_the_same_on_both() {
    let sizes = |size: &str| json!({ "instance_type": size });
    let plan = plan(&[
        change("aws_instance.a", &["update"], sizes("m5.large"), sizes("p5.48xlarge")),
        change("aws_instance.b", &["no-op"], sizes("t3.nano"), sizes("t3.nano")),
        change("aws_instance.c", &["delete"], sizes("t3.nano"), Plan::Null),
    ]);
    let facts = facts(&plan, TYPES);
    let both: Vec<_> =
        facts.resources.iter().map(|r| [&r.settings_before, &r.settings_after].map(|s| words(s))).collect();
    let said = |size: &str| vec![format!("instance_type: {size}")];
    assert_eq!(both[0], [said("m5.large"), said("p5.48xlarge")]);
    assert_eq!(both[1], [said("t3.nano"), said("t3.nano")]);
    assert_eq!(both[2], [said("t3.nano"), vec![]]);
}

#[test]
fn unknown_written_and_unknown_left_to_the_cloud_are_told_apart() {
    let change = unknown(create("aws_instance.a", json!({})), json!({ "instance_type": true }));
    let plan = plan(&[change]);
    assert_eq!(after(&plan, TYPES, "aws_instance.a"), ["instance_type: computed"]);
    let written = referring(
        plan,
        "aws_instance.a",
        json!({ "instance_type": { "references": ["aws_ssm_parameter.size.value"] } }),
    );
    assert_eq!(
        after(&written, TYPES, "aws_instance.a"),
        [
            "instance_type: cannot tell: `instance_type` is unknown until `aws_ssm_parameter.size.value` exists"
        ]
    );
}

#[test]
fn secrets_are_marked() {
    let mut change = create("aws_instance.a", json!({ "instance_type": "m5.large" }));
    change["change"]["after_sensitive"] = json!({ "instance_type": true });
    assert_eq!(after(&plan(&[change]), TYPES, "aws_instance.a"), ["instance_type: m5.large (sensitive)"]);
}

#[test]
fn a_launch_template_speaks_for_its_group() {
    let group =
        create("aws_autoscaling_group.g", json!({ "max_size": 3, "launch_template": [{ "id": "lt-1" }] }));
    let there =
        plan(&[group.clone(), template("web", "lt-1", "m5.large"), template("gpu", "lt-2", "p5.48xlarge")]);
    assert_eq!(
        after(&there, TYPES, "aws_autoscaling_group.g"),
        ["instance_type: m5.large from aws_launch_template.web"]
    );
    assert_eq!(
        after(&plan(&[group]), TYPES, "aws_autoscaling_group.g"),
        [
            "launch_template.id: cannot tell: `launch_template.id` names `aws_launch_template` that the plan does not have"
        ]
    );
}

#[test]
fn a_template_that_is_new_is_found_by_reference() {
    let group = unknown(
        create("aws_autoscaling_group.g", json!({ "max_size": 3, "launch_template": [{ "version": "1" }] })),
        json!({ "launch_template": [{ "id": true, "name": true }] }),
    );
    let new = create("aws_launch_template.gpu", json!({ "name": "gpu", "instance_type": "p5.48xlarge" }));
    let plan = plan(&[group, new, template("web", "lt-1", "m5.large")]);
    let referring = |name: &str| {
        let names = [format!("aws_launch_template.{name}.id"), format!("aws_launch_template.{name}")];
        referring(
            plan.clone(),
            "aws_autoscaling_group.g",
            json!({ "launch_template": [{ "id": { "references": names } }] }),
        )
    };
    assert_eq!(
        after(&referring("gpu"), TYPES, "aws_autoscaling_group.g"),
        ["instance_type: p5.48xlarge from aws_launch_template.gpu"]
    );
    assert_eq!(
        after(&referring("gone"), TYPES, "aws_autoscaling_group.g"),
        [
            "launch_template.id: cannot tell: `launch_template.id` is unknown until `aws_launch_template.gone.id` exists"
        ]
    );
}

#[test]
fn overrides_go_first_only_where_each_of_them_says_a_type() {
    let group = |overrides: Plan| {
        create(
            "aws_autoscaling_group.g",
            json!({ "max_size": 3, "mixed_instances_policy": [{ "launch_template": [{
                "launch_template_specification": [{ "launch_template_id": "lt-1" }], "override": overrides,
            }] }] }),
        )
    };
    let gpu = template("gpu", "lt-1", "p5.48xlarge");
    let own = "mixed_instances_policy.launch_template.override.instance_type";
    let all = plan(&[
        group(json!([{ "instance_type": "m5.large" }, { "instance_type": "m6i.large" }])),
        gpu.clone(),
    ]);
    assert_eq!(
        after(&all, TYPES, "aws_autoscaling_group.g"),
        [format!("{own}: m5.large"), format!("{own}: m6i.large")]
    );
    let one = plan(&[group(json!([{ "instance_type": "m5.large" }, { "weighted_capacity": "2" }])), gpu]);
    assert_eq!(
        after(&one, TYPES, "aws_autoscaling_group.g"),
        [format!("{own}: m5.large"), "instance_type: p5.48xlarge from aws_launch_template.gpu".to_owned()]
    );
}

#[test]
fn a_template_is_found_through_a_variable_of_a_module() {
    let group = unknown(
        create("module.web.aws_autoscaling_group.g", json!({ "max_size": 3, "launch_template": [{}] })),
        json!({ "launch_template": [{ "id": true }] }),
    );
    let new = create("aws_launch_template.gpu", json!({ "instance_type": "p5.48xlarge" }));
    let mut plan = plan(&[group, new]);
    plan["configuration"]["root_module"]["module_calls"] = json!({ "web": {
        "expressions": { "template": { "references": ["aws_launch_template.gpu.id", "aws_launch_template.gpu"] } },
        "module": {
            "resources": [{
                "address": "aws_autoscaling_group.g", "mode": "managed", "type": "aws_autoscaling_group", "name": "g",
                "provider_config_key": "aws",
                "expressions": { "launch_template": [{ "id": { "references": ["var.template"] } }] },
            }],
            "variables": { "template": {} },
        },
    } });
    assert_eq!(
        after(&plan, TYPES, "module.web.aws_autoscaling_group.g"),
        ["instance_type: p5.48xlarge from aws_launch_template.gpu"]
    );
}

#[test]
fn a_template_is_found_through_an_output_of_a_module() {
    let group = unknown(
        create("aws_autoscaling_group.g", json!({ "max_size": 3, "launch_template": [{}] })),
        json!({ "launch_template": [{ "id": true }] }),
    );
    let new = create("module.tpl[\"a\"].aws_launch_template.gpu", json!({ "instance_type": "p5.48xlarge" }));
    let names = json!(["module.tpl[\"a\"].template_id", "module.tpl[\"a\"]", "module.tpl"]);
    let with = |output: Plan| {
        let arguments = json!({ "launch_template": [{ "id": { "references": names } }] });
        let mut plan = referring(plan(&[group.clone(), new.clone()]), "aws_autoscaling_group.g", arguments);
        plan["configuration"]["root_module"]["module_calls"] = json!({ "tpl": { "module": {
            "outputs": { "template_id": { "expression": output }, "round": { "expression": { "references": ["var.r"] } } },
            "variables": { "r": {} },
        }, "expressions": { "r": { "references": ["module.tpl.round"] } } } });
        after(&plan, TYPES, "aws_autoscaling_group.g")
    };
    let template = json!({ "references": ["aws_launch_template.gpu.id", "aws_launch_template.gpu"] });
    assert_eq!(with(template), ["instance_type: p5.48xlarge from module.tpl[\"a\"].aws_launch_template.gpu"]);
    // What names itself ends, and is not told.
    let circle = with(json!({ "references": ["var.r"] }));
    assert!(circle.len() == 1 && circle[0].contains("cannot tell"), "{circle:?}");
}

#[test]
fn a_chain_of_names_is_followed() {
    let scaler = create("google_compute_autoscaler.s", json!({ "target": "groups/g" }));
    let group = create(
        "google_compute_instance_group_manager.g",
        json!({ "id": "groups/g", "version": [{ "instance_template": "templates/t" }] }),
    );
    let template = create(
        "google_compute_instance_template.t",
        json!({ "self_link": "templates/t", "machine_type": "a3-highgpu-8g" }),
    );
    assert_eq!(
        after(&plan(&[scaler, group, template]), TYPES, "google_compute_autoscaler.s"),
        ["machine_type: a3-highgpu-8g from google_compute_instance_template.t"]
    );
}

#[test]
fn resources_that_name_each_other_end() {
    let group = |name: &str, template: &str| {
        create(
            &format!("google_compute_instance_group_manager.{name}"),
            json!({ "id": name, "version": [{ "instance_template": template }] }),
        )
    };
    let plan = plan(&[group("a", "a"), group("b", "a")]);
    assert_eq!(after(&plan, TYPES, "google_compute_instance_group_manager.a").len(), 1);
}
