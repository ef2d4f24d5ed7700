//! `remit_vendor_default`: one row of the catalog, by id. What a row shows is said here for both data sources.

use remit_catalog::{DefaultOrigin, VendorDefault};
use remit_governance::invalid::nearest;
use tf_provider_sdk::{
    Attribute, Context, DataReadRequest, DataSource, Diagnostic, Diagnostics, Object, Path, Schema, Type,
    Value,
};

use crate::{configured::Configured, declaration::Attributes};

/// The data source.
pub(crate) struct VendorDefaultById;

impl DataSource for VendorDefaultById {
    type Model = Attributes;
    type Client = Configured;

    fn type_suffix(&self) -> &'static str {
        "vendor_default"
    }

    fn schema(&self) -> Schema {
        let id = Attribute::string("id").required().description(
            "Id in the catalog, such as `aws-bedrock-agent-no-guardrail`. `plancheck defaults list` and \
             `remit_vendor_defaults` show all.",
        );
        Schema::new().attribute(id).attributes(row_attributes()).description(
            "One vendor default of the catalog: what the vendor chooses for whoever does not, what that is good for, and what it \
             exposes. It is part of the provider; nothing is called.\n\n\
             **What it does not stop.** It informs. `remit_default_override` records a decision about it.",
        )
    }

    async fn read(
        &self,
        _: &Context<Configured>,
        request: DataReadRequest<Attributes>,
    ) -> Result<Attributes, Diagnostics> {
        let mut attributes = request.config.0;
        let id = attributes.get("id").as_str().unwrap_or_default().to_owned();
        let row = remit_catalog::default(&id).ok_or_else(|| unlisted(&id))?;
        for (name, value) in shown(row) {
            attributes.set(name, value);
        }
        Ok(Attributes(attributes))
    }
}

fn unlisted(id: &str) -> Diagnostics {
    let help = match nearest(id, remit_catalog::default_ids()) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => "`plancheck defaults list` shows all ids.".to_owned(),
    };
    let detail = format!("The catalog has no vendor default `{id}`.\n\n{help}");
    Diagnostic::error("Unknown vendor default").detail(detail).at(Path::attribute("id")).into()
}

/// What is shown of a row, besides its id.
pub(super) fn row_attributes() -> Vec<Attribute> {
    let text = |name: &str, says: &str| Attribute::string(name).computed().description(says);
    vec![
        text("cloud", "Whose default it is: `aws`, `gcp`, `azure` or `third-party`."),
        text("service", "The service, as the vendor calls it."),
        text("resource_type", "The Terraform type that has it. A few rows name a family of types in words."),
        text("attribute", "The attribute, or `(resource)` where the whole resource is missing."),
        text("condition", "When it applies."),
        text(
            "vendor_default",
            "The value in force then, as JSON: a sentence for a behavior, `null` where nothing is set.",
        ),
        text(
            "origin",
            "Who fills it in: `provider`, whose value a plan shows, `vendor API`, or `absent resource`.",
        ),
        text("dimension", "The dimension of an envelope that governs it."),
        text("optimizes_for", "What the vendor gains in smoothness."),
        text("benefits", "Who benefits."),
        text("exposes", "What you carry."),
        text("risk", "How much that matters, by our judgment: `low`, `medium`, `high` or `critical`."),
        text(
            "suggested_value",
            "A starting point for a governed value, as JSON; `null` where only a rule fits.",
        ),
        text("rule", "The check in words."),
        Attribute::list("regulations", Type::String)
            .computed()
            .description("Regulations that ask about it, from general knowledge."),
        text("note", "Something a reader should know."),
        text("source", "The document that the row was read from."),
        Attribute::bool("verified")
            .computed()
            .description("Whether default and attribute were compared with that document."),
    ]
}

/// A row as an object of these attributes.
pub(super) fn shown(row: &VendorDefault) -> Object {
    let origin = match row.default_origin {
        DefaultOrigin::Provider => "provider",
        DefaultOrigin::VendorApi => "vendor API",
        DefaultOrigin::AbsentResource => "absent resource",
    };
    let regulations = row.regulations.iter().map(|name| Value::from(*name)).collect();
    Object::new()
        .with("cloud", row.cloud.as_str())
        .with("service", row.service.as_ref())
        .with("resource_type", row.resource_type.as_ref())
        .with("attribute", row.attribute_path)
        .with("condition", row.condition.as_ref())
        .with("vendor_default", row.vendor_default.get())
        .with("origin", origin)
        .with("dimension", row.dimension())
        .with("optimizes_for", row.optimizes_for.as_ref())
        .with("benefits", row.benefits.as_ref())
        .with("exposes", row.exposes.as_ref())
        .with("risk", row.risk.as_str())
        .with("suggested_value", row.suggested_governed_value.get())
        .with("rule", row.rule.as_ref())
        .with("regulations", Value::List(regulations))
        .with("note", row.note.as_deref().map_or(Value::Null, Value::from))
        .with("source", row.source.as_ref())
        .with("verified", row.verified)
}
