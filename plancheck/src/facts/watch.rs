//! Signs that the catalog says to look for: what becomes true by a change, what was true before it, and what cannot be told. Whether a sign
//! counts is for envelopes to say.

use std::collections::{BTreeMap, BTreeSet};

use remit_catalog::{Clue, Concern, Path, Sign, Watch, When};
use remit_governance::json::Json;
use rust_decimal::Decimal;

use super::attribute::{Leaf, Node, Object};
use super::origin::Origins;
use super::policy;
use super::sides::Sides;
use crate::finding::Shown;
use crate::plan::Action;

/// A sign seen in a change.
#[derive(Debug, Clone)]
pub struct Sighting {
    /// The sign, as the catalog describes it.
    pub sign: &'static Sign,
    /// Whether the change brings it.
    pub told: Told,
    /// The attribute that says so.
    pub attribute: Option<Path>,
    /// Its value before.
    pub before: Option<Shown>,
    /// Its value after.
    pub after: Option<Shown>,
    /// Both sides of a long text, where neither is secret.
    pub document: Option<Box<(String, String)>>,
}

/// Whether a change brings a sign. Ordered, gravest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    /// It does.
    New,
    /// It cannot be told; a clause that says why, escaped.
    CannotTell(String),
    /// The sign was there before.
    Before,
}

/// A longer text is a document, of which differences are shown.
const SHORT: usize = 120;

/// The change that signs are looked for in.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) address: &'a str,
    pub(super) action: Action,
    pub(super) sides: &'a Sides,
    pub(super) origins: Origins<'a>,
}

pub(super) fn read(watch: &'static Watch, scene: Scene<'_>, concerns: &BTreeSet<Concern>) -> Box<[Sighting]> {
    let signs = watch.signs.iter().filter(|sign| concerns.contains(&sign.concern));
    let mut seen: Vec<Sighting> = signs.filter_map(|sign| scene.see(sign)).collect();
    // Several attributes can come to one thing, which is told once: as what is surest.
    seen.sort_by(|a, b| {
        (a.sign.concern, a.sign.means, &a.told).cmp(&(b.sign.concern, b.sign.means, &b.told))
    });
    seen.dedup_by_key(|sighting| (sighting.sign.concern, sighting.sign.means));
    seen.into()
}

