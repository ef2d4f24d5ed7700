//! What became of declarations by themselves: decisions past their end, approvers who may not approve any more, and declarations in force
//! that are not those that were approved.

use remit_governance::approver::Approver;
use remit_governance::compose::loosened;
use remit_governance::default_override::Decision;
use remit_governance::time::{Timestamp, today};
use remit_governance::{DefaultOverride, Envelope, Lock};

use super::class::Class;
use super::controls::{phrase, untold};
use super::report::{Drift, Measure, Object};
use super::seen::SeenEnvelope;
use crate::text::escape;

/// A decision, and whether its review is past due.
pub(super) fn decision(decided: &DefaultOverride, now: Timestamp) -> (Object, Vec<Drift>) {
    let object = Object::new("default_override", decided.name());
    if !decided.review.is_past_due(today(now)) {
        return (object, Vec::new());
    }
    let due = decided.review.due.to_string();
    let message = format!("the {} ended on {due}", phrase(&object));
    let what = match decided.decision {
        Decision::Override => "the value that was decided on is nobody's decision any more",
        Decision::Accept => "the vendor's default stands, and nobody accepts it any more",
    };
    let drift = Drift::new(Class::OverrideExpired, object.clone(), message)
        .field("review.due")
        .moved(Some(due.clone()), None, Measure::Text(due))
        .because(format!("{what}: `{}` answers for it", escape(decided.owner.email.as_str())))
        .help("review the decision and declare its next review");
    (object, vec![drift])
}

/// An approver whom an envelope names.
pub(super) fn approver(approver: &Approver, envelope: &Envelope, now: Timestamp) -> (Object, Vec<Drift>) {
    let object = Object::new("approver", approver.email.to_string());
    let Some(last) = approver.valid_until.filter(|_| !approver.is_valid(today(now))) else {
        return (object, Vec::new());
    };
    let last = last.to_string();
    let message =
        format!("the {} may not approve for `{}` since {last}", phrase(&object), escape(&envelope.name));
    let drift = Drift::new(Class::ApproverInvalid, object.clone(), message)
        .field("valid_until")
        .moved(Some(last.clone()), None, Measure::Text(last))
        .because(format!("approves as `{}`, and no signature of theirs counts any more", approver.function))
        .help("extend or replace the approver; while too few are left, nothing that needs consent can pass");
    (object, vec![drift])
}

/// The approvers of an envelope, as the lock has them.
pub(super) fn approvers(lock: &Lock, envelope: &Envelope) -> Vec<Approver> {
    envelope.consent.approvers.iter().filter_map(|digest| lock.approver(digest)).cloned().collect()
}

/// The declaration in force against the one in the lock.
pub(super) fn in_force(envelope: &Envelope, seen: &SeenEnvelope, now: Timestamp) -> (Object, Vec<Drift>) {
    let object =
        Object { address: Some(seen.address.clone()), ..Object::new("envelope", envelope.name.clone()) };
    let Some(record) = &seen.record else {
        let why = "the state has no record of it: it has never come into force, or was imported";
        return (object.clone(), vec![untold(&object, why).field("record")]);
    };
    if *record == envelope.record() {
        return (object, Vec::new());
    }
    let Ok(other) = Envelope::from_record(record) else {
        return (
            object.clone(),
            vec![untold(&object, "its record in the state cannot be read").field("record")],
        );
    };
    // A parent that changed is judged by itself.
    let looser = loosened(envelope, &other, now, |_, _| true);
    let digest = other.digest().to_string();
    let class = if looser.is_empty() { Class::LimitTightened } else { Class::LimitLoosened };
    let message = format!("the {} in force is not the one in the lock", phrase(&object));
    let drift = Drift::new(class, object.clone(), message).field("record").moved(
        Some(envelope.digest().to_string()),
        Some(digest.clone()),
        Measure::Text(digest),
    );
    let drift = looser.iter().fold(drift, |drift, fault| drift.because(escape(&fault.to_string())));
    let help = "give the lock that it was approved as, or apply what was approved";
    (object, vec![drift.help(help)])
}
