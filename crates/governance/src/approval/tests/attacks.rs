use super::super::*;
use crate::{
    approver::Approver,
    consent::{Assurance, Function},
    digest::Digest,
    dimension::Dimension,
    envelope::{Envelope, tests::with},
    invalid::place,
    json::Json,
    money::{Currency, Period},
    person::Email,
    testing::{Person, at},
    time::{Timestamp, today},
};
use std::collections::BTreeSet;

const NOW: &str = "2026-11-25T11:00:00Z";

fn change() -> Digest {
    Digest::of(b"the change")
}

fn dana() -> Person {
    Person::with_fido("dana", Function::Finance, 1)
}

fn lee() -> Person {
    Person::with_fido("lee", Function::Security, 2)
}

fn kim() -> Person {
    Person::with_fido("kim", Function::Compliance, 3)
}

fn envelope(people: &[&Person], edits: &[(&str, &str)]) -> Envelope {
    let records: Json = people.iter().map(|person| Json::from(person.approver().record())).collect();
    let records = records.to_text();
    let mut all = vec![("consent.approvers", records.as_str())];
    all.extend(edits);
    with(&all)
}

fn voters(people: &[&Person]) -> Vec<Voter> {
    people.iter().map(|person| Voter::new(person.approver(), true)).collect()
}

fn policy() -> Policy {
    of(&[&dana(), &lee(), &kim()], &[])
}

fn of(people: &[&Person], edits: &[(&str, &str)]) -> Policy {
    let now: Timestamp = at(NOW);
    let envelope = envelope(people, edits);
    Policy::of_envelope(&envelope, &[Dimension::Capacity], &voters(people), &BTreeSet::new(), today(now))
        .unwrap()
}

/// An approval of the change, with everything right.
fn yes(person: &Person, policy: &Policy) -> Approval {
    Approval { change: Some(change()), ..person.approval(std::slice::from_ref(&policy.under)) }
}

fn signed(person: &Person, approval: Approval) -> Signed {
    person.sign(Statement::Approval(approval))
}

struct Asked {
    now: Option<Timestamp>,
    authors: BTreeSet<String>,
    consumed: BTreeSet<String>,
    growth: Growth,
    subject: Subject,
    audience: &'static str,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            now: Some(at(NOW)),
            authors: BTreeSet::new(),
            consumed: BTreeSet::new(),
            growth: Growth::NotAsked,
            subject: Subject::Change(change()),
            audience: "workspace prod",
        }
    }
}

impl Asked {
    fn judge(&self, policy: &Policy, signed: &[Signed]) -> Outcome {
        let question = Question {
            subject: self.subject,
            audience: Some(self.audience),
            authors: &self.authors,
            growth: self.growth,
            now: self.now,
            consumed: &self.consumed,
        };
        judge(&question, policy, signed)
    }
}

/// The honest pair passes, and with the attack in place of dana's approval it fails for exactly this reason.
#[track_caller]
fn refused(reason: Reason, asked: &Asked, policy: &Policy, attack: Signed) {
    let honest = [signed(&dana(), yes(&dana(), policy)), signed(&lee(), yes(&lee(), policy))];
    assert!(Asked::default().judge(policy, &honest).is_granted(), "the honest twin");
    let outcome = asked.judge(policy, &[attack, honest[1].clone()]);
    assert!(!outcome.is_granted(), "the attack passes: {outcome:?}");
    let reasons: Vec<Reason> =
        outcome.void.iter().filter(|void| void.index == 0).map(|void| void.refusal.reason).collect();
    assert_eq!(reasons, [reason], "{outcome:?}");
}

fn edited(edit: impl FnOnce(&mut Approval)) -> Signed {
    let mut approval = yes(&dana(), &policy());
    edit(&mut approval);
    signed(&dana(), approval)
}

#[test]
fn a_quorum_of_different_people_is_enough() {
    let policy = policy();
    let both = [signed(&dana(), yes(&dana(), &policy)), signed(&lee(), yes(&lee(), &policy))];
    let outcome = Asked::default().judge(&policy, &both);
    assert_eq!(
        outcome.standing,
        Standing::Granted { reached: at("2026-11-25T10:00:00Z"), until: at("2026-11-25T14:00:00Z") }
    );
    assert_eq!(outcome.void, []);
    let one = Asked::default().judge(&policy, &both[..1]);
    assert_eq!(one.standing, Standing::Missing(vec![(Some(Function::Security), 1)]));
}

