//! One entry of `resource_changes`, with the attributes that were asked for still as raw text.

use std::rc::Rc;

/// What kind of object an address stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A resource that Terraform creates and owns.
    Managed,
    /// A data source, or a kind this version does not know: it is read, never changed.
    Other,
}

/// What a plan would do with an object; the two orders of a replacement are one action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// Make it.
    Create,
    /// Read a data source.
    Read,
    /// Change it in place.
    Update,
    /// Destroy it and make it anew, in either order, or forget it and make it anew.
    Replace,
    /// Destroy it.
    Delete,
    /// Leave it running and stop managing it.
    Forget,
    /// Invoke it: an action, which is no object.
    Invoke,
    /// A word or a combination this version does not know.
    Unknown,
}

impl Action {
    /// The action behind the list of words in a plan; an empty list changes nothing.
    pub fn of<W: AsRef<str>>(words: &[W]) -> Self {
        let word = |index: usize| words.get(index).map(AsRef::as_ref);
        match (word(0), word(1), word(2)) {
            (None | Some("no-op"), None, _) => Self::NoOp,
            (Some("create"), None, _) => Self::Create,
            (Some("read"), None, _) => Self::Read,
            (Some("update"), None, _) => Self::Update,
            (Some("delete"), None, _) => Self::Delete,
            (Some("forget"), None, _) => Self::Forget,
            (Some("create"), Some("delete" | "forget"), None)
            | (Some("delete" | "forget"), Some("create"), None) => Self::Replace,
            _ => Self::Unknown,
        }
    }

    /// The word a practitioner knows.
    pub fn word(self) -> &'static str {
        match self {
            Self::NoOp => "no-op",
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Delete => "delete",
            Self::Forget => "forget",
            Self::Invoke => "invoke",
            Self::Unknown => "unknown action",
        }
    }
}

/// The attributes that were asked for, by name, as they stand in the file.
///
/// One text for all of them, since there are very many of these and most hold two or three short values; objects that say the same share
/// it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Attributes(Rc<str>);

impl Default for Attributes {
    fn default() -> Self {
        Self(Rc::from(""))
    }
}

/// Stands between a name and its value, and behind the value. INVARIANT: neither occurs in them, because JSON has control characters
/// only as white space, and the names are the catalog's.
const NAME_END: char = '\u{1f}';
const VALUE_END: char = '\u{1e}';

impl Attributes {
    /// The raw text of an attribute, if the object has it.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, raw)| raw)
    }

    /// Names and raw texts, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.split_terminator(VALUE_END).filter_map(|member| member.split_once(NAME_END))
    }

    /// Whether none of the attributes has a value.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn of(text: Rc<str>) -> Self {
        Self(text)
    }

    /// Adds an attribute whose raw text is written by `value`, unless that says no.
    pub(super) fn write(text: &mut String, name: &str, value: impl FnOnce(&mut String) -> bool) {
        let begun = text.len();
        text.push_str(name);
        text.push(NAME_END);
        if value(text) {
            text.push(VALUE_END);
        } else {
            text.truncate(begun);
        }
    }
}

/// Which parts of an object are unknown or sensitive.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Marks {
    /// One answer for the whole object.
    All(bool),
    /// Per attribute; what is not mentioned is not marked.
    Each(Attributes),
}

impl Marks {
    /// Whether nothing is marked.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::All(false))
    }
}

impl Default for Marks {
    fn default() -> Self {
        Self::All(false)
    }
}

/// The `change` of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happens.
    pub action: Action,
    /// The object before; absent when there is none. For a no-op it is left out where the file allows: it equals `after`.
    pub before: Option<Attributes>,
    /// The object after, as far as known; absent when there will be none.
    pub after: Option<Attributes>,
    /// What of `after` is only known after apply.
    pub after_unknown: Marks,
    /// What of `before` must not be shown.
    pub before_sensitive: Marks,
    /// What of `after` must not be shown.
    pub after_sensitive: Marks,
}

/// One entry of `resource_changes`. Texts that many entries share are stored once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceChange {
    /// Full address with instance keys.
    pub address: Box<str>,
    /// Address under which the object was known before a `moved` block.
    pub previous_address: Option<Box<str>>,
    /// Managed or not.
    pub mode: Mode,
    /// Resource type.
    pub resource_type: Rc<str>,
    /// Source address of the provider; a bare name in very old plans.
    pub provider_name: Rc<str>,
    /// Whether it is an object that a replacement left behind.
    pub deposed: bool,
    /// What happens to it.
    pub change: Change,
}
