//! Things that Terraform splits in two: which resource sets the ceiling of which other one.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashMap;
use remit_catalog::{Join, Part, Reading, Take};
use remit_governance::json::Json;
use rust_decimal::Decimal;

use super::attribute::{Leaf, Object};
use super::capacity::{Holds, Number, Place};
use super::origin::Origins;
use super::sides::Sides;
use super::{Amount, Beside};
use crate::change::{Changed, module_path, static_address};
use crate::plan::{Action, PlanError};

/// That another resource sets the ceiling of this one, and which.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Joined {
    other: usize,
    ceiling: Number,
}

impl Joined {
    /// What this resource adds to the ceiling that the other one already stands for: only what is wanted beyond it. What is wanted
    /// but not known may be beyond it.
    pub(super) fn beside(&self, desired: Number, own: &Amount) -> Beside {
        let rest = match (desired, self.ceiling) {
            (Number::Known(desired), Number::Known(ceiling)) => {
                Amount::Known(desired.checked_sub(ceiling).unwrap_or_default().max(Decimal::ZERO))
            }
            (Number::Unknown(_), _) => own.clone(),
            _ => Amount::Known(Decimal::ZERO),
        };
        Beside { other: self.other, rest }
    }
}

/// All pairs of a plan, for the state before and after it.
#[derive(Default)]
pub(super) struct Joins {
    before: HashMap<usize, Joined>,
    after: HashMap<usize, Joined>,
}

impl Joins {
    pub(super) fn of(&self, index: usize, is_after: bool) -> Option<&Joined> {
        if is_after { self.after.get(&index) } else { self.before.get(&index) }
    }

    pub(super) fn find(changes: &[Changed], origins: Origins<'_>) -> Result<Self, PlanError> {
        let mut by_type: HashMap<&str, Vec<usize>> = HashMap::default();
        for (index, change) in changes.iter().enumerate() {
            by_type.entry(&change.resource_type).or_default().push(index);
        }
        let mut joins = Self::default();
        for (kind, members) in BTreeMap::from_iter(&by_type) {
            for join in remit_catalog::capacity(kind).into_iter().flat_map(remit_catalog::Capacity::joins) {
                let Some(others) = by_type.get(join.resource_type) else { continue };
                for is_after in [false, true] {
                    let search = Search { changes, origins, kind, join, is_after };
                    let targets = Targets::of(search, others)?;
                    let map = if is_after { &mut joins.after } else { &mut joins.before };
                    for member in members {
                        if let Some(joined) = targets.of_member(search, *member)? {
                            map.insert(*member, joined);
                        }
                    }
                }
            }
        }
        Ok(joins)
    }
}

#[derive(Clone, Copy)]
struct Search<'a> {
    changes: &'a [Changed],
    origins: Origins<'a>,
    /// The type whose ceiling is set by another.
    kind: &'a str,
    join: &'a Join,
    is_after: bool,
}

impl<'a> Search<'a> {
    /// One side of a resource. Parsed when asked and not kept: the parsed form is many times larger than the text.
    fn object(self, index: usize) -> Result<Option<(&'a Changed, Object)>, PlanError> {
        let Some(change) = self.changes.get(index) else { return Ok(None) };
        let as_after = self.is_after || (change.action == Action::NoOp && change.before.is_none());
        let side = if as_after { Sides::after_of(change)? } else { Sides::before_of(change)? };
        Ok(side.map(|object| (change, object)))
    }

    /// Of several targets the lowest known ceiling, whatever their order in the plan: all are counted, and the least is covered twice.
    fn tightest<'t>(self, targets: impl IntoIterator<Item = &'t Target>) -> Option<Joined> {
        let rank = |target: &&Target| {
            let ceiling = target.ceiling.known();
            (ceiling.is_none(), ceiling, self.changes.get(target.index).map(|change| &change.address))
        };
        let least = targets.into_iter().min_by(|a, b| rank(a).cmp(&rank(b)))?;
        Some(Joined { other: least.index, ceiling: least.ceiling })
    }
}

/// The resources that can set a ceiling, by what they are matched by.
#[derive(Default)]
struct Targets {
    by_key: HashMap<String, Vec<Target>>,
    /// An instance of a resource to the targets whose key is computed from it.
    by_reference: HashMap<Instance, Vec<Target>>,
}

#[derive(Clone, Copy)]
struct Target {
    index: usize,
    /// Whether the text it is matched by is known.
    has_key: bool,
    ceiling: Number,
}

