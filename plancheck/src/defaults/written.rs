//! Configuration as a plan that makes everything in it: for a review of what is written where no plan was made. What only Terraform knows is
//! unknown; where it matters, the review says that it cannot tell. Modules are not followed: each folder is looked at as it stands.

use hcl::expr::{Expression, ObjectKey};
use hcl::structure::{Block, BlockLabel, Body, Structure};
use serde_json::{Map, Value, json};

use crate::declared::WrittenFile;
use crate::source::{MOST_EFFORT, effort_of_native};
use crate::text::escape;
use crate::verdict::CheckError;

/// Arguments and blocks that are Terraform's own.
const OF_TERRAFORM: [&str; 7] =
    ["count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection"];

/// How deep blocks may be nested.
const DEEPEST: usize = 32;

/// A plan in which every resource of these files is made.
pub fn as_plan(files: &[WrittenFile]) -> Result<String, CheckError> {
    let (mut changes, mut blocks) = (Vec::new(), Vec::new());
    let mut effort = 0_u64;
    for file in files {
        effort = effort.saturating_add(effort_of_native(&file.text));
        if effort > MOST_EFFORT {
            let message = format!("reading `{}` would take too long", escape(&file.path));
            return Err(CheckError::new(message).with_help("give a plan instead"));
        }
        let text = file.text.strip_prefix('\u{feff}').unwrap_or(&file.text);
        let body: Body = hcl::parse(text).map_err(|_| {
            CheckError::new(format!("`{}` is not HCL", escape(&file.path)))
                .with_help("run `terraform validate` there")
        })?;
        for block in body.blocks().filter(|block| block.identifier() == "resource") {
            let labels: Vec<&str> = block.labels().iter().map(BlockLabel::as_str).collect();
            if let [kind, name] = labels.as_slice() {
                let sides = Sides::of(block, 0);
                changes.push(sides.change(kind, name));
                blocks.push(sides.block(kind, name));
            }
        }
    }
    let plan = json!({
        "format_version": "1.2", "terraform_version": "1.0.0", "planned_values": {}, "resource_changes": changes,
        "configuration": { "root_module": { "resources": blocks } },
    });
    Ok(plan.to_string())
}

/// What a block comes to.
#[derive(Default)]
struct Sides {
    known: Map<String, Value>,
    unknown: Map<String, Value>,
    written: Map<String, Value>,
}

impl Sides {
    fn of(block: &Block, depth: usize) -> Self {
        let mut sides = Self::default();
        if depth > DEEPEST {
            return sides;
        }
        for structure in &block.body {
            match structure {
                Structure::Attribute(attribute) if !OF_TERRAFORM.contains(&attribute.key()) => {
                    sides.attribute(attribute.key(), attribute.expr());
                }
                Structure::Block(inner) if inner.identifier() == "dynamic" => {
                    if let Some(label) = inner.labels().first() {
                        sides.unknown.insert(label.as_str().to_owned(), json!(true));
                    }
                }
                Structure::Block(inner) if !OF_TERRAFORM.contains(&inner.identifier()) => {
                    sides.nested(inner.identifier(), Self::of(inner, depth + 1));
                }
                _ => {}
            }
        }
        sides
    }

    fn attribute(&mut self, name: &str, expression: &Expression) {
        let name = name.to_owned();
        if let Some(value) = literal(expression) {
            self.written.insert(name.clone(), json!({ "constant_value": value }));
            self.known.insert(name, value);
        } else {
            self.written.insert(name.clone(), json!({ "references": [] }));
            self.unknown.insert(name, json!(true));
        }
    }

    fn nested(&mut self, name: &str, inner: Self) {
        // A dynamic block of the same name may add more.
        if self.unknown.get(name) == Some(&json!(true)) {
            return;
        }
        let Self { known, unknown, written } = inner;
        for (side, value) in
            [(&mut self.known, known), (&mut self.unknown, unknown), (&mut self.written, written)]
        {
            let list = side.entry(name).or_insert_with(|| json!([]));
            list.as_array_mut().into_iter().for_each(|list| list.push(Value::Object(value.clone())));
        }
    }

    fn change(&self, kind: &str, name: &str) -> Value {
        let provider = kind.split('_').next().unwrap_or(kind);
        json!({
            "address": format!("{kind}.{name}"), "mode": "managed", "type": kind, "name": name, "provider_name": provider,
            "change": {
                "actions": ["create"], "before": null, "after": self.known, "after_unknown": self.unknown,
                "before_sensitive": false, "after_sensitive": {},
            },
        })
    }

    fn block(self, kind: &str, name: &str) -> Value {
        json!({
            "address": format!("{kind}.{name}"), "mode": "managed", "type": kind, "name": name, "expressions": self.written,
        })
    }
}

/// The value of an expression that needs nobody to work it out.
fn literal(expression: &Expression) -> Option<Value> {
    Some(match expression {
        Expression::Null => Value::Null,
        Expression::Bool(value) => json!(value),
        Expression::Number(number) => serde_json::from_str(&number.to_string()).ok()?,
        Expression::String(text) => json!(text),
        Expression::Array(items) => Value::Array(items.iter().map(literal).collect::<Option<_>>()?),
        Expression::Object(members) => {
            let member = |(key, value): (&ObjectKey, &Expression)| {
                let key = match key {
                    ObjectKey::Identifier(name) => name.to_string(),
                    ObjectKey::Expression(Expression::String(text)) => text.clone(),
                    _ => return None,
                };
                Some((key, literal(value)?))
            };
            Value::Object(members.iter().map(member).collect::<Option<_>>()?)
        }
        Expression::Parenthesis(inner) => literal(inner)?,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plan(text: &str) -> Value {
        let file = WrittenFile { path: "main.tf".to_owned(), text: text.to_owned() };
        serde_json::from_str(&as_plan(&[file]).expect("a plan")).expect("JSON")
    }

    #[test]
    fn literals_are_known_and_everything_else_is_not() {
        let plan = plan(
            r#"
            resource "aws_x" "y" {
              count  = 2
              a      = 1.5
              b      = var.b
              c      = { "k" = [true, null] }
              inner { d = "text" }
              inner { d = local.d }
              dynamic "more" {
                for_each = var.more
                content {}
              }
            }
            "#,
        );
        let change = &plan["resource_changes"][0];
        assert_eq!(change["address"], "aws_x.y");
        assert_eq!(
            change["change"]["after"],
            json!({ "a": 1.5, "c": { "k": [true, null] }, "inner": [{ "d": "text" }, {}] })
        );
        assert_eq!(
            change["change"]["after_unknown"],
            json!({ "b": true, "inner": [{}, { "d": true }], "more": true })
        );
        let written = &plan["configuration"]["root_module"]["resources"][0]["expressions"];
        assert_eq!(written["b"], json!({ "references": [] }));
        assert_eq!(written["inner"][1]["d"], json!({ "references": [] }));
        assert!(written.get("count").is_none() && written.get("more").is_none());
    }

    #[test]
    fn what_is_not_hcl_is_refused_by_name() {
        let file = WrittenFile { path: "main.tf".to_owned(), text: "resource {".to_owned() };
        assert!(as_plan(&[file]).expect_err("not HCL").to_string().contains("`main.tf`"));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "[a-z{}\\[\\]=\"$ .\n]{0,300}") {
            let _ = as_plan(&[WrittenFile { path: "x.tf".to_owned(), text }]);
        }
    }
}
