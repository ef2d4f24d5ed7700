//! Who changed something, from an export of CloudTrail: the events that name it, in the time between two runs. What is found can only
//! raise control: an event that nobody can be named for is an agent's, and so is no event at all.

mod read;

use std::collections::BTreeSet;

use remit_governance::Envelope;
use remit_governance::control::aws::{Kind, capped};
use remit_governance::time::Timestamp;

use super::report::Object;
use super::seen::SeenControl;
use crate::text::escape;

/// Events of one thing that are told; the last one decides.
const MOST_EVENTS: usize = 5;

/// Something that was done, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub time: Timestamp,
    /// The id of the event.
    pub id: String,
    /// The service, such as `budgets`.
    pub service: String,
    /// What was called.
    pub name: String,
    /// The account it was done in.
    pub account: Option<String>,
    /// The region it was done in.
    pub region: Option<String>,
    /// The principal, as AWS names it.
    pub principal: Option<String>,
    /// The role behind a session; else the principal.
    pub role: Option<String>,
    /// What says that a machine did it.
    pub marks: Vec<Mark>,
    /// Every text among its parameters and resources.
    pub(super) texts: BTreeSet<String>,
}

/// What says that a machine did something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Where it stands.
    pub field: &'static str,
    /// Its value, not escaped.
    pub value: String,
    /// Whether AWS says so, not whoever acted.
    pub attested: bool,
}

/// An export, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trail {
    /// In the order of their times.
    pub events: Vec<Event>,
    /// From when on it is looked at; what was before the last run was told by that.
    pub since: Option<Timestamp>,
}

/// Who changed something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The events, last first.
    pub events: Vec<Event>,
    /// How many more there are.
    pub more: usize,
    /// What says that the last one was an agent's.
    pub agent: Vec<String>,
}

impl Trail {
    /// Who changed a control; the last event decides.
    pub(super) fn of_control(&self, object: &Object, seen: Option<&SeenControl>, envelope: &Envelope) -> Who {
        let kind = Kind::from_word(&object.kind);
        let mut names = BTreeSet::from([object.name.clone()]);
        names.extend(seen.and_then(|seen| seen.id.clone()));
        if let Some(remit_governance::aws::Capped::ScalableTarget { resource_id, .. }) =
            kind.and_then(|kind| capped(kind, &object.name))
        {
            names = BTreeSet::from([resource_id]);
        }
        let service = match kind {
            Some(Kind::Policy) => "organizations",
            Some(Kind::Budget | Kind::BudgetAction) => "budgets",
            Some(Kind::ScalableTarget) => "application-autoscaling",
            Some(Kind::AutoScalingGroup) => "autoscaling",
            Some(Kind::LambdaFunction) => "lambda",
            // Settings of accounts are controls of overrides, not of envelopes.
            None if object.kind == super::quotas::KIND => "servicequotas",
            Some(Kind::AccountSetting) | None => "",
        };
        let account = seen.and_then(|seen| seen.account.as_deref()).or(object.account.as_deref());
        let region = seen.and_then(|seen| seen.region.as_deref()).or(object.region.as_deref());
        let fits = |event: &&Event| {
            let same = |own: Option<&str>, other: &Option<String>| {
                own.is_none() || other.is_none() || own == other.as_deref()
            };
            // A type is disabled for all policies at once, accounts move without naming any, and quotas are managed all together.
            let for_all = match event.name.as_str() {
                "DisablePolicyType" | "MoveAccount" | "RemoveAccountFromOrganization" => {
                    kind == Some(Kind::Policy)
                }
                "StartAutoManagement" | "UpdateAutoManagement" => object.kind == super::quotas::KIND,
                _ => false,
            };
            event.service == service
                && same(account, &event.account)
                && same(region, &event.region)
                && (for_all || event.names(&names))
        };
        self.who(fits, envelope)
    }

    /// Who changed an object of a workload, by what it is called.
    pub(super) fn of_resource(&self, names: &[String], envelope: &Envelope) -> Who {
        let names: BTreeSet<String> = names.iter().cloned().collect();
        self.who(|event| event.names(&names), envelope)
    }

    fn who(&self, fits: impl Fn(&&Event) -> bool, envelope: &Envelope) -> Who {
        let in_time = |event: &&Event| self.since.is_none_or(|since| event.time > since);
        let found: Vec<&Event> = self.events.iter().rev().filter(in_time).filter(fits).collect();
        let agent = found.first().map(|event| event.agent(envelope)).unwrap_or_default();
        let more = found.len().saturating_sub(MOST_EVENTS);
        Who { agent, more, events: found.into_iter().take(MOST_EVENTS).cloned().collect() }
    }
}

impl Event {
    fn names(&self, names: &BTreeSet<String>) -> bool {
        let same = |text: &String| {
            names.iter().any(|name| text == name || text.rsplit([':', '/']).next() == Some(name.as_str()))
        };
        self.texts.iter().any(same)
    }

    /// What says that an agent did it: the envelope names the principal, or a mark of a machine.
    fn agent(&self, envelope: &Envelope) -> Vec<String> {
        let mut says = Vec::new();
        if let Some(role) = &self.role {
            let named = format!("aws:{role}");
            if envelope.agents.principals.iter().any(|glob| glob.matches(&named) || glob.matches(role)) {
                says.push(format!(
                    "`{}` is a principal of the agents of `{}`",
                    escape(role),
                    escape(&envelope.name)
                ));
            }
        }
        let marks = self.marks.iter().map(|mark| {
            let by = if mark.attested { "AWS says so" } else { "whoever acted says so" };
            format!("`{}` is `{}` ({by})", mark.field, escape(&mark.value))
        });
        says.extend(marks);
        says
    }
}

impl Who {
    /// In a sentence.
    pub fn words(&self) -> String {
        let Some(last) = self.events.first() else {
            return "no event of the trail names it, so it counts as an agent's change".to_owned();
        };
        let principal = last.principal.as_deref().map_or_else(|| "nobody".to_owned(), escape);
        let as_what = if self.agent.is_empty() {
            "nothing marks it, so it counts as an agent's change".to_owned()
        } else {
            format!("an agent's change: {}", self.agent.join(", "))
        };
        let more = match self.events.len() - 1 + self.more {
            0 => String::new(),
            more => format!("; {more} more before it"),
        };
        format!(
            "`{principal}` called `{}:{}` at {} (event `{}`); {as_what}{more}",
            escape(&last.service),
            escape(&last.name),
            last.time,
            escape(&last.id)
        )
    }

    /// What it counts as, for programs: nothing but a mark makes a difference, and only upwards.
    pub fn class(&self) -> &'static str {
        if self.agent.is_empty() { "unattributed" } else { "agent" }
    }
}
