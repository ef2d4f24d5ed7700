//! A cap: the maximum that a single thing in AWS may scale to.

use super::{read_account, read_size};
use crate::{
    dimension::Unit,
    invalid::Kind,
    json::{Json, Members},
    read::{Fields, Reader, excerpt},
};

/// A maximum, and what it is the maximum of.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cap {
    /// What is capped.
    pub capped: Capped,
    /// The minimum, where the thing has one and the declaration sets it.
    pub min: Option<u32>,
    /// The maximum.
    pub max: u32,
    /// The region; left out, that of the provider.
    pub region: Option<String>,
    /// The account; left out, that of the envelope's `aws` block.
    pub account: Option<String>,
}

/// What a cap is on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Capped {
    /// Something that Application Auto Scaling scales.
    ScalableTarget {
        /// The namespace, such as `ecs`.
        namespace: String,
        /// The thing in it, such as `service/prod/support`.
        resource_id: String,
        /// What about it is scaled, such as `ecs:service:DesiredCount`.
        dimension: String,
    },
    /// The size of an Auto Scaling group, by name.
    AutoScalingGroup(String),
    /// The reserved concurrency of a Lambda function, by name.
    LambdaFunction(String),
}

impl Capped {
    /// What it is, with its name, in a sentence.
    pub fn phrase(&self) -> String {
        match self {
            Self::ScalableTarget { resource_id, dimension, .. } => {
                format!("the scalable target `{resource_id}` (`{dimension}`)")
            }
            Self::AutoScalingGroup(name) => format!("the Auto Scaling group `{name}`"),
            Self::LambdaFunction(name) => format!("the Lambda function `{name}`"),
        }
    }

    /// What the cap counts, where the vocabulary has a word for it.
    pub fn unit(&self) -> Option<Unit> {
        match self {
            Self::AutoScalingGroup(_) => Some(Unit::Instances),
            Self::LambdaFunction(_) => Some(Unit::Concurrency),
            Self::ScalableTarget { dimension, .. } => match dimension.as_str() {
                "ecs:service:DesiredCount" => Some(Unit::Tasks),
                "ec2:spot-fleet-request:TargetCapacity" | "elasticmapreduce:instancegroup:InstanceCount" => {
                    Some(Unit::Instances)
                }
                "lambda:function:ProvisionedConcurrency" => Some(Unit::Concurrency),
                "sagemaker:variant:DesiredInstanceCount" => Some(Unit::Instances),
                _ => None,
            },
        }
    }
}

const KINDS: [&str; 3] = ["scalable_target", "autoscaling_group", "lambda_function"];

impl Cap {
    pub(crate) fn is_about_what(&self, other: &Cap) -> bool {
        (&self.capped, &self.region, &self.account) == (&other.capped, &other.region, &other.account)
    }

    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let [target, group, function] = KINDS;
        let known = [target, group, function, "min", "max", "reserved_concurrency", "region", "account"];
        let fields = r.object(json, &known)?;
        let named = |r: &mut Reader, json: &Json| r.parsed(json, parse_name);
        let scalable = r.optional(fields, target, read_target);
        let group_name = r.optional(fields, group, named);
        let function_name = r.optional(fields, function, named);
        let min = r.optional(fields, "min", read_size);
        let max = r.optional(fields, "max", read_size);
        let reserved = r.optional(fields, "reserved_concurrency", read_size);
        let region = r.optional(fields, "region", |r, json| r.parsed(json, parse_region));
        let account = r.optional(fields, "account", read_account);
        one_kind(r, fields)?;
        bounds(r, fields, min, max);
        let capped = scalable
            .or(group_name.map(Capped::AutoScalingGroup))
            .or(function_name.map(Capped::LambdaFunction));
        Some(Self { capped: capped?, min, max: max.or(reserved)?, region, account })
    }

    pub(crate) fn normal(&self) -> Json {
        let members = Members::new()
            .put_some("region", self.region.as_deref())
            .put_some("account", self.account.as_deref())
            .put_some("min", self.min);
        let [target, group, function] = KINDS;
        match &self.capped {
            Capped::ScalableTarget { namespace, resource_id, dimension } => {
                let scaled = Members::new()
                    .put("service_namespace", namespace.as_str())
                    .put("resource_id", resource_id.as_str())
                    .put("dimension", dimension.as_str());
                members.put(target, scaled).put("max", self.max)
            }
            Capped::AutoScalingGroup(name) => members.put(group, name.as_str()).put("max", self.max),
            Capped::LambdaFunction(name) => {
                members.put(function, name.as_str()).put("reserved_concurrency", self.max)
            }
        }
        .into()
    }
}

