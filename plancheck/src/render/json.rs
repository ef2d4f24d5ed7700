//! For programs: one JSON document, whose shape `schema/report-1.json` publishes. Minor versions only add members.

mod actor;
mod safe;

use std::collections::BTreeMap;
use std::io;

use actor::ActorView;
use safe::Safe;
use serde::Serialize;

use crate::finding::{Certainty, DiffLine, Effect, Finding, Place, Shown, Side};
use crate::report::{Origin, Report};
use crate::rules::RULES;
use crate::verdict::CheckError;

/// Version of the document's shape.
pub const FORMAT_VERSION: &str = "1.1";

/// What `verdict` says when no answer could be given.
const NONE: &str = "could_not_check";

/// The JSON Schema of the documents that [`report`] and [`error`] make.
pub const SCHEMA: &str = include_str!("../../schema/report-1.json");

/// The whole report. Addresses stand as in the plan; characters that could deceive a terminal are escaped as JSON does.
pub fn report(report: &Report) -> String {
    written(&Document::of(report))
}

/// Why no answer could be given, in a document of the same kind.
pub fn error(error: &CheckError) -> String {
    let error = Fault { message: &error.message, why: &error.why, help: error.help.as_deref() };
    written(&Refusal {
        format_version: FORMAT_VERSION,
        verdict: NONE,
        exit_code: CheckError::EXIT_CODE,
        error,
    })
}

/// The same, piece by piece: it tells of every object of a long plan.
pub fn write(report: &Report, to: &mut dyn io::Write) -> io::Result<()> {
    write_document(&Document::of(report), to)
}

/// The document as text that is safe to print: see [`Safe`].
pub(crate) fn written<T: Serialize>(document: &T) -> String {
    let mut text = Vec::new();
    match (write_document(document, &mut text), String::from_utf8(text)) {
        (Ok(()), Ok(text)) => text,
        // Only maps with keys that are not text can bring us here; there are none.
        _ => format!("{{\"format_version\":\"{FORMAT_VERSION}\",\"verdict\":\"{NONE}\",\"exit_code\":1}}\n"),
    }
}

fn write_document<T: Serialize>(document: &T, mut to: &mut dyn io::Write) -> io::Result<()> {
    document.serialize(&mut serde_json::Serializer::with_formatter(&mut to, Safe::default()))?;
    to.write_all(b"\n")
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

#[derive(Serialize)]
struct Document<'a> {
    format_version: &'a str,
    verdict: &'a str,
    exit_code: u8,
    now: String,
    given: GivenView<'a>,
    plan: PlanView<'a>,
    governance: GovernanceView<'a>,
    matched_an_envelope: bool,
    applied_a_rule: bool,
    envelopes: Vec<EnvelopeView<'a>>,
    rules: Vec<RuleView<'a>>,
    counts: Counts,
    findings: Vec<FindingView<'a>>,
    not_judged: Vec<NotJudgedView<'a>>,
    acceptance: Option<FileView<'a>>,
    actor: Option<ActorView<'a>>,
    again: Option<&'a str>,
    unknown_types: &'a BTreeMap<String, usize>,
}

#[derive(Serialize)]
struct GivenView<'a> {
    workspace: Option<&'a str>,
    account: Option<&'a str>,
}

#[derive(Serialize)]
struct PlanView<'a> {
    format_version: &'a str,
    terraform_version: Option<&'a str>,
    changes: usize,
    actions: BTreeMap<&'a str, usize>,
}

#[derive(Serialize)]
struct GovernanceView<'a> {
    source: &'a str,
    name: Option<&'a str>,
    digest: Option<&'a str>,
    serial: Option<u64>,
    pinned: bool,
}

#[derive(Serialize)]
struct EnvelopeView<'a> {
    name: &'a str,
    digest: &'a str,
    objects: usize,
    changes: usize,
    cannot_tell: usize,
}

#[derive(Serialize)]
struct RuleView<'a> {
    rule: &'a str,
    judged: usize,
}

#[derive(Serialize)]
struct Counts {
    deny: usize,
    consent: usize,
    note: usize,
}

#[derive(Serialize)]
struct FindingView<'a> {
    rule: &'a str,
    dimension: Option<&'a str>,
    effect: &'a str,
    certainty: &'a str,
    message: &'a str,
    why: &'a [String],
    help: Option<&'a str>,
    envelope: Option<&'a str>,
    owner: Option<&'a str>,
    limit: Option<LimitView<'a>>,
    slack: &'a [String],
    passes: Option<&'a str>,
    quorum: Option<&'a str>,
    accepted: Option<AcceptanceView<'a>>,
    places: Vec<PlaceView<'a>>,
}

#[derive(Serialize)]
struct LimitView<'a> {
    name: &'a str,
    value: &'a str,
    excess: Option<&'a str>,
}

#[derive(Serialize)]
struct AcceptanceView<'a> {
    owner: &'a str,
    reason: &'a str,
    expires: String,
}

#[derive(Serialize)]
struct PlaceView<'a> {
    address: &'a str,
    action: &'a str,
    attribute: Option<&'a str>,
    before: Option<ShownView<'a>>,
    after: Option<ShownView<'a>>,
    diff: Vec<DiffView<'a>>,
    source: Option<SourceView<'a>>,
}

#[derive(Serialize)]
struct DiffView<'a> {
    side: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
struct SourceView<'a> {
    file: &'a str,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
#[serde(tag = "is", content = "text", rename_all = "snake_case")]
enum ShownView<'a> {
    Known(&'a str),
    Sensitive,
    Unknown,
    Absent,
}

