//! One attribute: its type, who sets it, and how a plan treats it.

use std::fmt;

use super::{Validator, object_type};
use crate::name::Name;
use crate::types::Type;
use crate::value::Value;

/// How nested objects are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// One object.
    Single,
    /// A list of objects.
    List,
    /// A set of objects.
    Set,
    /// A map of objects.
    Map,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Typed(Type),
    Nested(Nesting, Vec<Attribute>),
}

/// What there is among the nested attributes, however deep: what there is not need not be looked for at every call.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "four answers that have nothing to do with each other")]
struct Beneath {
    planned: bool,
    checked: bool,
    write_only: bool,
    respelled: bool,
}

impl Beneath {
    fn of(kind: &Kind) -> Self {
        let Kind::Nested(_, inner) = kind else { return Self::default() };
        Self {
            planned: inner.iter().any(Attribute::is_planned),
            checked: inner.iter().any(Attribute::is_checked),
            write_only: inner.iter().any(Attribute::has_write_only),
            respelled: inner.iter().any(Attribute::has_equivalent),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    Optional,
    Computed,
    OptionalComputed,
}

/// When a computed value that nobody configured becomes unknown in the plan of an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Recompute {
    /// When anything changes.
    OnChange,
    /// When one of these top-level attributes changes.
    With(Vec<String>),
    /// Never: it stays what it was.
    Never,
}

#[derive(Clone)]
pub(crate) enum Replace {
    Never,
    Always,
    If(fn(prior: &Value, planned: &Value) -> bool),
}

/// One attribute of a schema. Optional unless said otherwise.
#[derive(Clone)]
pub struct Attribute {
    pub(crate) name: Name,
    pub(crate) kind: Kind,
    beneath: Beneath,
    pub(crate) presence: Presence,
    pub(crate) sensitive: bool,
    pub(crate) write_only: bool,
    pub(crate) description: String,
    pub(crate) deprecation: Option<String>,
    pub(crate) default: Option<Value>,
    pub(crate) validators: Vec<Validator>,
    pub(crate) recompute: Recompute,
    pub(crate) replace: Replace,
    pub(crate) equivalent: Option<fn(&Value, &Value) -> bool>,
    pub(crate) block: bool,
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Attribute");
        debug.field("name", &self.name).field("kind", &self.kind).field("presence", &self.presence);
        debug.finish_non_exhaustive()
    }
}

/// Constructors.
impl Attribute {
    /// An attribute of any type.
    pub fn new(name: impl Into<String>, ty: Type) -> Self {
        Self::of(name, Kind::Typed(ty))
    }

    fn of(name: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.into().into(),
            beneath: Beneath::of(&kind),
            kind,
            presence: Presence::Optional,
            sensitive: false,
            write_only: false,
            description: String::new(),
            deprecation: None,
            default: None,
            validators: Vec::new(),
            recompute: Recompute::OnChange,
            replace: Replace::Never,
            equivalent: None,
            block: false,
        }
    }

    /// A string.
    pub fn string(name: impl Into<String>) -> Self {
        Self::new(name, Type::String)
    }

    /// A bool.
    pub fn bool(name: impl Into<String>) -> Self {
        Self::new(name, Type::Bool)
    }

    /// A number.
    pub fn number(name: impl Into<String>) -> Self {
        Self::new(name, Type::Number)
    }

    /// A list.
    pub fn list(name: impl Into<String>, element: Type) -> Self {
        Self::new(name, Type::list(element))
    }

    /// A set.
    pub fn set(name: impl Into<String>, element: Type) -> Self {
        Self::new(name, Type::set(element))
    }

    /// A map.
    pub fn map(name: impl Into<String>, element: Type) -> Self {
        Self::new(name, Type::map(element))
    }

    /// A value that brings its own type. Not inside collections: Terraform refuses that.
    pub fn dynamic(name: impl Into<String>) -> Self {
        Self::new(name, Type::Dynamic)
    }

    /// A nested object.
    pub fn nested(name: impl Into<String>, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        Self::of(name, Kind::Nested(Nesting::Single, attributes.into_iter().collect()))
    }

    /// A list of nested objects.
    pub fn nested_list(name: impl Into<String>, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        Self::of(name, Kind::Nested(Nesting::List, attributes.into_iter().collect()))
    }

    /// A set of nested objects.
    pub fn nested_set(name: impl Into<String>, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        Self::of(name, Kind::Nested(Nesting::Set, attributes.into_iter().collect()))
    }

    /// A map of nested objects.
    pub fn nested_map(name: impl Into<String>, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        Self::of(name, Kind::Nested(Nesting::Map, attributes.into_iter().collect()))
    }
}

/// How it is written.
impl Attribute {
    /// Nested objects written as `name { … }` instead of `name = { … }`. Only to serve schemas that exist already: a block is
    /// never null, only empty, and cannot be required or computed as a whole. No effect on attributes without nested objects.
    #[must_use]
    pub fn written_as_block(mut self) -> Self {
        self.block = matches!(self.kind, Kind::Nested(..));
        self
    }
}

