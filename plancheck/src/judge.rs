//! One check from end to end: read, gather, judge, report.

mod decided;
mod kept;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::rc::Rc;

use remit_governance::Envelope;
use remit_governance::limits::Growth;
use remit_governance::time::{Timestamp, today};

use crate::actor::{self, Traces};
use crate::change::Collector;
use crate::declared::{Declared, WrittenFile};
use crate::facts::{self, Asked, Facts, Resource};
use crate::finding::{Finding, Findings};
use crate::governed::{self, Cover};
use crate::past::Past;
use crate::plan::{self, Action, Plan, Wanted};
use crate::report::{
    EnvelopeSeen, Given, GovernanceSeen, Kept, NotJudged, Origin, PlanSeen, Report, RuleApplied,
};
use crate::rules::{self, Context, RULES};
use crate::source::Index;
use crate::text::escape;
use crate::verdict::CheckError;
use crate::why::{Known, Why};

/// The plan to judge.
pub enum PlanInput<'a> {
    /// In memory.
    Bytes(&'a [u8]),
    /// Read once, in memory that does not grow with what the rules do not need.
    Stream(&'a mut dyn Read),
}

/// Where governance comes from.
#[derive(Debug, Clone, Copy)]
pub enum Governance<'a> {
    /// The bytes of a governance lock, and what the caller calls it.
    Lock {
        /// A path, for the report.
        name: &'a str,
        /// The lock.
        bytes: &'a [u8],
    },
    /// The `remit_*` objects in the prior state of the plan.
    PriorState,
    /// `.tf` files that declare it, for work on governance before it is applied, and what the caller calls them.
    Files {
        /// A path, for the report.
        name: &'a str,
        /// The files.
        files: &'a [WrittenFile],
    },
}

/// What is given beside a plan and its governance.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// The files the plan was made from.
    pub source: Option<&'a Index>,
    /// What there is about whoever acted.
    pub traces: Option<&'a Traces>,
    /// Earlier decisions, where a log is given.
    pub past: Option<&'a Past>,
    /// Whether whoever proposes the change says why.
    pub rationale: bool,
    /// Whether a lock without any envelope will do: where people are asked for the first governance. Never where something is allowed by it.
    pub first: bool,
}

/// The attributes that facts are read from.
struct Needed {
    asked: Asked,
    prior_state: bool,
}

impl Wanted for Needed {
    fn attributes(&self, resource_type: &str) -> Vec<String> {
        self.asked.attributes(resource_type)
    }

    fn members(&self, resource_type: &str, attribute: &str) -> Option<&BTreeSet<String>> {
        self.asked.members(resource_type, attribute)
    }

    fn keeps_null(&self, resource_type: &str, attribute: &str) -> bool {
        self.asked.keeps_null(resource_type, attribute)
    }

    fn prior_state(&self) -> bool {
        self.prior_state
    }
}

/// Judges a plan by the governance in force before it.
pub fn check(plan: PlanInput<'_>, governance: Governance<'_>, given: Given) -> Result<Report, CheckError> {
    check_beside(plan, governance, Beside::default(), given)
}

/// Judges a plan by the governance in force before it, with what else is known of it.
pub fn check_beside(
    plan: PlanInput<'_>,
    governance: Governance<'_>,
    beside: Beside<'_>,
    given: Given,
) -> Result<Report, CheckError> {
    let Evidence { facts, declared, origin, seen } = gather(plan, governance, beside)?;
    Ok(report(&facts, &declared, origin, seen, given))
}

/// Everything that touched the objects at an address, which may be a pattern. Judges as [`check_beside`] does.
pub fn why(
    plan: PlanInput<'_>,
    governance: Governance<'_>,
    beside: Beside<'_>,
    given: Given,
    address: &str,
) -> Result<Why, CheckError> {
    let Evidence { facts, declared, origin, seen } = gather(plan, governance, beside)?;
    let envelopes = declared.envelopes.as_slice();
    let covers = governed::cover(&facts.resources, envelopes, &given);
    let report = report(&facts, &declared, origin, seen, given);
    Why::of(&Known { facts: &facts, envelopes, covers: &covers, report: &report }, address)
}

/// What was read, before anything is judged.
struct Evidence<'a> {
    facts: Facts,
    declared: Declared,
    origin: Origin,
    seen: Seen<'a>,
}

