//! The policies in the guide on permissions are what the provider uses: whole lives of envelopes with one kind of control each, their calls as
//! the fake cloud recorded them, against the lists in the guide. A call that no list has fails, and so does a permission that no call takes.

use std::collections::{BTreeMap, BTreeSet};

use fake_cloud::{Entry, FakeCloud, Kind, Seed};
use serde_json::{Value as Json, json};

use crate::{
    cloud::{self, UNIT},
    connected::{approver, object, provider},
};

const GUIDE: &str = include_str!("../../docs/guides/aws-permissions.md");

/// What a section of the guide allows for reading and for writing.
type Allowed = BTreeMap<&'static str, [BTreeSet<String>; 2]>;

fn guide() -> Allowed {
    let sections = GUIDE.split("\n## ").skip(1).filter_map(|section| {
        let (title, rest) = section.split_once('\n')?;
        let policy = rest.split("```json").nth(1)?.split("```").next()?;
        let policy: Json = serde_json::from_str(policy).expect("a policy");
        let of = |sid: &str| -> BTreeSet<String> {
            let statements = policy["Statement"].as_array().expect("statements").iter();
            let actions = statements.filter(|statement| statement["Sid"] == sid);
            let actions = actions.flat_map(|statement| statement["Action"].as_array().expect("actions"));
            actions.map(|action| action.as_str().expect("an action").to_owned()).collect()
        };
        Some((title, [of("Read"), of("Write")]))
    });
    sections.collect()
}

/// The permissions that a call takes. Making something with tags takes that of tagging too.
fn taken(call: &Entry) -> Vec<String> {
    let (service, operation) = (call.service.as_str(), call.operation.as_str());
    let tags = ["Tags", "ResourceTags"].iter().any(|name| !call.input[*name].is_null());
    let tagging = tags && !operation.contains("Tag");
    let service = if service == "service-quotas" { "servicequotas" } else { service };
    let name = match (service, operation) {
        // Whoever has credentials may ask whose they are.
        ("sts", "GetCallerIdentity") => return Vec::new(),
        ("s3control", "GetPublicAccessBlock") => return vec!["s3:GetAccountPublicAccessBlock".to_owned()],
        ("s3control", _) => return vec!["s3:PutAccountPublicAccessBlock".to_owned()],
        ("budgets", operation) if operation.contains("Action") || operation.contains("Tag") => operation,
        ("budgets", operation) if operation.starts_with("Describe") => "ViewBudget",
        ("budgets", _) => "ModifyBudget",
        (_, operation) => operation,
    };
    let own = format!("{service}:{name}");
    if tagging { vec![own, format!("{service}:TagResource")] } else { vec![own] }
}

fn envelope(aws: &Json, ceiling: u32) -> Json {
    json!({
        "name": "agents", "purpose": "Routing",
        "owner": { "name": "Mina Okafor", "email": "mina.okafor@example.com" },
        "scope": { "tags": { "workload": "agents" }, "accounts": ["aws:123456789012"] },
        "agents": { "principals": ["aws:arn:aws:iam::123456789012:role/agents/*"] },
        "limits": {
            "cost": { "currency": "USD", "period": "monthly", "ceiling": ceiling },
            "regions": { "allow": ["eu-west-1"] },
        },
        "consent": { "approvers": [approver()], "quorum": { "finance": 1 } },
        "review": { "every": "quarter", "due": "2027-02-28" },
        "deletion_protection": false,
        "aws": aws,
    })
}

/// A section of the guide, with an `aws` block that needs it and nothing else, and the block after a change. An action comes with its budget
/// and its policy.
fn blocks() -> Vec<(&'static [&'static str], Json, Json)> {
    let target = json!({ "service_namespace": "ecs", "resource_id": "service/a/b", "dimension": "ecs:service:DesiredCount" });
    let action = |percent: u32| json!({ "role": "arn:aws:iam::123456789012:role/stop", "targets": [UNIT], "at_percent": percent });
    let cap = |cap: Json| json!({ "caps": [cap] });
    vec![
        (
            &["Budget"],
            json!({ "budget": { "subscribers": ["a@example.com"] } }),
            json!({ "budget": { "subscribers": ["b@example.com"] } }),
        ),
        (
            &["Budget", "Guards", "Action of a budget"],
            json!({ "budget": { "action": action(90) } }),
            json!({ "budget": { "action": action(80) } }),
        ),
        (
            &["Guards"],
            json!({ "region_guard": { "targets": [UNIT] } }),
            json!({ "region_guard": { "targets": ["r-abcd"], "exempt_actions": ["s3:List*"] } }),
        ),
        (
            &["Caps of scalable targets"],
            cap(json!({ "scalable_target": target, "min": 0, "max": 5 })),
            cap(json!({ "scalable_target": target, "min": 0, "max": 4 })),
        ),
        (
            &["Caps of Auto Scaling groups"],
            cap(json!({ "autoscaling_group": "workers", "max": 10 })),
            cap(json!({ "autoscaling_group": "workers", "max": 9 })),
        ),
        (
            &["Caps of Lambda functions"],
            cap(json!({ "lambda_function": "analysis", "reserved_concurrency": 5 })),
            cap(json!({ "lambda_function": "analysis", "reserved_concurrency": 4 })),
        ),
    ]
}

