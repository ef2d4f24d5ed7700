//! Budgets on the wire: each rule that is refused has a twin that is accepted.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test crate: it stops at the first thing that is not as it should be"
)]

mod support;

use serde_json::{Value, json};
use support::{ACCOUNT, call, json_as, must, refused, seeded};

const SERVICE: &str = "budgets";

/// A request for a budget, with changes to it.
fn budget(name: &str, more: &Value) -> Value {
    let mut budget = json!({
        "BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY",
        "BudgetLimit": { "Amount": "12000", "Unit": "USD" },
        "FilterExpression": { "Tags": { "Key": "workload", "Values": [name] } }, "Metrics": ["UnblendedCost"],
    });
    merge(&mut budget, more);
    json!({ "AccountId": ACCOUNT, "Budget": budget })
}

fn merge(into: &mut Value, more: &Value) {
    let (Some(into), Some(more)) = (into.as_object_mut(), more.as_object()) else {
        panic!("objects are merged")
    };
    for (name, value) in more {
        if value.is_null() {
            into.remove(name)
        } else {
            into.insert(name.clone(), value.clone())
        };
    }
}

fn notification(threshold: f64) -> Value {
    json!({ "NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": threshold })
}

fn told(threshold: f64) -> Value {
    json!({ "Notification": notification(threshold),
            "Subscribers": [{ "SubscriptionType": "EMAIL", "Address": "finops@example.com" }] })
}

fn named(name: &str) -> Value {
    json!({ "AccountId": ACCOUNT, "BudgetName": name })
}

fn with(mut request: Value, more: &Value) -> Value {
    merge(&mut request, more);
    request
}

