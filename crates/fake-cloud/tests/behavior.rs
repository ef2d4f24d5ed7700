//! How the double behaves whatever the operation: pages, lag, faults, the log, edits from outside, and what it does not play.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test crate: it stops at the first thing that is not as it should be"
)]

mod support;

use std::{thread, time::Duration};

use fake_cloud::{FakeCloud, Fault, Kind, OutOfBand, Settings};
use serde_json::{Value, json};
use support::{ACCOUNT, UNIT, call, lambda, must, query, refused, seeded, send, signed, try_json};

const DENY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;

fn policy(name: &str) -> Value {
    json!({ "Name": name, "Description": "", "Type": "SERVICE_CONTROL_POLICY", "Content": DENY })
}

fn listed() -> Value {
    json!({ "Filter": "SERVICE_CONTROL_POLICY" })
}

/// The names of all policies, page by page, and how many pages were empty although there were more.
fn all(cloud: &FakeCloud) -> (Vec<String>, usize) {
    let (mut names, mut empty, mut request) = (Vec::new(), 0, listed());
    loop {
        let page = must(cloud, "organizations", "ListPolicies", &request);
        let policies = page["Policies"].as_array().expect("a list");
        names.extend(policies.iter().map(|policy| policy["Name"].as_str().expect("a name").to_owned()));
        if page["NextToken"].is_null() {
            return (names, empty);
        }
        empty += usize::from(policies.is_empty());
        request["NextToken"] = page["NextToken"].clone();
    }
}

fn fault(cloud: &FakeCloud, fault: Value) {
    cloud.fault(serde_json::from_value::<Fault>(fault).expect("a fault"));
}

#[test]
fn pages_are_short_and_may_be_empty() {
    let cloud = seeded();
    let made: Vec<_> = (0..5).map(|at| format!("policy-{at}")).collect();
    for name in &made {
        must(&cloud, "organizations", "CreatePolicy", &policy(name));
    }
    let expected: Vec<_> = made.iter().cloned().chain(["FullAWSAccess".to_owned()]).collect();
    assert_eq!(all(&cloud), (expected.clone(), 0));
    cloud.set(Settings { page_size: Some(2), empty_pages: true, ..Settings::default() });
    assert_eq!(all(&cloud), (expected, 3));
}

#[test]
fn a_token_is_good_for_its_own_operation() {
    let cloud = seeded();
    must(&cloud, "organizations", "CreatePolicy", &policy("one"));
    let mut request = listed();
    request["MaxResults"] = 1.into();
    let token = must(&cloud, "organizations", "ListPolicies", &request)["NextToken"].clone();
    refused(&cloud, "organizations", "ListAccounts", &json!({ "NextToken": token }), "InvalidInputException");
    refused(&cloud, "organizations", "ListAccounts", &json!({ "NextToken": "x" }), "InvalidInputException");
    refused(
        &cloud,
        "budgets",
        "DescribeBudgets",
        &json!({ "AccountId": ACCOUNT, "NextToken": "x" }),
        "InvalidNextTokenException",
    );
    request["NextToken"] = token;
    must(&cloud, "organizations", "ListPolicies", &request);
}

#[test]
fn lists_lag_behind_what_was_written() {
    let cloud = seeded();
    cloud.set(Settings { lag: 2, ..Settings::default() });
    let made = must(&cloud, "organizations", "CreatePolicy", &policy("new"));
    let names = || all(&cloud).0;
    assert_eq!(names(), ["FullAWSAccess"]);
    let id = json!({ "PolicyId": made["Policy"]["PolicySummary"]["Id"] });
    must(&cloud, "organizations", "DescribePolicy", &id);
    refused(&cloud, "organizations", "CreatePolicy", &policy("new"), "DuplicatePolicyException");
    assert_eq!(names(), ["FullAWSAccess"], "neither a read nor a refused write makes it visible");
    assert_eq!(names(), ["new", "FullAWSAccess"]);
}

