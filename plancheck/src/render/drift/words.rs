//! The words that all formats of a drift report share.

use crate::drift::class::Outcome;
use crate::drift::report::{CheckedState, Drift, Object, Over, Part, Report, Since};
use crate::render::words::counted;
use crate::report::Origin;
use crate::text::escape;

/// A field of a report, as it is shown: what is long is cut by escaping.
fn value(text: Option<&String>) -> String {
    text.map_or_else(|| "nothing".to_owned(), |text| format!("`{}`", escape(text)))
}

/// What stands in front of a drift.
pub(super) fn label(drift: &Drift) -> &'static str {
    if drift.accepted.is_some() { "accepted" } else { drift.outcome().id() }
}

/// Which way it moves.
pub(super) fn direction(drift: &Drift) -> &'static str {
    drift.class.direction().map_or("cannot tell", remit_governance::control::aws::drift::Direction::as_str)
}

/// Where a thing is, in one line.
pub(super) fn place(object: &Object, field: Option<&String>) -> String {
    let mut text = format!("{} {}", escape(&object.kind), escape(&object.name));
    for (word, part) in [("account", &object.account), ("region", &object.region)] {
        if let Some(part) = part {
            text.extend([", ", word, " ", &escape(part)]);
        }
    }
    if let Some(field) = field {
        text.extend([": ", &escape(field)]);
    }
    if let Some(address) = object.address.as_ref().filter(|address| **address != object.name) {
        text.extend([" (", &escape(address), ")"]);
    }
    text
}

/// Label and text of everything that drift says for itself.
pub(super) fn reasons(drift: &Drift) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if drift.approved.is_some() || drift.found.is_some() {
        let both =
            format!("{} approved, {} found", value(drift.approved.as_ref()), value(drift.found.as_ref()));
        lines.push(("value", both));
    }
    lines.push(("direction", format!("{} ({})", direction(drift), drift.class.severity().id())));
    lines.extend(drift.why.iter().map(|why| ("why", why.clone())));
    let nobody = drift.who.as_ref().map(crate::drift::Who::words);
    lines.extend(drift.attributed.clone().or(nobody).map(|who| ("who", who)));
    if let Some(accepted) = &drift.accepted {
        let (owner, reason) = (escape(&accepted.owner), escape(&accepted.reason));
        lines.push(("accepted", format!("by `{owner}` until {}: `{reason}`", accepted.expires)));
    }
    if let Some(since) = drift.since {
        let first = escape(&drift.first_seen);
        let text = if since == Since::New {
            "new".to_owned()
        } else {
            format!("{}, first told of at {first}", since.id())
        };
        lines.push(("since", text));
    }
    lines.push(("fingerprint", format!("`{}` at `{}`", drift.fingerprint, escape(&drift.measure.value()))));
    lines.extend(drift.help.iter().map(|help| ("help", help.clone())));
    lines
}

/// Drift that is over, in a line.
pub(super) fn over(over: &Over) -> String {
    let what = escape(&over.message);
    if over.resolved {
        format!("resolved: {what}")
    } else {
        format!("told before, and not looked at any more: {what}")
    }
}

/// How many things were looked at, and what came of them.
pub(super) fn looked_at(part: &Part) -> String {
    let count = |state| part.checked.iter().filter(|checked| checked.state == state).count();
    format!(
        "{} looked at: {} as approved, {} drifted, {} that cannot be told",
        counted(part.checked.len(), "thing"),
        count(CheckedState::AsApproved),
        count(CheckedState::Drifted),
        count(CheckedState::Unverifiable)
    )
}

/// The name of a part.
pub(super) fn title(part: &Part) -> String {
    part.envelope
        .as_ref()
        .map_or_else(|| "no envelope".to_owned(), |name| format!("envelope `{}`", escape(name)))
}

/// The whole in a sentence.
pub(super) fn tally(report: &Report) -> String {
    let counts = Outcome::ALL.map(|outcome| (report.count(outcome), outcome.id()));
    let said: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| counted(*count, what)).collect();
    let said = if said.is_empty() { "nothing drifted".to_owned() } else { said.join(", ") };
    format!("{said}; {} looked at", counted(report.checked(), "thing"))
}

/// Everything else: by what it was judged, and what was not.
pub(super) fn summary(report: &Report) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    for missing in &report.not_judged {
        let of = missing.envelope.as_ref().map(|name| format!(" of `{}`", escape(name))).unwrap_or_default();
        lines.push(("not judged", format!("{}{of}: {}", missing.what, missing.why)));
    }
    for plan in &report.plans {
        let made = plan.made.as_ref().map(|made| format!(", made at {}", escape(made))).unwrap_or_default();
        let kind = if plan.workload { "workload" } else { "governance" };
        let by = plan
            .terraform_version
            .as_ref()
            .map(|version| format!(" by {}", escape(version)))
            .unwrap_or_default();
        lines.push(("plan", format!("`{}` ({kind}){by}{made}", escape(&plan.name))));
    }
    lines.push(("by", governance(report)));
    if let Some(seen) = &report.accepted {
        let text = format!(
            "{} of {} in `{}`, {}, taken on trust",
            seen.used,
            counted(seen.entries, "entry"),
            escape(&seen.name),
            seen.digest
        );
        lines.push(("accepted", text));
    }
    lines.extend(report.acceptance_notes.iter().map(|note| ("note", note.clone())));
    if let Some(name) = &report.previous {
        lines.push(("compared", format!("with `{}`", escape(name))));
    }
    if let Some(events) = report.events {
        lines.push(("trail", counted(events, "event")));
    }
    lines
}

fn governance(report: &Report) -> String {
    let name = match &report.governance.origin {
        Origin::Lock(name) | Origin::Files(name) => escape(name),
        Origin::PriorState => String::new(),
    };
    let serial = report.governance.serial.unwrap_or_default();
    let digest = report.governance.digest.as_deref().unwrap_or_default();
    let trust = if report.governance.pinned {
        "proven by the pinned trust root"
    } else {
        "taken on trust: no trust root is pinned"
    };
    format!("lock `{name}`, serial {serial}, {digest}, {trust}; as of {}", report.now)
}
