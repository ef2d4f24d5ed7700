//! Where values come from: expressions, variables and provider configurations, followed through module calls.
//!
//! A plan says which things an expression mentions, not what it does with them. A value is therefore followed only through an
//! expression that mentions exactly one variable and nothing else; whoever uses the result checks that it is plausible.

use remit_catalog::Path;
use remit_governance::json::Json;

use crate::change::{module_path, static_address};
use crate::plan::{Configuration, Expression, Module, Plan, ProviderConfig, ResourceConfig};
use crate::source::Index;
use crate::text::escape;

/// How far modules may be nested before we stop following.
const DEEPEST: usize = 64;
/// How many names are followed for one argument.
const FARTHEST: usize = 500;

/// A value followed to its origin.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Origin {
    /// This is the value.
    Value {
        /// The value.
        value: Json,
        /// Whether it must not be shown.
        sensitive: bool,
    },
    /// The argument is not written at all.
    Absent,
    /// It cannot be told; a clause that says why, escaped.
    CannotTell(String),
}

/// Something an expression mentions, and where.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reference {
    /// Static address of the module it is mentioned in, with a dot behind it; empty for the root module.
    pub(crate) module: String,
    /// What is mentioned, as written there: `aws_launch_template.web.id`.
    pub(crate) local: String,
}

/// Follows values through one plan.
#[derive(Clone, Copy)]
pub(crate) struct Origins<'a> {
    plan: &'a Plan,
    source: Option<&'a Index>,
}

impl<'a> Origins<'a> {
    pub(crate) fn new(plan: &'a Plan, source: Option<&'a Index>) -> Self {
        Self { plan, source }
    }

