//! What a plan means, in terms that rules can judge: where each object runs, whose it is, and how far it may grow.
//!
//! Facts say what is known, what is not, and why not. They take no side: limits and verdicts are elsewhere.

mod account;
mod asked;
mod attribute;
mod capacity;
mod cause;
mod declaration;
mod elsewhere;
mod join;
mod machines;
mod origin;
mod overlooked;
mod policy;
mod region;
mod relied;
mod rights;
mod settings;
mod tags;
mod watch;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;
use std::rc::Rc;

use foldhash::{HashMap, HashSet};
use remit_catalog::{Location, Unit};
use rust_decimal::Decimal;

use crate::change::Changed;
use crate::plan::{Action, Invocation, Marks, Plan, PlanError};
use crate::source::Index;
use attribute::Object;
use origin::Origins;
pub use overlooked::{HiddenCeiling, Overlooked};
pub use relied::{Asked as AskedDefaults, Question, Reliance, Relied, Reviewed, Rows, Said, types};

pub use asked::Asked;
pub use declaration::{Declaration, Record};
pub use settings::{Setting, Settings, Value};
pub use watch::{Sighting, Told};

/// Everything the rules see of a plan.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Managed objects in the order of the plan.
    pub resources: Vec<Resource>,
    /// Source addresses of providers that the configuration asks for and that no managed object is made by, sorted.
    pub other_providers: Vec<String>,
    /// How the list of changes is incomplete, and what the plan does besides it.
    pub beyond: Beyond,
    /// What `lifecycle` tells Terraform to overlook, by index of the resource; `None` where no source was given, since a plan does
    /// not say it.
    pub overlooked: Option<BTreeMap<usize, Overlooked>>,
}

/// What is not in the list of changes.
#[derive(Debug, Clone, Default)]
pub struct Beyond {
    /// The plan says that it left something out.
    pub incomplete: bool,
    /// The plan says that it cannot be applied.
    pub unapplyable: bool,
    /// Changes put off to a later plan.
    pub deferred: Vec<Deferred>,
    /// Actions that would be invoked.
    pub invocations: Vec<Invocation>,
    /// Objects found changed outside Terraform, where the change may matter: from what the state said to what there is.
    pub drift: Vec<Resource>,
}

/// A change put off to a later plan.
#[derive(Debug, Clone)]
pub struct Deferred {
    /// Terraform's word for why.
    pub reason: Option<Box<str>>,
    /// What is planned of it so far; absent where the plan does not say.
    pub resource: Option<Resource>,
}

/// One managed object and what the plan would do with it.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Full address.
    pub address: Box<str>,
    /// Address before a move.
    pub previous_address: Option<Box<str>>,
    /// Resource type.
    pub resource_type: Rc<str>,
    /// Source address of the provider that makes it; a bare name in very old plans.
    pub provider_name: Rc<str>,
    /// What happens to it.
    pub action: Action,
    /// A left-over of an earlier replacement.
    pub deposed: bool,
    /// Where it runs once the plan is applied.
    pub region: Rc<Region>,
    /// Where it ran before, as far as its own attributes say.
    pub region_before: Vec<String>,
    /// Whose it is, or was if it goes.
    pub account: Rc<Account>,
    /// Whose it was before, where there was an object that changes.
    pub account_before: Option<Rc<Account>>,
    /// Tags before the change; absent when there was no object, or when nobody asked for tags.
    pub tags_before: Option<Rc<Tags>>,
    /// Tags after the change; absent when there will be no object, or when nobody asked for tags.
    pub tags_after: Option<Rc<Tags>>,
    /// How far it could grow before.
    pub capacity_before: Rc<Capacity>,
    /// How far it could grow after.
    pub capacity_after: Rc<Capacity>,
    /// What it says before, in the roles that were asked for.
    pub settings_before: Rc<Settings>,
    /// What it says after, in the roles that were asked for.
    pub settings_after: Rc<Settings>,
    /// What deserves a look beside the numbers, of what something asked for.
    pub sightings: Box<[Sighting]>,
    /// The vendor defaults that it relies on, and what it says where somebody decided about one, of those that were asked for.
    pub relied: Box<[Relied]>,
    /// What it declares, if it declares governance.
    pub declaration: Option<Box<Declaration>>,
}

