//! Governance drift: whether every approved limit is still at least as tight as it was approved, still attached, and still able to act.
//!
//! Pure, like a check: refresh-only plans, the lock they were approved as, and the time go in; a [`Report`] comes out. Nothing here, nor
//! anything that this crate is linked with, can call a cloud. Exit codes of other tools are never read, and what a state says was wanted
//! is not believed: the lock is.

mod accepted;
pub mod class;
mod controls;
mod declarations;
mod previous;
mod quotas;
pub mod report;
mod seen;
mod trail;
mod workload;

use std::collections::{BTreeMap, BTreeSet};

use remit_governance::control::aws::{Control, compile};
use remit_governance::time::{Duration, parse_instant};
use remit_governance::{Envelope, Lock};

pub use accepted::Accepted;
pub use previous::Previous;
pub use trail::{Event, Mark, Trail, Who};

use crate::plan::Plan;
use crate::report::{Given, GovernanceSeen, NotJudged, Origin};
use crate::text::escape;
use crate::verdict::CheckError;
use class::Class;
use controls::{Compared, untold};
use report::{Checked, Drift, Object, Part, PlanSeen, Report};
use seen::{SeenControl, SeenEnvelope};

/// A plan that is in memory, and what the caller calls it.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// A path, for the report.
    pub name: &'a str,
    /// The JSON.
    pub bytes: &'a [u8],
}

/// Everything that a run is judged by.
#[derive(Debug)]
pub struct Asked<'a> {
    /// Refresh-only plans of the governance.
    pub governance: &'a [Named<'a>],
    /// Refresh-only plans of workloads.
    pub workloads: &'a [Named<'a>],
    /// What it was approved as.
    pub lock: &'a Lock,
    /// What the caller calls the lock.
    pub lock_name: &'a str,
    /// Whether a pinned trust root vouches for the lock.
    pub pinned: bool,
    /// What the plans cannot tell.
    pub given: Given,
    /// How old a plan may be.
    pub max_age: Duration,
    /// Who did what, where somebody exported it.
    pub trail: Option<&'a Trail>,
    /// What somebody accepted.
    pub accepted: Option<&'a Accepted>,
    /// The run before.
    pub previous: Option<&'a Previous>,
}

/// Judges what there is by what was approved.
pub fn judge(asked: &Asked<'_>) -> Result<Report, CheckError> {
    let envelopes = asked.lock.envelopes();
    if envelopes.is_empty() {
        return Err(CheckError::new("the governance lock has no envelope to judge by"));
    }
    let mut run = Run::new(asked)?;
    for plan in asked.governance {
        let read = seen::governance(plan.bytes)?;
        run.plans.push(plan_seen(plan.name, false, &read.plan, asked)?);
        run.partial |= read.plan.complete == Some(false);
        run.seen.extend(read.envelopes);
    }
    run.declarations();
    if asked.governance.is_empty() {
        run.without_governance();
    } else {
        run.envelopes();
    }
    for plan in asked.workloads {
        let judged = workload::judge(plan.bytes, envelopes, &asked.given)?;
        run.plans.push(plan_seen(plan.name, true, &judged.plan, asked)?);
        run.workload(plan.name, judged);
    }
    Ok(run.report())
}

/// A plan in the report; an old one is refused, since it says what there was.
fn plan_seen(name: &str, workload: bool, plan: &Plan, asked: &Asked<'_>) -> Result<PlanSeen, CheckError> {
    if let Some(made) = plan.timestamp.as_deref().and_then(|text| parse_instant(text).ok()) {
        let age = asked.given.now.as_second().saturating_sub(made.as_second());
        if u64::try_from(age).is_ok_and(|age| age > asked.max_age.seconds()) {
            let message =
                format!("`{}` was made at {made}, which is more than {} ago", escape(name), asked.max_age);
            return Err(CheckError::new(message).with_help(
                "refresh again: `terraform plan -refresh-only -out refresh.tfplan`, or raise `--max-age`",
            ));
        }
    }
    Ok(PlanSeen {
        name: name.to_owned(),
        workload,
        terraform_version: plan.terraform_version.clone(),
        made: plan.timestamp.clone(),
        drifted: plan.drift.count,
    })
}

/// One run, as it goes.
struct Run<'a> {
    asked: &'a Asked<'a>,
    /// What each envelope should have come to, in the order of the lock.
    approved: Vec<Vec<Control>>,
    /// Names of all controls that anybody declares.
    declared: BTreeSet<String>,
    plans: Vec<PlanSeen>,
    /// Whether a plan left something out.
    partial: bool,
    seen: Vec<SeenEnvelope>,
    /// By envelope; what belongs to none comes last.
    checked: Vec<Vec<Checked>>,
    drift: Vec<Vec<Drift>>,
    not_judged: Vec<NotJudged>,
}

