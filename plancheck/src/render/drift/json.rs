//! For programs and for the next run: one JSON document, whose shape `schema/drift-1.json` publishes. Minor versions only add members.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::drift::class::Outcome;
use crate::drift::report::{Drift, Measure, Object, Over, Part, PlanSeen, Report};
use crate::drift::{Event, Who};
use crate::render::json::written;
use crate::report::Origin;
use crate::verdict::CheckError;

/// Version of the document's shape.
pub const FORMAT_VERSION: &str = "1.0";

/// The JSON Schema of the documents that this format makes.
pub const SCHEMA: &str = include_str!("../../../schema/drift-1.json");

#[derive(Serialize)]
struct Document<'a> {
    format_version: &'a str,
    verdict: &'a str,
    exit_code: u8,
    now: String,
    plans: Vec<PlanView<'a>>,
    governance: GovernanceView<'a>,
    counts: BTreeMap<&'a str, usize>,
    severities: BTreeMap<&'a str, usize>,
    checked: usize,
    envelopes: Vec<PartView<'a>>,
    not_judged: Vec<NotJudgedView<'a>>,
    acceptance: Option<AcceptanceView<'a>>,
    previous: Option<&'a str>,
    events: Option<usize>,
}

#[derive(Serialize)]
struct PlanView<'a> {
    name: &'a str,
    kind: &'static str,
    terraform_version: Option<&'a str>,
    made: Option<&'a str>,
    drifted: usize,
}

#[derive(Serialize)]
struct GovernanceView<'a> {
    name: &'a str,
    digest: Option<&'a str>,
    serial: Option<u64>,
    pinned: bool,
}

#[derive(Serialize)]
struct PartView<'a> {
    envelope: Option<&'a str>,
    digest: Option<&'a str>,
    owner: Option<&'a str>,
    outcome: Option<&'static str>,
    news: bool,
    checked: Vec<CheckedView<'a>>,
    drift: Vec<DriftView<'a>>,
    over: Vec<OverView<'a>>,
}

#[derive(Serialize)]
struct CheckedView<'a> {
    object: ObjectView<'a>,
    state: &'static str,
}

#[derive(Serialize)]
struct ObjectView<'a> {
    kind: &'a str,
    name: &'a str,
    account: Option<&'a str>,
    region: Option<&'a str>,
    address: Option<&'a str>,
}

#[derive(Serialize)]
struct DriftView<'a> {
    fingerprint: &'a str,
    class: &'static str,
    severity: &'static str,
    direction: &'static str,
    outcome: &'static str,
    object: ObjectView<'a>,
    field: Option<&'a str>,
    approved: Option<&'a str>,
    found: Option<&'a str>,
    measure: MeasureView,
    message: &'a str,
    why: &'a [String],
    help: Option<&'a str>,
    who: Option<WhoView<'a>>,
    attributed: Option<&'a str>,
    accepted: Option<ByView<'a>>,
    since: Option<&'static str>,
    first_seen: &'a str,
}

#[derive(Serialize)]
struct MeasureView {
    is: &'static str,
    value: Option<String>,
}

#[derive(Serialize)]
struct WhoView<'a> {
    class: &'static str,
    says: &'a [String],
    events: Vec<EventView<'a>>,
    more: usize,
}

#[derive(Serialize)]
struct EventView<'a> {
    time: String,
    id: &'a str,
    service: &'a str,
    name: &'a str,
    principal: Option<&'a str>,
    marks: Vec<MarkView<'a>>,
}

#[derive(Serialize)]
struct MarkView<'a> {
    field: &'static str,
    value: &'a str,
    attested: bool,
}

#[derive(Serialize)]
struct ByView<'a> {
    owner: &'a str,
    reason: &'a str,
    expires: String,
}

#[derive(Serialize)]
struct OverView<'a> {
    fingerprint: &'a str,
    class: &'a str,
    message: &'a str,
    state: &'static str,
}

#[derive(Serialize)]
struct NotJudgedView<'a> {
    what: &'a str,
    envelope: Option<&'a str>,
    why: &'a str,
}

#[derive(Serialize)]
struct AcceptanceView<'a> {
    name: &'a str,
    digest: &'a str,
    entries: usize,
    used: usize,
    notes: &'a [String],
}

#[derive(Serialize)]
struct Refusal<'a> {
    format_version: &'a str,
    verdict: &'a str,
    exit_code: u8,
    error: Fault<'a>,
}

#[derive(Serialize)]
struct Fault<'a> {
    message: &'a str,
    why: &'a [String],
    help: Option<&'a str>,
}