#[test]
fn each_fault_does_what_it_says() {
    let cloud = seeded();
    let create = |name: &str| try_json(&cloud, "organizations", "CreatePolicy", &policy(name));
    let order = |effect: Value| {
        fault(&cloud, json!({ "service": "organizations", "operation": "CreatePolicy", "effect": effect }));
    };
    order(json!("throttle"));
    assert_eq!(create("a").expect("an answer").error(), "400 TooManyRequestsException");
    order(json!("internal_error"));
    assert_eq!(create("a").expect("an answer").error(), "500 ServiceException");
    order(json!({ "code": "ConcurrentModificationException" }));
    assert_eq!(create("a").expect("an answer").error(), "400 ConcurrentModificationException");
    order(json!("drop_before"));
    assert!(create("a").is_none());
    assert_eq!(all(&cloud).0, ["FullAWSAccess"], "nothing of this was carried out");
    order(json!("drop_after"));
    assert!(create("a").is_none());
    assert_eq!(
        create("a").expect("an answer").error(),
        "400 DuplicatePolicyException",
        "the answer alone was lost"
    );
    order(json!({ "delay": 1 }));
    assert_eq!(create("b").expect("an answer").error(), "200 none");
    assert_eq!(all(&cloud).0, ["a", "b", "FullAWSAccess"]);
}

#[test]
fn a_call_is_held_until_it_is_released() {
    let cloud = seeded();
    for (effect, name) in [("hold_before", "a"), ("hold_after", "b")] {
        fault(&cloud, json!({ "operation": "CreatePolicy", "effect": effect }));
        thread::scope(|scope| {
            let client = scope.spawn(|| call(&cloud, "organizations", "CreatePolicy", &policy(name)).status);
            assert!(cloud.wait_until_held(Duration::from_secs(60)), "{effect}");
            let is_carried_out = all(&cloud).0.iter().any(|known| known == name);
            assert_eq!(is_carried_out, effect == "hold_after");
            cloud.release();
            assert_eq!(client.join().expect("a client"), 200);
        });
        assert!(all(&cloud).0.iter().any(|known| known == name));
    }
}

#[test]
fn the_log_tells_reads_from_writes_and_changes_from_attempts() {
    let cloud = seeded();
    all(&cloud);
    must(&cloud, "organizations", "CreatePolicy", &policy("new"));
    refused(&cloud, "organizations", "CreatePolicy", &policy("new"), "DuplicatePolicyException");
    fault(&cloud, json!({ "operation": "CreatePolicy", "effect": "drop_after" }));
    assert!(try_json(&cloud, "organizations", "CreatePolicy", &policy("other")).is_none());
    query(&cloud, "sts", "Action=GetCallerIdentity");
    let log: Vec<_> = cloud
        .log()
        .into_iter()
        .map(|entry| (entry.operation, entry.kind, entry.status, entry.changed))
        .collect();
    let expected = [
        ("ListPolicies", Kind::List, Some(200), false),
        ("CreatePolicy", Kind::Write, Some(200), true),
        ("CreatePolicy", Kind::Write, Some(400), false),
        ("CreatePolicy", Kind::Write, None, true),
        ("GetCallerIdentity", Kind::Read, Some(200), false),
    ];
    assert_eq!(log, expected.map(|(name, kind, status, changed)| (name.to_owned(), kind, status, changed)));
    assert_eq!(cloud.log()[1].principal, "arn:aws:iam::123456789012:user/operator");
    assert_eq!(cloud.log()[1].input["Name"], "new");
    cloud.clear_log();
    assert!(cloud.log().is_empty());
}

