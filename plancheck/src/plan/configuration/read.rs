//! Reads `configuration` in one pass. Of a resource block only the arguments that were asked for are looked into.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::rc::Rc;

use remit_governance::json::Json;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Arguments, Call, Configuration, Expression, Module, ProviderConfig, ResourceConfig, Variable};
use crate::plan::PlanError;
use crate::plan::context::{
    Context, DEEPEST, Keys, Kind, KindSeed, NameSeed, Names, Once, Seen, TextSeed, json, key_of, strict,
};
use crate::plan::resources::ModeWord;
use crate::plan::window::{Taken, Window};

type Expressions = BTreeMap<String, Expression>;

/// Reads `configuration`; `None` where it is null.
pub(in crate::plan) fn read(
    text: &mut Window<impl Read>,
    context: &Context<'_>,
) -> Taken<Option<Configuration>> {
    let mut configuration = Configuration::default();
    let mut once = Keys::default();
    let is_there = text.object(|text, key| {
        once.see(key, &["provider_config", "root_module"])?;
        match key {
            "provider_config" => configuration.providers = providers(text)?,
            "root_module" => configuration.root = module(text, context, DEEPEST)?,
            _ => text.skip()?,
        }
        Ok(())
    })?;
    Ok(is_there.then_some(configuration))
}

#[derive(Deserialize)]
struct RawProvider {
    #[serde(default)]
    name: String,
    full_name: Option<String>,
    alias: Option<String>,
    module_address: Option<String>,
    #[serde(default)]
    expressions: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct RawVariable {
    #[serde(default, deserialize_with = "even_null")]
    default: Option<Box<RawValue>>,
    #[serde(default)]
    sensitive: bool,
}

/// A default of null is one: the variable need not be given.
fn even_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
struct RawOutput {
    #[serde(default)]
    expression: Option<Box<RawValue>>,
}

/// An object whose keys are names, each of which may occur once.
fn named<T, R: Read>(
    text: &mut Window<R>,
    mut read: impl FnMut(&mut Window<R>, &str) -> Taken<T>,
) -> Taken<BTreeMap<String, T>> {
    let mut members = BTreeMap::new();
    text.object(|text, name| {
        let member = read(text, name)?;
        match members.insert(name.to_owned(), member) {
            None => Ok(()),
            Some(_) => Err(PlanError::duplicate_key(name)),
        }
    })?;
    Ok(members)
}

fn providers(text: &mut Window<impl Read>) -> Taken<BTreeMap<String, ProviderConfig>> {
    named(text, |text, key| {
        let raw = text.value(|text| RawProvider::deserialize(text))?;
        let expressions = match raw.expressions {
            Some(raw) => expressions(strict(key, raw.get())?),
            None => Expressions::new(),
        };
        let RawProvider { name, full_name: source, alias, module_address, .. } = raw;
        Ok(ProviderConfig { name, source, alias, module_address, expressions })
    })
}

fn module(text: &mut Window<impl Read>, context: &Context<'_>, deeper: usize) -> Taken<Module> {
    let Some(deeper) = deeper.checked_sub(1) else { return Err(PlanError::unexpected_shape()) };
    let mut module = Module::default();
    let mut once = Keys::default();
    text.object(|text, key| {
        once.see(key, &["resources", "module_calls", "variables", "outputs"])?;
        match key {
            "resources" => resources(text, context, &mut module)?,
            "module_calls" => module.calls = named(text, |text, _| call(text, context, deeper))?,
            "variables" => module.variables = named(text, |text, name| variable(text, name))?,
            "outputs" => {
                let outputs = named(text, |text, name| output(text, name))?;
                module.outputs =
                    outputs.into_iter().filter_map(|(name, output)| Some((name, output?))).collect();
            }
            _ => text.skip()?,
        }
        Ok(())
    })?;
    Ok(module)
}

fn call(text: &mut Window<impl Read>, context: &Context<'_>, deeper: usize) -> Taken<Call> {
    let mut call = Call::default();
    let mut once = Keys::default();
    text.object(|text, key| {
        once.see(key, &["expressions", "module", "for_each_expression"])?;
        match key {
            "expressions" => call.expressions = expressions(json(text, "module call")?),
            "for_each_expression" => call.for_each = one(json(text, "for_each")?).map(Box::new),
            "module" => call.module = module(text, context, deeper)?,
            _ => text.skip()?,
        }
        Ok(())
    })?;
    Ok(call)
}

fn variable(text: &mut Window<impl Read>, name: &str) -> Taken<Variable> {
    let raw = text.value(|text| RawVariable::deserialize(text))?;
    let place = || format!("var.{name}");
    let default = raw.default.map(|raw| strict(&place(), raw.get())).transpose()?;
    Ok(Variable { default, sensitive: raw.sensitive })
}

fn output(text: &mut Window<impl Read>, name: &str) -> Taken<Option<Expression>> {
    let raw = text.value(|text| RawOutput::deserialize(text))?;
    Ok(raw.expression.map(|raw| strict(name, raw.get())).transpose()?.and_then(one))
}

/// All arguments of a block of a kind that there are few of.
fn expressions(json: Json) -> Expressions {
    match json {
        Json::Object(members) => {
            members.into_iter().map(|(name, value)| (name, Expression::of(value))).collect()
        }
        _ => Expressions::new(),
    }
}

/// One expression; `None` where there is null in its place.
fn one(json: Json) -> Option<Expression> {
    (json != Json::Null).then(|| Expression::of(json))
}

fn resources(text: &mut Window<impl Read>, context: &Context<'_>, module: &mut Module) -> Taken<()> {
    text.list(|text| {
        let (address, config) = context.value(text, |text| ResourceSeed { context }.deserialize(text))?;
        match module.resources.insert(address, config) {
            None => Ok(()),
            Some(_) => Err(PlanError::unexpected_shape()),
        }
    })
}

struct ResourceSeed<'c> {
    context: &'c Context<'c>,
}

