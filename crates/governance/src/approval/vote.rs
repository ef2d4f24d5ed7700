//! Whether one signature counts by itself: about this, by somebody who is asked, with enough proof, in time, within their
//! mandate. What counted signatures come to together is in `judge`.

use super::{
    judge::{Counted, Growth, Question, Subject, later},
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
    person::Email,
    time::today,
};

/// Clocks of different machines may differ by this many seconds.
const SKEW: i64 = 300;

/// Delegations that voters signed themselves, which also bounds their depth: a delegate is no voter by it.
fn delegations<'s>(policy: &Policy, signed: &'s [Signed]) -> Vec<&'s Delegation> {
    let valid = |signed: &'s Signed| {
        let Statement::Delegation(delegation) = signed.statement() else { return None };
        let voter = policy.voters.iter().find(|voter| voter.approver.email == delegation.delegator)?;
        let proof = signed.verify().ok()?;
        let own = voter.approver.keys.contains(&proof.key)
            && !policy.revoked.contains(&proof.key)
            && !voter.revoked.contains(&proof.key);
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

/// One question under one set of rules.
pub(super) struct Judging<'a> {
    question: &'a Question<'a>,
    policy: &'a Policy,
    delegations: Vec<&'a Delegation>,
}

impl<'a> Judging<'a> {
    pub(super) fn new(question: &'a Question<'a>, policy: &'a Policy, signed: &'a [Signed]) -> Self {
        Self { question, policy, delegations: delegations(policy, signed) }
    }

    /// Whether this signature counts by itself.
    pub(super) fn vote(
        &self,
        index: usize,
        signed: &Signed,
        approval: &Approval,
    ) -> Result<Counted, Refusal> {
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
        // Anybody who can merge can revoke, so that must not take a no away that was said.
        if voter.revoked.contains(&proof.key) && approval.decision == Decision::Approve {
            let message = format!("the key was revoked in the record of `{email}`");
            return Err(Refusal::new(Reason::RevokedKey, message));
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
            (Growth::Unknown, Some(_)) => over(format!(
                "nobody knows what the change costs, so `{who}` cannot approve it; what can be approved is another \
                     `limits.cost` of `{}`, or a change that costs no more",
                self.policy.under.name
            )),
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