fn gather<'a>(
    plan: PlanInput<'_>,
    governance: Governance<'_>,
    beside: Beside<'a>,
) -> Result<Evidence<'a>, CheckError> {
    // A lock is read first: without governance there is no reason to read a plan of any size.
    let locked = match governance {
        Governance::Lock { bytes, .. } if beside.first => Some(Declared::from_first_lock(bytes)?),
        Governance::Lock { bytes, .. } => Some(Declared::from_lock(bytes)?),
        Governance::Files { files, .. } => Some(Declared::from_files(files)?),
        Governance::PriorState => None,
    };
    let asked = rules::asked(locked.as_ref());
    let mut needed = Needed { asked, prior_state: locked.is_none() };
    let mut actions: BTreeMap<Action, usize> = BTreeMap::new();
    let mut collector = Collector::default();
    let mut sink = |entry: plan::ResourceChange| {
        *actions.entry(entry.change.action).or_default() += 1;
        collector.take(entry);
        Ok(())
    };
    let mut read = match plan {
        PlanInput::Bytes(bytes) => plan::read_bytes(bytes, &needed, &mut sink)?,
        PlanInput::Stream(reader) => plan::read_stream(reader, &needed, &mut sink)?,
    };
    let declared = if let Some(declared) = locked {
        declared
    } else {
        let declared = Declared::from_prior_state(&read.prior)?;
        needed.asked = rules::asked_late(needed.asked, &declared);
        declared
    };
    let facts = facts::gather(collector.changes, &mut read, beside.source, &needed.asked)?;
    let origin = match governance {
        Governance::Lock { name, .. } => Origin::Lock(name.to_owned()),
        Governance::PriorState => Origin::PriorState,
        Governance::Files { name, .. } => Origin::Files(name.to_owned()),
    };
    let seen = Seen { plan: read, actions, beside };
    Ok(Evidence { facts, declared, origin, seen })
}

struct Seen<'a> {
    plan: Plan,
    actions: BTreeMap<Action, usize>,
    beside: Beside<'a>,
}

fn report(facts: &Facts, declared: &Declared, origin: Origin, seen: Seen<'_>, given: Given) -> Report {
    let envelopes = declared.envelopes.as_slice();
    let covers = governed::cover(&facts.resources, envelopes, &given);
    let footprints = governed::footprints(facts, &covers, envelopes);
    let beyond = governed::cover_beyond(facts, &covers, envelopes, &given);
    let past = seen.beside.past.map(|past| past.about(given.workspace.as_deref(), given.account.as_deref()));
    let context = Context {
        facts,
        envelopes,
        covers: &covers,
        footprints: &footprints,
        beyond: &beyond,
        declared,
        past: past.as_ref(),
        rationale: seen.beside.rationale,
        now: given.now,
        today: today(given.now),
    };
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| (rule.check)(&context)).collect();
    attribute(&mut findings, envelopes);
    let mut not_judged = not_judged(envelopes, seen.plan.drift.count);
    not_judged.extend(over_time(envelopes, past.as_ref(), given.now));
    not_judged.extend(declared.left_out.iter().map(|module| NotJudged {
        what: format!("declarations in `{}`", escape(module)),
        envelope: None,
        why: "modules are not followed where governance is read from `.tf` files".to_owned(),
    }));
    not_judged.extend(decided::not_judged(declared, &origin));
    match seen.beside.source {
        Some(source) => not_judged.extend(written::locate(&mut findings, source)),
        None => not_judged.extend(written::without_source(envelopes)),
    }
    not_judged.sort();
    let rules =
        RULES.iter().map(|rule| RuleApplied { rule: rule.id, judged: (rule.judged)(&context) }).collect();
    Report {
        plan: PlanSeen {
            format_version: seen.plan.format_version,
            terraform_version: seen.plan.terraform_version,
            actions: seen.actions,
        },
        governance: GovernanceSeen {
            origin,
            digest: Some(declared.digest.to_string()),
            serial: Some(declared.serial),
            pinned: false,
        },
        given,
        envelopes: envelopes
            .iter()
            .enumerate()
            .map(|(index, envelope)| envelope_seen(facts, &covers, index, envelope))
            .collect(),
        rules,
        findings: Findings::new(findings),
        not_judged,
        accepted: None,
        actor: seen.beside.traces.map(|traces| actor::attribute(traces, envelopes)),
        again: None,
        unknown_types: unknown_types(facts),
        kept: past.map_or_else(Kept::default, |_| kept::of(facts, declared, &covers, &footprints)),
    }
}

