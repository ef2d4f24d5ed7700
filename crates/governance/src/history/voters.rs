//! People as voters: whose keys the trust root vouched for.

use crate::{
    approval::{Policy, Signed, Statement, Voter},
    approver::Approver,
    compose::is_restriction,
    digest::Digest,
    record::Kind,
    time::Date,
    transition::{Transition, transition_digest},
    trust_root::{Root, TrustRoot, ever},
};

/// People as voters: enrolled where the trust root approved exactly their record at some time, or one of which theirs only takes
/// something away. A key that any record of a person revokes is revoked, whichever record is asked.
pub fn voters(approvers: &[Approver], signed: &[Signed], trust: &TrustRoot) -> Vec<Voter> {
    let approved: Vec<&Approver> =
        approvers.iter().filter(|approver| is_approved(approver, signed, trust)).collect();
    let voter = |approver: &Approver| {
        let enrolled = approved.iter().any(|known| is_restriction(known, approver));
        let mut voter = Voter::new(approver.clone(), enrolled);
        let others = approvers.iter().filter(|other| other.email == approver.email);
        voter.revoked.extend(others.flat_map(|other| other.revoked_keys.iter().cloned()));
        voter
    };
    approvers.iter().map(voter).collect()
}

/// Whether the trust root approved exactly this record.
fn is_approved(approver: &Approver, signed: &[Signed], trust: &TrustRoot) -> bool {
    let digest = approver.digest();
    let moved = signed.iter().filter_map(|signed| match signed.statement() {
        Statement::Approval(approval) => Some(&approval.transitions),
        Statement::Delegation(_) => None,
    });
    let mut about =
        moved.flatten().filter(|moved| moved.kind == Kind::Approver && moved.proposed == Some(digest));
    about.any(|moved| {
        // What the statement says of the transition is only text until its digest says the same.
        let said = transition_digest(&Transition {
            kind: Kind::Approver,
            name: approver.email.as_str(),
            prior: moved.prior,
            proposed: Some(digest),
            quorum: None,
        });
        said == moved.digest && trust.roots().any(|root| vouched(root, said, signed, trust))
    })
}

/// Whether a root ever agreed, with keys that nobody revoked since.
fn vouched(root: &Root, transition: Digest, signed: &[Signed], trust: &TrustRoot) -> bool {
    ever(&with_revoked(root.policy(Date::MIN), trust), transition, signed).is_granted()
}

/// The rules of a root, with the keys that the present one revokes.
pub(super) fn with_revoked(mut policy: Policy, trust: &TrustRoot) -> Policy {
    policy.revoked.extend(trust.root().revoked_keys.iter().cloned());
    policy
}