#[test]
fn a_budget_lives_with_all_that_belongs_to_it() {
    let cloud = seeded();
    let request = with(
        budget("agents", &json!({})),
        &json!({
            "NotificationsWithSubscribers": [told(50.0), told(80.0)], "ResourceTags": [{ "Key": "remit", "Value": "agents" }],
        }),
    );
    must(&cloud, SERVICE, "CreateBudget", &request);
    refused(&cloud, SERVICE, "CreateBudget", &request, "DuplicateRecordException");

    let found = must(
        &cloud,
        SERVICE,
        "DescribeBudget",
        &with(named("agents"), &json!({ "ShowFilterExpression": true })),
    );
    assert_eq!(found["Budget"]["BudgetLimit"]["Amount"], "12000.0");
    assert_eq!(found["Budget"]["FilterExpression"]["Tags"]["Values"], json!(["agents"]));
    assert_eq!(found["Budget"]["TimePeriod"]["End"], 3_706_473_600_i64, "2087-06-15");
    let found = must(&cloud, SERVICE, "DescribeBudget", &named("agents"));
    assert_eq!(found["Budget"]["FilterExpression"], Value::Null, "shown only to those who ask");

    let found = must(&cloud, SERVICE, "DescribeNotificationsForBudget", &named("agents"));
    let expected = json!({ "NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 50.0, "NotificationState": "OK" });
    assert_eq!(found["Notifications"][0], expected, "PERCENTAGE is not said");
    let asked = with(named("agents"), &json!({ "Notification": notification(80.0) }));
    let found = must(&cloud, SERVICE, "DescribeSubscribersForNotification", &asked);
    assert_eq!(found["Subscribers"][0]["Address"], "finops@example.com");
    let arn = format!("arn:aws:budgets::{ACCOUNT}:budget/agents");
    let found = must(&cloud, SERVICE, "ListTagsForResource", &json!({ "ResourceARN": arn }));
    assert_eq!(found["ResourceTags"], json!([{ "Key": "remit", "Value": "agents" }]));

    must(&cloud, SERVICE, "DeleteBudget", &named("agents"));
    refused(&cloud, SERVICE, "DescribeBudget", &named("agents"), "NotFoundException");
    refused(&cloud, SERVICE, "DeleteBudget", &named("agents"), "NotFoundException");
    refused(&cloud, SERVICE, "ListTagsForResource", &json!({ "ResourceARN": arn }), "NotFoundException");
}

#[test]
fn what_the_contract_does_not_allow_is_refused() {
    let cloud = seeded();
    let bad = |more: Value| {
        refused(&cloud, SERVICE, "CreateBudget", &budget("a", &more), "InvalidParameterException")
    };
    let says = bad(json!({ "BudgetName": "with:colon" }));
    assert!(
        says["Message"].as_str().expect("a text").contains("Budget.BudgetName must match the pattern"),
        "{says}"
    );
    bad(json!({ "BudgetName": "n".repeat(101) }));
    bad(json!({ "BudgetName": "a/action/b" }));
    bad(json!({ "TimeUnit": "WEEKLY" }));
    bad(json!({ "BudgetLimitt": {} }));
    bad(json!({ "BudgetLimit": { "Amount": "-1", "Unit": "USD" } }));
    bad(json!({ "BudgetLimit": { "Amount": "0", "Unit": "USD" } }));
    bad(json!({ "BudgetLimit": null }));
    bad(json!({ "BudgetType": null }));
    bad(json!({ "Metrics": ["UnblendedCost", "BlendedCost"] }));
    bad(json!({ "Metrics": null }));
    bad(json!({ "CostFilters": { "TagKeyValue": ["user:workload$a"] } }));
    bad(json!({ "CostTypes": { "IncludeTax": true } }));
    bad(json!({ "TimePeriod": { "Start": 2_000_000_000, "End": 1_990_000_000 } }));
    bad(
        json!({ "FilterExpression": { "Tags": { "Key": "a", "Values": ["b"] }, "Dimensions": { "Key": "REGION", "Values": ["x"] } } }),
    );
    bad(json!({ "FilterExpression": { "And": [{ "Tags": { "Key": "a", "Values": ["b"] } }] } }));
    assert!(cloud.writes().iter().all(|write| !write.changed), "nothing was left behind");

    let pair = json!({ "FilterExpression": null, "Metrics": null, "CostFilters": { "TagKeyValue": ["user:workload$a"] } });
    must(&cloud, SERVICE, "CreateBudget", &budget("pair", &pair));
    must(&cloud, SERVICE, "CreateBudget", &budget(&"n".repeat(100), &json!({})));
    let found = must(&cloud, SERVICE, "DescribeBudget", &named("pair"));
    assert_eq!(found["Budget"]["CostTypes"]["IncludeTax"], true, "what is not said is filled in");
}

#[test]
fn an_update_forgets_what_was_spent() {
    let cloud = seeded();
    must(&cloud, SERVICE, "CreateBudget", &budget("agents", &json!({})));
    let spent = json!({ "accounts": { ACCOUNT: { "spent": { "agents": "4321.5" } } } });
    cloud.seed(fake_cloud::Seed::from_json(&spent.to_string()).expect("a seed"));
    let of = || must(&cloud, SERVICE, "DescribeBudget", &named("agents"))["Budget"].clone();
    assert_eq!(of()["CalculatedSpend"]["ActualSpend"]["Amount"], "4321.5");
    let same = json!({ "AccountId": ACCOUNT, "NewBudget": budget("agents", &json!({}))["Budget"] });
    must(&cloud, SERVICE, "UpdateBudget", &same);
    assert_eq!(of()["CalculatedSpend"]["ActualSpend"]["Amount"], "0.0");
    let last = cloud.writes().pop().expect("a write");
    assert!(last.changed, "an update that says nothing new is a change all the same");
}

#[test]
fn a_budget_ends_with_its_time() {
    let cloud = seeded();
    let at = |now: &str| fake_cloud::Settings {
        now: Some(now.parse().expect("a time")),
        ..fake_cloud::Settings::default()
    };
    cloud.set(at("2026-12-01T00:00:00Z"));
    let ends = json!({ "TimePeriod": { "Start": 1_796_083_200, "End": 1_798_761_600 } });
    must(&cloud, SERVICE, "CreateBudget", &budget("december", &ends));
    must(&cloud, SERVICE, "DescribeBudget", &named("december"));
    cloud.set(at("2027-01-01T00:00:00Z"));
    refused(&cloud, SERVICE, "DescribeBudget", &named("december"), "NotFoundException");
}

#[test]
fn notifications_are_few_and_each_its_own() {
    let cloud = seeded();
    let many = |count: u32| (1..=count).map(|at| told(f64::from(at))).collect::<Vec<_>>();
    let of = |name: &str, list: Vec<Value>| {
        with(budget(name, &json!({})), &json!({ "NotificationsWithSubscribers": list }))
    };
    refused(&cloud, SERVICE, "CreateBudget", &of("agents", many(11)), "InvalidParameterException");
    refused(
        &cloud,
        SERVICE,
        "CreateBudget",
        &of("agents", vec![told(50.0), told(50.0)]),
        "DuplicateRecordException",
    );
    refused(&cloud, SERVICE, "DescribeBudget", &named("agents"), "NotFoundException");
    must(&cloud, SERVICE, "CreateBudget", &of("agents", many(9)));

    let one = |threshold: f64| with(named("agents"), &told(threshold));
    refused(&cloud, SERVICE, "CreateNotification", &one(9.0), "DuplicateRecordException");
    must(&cloud, SERVICE, "CreateNotification", &one(10.0));
    refused(&cloud, SERVICE, "CreateNotification", &one(11.0), "CreationLimitExceededException");

    let change = |old: f64, new: f64| {
        with(
            named("agents"),
            &json!({ "OldNotification": notification(old), "NewNotification": notification(new) }),
        )
    };
    refused(&cloud, SERVICE, "UpdateNotification", &change(1.0, 2.0), "DuplicateRecordException");
    refused(&cloud, SERVICE, "UpdateNotification", &change(77.0, 78.0), "NotFoundException");
    must(&cloud, SERVICE, "UpdateNotification", &change(1.0, 100.0));
    let percent = with(notification(2.0), &json!({ "ThresholdType": "PERCENTAGE" }));
    must(&cloud, SERVICE, "DeleteNotification", &with(named("agents"), &json!({ "Notification": percent })));
    refused(
        &cloud,
        SERVICE,
        "DeleteNotification",
        &with(named("agents"), &json!({ "Notification": notification(2.0) })),
        "NotFoundException",
    );
}

#[test]
fn subscribers_are_addresses_and_one_topic() {
    let cloud = seeded();
    must(
        &cloud,
        SERVICE,
        "CreateBudget",
        &with(budget("agents", &json!({})), &json!({ "NotificationsWithSubscribers": [told(50.0)] })),
    );
    let whom = |kind: &str, address: &str| json!({ "SubscriptionType": kind, "Address": address });
    let add = |subscriber: Value| {
        with(named("agents"), &json!({ "Notification": notification(50.0), "Subscriber": subscriber }))
    };
    refused(&cloud, SERVICE, "CreateSubscriber", &add(whom("EMAIL", "nobody")), "InvalidParameterException");
    refused(
        &cloud,
        SERVICE,
        "CreateSubscriber",
        &add(whom("EMAIL", "finops@example.com")),
        "DuplicateRecordException",
    );
    refused(
        &cloud,
        SERVICE,
        "DeleteSubscriber",
        &add(whom("EMAIL", "finops@example.com")),
        "InvalidParameterException",
    );
    must(&cloud, SERVICE, "CreateSubscriber", &add(whom("SNS", "arn:aws:sns:eu-west-1:123456789012:spend")));
    refused(
        &cloud,
        SERVICE,
        "CreateSubscriber",
        &add(whom("SNS", "arn:aws:sns:eu-west-1:123456789012:more")),
        "CreationLimitExceededException",
    );
    for at in 2..=10 {
        must(&cloud, SERVICE, "CreateSubscriber", &add(whom("EMAIL", &format!("{at}@example.com"))));
    }
    refused(
        &cloud,
        SERVICE,
        "CreateSubscriber",
        &add(whom("EMAIL", "11@example.com")),
        "CreationLimitExceededException",
    );
    must(&cloud, SERVICE, "DeleteSubscriber", &add(whom("EMAIL", "10@example.com")));
    let change = json!({ "Notification": notification(50.0), "OldSubscriber": whom("EMAIL", "9@example.com"), "NewSubscriber": whom("EMAIL", "9b@example.com") });
    must(&cloud, SERVICE, "UpdateSubscriber", &with(named("agents"), &change));
    refused(&cloud, SERVICE, "UpdateSubscriber", &with(named("agents"), &change), "NotFoundException");
}

fn action(more: &Value) -> Value {
    with(
        named("agents"),
        &with(
            json!({
                "NotificationType": "ACTUAL", "ActionType": "APPLY_SCP_POLICY", "ApprovalModel": "AUTOMATIC",
                "ActionThreshold": { "ActionThresholdValue": 100.0, "ActionThresholdType": "PERCENTAGE" },
                "Definition": { "ScpActionDefinition": { "PolicyId": "p-FullAWSAccess", "TargetIds": [support::UNIT] } },
                "ExecutionRoleArn": format!("arn:aws:iam::{ACCOUNT}:role/budget-actions"),
                "Subscribers": [{ "SubscriptionType": "EMAIL", "Address": "finops@example.com" }],
            }),
            more,
        ),
    )
}

#[test]
fn an_action_has_no_key_but_its_id() {
    let cloud = seeded();
    refused(&cloud, SERVICE, "CreateBudgetAction", &action(&json!({})), "NotFoundException");
    must(&cloud, SERVICE, "CreateBudget", &budget("agents", &json!({})));
    let iam = json!({ "Definition": { "IamActionDefinition": { "PolicyArn": format!("arn:aws:iam::{ACCOUNT}:policy/stop"), "Roles": ["agents"] } } });
    refused(&cloud, SERVICE, "CreateBudgetAction", &action(&iam), "InvalidParameterException");
    let foreign = json!({ "ExecutionRoleArn": "arn:aws:iam::210987654321:role/budget-actions" });
    refused(&cloud, SERVICE, "CreateBudgetAction", &action(&foreign), "InvalidParameterException");
    for (policy, target) in [("p-00000001", support::UNIT), ("p-FullAWSAccess", "ou-abcd-00000000")] {
        let nowhere =
            json!({ "Definition": { "ScpActionDefinition": { "PolicyId": policy, "TargetIds": [target] } } });
        refused(&cloud, SERVICE, "CreateBudgetAction", &action(&nowhere), "InvalidParameterException");
    }

    let id = |answer: Value| answer["ActionId"].as_str().expect("an id").to_owned();
    let first = id(must(
        &cloud,
        SERVICE,
        "CreateBudgetAction",
        &action(&json!({ "ResourceTags": [{ "Key": "remit", "Value": "a" }] })),
    ));
    let second = id(must(&cloud, SERVICE, "CreateBudgetAction", &action(&json!({}))));
    assert_ne!(first, second, "the same definition is created twice");
    let found = must(&cloud, SERVICE, "DescribeBudgetActionsForBudget", &named("agents"));
    assert_eq!(found["Actions"].as_array().map(Vec::len), Some(2));
    let arn = format!("arn:aws:budgets::{ACCOUNT}:budget/agents/action/{first}");
    must(
        &cloud,
        SERVICE,
        "TagResource",
        &json!({ "ResourceARN": arn, "ResourceTags": [{ "Key": "more", "Value": "b" }] }),
    );
    must(&cloud, SERVICE, "UntagResource", &json!({ "ResourceARN": arn, "ResourceTagKeys": ["remit"] }));
    let tags = must(&cloud, SERVICE, "ListTagsForResource", &json!({ "ResourceARN": arn }));
    assert_eq!(tags["ResourceTags"], json!([{ "Key": "more", "Value": "b" }]));

    let of = |action: &str, more: &Value| with(with(named("agents"), &json!({ "ActionId": action })), more);
    let changed =
        must(&cloud, SERVICE, "UpdateBudgetAction", &of(&second, &json!({ "ApprovalModel": "MANUAL" })));
    assert_eq!(
        (&changed["OldAction"]["ApprovalModel"], &changed["NewAction"]["ApprovalModel"]),
        (&json!("AUTOMATIC"), &json!("MANUAL"))
    );
    must(&cloud, SERVICE, "DeleteBudgetAction", &of(&second, &json!({})));
    refused(&cloud, SERVICE, "DescribeBudgetAction", &of(&second, &json!({})), "NotFoundException");
    must(&cloud, SERVICE, "DescribeBudgetAction", &of(&first, &json!({})));
}

#[test]
fn a_policy_of_the_organization_is_the_management_accounts_to_attach() {
    let cloud = seeded();
    let own = |body: Value| with(body, &json!({ "AccountId": "210987654321" }));
    let there = |operation: &str, body: &Value| {
        json_as(&cloud, "AKIA210987654321", SERVICE, operation, body).expect("an answer")
    };
    let made = there("CreateBudget", &own(budget("agents", &json!({}))));
    assert_eq!(made.status, 200, "{made:?}");
    let role = json!({ "ExecutionRoleArn": "arn:aws:iam::210987654321:role/budget-actions" });
    let refused = there("CreateBudgetAction", &own(action(&role)));
    assert_eq!(refused.error(), "400 AccessDeniedException");
    must(&cloud, SERVICE, "CreateBudget", &budget("agents", &json!({})));
    must(&cloud, SERVICE, "CreateBudgetAction", &action(&json!({})));
}

#[test]
fn an_action_that_fires_attaches_its_policy() {
    let cloud = seeded();
    must(&cloud, SERVICE, "CreateBudget", &budget("agents", &json!({})));
    let deny = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"ec2:RunInstances","Resource":"*"}]}"#;
    let policy =
        json!({ "Name": "stop", "Description": "", "Type": "SERVICE_CONTROL_POLICY", "Content": deny });
    let policy =
        must(&cloud, "organizations", "CreatePolicy", &policy)["Policy"]["PolicySummary"]["Id"].clone();
    let definition = |model: &str| json!({ "ApprovalModel": model, "Definition": { "ScpActionDefinition": { "PolicyId": policy, "TargetIds": [support::UNIT] } } });
    let create = |model: &str| {
        must(&cloud, SERVICE, "CreateBudgetAction", &action(&definition(model)))["ActionId"]
            .as_str()
            .expect("an id")
            .to_owned()
    };
    let status = |id: &str| {
        must(&cloud, SERVICE, "DescribeBudgetAction", &with(named("agents"), &json!({ "ActionId": id })))["Action"]["Status"].clone()
    };
    let targets = || {
        must(&cloud, "organizations", "ListTargetsForPolicy", &json!({ "PolicyId": policy }))["Targets"]
            .as_array()
            .map(Vec::len)
    };

    let manual = create("MANUAL");
    cloud.fire(ACCOUNT, "agents", &manual).expect("it fires");
    assert_eq!((status(&manual), targets()), (json!("PENDING"), Some(0)), "it waits for a person");
    let automatic = create("AUTOMATIC");
    assert_eq!(status(&automatic), "STANDBY");
    cloud.fire(ACCOUNT, "agents", &automatic).expect("it fires");
    assert_eq!((status(&automatic), targets()), (json!("EXECUTION_SUCCESS"), Some(1)));
}

#[test]
fn another_account_is_none_of_its_business() {
    let cloud = seeded();
    must(&cloud, SERVICE, "CreateBudget", &budget("agents", &json!({})));
    refused(
        &cloud,
        SERVICE,
        "DescribeBudget",
        &json!({ "AccountId": "210987654321", "BudgetName": "agents" }),
        "AccessDeniedException",
    );
    let other = json_as(
        &cloud,
        "AKIA210987654321",
        SERVICE,
        "DescribeBudgets",
        &json!({ "AccountId": "210987654321" }),
    )
    .expect("an answer");
    assert_eq!(other.json()["Budgets"], json!([]), "the same name may be used there");
    let own = call(&cloud, SERVICE, "DescribeBudgets", &json!({ "AccountId": ACCOUNT }));
    assert_eq!(own.json()["Budgets"].as_array().map(Vec::len), Some(1));
}
