//! Everything that touched one object: the facts read of it, the envelopes that govern it or do not, and what every rule found.

use std::collections::BTreeSet;
use std::rc::Rc;

use remit_governance::decimal;
use remit_governance::invalid::nearest;
use remit_governance::scope::Scope;
use remit_governance::{Envelope, glob::Glob};

use crate::facts::{Account, Amount, Capacity, Facts, Region, Resource};
use crate::finding::{Finding, Place};
use crate::governed::Cover;
use crate::redact::MASK;
use crate::report::Report;
use crate::text::escape;
use crate::verdict::CheckError;

/// What there is to say of the objects that were asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// In the order of the plan; at least one.
    pub objects: Vec<Touched>,
}

/// One object and what touched it. Texts are sentences with names in backticks, escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// The object.
    pub place: Place,
    /// What was read of it.
    pub facts: Vec<String>,
    /// Every envelope, with whether and why it governs the object.
    pub envelopes: Vec<String>,
    /// What rules found, with this object as the only place; findings about an envelope that governs it come last and have none.
    pub findings: Vec<Finding>,
    /// Rules that had something to judge in this plan and found nothing here.
    pub silent: Vec<&'static str>,
}

/// What is known, before anything is picked out of it.
pub(crate) struct Known<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) envelopes: &'a [Envelope],
    pub(crate) covers: &'a [Rc<[Cover]>],
    pub(crate) report: &'a Report,
}

impl Why {
    /// Picks the objects whose address matches. Nobody asks about nothing, so no match is an error.
    pub(crate) fn of(known: &Known<'_>, address: &str) -> Result<Self, CheckError> {
        let pattern = Glob::new(address).map_err(CheckError::new)?;
        let resources = known.facts.resources.iter().zip(known.covers);
        let asked = |resource: &Resource| &*resource.address == address || pattern.matches(&resource.address);
        let objects: Vec<Touched> = resources
            .filter(|(resource, _)| asked(resource))
            .map(|(resource, covers)| touched(known, resource, covers))
            .collect();
        if !objects.is_empty() {
            return Ok(Self { objects });
        }
        let all = || known.facts.resources.iter().map(|resource| &*resource.address);
        let help = match nearest(address, all()) {
            Some(near) => format!("did you mean `{}`?", escape(near)),
            None => "give an address as it stands in the plan; `*` and `**` match".to_owned(),
        };
        Err(CheckError::new(format!("the plan has no managed resource `{}`", escape(address)))
            .with_help(help))
    }
}

fn touched(known: &Known<'_>, resource: &Resource, covers: &[Cover]) -> Touched {
    let findings = findings(known, resource, covers);
    let found: BTreeSet<&str> = findings.iter().map(|finding| finding.rule).collect();
    let rules = known.report.rules.iter();
    Touched {
        place: Place::new(&*resource.address, resource.action),
        facts: facts(resource),
        envelopes: known
            .envelopes
            .iter()
            .enumerate()
            .map(|(index, one)| governs(index, one, covers))
            .collect(),
        silent: rules
            .filter(|applied| applied.judged > 0 && !found.contains(applied.rule))
            .map(|applied| applied.rule)
            .collect(),
        findings,
    }
}

fn findings(known: &Known<'_>, resource: &Resource, covers: &[Cover]) -> Vec<Finding> {
    let all = known.report.findings.as_slice();
    let here = all.iter().filter_map(|finding| {
        let mut finding = finding.clone();
        finding.places.retain(|place| *place.address == *resource.address);
        (!finding.places.is_empty()).then_some(finding)
    });
    let over = |finding: &&Finding| {
        let mut names = covers.iter().filter_map(|cover| known.envelopes.get(cover.envelope));
        finding.places.is_empty() && names.any(|envelope| Some(&envelope.name) == finding.envelope.as_ref())
    };
    here.chain(all.iter().filter(over).cloned()).collect()
}

fn governs(index: usize, envelope: &Envelope, covers: &[Cover]) -> String {
    let name = escape(&envelope.name);
    match covers.iter().find(|cover| cover.envelope == index) {
        None => format!("`{name}` does not govern it: it lies outside {}", selectors(&envelope.scope)),
        Some(cover) if cover.leaves => {
            format!("`{name}` governs it and would not any more after this change")
        }
        Some(cover) if cover.untold.is_empty() => format!("`{name}` governs it"),
        Some(cover) => {
            format!("`{name}` counts as governing it: the plan does not tell its {}", cover.untold.join(", "))
        }
    }
}

/// The scope as it is declared.
fn selectors(scope: &Scope) -> String {
    let list = |name: &str, values: Vec<String>| {
        let values: Vec<String> = values.iter().map(|value| format!("`{}`", escape(value))).collect();
        (!values.is_empty()).then(|| format!("{name} {}", values.join(", ")))
    };
    let globs = |globs: &BTreeSet<Glob>| globs.iter().map(|glob| glob.as_str().to_owned()).collect();
    let parts = [
        list("accounts", scope.accounts.iter().map(ToString::to_string).collect()),
        list("workspaces", globs(&scope.workspaces)),
        list("addresses", globs(&scope.addresses)),
        list("resource types", globs(&scope.resource_types)),
        list("tags", scope.tags.iter().map(|(key, value)| format!("{key} = {value}")).collect()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn facts(resource: &Resource) -> Vec<String> {
    let mut facts = vec![format!("its type is `{}`", escape(&resource.resource_type))];
    if let Some(previous) = &resource.previous_address {
        facts.push(format!("it was `{}` before", escape(previous)));
    }
    if resource.deposed {
        facts.push("it is a left-over of an earlier replacement".to_owned());
    }
    if remit_catalog::cloud_of(&resource.resource_type).is_none() {
        facts.push("its type is not in the catalog, so only what every object has is known".to_owned());
    }
    facts.extend(region(resource));
    facts.push(match &*resource.account {
        Account::OneOf(ids) => format!(
            "it belongs to {}",
            ids.iter().map(|id| format!("`{}`", escape(id))).collect::<Vec<_>>().join(" or ")
        ),
        Account::CannotTell => "whose account it is cannot be told".to_owned(),
    });
    facts.extend(growth("after this change", &resource.capacity_after));
    facts.extend(growth("before this change", &resource.capacity_before));
    facts
}

fn region(resource: &Resource) -> Option<String> {
    match &*resource.region {
        Region::None => None,
        Region::Known { sensitive: true, source, .. } => {
            Some(format!("it runs in {MASK}, says `{}`", escape(source)))
        }
        Region::Known { names, source, .. } => {
            let names: Vec<String> = names.iter().map(|name| format!("`{}`", escape(name))).collect();
            Some(format!("it runs in {}, says `{}`", names.join(", "), escape(source)))
        }
        Region::CannotTell(why) => Some(format!("its region cannot be told: {why}")),
    }
}

fn growth(when: &str, capacity: &Capacity) -> Vec<String> {
    let each = capacity.counted.iter();
    let said = each.map(|counted| {
        let unit = counted.unit.as_str().replace('_', " ");
        let by = counted.attribute.map_or(String::new(), |name| format!(", says `{name}`"));
        match &counted.amount {
            _ if capacity.secret => format!("{when} it may grow to {MASK} {unit}{by}"),
            Amount::Known(amount) => format!("{when} it may grow to {} {unit}{by}", decimal::text(*amount)),
            Amount::Unbounded(why) => format!("{when} nothing bounds its {unit}: {why}"),
            Amount::CannotTell(why) => format!("{when} its {unit} cannot be told: {why}"),
        }
    });
    said.collect()
}
