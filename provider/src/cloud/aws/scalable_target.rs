//! Bounds of what Application Auto Scaling scales. Registering overwrites without a word, so what is there is looked at first.

use std::collections::HashMap;

use aws_sdk_applicationautoscaling::{
    Client,
    types::{ScalableDimension, ServiceNamespace},
};
use remit_governance::{
    aws::{Cap, Capped},
    control::aws::{cap_definition, capped},
    json::Json,
};

use super::{
    Aws, MARK, NOTHING, PRIOR,
    fault::{Asked, is, nothing_to_cap},
    prior::{self, count, size},
};
use crate::cloud::{Fault, Key, Mark, Observed, Question};

pub(super) async fn observe(aws: &Aws<'_>, question: Question<'_>) -> Result<Option<Observed>, Fault> {
    let key = question.key;
    let place = aws.connections.place(key).await?;
    let client = place.scaling();
    let what = Named::of(key)?;
    let asked =
        Asked::of(format!("describe {}", key.phrase()), "application-autoscaling:DescribeScalableTargets");
    let list = client
        .describe_scalable_targets()
        .service_namespace(what.namespace())
        .resource_ids(&what.resource_id)
        .scalable_dimension(what.dimension());
    let mut pages = list.into_paginator().send();
    let mut found = None;
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| asked.failed(&error))?;
        found = found.or(page.scalable_targets.unwrap_or_default().into_iter().next());
    }
    let Some(found) = found else { return Ok(None) };
    let definition =
        cap_definition(&what.capped, count(Some(found.min_capacity)), count(Some(found.max_capacity)));
    let id = found.scalable_target_arn.unwrap_or_else(|| key.name.clone());
    let (mark, prior) = match question.known {
        Some(_) => (Mark::Ours, question.prior.map(str::to_owned)),
        None => marked(aws, &client, &id).await?,
    };
    let region = Some(place.region());
    Ok(Some(Observed { id, account: place.account, region, mark, definition, prior }))
}

pub(super) async fn create(aws: &Aws<'_>, key: &Key, cap: &Cap) -> Result<(), Fault> {
    let client = aws.connections.place(key).await?.scaling();
    let what = Named::of(key)?;
    let asked =
        Asked::of(format!("register {}", key.phrase()), "application-autoscaling:RegisterScalableTarget");
    let tags =
        HashMap::from([(MARK.to_owned(), aws.envelope.to_owned()), (PRIOR.to_owned(), NOTHING.to_owned())]);
    let register = client
        .register_scalable_target()
        .service_namespace(what.namespace())
        .resource_id(&what.resource_id)
        .scalable_dimension(what.dimension())
        .set_min_capacity(cap.min.map(size))
        .max_capacity(size(cap.max))
        .set_tags(Some(tags));
    register.send().await.map(drop).map_err(|error| asked.failed(&error))
}

pub(super) async fn update(aws: &Aws<'_>, key: &Key, cap: &Cap, found: &Observed) -> Result<(), Fault> {
    let client = aws.connections.place(key).await?.scaling();
    if found.mark != Mark::Ours {
        // Before anything is overwritten: whatever happens then, what was there is on record.
        let asked = Asked::of(format!("tag {}", key.phrase()), "application-autoscaling:TagResource");
        let tag = client
            .tag_resource()
            .resource_arn(&found.id)
            .tags(MARK, aws.envelope)
            .tags(PRIOR, prior::text(&found.definition));
        tag.send().await.map_err(|error| asked.failed(&error))?;
    }
    if found.definition == cap_definition(&cap.capped, cap.min, Some(cap.max)) {
        return Ok(());
    }
    register(&client, key, cap.min, cap.max).await
}

pub(super) async fn remove(
    aws: &Aws<'_>,
    key: &Key,
    found: &Observed,
    set: Option<&Json>,
) -> Result<(), Fault> {
    let client = aws.connections.place(key).await?.scaling();
    let what = Named::of(key)?;
    if found.prior.as_deref() == Some(NOTHING) {
        let asked = Asked::of(
            format!("deregister {}", key.phrase()),
            "application-autoscaling:DeregisterScalableTarget",
        );
        let deregister = client
            .deregister_scalable_target()
            .service_namespace(what.namespace())
            .resource_id(&what.resource_id)
            .scalable_dimension(what.dimension());
        return match deregister.send().await {
            Err(error) if is(&error, "ObjectNotFoundException") => Ok(()),
            gone => gone.map(drop).map_err(|error| asked.failed(&error)),
        };
    }
    let before = found.prior.as_deref().map(prior::bounds).unwrap_or_default();
    if let Some(max) = before.max
        && !prior::is_tightened(&found.definition, set)
        && found.definition != cap_definition(&what.capped, before.min, before.max)
    {
        register(&client, key, before.min, max).await?;
    }
    let asked =
        Asked::of(format!("take our tags off {}", key.phrase()), "application-autoscaling:UntagResource");
    let untag = client.untag_resource().resource_arn(&found.id).tag_keys(MARK).tag_keys(PRIOR);
    untag.send().await.map(drop).map_err(|error| asked.failed(&error))
}

/// Changes the bounds of a target that exists.
async fn register(client: &Client, key: &Key, min: Option<u32>, max: u32) -> Result<(), Fault> {
    let what = Named::of(key)?;
    let asked =
        Asked::of(format!("bound {}", key.phrase()), "application-autoscaling:RegisterScalableTarget");
    let register = client
        .register_scalable_target()
        .service_namespace(what.namespace())
        .resource_id(&what.resource_id)
        .scalable_dimension(what.dimension())
        .set_min_capacity(min.map(size))
        .max_capacity(size(max));
    register.send().await.map(drop).map_err(|error| asked.failed(&error))
}

async fn marked(aws: &Aws<'_>, client: &Client, arn: &str) -> Result<(Mark, Option<String>), Fault> {
    if !arn.starts_with("arn:") {
        return Ok((Mark::None, None));
    }
    let asked = Asked::of(format!("list the tags of `{arn}`"), "application-autoscaling:ListTagsForResource");
    let listed = client.list_tags_for_resource().resource_arn(arn).send().await;
    let tags = listed.map_err(|error| asked.failed(&error))?.tags.unwrap_or_default();
    let mark = aws.mark(tags.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    Ok((mark, tags.get(PRIOR).cloned()))
}

/// What the name of the control says.
struct Named {
    capped: Capped,
    namespace: String,
    resource_id: String,
    dimension: String,
}

impl Named {
    fn of(key: &Key) -> Result<Self, Fault> {
        match capped(key.kind, &key.name) {
            Some(Capped::ScalableTarget { namespace, resource_id, dimension }) => Ok(Self {
                capped: Capped::ScalableTarget {
                    namespace: namespace.clone(),
                    resource_id: resource_id.clone(),
                    dimension: dimension.clone(),
                },
                namespace,
                resource_id,
                dimension,
            }),
            _ => Err(nothing_to_cap(key)),
        }
    }

    fn namespace(&self) -> ServiceNamespace {
        ServiceNamespace::from(self.namespace.as_str())
    }

    fn dimension(&self) -> ScalableDimension {
        ScalableDimension::from(self.dimension.as_str())
    }
}
