//! The size of Auto Scaling groups. The group is somebody else's; ours is its maximum, and a tag that says so.

use aws_sdk_autoscaling::{Client, types::Tag};
use remit_governance::{
    aws::{Cap, Capped},
    control::aws::cap_definition,
    json::Json,
};

use super::{
    Aws, MARK, PRIOR,
    fault::Asked,
    prior::{self, count, size},
};
use crate::cloud::{Fault, Key, Mark, Observed, Question};

pub(super) async fn observe(aws: &Aws<'_>, question: Question<'_>) -> Result<Option<Observed>, Fault> {
    let key = question.key;
    let place = aws.connections.place(key).await?;
    let asked = Asked::of(format!("describe {}", key.phrase()), "autoscaling:DescribeAutoScalingGroups");
    let mut pages = place
        .groups()
        .describe_auto_scaling_groups()
        .auto_scaling_group_names(&key.name)
        .into_paginator()
        .send();
    let mut found = None;
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| asked.failed(&error))?;
        found = found.or(page.auto_scaling_groups.unwrap_or_default().into_iter().next());
    }
    let Some(found) = found else { return Ok(None) };
    // The minimum is ours only where the declaration sets it.
    let bounds_min = question.like.as_object().is_some_and(|like| like.contains_key("min"));
    let min = if bounds_min { count(found.min_size) } else { None };
    let definition = cap_definition(&Capped::AutoScalingGroup(key.name.clone()), min, count(found.max_size));
    let tags = found.tags.unwrap_or_default();
    let tags = || {
        tags.iter().filter_map(|tag| Some((tag.key.as_deref()?, tag.value.as_deref().unwrap_or_default())))
    };
    let mark = if question.known.is_some() { Mark::Ours } else { aws.mark(tags()) };
    let tagged = tags().find(|(key, _)| *key == PRIOR).map(|(_, value)| value);
    let prior = question.prior.or(tagged.filter(|_| mark == Mark::Ours)).map(str::to_owned);
    let id = found.auto_scaling_group_arn.unwrap_or_else(|| key.name.clone());
    let region = Some(place.region());
    Ok(Some(Observed { id, account: place.account, region, mark, definition, prior }))
}

pub(super) async fn update(aws: &Aws<'_>, key: &Key, cap: &Cap, found: &Observed) -> Result<(), Fault> {
    let client = aws.connections.place(key).await?.groups();
    if found.mark != Mark::Ours {
        // Before anything is overwritten: whatever happens then, what was there is on record.
        let asked = Asked::of(format!("tag {}", key.phrase()), "autoscaling:CreateOrUpdateTags");
        let tagging = client.create_or_update_tags().tags(tag(key, MARK, aws.envelope)).tags(tag(
            key,
            PRIOR,
            &prior::text(&found.definition),
        ));
        tagging.send().await.map_err(|error| asked.failed(&error))?;
    }
    if found.definition == cap_definition(&cap.capped, cap.min, Some(cap.max)) {
        return Ok(());
    }
    resize(&client, key, cap.min, Some(cap.max)).await
}

pub(super) async fn remove(
    aws: &Aws<'_>,
    key: &Key,
    found: &Observed,
    set: Option<&Json>,
) -> Result<(), Fault> {
    let client = aws.connections.place(key).await?.groups();
    let before = found.prior.as_deref().map(prior::bounds).unwrap_or_default();
    let capped = Capped::AutoScalingGroup(key.name.clone());
    if before.max.is_some()
        && !prior::is_tightened(&found.definition, set)
        && found.definition != cap_definition(&capped, before.min, before.max)
    {
        resize(&client, key, before.min, before.max).await?;
    }
    let asked = Asked::of(format!("take our tags off {}", key.phrase()), "autoscaling:DeleteTags");
    let untag = client.delete_tags().tags(tag(key, MARK, aws.envelope)).tags(tag(
        key,
        PRIOR,
        found.prior.as_deref().unwrap_or_default(),
    ));
    untag.send().await.map(drop).map_err(|error| asked.failed(&error))
}

async fn resize(client: &Client, key: &Key, min: Option<u32>, max: Option<u32>) -> Result<(), Fault> {
    let asked = Asked::of(format!("bound {}", key.phrase()), "autoscaling:UpdateAutoScalingGroup");
    let resize = client
        .update_auto_scaling_group()
        .auto_scaling_group_name(&key.name)
        .set_min_size(min.map(size))
        .set_max_size(max.map(size));
    resize.send().await.map(drop).map_err(|error| asked.failed(&error))
}

fn tag(key: &Key, name: &str, value: &str) -> Tag {
    Tag::builder()
        .resource_type("auto-scaling-group")
        .resource_id(&key.name)
        .key(name)
        .value(value)
        .propagate_at_launch(false)
        .build()
}
