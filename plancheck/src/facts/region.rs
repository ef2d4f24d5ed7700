//! The region an object runs in: its own attribute, then its provider's configuration, then the object it belongs to.

use std::collections::HashMap;
use std::rc::Rc;

use remit_catalog::{Location, Otherwise, Path, RegionSource};
use remit_governance::json::Json;
use remit_governance::region::{Cloud, is_known_in, of_zone, spelling};

use super::attribute::{Leaf, Object};
use super::origin::{Origin, Origins};
use super::shared::{Shared, once};
use super::{Region, Resource};
use crate::change::{Changed, module_path, static_address};
use crate::plan::ProviderConfig;
use crate::text::escape;

/// How many belongs-to steps are followed.
const LONGEST_CHAIN: usize = 8;

pub(super) fn location(resource_type: &str) -> Option<Location> {
    match remit_catalog::region_source(resource_type)? {
        RegionSource::Read(location) => Some(location),
        RegionSource::Global => None,
    }
}

/// The regions that the object's own attributes say.
pub(super) fn own(resource_type: &Rc<str>, object: &Object, shared: &Shared<'_>) -> Vec<String> {
    let Some(location) = shared.location(resource_type) else { return Vec::new() };
    let paths = location.attributes.iter();
    paths.filter_map(|path| texts(&object.root().leaves(path.segments()))).flatten().collect()
}

