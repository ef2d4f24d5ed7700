//! What an expression mentions, spelled as Terraform spells it in a plan.

use std::collections::BTreeSet;

use hcl::edit::expr::{Expression, ForIntro, Traversal, TraversalOperator};
use hcl::edit::visit::{Visit, visit_expr, visit_for_intro, visit_traversal};

/// How many names are kept of one expression.
const MOST: usize = 100;

/// The names an expression mentions: `aws_x.y.arn`, `var.region`, `each.value`.
pub(super) fn of(expression: &Expression) -> Vec<String> {
    let mut names = Names::default();
    names.visit_expr(expression);
    let Names { mut found, bound } = names;
    // The variables of a `for` are no things outside it.
    found.retain(|name| {
        name.contains('.') && !name.split('.').next().is_some_and(|head| bound.contains(head))
    });
    found.into_iter().take(MOST).collect()
}

#[derive(Default)]
struct Names {
    found: BTreeSet<String>,
    bound: BTreeSet<String>,
}

impl Visit for Names {
    fn visit_expr(&mut self, expression: &Expression) {
        if let Expression::Variable(name) = expression {
            self.found.insert(name.as_str().to_owned());
        }
        visit_expr(self, expression);
    }

    fn visit_traversal(&mut self, traversal: &Traversal) {
        if let Some(name) = path(traversal) {
            self.found.insert(name);
        }
        visit_traversal(self, traversal);
    }

    fn visit_for_intro(&mut self, intro: &ForIntro) {
        let names = intro.key_var.iter().chain([&intro.value_var]);
        self.bound.extend(names.map(|name| name.as_str().to_owned()));
        visit_for_intro(self, intro);
    }
}

/// A traversal as a dotted path, as far as it is written out.
pub(super) fn path(traversal: &Traversal) -> Option<String> {
    let Expression::Variable(head) = &traversal.expr else { return None };
    let mut path = head.as_str().to_owned();
    for operator in &traversal.operators {
        match operator.value() {
            TraversalOperator::GetAttr(name) => {
                path.push('.');
                path.push_str(name.as_str());
            }
            // A key of a map is a name like any other; a number only picks one of several.
            TraversalOperator::Index(Expression::String(key)) => {
                path.push('.');
                path.push_str(key.value());
            }
            TraversalOperator::Index(Expression::Number(_)) | TraversalOperator::LegacyIndex(_) => {}
            _ => break,
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_those_that_stand_outside() {
        let text = r#"merge({ a = "${aws_x.y[0].arn}-x" }, [for k, v in var.m : v.name], local.b["key"], each.value)"#;
        let expression = text.parse().expect("an expression");
        assert_eq!(super::of(&expression), ["aws_x.y.arn", "each.value", "local.b.key", "var.m"]);
    }
}
