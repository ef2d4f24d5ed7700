//! From a report to the record of the decision log. What plancheck saw and what the agent says go into different places; values that
//! the plan marks sensitive are in no report and so in no record.

pub mod export;
pub mod parquet;
pub mod quarter;
pub mod row;

use remit_catalog::EvidenceClass;
use remit_decision_log::rationale::Rationale;
use remit_decision_log::record::{
    Actor, Alternatives, Authorization, Chain, Command, Constraint, CostImpact, Decided, Decision, Default_,
    Defaults, Envelope, Evidence, Governance, Predicate, Record, ResultingState, Sha256, State, Subject,
    Surface, Total, Trace, asserted, observed,
};
use remit_governance::change::StateId;
use remit_governance::decimal;
use remit_governance::time::Timestamp;

use crate::consent::catalog_digest;
use crate::defaults::{Audit, Audited, Subjects};
use crate::finding::{Certainty, Effect, Finding};
use crate::report::{Report, TotalSeen};
use crate::rules::RULES;
use crate::text::escape;
use crate::verdict::CheckError;

/// What a report does not say and a record needs.
pub struct Circumstances<'a> {
    /// Id of the record.
    pub id: &'a str,
    /// The clock, whatever instant the plan was judged by.
    pub recorded_at: Timestamp,
    /// Which command decided.
    pub command: Command,
    /// The plan as JSON.
    pub plan: &'a [u8],
    /// What the agent says, where it says anything.
    pub rationale: Option<&'a Rationale>,
    /// Who the caller says took part.
    pub authors: &'a [String],
    /// The state that the plan was made from.
    pub state: Option<&'a StateId>,
    /// The surface as the decision before saw it.
    pub previous_surface: Option<String>,
}

/// The record of a decision.
pub fn decision(report: &Report, about: &Circumstances<'_>) -> Result<Record, CheckError> {
    let digest = remit_governance::Digest::of(about.plan).to_string();
    let sha256 = digest.strip_prefix("sha256:").unwrap_or(&digest).to_owned();
    let said = about.rationale;
    let alternatives = said.and_then(|said| said.alternatives.clone());
    let decision = Decision {
        id: about.id.to_owned(),
        chain: Chain::default(),
        recorded_at: about.recorded_at.to_string(),
        command: about.command,
        decision: observed(decided(report)),
        objective: asserted(said.map(|said| said.objective.clone())),
        alternatives: asserted(Alternatives {
            declared: alternatives.is_some(),
            list: alternatives.unwrap_or_default(),
        }),
        confidence: asserted(said.and_then(|said| said.confidence.clone())),
        constraint: observed(
            report.findings.as_slice().iter().map(|found| constraint(report, found)).collect(),
        ),
        resulting_state: observed(ResultingState {
            digest: report.kept.change.clone(),
            from: about.state.map(|state| State { lineage: state.lineage.clone(), serial: state.serial }),
        }),
        cost_impact: observed(CostImpact::default()),
        actor: observed(actor(report, about.authors)),
        authorization: observed(authorization(report)),
        defaults: observed(defaults(report, about.plan)?),
        surface: observed(Surface {
            fingerprint: report.kept.surface.clone().unwrap_or_default(),
            previous: about.previous_surface.clone(),
        }),
        governance: observed(governance(report)),
        trace: asserted(Trace {
            traceparent: said.and_then(|said| said.traceparent.clone()),
            agent: said.and_then(|said| said.agent.clone()),
        }),
    };
    Ok(Record {
        subject: vec![Subject { name: "plan.json".to_owned(), digest: Sha256 { sha256 } }],
        predicate: Predicate::Decision(Box::new(decision)),
    })
}