impl<'de> DeserializeSeed<'de> for ResourceSeed<'_> {
    type Value = (Box<str>, ResourceConfig);
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

key_of! { ResourceKey {
    "address" => Address, "mode" => Mode, "type" => Type, "provider_config_key" => ProviderConfigKey, "expressions" => Expressions,
    "for_each_expression" => ForEach,
} }

impl<'de> Visitor<'de> for ResourceSeed<'_> {
    type Value = (Box<str>, ResourceConfig);
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a resource block")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let context = self.context;
        let mut config = ResourceConfig::default();
        let (mut address, mut managed) = (None::<Box<str>>, true);
        let (mut kind, mut early_expressions) = (None::<Rc<Kind>>, None::<&'de RawValue>);
        let mut once = Once::default();
        while let Some(key) = map.next_key::<ResourceKey>()? {
            once.see(key as u32, key.name()).map_err(|error| context.fail(error))?;
            match key {
                ResourceKey::Address => address = map.next_value()?,
                ResourceKey::Mode => {
                    managed = map.next_value::<Option<ModeWord>>()?.is_none_or(ModeWord::is_managed);
                }
                ResourceKey::Type => kind = map.next_value_seed(KindSeed(context))?,
                ResourceKey::ProviderConfigKey => {
                    config.provider_config_key = map.next_value_seed(TextSeed(context))?;
                }
                ResourceKey::ForEach => {
                    let raw: Option<&'de RawValue> = map.next_value()?;
                    let read = raw.map(|raw| strict("for_each", raw.get())).transpose();
                    config.for_each = read.map_err(|error| context.fail(error))?.and_then(one).map(Box::new);
                }
                ResourceKey::Expressions => match &kind {
                    Some(kind) => {
                        let names = context.names(managed, kind);
                        config.expressions = map.next_value_seed(WantedSeed { context, names })?;
                    }
                    None => early_expressions = Some(map.next_value()?),
                },
                ResourceKey::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let (Some(address), Some(kind)) = (address, kind) else {
            return Err(context.fail(PlanError::unexpected_shape()));
        };
        if let Some(raw) = early_expressions {
            let seed = WantedSeed { context, names: context.names(managed, &kind) };
            let read = seed.deserialize(&mut serde_json::Deserializer::from_str(raw.get()));
            config.expressions = read.map_err(|_| context.fail(PlanError::unexpected_shape()))?;
        }
        Ok((address, config))
    }
}

/// The arguments of a resource block that were asked for.
struct WantedSeed<'c> {
    context: &'c Context<'c>,
    names: &'c Names,
}

impl<'de> DeserializeSeed<'de> for WantedSeed<'_> {
    type Value = Rc<Arguments>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for WantedSeed<'_> {
    type Value = Rc<Arguments>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("arguments")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Rc::default())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut written: Vec<(&str, &'de str)> = Vec::new();
        let mut seen = Seen::default();
        while let Some(found) = map.next_key_seed(NameSeed(self.names))? {
            let Some(index) = found else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let name = self.names.get(index);
            if !seen.first(index) {
                return Err(self.context.fail(PlanError::duplicate_key(name)));
            }
            let raw: &RawValue = map.next_value()?;
            written.push((name, raw.get()));
        }
        self.context.arguments(&written).map_err(|error| self.context.fail(error))
    }
}
