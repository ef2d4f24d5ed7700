//! What newer versions of Terraform use: an ephemeral lease, a search for things, and an action.

use std::fs;
use std::time::{Duration, SystemTime};

use tf_provider_sdk::{
    Action, ActionRequest, Attr, Attribute, Context, DecodeError, Diagnostic, Diagnostics, EphemeralResource,
    ListRequest, ListResource, Listed, Listing, Model, Object, ObjectReader, OpenRequest, Opened, Private,
    Progress, Schema, Validator, Value,
};

use super::{Cloud, failed};

// ---- ephemeral resource ----

/// While it is open, there is a file `<name>.lease` that counts renewals.
pub(super) struct Lease;

pub(super) struct LeaseModel {
    name: Attr<String>,
    behavior: Attr<String>,
    token: Value,
}

impl Model for LeaseModel {
    fn decode(object: &mut ObjectReader) -> Result<Self, DecodeError> {
        Ok(Self { name: object.get("name")?, behavior: object.get("behavior")?, token: object.get("token")? })
    }

    fn encode(self) -> Object {
        Object::new().with("name", self.name).with("behavior", self.behavior).with("token", self.token)
    }
}

impl Cloud {
    fn lease(&self, name: &str) -> std::path::PathBuf {
        self.0.join(format!("{name}.lease"))
    }
}

fn leased(private: &Private) -> String {
    private.get("name").map(|name| String::from_utf8_lossy(name).into_owned()).unwrap_or_default()
}

impl EphemeralResource for Lease {
    type Model = LeaseModel;
    type Client = Cloud;

    fn type_suffix(&self) -> &'static str {
        "lease"
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .description("A token that is valid during one run.")
            .attribute(
                Attribute::string("name")
                    .required()
                    .validate(Validator::length(1..=20))
                    .description("What it is for."),
            )
            .attribute(Attribute::string("behavior").default("good").description("How to misbehave."))
            .attribute(Attribute::string("token").computed().sensitive().description("The token."))
    }

    async fn open(
        &self,
        cx: &Context<Cloud>,
        request: OpenRequest<LeaseModel>,
    ) -> Result<Opened<LeaseModel>, Diagnostics> {
        let mut lease = request.config;
        let name = lease.name.text().to_owned();
        assert!(lease.behavior.text() != "panic", "the lease broke");
        if lease.behavior.text() == "wait" {
            let waiting = cx.client().0.join("waiting");
            fs::write(waiting, "").map_err(|error| failed("lease", &name, &error))?;
            cx.cancelled().await;
            return Err(Diagnostic::error("Interrupted").detail("There is no lease.").into());
        }
        fs::write(cx.client().lease(&name), "0").map_err(|error| failed("lease", &name, &error))?;
        let mut private = Private::default();
        private.set("name", name.as_bytes());
        cx.set_private(private);
        lease.token = format!("token-of-{name}").into();
        match lease.behavior.text() {
            "rename" => lease.name = "another".into(),
            "leave_unknown" => lease.token = Value::unknown(),
            _ => {}
        }
        Ok(Opened::new(lease).renew_at(SystemTime::now() + Duration::from_millis(200)))
    }

    async fn renew(&self, cx: &Context<Cloud>) -> Result<Option<SystemTime>, Diagnostics> {
        let name = leased(&cx.private());
        let renewed = cx.client().0.join(format!("{name}.renewed"));
        fs::write(renewed, "").map_err(|error| failed("renew", &name, &error))?;
        Ok(None)
    }

    async fn close(&self, cx: &Context<Cloud>) -> Diagnostics {
        let name = leased(&cx.private());
        let removed = fs::remove_file(cx.client().lease(&name));
        removed.map_or_else(|error| failed("return", &name, &error), |()| Diagnostics::new())
    }
}

// ---- list resource ----

pub(super) struct Things;

pub(super) struct Search {
    prefix: Attr<String>,
}

impl Model for Search {
    fn decode(object: &mut ObjectReader) -> Result<Self, DecodeError> {
        Ok(Self { prefix: object.get("prefix")? })
    }

    fn encode(self) -> Object {
        Object::new().with("prefix", self.prefix)
    }
}

impl ListResource for Things {
    type Model = Search;
    type Client = Cloud;

    fn type_suffix(&self) -> &'static str {
        "thing"
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .description("Finds things.")
            .attribute(Attribute::string("prefix").default("").description("How their ids begin."))
    }

    async fn list(
        &self,
        cx: &Context<Cloud>,
        request: ListRequest<Search>,
        listing: &mut Listing,
    ) -> Result<(), Diagnostics> {
        let entries = fs::read_dir(&cx.client().0).map_err(|error| failed("list", "every", &error))?;
        let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut ids: Vec<_> =
            names.filter_map(|name| name.strip_suffix(".json").map(str::to_owned)).collect();
        ids.sort();
        for id in ids.iter().filter(|id| id.starts_with(request.config.prefix.text())) {
            let mut listed = Listed::new(Object::new().with("id", id.as_str()), format!("Thing {id}"));
            if request.include_resource
                && let Some(stored) = cx.client().read(id)?
            {
                let size = stored.get("size").and_then(serde_json::Value::as_i64);
                let name = stored.get("name").and_then(serde_json::Value::as_str).unwrap_or_default();
                listed = listed
                    .resource(Object::new().with("id", id.as_str()).with("name", name).with("size", size));
            }
            if !listing.found(listed).await {
                break;
            }
        }
        Ok(())
    }
}

// ---- action ----

pub(super) struct Touch;

impl Action for Touch {
    type Model = Search;
    type Client = Cloud;

    fn type_suffix(&self) -> &'static str {
        "touch"
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .description("Touches a thing.")
            .attribute(Attribute::string("prefix").required().description("Which one."))
    }

    async fn invoke(
        &self,
        cx: &Context<Cloud>,
        request: ActionRequest<Search>,
        progress: &mut Progress,
    ) -> Result<(), Diagnostics> {
        let id = request.config.prefix.text();
        progress.tell(format!("reaching for {id}")).await;
        if cx.client().read(id)?.is_none() {
            return Err(Diagnostic::error("No such thing")
                .detail(format!("There is no `{id}`."))
                .at("prefix")
                .into());
        }
        progress.tell("touched").await;
        Ok(())
    }
}
