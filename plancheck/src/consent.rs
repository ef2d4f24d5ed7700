//! From findings to people: whose consent a plan needs, what exactly they sign, and whether they have. The judging of
//! signatures is `remit_governance`'s; here is what a plan asks of it. Pure: files, clock and keys are the caller's.

mod governance;
mod recorded;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use remit_governance::approval::{
    Growth, Outcome, Policy, Question, Request, Signed, Statement, Subject, judge,
};
use remit_governance::change::{FindingSeen, Material, Setting, StateId};
use remit_governance::history::Unapproved;
use remit_governance::time::{Date, Timestamp, today};
use remit_governance::{Digest, Dimension, Lock, TrustRoot};

use crate::finding::{Acceptance, Effect, Findings};
use crate::report::Report;
use crate::rules::RULES;
use crate::text::escape;
use crate::verdict::CheckError;

pub use text::{request as request_text, standing as standing_text};

/// What approvals of a plan are judged with.
pub struct Desk<'a> {
    /// The trust root; pinned, where what is found decides anything.
    pub trust: &'a TrustRoot,
    /// The governance in force.
    pub lock: &'a Lock,
    /// Everything signed that was handed in.
    pub signed: &'a [Signed],
    /// The state that the plan would change; absent before the first apply.
    pub state: Option<StateId>,
    /// Who took part in the change, as the caller knows.
    pub authors: BTreeSet<String>,
    /// Requests that were used up.
    pub consumed: BTreeSet<String>,
    /// Whether the emergency rule is asked for.
    pub break_glass: bool,
}

/// A plan as far as it is approved.
pub struct Case {
    material: Material,
    setting: Setting,
    policies: Vec<Policy>,
    transitions: Vec<Unapproved>,
    audience: String,
    now: Timestamp,
}

/// What the approvals at hand come to, for the request that got furthest.
pub struct Answer {
    /// The request; absent when nothing was signed for this plan.
    pub request: Option<String>,
    /// Per set of rules, what they come to.
    pub outcomes: Vec<(Policy, Outcome)>,
    /// Whether all of them agreed.
    pub granted: bool,
}

impl Case {
    /// Takes a plan and the report on it. A plan that is denied is no case: nobody can open it.
    pub fn of(report: &Report, plan: &[u8], desk: &Desk<'_>) -> Result<Self, CheckError> {
        let mut changes = Vec::new();
        let material = Material::read(plan, |entry| changes.extend(governance::Changed::of(entry, desk)));
        let material = material.map_err(|error| {
            CheckError::new(error.to_string()).with_help(
                "give the plan as `terraform show -json` writes it, in UTF-8 and without anything around it",
            )
        })?;
        let now = report.given.now;
        Ok(Self {
            setting: setting(report, desk),
            policies: policies(&report.findings, desk, now)?,
            transitions: governance::transitions(&changes, desk, now)?,
            audience: audience(report, desk),
            material,
            now,
        })
    }

    /// Whether anybody has to be asked.
    pub fn needs_nobody(&self) -> bool {
        self.policies.is_empty() && self.transitions.is_empty()
    }

    /// All rules that ask, those of the plan before those of changes of governance.
    pub fn policies(&self) -> Vec<&Policy> {
        self.policies.iter().chain(self.transitions.iter().map(|transition| &transition.policy)).collect()
    }

    /// The request, for an id that nobody could guess. `made` is when it was asked for first.
    pub fn request(&self, id: &str, made: Timestamp, desk: &Desk<'_>, report: &Report) -> Request {
        let all = self.policies.iter().chain(self.transitions.iter().map(|transition| &transition.policy));
        let mut under: Vec<_> = all.clone().map(|policy| policy.under.clone()).collect();
        under.sort();
        under.dedup();
        let shortest = all.map(|policy| policy.expires_after.seconds()).min().unwrap_or(0);
        let expires = i64::try_from(shortest).ok().and_then(|seconds| made.as_second().checked_add(seconds));
        let digest = (!self.policies.is_empty()).then(|| self.material.digest(id, &self.setting));
        Request {
            id: id.to_owned(),
            audience: self.audience.clone(),
            change: digest,
            transitions: self.transitions.iter().map(|transition| transition.moved.clone()).collect(),
            under,
            requested_at: made,
            expires_at: expires.and_then(|at| Timestamp::from_second(at).ok()).unwrap_or(made),
            workspace: self.setting.workspace.clone(),
            account: self.setting.account.clone(),
            state: self.setting.state.clone(),
            authors: desk.authors.clone(),
            growth: None,
            break_glass: desk.break_glass,
            summary: text::summary(report),
        }
    }