/// A whole life, and what was there before it taken over: that is when tags are put on what exists.
fn live(first: &Json, second: &Json) -> FakeCloud {
    let (cloud, folder) = (cloud::start(), tempfile::tempdir().expect("a folder"));
    let taken_over = json!({ "ServiceNamespace": "ecs", "ResourceId": "service/a/b", "ScalableDimension": "ecs:service:DesiredCount", "MinCapacity": 0, "MaxCapacity": 50 });
    let there = |edit: Json| cloud.call(serde_json::from_value(edit).expect("an edit")).expect("it is taken");
    for existed in [false, true] {
        if existed {
            there(
                json!({ "service": "application-autoscaling", "operation": "RegisterScalableTarget", "region": "eu-west-1", "input": taken_over }),
            );
        }
        let provider = provider(&cloud, folder.path());
        let mut resource = provider.resource("remit_envelope").expect("a resource");
        resource.apply(&object(&envelope(first, 1000))).unwrap_or_else(|said| panic!("{said:?}"));
        resource.refresh().expect("it is looked at");
        resource.apply(&object(&envelope(second, 900))).unwrap_or_else(|said| panic!("{said:?}"));
        // A state that was lost: what there is is found again.
        let mut again = provider.resource("remit_envelope").expect("a resource");
        again.apply(&object(&envelope(second, 900))).unwrap_or_else(|said| panic!("{said:?}"));
        again.destroy().unwrap_or_else(|said| panic!("{said:?}"));
    }
    cloud
}

const SETTINGS: &str = "Settings of an account";

