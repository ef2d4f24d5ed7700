//! Draws the surface from plans and states: everything that scales, every model and connection, and every control that could be changed.

use std::collections::{BTreeMap, BTreeSet};

use remit_catalog::{Concern, Role};
use remit_governance::{Envelope, Lock};

use super::{About, Agents, Decision, Reach, Surface};
use crate::change::Collector;
use crate::consent::catalog_digest;
use crate::facts::{self, Amount, Asked, Resource};
use crate::governed::{self, Cover};
use crate::plan::{self, Action, Wanted};
use crate::report::Given;
use crate::suggest::as_plan;
use crate::verdict::CheckError;

/// A plan or a state, as `terraform show -json` writes it.
#[derive(Debug, Clone, Copy)]
pub enum Drawn<'a> {
    /// What there will be once it is applied.
    Plan(&'a [u8]),
    /// What there is.
    State(&'a [u8]),
}

struct Needed(Asked);

impl Wanted for Needed {
    fn attributes(&self, resource_type: &str) -> Vec<String> {
        self.0.attributes(resource_type)
    }

    fn prior_state(&self) -> bool {
        false
    }
}

/// The roles that name what a decision is about.
const ROLES: [(Role, About); 2] = [(Role::Model, About::Model), (Role::Integration, About::Integration)];

/// Draws the surface of everything that is given under the envelopes of a lock.
pub fn draw(from: &[Drawn<'_>], lock: &Lock, given: &Given) -> Result<Surface, CheckError> {
    let mut decisions = BTreeMap::new();
    for drawn in from {
        one(drawn, lock.envelopes(), given, &mut decisions)?;
    }
    let agents = lock.envelopes().iter().map(|envelope| {
        let texts = |globs: &BTreeSet<remit_governance::glob::Glob>| {
            globs.iter().map(|glob| glob.as_str().to_owned()).collect()
        };
        let agents = Agents {
            digest: envelope.digest().to_string(),
            principals: texts(&envelope.agents.principals),
            actors: texts(&envelope.agents.actors),
        };
        (envelope.name.clone(), agents)
    });
    Ok(Surface {
        catalog: catalog_digest().to_string(),
        governance: lock.digest().to_string(),
        agents: agents.collect(),
        decisions,
    })
}

fn one(
    drawn: &Drawn<'_>,
    envelopes: &[Envelope],
    given: &Given,
    decisions: &mut BTreeMap<Decision, Reach>,
) -> Result<(), CheckError> {
    let made;
    let bytes = match drawn {
        Drawn::Plan(bytes) => *bytes,
        Drawn::State(bytes) => {
            made = as_plan(bytes)?;
            made.as_bytes()
        }
    };
    let tags = envelopes.iter().any(|envelope| !envelope.scope.tags.is_empty());
    let needed = Needed(Asked { tags, roles: ROLES.map(|(role, _)| role).into(), ..Asked::default() });
    let mut collector = Collector::default();
    let mut sink = |entry| {
        collector.take(entry);
        Ok(())
    };
    let mut read = plan::read_bytes(bytes, &needed, &mut sink)?;
    let facts = facts::gather(collector.changes, &mut read, None, &needed.0)?;
    let covers = governed::cover(&facts.resources, envelopes, given);
    for (resource, covers) in facts.resources.iter().zip(&covers) {
        let stays = !matches!(resource.action, Action::Delete | Action::Forget | Action::Read);
        if stays && !resource.deposed {
            for (about, attribute, reach) in of_resource(resource) {
                for envelope in names(covers, envelopes) {
                    let address = resource.address.to_string();
                    let decision = Decision { envelope, address, about, attribute: attribute.clone() };
                    join(decisions, decision, reach.clone());
                }
            }
        }
    }
    Ok(())
}

/// The envelopes over something; what none covers can be decided all the same.
fn names(covers: &[Cover], envelopes: &[Envelope]) -> Vec<Option<String>> {
    if covers.is_empty() {
        return vec![None];
    }
    covers
        .iter()
        .filter_map(|cover| envelopes.get(cover.envelope))
        .map(|found| Some(found.name.clone()))
        .collect()
}

/// Two roots can have one address: what can be decided in either can be decided.
fn join(decisions: &mut BTreeMap<Decision, Reach>, decision: Decision, reach: Reach) {
    let joined = match (decisions.get(&decision), reach) {
        (Some(Reach::UpTo(one)), Reach::UpTo(other)) => {
            Reach::UpTo(one.zip(other).map(|(one, other)| one.max(other)))
        }
        (Some(Reach::OneOf(one)), Reach::OneOf(other)) => Reach::OneOf(one.union(&other).cloned().collect()),
        (None, reach) => reach,
        (Some(one), other) if *one == other => other,
        (Some(_), _) => Reach::CannotTell,
    };
    decisions.insert(decision, joined);
}

fn of_resource(resource: &Resource) -> Vec<(About, String, Reach)> {
    let mut found = Vec::new();
    let capacity = &resource.capacity_after;
    for counted in &capacity.counted {
        let reach = match &counted.amount {
            Amount::Known(_) if capacity.secret => Reach::CannotTell,
            Amount::Known(amount) => Reach::UpTo(Some(*amount)),
            Amount::Unbounded(_) => Reach::UpTo(None),
            Amount::CannotTell(_) => Reach::CannotTell,
        };
        let attribute = counted.attribute.unwrap_or("(several)");
        found.push((About::Capacity, format!("{attribute}: {}", counted.unit.as_str()), reach));
    }
    for (role, about) in ROLES {
        for setting in resource.settings_after.of(role) {
            let texts = setting.texts().filter(|_| !setting.sensitive);
            let reach = texts.map_or(Reach::CannotTell, |texts| {
                Reach::OneOf(texts.into_iter().map(str::to_owned).collect())
            });
            found.push((about, setting.path.as_str().to_owned(), reach));
        }
    }
    let signs = remit_catalog::watch(&resource.resource_type).into_iter().flat_map(|watch| &watch.signs);
    let governs = signs.filter(|sign| sign.concern == Concern::Governance);
    let paths: BTreeSet<String> = governs
        .flat_map(|sign| {
            let paths = sign.paths();
            // A sign without an attribute is about the whole.
            if paths.is_empty() {
                vec!["(itself)".to_owned()]
            } else {
                paths.iter().map(|path| path.as_str().to_owned()).collect()
            }
        })
        .collect();
    found.extend(paths.into_iter().map(|path| (About::Governance, path, Reach::There)));
    // One attribute in several blocks is one decision.
    let mut joined: BTreeMap<(About, String), Reach> = BTreeMap::new();
    for (about, attribute, reach) in found {
        let together = match (joined.remove(&(about, attribute.clone())), reach) {
            (Some(Reach::OneOf(one)), Reach::OneOf(other)) => {
                Reach::OneOf(one.union(&other).cloned().collect())
            }
            (None, reach) => reach,
            (Some(one), other) if one == other => other,
            _ => Reach::CannotTell,
        };
        joined.insert((about, attribute), together);
    }
    joined.into_iter().map(|((about, attribute), reach)| (about, attribute, reach)).collect()
}
