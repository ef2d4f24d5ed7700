//! Where things run, against the regions of every envelope over them.

use remit_governance::limits::{RegionAnswer, Regions};
use remit_governance::region::spelling;
use remit_governance::{Dimension, Envelope};

use super::rule::{Context, Reads, Rule, grouped, named, place, quorum, subject, with_doubt};
use crate::facts::{Region, Resource, governed_cloud};
use crate::finding::{Effect, Finding, Place, Shown};
use crate::governed::Cover;
use crate::plan::Action;
use crate::text::escape;

pub(super) const RULE: Rule = Rule {
    id: "region-outside-envelope",
    dimension: Dimension::Regions,
    severity: Effect::Deny,
    summary: "a resource would run in a region its envelope does not allow",
    explain: "\
## What it checks
The region of every object that is created, replaced, changed or kept, against `limits.regions` of every envelope over it. The \
region is the resource's own attribute, else the region of the provider configuration it runs under, followed through variables and \
module calls, else that of the resource it belongs to. Types without a region are passed over.

## Why
Where a workload runs decides which law applies to its data and who can reach it. Agents choose regions for price and availability.

## Example
With `regions = { allow = [\"eu-west-1\"] }`, an `aws_instance` under a provider with `region = \"us-west-1\"` is denied.

## How to resolve
Choose an allowed region; or have the envelope changed first, under its own quorum. A region listed in `authorize` needs consent only. \
A single service can have an exception with an owner and an end; an expired one denies.

## Unknown values
A region that cannot be told needs consent when the object is created, replaced or changed, and the finding says why it cannot be told. \
An object that stays as it is gets a note at most.",
    verdicts: &[
        ("region not in `allow`, created, replaced or moved there", Effect::Deny),
        ("only an expired exception allows the region", Effect::Deny),
        ("region in `authorize`", Effect::Consent),
        ("region cannot be told", Effect::Consent),
        ("an exception in force allows the region", Effect::Note),
        ("the object was there before", Effect::Note),
    ],
    reads: Reads::NOTHING,
    judged,
    check,
};

/// What one object is, seen from one envelope; equal ones become one finding.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    effect: std::cmp::Reverse<Effect>,
    envelope: usize,
    case: Case,
    verb: &'static str,
    region: String,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Case {
    Outside,
    Expired(String),
    Ask,
    CannotTell,
    Exception(String),
    Before,
}

fn judged(cx: &Context<'_>) -> usize {
    let limits =
        |cover: &Cover| cx.envelope(cover.envelope).is_some_and(|envelope| envelope.limits.regions.is_some());
    cx.resources()
        .filter(|(resource, covers)| *resource.region != Region::None && covers.iter().any(limits))
        .count()
}

fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut seen: Vec<(Key, (Place, &Cover))> = Vec::new();
    for (resource, covers) in cx.resources().filter(|(resource, _)| !resource.deposed) {
        for cover in covers {
            let Some(regions) =
                cx.envelope(cover.envelope).and_then(|envelope| envelope.limits.regions.as_ref())
            else {
                continue;
            };
            seen.extend(
                judge(cx, resource, cover, regions).into_iter().map(|(key, place)| (key, (place, cover))),
            );
        }
    }
    let groups = grouped(seen).into_iter();
    groups.filter_map(|(key, members)| Some(finding(cx.envelope(key.envelope)?, &key, members))).collect()
}

