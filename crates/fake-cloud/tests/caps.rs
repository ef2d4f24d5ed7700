//! What can be capped, on the wire: scalable targets, Auto Scaling groups, functions; and who asks.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test crate: it stops at the first thing that is not as it should be"
)]

mod support;

use fake_cloud::FakeCloud;
use serde_json::{Value, json};
use support::{ACCOUNT, json_as, lambda, must, query, refused, seeded, send, signed, start};

const SCALING: &str = "application-autoscaling";

fn target(more: &Value) -> Value {
    let mut target = json!({
        "ServiceNamespace": "ecs", "ResourceId": "service/prod/support", "ScalableDimension": "ecs:service:DesiredCount",
    });
    target.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    target
}

fn shown(cloud: &FakeCloud) -> Value {
    must(cloud, SCALING, "DescribeScalableTargets", &json!({ "ServiceNamespace": "ecs" }))["ScalableTargets"]
        .clone()
}

#[test]
fn a_scalable_target_is_overwritten_without_a_word() {
    let cloud = seeded();
    refused(
        &cloud,
        SCALING,
        "RegisterScalableTarget",
        &target(&json!({ "MaxCapacity": 4 })),
        "ValidationException",
    );
    refused(
        &cloud,
        SCALING,
        "RegisterScalableTarget",
        &target(&json!({ "MinCapacity": 5, "MaxCapacity": 4 })),
        "ValidationException",
    );
    let absent = target(&json!({ "ResourceId": "service/prod/absent", "MinCapacity": 1, "MaxCapacity": 4 }));
    refused(&cloud, SCALING, "RegisterScalableTarget", &absent, "ValidationException");
    let other = target(
        &json!({ "ScalableDimension": "dynamodb:table:ReadCapacityUnits", "MinCapacity": 1, "MaxCapacity": 4 }),
    );
    refused(&cloud, SCALING, "RegisterScalableTarget", &other, "ValidationException");
    assert_eq!(shown(&cloud), json!([]));

    let first = must(
        &cloud,
        SCALING,
        "RegisterScalableTarget",
        &target(&json!({ "MinCapacity": 1, "MaxCapacity": 4, "Tags": { "remit": "agents" } })),
    );
    let second = must(
        &cloud,
        SCALING,
        "RegisterScalableTarget",
        &target(&json!({ "MaxCapacity": 20, "Tags": { "other": "tag" } })),
    );
    assert_eq!(first, second, "the same target");
    assert_eq!((&shown(&cloud)[0]["MinCapacity"], &shown(&cloud)[0]["MaxCapacity"]), (&json!(1), &json!(20)));
    refused(
        &cloud,
        SCALING,
        "RegisterScalableTarget",
        &target(&json!({ "MinCapacity": 21 })),
        "ValidationException",
    );
    let tags =
        must(&cloud, SCALING, "ListTagsForResource", &json!({ "ResourceARN": first["ScalableTargetARN"] }));
    assert_eq!(
        tags["Tags"],
        json!({ "remit": "agents" }),
        "tags of a target that exists are changed by TagResource alone"
    );
}

#[test]
fn a_scalable_target_that_is_not_there_is_told_or_not_shown() {
    let cloud = seeded();
    refused(&cloud, SCALING, "DeregisterScalableTarget", &target(&json!({})), "ObjectNotFoundException");
    must(&cloud, SCALING, "RegisterScalableTarget", &target(&json!({ "MinCapacity": 1, "MaxCapacity": 4 })));
    let asked = |more: &Value| {
        must(&cloud, SCALING, "DescribeScalableTargets", more)["ScalableTargets"].as_array().map(Vec::len)
    };
    assert_eq!(
        asked(&json!({ "ServiceNamespace": "ecs", "ResourceIds": ["service/prod/support"] })),
        Some(1)
    );
    assert_eq!(asked(&json!({ "ServiceNamespace": "ecs", "ResourceIds": ["service/prod/other"] })), Some(0));
    assert_eq!(asked(&json!({ "ServiceNamespace": "dynamodb" })), Some(0));
    let dimension = json!({ "ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount" });
    refused(&cloud, SCALING, "DescribeScalableTargets", &dimension, "ValidationException");
    let arn = json!({ "ResourceARN": shown(&cloud)[0]["ScalableTargetARN"] });
    must(&cloud, SCALING, "DeregisterScalableTarget", &target(&json!({})));
    refused(&cloud, SCALING, "ListTagsForResource", &arn, "ResourceNotFoundException");
}