/// A cap is on one thing.
fn one_kind(r: &mut Reader, fields: Fields) -> Option<()> {
    let (kind, message) = match KINDS.iter().filter(|kind| fields.get(kind).is_some()).count() {
        1 => return Some(()),
        0 => (Kind::Missing, "the cap does not say what it is on"),
        _ => (Kind::Relation, "the cap is on several things"),
    };
    r.reject_with(kind, message, "give one of `scalable_target`, `autoscaling_group`, `lambda_function`");
    None
}

/// A function has no `max` but a reserved concurrency, and nothing else has one.
fn bounds(r: &mut Reader, fields: Fields, min: Option<u32>, max: Option<u32>) {
    let [target, _, function] = KINDS;
    let is_function = fields.get(function).is_some();
    let (own, others): (_, &[&str]) = if is_function {
        ("reserved_concurrency", &["min", "max"])
    } else {
        ("max", &["reserved_concurrency"])
    };
    for other in others.iter().filter(|other| fields.get(other).is_some()) {
        r.at_attribute(other, |r| {
            let message = format!("`{other}` does not belong to what is capped");
            r.reject_with(Kind::Relation, message, "remove it");
        });
    }
    if fields.get(own).is_none() {
        r.at_attribute(own, |r| r.reject(Kind::Missing, format!("`{own}` is required")));
    }
    if fields.get(target).is_some() && fields.get("min").is_none() {
        r.at_attribute("min", |r| r.reject(Kind::Missing, "`min` is required for a scalable target"));
    }
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        r.at_attribute("min", |r| {
            r.reject(Kind::Relation, format!("`min` `{min}` is above `max` `{max}`"));
        });
    }
}

fn read_target(r: &mut Reader, json: &Json) -> Option<Capped> {
    let fields = r.object(json, &["service_namespace", "resource_id", "dimension"])?;
    let text = |r: &mut Reader, json: &Json| r.parsed(json, parse_name);
    let namespace = r.required(fields, "service_namespace", text);
    let resource_id = r.required(fields, "resource_id", text);
    let dimension = r.required(fields, "dimension", |r, json| {
        r.parsed(json, |text| {
            let good = text.split(':').count() == 3 && text.split(':').all(|part| !part.is_empty());
            let shape = "is not a scalable dimension such as `ecs:service:DesiredCount`";
            if good { Ok(text.to_owned()) } else { Err(format!("`{}` {shape}", excerpt(text))) }
        })
    });
    Some(Capped::ScalableTarget { namespace: namespace?, resource_id: resource_id?, dimension: dimension? })
}

/// Names go into requests and into the ARNs of policies, where a star would mean more than itself.
fn parse_name(text: &str) -> Result<String, String> {
    let good = !text.is_empty()
        && text.len() <= 255
        && text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '*' | '?' | '"' | '\\' | '$'));
    if good { Ok(text.to_owned()) } else { Err(format!("`{}` is not a name", excerpt(text))) }
}

pub(super) fn parse_region(text: &str) -> Result<String, String> {
    let good = text.split('-').count() >= 3
        && text.ends_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if good { Ok(text.to_owned()) } else { Err(format!("`{}` is not an AWS region", excerpt(text))) }
}
