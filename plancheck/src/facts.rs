//! What a plan means, in terms that rules can judge: where each object runs, whose it is, and how far it may grow.
//!
//! Facts say what is known, what is not, and why not. They take no side: limits and verdicts are elsewhere.

mod account;
mod amount;
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
mod reading;
mod region;
mod relied;
mod rights;
mod separate;
mod settings;
mod shared;
mod sides;
mod tags;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::change::Changed;
use crate::plan::{Action, Invocation, Plan, PlanError};
use crate::source::Index;
use origin::Origins;
use reading::Source;
use shared::Shared;

pub use amount::{Amount, Beside, Capacity, Counted, Size};
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
    pub region_before: Rc<[String]>,
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
    pub sightings: Rc<[Sighting]>,
    /// The vendor defaults that it relies on, and what it says where somebody decided about one, of those that were asked for.
    pub relied: Rc<[Relied]>,
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
    /// Tags by key, of the keys that something asks for; a value that is not known is `None`.
    pub known: BTreeMap<String, Option<String>>,
    /// Whether there may be others.
    pub open: bool,
    /// Whether the type has an attribute for them.
    pub taggable: bool,
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
    let elsewhere = elsewhere::Elsewhere::find(&changes, origins, asked)?;
    let mut resources = Vec::with_capacity(changes.len());
    let questions = relied::Questions::new(&asked.defaults);
    for (index, change) in changes.into_iter().enumerate() {
        let elsewhere = [elsewhere.of(index, false), elsewhere.of(index, true)];
        let source = Source { origins, asked, joins: &joins, shared, questions: &questions };
        resources.push(reading::resource(index, change, &elsewhere, source)?);
    }
    region::inherit(&mut resources, origins);
    separate::separate(&mut resources);
    Ok(resources)
}

fn other_providers(plan: &Plan, resources: &[Resource]) -> Vec<String> {
    let configs = plan.configuration.iter().flat_map(|configuration| configuration.providers.values());
    let asked: BTreeSet<&str> = configs.filter_map(|config| config.source.as_deref()).collect();
    let makes = |source: &&str| resources.iter().any(|resource| &*resource.provider_name == *source);
    asked.into_iter().filter(|source| !makes(source)).map(str::to_owned).collect()
}

/// The cloud whose region names a type uses; `None` for vendors whose regions no envelope can name.
pub fn governed_cloud(resource_type: &str) -> Option<remit_governance::region::Cloud> {
    remit_catalog::cloud_of(resource_type).and_then(region::governed)
}
