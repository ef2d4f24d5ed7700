//! What another resource says in the place of one: the launch template of a group, the template of a managed group of instances.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use foldhash::{HashMap, HashSet};
use remit_catalog::{Elsewhere as Row, Path, Role, Surface};
use remit_governance::json::Json;

use super::asked::Asked;
use super::attribute::{Leaf, Object};
use super::join::{instance_key, module_instance};
use super::origin::Origins;
use super::reading::Alike;
use super::settings::{Setting, Value, own};
use super::sides::Sides;
use crate::change::{Changed, static_address};
use crate::plan::{Action, PlanError};
use crate::text::escape;

/// A scaler names a group, which names a template.
const LONGEST_CHAIN: usize = 3;

/// What others say of the resources of a plan, by index, before and after it.
#[derive(Default)]
pub(super) struct Elsewhere {
    before: HashMap<usize, Rc<[Setting]>>,
    after: HashMap<usize, Rc<[Setting]>>,
    nothing: Rc<[Setting]>,
}

impl Elsewhere {
    pub(super) fn of(&self, index: usize, is_after: bool) -> Rc<[Setting]> {
        let side = if is_after { &self.after } else { &self.before };
        Rc::clone(side.get(&index).unwrap_or(&self.nothing))
    }

    pub(super) fn find(changes: &[Changed], origins: Origins<'_>, asked: &Asked) -> Result<Self, PlanError> {
        let mut found = Self::default();
        let mut concerned: HashMap<&str, bool> = HashMap::default();
        let mut members = Vec::new();
        for (index, change) in changes.iter().enumerate() {
            let kind = &*change.resource_type;
            if *concerned.entry(kind).or_insert_with(|| rows(kind, asked).next().is_some()) {
                members.push(index);
            }
        }
        if members.is_empty() {
            return Ok(found);
        }
        let mut wanted: HashSet<&str> = HashSet::default();
        for kind in
            members.iter().filter_map(|index| changes.get(*index)).map(|change| &*change.resource_type)
        {
            wanted.extend(rows(kind, asked).flat_map(|row| &row.resource_types));
        }
        for is_after in [false, true] {
            let search = Search::new(changes, origins, asked, is_after, &wanted)?;
            for index in &members {
                let settings = search.said(*index)?;
                let side = if is_after { &mut found.after } else { &mut found.before };
                if !settings.is_empty() {
                    side.insert(*index, settings);
                }
            }
        }
        Ok(found)
    }
}

/// What a type can leave to another resource, of what was asked for.
fn rows<'s>(resource_type: &str, asked: &'s Asked) -> impl Iterator<Item = &'static Row> + 's {
    let all =
        remit_catalog::surface(resource_type).into_iter().flat_map(|surface: &Surface| &surface.elsewhere);
    all.filter(|row| row.roles.iter().any(|role| asked.roles.contains(role)))
}

/// One side of a plan, with the resources that can be named by where they are found.
struct Search<'a> {
    changes: &'a [Changed],
    origins: Origins<'a>,
    asked: &'a Asked,
    is_after: bool,
    /// By the attribute they are named by and its value.
    by_key: HashMap<(Path, String), Vec<usize>>,
    /// By static address.
    by_block: HashMap<String, Vec<usize>>,
    /// What others say of objects that are alike.
    known: RefCell<HashMap<Alike, Rc<[Setting]>>>,
    /// Whether what was followed last depends on which instance of its block an object is.
    by_instance: Cell<bool>,
}

impl<'a> Search<'a> {
    fn new(
        changes: &'a [Changed],
        origins: Origins<'a>,
        asked: &'a Asked,
        is_after: bool,
        wanted: &HashSet<&str>,
    ) -> Result<Self, PlanError> {
        let (by_key, by_block, known, by_instance) = Default::default();
        let mut search = Self { changes, origins, asked, is_after, by_key, by_block, known, by_instance };
        for (index, change) in changes.iter().enumerate() {
            if change.deposed || !wanted.contains(&*change.resource_type) {
                continue;
            }
            let Some(object) = search.object(change)? else { continue };
            let block = static_address(&change.address).into_owned();
            search.by_block.entry(block).or_default().push(index);
            for path in remit_catalog::naming_keys(&change.resource_type) {
                if let Some(Leaf::Known(Json::String(text))) = object.root().leaves(path.segments()).first() {
                    search.by_key.entry((path, text.clone())).or_default().push(index);
                }
            }
        }
        Ok(search)
    }

