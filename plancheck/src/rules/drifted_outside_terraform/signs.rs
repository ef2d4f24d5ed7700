//! Signs of the catalog in what was found changed outside Terraform.

use remit_catalog::{Concern, When};
use remit_governance::{Envelope, Posture};

use super::{Fate, RULE};
use crate::facts::{Resource, Sighting, Told};
use crate::finding::{Effect, Finding, Place};
use crate::governed::Cover;
use crate::plan::Action;
use crate::rules::rule::{Context, consent_of, grouped, named, quorum, subject, with_doubt};
use crate::rules::signs::shown;

/// One finding for each sign and envelope, and for what becomes of it.
pub(super) fn check<'a>(
    cx: &Context<'a>,
    planned: impl Fn(&Resource) -> Option<&'a Resource>,
) -> Vec<Finding> {
    let drift = cx.facts.beyond.drift.iter().zip(&cx.beyond.drift).filter(|(resource, _)| !resource.deposed);
    let seen = drift.flat_map(|(resource, covers)| {
        let planned = planned(resource);
        resource.sightings.iter().flat_map(move |sighting| {
            let fate = fate(sighting, planned);
            // A control holds others back whether an envelope covers it or not.
            let alone = covers.is_empty() && sighting.sign.concern == Concern::Governance;
            let under = covers.iter().map(|cover| (Some(cover.envelope), Some(cover)));
            under.chain(alone.then_some((None, None))).map(move |(envelope, cover)| {
                let key = (envelope, fate, sighting.sign.concern, sighting.sign.means);
                (key, (shown(resource, sighting), cover))
            })
        })
    });
    let groups = grouped(seen).into_iter();
    groups
        .filter_map(|((envelope, fate, concern, means), members)| match envelope {
            None => Some(finding(fate, means, None, members)),
            Some(index) => {
                let envelope = cx.envelope(index)?;
                (posture(envelope, concern) != Posture::Allow)
                    .then(|| finding(fate, means, Some(envelope), members))
            }
        })
        .collect()
}

fn posture(envelope: &Envelope, concern: Concern) -> Posture {
    match concern {
        Concern::Governance => Posture::Consent,
        Concern::Perimeter => envelope.limits.public,
        Concern::Logging => envelope.limits.logging,
        Concern::Deletion => envelope.limits.deletion,
        Concern::Privileges => envelope.limits.privileges,
    }
}

/// What the plan makes of it. Of a difference only the two sides are known, and of the plan only that it starts from the later one: whether it
/// goes back to the earlier one cannot be told.
fn fate(sighting: &Sighting, planned: Option<&Resource>) -> Fate {
    let Some(planned) = planned.filter(|planned| planned.action != Action::NoOp) else { return Fate::Stays };
    let still = planned.sightings.iter().find(|other| other.sign.means == sighting.sign.means);
    match (&sighting.sign.when, still) {
        // It is made again, but what was in it is not.
        (When::Gone, _) if sighting.sign.concern == Concern::Deletion => Fate::Stays,
        (When::Gone, _) if planned.action == Action::Create => Fate::TakenBack,
        (_, Some(Sighting { told: Told::CannotTell(_), .. })) => Fate::CannotTell,
        (_, Some(_)) | (When::Gone | When::Made | When::Given(_), None) => Fate::Stays,
        _ if planned.action == Action::Delete => Fate::TakenBack,
        (When::Holds(_) | When::HoldsIn { .. } | When::OpenPolicy(_), None)
            if sighting.sign.concern == Concern::Perimeter =>
        {
            Fate::TakenBack
        }
        _ => Fate::CannotTell,
    }
}

fn finding(
    fate: Fate,
    means: &str,
    envelope: Option<&Envelope>,
    members: Vec<(Place, Option<&Cover>)>,
) -> Finding {
    let (places, covers): (Vec<Place>, Vec<Option<&Cover>>) = members.into_iter().unzip();
    let who = subject(&places);
    let ask = envelope.map(|envelope| quorum(envelope, RULE.dimension));
    let people = ask
        .clone()
        .map_or("have those who answer for it agree".to_owned(), |ask| format!("get consent of {ask}"));
    let finding = match fate {
        Fate::TakenBack => {
            let message = format!("{who}, outside Terraform: {means}; this plan takes it back");
            Finding::new(RULE.id, Effect::Note, message)
        }
        Fate::CannotTell => {
            Finding::new(RULE.id, Effect::Consent, format!("{who}, outside Terraform: {means}"))
                .untold()
                .because("it cannot be told whether the plan takes it back")
                .help(format!("apply the configuration as it was first, or {people}"))
        }
        Fate::Stays | Fate::Left => {
            Finding::new(RULE.id, Effect::Consent, format!("{who}, outside Terraform: {means}"))
                .because("the plan leaves it as it was found")
                .help(format!("set the agreed value in the configuration, or {people}"))
        }
    };
    let covers: Vec<&Cover> = covers.into_iter().flatten().collect();
    let finding = finding.at(places);
    match (envelope, ask) {
        (Some(envelope), Some(ask)) => {
            let finding = finding.because(format!("{} covers it", named(envelope)));
            with_doubt(consent_of(finding, envelope, ask), &covers)
        }
        _ => finding.because("it is a control that holds others back, and no envelope covers it"),
    }
}
