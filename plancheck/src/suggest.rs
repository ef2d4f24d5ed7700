//! A first envelope, drawn from what there is: limits just above it, the regions, models, providers and services seen. People read it,
//! fill in who answers for it, and apply it; nothing here is in force.

mod state;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use remit_catalog::Role;
use remit_governance::region::{Cloud, is_known_in, of_zone, spelling};
use remit_governance::{Decimal, Unit, scope};

use crate::change::Collector;
use crate::facts::{self, Account, Asked, Facts, Region, Resource};
use crate::governed::{self, Footprint};
use crate::plan::{self, Action, Wanted};
use crate::rules;
use crate::verdict::CheckError;

pub use state::as_plan;
pub use written::{People, Person};

/// Where the suggestion is drawn from.
pub enum Drawn<'a> {
    /// A plan: what there will be once it is applied.
    Plan(&'a [u8]),
    /// A state: what there is.
    State(&'a [u8]),
}

/// What there is, as an envelope would limit it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suggestion {
    accounts: BTreeSet<String>,
    regions: BTreeSet<String>,
    models: BTreeSet<String>,
    providers: BTreeSet<String>,
    services: BTreeSet<String>,
    /// How much of each unit there can be; `None` where nothing bounds it.
    capacity: BTreeMap<Unit, Option<Decimal>>,
    /// What the reader has to know, each a clause.
    notes: Vec<String>,
}

struct Needed(Asked);

impl Wanted for Needed {
    fn attributes(&self, resource_type: &str) -> Vec<String> {
        self.0.attributes(resource_type)
    }

    fn prior_state(&self) -> bool {
        false
    }
}

impl Suggestion {
    /// Reads everything that is or will be there.
    pub fn draw(from: &Drawn<'_>) -> Result<Self, CheckError> {
        let made;
        let bytes = match from {
            Drawn::Plan(bytes) => *bytes,
            Drawn::State(bytes) => {
                made = as_plan(bytes)?;
                made.as_bytes()
            }
        };
        let needed = Needed(Asked { roles: [Role::Model].into(), ..Asked::default() });
        let mut collector = Collector::default();
        let mut sink = |entry| {
            collector.take(entry);
            Ok(())
        };
        let mut read = plan::read_bytes(bytes, &needed, &mut sink)?;
        let facts = facts::gather(collector.changes, &mut read, None, &needed.0)?;
        Ok(Self::of(&facts))
    }

    fn of(facts: &Facts) -> Self {
        let mut suggestion = Self::default();
        let stays = |resource: &&Resource| {
            !resource.deposed && !matches!(resource.action, Action::Delete | Action::Forget | Action::Read)
        };
        let mut untold = Untold::default();
        for resource in facts.resources.iter().filter(stays) {
            suggestion.see(resource, &mut untold);
        }
        for (what, count) in untold.0 {
            suggestion.notes.push(format!(
                "{what} of {count} resources cannot be told, or is none that an envelope can name"
            ));
        }
        suggestion.count(facts);
        suggestion
    }

    fn see(&mut self, resource: &Resource, untold: &mut Untold) {
        if resource.resource_type.starts_with("remit_") {
            return;
        }
        match &*resource.account {
            Account::OneOf(ids) if ids.iter().all(|id| scope::Account::parse(id).is_ok()) => {
                self.accounts.extend(ids.iter().cloned());
            }
            Account::OneOf(_) | Account::CannotTell => untold.note("the account"),
        }
        match (&*resource.region, facts::governed_cloud(&resource.resource_type)) {
            (Region::Known { names, sensitive: false, .. }, Some(cloud))
                if names.iter().all(|name| is_name(&spelling(name))) =>
            {
                self.regions.extend(names.iter().map(|name| region(cloud, name)));
            }
            (Region::Known { .. } | Region::CannotTell(_), Some(_)) => untold.note("the region"),
            _ => {}
        }
        for setting in resource.settings_after.of(Role::Model) {
            let texts =
                setting.texts().filter(|texts| !setting.sensitive && texts.iter().all(|text| is_plain(text)));
            match texts {
                Some(texts) => {
                    self.models.extend(texts.into_iter().filter(|text| !text.is_empty()).map(str::to_owned));
                }
                None => untold.note("a model"),
            }
        }
        let provider = rules::provider_names(&resource.provider_name);
        self.providers.extend(provider.and_then(|names| Some(names.into_iter().next()?.into_owned())));
        match remit_catalog::service_of(&resource.resource_type) {
            Some(service) => drop(self.services.insert(service.to_owned())),
            None if remit_catalog::provider_of(&resource.resource_type).is_some() => {
                untold.note("the service");
            }
            None => {}
        }
    }

    fn count(&mut self, facts: &Facts) {
        for total in governed::everything(facts) {
            let Footprint { unit, after, unbounded, unbounded_before, untold, .. } = total;
            let word = unit.as_str();
            let open: Vec<&str> = unbounded
                .iter()
                .chain(&unbounded_before)
                .filter_map(|index| facts.resources.get(*index))
                .map(|resource| &*resource.address)
                .collect();
            if let Some(first) = open.first() {
                let more = open.len() - 1;
                let others = if more == 0 { String::new() } else { format!(" and {more} more") };
                self.notes.push(format!(
                    "nothing bounds the {word} of `{}`{others}: set a maximum, or fill in why there is none",
                    crate::text::escape(first)
                ));
                self.capacity.insert(unit, None);
            } else if !after.is_zero() {
                self.capacity.insert(unit, Some(after));
                if !untold.is_empty() {
                    let count = untold.len();
                    self.notes
                        .push(format!("the {word} of {count} resources cannot be told and are not counted"));
                }
            }
        }
    }
}

/// How often something could not be told.
#[derive(Default)]
struct Untold(BTreeMap<&'static str, usize>);

impl Untold {
    fn note(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }
}

/// Whether an envelope takes the name of a region.
fn is_name(name: &str) -> bool {
    (2..=40).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Whether an envelope takes a name in a list.
fn is_plain(name: &str) -> bool {
    name.trim() == name && !name.chars().any(char::is_control)
}

/// A region as an envelope names it: a zone by its region, and with its cloud where the name alone does not say it.
fn region(cloud: Cloud, name: &str) -> String {
    let name = of_zone(cloud, name).unwrap_or_else(|| spelling(name));
    if cloud == Cloud::Aws && is_known_in(cloud, &name) { name } else { format!("{cloud}:{name}") }
}
