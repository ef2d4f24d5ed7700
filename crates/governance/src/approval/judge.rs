//! What approvals come to: which count, which are void and why, who is missing, and until when the answer holds.

use super::{
    policy::{Need, Policy, Voter},
    refusal::{Reason, Refusal},
    signed::{Signed, Statement},
    sshsig::Proof,
    statement::{Amount, Approval, Decision, Delegation},
};
use crate::{
    approver::CostMandate,
    consent::{Assurance, Function},
    decimal::text,
    digest::Digest,
    person::Email,
    time::{Duration, Timestamp, today},
};
use std::collections::{BTreeMap, BTreeSet};

/// Clocks of different machines may differ by this many seconds.
const SKEW: i64 = 300;

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
    let judging = Judging { question, policy, delegations: delegations(policy, signed) };
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

fn later(from: Timestamp, by: Duration) -> Timestamp {
    let seconds = i64::try_from(by.seconds()).unwrap_or(i64::MAX);
    from.as_second().checked_add(seconds).and_then(|at| Timestamp::from_second(at).ok()).unwrap_or(from)
}

/// Delegations that voters signed themselves, which also bounds their depth: a delegate is no voter by it.
fn delegations<'s>(policy: &Policy, signed: &'s [Signed]) -> Vec<&'s Delegation> {
    let valid = |signed: &'s Signed| {
        let Statement::Delegation(delegation) = signed.statement() else { return None };
        let voter = policy.voters.iter().find(|voter| voter.approver.email == delegation.delegator)?;
        let proof = signed.verify().ok()?;
        let own = voter.approver.keys.contains(&proof.key) && !policy.revoked.contains(&proof.key);
        let fits = voter.approver.function == delegation.function
            && delegation.envelopes.contains(&policy.under.name)
            && proves(voter, &proof) >= policy.minimum;
        (own && fits).then_some(delegation)
    };
    signed.iter().filter_map(valid).collect()
}

/// What a signature of this person is believed to prove.
fn proves(voter: &Voter, proof: &Proof) -> Assurance {
    if !voter.enrolled {
        return Assurance::Key;
    }
    match proof.claims() {
        // Whoever enrolled the key vouched for its maker.
        Assurance::TouchPin if voter.approver.assurance == Assurance::TouchPinAttested => {
            Assurance::TouchPinAttested
        }
        claimed => claimed.min(voter.approver.assurance),
    }
}

struct Judging<'a> {
    question: &'a Question<'a>,
    policy: &'a Policy,
    delegations: Vec<&'a Delegation>,
}