pub(super) fn read<'a>(
    change: &Changed,
    object: &Object,
    origins: Origins<'_>,
    configs: &[(&'a str, &ProviderConfig)],
    shared: &Shared<'a>,
) -> Rc<Region> {
    let Some(location) = shared.location(&change.resource_type) else { return Rc::clone(&shared.none) };
    if let Some(own) = attributes(change, object, origins, &location) {
        return once(&shared.own_regions, own);
    }
    match (&location.otherwise, configs) {
        (Otherwise::Provider, [(key, _)]) => {
            let Some(catalog) = remit_catalog::provider_of(&change.resource_type) else {
                return Rc::clone(&shared.none);
            };
            let mut known = shared.regions.borrow_mut();
            let of_config = || Rc::new(of_provider(change, origins, configs));
            Rc::clone(known.entry((key, catalog.prefix)).or_insert_with(of_config))
        }
        (Otherwise::Provider, _) => once(&shared.own_regions, of_provider(change, origins, configs)),
        // Filled in once every other region is known.
        (Otherwise::Parent(_), _) => {
            shared.cannot_tell("it runs where another resource runs, which the plan does not say")
        }
        (Otherwise::CannotTell, _) => {
            shared.cannot_tell("neither the resource nor its provider says where it runs")
        }
    }
}

/// What the object's own attributes say; `None` when they say nothing.
fn attributes(
    change: &Changed,
    object: &Object,
    origins: Origins<'_>,
    location: &Location,
) -> Option<Region> {
    let mut names = Vec::new();
    let mut sources = Vec::new();
    let mut sensitive = false;
    for path in &location.attributes {
        let leaves = object.root().leaves(path.segments());
        if leaves.is_empty() {
            continue;
        }
        match texts(&leaves) {
            Some(found) => {
                names.extend(found);
                sources.push(format!("{path}"));
                sensitive |= object.is_sensitive(path.segments());
            }
            // The provider computes it from its own configuration.
            None if origins.is_left_to_provider(&change.address, *path) => {}
            None => return Some(Region::CannotTell(origins.why_unknown(&change.address, *path))),
        }
    }
    if names.is_empty() {
        return None;
    }
    names.sort();
    names.dedup();
    Some(Region::Known { names, source: sources.join(", "), sensitive })
}

/// All leaves as texts; `None` when one is unknown or is no text.
fn texts(leaves: &[Leaf<'_>]) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for leaf in leaves {
        match leaf {
            Leaf::Known(Json::String(text)) => found.push(text.clone()),
            Leaf::Known(Json::Array(items)) => {
                for item in items {
                    found.push(item.as_str()?.to_owned());
                }
            }
            Leaf::Known(_) | Leaf::Unknown => return None,
        }
    }
    Some(found)
}

fn of_provider(change: &Changed, origins: Origins<'_>, configs: &[(&str, &ProviderConfig)]) -> Region {
    let Some(catalog) = remit_catalog::provider_of(&change.resource_type) else { return Region::None };
    if configs.is_empty() {
        return Region::CannotTell("the plan does not carry the configuration of its provider".to_owned());
    }
    let mut answer: Option<Region> = None;
    for (key, config) in configs {
        let region = of_config(catalog, key, |path| origins.provider_argument(key, config, path));
        answer = Some(match answer {
            None => region,
            Some(same) if agree(&same, &region) => same,
            Some(_) => {
                let name = escape(&config.name);
                Region::CannotTell(format!(
                    "the plan does not say which `{name}` configuration its module was handed"
                ))
            }
        });
    }
    answer.unwrap_or(Region::None)
}

/// Whether two things run in the same place, for all that can be told.
pub(super) fn agree(one: &Region, other: &Region) -> bool {
    match (one, other) {
        (Region::Known { names: a, .. }, Region::Known { names: b, .. }) => a == b,
        _ => one == other,
    }
}

fn of_config(catalog: &remit_catalog::Provider, key: &str, argument: impl Fn(Path) -> Origin) -> Region {
    for path in &catalog.provider_region {
        match argument(*path) {
            Origin::Absent => {}
            Origin::CannotTell(why) => return Region::CannotTell(why),
            Origin::Value { value, sensitive } => {
                let name = value.as_str().unwrap_or_default();
                return if is_region(catalog.cloud, name) {
                    let source = format!("`{path}` of provider `{}`", escape(key));
                    Region::Known { names: vec![name.to_owned()], source, sensitive }
                } else {
                    let key = escape(key);
                    Region::CannotTell(format!(
                        "`{path}` of provider `{key}` is computed from something that is no region itself"
                    ))
                };
            }
        }
    }
    Region::CannotTell(format!(
        "provider `{}` has no region in the plan; it may come from the environment",
        escape(key)
    ))
}

/// A value found by following references could be part of a longer expression; only what is a region is taken for one.
fn is_region(cloud: remit_catalog::Cloud, name: &str) -> bool {
    let Some(cloud) = governed(cloud) else { return false };
    is_known_in(cloud, &spelling(name))
        || of_zone(cloud, name).is_some_and(|region| is_known_in(cloud, &region))
        || {
            // A region newer than our list still looks like one: `eu-west-9`.
            name.split('-').count() >= 3 && name.ends_with(|last: char| last.is_ascii_digit())
        }
}

/// The governance word for a cloud of the catalog; other vendors have no regions that envelopes name.
pub(crate) fn governed(cloud: remit_catalog::Cloud) -> Option<Cloud> {
    match cloud {
        remit_catalog::Cloud::Aws => Some(Cloud::Aws),
        remit_catalog::Cloud::Gcp => Some(Cloud::Gcp),
        remit_catalog::Cloud::Azure => Some(Cloud::Azure),
        remit_catalog::Cloud::ThirdParty => None,
    }
}

/// Gives resources that run where another one runs the region of that other one.
pub(super) fn inherit(resources: &mut [Resource], origins: Origins<'_>) {
    let mut parents: Vec<(usize, Vec<Path>)> = Vec::new();
    for (index, resource) in resources.iter().enumerate() {
        if let Region::CannotTell(_) = *resource.region
            && let Some(Location { otherwise: Otherwise::Parent(paths), .. }) =
                location(&resource.resource_type)
        {
            parents.push((index, paths));
        }
    }
    if parents.is_empty() {
        return;
    }
    let mut by_block: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, resource) in resources.iter().enumerate() {
        by_block.entry(static_address(&resource.address).into_owned()).or_default().push(index);
    }
    for _ in 0..LONGEST_CHAIN {
        let mut moved = false;
        for (index, paths) in &parents {
            let waiting = |resource: &&Resource| matches!(*resource.region, Region::CannotTell(_));
            let Some(resource) = resources.get(*index).filter(waiting) else { continue };
            let found = from_parent(&resource.address, paths, resources, &by_block, origins);
            if let (Some(region), Some(resource)) = (found, resources.get_mut(*index)) {
                resource.region = region;
                moved = true;
            }
        }
        if !moved {
            return;
        }
    }
}

fn from_parent(
    address: &str,
    paths: &[Path],
    resources: &[Resource],
    by_block: &HashMap<String, Vec<usize>>,
    origins: Origins<'_>,
) -> Option<Rc<Region>> {
    let plain = static_address(address);
    let (_, local) = module_path(&plain);
    let prefix = plain.strip_suffix(local)?;
    for path in paths {
        for name in origins.references(address, *path) {
            let mut steps = name.split('.');
            let (Some(kind), Some(label)) = (steps.next(), steps.next()) else { continue };
            let label = label.split('[').next().unwrap_or(label);
            let indexes = by_block.get(&format!("{prefix}{kind}.{label}"))?;
            let mut regions =
                indexes.iter().filter_map(|index| resources.get(*index)).map(|resource| &resource.region);
            let first = regions.next()?;
            let known = matches!(**first, Region::Known { .. }) && regions.all(|region| agree(first, region));
            return known.then(|| Rc::clone(first));
        }
    }
    None
}
