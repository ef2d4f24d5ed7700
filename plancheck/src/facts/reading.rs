//! What the attributes of one object say, in all the ways that rules look at it. Long plans are made of objects that say the same, and what
//! they come to is worked out once.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use super::asked::Asked;
use super::attribute::Object;
use super::join::Joins;
use super::origin::Origins;
use super::relied::{Questions, Relied};
use super::settings::{self, Setting, Settings};
use super::shared::{Shared, once};
use super::sides::Sides;
use super::watch::{self, Sighting};
use super::{
    Account, Capacity, Region, Resource, Tags, account, capacity, declaration, machines, region, tags,
};
use crate::change::Changed;
use crate::plan::{Action, Attributes, Marks, PlanError, ProviderConfig, ResourceConfig};

/// What every resource of a plan is read with.
#[derive(Clone, Copy)]
pub(super) struct Source<'s, 'a> {
    pub(super) origins: Origins<'a>,
    pub(super) asked: &'s Asked,
    pub(super) joins: &'s Joins,
    pub(super) shared: &'s Shared<'a>,
    pub(super) questions: &'s Questions<'s>,
}

/// What the attributes of an object come to. Its members are explained in [`Resource`].
#[derive(Clone)]
pub(super) struct Reading {
    region: Rc<Region>,
    region_before: Rc<[String]>,
    account: Rc<Account>,
    account_before: Option<Rc<Account>>,
    tags_before: Option<Rc<Tags>>,
    tags_after: Option<Rc<Tags>>,
    capacity_before: Rc<Capacity>,
    capacity_after: Rc<Capacity>,
    settings_before: Rc<Settings>,
    settings_after: Rc<Settings>,
    sightings: Rc<[Sighting]>,
    relied: Rc<[Relied]>,
}

/// What a reading follows from, where it follows from nothing else: objects for which this is equal come to the same.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Alike {
    resource_type: Same<str>,
    provider_name: Same<str>,
    action: Action,
    deposed: bool,
    before: Option<Attributes>,
    after: Option<Attributes>,
    after_unknown: Marks,
    before_sensitive: Marks,
    after_sensitive: Marks,
    written: Written,
    elsewhere: [Option<Same<[Setting]>>; 2],
}

/// What matters of where an object is written.
#[derive(PartialEq, Eq, Hash)]
enum Written {
    /// Everything is known, so only who makes it.
    By(Option<Same<str>>),
    /// Why something is unknown, or left to the provider, depends on the block.
    In(Option<*const ResourceConfig>),
}

/// Something of which there is only one copy.
struct Same<T: ?Sized>(Rc<T>);

impl<T: ?Sized> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T: ?Sized> Eq for Same<T> {}

impl<T: ?Sized> Hash for Same<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Rc::as_ptr(&self.0).cast::<()>().hash(state);
    }
}

impl Alike {
    /// For what follows from the object and from what others say of it before and after the change. Whether it relies on a default follows
    /// from what its block does not say.
    fn of(change: &Changed, source: Source<'_, '_>, elsewhere: &[Rc<[Setting]>; 2]) -> Self {
        let said = elsewhere.each_ref().map(|said| (!said.is_empty()).then(|| Same(Rc::clone(said))));
        let block = source.origins.block(&change.address);
        let asks = source.questions.asks(&change.resource_type);
        Self { elsewhere: said, ..Self::with(change, block, asks) }
    }

    /// For what follows from the object and its block, whatever is known.
    pub(super) fn written(change: &Changed, origins: Origins<'_>) -> Self {
        Self::with(change, origins.block(&change.address), true)
    }

    fn with(change: &Changed, block: Option<&ResourceConfig>, depends_on_block: bool) -> Self {
        let marks = change.marked.as_deref();
        let of = |side: fn(&crate::change::Marked) -> &Marks| marks.map(side).cloned().unwrap_or_default();
        let after_unknown = of(|marked| &marked.after_unknown);
        let known = after_unknown.is_none() && change.after.is_some() && !depends_on_block;
        Self {
            resource_type: Same(Rc::clone(&change.resource_type)),
            provider_name: Same(Rc::clone(&change.provider_name)),
            action: change.action,
            deposed: change.deposed,
            before: change.before.clone(),
            after: change.after.clone(),
            before_sensitive: of(|marked| &marked.before_sensitive),
            after_sensitive: of(|marked| &marked.after_sensitive),
            written: if known {
                Written::By(block.and_then(|block| block.provider_config_key.clone()).map(Same))
            } else {
                Written::In(block.map(std::ptr::from_ref))
            },
            after_unknown,
            elsewhere: [None, None],
        }
    }
}

/// The facts of one object. What others say of it before and after the change is handed in.
pub(super) fn resource(
    index: usize,
    change: Changed,
    elsewhere: &[Rc<[Setting]>; 2],
    source: Source<'_, '_>,
) -> Result<Resource, PlanError> {
    let alone = source.joins.of(index, false).is_none()
        && source.joins.of(index, true).is_none()
        && !declaration::declares(&change.resource_type);
    if !alone {
        let sides = Sides::read(&change)?;
        let stays = !matches!(change.action, Action::Delete | Action::Forget);
        let declared = declaration::read(&change.resource_type, &sides, stays);
        let reading = Reader { index, change: &change, sides: &sides, source }.read(elsewhere);
        return Ok(Resource { declaration: declared, ..reading.of(change) });
    }
    let alike = Alike::of(&change, source, elsewhere);
    if let Some(known) = source.shared.reading(&alike) {
        return Ok(known.of(change));
    }
    // Parsed one at a time: the parsed form is many times larger than the text.
    let sides = Sides::read(&change)?;
    let reading = Reader { index, change: &change, sides: &sides, source }.read(elsewhere);
    source.shared.remember(alike, reading.clone());
    Ok(reading.of(change))
}

