//! What approvals come to: which count, which are void and why, who is missing, and until when the answer holds.

use super::{
    policy::Policy,
    refusal::{Reason, Refusal},
    signed::{Signed, Statement},
    statement::{Amount, Approval, Decision},
    vote::Judging,
};
use crate::{
    consent::{Assurance, Function},
    digest::Digest,
    person::Email,
    time::{Duration, Timestamp},
};
use std::collections::{BTreeMap, BTreeSet};

/// What is to be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A plan, by its change digest for the request that the approval names.
    Change(Digest),
    /// A change of governance, by its transition digest.
    Transition(Digest),
}

/// How much money is at stake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Growth {
    /// Cost is no question here.
    NotAsked,
    /// It is, and nobody knows how much it would be.
    Unknown,
    /// The cost grows by this much.
    Known(Amount),
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What is to be allowed.
    pub subject: Subject,
    /// Where; not compared when absent.
    pub audience: Option<&'a str>,
    /// Who took part in the change: e-mail addresses, or names on a platform as `github:dreyes`.
    pub authors: &'a BTreeSet<String>,
    /// How much money is at stake.
    pub growth: Growth,
    /// The present time; for a question about the past, that time. `None` looks at no clock: whether people ever agreed.
    pub now: Option<Timestamp>,
    /// Requests that were used up for another target.
    pub consumed: &'a BTreeSet<String>,
}

/// A signature that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Index into what was handed in.
    pub index: usize,
    /// Who.
    pub email: Email,
    /// As what.
    pub function: Function,
    /// In whose place.
    pub on_behalf_of: Option<Email>,
    /// What the signature proves.
    pub assurance: Assurance,
    /// When.
    pub signed_at: Timestamp,
    /// The request it answers.
    pub request: String,
}

/// A signature that does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Void {
    /// Index into what was handed in.
    pub index: usize,
    /// Why.
    pub refusal: Refusal,
}

/// What the approvals come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Enough people agreed.
    Granted {
        /// When the last of them did.
        reached: Timestamp,
        /// Until when that may be acted on.
        until: Timestamp,
    },
    /// Enough people agreed, and the time to act is over.
    Lapsed {
        /// When it ended.
        until: Timestamp,
    },
    /// Somebody who is asked said no, which is final for the request.
    Rejected {
        /// Who.
        by: Email,
        /// Why, if they said so.
        reason: Option<String>,
    },
    /// More people have to agree: so many of a function, or of anybody who may.
    Missing(Vec<(Option<Function>, u32)>),
}

/// People who are missing, in words.
pub fn missing_in_words(missing: &[(Option<Function>, u32)]) -> String {
    let words: Vec<String> = missing
        .iter()
        .map(|(function, count)| match function {
            Some(function) => format!("{count} {function}"),
            None => format!("{count} of its approvers"),
        })
        .collect();
    words.join(" and ")
}

/// The whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What it comes to.
    pub standing: Standing,
    /// What counts, by time.
    pub counted: Vec<Counted>,
    /// What does not, in the order in which it was handed in.
    pub void: Vec<Void>,
}

impl Outcome {
    /// Whether the change is allowed.
    pub fn is_granted(&self) -> bool {
        matches!(self.standing, Standing::Granted { .. })
    }
}

/// Judges everything signed that is at hand, by the rules in force before the change.
pub fn judge(question: &Question, policy: &Policy, signed: &[Signed]) -> Outcome {
    let judging = Judging::new(question, policy, signed);
    let mut void = Vec::new();
    let mut votes: Vec<(Counted, &Approval)> = Vec::new();
    for (index, signed) in signed.iter().enumerate() {
        let Statement::Approval(approval) = signed.statement() else { continue };
        match judging.vote(index, signed, approval) {
            Ok(counted) => votes.push((counted, approval)),
            Err(refusal) => void.push(Void { index, refusal }),
        }
    }
    // A request is decided by itself: signatures under two requests never add up.
    let requests: BTreeSet<String> = votes.iter().map(|(vote, _)| vote.request.clone()).collect();
    let mut best = (Standing::Missing(policy.need.missing(&BTreeMap::new())), Vec::new());
    for request in requests {
        let own: Vec<_> = votes.iter().filter(|(vote, _)| vote.request == request).cloned().collect();
        let answer = decide(question, policy, own, &mut void);
        if rank(&answer.0) > rank(&best.0) {
            best = answer;
        }
    }
    void.sort_by_key(|void| void.index);
    Outcome { standing: best.0, counted: best.1, void }
}