#[test]
fn tags_of_a_scalable_target_are_changed() {
    let cloud = seeded();
    let made = must(
        &cloud,
        SCALING,
        "RegisterScalableTarget",
        &target(&json!({ "MinCapacity": 1, "MaxCapacity": 4 })),
    );
    let arn = made["ScalableTargetARN"].clone();
    must(
        &cloud,
        SCALING,
        "TagResource",
        &json!({ "ResourceARN": arn, "Tags": { "remit": "agents", "b": "c" } }),
    );
    must(&cloud, SCALING, "UntagResource", &json!({ "ResourceARN": arn, "TagKeys": ["b"] }));
    assert_eq!(
        must(&cloud, SCALING, "ListTagsForResource", &json!({ "ResourceARN": arn }))["Tags"],
        json!({ "remit": "agents" })
    );
}

/// The text of the first element of this name.
fn element<'a>(xml: &'a str, name: &str) -> &'a str {
    let after = xml.split_once(&format!("<{name}>")).map_or("", |(_, after)| after);
    after.split_once("</").map_or("", |(text, _)| text)
}

#[test]
fn the_size_of_a_group_is_changed_within_its_bounds() {
    let cloud = seeded();
    let described = |name: &str| {
        query(
            &cloud,
            "autoscaling",
            &format!("Action=DescribeAutoScalingGroups&AutoScalingGroupNames.member.1={name}"),
        )
        .body
    };
    let sizes =
        |xml: &str| ["MinSize", "MaxSize", "DesiredCapacity"].map(|name| element(xml, name).to_owned());
    assert_eq!(sizes(&described("workers")), ["1", "40", "8"]);
    assert_eq!(element(&described("absent"), "MinSize"), "", "an absent group is no error");

    let update = |more: &str| {
        query(
            &cloud,
            "autoscaling",
            &format!("Action=UpdateAutoScalingGroup&AutoScalingGroupName=workers&{more}"),
        )
    };
    let refused = |more: &str| {
        let answer = update(more);
        assert_eq!((answer.status, element(&answer.body, "Code")), (400, "ValidationError"), "{more}");
    };
    refused("MinSize=41");
    refused("MaxSize=4&DesiredCapacity=8");
    refused("DesiredCapacity=0");
    refused("MaxSize=many");
    refused("MaxSizes=4");
    refused("DefaultCooldown=3");
    assert_eq!(sizes(&described("workers")), ["1", "40", "8"]);
    assert_eq!(update("MaxSize=4").status, 200);
    assert_eq!(sizes(&described("workers")), ["1", "4", "4"], "what is desired follows");
    let absent =
        query(&cloud, "autoscaling", "Action=UpdateAutoScalingGroup&AutoScalingGroupName=absent&MaxSize=4");
    assert_eq!((absent.status, element(&absent.body, "Code")), (400, "ValidationError"));
}

#[test]
fn groups_are_tagged() {
    let cloud = seeded();
    let tag = "Tags.member.1.ResourceId=workers&Tags.member.1.ResourceType=auto-scaling-group&Tags.member.1.Key=remit&Tags.member.1.Value=a%26b&Tags.member.1.PropagateAtLaunch=false";
    assert_eq!(query(&cloud, "autoscaling", &format!("Action=CreateOrUpdateTags&{tag}")).status, 200);
    let tags = |name: &str| {
        let of = format!(
            "Action=DescribeTags&Filters.member.1.Name=auto-scaling-group&Filters.member.1.Values.member.1={name}"
        );
        query(&cloud, "autoscaling", &of).body
    };
    assert_eq!(element(&tags("workers"), "Value"), "a&amp;b");
    assert_eq!(element(&tags("others"), "Value"), "somebody");
    assert_eq!(query(&cloud, "autoscaling", &format!("Action=DeleteTags&{tag}")).status, 200);
    assert_eq!(element(&tags("workers"), "Key"), "");
}