impl Scene<'_> {
    fn see(self, sign: &'static Sign) -> Option<Sighting> {
        let told = match (&sign.when, self.action) {
            (When::Grants { .. } | When::Attaches(_), _) => self.rights(sign)?,
            (When::Gone, Action::Delete | Action::Forget | Action::Replace)
            | (When::Made, Action::Create)
            | (When::Given(_), Action::Create | Action::Replace) => Told::New,
            (When::Gone | When::Made | When::Given(_), _)
            | (_, Action::Delete | Action::Forget | Action::Read) => {
                return None;
            }
            (When::Holds(_) | When::HoldsIn { .. } | When::OpenPolicy(_), action) => {
                // Only what is open to strangers counts however it came to be; all else has to have been otherwise before.
                let from_nothing = sign.concern == Concern::Perimeter;
                if (action == Action::NoOp || self.sides.before().is_none()) && !from_nothing {
                    return None;
                }
                self.state(sign)?
            }
            (_, Action::NoOp | Action::Create) => return None,
            (_, _) => self.transition(sign)?,
        };
        Some(self.sighting(sign, told))
    }

    /// What holds after the change, against what held before it.
    fn state(self, sign: &Sign) -> Option<Told> {
        let after = self.matches(sign, self.sides.after.as_ref());
        let before = self.matches(sign, self.sides.before());
        let none = BTreeSet::new();
        let known = before.as_ref().unwrap_or(&none);
        match after {
            Err(_) if self.action == Action::NoOp => None,
            Err(path) => Some(Told::CannotTell(self.origins.why_unknown(self.address, path))),
            Ok(after) if after.is_empty() => None,
            // What was there before is told of the perimeter only: there it is an excess, elsewhere it is how things are.
            Ok(after) if after.is_subset(known) => {
                (sign.concern == Concern::Perimeter).then_some(Told::Before)
            }
            Ok(_) => Some(Told::New),
        }
    }

    /// What on one side matches: the elements of a list, the statements of a policy, or the object as a whole. An error is the path of what
    /// is not known.
    fn matches(self, sign: &Sign, side: Option<&Object>) -> Result<BTreeSet<String>, Path> {
        let Some(object) = side else { return Ok(BTreeSet::new()) };
        match &sign.when {
            When::Holds(clues) => {
                let holds = self.all(object.root(), clues, None)?;
                Ok(holds.then(String::new).into_iter().collect())
            }
            When::HoldsIn { each, all } => {
                let elements = object.root().elements(each.segments()).ok_or(*each)?;
                let mut found = BTreeSet::new();
                for element in elements {
                    if self.all(element, all, Some(*each))? {
                        found.insert(element.text());
                    }
                }
                Ok(found)
            }
            When::OpenPolicy(path) => {
                let mut found = BTreeSet::new();
                for text in texts(object, *path)? {
                    let open =
                        policy::allowed(&text).ok_or(*path)?.into_iter().filter(policy::Statement::is_open);
                    found.extend(open.map(|statement| format!("{statement:?}")));
                }
                Ok(found)
            }
            _ => Ok(BTreeSet::new()),
        }
    }

    fn all(self, node: Node<'_>, clues: &[Clue], below: Option<Path>) -> Result<bool, Path> {
        let mut unknown = None;
        for clue in clues {
            match self.one(node, clue, below) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(path) => unknown = unknown.or(Some(path)),
            }
        }
        unknown.map_or(Ok(true), Err)
    }

    fn one(self, node: Node<'_>, clue: &Clue, below: Option<Path>) -> Result<bool, Path> {
        let (mut any, mut unknown) = (false, false);
        for leaf in node.leaves(clue.path.segments()) {
            match leaf {
                Leaf::Known(json) => {
                    let values = elements(json);
                    any |= !values.is_empty();
                    if values.into_iter().any(|value| fits(clue, value)) {
                        return Ok(true);
                    }
                }
                Leaf::Unknown if below.is_none() && self.is_left_out(clue) => {}
                Leaf::Unknown => unknown = true,
            }
        }
        if unknown { Err(below.unwrap_or(clue.path)) } else { Ok(clue.absent && !any) }
    }

    /// Whether an unknown attribute is the vendor's to choose. Blocks are different: one that a dynamic block writes looks as if it were
    /// not written.
    fn is_left_out(self, clue: &Clue) -> bool {
        let is_attribute = !clue.is.is_empty() && clue.path.segments().count() == 1;
        is_attribute && self.origins.is_left_to_provider(self.address, clue.path)
    }

    /// What differs between the two sides.
    fn transition(self, sign: &Sign) -> Option<Told> {
        let (before, after) = (self.sides.before()?, self.sides.after.as_ref()?);
        let (&path, unset) = match &sign.when {
            When::Raised(path) | When::Loses(path) | When::Gains(path) | When::Changed(path) => (path, false),
            When::Lowered { path, zero_is_most } => (path, *zero_is_most),
            _ => return None,
        };
        let was = texts(before, path).unwrap_or_default();
        let Ok(is) = texts(after, path) else {
            if self.origins.is_left_to_provider(self.address, path) && was.is_empty() {
                return None;
            }
            return Some(Told::CannotTell(self.origins.why_unknown(self.address, path)));
        };
        let differs = match &sign.when {
            When::Raised(_) => more(&was, &is, false),
            When::Lowered { .. } => more(&is, &was, unset),
            When::Loses(_) => !fewer(&was, &is).is_empty(),
            When::Gains(_) => !fewer(&is, &was).is_empty(),
            _ => normal(was) != normal(is),
        };
        differs.then_some(Told::New)
    }

    fn sighting(self, sign: &'static Sign, told: Told) -> Sighting {
        let attribute = sign.paths().first().copied();
        let mut sighting = Sighting { sign, told, attribute, before: None, after: None, document: None };
        let Some(path) = attribute else { return sighting };
        let side = |object: Option<&Object>| object.map(|object| shown(object, path));
        let before = self.sides.before().filter(|_| self.action != Action::NoOp);
        let (before, after) = (side(before), side(self.sides.after.as_ref()));
        match (before, after) {
            (Some(Shown::Text(was)), Some(Shown::Text(is))) if was.len() > SHORT || is.len() > SHORT => {
                sighting.document = Some(Box::new((was, is)));
            }
            (before, Some(Shown::Text(is))) if is.len() > SHORT => sighting.before = before,
            (before, after) => (sighting.before, sighting.after) = (before, after),
        }
        sighting
    }
}