#[test]
fn a_write_that_changes_nothing_is_seen_as_that() {
    let cloud = seeded();
    let put = || {
        lambda(
            &cloud,
            "PUT",
            "/2017-10-31/functions/analysis/concurrency",
            r#"{"ReservedConcurrentExecutions":5}"#,
        )
    };
    assert_eq!((put().status, put().status), (200, 200));
    let changed: Vec<_> = cloud.writes().iter().map(|write| write.changed).collect();
    assert_eq!(changed, [true, false]);
}

#[test]
fn somebody_else_changes_the_cloud_unseen() {
    let cloud = seeded();
    cloud.set(Settings { lag: 5, ..Settings::default() });
    let edit = |operation: &str, input: Value| {
        let edit = json!({ "service": "organizations", "operation": operation, "input": input });
        cloud.call(serde_json::from_value::<OutOfBand>(edit).expect("an edit"))
    };
    let made = edit("CreatePolicy", policy("theirs")).expect("it is made");
    let attach = json!({ "PolicyId": made["Policy"]["PolicySummary"]["Id"], "TargetId": UNIT });
    edit("AttachPolicy", attach.clone()).expect("it is attached");
    assert_eq!(edit("AttachPolicy", attach).expect_err("twice").code, "DuplicatePolicyAttachmentException");
    assert_eq!(edit("CreatePolicy", json!({})).expect_err("nothing").code, "InvalidInputException");
    assert!(cloud.log().is_empty());
    assert_eq!(all(&cloud).0, ["theirs", "FullAWSAccess"], "lists show it at once");
}

#[test]
fn what_is_not_played_is_said_by_name() {
    let cloud = seeded();
    let answer = call(&cloud, "organizations", "CreateAccount", &json!({}));
    assert_eq!(answer.error(), "404 UnknownOperationException");
    assert!(
        answer.body.contains("fake-cloud does not play CreateAccount of organizations"),
        "{}",
        answer.body
    );
    let answer = query(&cloud, "autoscaling", "Action=CreateAutoScalingGroup");
    assert_eq!(
        (answer.status, answer.body.contains("does not play CreateAutoScalingGroup")),
        (404, true),
        "{}",
        answer.body
    );
    let answer = lambda(&cloud, "POST", "/2015-03-31/functions/a/invocations", "{}");
    assert_eq!(
        (answer.status, answer.body.contains("POST /2015-03-31/functions/a/invocations")),
        (404, true),
        "{}",
        answer.body
    );
    let target = [("x-amz-target", "DynamoDB_20120810.ListTables")];
    let answer = send(&cloud, "POST", "/", &target, "{}").expect("an answer");
    assert_eq!(
        (answer.status, answer.body.contains("DynamoDB_20120810.ListTables")),
        (404, true),
        "{}",
        answer.body
    );
    assert_eq!(cloud.log().len(), 4, "what is not played is in the log");
}

#[test]
fn nobody_calls_without_credentials() {
    let cloud = seeded();
    let with = |authorization: Option<String>| {
        let mut headers = vec![("x-amz-target", "AWSOrganizationsV20161128.ListRoots")];
        headers.extend(authorization.as_deref().map(|value| ("authorization", value)));
        send(&cloud, "POST", "/", &headers, "{}").expect("an answer").error()
    };
    assert_eq!(with(None), "403 MissingAuthenticationToken");
    assert_eq!(with(Some(signed("AKIA", "us-east-1", "budgets"))), "400 InvalidSignatureException");
    assert_eq!(
        with(Some(signed("ASIAUNKNOWN", "us-east-1", "organizations"))),
        "403 UnrecognizedClientException"
    );
    assert_eq!(with(Some(signed("AKIA", "us-east-1", "organizations"))), "200 none");
}

#[test]
fn broken_bodies_are_told() {
    let cloud = seeded();
    let headers = [
        ("x-amz-target", "AWSOrganizationsV20161128.ListRoots"),
        ("authorization", &*signed("AKIA", "us-east-1", "organizations")),
    ];
    assert_eq!(
        send(&cloud, "POST", "/", &headers, "{").expect("an answer").error(),
        "400 SerializationException"
    );
    assert_eq!(
        send(&cloud, "POST", "/", &headers, "[]").expect("an answer").error(),
        "400 InvalidInputException"
    );
    assert_eq!(
        lambda(&cloud, "PUT", "/2017-10-31/functions/analysis/concurrency", "{").error(),
        "400 InvalidRequestContentException"
    );
}