/// Of several requests for one change, the one that gets furthest is told.
fn rank(standing: &Standing) -> (u8, std::cmp::Reverse<u32>) {
    let missing = |all: &[(Option<Function>, u32)]| all.iter().map(|(_, count)| *count).sum();
    match standing {
        Standing::Granted { .. } => (3, std::cmp::Reverse(0)),
        Standing::Rejected { .. } => (2, std::cmp::Reverse(0)),
        Standing::Lapsed { .. } => (1, std::cmp::Reverse(0)),
        Standing::Missing(all) => (0, std::cmp::Reverse(missing(all))),
    }
}

/// The answer to one request. A no outweighs every yes, whenever it was said.
fn decide(
    question: &Question,
    policy: &Policy,
    votes: Vec<(Counted, &Approval)>,
    void: &mut Vec<Void>,
) -> (Standing, Vec<Counted>) {
    if let Some((no, approval)) = votes.iter().find(|(_, approval)| approval.decision == Decision::Reject) {
        let (by, reason) = (no.email.clone(), approval.reason.clone());
        return (Standing::Rejected { by, reason }, Vec::new());
    }
    let counted = count(votes.into_iter().map(|(counted, _)| counted).collect(), void);
    (standing(question, policy, &counted), counted)
}

/// Each person once, those who vote for themselves before those who stand in.
fn count(mut votes: Vec<Counted>, void: &mut Vec<Void>) -> Vec<Counted> {
    votes.sort_by(|a, b| {
        let key =
            |vote: &Counted| (vote.on_behalf_of.is_some(), vote.signed_at, vote.email.clone(), vote.index);
        key(a).cmp(&key(b))
    });
    let mut used: BTreeSet<Email> = BTreeSet::new();
    let mut counted: Vec<Counted> = Vec::new();
    for vote in votes {
        let people = [Some(&vote.email), vote.on_behalf_of.as_ref()].into_iter().flatten();
        let again: Vec<&Email> = people.clone().filter(|email| used.contains(*email)).collect();
        if let Some(email) = again.first() {
            let message = format!("`{email}` is counted already, and one person counts once");
            void.push(Void { index: vote.index, refusal: Refusal::new(Reason::CountedAlready, message) });
            continue;
        }
        used.extend(people.cloned());
        counted.push(vote);
    }
    counted.sort_by_key(|vote| (vote.signed_at, vote.index));
    counted
}

fn standing(question: &Question, policy: &Policy, counted: &[Counted]) -> Standing {
    let mut agreed: BTreeMap<Function, u32> = BTreeMap::new();
    for vote in counted {
        let function = agreed.entry(vote.function).or_default();
        *function = function.saturating_add(1);
        if policy.need.missing(&agreed).is_empty() {
            let until = later(vote.signed_at, policy.execute_within);
            return match question.now {
                Some(now) if now > until => Standing::Lapsed { until },
                _ => Standing::Granted { reached: vote.signed_at, until },
            };
        }
    }
    Standing::Missing(policy.need.missing(&agreed))
}

pub(super) fn later(from: Timestamp, by: Duration) -> Timestamp {
    let seconds = i64::try_from(by.seconds()).unwrap_or(i64::MAX);
    from.as_second().checked_add(seconds).and_then(|at| Timestamp::from_second(at).ok()).unwrap_or(from)
}