fn shown(object: &Object, path: Path) -> Shown {
    if object.is_sensitive(path.segments()) {
        return Shown::Sensitive;
    }
    match texts(object, path) {
        Err(_) => Shown::Unknown,
        Ok(texts) if texts.is_empty() => Shown::Absent,
        Ok(texts) => Shown::Text(texts.join(", ")),
    }
}

/// Everything a path reaches, as text; an error where some of it is not known.
pub(super) fn texts(object: &Object, path: Path) -> Result<Vec<String>, Path> {
    let mut texts = Vec::new();
    for leaf in object.root().leaves(path.segments()) {
        match leaf {
            Leaf::Known(json) => texts.extend(elements(json).into_iter().map(plain)),
            Leaf::Unknown => return Err(path),
        }
    }
    Ok(texts)
}

/// The elements of a list, or the one value. What is empty is not there.
pub(super) fn elements(json: &Json) -> Vec<&Json> {
    match json {
        Json::Array(items) => items.iter().flat_map(elements).collect(),
        Json::Null => Vec::new(),
        Json::String(text) if text.is_empty() => Vec::new(),
        other => vec![other],
    }
}

pub(super) fn plain(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        other => other.to_text(),
    }
}

pub(super) fn fits(clue: &Clue, json: &Json) -> bool {
    if clue.present || matches!(json, Json::Object(_)) {
        return clue.present;
    }
    let text = plain(json);
    let starts = || clue.starts.iter().any(|start| text.starts_with(start));
    clue.is.contains(&text.as_str()) || starts() || (clue.wide && is_wide(&text))
}

/// Wider than any one network is: `0.0.0.0/0`, and its halves and quarters, which come to the same.
fn is_wide(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let Ok(length) = length.parse::<u8>() else { return false };
    match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(_)) => length < 8,
        Ok(std::net::IpAddr::V6(_)) => length < 16,
        Err(_) => false,
    }
}

/// Whether the second is more than the first. Not being set is more than any number, and 0 too where it stands for that.
fn more(first: &[String], second: &[String], zero_is_most: bool) -> bool {
    let amount = |texts: &[String]| -> Option<Decimal> {
        let number = texts.first()?.parse().ok()?;
        (!zero_is_most || number != Decimal::ZERO).then_some(number)
    };
    match (amount(first), amount(second)) {
        (Some(first), Some(second)) => second > first,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// What is in the first and not in the second, with how often.
fn fewer<'t>(first: &'t [String], second: &[String]) -> Vec<&'t str> {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for text in second {
        *left.entry(text).or_default() += 1;
    }
    let mut gone = Vec::new();
    for text in first {
        match left.get_mut(text.as_str()) {
            Some(count) if *count > 0 => *count -= 1,
            _ => gone.push(text.as_str()),
        }
    }
    gone
}

/// Texts that are JSON in their one form, so that spelling does not count.
fn normal(texts: Vec<String>) -> Vec<String> {
    let one = |text: String| Json::parse(&text).map_or(text, |json| json.canonical());
    texts.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::{fewer, is_wide, more};

    #[test]
    fn ranges_that_take_in_strangers_are_wide() {
        for wide in ["0.0.0.0/0", "::/0", "128.0.0.0/1", "64.0.0.0/2", "2000::/3"] {
            assert!(is_wide(wide), "{wide}");
        }
        for narrow in ["10.0.0.0/8", "192.0.2.1/32", "fd00::/48", "0.0.0.0", "x/0", "0.0.0.0/x"] {
            assert!(!is_wide(narrow), "{narrow}");
        }
    }

    #[test]
    fn not_set_is_most_and_so_is_zero_where_it_means_that() {
        let texts = |text: &str| if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
        let more = |a: &str, b: &str, zero| more(&texts(a), &texts(b), zero);
        assert!(more("1000", "1000.5", false) && more("1", "", false) && more("30", "0", true));
        assert!(!more("1000.0", "1000", false) && !more("", "1", false) && !more("0", "30", true));
        assert!(!more("5", "0", false));
    }

    #[test]
    fn what_is_lost_is_counted() {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(fewer(&texts(&["a", "a", "b"]), &texts(&["b", "a", "c"])), ["a"]);
        assert!(fewer(&texts(&["a"]), &texts(&["b", "a"])).is_empty());
    }
}
