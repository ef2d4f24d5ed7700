//! What a plan does besides its list of changes: changes put off, actions it would invoke, and what was found changed outside Terraform.

use std::fmt;
use std::io::Read;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::change::ResourceChange;
use super::context::{Context, Once, key_of};
use super::resources::{EntrySeed, entry};
use super::window::{Taken, Window};

/// A change that was put off to a later plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Deferred {
    /// Why, in Terraform's word: `resource_config_unknown`.
    pub reason: Option<Box<str>>,
    /// The change, as far as it is planned.
    pub change: Option<ResourceChange>,
}

/// An action that would be invoked: an effect without a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// Address of the action.
    pub address: Option<Box<str>>,
    /// Type of the action.
    pub action_type: Option<Box<str>>,
    /// Address of the resource whose change triggers it; absent where somebody asked for it.
    pub trigger: Option<Box<str>>,
    /// Whether it was put off to a later plan.
    pub deferred: bool,
}

/// What was found changed outside Terraform.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Drift {
    /// How many objects.
    pub count: usize,
    /// Those that are gone, or that changed in an attribute that was asked for.
    pub objects: Vec<ResourceChange>,
}

#[derive(serde::Deserialize)]
struct InvocationEntry {
    address: Option<Box<str>>,
    #[serde(rename = "type")]
    action_type: Option<Box<str>>,
    lifecycle_action_trigger: Option<Trigger>,
}

#[derive(serde::Deserialize)]
struct Trigger {
    triggering_resource_address: Option<Box<str>>,
}

#[derive(serde::Deserialize)]
struct DeferredInvocation {
    action_invocation: Option<InvocationEntry>,
}

impl InvocationEntry {
    fn invocation(entry: Option<Self>, deferred: bool) -> Invocation {
        let (address, action_type, trigger) = entry.map_or((None, None, None), |entry| {
            let trigger =
                entry.lifecycle_action_trigger.and_then(|trigger| trigger.triggering_resource_address);
            (entry.address, entry.action_type, trigger)
        });
        Invocation { address, action_type, trigger, deferred }
    }
}

/// Reads `action_invocations`, or `deferred_action_invocations`.
pub(super) fn invocations(
    text: &mut Window<impl Read>,
    deferred: bool,
    into: &mut Vec<Invocation>,
) -> Taken<()> {
    text.list(|text| {
        let entry = if deferred {
            text.value(|text| DeferredInvocation::deserialize(text))?.action_invocation
        } else {
            Some(text.value(|text| InvocationEntry::deserialize(text))?)
        };
        into.push(InvocationEntry::invocation(entry, deferred));
        Ok(())
    })
}

/// Reads `resource_drift`.
pub(super) fn drift(text: &mut Window<impl Read>, context: &Context<'_>) -> Taken<Drift> {
    let mut drift = Drift::default();
    text.list(|text| {
        let entry = entry(text, context, true)?;
        drift.count += 1;
        if entry.change.before != entry.change.after {
            drift.objects.push(entry);
        }
        Ok(())
    })?;
    Ok(drift)
}

/// Reads `deferred_changes`.
pub(super) fn deferred(text: &mut Window<impl Read>, context: &Context<'_>) -> Taken<Vec<Deferred>> {
    let mut found = Vec::new();
    text.list(|text| {
        found.push(context.value(text, |text| DeferredEntry { context }.deserialize(text))?);
        Ok(())
    })?;
    Ok(found)
}

key_of! { DeferredKey { "reason" => Reason, "resource_change" => Change } }

struct DeferredEntry<'c> {
    context: &'c Context<'c>,
}

impl<'de> DeserializeSeed<'de> for DeferredEntry<'_> {
    type Value = Deferred;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Deferred, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DeferredEntry<'_> {
    type Value = Deferred;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a deferred change")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Deferred, A::Error> {
        let mut deferred = Deferred { reason: None, change: None };
        let mut once = Once::default();
        while let Some(key) = map.next_key::<DeferredKey>()? {
            once.see(key as u32, key.name()).map_err(|error| self.context.fail(error))?;
            match key {
                DeferredKey::Reason => deferred.reason = map.next_value()?,
                DeferredKey::Change => {
                    deferred.change = Some(
                        map.next_value_seed(EntrySeed { context: self.context, may_lack_address: false })?,
                    );
                }
                DeferredKey::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(deferred)
    }
}
