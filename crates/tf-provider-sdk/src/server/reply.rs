//! The answers to calls: how each carries messages, and what it says when a call came to nothing.

use crate::context::Defer;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::generated::tfplugin6 as pb;
use crate::path::{Path, Step};

/// An answer to a request of type `Q`.
pub(super) trait Reply<Q>: Sized {
    /// The answer that leaves everything as it was.
    fn without_effect(request: &Q) -> Self;

    /// Adds messages.
    fn tell(&mut self, diagnostics: Diagnostics);
}

macro_rules! plain_replies {
    ($($module:ident),* $(,)?) => {$(
        impl Reply<pb::$module::Request> for pb::$module::Response {
            fn without_effect(_: &pb::$module::Request) -> Self {
                Self::default()
            }

            fn tell(&mut self, diagnostics: Diagnostics) {
                self.diagnostics.extend(to_messages(diagnostics));
            }
        }
    )*};
}
plain_replies!(
    get_metadata,
    get_provider_schema,
    get_resource_identity_schemas,
    get_functions,
    validate_provider_config,
    validate_resource_config,
    validate_data_resource_config,
    configure_provider,
    upgrade_resource_state,
    upgrade_resource_identity,
    plan_resource_change,
    import_resource_state,
    move_resource_state,
    generate_resource_config,
    read_data_source,
    validate_ephemeral_resource_config,
    open_ephemeral_resource,
    renew_ephemeral_resource,
    close_ephemeral_resource,
    validate_list_resource_config,
    validate_action_config,
    plan_action,
);

impl Reply<pb::read_resource::Request> for pb::read_resource::Response {
    fn without_effect(request: &pb::read_resource::Request) -> Self {
        Self { new_state: request.current_state.clone(), private: request.private.clone(), ..Self::default() }
    }

    fn tell(&mut self, diagnostics: Diagnostics) {
        self.diagnostics.extend(to_messages(diagnostics));
    }
}

impl Reply<pb::apply_resource_change::Request> for pb::apply_resource_change::Response {
    fn without_effect(request: &pb::apply_resource_change::Request) -> Self {
        Self {
            new_state: request.prior_state.clone(),
            private: request.planned_private.clone(),
            ..Self::default()
        }
    }

    fn tell(&mut self, diagnostics: Diagnostics) {
        self.diagnostics.extend(to_messages(diagnostics));
    }
}

impl Reply<pb::call_function::Request> for pb::call_function::Response {
    fn without_effect(_: &pb::call_function::Request) -> Self {
        Self::default()
    }

    fn tell(&mut self, diagnostics: Diagnostics) {
        let texts: Vec<_> = diagnostics.into_iter().map(|diagnostic| diagnostic.detail).collect();
        self.error = Some(pb::FunctionError { text: texts.join("\n"), function_argument: None });
    }
}

pub(super) fn to_messages(diagnostics: Diagnostics) -> impl Iterator<Item = pb::Diagnostic> {
    diagnostics.into_iter().map(to_message)
}

fn to_message(diagnostic: Diagnostic) -> pb::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => pb::diagnostic::Severity::Error,
        Severity::Warning => pb::diagnostic::Severity::Warning,
    };
    pb::Diagnostic {
        severity: severity.into(),
        summary: diagnostic.summary,
        detail: diagnostic.detail,
        attribute: (!diagnostic.path.is_root()).then(|| to_attribute_path(&diagnostic.path)),
    }
}

/// The path as far as the protocol can express it.
pub(super) fn to_attribute_path(path: &Path) -> pb::AttributePath {
    use pb::attribute_path::step::Selector;
    let selectors = path.steps().iter().map_while(|step| match step {
        Step::Attribute(name) => Some(Selector::AttributeName(name.clone())),
        Step::Key(key) => Some(Selector::ElementKeyString(key.clone())),
        Step::Index(index) => i64::try_from(*index).ok().map(Selector::ElementKeyInt),
        Step::Element(_) => None,
    });
    pb::AttributePath {
        steps: selectors.map(|selector| pb::attribute_path::Step { selector: Some(selector) }).collect(),
    }
}

pub(super) fn to_deferred(defer: Option<Defer>) -> Option<pb::Deferred> {
    use pb::deferred::Reason;
    let reason = match defer? {
        Defer::ResourceConfigUnknown => Reason::ResourceConfigUnknown,
        Defer::ProviderConfigUnknown => Reason::ProviderConfigUnknown,
        Defer::MissingPrerequisite => Reason::AbsentPrereq,
    };
    Some(pb::Deferred { reason: reason.into() })
}
