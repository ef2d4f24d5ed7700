//! Default overrides written for people to finish: everything the catalog knows is filled in, and what only a person can say is left empty,
//! which the provider refuses.

use std::fmt::Write as _;

use hcl::expr::{Expression, FuncCall, Object, ObjectKey};
use hcl::{Block, Body, Identifier};
use remit_catalog::{OrchestratorDefault, VendorDefault};
use remit_governance::default_override::Decision;
use remit_governance::review::Rhythm;
use remit_governance::time::Date;

use crate::suggest::Person;
use crate::text::escape;
use crate::verdict::CheckError;

/// A default to write a decision for.
#[derive(Debug, Clone, Copy)]
pub enum Wanted {
    /// Of a vendor.
    Vendor(&'static VendorDefault),
    /// Of a framework.
    Framework(&'static OrchestratorDefault),
}

/// How decisions are written.
#[derive(Debug, Clone)]
pub struct Scaffold {
    /// What is decided; left out, an override where the catalog has a value to start from, else an acceptance.
    pub decision: Option<Decision>,
    /// Who answers; empty where nobody is named yet.
    pub owner: Person,
    /// How often they are looked at again.
    pub every: Rhythm,
    /// Today.
    pub today: Date,
}

impl Wanted {
    /// The default with this id.
    pub fn of(id: &str) -> Option<Self> {
        let vendor = remit_catalog::default(id).map(Self::Vendor);
        vendor.or_else(|| remit_catalog::orchestrator_default(id).map(Self::Framework))
    }

    fn id(self) -> &'static str {
        match self {
            Self::Vendor(row) => row.id,
            Self::Framework(row) => row.id,
        }
    }

    fn regulations(self) -> &'static [&'static str] {
        match self {
            Self::Vendor(row) => &row.regulations,
            Self::Framework(row) => &row.regulations,
        }
    }

    /// A value to start from; `None` where the catalog has none.
    fn value(self) -> Option<serde_json::Value> {
        let raw = match self {
            Self::Vendor(row) => row.suggested_governed_value,
            Self::Framework(row) => row.suggested_governed_value,
        };
        serde_json::from_str(raw.get()).ok().filter(|value| *value != serde_json::Value::Null)
    }

    /// What whoever decides should read first.
    fn comment(self) -> Vec<String> {
        match self {
            Self::Vendor(row) => vec![
                format!(
                    "{}: `{}` of `{}`, when: {}",
                    row.service, row.attribute_path, row.resource_type, row.condition
                ),
                format!(
                    "In force then: {}",
                    row.vendor_default.get().split_whitespace().collect::<Vec<_>>().join(" ")
                ),
                format!("What you carry: {}", row.exposes),
                format!("What would be governed: {}", row.rule),
            ],
            Self::Framework(row) => vec![
                format!("{}: {}", row.framework, row.setting),
                format!("Default: {}; {}", row.default.get(), row.meaning),
                format!("What you carry: {}", row.exposes),
            ],
        }
    }
}

impl Scaffold {
    /// One `remit_default_override` for each default, as HCL.
    pub fn to_hcl(&self, wanted: &[Wanted]) -> Result<String, CheckError> {
        let mut text = String::from(
            "# Each of these is a decision that somebody has to make: `reason` and `owner` are empty on purpose, and refused until they say\n\
             # something. Check `value`: it is a starting point. `envelope = remit_envelope.<name>.record` lets the quorum of that envelope decide;\n\
             # without it the trust root does.\n",
        );
        let due = self.due()?;
        for wanted in wanted {
            text.push('\n');
            for line in wanted.comment() {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "# {}", escape(&line));
            }
            let body = Body::builder().add_block(self.block(*wanted, due)?).build();
            let block = hcl::format::to_string(&body).map_err(|_| unwritable(wanted.id()))?;
            text.push_str(&block);
        }
        Ok(text)
    }

    fn block(&self, wanted: Wanted, due: Date) -> Result<Block, CheckError> {
        let id = wanted.id();
        let value = wanted.value();
        let decision =
            self.decision.unwrap_or(if value.is_some() { Decision::Override } else { Decision::Accept });
        let regulations = wanted.regulations().iter().map(|name| Expression::from(*name));
        let mut block = Block::builder("resource")
            .add_label("remit_default_override")
            .add_label(id.replace('-', "_"))
            .add_attribute(("default", id))
            .add_attribute(("decision", decision.as_str()));
        if decision == Decision::Override {
            // What is known to be there is the least that can be demanded.
            let value = value.unwrap_or_else(|| "required".into());
            let value: Expression = hcl::expr::to_expression(&value).map_err(|_| unwritable(id))?;
            let call = FuncCall::builder("jsonencode").arg(value).build();
            block = block.add_attribute(("value", Expression::from(call)));
        }
        let review = object([("every", self.every.as_str().into()), ("due", due.to_string().into())]);
        let owner =
            object([("name", self.owner.name.as_str().into()), ("email", self.owner.email.as_str().into())]);
        Ok(block
            .add_attribute(("reason", ""))
            .add_attribute(("owner", owner))
            .add_attribute(("regulations", Expression::Array(regulations.collect())))
            .add_attribute(("review", review))
            .build())
    }

    /// The last day of the first rhythm that begins today.
    fn due(&self) -> Result<Date, CheckError> {
        let months = match self.every {
            Rhythm::Month => 1,
            Rhythm::Quarter => 3,
            Rhythm::HalfYear => 6,
            Rhythm::Year => 12,
        };
        let later = self.today.checked_add(jiff::Span::new().months(months));
        later.map_err(|_| CheckError::new("the day of the review is beyond the end of the calendar"))
    }
}

fn unwritable(id: &str) -> CheckError {
    CheckError::new(format!("the decision about `{id}` could not be written as HCL"))
}

fn object<'a>(members: impl IntoIterator<Item = (&'a str, Expression)>) -> Expression {
    let members =
        members.into_iter().map(|(name, value)| (ObjectKey::Identifier(Identifier::sanitized(name)), value));
    Expression::Object(members.collect::<Object<_, _>>())
}
