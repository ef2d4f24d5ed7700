//! Which envelopes govern which objects, and what each of them would hold in total.

use std::collections::BTreeMap;
use std::rc::Rc;

use foldhash::{HashMap, HashSet};
use remit_governance::limits::Growth;
use remit_governance::{Decimal, Envelope, Membership, Seen, Subject, TagsSeen, Unit};

use crate::facts::{Account, Deferred, Facts, Resource, Size, Tags, governed_cloud};
use crate::plan::{Action, Invocation};
use crate::report::Given;

/// One envelope over one object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cover {
    /// Index of the envelope.
    pub envelope: usize,
    /// Selectors that could not be told; the object counts as inside.
    pub untold: Vec<&'static str>,
    /// Whether the object stays but would certainly not be inside any more after the change.
    pub leaves: bool,
}

/// For each object, in their order, the envelopes that govern it.
pub fn cover(resources: &[Resource], envelopes: &[Envelope], given: &Given) -> Vec<Rc<[Cover]>> {
    let covers = |resource: &Resource| -> Rc<[Cover]> { each_over(resource, envelopes, given).collect() };
    let one_by_one = envelopes
        .iter()
        .any(|envelope| !envelope.scope.addresses.is_empty() || !envelope.scope.tags.is_empty());
    if one_by_one {
        let mut known: HashSet<Rc<[Cover]>> = HashSet::default();
        let shared = |found: Rc<[Cover]>| {
            if let Some(same) = known.get(&found) {
                return Rc::clone(same);
            }
            known.insert(Rc::clone(&found));
            found
        };
        return resources.iter().map(covers).map(shared).collect();
    }
    // No selector tells these apart. The facts store equal types and accounts once.
    let mut known = HashMap::default();
    let alike = |resource: &Resource| {
        let before = resource.account_before.as_ref().map(Rc::as_ptr);
        (Rc::as_ptr(&resource.resource_type), Rc::as_ptr(&resource.account), before, goes(resource))
    };
    let shared = |resource| Rc::clone(known.entry(alike(resource)).or_insert_with(|| covers(resource)));
    resources.iter().map(shared).collect()
}

/// The envelopes over what is not in the list of changes, in the order of the facts.
#[derive(Debug, Clone, Default)]
pub struct BeyondCovers {
    /// Over deferred changes; all envelopes where the plan does not say what is deferred.
    pub deferred: Vec<Vec<Cover>>,
    /// Over actions.
    pub invocations: Vec<Vec<Cover>>,
    /// Over what changed outside Terraform.
    pub drift: Vec<Rc<[Cover]>>,
}

/// Which envelopes govern what is not in the list of changes.
pub fn cover_beyond(
    facts: &Facts,
    covers: &[Rc<[Cover]>],
    envelopes: &[Envelope],
    given: &Given,
) -> BeyondCovers {
    let beyond = &facts.beyond;
    let put_off = |deferred: &Deferred| match &deferred.resource {
        Some(resource) => each_over(resource, envelopes, given).collect(),
        None => (0..envelopes.len()).map(|envelope| untold(envelope, &["addresses"])).collect(),
    };
    let asked: HashSet<&str> =
        beyond.invocations.iter().filter_map(|invocation| invocation.trigger.as_deref()).collect();
    let there = facts.resources.iter().zip(covers).filter(|(resource, _)| asked.contains(&*resource.address));
    let triggers: HashMap<&str, (&Resource, &[Cover])> =
        there.map(|(resource, covers)| (&*resource.address, (resource, &**covers))).collect();
    let invoked = |invocation: &Invocation| {
        let trigger = invocation.trigger.as_ref().and_then(|address| triggers.get(&**address));
        let mut found = over_action(invocation, trigger.map(|(resource, _)| *resource), envelopes, given);
        found.extend(trigger.into_iter().flat_map(|(_, covers)| covers.iter().cloned()));
        // Known membership before doubt, so that the first of each envelope is the surest.
        found.sort_by_key(|cover| (cover.envelope, cover.untold.len()));
        found.dedup_by_key(|cover| cover.envelope);
        found
    };
    BeyondCovers {
        deferred: beyond.deferred.iter().map(put_off).collect(),
        invocations: beyond.invocations.iter().map(invoked).collect(),
        drift: cover(&beyond.drift, envelopes, given),
    }
}

