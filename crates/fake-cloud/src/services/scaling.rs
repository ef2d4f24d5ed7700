//! Application Auto Scaling: scalable targets. Registering one that exists overwrites it without a word, as AWS does.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Operation, operation, tags};
use crate::{
    event::Kind,
    page::Paging,
    refusal::Refusal,
    world::{Call, Tags, World},
};

pub(super) const OPERATIONS: &[Operation] = &[
    operation("application-autoscaling", "RegisterScalableTarget", Kind::Write, register),
    operation("application-autoscaling", "DescribeScalableTargets", Kind::List, describe),
    operation("application-autoscaling", "DeregisterScalableTarget", Kind::Write, deregister),
    operation("application-autoscaling", "TagResource", Kind::Write, tag),
    operation("application-autoscaling", "UntagResource", Kind::Write, untag),
    operation("application-autoscaling", "ListTagsForResource", Kind::Read, list_tags),
];

const PAGING: Paging = Paging {
    items: "ScalableTargets",
    limit: "MaxResults",
    default: 50,
    invalid: |says| Refusal::new("InvalidNextTokenException", says),
};

/// The scalable targets of one account in one region, and the resources of which it is known whether they exist.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Targets {
    pub(crate) targets: Vec<Target>,
    /// ECS services that exist, as `service/<cluster>/<name>`. None: every one does.
    pub(crate) ecs_services: Option<Vec<String>>,
}

/// One scalable target.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Target {
    service_namespace: String,
    resource_id: String,
    dimension: String,
    pub(crate) min: i64,
    pub(crate) max: i64,
    suspended: Value,
    arn: String,
    created: i64,
    tags: Tags,
}

impl Target {
    fn is_named(&self, call: &Call) -> bool {
        self.service_namespace == call.text("ServiceNamespace")
            && self.resource_id == call.text("ResourceId")
            && self.dimension == call.text("ScalableDimension")
    }

    fn shown(&self, call: &Call) -> Value {
        json!({
            "ServiceNamespace": self.service_namespace, "ResourceId": self.resource_id, "ScalableDimension": self.dimension,
            "MinCapacity": self.min, "MaxCapacity": self.max, "SuspendedState": self.suspended,
            "ScalableTargetARN": self.arn, "CreationTime": self.created,
            "RoleARN": format!(
                "arn:aws:iam::{}:role/aws-service-role/{}.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling",
                call.account, self.service_namespace
            ),
        })
    }
}

fn refused(says: impl Into<String>) -> Refusal {
    Refusal::new("ValidationException", says)
}

fn register(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let (lag, number) = (world.settings.lag, world.next_id());
    let (namespace, dimension) = (call.text("ServiceNamespace"), call.text("ScalableDimension"));
    if dimension.split(':').next() != Some(namespace) {
        return Err(refused(format!("the scalable dimension {dimension} is none of {namespace}")));
    }
    let targets = world.regional(call).scalable_targets.write(lag);
    let resource = call.text("ResourceId");
    if namespace == "ecs"
        && targets.ecs_services.as_ref().is_some_and(|known| !known.iter().any(|one| one == resource))
    {
        return Err(refused(format!("ECS service doesn't exist: {resource}")));
    }
    let given = |name: &str| call.input[name].as_i64();
    let found = targets.targets.iter().position(|target| target.is_named(call));
    let before = found.and_then(|place| targets.targets.get(place)).cloned();
    let bound = |name: &str, before: Option<i64>| {
        given(name)
            .or(before)
            .ok_or_else(|| refused(format!("{name} must be given for a new scalable target")))
    };
    let min = bound("MinCapacity", before.as_ref().map(|target| target.min))?;
    let max = bound("MaxCapacity", before.as_ref().map(|target| target.max))?;
    if min > max || min < 0 {
        return Err(refused(format!("MinCapacity {min} must be between 0 and MaxCapacity {max}")));
    }
    let arn = format!(
        "arn:aws:application-autoscaling:{}:{}:scalable-target/{number:036x}",
        call.region, call.account
    );
    let new = Target {
        service_namespace: namespace.to_owned(),
        resource_id: resource.to_owned(),
        dimension: dimension.to_owned(),
        min,
        max,
        suspended: suspended(&call.input["SuspendedState"], before.as_ref().map(|target| &target.suspended)),
        // Tags are for new targets; those of an existing one are changed by TagResource alone.
        tags: before.as_ref().map_or_else(|| tags::read(&call.input["Tags"]), |target| target.tags.clone()),
        created: before.as_ref().map_or(call.seconds(), |target| target.created),
        arn: before.map_or(arn, |target| target.arn),
    };
    let answer = json!({ "ScalableTargetARN": new.arn });
    match found.and_then(|place| targets.targets.get_mut(place)) {
        Some(target) => *target = new,
        None => targets.targets.push(new),
    }
    Ok(answer)
}

