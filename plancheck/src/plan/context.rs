//! What all visitors of a plan share: keys read without keeping them, texts stored once, the attributes that are kept, and faults.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use foldhash::{HashMap, HashSet};
use remit_governance::json::Json;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{PlanError, Wanted};

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

/// Where the text is while it is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    /// All of it in memory, so that parts of it need no copy.
    Whole,
    /// In a buffer that is used again and again.
    Passing,
}

/// A value as it stands in the file.
pub(super) enum Raw<'de> {
    Borrowed(&'de RawValue),
    Owned(Box<RawValue>),
}

impl Raw<'_> {
    pub(super) fn get(&self) -> &str {
        match self {
            Self::Borrowed(raw) => raw.get(),
            Self::Owned(raw) => raw.get(),
        }
    }
}

/// What the visitors need, and where they leave a fault that serde's own error type cannot carry.
pub(super) struct Context<'w> {
    wanted: &'w dyn Wanted,
    input: Input,
    kinds: RefCell<HashMap<Rc<str>, Rc<Kind>>>,
    texts: RefCell<HashSet<Rc<str>>>,
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
    pub(super) fn new(wanted: &'w dyn Wanted, input: Input) -> Self {
        Self {
            wanted,
            input,
            kinds: RefCell::default(),
            texts: RefCell::default(),
            last: RefCell::new(Rc::from("")),
            nothing: Names::default(),
            record: Names::new(["controls", "name", "record"].map(str::to_owned).to_vec()),
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
        let kind = Rc::new(Kind { names, name: Rc::clone(&name) });
        self.kinds.borrow_mut().insert(name, Rc::clone(&kind));
        kind
    }

    pub(super) fn wants_prior_state(&self) -> bool {
        self.wanted.prior_state()
    }

    /// The attributes to keep; data sources are read and never changed, so nothing of them is kept.
    pub(super) fn names<'k>(&'k self, managed: bool, kind: &'k Kind) -> &'k Names {
        if managed { &kind.names } else { &self.nothing }
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

    /// The next value of an object, unread.
    pub(super) fn raw<'de, A: MapAccess<'de>>(&self, map: &mut A) -> Result<Raw<'de>, A::Error> {
        match self.input {
            Input::Whole => map.next_value().map(Raw::Borrowed),
            Input::Passing => map.next_value().map(Raw::Owned),
        }
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

    pub(super) fn into_fault(self) -> Option<PlanError> {
        self.fault.into_inner()
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
}

impl Names {
    pub(super) fn new(list: Vec<String>) -> Self {
        let lengths = list.iter().fold(0, |bits, name| bits | length_bit(name));
        Self { list, lengths, with_null: Vec::new() }
    }

    pub(super) fn get(&self, index: usize) -> &str {
        self.list.get(index).map_or("", String::as_str)
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
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
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
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
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
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
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
pub(super) fn strict<E: serde::de::Error>(context: &Context<'_>, place: &str, raw: &str) -> Result<Json, E> {
    Json::parse(raw).map_err(|_| context.fail(PlanError::attribute(place, "value")))
}