/// Where something runs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Region {
    /// There is nothing to say: no region, or nothing that will run.
    #[default]
    None,
    /// Here. Several for what is replicated.
    Known {
        /// Names as written.
        names: Vec<String>,
        /// The attribute or provider argument that says so, for people.
        source: String,
        /// Whether the names must not be shown.
        sensitive: bool,
    },
    /// It cannot be told; a clause that says why.
    CannotTell(String),
}

/// Whose an object is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Account {
    /// One of these, in the spelling of scopes: `aws:123456789012`.
    OneOf(Vec<String>),
    /// The plan does not say.
    CannotTell,
}

/// The tags of an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Tags {
    /// Tags by key; a value that is not known is `None`.
    pub known: BTreeMap<String, Option<String>>,
    /// Whether there may be others.
    pub open: bool,
    /// Whether the type has an attribute for them.
    pub taggable: bool,
}

/// An amount of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Amount {
    /// At most this many.
    Known(Decimal),
    /// Nothing bounds it; a clause that says why.
    Unbounded(String),
    /// It cannot be told; a clause that says why.
    CannotTell(String),
}

/// How far an object may grow, per unit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Capacity {
    /// What its attributes say; each unit at most once.
    pub counted: Vec<Counted>,
    /// Whether the numbers must not be shown.
    pub secret: bool,
    /// Units the type uses in an amount that its attributes never say.
    pub unmeasured: &'static [Unit],
}

/// An amount of one unit, and where it was read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Counted {
    /// The unit.
    pub unit: Unit,
    /// How much.
    pub amount: Amount,
    /// The attribute; `None` where the resource itself counts.
    pub attribute: Option<&'static str>,
    /// The other half, where Terraform splits one thing in two.
    pub beside: Option<Beside>,
}

/// Another object that stands for part of the same amount: a scaling target beside its service.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Beside {
    /// Its index among the resources.
    pub other: usize,
    /// What is left to count where the other one is counted as well.
    pub rest: Amount,
}

impl Capacity {
    /// Whether the object counts in any unit.
    pub fn counts(&self) -> bool {
        !self.counted.is_empty() || !self.unmeasured.is_empty()
    }

    /// The amount of a unit to add to a total that has these other objects in it.
    pub fn amount_beside(&self, unit: Unit, others: impl Fn(usize) -> bool) -> Option<Amount> {
        let counted = self.counted.iter().find(|counted| counted.unit == unit);
        match counted.and_then(|counted| counted.beside.as_ref()) {
            Some(beside) if others(beside.other) => Some(beside.rest.clone()),
            _ => self.amount(unit),
        }
    }

    /// The amount of a unit, whatever else there is; `None` where the object does not count in it.
    pub fn amount(&self, unit: Unit) -> Option<Amount> {
        let counted = self.counted.iter().find(|counted| counted.unit == unit);
        let why = || format!("the attributes of its type do not say how many {} it uses", unit.as_str());
        let unmeasured = || self.unmeasured.contains(&unit).then(|| Amount::CannotTell(why()));
        counted.map(|counted| counted.amount.clone()).or_else(unmeasured)
    }

    /// The attribute that the amount of a unit was read from.
    pub fn attribute(&self, unit: Unit) -> Option<&'static str> {
        self.counted.iter().find(|counted| counted.unit == unit)?.attribute
    }
}

/// Draws the facts from the changes and everything else a plan says. What nobody asked for is left out: tags are
/// many, and matter only where something looks at them. What the plan keeps of changes besides the list is used up.
pub fn gather(
    changes: Vec<Changed>,
    plan: &mut Plan,
    source: Option<&Index>,
    asked: &Asked,
) -> Result<Facts, PlanError> {
    let drift = std::mem::take(&mut plan.drift.objects).into_iter().filter_map(Changed::of).collect();
    let deferred = std::mem::take(&mut plan.deferred);
    let invocations = std::mem::take(&mut plan.invocations);
    let origins = Origins::new(plan, source);
    let shared = Shared::default();
    let beyond = Beyond {
        incomplete: plan.complete == Some(false),
        unapplyable: plan.applyable == Some(false),
        deferred: put_off(deferred, origins, asked, &shared)?,
        invocations,
        drift: resources(drift, origins, asked, &shared)?,
    };
    let resources = resources(changes, origins, asked, &shared)?;
    let other_providers = other_providers(plan, &resources);
    let overlooked = source.map(|source| overlooked::find(&resources, source));
    Ok(Facts { resources, other_providers, beyond, overlooked })
}