fn judge(cx: &Context<'_>, resource: &Resource, cover: &Cover, regions: &Regions) -> Vec<(Key, Place)> {
    let Some(cloud) = governed_cloud(&resource.resource_type) else { return Vec::new() };
    let verb = match resource.action {
        Action::Create | Action::Unknown => "would be created",
        Action::Replace => "would be made anew",
        Action::Update | Action::NoOp => "runs",
        Action::Delete | Action::Forget | Action::Read | Action::Invoke => return Vec::new(),
    };
    let key = |effect, case, verb, region: String| Key {
        effect: std::cmp::Reverse(effect),
        envelope: cover.envelope,
        case,
        verb,
        region,
    };
    match &*resource.region {
        Region::None => Vec::new(),
        Region::CannotTell(_) if resource.action == Action::NoOp => Vec::new(),
        Region::CannotTell(why) => {
            vec![(key(Effect::Consent, Case::CannotTell, verb, why.clone()), place(resource, None, None))]
        }
        Region::Known { names, source, sensitive } => {
            // Looked up only where it can matter: the list of services is long.
            let service = (!regions.exceptions.is_empty())
                .then(|| remit_catalog::service_of(&resource.resource_type))
                .flatten();
            let judged = names.iter().filter_map(|name| {
                let shown = if *sensitive { "(sensitive)".to_owned() } else { escape(name) };
                let verb = if verb == "runs" && is_new(resource, name) { "would move" } else { verb };
                let (effect, case) = match regions.judge(cloud, name, service, cx.today) {
                    RegionAnswer::Allowed => return None,
                    RegionAnswer::ByException(exception) => {
                        (Effect::Note, Case::Exception(grounds(exception)))
                    }
                    _ if verb == "runs" => (Effect::Note, Case::Before),
                    RegionAnswer::NeedsConsent => (Effect::Consent, Case::Ask),
                    RegionAnswer::Expired(exception) => (Effect::Deny, Case::Expired(grounds(exception))),
                    RegionAnswer::Outside => (Effect::Deny, Case::Outside),
                };
                let after = if *sensitive { Shown::Sensitive } else { Shown::Text(name.clone()) };
                Some((key(effect, case, verb, shown), place(resource, Some(source), Some(after))))
            });
            judged.collect()
        }
    }
}

/// Whether an update adds this region to those the object had.
fn is_new(resource: &Resource, name: &str) -> bool {
    let before = &resource.region_before;
    !before.is_empty() && before.iter().all(|before| spelling(before) != spelling(name))
}

fn grounds(exception: &remit_governance::limits::RegionException) -> String {
    let of = &exception.grounds;
    format!(
        "for `{}` by `{}`, last day {}",
        escape(&exception.service),
        escape(of.owner.as_str()),
        of.expires
    )
}

fn finding(envelope: &Envelope, key: &Key, members: Vec<(Place, &Cover)>) -> Finding {
    let (places, covers): (Vec<Place>, Vec<&Cover>) = members.into_iter().unzip();
    let who = subject(&places);
    let runs = if places.len() > 1 && key.verb == "runs" { "run" } else { key.verb };
    let to = if key.verb == "would move" { "to" } else { "in" };
    let region = &key.region;
    let message = match key.case {
        Case::CannotTell => format!("the region of {who} cannot be told"),
        Case::Exception(_) => format!("{who} {runs} {to} `{region}` under an exception"),
        _ => format!("{who} {runs} {to} `{region}`"),
    };
    let names = allowed(envelope);
    let mut finding = Finding::new(RULE.id, key.effect.0, message)
        .at(places)
        .limit("limits.regions.allow", names.join(", "))
        .because(format!("{} allows {}", named(envelope), quoted(&names)));
    finding.envelope = Some(envelope.name.clone());
    let ask = quorum(envelope, RULE.dimension);
    finding = match &key.case {
        Case::Outside => {
            finding.help(format!("choose an allowed region, or change the envelope first (needs {ask})"))
        }
        Case::Expired(grounds) => finding
            .because(format!("the exception {grounds}, has expired"))
            .help(format!("choose an allowed region, or renew the exception in the envelope (needs {ask})")),
        Case::Ask => finding
            .because(format!("`{region}` is in its `authorize` list"))
            .help(format!("get consent of {ask}, or choose a region in `allow`")),
        Case::CannotTell => finding
            .untold()
            .because(region.clone())
            .help(format!("make the region known in the plan, or get consent of {ask}")),
        Case::Exception(grounds) => finding.because(format!("the exception {grounds}, is in force")),
        Case::Before => finding.because("it was there before this change"),
    };
    if key.effect.0 == Effect::Consent {
        finding.quorum = Some(ask);
    }
    with_doubt(finding, &covers)
}

fn allowed(envelope: &Envelope) -> Vec<String> {
    let regions = envelope.limits.regions.as_ref();
    regions.map(|regions| regions.allow.iter().map(ToString::to_string).collect()).unwrap_or_default()
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{}`", escape(name))).collect::<Vec<_>>().join(", ")
}
