//! Vendor defaults that objects rely on: what is absent from the configuration, not merely null in the plan, or what the vendor would rather
//! have written. Whether that is all right is for people, and for rules, to say.

mod look;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use foldhash::HashMap;
use remit_catalog::{Applies, Risk, VendorDefault};

use super::attribute::{Leaf, Object};
use super::origin::Origins;
use super::sides::Sides;
use super::watch::{elements, plain};
use crate::change::Changed;
use crate::plan::{Action, Plan, PlanError, Wanted};
use look::Look;

/// A default to look for in the objects of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Id in the catalog, or resource type and attribute of a default that is described in place.
    pub name: String,
    /// The attribute, by names only.
    pub attribute: String,
    /// What the catalog says of it.
    pub row: Option<Row>,
    /// Whether somebody decided about it: then it matters of objects too that do not rely on it.
    pub decided: bool,
}

/// A row of the catalog. Equal to another when their ids are.
#[derive(Debug, Clone, Copy)]
pub struct Row(pub &'static VendorDefault);

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for Row {}

/// Which defaults are looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// All rows of the catalog that matter at least so much.
    pub from: Option<Risk>,
    /// Defaults of the catalog that somebody decided about, by id.
    pub decided: Vec<String>,
    /// Defaults described in place that somebody decided about, as resource type and attribute.
    pub described: Vec<(String, String)>,
}

impl Asked {
    /// The defaults to look for in objects of a type, in the order of the catalog.
    pub fn of(&self, resource_type: &str) -> Vec<Question> {
        let mut questions = Vec::new();
        if self.from.is_some() || !self.decided.is_empty() {
            for row in remit_catalog::defaults_of(resource_type) {
                let decided = self.decided.iter().any(|id| id == row.id);
                let shown = !matches!(row.when, None | Some(Applies::Undeclared(_)));
                if shown && (decided || self.from.is_some_and(|least| row.risk >= least)) {
                    let (name, attribute) = (row.id.to_owned(), row.attribute_path.to_owned());
                    questions.push(Question { name, attribute, row: Some(Row(row)), decided });
                }
            }
        }
        for (_, attribute) in self.described.iter().filter(|(kind, _)| kind == resource_type) {
            let name = format!("{resource_type}.{attribute}");
            questions.push(Question { name, attribute: attribute.clone(), row: None, decided: true });
        }
        questions
    }

    /// Names of the top-level attributes to keep of a type.
    pub fn attributes(&self, resource_type: &str) -> Vec<String> {
        let first = |path: &str| path.split('.').next().unwrap_or_default().to_owned();
        let mut names = Vec::new();
        for question in self.of(resource_type) {
            names.push(first(&question.attribute));
            let clues = question.row.iter().flat_map(|row| &row.0.only_if);
            names.extend(clues.map(|clue| first(clue.path.as_str())));
        }
        names
    }

    fn is_nothing(&self) -> bool {
        self.from.is_none() && self.decided.is_empty() && self.described.is_empty()
    }
}

/// One object and one default.
#[derive(Debug, Clone)]
pub struct Relied {
    /// The default.
    pub question: Rc<Question>,
    /// Whether the object relies on it.
    pub told: Reliance,
    /// What the attribute says after the change.
    pub said: Said,
    /// Whether the attribute said the same before, so that nothing about it is new.
    pub as_before: bool,
}

/// Whether an object relies on a default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reliance {
    /// It does.
    Relies,
    /// Somebody chose a value.
    Chosen,
    /// It cannot be told; a clause that says why, escaped.
    CannotTell(String),
}

/// What an attribute says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Nothing.
    Nothing,
    /// These texts, one for each value that the path reaches; what is made of blocks is its JSON.
    Texts(Vec<String>),
    /// Something that is known only after apply.
    Unknown,
    /// Something that must not be shown.
    Secret,
}

/// The questions about each type, worked out once.
pub(super) struct Questions<'a> {
    asked: &'a Asked,
    known: RefCell<HashMap<Rc<str>, List>>,
}

/// The questions about one type.
type List = Rc<[Rc<Question>]>;

impl<'a> Questions<'a> {
    pub(super) fn new(asked: &'a Asked) -> Self {
        Self { asked, known: RefCell::default() }
    }

