//! The `remit_*` objects of the state a plan started from: the only governance a plan may bring along.

use std::fmt;
use std::io::Read;
use std::rc::Rc;

use remit_governance::json::Json;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::context::{Context, DEEPEST, Keys, Kind, KindSeed, Once, key_of};
use super::resources::{ModeWord, ObjectSeed};
use super::window::{Taken, Window};
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
    /// Whether quotas are raised by the cloud itself where it holds, as raw JSON, if it says so.
    pub quota_management: Option<String>,
}

/// Reads `prior_state`.
pub(super) fn read(text: &mut Window<impl Read>, context: &Context<'_>) -> Taken<Vec<PriorObject>> {
    let mut found = Vec::new();
    member(text, "values", |text| {
        member(text, "root_module", |text| module(text, context, &mut found, DEEPEST))
    })?;
    Ok(found)
}

/// Reads an object and hands one of its members over; used twice, for `values` and for `root_module`.
fn member<R: Read>(
    text: &mut Window<R>,
    wanted: &'static str,
    mut read: impl FnMut(&mut Window<R>) -> Taken<()>,
) -> Taken<()> {
    let mut seen = false;
    text.object(|text, key| {
        if key != wanted {
            return text.skip();
        }
        if std::mem::replace(&mut seen, true) {
            return Err(PlanError::duplicate_key(key));
        }
        read(text)
    })?;
    Ok(())
}

fn module<R: Read>(
    text: &mut Window<R>,
    context: &Context<'_>,
    found: &mut Vec<PriorObject>,
    deeper: usize,
) -> Taken<()> {
    let Some(deeper) = deeper.checked_sub(1) else { return Err(PlanError::unexpected_shape()) };
    let mut once = Keys::default();
    text.object(|text, key| {
        once.see(key, &["resources", "child_modules"])?;
        match key {
            "resources" => text.list(|text| {
                found.extend(context.value(text, |text| ResourceSeed { context }.deserialize(text))?);
                Ok(())
            }),
            "child_modules" => text.list(|text| module(text, context, found, deeper)),
            _ => text.skip(),
        }
    })?;
    Ok(())
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
            quota_management: raw("quota_management").map(str::to_owned),
        }))
    }
}
