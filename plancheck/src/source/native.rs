//! Reads one file: its blocks with their places, and the modules it calls. HCL and its JSON form come to the same.

use std::collections::BTreeMap;

use hcl::edit::Span as _;
use hcl::edit::expr::{Expression, Object, ObjectKey};
use hcl::edit::structure::{self, Body};

use super::block::Block;
use super::effort::unreadable;
use super::files::Entry;
use super::lines::{Lines, Spot};
use super::references;

/// How deep attributes are followed into objects. The parser's own limit is higher.
const DEEPEST: usize = 16;

/// What stands in a file.
#[derive(Default)]
pub(super) struct Content {
    /// By address within the module: `aws_x.y`, `data.aws_x.y`, `provider.aws.us`, `local.a`, `var.b`, `module.c`.
    pub(super) blocks: Vec<(String, Block)>,
    /// The `source` of each module called, where it is written out.
    pub(super) calls: BTreeMap<String, Option<String>>,
}

/// Reads a text. An error is a clause that says where it goes wrong; it never quotes the text, which may hold secrets.
pub(super) fn read(text: &str, entry: Entry, file: usize) -> Result<Content, String> {
    let lines = Lines::new(text, file);
    let wrong = |error: &hcl::edit::parser::Error| {
        let at = error.location();
        unreadable(at.line(), at.column())
    };
    let mut reader = Reader { lines, content: Content::default() };
    match entry {
        Entry::Native => {
            let body: Body = text.parse().map_err(|error| wrong(&error))?;
            body.blocks().for_each(|block| reader.block(block));
        }
        Entry::Json => {
            // Every JSON text is an expression of HCL, and this way it has places.
            let expression: Expression = text.trim_end().parse().map_err(|error| wrong(&error))?;
            for object in objects(&expression) {
                reader.json(object);
            }
        }
    }
    Ok(reader.content)
}

struct Reader<'t> {
    lines: Lines<'t>,
    content: Content,
}

