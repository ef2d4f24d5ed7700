//! The resource with attributes of every kind, which can be told to misbehave.

use std::fs;
use std::time::Duration;

use serde_json::Value as Json;
use tf_provider_sdk::{
    Attr, Attribute, Context, CreateRequest, DecodeError, DeleteRequest, Deletion, Diagnostic, Diagnostics,
    Found, IdentitySchema, ImportRequest, Model, MoveRequest, MoveSource, Number, Object, ObjectReader,
    Outcome, Path, Plan, PlanRequest, ReadRequest, Resource, Schema, Step, Timeouts, Type, UpdateRequest,
    UpgradeRequest, ValidateRequest, Validator, Value,
};

use super::{Cloud, failed};

pub(super) struct Thing;

/// What the code looks at by name; the rest of the configuration stays as it is.
pub(super) struct ThingModel {
    id: Attr<String>,
    name: Attr<String>,
    size: Value,
    secret: Attr<String>,
    behavior: Attr<String>,
    rest: Object,
}

impl Model for ThingModel {
    fn decode(object: &mut ObjectReader) -> Result<Self, DecodeError> {
        Ok(Self {
            id: object.get("id")?,
            name: object.get("name")?,
            size: object.get("size")?,
            secret: object.get("secret")?,
            behavior: object.get("behavior")?,
            rest: object.rest(),
        })
    }

    fn encode(self) -> Object {
        self.rest
            .with("id", self.id)
            .with("name", self.name)
            .with("size", self.size)
            .with("secret", self.secret)
            .with("behavior", self.behavior)
    }
}

/// What the cloud fills in: every value that is still unknown.
fn fill(value: Value, place: &str) -> Value {
    match value {
        Value::Unknown(_) => format!("given-{place}").into(),
        Value::List(items) => Value::List(
            items
                .into_iter()
                .enumerate()
                .map(|(index, item)| fill(item, &format!("{place}{index}")))
                .collect(),
        ),
        Value::Set(items) => Value::set(items.into_iter().map(|item| {
            let port = item.attr("port").as_number().map(ToString::to_string).unwrap_or_default();
            fill(item, &format!("{place}{port}"))
        })),
        Value::Object(object) => object
            .into_iter()
            .map(|(name, value)| {
                let filled = fill(value, &format!("{place}-{name}"));
                (name, filled)
            })
            .collect::<Object>()
            .into(),
        other => other,
    }
}

/// What the cloud answers, in Terraform's terms. What has no order there comes in another order each time.
fn from_json(json: &Json, shuffled: bool) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(bool) => (*bool).into(),
        Json::Number(number) => number.to_string().parse::<Number>().map_or(Value::Null, Value::Number),
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => {
            let items = items.iter().map(|item| from_json(item, false));
            Value::List(if shuffled { items.rev().collect() } else { items.collect() })
        }
        Json::Object(fields) => {
            fields.iter().map(|(name, field)| (name, from_json(field, false))).collect::<Object>().into()
        }
    }
}

impl ThingModel {
    fn filled(mut self, etag: &str) -> Self {
        self.rest.set("etag", etag);
        if let Value::Object(rest) = fill(self.rest.clone().into(), "thing") {
            self.rest = rest;
        }
        self
    }

    fn as_object(&self) -> Object {
        self.rest
            .clone()
            .with("id", self.id.clone())
            .with("name", self.name.clone())
            .with("size", self.size.clone())
    }

    fn behavior(&self) -> &str {
        self.behavior.text()
    }
}

fn same_word(left: &Value, right: &Value) -> bool {
    left.as_str().map(str::to_lowercase) == right.as_str().map(str::to_lowercase)
}

impl Resource for Thing {
    type Model = ThingModel;
    type Client = Cloud;

