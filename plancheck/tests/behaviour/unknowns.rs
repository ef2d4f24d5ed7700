//! Why a value is unknown: what the message says of where it comes from.

use crate::limits;
use crate::scene::{create, judge, over_all, plan, texts, unknown};
use serde_json::{Value, json};

/// A queue two modules deep whose region is unknown and written as `expression`; `inner` and `outer` are the two calls.
fn deep(expression: &Value, each: &Value, inner: &Value, outer: &Value) -> Value {
    let address = "module.a[\"x\"].module.b.aws_sqs_queue.q";
    let queue = unknown(create(address, json!({ "name": "q" })), json!({ "region": true }));
    let mut whole = plan(&[]);
    whole["resource_changes"] = json!([queue]);
    let mut block = json!({
        "address": "aws_sqs_queue.q", "mode": "managed", "type": "aws_sqs_queue", "name": "q", "provider_config_key": "aws",
        "expressions": { "region": expression },
    });
    if !each.is_null() {
        block["for_each_expression"] = each.clone();
    }

    let helper =
        json!({ "outputs": { "ids": { "expression": references(&["aws_vpc.here.arn", "aws_vpc.here"]) } } });
    let inner = json!({
        "expressions": inner, "module": {
            "resources": [block], "variables": { "region": { "default": "eu-west-1" }, "set": {} },
            "module_calls": { "net": { "expressions": {}, "module": helper } },
        },
    });
    let mut outer_call = json!({ "expressions": outer, "module": { "module_calls": { "b": inner } } });
    outer_call["for_each_expression"] = references(&["aws_account.each"]);
    whole["configuration"]["root_module"] = json!({
        "module_calls": { "a": outer_call }, "variables": { "known": { "default": "x" }, "unset": {} },
    });
    whole
}

fn references(names: &[&str]) -> Value {
    json!({ "references": names })
}

#[test]
fn a_cause_is_followed_through_modules_variables_loops_and_outputs() {
    let none = Value::Null;
    let no = json!({});
    let through = |outer: &[&str]| {
        (json!({ "region": references(&["var.place"]) }), json!({ "place": references(outer) }))
    };
    let via = |names: &[&str]| references(names);
    let case = |outer: &[&str]| {
        let (inner, outer) = through(outer);
        deep(&via(&["var.region"]), &none, &inner, &outer)
    };
    let rows = [
        (
            "its own module",
            deep(&via(&["aws_vpc.v.arn", "aws_vpc.v"]), &none, &no, &no),
            "`region` is unknown until `module.a.module.b.aws_vpc.v.arn` exists",
        ),
        (
            "two module calls",
            case(&["aws_vpc.v.arn", "aws_vpc.v"]),
            "`region` is unknown until `aws_vpc.v.arn` exists",
        ),
        (
            "a data source",
            case(&["data.aws_region.r.name", "data.aws_region.r"]),
            "`region` is unknown until `data.aws_region.r.name` is read",
        ),
        ("a local", case(&["local.place"]), "it comes from `local.place`, which the plan does not carry"),
        (
            "a variable nobody set",
            case(&["var.unset"]),
            "it comes from `var.unset`, which the plan does not carry",
        ),
        (
            "a known variable adds nothing",
            case(&["var.known", "aws_vpc.v"]),
            "`region` is unknown until `aws_vpc.v` exists",
        ),
        (
            "the loop of the call",
            case(&["each.value.region", "each.value"]),
            "`region` is unknown until `aws_account.each` exists",
        ),
        (
            "the loop of the block",
            deep(&via(&["each.key"]), &via(&["aws_vpc.v"]), &no, &no),
            "`region` is unknown until `module.a.module.b.aws_vpc.v` exists",
        ),
        (
            "an output",
            deep(&via(&["module.net.ids", "module.net"]), &none, &no, &no),
            "`region` is unknown until `module.a.module.b.module.net.aws_vpc.here.arn` exists",
        ),
        (
            "several",
            deep(&via(&["aws_a.a", "aws_b.b", "data.aws_c.c", "local.d"]), &none, &no, &no),
            "`region` is unknown until `module.a.module.b.aws_a.a` and `module.a.module.b.aws_b.b` exist and \
             `module.a.module.b.data.aws_c.c` is read; in part it comes from `module.a.module.b.local.d`, which the plan does not carry",
        ),
    ];
    for (name, plan, expected) in rows {
        let said = texts(&judge(&[over_all(&limits())], &plan));
        assert!(said.contains(expected), "{name}: expected {expected}, got {said}");
    }
}

#[test]
fn names_that_lead_in_circles_or_are_very_many_end() {
    let circle = json!({ "region": references(&["var.region"]) });
    let circular = deep(
        &references(&["var.region"]),
        &Value::Null,
        &circle,
        &json!({ "region": references(&["each.value"]) }),
    );
    assert!(texts(&judge(&[over_all(&limits())], &circular)).contains("unknown until"));
    let many: Vec<String> = (0..20_000).map(|number| format!("aws_x.y{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let said = texts(&judge(
        &[over_all(&limits())],
        &deep(&references(&many), &Value::Null, &json!({}), &json!({})),
    ));
    assert!(said.contains("and 497 more"), "{said}");
}
