//! The replayed provider: its types are made from the schema file when the process starts.

use serde_json::Value as Json;
use tf_provider_sdk::{
    ConfigureRequest, Context, CreateRequest, DecodeError, DeleteRequest, Deletion, Diagnostics, Found,
    Model, Object, ObjectReader, Outcome, Plan, PlanRequest, Provider, ReadRequest, Resource, ResourceEntry,
    Schema, UpdateRequest, Value,
};

use crate::{
    fake,
    overlay::{AtPlan, Overlay, TypeOverlay},
    schema::{schema, value},
};

/// The provider of a schema file.
pub struct Replay {
    name: &'static str,
    namespace: &'static str,
    schema: Schema,
    types: Vec<ReplayedType>,
}

/// One of its resource types.
#[derive(Clone)]
struct ReplayedType {
    suffix: &'static str,
    schema: Schema,
    overlay: TypeOverlay,
}

/// Configuration, plan or state as it is.
#[derive(Debug, Clone)]
pub struct Attributes(Object);

impl Model for Attributes {
    fn decode(object: &mut ObjectReader) -> Result<Self, DecodeError> {
        Ok(Self(object.rest()))
    }

    fn encode(self) -> Object {
        self.0
    }
}

impl Replay {
    /// Takes the two files as text. The schema file has one provider.
    pub fn new(schema_json: &str, overlay_json: &str) -> Result<Self, String> {
        let file: Json =
            serde_json::from_str(schema_json).map_err(|error| format!("`replay-schema.json`: {error}"))?;
        let overlay: Overlay =
            serde_json::from_str(overlay_json).map_err(|error| format!("`replay-overlay.json`: {error}"))?;
        let providers = file.get("provider_schemas").and_then(Json::as_object);
        let (address, provider) = providers
            .and_then(|providers| providers.iter().next())
            .ok_or("`replay-schema.json` has no provider")?;
        let mut parts = address.rsplit('/');
        let (name, namespace) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let resources = provider.get("resource_schemas").and_then(Json::as_object).into_iter().flatten();
        let types = resources.map(|(type_name, json)| replayed(name, type_name, json, &overlay));
        Ok(Self {
            name: leaked(name),
            namespace: leaked(namespace),
            schema: schema(provider.get("provider").unwrap_or(&Json::Null), &TypeOverlay::default())?,
            types: types.collect::<Result<_, _>>()?,
        })
    }
}

fn replayed(provider: &str, type_name: &str, json: &Json, overlay: &Overlay) -> Result<ReplayedType, String> {
    let suffix = type_name.strip_prefix(provider).and_then(|rest| rest.strip_prefix('_'));
    let suffix = suffix.ok_or_else(|| format!("`{type_name}` is not a type of the provider `{provider}`"))?;
    let overlay = overlay.types.get(type_name).cloned().unwrap_or_default();
    Ok(ReplayedType { suffix: leaked(suffix), schema: schema(json, &overlay)?, overlay })
}

/// Names live as long as the process, which the SDK expects of names written in code.
fn leaked(name: &str) -> &'static str {
    Box::leak(name.to_owned().into_boxed_str())
}

impl Provider for Replay {
    type Model = Attributes;
    type Client = Object;

    fn name(&self) -> &'static str {
        self.name
    }

    fn namespace(&self) -> &'static str {
        self.namespace
    }

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    async fn configure(&self, request: ConfigureRequest<Attributes>) -> Result<Object, Diagnostics> {
        Ok(request.config.0)
    }

    fn resources(&self) -> Vec<ResourceEntry<Object>> {
        self.types.iter().cloned().map(ResourceEntry::new).collect()
    }
}

impl Resource for ReplayedType {
    type Model = Attributes;
    type Client = Object;

    fn type_suffix(&self) -> &'static str {
        self.suffix
    }

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    async fn plan(
        &self,
        cx: &Context<Object>,
        request: PlanRequest<Attributes>,
    ) -> Result<Plan<Attributes>, Diagnostics> {
        let (config, mut planned) = (request.config.0, request.proposed.0);
        for (name, how) in &self.overlay.computed_at_plan {
            let computed = match how {
                AtPlan::ProviderRegion => cx.client().get("region").clone(),
                AtPlan::TagsWithDefaultTags => tags(cx.client(), config.get("tags")),
            };
            if config.get(name).is_null() && !computed.is_null() {
                planned.set(name, computed);
            }
        }
        Ok(Plan::new(Attributes(planned)))
    }

    async fn create(&self, _: &Context<Object>, request: CreateRequest<Attributes>) -> Outcome<Attributes> {
        Outcome::Done(self.applied(request.planned))
    }

    async fn read(
        &self,
        _: &Context<Object>,
        request: ReadRequest<Attributes>,
    ) -> Result<Found<Attributes>, Diagnostics> {
        Ok(Found::Present(request.state))
    }

    async fn update(&self, _: &Context<Object>, request: UpdateRequest<Attributes>) -> Outcome<Attributes> {
        Outcome::Done(self.applied(request.planned))
    }

    async fn delete(&self, _: &Context<Object>, _: DeleteRequest<Attributes>) -> Deletion<Attributes> {
        Deletion::Done
    }
}

impl ReplayedType {
    fn applied(&self, planned: Attributes) -> Attributes {
        let mut planned = planned.0;
        let words = planned.iter().filter_map(|(_, value)| value.as_str());
        let seed = fake::seed(&words.fold(self.suffix.to_owned(), |all, word| all + " " + word));
        for (name, given) in &self.overlay.given {
            if planned.get(name).is_unknown() {
                planned.set(name, value(given));
            }
        }
        let filled = fake::filled(Value::Object(planned), &self.schema.ty(), "", seed);
        Attributes(filled.as_object().cloned().unwrap_or_default())
    }
}

/// What `tags_all` comes to.
fn tags(provider: &Object, tags: &Value) -> Value {
    let default = provider
        .get("default_tags")
        .elements()
        .and_then(|mut blocks| blocks.next())
        .map(|block| block.attr("tags"));
    let default = default.unwrap_or(&Value::Null);
    if tags.is_unknown() || default.is_unknown() {
        return Value::unknown();
    }
    let both = [default, tags].into_iter().filter_map(Value::as_object).flat_map(Object::iter);
    both.map(|(key, value)| (key, value.clone())).collect::<Object>().into()
}
