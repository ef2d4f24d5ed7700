//! The words that all formats share: whoever reads a sentence in a comment finds it in the log too. How a format sets them is its own.
//!
//! Texts made here hold plan text in backticks, or escaped ([`crate::text::escape`]); each format still makes it harmless in its own way.

use std::collections::BTreeMap;

use crate::actor::Actor;
use crate::finding::{Certainty, Effect, Finding, Place, Shown};
use crate::plan::Action;
use crate::report::{AcceptedSeen, EnvelopeSeen, Origin, Report};
use crate::text::escape;

/// How many envelopes and resource types are named in one line.
const MOST_NAMES: usize = 10;

/// What a finding asks of its reader. In the order of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Denied,
    Consent,
    CannotTell,
    Note,
    Accepted,
}

impl Class {
    pub(super) const ALL: [Self; 5] =
        [Self::Denied, Self::Consent, Self::CannotTell, Self::Note, Self::Accepted];

    pub(super) fn of(finding: &Finding) -> Self {
        match (finding.counts_as(), finding.certainty) {
            _ if finding.accepted.is_some() => Self::Accepted,
            (Effect::Deny, _) => Self::Denied,
            (Effect::Consent, Certainty::Known) => Self::Consent,
            (Effect::Consent, Certainty::CannotTell) => Self::CannotTell,
            (Effect::Note, _) => Self::Note,
        }
    }

    /// What stands in front of a single finding.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Consent => "consent required",
            Self::CannotTell => "cannot tell",
            Self::Note => "note",
            Self::Accepted => "accepted",
        }
    }
}

/// Where a finding is and what changes there, in one line.
pub(super) fn place(place: &Place) -> String {
    let attribute = place.attribute.as_ref();
    let attribute = attribute.map_or(String::new(), |name| format!(": {}{}", escape(name), sides(place)));
    let source = place.source.as_ref();
    let source =
        source.map_or(String::new(), |at| format!(" at {}:{}:{}", escape(&at.file), at.line, at.column));
    format!("{} ({}){attribute}{source}", escape(&place.address), place.action.word())
}

/// Label and text of everything that a finding gives as its reason, and what to do about it.
pub(super) fn reasons(finding: &Finding) -> Vec<(&'static str, String)> {
    let mut reasons = because(&finding.why, None);
    if let Some(limit) = &finding.limit
        && let Some(excess) = &limit.excess
    {
        reasons.push(("over", format!("{} above `{}`", escape(excess), escape(&limit.name))));
    }
    reasons.extend(finding.slack.iter().map(|slack| ("slack", slack.clone())));
    if let Some(accepted) = &finding.accepted {
        let (owner, reason) = (escape(&accepted.owner), escape(&accepted.reason));
        reasons.push(("accepted", format!("by `{owner}` until {}: `{reason}`", accepted.expires)));
    }
    reasons.extend(because(&[], finding.help.as_deref()));
    reasons
}

/// The same of an error.
pub(super) fn because(why: &[String], help: Option<&str>) -> Vec<(&'static str, String)> {
    let why = why.iter().map(|why| ("why", why.clone()));
    why.chain(help.map(|help| ("help", help.to_owned()))).collect()
}

/// Everything a report says besides its findings: label and text, in order.
pub(super) fn summary(report: &Report) -> Vec<(&'static str, String)> {
    let mut lines = not_judged(report);
    lines.push(("judged", plan(report)));
    lines.push(("by", governance(report)));
    lines.push(("envelopes", named(report.envelopes.iter().map(envelope))));
    if let Some(AcceptedSeen { name, digest, entries, used }) = &report.accepted {
        let text = format!(
            "{used} of {} in `{}`, {digest}, taken on trust",
            counted(*entries, "entry"),
            escape(name)
        );
        lines.push(("accepted", text));
    }
    lines.extend(report.actor.as_ref().map(|actor| ("acted", acted(actor))));
    lines.extend(report.again.iter().map(|command| ("again", format!("`{}`", escape(command)))));
    if !report.matches_an_envelope() {
        lines.push(("note", "no change matched an envelope".to_owned()));
    }
    if !report.applied_a_rule() {
        lines.push(("note", "no rule applied to this plan".to_owned()));
    }
    lines
}

/// Who acted, with what says so. However little or much that is, the change is judged as an agent's.
fn acted(actor: &Actor) -> String {
    if actor.evidence.is_empty() {
        return "nobody can be named, so it is judged as an agent's change, as every change is".to_owned();
    }
    let evidence = actor.evidence.iter().map(|evidence| {
        let commit =
            evidence.commit.as_deref().map(|id| format!(" of {}", escape(id.get(..12).unwrap_or(id))));
        format!(
            "`{}` ({}: {} `{}`{})",
            escape(&evidence.agent),
            evidence.class.as_str(),
            evidence.found_in,
            escape(&evidence.value),
            commit.unwrap_or_default()
        )
    });
    let evidence: Vec<String> = evidence.collect();
    let envelopes = actor.envelopes.iter().map(|name| format!("`{}`", escape(name)));
    let envelopes =
        if actor.envelopes.is_empty() { String::new() } else { format!("; named by {}", named(envelopes)) };
    format!("{}{envelopes}; judged as an agent's change", named(evidence.into_iter()))
}

