//! Governance read from `.tf` files, for work on it before anything is applied: literal values, local values and references between
//! declarations. Whatever else decides a value is Terraform's to know, and is refused.

use std::collections::{BTreeMap, BTreeSet};

use hcl::edit::expr::Expression;
use remit_governance::{Approver, DefaultOverride, Envelope, Invalid, Json, Lock};

use super::Declared;
use super::form::{self, Block};
use super::value::{Names, Refused, evaluate};
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

/// What a declaration comes to.
#[derive(Clone)]
struct Record {
    text: String,
    digest: String,
}

struct Declarations<'b> {
    /// By type and name.
    blocks: BTreeMap<(String, String), Block<'b>>,
    locals: BTreeMap<String, &'b Expression>,
    records: BTreeMap<(String, String), Record>,
    /// What is being worked out, so that a circle ends.
    open: BTreeSet<String>,
}

impl Declared {
    /// From `.tf` files. What stands there is declared and not applied; nobody approved it.
    pub fn from_files(files: &[WrittenFile]) -> Result<Self, CheckError> {
        let parsed = form::parse(files)?;
        let mut all = Declarations::find(&parsed)?;
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
        let calls = parsed.iter().flat_map(form::Parsed::modules);
        let modules = calls.map(|name| format!("module.{name}"));
        Ok(Self { left_out: modules.collect(), ..Self::of(&lock).governing()? })
    }
}

impl<'b> Declarations<'b> {
    fn find(files: &'b [form::Parsed<'b>]) -> Result<Self, CheckError> {
        let mut all = Self {
            blocks: BTreeMap::new(),
            locals: BTreeMap::new(),
            records: BTreeMap::new(),
            open: BTreeSet::new(),
        };
        for file in files {
            all.locals.extend(file.locals().into_iter().map(|(name, value)| (name.to_owned(), value)));
            for (kind, name, block) in file.resources() {
                if !TYPES.contains(&kind) {
                    continue;
                }
                if let Some(first) = all.blocks.insert((kind.to_owned(), name.to_owned()), block) {
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
        // Taken out while it is worked out: nothing that it refers to needs it, and a circle is told before.
        let Some(block) = self.blocks.remove(key) else {
            let error = CheckError::new(format!("there is no `{}` in the `.tf` files", escape(address)));
            return Err(error.with_help("modules are not followed: give the folder that declares it"));
        };
        let arguments = self.evaluated(&block);
        self.blocks.insert(key.clone(), block);
        arguments
    }

    fn evaluated(&mut self, block: &Block<'b>) -> Result<Json, CheckError> {
        let place = |span: Option<std::ops::Range<usize>>| block.place(span.map(|span| span.start));
        if let Some(form::Nested(span)) = &block.nested {
            let error = CheckError::new(format!("`{}` has a block", place(span.clone())));
            return Err(error.with_help("write it as an attribute: `name = { … }`"));
        }
        let mut arguments = BTreeMap::new();
        for argument in &block.arguments {
            let name = argument.name;
            if matches!(name, "for_each" | "count") {
                return Err(refused(&place(argument.span.clone()), "how many there are is decided there"));
            }
            if !OF_TERRAFORM.contains(&name) {
                let refuse = |Refused { why, at }| refused(&place(at.or(argument.span.clone())), &why);
                let value = evaluate(argument.value, self).map_err(refuse)?;
                if arguments.insert(name.to_owned(), value).is_some() {
                    let why = format!("`{}` is given twice", escape(name));
                    return Err(refused(&place(argument.span.clone()), &why));
                }
            }
        }
        Ok(Json::Object(arguments))
    }
}

impl Names for Declarations<'_> {
    fn local(&mut self, name: &str) -> Result<Json, Refused> {
        let Some(expression) = self.locals.get(name).copied() else {
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

fn refused(place: &str, why: &str) -> CheckError {
    CheckError::new(format!("`{place}` cannot be read without Terraform"))
        .with_why(why.to_owned())
        .with_help("write the value out, or apply the governance and give the lock it makes")
}
