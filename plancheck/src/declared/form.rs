//! The two forms that declarations are written in, HCL and its JSON form, brought to one: blocks and local values with their places.

use std::ops::Range;

use hcl::edit::Span as _;
use hcl::edit::expr::{Expression, Object, ObjectKey};
use hcl::edit::structure::{BlockLabel, Body, Structure};

use super::written::WrittenFile;
use crate::source::{Entry, MOST_EFFORT, effort_of, position};
use crate::text::escape;
use crate::verdict::CheckError;

/// A file that was parsed.
pub(super) struct Parsed<'f> {
    pub(super) file: &'f WrittenFile,
    form: Form,
}

enum Form {
    Native(Body),
    /// Every JSON text is an expression of HCL, and so has places; texts in it are templates, as Terraform reads them.
    Json(Expression),
}

/// A block as written, nothing of it worked out.
pub(super) struct Block<'b> {
    pub(super) path: &'b str,
    text: &'b str,
    pub(super) at: Option<usize>,
    pub(super) arguments: Vec<Argument<'b>>,
    /// A block inside, which no declaration has.
    pub(super) nested: Option<Nested>,
}

/// Where a block inside a block is, as far as that is known.
#[derive(Clone)]
pub(super) struct Nested(pub(super) Option<Range<usize>>);

/// An argument as written.
pub(super) struct Argument<'b> {
    pub(super) name: &'b str,
    pub(super) span: Option<Range<usize>>,
    pub(super) value: &'b Expression,
}

/// Parses files, as long as that does not take too long.
pub(super) fn parse(files: &[WrittenFile]) -> Result<Vec<Parsed<'_>>, CheckError> {
    let mut effort = 0_u64;
    let mut parsed = Vec::new();
    for file in files {
        let name = file.path.rsplit(['/', '\\']).next().unwrap_or(&file.path);
        let entry = Entry::of(name).unwrap_or(Entry::Native);
        let text = without_mark(&file.text);
        let own = effort_of(text, entry).map_err(|why| {
            CheckError::new(format!("`{}` cannot be read", escape(&file.path))).with_why(why)
        })?;
        effort = effort.saturating_add(own);
        if effort > MOST_EFFORT {
            let message = format!("reading `{}` would take too long", escape(&file.path));
            return Err(CheckError::new(message).with_help("give a governance lock instead"));
        }
        let (form, what) = match entry {
            Entry::Json => (text.trim_end().parse().map(Form::Json), "JSON"),
            Entry::Native => (text.parse().map(Form::Native), "HCL"),
        };
        let form = form.map_err(|error: hcl::edit::parser::Error| {
            let at = error.location();
            let place = format!("{}:{}:{}", escape(&file.path), at.line(), at.column());
            CheckError::new(format!("`{place}` is not {what}")).with_help("run `terraform validate` there")
        })?;
        parsed.push(Parsed { file, form });
    }
    Ok(parsed)
}

impl Parsed<'_> {
    /// The `resource` blocks, each with its type and name.
    pub(super) fn resources(&self) -> Vec<(&str, &str, Block<'_>)> {
        match &self.form {
            Form::Native(body) => {
                let blocks = body.get_blocks("resource");
                let named = blocks.filter_map(|block| match block.labels.as_slice() {
                    [kind, name] => Some((BlockLabel::as_str(kind), BlockLabel::as_str(name), block)),
                    _ => None,
                });
                let at = |block: &hcl::edit::structure::Block| block.span().map(|span| span.start);
                named.map(|(kind, name, block)| (kind, name, self.native(&block.body, at(block)))).collect()
            }
            Form::Json(document) => {
                let named = members(document, "resource").flat_map(|(kind, _, all)| {
                    each(all).into_iter().flatten().map(move |(name, span, body)| (kind, name, span, body))
                });
                let block = |span: Option<Range<usize>>, body| self.json(body, span.map(|span| span.start));
                named.map(|(kind, name, span, body)| (kind, name, block(span, body))).collect()
            }
        }
    }

    /// The local values.
    pub(super) fn locals(&self) -> Vec<(&str, &Expression)> {
        match &self.form {
            Form::Native(body) => {
                let named = body.get_blocks("locals").flat_map(|block| block.body.attributes());
                named.map(|one| (one.key.as_str(), &one.value)).collect()
            }
            Form::Json(document) => {
                members(document, "locals").map(|(name, _, value)| (name, value)).collect()
            }
        }
    }

    /// The names of the modules that are called.
    pub(super) fn modules(&self) -> Vec<&str> {
        match &self.form {
            Form::Native(body) => {
                let labels = body.get_blocks("module").filter_map(|call| call.labels.first());
                labels.map(BlockLabel::as_str).collect()
            }
            Form::Json(document) => members(document, "module").map(|(name, ..)| name).collect(),
        }
    }

    fn block(&self, at: Option<usize>) -> Block<'_> {
        let (path, text) = (&self.file.path, &self.file.text);
        Block { path, text, at, arguments: Vec::new(), nested: None }
    }

    fn native<'b>(&'b self, body: &'b Body, at: Option<usize>) -> Block<'b> {
        let mut block = self.block(at);
        for structure in body {
            match structure {
                Structure::Block(inner) if inner.ident.as_str() == "lifecycle" => {}
                Structure::Block(inner) => block.nested = block.nested.or(Some(Nested(inner.span()))),
                Structure::Attribute(attribute) => block.arguments.push(Argument {
                    name: attribute.key.as_str(),
                    span: attribute.span(),
                    value: &attribute.value,
                }),
            }
        }
        block
    }

    fn json<'b>(&'b self, body: &'b Expression, at: Option<usize>) -> Block<'b> {
        let named = each(body).into_iter().flatten();
        // A member called `//` is a comment.
        let named = named.filter(|(name, ..)| !matches!(*name, "//" | "lifecycle"));
        let arguments = named.map(|(name, span, value)| Argument { name, span, value }).collect();
        Block { arguments, ..self.block(at) }
    }
}

type Member<'o> = (&'o str, Option<Range<usize>>, &'o Expression);

/// The members of a member of a document.
fn members<'o>(document: &'o Expression, wanted: &'o str) -> impl Iterator<Item = Member<'o>> {
    let top = each(document).into_iter().flatten().filter(move |(name, ..)| *name == wanted);
    top.flat_map(|(_, _, value)| each(value).into_iter().flatten())
}

/// The members of an object, or of each object in a list: the JSON form allows both.
fn each(expression: &Expression) -> Vec<Vec<Member<'_>>> {
    match expression {
        Expression::Object(object) => vec![named(object)],
        Expression::Array(items) => items.iter().filter_map(Expression::as_object).map(named).collect(),
        _ => Vec::new(),
    }
}

fn named(object: &Object) -> Vec<Member<'_>> {
    let members = object.iter().filter_map(|(key, value)| {
        let (name, span) = match key {
            ObjectKey::Ident(name) => (name.as_str(), name.span()),
            ObjectKey::Expression(Expression::String(name)) => (name.value().as_str(), name.span()),
            ObjectKey::Expression(_) => return None,
        };
        Some((name, span, value.expr()))
    });
    members.collect()
}

impl Block<'_> {
    /// A place in the file, as people write it.
    pub(super) fn place(&self, offset: Option<usize>) -> String {
        let (line, column) = position(without_mark(self.text), offset.unwrap_or(0));
        format!("{}:{line}:{column}", escape(self.path))
    }
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}
