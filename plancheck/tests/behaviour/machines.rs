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

#[test]
fn tasks_times_their_definition_is_what_counts() {
    let limits = json!({ "capacity": { "tasks": { "ceiling": 100 }, "vcpus": { "ceiling": 16 }, "memory_gb": { "ceiling": 64 } } });
    let service = |count: u32| {
        create(
            "aws_ecs_service.s",
            json!({ "name": "s", "desired_count": count, "task_definition": "arn:d" }),
        )
    };
    let definition = |cpu: &str, memory: &str| {
        let values = json!({ "arn": "arn:d", "family": "d", "cpu": cpu, "memory": memory });
        change("aws_ecs_task_definition.d", &["no-op"], values.clone(), values)
    };
    let verdict = |changes: &[Value]| judge(&[over_all(&limits)], &plan(changes)).verdict();
    for (name, changes, expected) in [
        ("just as many processors", [service(16), definition("1024", "2048")], ALLOWED),
        ("one task more", [service(17), definition("1024", "2048")], DENIED),
        ("in words", [service(17), definition("1 vCPU", "2GB")], DENIED),
        ("in words, few", [service(16), definition(".5 vCPU", "2 GB")], ALLOWED),
        ("too much memory", [service(5), definition("1024", "16384")], DENIED),
        ("no amount", [service(1), definition("much", "2048")], Verdict::ConsentRequired),
        ("no tasks", [service(0), definition("much", "2048")], ALLOWED),
    ] {
        assert_eq!(verdict(&changes), expected, "{name}");
    }
    assert_eq!(verdict(&[service(1)]), Verdict::ConsentRequired, "the definition is not in the plan");
}

#[test]
fn a_function_has_memory_and_processors_by_its_concurrency() {
    let limits = json!({ "capacity": { "concurrency": { "ceiling": 1000 }, "vcpus": { "ceiling": 10 }, "memory_gb": { "ceiling": 16 } } });
    let verdict = |concurrency: Option<u32>, memory: Option<u32>| {
        let function = json!({ "reserved_concurrent_executions": concurrency, "memory_size": memory });
        judge(&[over_all(&limits)], &plan(&[create("aws_lambda_function.f", function)])).verdict()
    };
    assert_eq!(verdict(Some(16), Some(1024)), ALLOWED);
    assert_eq!(verdict(Some(17), Some(1024)), DENIED);
    assert_eq!(verdict(Some(8), Some(2048)), ALLOWED);
    assert_eq!(verdict(Some(100), None), Verdict::ConsentRequired, "the plan does not show its memory");
    assert_eq!(verdict(None, Some(128)), DENIED);
}