fn put_off<'a>(
    entries: Vec<crate::plan::Deferred>,
    origins: Origins<'a>,
    asked: &Asked,
    shared: &Shared<'a>,
) -> Result<Vec<Deferred>, PlanError> {
    let each = entries.into_iter().map(|entry| {
        let change = entry.change.and_then(Changed::of).into_iter().collect();
        Ok(Deferred { reason: entry.reason, resource: resources(change, origins, asked, shared)?.pop() })
    });
    each.collect()
}

/// The facts of one list of changes, which are joined among themselves.
fn resources<'a>(
    changes: Vec<Changed>,
    origins: Origins<'a>,
    asked: &Asked,
    shared: &Shared<'a>,
) -> Result<Vec<Resource>, PlanError> {
    let joins = join::Joins::find(&changes, origins)?;
    let mut elsewhere = elsewhere::Elsewhere::find(&changes, origins, asked)?;
    let mut resources = Vec::with_capacity(changes.len());
    let questions = relied::Questions::new(&asked.defaults);
    for (index, change) in changes.into_iter().enumerate() {
        // Parsed one at a time: the parsed form is many times larger than the text.
        let sides = Sides::read(&change)?;
        let elsewhere = [elsewhere.of(index, false), elsewhere.of(index, true)];
        let source = Source { origins, asked, joins: &joins, shared, questions: &questions };
        resources.push(resource(index, change, &sides, elsewhere, source));
    }
    region::inherit(&mut resources, origins);
    separate(&mut resources);
    Ok(resources)
}

fn other_providers(plan: &Plan, resources: &[Resource]) -> Vec<String> {
    let configs = plan.configuration.iter().flat_map(|configuration| configuration.providers.values());
    let asked: BTreeSet<&str> = configs.filter_map(|config| config.source.as_deref()).collect();
    let makes = |source: &&str| resources.iter().any(|resource| &*resource.provider_name == *source);
    asked.into_iter().filter(|source| !makes(source)).map(str::to_owned).collect()
}

/// Undoes what was joined by name alone: two things of one name in two regions are two things, and of several things that one other
/// could stand for it stands for none, since it cannot be told for which.
fn separate(resources: &mut [Resource]) {
    let mut alone = Vec::new();
    let mut beside: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, resource) in resources.iter().enumerate() {
        let others = resource.capacity_after.counted.iter().filter_map(|counted| counted.beside.as_ref());
        for other in others.map(|beside| beside.other).collect::<BTreeSet<usize>>() {
            let there = resources.get(other).map(|other| &other.region);
            if there.is_some_and(|there| region::agree(&resource.region, there)) {
                beside.entry(other).or_default().push(index);
            } else {
                alone.push((index, other));
            }
        }
    }
    for (other, members) in beside {
        if members.len() > 1 {
            alone.extend(members.into_iter().map(|index| (index, other)));
        }
    }
    let stays = |resource: &Resource| matches!(resource.action, Action::NoOp | Action::Update);
    for (index, other) in alone {
        let other_stays = resources.get(other).is_some_and(stays);
        let Some(resource) = resources.get_mut(index) else { continue };
        count_alone(&mut resource.capacity_after);
        // What was there is rather counted too low than too high, since only growth is judged.
        if other_stays && stays(resource) {
            count_alone(&mut resource.capacity_before);
        }
    }
}

fn count_alone(capacity: &mut Rc<Capacity>) {
    Rc::make_mut(capacity).counted.iter_mut().for_each(|counted| counted.beside = None);
}

/// The cloud whose region names a type uses; `None` for vendors whose regions no envelope can name.
pub fn governed_cloud(resource_type: &str) -> Option<remit_governance::region::Cloud> {
    remit_catalog::cloud_of(resource_type).and_then(region::governed)
}

