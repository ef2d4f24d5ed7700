//! What the rules share that ask about signs of the catalog: each looks for those of one concern, and an envelope says what follows.

use remit_catalog::Concern;
use remit_governance::limits::Limits;
use remit_governance::{Envelope, Posture};

use super::rule::{Context, Rule, consent_of, grouped, named, quorum, subject, under_posture, with_doubt};
use crate::facts::{Resource, Sighting, Told};
use crate::finding::{Effect, Finding, Place, Shown};
use crate::governed::Cover;

/// How one rule judges signs.
pub(super) struct Signs {
    pub(super) concern: Concern,
    /// The limit as a declaration names it below `limits`, and its value.
    pub(super) limit: (&'static str, fn(&Limits) -> Posture),
    /// What the reader can do without anybody.
    pub(super) instead: &'static str,
}

/// What makes findings one.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    envelope: usize,
    case: Case<'a>,
    means: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Case<'a> {
    New,
    CannotTell(&'a str),
    Before,
}

impl Signs {
    /// How many objects show a sign, or would have shown one.
    pub(super) fn judged(&self, cx: &Context<'_>) -> usize {
        let watched = |resource: &Resource| {
            remit_catalog::watch(&resource.resource_type)
                .is_some_and(|watch| watch.signs.iter().any(|sign| sign.concern == self.concern))
        };
        cx.changes().filter(|(resource, covers)| !covers.is_empty() && watched(resource)).count()
    }

    pub(super) fn check(&self, rule: &Rule, cx: &Context<'_>) -> Vec<Finding> {
        let seen = cx.resources().flat_map(|(resource, covers)| {
            let signs = resource.sightings.iter().filter(|sighting| sighting.sign.concern == self.concern);
            signs.flat_map(move |sighting| covers.iter().map(move |cover| (resource, sighting, cover)))
        });
        let keyed = seen.map(|(resource, sighting, cover)| {
            let case = match &sighting.told {
                Told::New => Case::New,
                Told::CannotTell(why) => Case::CannotTell(why),
                Told::Before => Case::Before,
            };
            let key = Key { envelope: cover.envelope, case, means: sighting.sign.means };
            (key, (shown(resource, sighting), cover))
        });
        let groups = grouped(keyed).into_iter();
        groups
            .filter_map(|(key, members)| self.finding(rule, cx.envelope(key.envelope)?, &key, members))
            .collect()
    }

    fn finding(
        &self,
        rule: &Rule,
        envelope: &Envelope,
        key: &Key<'_>,
        members: Vec<(Place, &Cover)>,
    ) -> Option<Finding> {
        let (places, covers): (Vec<Place>, Vec<&Cover>) = members.into_iter().unzip();
        let (name, of) = self.limit;
        let posture = of(&envelope.limits);
        let (who, means, instead) = (subject(&places), key.means, self.instead);
        let finding = match key.case {
            _ if posture == Posture::Allow => return None,
            Case::New => under_posture(rule, envelope, (name, posture), format!("{who}: {means}"), instead)?,
            Case::CannotTell(why) => {
                let ask = quorum(envelope, rule.dimension);
                let message = format!("{who}: it cannot be told whether {means}");
                let finding = Finding::new(rule.id, Effect::Consent, message)
                    .untold()
                    .because(why)
                    .because(format!("{} has `{name} = \"{posture}\"`", named(envelope)))
                    .limit(format!("limits.{name}"), posture.as_str())
                    .help(format!("make the value known in the plan, or get consent of {ask}"));
                consent_of(finding, envelope, ask)
            }
            Case::Before => {
                let finding = Finding::new(rule.id, Effect::Note, format!("{who}: {means}, as before"))
                    .because(format!("{} has `{name} = \"{posture}\"`", named(envelope)));
                consent_of(finding, envelope, String::new())
            }
        };
        Some(with_doubt(finding.at(places), &covers))
    }
}

/// Where a sign is.
pub(super) fn shown(resource: &Resource, sighting: &Sighting) -> Place {
    let place = Place::new(&*resource.address, resource.action);
    let Some(attribute) = sighting.attribute else { return place };
    let side = |side: &Option<Shown>| side.clone();
    let place = place.attribute(attribute.as_str(), side(&sighting.before), side(&sighting.after));
    match sighting.document.as_deref() {
        Some((before, after)) => place.document(before, after),
        None => place,
    }
}