    /// This side of a resource. Parsed when asked and not kept, as for joins.
    fn object(&self, change: &Changed) -> Result<Option<Object>, PlanError> {
        let as_after = self.is_after || (change.action == Action::NoOp && change.before.is_none());
        if as_after { Sides::after_of(change) } else { Sides::before_of(change) }
    }

    /// What others say of this resource. Of many instances of one block they mostly say the same.
    fn said(&self, index: usize) -> Result<Rc<[Setting]>, PlanError> {
        let Some(change) = self.changes.get(index) else { return Ok(Rc::default()) };
        let alike = Alike::written(change, self.origins);
        if let Some(known) = self.known.borrow().get(&alike) {
            return Ok(Rc::clone(known));
        }
        self.by_instance.set(false);
        let said: Rc<[Setting]> = self.follow(index, 0)?.into();
        if !self.by_instance.get() {
            self.known.borrow_mut().insert(alike, Rc::clone(&said));
        }
        Ok(said)
    }

    /// What others say of this resource.
    fn follow(&self, index: usize, depth: usize) -> Result<Vec<Setting>, PlanError> {
        let Some(change) = self.changes.get(index) else { return Ok(Vec::new()) };
        let Some(object) = self.object(change)? else { return Ok(Vec::new()) };
        let mut found: Vec<Setting> = Vec::new();
        let mut open: Vec<(&Row, String)> = Vec::new();
        // One attribute can name others in several ways: by id or by name.
        let mut missing: Vec<(&Row, String)> = Vec::new();
        let mut reached: BTreeSet<Path> = BTreeSet::new();
        for row in rows(&change.resource_type, self.asked) {
            if row.unless.is_some_and(|path| self.says(change, &object, path)) {
                continue;
            }
            for leaf in object.root().leaves(row.path.segments()) {
                match self.named(change, row, leaf) {
                    Named::These(others) => {
                        reached.insert(row.path);
                        for other in others {
                            for setting in self.said_by(other, row, depth)? {
                                if !found.contains(&setting) {
                                    found.push(setting);
                                }
                            }
                        }
                    }
                    Named::CannotTell(why) => missing.push((row, why)),
                    Named::Computed(why) => open.push((row, why)),
                }
            }
        }
        for (row, why) in missing {
            if reached.insert(row.path) {
                found.extend(self.untold(row, &why));
            }
        }
        // Of an id and a name one is computed from the other; where neither led anywhere, it is not known what is named.
        for (row, why) in open {
            if !row.roles.iter().any(|role| found.iter().any(|setting| setting.role == *role)) {
                found.extend(self.untold(row, &why));
            }
        }
        Ok(found)
    }

