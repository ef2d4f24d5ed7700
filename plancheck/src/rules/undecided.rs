//! What the two rules share that tell of defaults nobody decided about: which they are about, what follows, and why is up to each.

use std::cmp::Reverse;

use remit_catalog::VendorDefault;
use remit_governance::limits::Limits;
use remit_governance::{Envelope, Posture};

use super::defaults::{self, Decisions};
use super::rule::{Context, Rule, consent_of, grouped, quorum, subject, with_doubt};
use crate::facts::{Reliance, Relied, Resource};
use crate::finding::{Effect, Finding, Place};
use crate::governed::Cover;

/// How one rule judges defaults.
pub(super) struct Undecided {
    /// Whether a default is its business.
    pub(super) concerns: fn(&VendorDefault) -> bool,
    /// Whether another rule judges the same attribute under these limits, and so tells it better.
    pub(super) told_elsewhere: fn(&Resource, &Relied, &VendorDefault, &Limits) -> bool,
    /// What follows, by `limits.defaults` and whether it cannot be told; `None` where that is nothing.
    pub(super) effect: fn(Option<Posture>, &VendorDefault, bool) -> Option<Effect>,
    /// Why it matters to an envelope.
    pub(super) because: fn(&Envelope) -> String,
}

/// What makes findings one.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    effect: Reverse<Effect>,
    envelope: usize,
    default: &'a str,
    untold: Option<&'a str>,
}

impl Undecided {
    pub(super) fn check(&self, rule: &Rule, cx: &Context<'_>) -> Vec<Finding> {
        let decisions = Decisions::of(cx);
        let new = defaults::seen(cx).filter(|(_, relied, _)| !relied.as_before);
        let keyed = new.filter_map(|(resource, relied, cover)| {
            let (row, cover) = (relied.question.row?.0, cover?);
            let limits = &cx.envelope(cover.envelope)?.limits;
            let concerns = (self.concerns)(row) && defaults::limits(limits, row);
            if !concerns
                || !decisions.about(row.id, Some(cover.envelope)).is_empty()
                || (self.told_elsewhere)(resource, relied, row, limits)
            {
                return None;
            }
            let untold = match &relied.told {
                Reliance::Relies => None,
                Reliance::CannotTell(why) => Some(why.as_str()),
                Reliance::Chosen => return None,
            };
            let effect = Reverse((self.effect)(limits.defaults, row, untold.is_some())?);
            let key = Key { effect, envelope: cover.envelope, default: row.id, untold };
            Some((key, (defaults::place(resource, relied), cover)))
        });
        let groups = grouped(keyed).into_iter();
        let finding =
            |(key, members): (Key<'_>, _)| self.finding(rule, cx.envelope(key.envelope)?, &key, members);
        groups.filter_map(finding).collect()
    }

    fn finding(
        &self,
        rule: &Rule,
        envelope: &Envelope,
        key: &Key<'_>,
        members: Vec<(Place, &Cover)>,
    ) -> Option<Finding> {
        let row = remit_catalog::default(key.default)?;
        let (places, covers): (Vec<Place>, Vec<&Cover>) = members.into_iter().unzip();
        let who = subject(&places);
        let does = defaults::relies(Some(row), row.id, row.attribute_path, places.len() > 1);
        let message = match key.untold {
            None => format!("{who} {does}"),
            Some(_) => format!("whether {who} {does} cannot be told"),
        };
        let mut finding = Finding::new(rule.id, key.effect.0, message).at(places);
        if let Some(why) = key.untold {
            finding = finding.untold().because(why);
        }
        finding = finding.because((self.because)(envelope));
        if let Some(posture) = envelope.limits.defaults {
            finding = finding.limit("limits.defaults", posture.as_str());
        }
        finding = defaults::told_of(row).into_iter().fold(finding, Finding::because);
        if !row.verified {
            finding = finding.because("nobody compared this row of the catalog with its source");
        }
        let (instead, ask) = (defaults::instead(row), quorum(envelope, rule.dimension));
        let finding = finding.help(match key.effect.0 {
            Effect::Note => instead,
            Effect::Consent => format!("{instead}, or get consent of {ask}"),
            Effect::Deny => format!("{instead}, or change the envelope first (needs {ask})"),
        });
        Some(with_doubt(consent_of(finding, envelope, ask), &covers))
    }
}
