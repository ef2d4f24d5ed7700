//! Service Quotas: automatic management, which can raise limits with nobody asked, and applied quotas.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Operation, operation};
use crate::{
    event::Kind,
    refusal::Refusal,
    world::{Call, World},
};

pub(super) const OPERATIONS: &[Operation] = &[
    operation("service-quotas", "GetAutoManagementConfiguration", Kind::Read, get_auto_management),
    operation("service-quotas", "GetServiceQuota", Kind::Read, get_service_quota),
    operation("service-quotas", "StartAutoManagement", Kind::Write, start_auto_management),
    operation("service-quotas", "StopAutoManagement", Kind::Write, stop_auto_management),
    operation("service-quotas", "UpdateAutoManagement", Kind::Write, update_auto_management),
];

/// The quota of Lambda's concurrent executions, whose value Lambda itself is asked for.
const LAMBDA_CONCURRENCY: (&str, &str) = ("lambda", "L-B99A9384");

/// What one account has in one region.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Quotas {
    /// The automatic management: none (not opted in), `NotifyOnly` or `NotifyAndAdjust`.
    pub(crate) auto_management: Option<String>,
    /// Applied values by service code and quota code.
    pub(crate) applied: BTreeMap<String, BTreeMap<String, f64>>,
}

#[allow(clippy::unnecessary_wraps, reason = "the signature that all operations share")]
fn get_auto_management(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    Ok(match &world.regional(call).quotas.auto_management {
        None => json!({ "OptInStatus": "DISABLED" }),
        Some(kind) => {
            json!({ "OptInStatus": "ENABLED", "OptInLevel": "ACCOUNT", "OptInType": kind, "ExclusionList": {} })
        }
    })
}

fn start_auto_management(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let held = &mut world.regional(call).quotas.auto_management;
    if held.is_some() {
        return Err(Refusal::new("IllegalArgumentException", "automatic management is enabled already"));
    }
    *held = Some(call.text("OptInType").to_owned());
    Ok(json!({}))
}

fn opted_in<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Option<String>, Refusal> {
    let held = &mut world.regional(call).quotas.auto_management;
    if held.is_none() {
        return Err(Refusal::new("NoSuchResourceException", "automatic management is not enabled"));
    }
    Ok(held)
}

fn stop_auto_management(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    *opted_in(world, call)? = None;
    Ok(json!({}))
}

fn update_auto_management(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let asked = call.input["OptInType"].as_str().map(str::to_owned);
    let held = opted_in(world, call)?;
    *held = asked.or(held.take());
    Ok(json!({}))
}

fn get_service_quota(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let (service, code) = (call.text("ServiceCode"), call.text("QuotaCode"));
    let regional = world.regional(call);
    let applied = regional.quotas.applied.get(service).and_then(|quotas| quotas.get(code)).copied();
    let own = || {
        let limit = u32::try_from(regional.functions.concurrency_limit()).ok()?;
        ((service, code) == LAMBDA_CONCURRENCY).then(|| f64::from(limit))
    };
    let missing =
        || Refusal::new("NoSuchResourceException", format!("the quota {code} of {service} does not exist"));
    let value = applied.or_else(own).ok_or_else(missing)?;
    Ok(json!({ "Quota": {
        "ServiceCode": service, "QuotaCode": code, "Value": value, "Unit": "None", "Adjustable": true, "GlobalQuota": false,
        "QuotaArn": format!("arn:aws:servicequotas:{}:{}:{service}/{code}", call.region, call.account),
    }}))
}