/// An action has an address and a type of its own; account and tags are those of the resource that triggers it.
fn over_action(
    invocation: &Invocation,
    trigger: Option<&Resource>,
    envelopes: &[Envelope],
    given: &Given,
) -> Vec<Cover> {
    let each = envelopes.iter().enumerate();
    let (Some(address), Some(kind)) = (&invocation.address, &invocation.action_type) else {
        return each.map(|(envelope, _)| untold(envelope, &["addresses", "resource_types"])).collect();
    };
    let state = State {
        address,
        account: trigger.map_or(&Account::CannotTell, |resource| &resource.account),
        tags: trigger.and_then(|resource| resource.tags_after.as_deref().or(resource.tags_before.as_deref())),
    };
    let over = |(envelope, declared): (usize, &Envelope)| match membership(kind, &state, declared, given) {
        Membership::Outside => None,
        Membership::Inside => Some(untold(envelope, &[])),
        Membership::CannotTell(selectors) => Some(untold(envelope, &selectors)),
    };
    each.filter_map(over).collect()
}

fn untold(envelope: usize, selectors: &[&'static str]) -> Cover {
    Cover { envelope, untold: selectors.to_vec(), leaves: false }
}

fn each_over<'a>(
    resource: &'a Resource,
    envelopes: &'a [Envelope],
    given: &'a Given,
) -> impl Iterator<Item = Cover> + 'a {
    let each = envelopes.iter().enumerate();
    each.filter_map(move |(envelope, declared)| over(resource, envelope, declared, given))
}

fn goes(resource: &Resource) -> bool {
    matches!(resource.action, Action::Delete | Action::Forget)
}

/// An object as it was or as it is to become, as far as scopes look at it.
struct State<'a> {
    address: &'a str,
    account: &'a Account,
    tags: Option<&'a Tags>,
}

/// An object is governed by what it is becoming and by what it was: otherwise renaming it would free it.
fn over(resource: &Resource, envelope: usize, declared: &Envelope, given: &Given) -> Option<Cover> {
    let after = State {
        address: &resource.address,
        account: &resource.account,
        tags: resource.tags_after.as_deref().or(resource.tags_before.as_deref()),
    };
    let before = State {
        address: resource.previous_address.as_deref().unwrap_or(&resource.address),
        account: resource.account_before.as_deref().unwrap_or(&resource.account),
        tags: resource.tags_before.as_deref().or(resource.tags_after.as_deref()),
    };
    let same =
        before.address == after.address && before.account == after.account && before.tags == after.tags;
    let becomes = membership(&resource.resource_type, &after, declared, given);
    let was =
        if same { becomes.clone() } else { membership(&resource.resource_type, &before, declared, given) };
    let leaves = !goes(resource) && becomes == Membership::Outside;
    match (was, becomes) {
        (Membership::Outside, Membership::Outside) => None,
        (Membership::Inside, _) | (_, Membership::Inside) => {
            Some(Cover { envelope, untold: Vec::new(), leaves })
        }
        (_, Membership::CannotTell(untold)) | (Membership::CannotTell(untold), _) => {
            Some(Cover { envelope, untold, leaves })
        }
    }
}

fn membership(resource_type: &str, state: &State<'_>, envelope: &Envelope, given: &Given) -> Membership {
    if is_of_another_cloud(resource_type, envelope) {
        return Membership::Outside;
    }
    let map = state.tags.map(|tags| seen(tags, envelope));
    let tags: Vec<TagsSeen<'_>> = map.iter().map(TagsSeen::Known).collect();
    let ask = |account: Seen<'_>, workspace: Seen<'_>| {
        let addresses = &[state.address];
        envelope.scope.membership(&Subject { account, workspace, addresses, resource_type, tags: &tags })
    };
    let workspace = given.workspace.as_deref().map_or(Seen::CannotTell, Seen::Known);
    let with_plan = |workspace: Seen<'_>| match state.account {
        Account::CannotTell => ask(Seen::CannotTell, workspace),
        Account::OneOf(ids) => any_of(ids.iter().map(|id| ask(Seen::Known(id), workspace))),
    };
    let told = match (state.account, &given.account) {
        (Account::CannotTell, Some(account)) => ask(Seen::Known(account), workspace),
        _ => with_plan(workspace),
    };
    // What is given brings in and never takes out.
    if told == Membership::Outside { with_plan(Seen::CannotTell) } else { told }
}