    /// What a local value is computed from, which only the source says.
    pub(super) fn local(self, modules: &[&str], name: &str) -> Option<&'a [String]> {
        self.source?.local(modules, name)
    }

    fn configuration(self) -> Option<&'a Configuration> {
        self.plan.configuration.as_ref()
    }

    pub(super) fn module(self, path: &[&str]) -> Option<&'a Module> {
        let mut module = &self.configuration()?.root;
        for name in path {
            module = &module.calls.get(*name)?.module;
        }
        Some(module)
    }

    /// Whether the plan carries a value for a variable of the root module.
    pub(super) fn has_root_variable(self, name: &str) -> bool {
        let has_default =
            |module: &Module| module.variables.get(name).is_some_and(|variable| variable.default.is_some());
        self.plan.variables.contains_key(name) || self.module(&[]).is_some_and(has_default)
    }

    /// The block of this resource, as written.
    pub(super) fn block(self, address: &str) -> Option<&'a ResourceConfig> {
        let plain = static_address(address);
        let (modules, local) = module_path(&plain);
        self.module(&modules)?.resources.get(local)
    }

    /// What the block of this resource sets an argument to; the first, where it stands in a block that is repeated.
    pub(crate) fn argument(self, address: &str, path: Path) -> Option<&'a Expression> {
        self.arguments(address, path).into_iter().next()
    }

    /// Everything the block of this resource sets an argument to: several where it stands in a block that is repeated.
    pub(crate) fn arguments(self, address: &str, path: Path) -> Vec<&'a Expression> {
        self.arguments_at(address, path.segments())
    }

    /// The same for a path that is given by its names.
    pub(super) fn arguments_at<'p>(
        self,
        address: &str,
        mut segments: impl Iterator<Item = &'p str>,
    ) -> Vec<&'a Expression> {
        let first = segments.next().and_then(|first| self.block(address)?.expressions.get(first));
        let mut found: Vec<&Expression> = first.into_iter().collect();
        for segment in segments {
            let below = found.into_iter().flat_map(|expression| match expression {
                Expression::Blocks(blocks) => blocks.iter().filter_map(|block| block.get(segment)).collect(),
                whole => vec![whole],
            });
            found = below.collect();
        }
        found
    }

    /// Whether the block of this resource is in the plan's configuration.
    pub(crate) fn has_block(self, address: &str) -> bool {
        self.block(address).is_some()
    }

    /// The things an argument is computed from, as full static addresses where they are resources.
    pub(crate) fn references(self, address: &str, path: Path) -> Vec<String> {
        let Some(Expression::References(names)) = self.argument(address, path) else { return Vec::new() };
        names.clone()
    }

    /// Whether an unknown value is not written in its block, and so left to the provider or the cloud. Without a configuration it is not
    /// known what is written; and what a dynamic block writes looks as if it were not, so this is no proof.
    pub(crate) fn is_left_to_provider(self, address: &str, path: Path) -> bool {
        self.has_block(address) && self.argument(address, path).is_none()
    }

    /// The resources an argument is computed from, also through what modules are handed and hand out.
    pub(crate) fn resources(self, address: &str, path: Path) -> Vec<Reference> {
        let plain = static_address(address);
        let (modules, _) = module_path(&plain);
        let mut found = Vec::new();
        let mut steps = FARTHEST;
        self.collect(&self.references(address, path), &modules, &mut steps, &mut found);
        found
    }

    fn collect(self, names: &[String], modules: &[&str], steps: &mut usize, found: &mut Vec<Reference>) {
        for name in names {
            // A hostile configuration could go round in circles.
            let Some(left) = steps.checked_sub(1) else { return };
            *steps = left;
            if let Some(variable) = name.strip_prefix("var.") {
                let Some((called, parent)) = modules.split_last() else { continue };
                let variable = variable.split(['.', '[']).next().unwrap_or(variable);
                let call = self.module(parent).and_then(|module| module.calls.get(*called));
                if let Some(Expression::References(names)) =
                    call.and_then(|call| call.expressions.get(variable))
                {
                    self.collect(names, parent, steps, found);
                }
            } else if let Some((inner, Expression::References(names))) = self.output(name, modules) {
                self.collect(names, &inner, steps, found);
            } else {
                let module = modules.iter().fold(String::new(), |path, name| path + "module." + name + ".");
                found.push(Reference { module, local: name.clone() });
            }
        }
    }

    /// What an output of a module is computed from, and the modules it is written in; the reference may name one instance of the module.
    fn output<'m>(self, reference: &'m str, modules: &[&'m str]) -> Option<(Vec<&'m str>, &'a Expression)> {
        let rest = reference.strip_prefix("module.")?;
        let called = rest.split(['.', '[']).next()?;
        // Terraform lists `module.a.b` and then `module.a`, which says less.
        let plain = static_address(rest);
        let output = plain.split('.').nth(1)?;
        let inner: Vec<&str> = modules.iter().copied().chain([called]).collect();
        let expression = self.module(&inner)?.outputs.get(output)?;
        Some((inner, expression))
    }

    /// Follows an expression written in the module at `path`.
    pub(crate) fn follow(self, expression: &Expression, path: &[&str]) -> Origin {
        match expression {
            Expression::Constant(value) => Origin::Value { value: value.clone(), sensitive: false },
            Expression::Blocks(_) => Origin::CannotTell("it is written as a block".to_owned()),
            Expression::References(names) => match single_variable(names) {
                Some(variable) => self.variable(variable, path),
                None => Origin::CannotTell(match names.first() {
                    Some(name) => format!("it comes from `{}`, which the plan does not carry", escape(name)),
                    None => "it is computed in a way the plan does not carry".to_owned(),
                }),
            },
        }
    }

    fn variable(self, reference: &str, path: &[&str]) -> Origin {
        let mut steps = reference.split('.');
        let (_, Some(name)) = (steps.next(), steps.next()) else {
            return Origin::CannotTell("it comes from a variable without a name".to_owned());
        };
        let declared = self.module(path).and_then(|module| module.variables.get(name));
        let secret = declared.is_some_and(|variable| variable.sensitive);
        let found = self.input(name, path).unwrap_or_else(|| {
            declared.and_then(|variable| variable.default.clone()).map_or_else(
                || {
                    Origin::CannotTell(format!(
                        "it comes from `var.{}`, which has no value in the plan",
                        escape(name)
                    ))
                },
                |value| Origin::Value { value, sensitive: false },
            )
        });
        let Origin::Value { mut value, sensitive } = found else { return found };
        for step in steps {
            let member = if let Json::Object(mut members) = value { members.remove(step) } else { None };
            let Some(member) = member else {
                return Origin::CannotTell(format!(
                    "it comes from `{}`, which has no value in the plan",
                    escape(reference)
                ));
            };
            value = member;
        }
        Origin::Value { value, sensitive: sensitive || secret }
    }

    /// The value a variable was given, as opposed to its default.
    fn input(self, name: &str, path: &[&str]) -> Option<Origin> {
        let Some((called, parent)) = path.split_last() else {
            let value = self.plan.variables.get(name)?.clone();
            return Some(Origin::Value { value, sensitive: false });
        };
        if path.len() > DEEPEST {
            return Some(Origin::CannotTell("modules are nested too deeply".to_owned()));
        }
        let expression = self.module(parent)?.calls.get(*called)?.expressions.get(name)?;
        Some(self.follow(expression, parent))
    }

    /// The provider configurations a resource may run under, each with its key: one where that can be told, all candidates where
    /// old plans do not say which one a module was handed.
    pub(crate) fn providers(self, address: &str, provider_name: &str) -> Vec<(&'a str, &'a ProviderConfig)> {
        let Some(configuration) = self.configuration() else { return Vec::new() };
        let block = self.block(address);
        let bare = || provider_name.rsplit('/').next().unwrap_or(provider_name);
        let key = block.and_then(|block| block.provider_config_key.as_deref()).unwrap_or_else(bare);
        let entry = configuration.providers.get_key_value(key);
        let in_root = !key.contains(':');
        if let Some((key, provider)) = entry
            && (in_root || !provider.expressions.is_empty())
        {
            return vec![(key, provider)];
        }
        // The entry, if any, is only the trace of a configuration that was handed down.
        let wanted = entry
            .map_or_else(|| key.rsplit(':').next().unwrap_or(key), |(_, provider)| provider.name.as_str());
        let name = wanted.split('.').next().unwrap_or(wanted);
        let own = configuration.providers.iter();
        own.filter(|(_, provider)| {
            provider.name == name && provider.module_address.is_none() && !provider.name.is_empty()
        })
        .filter(|(key, _)| !key.contains(':'))
        .map(|(key, provider)| (key.as_str(), provider))
        .collect()
    }

    /// What an argument of a provider configuration comes to.
    pub(crate) fn provider_argument(self, key: &str, provider: &ProviderConfig, path: Path) -> Origin {
        let inside = provider.module_address.as_deref().map(|address| format!("{address}.x.y"));
        let plain = inside.as_deref().map(static_address);
        let modules = plain.as_deref().map(|plain| module_path(plain).0).unwrap_or_default();
        let mut segments = path.segments();
        let mut expression = segments.next().and_then(|first| provider.expressions.get(first));
        for segment in segments {
            expression = match expression {
                Some(Expression::Blocks(blocks)) => blocks.iter().find_map(|block| block.get(segment)),
                other => other,
            };
        }
        match expression.map(|expression| self.follow(expression, &modules)) {
            None | Some(Origin::Value { value: Json::Null, .. }) => Origin::Absent,
            Some(Origin::CannotTell(why)) => {
                Origin::CannotTell(format!("`{path}` of provider `{}` cannot be told: {why}", escape(key)))
            }
            Some(found) => found,
        }
    }
}

/// The one variable these references mention, in its most detailed form.
fn single_variable(names: &[String]) -> Option<&str> {
    let longest = names.iter().max_by_key(|name| name.len())?;
    let only = names.iter().all(|name| {
        longest == name || longest.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('.'))
    });
    (only && longest.starts_with("var.") && !longest.contains('[')).then_some(longest.as_str())
}
