//! Plans of any size in the shape that Terraform writes: planned values and drift first, then the changes, prior state and
//! configuration. About 4 KB of file for each change; 45 % create, 35 % no-op, 15 % update, 3 % replace, 2 % delete.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};

use super::{Output, create};

const PROVIDER: &str = "registry.terraform.io/hashicorp/aws";

/// In what order an entry of a list has its keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// As Terraform writes them: what an object is comes before what changes in it.
    Terraform,
    /// Sorted, as plans that went through another tool often are: `change` comes before `type`.
    Sorted,
}

/// Writes a plan with this many changes.
pub(crate) fn plan(path: &Path, changes: usize, order: Order) -> io::Result<()> {
    let mut out = create(path)?;
    let list = Lists { changes, order };
    let version =
        r#""format_version":"1.2","terraform_version":"1.11.4","variables":{"region":{"value":"eu-west-1"}}"#;
    write!(out, r#"{{{version},"planned_values":{{"root_module":{{"resources":["#)?;
    list.write(&mut out, |i| (action(i) != "delete").then(|| planned(i)))?;
    write!(out, r#"]}}}},"resource_drift":["#)?;
    list.write(&mut out, |i| i.is_multiple_of(10).then(|| entry(i, &["update"])))?;
    write!(out, r#"],"resource_changes":["#)?;
    list.write(&mut out, |i| Some(entry(i, actions(i))))?;
    write!(out, r#"],"prior_state":{{"format_version":"1.0","values":{{"root_module":{{"resources":["#)?;
    list.write(&mut out, |i| (action(i) != "create").then(|| planned(i)))?;
    write!(
        out,
        r#"]}}}}}},"configuration":{{"provider_config":{},"root_module":{{"resources":["#,
        providers()
    )?;
    list.write(&mut out, |i| Some(configured(i)))?;
    write!(out, r#"],"variables":{{"region":{{}}}}}}}},"timestamp":"2026-11-23T10:00:00Z","#)?;
    write!(out, r#""applyable":true,"complete":true,"errored":false}}"#)?;
    out.flush()
}

struct Lists {
    changes: usize,
    order: Order,
}

impl Lists {
    fn write<T: Serialize>(&self, out: &mut Output, make: impl Fn(usize) -> Option<T>) -> io::Result<()> {
        let mut first = true;
        for item in (0..self.changes).filter_map(make) {
            if !std::mem::take(&mut first) {
                out.write_all(b",")?;
            }
            match self.order {
                Order::Terraform => serde_json::to_writer(&mut *out, &item)?,
                // A value keeps its members sorted.
                Order::Sorted => serde_json::to_writer(&mut *out, &serde_json::to_value(&item)?)?,
            }
        }
        Ok(())
    }
}

fn actions(i: usize) -> &'static [&'static str] {
    match action(i) {
        "no-op" => &["no-op"],
        "update" => &["update"],
        "replace" => &["delete", "create"],
        "delete" => &["delete"],
        _ => &["create"],
    }
}

/// Spread so that neighbours differ: the order of actions in a real plan is the order of addresses.
fn action(i: usize) -> &'static str {
    match (i * 37) % 100 {
        0..45 => "create",
        45..80 => "no-op",
        80..95 => "update",
        95..98 => "replace",
        _ => "delete",
    }
}

/// The target stands three before the service that it scales.
const TYPES: [&str; 8] = [
    "aws_autoscaling_group",
    "aws_lambda_function",
    "aws_iam_role_policy",
    "aws_s3_bucket",
    "aws_appautoscaling_target",
    "aws_security_group",
    "aws_cloudwatch_log_group",
    "aws_ecs_service",
];

fn kind(i: usize) -> &'static str {
    TYPES[i % TYPES.len()]
}

fn address(i: usize) -> String {
    format!("{}.r{i}", kind(i))
}

// The members of these structs stand in the order in which Terraform writes them; `values` are maps, which it sorts.

#[derive(Serialize)]
struct Entry {
    address: String,
    mode: &'static str,
    r#type: &'static str,
    name: String,
    provider_name: &'static str,
    change: Change,
}

#[derive(Serialize)]
struct Change {
    actions: &'static [&'static str],
    before: Option<Value>,
    after: Option<Value>,
    after_unknown: Value,
    before_sensitive: Value,
    after_sensitive: Value,
}

fn entry(i: usize, actions: &'static [&'static str]) -> Entry {
    let is = |word: &[&str]| actions == word;
    let change = Change {
        actions,
        before: (!is(&["create"])).then(|| values(i, 0)),
        after: (!is(&["delete"])).then(|| values(i, usize::from(!is(&["no-op"])))),
        after_unknown: if is(&["create"]) {
            json!({ "id": true, "arn": true, "tags_all": {} })
        } else {
            json!({})
        },
        before_sensitive: json!({ "tags": {}, "tags_all": {} }),
        after_sensitive: json!({ "tags": {}, "tags_all": {} }),
    };
    Entry {
        address: address(i),
        mode: "managed",
        r#type: kind(i),
        name: format!("r{i}"),
        provider_name: PROVIDER,
        change,
    }
}

#[derive(Serialize)]
struct Planned {
    address: String,
    mode: &'static str,
    r#type: &'static str,
    name: String,
    provider_name: &'static str,
    schema_version: u32,
    values: Value,
    sensitive_values: Value,
}

fn planned(i: usize) -> Planned {
    Planned {
        address: address(i),
        mode: "managed",
        r#type: kind(i),
        name: format!("r{i}"),
        provider_name: PROVIDER,
        schema_version: 0,
        values: values(i, 0),
        sensitive_values: json!({ "tags": {}, "tags_all": {} }),
    }
}

#[derive(Serialize)]
struct Configured {
    address: String,
    mode: &'static str,
    r#type: &'static str,
    name: String,
    provider_config_key: &'static str,
    expressions: Value,
    schema_version: u32,
}

fn configured(i: usize) -> Configured {
    Configured {
        address: address(i),
        mode: "managed",
        r#type: kind(i),
        name: format!("r{i}"),
        provider_config_key: if i.is_multiple_of(50) { "aws.us" } else { "aws" },
        expressions: json!({
            "name": { "constant_value": format!("service-{i}") },
            "role": { "references": ["aws_iam_role.this.arn", "aws_iam_role.this"] },
            "tags": { "references": ["local.tags"] }
        }),
        schema_version: 0,
    }
}

fn providers() -> Value {
    json!({
        "aws": { "name": "aws", "full_name": PROVIDER, "expressions": { "region": { "references": ["var.region"] } } },
        "aws.us": { "name": "aws", "alias": "us", "full_name": PROVIDER,
                    "expressions": { "region": { "constant_value": "us-east-1" } } }
    })
}

/// Attributes of a resource; `grown` is added to what counts, so that before and after differ.
fn values(i: usize, grown: usize) -> Value {
    let name = format!("service-{i}");
    let tags = json!({ "Name": name, "owner": "mina.okafor@example.com", "environment": "prod", "cost-center": "4410" });
    let mut values = json!({
        "id": format!("{}-{i:08x}", kind(i)), "arn": format!("arn:aws:service:eu-west-1:123456789012:{}/{name}", kind(i)),
        "name": name, "description": "Routes requests of the customer service to the model that answers them",
        "tags": tags, "tags_all": tags, "timeouts": null,
        "console_url": format!("https://eu-west-1.console.example.com/services/{}/{name}?account=123456789012&tab=overview", kind(i)),
        "last_modified": "2026-11-20T08:15:30.000+0000", "owner_id": "123456789012", "partition": "aws"
    });
    let more = match kind(i) {
        "aws_autoscaling_group" => json!({
            "min_size": 1, "max_size": 2 + grown, "desired_capacity": 1, "health_check_type": "EC2", "default_cooldown": 300,
            "vpc_zone_identifier": ["subnet-0a1", "subnet-0a2", "subnet-0a3"], "launch_template": [{ "id": "lt-0f", "name": "workers", "version": "7" }],
            "enabled_metrics": [], "load_balancers": [], "target_group_arns": [], "termination_policies": ["OldestInstance"]
        }),
        "aws_lambda_function" => json!({
            "function_name": format!("f{i}"), "reserved_concurrent_executions": 5 + grown, "memory_size": 512, "timeout": 30,
            "runtime": "python3.12", "handler": "main.handler", "environment": [{ "variables": { "TABLE": "t", "STAGE": "prod" } }],
            "architectures": ["arm64"], "layers": [], "tracing_config": [{ "mode": "PassThrough" }]
        }),
        "aws_iam_role_policy" => json!({
            "policy": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"sqs:SendMessage\",\"sqs:ReceiveMessage\"],\"Resource\":\"arn:aws:sqs:eu-west-1:123456789012:queue\"}]}",
            "role": format!("role-{i}")
        }),
        "aws_appautoscaling_target" => json!({
            "service_namespace": "ecs", "resource_id": format!("service/prod/service-{}", i + 3), "scalable_dimension": "ecs:service:DesiredCount",
            "min_capacity": 1, "max_capacity": 4 + grown
        }),
        "aws_ecs_service" => json!({
            "cluster": "prod", "desired_count": 2 + grown, "launch_type": "FARGATE", "deployment_maximum_percent": 200,
            "network_configuration": [{ "assign_public_ip": false, "subnets": ["subnet-0a1"], "security_groups": ["sg-0b"] }]
        }),
        "aws_security_group" => json!({
            "vpc_id": "vpc-0c", "revoke_rules_on_delete": null,
            "ingress": [{ "from_port": 443, "to_port": 443, "protocol": "tcp", "cidr_blocks": ["10.0.0.0/8"], "description": "", "self": false }],
            "egress": [{ "from_port": 0, "to_port": 0, "protocol": "-1", "cidr_blocks": ["0.0.0.0/0"], "description": "", "self": false }]
        }),
        "aws_s3_bucket" => {
            json!({ "bucket": format!("b{i}"), "acl": "private", "force_destroy": grown == 1, "versioning": [{ "enabled": true }] })
        }
        _ => json!({ "retention_in_days": 90 + grown, "kms_key_id": null, "skip_destroy": false }),
    };
    if let (Some(values), Value::Object(more)) = (values.as_object_mut(), more) {
        values.extend(more);
    }
    values
}
