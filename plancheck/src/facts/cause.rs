//! Why a value is unknown until apply: what it is computed from, followed through variables, loops, outputs and module calls as far
//! as a plan tells. Called only where something that matters is unknown.

use std::collections::BTreeSet;

use remit_catalog::Path;

use super::origin::Origins;
use crate::change::{module_path, static_address};
use crate::plan::Expression;
use crate::text::escape;

/// How many causes of one kind a message names.
const NAMED: usize = 3;

/// How many names are followed for one value. Real values need a handful; a hostile configuration could ask for billions.
const FARTHEST: usize = 500;

/// What a value waits for, each thing once, in the order found.
#[derive(Default)]
struct Causes {
    resources: Vec<String>,
    reads: Vec<String>,
    /// Names whose values the plan does not carry.
    elsewhere: Vec<String>,
    seen: BTreeSet<(String, String)>,
}

/// Where an expression stands.
#[derive(Clone, Copy)]
struct Scope<'s> {
    modules: &'s [&'s str],
    /// What `each` runs over there.
    for_each: Option<&'s Expression>,
}

impl Origins<'_> {
    /// A clause for a value that is unknown until apply.
    pub(crate) fn why_unknown(self, address: &str, path: Path) -> String {
        let arguments = self.arguments(address, path);
        if arguments.is_empty() && self.has_block(address) {
            // Not "is not written": a plan leaves dynamic blocks out of its configuration.
            return format!("`{path}` is known only after apply: its block does not set it directly");
        }
        let plain = static_address(address);
        let (modules, _) = module_path(&plain);
        let for_each = self.block(address).and_then(|block| block.for_each.as_deref());
        let mut causes = Causes::default();
        for expression in arguments {
            self.trace(expression, Scope { modules: &modules, for_each }, &mut causes);
        }
        causes.clause(path)
    }

    fn trace(self, expression: &Expression, scope: Scope<'_>, causes: &mut Causes) {
        match expression {
            Expression::Constant(_) => {}
            Expression::References(names) => self.trace_names(names, scope, causes),
            Expression::Blocks(blocks) => {
                for expression in blocks.iter().flat_map(|block| block.values()) {
                    self.trace(expression, scope, causes);
                }
            }
        }
    }

    fn trace_names(self, names: &[String], scope: Scope<'_>, causes: &mut Causes) {
        let prefix = address_of(scope.modules);
        for name in longest(names) {
            let fresh = causes.seen.len() < FARTHEST;
            if fresh && causes.seen.insert((prefix.clone(), name.to_owned())) {
                self.trace_name(name, &prefix, scope, causes);
            }
        }
    }

    fn trace_name(self, name: &str, prefix: &str, scope: Scope<'_>, causes: &mut Causes) {
        let (head, rest) = name.split_once('.').unwrap_or((name, ""));
        match head {
            "var" => self.trace_variable(rest, scope, causes),
            "each" => {
                if let Some(expression) = scope.for_each {
                    self.trace(expression, Scope { for_each: None, ..scope }, causes);
                }
            }
            "module" => self.trace_output(rest, prefix, scope, causes),
            "local" => match self.local(scope.modules, word(rest)) {
                Some(names) => self.trace_names(names, scope, causes),
                None => causes.elsewhere.push(format!("{prefix}{name}")),
            },
            "data" => causes.reads.push(format!("{prefix}{name}")),
            // These are known while planning.
            "count" | "path" | "terraform" | "self" => {}
            _ => causes.resources.push(format!("{prefix}{name}")),
        }
    }

    fn trace_variable(self, reference: &str, scope: Scope<'_>, causes: &mut Causes) {
        let name = word(reference);
        let Some((called, parent)) = scope.modules.split_last() else {
            if !self.has_root_variable(name) {
                causes.elsewhere.push(format!("var.{name}"));
            }
            return;
        };
        // What no call sets has its default, which is known.
        let Some(call) = self.module(parent).and_then(|module| module.calls.get(*called)) else { return };
        if let Some(expression) = call.expressions.get(name) {
            let for_each = call.for_each.as_deref();
            self.trace(expression, Scope { modules: parent, for_each }, causes);
        }
    }

    fn trace_output(self, reference: &str, prefix: &str, scope: Scope<'_>, causes: &mut Causes) {
        let called = word(reference);
        let output = reference.rsplit_once('.').map(|(before, output)| (static_address(before), output));
        let inner: Vec<&str> = scope.modules.iter().copied().chain([called]).collect();
        let found = output
            .filter(|(before, _)| *before == called)
            .and_then(|(_, output)| self.module(&inner).and_then(|module| module.outputs.get(word(output))));
        match found {
            Some(expression) => {
                self.trace(expression, Scope { modules: &inner, for_each: None }, causes);
            }
            None => causes.resources.push(format!("{prefix}module.{reference}")),
        }
    }
}

