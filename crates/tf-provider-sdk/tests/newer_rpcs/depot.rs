//! A provider with everything that newer versions of Terraform call, which can be told to misbehave and writes down what it does.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tf_provider_sdk::{
    Action, ActionEntry, ActionRequest, Attr, Attribute, ConfigureRequest, Context, CreateRequest,
    DecodeError, DeleteRequest, Deletion, Diagnostic, Diagnostics, EphemeralResource, EphemeralResourceEntry,
    Found, IdentitySchema, ImportRequest, ListRequest, ListResource, ListResourceEntry, Listed, Listing,
    Model, NoConfig, Object, ObjectReader, OpenRequest, Opened, Outcome, Private, Progress, Provider,
    ReadRequest, Resource, ResourceEntry, Schema, Type, UpdateRequest, Validator, Value,
};

/// What happened, in order.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn write(&self, entry: impl Into<String>) {
        self.0.lock().unwrap().push(entry.into());
    }

    pub(crate) fn entries(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn has(&self, entry: &str) -> bool {
        self.0.lock().unwrap().iter().any(|written| written == entry)
    }
}

/// A model that keeps everything as it is.
pub(crate) struct Raw(Object);

impl Raw {
    fn behavior(&self) -> &str {
        self.0.get("behavior").as_str().unwrap_or_default()
    }
}

impl Model for Raw {
    fn decode(object: &mut ObjectReader) -> Result<Self, DecodeError> {
        Ok(Self(object.rest()))
    }

    fn encode(self) -> Object {
        self.0
    }
}

fn interrupted() -> Diagnostics {
    Diagnostic::error("Interrupted").into()
}

// ---- providers ----

pub(crate) struct Depot(Log);

impl Depot {
    pub(crate) fn new(log: &Log) -> Self {
        Self(log.clone())
    }
}

impl Provider for Depot {
    type Model = NoConfig;
    type Client = Log;

    fn name(&self) -> &'static str {
        "depot"
    }

    fn namespace(&self) -> &'static str {
        "example"
    }

    async fn configure(&self, _: ConfigureRequest<NoConfig>) -> Result<Log, Diagnostics> {
        Ok(self.0.clone())
    }

    fn resources(&self) -> Vec<ResourceEntry<Log>> {
        vec![ResourceEntry::new(Crate)]
    }

    fn ephemeral_resources(&self) -> Vec<EphemeralResourceEntry<Log>> {
        vec![EphemeralResourceEntry::new(Key), EphemeralResourceEntry::new(Pass)]
    }

    fn list_resources(&self) -> Vec<ListResourceEntry<Log>> {
        vec![ListResourceEntry::new(Crates)]
    }

    fn actions(&self) -> Vec<ActionEntry<Log>> {
        vec![ActionEntry::new(Shake)]
    }
}

/// Offers nothing.
pub(crate) struct Bare;

impl Provider for Bare {
    type Model = NoConfig;
    type Client = ();

    fn name(&self) -> &'static str {
        "bare"
    }

    fn namespace(&self) -> &'static str {
        "example"
    }

    async fn configure(&self, _: ConfigureRequest<NoConfig>) -> Result<(), Diagnostics> {
        Ok(())
    }
}

/// Offers what cannot work.
pub(crate) struct Wrong;

impl Provider for Wrong {
    type Model = NoConfig;
    type Client = ();

    fn name(&self) -> &'static str {
        "wrong"
    }

    fn namespace(&self) -> &'static str {
        "example"
    }

    async fn configure(&self, _: ConfigureRequest<NoConfig>) -> Result<(), Diagnostics> {
        Ok(())
    }

    fn list_resources(&self) -> Vec<ListResourceEntry<()>> {
        vec![ListResourceEntry::new(Ghosts)]
    }

    fn actions(&self) -> Vec<ActionEntry<()>> {
        vec![ActionEntry::new(Sum)]
    }
}

struct Ghosts;

impl ListResource for Ghosts {
    type Model = NoConfig;
    type Client = ();

    fn type_suffix(&self) -> &'static str {
        "ghost"
    }

    async fn list(
        &self,
        _: &Context<()>,
        _: ListRequest<NoConfig>,
        _: &mut Listing,
    ) -> Result<(), Diagnostics> {
        Ok(())
    }
}

struct Sum;

impl Action for Sum {
    type Model = NoConfig;
    type Client = ();

    fn type_suffix(&self) -> &'static str {
        "sum"
    }

    fn schema(&self) -> Schema {
        Schema::new().attribute(Attribute::number("result").computed())
    }

    async fn invoke(
        &self,
        _: &Context<()>,
        _: ActionRequest<NoConfig>,
        _: &mut Progress,
    ) -> Result<(), Diagnostics> {
        Ok(())
    }
}