    fn of(&self, resource_type: &Rc<str>) -> List {
        if let Some(known) = self.known.borrow().get(resource_type) {
            return Rc::clone(known);
        }
        let questions: List = self.asked.of(resource_type).into_iter().map(Rc::new).collect();
        self.known.borrow_mut().insert(Rc::clone(resource_type), Rc::clone(&questions));
        questions
    }

    /// Whether anything is looked for in objects of a type.
    pub(super) fn asks(&self, resource_type: &Rc<str>) -> bool {
        !self.asked.is_nothing() && !self.of(resource_type).is_empty()
    }

    /// What a change says of the defaults that are looked for. What nobody decided about matters only where it is or may be relied on, and
    /// where something changes.
    pub(super) fn read(&self, change: &Changed, sides: &Sides, origins: Origins<'_>) -> Rc<[Relied]> {
        if self.asked.is_nothing() || change.deposed || goes(change.action) {
            return Rc::default();
        }
        let questions = self.of(&change.resource_type);
        let Some(object) = sides.after.as_ref().filter(|_| !questions.is_empty()) else {
            return Rc::default();
        };
        let idle = change.action == Action::NoOp;
        let mut found = Vec::new();
        for question in questions.iter().filter(|question| question.decided || !idle) {
            let look = Look { origins, address: &change.address, object, question };
            let Some(told) = look.answer() else { continue };
            if told == Reliance::Chosen && !question.decided {
                continue;
            }
            let as_before = idle || sides.before().is_some_and(|before| look.says_the_same(before));
            let question = Rc::clone(question);
            found.push(Relied { told, said: said(object, &question.attribute), as_before, question });
        }
        found.into()
    }
}

fn goes(action: Action) -> bool {
    matches!(action, Action::Delete | Action::Forget | Action::Read)
}

fn said(object: &Object, attribute: &str) -> Said {
    if object.is_sensitive(attribute.split('.')) {
        return Said::Secret;
    }
    let mut texts = Vec::new();
    for leaf in object.root().leaves(attribute.split('.')) {
        match leaf {
            Leaf::Known(json) => texts.extend(elements(json).into_iter().map(plain)),
            Leaf::Unknown => return Said::Unknown,
        }
    }
    if texts.is_empty() { Said::Nothing } else { Said::Texts(texts) }
}

/// An object that relies on a default, or may.
pub struct Reviewed {
    /// Its address.
    pub address: Box<str>,
    /// The default.
    pub question: Rc<Question>,
    /// Whether it does.
    pub told: Reliance,
}

/// All defaults of the catalog that a plan can show, whatever anybody decided, and those that are described in place: what a review looks
/// for.
pub struct Rows(Asked);

impl Rows {
    /// All of them, the described ones as resource type and attribute.
    pub fn with(described: Vec<(String, String)>) -> Self {
        Self(Asked { from: Some(Risk::Low), described, ..Asked::default() })
    }

    /// The defaults that the objects which will be there rely on, or may, in the order of the plan.
    pub fn relied(&self, changes: &[Changed], plan: &Plan) -> Result<Vec<Reviewed>, PlanError> {
        let origins = Origins::new(plan, None);
        let questions = Questions::new(&self.0);
        let mut found = Vec::new();
        for change in changes.iter().filter(|change| !change.deposed && !goes(change.action)) {
            let asked = questions.of(&change.resource_type);
            let Some(object) = (if asked.is_empty() { None } else { Sides::after_of(change)? }) else {
                continue;
            };
            for question in asked.iter() {
                let look = Look { origins, address: &change.address, object: &object, question };
                if let Some(told) = look.answer().filter(|told| *told != Reliance::Chosen) {
                    let question = Rc::clone(question);
                    found.push(Reviewed { address: change.address.clone(), question, told });
                }
            }
        }
        Ok(found)
    }
}

impl Wanted for Rows {
    fn attributes(&self, resource_type: &str) -> Vec<String> {
        let mut names = self.0.attributes(resource_type);
        names.sort_unstable();
        names.dedup();
        names
    }

    fn keeps_null(&self, _: &str, _: &str) -> bool {
        true
    }

    fn prior_state(&self) -> bool {
        true
    }
}

/// The resource types of a list of changes that stay, with how many there are of each: what missing objects are looked for beside.
pub fn types(changes: &[Changed]) -> BTreeMap<&str, usize> {
    let mut types = BTreeMap::new();
    for change in changes.iter().filter(|change| !change.deposed && !goes(change.action)) {
        *types.entry(&*change.resource_type).or_default() += 1;
    }
    types
}