impl Targets {
    fn of(search: Search<'_>, others: &[usize]) -> Result<Self, PlanError> {
        let mut targets = Self::default();
        let Some(row) = remit_catalog::capacity(search.join.resource_type) else { return Ok(targets) };
        for index in others {
            let Some((change, object)) = search.object(*index)? else { continue };
            if change.deposed {
                continue;
            }
            let place = Place::whole(&object, row);
            if !matches!(place.all(&search.join.only_if), Holds::Yes) {
                continue;
            }
            let key = match object.root().leaves(search.join.key.segments()).first() {
                Some(Leaf::Known(Json::String(text))) => Some(text.clone()),
                _ => None,
            };
            let target = Target { index: *index, has_key: key.is_some(), ceiling: ceiling_of(&place, row) };
            if let Some(key) = key {
                targets.by_key.entry(key).or_default().push(target);
            }
            if let Some(block) = mentioned(search, change) {
                targets.by_reference.entry(Instance::of(block, &change.address)).or_default().push(target);
            }
        }
        Ok(targets)
    }

    fn of_member(&self, search: Search<'_>, member: usize) -> Result<Option<Joined>, PlanError> {
        let Some((change, object)) = search.object(member)? else { return Ok(None) };
        let expected = template(search.join, &object);
        let named = expected.as_ref().and_then(|expected| self.by_key.get(expected));
        if let Some(target) = named.and_then(|targets| search.tightest(targets)) {
            return Ok(Some(target));
        }
        if self.by_reference.is_empty() {
            return Ok(None);
        }
        let own = Instance::of(static_address(&change.address).into_owned(), &change.address);
        let mentioning = self.by_reference.get(&own).map(Vec::as_slice).unwrap_or_default();
        // Where both texts are known they alone decide.
        let open = mentioning.iter().filter(|target| expected.is_none() || !target.has_key);
        Ok(search.tightest(open))
    }
}

/// Static address of the one resource in the same module that the key of a target is computed from. Which of several it belongs to
/// cannot be told, and then all count.
fn mentioned(search: Search<'_>, change: &Changed) -> Option<String> {
    let plain = static_address(&change.address);
    let (_, local) = module_path(&plain);
    let module = plain.strip_suffix(local).unwrap_or_default();
    let names = search.origins.references(&change.address, search.join.key);
    let blocks = names.iter().filter_map(|name| {
        let mut steps = name.split(['.', '[']);
        (steps.next()? == search.kind).then(|| steps.next())?
    });
    let blocks: BTreeSet<&str> = blocks.collect();
    (blocks.len() == 1).then(|| blocks.first().map(|label| format!("{module}{}.{label}", search.kind)))?
}

/// The ceiling the other resource states, in whatever case of its row applies.
fn ceiling_of(place: &Place<'_>, row: &remit_catalog::Capacity) -> Number {
    for case in &row.cases {
        if let (Holds::Yes, Reading::Counts(counts)) = (place.all(&case.when), &case.reading) {
            return counts.first().map_or(Number::Absent, |count| place.number(&count.ceiling));
        }
    }
    Number::Absent
}

/// Which instances of two blocks, one of which mentions the other, belong together: those of one module instance and one key.
#[derive(PartialEq, Eq, Hash)]
struct Instance {
    /// Static address of the block that is mentioned.
    block: String,
    module: String,
    key: String,
}

impl Instance {
    fn of(block: String, address: &str) -> Self {
        Self { block, module: module_instance(address), key: instance_key(address) }
    }
}

/// The address of the module instance, with its keys.
pub(super) fn module_instance(address: &str) -> String {
    let plain = static_address(address);
    let (_, local) = module_path(&plain);
    let own = format!(".{local}");
    address.rsplit_once(own.as_str()).map(|(module, _)| module.to_owned()).unwrap_or_default()
}

/// What follows the last name, such as `[0]`; two resources over the same keys pair up one by one.
pub(super) fn instance_key(address: &str) -> String {
    let plain = static_address(address);
    let last = plain.rsplit('.').next().unwrap_or_default();
    address.rsplit_once(&format!(".{last}")).map(|(_, key)| key.to_owned()).unwrap_or_default()
}

fn template(join: &Join, object: &Object) -> Option<String> {
    let mut text = String::new();
    for part in &join.template {
        match part {
            Part::Text(fixed) => text.push_str(fixed),
            Part::Attribute { path, take, absent } => match object.root().leaves(path.segments()).first() {
                Some(Leaf::Known(Json::String(value))) => text.push_str(match take {
                    Take::Whole => value,
                    Take::AfterLastSlash => value.rsplit('/').next().unwrap_or(value),
                }),
                None => text.push_str((*absent)?),
                Some(_) => return None,
            },
        }
    }
    Some(text)
}
