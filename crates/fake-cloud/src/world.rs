//! What exists in the fake cloud. No operation is defined here: those are in `services`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::services::{
    budgets::Budgets,
    compute::Compute,
    functions::Functions,
    groups::Groups,
    identity::{Role, Session},
    organizations::Organization,
    quotas::Quotas,
    scaling::Targets,
};

/// Tags of one object.
pub(crate) type Tags = BTreeMap<String, String>;

/// How the cloud behaves, apart from what is in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How many list calls after a write still answer with what was there before it.
    pub lag: u32,
    /// No page holds more items than this.
    pub page_size: Option<usize>,
    /// Every other page is empty and carries a token.
    pub empty_pages: bool,
    /// The time. Left out: the clock of the machine.
    pub now: Option<Timestamp>,
}

/// Quotas. The defaults are the figures that AWS documents; those of policies were raised in 2026 and are settings here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Characters of a service control policy.
    pub policy_size: usize,
    /// Policies of one type attached to one root, unit or account.
    pub policies_per_target: usize,
    /// Notifications of one budget.
    pub notifications_per_budget: usize,
    /// Concurrent executions of an account and region that no function may reserve.
    pub unreserved_concurrency: u64,
    /// Tags of one object.
    pub tags: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            policy_size: 5120,
            policies_per_target: 5,
            notifications_per_budget: 10,
            unreserved_concurrency: 100,
            tags: 50,
        }
    }
}

/// Something that lists may show later than it happened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lagged<T> {
    now: T,
    seen: T,
    /// List calls that still answer with `seen`.
    left: u32,
}

impl<T: PartialEq> PartialEq for Lagged<T> {
    /// What lists still show is no part of what the cloud is.
    fn eq(&self, other: &Self) -> bool {
        self.now == other.now
    }
}

impl<T: Serialize> Serialize for Lagged<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.now.serialize(serializer)
    }
}

impl<T: Clone> Lagged<T> {
    pub(crate) fn get(&self) -> &T {
        &self.now
    }

    /// For a change that lists show after `lag` calls.
    pub(crate) fn write(&mut self, lag: u32) -> &mut T {
        if self.left == 0 {
            self.seen = self.now.clone();
        }
        self.left = lag;
        &mut self.now
    }

    /// What a list shows.
    pub(crate) fn list(&mut self) -> &T {
        if self.left == 0 {
            return &self.now;
        }
        self.left -= 1;
        &self.seen
    }
}

/// Accounts, or the regions of one. A place that was only looked at is as if it were not there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places<T>(BTreeMap<String, T>);

impl<T: Default + PartialEq> Places<T> {
    fn inhabited(&self) -> impl Iterator<Item = (&String, &T)> {
        self.0.iter().filter(|(_, place)| **place != T::default())
    }
}

impl<T: Default + PartialEq> PartialEq for Places<T> {
    fn eq(&self, other: &Self) -> bool {
        self.inhabited().eq(other.inhabited())
    }
}

impl<T: Default + PartialEq + Serialize> Serialize for Places<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.inhabited())
    }
}

impl<T> std::ops::Deref for Places<T> {
    type Target = BTreeMap<String, T>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T> std::ops::DerefMut for Places<T> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

/// What belongs to one account in one region.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Regional {
    pub(crate) scalable_targets: Lagged<Targets>,
    pub(crate) auto_scaling_groups: Lagged<Groups>,
    pub(crate) functions: Functions,
    pub(crate) quotas: Quotas,
    pub(crate) compute: Compute,
    pub(crate) invocation_logging: Option<Value>,
}

/// What belongs to one account.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Account {
    pub(crate) budgets: Lagged<Budgets>,
    pub(crate) regions: Places<Regional>,
    /// The roles that can be assumed. Empty: any.
    pub(crate) roles: BTreeMap<String, Role>,
    pub(crate) public_access_block: Option<Value>,
}

/// Everything.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct World {
    #[serde(skip)]
    pub(crate) settings: Settings,
    #[serde(skip)]
    pub(crate) limits: Limits,
    /// The account of credentials that name none.
    #[serde(skip)]
    pub(crate) default_account: String,
    pub(crate) organization: Lagged<Option<Organization>>,
    pub(crate) accounts: Places<Account>,
    #[serde(skip)]
    pub(crate) sessions: BTreeMap<String, Session>,
    #[serde(skip)]
    ids: u64,
}

impl Default for World {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            limits: Limits::default(),
            default_account: "123456789012".to_owned(),
            organization: Lagged::default(),
            accounts: Places::default(),
            sessions: BTreeMap::new(),
            ids: 0,
        }
    }
}

impl World {
    /// A number that was not given out before.
    pub(crate) fn next_id(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    pub(crate) fn account(&mut self, id: &str) -> &mut Account {
        self.accounts.entry(id.to_owned()).or_default()
    }

    pub(crate) fn regional(&mut self, call: &Call) -> &mut Regional {
        self.region(&call.account, &call.region)
    }

    pub(crate) fn region(&mut self, account: &str, region: &str) -> &mut Regional {
        self.account(account).regions.entry(region.to_owned()).or_default()
    }

    /// The same cloud, whoever asked for it and whatever was numbered on the way.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        self.organization == other.organization && self.accounts == other.accounts
    }
}

/// A call as a service sees it: decoded, checked against its contract, with the caller known.
pub(crate) struct Call {
    pub(crate) service: String,
    pub(crate) operation: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) principal: String,
    pub(crate) input: Value,
    pub(crate) now: Timestamp,
}

impl Call {
    /// A text of the request; empty where it is left out.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.input[name].as_str().unwrap_or_default()
    }

    /// Seconds since 1970, as the JSON protocols write a time.
    pub(crate) fn seconds(&self) -> i64 {
        self.now.as_second()
    }
}
