//! A Rego engine on the seven rules that people write first, over the plan it is given by path. A program outside the workspace, so that
//! nobody who builds plancheck builds the engine; the benchmark `check` measures it beside a check.

use regorus::{Engine, Value};

/// The rules of the benchmark's bare visitor in Rego: region, two maximums, reserved concurrency, public access lists, the public access block, tags.
const POLICY: &str = r#"
package plan

import rego.v1

allowed := {"eu-west-1", "eu-central-1"}

governed contains rc if {
    some rc in input.resource_changes
    rc.change.actions != ["no-op"]
    rc.change.after
}

deny contains [rc.address, "region"] if {
    some rc in governed
    not rc.change.after.region in allowed
    rc.change.after.region
}

deny contains [rc.address, "max_size"] if {
    some rc in governed
    rc.type == "aws_autoscaling_group"
    rc.change.after.max_size > 20
}

deny contains [rc.address, "max_capacity"] if {
    some rc in governed
    rc.type == "aws_appautoscaling_target"
    rc.change.after.max_capacity > 20
}

reserved(after) if after.reserved_concurrent_executions >= 0

deny contains [rc.address, "concurrency"] if {
    some rc in governed
    rc.type == "aws_lambda_function"
    not reserved(rc.change.after)
}

deny contains [rc.address, "acl"] if {
    some rc in governed
    startswith(rc.change.after.acl, "public")
}

deny contains [rc.address, "access block"] if {
    some rc in governed
    rc.type == "aws_s3_bucket_public_access_block"
    rc.change.after.block_public_acls != true
}

deny contains [rc.address, "owner"] if {
    some rc in governed
    rc.change.after.tags
    not rc.change.after.tags.owner
}
"#;

fn main() {
    let file = std::env::args().nth(1).expect("the path of a plan");
    let text = std::fs::read_to_string(file).expect("the plan can be read");
    let mut engine = Engine::new();
    engine.add_policy("plan.rego".to_owned(), POLICY.to_owned()).expect("the policy is sound");
    engine.set_input(Value::from_json_str(&text).expect("the plan is JSON"));
    drop(text);
    let found = engine.eval_rule("data.plan.deny".to_owned()).expect("the policy can be evaluated");
    println!("{}", found.as_set().map_or(0, |found| found.len()));
}
