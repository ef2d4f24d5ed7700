//! The visitors of `resource_changes`: known keys are kept, attributes that were asked for stay raw, the rest is skipped.

use std::fmt;
use std::io::Read;
use std::rc::Rc;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::change::{Action, Attributes, Change, Marks, Mode, ResourceChange};
use super::context::{Context, Kind, KindSeed, NameSeed, Names, Once, Seen, TextSeed, key_of};
use super::window::{Taken, Window};
use super::{PlanError, Sink, members};

/// The list of changes; gives how many there were.
pub(super) fn changes(
    text: &mut Window<impl Read>,
    context: &Context<'_>,
    sink: &mut Sink<'_>,
) -> Taken<usize> {
    let mut count = 0;
    text.list(|text| {
        count += 1;
        sink(entry(text, context, false)?)
    })?;
    Ok(count)
}

/// One entry of a list of changes.
pub(super) fn entry(
    text: &mut Window<impl Read>,
    context: &Context<'_>,
    may_lack_address: bool,
) -> Taken<ResourceChange> {
    context.value(text, |text| EntrySeed { context, may_lack_address }.deserialize(text))
}

key_of! { EntryKey {
    "address" => Address, "previous_address" => PreviousAddress, "module_address" => ModuleAddress, "mode" => Mode, "type" => Type,
    "name" => Name, "index" => Index, "provider_name" => ProviderName, "deposed" => Deposed, "change" => Change,
} }

/// One entry.
pub(super) struct EntrySeed<'c> {
    pub(super) context: &'c Context<'c>,
    /// Whether the address may be left out, as Terraform 0.15 did of what drifted; it is then put together.
    pub(super) may_lack_address: bool,
}

impl<'de> DeserializeSeed<'de> for EntrySeed<'_> {
    type Value = ResourceChange;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<ResourceChange, D::Error> {
        deserializer.deserialize_map(self)
    }
}

#[derive(Default)]
struct Entry<'de> {
    address: Option<Box<str>>,
    /// Module address, name and instance key, where the address may be left out.
    parts: [Option<&'de RawValue>; 3],
    previous_address: Option<Box<str>>,
    mode: Option<Mode>,
    kind: Option<Rc<Kind>>,
    provider_name: Option<Rc<str>>,
    deposed: bool,
    change: Option<Change>,
    early_change: Option<&'de RawValue>,
}

impl<'de> Visitor<'de> for EntrySeed<'_> {
    type Value = ResourceChange;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a change")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ResourceChange, A::Error> {
        let mut entry = Entry::default();
        let mut once = Once::default();
        while let Some(key) = map.next_key::<EntryKey>()? {
            once.see(key as u32, key.name()).map_err(|error| self.context.fail(error))?;
            match key {
                EntryKey::Address => entry.address = map.next_value()?,
                EntryKey::PreviousAddress => entry.previous_address = map.next_value()?,
                EntryKey::Mode => entry.mode = map.next_value::<Option<ModeWord>>()?.map(ModeWord::mode),
                EntryKey::Type => entry.kind = map.next_value_seed(KindSeed(self.context))?,
                EntryKey::ProviderName => {
                    entry.provider_name = map.next_value_seed(TextSeed(self.context))?;
                }
                EntryKey::Deposed => entry.deposed = map.next_value::<Option<IgnoredAny>>()?.is_some(),
                // Which attributes matter depends on the type, which nearly always comes first.
                EntryKey::Change => match (&entry.kind, entry.mode) {
                    (Some(kind), Some(mode)) => {
                        entry.change = Some(map.next_value_seed(self.change(mode, kind))?);
                    }
                    _ => entry.early_change = Some(map.next_value()?),
                },
                EntryKey::ModuleAddress if self.may_lack_address => {
                    entry.parts[0] = Some(map.next_value()?);
                }
                EntryKey::Name if self.may_lack_address => {
                    entry.parts[1] = Some(map.next_value()?);
                }
                EntryKey::Index if self.may_lack_address => {
                    entry.parts[2] = Some(map.next_value()?);
                }
                // Known only so that they cannot stand there twice.
                EntryKey::ModuleAddress | EntryKey::Name | EntryKey::Index | EntryKey::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        self.complete(entry)
    }
}