impl Causes {
    fn clause(&self, path: Path) -> String {
        let mut waits = Vec::new();
        if let Some(names) = listed(&self.resources) {
            waits.push(format!("{names} {}", if self.resources.len() == 1 { "exists" } else { "exist" }));
        }
        if let Some(names) = listed(&self.reads) {
            waits.push(format!("{names} {}", if self.reads.len() == 1 { "is read" } else { "are read" }));
        }
        let elsewhere = listed(&self.elsewhere)
            .map(|names| format!("it comes from {names}, which the plan does not carry"));
        match (waits.is_empty(), elsewhere) {
            (false, None) => format!("`{path}` is unknown until {}", waits.join(" and ")),
            (false, Some(elsewhere)) => {
                format!("`{path}` is unknown until {}; in part {elsewhere}", waits.join(" and "))
            }
            (true, Some(elsewhere)) => format!("`{path}` is unknown until apply: {elsewhere}"),
            (true, None) => format!("`{path}` is known only after apply"),
        }
    }
}

/// The first few names in words; `None` when there are none.
fn listed(names: &[String]) -> Option<String> {
    let mut shown: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{}`", escape(name))).collect();
    if names.len() > NAMED {
        shown.push(format!("{} more", names.len() - NAMED));
    }
    let last = shown.pop()?;
    Some(if shown.is_empty() { last } else { format!("{} and {last}", shown.join(", ")) })
}

/// Terraform lists `aws_x.y.arn` and then `aws_x.y`; the first says more.
fn longest(names: &[String]) -> impl Iterator<Item = &str> {
    let extends = |longer: &String, name: &String| {
        longer.len() > name.len()
            && longer.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with(['.', '[']))
    };
    // Long lists would cost the square of their length, and nobody reads them.
    let few = names.get(..FARTHEST.min(names.len())).unwrap_or_default();
    few.iter().filter(move |name| !few.iter().any(|longer| extends(longer, name))).map(String::as_str)
}

/// The name a reference begins with.
fn word(reference: &str) -> &str {
    reference.split(['.', '[']).next().unwrap_or(reference)
}

/// What addresses in a module begin with.
fn address_of(modules: &[&str]) -> String {
    modules.iter().fold(String::new(), |address, name| address + "module." + name + ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn only_the_most_detailed_form_of_a_name_counts() {
        let all = names(&["aws_x.y[0].arn", "aws_x.y[0]", "aws_x.y", "aws_x.yard", "var.a"]);
        assert_eq!(longest(&all).collect::<Vec<_>>(), ["aws_x.y[0].arn", "aws_x.yard", "var.a"]);
    }

    #[test]
    fn many_names_are_counted_and_few_are_shown() {
        assert_eq!(listed(&names(&["a"])).as_deref(), Some("`a`"));
        assert_eq!(listed(&names(&["a", "b"])).as_deref(), Some("`a` and `b`"));
        assert_eq!(listed(&names(&["a", "b", "c", "d", "e"])).as_deref(), Some("`a`, `b`, `c` and 2 more"));
        assert_eq!(listed(&[]), None);
    }
}