    fn type_suffix(&self) -> &'static str {
        "thing"
    }

    fn schema(&self) -> Schema {
        let id = |name: &str| Attribute::string(name).computed().keep_prior();
        Schema::new()
            .version(1)
            .description("A thing with attributes of every kind.")
            .attribute(id("id").description("Made from the name."))
            .attribute(Attribute::string("etag").computed().description("Changes with every change."))
            .attribute(
                Attribute::string("name")
                    .required()
                    .validate(Validator::length(1..=40))
                    .equivalent(same_word)
                    .description("Upper and lower case mean the same."),
            )
            .attribute(Attribute::string("region").requires_replace().description("Where it stands."))
            .attribute(
                Attribute::number("size")
                    .default(3)
                    .validate(Validator::range(1..=100))
                    .description("How big."),
            )
            .attribute(Attribute::number("weight").description("A number of any size."))
            .attribute(Attribute::map("tags", Type::String).description("Words by word."))
            .attribute(Attribute::set("labels", Type::String).description("Words in any order."))
            .attribute(Attribute::dynamic("extra").description("Anything."))
            .attribute(Attribute::string("secret").sensitive().write_only().description("Never stored."))
            .attribute(Attribute::number("secret_version").description("Raise it when the secret changes."))
            .attribute(Attribute::string("password").sensitive().description("Stored, and hidden."))
            .attribute(
                Attribute::nested("net", [Attribute::bool("public").default(false), id("ip")])
                    .description("One object."),
            )
            .attribute(
                Attribute::nested_list("disks", [Attribute::number("size").required(), id("disk_id")])
                    .description("Objects in order."),
            )
            .attribute(
                Attribute::nested_set("rules", [Attribute::number("port").required(), id("rule_id")])
                    .description("Objects in any order."),
            )
            .attribute(
                Attribute::nested_map("zones", [Attribute::number("count").default(1), id("zone_id")])
                    .description("Objects by name."),
            )
            .attribute(
                Attribute::string("color")
                    .optional_computed()
                    .keep_prior()
                    .description("Chosen for you if you do not care."),
            )
            .timeouts(Timeouts::new().create(Duration::from_secs(1200)))
            .attribute(Attribute::string("behavior").description("How to misbehave, for tests."))
    }

    fn validate(&self, request: ValidateRequest<ThingModel>) -> Diagnostics {
        let rules = request.config_value.attr("rules").elements().unwrap_or_default();
        let reserved = rules.filter(|rule| rule.attr("port").as_number().and_then(Number::as_i64) == Some(0));
        let nets = request
            .config_value
            .attr("disks")
            .parts()
            .into_iter()
            .filter(|(_, disk)| disk.attr("size").as_number().and_then(Number::as_i64) == Some(0));
        let at_disks = nets.map(|(step, _)| {
            let index = match step {
                Step::Index(index) => usize::try_from(index).unwrap_or_default(),
                _ => 0,
            };
            Diagnostic::error("Empty disk")
                .detail("A disk needs a size.")
                .at(Path::attribute("disks").index(index).attr("size"))
        });
        let at_rules = reserved.map(|rule| {
            Diagnostic::error("Reserved port")
                .detail("Port 0 is reserved.")
                .at(Path::attribute("rules").element(rule.clone()).attr("port"))
        });
        at_rules.chain(at_disks).collect()
    }

    async fn plan(
        &self,
        _: &Context<Cloud>,
        request: PlanRequest<ThingModel>,
    ) -> Result<Plan<ThingModel>, Diagnostics> {
        let mut proposed = request.proposed;
        match proposed.behavior() {
            "refuse_plan" => return Err(Diagnostic::error("Refused").at("behavior").into()),
            "change_planned" => proposed.size = 99.into(),
            _ => {}
        }
        Ok(Plan::new(proposed))
    }

    async fn create(&self, cx: &Context<Cloud>, request: CreateRequest<ThingModel>) -> Outcome<ThingModel> {
        let mut thing = request.planned;
        let id = thing.name.text().to_lowercase();
        thing.id = id.as_str().into();
        let behavior = thing.behavior().to_owned();
        if behavior == "fail" {
            return Outcome::Failed(Diagnostic::error("Nothing was made").into());
        }
        assert!(behavior != "panic", "the author made a mistake");
        if let Err(diagnostics) = cx.client().write(&id, &thing.as_object()) {
            return Outcome::Failed(diagnostics);
        }
        let mut private = cx.private();
        private.set("secret-length", request.config.secret.text().len().to_string());
        cx.set_private(private);
        if behavior == "slow" {
            tokio::select! {
                () = cx.cancelled() => {
                    let stopped = Diagnostic::error("Interrupted").detail("The thing exists and is not complete.");
                    return Outcome::Partial(thing, stopped.into());
                }
                () = tokio::time::sleep(Duration::from_secs(60)) => {}
            }
        }
        if behavior == "leave_unknown" {
            let mut thing = thing.filled("1");
            thing.rest.set("etag", Value::unknown());
            return Outcome::Done(thing);
        }
        let mut thing = thing.filled("1");
        if let Err(diagnostics) = cx.client().write(&id, &thing.as_object()) {
            return Outcome::Partial(thing, diagnostics);
        }
        match behavior.as_str() {
            "fail_half_way" => {
                let half = Diagnostic::error("Half of it was made");
                Outcome::Partial(thing, half.detail(format!("`{id}` exists; its rules do not.")).into())
            }
            "inconsistent" => {
                thing.size = 42.into();
                Outcome::Done(thing)
            }
            _ => Outcome::Done(thing),
        }
    }

    async fn read(
        &self,
        cx: &Context<Cloud>,
        request: ReadRequest<ThingModel>,
    ) -> Result<Found<ThingModel>, Diagnostics> {
        let mut thing = request.state;
        let Some(stored) = cx.client().read(thing.id.text())? else { return Ok(Found::Gone) };
        for (name, field) in stored.as_object().into_iter().flatten() {
            let value = from_json(field, matches!(name.as_str(), "labels" | "rules"));
            match name.as_str() {
                "id" => {}
                "name" => thing.name = value.as_str().unwrap_or_default().into(),
                "size" => thing.size = value,
                _ => thing.rest.set(name, value),
            }
        }
        if thing.rest.get("etag").is_null() {
            thing.rest.set("etag", "1"); // after an import
        }
        Ok(Found::Present(thing))
    }

    async fn update(&self, cx: &Context<Cloud>, request: UpdateRequest<ThingModel>) -> Outcome<ThingModel> {
        let thing = request.planned;
        assert!(thing.behavior() != "panic", "the author made a mistake");
        if thing.behavior() == "fail" {
            return Outcome::Failed(Diagnostic::error("Nothing was changed").into());
        }
        let etag = request
            .prior
            .rest
            .get("etag")
            .as_str()
            .and_then(|etag| etag.parse::<u32>().ok())
            .unwrap_or_default();
        let size = thing.size.clone();
        let stops = thing.behavior() == "stop_after_size";
        let thing = if stops { ThingModel { size, ..request.prior } } else { thing };
        let thing = thing.filled(&(etag + 1).to_string());
        if let Err(diagnostics) = cx.client().write(thing.id.text(), &thing.as_object()) {
            return Outcome::Failed(diagnostics);
        }
        if stops {
            let detail = format!("The size of `{}` is changed; the rest is as it was.", thing.id.text());
            return Outcome::Partial(
                thing,
                Diagnostic::error("Half of it was changed").detail(detail).into(),
            );
        }
        Outcome::Done(thing)
    }

    async fn delete(&self, cx: &Context<Cloud>, request: DeleteRequest<ThingModel>) -> Deletion<ThingModel> {
        if request.state.behavior() == "keep" {
            return Deletion::Failed(Diagnostic::error("It will not go").into());
        }
        match fs::remove_file(cx.client().file(request.state.id.text())) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Deletion::Failed(failed("remove", request.state.id.text(), &error))
            }
            _ => Deletion::Done,
        }
    }

    async fn import(&self, _: &Context<Cloud>, request: ImportRequest) -> Result<ThingModel, Diagnostics> {
        let id = match &request {
            ImportRequest::Id(id) if id.chars().all(|c| c.is_lowercase() || c == '-') => id.clone(),
            ImportRequest::Id(_) => return Err(request.wrong_id("<name in lower case>", "red-box")),
            ImportRequest::Identity(identity) => identity.get("id").as_str().unwrap_or_default().to_owned(),
        };
        Ok(ThingModel {
            id: id.into(),
            name: Attr::Null,
            size: Value::Null,
            secret: Attr::Null,
            behavior: Attr::Null,
            rest: Object::new(),
        })
    }

    fn upgrade_state(&self, request: UpgradeRequest) -> Result<Json, Diagnostics> {
        // Version 0 called the size `volume`.
        let mut state = request.state;
        if let Some(object) = state.as_object_mut()
            && let Some(volume) = object.remove("volume")
        {
            object.insert("size".to_owned(), volume);
        }
        Ok(state)
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(IdentitySchema::new().required("id", Type::String, "The name in lower case."))
    }

    fn identity(&self, state: &Object) -> Option<Object> {
        state.get("id").as_str().map(|id| Object::new().with("id", id))
    }

    fn moves_from(&self) -> Vec<MoveSource> {
        vec![MoveSource {
            provider: "example/conformance".to_owned(),
            type_name: "conformance_widget".to_owned(),
        }]
    }

    fn move_state(&self, request: MoveRequest) -> Result<Json, Diagnostics> {
        // Things were called widgets, and their name a label.
        let mut state = request.state;
        if let Some(object) = state.as_object_mut()
            && let Some(label) = object.remove("label")
        {
            object.insert("name".to_owned(), label);
        }
        Ok(state)
    }
}
