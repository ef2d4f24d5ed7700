//! Schemas: what a practitioner can write, what Terraform is told about it, and how a plan treats each attribute.
//!
//! A schema is also where documentation comes from (`docs`), so descriptions are Markdown for people.

mod attribute;
mod identity;
mod timeouts;
mod validator;

use std::collections::BTreeMap;

pub use attribute::{Attribute, Nesting};
pub(crate) use attribute::{Kind, Presence, Recompute, Replace};
pub use identity::{IdentityAttribute, IdentitySchema};
pub(crate) use timeouts::Operation;
pub use timeouts::Timeouts;
pub use validator::Validator;

use crate::path::{Path, Step};
use crate::types::Type;

/// The schema of a resource, data source or provider: a version, a description and attributes.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    pub(crate) version: i64,
    pub(crate) description: String,
    pub(crate) deprecation: Option<String>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) timeouts: Option<Timeouts>,
}

impl Schema {
    /// An empty schema of version 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// The version of the shape. Raise it when state written before can no longer be read, and upgrade in
    /// [`Resource::upgrade_state`](crate::Resource::upgrade_state).
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = version;
        self
    }

    /// What it is for, in Markdown. The first sentence becomes the page's description.
    #[must_use]
    pub fn description(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self
    }

    /// Marks the whole as deprecated; the text says what to use instead.
    #[must_use]
    pub fn deprecated(mut self, instead: impl Into<String>) -> Self {
        self.deprecation = Some(instead.into());
        self
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, attribute: Attribute) -> Self {
        self.attributes.push(attribute);
        self
    }

    /// Adds several attributes.
    #[must_use]
    pub fn attributes(mut self, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        self.attributes.extend(attributes);
        self
    }

    /// The type of a whole value of this schema.
    pub fn ty(&self) -> Type {
        object_type(&self.attributes)
    }

    /// The top-level attributes in the order in which they were added.
    pub fn attribute_list(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The same where there is no result: attributes with a default are merely optional.
    pub(crate) fn of_configuration(mut self) -> Self {
        self.attributes.iter_mut().for_each(Attribute::merely_configured);
        self
    }

    /// The part of a path by which Terraform finds the line of the configuration. Below the first step it looks for blocks
    /// only, and one step into a nested attribute makes it point at the whole resource instead.
    pub(crate) fn locate(&self, path: &Path) -> Path {
        let mut located = Path::root();
        let mut attributes = self.attributes.as_slice();
        for step in self.resolve(path).steps() {
            located = located.step(step.clone());
            let Step::Attribute(name) = step else { continue };
            match attributes
                .iter()
                .find(|attribute| *attribute.name == **name)
                .map(|found| (&found.kind, found.block))
            {
                Some((Kind::Nested(_, inner), true)) => attributes = inner,
                Some((Kind::Nested(..), false)) => break,
                _ => {}
            }
        }
        located
    }

    /// Writes a path as Terraform can show it: map keys as keys, and cut off where it enters a set.
    pub(crate) fn resolve(&self, path: &Path) -> Path {
        let mut resolved = Path::root();
        let mut place = Place::Attributes(&self.attributes);
        for step in path.steps() {
            let Some((step, next)) = place.enter(step) else { break };
            resolved = resolved.step(step);
            place = next;
        }
        resolved
    }
}

pub(crate) fn object_type(attributes: &[Attribute]) -> Type {
    Type::Object(
        attributes
            .iter()
            .map(|attribute| (attribute.name.clone(), attribute.ty()))
            .collect::<BTreeMap<_, _>>(),
    )
}

/// Where a path has come to while it is resolved.
enum Place<'a> {
    Attributes(&'a [Attribute]),
    Nested(Nesting, &'a [Attribute]),
    Typed(&'a Type),
}

impl<'a> Place<'a> {
    fn of(attribute: &'a Attribute) -> Self {
        match &attribute.kind {
            Kind::Nested(Nesting::Single, attributes) => Self::Attributes(attributes),
            Kind::Nested(nesting, attributes) => Self::Nested(*nesting, attributes),
            Kind::Typed(ty) => Self::Typed(ty),
        }
    }

    fn enter(&self, step: &Step) -> Option<(Step, Place<'a>)> {
        match (self, step) {
            (Self::Attributes(attributes), Step::Attribute(name) | Step::Key(name)) => {
                let attribute = attributes.iter().find(|attribute| *attribute.name == **name)?;
                Some((Step::Attribute(name.clone()), Self::of(attribute)))
            }
            (Self::Nested(Nesting::List, attributes), Step::Index(_)) => {
                Some((step.clone(), Self::Attributes(attributes)))
            }
            (Self::Nested(Nesting::Map, attributes), Step::Attribute(key) | Step::Key(key)) => {
                Some((Step::Key(key.clone()), Self::Attributes(attributes)))
            }
            (Self::Typed(Type::List(element)), Step::Index(_)) => Some((step.clone(), Self::Typed(element))),
            (Self::Typed(Type::Map(element)), Step::Attribute(key) | Step::Key(key)) => {
                Some((Step::Key(key.clone()), Self::Typed(element)))
            }
            (Self::Typed(Type::Tuple(elements)), Step::Index(index)) => {
                Some((step.clone(), Self::Typed(elements.get(usize::try_from(*index).ok()?)?)))
            }
            (Self::Typed(Type::Object(attributes)), Step::Attribute(name) | Step::Key(name)) => {
                Some((Step::Attribute(name.clone()), Self::Typed(attributes.get(name.as_str())?)))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    #[test]
    fn paths_become_what_terraform_can_show() {
        let exception = Attribute::string("reason").required();
        let schema = Schema::new()
            .attribute(Attribute::map("tags", Type::String).optional())
            .attribute(Attribute::nested_list("caps", [exception.clone()]).optional())
            .attribute(Attribute::nested_set("exceptions", [exception]).optional());
        let shown = |path: Path| schema.resolve(&path).to_string();
        assert_eq!(shown(Path::from("tags.owner")), "tags[\"owner\"]");
        assert_eq!(shown(Path::from("caps[1].reason")), "caps[1].reason");
        assert_eq!(shown(Path::from("exceptions[0].reason")), "exceptions");
        assert_eq!(shown(Path::attribute("exceptions").element(Value::Null).attr("reason")), "exceptions");
        assert_eq!(shown(Path::from("nonsense.x")), "");
    }

    #[test]
    fn paths_stop_where_terraform_would_lose_the_line() {
        let inner = || [Attribute::map("labels", Type::String)];
        let schema = Schema::new()
            .attribute(Attribute::nested("limits", inner()))
            .attribute(Attribute::nested_list("rule", inner()).written_as_block())
            .attribute(Attribute::map("tags", Type::String));
        let located = |path: &str| schema.locate(&Path::from(path)).to_string();
        assert_eq!(located("limits.labels"), "limits");
        assert_eq!(located("rule[0].labels.a"), "rule[0].labels[\"a\"]");
        assert_eq!(located("tags.owner"), "tags[\"owner\"]");
        assert_eq!(located(""), "");
    }
}
