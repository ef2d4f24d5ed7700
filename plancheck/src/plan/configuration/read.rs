//! Reads `configuration` in one pass. Of a resource block only the arguments that were asked for are looked into.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use foldhash::HashMap;
use remit_governance::json::Json;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Call, Configuration, Expression, Module, ProviderConfig, ResourceConfig, Variable};
use crate::plan::PlanError;
use crate::plan::context::{
    Context, Kind, KindSeed, NameSeed, Names, Once, Raw, Seen, TextSeed, key_of, strict,
};
use crate::plan::resources::ModeWord;

type Expressions = BTreeMap<String, Expression>;

/// A visitor of objects that gives the same as null does where there is none.
macro_rules! object_seed {
    ($seed:ident, $value:ty, $what:literal, $null:expr) => {
        impl<'de> DeserializeSeed<'de> for $seed<'_> {
            type Value = $value;
            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<$value, D::Error> {
                deserializer.deserialize_any(self)
            }
        }

        impl<'de> Visitor<'de> for $seed<'_> {
            type Value = $value;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($what)
            }
            fn visit_unit<E>(self) -> Result<$value, E> {
                Ok($null)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<$value, A::Error> {
                self.read(map)
            }
        }
    };
}

/// Reads `configuration`.
pub(in crate::plan) struct ConfigurationSeed<'c> {
    pub(in crate::plan) context: &'c Context<'c>,
}

object_seed! { ConfigurationSeed, Option<Configuration>, "a configuration", None }

key_of! { ConfigurationKey { "provider_config" => ProviderConfig, "root_module" => RootModule } }

impl ConfigurationSeed<'_> {
    fn read<'de, A: MapAccess<'de>>(self, mut map: A) -> Result<Option<Configuration>, A::Error> {
        let context = self.context;
        let mut configuration = Configuration::default();
        let mut once = Once::default();
        while let Some(key) = map.next_key::<ConfigurationKey>()? {
            once.see(key as u32, key.name()).map_err(|error| context.fail(error))?;
            match key {
                ConfigurationKey::ProviderConfig => {
                    for (key, raw) in map.next_value::<Option<Unique<RawProvider>>>()?.unwrap_or_default().0 {
                        let expressions = expressions(context, &key, raw.expressions.as_deref())?;
                        let RawProvider { name, full_name: source, alias, module_address, .. } = raw;
                        let provider = ProviderConfig { name, source, alias, module_address, expressions };
                        configuration.providers.insert(key, provider);
                    }
                }
                ConfigurationKey::RootModule => {
                    configuration.root = map.next_value_seed(ModuleSeed { context })?;
                }
                ConfigurationKey::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Some(configuration))
    }
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

/// A map that refuses a key given twice, where serde would keep the last.
struct Unique<T>(BTreeMap<String, T>);

impl<T> Default for Unique<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Unique<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Unique<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = BTreeMap::new();
                while let Some((key, value)) = map.next_entry()? {
                    if members.insert(key, value).is_some() {
                        return Err(serde::de::Error::custom("a key occurs twice"));
                    }
                }
                Ok(Unique(members))
            }
        }
        deserializer.deserialize_map(Members(std::marker::PhantomData))
    }
}

struct ModuleSeed<'c> {
    context: &'c Context<'c>,
}

object_seed! { ModuleSeed, Module, "a module", Module::default() }

key_of! { ModuleKey {
    "resources" => Resources, "module_calls" => Calls, "variables" => Variables, "outputs" => Outputs,
} }

impl ModuleSeed<'_> {
    fn read<'de, A: MapAccess<'de>>(self, mut map: A) -> Result<Module, A::Error> {
        let context = self.context;
        let mut module = Module::default();
        let mut once = Once::default();
        while let Some(key) = map.next_key::<ModuleKey>()? {
            once.see(key as u32, key.name()).map_err(|error| context.fail(error))?;
            match key {
                ModuleKey::Resources => module.resources = map.next_value_seed(ResourcesSeed { context })?,
                ModuleKey::Calls => module.calls = map.next_value_seed(CallsSeed { context })?,
                ModuleKey::Variables => {
                    for (name, raw) in map.next_value::<Option<Unique<RawVariable>>>()?.unwrap_or_default().0
                    {
                        let place = || format!("var.{name}");
                        let default =
                            raw.default.map(|raw| strict(context, &place(), raw.get())).transpose()?;
                        module.variables.insert(name, Variable { default, sensitive: raw.sensitive });
                    }
                }
                ModuleKey::Outputs => {
                    for (name, raw) in map.next_value::<Option<Unique<RawOutput>>>()?.unwrap_or_default().0 {
                        if let Some(expression) = one(context, &name, raw.expression.as_deref())? {
                            module.outputs.insert(name, expression);
                        }
                    }
                }
                ModuleKey::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(module)
    }
}

struct CallsSeed<'c> {
    context: &'c Context<'c>,
}

