//! The provider: its settings, and the lists of what it offers.

use tf_provider_sdk::{
    Attribute, ConfigureRequest, DataSourceEntry, Diagnostic, Diagnostics, FunctionEntry, Object, Path,
    Provider, ResourceEntry, Schema, ValidateRequest,
};

use crate::{data_sources, declaration::Attributes, functions, resources};

/// The provider `remit`. It has no settings yet, calls nothing and keeps nothing between calls.
pub struct Remit;

/// Attributes whose names are taken, with what they will be for.
const NOT_YET: [(&str, &str); 5] = [
    ("approvals_dir", "Folder of signed approval statements."),
    ("trust_root", "File of the root approvers."),
    ("aws", "How AWS is reached."),
    ("google", "How Google Cloud is reached."),
    ("azure", "How Azure is reached."),
];

impl Provider for Remit {
    type Model = Attributes;
    type Client = ();

    fn name(&self) -> &'static str {
        "remit"
    }

    fn namespace(&self) -> &'static str {
        "remit"
    }

    fn version(&self) -> Option<&'static str> {
        Some(env!("CARGO_PKG_VERSION"))
    }

    fn schema(&self) -> Schema {
        let setting = |(name, purpose): (&str, &str)| {
            let attribute = match name {
                "approvals_dir" | "trust_root" => Attribute::string(name),
                _ => Attribute::dynamic(name),
            };
            attribute.description(format!("{purpose} Not available yet: setting it is an error."))
        };
        Schema::new().attributes(NOT_YET.map(setting)).description(
            "Remit puts people in charge of what AI agents may do to cloud infrastructure. Declare who \
             may decide what, hand the governance lock to plancheck, and every plan is judged before \
             it is applied. Declarations need no credentials: this version calls no cloud, verifies no \
             approvals and collects no telemetry.",
        )
    }

    fn validate(&self, request: ValidateRequest<Attributes>) -> Diagnostics {
        refused(&request.config.0)
    }

    async fn configure(&self, request: ConfigureRequest<Attributes>) -> Result<(), Diagnostics> {
        refused(&request.config.0).or_value(())
    }

    fn resources(&self) -> Vec<ResourceEntry<()>> {
        resources::all()
    }

    fn data_sources(&self) -> Vec<DataSourceEntry<()>> {
        data_sources::all()
    }

    fn functions(&self) -> Vec<FunctionEntry> {
        functions::all()
    }
}

/// Attributes that would be ignored are refused. One that is not known yet may still turn out to be null.
fn refused(settings: &Object) -> Diagnostics {
    let given = |name: &str| !settings.get(name).is_null() && !settings.get(name).is_unknown();
    let refuse = |(name, _): (&str, &str)| {
        Diagnostic::error("Not available yet")
            .detail(format!(
                "The setting `{name}` is planned for a later version; this one would ignore it. Remove it."
            ))
            .at(Path::attribute(name))
    };
    NOT_YET.into_iter().filter(|(name, _)| given(name)).map(refuse).collect()
}