/// Who sets it.
impl Attribute {
    /// The practitioner must set it.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.presence = Presence::Required;
        self
    }

    /// The practitioner may set it.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.presence = match self.presence {
            Presence::Computed | Presence::OptionalComputed => Presence::OptionalComputed,
            Presence::Required | Presence::Optional => Presence::Optional,
        };
        self
    }

    /// Only the provider sets it. After [`optional`](Self::optional): [`optional_computed`](Self::optional_computed).
    #[must_use]
    pub fn computed(mut self) -> Self {
        self.presence = Presence::Computed;
        self
    }

    /// The provider sets it where the practitioner does not.
    #[must_use]
    pub fn optional_computed(mut self) -> Self {
        self.presence = Presence::OptionalComputed;
        self
    }

    /// What it is where the practitioner sets nothing, at any depth of nesting. Makes the attribute optional and computed, as
    /// Terraform demands of an attribute with a default.
    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(value.into());
        self.optional_computed()
    }
}

/// What it says.
impl Attribute {
    /// What it means, in Markdown.
    #[must_use]
    pub fn description(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self
    }

    /// Hides the value in Terraform's output. It still stands in the state.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// The value stands in the configuration only, never in plan or state. Read it from the request's `config`.
    #[must_use]
    pub fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// Marks it as deprecated; the text says what to use instead.
    #[must_use]
    pub fn deprecated(mut self, instead: impl Into<String>) -> Self {
        self.deprecation = Some(instead.into());
        self
    }

    /// Adds a check of the configured value. Skipped while the value is null or unknown.
    #[must_use]
    pub fn validate(mut self, validator: Validator) -> Self {
        self.validators.push(validator);
        self
    }
}

/// How a plan treats it.
impl Attribute {
    /// A change of this attribute destroys the object and creates a new one.
    #[must_use]
    pub fn requires_replace(mut self) -> Self {
        self.replace = Replace::Always;
        self
    }

    /// A change of this attribute replaces the object if `when(prior, planned)`.
    #[must_use]
    pub fn requires_replace_if(mut self, when: fn(&Value, &Value) -> bool) -> Self {
        self.replace = Replace::If(when);
        self
    }

    /// A computed value that an update does not change, such as an id.
    #[must_use]
    pub fn keep_prior(mut self) -> Self {
        self.recompute = Recompute::Never;
        self
    }

    /// A computed value that changes only together with one of these top-level attributes. Without this, it is planned as
    /// unknown whenever anything changes.
    #[must_use]
    pub fn changes_with<'a>(mut self, attributes: impl IntoIterator<Item = &'a str>) -> Self {
        self.recompute = Recompute::With(attributes.into_iter().map(str::to_owned).collect());
        self
    }

    /// When two values mean the same though they are spelled differently.
    ///
    /// The plan then keeps the prior spelling, so a change of spelling is no change; what a read or an apply returns keeps the
    /// spelling of state and plan. Called with known or partly known values, never with null or unknown ones.
    #[must_use]
    pub fn equivalent(mut self, same: fn(&Value, &Value) -> bool) -> Self {
        self.equivalent = Some(same);
        self
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type of the value.
    pub fn ty(&self) -> Type {
        match &self.kind {
            Kind::Typed(ty) => ty.clone(),
            Kind::Nested(nesting, attributes) => {
                let object = object_type(attributes);
                match nesting {
                    Nesting::Single => object,
                    Nesting::List => Type::list(object),
                    Nesting::Set => Type::set(object),
                    Nesting::Map => Type::map(object),
                }
            }
        }
    }

    pub(crate) fn merely_configured(&mut self) {
        if self.default.is_some() {
            self.presence = Presence::Optional;
        }
        if let Kind::Nested(_, attributes) = &mut self.kind {
            attributes.iter_mut().for_each(Self::merely_configured);
        }
    }

    /// False if a plan takes what is configured beneath as it is, whatever was there before.
    pub(crate) fn is_planned_beneath(&self) -> bool {
        self.beneath.planned
    }

    fn is_planned(&self) -> bool {
        self.beneath.planned || self.is_computed() || self.write_only || self.equivalent.is_some()
    }

    /// True if there is something to say about a configured value, here or beneath.
    pub(crate) fn is_checked(&self) -> bool {
        self.beneath.checked || self.deprecation.is_some() || !self.validators.is_empty()
    }

    /// True if the value must not stand in plan or state, here or beneath.
    pub(crate) fn has_write_only(&self) -> bool {
        self.beneath.write_only || self.write_only
    }

    /// True if values can be spelled differently, here or beneath.
    pub(crate) fn has_equivalent(&self) -> bool {
        self.beneath.respelled || self.equivalent.is_some()
    }

    pub(crate) fn is_computed(&self) -> bool {
        matches!(self.presence, Presence::Computed | Presence::OptionalComputed)
    }

    pub(crate) fn is_configurable(&self) -> bool {
        self.presence != Presence::Computed
    }
}
