//! A search for objects, result by result.

use tonic::Streaming;

use super::{TestProvider, decode, encoded, exchange, typed};
use crate::diagnostic::Diagnostics;
use crate::generated::tfplugin6 as pb;
use crate::provider::Provider;
use crate::types::Type;
use crate::value::{Object, Value};

/// What a search is asked for besides its configuration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SearchFor {
    /// The whole objects, not their identities alone.
    pub include_resource: bool,
    /// This many results at most; all of them without.
    pub limit: Option<u32>,
}

/// A search that is under way. The provider goes on only as far as results are taken; dropping it ends the search.
pub struct TestSearch<'a, P: Provider> {
    provider: &'a TestProvider<P>,
    events: Streaming<pb::list_resource::Event>,
    identity: &'a Type,
    resource: &'a Type,
}

/// One object that a search has found.
#[derive(Debug, Clone, PartialEq)]
pub struct TestListed {
    /// What identifies it.
    pub identity: Value,
    /// Its name for people.
    pub display_name: String,
    /// The whole object, if it was asked for and given.
    pub resource: Option<Value>,
    /// Warnings that came with it.
    pub warnings: Diagnostics,
}

impl<P: Provider> TestProvider<P> {
    /// Validates and starts a search. Attributes left out are null.
    pub fn search(
        &self,
        type_name: &str,
        config: Object,
        wanted: SearchFor,
    ) -> Result<TestSearch<'_, P>, Diagnostics> {
        // A block that is left out comes as null.
        let config = if config.is_empty() { Value::Null } else { config.into() };
        let config = Some(encoded(config, typed(&self.types.list_resources, type_name))?);
        let request = pb::validate_list_resource_config::Request {
            type_name: type_name.to_owned(),
            config: config.clone(),
            ..Default::default()
        };
        let validated = self.call(async |client| client.validate_list_resource_config(request).await)?;
        exchange::outcome(&validated.diagnostics)?;
        let request = pb::list_resource::Request {
            type_name: type_name.to_owned(),
            config,
            include_resource_object: wanted.include_resource,
            limit: wanted.limit.map_or(0, i64::from),
        };
        Ok(TestSearch {
            provider: self,
            events: self.call(async |client| client.list_resource(request).await)?,
            identity: typed(&self.types.identities, type_name),
            resource: typed(&self.types.resources, type_name),
        })
    }
}

impl<P: Provider> TestSearch<'_, P> {
    fn listed(&self, event: &pb::list_resource::Event) -> Result<TestListed, Diagnostics> {
        exchange::outcome(&event.diagnostic)?;
        let identity = event.identity.as_ref().and_then(|identity| identity.identity_data.as_ref());
        let resource = event.resource_object.as_ref();
        Ok(TestListed {
            identity: decode(identity, self.identity)?,
            display_name: event.display_name.clone(),
            resource: resource.map(|object| decode(Some(object), self.resource)).transpose()?,
            warnings: exchange::diagnostics(&event.diagnostic),
        })
    }
}

/// Ends after the first error, as Terraform does.
impl<P: Provider> Iterator for TestSearch<'_, P> {
    type Item = Result<TestListed, Diagnostics>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.provider.wait(self.events.message()) {
            Ok(event) => Some(self.listed(&event?)),
            Err(status) => Some(exchange::answer(Err(status))),
        }
    }
}