#[test]
fn replay_for_another_change() {
    refused(
        Reason::OtherChange,
        &Asked::default(),
        &policy(),
        edited(|a| a.change = Some(Digest::of(b"another"))),
    );
    refused(Reason::OtherChange, &Asked::default(), &policy(), edited(|a| a.change = None));
}

#[test]
fn replay_in_another_workspace() {
    refused(
        Reason::OtherAudience,
        &Asked::default(),
        &policy(),
        edited(|a| a.audience = "workspace dev".to_owned()),
    );
}

#[test]
fn replay_of_a_used_request() {
    let consumed = BTreeSet::from([yes(&dana(), &policy()).request]);
    let asked = Asked { consumed, ..Asked::default() };
    refused(Reason::Consumed, &asked, &policy(), edited(|_| {}));
}

#[test]
fn an_old_approval() {
    let asked = Asked { now: Some(at("2026-11-25T14:00:01Z")), ..Asked::default() };
    let policy = policy();
    let both = [signed(&dana(), yes(&dana(), &policy)), signed(&lee(), yes(&lee(), &policy))];
    assert_eq!(asked.judge(&policy, &both).standing, Standing::Lapsed { until: at("2026-11-25T14:00:00Z") });
    let just = Asked { now: Some(at("2026-11-25T14:00:00Z")), ..Asked::default() };
    assert!(just.judge(&policy, &both).is_granted());
}

#[test]
fn a_later_extra_signature_prolongs_nothing() {
    let people = [&dana(), &lee(), &kim()];
    let policy = of(&people, &[("consent.by_dimension", "null")]);
    let late = Approval { signed_at: at("2026-11-25T13:00:00Z"), ..yes(&kim(), &policy) };
    let all =
        [signed(&dana(), yes(&dana(), &policy)), signed(&lee(), yes(&lee(), &policy)), signed(&kim(), late)];
    let asked = Asked { now: Some(at("2026-11-25T14:30:00Z")), ..Asked::default() };
    assert_eq!(asked.judge(&policy, &all).standing, Standing::Lapsed { until: at("2026-11-25T14:00:00Z") });
}

#[test]
fn times_that_do_not_fit() {
    let asked = Asked::default();
    refused(Reason::SignedTooLate, &asked, &policy(), edited(|a| a.signed_at = at("2026-11-28T09:00:01Z")));
    refused(Reason::SignedTooEarly, &asked, &policy(), edited(|a| a.signed_at = at("2026-11-25T08:50:00Z")));
    refused(Reason::SignedInFuture, &asked, &policy(), edited(|a| a.signed_at = at("2026-11-25T11:06:00Z")));
    refused(Reason::WindowTooLong, &asked, &policy(), edited(|a| a.expires_at = at("2026-11-28T09:00:01Z")));
}

