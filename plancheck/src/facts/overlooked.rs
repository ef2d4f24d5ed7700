//! Ceilings whose changes Terraform is told to overlook, as the source says.

use std::collections::BTreeMap;

use remit_catalog::Unit;

use super::Resource;
use crate::finding::SourceLocation;
use crate::plan::Action;
use crate::source::Index;

/// What `lifecycle.ignore_changes` of a resource hides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlooked {
    /// These ceilings; never empty.
    Ceilings(Vec<HiddenCeiling>),
    /// Its block is not in the source; a clause that says why.
    CannotTell(String),
}

/// A ceiling that can change without any plan showing it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HiddenCeiling {
    /// The attribute that sets it.
    pub attribute: &'static str,
    /// The units it is a ceiling of.
    pub units: Vec<Unit>,
    /// Where it is said that its changes are overlooked.
    pub at: SourceLocation,
}

/// Looks up every resource that has a ceiling of its own and stays.
pub(super) fn find(resources: &[Resource], source: &Index) -> BTreeMap<usize, Overlooked> {
    let each = resources.iter().enumerate().filter(|(_, resource)| stays(resource));
    each.filter_map(|(index, resource)| Some((index, of(resource, source)?))).collect()
}

fn stays(resource: &Resource) -> bool {
    !resource.deposed && !matches!(resource.action, Action::Delete | Action::Forget)
}

fn of(resource: &Resource, source: &Index) -> Option<Overlooked> {
    let ceilings = remit_catalog::capacity(&resource.resource_type)?.ceilings();
    if ceilings.is_empty() {
        return None;
    }
    let block = match source.block(&resource.address) {
        Ok(block) => block,
        Err(missing) => return Some(Overlooked::CannotTell(missing.why())),
    };
    // Where another object sets the ceiling, the count here is only what is wanted now.
    let own = |unit: &Unit| {
        let mut counted = resource.capacity_after.counted.iter();
        counted.all(|counted| counted.unit != *unit || counted.beside.is_none())
    };
    let mut units: BTreeMap<&'static str, Vec<Unit>> = BTreeMap::new();
    for (unit, path) in ceilings.into_iter().filter(|(unit, _)| own(unit)) {
        units.entry(path.as_str()).or_default().push(unit);
    }
    let hidden = units.into_iter().filter_map(|(attribute, units)| {
        let at = source.location(block.ignored.covers(attribute)?);
        Some(HiddenCeiling { attribute, units, at })
    });
    let hidden: Vec<HiddenCeiling> = hidden.collect();
    (!hidden.is_empty()).then_some(Overlooked::Ceilings(hidden))
}
