//! The schema section of a page: attributes by who sets them, and nested objects below, each under an anchor.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::markdown::{code, under_item};
use crate::name::Name;
use crate::schema::{Attribute, Kind, Nesting, Presence, Replace, Schema};
use crate::types::Type;
use crate::value::Value;

/// The whole section.
pub(super) fn render(schema: &Schema) -> String {
    let mut text = "## Schema".to_owned();
    if schema.attributes.is_empty() {
        text.push_str("\n\nThere is nothing to set.");
    }
    let fields = schema.attributes.iter().map(|attribute| Field::of_attribute(attribute, None)).collect();
    object(&mut text, &mut Vec::new(), fields);
    text
}

/// Who sets an attribute. In the order of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Required,
    Optional,
    ReadOnly,
}

impl Group {
    fn title(self) -> &'static str {
        match self {
            Self::Required => "Required",
            Self::Optional => "Optional",
            Self::ReadOnly => "Read-Only",
        }
    }
}

/// One line of the section: an attribute of the schema, or of an object type, which has no words of its own.
struct Field<'a> {
    name: &'a str,
    group: Group,
    /// Type and properties, as they stand in the parentheses.
    words: String,
    text: String,
    inner: Inner<'a>,
}

/// What a field is made of.
enum Inner<'a> {
    Nothing,
    Attributes { attributes: &'a [Attribute], block: bool },
    Object(&'a BTreeMap<Name, Type>),
}

impl<'a> Field<'a> {
    /// Who cannot set an object cannot set what is in it.
    fn of_attribute(attribute: &'a Attribute, parent: Option<Group>) -> Self {
        let group = match attribute.presence {
            _ if parent == Some(Group::ReadOnly) => Group::ReadOnly,
            Presence::Required => Group::Required,
            Presence::Optional | Presence::OptionalComputed => Group::Optional,
            Presence::Computed => Group::ReadOnly,
        };
        let inner = match &attribute.kind {
            Kind::Nested(_, attributes) => Inner::Attributes { attributes, block: attribute.block },
            Kind::Typed(ty) => Inner::of_type(ty),
        };
        Self { name: &attribute.name, group, words: words(attribute), text: spoken(attribute), inner }
    }

    /// Object types know no optional attributes: who sets the object sets all of them.
    fn of_type((name, ty): (&'a Name, &'a Type), parent: Group) -> Self {
        let group = if parent == Group::ReadOnly { parent } else { Group::Required };
        Self { name, group, words: type_words(ty), text: String::new(), inner: Inner::of_type(ty) }
    }

    fn inner_fields(&self) -> Option<Vec<Field<'a>>> {
        match &self.inner {
            Inner::Nothing => None,
            Inner::Attributes { attributes, .. } => Some(
                attributes.iter().map(|attribute| Self::of_attribute(attribute, Some(self.group))).collect(),
            ),
            Inner::Object(attributes) => {
                Some(attributes.iter().map(|attribute| Self::of_type(attribute, self.group)).collect())
            }
        }
    }

    fn anchor(&self, path: &[&str]) -> String {
        let kind = if matches!(self.inner, Inner::Attributes { block: true, .. }) {
            "nestedblock"
        } else {
            "nestedatt"
        };
        let steps = path.iter().chain([&self.name]).copied().collect::<Vec<_>>();
        format!("{kind}--{}", steps.join("--"))
    }

    fn line(&self, path: &[&str]) -> String {
        let mut text = format!("`{}` ({})", self.name, self.words);
        if !self.text.is_empty() {
            let _ = write!(text, " {}", self.text);
        }
        if !matches!(self.inner, Inner::Nothing) {
            let gap = if text.contains('\n') { "\n\n" } else { " " };
            let _ = write!(text, "{gap}(see [below for nested schema](#{}))", self.anchor(path));
        }
        format!("- {}", under_item(&text, 2))
    }
}

impl<'a> Inner<'a> {
    fn of_type(ty: &'a Type) -> Self {
        match ty {
            Type::List(element) | Type::Set(element) | Type::Map(element) => Self::of_type(element),
            Type::Object(attributes) => Self::Object(attributes),
            Type::Bool | Type::Number | Type::String | Type::Dynamic | Type::Tuple(_) => Self::Nothing,
        }
    }
}

