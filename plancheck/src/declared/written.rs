//! Governance read from `.tf` files, for work on it before anything is applied: literal values, local values and references between
//! declarations. Whatever else decides a value is Terraform's to know, and is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hcl::edit::Span as _;
use hcl::edit::expr::Expression;
use hcl::edit::structure::{BlockLabel, Body, Structure};
use remit_governance::{Approver, DefaultOverride, Envelope, Invalid, Json, Lock};

use super::Declared;
use super::value::{Names, Refused, evaluate};
use crate::source::{MOST_EFFORT, effort_of, position};
use crate::text::escape;
use crate::verdict::CheckError;

/// A file of declarations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// Its path, for messages.
    pub path: String,
    /// What stands in it.
    pub text: String,
}

/// What the types of declarations are called.
const TYPES: [&str; 3] = ["remit_approver", "remit_envelope", "remit_default_override"];

/// Arguments that are Terraform's own.
const OF_TERRAFORM: [&str; 2] = ["depends_on", "provider"];

/// A declaration as written.
struct Block<'b> {
    path: &'b str,
    text: &'b str,
    at: Option<usize>,
    body: &'b Body,
}

/// What a declaration comes to.
#[derive(Clone)]
struct Record {
    text: String,
    digest: String,
}

struct Declarations<'b> {
    /// By type and name.
    blocks: BTreeMap<(String, String), Block<'b>>,
    locals: BTreeMap<String, (&'b WrittenFile, &'b Expression)>,
    records: BTreeMap<(String, String), Record>,
    /// What is being worked out, so that a circle ends.
    open: BTreeSet<String>,
}

impl Declared {
    /// From `.tf` files. What stands there is declared and not applied; nobody approved it.
    pub fn from_files(files: &[WrittenFile]) -> Result<Self, CheckError> {
        let mut bodies = Vec::new();
        let mut effort = 0_u64;
        for file in files {
            let extension = Path::new(&file.path).extension();
            if extension.is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
                refuse_json(file)?;
                continue;
            }
            effort = effort.saturating_add(effort_of(&file.text));
            if effort > MOST_EFFORT {
                let message = format!("reading `{}` would take too long", escape(&file.path));
                return Err(CheckError::new(message).with_help("give a governance lock instead"));
            }
            let text = file.text.strip_prefix('\u{feff}').unwrap_or(&file.text);
            let body: Body = text.parse().map_err(|error: hcl::edit::parser::Error| {
                let at = error.location();
                let place = format!("{}:{}:{}", escape(&file.path), at.line(), at.column());
                CheckError::new(format!("`{place}` is not HCL")).with_help("run `terraform validate` there")
            })?;
            bodies.push((file, body));
        }
        let mut all = Declarations::find(&bodies)?;
        let keys: Vec<(String, String)> = all.blocks.keys().cloned().collect();
        let mut records = Vec::new();
        for key in keys {
            records.push(all.record(&key)?.text);
        }
        if records.is_empty() {
            return Err(super::none_found());
        }
        let records: Vec<&str> = records.iter().map(String::as_str).collect();
        let lock = Lock::build(&records, 0).map_err(|faults| {
            let error = CheckError::new("the governance in the `.tf` files does not fit together");
            faults.iter().fold(error, |error, fault| error.with_why(escape(&fault.to_string())))
        })?;
        let calls = bodies.iter().flat_map(|(_, body)| body.get_blocks("module"));
        let modules = calls.filter_map(|call| Some(format!("module.{}", call.labels.first()?.as_str())));
        Ok(Self { left_out: modules.collect(), ..Self::of(&lock)? })
    }
}

/// The JSON form is not read for declarations; one that stood there must not be passed over.
fn refuse_json(file: &WrittenFile) -> Result<(), CheckError> {
    if !file.text.contains("remit_") {
        return Ok(());
    }
    let error = CheckError::new(format!("`{}` declares governance in the JSON form", escape(&file.path)));
    Err(error.with_help("write it in HCL, or apply it and give the lock it makes"))
}

