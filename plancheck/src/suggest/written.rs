//! The suggestion as HCL.

use hcl::expr::{Expression, Object, ObjectKey, Traversal, TraversalOperator, Variable};
use hcl::{Block, Body, Identifier};
use remit_governance::{Decimal, Unit, decimal};

use super::Suggestion;
use crate::text::escape;
use crate::verdict::CheckError;

/// Who answers for the envelope and who approves. What is not known stays empty, which the provider refuses until it is filled in.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// Who answers for it.
    pub owner: Person,
    /// Who approves.
    pub approver: Person,
    /// What the approver speaks for: finance, security, compliance or engineering.
    pub function: String,
    /// The approver's public key.
    pub key: String,
}

/// A person.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Email address.
    pub email: String,
}

impl Person {
    /// Reads `Mina Okafor <mina.okafor@example.com>`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form = || "write it as `Name <address@example.com>`".to_owned();
        let (name, rest) = text.split_once('<').ok_or_else(form)?;
        let email = rest.trim_end().strip_suffix('>').ok_or_else(form)?;
        let whole = !name.trim().is_empty() && email.contains('@') && !email.contains(['<', '>', ' ']);
        if whole { Ok(Self { name: name.trim().to_owned(), email: email.to_owned() }) } else { Err(form()) }
    }
}

/// Room above what there is before nobody may go further, in quarters of it.
const QUARTERS: u32 = 5;

impl Suggestion {
    /// The suggestion as a file, with what has to be done to it at the top.
    pub fn to_hcl(&self, name: &str, people: &People) -> Result<String, CheckError> {
        let label: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let body = Body::builder()
            .add_block(approver(people))
            .add_block(self.envelope(name, &label, people))
            .build();
        let hcl = hcl::format::to_string(&body)
            .map_err(|_| CheckError::new("the suggestion could not be written as HCL"))?;
        Ok(format!("{}\n{hcl}", self.head(people)))
    }

    fn head(&self, people: &People) -> String {
        let mut lines = vec![
            "# Drawn from what there is. Read every line: this makes no decision for you, and is in force only once".to_owned(),
            "# it is applied. `authorize_above` is what there can be now; `ceiling` leaves a quarter more.".to_owned(),
        ];
        for note in &self.notes {
            lines.push(format!("# Note: {note}."));
        }
        let mut blank: Vec<&str> = Vec::new();
        let mut ask = |text: &str, what: &'static str| blank.extend(text.is_empty().then_some(what));
        ask(&people.owner.email, "who answers for it (`owner`)");
        ask(&people.approver.email, "who approves (`name` and `email` of the approver)");
        ask(&people.function, "what the approver speaks for (`function` and `quorum`)");
        ask(&people.key, "the approver's key (`keys`)");
        if self.capacity.values().any(Option::is_none) {
            blank.push("why nothing bounds what is `unlimited`, who answers for that, and until when");
        }
        if !blank.is_empty() {
            lines.push(format!("# Fill in, or it is refused: {}.", blank.join("; ")));
        }
        lines.push(String::new());
        lines.join("\n")
    }

    fn envelope(&self, name: &str, label: &str, people: &People) -> Block {
        Block::builder("resource")
            .add_label("remit_envelope")
            .add_label(label)
            .add_attribute(("name", name))
            .add_attribute(("purpose", "What runs here today"))
            .add_attribute(("owner", person(&people.owner)))
            .add_attribute(("scope", self.scope()))
            .add_attribute(("limits", self.limits()))
            .add_attribute(("consent", consent(people)))
            .build()
    }

    fn scope(&self) -> Expression {
        // Only where every account is known: an account that is not named would be outside.
        let whole = self.notes.iter().all(|note| !note.starts_with("the account"));
        if whole && !self.accounts.is_empty() {
            return object([("accounts", texts(self.accounts.iter()))]);
        }
        object([("addresses", texts(["**"].iter()))])
    }

    fn limits(&self) -> Expression {
        let mut limits = Vec::new();
        if !self.capacity.is_empty() {
            let units = self.capacity.iter().map(|(unit, total)| (unit.as_str(), mark(*unit, *total)));
            limits.push(("capacity", object(units)));
        }
        if !self.regions.is_empty() {
            limits.push(("regions", object([("allow", texts(self.regions.iter()))])));
        }
        let lists = [("models", &self.models), ("providers", &self.providers), ("services", &self.services)];
        let seen = lists.into_iter().filter(|(_, list)| !list.is_empty());
        let seen: Vec<_> = seen.map(|(name, list)| (name, texts(list.iter()))).collect();
        if !seen.is_empty() {
            limits.push(("integrations", object(seen)));
        }
        object(limits)
    }
}

fn mark(unit: Unit, total: Option<Decimal>) -> Expression {
    let Some(total) = total else {
        let blanks = ["reason", "owner", "expires"].map(|name| (name, Expression::from("")));
        return object([("unlimited", object(blanks))]);
    };
    let total = if unit.is_whole() { total.ceil() } else { total };
    let roomy = (total * Decimal::from(QUARTERS) / Decimal::from(4_u32)).ceil();
    let ceiling = roomy.max(total.ceil() + Decimal::ONE);
    object([("authorize_above", number(total)), ("ceiling", number(ceiling))])
}

fn approver(people: &People) -> Block {
    Block::builder("resource")
        .add_label("remit_approver")
        .add_label("first")
        .add_attribute(("name", people.approver.name.as_str()))
        .add_attribute(("email", people.approver.email.as_str()))
        .add_attribute(("function", people.function.as_str()))
        .add_attribute(("keys", texts([people.key.as_str()].iter())))
        .build()
}

fn consent(people: &People) -> Expression {
    let record = Traversal::new(
        Variable::unchecked("remit_approver"),
        ["first", "record"].map(|name| TraversalOperator::GetAttr(Identifier::unchecked(name))),
    );
    let approvers = Expression::Array(vec![Expression::Traversal(Box::new(record))]);
    let quorum = object([(people.function.as_str(), Expression::from(1))]);
    object([("approvers", approvers), ("quorum", quorum)])
}

fn person(person: &Person) -> Expression {
    object([
        ("name", Expression::from(person.name.as_str())),
        ("email", Expression::from(person.email.as_str())),
    ])
}

fn object<'n>(members: impl IntoIterator<Item = (&'n str, Expression)>) -> Expression {
    let key = |name: &str| {
        Identifier::new(name).map_or_else(|_| ObjectKey::from(Expression::from(name)), ObjectKey::Identifier)
    };
    Expression::Object(members.into_iter().map(|(name, value)| (key(name), value)).collect::<Object<_, _>>())
}

fn texts<T: AsRef<str>>(texts: impl Iterator<Item = T>) -> Expression {
    Expression::Array(texts.map(|text| Expression::from(text.as_ref())).collect())
}

/// Totals are sums of what a plan says, so they have few digits; one that is no number of HCL is written as text, which Terraform
/// converts.
fn number(value: Decimal) -> Expression {
    let text = decimal::text(value);
    match text.parse::<i64>() {
        Ok(whole) => Expression::from(whole),
        Err(_) => text.parse::<f64>().ok().map_or_else(|| Expression::from(escape(&text)), Expression::from),
    }
}
