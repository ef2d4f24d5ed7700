//! Calls that check configuration, and the call that configures the provider.

use std::sync::{Arc, PoisonError};

use super::reply::to_messages;
use super::{Core, Prepared};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::generated::tfplugin6 as pb;
use crate::model::decode;
use crate::path::{Path, Step};
use crate::plan::with_defaults;
use crate::provider::{ConfigureRequest, Provider};
use crate::resource::ValidateRequest;
use crate::schema::{Attribute, Kind, Nesting};
use crate::value::Value;

impl<P: Provider> Core<P> {
    pub(super) fn validate_provider_config(
        &self,
        request: &pb::validate_provider_config::Request,
    ) -> Result<pb::validate_provider_config::Response, Diagnostics> {
        let config = self.config.decode(request.config.as_ref())?;
        let told = self.config.validate(config, |config| match decode(config.clone()) {
            Ok(model) => self.provider.validate(ValidateRequest { config: model, config_value: config }),
            Err(diagnostics) => diagnostics,
        });
        Ok(pb::validate_provider_config::Response { diagnostics: to_messages(told).collect() })
    }

    pub(super) fn validate_resource_config(
        &self,
        request: &pb::validate_resource_config::Request,
    ) -> Result<pb::validate_resource_config::Response, Diagnostics> {
        let managed = self.managed(&request.type_name)?;
        let config = managed.prepared.decode(request.config.as_ref())?;
        let told = managed.prepared.validate(config, |config| managed.resource.validate(config));
        Ok(pb::validate_resource_config::Response { diagnostics: to_messages(told).collect() })
    }

    pub(super) fn validate_data_resource_config(
        &self,
        request: &pb::validate_data_resource_config::Request,
    ) -> Result<pb::validate_data_resource_config::Response, Diagnostics> {
        let readable = self.readable(&request.type_name)?;
        let config = readable.prepared.decode(request.config.as_ref())?;
        let told = readable.prepared.validate(config, |config| readable.data_source.validate(config));
        Ok(pb::validate_data_resource_config::Response { diagnostics: to_messages(told).collect() })
    }

    pub(super) async fn configure_provider(
        &self,
        request: pb::configure_provider::Request,
    ) -> Result<pb::configure_provider::Response, Diagnostics> {
        let config = with_defaults(&self.config.schema, &self.config.decode(request.config.as_ref())?);
        let configure = ConfigureRequest {
            config: decode(config.clone())?,
            config_value: config,
            terraform_version: request.terraform_version,
        };
        let client = self.provider.configure(configure).await;
        let client = client.map_err(|diagnostics| self.config.told(Diagnostics::new(), diagnostics))?;
        *self.client.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(client));
        Ok(pb::configure_provider::Response::default())
    }
}

impl Prepared {
    /// The schema's own checks, and the author's if those found no fault.
    pub(super) fn validate(&self, config: Value, author: impl FnOnce(Value) -> Diagnostics) -> Diagnostics {
        let mut found = Diagnostics::new();
        check_object(&self.schema.attributes, &config, &Path::root(), &mut found);
        if !found.has_errors() {
            found.extend(author(config));
        }
        self.told(Diagnostics::new(), found)
    }
}

fn check_object(attributes: &[Attribute], value: &Value, path: &Path, found: &mut Diagnostics) {
    for attribute in attributes {
        let value = value.attr(&attribute.name);
        if value.is_null() || value.is_unknown() {
            continue;
        }
        if !attribute.is_checked() {
            continue;
        }
        let path = path.clone().attr(&attribute.name);
        if let Some(instead) = &attribute.deprecation {
            found.push(Diagnostic::warning("Deprecated attribute").detail(instead).at(path.clone()));
        }
        for validator in &attribute.validators {
            found.extend(validator.check(value).within(&path));
        }
        match &attribute.kind {
            Kind::Typed(_) => {}
            Kind::Nested(Nesting::Single, inner) => check_object(inner, value, &path, found),
            Kind::Nested(_, inner) => {
                for (step, item) in value.parts() {
                    check_object(inner, item, &path.clone().step(keyed(step)), found);
                }
            }
        }
    }
}

/// The parts of a map are named like attributes; here they are elements.
fn keyed(step: Step) -> Step {
    match step {
        Step::Attribute(key) => Step::Key(key),
        other => other,
    }
}