#[derive(Serialize)]
struct FileView<'a> {
    name: &'a str,
    digest: &'a str,
    entries: usize,
    used: usize,
}

#[derive(Serialize)]
struct NotJudgedView<'a> {
    what: &'a str,
    envelope: Option<&'a str>,
    why: &'a str,
}

impl<'a> Document<'a> {
    fn of(report: &'a Report) -> Self {
        let verdict = report.verdict();
        let given = &report.given;
        Self {
            format_version: FORMAT_VERSION,
            verdict: verdict.id(),
            exit_code: verdict.exit_code(),
            now: given.now.to_string(),
            given: GivenView { workspace: given.workspace.as_deref(), account: given.account.as_deref() },
            plan: PlanView::of(report),
            governance: GovernanceView::of(report),
            matched_an_envelope: report.matches_an_envelope(),
            applied_a_rule: report.applied_a_rule(),
            envelopes: report.envelopes.iter().map(EnvelopeView::of).collect(),
            rules: report
                .rules
                .iter()
                .map(|rule| RuleView { rule: rule.rule, judged: rule.judged })
                .collect(),
            counts: Counts {
                deny: report.findings.count(Effect::Deny),
                consent: report.findings.count(Effect::Consent),
                note: report.findings.count(Effect::Note),
            },
            findings: report.findings.as_slice().iter().map(FindingView::of).collect(),
            not_judged: report
                .not_judged
                .iter()
                .map(|item| NotJudgedView {
                    what: &item.what,
                    envelope: item.envelope.as_deref(),
                    why: &item.why,
                })
                .collect(),
            acceptance: report.accepted.as_ref().map(|seen| FileView {
                name: &seen.name,
                digest: &seen.digest,
                entries: seen.entries,
                used: seen.used,
            }),
            actor: report.actor.as_ref().map(ActorView::of),
            again: report.again.as_deref(),
            unknown_types: &report.unknown_types,
        }
    }
}

impl<'a> PlanView<'a> {
    fn of(report: &'a Report) -> Self {
        let plan = &report.plan;
        Self {
            format_version: &plan.format_version,
            terraform_version: plan.terraform_version.as_deref(),
            changes: report.changes(),
            actions: plan.actions.iter().map(|(action, count)| (action.word(), *count)).collect(),
        }
    }
}

impl<'a> GovernanceView<'a> {
    fn of(report: &'a Report) -> Self {
        let governance = &report.governance;
        let (source, name) = match &governance.origin {
            Origin::Lock(name) => ("lock", Some(name.as_str())),
            Origin::PriorState => ("prior_state", None),
            Origin::Files(name) => ("files", Some(name.as_str())),
        };
        Self {
            source,
            name,
            digest: governance.digest.as_deref(),
            serial: governance.serial,
            pinned: governance.pinned,
        }
    }
}

impl<'a> EnvelopeView<'a> {
    fn of(seen: &'a crate::report::EnvelopeSeen) -> Self {
        let crate::report::EnvelopeSeen { name, digest, changes, cannot_tell, objects } = seen;
        Self { name, digest, objects: *objects, changes: *changes, cannot_tell: *cannot_tell }
    }
}

impl<'a> FindingView<'a> {
    fn of(finding: &'a Finding) -> Self {
        let rule = RULES.iter().find(|rule| rule.id == finding.rule);
        Self {
            rule: finding.rule,
            dimension: rule.map(|rule| rule.dimension.as_str()),
            effect: finding.effect.id(),
            certainty: match finding.certainty {
                Certainty::Known => "known",
                Certainty::CannotTell => "cannot_tell",
            },
            message: &finding.message,
            why: &finding.why,
            help: finding.help.as_deref(),
            envelope: finding.envelope.as_deref(),
            owner: finding.owner.as_deref(),
            limit: finding.limit.as_ref().map(|limit| LimitView {
                name: &limit.name,
                value: &limit.value,
                excess: limit.excess.as_deref(),
            }),
            slack: &finding.slack,
            passes: finding.passes.as_deref(),
            quorum: finding.quorum.as_deref(),
            accepted: finding.accepted.as_ref().map(|accepted| AcceptanceView {
                owner: &accepted.owner,
                reason: &accepted.reason,
                expires: accepted.expires.to_string(),
            }),
            places: finding.places.iter().map(PlaceView::of).collect(),
        }
    }
}

impl<'a> PlaceView<'a> {
    fn of(place: &'a Place) -> Self {
        Self {
            address: &place.address,
            action: place.action.word(),
            attribute: place.attribute.as_deref(),
            before: place.before.as_ref().map(ShownView::of),
            after: place.after.as_ref().map(ShownView::of),
            diff: place.diff.iter().map(DiffView::of).collect(),
            source: place.source.as_ref().map(|source| SourceView {
                file: &source.file,
                line: source.line,
                column: source.column,
            }),
        }
    }
}

impl<'a> DiffView<'a> {
    fn of(line: &'a DiffLine) -> Self {
        let side = match line.side {
            Side::Removed => "removed",
            Side::Added => "added",
            Side::Both => "both",
            Side::LeftOut => "left_out",
        };
        Self { side, text: &line.text }
    }
}

impl<'a> ShownView<'a> {
    fn of(shown: &'a Shown) -> Self {
        match shown {
            Shown::Text(text) => Self::Known(text),
            Shown::Sensitive => Self::Sensitive,
            Shown::Unknown => Self::Unknown,
            Shown::Absent => Self::Absent,
        }
    }
}