impl<'c> EntrySeed<'c> {
    fn change<'n>(&'n self, mode: Mode, kind: &'n Kind) -> ChangeSeed<'n>
    where
        'c: 'n,
    {
        ChangeSeed { context: self.context, names: self.context.names(mode == Mode::Managed, kind) }
    }

    fn complete<E: serde::de::Error>(&self, entry: Entry<'_>) -> Result<ResourceChange, E> {
        let shape = || self.context.fail::<E>(PlanError::unexpected_shape());
        let kind = entry.kind.ok_or_else(shape)?;
        let mode = entry.mode.unwrap_or(Mode::Managed);
        let change = match (entry.change, entry.early_change) {
            (Some(change), _) => change,
            (None, Some(raw)) => {
                let mut deserializer = serde_json::Deserializer::from_str(raw.get());
                self.change(mode, &kind).deserialize(&mut deserializer).map_err(|_| shape())?
            }
            (None, None) => return Err(shape()),
        };
        Ok(ResourceChange {
            address: entry.address.or_else(|| address_of(&kind.name, &entry.parts)).ok_or_else(shape)?,
            previous_address: entry.previous_address,
            mode,
            resource_type: Rc::clone(&kind.name),
            provider_name: entry.provider_name.unwrap_or_else(|| "".into()),
            deposed: entry.deposed,
            change,
        })
    }
}

/// The address from its parts.
fn address_of(kind: &str, [module, name, key]: &[Option<&RawValue>; 3]) -> Option<Box<str>> {
    let text = |part: Option<&RawValue>| -> Option<String> { serde_json::from_str(part?.get()).ok() };
    let name = text(*name)?;
    let module = text(*module).map(|module| format!("{module}.")).unwrap_or_default();
    let key = key.as_ref().map(|key| format!("[{}]", key.get())).unwrap_or_default();
    Some(format!("{module}{kind}.{name}{key}").into())
}

key_of! { ModeWord { "managed" => Managed } }

impl ModeWord {
    pub(super) fn is_managed(self) -> bool {
        self.name() == "managed"
    }

    fn mode(self) -> Mode {
        if self.is_managed() { Mode::Managed } else { Mode::Other }
    }
}

key_of! { ActionWord {
    "no-op" => NoOp, "create" => Create, "read" => Read, "update" => Update, "delete" => Delete, "forget" => Forget,
} }

/// The action behind a list of words.
struct Actions(Action);

impl<'de> Deserialize<'de> for Actions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;
        impl<'de> Visitor<'de> for Words {
            type Value = Actions;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of actions")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Actions, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = list.next_element::<ActionWord>()? {
                    words.push(word.name());
                }
                Ok(Actions(Action::of(&words)))
            }
        }
        deserializer.deserialize_seq(Words)
    }
}

key_of! { ChangeKey {
    "actions" => Actions, "before" => Before, "after" => After, "after_unknown" => AfterUnknown,
    "before_sensitive" => BeforeSensitive, "after_sensitive" => AfterSensitive,
} }

struct ChangeSeed<'c> {
    context: &'c Context<'c>,
    names: &'c Names,
}