impl Reading {
    fn of(self, change: Changed) -> Resource {
        Resource {
            region: self.region,
            region_before: self.region_before,
            account: self.account,
            account_before: self.account_before,
            tags_before: self.tags_before,
            tags_after: self.tags_after,
            capacity_before: self.capacity_before,
            capacity_after: self.capacity_after,
            settings_before: self.settings_before,
            settings_after: self.settings_after,
            sightings: self.sightings,
            relied: self.relied,
            declaration: None,
            action: change.action,
            deposed: change.deposed,
            address: change.address,
            previous_address: change.previous_address,
            resource_type: change.resource_type,
            provider_name: change.provider_name,
        }
    }
}

/// Reads one object.
struct Reader<'s, 'a> {
    index: usize,
    change: &'s Changed,
    sides: &'s Sides,
    source: Source<'s, 'a>,
}

impl<'a> Reader<'_, 'a> {
    fn read(&self, elsewhere: &[Rc<[Setting]>; 2]) -> Reading {
        let (change, sides) = (self.change, self.sides);
        let Source { origins, asked, shared, .. } = self.source;
        let stays = !matches!(change.action, Action::Delete | Action::Forget);
        let after = sides.after.as_ref().filter(|_| stays);
        let newest = sides.after.as_ref().or(sides.before());
        let configs = origins.providers(&change.address, &change.provider_name);
        // Nothing changes, so nothing needs to be read twice.
        let idle = change.action == Action::NoOp;
        let [there_before, there_after] = elsewhere;
        let settings_after = self.settings(after, there_after);
        let settings_before =
            if idle { Rc::clone(&settings_after) } else { self.settings(sides.before(), there_before) };
        let capacity_after = self.capacity(after, &settings_after, true);
        let capacity_before = if idle {
            Rc::clone(&capacity_after)
        } else {
            self.capacity(sides.before(), &settings_before, false)
        };
        let tags = |object: &Object| once(&shared.tags, tags::read(change, object, origins, &configs, asked));
        Reading {
            region: after.map_or_else(
                || Rc::clone(&shared.none),
                |object| region::read(change, object, origins, &configs, shared),
            ),
            region_before: self.region_before(),
            account: newest.map_or_else(
                || once(&shared.own_accounts, Account::CannotTell),
                |object| self.account(object, &configs),
            ),
            account_before: sides.changing().map(|object| self.account(object, &configs)),
            tags_before: sides.before().filter(|_| asked.tags).map(tags),
            tags_after: after.filter(|_| asked.tags).map(tags),
            capacity_before,
            capacity_after,
            settings_before,
            settings_after,
            sightings: self.sightings(),
            relied: self.source.questions.read(change, sides, origins),
        }
    }

    fn account(&self, object: &Object, configs: &[(&'a str, &ProviderConfig)]) -> Rc<Account> {
        account::read(self.change, object, self.source.origins, configs, self.source.shared)
    }

    fn region_before(&self) -> Rc<[String]> {
        let before = self.sides.before.as_ref();
        let own = |object| region::own(&self.change.resource_type, object, self.source.shared);
        let names = before.map(own).unwrap_or_default();
        if names.is_empty() { Rc::clone(&self.source.shared.no_regions) } else { names.into() }
    }

    fn settings(&self, object: Option<&Object>, there: &[Setting]) -> Rc<Settings> {
        let Source { origins, asked, shared, .. } = self.source;
        let Some(object) = object.filter(|_| !asked.roles.is_empty()) else {
            return Rc::clone(&shared.no_settings);
        };
        let change = self.change;
        let mut list = settings::own(&change.resource_type, object, asked, origins, &change.address);
        list.extend_from_slice(there);
        if list.is_empty() {
            Rc::clone(&shared.no_settings)
        } else {
            once(&shared.settings, Settings::new(list))
        }
    }

    fn capacity(&self, object: Option<&Object>, settings: &Settings, is_after: bool) -> Rc<Capacity> {
        let (change, Source { origins, joins, shared, .. }) = (self.change, self.source);
        let joined = joins.of(self.index, is_after);
        let read = |object| capacity::read(&change.resource_type, object, origins, &change.address, joined);
        let mut capacity = object.map_or_else(Capacity::default, read);
        if *shared.no_capacity == capacity {
            return Rc::clone(&shared.no_capacity);
        }
        machines::measure(&change.resource_type, &mut capacity, settings);
        once(&shared.capacities, capacity)
    }

    fn sightings(&self) -> Rc<[Sighting]> {
        let (change, Source { origins, asked, shared, .. }) = (self.change, self.source);
        let watch = shared.watch(&change.resource_type).filter(|_| !asked.concerns.is_empty());
        let scene =
            watch::Scene { address: &change.address, action: change.action, sides: self.sides, origins };
        let seen = watch.map(|watch| watch::read(watch, scene, &asked.concerns)).unwrap_or_default();
        if seen.is_empty() { Rc::clone(&shared.no_sightings) } else { seen.into() }
    }
}
