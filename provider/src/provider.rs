//! The provider: its settings, and the lists of what it offers.

use tf_provider_sdk::{
    Attr, Attribute, ConfigureRequest, DataSourceEntry, DecodeError, Diagnostic, Diagnostics, FunctionEntry,
    Model, Object, ObjectReader, Path, Provider, ResourceEntry, Schema, ValidateRequest,
};

use crate::{
    cloud::aws,
    configured::{Configured, Unreadable},
    consent, data_sources, functions, resources,
};

/// The provider `remit`.
pub struct Remit;

/// Attributes whose names are taken, with what they will be for.
const NOT_YET: [(&str, &str); 2] =
    [("google", "How Google Cloud is reached."), ("azure", "How Azure is reached.")];

/// The provider block.
pub struct Settings {
    aws: Attr<aws::settings::Settings>,
    consent: consent::Settings,
    /// What this version has no use for yet.
    rest: Object,
}

impl Model for Settings {
    fn decode(object: &mut ObjectReader) -> Result<Self, DecodeError> {
        Ok(Self { aws: object.get("aws")?, consent: consent::Settings::decode(object)?, rest: object.rest() })
    }

    /// Settings are read only; no state of theirs is ever written.
    fn encode(self) -> Object {
        self.rest
    }
}

impl Provider for Remit {
    type Model = Settings;
    type Client = Configured;

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
            Attribute::dynamic(name)
                .description(format!("{purpose} Not available yet: setting it is an error."))
        };
        Schema::new()
            .attributes(NOT_YET.map(setting))
            .attributes(consent::Settings::attributes())
            .attribute(aws::settings::Settings::attribute())
            .description(
                "Remit puts people in charge of what AI agents may do to cloud infrastructure. Declare who \
             may decide what, hand the governance lock to plancheck, and every plan is judged before \
             it is applied; give an envelope an `aws` block, and it becomes budgets, policies and caps there. \
             With a pinned trust root, loosening a declaration needs the approval of people. Without an `aws` \
             block nothing is called and no credentials are needed. No telemetry is collected.",
            )
    }

    fn validate(&self, request: ValidateRequest<Settings>) -> Diagnostics {
        faults(&request.config)
    }

    async fn configure(&self, request: ConfigureRequest<Settings>) -> Result<Configured, Diagnostics> {
        let settings = request.config;
        faults(&settings).or_value(())?;
        Ok(Configured {
            consent: settings.consent.read()?,
            aws: aws::Connections::new(settings.aws),
            unreadable: Unreadable::from_environment(),
        })
    }

    fn resources(&self) -> Vec<ResourceEntry<Configured>> {
        resources::all()
    }

    fn data_sources(&self) -> Vec<DataSourceEntry<Configured>> {
        data_sources::all()
    }

    fn functions(&self) -> Vec<FunctionEntry> {
        functions::all()
    }
}

fn faults(settings: &Settings) -> Diagnostics {
    let mut faults = refused(&settings.rest);
    faults.extend(settings.aws.known().map(aws::settings::Settings::faults).into_iter().flatten());
    faults
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