/// Each setting with a value, and another that it is changed to.
const VALUES: [(&str, &str, &str); 6] = [
    ("ebs_encryption_by_default", "true", "false"),
    ("instance_metadata_defaults", r#"{"http_tokens":"required"}"#, r#"{"http_tokens":"optional"}"#),
    (
        "bedrock_invocation_logging",
        r#"{"text":true,"image":true,"embedding":true,"bucket":"logs-a"}"#,
        r#"{"text":true,"image":true,"embedding":true,"bucket":"logs-b"}"#,
    ),
    (
        "s3_public_access_block",
        r#"{"block_public_acls":true,"ignore_public_acls":true,"block_public_policy":true,"restrict_public_buckets":true}"#,
        r#"{"block_public_acls":true,"ignore_public_acls":true,"block_public_policy":true,"restrict_public_buckets":false}"#,
    ),
    ("quota_auto_management", r#""notify""#, r#""off""#),
    ("lambda_account_concurrency", "1000", "2000"),
];

fn decided(setting: &str, value: &str) -> Json {
    json!({
        "default": "aws-bedrock-agent-no-guardrail", "decision": "override", "value": value, "reason": "Prompts carry customer data",
        "owner": { "name": "Lee Park", "email": "lee.park@example.com" },
        "review": { "every": "quarter", "due": "2099-12-31" }, "aws": { "setting": setting },
    })
}

/// The lives of all settings, two of them from what others had set.
fn settings() -> FakeCloud {
    let (cloud, folder) = (cloud::start(), tempfile::tempdir().expect("a folder"));
    for existed in [false, true] {
        if existed {
            let input = json!({ "OptInLevel": "ACCOUNT", "OptInType": "NotifyAndAdjust" });
            let edit = json!({ "service": "service-quotas", "operation": "StartAutoManagement", "region": "eu-west-1", "input": input });
            cloud.call(serde_json::from_value(edit).expect("an edit")).expect("it is taken");
        }
        let provider = provider(&cloud, folder.path());
        for (setting, first, second) in VALUES {
            let mut resource = provider.resource("remit_default_override").expect("a resource");
            for value in [first, second, first] {
                resource
                    .apply(&object(&decided(setting, value)))
                    .unwrap_or_else(|said| panic!("{setting}: {said:?}"));
                resource.refresh().expect("it is looked at");
            }
            resource.destroy().unwrap_or_else(|said| panic!("{setting}: {said:?}"));
        }
    }
    cloud
}

#[test]
fn the_guide_allows_what_settings_take_and_nothing_else() {
    let [read, write] = &guide()[SETTINGS];
    let mut used = BTreeSet::new();
    for call in settings().log() {
        for permission in taken(&call) {
            let is_allowed =
                read.contains(&permission) || (call.kind == Kind::Write && write.contains(&permission));
            assert!(is_allowed, "{permission}, which {} takes, is not allowed", call.operation);
            used.insert(permission);
        }
    }
    let idle: Vec<_> = read.union(write).filter(|permission| !used.contains(*permission)).collect();
    assert!(idle.is_empty(), "no call takes these: {idle:?}");
}

#[test]
fn the_guide_allows_what_is_called_and_nothing_else() {
    let mut guide = guide();
    guide.remove(SETTINGS);
    let guide = guide;
    let always = &guide["Every envelope with an `aws` block"];
    let mut used: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (sections, first, second) in blocks() {
        let cloud = live(&first, &second);
        let [mut reads, mut writes] = always.clone();
        for section in sections {
            let [read, write] = &guide[section];
            reads.extend(read.iter().cloned());
            writes.extend(write.iter().cloned());
        }
        for call in cloud.log() {
            for permission in taken(&call) {
                let is_allowed =
                    reads.contains(&permission) || (call.kind == Kind::Write && writes.contains(&permission));
                assert!(
                    is_allowed,
                    "{sections:?} does not allow {permission}, which {} takes",
                    call.operation
                );
                for section in sections {
                    used.entry(section).or_default().insert(permission.clone());
                }
                used.entry("Every envelope with an `aws` block").or_default().insert(permission);
            }
        }
    }
    for (section, [read, write]) in &guide {
        let idle: Vec<_> =
            read.union(write).filter(|permission| !used[section].contains(*permission)).collect();
        // A budget is tagged when it is made; that of others is tagged when it is taken over by an import.
        assert!(idle.is_empty(), "no call takes these of `{section}`: {idle:?}");
    }
}

/// A plan is made by reading alone.
#[test]
fn looking_takes_what_the_guide_calls_reading() {
    let guide = guide();
    let reads: BTreeSet<&String> = guide.values().flat_map(|[read, _]| read).collect();
    let (cloud, folder) = (cloud::start(), tempfile::tempdir().expect("a folder"));
    let seed = json!({ "accounts": { "123456789012": { "regions": { "eu-west-1": { "functions": { "analysis": {} } } } } } });
    cloud.seed(Seed::from_json(&seed.to_string()).expect("a seed"));
    let all = json!({
        "budget": { "action": { "role": "arn:aws:iam::123456789012:role/stop", "targets": [UNIT] } },
        "tamper_guard": { "targets": [UNIT] },
        "caps": [
            { "autoscaling_group": "workers", "max": 10 },
            { "lambda_function": "analysis", "reserved_concurrency": 5 },
        ],
    });
    let first = provider(&cloud, folder.path());
    let mut resource = first.resource("remit_envelope").expect("a resource");
    resource.apply(&object(&envelope(&all, 1000))).unwrap_or_else(|said| panic!("{said:?}"));
    cloud.clear_log();
    resource.refresh().expect("it is looked at");
    assert!(!cloud.log().is_empty());
    for call in cloud.log() {
        for permission in taken(&call) {
            assert!(reads.contains(&permission), "{permission} is not under `Read`");
        }
    }
}

/// Scheduled runs look and nothing else, so their policy is what the guide calls reading, and the events of CloudTrail.
#[test]
fn the_policy_of_scheduled_runs_is_what_the_guide_calls_reading() {
    let policy: Json =
        serde_json::from_str(include_str!("../../examples/scheduled-drift/read-only-policy.json"))
            .expect("a policy");
    let actions = policy["Statement"][0]["Action"].as_array().expect("actions").iter();
    let found: BTreeSet<&str> = actions.map(|action| action.as_str().expect("an action")).collect();
    let guide = guide();
    let mut expected: BTreeSet<&str> =
        guide.values().flat_map(|[read, _]| read).map(String::as_str).collect();
    // Whoever has credentials may ask whose they are; it stands there for whoever denies everything else.
    expected.extend(["cloudtrail:LookupEvents", "sts:GetCallerIdentity"]);
    assert_eq!(found, expected);
}
