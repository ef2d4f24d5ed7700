//! Drift of a workload: what somebody raised, moved or opened outside Terraform in things that an envelope governs. This is what an agent
//! leaves behind that scales by calls of its own.

use std::collections::BTreeMap;

use remit_catalog::{Concern, When};
use remit_governance::{Envelope, Posture, Unit, decimal};

use super::class::Class;
use super::controls::untold;
use super::report::{Checked, CheckedState, Drift, Measure, Object};
use crate::facts::{self, Amount, Asked, Capacity, Resource, Sighting, Told};
use crate::finding::Shown;
use crate::governed::{self, Cover, catalog_unit};
use crate::plan::{self, Plan, Wanted};
use crate::report::Given;
use crate::rules;
use crate::text::escape;
use crate::verdict::CheckError;

/// Attributes by which a trail names a resource.
const NAMES: [&str; 3] = ["arn", "id", "name"];

struct Needed(Asked);

impl Wanted for Needed {
    fn attributes(&self, resource_type: &str) -> Vec<String> {
        let mut names = self.0.attributes(resource_type);
        for name in NAMES {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        names
    }

    fn keeps_null(&self, resource_type: &str, attribute: &str) -> bool {
        self.0.keeps_null(resource_type, attribute)
    }

    fn prior_state(&self) -> bool {
        false
    }
}

/// What came of a workload.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) plan: Plan,
    /// Objects that changed outside Terraform, with the index of the envelope; `None` for a control that no envelope covers.
    pub(super) checked: Vec<(Option<usize>, Checked)>,
    pub(super) drift: Vec<(Option<usize>, Drift)>,
    /// What a trail may call each object, by address.
    pub(super) names: BTreeMap<String, Vec<String>>,
    /// Objects that changed and that no envelope governs.
    pub(super) ungoverned: usize,
}

/// Reads the refresh-only plan of a workload, and judges what drifted by the envelopes over it.
pub(super) fn judge(bytes: &[u8], envelopes: &[Envelope], given: &Given) -> Result<Judged, CheckError> {
    let needed = Needed(rules::asked(None));
    let mut read = plan::read_bytes(bytes, &needed, &mut |_| Ok(()))?;
    let names =
        read.drift.objects.iter().map(|object| (object.address.to_string(), called(object))).collect();
    let facts = facts::gather(Vec::new(), &mut read, None, &needed.0)?;
    let covers = governed::cover(&facts.beyond.drift, envelopes, given);
    let mut judged = Judged { plan: read, checked: Vec::new(), drift: Vec::new(), names, ungoverned: 0 };
    for (resource, covers) in facts.beyond.drift.iter().zip(&covers) {
        if resource.deposed || resource.resource_type.starts_with("remit_") {
            continue;
        }
        if covers.is_empty() {
            let alone = controls_alone(resource);
            judged.ungoverned += usize::from(alone.is_empty());
            judged.take(None, resource, alone);
        }
        for cover in covers.iter() {
            let Some(envelope) = envelopes.get(cover.envelope) else { continue };
            judged.take(Some(cover.envelope), resource, under(resource, envelope, cover));
        }
    }
    Ok(judged)
}

impl Judged {
    fn take(&mut self, envelope: Option<usize>, resource: &Resource, drift: Vec<Drift>) {
        if envelope.is_none() && drift.is_empty() {
            return;
        }
        let state = if drift.is_empty() { CheckedState::AsApproved } else { CheckedState::Drifted };
        self.checked.push((envelope, Checked { object: object(resource), state }));
        self.drift.extend(drift.into_iter().map(|drift| (envelope, drift)));
    }
}

/// What a trail may call an object.
fn called(object: &plan::ResourceChange) -> Vec<String> {
    let sides = [&object.change.before, &object.change.after];
    let mut names: Vec<String> = sides
        .into_iter()
        .flatten()
        .flat_map(|side| NAMES.map(|name| side.raw(name)))
        .flatten()
        .filter_map(|raw| serde_json::from_str::<String>(raw).ok())
        .filter(|name| !name.is_empty())
        .collect();
    names.sort();
    names.dedup();
    names
}

fn object(resource: &Resource) -> Object {
    Object {
        address: Some(resource.address.to_string()),
        ..Object::new(&*resource.resource_type, &*resource.address)
    }
}

fn under(resource: &Resource, envelope: &Envelope, cover: &Cover) -> Vec<Drift> {
    let units = envelope.limits.capacity.marks();
    let mut drift: Vec<Drift> = units.filter_map(|(unit, _)| moved(resource, envelope, unit)).collect();
    if cover.leaves {
        let message = format!("`{}` left its envelope outside Terraform", escape(&resource.address));
        let why = "the scope matched what the state says, and does not match what there is";
        let drifted = Drift::new(Class::ScopeEscaped, object(resource), message).field("scope").because(why);
        drift.push(drifted.help("bring it back into the scope, or have people agree to where it is now"));
    }
    let limited = |sighting: &&Sighting| posture(envelope, sighting.sign.concern) != Posture::Allow;
    drift.extend(resource.sightings.iter().filter(limited).filter_map(|sighting| sign(resource, sighting)));
    if cover.untold.is_empty() {
        return drift;
    }
    let doubt = format!("counted as inside: the plan does not tell its {}", cover.untold.join(", "));
    drift.into_iter().map(|drift| drift.because(doubt.clone())).collect()
}

