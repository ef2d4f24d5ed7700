//! Service control policies and their attachments. Changes of an organization go one after the other.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use aws_sdk_organizations::{
    Client,
    types::{PolicyType, Tag},
};
use remit_governance::{control::aws::Policy, json::Json};

use super::{
    Aws, MARK,
    connect::Place,
    fault::{Asked, is},
};
use crate::cloud::{Fault, FaultKind, Key, Mark, Observed, Question};

pub(super) async fn observe(aws: &Aws<'_>, question: Question<'_>) -> Result<Option<Observed>, Fault> {
    let place = aws.connections.place(question.key).await?;
    let client = place.organizations();
    let id = match question.known {
        Some(id) => Some(id.to_owned()),
        None if question.may_share => named(&*shared(aws, &place).await?, &question.key.name),
        None => named(&all(&client).await?, &question.key.name),
    };
    let Some(id) = id else { return Ok(None) };
    let asked = Asked::of(format!("describe the policy `{id}`"), "organizations:DescribePolicy");
    let described = match client.describe_policy().policy_id(&id).send().await {
        Ok(described) => described.policy,
        Err(error) if is(&error, "PolicyNotFoundException") => None,
        Err(error) => return Err(asked.failed(&error)),
    };
    let Some(policy) = described else { return Ok(None) };
    let targets =
        if is_attached_by_others(question.like) { None } else { Some(targets(&client, &id).await?) };
    let text = policy.content.unwrap_or_default();
    let summary = policy
        .policy_summary
        .unwrap_or_else(|| aws_sdk_organizations::types::PolicySummary::builder().build());
    let found = Policy {
        description: summary.description.unwrap_or_default(),
        // What cannot be read is certainly not as it should be.
        document: Json::parse(&text).unwrap_or(Json::String(text)),
        targets,
    };
    let mark = if question.known.is_some() { Mark::Ours } else { marked(aws, &client, &id).await? };
    let definition = found.definition();
    Ok(Some(Observed { mark, definition, ..Observed::new(id, &place) }))
}

/// Where a policy is attached is none of the envelope's business where the definition says nothing of it.
fn is_attached_by_others(like: &Json) -> bool {
    like.as_object().is_some_and(|like| !like.contains_key("targets"))
}

pub(super) async fn create(aws: &Aws<'_>, key: &Key, body: &Policy) -> Result<(), Fault> {
    let place = aws.connections.place(key).await?;
    let client = place.organizations();
    let _alone = aws.connections.changing_organization().await;
    let asked = Asked::of(format!("create the policy `{}`", key.name), "organizations:CreatePolicy");
    let made = client
        .create_policy()
        .name(&key.name)
        .description(&body.description)
        .content(body.text())
        .r#type(PolicyType::ServiceControlPolicy)
        .tags(tag(aws)?)
        .send()
        .await
        .map_err(|error| asked.failed(&error))?;
    let id = made.policy.and_then(|policy| policy.policy_summary).and_then(|summary| summary.id);
    let Some(id) = id else {
        return Err(Fault::other("A policy without an id", "AWS made a policy and names no id."));
    };
    attach(&client, &id, body.targets.iter().flatten()).await
}

pub(super) async fn update(aws: &Aws<'_>, key: &Key, body: &Policy, found: &Observed) -> Result<(), Fault> {
    let place = aws.connections.place(key).await?;
    let client = place.organizations();
    let _alone = aws.connections.changing_organization().await;
    let id = &found.id;
    if found.mark != Mark::Ours {
        let asked = Asked::of(format!("tag the policy `{id}`"), "organizations:TagResource");
        let tagged = client.tag_resource().resource_id(id).tags(tag(aws)?).send().await;
        tagged.map_err(|error| asked.failed(&error))?;
    }
    let wanted = body.definition();
    let differs = |name: &str| member(&wanted, name) != member(&found.definition, name);
    if differs("document") || differs("description") {
        let asked = Asked::of(format!("change the policy `{}`", key.name), "organizations:UpdatePolicy");
        let update = client.update_policy().policy_id(id).description(&body.description).content(body.text());
        update.send().await.map_err(|error| asked.failed(&error))?;
    }
    let Some(wanted) = &body.targets else { return Ok(()) };
    let attached = texts(&found.definition, "targets");
    attach(&client, id, wanted.difference(&attached)).await?;
    detach(&client, id, attached.difference(wanted)).await
}

pub(super) async fn remove(aws: &Aws<'_>, key: &Key, found: &Observed) -> Result<(), Fault> {
    let place = aws.connections.place(key).await?;
    let client = place.organizations();
    let _alone = aws.connections.changing_organization().await;
    let attached = targets(&client, &found.id).await?;
    detach(&client, &found.id, &attached).await?;
    let asked = Asked::of(format!("delete the policy `{}`", key.name), "organizations:DeletePolicy");
    match client.delete_policy().policy_id(&found.id).send().await {
        Err(error) if is(&error, "PolicyNotFoundException") => Ok(()),
        deleted => deleted.map(drop).map_err(|error| asked.failed(&error)),
    }
}

/// Policies of an envelope, by their names: for imports.
pub(crate) async fn of_envelope(aws: &Aws<'_>, account: &str) -> Result<Vec<String>, Fault> {
    let place = aws.connections.at(Some(account), None).await?;
    let own = |name: &str| {
        let rest = name.strip_prefix("remit-").and_then(|rest| rest.strip_prefix(aws.envelope));
        let kinds = ["-region-guard", "-tamper-guard", "-scale-guard", "-spend-stop"];
        kinds.iter().any(|kind| {
            let number = rest
                .and_then(|rest| rest.strip_prefix(kind))
                .map(|rest| rest.strip_prefix('-').unwrap_or(rest));
            number.is_some_and(|number| number.chars().all(|c| c.is_ascii_digit()))
        })
    };
    let all = all(&place.organizations()).await?;
    Ok(all.into_keys().filter(|name| own(name)).collect())
}

