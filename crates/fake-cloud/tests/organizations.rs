//! Organizations on the wire: each rule that is refused has a twin that is accepted.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test crate: it stops at the first thing that is not as it should be"
)]

mod support;

use fake_cloud::FakeCloud;
use serde_json::{Value, json};
use support::{ACCOUNT, UNIT, json_as, must, refused, seeded, start};

const SERVICE: &str = "organizations";
const DENY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;

fn policy(name: &str, content: &str) -> Value {
    json!({ "Name": name, "Description": "", "Type": "SERVICE_CONTROL_POLICY", "Content": content })
}

/// A policy that is there, by its id.
fn created(cloud: &FakeCloud, name: &str) -> String {
    let made = must(cloud, SERVICE, "CreatePolicy", &policy(name, DENY));
    made["Policy"]["PolicySummary"]["Id"].as_str().expect("an id").to_owned()
}

fn at(policy: &str, target: &str) -> Value {
    json!({ "PolicyId": policy, "TargetId": target })
}

#[test]
fn a_policy_lives_and_is_attached() {
    let cloud = seeded();
    let id = created(&cloud, "guard");
    must(&cloud, SERVICE, "AttachPolicy", &at(&id, UNIT));
    let targets = must(&cloud, SERVICE, "ListTargetsForPolicy", &json!({ "PolicyId": id }));
    assert_eq!(targets["Targets"][0]["TargetId"], UNIT);
    assert_eq!(targets["Targets"][0]["Type"], "ORGANIZATIONAL_UNIT");
    let asked = json!({ "TargetId": UNIT, "Filter": "SERVICE_CONTROL_POLICY" });
    let attached = must(&cloud, SERVICE, "ListPoliciesForTarget", &asked);
    let names: Vec<_> =
        attached["Policies"].as_array().expect("a list").iter().map(|one| one["Name"].clone()).collect();
    assert_eq!(names, ["guard", "FullAWSAccess"]);

    refused(&cloud, SERVICE, "DeletePolicy", &json!({ "PolicyId": id }), "PolicyInUseException");
    must(&cloud, SERVICE, "DetachPolicy", &at(&id, UNIT));
    must(&cloud, SERVICE, "DeletePolicy", &json!({ "PolicyId": id }));
    refused(&cloud, SERVICE, "DescribePolicy", &json!({ "PolicyId": id }), "PolicyNotFoundException");
    refused(&cloud, SERVICE, "ListTargetsForPolicy", &json!({ "PolicyId": id }), "PolicyNotFoundException");
}

#[test]
fn attaching_and_detaching_twice_is_told() {
    let cloud = seeded();
    let id = created(&cloud, "guard");
    refused(&cloud, SERVICE, "DetachPolicy", &at(&id, UNIT), "PolicyNotAttachedException");
    must(&cloud, SERVICE, "AttachPolicy", &at(&id, UNIT));
    refused(&cloud, SERVICE, "AttachPolicy", &at(&id, UNIT), "DuplicatePolicyAttachmentException");
    refused(&cloud, SERVICE, "AttachPolicy", &at(&id, "ou-abcd-00000000"), "TargetNotFoundException");
    refused(&cloud, SERVICE, "AttachPolicy", &at("p-99999999", UNIT), "PolicyNotFoundException");
    refused(&cloud, SERVICE, "AttachPolicy", &at(&id, "nowhere"), "InvalidInputException");
}

#[test]
fn a_target_has_few_places_and_keeps_one_policy() {
    let cloud = seeded();
    for name in ["one", "two", "three", "four"] {
        must(&cloud, SERVICE, "AttachPolicy", &at(&created(&cloud, name), UNIT));
    }
    let fifth = created(&cloud, "five");
    let says = refused(&cloud, SERVICE, "AttachPolicy", &at(&fifth, UNIT), "ConstraintViolationException");
    assert_eq!(says["Reason"], "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", "FullAWSAccess takes a place");
    must(&cloud, SERVICE, "DetachPolicy", &at("p-FullAWSAccess", UNIT));
    must(&cloud, SERVICE, "AttachPolicy", &at(&fifth, UNIT));

    let member = "210987654321";
    let says = refused(
        &cloud,
        SERVICE,
        "DetachPolicy",
        &at("p-FullAWSAccess", member),
        "ConstraintViolationException",
    );
    assert_eq!(says["Reason"], "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED");

    let raised =
        start(&json!({ "organization": {}, "limits": { "policies_per_target": 10, "policy_size": 10240 } }));
    for at_most in 1..10 {
        must(&raised, SERVICE, "AttachPolicy", &at(&created(&raised, &format!("p{at_most}")), "r-abcd"));
    }
    refused(
        &raised,
        SERVICE,
        "AttachPolicy",
        &at(&created(&raised, "p10"), "r-abcd"),
        "ConstraintViolationException",
    );
}