/// Who answers for the envelope that decides.
fn attribute(findings: &mut [Finding], envelopes: &[Envelope]) {
    for finding in findings {
        let of = |envelope: &&Envelope| Some(&envelope.name) == finding.envelope.as_ref();
        finding.owner = envelopes.iter().find(of).map(|envelope| envelope.owner.email.to_string());
    }
}

fn is_change(resource: &Resource) -> bool {
    !matches!(resource.action, Action::NoOp | Action::Read)
}

fn envelope_seen(facts: &Facts, covers: &[Rc<[Cover]>], index: usize, envelope: &Envelope) -> EnvelopeSeen {
    let mut seen = EnvelopeSeen {
        name: envelope.name.clone(),
        digest: envelope.digest().to_string(),
        changes: 0,
        cannot_tell: 0,
        objects: 0,
    };
    for (resource, covers) in facts.resources.iter().zip(covers) {
        let Some(cover) = covers.iter().find(|cover| cover.envelope == index) else { continue };
        seen.objects += 1;
        seen.changes += usize::from(is_change(resource));
        seen.cannot_tell += usize::from(is_change(resource) && !cover.untold.is_empty());
    }
    seen
}

/// Everything the envelopes declare that no rule of this version judges. Silence would look like a pass.
fn not_judged(envelopes: &[Envelope], drifted: usize) -> Vec<NotJudged> {
    let mut list = Vec::new();
    for envelope in envelopes {
        for (what, why) in declared_only(envelope) {
            let envelope = Some(envelope.name.clone());
            list.push(NotJudged { what: format!("`{what}`"), envelope, why: why.to_owned() });
        }
    }
    if drifted > 0 {
        let why = "of drift only ceilings, scopes and the signs of other rules are judged".to_owned();
        list.push(NotJudged {
            what: format!("the rest of the drift of {drifted} objects"),
            envelope: None,
            why,
        });
    }
    list
}

fn declared_only(envelope: &Envelope) -> Vec<(&'static str, &'static str)> {
    let limits = &envelope.limits;
    let growth = |has: fn(&Growth) -> bool| limits.growth.as_ref().is_some_and(has);
    let listed = [
        (limits.cost.is_some(), "cost", "no price book is given"),
        (
            growth(|growth| growth.cost_per_change.is_some()),
            "growth.cost_per_change",
            "no price book is given",
        ),
        (
            !envelope.agents.principals.is_empty() || !envelope.agents.actors.is_empty(),
            "agents",
            "every change is treated as an agent's",
        ),
    ];
    listed.into_iter().filter(|(declared, ..)| *declared).map(|(_, what, why)| (what, why)).collect()
}

/// Growth over time is judged from the decision log, as far as it goes back.
fn over_time(envelopes: &[Envelope], past: Option<&Past>, now: Timestamp) -> Vec<NotJudged> {
    let one = |envelope: &Envelope| {
        let growth = envelope.limits.growth.as_ref()?;
        let reach = growth.window.filter(|_| growth.percent_per_window.is_some()).max(growth.cool_down)?;
        let (what, why) = match past.map(|past| past.begins) {
            None => ("`growth over time`", "no log of earlier decisions is given".to_owned()),
            Some(begins) => {
                let begins = begins.unwrap_or(now);
                let reached = now.duration_since(begins).as_secs();
                if i64::try_from(reach.seconds()).is_ok_and(|reach| reached >= reach) {
                    return None;
                }
                (
                    "`growth over time`",
                    format!("the decision log begins at {begins}: what grew before is not known"),
                )
            }
        };
        Some(NotJudged { what: what.to_owned(), envelope: Some(envelope.name.clone()), why })
    };
    envelopes.iter().filter_map(one).collect()
}

fn unknown_types(facts: &Facts) -> BTreeMap<String, usize> {
    let mut types = BTreeMap::new();
    for resource in facts.resources.iter().filter(|resource| is_change(resource)) {
        let name = &*resource.resource_type;
        if remit_catalog::cloud_of(name).is_none() && !name.starts_with("remit_") {
            *types.entry(name.to_owned()).or_default() += 1;
        }
    }
    types
}