/// Both sides of a change, parsed.
pub(crate) struct Sides {
    before: Option<Object>,
    after: Option<Object>,
    /// Whether what is after is also what was before.
    same: bool,
}

const NOTHING: Marks = Marks::All(false);

impl Sides {
    fn read(change: &Changed) -> Result<Self, PlanError> {
        let before = Self::before_of(change)?;
        let same = before.is_none() && change.action == Action::NoOp;
        Ok(Self { same, before, after: Self::after_of(change)? })
    }

    /// What a change says of the object before; of a no-op it says it in `after`.
    fn before_of(change: &Changed) -> Result<Option<Object>, PlanError> {
        let sensitive = change.marked.as_ref().map_or(&NOTHING, |marked| &marked.before_sensitive);
        let read = |object| Object::read(&change.address, object, &NOTHING, sensitive);
        change.before.as_ref().map(read).transpose()
    }

    fn after_of(change: &Changed) -> Result<Option<Object>, PlanError> {
        let marks = change.marked.as_ref();
        let (unknown, sensitive) =
            marks.map_or((&NOTHING, &NOTHING), |marked| (&marked.after_unknown, &marked.after_sensitive));
        let read = |object| Object::read(&change.address, object, unknown, sensitive);
        let after = change.after.as_ref().map(read).transpose()?;
        // An object that will be there and of which nothing is said is not nothing.
        let will_be = !matches!(change.action, Action::Delete | Action::Forget | Action::Read);
        Ok(after.or_else(|| will_be.then(Object::wholly_unknown)))
    }

    /// The object as it is, where it becomes another. A no-op says it only once: its side before is left out.
    fn changing(&self) -> Option<&Object> {
        self.before.as_ref().filter(|_| self.after.is_some())
    }

    /// The object as it is.
    fn before(&self) -> Option<&Object> {
        if self.same { self.after.as_ref() } else { self.before.as_ref() }
    }
}

/// What every resource of a plan is read with.
#[derive(Clone, Copy)]
struct Source<'s, 'a> {
    origins: Origins<'a>,
    asked: &'s Asked,
    joins: &'s join::Joins,
    shared: &'s Shared<'a>,
    questions: &'s relied::Questions<'s>,
}

/// What many resources have in common, stored once.
#[derive(Default)]
pub(crate) struct Shared<'a> {
    locations: RefCell<HashMap<Rc<str>, Option<Rc<Location>>>>,
    watches: RefCell<HashMap<Rc<str>, Option<&'static remit_catalog::Watch>>>,
    capacities: RefCell<HashSet<Rc<Capacity>>>,
    tags: RefCell<HashSet<Rc<Tags>>>,
    no_capacity: Rc<Capacity>,
    settings: RefCell<HashSet<Rc<Settings>>>,
    no_settings: Rc<Settings>,
    own_regions: RefCell<HashSet<Rc<Region>>>,
    own_accounts: RefCell<HashSet<Rc<Account>>>,
    regions: RefCell<HashMap<(&'a str, &'static str), Rc<Region>>>,
    accounts: RefCell<HashMap<(&'a str, &'static str), Rc<Account>>>,
    none: Rc<Region>,
}

impl Shared<'_> {
    /// Where objects of a type say their region; `None` where the type has none.
    fn location(&self, resource_type: &Rc<str>) -> Option<Rc<Location>> {
        if let Some(known) = self.locations.borrow().get(resource_type) {
            return known.clone();
        }
        let location = region::location(resource_type).map(Rc::new);
        self.locations.borrow_mut().insert(Rc::clone(resource_type), location.clone());
        location
    }

    /// The signs to look for in objects of a type.
    fn watch(&self, resource_type: &Rc<str>) -> Option<&'static remit_catalog::Watch> {
        if let Some(known) = self.watches.borrow().get(resource_type) {
            return *known;
        }
        let watch = remit_catalog::watch(resource_type);
        self.watches.borrow_mut().insert(Rc::clone(resource_type), watch);
        watch
    }

    fn cannot_tell(&self, why: &str) -> Rc<Region> {
        once(&self.own_regions, Region::CannotTell(why.to_owned()))
    }
}