impl<'a> Run<'a> {
    fn new(asked: &'a Asked<'a>) -> Result<Self, CheckError> {
        let envelopes = asked.lock.envelopes();
        let approved =
            envelopes.iter().map(|envelope| compiled(asked.lock, envelope)).collect::<Result<Vec<_>, _>>()?;
        let declared = approved.iter().flatten().map(|control| control.name.clone()).collect();
        let none = envelopes.len();
        Ok(Self {
            asked,
            approved,
            declared,
            plans: Vec::new(),
            partial: false,
            seen: Vec::new(),
            checked: vec![Vec::new(); none + 1],
            drift: vec![Vec::new(); none + 1],
            not_judged: Vec::new(),
        })
    }

    /// Takes what was found of one object.
    fn take(&mut self, index: usize, outcome: controls::Outcome) {
        if let Some(checked) = self.checked.get_mut(index) {
            checked.extend(outcome.checked);
        }
        if let Some(drift) = self.drift.get_mut(index) {
            drift.extend(outcome.drift);
        }
    }

    fn take_one(&mut self, index: usize, (object, drift): (Object, Vec<Drift>)) {
        let mut outcome = controls::Outcome::default();
        outcome.take(object, drift);
        self.take(index, outcome);
    }

    /// Declarations that end by themselves.
    fn declarations(&mut self) {
        let (lock, now) = (self.asked.lock, self.asked.given.now);
        for (index, envelope) in lock.envelopes().iter().enumerate() {
            for approver in declarations::approvers(lock, envelope) {
                self.take_one(index, declarations::approver(&approver, envelope, now));
            }
        }
        for decided in lock.overrides() {
            let of = |envelope: &Envelope| decided.envelope == Some(envelope.digest());
            let index = lock.envelopes().iter().position(of).unwrap_or(lock.envelopes().len());
            self.take_one(index, declarations::decision(decided, now));
        }
    }

    /// What the plans of the governance say of each envelope.
    fn envelopes(&mut self) {
        let asked = self.asked;
        let seen = std::mem::take(&mut self.seen);
        for (index, envelope) in asked.lock.envelopes().iter().enumerate() {
            let approved = self.approved.get(index).cloned().unwrap_or_default();
            let mine: Vec<&SeenEnvelope> = seen.iter().filter(|seen| seen.name == envelope.name).collect();
            if mine.is_empty() {
                self.absent(index, envelope, &approved);
            }
            for seen in &mine {
                self.take_one(index, declarations::in_force(envelope, seen, asked.given.now));
                let compared = Compared { approved: &approved, seen, declared: &self.declared };
                let mut outcome = controls::judge(&compared);
                for (object, drift) in quotas::judge(seen) {
                    outcome.take(object, drift);
                }
                self.attribute(&mut outcome, envelope, seen);
                self.take(index, outcome);
            }
            if self.partial && !mine.is_empty() {
                let object = Object::new("envelope", envelope.name.clone());
                let why = "a plan left something out, so what it shows may be old";
                self.take_one(index, (object.clone(), vec![untold(&object, why).field("complete")]));
            }
        }
        let known =
            |seen: &&SeenEnvelope| asked.lock.envelopes().iter().any(|envelope| envelope.name == seen.name);
        for seen in seen.iter().filter(|seen| !known(seen)) {
            let object =
                Object { address: Some(seen.address.clone()), ..Object::new("envelope", seen.name.clone()) };
            let message = format!(
                "the envelope `{}` is in the state, and the lock does not have it",
                escape(&seen.name)
            );
            let drift = Drift::new(Class::UnmanagedControl, object.clone(), message)
                .because("nobody can tell whether it was approved; it only restricts")
                .help("add it to the lock, or remove it");
            self.take_one(asked.lock.envelopes().len(), (object, vec![drift]));
        }
    }

    /// An envelope that no plan has: nobody looked at what it became.
    fn absent(&mut self, index: usize, envelope: &Envelope, approved: &[Control]) {
        let why =
            "no plan has it: it may have been forgotten, or it is in another root, whose plan was not given";
        let whole = Object::new("envelope", envelope.name.clone());
        self.take_one(index, (whole.clone(), vec![untold(&whole, why)]));
        for control in approved {
            let object = controls::object(control);
            self.take_one(index, (object.clone(), vec![untold(&object, why)]));
        }
    }

    /// Without a plan of the governance, nothing is said of any control.
    fn without_governance(&mut self) {
        for (envelope, approved) in self.asked.lock.envelopes().iter().zip(&self.approved) {
            if !approved.is_empty() {
                self.not_judged.push(NotJudged {
                    what: format!("{} controls", approved.len()),
                    envelope: Some(envelope.name.clone()),
                    why: "no plan of the governance is given".to_owned(),
                });
            }
        }
    }

