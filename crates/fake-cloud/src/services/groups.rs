//! EC2 Auto Scaling: the sizes of groups that exist. Groups come from the seed; no instance is started here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Operation, operation, tags};
use crate::{
    event::Kind,
    page::Paging,
    refusal::Refusal,
    world::{Call, Tags, World},
};

pub(super) const OPERATIONS: &[Operation] = &[
    operation("autoscaling", "DescribeAutoScalingGroups", Kind::List, describe),
    operation("autoscaling", "UpdateAutoScalingGroup", Kind::Write, update),
    operation("autoscaling", "CreateOrUpdateTags", Kind::Write, put_tags),
    operation("autoscaling", "DeleteTags", Kind::Write, delete_tags),
    operation("autoscaling", "DescribeTags", Kind::List, describe_tags),
];

const PAGING: Paging = Paging {
    items: "AutoScalingGroups",
    limit: "MaxRecords",
    default: 50,
    invalid: |says| Refusal::new("InvalidNextToken", says),
};

/// The groups of one account in one region, by name.
pub(crate) type Groups = BTreeMap<String, Group>;

/// One group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Group {
    pub(crate) min: i64,
    pub(crate) max: i64,
    pub(crate) desired: i64,
    pub(crate) tags: Tags,
}

fn refused(says: impl Into<String>) -> Refusal {
    Refusal::new("ValidationError", says)
}

fn shown(call: &Call, name: &str, group: &Group) -> Value {
    let tags: Vec<_> = group.tags.iter().map(|(key, value)| shown_tag(name, key, value)).collect();
    json!({
        "AutoScalingGroupName": name,
        "AutoScalingGroupARN": format!(
            "arn:aws:autoscaling:{}:{}:autoScalingGroup:00000000-0000-0000-0000-000000000000:autoScalingGroupName/{name}",
            call.region, call.account
        ),
        "MinSize": group.min, "MaxSize": group.max, "DesiredCapacity": group.desired,
        "DefaultCooldown": 300, "AvailabilityZones": [format!("{}a", call.region)], "HealthCheckType": "EC2",
        "CreatedTime": 1_790_000_000, "Instances": [], "Tags": tags,
    })
}

fn shown_tag(group: &str, key: &str, value: &str) -> Value {
    json!({
        "ResourceId": group, "ResourceType": "auto-scaling-group", "Key": key, "Value": value, "PropagateAtLaunch": false,
    })
}

fn describe(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    if call.input["Filters"].as_array().is_some_and(|filters| !filters.is_empty()) {
        return Err(refused("fake-cloud does not play the filters of DescribeAutoScalingGroups"));
    }
    let settings = world.settings.clone();
    let names = call.input["AutoScalingGroupNames"].as_array();
    let is_asked = |name: &str| names.is_none_or(|names| names.iter().any(|asked| asked == name));
    let groups = world.regional(call).auto_scaling_groups.list();
    let groups: Vec<_> = groups
        .iter()
        .filter(|(name, _)| is_asked(name))
        .map(|(name, group)| shown(call, name, group))
        .collect();
    PAGING.page(&settings, call, &groups)
}

fn group<'a>(world: &'a mut World, call: &Call, name: &str) -> Result<&'a mut Group, Refusal> {
    let lag = world.settings.lag;
    let groups = world.regional(call).auto_scaling_groups.write(lag);
    groups.get_mut(name).ok_or_else(|| {
        refused(format!("AutoScalingGroup name not found - AutoScalingGroup {name} not found"))
    })
}

/// A size that is not given stays. The desired capacity follows the bounds, unless it is given itself.
fn update(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let played = ["AutoScalingGroupName", "MinSize", "MaxSize", "DesiredCapacity"];
    let other =
        call.input.as_object().and_then(|input| input.keys().find(|key| !played.contains(&key.as_str())));
    if let Some(other) = other {
        return Err(refused(format!("fake-cloud does not play {other} of UpdateAutoScalingGroup")));
    }
    let group = group(world, call, call.text("AutoScalingGroupName"))?;
    let given = |name: &str| call.input[name].as_i64();
    let (min, max) = (given("MinSize").unwrap_or(group.min), given("MaxSize").unwrap_or(group.max));
    if min < 0 || max < 0 {
        return Err(refused("sizes must not be negative"));
    }
    if min > max {
        return Err(refused(format!("Max bound, {max}, must be greater than or equal to min bound, {min}")));
    }
    let desired = given("DesiredCapacity").unwrap_or_else(|| group.desired.clamp(min, max));
    if desired > max {
        return Err(refused(format!(
            "Desired capacity:{desired} must be less than or equal to max size:{max}"
        )));
    }
    if desired < min {
        return Err(refused(format!(
            "Desired capacity:{desired} must be greater than or equal to min size:{min}"
        )));
    }
    (group.min, group.max, group.desired) = (min, max, desired);
    Ok(json!({}))
}

fn each_tag(call: &Call) -> impl Iterator<Item = (&Value, &str)> {
    let tags = call.input["Tags"].as_array().into_iter().flatten();
    tags.map(|tag| (tag, tag["ResourceId"].as_str().unwrap_or_default()))
}

fn put_tags(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let limit = world.limits.tags;
    for (tag, name) in each_tag(call) {
        if tag["ResourceType"] != "auto-scaling-group" {
            return Err(refused("a tag must be of the resource type auto-scaling-group"));
        }
        let more = tags::read(&json!([tag]));
        tags::put(&mut group(world, call, name)?.tags, more, limit, refused)?;
    }
    Ok(json!({}))
}

fn delete_tags(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    for (tag, name) in each_tag(call) {
        tags::remove(&mut group(world, call, name)?.tags, &json!([tag["Key"]]));
    }
    Ok(json!({}))
}

fn describe_tags(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let paging = Paging { items: "Tags", ..PAGING };
    let settings = world.settings.clone();
    let filters: Vec<_> = call.input["Filters"].as_array().into_iter().flatten().collect();
    if let Some(other) = filters.iter().find(|filter| filter["Name"] != "auto-scaling-group") {
        return Err(refused(format!(
            "fake-cloud does not play the filter {} of DescribeTags",
            other["Name"]
        )));
    }
    let is_asked = |name: &str| {
        filters.iter().all(|filter| {
            filter["Values"].as_array().is_some_and(|values| values.iter().any(|value| value == name))
        })
    };
    let groups = world.regional(call).auto_scaling_groups.list().iter().filter(|(name, _)| is_asked(name));
    let tags: Vec<_> = groups
        .flat_map(|(name, group)| group.tags.iter().map(move |(key, value)| shown_tag(name, key, value)))
        .collect();
    paging.page(&settings, call, &tags)
}
