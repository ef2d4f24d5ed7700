//! The budget: who is told at which spend. All alerts are made together with it, so that no budget is ever silent.

use super::{Body, Control, Faults, Kind, data::Limits};
use crate::{
    approver::Approver,
    aws::{self, Aws},
    consent::Function,
    decimal::{self, Decimal},
    envelope::Envelope,
    json::{Json, Members},
    limits::{Bound, Cost, strings},
    money::Period,
    person::Email,
    region::Cloud,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// A budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// The amount per period.
    pub amount: Decimal,
    /// The currency's code.
    pub currency: String,
    /// The period; as AWS has it where we have no word for it.
    pub period: String,
    /// What is counted.
    pub filter: Filter,
    /// Who is told, per alert: e-mail addresses and ARNs of topics.
    pub alerts: BTreeMap<Alert, BTreeSet<String>>,
}

/// What a budget counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// Spend of these accounts, if any are named, on what carries these tags, if any are named.
    Spend {
        /// Ids of accounts.
        accounts: BTreeSet<String>,
        /// Cost allocation tags.
        tags: BTreeMap<String, String>,
    },
    /// Something that we never write, in words.
    Other(String),
}

/// When somebody is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alert {
    /// Which spend is compared.
    pub spend: Spend,
    /// With what.
    pub above: Decimal,
    /// Whether that is a percentage of the budget, not an amount.
    pub percent: bool,
}

/// The spend that an alert looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spend {
    /// What was spent.
    Actual,
    /// What AWS expects to be spent by the end of the period.
    Forecast,
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spend = if self.spend == Spend::Actual { "actual" } else { "forecast" };
        let unit = if self.percent { "%" } else { "" };
        write!(f, "{spend} above {}{unit}", decimal::text(self.above))
    }
}

impl Budget {
    /// The meaning as JSON, whatever the spelling.
    pub fn definition(&self) -> Json {
        let filter = match &self.filter {
            Filter::Spend { accounts, tags } => {
                let tags = tags.iter().fold(Members::new(), |all, (key, value)| all.put(key, value.as_str()));
                Json::from(Members::new().put("accounts", strings(accounts)).put("tags", tags))
            }
            Filter::Other(words) => Json::from(words.as_str()),
        };
        let alerts = self
            .alerts
            .iter()
            .fold(Members::new(), |all, (alert, told)| all.put(&alert.to_string(), strings(told)));
        Members::new()
            .put("amount", decimal::text(self.amount))
            .put("currency", self.currency.as_str())
            .put("period", self.period.as_str())
            .put("filter", filter)
            .put("alerts", alerts)
            .into()
    }
}

pub(super) fn control(
    envelope: &Envelope,
    aws: &Aws,
    approvers: &[Approver],
    faults: &mut Faults,
) -> Option<Control> {
    let declared = aws.budget.as_ref()?;
    let limits = Limits::with(aws.policies);
    let name = format!("remit-{}-budget", envelope.name);
    let (cost, amount) = amount(envelope, faults)?;
    let told = told(envelope, declared, approvers, &limits, faults)?;
    let alerts = alerts(cost, amount);
    if alerts.len() > limits.notifications {
        faults.push(
            &["budget"],
            format!("the budget would have {} alerts, and AWS takes {}", alerts.len(), limits.notifications),
            "name fewer percentages in `limits.cost.notify_at`",
        );
    }
    if name.len() > limits.budget_name {
        faults.push(
            &["budget"],
            format!("the name `{name}` is longer than {} characters", limits.budget_name),
            "give the envelope a shorter name",
        );
    }
    let usage = format!(
        "{} of {} alerts, {} of {} e-mail addresses each",
        alerts.len(),
        limits.notifications,
        told.emails,
        limits.emails
    );
    Some(Control {
        kind: Kind::Budget,
        name,
        account: declared.account.clone().or_else(|| aws.account.clone()),
        region: None,
        body: Body::Budget(Budget {
            amount,
            currency: cost.currency.code().to_owned(),
            period: cost.period.to_string(),
            filter: filter(envelope, faults)?,
            alerts: alerts.into_iter().map(|alert| (alert, told.all.clone())).collect(),
        }),
        usage: Some(usage),
    })
}