    fn workload(&mut self, name: &str, judged: workload::Judged) {
        let none = self.asked.lock.envelopes().len();
        let workload::Judged { checked, drift, names, ungoverned, plan } = judged;
        if plan.complete == Some(false) {
            let why = "the plan left something out, so what drifted there is not told";
            self.not_judged.push(NotJudged {
                what: format!("all of `{}`", escape(name)),
                envelope: None,
                why: why.to_owned(),
            });
        }
        for (index, checked) in checked {
            if let Some(list) = self.checked.get_mut(index.unwrap_or(none)) {
                list.push(checked);
            }
        }
        for (index, mut drift) in drift {
            let envelope = index.and_then(|index| self.asked.lock.envelopes().get(index));
            if let (Some(trail), Some(envelope)) = (self.asked.trail, envelope) {
                let called = drift.object.address.as_ref().and_then(|address| names.get(address));
                drift.who = Some(trail.of_resource(called.map(Vec::as_slice).unwrap_or_default(), envelope));
            }
            if let Some(list) = self.drift.get_mut(index.unwrap_or(none)) {
                list.push(drift);
            }
        }
        if ungoverned > 0 {
            let why = "no envelope covers them".to_owned();
            self.not_judged.push(NotJudged {
                what: format!("{ungoverned} drifted objects of `{}`", escape(name)),
                envelope: None,
                why,
            });
        }
    }

    /// Who changed what, where a trail says.
    fn attribute(&self, outcome: &mut controls::Outcome, envelope: &Envelope, seen: &SeenEnvelope) {
        let Some(trail) = self.asked.trail else { return };
        for drift in outcome.drift.iter_mut().filter(|drift| drift.class != Class::Unverifiable) {
            let object = &drift.object;
            let of = |control: &&SeenControl| control.kind_word == object.kind && control.name == object.name;
            // One that is gone is known by what it was.
            let all = seen.controls.iter().chain(&seen.before);
            let control = all.filter(of).max_by_key(|control| control.id.is_some());
            drift.who = Some(trail.of_control(object, control, envelope));
        }
    }

    fn report(self) -> Report {
        let Self { asked, plans, checked, drift, mut not_judged, .. } = self;
        not_judged.sort();
        let names = asked.lock.envelopes().iter().map(Some).chain([None]);
        let parts =
            names.zip(checked).zip(drift).map(|((envelope, checked), drift)| part(envelope, checked, drift));
        let mut report = Report {
            now: asked.given.now,
            plans,
            governance: GovernanceSeen {
                origin: Origin::Lock(asked.lock_name.to_owned()),
                digest: Some(asked.lock.digest().to_string()),
                serial: Some(asked.lock.serial()),
                pinned: asked.pinned,
            },
            parts: parts.filter(|part| part.envelope.is_some() || !part.checked.is_empty()).collect(),
            not_judged,
            accepted: None,
            acceptance_notes: Vec::new(),
            previous: None,
            events: asked.trail.map(|trail| trail.events.len()),
        };
        number(&mut report);
        if let Some(previous) = asked.previous {
            previous.compare(&mut report);
        }
        if let Some(accepted) = asked.accepted {
            accepted.apply(&mut report);
        }
        for part in &mut report.parts {
            part.drift.sort_by(|a, b| a.rank().cmp(&b.rank()));
        }
        report
    }
}

fn part(envelope: Option<&Envelope>, mut checked: Vec<Checked>, mut drift: Vec<Drift>) -> Part {
    checked.sort();
    // The same thing beside two controls is one thing.
    drift.sort_by(|a, b| a.rank().cmp(&b.rank()));
    drift.dedup_by(|a, b| {
        a.class == Class::UnmanagedControl
            && (a.class, &a.object.name, &a.object.kind) == (b.class, &b.object.name, &b.object.kind)
    });
    Part {
        envelope: envelope.map(|envelope| envelope.name.clone()),
        digest: envelope.map(|envelope| envelope.digest().to_string()),
        owner: envelope.map(|envelope| envelope.owner.email.to_string()),
        checked,
        drift,
        over: Vec::new(),
    }
}

/// Gives everything its fingerprint.
fn number(report: &mut Report) {
    let now = report.now.to_string();
    let mut seen: BTreeMap<[String; 7], usize> = BTreeMap::new();
    for part in &mut report.parts {
        let envelope = part.envelope.clone().unwrap_or_default();
        for drift in &mut part.drift {
            let identity = drift.identity(&envelope);
            let again = seen.entry(identity.clone()).and_modify(|count| *count += 1).or_insert(0);
            drift.fingerprint = report::fingerprint(&identity, *again);
            let who = drift.who.as_ref().filter(|who| !who.events.is_empty());
            drift.attributed = who.map(Who::words);
            drift.first_seen.clone_from(&now);
        }
    }
}

/// What an envelope should have come to. One that a plan would refuse cannot be in force.
fn compiled(lock: &Lock, envelope: &Envelope) -> Result<Vec<Control>, CheckError> {
    match compile(envelope, &declarations::approvers(lock, envelope)) {
        None => Ok(Vec::new()),
        Some(Ok(compiled)) => Ok(compiled.controls),
        Some(Err(faults)) => {
            let error =
                CheckError::new(format!("the envelope `{}` comes to no controls", escape(&envelope.name)));
            Err(faults.iter().fold(error, |error, fault| error.with_why(escape(&fault.to_string()))))
        }
    }
}