#[test]
fn self_approval() {
    let person = Person { more: r#","identities":{"github":"dreyes"}"#.to_owned(), ..dana() };
    let policy = of(&[&person, &lee(), &kim()], &[]);
    for author in ["dana@example.com", "Dana@Example.com", "github:dreyes", "dreyes", "DReyes"] {
        let honest = [signed(&person, yes(&person, &policy)), signed(&lee(), yes(&lee(), &policy))];
        let asked = Asked { authors: BTreeSet::from([author.to_owned()]), ..Asked::default() };
        let outcome = asked.judge(&policy, &honest);
        assert!(!outcome.is_granted(), "{author}");
        assert_eq!(outcome.void[0].refusal.reason, Reason::Author);
        let other = Asked { authors: BTreeSet::from(["mina@example.com".to_owned()]), ..Asked::default() };
        assert!(other.judge(&policy, &honest).is_granted(), "the honest twin");
    }
    // The request knows of authors too, and whoever leaves them out of the question cannot leave them out there.
    refused(
        Reason::Author,
        &Asked::default(),
        &super::attacks::policy(),
        edited(|a| {
            a.authors.insert("dana@example.com".to_owned());
        }),
    );
}

#[test]
fn one_person_twice() {
    let people = [&dana(), &lee(), &kim(), &Person::with_fido("ada", Function::Finance, 4)];
    let policy = of(&people, &[("consent.quorum", r#"{"finance":2}"#), ("consent.by_dimension", "null")]);
    let first = signed(&dana(), yes(&dana(), &policy));
    let again = signed(&dana(), Approval { reason: Some("again".to_owned()), ..yes(&dana(), &policy) });
    let outcome = Asked::default().judge(&policy, &[first.clone(), again.clone()]);
    assert_eq!(outcome.standing, Standing::Missing(vec![(Some(Function::Finance), 1)]));
    assert_eq!(outcome.void[0].refusal.reason, Reason::CountedAlready);
    let ada = signed(people[3], yes(people[3], &policy));
    assert!(Asked::default().judge(&policy, &[first, again, ada]).is_granted());
}

#[test]
fn one_person_for_two_functions() {
    refused(
        Reason::UnknownApprover,
        &Asked::default(),
        &policy(),
        edited(|a| {
            a.approver = Email::parse("nobody@example.com").unwrap();
        }),
    );
    let policy = policy();
    let second = Approval { function: Function::Finance, ..yes(&lee(), &policy) };
    refused(Reason::WrongFunction, &Asked::default(), &policy, signed(&lee(), second));
}

#[test]
fn signatures_by_other_keys() {
    let policy = policy();
    let stranger = Person { seed: 9, ..dana() };
    refused(Reason::UnknownKey, &Asked::default(), &policy, signed(&stranger, yes(&stranger, &policy)));
    let soft = Person { flags: None, ..dana() };
    refused(Reason::UnknownKey, &Asked::default(), &policy, signed(&soft, yes(&soft, &policy)));
}

#[test]
fn an_edited_statement() {
    let approval = yes(&dana(), &policy());
    let armored = dana().armored(NAMESPACE, &Approval { change: None, ..approval.clone() }.text());
    let forged = Signed::new(Statement::Approval(approval), &armored).unwrap();
    refused(Reason::SignatureInvalid, &Asked::default(), &policy(), forged);
}

#[test]
fn a_signature_for_another_purpose() {
    let approval = yes(&dana(), &policy());
    let armored = dana().armored("file", &approval.text());
    let other = Signed::new(Statement::Approval(approval), &armored).unwrap();
    refused(Reason::WrongNamespace, &Asked::default(), &policy(), other);
}

#[test]
fn no_touch_and_no_pin() {
    for flags in [0x00, 0x01, 0x04] {
        let person = Person { flags: Some(flags), ..dana() };
        refused(Reason::NoTouch, &Asked::default(), &policy(), signed(&person, yes(&person, &policy())));
    }
}

#[test]
fn a_security_key_made_in_software() {
    // Its flags claim everything. Without enrollment that is worth no more than a key.
    let mut policy = policy();
    policy.voters[0].enrolled = false;
    let at_index = policy.voters.iter().position(|voter| !voter.enrolled).unwrap();
    let person = [dana(), lee(), kim()]
        .into_iter()
        .find(|p| p.email() == policy.voters[at_index].approver.email.as_str())
        .unwrap();
    let outcome = Asked::default().judge(&policy, &[signed(&person, yes(&person, &policy))]);
    assert_eq!(outcome.void[0].refusal.reason, Reason::NotEnrolled);
    policy.voters[at_index].enrolled = true;
    let outcome = Asked::default().judge(&policy, &[signed(&person, yes(&person, &policy))]);
    assert_eq!(outcome.void, [], "the honest twin");
}

#[test]
fn an_ordinary_key_is_enough_only_where_it_was_said() {
    let soft: Vec<Person> = [dana(), lee(), kim()]
        .into_iter()
        .map(|person| Person { flags: None, assurance: Assurance::Key, ..person })
        .collect();
    let people: Vec<&Person> = soft.iter().collect();
    let grounds = r#"{"owner":"mina@example.com","reason":"no hardware yet","expires":"2026-11-24"}"#;
    let with_grounds = |expires: &str| {
        let grounds = grounds.replace("2026-11-24", expires);
        let edits = [
            ("consent.minimum_assurance", r#""key""#),
            ("consent.minimum_assurance_exception", grounds.as_str()),
        ];
        let policy = of(&people, &edits);
        let both = [signed(&soft[0], yes(&soft[0], &policy)), signed(&soft[1], yes(&soft[1], &policy))];
        Asked::default().judge(&policy, &both)
    };
    assert!(with_grounds("2027-06-30").is_granted());
    let expired = with_grounds("2026-11-24");
    assert!(!expired.is_granted());
    assert_eq!(expired.void[0].refusal.reason, Reason::AssuranceTooLow);
}

#[test]
fn revoked_keys_and_expired_approvers() {
    let mut policy = policy();
    policy.revoked.extend(dana().approver().keys);
    let attack = [signed(&dana(), yes(&dana(), &policy)), signed(&lee(), yes(&lee(), &policy))];
    let outcome = Asked::default().judge(&policy, &attack);
    assert_eq!((outcome.is_granted(), outcome.void[0].refusal.reason), (false, Reason::RevokedKey));
    let until = |day: &str| {
        let person = Person { more: format!(r#","valid_until":"{day}""#), ..dana() };
        let policy = of(&[&person, &lee(), &kim()], &[]);
        let both = [signed(&person, yes(&person, &policy)), signed(&lee(), yes(&lee(), &policy))];
        Asked::default().judge(&policy, &both)
    };
    assert!(until("2026-11-25").is_granted());
    assert_eq!(until("2026-11-24").void[0].refusal.reason, Reason::ApproverExpired);
}

#[test]
fn an_envelope_or_quorum_loosened_between_approval_and_use() {
    let before = policy();
    let looser = of(&[&dana(), &lee(), &kim()], &[("limits.capacity.gpus.ceiling", "9")]);
    let both = [signed(&dana(), yes(&dana(), &before)), signed(&lee(), yes(&lee(), &before))];
    let outcome = Asked::default().judge(&looser, &both);
    assert!(!outcome.is_granted());
    assert!(outcome.void.iter().all(|void| void.refusal.reason == Reason::OtherPolicy));
    assert!(Asked::default().judge(&before, &both).is_granted());
    // The same envelope, asked for another quorum.
    let mut other = before.clone();
    other.under.quorum = Digest::of(b"another");
    assert!(!Asked::default().judge(&other, &both).is_granted());
}

#[test]
fn a_no_is_final_whoever_says_yes() {
    let policy = policy();
    let no =
        Approval { decision: Decision::Reject, reason: Some("too fast".to_owned()), ..yes(&kim(), &policy) };
    let all = [
        signed(&dana(), yes(&dana(), &policy)),
        signed(&lee(), yes(&lee(), &policy)),
        signed(&kim(), no.clone()),
    ];
    let outcome = Asked::default().judge(&policy, &all);
    let by = Email::parse("kim@example.com").unwrap();
    assert_eq!(outcome.standing, Standing::Rejected { by, reason: Some("too fast".to_owned()) });
    assert!(Asked::default().judge(&policy, &all[..2]).is_granted());
    // Nobody can say no in somebody else's name.
    let stranger = Person { seed: 9, ..kim() };
    let forged = signed(&stranger, no);
    assert!(Asked::default().judge(&policy, &[all[0].clone(), all[1].clone(), forged]).is_granted());
}

#[test]
fn two_requests_never_add_up() {
    let policy = policy();
    let other = Approval { request: "f".repeat(32), ..yes(&lee(), &policy) };
    let outcome =
        Asked::default().judge(&policy, &[signed(&dana(), yes(&dana(), &policy)), signed(&lee(), other)]);
    assert!(matches!(outcome.standing, Standing::Missing(_)), "{outcome:?}");
}

fn usd(amount: u32) -> Growth {
    Growth::Known(Amount {
        currency: Currency::from_code("USD").unwrap(),
        period: Period::from_word("monthly").unwrap(),
        amount: amount.into(),
    })
}

#[test]
fn nobody_approves_more_money_than_they_may() {
    let mandate = r#","may_approve":{"cost":{"currency":"USD","period":"monthly","growth_up_to":1000}}"#;
    let person = Person { more: mandate.to_owned(), ..dana() };
    let policy = of(&[&person, &lee(), &kim()], &[]);
    let both = [signed(&person, yes(&person, &policy)), signed(&lee(), yes(&lee(), &policy))];
    let judged = |growth| Asked { growth, ..Asked::default() }.judge(&policy, &both);
    assert!(judged(usd(1000)).is_granted());
    assert!(judged(Growth::NotAsked).is_granted());
    for growth in [usd(1001), Growth::Unknown] {
        let outcome = judged(growth);
        assert_eq!((outcome.is_granted(), outcome.void[0].refusal.reason), (false, Reason::OverMandate));
    }
    // Where nobody knows how much it is, nobody can say yes, and the way out is said.
    let unknown = judged(Growth::Unknown);
    let message = &unknown.void[0].refusal.message;
    assert!(message.contains("`limits.cost` of `support-agents`"), "{message}");
    // Left out: nothing with money.
    let asked = Asked { growth: usd(1), ..Asked::default() };
    refused(Reason::OverMandate, &asked, &super::attacks::policy(), edited(|_| {}));
}

#[test]
fn delegation() {
    let policy = policy();
    let delegated = |by: &Person, to: &Person, envelope: &str| {
        by.sign(Statement::Delegation(Delegation {
            delegator: Email::parse("dana@example.com").unwrap(),
            function: Function::Finance,
            delegate: Email::parse(&to.email()).unwrap(),
            envelopes: BTreeSet::from([envelope.to_owned()]),
            may_approve_cost: None,
            from: at("2026-11-20T00:00:00Z"),
            until: at("2026-12-01T00:00:00Z"),
            reason: "vacation".to_owned(),
        }))
    };
    let instead = |person: &Person| {
        let approval = Approval {
            on_behalf_of: Some(Email::parse("dana@example.com").unwrap()),
            function: Function::Finance,
            ..yes(person, &policy)
        };
        signed(person, approval)
    };
    let ada = Person::with_fido("ada", Function::Engineering, 4);
    let mut with_ada = policy.clone();
    with_ada.others = voters(&[&ada]);
    let lees = signed(&lee(), yes(&lee(), &policy));
    let good = [delegated(&dana(), &ada, "support-agents"), instead(&ada), lees.clone()];
    assert!(Asked::default().judge(&with_ada, &good).is_granted(), "the honest twin");
    let void = |policy: &Policy, all: &[Signed]| {
        let outcome = Asked::default().judge(policy, all);
        assert!(!outcome.is_granted(), "{outcome:?}");
        outcome.void.first().map(|void| void.refusal.reason)
    };
    let stranger = Person { seed: 9, ..dana() };
    let no = Some(Reason::NoDelegation);
    assert_eq!(void(&with_ada, &good[1..]), no, "without the delegation");
    assert_eq!(
        void(&with_ada, &[delegated(&stranger, &ada, "support-agents"), instead(&ada), lees.clone()]),
        no
    );
    assert_eq!(void(&with_ada, &[delegated(&dana(), &ada, "another"), instead(&ada), lees.clone()]), no);
    assert_eq!(void(&policy, &good), Some(Reason::UnknownApprover), "a delegate nobody knows");
    // Nobody counts for two functions, whoever lets them.
    let both = [delegated(&dana(), &lee(), "support-agents"), instead(&lee()), lees];
    assert_eq!(void(&with_ada, &both), Some(Reason::CountedAlready));
}

#[test]
fn an_emergency_needs_the_strongest_keys_and_is_short() {
    let strong = |person: Person| Person { assurance: Assurance::TouchPinAttested, ..person };
    let (dana, lee, kim) = (strong(dana()), strong(lee()), strong(kim()));
    let ordinary = of(&[&dana, &lee, &kim], &[]);
    let emergency = ordinary.in_emergency();
    let now_or_never = |person: &Person| {
        let approval =
            Approval { break_glass: true, expires_at: at("2026-11-25T10:00:00Z"), ..yes(person, &emergency) };
        signed(person, approval)
    };
    let two = [now_or_never(&lee), now_or_never(&kim)];
    assert!(Asked::default().judge(&emergency, &two).is_granted());
    let late = Asked { now: Some(at("2026-11-25T11:00:01Z")), ..Asked::default() };
    assert!(matches!(late.judge(&emergency, &two).standing, Standing::Lapsed { .. }));
    assert!(!Asked::default().judge(&emergency, &two[..1]).is_granted(), "one person");
    assert!(
        !Asked::default().judge(&ordinary, &two).is_granted(),
        "an emergency approval under the ordinary rule"
    );
    let plain = [signed(&lee, yes(&lee, &ordinary)), signed(&kim, yes(&kim, &ordinary))];
    assert!(!Asked::default().judge(&emergency, &plain).is_granted(), "an ordinary approval in an emergency");
    // Keys whose maker nobody vouched for.
    let weak = super::attacks::policy().in_emergency();
    let weaker = |person: &Person| {
        signed(
            person,
            Approval { break_glass: true, expires_at: at("2026-11-25T10:00:00Z"), ..yes(person, &weak) },
        )
    };
    let outcome =
        Asked::default().judge(&weak, &[weaker(&super::attacks::lee()), weaker(&super::attacks::kim())]);
    assert!(!outcome.is_granted());
}

#[test]
fn people_who_are_one_person_cannot_be_a_policy() {
    let twin = Person { name: "ada".to_owned(), ..dana() };
    let envelope = envelope(&[&dana(), &lee(), &kim()], &[]);
    let missing =
        Policy::of_envelope(&envelope, &[], &voters(&[&dana(), &lee()]), &BTreeSet::new(), today(at(NOW)));
    assert!(missing.is_err(), "an approver whose record is not at hand");
    let records: Vec<Approver> = vec![dana().approver(), twin.approver(), lee().approver()];
    let faults = envelope.consent.judge_approvers(&records.iter().collect::<Vec<_>>());
    assert!(faults.iter().any(|fault| place(&fault.path).contains("approvers")));
}
