//! A provider that uses every feature of the SDK and can be told to misbehave. Driven by real Terraform in `tests/sdk_terraform.rs`.
//!
//! Its cloud is a folder: one file per thing, so that a test can look and meddle.
#![allow(clippy::disallowed_methods, reason = "the folder is this provider's cloud")]

#[path = "conformance/newer.rs"]
mod newer;
#[path = "conformance/thing.rs"]
mod thing;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use tf_provider_sdk::{
    ActionEntry, Arguments, Attr, Attribute, ConfigureRequest, Context, DataReadRequest, DataSource,
    DataSourceEntry, DecodeError, Diagnostic, Diagnostics, EphemeralResourceEntry, Function, FunctionEntry,
    FunctionError, ListResourceEntry, Model, Object, ObjectReader, Parameter, Provider, ResourceEntry,
    Schema, Signature, Type, Value,
};

fn main() -> ExitCode {
    tf_provider_sdk::serve(Conformance)
}

// ---- provider ----

pub(crate) struct Conformance;

/// The folder that stands for a cloud.
pub(crate) struct Cloud(PathBuf);

impl Cloud {
    fn file(&self, id: &str) -> PathBuf {
        self.0.join(format!("{id}.json"))
    }

    /// Stores what is known of a thing; secrets are kept elsewhere.
    fn write(&self, id: &str, thing: &Object) -> Result<(), Diagnostics> {
        let kept = |name: &str| !matches!(name, "secret" | "behavior" | "timeouts" | "extra");
        let known = thing.iter().filter(|(name, _)| kept(name));
        let fields: serde_json::Map<_, _> =
            known.filter_map(|(name, value)| Some((name.to_owned(), value.to_json().ok()?))).collect();
        fs::write(self.file(id), serde_json::Value::Object(fields).to_string())
            .map_err(|error| failed("write", id, &error))
    }

    fn read(&self, id: &str) -> Result<Option<serde_json::Value>, Diagnostics> {
        match fs::read(self.file(id)) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| failed("read", id, &error)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("read", id, &error)),
        }
    }
}

fn failed(what: &str, id: &str, error: &dyn std::fmt::Display) -> Diagnostics {
    Diagnostic::error(format!("Cannot {what} thing")).detail(format!("The file of `{id}`: {error}.")).into()
}

pub(crate) struct Settings {
    folder: Attr<String>,
}

impl Model for Settings {
    fn decode(object: &mut ObjectReader) -> Result<Self, DecodeError> {
        Ok(Self { folder: object.get("folder")? })
    }

    fn encode(self) -> Object {
        Object::new().with("folder", self.folder)
    }
}

impl Provider for Conformance {
    type Model = Settings;
    type Client = Cloud;

    fn name(&self) -> &'static str {
        "conformance"
    }

    fn namespace(&self) -> &'static str {
        "example"
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .description("A provider whose cloud is a folder.")
            .attribute(Attribute::string("folder").required().description("Where the things are kept."))
    }

    async fn configure(&self, request: ConfigureRequest<Settings>) -> Result<Cloud, Diagnostics> {
        Ok(Cloud(PathBuf::from(request.config.folder.text())))
    }

    fn resources(&self) -> Vec<ResourceEntry<Cloud>> {
        vec![ResourceEntry::new(thing::Thing)]
    }

    fn data_sources(&self) -> Vec<DataSourceEntry<Cloud>> {
        vec![DataSourceEntry::new(Lookup)]
    }

    fn functions(&self) -> Vec<FunctionEntry> {
        vec![FunctionEntry::new(Join)]
    }

    fn ephemeral_resources(&self) -> Vec<EphemeralResourceEntry<Cloud>> {
        vec![EphemeralResourceEntry::new(newer::Lease)]
    }

    fn list_resources(&self) -> Vec<ListResourceEntry<Cloud>> {
        vec![ListResourceEntry::new(newer::Things)]
    }

    fn actions(&self) -> Vec<ActionEntry<Cloud>> {
        vec![ActionEntry::new(newer::Touch)]
    }
}

// ---- data source ----

struct Lookup;

struct LookupModel {
    id: Attr<String>,
    size: Attr<i64>,
}

impl Model for LookupModel {
    fn decode(object: &mut ObjectReader) -> Result<Self, DecodeError> {
        Ok(Self { id: object.get("id")?, size: object.get("size")? })
    }

    fn encode(self) -> Object {
        Object::new().with("id", self.id).with("size", self.size)
    }
}

impl DataSource for Lookup {
    type Model = LookupModel;
    type Client = Cloud;

    fn type_suffix(&self) -> &'static str {
        "thing"
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .description("Looks a thing up.")
            .attribute(Attribute::string("id").required().description("Which one."))
            .attribute(Attribute::number("size").computed().description("How big it is."))
    }

    async fn read(
        &self,
        cx: &Context<Cloud>,
        request: DataReadRequest<LookupModel>,
    ) -> Result<LookupModel, Diagnostics> {
        let id = request.config.id;
        let Some(stored) = cx.client().read(id.text())? else {
            return Err(Diagnostic::error("No such thing")
                .detail(format!("There is no `{}`.", id.text()))
                .at("id")
                .into());
        };
        cx.warn(Diagnostic::warning("Looked up").detail("This is what a warning looks like."));
        Ok(LookupModel { id, size: stored.get("size").and_then(serde_json::Value::as_i64).into() })
    }
}

// ---- function ----

struct Join;

impl Function for Join {
    fn name(&self) -> &'static str {
        "join"
    }

    fn signature(&self) -> Signature {
        Signature::returning(Type::String)
            .summary("Joins words")
            .description("Joins the words that are not null with the separator.")
            .parameter(Parameter::new("separator", Type::String).description("Stands between the words."))
            .variadic(Parameter::new("words", Type::String).nullable().description("The words."))
    }

    fn call(&self, arguments: Arguments) -> Result<Value, FunctionError> {
        let separator: String = arguments.get(0)?;
        if separator.is_empty() {
            return Err(FunctionError::at(0, "the separator must not be empty"));
        }
        let words: Vec<Option<String>> = arguments.rest(1)?;
        Ok(words.into_iter().flatten().collect::<Vec<_>>().join(&separator).into())
    }
}