    /// Judges what was signed: each request by itself, and of them the one that gets furthest is told.
    pub fn answer(&self, desk: &Desk<'_>) -> Answer {
        let mut best = self.answer_to(None, desk);
        for request in requests(desk.signed) {
            let answer = self.answer_to(Some(request), desk);
            let reached =
                |answer: &Answer| answer.outcomes.iter().filter(|(_, outcome)| outcome.is_granted()).count();
            let counted = |answer: &Answer| {
                answer.outcomes.iter().map(|(_, outcome)| outcome.counted.len()).sum::<usize>()
            };
            let rank = |answer: &Answer| (answer.granted, reached(answer), counted(answer));
            if rank(&answer) > rank(&best) || best.request.is_none() && about(&answer) {
                best = answer;
            }
        }
        best
    }

    /// Adds to a report what the decision log keeps of this.
    pub fn keep(&self, report: &mut Report, answer: &Answer, desk: &Desk<'_>) {
        report.kept.authorization = Some(recorded::authorization(self, answer, desk));
        report.kept.change = Some(self.material.digest("", &self.setting).to_string());
    }

    fn answer_to(&self, request: Option<String>, desk: &Desk<'_>) -> Answer {
        let digest = self.material.digest(request.as_deref().unwrap_or_default(), &self.setting);
        let question = Question {
            subject: Subject::Change(digest),
            audience: Some(&self.audience),
            authors: &desk.authors,
            growth: if self.asks_money() { Growth::Unknown } else { Growth::NotAsked },
            now: Some(self.now),
            consumed: &desk.consumed,
        };
        let outcomes: Vec<(Policy, Outcome)> = self
            .policies
            .iter()
            .map(|policy| (policy.clone(), judge(&question, policy, desk.signed)))
            .collect();
        let granted = !outcomes.is_empty() && outcomes.iter().all(|(_, outcome)| outcome.is_granted());
        Answer { request, outcomes, granted }
    }

    /// No version of this program knows yet what a plan costs, so a question about money is one that nobody can answer.
    fn asks_money(&self) -> bool {
        self.setting.findings.iter().any(|finding| dimension(&finding.rule) == Some(Dimension::Cost))
    }
}

/// Whether anything signed was about this plan at all.
fn about(answer: &Answer) -> bool {
    use remit_governance::approval::{Reason, Standing};
    answer.outcomes.iter().any(|(_, outcome)| {
        !matches!(outcome.standing, Standing::Missing(_))
            || !outcome.counted.is_empty()
            || outcome.void.iter().any(|void| void.refusal.reason != Reason::OtherChange)
    })
}

fn requests(signed: &[Signed]) -> BTreeSet<String> {
    let of = |signed: &Signed| match signed.statement() {
        Statement::Approval(approval) => Some(approval.request.clone()),
        Statement::Delegation(_) => None,
    };
    signed.iter().filter_map(of).collect()
}

/// Marks what people have agreed to in the report: it is told and does not count any more.
pub fn accept(report: &mut Report, answer: &Answer) {
    if !answer.granted {
        return;
    }
    let mut people: BTreeSet<String> = BTreeSet::new();
    let mut last: Option<Date> = None;
    for (_, outcome) in &answer.outcomes {
        people.extend(outcome.counted.iter().map(|vote| vote.email.to_string()));
        if let remit_governance::approval::Standing::Granted { until, .. } = &outcome.standing {
            let day = today(*until);
            last = Some(last.map_or(day, |last| last.min(day)));
        }
    }
    let acceptance = Acceptance {
        owner: people.into_iter().collect::<Vec<_>>().join(", "),
        reason: format!("approved under request {}", answer.request.as_deref().unwrap_or_default()),
        expires: last.unwrap_or_else(|| today(report.given.now)),
    };
    let accept = |finding: &crate::finding::Finding| {
        let mut finding = finding.clone();
        if finding.counts_as() == Effect::Consent {
            finding.accepted = Some(acceptance.clone());
        }
        finding
    };
    report.findings = Findings::new(report.findings.as_slice().iter().map(accept).collect());
}