/// Whose an object is may not be known, but no account of one cloud holds what another cloud makes.
fn is_of_another_cloud(resource_type: &str, envelope: &Envelope) -> bool {
    let accounts = &envelope.scope.accounts;
    !accounts.is_empty()
        && governed_cloud(resource_type)
            .is_some_and(|cloud| accounts.iter().all(|account| account.cloud() != cloud))
}

/// Inside when every possibility is, outside when none is.
fn any_of(answers: impl Iterator<Item = Membership>) -> Membership {
    let answers: Vec<Membership> = answers.collect();
    if answers.iter().all(|answer| *answer == Membership::Outside) {
        return Membership::Outside;
    }
    if answers.iter().all(|answer| *answer == Membership::Inside) {
        return Membership::Inside;
    }
    Membership::CannotTell(vec!["accounts"])
}

/// The tags as a scope sees them: where there may be more than we know, a key it asks for is not certainly absent.
fn seen<'a>(tags: &'a Tags, envelope: &'a Envelope) -> BTreeMap<&'a str, Seen<'a>> {
    let known = tags.known.iter();
    let mut map: BTreeMap<&str, Seen<'_>> = known
        .map(|(key, value)| (key.as_str(), value.as_deref().map_or(Seen::CannotTell, Seen::Known)))
        .collect();
    if tags.open {
        for key in envelope.scope.tags.keys() {
            map.entry(key).or_insert(Seen::CannotTell);
        }
    }
    map
}

/// What one envelope would hold of one unit, over everything in the plan that it governs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footprint {
    /// Index of the envelope.
    pub envelope: usize,
    /// The unit.
    pub unit: Unit,
    /// Total ceiling before the change, of what has one.
    pub before: Decimal,
    /// Total ceiling after it, of what has one.
    pub after: Decimal,
    /// Objects whose ceiling grows.
    pub growing: Vec<usize>,
    /// Objects above whose growth nothing stands any more.
    pub unbounded: Vec<usize>,
    /// Objects that were unbounded before and are not made worse.
    pub unbounded_before: Vec<usize>,
    /// Objects of which it cannot be told how far they may grow.
    pub untold: Vec<usize>,
    /// How many objects are part of it.
    pub members: usize,
    /// Whether a number in the totals must not be shown.
    pub secret: bool,
}

impl Footprint {
    fn new(envelope: usize, unit: Unit) -> Self {
        Self {
            envelope,
            unit,
            before: Decimal::ZERO,
            after: Decimal::ZERO,
            growing: Vec::new(),
            unbounded: Vec::new(),
            unbounded_before: Vec::new(),
            untold: Vec::new(),
            members: 0,
            secret: false,
        }
    }

    fn add(&mut self, index: usize, resource: &Resource, inside: impl Fn(usize) -> bool + Copy) {
        let unit = catalog_unit(self.unit);
        let zero = Size::Known(Decimal::ZERO);
        let before = resource.capacity_before.size_beside(unit, inside).unwrap_or(zero);
        let after = resource.capacity_after.size_beside(unit, inside).unwrap_or(zero);
        if before == zero && after == zero {
            return;
        }
        self.members += 1;
        self.secret |= resource.capacity_before.secret || resource.capacity_after.secret;
        let idle = resource.action == Action::NoOp;
        let (was, becomes) = match (before, after) {
            (Size::Known(was), Size::Known(becomes)) => (was, becomes),
            // What had no bound and gets one does not grow.
            (Size::Unbounded, Size::Known(becomes)) => (becomes, becomes),
            // What could not be told may have been nothing.
            (Size::CannotTell, Size::Known(becomes)) => (Decimal::ZERO, becomes),
            (Size::Unbounded, Size::Unbounded) => {
                self.unbounded_before.push(index);
                return;
            }
            (was, Size::Unbounded) => {
                self.unbounded.push(index);
                let was = known(was);
                (was, was)
            }
            (was, Size::CannotTell) => {
                if !idle {
                    self.untold.push(index);
                }
                let was = known(was);
                (was, was)
            }
        };
        if becomes > was {
            self.growing.push(index);
        }
        self.before = self.before.saturating_add(was);
        self.after = self.after.saturating_add(becomes);
    }
}