// ---- resource ----

struct Crate;

impl Resource for Crate {
    type Model = Raw;
    type Client = Log;

    fn type_suffix(&self) -> &'static str {
        "box"
    }

    fn schema(&self) -> Schema {
        let serial = Attribute::string("serial").computed().keep_prior();
        Schema::new()
            .attribute(Attribute::string("id").computed().keep_prior())
            .attribute(Attribute::string("name").required())
            .attribute(Attribute::number("size").default(3))
            .attribute(Attribute::string("color").optional_computed().keep_prior())
            .attribute(Attribute::string("shade").optional_computed().keep_prior())
            .attribute(Attribute::string("label").optional_computed().keep_prior().deprecated("Use `name`."))
            .attribute(Attribute::string("secret").write_only())
            .attribute(Attribute::nested("lid", [Attribute::number("hinges"), serial]))
    }

    async fn create(&self, _: &Context<Log>, request: CreateRequest<Raw>) -> Outcome<Raw> {
        Outcome::Done(request.planned)
    }

    async fn read(&self, _: &Context<Log>, request: ReadRequest<Raw>) -> Result<Found<Raw>, Diagnostics> {
        Ok(Found::Present(request.state))
    }

    async fn update(&self, _: &Context<Log>, request: UpdateRequest<Raw>) -> Outcome<Raw> {
        Outcome::Done(request.planned)
    }

    async fn delete(&self, _: &Context<Log>, _: DeleteRequest<Raw>) -> Deletion<Raw> {
        Deletion::Done
    }

    async fn import(&self, _: &Context<Log>, request: ImportRequest) -> Result<Raw, Diagnostics> {
        let id = request.id().unwrap_or_default();
        Ok(Raw(state_of(id)))
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(IdentitySchema::new().required("id", Type::String, "Which one."))
    }

    fn generate_config(&self, config: Object) -> Object {
        if config.get("color").is_null() { config } else { config.with("shade", Value::Null) }
    }
}

fn state_of(id: &str) -> Object {
    Object::new()
        .with("id", id)
        .with("name", id.trim_start_matches("box-"))
        .with("size", 3)
        .with("color", "red")
        .with("shade", "crimson")
        .with("label", "old")
        .with("secret", "never to be seen")
        .with("lid", Object::new().with("hinges", 4).with("serial", "L1"))
}

// ---- ephemeral resources ----

struct Key;

fn turn(private: &Private) -> u8 {
    private.get("turn").and_then(|bytes| bytes.first()).copied().unwrap_or_default()
}

impl EphemeralResource for Key {
    type Model = Raw;
    type Client = Log;

    fn type_suffix(&self) -> &'static str {
        "key"
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .attribute(Attribute::string("name").required().validate(Validator::length(1..=9)))
            .attribute(Attribute::string("behavior"))
            .attribute(Attribute::number("turns").default(2))
            .attribute(Attribute::string("secret").computed().sensitive())
    }

    async fn open(&self, cx: &Context<Log>, request: OpenRequest<Raw>) -> Result<Opened<Raw>, Diagnostics> {
        let Raw(key) = request.config;
        let name = key.get("name").as_str().unwrap_or_default().to_owned();
        let behavior = key.get("behavior").as_str().unwrap_or_default().to_owned();
        match behavior.as_str() {
            "refuse" => return Err(Diagnostic::error("No such key").at("name").into()),
            "say nothing" => return Err(Diagnostics::new()),
            "panic" => panic!("the key broke"),
            "wait" => {
                cx.cancelled().await;
                return Err(interrupted());
            }
            _ => cx.client().write(format!("open {name}")),
        }
        let mut private = Private::default();
        private.set("turn", [1]);
        private.set("jammed", [u8::from(behavior == "jam")]);
        cx.set_private(private);
        let key = match behavior.as_str() {
            "leave unknown" => key.with("secret", Value::unknown()),
            "rename" => key.with("name", "back"),
            "misshape" => key.with("secret", true),
            _ => key.with("secret", format!("s-{name}")),
        };
        Ok(Opened::new(Raw(key)).renew_at(SystemTime::UNIX_EPOCH + Duration::from_millis(1_500)))
    }

    async fn renew(&self, cx: &Context<Log>) -> Result<Option<SystemTime>, Diagnostics> {
        let mut private = cx.private();
        if private.get("jammed") == Some(&[1]) {
            return Err(Diagnostic::error("It is jammed").into());
        }
        let turn = turn(&private);
        cx.client().write(format!("renew {turn}"));
        private.set("turn", [turn + 1]);
        cx.set_private(private);
        Ok((turn < 2).then_some(SystemTime::UNIX_EPOCH))
    }

    async fn close(&self, cx: &Context<Log>) -> Diagnostics {
        if cx.private().get("jammed") == Some(&[1]) {
            return Diagnostic::error("It is jammed").into();
        }
        cx.client().write(format!("close {}", turn(&cx.private())));
        Diagnostics::new()
    }
}

