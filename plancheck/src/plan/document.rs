//! The top level of a plan.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use remit_governance::json::Json;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::beyond::{DeferredSeed, DriftSeed, invocations};
use super::configuration::ConfigurationSeed;
use super::context::{Context, Input, strict};
use super::input::read_error;
use super::prior_state::PriorStateSeed;
use super::resources::ChangesSeed;
use super::{Configuration, Plan, PlanError, Sink, Wanted};

/// A plan has about twenty keys at the top; a file with very many is hostile.
const MOST_KEYS: usize = 1000;

/// Reads one document up to its closing brace; what follows is the caller's to check.
pub(super) fn read<'de, R: serde_json::de::Read<'de>>(
    deserializer: &mut serde_json::Deserializer<R>,
    wanted: &dyn Wanted,
    input: Input,
    sink: &mut Sink<'_>,
) -> Result<Parts, PlanError> {
    let context = Context::new(wanted, input);
    let result = DocumentSeed { context: &context, sink }.deserialize(deserializer);
    result.map_err(|error| context.into_fault().unwrap_or_else(|| from_serde(error)))
}

/// Serde's own words are not used: they can quote values of the plan.
fn from_serde(error: serde_json::Error) -> PlanError {
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        serde_json::error::Category::Eof => PlanError::truncated(),
        serde_json::error::Category::Syntax => PlanError::not_json().at(line, column),
        serde_json::error::Category::Data => PlanError::unexpected_shape().at(line, column),
        serde_json::error::Category::Io => read_error(&std::io::Error::from(error)),
    }
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
}

struct DocumentSeed<'c, 's, 'k> {
    context: &'c Context<'c>,
    sink: &'s mut Sink<'k>,
}

impl<'de> DeserializeSeed<'de> for DocumentSeed<'_, '_, '_> {
    type Value = Parts;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Parts, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DocumentSeed<'_, '_, '_> {
    type Value = Parts;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a plan")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parts, A::Error> {
        let context = self.context;
        let mut parts = Parts::default();
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if seen.len() == MOST_KEYS {
                return Err(context.fail(PlanError::unexpected_shape()));
            }
            if key == "resource_changes" {
                if !seen.contains(&key) {
                    let list = ChangesSeed { context, sink: &mut *self.sink };
                    parts.plan.changes = map.next_value_seed(list)?;
                }
                parts.plan_keys = true;
            }
            if seen.contains(&key) {
                return Err(context.fail(PlanError::duplicate_key(&key)));
            }
            if key != "resource_changes" {
                parts.take(&key, &mut map, context)?;
            }
            seen.insert(key);
        }
        Ok(parts)
    }
}

impl Parts {
    fn take<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        map: &mut A,
        context: &Context<'_>,
    ) -> Result<(), A::Error> {
        let plan = &mut self.plan;
        match key {
            "format_version" => self.format_version = Some(map.next_value()?),
            "terraform_version" => plan.terraform_version = map.next_value()?,
            "errored" => self.errored = map.next_value()?,
            "complete" => plan.complete = map.next_value()?,
            "variables" => plan.variables = map.next_value_seed(VariablesSeed { context })?,
            "prior_state" if context.wants_prior_state() => {
                plan.prior = map.next_value_seed(PriorStateSeed { context })?;
            }
            "configuration" => {
                let configuration: Option<Configuration> =
                    map.next_value_seed(ConfigurationSeed { context })?;
                plan.configuration = configuration;
            }
            "applyable" => plan.applyable = map.next_value()?,
            "timestamp" => plan.timestamp = map.next_value()?,
            "resource_drift" => plan.drift = map.next_value_seed(DriftSeed { context })?,
            "deferred_changes" => plan.deferred = map.next_value_seed(DeferredSeed { context })?,
            "action_invocations" => invocations(map, false, &mut plan.invocations)?,
            "deferred_action_invocations" => invocations(map, true, &mut plan.invocations)?,
            _ => {
                map.next_value::<IgnoredAny>()?;
            }
        }
        match key {
            "planned_values" | "configuration" | "output_changes" | "action_invocations" => {
                self.plan_keys = true;
            }
            "values" | "serial" | "lineage" | "resources" => self.state_keys = true,
            _ => {}
        }
        Ok(())
    }
}

/// The values of the root module's variables.
struct VariablesSeed<'c> {
    context: &'c Context<'c>,
}

#[derive(serde::Deserialize)]
struct VariableValue {
    value: Option<Box<RawValue>>,
}

impl<'de> DeserializeSeed<'de> for VariablesSeed<'_> {
    type Value = BTreeMap<String, Json>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for VariablesSeed<'_> {
    type Value = BTreeMap<String, Json>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("variables by name")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(BTreeMap::new())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut variables = BTreeMap::new();
        while let Some((name, VariableValue { value })) = map.next_entry::<String, VariableValue>()? {
            let value = match value {
                Some(raw) => strict(self.context, &format!("var.{name}"), raw.get())?,
                None => Json::Null,
            };
            if variables.contains_key(&name) {
                return Err(self.context.fail(PlanError::duplicate_key(&name)));
            }
            variables.insert(name, value);
        }
        Ok(variables)
    }
}