fn governance(report: &Report) -> String {
    let governance = &report.governance;
    let origin = match &governance.origin {
        Origin::Lock(name) => format!("`{}`", escape(name)),
        Origin::PriorState => "the prior state of the plan".to_owned(),
        Origin::Files(name) => format!("`.tf` files in `{}`, declared and not applied", escape(name)),
    };
    let trust = (!governance.pinned).then(|| "taken on trust: no trust root is pinned".to_owned());
    let by: Vec<String> = [Some(origin), governance.digest.clone(), trust].into_iter().flatten().collect();
    by.join(", ")
}

/// Grouped by reason, which most of the list shares; envelopes are named where it is not the same for all.
fn not_judged(report: &Report) -> Vec<(&'static str, String)> {
    let mut groups: BTreeMap<&str, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    for item in &report.not_judged {
        let items = groups.entry(&item.why).or_default();
        items.entry(&item.what).or_default().extend(item.envelope.as_deref());
    }
    let mut lines = Vec::new();
    for (why, items) in groups {
        let words: Vec<String> = items
            .iter()
            .map(|(what, envelopes)| {
                if envelopes.is_empty() || envelopes.len() == report.envelopes.len() {
                    return (*what).to_owned();
                }
                format!("{what} of {}", named(envelopes.iter().map(|name| format!("`{}`", escape(name)))))
            })
            .collect();
        lines.push(("not judged", format!("{} ({why})", words.join(", "))));
    }
    if !report.unknown_types.is_empty() {
        let types = report.unknown_types.iter().map(|(name, count)| format!("`{}` ({count})", escape(name)));
        let text = format!("{}; of these only what every object has was judged", named(types));
        lines.push(("not in the catalog", text));
    }
    lines
}

/// The attribute's value before and after, as far as there is something to show.
fn sides(place: &Place) -> String {
    match (&place.before, &place.after) {
        (None, None) => String::new(),
        (Some(one), None) | (None, Some(one)) => format!(" = {}", shown(one)),
        (Some(before), Some(after)) => format!(" = {} → {}", shown(before), shown(after)),
    }
}

fn shown(value: &Shown) -> String {
    match value {
        Shown::Text(text) => escape(text),
        Shown::Sensitive => "(sensitive)".to_owned(),
        Shown::Unknown => "(known after apply)".to_owned(),
        Shown::Absent => "(not set)".to_owned(),
    }
}

fn plan(report: &Report) -> String {
    let idle = |action: &Action| matches!(action, Action::NoOp | Action::Read);
    let words = |wanted: bool| {
        let actions = report.plan.actions.iter().filter(move |(action, _)| idle(action) == wanted);
        actions.map(|(action, count)| format!("{count} {}", word(*action))).collect::<Vec<_>>().join(", ")
    };
    let (changes, idle) = (words(false), words(true));
    let changes = if changes.is_empty() { changes } else { format!(" ({changes})") };
    let idle = if idle.is_empty() { idle } else { format!(", {idle}") };
    // OpenTofu writes its own version under the same name.
    let writer = match &report.plan.terraform_version {
        Some(version) => format!("Terraform or OpenTofu {}", escape(version)),
        None => "an unknown version of Terraform".to_owned(),
    };
    let given = [("workspace", &report.given.workspace), ("account", &report.given.account)];
    let given = given
        .iter()
        .filter_map(|(name, given)| Some(format!("; {name} `{}` as given", escape(given.as_ref()?))));
    let (count, now) = (counted(report.changes(), "change"), report.given.now);
    format!("{count}{changes}{idle}; plan of {writer}; as of {now}{}", given.collect::<String>())
}

fn word(action: Action) -> &'static str {
    match action {
        Action::NoOp => "unchanged",
        other => other.word(),
    }
}

fn envelope(seen: &EnvelopeSeen) -> String {
    let doubt = match seen.cannot_tell {
        0 => String::new(),
        some => format!(", {some} of them because it cannot be told"),
    };
    format!("`{}` ({}{doubt})", escape(&seen.name), counted(seen.changes, "change"))
}

fn named(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    let mut shown: Vec<String> = names.take(MOST_NAMES).collect();
    if more > 0 {
        shown.push(format!("… and {more} more"));
    }
    if shown.is_empty() { "none".to_owned() } else { shown.join(", ") }
}

/// How many findings of which kind, in words.
pub(super) fn tally(report: &Report) -> String {
    let findings = &report.findings;
    let untold = findings.as_slice().iter().filter(|finding| Class::of(finding) == Class::CannotTell).count();
    let consent = match (findings.count(Effect::Consent), untold) {
        (1, 1) => "1 needs consent because it cannot be told".to_owned(),
        (1, _) => "1 needs consent".to_owned(),
        (some, 0) => format!("{some} need consent"),
        (some, untold) => format!("{some} need consent, {untold} of them because it cannot be told"),
    };
    let accepted = findings.as_slice().iter().filter(|finding| finding.accepted.is_some()).count();
    let notes = findings.count(Effect::Note) - accepted;
    let parts = [
        (findings.count(Effect::Deny), format!("{} denied", findings.count(Effect::Deny))),
        (findings.count(Effect::Consent), consent),
        (notes, counted(notes, "note")),
        (accepted, format!("{accepted} accepted")),
    ];
    let said: Vec<String> = parts.into_iter().filter(|(count, _)| *count > 0).map(|(_, text)| text).collect();
    match (said.is_empty(), report.changes()) {
        (false, _) => said.join("; "),
        (true, 0) => "the plan changes nothing".to_owned(),
        (true, changes) => format!("nothing found in {}", counted(changes, "change")),
    }
}

/// So many of something.
pub(super) fn counted(count: usize, what: &str) -> String {
    match (count, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        (_, None) => format!("{count} {what}s"),
    }
}