fn amount<'e>(envelope: &'e Envelope, faults: &mut Faults) -> Option<(&'e Cost, Decimal)> {
    let Some(cost) = &envelope.limits.cost else {
        let help = "declare `limits.cost`, or leave `budget` out";
        faults.push(&["budget"], "the envelope limits no cost, so there is no amount", help);
        return None;
    };
    let Bound::At(amount) = cost.mark.ceiling() else {
        let help = "give `limits.cost` a ceiling, or leave `budget` out";
        faults.push(&["budget"], "the cost is unlimited, so there is no amount", help);
        return None;
    };
    if cost.currency.code() != "USD" {
        faults.push(
            &["budget"],
            format!("AWS keeps budgets in USD, and `limits.cost` is in {}", cost.currency),
            "declare `limits.cost` in USD, or leave `budget` out",
        );
        return None;
    }
    if amount.is_zero() {
        let help = "give `limits.cost` a ceiling above zero, or leave `budget` out";
        faults.push(&["budget"], "a budget of zero has no percentages to tell people at", help);
        return None;
    }
    Some((cost, *amount))
}

struct Told {
    all: BTreeSet<String>,
    emails: usize,
}

/// The owner, the finance approvers, and whoever is listed.
fn told(
    envelope: &Envelope,
    declared: &aws::Budget,
    approvers: &[Approver],
    limits: &Limits,
    faults: &mut Faults,
) -> Option<Told> {
    let finance = approvers.iter().filter(|approver| approver.function == Function::Finance);
    let emails: BTreeSet<&Email> = std::iter::once(&envelope.owner.email)
        .chain(finance.map(|approver| &approver.email))
        .chain(&declared.subscribers)
        .collect();
    if emails.len() > limits.emails {
        faults.push(
            &["budget", "subscribers"],
            format!(
                "{} people would be told, the owner and the finance approvers among them, and AWS takes {} e-mail addresses",
                emails.len(),
                limits.emails
            ),
            "list fewer, or a distribution list",
        );
        return None;
    }
    let count = emails.len();
    let all = emails.into_iter().map(ToString::to_string).chain(declared.topic.clone()).collect();
    Some(Told { all, emails: count })
}

/// What `notify_at` asks for, the ceiling and what pauses for people; and the forecast, where AWS makes one.
fn alerts(cost: &Cost, amount: Decimal) -> BTreeSet<Alert> {
    let actual = |above, percent| Alert { spend: Spend::Actual, above, percent };
    let mut alerts: BTreeSet<Alert> =
        cost.mark.notify_at().map(|percent| actual(Decimal::from(percent), true)).collect();
    alerts.insert(actual(Decimal::ONE_HUNDRED, true));
    if let Some(above) = cost.mark.authorize_above().filter(|above| *above < amount && !above.is_zero()) {
        alerts.insert(actual(above, false));
    }
    if cost.period != Period::Daily {
        alerts.insert(Alert { spend: Spend::Forecast, above: Decimal::ONE_HUNDRED, percent: true });
    }
    alerts
}

/// A filter that matches nothing shows no spend and no complaint, so it is built here and never written by hand.
fn filter(envelope: &Envelope, faults: &mut Faults) -> Option<Filter> {
    let scope = &envelope.scope;
    let in_aws = scope.accounts.iter().filter(|account| account.cloud() == Cloud::Aws);
    let accounts: BTreeSet<String> = in_aws.map(|account| account.id().to_owned()).collect();
    if accounts.is_empty() && scope.tags.is_empty() {
        faults.push(
            &["budget"],
            "the scope names neither an account of AWS nor a tag, so the budget would count everything that is paid",
            "name `accounts` or `tags` in `scope`, or leave `budget` out",
        );
        return None;
    }
    Some(Filter::Spend { accounts, tags: scope.tags.clone() })
}

/// Everybody whom the budget tells.
pub(super) fn told_of(budget: &Budget) -> BTreeSet<String> {
    budget.alerts.values().flatten().cloned().collect()
}
