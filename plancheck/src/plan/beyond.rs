//! What a plan does besides its list of changes: changes put off, actions it would invoke, and what was found changed outside Terraform.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::change::ResourceChange;
use super::context::{Context, Once, key_of};
use super::resources::EntrySeed;

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

/// A list or null, each element handed to a function.
struct Each<T, F> {
    take: F,
    of: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>, F: FnMut(T)> DeserializeSeed<'de> for Each<T, F> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Deserialize<'de>, F: FnMut(T)> Visitor<'de> for Each<T, F> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(element) = list.next_element()? {
            (self.take)(element);
        }
        Ok(())
    }
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
pub(super) fn invocations<'de, A: MapAccess<'de>>(
    map: &mut A,
    deferred: bool,
    into: &mut Vec<Invocation>,
) -> Result<(), A::Error> {
    if deferred {
        let take = |entry: DeferredInvocation| {
            into.push(InvocationEntry::invocation(entry.action_invocation, true));
        };
        map.next_value_seed(Each { take, of: PhantomData })
    } else {
        let take = |entry| into.push(InvocationEntry::invocation(Some(entry), false));
        map.next_value_seed(Each { take, of: PhantomData })
    }
}

/// Reads `resource_drift`.
pub(super) struct DriftSeed<'c> {
    pub(super) context: &'c Context<'c>,
}

impl<'de> DeserializeSeed<'de> for DriftSeed<'_> {
    type Value = Drift;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Drift, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for DriftSeed<'_> {
    type Value = Drift;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of changes")
    }
    fn visit_unit<E>(self) -> Result<Drift, E> {
        Ok(Drift::default())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Drift, A::Error> {
        let mut drift = Drift::default();
        while let Some(entry) =
            list.next_element_seed(EntrySeed { context: self.context, may_lack_address: true })?
        {
            drift.count += 1;
            if entry.change.before != entry.change.after {
                drift.objects.push(entry);
            }
        }
        Ok(drift)
    }
}

/// Reads `deferred_changes`.
pub(super) struct DeferredSeed<'c> {
    pub(super) context: &'c Context<'c>,
}

impl<'de> DeserializeSeed<'de> for DeferredSeed<'_> {
    type Value = Vec<Deferred>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for DeferredSeed<'_> {
    type Value = Vec<Deferred>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of deferred changes")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(entry) = list.next_element_seed(DeferredEntry { context: self.context })? {
            found.push(entry);
        }
        Ok(found)
    }
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
