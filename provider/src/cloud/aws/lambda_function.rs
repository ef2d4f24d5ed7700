//! Reserved concurrency of Lambda functions. The function is somebody else's; ours is the reservation, and a tag that says so.

use aws_sdk_lambda::Client;
use remit_governance::{
    aws::{Cap, Capped},
    control::aws::cap_definition,
    json::Json,
};

use super::{
    Aws, MARK, PRIOR,
    connect::Place,
    fault::{Asked, is},
    prior::{self, count, size},
};
use crate::cloud::{Fault, Key, Mark, Observed, Question};

pub(super) async fn observe(aws: &Aws<'_>, question: Question<'_>) -> Result<Option<Observed>, Fault> {
    let key = question.key;
    let place = aws.connections.place(key).await?;
    let client = place.functions();
    let asked =
        Asked::of(format!("read the concurrency of {}", key.phrase()), "lambda:GetFunctionConcurrency");
    let reserved = match client.get_function_concurrency().function_name(&key.name).send().await {
        Ok(found) => found.reserved_concurrent_executions,
        Err(error) if is(&error, "ResourceNotFoundException") => {
            return Ok(None);
        }
        Err(error) => return Err(asked.failed(&error)),
    };
    let definition = cap_definition(&Capped::LambdaFunction(key.name.clone()), None, count(reserved));
    let id = arn(&place, key);
    let (mark, prior) = match question.known {
        Some(_) => (Mark::Ours, question.prior.map(str::to_owned)),
        None => marked(aws, &client, &id).await?,
    };
    let region = Some(place.region());
    Ok(Some(Observed { id, account: place.account, region, mark, definition, prior }))
}

pub(super) async fn update(aws: &Aws<'_>, key: &Key, cap: &Cap, found: &Observed) -> Result<(), Fault> {
    let client = aws.connections.place(key).await?.functions();
    if found.mark != Mark::Ours {
        // Before anything is overwritten: whatever happens then, what was there is on record.
        let asked = Asked::of(format!("tag {}", key.phrase()), "lambda:TagResource");
        let tag = client
            .tag_resource()
            .resource(&found.id)
            .tags(MARK, aws.envelope)
            .tags(PRIOR, prior::text(&found.definition));
        tag.send().await.map_err(|error| asked.failed(&error))?;
    }
    if found.definition == cap_definition(&cap.capped, None, Some(cap.max)) {
        return Ok(());
    }
    reserve(&client, key, cap.max).await
}

pub(super) async fn remove(
    aws: &Aws<'_>,
    key: &Key,
    found: &Observed,
    set: Option<&Json>,
) -> Result<(), Fault> {
    let client = aws.connections.place(key).await?.functions();
    // Without a record of what was there, the reservation stays: it is tighter than none.
    if let Some(before) = &found.prior {
        let before = prior::bounds(before).max;
        let as_before =
            found.definition == cap_definition(&Capped::LambdaFunction(key.name.clone()), None, before);
        match before {
            _ if as_before || prior::is_tightened(&found.definition, set) => {}
            Some(before) => reserve(&client, key, before).await?,
            None => {
                let asked = Asked::of(
                    format!("lift the reservation of {}", key.phrase()),
                    "lambda:DeleteFunctionConcurrency",
                );
                let lift = client.delete_function_concurrency().function_name(&key.name).send().await;
                lift.map_err(|error| asked.failed(&error))?;
            }
        }
    }
    let asked = Asked::of(format!("take our tags off {}", key.phrase()), "lambda:UntagResource");
    let untag = client.untag_resource().resource(&found.id).tag_keys(MARK).tag_keys(PRIOR);
    untag.send().await.map(drop).map_err(|error| asked.failed(&error))
}

async fn reserve(client: &Client, key: &Key, concurrency: u32) -> Result<(), Fault> {
    let asked =
        Asked::of(format!("reserve concurrency for {}", key.phrase()), "lambda:PutFunctionConcurrency");
    let reserve = client
        .put_function_concurrency()
        .function_name(&key.name)
        .reserved_concurrent_executions(size(concurrency));
    reserve.send().await.map(drop).map_err(|error| asked.failed(&error))
}

async fn marked(aws: &Aws<'_>, client: &Client, arn: &str) -> Result<(Mark, Option<String>), Fault> {
    let asked = Asked::of(format!("list the tags of `{arn}`"), "lambda:ListTags");
    let listed = client.list_tags().resource(arn).send().await;
    let tags = listed.map_err(|error| asked.failed(&error))?.tags.unwrap_or_default();
    let mark = aws.mark(tags.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    Ok((mark, tags.get(PRIOR).cloned()))
}

fn arn(place: &Place, key: &Key) -> String {
    format!("arn:{}:lambda:{}:{}:function:{}", place.partition(), place.region(), place.account, key.name)
}