#[test]
fn the_double_is_controlled_over_http() {
    let cloud = seeded();
    let ask = |method: &str, path: &str, body: &str| {
        send(&cloud, method, &format!("/_fake/{path}"), &[], body).expect("an answer")
    };
    let edit = json!({ "service": "organizations", "operation": "CreatePolicy", "input": policy("theirs") });
    assert_eq!(ask("POST", "call", &edit.to_string()).json()["Policy"]["PolicySummary"]["Name"], "theirs");
    assert_eq!(ask("POST", "faults", r#"{"operation":"ListRoots","effect":"throttle"}"#).status, 200);
    assert_eq!(
        call(&cloud, "organizations", "ListRoots", &json!({})).error(),
        "400 TooManyRequestsException"
    );
    let log = ask("GET", "log", "").body;
    let first: Value = serde_json::from_str(log.lines().next().expect("a line")).expect("JSON");
    assert_eq!((&first["operation"], &first["fault"]), (&json!("ListRoots"), &json!("throttle")));
    assert_eq!(
        ask(
            "POST",
            "seed",
            r#"{"accounts":{"123456789012":{"regions":{"eu-west-1":{"functions":{"more":{}}}}}}}"#
        )
        .status,
        200
    );
    assert_eq!(lambda(&cloud, "GET", "/2015-03-31/functions/more", "").status, 200);
    assert!(ask("GET", "state", "").json()["organization"]["policies"].is_object());

    let wrong = ask("POST", "seed", r#"{"budgetz":{}}"#);
    assert_eq!((wrong.status, wrong.body.contains("budgetz")), (400, true), "{}", wrong.body);
    let wrong = ask("GET", "everything", "");
    assert_eq!((wrong.status, wrong.body.contains("GET log")), (400, true), "{}", wrong.body);
}

#[test]
fn what_exists_is_told_in_a_few_lines() {
    let cloud = seeded();
    let made = must(&cloud, "organizations", "CreatePolicy", &policy("guard"));
    let id = &made["Policy"]["PolicySummary"]["Id"];
    must(&cloud, "organizations", "CreatePolicy", &policy("idle"));
    must(&cloud, "organizations", "AttachPolicy", &json!({ "PolicyId": id, "TargetId": UNIT }));
    let limit = json!({ "Amount": "100", "Unit": "USD" });
    let budget =
        json!({ "BudgetName": "agents", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit });
    must(&cloud, "budgets", "CreateBudget", &json!({ "AccountId": ACCOUNT, "Budget": budget }));
    let target = json!({
        "ServiceNamespace": "ecs", "ResourceId": "service/prod/support", "ScalableDimension": "ecs:service:DesiredCount",
        "MinCapacity": 1, "MaxCapacity": 4,
    });
    must(&cloud, "application-autoscaling", "RegisterScalableTarget", &target);
    insta::assert_snapshot!(fake_cloud::show(&cloud.state()), @"
    organization o-exampleorg1
      service control policy guard: 84 characters, attached to ou-abcd-12345678
      service control policy idle: 84 characters, attached to nothing
    account 123456789012
      budget agents: 100.0 USD monthly, 0 notifications, 0 actions
      eu-west-1 scalable target service/prod/support: 1 to 4
      eu-west-1 Auto Scaling group others: 0 to 4, 0 desired
      eu-west-1 Auto Scaling group workers: 1 to 40, 8 desired
      eu-west-1 Lambda function analysis: no concurrency reserved
      eu-west-1 Lambda function other: 300 concurrent executions reserved
    ");
}
