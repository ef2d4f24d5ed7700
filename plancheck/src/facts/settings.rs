//! What a resource says in the roles that something asked for: which model, which machine, what it is connected to, what it records.
//! The catalog knows which attributes of a type speak in which role; what another resource says in its place is `elsewhere`.

use std::rc::Rc;

use remit_catalog::{Path, Role};
use remit_governance::json::Json;

use super::asked::Asked;
use super::attribute::{Leaf, Object};
use super::origin::Origins;

/// Everything one side of a resource says in the roles that were asked for.
///
/// What is not set is not listed: an attribute that is absent, null or inside a block that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Settings(Vec<Setting>);

/// What one attribute says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Setting {
    /// What it says that in.
    pub role: Role,
    /// The attribute. Where it lies in repeated blocks there is one setting for each that has it, in their order.
    pub path: Path,
    /// The value.
    pub value: Value,
    /// Whether the value must not be shown.
    pub sensitive: bool,
    /// Address of the resource that says it in the place of this one.
    pub from: Option<Rc<str>>,
}

/// The value of a setting.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// Known in full, and not null.
    Known(Json),
    /// Unknown, and not written in the configuration as far as the plan shows: chosen by the provider or the cloud when it is applied, or
    /// written in a dynamic block. It can be anything.
    Computed,
    /// Known only after apply; a clause that says why, escaped.
    CannotTell(String),
}

impl Settings {
    pub(super) fn new(list: Vec<Setting>) -> Self {
        Self(list)
    }

    /// All of them, by role, in the order of the catalog's paths.
    pub fn iter(&self) -> impl Iterator<Item = &Setting> {
        self.0.iter()
    }

    /// Those of one role.
    pub fn of(&self, role: Role) -> impl Iterator<Item = &Setting> {
        self.0.iter().filter(move |setting| setting.role == role)
    }

    /// Those of one attribute, spelled as in the catalog: `mixed_instances_policy.launch_template.override.instance_type`.
    pub fn at(&self, path: &str) -> impl Iterator<Item = &Setting> {
        self.0.iter().filter(move |setting| setting.path.as_str() == path)
    }
}

impl Setting {
    /// The value as texts: itself, or the elements of a list; booleans and numbers as they are written. `None` where it is not known or
    /// is made of blocks.
    pub fn texts(&self) -> Option<Vec<&str>> {
        let Value::Known(value) = &self.value else { return None };
        match value {
            Json::Array(items) => items.iter().map(plain).collect(),
            other => plain(other).map(|text| vec![text]),
        }
    }
}

fn plain(json: &Json) -> Option<&str> {
    match json {
        Json::String(text) => Some(text),
        Json::Number(number) => Some(number.as_str()),
        Json::Bool(true) => Some("true"),
        Json::Bool(false) => Some("false"),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// What the attributes of the object itself say.
pub(super) fn own(
    resource_type: &str,
    object: &Object,
    asked: &Asked,
    origins: Origins<'_>,
    address: &str,
) -> Vec<Setting> {
    let mut list = Vec::new();
    let Some(surface) = remit_catalog::surface(resource_type) else { return list };
    for (role, paths) in surface.roles.iter().filter(|(role, _)| asked.roles.contains(role)) {
        for path in paths {
            for leaf in object.root().leaves(path.segments()) {
                let value = match leaf {
                    Leaf::Known(json) => Value::Known(json.clone()),
                    Leaf::Unknown if origins.is_left_to_provider(address, *path) => Value::Computed,
                    Leaf::Unknown => Value::CannotTell(origins.why_unknown(address, *path)),
                };
                let sensitive = object.is_sensitive(path.segments());
                list.push(Setting { role: *role, path: *path, value, sensitive, from: None });
            }
        }
    }
    list
}
