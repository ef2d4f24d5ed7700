//! What can be wrong with a provider itself, found before anybody's infrastructure depends on it.

use super::{Core, Prepared};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::path::Path;
use crate::provider::Provider;
use crate::schema::{Attribute, Kind, Presence};
use crate::shape::shape;
use crate::types::Type;

pub(super) fn find<P: Provider>(core: &Core<P>) -> Diagnostics {
    let mut found = Diagnostics::new();
    let mut look = |owner: &str, prepared: &Prepared, managed: bool| {
        let mut place = Place { owner, managed, found: &mut found };
        place.attributes(&prepared.schema.attributes, &Path::root());
    };
    look("the provider configuration", &core.config, false);
    core.resources.iter().for_each(|(name, managed)| look(name, &managed.prepared, true));
    core.data_sources.iter().for_each(|(name, readable)| look(name, &readable.prepared, false));
    core.ephemeral_resources.iter().for_each(|(name, openable)| look(name, &openable.prepared, false));
    core.list_resources.iter().for_each(|(name, listable)| look(name, &listable.prepared, false));
    core.actions.iter().for_each(|(name, invocable)| look(name, &invocable.prepared, false));
    found.extend(core.list_resources.keys().filter_map(|name| without_identity(core, name)));
    let lists = core.list_resources.iter().map(|(name, listable)| (name, &listable.prepared));
    let actions = core.actions.iter().map(|(name, invocable)| (name, &invocable.prepared));
    found.extend(lists.chain(actions).filter_map(|(name, prepared)| computes(name, prepared)));
    found
}

/// What is listed are the identities of managed resources.
fn without_identity<P: Provider>(core: &Core<P>, name: &str) -> Option<Diagnostic> {
    let fault = match core.resources.get(name) {
        None => "is not a resource",
        Some(managed) if managed.identity.is_none() => "is a resource without an identity",
        Some(_) => return None,
    };
    Some(Diagnostic::bug(format!("The list resource `{name}` {fault}.")))
}

/// Searches and actions have no result that could hold computed values.
fn computes(name: &str, prepared: &Prepared) -> Option<Diagnostic> {
    let computed = prepared.schema.attributes.iter().find(|attribute| attribute.is_computed())?;
    let attribute = &computed.name;
    Some(Diagnostic::bug(format!(
        "In {name}, the attribute `{attribute}` is computed, and there is no result to hold it."
    )))
}

struct Place<'a> {
    owner: &'a str,
    managed: bool,
    found: &'a mut Diagnostics,
}

impl Place<'_> {
    fn attributes(&mut self, attributes: &[Attribute], path: &Path) {
        let mut seen = std::collections::BTreeSet::new();
        for attribute in attributes {
            let path = path.clone().attr(&attribute.name);
            if !seen.insert(&attribute.name) {
                self.fault(&path, "comes twice");
            }
            if !is_identifier(&attribute.name) {
                self.fault(&path, "must be named in lower case with digits and underscores");
            }
            self.attribute(attribute, &path);
            if let Kind::Nested(_, inner) = &attribute.kind {
                self.attributes(inner, &path);
            }
        }
    }

    fn attribute(&mut self, attribute: &Attribute, path: &Path) {
        let ty = attribute.ty();
        if let Some(default) = &attribute.default
            && shape(default.clone(), &ty).is_err()
        {
            self.fault(path, &format!("has a default that is not of its type, {}", ty.describe()));
        }
        if attribute.write_only && (attribute.is_computed() || !self.managed) {
            self.fault(path, "cannot be write-only: that is for configurable attributes of resources");
        }
        if has_dynamic_element(&ty) {
            self.fault(path, "has a collection of `any`, which Terraform refuses");
        }
        if attribute.presence == Presence::Computed && !attribute.validators.is_empty() {
            self.fault(path, "has validators, but nobody can configure it");
        }
    }

    fn fault(&mut self, path: &Path, fault: &str) {
        self.found.push(Diagnostic::bug(format!("In {}, the attribute `{path}` {fault}.", self.owner)));
    }
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn has_dynamic_element(ty: &Type) -> bool {
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => {
            **element == Type::Dynamic || has_dynamic_element(element)
        }
        Type::Tuple(types) => types.iter().any(has_dynamic_element),
        Type::Object(attributes) => attributes.values().any(has_dynamic_element),
        Type::Bool | Type::Number | Type::String | Type::Dynamic => false,
    }
}
