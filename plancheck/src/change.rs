//! Changes in the form the facts are read from: small, so that very long plans fit in little memory.

use std::borrow::Cow;
use std::rc::Rc;

use crate::plan::{Action, Attributes, Marks, Mode, ResourceChange};

/// One managed object and what would happen to it.
#[derive(Debug, Clone)]
pub struct Changed {
    /// Full address with instance keys.
    pub address: Box<str>,
    /// Address before a `moved` block.
    pub previous_address: Option<Box<str>>,
    /// Resource type.
    pub resource_type: Rc<str>,
    /// Source address or bare name of the provider.
    pub provider_name: Rc<str>,
    /// What happens.
    pub action: Action,
    /// A left-over of an earlier replacement; the object that counts has an entry of its own.
    pub deposed: bool,
    /// Attributes before; left out for a no-op, where they are those of after.
    pub before: Option<Attributes>,
    /// Attributes after, as far as known.
    pub after: Option<Attributes>,
    /// What of them is marked; absent when nothing is.
    pub marked: Option<Box<Marked>>,
}

/// What of the attributes of a change is unknown or secret.
#[derive(Debug, Clone)]
pub struct Marked {
    /// What of `after` is unknown.
    pub after_unknown: Marks,
    /// What of `before` is secret.
    pub before_sensitive: Marks,
    /// What of `after` is secret.
    pub after_sensitive: Marks,
}

/// Collects changes as the reader hands them over.
#[derive(Debug, Default)]
pub struct Collector {
    /// Managed objects in the order of the plan.
    pub changes: Vec<Changed>,
    /// How many entries were data sources, which read and never change.
    pub reads: usize,
}

impl Collector {
    /// Takes one entry of `resource_changes`.
    pub fn take(&mut self, entry: ResourceChange) {
        match Changed::of(entry) {
            Some(changed) => self.changes.push(changed),
            None => self.reads += 1,
        }
    }
}

impl Changed {
    /// The change of a managed object; `None` for a data source.
    pub fn of(entry: ResourceChange) -> Option<Self> {
        if entry.mode == Mode::Other {
            return None;
        }
        let change = entry.change;
        let marked = Marked {
            after_unknown: change.after_unknown,
            before_sensitive: change.before_sensitive,
            after_sensitive: change.after_sensitive,
        };
        Some(Self {
            address: entry.address,
            previous_address: entry.previous_address,
            resource_type: entry.resource_type,
            provider_name: entry.provider_name,
            action: change.action,
            deposed: entry.deposed,
            before: change.before.filter(|_| change.action != Action::NoOp),
            after: change.after,
            marked: (!marked.is_empty()).then(|| Box::new(marked)),
        })
    }
}

impl Marked {
    fn is_empty(&self) -> bool {
        self.after_unknown.is_none() && self.before_sensitive.is_none() && self.after_sensitive.is_none()
    }
}

/// An address without instance keys: `module.a["x.y"].aws_x.b[0]` becomes `module.a.aws_x.b`.
pub fn static_address(address: &str) -> Cow<'_, str> {
    if !address.contains('[') {
        return Cow::Borrowed(address);
    }
    let mut out = String::with_capacity(address.len());
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for character in address.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if depth > 0 => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(character),
            _ => {}
        }
    }
    Cow::Owned(out)
}

/// Splits a static address into the names of the modules it lies in and its address within the innermost.
pub fn module_path(static_address: &str) -> (Vec<&str>, &str) {
    let mut modules = Vec::new();
    let mut rest = static_address;
    while let Some((name, inner)) = rest.strip_prefix("module.").and_then(|tail| tail.split_once('.')) {
        modules.push(name);
        rest = inner;
    }
    (modules, rest)
}

#[cfg(test)]
mod tests {
    use super::{module_path, static_address};

    #[test]
    fn instance_keys_are_dropped_whatever_they_contain() {
        assert_eq!(static_address("module.a[\"x.y\"].aws_x.b[0]"), "module.a.aws_x.b");
        assert_eq!(static_address("aws_x.b[\"q\\\"]z\"]"), "aws_x.b");
    }

    #[test]
    fn modules_are_told_from_the_resource() {
        assert_eq!(module_path("module.a.module.b.aws_x.c"), (vec!["a", "b"], "aws_x.c"));
        assert_eq!(module_path("aws_x.c"), (vec![], "aws_x.c"));
    }
}
