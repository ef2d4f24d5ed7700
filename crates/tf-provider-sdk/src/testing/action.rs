//! An action, planned and invoked.

use tonic::Streaming;

use super::{TestProvider, encoded, exchange, typed};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::generated::tfplugin6 as pb;
use crate::provider::Provider;
use crate::value::Object;
use pb::invoke_action::event::Type as Kind;

/// An action that is under way: an iterator over its lines of progress. The provider goes on only as far as they are taken;
/// dropping it is what Terraform does when it goes away.
pub struct TestInvocation<'a, P: Provider> {
    provider: &'a TestProvider<P>,
    events: Streaming<pb::invoke_action::Event>,
    ended: Option<Result<Diagnostics, Diagnostics>>,
}

impl<P: Provider> TestProvider<P> {
    /// Validates and plans an action; gives the warnings. Attributes left out are null.
    pub fn plan_action(&self, type_name: &str, config: Object) -> Result<Diagnostics, Diagnostics> {
        let config = Some(encoded(config, typed(&self.types.actions, type_name))?);
        let request =
            pb::validate_action_config::Request { type_name: type_name.to_owned(), config: config.clone() };
        let validated = self.call(async |client| client.validate_action_config(request).await)?;
        exchange::outcome(&validated.diagnostics)?;
        let action_type = type_name.to_owned();
        let request = pb::plan_action::Request { action_type, config, client_capabilities: None };
        let planned = self.call(async |client| client.plan_action(request).await)?;
        exchange::outcome(&planned.diagnostics)?;
        Ok(exchange::diagnostics(&planned.diagnostics))
    }

    /// Plans and starts an action.
    pub fn invoke(&self, type_name: &str, config: Object) -> Result<TestInvocation<'_, P>, Diagnostics> {
        self.plan_action(type_name, config.clone())?;
        let config = Some(encoded(config, typed(&self.types.actions, type_name))?);
        let action_type = type_name.to_owned();
        let request = pb::invoke_action::Request { action_type, config, client_capabilities: None };
        let events = self.call(async |client| client.invoke_action(request).await)?;
        Ok(TestInvocation { provider: self, events, ended: None })
    }
}

impl<P: Provider> TestInvocation<'_, P> {
    /// Waits for the end; gives the warnings.
    pub fn finish(mut self) -> Result<Diagnostics, Diagnostics> {
        while self.next().is_some() {}
        let no_end = || Err(Diagnostic::error("The action did not complete").into());
        self.ended.unwrap_or_else(no_end)
    }
}

impl<P: Provider> Iterator for TestInvocation<'_, P> {
    type Item = String;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended.is_some() {
            return None;
        }
        let event = match self.provider.wait(self.events.message()) {
            Ok(event) => event?,
            Err(status) => {
                self.ended = Some(exchange::answer(Err(status)));
                return None;
            }
        };
        match event.r#type? {
            Kind::Progress(line) => Some(line.message),
            Kind::Completed(completed) => {
                let told = exchange::diagnostics(&completed.diagnostics);
                self.ended = Some(told.clone().or_value(told));
                None
            }
        }
    }
}