/// Tells of emergencies that nobody has reviewed. They hold nothing up: an emergency that blocks the next change would make
/// the next emergency.
pub fn remind(report: &mut Report, unreviewed: &[String]) {
    let finding = |request: &String| {
        crate::finding::Finding::new(
            "break-glass-unreviewed",
            Effect::Note,
            format!(
                "a change was applied under the emergency rule, and nobody has reviewed it: request {request}"
            ),
        )
        .help(format!("review it, then put a file `{request}.reviewed` into the ledger that says who did"))
    };
    let all = report.findings.as_slice().iter().cloned().chain(unreviewed.iter().map(finding));
    report.findings = Findings::new(all.collect());
}

/// The digest of the catalog that this program judges with.
pub fn catalog_digest() -> Digest {
    let all: Vec<&str> = remit_catalog::texts().collect();
    Digest::of(all.join("\0").as_bytes())
}

fn setting(report: &Report, desk: &Desk<'_>) -> Setting {
    let findings = report.findings.as_slice().iter().filter(|finding| finding.effect != Effect::Note);
    Setting {
        governance: desk.lock.digest(),
        catalog: catalog_digest(),
        price_book: None,
        workspace: report.given.workspace.clone(),
        account: report.given.account.clone(),
        state: desk.state.clone(),
        findings: findings
            .map(|finding| FindingSeen {
                rule: finding.rule.to_owned(),
                verdict: finding.effect.id().to_owned(),
                envelope: finding.envelope.clone(),
                addresses: finding.places.iter().map(|place| place.address.clone()).collect(),
                message: finding.message.clone(),
            })
            .collect(),
    }
}

/// One line that says where; approvals carry it, and are void elsewhere.
fn audience(report: &Report, desk: &Desk<'_>) -> String {
    let part = |name: &str, value: Option<&str>| format!("{name} {}", value.unwrap_or("not given"));
    let lineage = desk.state.as_ref().map(|state| state.lineage.as_str());
    [
        part("workspace", report.given.workspace.as_deref()),
        part("account", report.given.account.as_deref()),
        part("state", lineage),
    ]
    .join(", ")
}

fn dimension(rule: &str) -> Option<Dimension> {
    RULES.iter().find(|known| known.id == rule).map(|rule| rule.dimension)
}

/// Whose rules decide: of each envelope that asks, for the dimensions it asks about; of the trust root where a finding
/// names no envelope.
fn policies(findings: &Findings, desk: &Desk<'_>, now: Timestamp) -> Result<Vec<Policy>, CheckError> {
    let mut asked: BTreeMap<Option<&str>, BTreeSet<Dimension>> = BTreeMap::new();
    for finding in findings.as_slice().iter().filter(|finding| finding.counts_as() == Effect::Consent) {
        let dimensions = asked.entry(finding.envelope.as_deref()).or_default();
        dimensions.extend(dimension(finding.rule));
    }
    let known = desk.lock.voters(desk.trust, desk.signed);
    let revoked = &desk.trust.root().revoked_keys;
    let mut policies = Vec::new();
    for (name, dimensions) in asked {
        let Some(name) = name else {
            policies.push(desk.trust.root().policy(today(now)));
            continue;
        };
        let envelope =
            desk.lock.envelopes().iter().find(|envelope| envelope.name == name).ok_or_else(|| {
                CheckError::new(format!(
                    "the envelope `{}` asks for consent and is not in the lock",
                    escape(name)
                ))
            })?;
        let dimensions: Vec<Dimension> = dimensions.into_iter().collect();
        let policy =
            Policy::of_envelope(envelope, &dimensions, &known, revoked, today(now)).map_err(|faults| {
                let error =
                    CheckError::new(format!("nobody can approve under the envelope `{}`", escape(name)));
                faults.iter().fold(error, |error, fault| error.with_why(escape(&fault.to_string())))
            })?;
        policies.push(policy);
    }
    if desk.break_glass {
        policies = policies.iter().map(Policy::in_emergency).collect();
    }
    Ok(policies)
}

/// The chain from the pinned trust root to the lock, or why there is none.
pub fn prove(lock: &Lock, trust: &TrustRoot) -> Result<(), CheckError> {
    let unproven = lock.unproven(trust);
    if unproven.is_empty() {
        return Ok(());
    }
    let error = CheckError::new("the governance lock does not follow from the pinned trust root");
    let error = unproven.iter().fold(error, |error, why| error.with_why(escape(why)));
    Err(error
        .with_help("apply the governance with approvals, and give `histories` to `remit_governance_lock`"))
}