impl<'de> DeserializeSeed<'de> for ChangeSeed<'_> {
    type Value = Change;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Change, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ChangeSeed<'_> {
    type Value = Change;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what changes")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Change, A::Error> {
        let mut action = None;
        let (mut before, mut after) = (None, None);
        let [mut after_unknown, mut before_sensitive, mut after_sensitive] = [const { Marks::All(false) }; 3];
        let mut once = Once::default();
        let object = ObjectSeed { context: self.context, names: self.names };
        let (unknown, secret) =
            (|| MarksSeed { object, picks_members: true }, || MarksSeed { object, picks_members: false });
        while let Some(key) = map.next_key::<ChangeKey>()? {
            once.see(key as u32, key.name()).map_err(|error| self.context.fail(error))?;
            match key {
                ChangeKey::Actions => {
                    let actions = map.next_value::<Option<Actions>>()?;
                    action = Some(actions.map_or(Action::NoOp, |Actions(action)| action));
                }
                // Nothing changes: `before` says the same as `after`.
                ChangeKey::Before if action == Some(Action::NoOp) => {
                    map.next_value::<IgnoredAny>()?;
                }
                ChangeKey::Before => before = map.next_value_seed(object)?,
                ChangeKey::After => after = map.next_value_seed(object)?,
                ChangeKey::AfterUnknown => after_unknown = map.next_value_seed(unknown())?,
                ChangeKey::BeforeSensitive => before_sensitive = map.next_value_seed(secret())?,
                ChangeKey::AfterSensitive => after_sensitive = map.next_value_seed(secret())?,
                ChangeKey::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let Some(action) = action else {
            return Err(self.context.fail(PlanError::unexpected_shape()));
        };
        Ok(Change { action, before, after, after_unknown, before_sensitive, after_sensitive })
    }
}

/// An object of which only the attributes in `names` are kept; null is no object.
#[derive(Clone, Copy)]
pub(super) struct ObjectSeed<'c> {
    pub(super) context: &'c Context<'c>,
    pub(super) names: &'c Names,
}

impl ObjectSeed<'_> {
    /// The attributes, without those whose raw text says as much as their absence.
    fn members<'de, A: MapAccess<'de>>(
        self,
        mut map: A,
        says_nothing: impl Fn(&str, &str) -> bool,
        picks_members: bool,
    ) -> Result<Attributes, A::Error> {
        let mut text = self.context.scratch();
        let mut seen = Seen::default();
        while let Some(found) = map.next_key_seed(NameSeed(self.names))? {
            let Some(index) = found else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let name = self.names.get(index);
            if !seen.first(index) {
                return Err(self.context.fail(PlanError::duplicate_key(name)));
            }
            let raw: &RawValue = map.next_value()?;
            let keys = self.names.members(index).filter(|_| picks_members);
            Attributes::write(&mut text, name, |text| {
                let begun = text.len();
                if !keys.is_some_and(|keys| members::pick(text, raw.get(), keys)) {
                    text.push_str(raw.get());
                }
                !says_nothing(name, text.get(begun..).unwrap_or_default())
            });
        }
        let attributes = self.context.attributes(&text);
        self.context.give_back(text);
        Ok(attributes)
    }
}

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_> {
    type Value = Option<Attributes>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_> {
    type Value = Option<Attributes>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or null")
    }
    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        // Null is absent, and there can be very many of them.
        self.members(map, |name, raw| raw == "null" && !self.names.keeps_null(name), true).map(Some)
    }
}

/// Marks, of which those of single members are kept where only these matter. What is secret is so as a whole.
struct MarksSeed<'c> {
    object: ObjectSeed<'c>,
    picks_members: bool,
}

impl<'de> DeserializeSeed<'de> for MarksSeed<'_> {
    type Value = Marks;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Marks, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for MarksSeed<'_> {
    type Value = Marks;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true, false or an object")
    }
    fn visit_unit<E>(self) -> Result<Marks, E> {
        Ok(Marks::All(false))
    }
    fn visit_bool<E>(self, all: bool) -> Result<Marks, E> {
        Ok(Marks::All(all))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Marks, A::Error> {
        // Most marks mark nothing.
        let says_nothing = |_: &str, raw: &str| matches!(raw, "null" | "{}" | "[]" | "false");
        let marks = self.object.members(map, says_nothing, self.picks_members)?;
        Ok(if marks.is_empty() { Marks::All(false) } else { Marks::Each(marks) })
    }
}