impl Reader<'_> {
    fn block(&mut self, block: &structure::Block) {
        let labels: Vec<&str> = block.labels.iter().map(structure::BlockLabel::as_str).collect();
        if block.ident.as_str() == "locals" && labels.is_empty() {
            for attribute in block.body.attributes() {
                let at = self.lines.spot(attribute.span());
                self.local(attribute.key.as_str(), at, &attribute.value);
            }
            return;
        }
        let Some(mut address) = address(block.ident.as_str(), &labels) else { return };
        let mut read = Block::new(self.lines.spot(block.span()));
        self.body(&block.body, "", &mut read);
        let written =
            |name: &str| block.body.get_attribute(name).and_then(|attribute| attribute.value.as_str());
        if let Some(alias) = written("alias").filter(|_| block.ident.as_str() == "provider") {
            address = format!("{address}.{alias}");
        }
        if let (Some(name), true) = (labels.first(), block.ident.as_str() == "module") {
            self.content.calls.insert((*name).to_owned(), written("source").map(str::to_owned));
        }
        self.content.blocks.push((address, read));
    }

    fn body(&self, body: &Body, prefix: &str, read: &mut Block) {
        for attribute in body.attributes() {
            let path = format!("{prefix}{}", attribute.key.as_str());
            self.attribute(path, self.lines.spot(attribute.span()), &attribute.value, read);
        }
        for block in body.blocks() {
            // What a dynamic block makes is written in its content.
            let dynamic = block.labels.first().filter(|_| block.ident.as_str() == "dynamic");
            let name = dynamic.map_or(block.ident.as_str(), structure::BlockLabel::as_str);
            let inner = format!("{prefix}{name}");
            if inner.matches('.').count() >= DEEPEST {
                continue;
            }
            read.note(inner.clone(), self.lines.spot(block.span()));
            if dynamic.is_none() {
                self.body(&block.body, &format!("{inner}."), read);
            }
            for content in block.body.get_blocks("content").filter(|_| dynamic.is_some()) {
                self.body(&content.body, &format!("{inner}."), read);
            }
        }
    }

    fn attribute(&self, path: String, at: Spot, value: &Expression, read: &mut Block) {
        if path == "lifecycle.ignore_changes" {
            return self.ignored(value, read);
        }
        if path.matches('.').count() < DEEPEST {
            for (name, at, value) in self.all_members(value) {
                self.attribute(format!("{path}.{name}"), at, value, read);
            }
        }
        read.note(path, at);
    }

    /// Members of an object with their names, as far as those are written out.
    fn members<'o>(&self, object: &'o Object) -> Vec<(&'o str, Spot, &'o Expression)> {
        let named = object.iter().filter_map(|(key, value)| {
            let (name, span) = match key {
                ObjectKey::Ident(name) => (name.as_str(), name.span()),
                ObjectKey::Expression(Expression::String(name)) => (name.value().as_str(), name.span()),
                ObjectKey::Expression(_) => return None,
            };
            Some((name, self.lines.spot(span), value.expr()))
        });
        named.collect()
    }

    /// The members of one object, or of those of a list.
    fn all_members<'o>(&self, value: &'o Expression) -> Vec<(&'o str, Spot, &'o Expression)> {
        objects(value).into_iter().flat_map(|object| self.members(object)).collect()
    }

    fn ignored(&self, value: &Expression, read: &mut Block) {
        let at = |expression: &Expression| self.lines.spot(expression.span());
        let Expression::Array(items) = value else {
            // `all`, or something that is none of what Terraform takes here: then nothing is certainly left to be seen.
            return read.ignored.everything(at(value));
        };
        for item in items {
            match item {
                Expression::Variable(name) => read.ignored.path(name.as_str(), at(item)),
                Expression::String(text) => read.ignored.path(text.value(), at(item)),
                // What stands before a splat covers whatever it picks.
                Expression::Traversal(traversal) => match references::path(traversal) {
                    Some(path) => read.ignored.path(&path, at(item)),
                    None => read.ignored.everything(at(item)),
                },
                _ => read.ignored.everything(at(item)),
            }
        }
    }

    fn local(&mut self, name: &str, at: Spot, value: &Expression) {
        let references = references::of(value);
        self.content.blocks.push((format!("local.{name}"), Block { references, ..Block::new(at) }));
    }

    /// The top level of the JSON form: kind of block, then its labels, then its body.
    fn json(&mut self, top: &Object) {
        for (kind, _, value) in self.members(top) {
            let labels = match kind {
                "resource" | "data" => 2,
                "provider" | "module" | "variable" | "output" => 1,
                "locals" => {
                    for (name, at, value) in self.all_members(value) {
                        self.local(name, at, value);
                    }
                    continue;
                }
                _ => continue,
            };
            self.labeled(kind, labels, &mut Vec::new(), value);
        }
    }

    fn labeled<'o>(&mut self, kind: &str, left: usize, labels: &mut Vec<&'o str>, value: &'o Expression) {
        for (name, at, value) in self.all_members(value) {
            labels.push(name);
            if left > 1 {
                self.labeled(kind, left - 1, labels, value);
            } else {
                for body in objects(value) {
                    self.json_block(kind, labels, at, body);
                }
            }
            labels.pop();
        }
    }

    fn json_block(&mut self, kind: &str, labels: &[&str], at: Spot, body: &Object) {
        let Some(mut address) = address(kind, labels) else { return };
        let mut read = Block::new(at);
        let members = self.members(body);
        for (name, at, value) in &members {
            if *name == "lifecycle" {
                for (name, at, value) in self.all_members(value) {
                    self.attribute(format!("lifecycle.{name}"), at, value, &mut read);
                }
            } else {
                self.attribute((*name).to_owned(), *at, value, &mut read);
            }
        }
        let written = |wanted: &str| {
            members.iter().find(|(name, ..)| *name == wanted).and_then(|(_, _, value)| value.as_str())
        };
        if let Some(alias) = written("alias").filter(|_| kind == "provider") {
            address = format!("{address}.{alias}");
        }
        if let (Some(name), true) = (labels.first(), kind == "module") {
            self.content.calls.insert((*name).to_owned(), written("source").map(str::to_owned));
        }
        self.content.blocks.push((address, read));
    }
}

/// The address of a block within its module; `None` for kinds that nothing refers to.
fn address(kind: &str, labels: &[&str]) -> Option<String> {
    match (kind, labels) {
        ("resource", [resource_type, name]) => Some(format!("{resource_type}.{name}")),
        ("data", [resource_type, name]) => Some(format!("data.{resource_type}.{name}")),
        ("provider" | "module" | "output", [name]) => Some(format!("{kind}.{name}")),
        ("variable", [name]) => Some(format!("var.{name}")),
        _ => None,
    }
}

/// One object, or those of a list: the JSON form allows both wherever a block can stand.
fn objects(value: &Expression) -> Vec<&Object> {
    match value {
        Expression::Object(object) => vec![object],
        Expression::Array(items) => items.iter().filter_map(Expression::as_object).collect(),
        _ => Vec::new(),
    }
}