fn suspended(given: &Value, before: Option<&Value>) -> Value {
    let of = |name: &str| {
        let set = given[name].as_bool().or_else(|| before.and_then(|before| before[name].as_bool()));
        set.unwrap_or(false)
    };
    json!({
        "DynamicScalingInSuspended": of("DynamicScalingInSuspended"),
        "DynamicScalingOutSuspended": of("DynamicScalingOutSuspended"),
        "ScheduledScalingSuspended": of("ScheduledScalingSuspended"),
    })
}

fn describe(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let settings = world.settings.clone();
    let ids = call.input["ResourceIds"].as_array();
    let dimension = call.input["ScalableDimension"].as_str();
    if ids.is_none() && dimension.is_some() {
        return Err(refused("ResourceIds must be given with a ScalableDimension"));
    }
    let is_asked = |target: &&Target| {
        target.service_namespace == call.text("ServiceNamespace")
            && ids.is_none_or(|ids| ids.iter().any(|id| *id == target.resource_id))
            && dimension.is_none_or(|dimension| dimension == target.dimension)
    };
    let targets = &world.regional(call).scalable_targets.list().targets;
    let found: Vec<_> = targets.iter().filter(is_asked).map(|target| target.shown(call)).collect();
    PAGING.page(&settings, call, &found)
}

fn deregister(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let lag = world.settings.lag;
    let targets = &mut world.regional(call).scalable_targets.write(lag).targets;
    let place = targets.iter().position(|target| target.is_named(call)).ok_or_else(|| {
        let says = format!(
            "No scalable target found for service namespace: {}, resource ID: {}, scalable dimension: {}",
            call.text("ServiceNamespace"),
            call.text("ResourceId"),
            call.text("ScalableDimension")
        );
        Refusal::new("ObjectNotFoundException", says)
    })?;
    targets.remove(place);
    Ok(json!({}))
}

fn by_arn<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Target, Refusal> {
    let (lag, arn) = (world.settings.lag, call.text("ResourceARN"));
    let mut targets = world.regional(call).scalable_targets.write(lag).targets.iter_mut();
    let missing = || {
        Refusal::new("ResourceNotFoundException", format!("No scalable target found for resource ARN: {arn}"))
    };
    targets.find(|target| target.arn == arn).ok_or_else(missing)
}

fn tag(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let limit = world.limits.tags;
    let refused = |says| Refusal::new("TooManyTagsException", says);
    tags::put(&mut by_arn(world, call)?.tags, tags::read(&call.input["Tags"]), limit, refused)?;
    Ok(json!({}))
}

fn untag(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    tags::remove(&mut by_arn(world, call)?.tags, &call.input["TagKeys"]);
    Ok(json!({}))
}

fn list_tags(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let arn = call.text("ResourceARN");
    let targets = &world.regional(call).scalable_targets.get().targets;
    let missing = || {
        Refusal::new("ResourceNotFoundException", format!("No scalable target found for resource ARN: {arn}"))
    };
    let found = targets.iter().find(|target| target.arn == arn).ok_or_else(missing)?;
    Ok(json!({ "Tags": found.tags }))
}
