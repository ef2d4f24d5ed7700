//! Where models compute, against the geographies of every envelope over what calls them.

use remit_catalog::{Kind, ModelName, Reach, Role, data_zone, model_name, sku_reach};
use remit_governance::Dimension;
use remit_governance::region::spelling;

use super::choice::{List, Names, Use, What};
use super::names::{Meaning, of_role};
use super::rule::{Reads, Rule};
use crate::facts::{Region, Resource, Setting};
use crate::finding::{Effect, Shown};
use crate::text::escape;

pub(super) const RULE: Rule = Rule {
    id: "cross-region-inference",
    dimension: Dimension::Regions,
    severity: Effect::Deny,
    summary: "a model would compute outside the geographies that the envelope allows",
    explain: "\
## What it checks
Whether what calls a model lets the vendor choose where it computes, against `limits.regions.inference_geographies` of every envelope over \
it: inference profiles of Amazon Bedrock by their prefix (`us.`, `eu.`, `apac.`, `global.` and others), also in ARNs and for guardrails; \
deployments of Azure OpenAI by their SKU (`Global…`, `DataZone…`, `DeveloperTier`); agents and models of Google Cloud at the location \
`global`. Left out or empty, the list allows none of these: only the region that is called.

## Why
The resource stays in its region, and the prompts do not. That is the cheapest offer of every vendor, and the one that is easily missed.

## Example
With `regions = { allow = [\"eu-west-1\"], inference_geographies = [\"eu\"] }`, an agent in `eu-west-1` on `eu.anthropic.claude-sonnet-4` is \
allowed; one on `us.anthropic.claude-sonnet-4` or `global.anthropic.claude-sonnet-4` is denied.

## How to resolve
Name a model or SKU that computes in the region, or in an allowed geography; or have the envelope changed first, under its own quorum. \
`global` is implied by nothing: it has to be named.

## Unknown values
A model or SKU that is known only after apply needs consent. So does what stands for a model without saying which (an application inference \
profile, a router), a SKU that the catalog does not know, and a data zone of a region that cannot be told.",
    verdicts: &[
        ("the model may compute in a geography that is not listed", Effect::Deny),
        ("where the model computes cannot be told", Effect::Consent),
        ("the object named the same before", Effect::Note),
    ],
    reads: Reads::roles(&[Role::Model, Role::Inference], |envelope| envelope.limits.regions.is_some()),
    judged: |cx| LIST.judged(cx),
    check: |cx| LIST.check(cx),
};

const LIST: List = List {
    rule: RULE.id,
    dimension: RULE.dimension,
    limit: "limits.regions.inference_geographies",
    names: |limits| limits.regions.as_ref().map(|regions| Names::Geographies(&regions.inference_geographies)),
    does: ["compute in the geography", "computes in the geography"],
    noun: "geography",
    uses,
};

fn uses(resource: &Resource) -> Vec<Use<'_>> {
    let mut uses = of_role(resource, Role::Model, of_model);
    uses.extend(of_role(resource, Role::Inference, |setting, text| {
        if resource.resource_type.starts_with("azurerm_") {
            of_sku(resource, setting, text)
        } else {
            of_model(setting, text)
        }
    }));
    uses.extend(at_global(resource));
    uses
}

fn of_model(setting: &Setting, text: &str) -> Meaning {
    match model_name(text) {
        ModelName::Model { geography: Some(geography), .. } => Meaning::Names(vec![geography.to_owned()]),
        ModelName::Model { geography: None, .. } => Meaning::Nothing,
        ModelName::Opaque => {
            let text = if setting.sensitive { "(sensitive)".to_owned() } else { escape(text) };
            Meaning::CannotTell(format!("`{text}` does not say where it computes"))
        }
    }
}

fn of_sku(resource: &Resource, setting: &Setting, text: &str) -> Meaning {
    let shown = if setting.sensitive { "(sensitive)".to_owned() } else { escape(text) };
    match sku_reach(text) {
        Some(Reach::Region) => Meaning::Nothing,
        Some(Reach::Anywhere) => Meaning::Names(vec!["global".to_owned()]),
        Some(Reach::Zone) => match zone_of(&resource.region) {
            Some(zone) => Meaning::Names(vec![zone.to_owned()]),
            None => Meaning::CannotTell(format!(
                "`{shown}` computes in the data zone of its region, which cannot be told"
            )),
        },
        None => Meaning::CannotTell(format!("the catalog does not say where `{shown}` computes")),
    }
}

fn zone_of(region: &Region) -> Option<&'static str> {
    let Region::Known { names, .. } = region else { return None };
    let zones: Option<Vec<&str>> = names.iter().map(|name| data_zone(&spelling(name))).collect();
    let zones = zones?;
    let first = *zones.first()?;
    zones.iter().all(|zone| *zone == first).then_some(first)
}

/// What Google Cloud serves from its global endpoint computes wherever there is room.
fn at_global(resource: &Resource) -> Option<Use<'static>> {
    let surface = remit_catalog::surface(&resource.resource_type)?;
    let serves =
        matches!(surface.kind, Kind::Agent | Kind::Model) && resource.resource_type.starts_with("google_");
    let Region::Known { names, sensitive, .. } = &*resource.region else { return None };
    if !serves || !names.iter().any(|name| spelling(name) == "global") {
        return None;
    }
    let before: Vec<String> = resource.region_before.iter().map(|name| spelling(name)).collect();
    let was_there = before.iter().any(|name| name == "global");
    let what = What::Named { names: vec!["global".into()], secret: *sensitive, was_there };
    let after = if *sensitive { Shown::Sensitive } else { Shown::Text("global".to_owned()) };
    let attribute = surface.paths(Role::Region).first().map(|path| path.as_str());
    Some(Use { what, attribute, before: None, after: Some(after) })
}