#[test]
fn reserved_concurrency_leaves_something_for_the_others() {
    let cloud = seeded();
    let put = |name: &str, value: i64| {
        let body = json!({ "ReservedConcurrentExecutions": value }).to_string();
        lambda(&cloud, "PUT", &format!("/2017-10-31/functions/{name}/concurrency"), &body)
    };
    let get = || lambda(&cloud, "GET", "/2019-09-30/functions/analysis/concurrency", "").body;
    assert_eq!(get(), "", "unset is not zero");
    assert_eq!(
        put("analysis", 601).error(),
        "400 InvalidParameterValueException",
        "300 are reserved, 100 stay"
    );
    assert_eq!(put("analysis", -1).error(), "400 InvalidParameterValueException");
    assert_eq!(get(), "");
    assert_eq!(put("analysis", 600).status, 200);
    assert_eq!(get(), r#"{"ReservedConcurrentExecutions":600}"#);
    assert_eq!(put("analysis", 0).status, 200);
    assert_eq!(get(), r#"{"ReservedConcurrentExecutions":0}"#);
    assert_eq!(put("absent", 1).error(), "404 ResourceNotFoundException");

    let settings: Value = lambda(&cloud, "GET", "/2016-08-19/account-settings", "").json();
    assert_eq!(
        settings["AccountLimit"],
        json!({ "ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 700 })
    );
    let found = lambda(
        &cloud,
        "GET",
        "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Aanalysis",
        "",
    )
    .json();
    assert_eq!(found["Concurrency"]["ReservedConcurrentExecutions"], 0);
    assert_eq!(lambda(&cloud, "DELETE", "/2017-10-31/functions/analysis/concurrency", "").status, 204);
    assert_eq!(get(), "");
}

#[test]
fn functions_are_tagged() {
    let cloud = seeded();
    let resource = "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Aanalysis";
    assert_eq!(lambda(&cloud, "POST", resource, r#"{"Tags":{"remit":"agents","b":"c"}}"#).status, 204);
    assert_eq!(lambda(&cloud, "DELETE", &format!("{resource}?tagKeys=b&tagKeys=d"), "").status, 204);
    assert_eq!(lambda(&cloud, "GET", resource, "").body, r#"{"Tags":{"remit":"agents"}}"#);
}

#[test]
fn a_role_is_of_its_account() {
    let arn = "arn:aws:iam::210987654321:role/remit";
    let cloud = start(&json!({
        "organization": { "accounts": { "210987654321": {}, "222222222222": {} } },
        "accounts": { "210987654321": { "roles": { arn: { "external_id": "secret" } } } },
    }));
    let assume = |arn: &str, more: &str| {
        query(&cloud, "sts", &format!("Action=AssumeRole&RoleSessionName=remit&RoleArn={arn}{more}"))
    };
    assert_eq!(element(&assume(arn, "").body, "Code"), "AccessDenied", "the external id is missing");
    assert_eq!(element(&assume(arn, "&ExternalId=wrong").body, "Code"), "AccessDenied");
    assert_eq!(
        element(&assume("arn:aws:iam::210987654321:role/other", "&ExternalId=secret").body, "Code"),
        "AccessDenied"
    );
    assert_eq!(
        element(&assume("arn:aws:iam::999999999999:role/remit", "").body, "Code"),
        "AccessDenied",
        "an account nobody knows"
    );
    assert_eq!(assume("arn:aws:iam::222222222222:role/any", "").status, 200, "no roles are listed for it");
    let session = assume(arn, "&ExternalId=secret").body;
    let (key, token) = (element(&session, "AccessKeyId"), element(&session, "SessionToken"));

    let who = |token: &str| {
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("authorization", &*signed(key, "us-east-1", "sts")),
            ("x-amz-security-token", token),
        ];
        send(&cloud, "POST", "/", &headers, "Action=GetCallerIdentity&Version=2011-06-15")
            .expect("an answer")
            .body
    };
    assert_eq!(element(&who(token), "Account"), "210987654321");
    assert_eq!(element(&who(token), "Arn"), "arn:aws:sts::210987654321:assumed-role/remit/remit");
    assert_eq!(element(&who("another"), "Code"), "InvalidClientTokenId");
    assert_eq!(element(&query(&cloud, "sts", "Action=GetCallerIdentity").body, "Account"), ACCOUNT);
}

#[test]
fn quotas_may_raise_themselves() {
    let service = "service-quotas";
    let quota = json!({ "ServiceCode": "lambda", "QuotaCode": "L-B99A9384" });
    let cloud = seeded();
    assert_eq!(
        must(&cloud, service, "GetAutoManagementConfiguration", &json!({})),
        json!({ "OptInStatus": "DISABLED" })
    );
    assert_eq!(must(&cloud, service, "GetServiceQuota", &quota)["Quota"]["Value"], 1000.0);
    refused(
        &cloud,
        service,
        "GetServiceQuota",
        &json!({ "ServiceCode": "lambda", "QuotaCode": "L-00000000" }),
        "NoSuchResourceException",
    );
    let cloud = start(
        &json!({ "accounts": { ACCOUNT: { "regions": { "eu-west-1": { "auto_management": "NotifyAndAdjust" } } } } }),
    );
    let found = must(&cloud, service, "GetAutoManagementConfiguration", &json!({}));
    assert_eq!((&found["OptInStatus"], &found["OptInType"]), (&json!("ENABLED"), &json!("NotifyAndAdjust")));
    let elsewhere =
        json_as(&cloud, "AKIA000000000000", service, "GetAutoManagementConfiguration", &json!({}))
            .expect("an answer");
    assert_eq!(elsewhere.json(), json!({ "OptInStatus": "DISABLED" }));
}