fn decided(report: &Report) -> Decided {
    let side = |amount: fn(&TotalSeen) -> Option<remit_governance::Decimal>| {
        let total = |seen: &TotalSeen| Total {
            envelope: seen.envelope.clone(),
            unit: seen.unit.as_str().to_owned(),
            amount: amount(seen).map(decimal::text),
            ceiling: seen.ceiling.map(decimal::text),
        };
        report.kept.totals.iter().map(total).collect()
    };
    let asks = report.findings.as_slice().iter().filter(|finding| finding.effect != Effect::Note);
    let mut materiality: Vec<String> = asks.filter_map(|finding| dimension(finding.rule)).collect();
    materiality.sort_unstable();
    materiality.dedup();
    Decided {
        verdict: report.verdict().id().to_owned(),
        judged_at: report.given.now.to_string(),
        workspace: report.given.workspace.clone(),
        account: report.given.account.clone(),
        actions: report
            .plan
            .actions
            .iter()
            .map(|(action, count)| (action.word().to_owned(), number(*count)))
            .collect(),
        from: side(|seen| seen.before),
        to: side(|seen| seen.after),
        materiality,
    }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn dimension(rule: &str) -> Option<String> {
    RULES.iter().find(|known| known.id == rule).map(|rule| rule.dimension.as_str().to_owned())
}

fn constraint(report: &Report, finding: &Finding) -> Constraint {
    let digest = finding.envelope.as_ref().and_then(|name| {
        report
            .envelopes
            .iter()
            .find(|envelope| envelope.name == *name)
            .map(|envelope| envelope.digest.clone())
    });
    let limit = finding.limit.as_ref();
    Constraint {
        rule: finding.rule.to_owned(),
        effect: finding.effect.id().to_owned(),
        certainty: match finding.certainty {
            Certainty::Known => "known",
            Certainty::CannotTell => "cannot_tell",
        }
        .to_owned(),
        envelope: finding.envelope.clone(),
        digest,
        limit: limit.map(|limit| limit.name.clone()),
        value: limit.map(|limit| escape(&limit.value)),
        margin: limit.and_then(|limit| limit.excess.clone()),
        message: finding.message.clone(),
        addresses: finding.places.iter().map(|place| escape(&place.address)).collect(),
        accepted_by: finding.accepted.as_ref().map(|accepted| escape(&accepted.owner)),
    }
}

fn actor(report: &Report, authors: &[String]) -> Actor {
    let found = report.actor.as_ref();
    let evidence = found.map(|actor| actor.evidence.as_slice()).unwrap_or_default();
    let class = found.and_then(crate::actor::Actor::class).map_or("none", EvidenceClass::as_str);
    Actor {
        class: class.to_owned(),
        names: found.map(crate::actor::Actor::names).unwrap_or_default().into_iter().map(escape).collect(),
        evidence: evidence
            .iter()
            .map(|evidence| Evidence {
                class: evidence.class.as_str().to_owned(),
                agent: escape(&evidence.agent),
                signal: evidence.signal.clone(),
                found_in: escape(&evidence.found_in),
                value: escape(&evidence.value),
            })
            .collect(),
        authors: authors.iter().map(|author| escape(author)).collect(),
    }
}

fn authorization(report: &Report) -> Authorization {
    if let Some(asked) = &report.kept.authorization {
        return asked.clone();
    }
    let standing = if report.findings.as_slice().iter().any(|finding| finding.effect != Effect::Note) {
        "not_asked"
    } else {
        "not_needed"
    };
    Authorization { standing: standing.to_owned(), ..Authorization::default() }
}

/// The vendor defaults that are certainly relied on; the plan is read once more for them.
fn defaults(report: &Report, plan: &[u8]) -> Result<Defaults, CheckError> {
    let today = remit_governance::time::today(report.given.now);
    let plans = [Audited { name: "", bytes: plan }];
    let audit = Audit::of(&Subjects { plans: &plans, pins: &[] }, &[], today)?;
    let mut relied_on = Vec::new();
    for (entry, row) in audit.entries.iter().filter_map(|entry| Some((entry, entry.about.row()?))) {
        relied_on.extend(entry.places.iter().map(|(_, address)| Default_ {
            id: row.id.to_owned(),
            address: escape(address),
            attribute: row.attribute_path.to_owned(),
            vendor_default: row.vendor_default.get().to_owned(),
        }));
    }
    Ok(Defaults { not_judged: None, relied_on })
}

fn governance(report: &Report) -> Governance {
    let governs = report.envelopes.iter().filter(|envelope| envelope.objects > 0);
    Governance {
        lock: report.governance.digest.clone(),
        serial: report.governance.serial,
        pinned: report.governance.pinned,
        catalog: catalog_digest().to_string(),
        envelopes: governs
            .map(|envelope| Envelope {
                name: envelope.name.clone(),
                digest: envelope.digest.clone(),
                changes: number(envelope.changes),
            })
            .collect(),
        not_judged: report
            .not_judged
            .iter()
            .map(|left| match &left.envelope {
                Some(name) => format!("{} of `{}`: {}", left.what, escape(name), left.why),
                None => format!("{}: {}", left.what, left.why),
            })
            .collect(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// A record for people and programs, with nothing in it that could deceive a terminal.
pub fn shown(record: &serde_json::Value) -> String {
    crate::render::json::written(record)
}
