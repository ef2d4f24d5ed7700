//! Policies by themselves. A policy does nothing before it is attached, and here nothing after it either.

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    Organization, constraint, document, invalid, listed, paging, read, tags, too_many_tags, tree, write,
};
use crate::{
    refusal::Refusal,
    world::{Call, Tags, World},
};

/// One policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Policy {
    pub(crate) name: String,
    pub(crate) description: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) content: String,
    /// Made by AWS, and changed by nobody else.
    pub(crate) aws_managed: bool,
}

/// The policy that AWS attaches everywhere, so that service control policies allow anything at all.
pub(crate) const FULL_ACCESS: &str = "p-FullAWSAccess";
const SERVICE_CONTROL_POLICY: &str = "SERVICE_CONTROL_POLICY";

impl Policy {
    pub(crate) fn full_access() -> Self {
        Self {
            name: "FullAWSAccess".to_owned(),
            description: "Allows access to every operation".to_owned(),
            kind: SERVICE_CONTROL_POLICY.to_owned(),
            content:
                r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#
                    .to_owned(),
            aws_managed: true,
        }
    }
}

pub(super) fn summary(of: &Organization, id: &str, policy: &Policy) -> Value {
    let kind = policy.kind.to_lowercase();
    let arn = if policy.aws_managed {
        format!("arn:aws:organizations::aws:policy/{kind}/{id}")
    } else {
        tree::arn(of, "policy", &format!("{kind}/{id}"))
    };
    json!({
        "Id": id, "Arn": arn, "Name": policy.name, "Description": policy.description, "Type": policy.kind,
        "AwsManaged": policy.aws_managed,
    })
}

fn shown(of: &Organization, id: &str, policy: &Policy) -> Value {
    json!({ "Policy": { "PolicySummary": summary(of, id, policy), "Content": policy.content } })
}

pub(super) fn missing() -> Refusal {
    Refusal::new("PolicyNotFoundException", "You specified a policy that doesn't exist.")
}

/// A document that may be stored.
fn check(kind: &str, content: &str, limit: usize) -> Result<(), Refusal> {
    let size = content.chars().count();
    if size > limit {
        let says = format!("You have exceeded the maximum policy size of {limit} characters: {size}");
        return Err(constraint("POLICY_CONTENT_LIMIT_EXCEEDED", says));
    }
    let malformed = |says: String| {
        Refusal::new(
            "MalformedPolicyDocumentException",
            format!("The provided policy document does not meet the requirements: {says}"),
        )
    };
    if kind == SERVICE_CONTROL_POLICY {
        return document::check(content).map_err(malformed);
    }
    serde_json::from_str::<Value>(content).map(drop).map_err(|error| malformed(error.to_string()))
}

/// The name of a policy is its own among those of its type.
fn check_name(of: &Organization, id: &str, kind: &str, name: &str) -> Result<(), Refusal> {
    if of.policies.iter().any(|(other, policy)| other != id && policy.kind == kind && policy.name == name) {
        return Err(Refusal::new("DuplicatePolicyException", "A policy with the same name already exists."));
    }
    Ok(())
}

pub(super) fn create(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let (limits, number) = (world.limits.clone(), world.next_id());
    let of = write(world, call)?;
    let (kind, content) = (call.text("Type").to_owned(), call.text("Content").to_owned());
    check(&kind, &content, limits.policy_size)?;
    let id = format!("p-{number:08}");
    check_name(of, &id, &kind, call.text("Name"))?;
    let mut given = Tags::new();
    tags::put(&mut given, tags::read(&call.input["Tags"]), limits.tags, too_many_tags)?;
    let policy = Policy {
        name: call.text("Name").to_owned(),
        description: call.text("Description").to_owned(),
        kind,
        content,
        aws_managed: false,
    };
    let answer = shown(of, &id, &policy);
    of.tags.insert(id.clone(), given);
    of.policies.insert(id, policy);
    Ok(answer)
}

pub(super) fn describe(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let of = read(world, call)?;
    let id = call.text("PolicyId");
    Ok(shown(of, id, of.policies.get(id).ok_or_else(missing)?))
}

/// A policy that the organization may change.
fn own<'a>(of: &'a Organization, id: &str) -> Result<&'a Policy, Refusal> {
    let policy = of.policies.get(id).ok_or_else(missing)?;
    if policy.aws_managed {
        return Err(invalid(
            "IMMUTABLE_POLICY",
            "You specified a policy that is managed by AWS and can't be modified.",
        ));
    }
    Ok(policy)
}

pub(super) fn update(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let limits = world.limits.clone();
    let of = write(world, call)?;
    let id = call.text("PolicyId");
    let mut policy = own(of, id)?.clone();
    let given = |name: &str| call.input[name].as_str().map(str::to_owned);
    if let Some(name) = given("Name") {
        check_name(of, id, &policy.kind, &name)?;
        policy.name = name;
    }
    if let Some(content) = given("Content") {
        check(&policy.kind, &content, limits.policy_size)?;
        policy.content = content;
    }
    policy.description = given("Description").unwrap_or(policy.description);
    let answer = shown(of, id, &policy);
    of.policies.insert(id.to_owned(), policy);
    Ok(answer)
}

pub(super) fn delete(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let of = write(world, call)?;
    let id = call.text("PolicyId");
    own(of, id)?;
    if of.attachments.iter().any(|(_, policy)| policy == id) {
        return Err(Refusal::new("PolicyInUseException", "The policy is attached to one or more entities."));
    }
    of.policies.remove(id);
    of.tags.remove(id);
    Ok(json!({}))
}

pub(super) fn list(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let settings = world.settings.clone();
    let of = listed(world, call)?;
    let asked = of.policies.iter().filter(|(_, policy)| policy.kind == call.text("Filter"));
    let all: Vec<_> = asked.map(|(id, policy)| summary(of, id, policy)).collect();
    paging("Policies").page(&settings, call, &all)
}

fn check_root(of: &Organization, call: &Call) -> Result<(), Refusal> {
    if call.text("RootId") == of.root {
        return Ok(());
    }
    Err(Refusal::new("RootNotFoundException", "You specified a root that doesn't exist."))
}

pub(super) fn enable_type(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let of = write(world, call)?;
    check_root(of, call)?;
    if !of.enabled_types.insert(call.text("PolicyType").to_owned()) {
        let says = "The specified policy type is already enabled.";
        return Err(Refusal::new("PolicyTypeAlreadyEnabledException", says));
    }
    if call.text("PolicyType") == SERVICE_CONTROL_POLICY {
        of.attach_full_access();
    }
    Ok(json!({ "Root": tree::root(of) }))
}

/// Every attachment of a type goes with the type.
pub(super) fn disable_type(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let of = write(world, call)?;
    check_root(of, call)?;
    if !of.enabled_types.remove(call.text("PolicyType")) {
        let says = "The specified policy type isn't currently enabled.";
        return Err(Refusal::new("PolicyTypeNotEnabledException", says));
    }
    let policies = &of.policies;
    let is_of_type = |id: &str| policies.get(id).is_some_and(|policy| policy.kind == call.text("PolicyType"));
    of.attachments.retain(|(_, policy)| !is_of_type(policy));
    Ok(json!({ "Root": tree::root(of) }))
}