impl<'b> Declarations<'b> {
    fn find(bodies: &'b [(&'b WrittenFile, Body)]) -> Result<Self, CheckError> {
        let mut all = Self {
            blocks: BTreeMap::new(),
            locals: BTreeMap::new(),
            records: BTreeMap::new(),
            open: BTreeSet::new(),
        };
        for (file, body) in bodies {
            for block in body.blocks() {
                if block.ident.as_str() == "locals" {
                    let named = block.body.attributes();
                    all.locals.extend(named.map(|one| (one.key.as_str().to_owned(), (*file, &one.value))));
                }
                let labels: Vec<&str> = block.labels.iter().map(BlockLabel::as_str).collect();
                let ("resource", [kind, name]) = (block.ident.as_str(), labels.as_slice()) else { continue };
                if !TYPES.contains(kind) {
                    continue;
                }
                let found = Block {
                    path: &file.path,
                    text: &file.text,
                    at: block.span().map(|span| span.start),
                    body: &block.body,
                };
                let key = ((*kind).to_owned(), (*name).to_owned());
                if let Some(first) = all.blocks.insert(key, found) {
                    let name = escape(&format!("{kind}.{name}"));
                    let error = CheckError::new(format!("`{name}` is declared twice"));
                    return Err(error.with_why(format!("the first is in `{}`", first.place(first.at))));
                }
            }
        }
        Ok(all)
    }

    fn record(&mut self, key: &(String, String)) -> Result<Record, CheckError> {
        if let Some(known) = self.records.get(key) {
            return Ok(known.clone());
        }
        let (kind, name) = key;
        let address = format!("{kind}.{name}");
        if !self.open.insert(address.clone()) {
            return Err(CheckError::new(format!("`{}` refers to itself", escape(&address))));
        }
        let arguments = self.arguments(key, &address)?;
        let declared = match kind.as_str() {
            "remit_approver" => {
                Approver::declare(&arguments).map(|one| (one.record(), one.digest().to_string()))
            }
            "remit_envelope" => {
                Envelope::declare(&arguments).map(|one| (one.record(), one.digest().to_string()))
            }
            _ => DefaultOverride::declare(&arguments).map(|one| (one.record(), one.digest().to_string())),
        };
        let (text, digest) = declared.map_err(|faults| self.unsound(key, &address, &faults))?;
        self.open.remove(&address);
        let record = Record { text, digest };
        self.records.insert(key.clone(), record.clone());
        Ok(record)
    }

    fn unsound(&self, key: &(String, String), address: &str, faults: &[Invalid]) -> CheckError {
        let place = self.blocks.get(key).map(|block| block.place(block.at)).unwrap_or_default();
        let error = CheckError::new(format!("`{}` in `{place}` is not sound", escape(address)));
        faults.iter().fold(error, |error, fault| error.with_why(escape(&fault.to_string())))
    }

    fn arguments(&mut self, key: &(String, String), address: &str) -> Result<Json, CheckError> {
        let Some(block) = self.blocks.get(key) else {
            let error = CheckError::new(format!("there is no `{}` in the `.tf` files", escape(address)));
            return Err(error.with_help("modules are not followed: give the folder that declares it"));
        };
        let (body, path, text) = (block.body, block.path, block.text);
        let place = |span: Option<std::ops::Range<usize>>| at(path, text, span.map(|span| span.start));
        let mut arguments = BTreeMap::new();
        for structure in body {
            match structure {
                Structure::Block(block) if block.ident.as_str() == "lifecycle" => {}
                Structure::Block(block) => {
                    let message = format!("`{}` has a block", place(block.span()));
                    return Err(
                        CheckError::new(message).with_help("write it as an attribute: `name = { … }`")
                    );
                }
                Structure::Attribute(attribute) => {
                    let name = attribute.key.as_str();
                    if matches!(name, "for_each" | "count") {
                        return Err(refused(&place(attribute.span()), "how many there are is decided there"));
                    }
                    if !OF_TERRAFORM.contains(&name) {
                        let value = evaluate(&attribute.value, self)
                            .map_err(|Refused { why, at }| refused(&place(at.or(attribute.span())), &why))?;
                        arguments.insert(name.to_owned(), value);
                    }
                }
            }
        }
        Ok(Json::Object(arguments))
    }
}

impl Names for Declarations<'_> {
    fn local(&mut self, name: &str) -> Result<Json, Refused> {
        let Some((_, expression)) = self.locals.get(name).copied() else {
            return Err(Refused::new(format!("there is no `local.{}`", escape(name))));
        };
        if !self.open.insert(format!("local.{name}")) {
            return Err(Refused::new(format!("`local.{}` refers to itself", escape(name))));
        }
        // Its own place is in another block, perhaps in another file.
        let value = evaluate(expression, self).map_err(|refused| Refused::new(refused.why))?;
        self.open.remove(&format!("local.{name}"));
        Ok(value)
    }

    fn declaration(&mut self, kind: &str, name: &str, attribute: &str) -> Result<Json, Refused> {
        if !TYPES.contains(&kind) {
            return Err(Refused::new(format!("what `{}` is only Terraform knows", escape(kind))));
        }
        let key = (kind.to_owned(), name.to_owned());
        let record = self.record(&key).map_err(|error| Refused::new(error.to_string()))?;
        match attribute {
            "record" => Ok(Json::from(record.text)),
            "digest" => Ok(Json::from(record.digest)),
            _ => Err(Refused::new("only `record` and `digest` of a declaration are known here".to_owned())),
        }
    }
}

impl Block<'_> {
    fn place(&self, offset: Option<usize>) -> String {
        at(self.path, self.text, offset)
    }
}

fn at(path: &str, text: &str, offset: Option<usize>) -> String {
    let (line, column) = position(text.strip_prefix('\u{feff}').unwrap_or(text), offset.unwrap_or(0));
    format!("{}:{line}:{column}", escape(path))
}

fn refused(place: &str, why: &str) -> CheckError {
    CheckError::new(format!("`{place}` cannot be read without Terraform"))
        .with_why(why.to_owned())
        .with_help("write the value out, or apply the governance and give the lock it makes")
}
