//! The region guard: whom it binds may act in the regions of the envelope only.
//!
//! Decisions that are not obvious:
//! - Regions that consent can open are open here: a policy knows nothing of consent, and what was approved has to work.
//! - Exceptions end by themselves: the policy compares the time, so nothing has to be applied on the day.
//! - Cross-region inference is judged by its profile. The destination of a geographic profile is a region outside; with a global
//!   one AWS calls it `unspecified`. Both pass only where the profile is of a geography that the envelope names.

use super::{
    Faults, data,
    principals::Principals,
    statement::{Deny, document as of},
};
use crate::{
    aws::Guard,
    envelope::Envelope,
    json::Json,
    limits::Regions,
    region::{Cloud, Region, is_known_in},
    time::Date,
};
use std::collections::{BTreeMap, BTreeSet};

/// The statements of the guard, or faults below `aws.region_guard`.
pub(super) fn statements(envelope: &Envelope, guard: &Guard, faults: &mut Faults) -> Option<Vec<Deny>> {
    let Some(regions) = &envelope.limits.regions else {
        faults.push(
            &["region_guard"],
            "the envelope limits no regions, so there is nothing to guard",
            "declare `limits.regions`, or leave `region_guard` out",
        );
        return None;
    };
    let principals = Principals::of(&envelope.agents, "region_guard", faults)?;
    written(regions, &principals, &guard.exempt_actions, faults)
}

/// The document of an envelope's region guard, for people who attach it themselves.
pub fn document(envelope: &Envelope) -> Result<Json, String> {
    let exempt = envelope.aws.as_ref().and_then(|aws| aws.region_guard.as_ref());
    let none = Guard { targets: BTreeSet::new(), exempt_actions: BTreeSet::new() };
    let mut faults = Faults::default();
    let statements = statements(envelope, exempt.unwrap_or(&none), &mut faults);
    match (statements, faults.0.first()) {
        (Some(statements), None) => Ok(of(statements.iter().map(Deny::json))),
        (_, fault) => Err(fault.map_or_else(
            || "the region guard cannot be written".to_owned(),
            |fault| match &fault.help {
                Some(help) => format!("{} ({help})", fault.message),
                None => fault.message.clone(),
            },
        )),
    }
}

const BEDROCK: &str = "bedrock";

fn written(
    regions: &Regions,
    principals: &Principals,
    exempt: &BTreeSet<String>,
    faults: &mut Faults,
) -> Option<Vec<Deny>> {
    let allowed: BTreeSet<&str> = regions.allow.iter().chain(&regions.authorize).filter_map(in_aws).collect();
    if allowed.is_empty() {
        faults.push(
            &["region_guard"],
            "`limits.regions` names no region of AWS, so the guard would deny everything",
            "allow a region of AWS, or leave `region_guard` out",
        );
        return None;
    }
    let profiles = profiles(regions);
    let mut services = exceptions(regions, faults)?;
    if !profiles.is_empty() {
        services.entry(BEDROCK.to_owned()).or_default();
    }
    let apart = |action: &&String| action.split_once(':').is_some_and(|(own, _)| services.contains_key(own));
    if let Some(action) = exempt.iter().find(apart) {
        faults.push(
            &["region_guard", "exempt_actions"],
            format!("`{action}` is of a service with regions of its own, which this would not open"),
            "leave it out: `limits.regions` says where that service may run",
        );
        return None;
    }
    let mut but: BTreeSet<String> = data::exempt().into_iter().map(str::to_owned).collect();
    but.extend(exempt.iter().cloned());
    but.extend(services.keys().map(|service| format!("{service}:*")));
    let mut found = vec![outside(Deny::all_but(but), &allowed)];
    for (service, further) in &services {
        let apart = |deny: Deny| match service.as_str() {
            // A request without a profile has no such key, and a negated comparison holds then.
            BEDROCK if !profiles.is_empty() => {
                deny.when("ArnNotLike", "bedrock:InferenceProfileArn", profiles.iter().cloned())
            }
            _ => deny,
        };
        let all: BTreeSet<&str> = allowed.iter().copied().chain(further.keys().map(String::as_str)).collect();
        let actions = || Deny::actions([format!("{service}:*")]);
        found.push(apart(outside(actions(), &all)));
        let mut ends: BTreeMap<Date, Vec<&str>> = BTreeMap::new();
        for (region, last_day) in further.iter().filter(|(region, _)| !allowed.contains(region.as_str())) {
            ends.entry(*last_day).or_default().push(region);
        }
        for (last_day, over) in ends {
            // The last day itself still counts.
            let end = last_day.tomorrow().unwrap_or(last_day);
            let over = actions().when("StringEquals", "aws:RequestedRegion", over).when(
                "DateGreaterThanEquals",
                "aws:CurrentTime",
                [format!("{end}T00:00:00Z")],
            );
            found.push(apart(over));
        }
    }
    Some(found.into_iter().map(|deny| principals.bind(deny)).collect())
}

fn outside(deny: Deny, regions: &BTreeSet<&str>) -> Deny {
    deny.when("StringNotEquals", "aws:RequestedRegion", regions.iter().copied())
}

/// Further regions per service, each with the last day on which it is open.
fn exceptions(regions: &Regions, faults: &mut Faults) -> Option<BTreeMap<String, BTreeMap<String, Date>>> {
    let mut services: BTreeMap<String, BTreeMap<String, Date>> = BTreeMap::new();
    for exception in &regions.exceptions {
        let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if exception.service.is_empty() || !exception.service.chars().all(word) {
            faults.push(
                &["region_guard"],
                format!("`{}` is not a service as policies name it", exception.service),
                "write the prefix of its actions in `limits.regions.exceptions`, such as `bedrock`",
            );
            return None;
        }
        let further = services.entry(exception.service.clone()).or_default();
        for region in exception.regions.iter().filter_map(in_aws) {
            let last_day = further.entry(region.to_owned()).or_insert(exception.grounds.expires);
            *last_day = exception.grounds.expires.max(*last_day);
        }
    }
    services.retain(|_, further| !further.is_empty());
    Some(services)
}

/// Inference profiles of the geographies that the envelope names.
fn profiles(regions: &Regions) -> Vec<String> {
    let profile = |geography| format!("arn:*:bedrock:*:*:inference-profile/{geography}.*");
    regions.inference_geographies.iter().map(profile).collect()
}

/// The region's name, unless it can only be one of another cloud.
fn in_aws(region: &Region) -> Option<&str> {
    let name = region.name();
    let foreign =
        !is_known_in(Cloud::Aws, name) && (is_known_in(Cloud::Gcp, name) || is_known_in(Cloud::Azure, name));
    (region.is(Cloud::Aws, name) && !foreign).then_some(name)
}