impl Judging<'_> {
    /// Whether this signature counts by itself.
    fn vote(&self, index: usize, signed: &Signed, approval: &Approval) -> Result<Counted, Refusal> {
        // First whether it is about this at all, so that other approvals in the same folder are named as such.
        self.subject(approval)?;
        let proof = signed.verify()?;
        let voter = self.signer(approval, &proof)?;
        let assurance = proves(voter, &proof);
        if approval.decision == Decision::Approve {
            self.bindings(approval)?;
            self.not_an_author(approval, voter)?;
            self.time(approval, voter)?;
            self.assurance(voter, &proof, assurance)?;
            self.mandate(approval, voter)?;
        }
        Ok(Counted {
            index,
            email: approval.approver.clone(),
            function: approval.function,
            on_behalf_of: approval.on_behalf_of.clone(),
            assurance,
            signed_at: approval.signed_at,
            request: approval.request.clone(),
        })
    }

    fn subject(&self, approval: &Approval) -> Result<(), Refusal> {
        let about = match self.question.subject {
            Subject::Change(digest) => approval.change == Some(digest),
            Subject::Transition(digest) => approval.transitions.iter().any(|moved| moved.digest == digest),
        };
        if about {
            return Ok(());
        }
        Err(Refusal::new(
            Reason::OtherChange,
            "it is about another change, or about what this one was before",
        ))
    }

    /// The person whose key it is, who must be asked here or stand in for somebody who is.
    fn signer(&self, approval: &Approval, proof: &Proof) -> Result<&Voter, Refusal> {
        let email = &approval.approver;
        let named = |voters: &'_ [Voter], email: &Email| {
            voters.iter().position(|voter| voter.approver.email == *email)
        };
        let unknown = || {
            Refusal::new(
                Reason::UnknownApprover,
                format!("`{email}` is not an approver of `{}`", self.policy.under.name),
            )
        };
        let own = named(&self.policy.voters, email).and_then(|at| self.policy.voters.get(at));
        let voter = match &approval.on_behalf_of {
            None => own.ok_or_else(unknown)?,
            Some(delegator) => {
                self.delegation(approval, delegator)?;
                let other = named(&self.policy.others, email).and_then(|at| self.policy.others.get(at));
                own.or(other).ok_or_else(unknown)?
            }
        };
        if approval.on_behalf_of.is_none() && voter.approver.function != approval.function {
            return Err(Refusal::function(email.as_str(), voter.approver.function, approval.function));
        }
        if self.policy.revoked.contains(&proof.key) {
            return Err(Refusal::new(Reason::RevokedKey, "the key was revoked"));
        }
        if !voter.approver.keys.contains(&proof.key) {
            let message = format!("it was signed with a key that is not one of `{email}`'s");
            return Err(Refusal::new(Reason::UnknownKey, message));
        }
        Ok(voter)
    }

    fn delegation(&self, approval: &Approval, delegator: &Email) -> Result<&Delegation, Refusal> {
        let fits = |delegation: &&&Delegation| {
            delegation.delegator == *delegator
                && delegation.delegate == approval.approver
                && delegation.function == approval.function
                && delegation.from <= approval.signed_at
                && approval.signed_at <= delegation.until
        };
        self.delegations.iter().find(fits).copied().ok_or_else(|| {
            let message =
                format!("no valid delegation lets `{}` approve in place of `{delegator}`", approval.approver);
            Refusal::new(Reason::NoDelegation, message)
        })
    }

    fn bindings(&self, approval: &Approval) -> Result<(), Refusal> {
        if let Some(audience) = self.question.audience.filter(|audience| *audience != approval.audience) {
            let given = crate::read::excerpt(&approval.audience);
            let message = format!("it was given for `{given}`, not for `{audience}`");
            return Err(Refusal::new(Reason::OtherAudience, message));
        }
        if !approval.under.contains(&self.policy.under) {
            let message = format!(
                "it was not given under `{}` as it is in force, or for another quorum",
                self.policy.under.name
            );
            return Err(Refusal::new(Reason::OtherPolicy, message));
        }
        if approval.break_glass != self.policy.break_glass {
            let message = "an emergency approval and an ordinary one are never taken for each other";
            return Err(Refusal::new(Reason::BreakGlassOnly, message));
        }
        if self.question.consumed.contains(&approval.request) {
            return Err(Refusal::new(Reason::Consumed, "the request was used already"));
        }
        Ok(())
    }

    fn not_an_author(&self, approval: &Approval, voter: &Voter) -> Result<(), Refusal> {
        let person = &voter.approver;
        let is_person = |author: &String| {
            let author = author.trim();
            let named = |(platform, name): (&String, &String)| {
                author.eq_ignore_ascii_case(name)
                    || author.eq_ignore_ascii_case(&format!("{platform}:{name}"))
            };
            author.eq_ignore_ascii_case(person.email.as_str()) || person.identities.iter().any(named)
        };
        let all = self.question.authors.iter().chain(&approval.authors);
        if all.into_iter().any(is_person) {
            let message = format!("`{}` took part in the change", person.email);
            return Err(Refusal::new(Reason::Author, message));
        }
        Ok(())
    }

    fn time(&self, approval: &Approval, voter: &Voter) -> Result<(), Refusal> {
        let (asked, signed) = (approval.requested_at, approval.signed_at);
        let refuse = |reason, message: String| Err(Refusal::new(reason, message));
        if approval.expires_at > later(asked, self.policy.expires_after) {
            let most = self.policy.expires_after;
            return refuse(Reason::WindowTooLong, format!("approvals are collected for at most {most}"));
        }
        if signed.as_second() < asked.as_second().saturating_sub(SKEW) {
            return refuse(
                Reason::SignedTooEarly,
                format!("it was signed at `{signed}` and asked for at `{asked}`"),
            );
        }
        if signed > approval.expires_at {
            let end = approval.expires_at;
            return refuse(
                Reason::SignedTooLate,
                format!("it was signed at `{signed}`, and the time was over at `{end}`"),
            );
        }
        let valid = |day| voter.approver.is_valid(day);
        if !valid(today(signed)) || self.question.now.is_some_and(|now| !valid(today(now))) {
            let message = format!("`{}` is no longer an approver", voter.approver.email);
            return refuse(Reason::ApproverExpired, message);
        }
        if self.question.now.is_some_and(|now| signed.as_second() > now.as_second().saturating_add(SKEW)) {
            return refuse(
                Reason::SignedInFuture,
                format!("it was signed at `{signed}`, which is yet to come"),
            );
        }
        Ok(())
    }

    fn assurance(&self, voter: &Voter, proof: &Proof, found: Assurance) -> Result<(), Refusal> {
        let wanted = self.policy.minimum;
        if found >= wanted {
            return Ok(());
        }
        let claimed = proof.claims();
        if !voter.enrolled && claimed > Assurance::Key {
            let message = format!(
                "the signature claims `{claimed}`, and the trust root never approved the key of `{}`",
                voter.approver.email
            );
            return Err(Refusal::new(Reason::NotEnrolled, message));
        }
        if let Some(fido) = proof.fido.filter(|_| claimed < wanted.min(Assurance::TouchPin)) {
            let what = if fido.present { "asked for the PIN" } else { "touched the key" };
            let message = format!("nobody {what} when this was signed, and `{wanted}` is asked for");
            return Err(Refusal::new(Reason::NoTouch, message));
        }
        Err(Refusal::assurance(found, wanted))
    }

    /// Who may approve how much. Asked of those who approve as finance, of whoever declares a mandate, and of everybody
    /// where no finance is asked, so that somebody always answers for the money.
    fn mandate(&self, approval: &Approval, voter: &Voter) -> Result<(), Refusal> {
        let asks_finance = match &self.policy.need {
            Need::Quorum(quorum) => quorum.of(Function::Finance) > 0,
            Need::Threshold(_) => false,
        };
        let delegated = match &approval.on_behalf_of {
            Some(delegator) => Some(self.delegation(approval, delegator)?),
            None => None,
        };
        let own = match delegated {
            Some(delegation) => delegation.may_approve_cost.as_ref(),
            None => voter.approver.may_approve_cost.as_ref(),
        };
        let answers = approval.function == Function::Finance || own.is_some() || !asks_finance;
        if !answers {
            return Ok(());
        }
        let over = |message: String| Err(Refusal::new(Reason::OverMandate, message));
        let who = &approval.approver;
        match (self.question.growth, own) {
            (Growth::NotAsked, _) => Ok(()),
            (Growth::Known(growth), _) if growth.amount.is_zero() => Ok(()),
            (_, None) => over(format!("`{who}` may approve nothing with money")),
            (Growth::Unknown, Some(_)) => {
                over(format!("nobody knows what the change costs, so `{who}` cannot approve it"))
            }
            (Growth::Known(growth), Some(own))
                if within(&growth, own) && self.delegator_may(approval, &growth) =>
            {
                Ok(())
            }
            (Growth::Known(growth), Some(own)) => over(format!(
                "`{who}` may approve up to {} {} {}, and the change adds {} {} {}",
                text(own.growth_up_to),
                own.currency,
                own.period,
                text(growth.amount),
                growth.currency,
                growth.period,
            )),
        }
    }

    /// Nobody gives away more than they have.
    fn delegator_may(&self, approval: &Approval, growth: &Amount) -> bool {
        let Some(delegator) = &approval.on_behalf_of else { return true };
        let voter = self.policy.voters.iter().find(|voter| voter.approver.email == *delegator);
        voter
            .and_then(|voter| voter.approver.may_approve_cost.as_ref())
            .is_some_and(|own| within(growth, own))
    }
}

fn within(growth: &Amount, mandate: &CostMandate) -> bool {
    (growth.currency, growth.period) == (mandate.currency, mandate.period)
        && growth.amount <= mandate.growth_up_to
}
