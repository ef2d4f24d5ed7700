//! Limits on processors, memory and accelerators: as many machines as there can be, times the largest type they can have.

use plancheck::verdict::Verdict;
use serde_json::{Value, json};

use crate::scene::{change, create, judge, over_all, plan, texts, unknown};

const DENIED: Verdict = Verdict::Denied;
const ALLOWED: Verdict = Verdict::Allowed;

fn made_of() -> Value {
    over_all(&json!({ "capacity": {
        "instances": { "ceiling": 100 }, "nodes": { "ceiling": 100 },
        "gpus": { "ceiling": 8 }, "vcpus": { "ceiling": 200 }, "memory_gb": { "ceiling": 3000 },
    } }))
}

fn template(kind: &str) -> Value {
    let values = json!({ "id": "lt-1", "name": "t", "instance_type": kind });
    change("aws_launch_template.t", &["no-op"], values.clone(), values)
}

fn of_template(max: u32) -> Value {
    create(
        "aws_autoscaling_group.g",
        json!({ "max_size": max, "min_size": 0, "launch_template": [{ "id": "lt-1" }] }),
    )
}

fn pool(kind: &str, max: u32) -> Value {
    create(
        "azurerm_kubernetes_cluster_node_pool.p",
        json!({ "vm_size": kind, "auto_scaling_enabled": true, "min_count": 1, "max_count": max }),
    )
}

fn google(kind: &str, accelerators: &Value) -> Value {
    create(
        "google_compute_instance.i",
        json!({ "machine_type": kind, "zone": "eu-west-1", "guest_accelerator": accelerators }),
    )
}

/// The verdict; several of the three units may exceed their limit.
fn verdict(changes: &[Value]) -> Verdict {
    judge(&[made_of()], &plan(changes)).verdict()
}

#[test]
fn machines_times_the_largest_type_is_what_counts() {
    let two = |types: [&str; 2]| {
        let overrides = types.map(|kind| json!({ "instance_type": kind }));
        let policy = json!([{ "launch_template": [{ "override": overrides }] }]);
        create(
            "aws_autoscaling_group.g",
            json!({ "max_size": 2, "min_size": 0, "mixed_instances_policy": policy }),
        )
    };
    let cases: [(&str, Vec<Value>, Verdict); 10] = [
        ("one machine of eight", vec![of_template(1), template("p5.48xlarge")], ALLOWED),
        ("two of them", vec![of_template(2), template("p5.48xlarge")], DENIED),
        ("many small ones", vec![of_template(100), template("m5.large")], ALLOWED),
        ("more processors than allowed", vec![of_template(2), template("m7i.48xlarge")], DENIED),
        ("the larger override", vec![two(["m5.large", "p5.48xlarge"])], DENIED),
        ("small overrides", vec![two(["m5.large", "m5.xlarge"])], ALLOWED),
        ("Azure, eight accelerators", vec![pool("Standard_ND96isr_H100_v5", 1)], ALLOWED),
        ("Azure, sixteen", vec![pool("Standard_ND96isr_H100_v5", 2)], DENIED),
        ("Google, attached", vec![google("n1-standard-8", &json!([{ "type": "t4", "count": 9 }]))], DENIED),
        (
            "Google, few attached",
            vec![google("n1-standard-8", &json!([{ "type": "t4", "count": 4 }]))],
            ALLOWED,
        ),
    ];
    for (name, changes, expected) in cases {
        assert_eq!(verdict(&changes), expected, "{name}");
    }
}

#[test]
fn a_larger_type_is_growth_though_the_number_stays() {
    let sized = |kind: &str| json!({ "instance_type": kind });
    let resized = |to: &str| change("aws_instance.i", &["update"], sized("p4d.24xlarge"), sized(to));
    let other = create("aws_instance.j", sized("t3.nano"));
    let to = |kind: &str| verdict(&[resized(kind), other.clone()]);
    assert_eq!((to("p5.48xlarge"), to("u7in-32tb.224xlarge")), (ALLOWED, DENIED));
}

#[test]
fn a_type_that_cannot_be_told_asks() {
    let report = judge(&[made_of()], &plan(&[of_template(1)]));
    assert_eq!(report.verdict(), Verdict::ConsentRequired);
    assert!(texts(&report).contains("that the plan does not have"), "{}", texts(&report));
    let report = judge(&[made_of()], &plan(&[of_template(1), template("q9.huge")]));
    assert!(
        texts(&report).contains("does not know what the machine type `q9.huge` has"),
        "{}",
        texts(&report)
    );
    assert_eq!(report.verdict(), Verdict::ConsentRequired);
    let first = unknown(google("n1-standard-8", &Value::Null), json!({ "guest_accelerator": true }));
    assert_eq!(verdict(&[first]), Verdict::ConsentRequired, "perhaps attached");
    let later = unknown(google("n2-standard-8", &Value::Null), json!({ "guest_accelerator": true }));
    assert_eq!(verdict(&[later]), ALLOWED, "cannot be attached");
}

#[test]
fn no_machines_have_nothing_whatever_their_type() {
    assert_eq!(verdict(&[of_template(0), template("q9.huge")]), ALLOWED);
}
