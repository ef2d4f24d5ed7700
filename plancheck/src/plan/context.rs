//! What all visitors of a plan share: keys read without keeping them, texts stored once, the attributes that are kept, and faults.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::io::Read;
use std::rc::Rc;

use foldhash::{HashMap, HashSet};
use remit_governance::json::Json;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Visitor};
use serde_json::Deserializer;
use serde_json::de::SliceRead;
use serde_json::value::RawValue;

use super::configuration::Arguments;
use super::window::{Taken, Window};
use super::{Attributes, PlanError, Wanted};

/// An enum of the keys one object level knows, read without keeping the key's text.
macro_rules! key_of {
    ($name:ident { $($text:literal => $variant:ident),+ $(,)? }) => {
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub(super) enum $name { $($variant,)+ Other }

        impl $name {
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ Self::Other => "" }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Key;
                impl serde::de::Visitor<'_> for Key {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a key")
                    }
                    fn visit_str<E>(self, key: &str) -> Result<$name, E> {
                        Ok(match key { $($text => $name::$variant,)+ _ => $name::Other })
                    }
                }
                deserializer.deserialize_str(Key)
            }
        }
    };
}
pub(super) use key_of;

/// Which known keys of an object were seen. Keys that nobody reads may repeat: they decide nothing.
#[derive(Default)]
pub(super) struct Once(u32);

impl Once {
    /// Notes a key; the empty name stands for all keys that are not read.
    pub(super) fn see(&mut self, bit: u32, name: &str) -> Result<(), PlanError> {
        if !name.is_empty() && self.has(bit) {
            return Err(PlanError::duplicate_key(name));
        }
        self.0 |= 1 << bit;
        Ok(())
    }

    pub(super) fn has(&self, bit: u32) -> bool {
        self.0 & (1 << bit) != 0
    }
}

/// How far modules may be nested.
pub(super) const DEEPEST: usize = 64;

/// Which keys of an object that is too large to be parsed at once were seen. Keys that nobody reads may repeat.
#[derive(Default)]
pub(super) struct Keys(Vec<&'static str>);

impl Keys {
    /// Notes a key that is among the known ones.
    pub(super) fn see(&mut self, key: &str, known: &[&'static str]) -> Taken<()> {
        let Some(known) = known.iter().find(|known| **known == key) else { return Ok(()) };
        if self.0.contains(known) {
            return Err(PlanError::duplicate_key(key));
        }
        self.0.push(known);
        Ok(())
    }
}

/// What the visitors need, and where they leave a fault that serde's own error type cannot carry.
pub(super) struct Context<'w> {
    wanted: &'w dyn Wanted,
    kinds: RefCell<HashMap<Rc<str>, Rc<Kind>>>,
    texts: RefCell<HashSet<Rc<str>>>,
    attributes: RefCell<HashSet<Rc<str>>>,
    written: RefCell<HashMap<Box<str>, Rc<Arguments>>>,
    no_arguments: Rc<Arguments>,
    last: RefCell<Rc<str>>,
    nothing: Names,
    /// What is kept of `remit_*` objects in the prior state.
    pub(super) record: Names,
    scratch: RefCell<String>,
    fault: RefCell<Option<PlanError>>,
}

/// A resource type.
pub(super) struct Kind {
    pub(super) name: Rc<str>,
    names: Names,
}

impl<'w> Context<'w> {
    pub(super) fn new(wanted: &'w dyn Wanted) -> Self {
        Self {
            wanted,
            kinds: RefCell::default(),
            texts: RefCell::default(),
            attributes: RefCell::default(),
            written: RefCell::default(),
            no_arguments: Rc::default(),
            last: RefCell::new(Rc::from("")),
            nothing: Names::default(),
            record: Names::new(
                ["controls", "name", "quota_management", "record"].map(str::to_owned).to_vec(),
            ),
            scratch: RefCell::default(),
            fault: RefCell::default(),
        }
    }

    /// The type of that name, the same one every time.
    pub(super) fn kind(&self, name: &str) -> Rc<Kind> {
        if let Some(known) = self.kinds.borrow().get(name) {
            return Rc::clone(known);
        }
        let name: Rc<str> = name.into();
        let mut names = Names::new(self.wanted.attributes(&name));
        names.with_null =
            names.list.iter().filter(|attribute| self.wanted.keeps_null(&name, attribute)).cloned().collect();
        let members = |attribute: &String| self.wanted.members(&name, attribute).cloned().map(Rc::new);
        names.members = names.list.iter().map(members).collect();
        let kind = Rc::new(Kind { names, name: Rc::clone(&name) });
        self.kinds.borrow_mut().insert(name, Rc::clone(&kind));
        kind
    }

    /// The arguments of a block, the same ones for every block that says the same.
    pub(super) fn arguments(&self, written: &[(&str, &str)]) -> Taken<Rc<Arguments>> {
        if written.is_empty() {
            return Ok(Rc::clone(&self.no_arguments));
        }
        let mut text = self.scratch();
        for (name, raw) in written {
            Attributes::write(&mut text, name, |text| {
                text.push_str(raw);
                true
            });
        }
        let known = self.written.borrow().get(text.as_str()).cloned();
        let arguments = if let Some(known) = known {
            known
        } else {
            let read = Rc::new(Arguments::read(written)?);
            self.written.borrow_mut().insert(text.as_str().into(), Rc::clone(&read));
            read
        };
        self.give_back(text);
        Ok(arguments)
    }

    pub(super) fn wants_prior_state(&self) -> bool {
        self.wanted.prior_state()
    }

    /// The attributes to keep; data sources are read and never changed, so nothing of them is kept.
    pub(super) fn names<'k>(&'k self, managed: bool, kind: &'k Kind) -> &'k Names {
        if managed { &kind.names } else { &self.nothing }
    }

    /// Attributes, the same ones for every object that says the same.
    pub(super) fn attributes(&self, text: &str) -> Attributes {
        let mut known = self.attributes.borrow_mut();
        if let Some(same) = known.get(text) {
            return Attributes::of(Rc::clone(same));
        }
        let text: Rc<str> = text.into();
        known.insert(Rc::clone(&text));
        Attributes::of(text)
    }

    fn shared(&self, text: &str) -> Rc<str> {
        let mut last = self.last.borrow_mut();
        if **last != *text {
            let mut texts = self.texts.borrow_mut();
            if let Some(known) = texts.get(text) {
                *last = Rc::clone(known);
            } else {
                *last = text.into();
                texts.insert(Rc::clone(&last));
            }
        }
        Rc::clone(&last)
    }

    /// An empty text with room in it, to be given back after use.
    pub(super) fn scratch(&self) -> String {
        self.scratch.take()
    }

    pub(super) fn give_back(&self, mut scratch: String) {
        scratch.clear();
        self.scratch.replace(scratch);
    }

    pub(super) fn fail<E: serde::de::Error>(&self, error: PlanError) -> E {
        self.fault.borrow_mut().get_or_insert(error);
        E::custom("refused")
    }

    /// Parses one value; a fault that a visitor left is what was wrong with it.
    pub(super) fn value<T>(
        &self,
        text: &mut Window<impl Read>,
        parse: impl FnMut(&mut Deserializer<SliceRead<'_>>) -> serde_json::Result<T>,
    ) -> Taken<T> {
        text.value(parse).map_err(|error| self.fault.take().unwrap_or(error))
    }
}

/// The names of the attributes that are kept of a type.
#[derive(Default)]
pub(super) struct Names {
    list: Vec<String>,
    /// A bit for each length that occurs, so that most keys are told apart without comparing texts.
    lengths: u64,
    /// Those that are kept where they are null.
    with_null: Vec<String>,
    /// For each, the members that matter, where not all of them do.
    members: Vec<Option<Rc<BTreeSet<String>>>>,
}

impl Names {
    pub(super) fn new(list: Vec<String>) -> Self {
        let lengths = list.iter().fold(0, |bits, name| bits | length_bit(name));
        Self { list, lengths, with_null: Vec::new(), members: Vec::new() }
    }

    pub(super) fn get(&self, index: usize) -> &str {
        self.list.get(index).map_or("", String::as_str)
    }

    /// The members of an attribute that matter; `None` where all do.
    pub(super) fn members(&self, index: usize) -> Option<&BTreeSet<String>> {
        self.members.get(index)?.as_deref()
    }

    pub(super) fn keeps_null(&self, name: &str) -> bool {
        self.with_null.iter().any(|kept| kept == name)
    }

    pub(super) fn find(&self, key: &str) -> Option<usize> {
        if self.lengths & length_bit(key) == 0 {
            return None;
        }
        self.list.iter().position(|name| name == key)
    }
}

/// All lengths from 63 on share a bit.
fn length_bit(name: &str) -> u64 {
    1 << name.len().min(63)
}

/// Finds a key among the names, without keeping it.
#[derive(Clone, Copy)]
pub(super) struct NameSeed<'n>(pub(super) &'n Names);

impl<'de> DeserializeSeed<'de> for NameSeed<'_> {
    type Value = Option<usize>;
    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NameSeed<'_> {
    type Value = Option<usize>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.find(key))
    }
}