/// The fields of one object in groups, then everything nested in it.
fn object<'a>(text: &mut String, path: &mut Vec<&'a str>, mut fields: Vec<Field<'a>>) {
    fields.sort_by(|left, right| (left.group, left.name).cmp(&(right.group, right.name)));
    for group in fields.chunk_by(|left, right| left.group == right.group) {
        let title = group.first().map_or("", |field| field.group.title());
        let heading = if path.is_empty() { format!("### {title}") } else { format!("{title}:") };
        let lines: Vec<_> = group.iter().map(|field| field.line(path)).collect();
        let _ = write!(text, "\n\n{heading}\n\n{}", lines.join("\n"));
    }
    for field in &fields {
        let Some(inner) = field.inner_fields() else { continue };
        let anchor = field.anchor(path);
        path.push(field.name);
        let _ = write!(text, "\n\n<a id=\"{anchor}\"></a>\n### Nested Schema for `{}`", path.join("."));
        object(text, path, inner);
        path.pop();
    }
}

fn words(attribute: &Attribute) -> String {
    let kind = match &attribute.kind {
        Kind::Typed(ty) => type_words(ty),
        Kind::Nested(nesting, _) => {
            let what = if attribute.block { "Block" } else { "Attributes" };
            match nesting {
                Nesting::Single => what.to_owned(),
                Nesting::List => format!("{what} List"),
                Nesting::Set => format!("{what} Set"),
                Nesting::Map => format!("{what} Map"),
            }
        }
    };
    let properties = [
        (attribute.sensitive, "Sensitive"),
        (attribute.write_only, "Write-only"),
        (attribute.deprecation.is_some(), "Deprecated"),
        (matches!(attribute.replace, Replace::Always), "Forces replacement"),
    ];
    let properties = properties.into_iter().filter(|(applies, _)| *applies).map(|(_, word)| word.to_owned());
    [kind].into_iter().chain(properties).collect::<Vec<_>>().join(", ")
}

/// The description, followed by what the schema knows beyond it. Nothing is said twice.
fn spoken(attribute: &Attribute) -> String {
    let description = attribute.description.trim();
    let validators = attribute.validators.iter().map(|validator| validator.documentation().to_owned());
    let default =
        attribute.default.as_ref().and_then(shown).map(|shown| format!("Defaults to {}.", code(&shown)));
    let deprecation = attribute.deprecation.as_ref().map(|instead| format!("**Deprecated:** {instead}"));
    let notes = validators.chain(default).chain(deprecation);
    let notes: Vec<_> =
        notes.filter(|note| !note.is_empty() && !description.contains(note.as_str())).collect();
    // A description of several lines may end in a list or in code, where further text would become part of it.
    let gap = match (description.is_empty() || notes.is_empty(), description.contains('\n')) {
        (true, _) => "",
        (false, true) => "\n\n",
        (false, false) => " ",
    };
    format!("{description}{gap}{}", notes.join(" "))
}

/// A type as Registry pages name it.
pub(super) fn type_words(ty: &Type) -> String {
    match ty {
        Type::Bool => "Boolean".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::String => "String".to_owned(),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::List(element) => format!("List of {}", type_words(element)),
        Type::Set(element) => format!("Set of {}", type_words(element)),
        Type::Map(element) => format!("Map of {}", type_words(element)),
        Type::Tuple(elements) => {
            format!("Tuple of ({})", elements.iter().map(type_words).collect::<Vec<_>>().join(", "))
        }
        Type::Object(_) => "Object".to_owned(),
    }
}

/// A default in one line, if it is one at all. Plain words stand as they are, everything else as JSON, which is also HCL.
fn shown(default: &Value) -> Option<String> {
    match default.plain() {
        Value::Null | Value::Unknown(_) => None,
        Value::String(text)
            if !text.is_empty() && text.trim() == text && !text.contains(char::is_control) =>
        {
            Some(text.clone())
        }
        other => other.to_json().ok().map(|json| json.to_string()),
    }
}