    /// Whether the resource itself says this, in every element of the list that the path leads through.
    fn says(&self, change: &Changed, object: &Object, path: Path) -> bool {
        let mut segments: Vec<&str> = path.segments().collect();
        let Some(last) = segments.pop() else { return false };
        let Some(elements) = object.root().elements(segments.into_iter()) else { return false };
        let left = self.origins.is_left_to_provider(&change.address, path);
        let says = |leaves: Vec<Leaf<'_>>| match leaves.first() {
            Some(Leaf::Known(Json::Array(items))) => !items.is_empty(),
            Some(Leaf::Known(_)) => true,
            Some(Leaf::Unknown) => !left,
            None => false,
        };
        !elements.is_empty() && elements.into_iter().all(|node| says(node.leaves([last].into_iter())))
    }

    fn said_by(&self, other: usize, row: &Row, depth: usize) -> Result<Vec<Setting>, PlanError> {
        let Some(change) = self.changes.get(other) else { return Ok(Vec::new()) };
        let Some(object) = self.object(change)? else { return Ok(Vec::new()) };
        let mut said = own(&change.resource_type, &object, self.asked, self.origins, &change.address);
        if depth < LONGEST_CHAIN {
            said.extend(self.follow(other, depth + 1)?);
        }
        said.retain(|setting| row.roles.contains(&setting.role));
        let address: Rc<str> = Rc::from(&*change.address);
        for setting in &mut said {
            setting.from.get_or_insert_with(|| Rc::clone(&address));
        }
        Ok(said)
    }

    /// A setting for each role that cannot be told because it stands in a resource that is not known.
    fn untold(&self, row: &Row, why: &str) -> Vec<Setting> {
        let setting = |role: &Role| Setting {
            role: *role,
            path: row.path,
            value: Value::CannotTell(why.to_owned()),
            sensitive: false,
            from: None,
        };
        row.roles.iter().filter(|role| self.asked.roles.contains(role)).map(setting).collect()
    }

    /// Which resources an attribute names: by its value, or else by what its block refers to.
    fn named(&self, change: &Changed, row: &Row, leaf: Leaf<'_>) -> Named {
        if let Leaf::Known(json) = leaf {
            let Some(text) = json.as_str() else { return Named::CannotTell(not_there(row)) };
            if text.is_empty() {
                return Named::These(Vec::new());
            }
            if let Some(others) = self.by_key.get(&(row.key, text.to_owned())) {
                let fits = |index: &&usize| self.has_type(**index, &row.resource_types);
                let others: Vec<usize> = others.iter().filter(fits).copied().collect();
                if !others.is_empty() {
                    return Named::These(others);
                }
            }
        }
        let others = self.referred(change, row);
        if !others.is_empty() {
            return Named::These(others);
        }
        match leaf {
            Leaf::Known(_) => Named::CannotTell(not_there(row)),
            Leaf::Unknown if self.origins.is_left_to_provider(&change.address, row.path) => {
                Named::Computed(not_there(row))
            }
            Leaf::Unknown => Named::CannotTell(self.origins.why_unknown(&change.address, row.path)),
        }
    }

    fn has_type(&self, index: usize, types: &[&str]) -> bool {
        self.changes.get(index).is_some_and(|change| types.contains(&&*change.resource_type))
    }

    /// The resources that the block refers to: the very instance where it is written, else the one of the same key, else all.
    fn referred(&self, change: &Changed, row: &Row) -> Vec<usize> {
        let mut found = BTreeSet::new();
        for reference in self.origins.resources(&change.address, row.path) {
            let mut steps = reference.local.split('.');
            let kind = steps.next().unwrap_or_default();
            if !row.resource_types.contains(&kind) {
                continue;
            }
            let Some(label) = steps.next() else { continue };
            let block = format!("{}{kind}.{}", reference.module, label.split('[').next().unwrap_or(label));
            let all = self.by_block.get(&block).map(Vec::as_slice).unwrap_or_default();
            found.extend(self.instances(change, all, &format!("{kind}.{label}")));
        }
        found.into_iter().collect()
    }

    fn instances(&self, change: &Changed, all: &[usize], written: &str) -> Vec<usize> {
        self.by_instance.set(true);
        let address = |index: &usize| self.changes.get(*index).map_or("", |other| &*other.address);
        let pick = |fits: &dyn Fn(&str) -> bool| -> Vec<usize> {
            all.iter().filter(|index| fits(address(index))).copied().collect()
        };
        let ends = format!(".{written}");
        let exact = pick(&|other| written.contains('[') && (other == written || other.ends_with(&ends)));
        let alike = || {
            pick(&|other| {
                module_instance(other) == module_instance(&change.address)
                    && instance_key(other) == instance_key(&change.address)
            })
        };
        [exact, alike()].into_iter().find(|some| !some.is_empty()).unwrap_or_else(|| all.to_vec())
    }
}

/// What an attribute that names another resource comes to.
enum Named {
    These(Vec<usize>),
    /// Not written: what stands there follows from something else in the block.
    Computed(String),
    CannotTell(String),
}

fn not_there(row: &Row) -> String {
    let types: Vec<String> = row.resource_types.iter().map(|kind| format!("`{}`", escape(kind))).collect();
    format!("`{}` names {} that the plan does not have", row.path, types.join(" or "))
}
