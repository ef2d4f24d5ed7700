//! The `configuration` of a plan: which provider each resource uses, and where values come from. Resolving them is `facts`.

mod read;

pub(super) use read::read;

use std::collections::BTreeMap;
use std::rc::Rc;

use foldhash::HashMap;
use remit_governance::json::Json;

use super::PlanError;
use super::context::strict;

/// The configuration tree.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Configuration {
    /// Provider configurations by key: `aws`, `aws.us`, `module.network:aws`.
    pub providers: BTreeMap<String, ProviderConfig>,
    /// The root module.
    pub root: Module,
}

/// One `provider` block, or the trace of one that a module was handed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProviderConfig {
    /// Local name, for example `aws`.
    pub name: String,
    /// Source address of the provider it configures; old versions leave it out.
    pub source: Option<String>,
    /// Its alias.
    pub alias: Option<String>,
    /// Static address of the module it belongs to; absent in the root module.
    pub module_address: Option<String>,
    /// What its arguments are set to.
    pub expressions: BTreeMap<String, Expression>,
}

/// A module as written, before `count` and `for_each`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Module {
    /// Its resources by address within the module.
    pub resources: HashMap<Box<str>, ResourceConfig>,
    /// The modules it calls, by name.
    pub calls: BTreeMap<String, Call>,
    /// Its variables by name.
    pub variables: BTreeMap<String, Variable>,
    /// What it hands out, by name.
    pub outputs: BTreeMap<String, Expression>,
}

/// A resource block.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResourceConfig {
    /// Key into [`Configuration::providers`].
    pub provider_config_key: Option<Rc<str>>,
    /// The arguments that were asked for and are written in the block.
    pub expressions: Rc<Arguments>,
    /// What its instances are made for, where it has `for_each`.
    pub for_each: Option<Box<Expression>>,
}

/// What the arguments of a block are set to, by name. Blocks that say the same share it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Arguments(Box<[(Box<str>, Expression)]>);

impl Arguments {
    /// What an argument is set to.
    pub fn get(&self, name: &str) -> Option<&Expression> {
        self.0.iter().find(|(written, _)| &**written == name).map(|(_, expression)| expression)
    }

    /// From names, each of which occurs once, and raw texts.
    pub(super) fn read(written: &[(&str, &str)]) -> Result<Self, PlanError> {
        let each = written.iter().map(|(name, raw)| Ok(((*name).into(), Expression::of(strict(name, raw)?))));
        each.collect::<Result<_, _>>().map(Self)
    }
}

/// A `module` block.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Call {
    /// The values of its inputs.
    pub expressions: BTreeMap<String, Expression>,
    /// What its instances are made for, where it has `for_each`.
    pub for_each: Option<Box<Expression>>,
    /// The module called.
    pub module: Module,
}

/// A `variable` block.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Variable {
    /// Its default.
    pub default: Option<Json>,
    /// Whether its value must not be shown.
    pub sensitive: bool,
}

/// What an argument is set to. A plan tells constants and which things an expression mentions, never the expression itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A constant.
    Constant(Json),
    /// Something computed from these; the list can be empty.
    References(Vec<String>),
    /// Nested blocks.
    Blocks(Vec<BTreeMap<String, Expression>>),
}

impl Expression {
    fn of(json: Json) -> Self {
        match json {
            Json::Array(blocks) => Self::Blocks(
                blocks
                    .into_iter()
                    .map(|block| match block {
                        Json::Object(arguments) => {
                            arguments.into_iter().map(|(name, value)| (name, Self::of(value))).collect()
                        }
                        _ => BTreeMap::new(),
                    })
                    .collect(),
            ),
            Json::Object(mut members) => {
                if let Some(constant) = members.remove("constant_value") {
                    return Self::Constant(constant);
                }
                match members.remove("references") {
                    Some(Json::Array(names)) => Self::References(
                        names
                            .into_iter()
                            .filter_map(|name| if let Json::String(name) = name { Some(name) } else { None })
                            .collect(),
                    ),
                    _ if members.is_empty() => Self::References(Vec::new()),
                    // A block that occurs at most once is written without a list.
                    _ => Self::Blocks(vec![
                        members.into_iter().map(|(name, value)| (name, Self::of(value))).collect(),
                    ]),
                }
            }
            _ => Self::References(Vec::new()),
        }
    }
}