/// Leaves to the defaults what it can.
struct Pass;

impl EphemeralResource for Pass {
    type Model = NoConfig;
    type Client = Log;

    fn type_suffix(&self) -> &'static str {
        "pass"
    }

    fn schema(&self) -> Schema {
        Schema::new()
    }

    async fn open(
        &self,
        _: &Context<Log>,
        _: OpenRequest<NoConfig>,
    ) -> Result<Opened<NoConfig>, Diagnostics> {
        Ok(Opened::new(NoConfig))
    }
}

// ---- list resource ----

struct Crates;

impl ListResource for Crates {
    type Model = Raw;
    type Client = Log;

    fn type_suffix(&self) -> &'static str {
        "box"
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .attribute(Attribute::string("shelf").default("top").validate(Validator::length(1..=9)))
            .attribute(Attribute::string("behavior"))
    }

    async fn list(
        &self,
        cx: &Context<Log>,
        request: ListRequest<Raw>,
        listing: &mut Listing,
    ) -> Result<(), Diagnostics> {
        assert_eq!(request.config.0.get("shelf"), &Value::from("top"));
        cx.client().write(format!("limit {:?}", request.limit));
        cx.warn(Diagnostic::warning("Slow shelf"));
        let behavior = request.config.behavior();
        let end = if behavior == "endless" { u32::MAX } else { 5 };
        for number in 0..end {
            let id = format!("box-{number}");
            let mut listed = Listed::new(Object::new().with("id", id.as_str()), format!("Box {number}"));
            match behavior {
                "no identity" if number == 2 => listed = Listed::new(Object::new(), "Nameless"),
                "misshape" => listed = listed.resource(Object::new().with("name", true)),
                // Given also where it was not asked for, which costs nothing here.
                _ => listed = listed.resource(state_of(&id)),
            }
            if !listing.found(listed).await {
                cx.client().write("nobody wants more");
                break;
            }
            cx.client().write(format!("found {number}"));
            match behavior {
                "fail" if number == 1 => return Err(Diagnostic::error("Shelf collapsed").into()),
                "panic" if number == 1 => panic!("a box fell"),
                "wait" => {
                    cx.cancelled().await;
                    return Err(interrupted());
                }
                _ => {}
            }
        }
        if behavior == "endless" {
            cx.cancelled().await;
            cx.client().write("cancelled");
        }
        Ok(())
    }
}

// ---- action ----

struct Shake;

struct ShakeModel {
    times: Attr<u64>,
    behavior: Attr<String>,
}

impl Model for ShakeModel {
    fn decode(object: &mut ObjectReader) -> Result<Self, DecodeError> {
        Ok(Self { times: object.get("times")?, behavior: object.get("behavior")? })
    }

    fn encode(self) -> Object {
        Object::new().with("times", self.times).with("behavior", self.behavior)
    }
}

impl Action for Shake {
    type Model = ShakeModel;
    type Client = Log;

    fn type_suffix(&self) -> &'static str {
        "shake"
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .attribute(Attribute::number("times").default(3).validate(Validator::range(1..=9)))
            .attribute(Attribute::string("behavior"))
    }

    async fn plan(&self, cx: &Context<Log>, request: ActionRequest<ShakeModel>) -> Result<(), Diagnostics> {
        if request.config.behavior.text() == "forbid" {
            return Err(Diagnostic::error("Not today").at("behavior").into());
        }
        if request.config.times.is_unknown() {
            cx.warn(Diagnostic::warning("How often is not known yet").at("times"));
        }
        Ok(())
    }

    async fn invoke(
        &self,
        cx: &Context<Log>,
        request: ActionRequest<ShakeModel>,
        progress: &mut Progress,
    ) -> Result<(), Diagnostics> {
        for time in 1..=request.config.times.into_known().unwrap_or_default() {
            progress.tell(format!("shake {time}")).await;
            match request.config.behavior.text() {
                "fail" => return Err(Diagnostic::error("It broke").at("behavior").into()),
                "say nothing" => return Err(Diagnostics::new()),
                "panic" => panic!("the hand slipped"),
                "creak" if time == 1 => cx.warn(Diagnostic::warning("It creaks")),
                "wait" => {
                    cx.cancelled().await;
                    cx.client().write("cancelled");
                    return Err(interrupted());
                }
                _ => {}
            }
        }
        Ok(())
    }
}