/// How far it may grow now, against before.
fn moved(resource: &Resource, envelope: &Envelope, unit: Unit) -> Option<Drift> {
    let of = |side: &Capacity| side.amount(catalog_unit(unit));
    let (before, after) = (of(&resource.capacity_before), of(&resource.capacity_after));
    if before == after {
        return None;
    }
    let address = escape(&resource.address);
    let class = match (&before, &after) {
        (_, Some(Amount::CannotTell(_))) | (Some(Amount::CannotTell(_)), Some(Amount::Known(_))) => {
            Class::Unverifiable
        }
        (Some(Amount::Unbounded(_)), Some(Amount::Unbounded(_))) => return None,
        (_, Some(Amount::Unbounded(_))) | (None, Some(_)) => Class::LimitLoosened,
        (Some(Amount::Known(before)), Some(Amount::Known(after))) if after > before => Class::LimitLoosened,
        _ => Class::LimitTightened,
    };
    let shown = |side: &Capacity, amount: &Option<Amount>| match amount {
        None | Some(Amount::Unbounded(_)) => None,
        Some(_) if side.secret => Some("(sensitive)".to_owned()),
        Some(Amount::Known(value)) => Some(decimal::text(*value)),
        Some(Amount::CannotTell(_)) => Some("(unknown)".to_owned()),
    };
    let (was, is) = (shown(&resource.capacity_before, &before), shown(&resource.capacity_after, &after));
    let measure = match &after {
        Some(Amount::Known(value)) if !resource.capacity_after.secret => Measure::Amount(Some(*value)),
        Some(Amount::Unbounded(_)) => Measure::Amount(None),
        _ => Measure::State,
    };
    let verb = match class {
        Class::Unverifiable => "changed",
        Class::LimitTightened => "lowered",
        _ => "raised",
    };
    let message = format!("the {unit} of `{address}` were {verb} outside Terraform");
    let field = resource.capacity_after.attribute(catalog_unit(unit));
    let drift = Drift::new(class, object(resource), message)
        .field(field.map_or_else(|| unit.to_string(), str::to_owned))
        .moved(was, is, measure)
        .because(format!("envelope `{}` limits {unit}", escape(&envelope.name)));
    Some(match class {
        Class::LimitTightened => drift,
        Class::Unverifiable => drift.because("it cannot be told how far it may grow now"),
        _ => drift.help(
            "apply the workload to take it back, or have people agree to the new value in its configuration",
        ),
    })
}

const fn posture(envelope: &Envelope, concern: Concern) -> Posture {
    match concern {
        Concern::Governance => Posture::Consent,
        Concern::Perimeter => envelope.limits.public,
        Concern::Logging => envelope.limits.logging,
        Concern::Deletion => envelope.limits.deletion,
        Concern::Privileges => envelope.limits.privileges,
    }
}

/// A control holds others back whether an envelope covers it or not.
fn controls_alone(resource: &Resource) -> Vec<Drift> {
    let controls = resource.sightings.iter().filter(|sighting| sighting.sign.concern == Concern::Governance);
    controls.filter_map(|sighting| sign(resource, sighting)).collect()
}

fn sign(resource: &Resource, sighting: &Sighting) -> Option<Drift> {
    let means = sighting.sign.means;
    let (class, why) = match &sighting.told {
        Told::Before => return None,
        Told::CannotTell(why) => (Class::Unverifiable, Some(why.clone())),
        Told::New => (class_of(resource, sighting), None),
    };
    let attribute = sighting.attribute.map(|path| path.as_str().to_owned());
    let side = |shown: &Option<Shown>| match shown {
        Some(Shown::Text(text)) => Some(text.clone()),
        Some(Shown::Sensitive) => Some("(sensitive)".to_owned()),
        Some(Shown::Unknown) => Some("(unknown)".to_owned()),
        Some(Shown::Absent) | None => None,
    };
    let (was, is) = (side(&sighting.before), side(&sighting.after));
    let value = sighting.document.as_ref().map(|documents| documents.1.clone()).or_else(|| is.clone());
    let measure = value.map_or(Measure::State, Measure::Text);
    if class == Class::Unverifiable {
        let drift = untold(&object(resource), format!("it cannot be told whether {means}"));
        return Some(why.into_iter().fold(drift.field(attribute.unwrap_or_default()), Drift::because));
    }
    let message = format!("`{}`, outside Terraform: {means}", escape(&resource.address));
    // One attribute can bring several signs.
    let field = attribute.map_or_else(|| means.to_owned(), |attribute| format!("{attribute}: {means}"));
    let drift = Drift::new(class, object(resource), message).field(field).moved(was, is, measure);
    Some(drift.help("apply the workload to take it back, or have people agree to it in its configuration"))
}

fn class_of(resource: &Resource, sighting: &Sighting) -> Class {
    let path = sighting.attribute.map(|path| path.as_str().to_owned()).unwrap_or_default();
    match (&sighting.sign.when, sighting.sign.concern) {
        (_, Concern::Perimeter | Concern::Logging | Concern::Deletion | Concern::Privileges) => {
            Class::LimitLoosened
        }
        (When::Gone, _) if resource.resource_type.contains("attachment") => Class::ControlDetached,
        (When::Gone, _) => Class::ControlDeleted,
        (When::Holds(clues), _) if clues.iter().any(|clue| clue.path.as_str().contains("auto_adjust")) => {
            Class::AutoRaiseEnabled
        }
        (When::Changed(_), _) if path.ends_with("parent_id") => Class::ScopeEscaped,
        (When::Raised(_) | When::Made | When::Changed(_), _) => Class::LimitLoosened,
        _ => Class::ControlDisarmed,
    }
}
