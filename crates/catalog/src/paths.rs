//! Attribute paths as the catalog writes them, and the complete list of paths a type needs. Evaluating a path is the reader's work.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::data::File;
use crate::{Elsewhere, Join, Role};

/// The way to an attribute inside a resource, by names only: `scaling_config.max_size`.
///
/// List and set indexes are left out. Where a name leads to a list (Terraform writes nested blocks as lists), the path goes on
/// in every element and so may reach several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Path(&'static str);

impl Path {
    /// The names from the resource downwards; never empty.
    pub fn segments(self) -> impl Iterator<Item = &'static str> {
        self.0.split('.')
    }

    /// The rest of the path below `list`, or `None` where the path does not lead through it.
    ///
    /// Used for elements counted one by one: `production_variants.instance_type` below `production_variants` is `instance_type`.
    pub fn below(self, list: Self) -> Option<Self> {
        self.0.strip_prefix(list.0)?.strip_prefix('.').map(Self)
    }

    /// The path as practitioners read it, with dots.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// All paths that must be read from a resource of this type to judge its footprint, region, account and tags, sorted.
///
/// Includes the attributes through which other resources are joined to it. What further roles need is in [`role_paths`]. Empty for
/// types of providers the catalog does not know.
pub fn needed_paths(resource_type: &str) -> Vec<Path> {
    let mut paths = BTreeSet::new();
    if let Some(capacity) = crate::capacity(resource_type) {
        paths.extend(capacity.paths());
    }
    paths.extend(joined_paths(resource_type));
    if let Some(crate::RegionSource::Read(location)) = crate::region_source(resource_type) {
        paths.extend(&location.attributes);
        if let crate::Otherwise::Parent(parents) = location.otherwise {
            paths.extend(parents);
        }
    }
    if let Some(provider) = crate::provider_of(resource_type) {
        paths.extend(&provider.resource_account);
        paths.extend(&provider.resource_tags);
    }
    paths.into_iter().collect()
}

/// All paths that must be read from a resource of this type to know what it says in these roles, itself or for another one, sorted.
pub fn role_paths(resource_type: &str, wanted: impl Fn(Role) -> bool) -> Vec<Path> {
    let mut paths = BTreeSet::new();
    if let Some(surface) = crate::surface(resource_type) {
        let roles = surface.roles.iter().filter(|(role, _)| wanted(**role));
        paths.extend(roles.flat_map(|(_, paths)| paths));
        let elsewhere = surface.elsewhere.iter().filter(|there| there.roles.iter().any(|role| wanted(*role)));
        paths.extend(elsewhere.flat_map(|there| [Some(there.path), there.unless]).flatten());
        paths.extend(
            namings(resource_type)
                .filter(|there| there.resource_types.contains(&resource_type))
                .filter(|there| there.roles.iter().any(|role| wanted(*role)))
                .map(|there| there.key),
        );
    }
    paths.into_iter().collect()
}

/// How resources of the same provider leave things to others, which may be of this type.
fn namings(resource_type: &str) -> impl Iterator<Item = &'static Elsewhere> {
    let rows = crate::data::surface_file(resource_type).into_iter().flat_map(File::others);
    rows.flat_map(|row| &row.elsewhere)
}

/// The attributes by which others name a resource of this type, sorted.
pub fn naming_keys(resource_type: &str) -> Vec<Path> {
    let rows = namings(resource_type).filter(|row| row.resource_types.contains(&resource_type));
    rows.map(|row| row.key).collect::<BTreeSet<Path>>().into_iter().collect()
}

/// What resources of other types are matched by, when they look for a resource of this type.
fn joined_paths(resource_type: &str) -> impl Iterator<Item = Path> {
    let rows = crate::data::capacity_file(resource_type).into_iter().flat_map(File::others);
    rows.flat_map(|row| row.joins())
        .filter(move |join| join.resource_type == resource_type)
        .flat_map(Join::other_paths)
}
