//! Reading attributes by path, with what is unknown or secret laid over what is known.

use std::collections::BTreeMap;

use remit_governance::json::Json;

use crate::plan::{Attributes, Marks, PlanError};

/// The attributes of one side of a change.
#[derive(Debug, Clone, Default)]
pub(crate) struct Object {
    values: Option<Json>,
    unknown: Option<Json>,
    sensitive: Option<Json>,
}

/// A place inside an object: what stands there, and what is marked unknown there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'a> {
    value: Option<&'a Json>,
    unknown: Option<&'a Json>,
}

/// What a path reaches. What is absent is not reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Leaf<'a> {
    /// A value that is known in full.
    Known(&'a Json),
    /// A value that is known only after apply, wholly or in part.
    Unknown,
}

impl Object {
    /// Parses the attributes that were kept. Only here are they looked into, and a duplicate key at any level refuses the plan.
    pub(crate) fn read(
        address: &str,
        attributes: &Attributes,
        unknown: &Marks,
        sensitive: &Marks,
    ) -> Result<Self, PlanError> {
        Ok(Self {
            values: Some(parse_all(address, attributes)?),
            unknown: Some(parse_marks(address, unknown)?),
            sensitive: Some(parse_marks(address, sensitive)?),
        })
    }

    /// An object of which the plan says nothing.
    pub(crate) fn wholly_unknown() -> Self {
        Self { values: None, unknown: Some(Json::Bool(true)), sensitive: None }
    }

    /// The object as a whole.
    pub(crate) fn root(&self) -> Node<'_> {
        Node { value: self.values.as_ref(), unknown: self.unknown.as_ref() }
    }

    /// Whether anything at all must not be shown.
    pub(crate) fn has_secrets(&self) -> bool {
        self.sensitive.as_ref().is_some_and(has_mark)
    }

    /// Whether anything on the way to this path, or below it, must not be shown.
    pub(crate) fn is_sensitive<'p>(&self, path: impl Iterator<Item = &'p str>) -> bool {
        let segments: Vec<&str> = path.collect();
        self.sensitive.as_ref().is_some_and(|marks| marked(marks, &segments))
    }
}

fn parse_all(address: &str, attributes: &Attributes) -> Result<Json, PlanError> {
    let mut values = BTreeMap::new();
    for (name, raw) in attributes.iter() {
        let value = Json::parse(raw).map_err(|_| PlanError::attribute(address, name))?;
        values.insert(name.to_owned(), value);
    }
    Ok(Json::Object(values))
}

fn parse_marks(address: &str, marks: &Marks) -> Result<Json, PlanError> {
    match marks {
        Marks::All(all) => Ok(Json::Bool(*all)),
        Marks::Each(attributes) => parse_all(address, attributes),
    }
}

fn marked(marks: &Json, segments: &[&str]) -> bool {
    match marks {
        Json::Bool(mark) => *mark,
        Json::Array(items) => items.iter().any(|item| marked(item, segments)),
        Json::Object(members) => match segments.split_first() {
            Some((first, rest)) => members.get(*first).is_some_and(|below| marked(below, rest)),
            None => members.values().any(|below| marked(below, &[])),
        },
        _ => false,
    }
}

impl<'a> Node<'a> {
    /// The value as text, to tell one element of a list from another.
    pub(crate) fn text(self) -> String {
        self.value.map(Json::canonical).unwrap_or_default()
    }

    /// Everything the path reaches, in order.
    pub(crate) fn leaves<'p>(self, path: impl Iterator<Item = &'p str>) -> Vec<Leaf<'a>> {
        let segments: Vec<&str> = path.collect();
        let mut found = Vec::new();
        self.walk(&segments, &mut found);
        found
    }

    /// The elements of the list at the path. `None`: the list itself is unknown.
    pub(crate) fn elements<'p>(self, path: impl Iterator<Item = &'p str>) -> Option<Vec<Node<'a>>> {
        let segments: Vec<&str> = path.collect();
        let mut nodes = vec![self];
        for segment in segments {
            let mut below = Vec::new();
            for node in nodes {
                below.extend(node.child(segment).spread()?);
            }
            nodes = below;
        }
        Some(nodes)
    }

    fn child(self, name: &str) -> Self {
        if self.is_unknown() {
            return self;
        }
        Node {
            value: self.value.and_then(Json::as_object).and_then(|members| members.get(name)),
            unknown: self.unknown.and_then(Json::as_object).and_then(|members| members.get(name)),
        }
    }

    fn is_unknown(self) -> bool {
        self.unknown == Some(&Json::Bool(true))
    }

    /// One node per element of a list, or the node itself.
    fn spread(self) -> Option<Vec<Node<'a>>> {
        if self.is_unknown() {
            return None;
        }
        let values = if let Some(Json::Array(items)) = self.value { Some(items.as_slice()) } else { None };
        let unknowns =
            if let Some(Json::Array(items)) = self.unknown { Some(items.as_slice()) } else { None };
        if values.is_none() && unknowns.is_none() {
            let absent = matches!(self.value, None | Some(Json::Null))
                && self.unknown.is_none_or(|mark| !has_mark(mark));
            return Some(if absent { Vec::new() } else { vec![self] });
        }
        let (values, unknowns) = (values.unwrap_or_default(), unknowns.unwrap_or_default());
        let count = values.len().max(unknowns.len());
        Some(
            (0..count).map(|index| Node { value: values.get(index), unknown: unknowns.get(index) }).collect(),
        )
    }

    fn walk(self, segments: &[&str], found: &mut Vec<Leaf<'a>>) {
        let Some((first, rest)) = segments.split_first() else {
            return self.end(found);
        };
        match self.spread() {
            None => found.push(Leaf::Unknown),
            Some(nodes) => {
                for node in nodes {
                    node.child(first).walk(rest, found);
                }
            }
        }
    }

    fn end(self, found: &mut Vec<Leaf<'a>>) {
        if self.unknown.is_some_and(has_mark) {
            found.push(Leaf::Unknown);
        } else if let Some(value) = self.value
            && *value != Json::Null
        {
            found.push(Leaf::Known(value));
        }
    }

    /// The value, and what of it is unknown, for maps whose members matter one by one.
    pub(crate) fn at<'p>(self, path: impl Iterator<Item = &'p str>) -> (Option<&'a Json>, Option<&'a Json>) {
        let mut node = self;
        for segment in path {
            node = node.child(segment);
        }
        (node.value, node.unknown)
    }
}

/// Whether anything below is marked.
fn has_mark(marks: &Json) -> bool {
    match marks {
        Json::Bool(mark) => *mark,
        Json::Array(items) => items.iter().any(has_mark),
        Json::Object(members) => members.values().any(has_mark),
        _ => false,
    }
}
