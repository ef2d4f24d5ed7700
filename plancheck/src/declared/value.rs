//! Values written in HCL, as far as they are known without Terraform.

use std::collections::BTreeMap;
use std::ops::Range;

use hcl::edit::Span as _;
use hcl::edit::expr::{Expression, FuncCall, Object, ObjectKey, Traversal, TraversalOperator};
use hcl::edit::template::{Element, Template};
use remit_governance::Json;

use crate::text::escape;

/// Why a value is not known, and where in the text of its block.
pub(super) struct Refused {
    pub(super) why: String,
    pub(super) at: Option<Range<usize>>,
}

impl Refused {
    pub(super) fn new(why: String) -> Self {
        Self { why, at: None }
    }

    fn or_at(self, at: Option<Range<usize>>) -> Self {
        Self { at: self.at.or(at), ..self }
    }
}

/// What names stand for.
pub(super) trait Names {
    /// A local value.
    fn local(&mut self, name: &str) -> Result<Json, Refused>;
    /// An attribute of a resource.
    fn declaration(&mut self, kind: &str, name: &str, attribute: &str) -> Result<Json, Refused>;
}

/// The value of an expression. Recursion is bounded by the parser, which refuses what is nested deeply, and by `names`, which ends circles.
pub(super) fn evaluate(expression: &Expression, names: &mut dyn Names) -> Result<Json, Refused> {
    let at = expression.span();
    let value = match expression {
        Expression::Null(_) => Ok(Json::Null),
        Expression::Bool(value) => Ok(Json::from(*value.value())),
        Expression::Number(number) => Json::number(&number.value().to_string())
            .ok_or_else(|| Refused::new("the number cannot be kept exactly".to_owned())),
        Expression::String(text) => Ok(Json::from(text.value().as_str())),
        Expression::StringTemplate(template) => text(template, names),
        Expression::HeredocTemplate(heredoc) => text(&heredoc.template, names),
        Expression::Array(items) => {
            let items: Result<Vec<Json>, Refused> = items.iter().map(|item| evaluate(item, names)).collect();
            items.map(Json::Array)
        }
        Expression::Object(members) => object(members, names),
        Expression::Parenthesis(inner) => evaluate(inner.inner(), names),
        Expression::Traversal(traversal) => follow(traversal, names),
        Expression::FuncCall(call) => function(call, names),
        Expression::Variable(name) => Err(Refused::new(format!("`{}` is no value", escape(name.as_str())))),
        Expression::Conditional(_)
        | Expression::UnaryOp(_)
        | Expression::BinaryOp(_)
        | Expression::ForExpr(_) => Err(Refused::new("it is computed".to_owned())),
    };
    value.map_err(|refused| refused.or_at(at))
}

fn object(members: &Object, names: &mut dyn Names) -> Result<Json, Refused> {
    let mut object = BTreeMap::new();
    for (key, value) in members {
        let key = match key {
            ObjectKey::Ident(name) => name.as_str().to_owned(),
            ObjectKey::Expression(expression) => match evaluate(expression, names)? {
                Json::String(text) => text,
                _ => return Err(Refused::new("a key is no text".to_owned())),
            },
        };
        let value = evaluate(value.expr(), names)?;
        if object.insert(key.clone(), value).is_some() {
            return Err(Refused::new(format!("`{}` is given twice", escape(&key))));
        }
    }
    Ok(Json::Object(object))
}

fn text(template: &Template, names: &mut dyn Names) -> Result<Json, Refused> {
    // Nothing but one interpolation is the value itself, not its text.
    if let Some(Element::Interpolation(only)) = template.as_single_element() {
        return evaluate(&only.expr, names);
    }
    let mut whole = String::new();
    for element in template {
        match element {
            Element::Literal(text) => whole.push_str(text),
            Element::Interpolation(part) => match evaluate(&part.expr, names)? {
                Json::String(text) => whole.push_str(&text),
                Json::Bool(value) => whole.push_str(if value { "true" } else { "false" }),
                Json::Number(number) => whole.push_str(number.as_str()),
                _ => return Err(Refused::new("a part of the text is no text".to_owned())),
            },
            Element::Directive(_) => return Err(Refused::new("the text is computed".to_owned())),
        }
    }
    Ok(Json::from(whole))
}

fn follow(traversal: &Traversal, names: &mut dyn Names) -> Result<Json, Refused> {
    let mut steps = Vec::new();
    for operator in &traversal.operators {
        match operator.value() {
            TraversalOperator::GetAttr(name) => steps.push(name.as_str()),
            TraversalOperator::Index(Expression::String(key)) => steps.push(key.value().as_str()),
            _ => return Err(Refused::new("it picks out of a list".to_owned())),
        }
    }
    let Expression::Variable(head) = &traversal.expr else {
        return Err(Refused::new("it is computed".to_owned()));
    };
    match (head.as_str(), steps.as_slice()) {
        ("var", [name, ..]) => {
            Err(Refused::new(format!("the value of `var.{}` is given to Terraform elsewhere", escape(name))))
        }
        ("local", [name, members @ ..]) => {
            members.iter().try_fold(names.local(name)?, |value, member| match value {
                Json::Object(mut inside) => inside
                    .remove(*member)
                    .ok_or_else(|| Refused::new(format!("there is no `{}` in it", escape(member)))),
                _ => Err(Refused::new(format!("there is no `{}` in it", escape(member)))),
            })
        }
        (kind, [name, attribute]) => names.declaration(kind, name, attribute),
        (head, _) => Err(Refused::new(format!("what `{}` is only Terraform knows", escape(head)))),
    }
}

fn function(call: &FuncCall, names: &mut dyn Names) -> Result<Json, Refused> {
    let arguments: Vec<&Expression> = call.args.iter().collect();
    match (call.name.name.as_str(), arguments.as_slice(), call.name.namespace.is_empty()) {
        ("jsonencode", [value], true) => Ok(Json::from(evaluate(value, names)?.to_text())),
        ("toset" | "tolist" | "tomap", [value], true) => evaluate(value, names),
        (name, ..) => Err(Refused::new(format!("only Terraform knows what `{}` gives", escape(name)))),
    }
}