fn known(size: Size) -> Decimal {
    if let Size::Known(value) = size { value } else { Decimal::ZERO }
}

/// The catalog's word for a unit of governance; both vocabularies are the same list.
pub fn catalog_unit(unit: Unit) -> remit_catalog::Unit {
    use remit_catalog::Unit as Catalog;
    match unit {
        Unit::Instances => Catalog::Instances,
        Unit::Nodes => Catalog::Nodes,
        Unit::Replicas => Catalog::Replicas,
        Unit::Tasks => Catalog::Tasks,
        Unit::Vcpus => Catalog::Vcpus,
        Unit::Gpus => Catalog::Gpus,
        Unit::MemoryGb => Catalog::MemoryGb,
        Unit::Concurrency => Catalog::Concurrency,
        Unit::ModelUnits => Catalog::ModelUnits,
    }
}

/// The footprints of all units that the envelopes limit, in order of envelope and unit; where growth is limited, of every unit. Objects
/// that a replacement left behind are not counted: their successor is.
pub fn footprints(facts: &Facts, covers: &[Rc<[Cover]>], envelopes: &[Envelope]) -> Vec<Footprint> {
    let mut totals: Vec<Vec<Footprint>> =
        envelopes.iter().enumerate().map(|(index, envelope)| empty(index, envelope)).collect();
    let inside = |index: usize, envelope: usize| {
        covers.get(index).is_some_and(|covers| covers.iter().any(|cover| cover.envelope == envelope))
    };
    for (index, resource) in counted(facts) {
        for cover in covers.get(index).iter().flat_map(|covers| covers.iter()) {
            for total in totals.get_mut(cover.envelope).into_iter().flatten() {
                total.add(index, resource, |other| inside(other, cover.envelope));
            }
        }
    }
    totals.into_iter().flatten().filter(|total| total.members > 0 || is_limited(total, envelopes)).collect()
}

/// The footprints of all units over everything there is, as if one envelope covered it; those that nothing counts in are left out.
pub fn everything(facts: &Facts) -> Vec<Footprint> {
    let mut totals: Vec<Footprint> = Unit::WORDS.iter().map(|(_, unit)| Footprint::new(0, *unit)).collect();
    for (index, resource) in counted(facts) {
        for total in &mut totals {
            total.add(index, resource, |_| true);
        }
    }
    totals.retain(|total| total.members > 0);
    totals
}

fn counted(facts: &Facts) -> impl Iterator<Item = (usize, &Resource)> {
    facts.resources.iter().enumerate().filter(|(_, resource)| {
        !resource.deposed && (resource.capacity_before.counts() || resource.capacity_after.counts())
    })
}

/// Whether growth is limited relative to what there was, in one change or over time: then every unit counts.
pub(crate) fn is_percent(growth: &Growth) -> bool {
    growth.percent_per_change.is_some() || growth.percent_per_window.is_some() || growth.cool_down.is_some()
}

fn empty(index: usize, envelope: &Envelope) -> Vec<Footprint> {
    let grows = envelope.limits.growth.as_ref().is_some_and(is_percent);
    let units = Unit::WORDS.iter().map(|(_, unit)| *unit);
    let judged = units.filter(|unit| grows || envelope.limits.capacity.mark(*unit).is_some());
    judged.map(|unit| Footprint::new(index, unit)).collect()
}

fn is_limited(total: &Footprint, envelopes: &[Envelope]) -> bool {
    envelopes.get(total.envelope).is_some_and(|envelope| envelope.limits.capacity.mark(total.unit).is_some())
}