/// Names and ids of all service control policies, as one listing of this run has them.
pub(super) async fn shared(aws: &Aws<'_>, place: &Place) -> Result<Arc<Named>, Fault> {
    aws.connections.lists.policies.of(&place.account, || async { all(&place.organizations()).await }).await
}

/// Ids by name.
pub(super) type Named = BTreeMap<String, String>;

fn named(all: &Named, name: &str) -> Option<String> {
    all.get(name).cloned()
}

/// Names and ids of all service control policies. A page without any may be followed by others.
pub(super) async fn all(client: &Client) -> Result<Named, Fault> {
    let asked = Asked::of("list the service control policies", "organizations:ListPolicies");
    let mut pages = client.list_policies().filter(PolicyType::ServiceControlPolicy).into_paginator().send();
    let mut found = Named::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| asked.failed(&error))?;
        found.extend(
            page.policies
                .unwrap_or_default()
                .into_iter()
                .filter_map(|policy| Some((policy.name?, policy.id?))),
        );
    }
    Ok(found)
}

async fn targets(client: &Client, id: &str) -> Result<BTreeSet<String>, Fault> {
    let asked = Asked::of(
        format!("list what the policy `{id}` is attached to"),
        "organizations:ListTargetsForPolicy",
    );
    let mut pages = client.list_targets_for_policy().policy_id(id).into_paginator().send();
    let mut found = BTreeSet::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| asked.failed(&error))?;
        found.extend(page.targets.unwrap_or_default().into_iter().filter_map(|target| target.target_id));
    }
    Ok(found)
}

/// The names of policies that others attached to these targets. AWS's own are everywhere.
pub(super) async fn beside(
    aws: &Aws<'_>,
    place: &Place,
    targets: &BTreeSet<String>,
) -> Result<BTreeSet<String>, Fault> {
    let client = place.organizations();
    let mut names = BTreeSet::new();
    for target in targets {
        let policies = shared_policies(aws, &client, &place.account, target).await?;
        names.extend(policies.iter().filter(|policy| !policy.of_aws).map(|policy| policy.name.clone()));
    }
    Ok(names)
}

/// A policy at a target.
#[derive(Debug)]
pub(super) struct Attached {
    name: String,
    /// Made and kept by AWS.
    of_aws: bool,
}

/// The policies at a target, as one listing of this run has them.
async fn shared_policies(
    aws: &Aws<'_>,
    client: &Client,
    account: &str,
    target: &str,
) -> Result<Arc<Vec<Attached>>, Fault> {
    aws.connections.lists.attached.of(&format!("{account} {target}"), || attached_to(client, target)).await
}

async fn attached_to(client: &Client, target: &str) -> Result<Vec<Attached>, Fault> {
    let asked = Asked::of(format!("list the policies at `{target}`"), "organizations:ListPoliciesForTarget");
    let list = client.list_policies_for_target().target_id(target).filter(PolicyType::ServiceControlPolicy);
    let mut pages = list.into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => {
                found.extend(page.policies.unwrap_or_default().into_iter().map(|policy| Attached {
                    name: policy.name.unwrap_or_default(),
                    of_aws: policy.aws_managed,
                }));
            }
            // What does not exist has nothing attached.
            Err(error) if is(&error, "TargetNotFoundException") => {
                break;
            }
            Err(error) => return Err(asked.failed(&error)),
        }
    }
    Ok(found)
}

async fn marked(aws: &Aws<'_>, client: &Client, id: &str) -> Result<Mark, Fault> {
    let asked = Asked::of(format!("list the tags of the policy `{id}`"), "organizations:ListTagsForResource");
    let mut pages = client.list_tags_for_resource().resource_id(id).into_paginator().send();
    let mut tags = Vec::new();
    while let Some(page) = pages.next().await {
        tags.extend(page.map_err(|error| asked.failed(&error))?.tags.unwrap_or_default());
    }
    Ok(aws.mark(tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str()))))
}

async fn attach(client: &Client, id: &str, targets: impl IntoIterator<Item = &String>) -> Result<(), Fault> {
    for target in targets {
        let asked =
            Asked::of(format!("attach the policy `{id}` to `{target}`"), "organizations:AttachPolicy");
        let attached = client.attach_policy().policy_id(id).target_id(target).send().await;
        match attached.map_err(|error| asked.failed(&error)) {
            // The answer to our own request was lost.
            Err(fault) if fault.kind == FaultKind::Duplicate => {}
            attached => drop(attached?),
        }
    }
    Ok(())
}

async fn detach(client: &Client, id: &str, targets: impl IntoIterator<Item = &String>) -> Result<(), Fault> {
    for target in targets {
        let asked =
            Asked::of(format!("detach the policy `{id}` from `{target}`"), "organizations:DetachPolicy");
        match client.detach_policy().policy_id(id).target_id(target).send().await {
            Err(error) if is(&error, "PolicyNotAttachedException") => {}
            detached => drop(detached.map_err(|error| asked.failed(&error))?),
        }
    }
    Ok(())
}

fn tag(aws: &Aws<'_>) -> Result<Tag, Fault> {
    Tag::builder().key(MARK).value(aws.envelope).build().map_err(|error| super::fault::unbuilt(&error))
}

fn member<'j>(json: &'j Json, name: &str) -> Option<&'j Json> {
    json.as_object().and_then(|members| members.get(name))
}

/// The texts of a list in a definition.
pub(super) fn texts(json: &Json, name: &str) -> BTreeSet<String> {
    match member(json, name) {
        Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        _ => BTreeSet::new(),
    }
}
