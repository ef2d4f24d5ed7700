//! Whether one object relies on one default, and what of it says so.

use remit_catalog::{Applies, Clue, DefaultOrigin};
use remit_governance::Json;

use super::{Question, Reliance};
use crate::change::{module_path, static_address};
use crate::facts::attribute::{Leaf, Object};
use crate::facts::origin::{Origin, Origins};
use crate::facts::watch::{elements, fits, plain};
use crate::plan::Expression;
use crate::text::escape;

/// An object, and the default that is looked for in it.
pub(super) struct Look<'a> {
    pub(super) origins: Origins<'a>,
    pub(super) address: &'a str,
    pub(super) object: &'a Object,
    pub(super) question: &'a Question,
}

/// Whether what else a default asks for holds of an object.
enum Condition {
    Holds,
    DoesNot,
    CannotTell(String),
}

/// A default that is described in place is relied on where the attribute is not written.
const DESCRIBED: Applies = Applies::BlockAbsent;

impl Look<'_> {
    /// `None` where the default has nothing to do with the object.
    pub(super) fn answer(&self) -> Option<Reliance> {
        let unless = match self.condition() {
            Condition::Holds => None,
            Condition::DoesNot => return None,
            Condition::CannotTell(why) => Some(why),
        };
        let leaves = self.object.root().leaves(self.question.attribute.split('.'));
        let when = self.question.row.and_then(|row| row.0.when.as_ref()).unwrap_or(&DESCRIBED);
        let told = match when {
            Applies::StartsWith(_) | Applies::OneOf(_) | Applies::Present => self.by_value(when, &leaves),
            Applies::Absent | Applies::BlockAbsent => self.by_absence(when, &leaves),
            Applies::Undeclared(_) => return None,
        };
        Some(match unless {
            Some(why) if told == Reliance::Relies => Reliance::CannotTell(why),
            _ => told,
        })
    }

    /// Whether everything holds that has to besides.
    fn condition(&self) -> Condition {
        let mut condition = Condition::Holds;
        for clue in self.question.row.iter().flat_map(|row| &row.0.only_if) {
            match self.holds(clue) {
                Some(true) => {}
                Some(false) => return Condition::DoesNot,
                None => {
                    condition = Condition::CannotTell(format!("`{}` is known only after apply", clue.path));
                }
            }
        }
        condition
    }

    fn holds(&self, clue: &Clue) -> Option<bool> {
        let (mut any, mut unknown) = (false, false);
        for leaf in self.object.root().leaves(clue.path.segments()) {
            match leaf {
                Leaf::Known(Json::Object(_)) => any = true,
                Leaf::Known(json) => {
                    let values = elements(json);
                    any |= !values.is_empty();
                    if values.into_iter().any(|value| fits(clue, value)) {
                        return Some(true);
                    }
                }
                Leaf::Unknown => unknown = true,
            }
        }
        match (unknown, any) {
            (true, _) => None,
            (false, true) => Some(clue.present),
            (false, false) => Some(clue.absent),
        }
    }

    fn by_value(&self, when: &Applies, leaves: &[Leaf<'_>]) -> Reliance {
        let holds = |leaf: &Leaf<'_>| match leaf {
            Leaf::Known(json) if *when == Applies::Present => !is_empty(json),
            Leaf::Known(json) => elements(json).into_iter().any(|value| when.holds_for(&plain(value))),
            Leaf::Unknown => false,
        };
        if leaves.iter().any(holds) {
            return Reliance::Relies;
        }
        if leaves.contains(&Leaf::Unknown) {
            let path = &self.question.attribute;
            return Reliance::CannotTell(format!("`{}` is known only after apply", escape(path)));
        }
        Reliance::Chosen
    }

    fn by_absence(&self, when: &Applies, leaves: &[Leaf<'_>]) -> Reliance {
        let path = escape(&self.question.attribute);
        let nothing = |leaf: &Leaf<'_>| matches!(leaf, Leaf::Known(json) if is_empty(json));
        // Null in the plan: whatever the configuration computes it from, nothing is set. An empty list may have been written.
        if leaves.is_empty() || (leaves.iter().all(nothing) && !self.is_written()) {
            if leaves.is_empty() && !self.origins.has_block(self.address) && !self.is_mentioned() {
                return self.no_configuration();
            }
            return match (when, self.parent_is_there()) {
                (Applies::Absent, false) => Reliance::CannotTell(format!(
                    "the block around `{path}` is not there, so it may not apply"
                )),
                _ => Reliance::Relies,
            };
        }
        if self.is_written() || self.differs(leaves) {
            return Reliance::Chosen;
        }
        if !self.origins.has_block(self.address) {
            return self.no_configuration();
        }
        let plain = |leaf: &Leaf<'_>| match leaf {
            Leaf::Known(Json::Array(items)) => items.iter().all(|item| !matches!(item, Json::Object(_))),
            Leaf::Known(_) | Leaf::Unknown => true,
        };
        // What a dynamic block writes looks as if nobody had written it.
        let may_be_dynamic = *when == Applies::BlockAbsent && leaves.contains(&Leaf::Unknown);
        if may_be_dynamic || !self.parent_is_written_out() || !leaves.iter().all(plain) {
            return Reliance::CannotTell(if leaves.contains(&Leaf::Unknown) {
                format!("`{path}` is known only after apply, and a dynamic block may set it")
            } else {
                format!("`{path}` has a value, which a dynamic block may have set")
            });
        }
        Reliance::Relies
    }

    fn no_configuration(&self) -> Reliance {
        let address = escape(self.address);
        Reliance::CannotTell(format!("the plan does not carry the configuration of `{address}`"))
    }

    /// Whether the object names the attribute, or the block around it, be it as null. A plan that somebody shortened does not.
    fn is_mentioned(&self) -> bool {
        let first = self.question.attribute.split('.').take(1);
        self.object.root().at(first).0.is_some()
    }

    /// Whether the block of the object sets the attribute to something. A variable that comes to null sets nothing.
    fn is_written(&self) -> bool {
        let plain = static_address(self.address);
        let (modules, _) = module_path(&plain);
        let is_null = |expression: &Expression| {
            matches!(self.origins.follow(expression, &modules), Origin::Value { value: Json::Null, .. })
        };
        let written = self.origins.arguments_at(self.address, self.question.attribute.split('.'));
        written.into_iter().any(|expression| !is_null(expression))
    }

    /// Whether the value is none that anybody would have filled in who was left to, so that somebody chose it, now or before.
    fn differs(&self, leaves: &[Leaf<'_>]) -> bool {
        let Some(row) = self.question.row.map(|row| row.0) else { return false };
        let Ok(filled_in) = Json::parse(row.vendor_default.get()) else { return false };
        let is_value = match &filled_in {
            // Nothing is set then.
            Json::Null => true,
            Json::Bool(_) | Json::Number(_) => row.default_origin == DefaultOrigin::Provider,
            // Some are sentences.
            Json::String(text) => row.default_origin == DefaultOrigin::Provider && !text.contains(' '),
            Json::Array(_) | Json::Object(_) => false,
        };
        let same = |leaf: &Leaf<'_>| match leaf {
            Leaf::Known(value) => plain(value) == plain(&filled_in),
            Leaf::Unknown => true,
        };
        is_value && !leaves.iter().any(same)
    }

    /// Whether every block around the attribute stands in the configuration as it is, so that none of them is made by a dynamic one.
    fn parent_is_written_out(&self) -> bool {
        let Some((parent, _)) = self.question.attribute.rsplit_once('.') else { return true };
        let blocks = |expression: &Expression| match expression {
            Expression::Blocks(blocks) => blocks.len(),
            Expression::Constant(_) | Expression::References(_) => 0,
        };
        let written = self.origins.arguments_at(self.address, parent.split('.'));
        let written: usize = written.into_iter().map(blocks).sum();
        let there = self.object.root().elements(parent.split('.')).map_or(0, |elements| elements.len());
        written > 0 && written == there
    }

    fn parent_is_there(&self) -> bool {
        let Some((parent, _)) = self.question.attribute.rsplit_once('.') else { return true };
        let is_there = |leaf: &Leaf<'_>| !matches!(leaf, Leaf::Known(json) if is_empty(json));
        self.object.root().leaves(parent.split('.')).iter().any(is_there)
    }

    /// Whether another side of the change says the same of the attribute, and of what else the default depends on.
    pub(super) fn says_the_same(&self, other: &Object) -> bool {
        let clues = self.question.row.iter().flat_map(|row| &row.0.only_if);
        let paths = clues.map(|clue| clue.path.as_str()).chain([self.question.attribute.as_str()]);
        let set = |object: &Object, path: &str| -> Vec<String> {
            let leaves = object.root().leaves(path.split('.'));
            leaves.into_iter().map(leaf_text).filter(|text| !text.is_empty()).collect()
        };
        paths.into_iter().all(|path| set(self.object, path) == set(other, path))
    }
}

fn leaf_text(leaf: Leaf<'_>) -> String {
    match leaf {
        Leaf::Unknown => "unknown".to_owned(),
        Leaf::Known(json) if is_empty(json) => String::new(),
        Leaf::Known(json) => json.canonical(),
    }
}

fn is_empty(json: &Json) -> bool {
    matches!(json, Json::Array(items) if items.is_empty())
}
