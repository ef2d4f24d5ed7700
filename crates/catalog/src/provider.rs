//! What follows from a provider alone: the cloud, where regions, accounts and tags are written, and the service of a type.

use serde::{Deserialize, Serialize};

use crate::{Cloud, Path};

/// One provider family (the types that share a prefix).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Local names by which configurations know it: `google`, `google-beta`.
    pub names: Vec<&'static str>,
    /// What its resource types begin with, underscore included.
    pub prefix: &'static str,
    /// Where it acts.
    pub cloud: Cloud,
    /// Arguments of the *provider block* that say the region, in order of precedence. Empty: the provider has none.
    pub provider_region: Vec<Path>,
    /// Arguments of the provider block that say the account. A list of several account ids says no single one.
    pub provider_account: Vec<Path>,
    /// Maps in the provider block that tag every resource.
    pub provider_tags: Vec<Path>,
    /// Attributes of any resource that can say its region, where the type has no row of its own.
    pub resource_region: Vec<Path>,
    /// Attributes of any resource that can say its account.
    pub resource_account: Vec<Path>,
    /// Attributes of any resource that hold its tags, the most complete first; the first that is not absent counts.
    pub resource_tags: Vec<Path>,
    /// Beginnings of types that have no region. The longest beginning in `global` and `regional` that fits decides.
    pub global: Vec<&'static str>,
    /// Beginnings of types that do have one although a beginning in `global` fits.
    pub regional: Vec<&'static str>,
    /// Types whose region is that of another resource: the attribute that names the other one.
    pub parents: Vec<Parent>,
    /// Which service a type belongs to, by its beginning. The longest that fits decides.
    pub services: Vec<ServicePrefix>,
    /// Where the lists were read.
    pub source: &'static str,
    /// Whether they were compared with that document in full.
    pub verified: bool,
}

/// A type that runs where another resource runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parent {
    /// The type.
    pub resource_type: &'static str,
    /// Its attribute that refers to the other resource.
    pub path: Path,
}

/// The service of all types with one beginning.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServicePrefix {
    /// What the types begin with.
    pub prefix: &'static str,
    /// The service, in the word that region exceptions and `integrations.services` use.
    pub service: &'static str,
}

/// Where the region of a resource comes from.
#[derive(Clone, Debug)]
pub enum RegionSource {
    /// The type has no region: nothing to judge.
    Global,
    /// It is read.
    Read(Location),
}

/// Where to read a region.
#[derive(Clone, Debug)]
pub struct Location {
    /// Attributes of the resource. All values found count (a replica's region as much as the first one); they may be zones and,
    /// on Google Cloud, multi-regions such as `EU`, or the word `global`.
    pub attributes: Vec<Path>,
    /// Where to look when none of the attributes is set.
    pub otherwise: Otherwise,
}

/// Where to look for a region that the resource itself does not say.
#[derive(Clone, Debug)]
pub enum Otherwise {
    /// The arguments of its provider block, [`Provider::provider_region`].
    Provider,
    /// The region of the resource that these attributes refer to.
    Parent(Vec<Path>),
    /// Nowhere: cannot tell.
    CannotTell,
}

/// The provider with this local name (`aws`, `google-beta`); a configuration may use another name for it, so prefer
/// [`provider_of`] where a resource type is at hand.
pub fn provider(name: &str) -> Option<&'static Provider> {
    crate::data::providers().iter().find(|provider| provider.names.contains(&name))
}

/// The provider of a resource type.
pub fn provider_of(resource_type: &str) -> Option<&'static Provider> {
    crate::about::about(resource_type).provider
}

pub(crate) fn find(resource_type: &str) -> Option<&'static Provider> {
    crate::data::providers().iter().find(|provider| resource_type.starts_with(provider.prefix))
}

/// The service a resource type belongs to; `None` where the catalog does not know, which no region exception matches.
pub fn service_of(resource_type: &str) -> Option<&'static str> {
    crate::about::about(resource_type).service
}

pub(crate) fn find_service(resource_type: &str) -> Option<&'static str> {
    let services = &find(resource_type)?.services;
    let fitting = services.iter().filter(|entry| resource_type.starts_with(entry.prefix));
    fitting.max_by_key(|entry| entry.prefix.len()).map(|entry| entry.service)
}

/// Where the region of a resource type comes from; `None` for providers without regions that the catalog knows.
pub fn region_source(resource_type: &str) -> Option<RegionSource> {
    let provider = provider_of(resource_type)?;
    if provider.is_global(resource_type) {
        return Some(RegionSource::Global);
    }
    let listed = crate::surface(resource_type).and_then(|surface| surface.roles.get(&crate::Role::Region));
    let attributes = listed.unwrap_or(&provider.resource_region).clone();
    Some(RegionSource::Read(Location { attributes, otherwise: provider.otherwise(resource_type) }))
}

impl Provider {
    fn is_global(&self, resource_type: &str) -> bool {
        let longest = |prefixes: &[&str]| {
            prefixes
                .iter()
                .filter(|prefix| resource_type.starts_with(**prefix))
                .map(|prefix| prefix.len())
                .max()
        };
        longest(&self.global) > longest(&self.regional)
    }

    fn otherwise(&self, resource_type: &str) -> Otherwise {
        let parents: Vec<Path> = self
            .parents
            .iter()
            .filter(|parent| parent.resource_type == resource_type)
            .map(|parent| parent.path)
            .collect();
        if !parents.is_empty() {
            return Otherwise::Parent(parents);
        }
        if self.provider_region.is_empty() { Otherwise::CannotTell } else { Otherwise::Provider }
    }
}