object_seed! { CallsSeed, BTreeMap<String, Call>, "module calls", BTreeMap::new() }

impl CallsSeed<'_> {
    fn read<'de, A: MapAccess<'de>>(self, mut map: A) -> Result<BTreeMap<String, Call>, A::Error> {
        let mut calls = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            let call = map.next_value_seed(CallSeed { context: self.context })?;
            if calls.contains_key(&name) {
                return Err(self.context.fail(PlanError::duplicate_key(&name)));
            }
            calls.insert(name, call);
        }
        Ok(calls)
    }
}

struct CallSeed<'c> {
    context: &'c Context<'c>,
}

object_seed! { CallSeed, Call, "a module call", Call::default() }

key_of! { CallKey { "expressions" => Expressions, "module" => Module, "for_each_expression" => ForEach } }

impl CallSeed<'_> {
    fn read<'de, A: MapAccess<'de>>(self, mut map: A) -> Result<Call, A::Error> {
        let context = self.context;
        let mut call = Call::default();
        let mut once = Once::default();
        while let Some(key) = map.next_key::<CallKey>()? {
            once.see(key as u32, key.name()).map_err(|error| context.fail(error))?;
            match key {
                CallKey::Expressions => {
                    let raw: Option<Box<RawValue>> = map.next_value()?;
                    call.expressions = expressions(context, "module call", raw.as_deref())?;
                }
                CallKey::ForEach => {
                    let raw: Option<Box<RawValue>> = map.next_value()?;
                    call.for_each = one(context, "for_each", raw.as_deref())?.map(Box::new);
                }
                CallKey::Module => call.module = map.next_value_seed(ModuleSeed { context })?,
                CallKey::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(call)
    }
}

/// All arguments of a block of a kind that there are few of.
fn expressions<E: serde::de::Error>(
    context: &Context<'_>,
    place: &str,
    raw: Option<&RawValue>,
) -> Result<Expressions, E> {
    match raw.map(|raw| strict(context, place, raw.get())).transpose()? {
        Some(Json::Object(members)) => {
            Ok(members.into_iter().map(|(name, value)| (name, Expression::of(value))).collect())
        }
        _ => Ok(Expressions::new()),
    }
}

/// One expression.
fn one<E: serde::de::Error>(
    context: &Context<'_>,
    place: &str,
    raw: Option<&RawValue>,
) -> Result<Option<Expression>, E> {
    Ok(raw.map(|raw| strict(context, place, raw.get())).transpose()?.map(Expression::of))
}

type Resources = HashMap<Box<str>, ResourceConfig>;

struct ResourcesSeed<'c> {
    context: &'c Context<'c>,
}

impl<'de> DeserializeSeed<'de> for ResourcesSeed<'_> {
    type Value = Resources;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Resources, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ResourcesSeed<'_> {
    type Value = Resources;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of resource blocks")
    }
    fn visit_unit<E>(self) -> Result<Resources, E> {
        Ok(Resources::default())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Resources, A::Error> {
        let mut resources = Resources::default();
        while let Some((address, config)) = list.next_element_seed(ResourceSeed { context: self.context })? {
            if resources.insert(address, config).is_some() {
                return Err(self.context.fail(PlanError::unexpected_shape()));
            }
        }
        Ok(resources)
    }
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
        let (mut kind, mut early_expressions) = (None::<Rc<Kind>>, None::<Raw<'de>>);
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
                    let raw: Option<Box<RawValue>> = map.next_value()?;
                    config.for_each = one(context, "for_each", raw.as_deref())?.map(Box::new);
                }
                ResourceKey::Expressions => match &kind {
                    Some(kind) => {
                        let names = context.names(managed, kind);
                        config.expressions = map.next_value_seed(WantedSeed { context, names })?;
                    }
                    None => early_expressions = Some(context.raw(&mut map)?),
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

object_seed! { WantedSeed, Expressions, "arguments", Expressions::new() }

impl WantedSeed<'_> {
    fn read<'de, A: MapAccess<'de>>(self, mut map: A) -> Result<Expressions, A::Error> {
        let mut expressions = Expressions::new();
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
            let raw = self.context.raw(&mut map)?;
            expressions.insert(name.to_owned(), Expression::of(strict(self.context, name, raw.get())?));
        }
        Ok(expressions)
    }
}
