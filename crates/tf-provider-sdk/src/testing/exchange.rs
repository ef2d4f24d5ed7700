//! From the protocol's answers back to diagnostics.

use tonic::{Response, Status};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::generated::tfplugin6 as pb;
use crate::path::{Path, Step};
use pb::attribute_path::step::Selector;

/// The body of an answer, or the protocol's own error as a diagnostic.
pub(super) fn answer<R>(answered: Result<Response<R>, Status>) -> Result<R, Diagnostics> {
    match answered {
        Ok(response) => Ok(response.into_inner()),
        Err(status) => {
            Err(Diagnostic::error(format!("gRPC status {:?}", status.code())).detail(status.message()).into())
        }
    }
}

/// Fails if there is an error among the messages.
pub(super) fn outcome(messages: &[pb::Diagnostic]) -> Result<(), Diagnostics> {
    diagnostics(messages).or_value(())
}

pub(super) fn diagnostics(messages: &[pb::Diagnostic]) -> Diagnostics {
    messages.iter().map(from_message).collect()
}

fn from_message(message: &pb::Diagnostic) -> Diagnostic {
    let diagnostic = if message.severity == i32::from(pb::diagnostic::Severity::Warning) {
        Diagnostic::warning(&message.summary)
    } else {
        Diagnostic::error(&message.summary)
    };
    diagnostic.detail(&message.detail).at(message.attribute.as_ref().map(path).unwrap_or_default())
}

pub(super) fn path(path: &pb::AttributePath) -> Path {
    let selectors = path.steps.iter().filter_map(|step| step.selector.as_ref());
    selectors.fold(Path::root(), |path, selector| {
        path.step(match selector {
            Selector::AttributeName(name) => Step::Attribute(name.clone()),
            Selector::ElementKeyString(key) => Step::Key(key.clone()),
            Selector::ElementKeyInt(index) => Step::Index(u64::try_from(*index).unwrap_or_default()),
        })
    })
}
