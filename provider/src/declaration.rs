//! From Terraform's values to a declaration of `remit_governance` and back: what is unknown stays out, faults find their
//! attribute again. Nothing here knows what a declaration says; `remit_governance` is the one that reads it.

use remit_governance::{
    invalid::{Invalid, Kind, Step},
    json::Json,
};
use tf_provider_sdk::{
    DecodeError, Diagnostic, Diagnostics, Model, Object, ObjectReader, Path, Schema, Type, Value,
};

/// Configuration, plan or state, as it is: `remit_governance` is who reads it.
#[derive(Debug, Clone)]
pub(crate) struct Attributes(pub(crate) Object);

impl Model for Attributes {
    fn decode(object: &mut ObjectReader) -> Result<Self, DecodeError> {
        Ok(Self(object.rest()))
    }

    fn encode(self) -> Object {
        self.0
    }
}

/// A configuration as JSON. Unknown parts are null in it and listed beside it.
pub(crate) struct Config<'a> {
    attributes: &'a Object,
    json: Json,
    unknown: Vec<Vec<Step>>,
}

impl<'a> Config<'a> {
    /// Takes the arguments of a resource: all attributes but `computed`.
    pub(crate) fn new(attributes: &'a Object, computed: &[&str]) -> Self {
        let mut unknown = Vec::new();
        let arguments = attributes.iter().filter(|(name, _)| !computed.contains(name));
        let json = members(arguments, &Place::Root, &mut unknown);
        Self { attributes, json, unknown }
    }

    /// The JSON that `remit_governance` reads.
    pub(crate) fn json(&self) -> &Json {
        &self.json
    }

    /// Whether every argument has its value.
    pub(crate) fn is_known(&self) -> bool {
        self.unknown.is_empty()
    }

    /// The faults that hold whatever the unknown values turn out to be. The schema says what is a map.
    pub(crate) fn diagnose(&self, schema: &Schema, faults: Vec<Invalid>) -> Diagnostics {
        let ty = schema.ty();
        let certain = |fault: &Invalid| match fault.kind {
            _ if self.is_known() => true,
            Kind::Relation => false,
            Kind::Missing => self
                .unknown
                .iter()
                .all(|unknown| !related(unknown, &fault.path) && !beside(unknown, &fault.path)),
            _ => self.unknown.iter().all(|unknown| !related(unknown, &fault.path)),
        };
        faults.into_iter().filter(certain).map(|fault| self.diagnostic(&fault, &ty)).collect()
    }

    fn diagnostic(&self, fault: &Invalid, ty: &Type) -> Diagnostic {
        let title = match fault.kind {
            Kind::Value => "Invalid value",
            Kind::Missing => "Missing attribute",
            Kind::Unknown => "Unknown attribute",
            Kind::Relation => "Attributes disagree",
        };
        let path = self.path(&fault.path, ty);
        let place = path.to_string();
        let mut detail = if place.is_empty() { String::new() } else { format!("`{place}`: ") };
        detail.push_str(&if place.is_empty() { sentence(&fault.message) } else { ended(&fault.message) });
        if let Some(help) = &fault.help {
            detail.push_str("\n\n");
            detail.push_str(&sentence(help));
        }
        Diagnostic::error(title).detail(detail).at(path)
    }

    /// The path as Terraform knows it: an element of a set is named by its value, one of a map by its key. In a dynamic value
    /// a name is what the parser took it for.
    fn path(&self, steps: &[Step], ty: &Type) -> Path {
        let mut path = Path::root();
        let (mut here, mut ty) = (None, ty);
        for step in steps {
            (path, here) = match (step, here.map(Value::plain)) {
                (Step::Attribute(name) | Step::Key(name), _) => {
                    let below = if path.is_root() {
                        Some(self.attributes.get(name))
                    } else {
                        here.map(|here: &Value| here.attr(name))
                    };
                    let is_key = matches!((ty, step), (Type::Map(_), _) | (Type::Dynamic, Step::Key(_)));
                    (if is_key { path.key(name) } else { path.attr(name) }, below)
                }
                (Step::Index(index), Some(Value::Set(set))) => match set.iter().nth(*index) {
                    Some(element) => (path.element(element.clone()), Some(element)),
                    None => (path, None),
                },
                (Step::Index(index), _) => {
                    (path.index(*index), here.and_then(|here| here.elements()?.nth(*index)))
                }
            };
            ty = below_type(ty, step);
        }
        path
    }
}