/// The one value among the known ones that equals this one.
fn once<T: Hash + Eq>(known: &RefCell<HashSet<Rc<T>>>, value: T) -> Rc<T> {
    let mut known = known.borrow_mut();
    if let Some(same) = known.get(&value) {
        return Rc::clone(same);
    }
    let value = Rc::new(value);
    known.insert(Rc::clone(&value));
    value
}

fn region_before(change: &Changed, sides: &Sides, shared: &Shared<'_>) -> Vec<String> {
    let before = sides.before.as_ref();
    before.map(|object| region::own(&change.resource_type, object, shared)).unwrap_or_default()
}

fn sightings(change: &Changed, sides: &Sides, source: Source<'_, '_>) -> Box<[Sighting]> {
    let Source { origins, asked, shared, .. } = source;
    let watch = shared.watch(&change.resource_type).filter(|_| !asked.concerns.is_empty());
    let scene = watch::Scene { address: &change.address, action: change.action, sides, origins };
    watch.map(|watch| watch::read(watch, scene, &asked.concerns)).unwrap_or_default()
}

fn resource(
    index: usize,
    change: Changed,
    sides: &Sides,
    elsewhere: [Vec<Setting>; 2],
    source: Source<'_, '_>,
) -> Resource {
    let Source { origins, asked, joins, shared, questions } = source;
    let stays = !matches!(change.action, Action::Delete | Action::Forget);
    let after = sides.after.as_ref().filter(|_| stays);
    let newest = sides.after.as_ref().or(sides.before());
    let configs = origins.providers(&change.address, &change.provider_name);
    // Nothing changes, so nothing needs to be read twice.
    let idle = change.action == Action::NoOp;
    let [there_before, there_after] = elsewhere;
    let settings = |object: Option<&Object>, there: Vec<Setting>| {
        let Some(object) = object.filter(|_| !asked.roles.is_empty()) else {
            return Rc::clone(&shared.no_settings);
        };
        let mut list = settings::own(&change.resource_type, object, asked, origins, &change.address);
        list.extend(there);
        if list.is_empty() {
            Rc::clone(&shared.no_settings)
        } else {
            once(&shared.settings, Settings::new(list))
        }
    };
    let settings_after = settings(after, there_after);
    let settings_before =
        if idle { Rc::clone(&settings_after) } else { settings(sides.before(), there_before) };
    let side = |object: Option<&Object>, settings: &Settings, is_after: bool| {
        let mut capacity = object.map_or_else(Capacity::default, |object| {
            capacity::read(&change.resource_type, object, origins, &change.address, joins.of(index, is_after))
        });
        if *shared.no_capacity == capacity {
            return Rc::clone(&shared.no_capacity);
        }
        machines::measure(&change.resource_type, &mut capacity, settings);
        once(&shared.capacities, capacity)
    };
    let capacity_after = side(after, &settings_after, true);
    let capacity_before =
        if idle { capacity_after.clone() } else { side(sides.before(), &settings_before, false) };
    let tags = |object: &Object| once(&shared.tags, tags::read(&change, object, origins, &configs));
    let region = after.map_or_else(
        || Rc::clone(&shared.none),
        |object| region::read(&change, object, origins, &configs, shared),
    );
    let account = newest.map_or_else(
        || once(&shared.own_accounts, Account::CannotTell),
        |object| account::read(&change, object, origins, &configs, shared),
    );
    Resource {
        sightings: sightings(&change, sides, source),
        relied: questions.read(&change, sides, origins),
        declaration: declaration::read(&change.resource_type, sides, stays),
        region,
        account,
        account_before: sides
            .changing()
            .map(|object| account::read(&change, object, origins, &configs, shared)),
        region_before: region_before(&change, sides, shared),
        tags_before: sides.before().filter(|_| asked.tags).map(tags),
        tags_after: after.filter(|_| asked.tags).map(tags),
        capacity_before,
        capacity_after,
        settings_before,
        settings_after,
        action: change.action,
        deposed: change.deposed,
        address: change.address,
        previous_address: change.previous_address,
        resource_type: change.resource_type,
        provider_name: change.provider_name,
    }
}
