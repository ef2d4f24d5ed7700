//! What many resources of a plan have in common, stored once.

use std::cell::RefCell;
use std::hash::Hash;
use std::rc::Rc;

use foldhash::{HashMap, HashSet};
use remit_catalog::Location;

use super::reading::{Alike, Reading};
use super::settings::Settings;
use super::watch::Sighting;
use super::{Account, Capacity, Region, Tags, region};

/// How many readings are remembered. Objects that say the same mostly stand close together, and in a long plan in which none do there
/// would be as many readings as objects.
const MOST_READINGS: usize = 4096;

/// What many resources have in common, stored once.
#[derive(Default)]
pub(crate) struct Shared<'a> {
    locations: RefCell<HashMap<Rc<str>, Option<Rc<Location>>>>,
    watches: RefCell<HashMap<Rc<str>, Option<&'static remit_catalog::Watch>>>,
    pub(super) capacities: RefCell<HashSet<Rc<Capacity>>>,
    pub(super) tags: RefCell<HashSet<Rc<Tags>>>,
    pub(super) no_capacity: Rc<Capacity>,
    pub(super) settings: RefCell<HashSet<Rc<Settings>>>,
    pub(super) no_settings: Rc<Settings>,
    pub(super) own_regions: RefCell<HashSet<Rc<Region>>>,
    pub(super) own_accounts: RefCell<HashSet<Rc<Account>>>,
    pub(super) regions: RefCell<HashMap<(&'a str, &'static str), Rc<Region>>>,
    pub(super) accounts: RefCell<HashMap<(&'a str, &'static str), Rc<Account>>>,
    pub(super) none: Rc<Region>,
    /// What objects come to that have nothing to do with others.
    readings: RefCell<HashMap<Alike, Reading>>,
    pub(super) no_regions: Rc<[String]>,
    pub(super) no_sightings: Rc<[Sighting]>,
}

impl Shared<'_> {
    /// Where objects of a type say their region; `None` where the type has none.
    pub(super) fn location(&self, resource_type: &Rc<str>) -> Option<Rc<Location>> {
        if let Some(known) = self.locations.borrow().get(resource_type) {
            return known.clone();
        }
        let location = region::location(resource_type).map(Rc::new);
        self.locations.borrow_mut().insert(Rc::clone(resource_type), location.clone());
        location
    }

    /// The signs to look for in objects of a type.
    pub(super) fn watch(&self, resource_type: &Rc<str>) -> Option<&'static remit_catalog::Watch> {
        if let Some(known) = self.watches.borrow().get(resource_type) {
            return *known;
        }
        let watch = remit_catalog::watch(resource_type);
        self.watches.borrow_mut().insert(Rc::clone(resource_type), watch);
        watch
    }

    /// What an object comes to, where one that says the same was read not long ago.
    pub(super) fn reading(&self, alike: &Alike) -> Option<Reading> {
        self.readings.borrow().get(alike).cloned()
    }

    pub(super) fn remember(&self, alike: Alike, reading: Reading) {
        let mut readings = self.readings.borrow_mut();
        if readings.len() == MOST_READINGS {
            readings.clear();
        }
        readings.insert(alike, reading);
    }

    pub(super) fn cannot_tell(&self, why: &str) -> Rc<Region> {
        once(&self.own_regions, Region::CannotTell(why.to_owned()))
    }
}

/// The one value among the known ones that equals this one.
pub(super) fn once<T: Hash + Eq>(known: &RefCell<HashSet<Rc<T>>>, value: T) -> Rc<T> {
    let mut known = known.borrow_mut();
    if let Some(same) = known.get(&value) {
        return Rc::clone(same);
    }
    let value = Rc::new(value);
    known.insert(Rc::clone(&value));
    value
}
