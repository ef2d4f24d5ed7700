//! The `remit_*` objects of the state a plan started from: the only governance a plan may bring along.

use std::fmt;
use std::rc::Rc;

use remit_governance::json::Json;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::context::{Context, Kind, KindSeed, Once, key_of};
use super::resources::{ModeWord, ObjectSeed};
use super::{Attributes, PlanError};

/// A `remit_*` object as it stood before the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriorObject {
    /// Its address.
    pub address: String,
    /// Its type, for example `remit_envelope`.
    pub resource_type: String,
    /// Its record, if it has one.
    pub record: Option<String>,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// What it became in clouds, as raw JSON, if it says so.
    pub controls: Option<String>,
}

/// Reads `prior_state`.
pub(super) struct PriorStateSeed<'c> {
    pub(super) context: &'c Context<'c>,
}

/// Reads an object and gives one of its members to another seed; used twice, for `values` and for `root_module`.
struct MemberSeed<S> {
    key: &'static str,
    seed: S,
}

impl<'de, S: DeserializeSeed<'de, Value = Vec<PriorObject>>> DeserializeSeed<'de> for MemberSeed<S> {
    type Value = Vec<PriorObject>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: DeserializeSeed<'de, Value = Vec<PriorObject>>> Visitor<'de> for MemberSeed<S> {
    type Value = Vec<PriorObject>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or null")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut seed = Some(self.seed);
        let mut found = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            match (key == self.key, seed.take()) {
                (true, Some(only)) => found = map.next_value_seed(only)?,
                (true, None) => return Err(serde::de::Error::custom("twice")),
                (false, kept) => {
                    seed = kept;
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

impl<'de> DeserializeSeed<'de> for PriorStateSeed<'_> {
    type Value = Vec<PriorObject>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let module = ModuleSeed { context: self.context };
        MemberSeed { key: "values", seed: MemberSeed { key: "root_module", seed: module } }
            .deserialize(deserializer)
    }
}

key_of! { ModuleKey { "resources" => Resources, "child_modules" => ChildModules } }

struct ModuleSeed<'c> {
    context: &'c Context<'c>,
}

impl<'de> DeserializeSeed<'de> for ModuleSeed<'_> {
    type Value = Vec<PriorObject>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ModuleSeed<'_> {
    type Value = Vec<PriorObject>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a module")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        let mut once = Once::default();
        while let Some(key) = map.next_key::<ModuleKey>()? {
            once.see(key as u32, key.name()).map_err(|error| self.context.fail(error))?;
            match key {
                ModuleKey::Resources => {
                    found.extend(map.next_value_seed(ListSeed { context: self.context, modules: false })?);
                }
                ModuleKey::ChildModules => {
                    found.extend(map.next_value_seed(ListSeed { context: self.context, modules: true })?);
                }
                ModuleKey::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

/// A list of resources or of modules.
struct ListSeed<'c> {
    context: &'c Context<'c>,
    modules: bool,
}

impl<'de> DeserializeSeed<'de> for ListSeed<'_> {
    type Value = Vec<PriorObject>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ListSeed<'_> {
    type Value = Vec<PriorObject>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        if self.modules {
            while let Some(objects) = list.next_element_seed(ModuleSeed { context: self.context })? {
                found.extend(objects);
            }
        } else {
            while let Some(object) = list.next_element_seed(ResourceSeed { context: self.context })? {
                found.extend(object);
            }
        }
        Ok(found)
    }
}

key_of! { ResourceKey { "address" => Address, "mode" => Mode, "type" => Type, "values" => Values } }

struct ResourceSeed<'c> {
    context: &'c Context<'c>,
}

impl<'de> DeserializeSeed<'de> for ResourceSeed<'_> {
    type Value = Option<PriorObject>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ResourceSeed<'_> {
    type Value = Option<PriorObject>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a resource")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut address, mut managed) = (None::<Box<str>>, true);
        let mut kind: Option<Rc<Kind>> = None;
        let mut values: Option<Attributes> = None;
        let mut once = Once::default();
        let ours = |kind: &Rc<Kind>| kind.name.starts_with("remit_");
        while let Some(key) = map.next_key::<ResourceKey>()? {
            once.see(key as u32, key.name()).map_err(|error| self.context.fail(error))?;
            match key {
                ResourceKey::Address => address = map.next_value()?,
                ResourceKey::Mode => {
                    managed = map.next_value::<Option<ModeWord>>()?.is_none_or(ModeWord::is_managed);
                }
                ResourceKey::Type => kind = map.next_value_seed(KindSeed(self.context))?,
                ResourceKey::Values if kind.as_ref().is_none_or(ours) => {
                    let record = ObjectSeed { context: self.context, names: &self.context.record };
                    values = map.next_value_seed(record)?;
                }
                ResourceKey::Values | ResourceKey::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let (Some(address), Some(kind)) = (address, kind) else {
            return Err(self.context.fail(PlanError::unexpected_shape()));
        };
        if !ours(&kind) || !managed {
            return Ok(None);
        }
        let raw = |name: &str| values.as_ref().and_then(|values| values.raw(name));
        let text = |name: &str| match raw(name).map(Json::parse) {
            Some(Ok(Json::String(text))) => Some(text),
            _ => None,
        };
        Ok(Some(PriorObject {
            address: address.into(),
            resource_type: (*kind.name).to_owned(),
            record: text("record"),
            name: text("name"),
            controls: raw("controls").map(str::to_owned),
        }))
    }
}