fn below_type<'t>(ty: &'t Type, step: &Step) -> &'t Type {
    match (ty, step) {
        (Type::Object(attributes), Step::Attribute(name) | Step::Key(name)) => {
            attributes.get(name.as_str()).unwrap_or(&Type::Dynamic)
        }
        (Type::List(element) | Type::Set(element) | Type::Map(element), _) => element,
        _ => &Type::Dynamic,
    }
}

/// Whether one of two paths leads through the other.
fn related(one: &[Step], other: &[Step]) -> bool {
    one.iter().zip(other).all(|(left, right)| match (left, right) {
        (Step::Attribute(left) | Step::Key(left), Step::Attribute(right) | Step::Key(right)) => left == right,
        _ => left == right,
    })
}

/// Whether two paths are attributes of one object: what is missing may be right because of the other.
fn beside(one: &[Step], other: &[Step]) -> bool {
    let parent = |path: &[Step]| path.split_last().map(|(_, parent)| parent.to_vec());
    parent(one) == parent(other)
}

/// Where a value stands. Written down only where one is unknown: every call comes through here.
enum Place<'a> {
    Root,
    Attribute(&'a Place<'a>, &'a str),
    Index(&'a Place<'a>, usize),
}

impl Place<'_> {
    fn steps(&self) -> Vec<Step> {
        let (parent, step) = match self {
            Self::Root => return Vec::new(),
            Self::Attribute(parent, name) => (parent, Step::Attribute((*name).to_owned())),
            Self::Index(parent, index) => (parent, Step::Index(*index)),
        };
        let mut steps = parent.steps();
        steps.push(step);
        steps
    }
}

fn json(value: &Value, place: &Place, unknown: &mut Vec<Vec<Step>>) -> Json {
    match value.plain() {
        Value::Null | Value::Dynamic(_) => Json::Null,
        Value::Unknown(_) => {
            unknown.push(place.steps());
            Json::Null
        }
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(number) => Json::number(&number.to_string()).unwrap_or(Json::Null),
        Value::String(text) => Json::String(text.clone()),
        Value::List(items) => elements(items.iter(), place, unknown),
        Value::Set(items) => elements(items.iter(), place, unknown),
        Value::Object(object) => members(object.iter(), place, unknown),
    }
}

/// Null is absent. A map of nothing but nulls has to be an empty one.
fn members<'v>(
    members: impl Iterator<Item = (&'v str, &'v Value)>,
    place: &Place,
    unknown: &mut Vec<Vec<Step>>,
) -> Json {
    let given = members.filter(|(_, value)| !value.is_null());
    let members =
        given.map(|(name, value)| (name.to_owned(), json(value, &Place::Attribute(place, name), unknown)));
    Json::Object(members.filter(|(_, json)| *json != Json::Null).collect())
}

fn elements<'v>(items: impl Iterator<Item = &'v Value>, place: &Place, unknown: &mut Vec<Vec<Step>>) -> Json {
    items.enumerate().map(|(index, item)| json(item, &Place::Index(place, index), unknown)).collect()
}

/// A message of `remit_governance` (lower case, no full stop) as sentences.
pub(crate) fn sentence(message: &str) -> String {
    let sentences = message.split_inclusive("? ").map(|sentence| {
        let mut rest = sentence.chars();
        let first = rest.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
        first + rest.as_str()
    });
    ended(&sentences.collect::<String>())
}

fn ended(message: &str) -> String {
    if message.ends_with(['.', '?', '!']) { message.to_owned() } else { format!("{message}.") }
}