#[test]
fn a_document_is_short_and_a_policy() {
    let cloud = seeded();
    let of = |length: usize| {
        let actions: String = (0..length).map(|_| 'a').collect();
        DENY.replace(r#""Action":"*""#, &format!(r#""Action":"{actions}""#))
    };
    let around = DENY.len() - 1;
    let says = refused(
        &cloud,
        SERVICE,
        "CreatePolicy",
        &policy("long", &of(5121 - around)),
        "ConstraintViolationException",
    );
    assert_eq!(says["Reason"], "POLICY_CONTENT_LIMIT_EXCEEDED");
    must(&cloud, SERVICE, "CreatePolicy", &policy("long", &of(5120 - around)));
    refused(&cloud, SERVICE, "CreatePolicy", &policy("bad", "{"), "MalformedPolicyDocumentException");
    refused(
        &cloud,
        SERVICE,
        "CreatePolicy",
        &policy("bad", r#"{"Version":"2012-10-17"}"#),
        "MalformedPolicyDocumentException",
    );
    let id = created(&cloud, "guard");
    refused(
        &cloud,
        SERVICE,
        "UpdatePolicy",
        &json!({ "PolicyId": id, "Content": "{" }),
        "MalformedPolicyDocumentException",
    );
}

#[test]
fn the_name_of_a_policy_is_its_own() {
    let cloud = seeded();
    let id = created(&cloud, "guard");
    refused(&cloud, SERVICE, "CreatePolicy", &policy("guard", DENY), "DuplicatePolicyException");
    let other = created(&cloud, "other");
    refused(
        &cloud,
        SERVICE,
        "UpdatePolicy",
        &json!({ "PolicyId": other, "Name": "guard" }),
        "DuplicatePolicyException",
    );
    must(
        &cloud,
        SERVICE,
        "UpdatePolicy",
        &json!({ "PolicyId": id, "Name": "guard", "Description": "the same name" }),
    );
    let found = must(&cloud, SERVICE, "DescribePolicy", &json!({ "PolicyId": id }));
    assert_eq!(found["Policy"]["PolicySummary"]["Description"], "the same name");
    assert_eq!(found["Policy"]["Content"], DENY);
    let aws = json!({ "PolicyId": "p-FullAWSAccess", "Name": "mine" });
    assert_eq!(
        refused(&cloud, SERVICE, "UpdatePolicy", &aws, "InvalidInputException")["Reason"],
        "IMMUTABLE_POLICY"
    );
}

#[test]
fn a_type_has_to_be_enabled() {
    let cloud = start(&json!({ "organization": { "enabled_types": [] } }));
    let id = created(&cloud, "guard");
    refused(&cloud, SERVICE, "AttachPolicy", &at(&id, "r-abcd"), "PolicyTypeNotEnabledException");
    let kind = json!({ "RootId": "r-abcd", "PolicyType": "SERVICE_CONTROL_POLICY" });
    refused(&cloud, SERVICE, "DisablePolicyType", &kind, "PolicyTypeNotEnabledException");
    let root = must(&cloud, SERVICE, "EnablePolicyType", &kind);
    assert_eq!(
        root["Root"]["PolicyTypes"],
        json!([{ "Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED" }])
    );
    refused(&cloud, SERVICE, "EnablePolicyType", &kind, "PolicyTypeAlreadyEnabledException");
    refused(
        &cloud,
        SERVICE,
        "EnablePolicyType",
        &json!({ "RootId": "r-other", "PolicyType": "TAG_POLICY" }),
        "RootNotFoundException",
    );
    must(&cloud, SERVICE, "AttachPolicy", &at(&id, "r-abcd"));
}

#[test]
fn the_tree_is_shown_to_its_administrators() {
    let cloud = start(&json!({ "organization": {
        "units": { UNIT: { "name": "agents" } }, "delegated": ["333333333333"],
        "accounts": { "210987654321": { "name": "workers", "parent": UNIT }, "333333333333": {} },
    } }));
    assert_eq!(must(&cloud, SERVICE, "ListRoots", &json!({}))["Roots"][0]["Id"], "r-abcd");
    let parent = must(&cloud, SERVICE, "ListParents", &json!({ "ChildId": "210987654321" }));
    assert_eq!(parent["Parents"], json!([{ "Id": UNIT, "Type": "ORGANIZATIONAL_UNIT" }]));
    refused(&cloud, SERVICE, "ListParents", &json!({ "ChildId": "999999999999" }), "ChildNotFoundException");
    assert_eq!(
        must(&cloud, SERVICE, "ListAccounts", &json!({}))["Accounts"].as_array().map(Vec::len),
        Some(3)
    );
    let below = must(&cloud, SERVICE, "ListAccountsForParent", &json!({ "ParentId": UNIT }));
    assert_eq!(below["Accounts"][0]["Name"], "workers");
    assert_eq!(
        must(&cloud, SERVICE, "DescribeOrganizationalUnit", &json!({ "OrganizationalUnitId": UNIT }))["OrganizationalUnit"]
            ["Name"],
        "agents"
    );

    let as_member = |key: &str, operation: &str| {
        json_as(&cloud, key, SERVICE, operation, &json!({})).expect("an answer").error()
    };
    assert_eq!(as_member("AKIA210987654321", "ListAccounts"), "400 AccessDeniedException");
    assert_eq!(as_member("AKIA210987654321", "DescribeOrganization"), "200 none");
    assert_eq!(as_member("AKIA333333333333", "ListAccounts"), "200 none", "policies are delegated to it");
    assert_eq!(
        as_member("AKIA999999999999", "DescribeOrganization"),
        "400 AWSOrganizationsNotInUseException"
    );
}

#[test]
fn without_an_organization_nothing_is_in_use() {
    let cloud = start(&json!({}));
    refused(&cloud, SERVICE, "CreatePolicy", &policy("guard", DENY), "AWSOrganizationsNotInUseException");
    refused(&cloud, SERVICE, "ListRoots", &json!({}), "AWSOrganizationsNotInUseException");
}

#[test]
fn tags_mark_a_policy() {
    let cloud = seeded();
    let mut request = policy("guard", DENY);
    request["Tags"] = json!([{ "Key": "remit", "Value": "agents" }]);
    let id = must(&cloud, SERVICE, "CreatePolicy", &request)["Policy"]["PolicySummary"]["Id"].clone();
    let tags = || must(&cloud, SERVICE, "ListTagsForResource", &json!({ "ResourceId": id }))["Tags"].clone();
    assert_eq!(tags(), json!([{ "Key": "remit", "Value": "agents" }]));
    must(
        &cloud,
        SERVICE,
        "TagResource",
        &json!({ "ResourceId": id, "Tags": [{ "Key": "remit", "Value": "other" }] }),
    );
    assert_eq!(tags(), json!([{ "Key": "remit", "Value": "other" }]));
    must(&cloud, SERVICE, "UntagResource", &json!({ "ResourceId": id, "TagKeys": ["remit"] }));
    assert_eq!(tags(), json!([]));
    refused(
        &cloud,
        SERVICE,
        "ListTagsForResource",
        &json!({ "ResourceId": "p-99999999" }),
        "TargetNotFoundException",
    );
    let reserved = json!({ "ResourceId": id, "Tags": [{ "Key": "aws:owner", "Value": "x" }] });
    refused(&cloud, SERVICE, "TagResource", &reserved, "ConstraintViolationException");
    assert!(
        cloud.writes().len() > 2
            && cloud.state()["organization"]["policies"][id.as_str().expect("an id")].is_object()
    );
    assert_eq!(ACCOUNT, cloud.writes()[0].account);
}
