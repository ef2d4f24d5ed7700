//! Vendor defaults that a plan relies on: what is absent from the configuration, not merely null in the plan.

use std::collections::BTreeMap;

use remit_catalog::{Applies, VendorDefault};
use remit_governance::Json;

use super::Sides;
use super::attribute::{Leaf, Object};
use super::origin::Origins;
use crate::change::Changed;
use crate::plan::{Action, Expression, Plan, PlanError, Wanted};
use crate::text::escape;

/// One object and one default.
#[derive(Debug, Clone)]
pub struct Relied {
    /// The default.
    pub row: &'static VendorDefault,
    /// Address of the object.
    pub address: Box<str>,
    /// Absent where it is certain; else a clause that says why it cannot be told.
    pub doubt: Option<String>,
}

/// The rows of the catalog whose condition a plan can show, by resource type.
pub struct Rows(BTreeMap<&'static str, Vec<&'static VendorDefault>>);

impl Rows {
    /// All of them.
    pub fn all() -> Self {
        let mut rows: BTreeMap<&str, Vec<&VendorDefault>> = BTreeMap::new();
        for row in remit_catalog::defaults().filter(|row| row.when.is_some()) {
            rows.entry(&row.resource_type).or_default().push(row);
        }
        Self(rows)
    }

    fn of(&self, resource_type: &str) -> &[&'static VendorDefault] {
        self.0.get(resource_type).map(Vec::as_slice).unwrap_or_default()
    }

    /// The defaults that the objects which will be there rely on, in the order of the plan.
    pub fn relied(&self, changes: &[Changed], plan: &Plan) -> Result<Vec<Relied>, PlanError> {
        let origins = Origins::new(plan, None);
        let mut found = Vec::new();
        let stays = |change: &&Changed| {
            !change.deposed && !matches!(change.action, Action::Delete | Action::Forget | Action::Read)
        };
        for change in changes.iter().filter(stays) {
            let rows = self.of(&change.resource_type);
            let Some(object) = (if rows.is_empty() { None } else { Sides::after_of(change)? }) else {
                continue;
            };
            for row in rows {
                let doubt = match (Look { origins, address: &change.address, object: &object, row }).answer()
                {
                    Answer::No => continue,
                    Answer::Yes => None,
                    Answer::CannotTell(why) => Some(why),
                };
                found.push(Relied { row, address: change.address.clone(), doubt });
            }
        }
        Ok(found)
    }
}

impl Wanted for Rows {
    fn attributes(&self, resource_type: &str) -> Vec<String> {
        let first = |row: &&VendorDefault| row.attribute_path.split('.').next().map(str::to_owned);
        let mut names: Vec<String> = self.of(resource_type).iter().filter_map(first).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn prior_state(&self) -> bool {
        true
    }
}

enum Answer {
    Yes,
    No,
    CannotTell(String),
}

struct Look<'a> {
    origins: Origins<'a>,
    address: &'a str,
    object: &'a Object,
    row: &'static VendorDefault,
}

impl Look<'_> {
    fn answer(&self) -> Answer {
        let path = self.row.attribute_path;
        let leaves = self.object.root().leaves(path.split('.'));
        match &self.row.when {
            None => Answer::No,
            Some(when @ (Applies::StartsWith(_) | Applies::OneOf(_))) => self.by_value(when, &leaves),
            Some(when @ (Applies::Absent | Applies::BlockAbsent)) => self.by_absence(when, &leaves),
        }
    }

    fn by_value(&self, when: &Applies, leaves: &[Leaf<'_>]) -> Answer {
        let holds = |leaf: &Leaf<'_>| matches!(leaf, Leaf::Known(Json::String(text)) if when.holds_for(text));
        if leaves.iter().any(holds) {
            return Answer::Yes;
        }
        if leaves.contains(&Leaf::Unknown) {
            let path = self.row.attribute_path;
            return Answer::CannotTell(format!("`{path}` is known only after apply"));
        }
        Answer::No
    }

    fn by_absence(&self, when: &Applies, leaves: &[Leaf<'_>]) -> Answer {
        let path = self.row.attribute_path;
        let written = self.origins.arguments_at(self.address, path.split('.'));
        let is_null = |expression: &&Expression| matches!(expression, Expression::Constant(Json::Null));
        let written = written.iter().any(|expression| !is_null(expression));
        if leaves.is_empty() {
            // Null in the plan: whatever the configuration computes it from, nothing is set.
            return match (when, self.parent_is_there()) {
                (Applies::Absent, false) => {
                    Answer::CannotTell(format!("the block around `{path}` is not there, so it may not apply"))
                }
                _ => Answer::Yes,
            };
        }
        if written {
            return Answer::No;
        }
        if !self.origins.has_block(self.address) {
            let address = escape(self.address);
            return Answer::CannotTell(format!("the plan does not carry the configuration of `{address}`"));
        }
        let plain = |leaf: &Leaf<'_>| match leaf {
            Leaf::Known(Json::Array(items)) => items.iter().all(|item| !matches!(item, Json::Object(_))),
            Leaf::Known(_) | Leaf::Unknown => true,
        };
        if path.contains('.') || !leaves.iter().all(plain) {
            return Answer::CannotTell(format!("`{path}` has a value, which a dynamic block may have set"));
        }
        Answer::Yes
    }

    fn parent_is_there(&self) -> bool {
        let Some((parent, _)) = self.row.attribute_path.rsplit_once('.') else { return true };
        let is_there = |leaf: &Leaf<'_>| !matches!(leaf, Leaf::Known(Json::Array(items)) if items.is_empty());
        self.object.root().leaves(parent.split('.')).iter().any(is_there)
    }
}
