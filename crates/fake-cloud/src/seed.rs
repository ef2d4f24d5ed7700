//! What is in the cloud before anybody calls: the parts that no operation played here creates.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use crate::{
    services::{
        functions::Function,
        groups::Group,
        identity::Role,
        organizations::{Member, Organization, Unit},
    },
    world::{Limits, Settings, World},
};

/// Put into a cloud; what is there and not named stays.
///
/// ```json
/// { "organization": { "units": { "ou-abcd-12345678": { "name": "agents" } },
///                     "accounts": { "210987654321": { "name": "workers", "parent": "ou-abcd-12345678" } } },
///   "accounts": { "123456789012": { "regions": { "eu-west-1": {
///     "auto_scaling_groups": { "workers": { "min": 1, "max": 40, "desired": 2 } },
///     "functions": { "analysis": {} } } } } } }
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    settings: Option<Settings>,
    limits: Option<Limits>,
    default_account: Option<String>,
    organization: Option<OrganizationSeed>,
    accounts: BTreeMap<String, AccountSeed>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct OrganizationSeed {
    id: String,
    management_account: Option<String>,
    delegated: BTreeSet<String>,
    root: String,
    enabled_types: BTreeSet<String>,
    units: BTreeMap<String, Place>,
    accounts: BTreeMap<String, Place>,
}

impl Default for OrganizationSeed {
    fn default() -> Self {
        Self {
            id: "o-exampleorg1".to_owned(),
            management_account: None,
            delegated: BTreeSet::new(),
            root: "r-abcd".to_owned(),
            enabled_types: BTreeSet::from(["SERVICE_CONTROL_POLICY".to_owned()]),
            units: BTreeMap::new(),
            accounts: BTreeMap::new(),
        }
    }
}

/// A unit or an account. Without a parent it stands under the root.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Place {
    name: Option<String>,
    parent: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct AccountSeed {
    roles: BTreeMap<String, Role>,
    /// What budgets have spent, by name, in the unit of their limit.
    spent: BTreeMap<String, String>,
    regions: BTreeMap<String, RegionSeed>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RegionSeed {
    auto_scaling_groups: BTreeMap<String, Group>,
    functions: BTreeMap<String, Function>,
    concurrency: Option<u64>,
    ecs_services: Option<Vec<String>>,
    auto_management: Option<String>,
    quotas: BTreeMap<String, BTreeMap<String, f64>>,
}

impl Seed {
    /// Reads a seed; a name that means nothing is an error.
    pub fn from_json(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| format!("seed: {error}"))
    }

    pub(crate) fn put(self, world: &mut World) {
        world.settings = self.settings.unwrap_or_else(|| world.settings.clone());
        world.limits = self.limits.unwrap_or_else(|| world.limits.clone());
        world.default_account = self.default_account.unwrap_or_else(|| world.default_account.clone());
        if let Some(seed) = self.organization {
            let organization = seed.organization(&world.default_account);
            *world.organization.write(0) = Some(organization);
        }
        for (id, account) in self.accounts {
            account.put(&id, world);
        }
    }
}

impl OrganizationSeed {
    fn organization(self, default_account: &str) -> Organization {
        let root = self.root;
        let management_account = self.management_account.unwrap_or_else(|| default_account.to_owned());
        let place = |id: &str, place: Place| {
            (place.name.unwrap_or_else(|| id.to_owned()), place.parent.unwrap_or_else(|| root.clone()))
        };
        let unit = |(id, seed): (String, Place)| {
            let (name, parent) = place(&id, seed);
            (id, Unit { name, parent })
        };
        let member = |(id, seed): (String, Place)| {
            let (name, parent) = place(&id, seed);
            let email = format!("{id}@example.com");
            (id, Member { name, email, parent })
        };
        let mut accounts = self.accounts;
        accounts.entry(management_account.clone()).or_default();
        let mut organization = Organization {
            id: self.id,
            management_account,
            delegated: self.delegated,
            enabled_types: self.enabled_types,
            units: self.units.into_iter().map(unit).collect(),
            accounts: accounts.into_iter().map(member).collect(),
            root: root.clone(),
            ..Organization::default()
        };
        if organization.enabled_types.contains("SERVICE_CONTROL_POLICY") {
            organization.attach_full_access();
        }
        organization
    }
}

impl AccountSeed {
    fn put(self, id: &str, world: &mut World) {
        let account = world.account(id);
        account.roles.extend(self.roles);
        for (name, amount) in self.spent {
            if let Some(budget) = account.budgets.write(0).get_mut(&name) {
                budget.body["CalculatedSpend"]["ActualSpend"]["Amount"] = Value::from(amount);
            }
        }
        for (name, seed) in self.regions {
            let region = account.regions.entry(name).or_default();
            region.auto_scaling_groups.write(0).extend(seed.auto_scaling_groups);
            region.functions.by_name.extend(seed.functions);
            region.functions.concurrency = seed.concurrency.or(region.functions.concurrency);
            region.scalable_targets.write(0).ecs_services =
                seed.ecs_services.or_else(|| region.scalable_targets.get().ecs_services.clone());
            region.quotas.auto_management =
                seed.auto_management.or_else(|| region.quotas.auto_management.clone());
            region.quotas.applied.extend(seed.quotas);
        }
    }
}