/// Which names were seen, without a second list for the usual few.
#[derive(Default)]
pub(super) struct Seen(u64, Vec<usize>);

impl Seen {
    /// Notes a name; false if it was there.
    pub(super) fn first(&mut self, index: usize) -> bool {
        let Some(bit) = u32::try_from(index).ok().and_then(|index| 1_u64.checked_shl(index)) else {
            let fresh = !self.1.contains(&index);
            self.1.push(index);
            return fresh;
        };
        let fresh = self.0 & bit == 0;
        self.0 |= bit;
        fresh
    }
}

/// Reads a text, of which there are few different ones, or null.
pub(super) struct TextSeed<'c, 'w>(pub(super) &'c Context<'w>);

impl<'de> DeserializeSeed<'de> for TextSeed<'_, '_> {
    type Value = Option<Rc<str>>;
    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for TextSeed<'_, '_> {
    type Value = Option<Rc<str>>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or null")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(self.0.shared(text)))
    }
}

/// Reads the name of a resource type, or null.
pub(super) struct KindSeed<'c, 'w>(pub(super) &'c Context<'w>);

impl<'de> DeserializeSeed<'de> for KindSeed<'_, '_> {
    type Value = Option<Rc<Kind>>;
    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for KindSeed<'_, '_> {
    type Value = Option<Rc<Kind>>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a resource type or null")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Some(self.0.kind(name)))
    }
}

/// Reads raw text as strict JSON; a fault in it refuses the plan.
pub(super) fn strict(place: &str, raw: &str) -> Taken<Json> {
    Json::parse(raw).map_err(|_| PlanError::attribute(place, "value"))
}

/// One value as it stands there, read as strict JSON.
pub(super) fn json(text: &mut Window<impl Read>, place: &str) -> Taken<Json> {
    let raw: Box<RawValue> = text.value(|text| Deserialize::deserialize(text))?;
    strict(place, raw.get())
}