/// The whole report.
pub(super) fn report(report: &Report) -> String {
    let name = match &report.governance.origin {
        Origin::Lock(name) | Origin::Files(name) => name.as_str(),
        Origin::PriorState => "",
    };
    written(&Document {
        format_version: FORMAT_VERSION,
        verdict: report.verdict().id(),
        exit_code: report.exit_code(),
        now: report.now.to_string(),
        plans: report.plans.iter().map(plan).collect(),
        governance: GovernanceView {
            name,
            digest: report.governance.digest.as_deref(),
            serial: report.governance.serial,
            pinned: report.governance.pinned,
        },
        counts: Outcome::ALL.map(|outcome| (outcome.id(), report.count(outcome))).into(),
        severities: report
            .by_severity()
            .into_iter()
            .map(|(severity, count)| (severity.id(), count))
            .collect(),
        checked: report.checked(),
        envelopes: report.parts.iter().map(part).collect(),
        not_judged: report.not_judged.iter().map(not_judged).collect(),
        acceptance: report.accepted.as_ref().map(|seen| AcceptanceView {
            name: &seen.name,
            digest: &seen.digest,
            entries: seen.entries,
            used: seen.used,
            notes: &report.acceptance_notes,
        }),
        previous: report.previous.as_deref(),
        events: report.events,
    })
}

/// Why no answer could be given.
pub(super) fn error(error: &CheckError) -> String {
    let fault = Fault { message: &error.message, why: &error.why, help: error.help.as_deref() };
    let exit_code = CheckError::EXIT_CODE;
    written(&Refusal { format_version: FORMAT_VERSION, verdict: "could_not_check", exit_code, error: fault })
}

fn plan(seen: &PlanSeen) -> PlanView<'_> {
    PlanView {
        name: &seen.name,
        kind: if seen.workload { "workload" } else { "governance" },
        terraform_version: seen.terraform_version.as_deref(),
        made: seen.made.as_deref(),
        drifted: seen.drifted,
    }
}

fn part(part: &Part) -> PartView<'_> {
    PartView {
        envelope: part.envelope.as_deref(),
        digest: part.digest.as_deref(),
        owner: part.owner.as_deref(),
        outcome: part.outcome().map(Outcome::id),
        news: part.has_news(),
        checked: part
            .checked
            .iter()
            .map(|checked| CheckedView { object: object(&checked.object), state: checked.state.id() })
            .collect(),
        drift: part.drift.iter().map(drift).collect(),
        over: part.over.iter().map(over).collect(),
    }
}

fn object(object: &Object) -> ObjectView<'_> {
    ObjectView {
        kind: &object.kind,
        name: &object.name,
        account: object.account.as_deref(),
        region: object.region.as_deref(),
        address: object.address.as_deref(),
    }
}

fn drift(drift: &Drift) -> DriftView<'_> {
    DriftView {
        fingerprint: &drift.fingerprint,
        class: drift.class.id(),
        severity: drift.class.severity().id(),
        direction: drift
            .class
            .direction()
            .map_or("cannot_tell", remit_governance::control::aws::drift::Direction::as_str),
        outcome: drift.outcome().id(),
        object: object(&drift.object),
        field: drift.field.as_deref(),
        approved: drift.approved.as_deref(),
        found: drift.found.as_deref(),
        measure: measure(&drift.measure),
        message: &drift.message,
        why: &drift.why,
        help: drift.help.as_deref(),
        who: drift.who.as_ref().map(who),
        attributed: drift.attributed.as_deref(),
        accepted: drift.accepted.as_ref().map(|by| ByView {
            owner: &by.owner,
            reason: &by.reason,
            expires: by.expires.to_string(),
        }),
        since: drift.since.map(crate::drift::report::Since::id),
        first_seen: &drift.first_seen,
    }
}

fn measure(measure: &Measure) -> MeasureView {
    let (is, value) = match measure {
        Measure::Amount(None) => ("amount", None),
        Measure::Amount(Some(_)) => ("amount", Some(measure.value())),
        Measure::Text(_) => ("text", Some(measure.value())),
        Measure::State => ("state", None),
    };
    MeasureView { is, value }
}

fn who(who: &Who) -> WhoView<'_> {
    WhoView {
        class: who.class(),
        says: &who.agent,
        events: who.events.iter().map(event).collect(),
        more: who.more,
    }
}

fn event(event: &Event) -> EventView<'_> {
    EventView {
        time: event.time.to_string(),
        id: &event.id,
        service: &event.service,
        name: &event.name,
        principal: event.principal.as_deref(),
        marks: event
            .marks
            .iter()
            .map(|mark| MarkView { field: mark.field, value: &mark.value, attested: mark.attested })
            .collect(),
    }
}

fn over(over: &Over) -> OverView<'_> {
    OverView {
        fingerprint: &over.fingerprint,
        class: &over.class,
        message: &over.message,
        state: if over.resolved { "resolved" } else { "unknown" },
    }
}

fn not_judged(item: &crate::report::NotJudged) -> NotJudgedView<'_> {
    NotJudgedView { what: &item.what, envelope: item.envelope.as_deref(), why: &item.why }
}
