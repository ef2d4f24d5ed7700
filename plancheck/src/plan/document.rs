//! The top level of a plan.

use std::collections::{BTreeMap, HashSet};
use std::io::Read;

use remit_governance::json::Json;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::context::{Context, strict};
use super::window::{Taken, Window};
use super::{Plan, PlanError, Sink, Wanted, beyond, configuration, prior_state, resources};

/// A plan has about twenty keys at the top; a file with very many is hostile.
const MOST_KEYS: usize = 1000;

/// Reads one document up to its closing brace; what follows is the caller's to check.
pub(super) fn read(text: &mut Window<impl Read>, wanted: &dyn Wanted, sink: &mut Sink<'_>) -> Taken<Parts> {
    let context = Context::new(wanted);
    let mut parts = Parts::default();
    let mut seen = HashSet::new();
    text.object(|text, key| {
        if seen.len() == MOST_KEYS {
            return Err(PlanError::unexpected_shape());
        }
        if !seen.insert(key.to_owned()) {
            return Err(PlanError::duplicate_key(key));
        }
        parts.take(key, text, &context, sink)
    })?;
    Ok(parts)
}

/// The document as read, not yet known to be a plan that can be judged.
#[derive(Default)]
pub(super) struct Parts {
    plan: Plan,
    format_version: Option<String>,
    errored: Option<bool>,
    plan_keys: bool,
    state_keys: bool,
}

impl Parts {
    /// Refuses what is no sound plan; only called after the last byte.
    pub(super) fn finish(self) -> Result<Plan, PlanError> {
        if self.state_keys && !self.plan_keys {
            return Err(PlanError::state_file());
        }
        let Some(format_version) = self.format_version else {
            return Err(PlanError::not_a_plan());
        };
        let major = format_version.split('.').next().unwrap_or_default();
        if !matches!(major, "0" | "1") {
            return Err(PlanError::unknown_format(&format_version));
        }
        if !self.plan_keys {
            return Err(PlanError::not_a_plan());
        }
        if self.errored == Some(true) {
            return Err(PlanError::errored());
        }
        Ok(Plan { format_version, ..self.plan })
    }

    fn take(
        &mut self,
        key: &str,
        text: &mut Window<impl Read>,
        context: &Context<'_>,
        sink: &mut Sink<'_>,
    ) -> Taken<()> {
        let plan = &mut self.plan;
        match key {
            "resource_changes" => plan.changes = resources::changes(text, context, sink)?,
            "format_version" => self.format_version = Some(plain(text)?),
            "terraform_version" => plan.terraform_version = plain(text)?,
            "errored" => self.errored = plain(text)?,
            "complete" => plan.complete = plain(text)?,
            "applyable" => plan.applyable = plain(text)?,
            "timestamp" => plan.timestamp = plain(text)?,
            "variables" => plan.variables = variables(text)?,
            "prior_state" if context.wants_prior_state() => plan.prior = prior_state::read(text, context)?,
            "configuration" => plan.configuration = configuration::read(text, context)?,
            "resource_drift" => plan.drift = beyond::drift(text, context)?,
            "deferred_changes" => plan.deferred = beyond::deferred(text, context)?,
            "action_invocations" => beyond::invocations(text, false, &mut plan.invocations)?,
            "deferred_action_invocations" => beyond::invocations(text, true, &mut plan.invocations)?,
            _ => text.skip()?,
        }
        match key {
            "planned_values" | "configuration" | "output_changes" | "action_invocations"
            | "resource_changes" => self.plan_keys = true,
            "values" | "serial" | "lineage" | "resources" => self.state_keys = true,
            _ => {}
        }
        Ok(())
    }
}

/// A value that is read as it is.
fn plain<T: for<'de> Deserialize<'de>>(text: &mut Window<impl Read>) -> Taken<T> {
    text.value(|text| T::deserialize(text))
}

#[derive(Deserialize)]
struct VariableValue {
    value: Option<Box<RawValue>>,
}

/// The values of the root module's variables.
fn variables(text: &mut Window<impl Read>) -> Taken<BTreeMap<String, Json>> {
    let mut variables = BTreeMap::new();
    text.object(|text, name| {
        let VariableValue { value } = plain(text)?;
        let value = match value {
            Some(raw) => strict(&format!("var.{name}"), raw.get())?,
            None => Json::Null,
        };
        if variables.insert(name.to_owned(), value).is_some() {
            return Err(PlanError::duplicate_key(name));
        }
        Ok(())
    })?;
    Ok(variables)
}
