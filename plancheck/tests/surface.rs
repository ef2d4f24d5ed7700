//! What agents may decide: what is drawn, what moves, and which reviews count. Each refusal has a twin that is accepted.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot set up its case fails"
)]

mod scene;

use plancheck::surface::{Drawn, Moved, NAMESPACE, Review, Signed, Surface, difference, draw};
use remit_governance::Lock;
use remit_governance::approval::Voter;
use remit_governance::consent::{Assurance, Function};
use remit_governance::person::Email;
use remit_governance::testing::Person;
use scene::{change, given, over_all, plan};
use serde_json::{Value, json};

fn lock(envelopes: &[Value]) -> Lock {
    Lock::parse(scene::lock(envelopes).as_bytes()).expect("a lock")
}

fn agents(principals: &[&str]) -> Value {
    let mut envelope = over_all(&json!({ "capacity": { "instances": { "ceiling": 20 } } }));
    envelope["agents"] = json!({ "principals": principals });
    envelope
}

fn group(max: Option<u32>) -> Value {
    let after = json!({ "name": "web", "min_size": 1, "max_size": max });
    change("aws_autoscaling_group.web", &["no-op"], after.clone(), after)
}

fn agent(model: &str) -> Value {
    let after = json!({ "agent_name": "triage", "foundation_model": model });
    change("aws_bedrockagent_agent.triage", &["no-op"], after.clone(), after)
}

fn budget() -> Value {
    let after = json!({ "name": "cap", "limit_amount": "100", "limit_unit": "USD" });
    change("aws_budgets_budget.cap", &["no-op"], after.clone(), after)
}

fn drawn(envelopes: &[Value], changes: &[Value]) -> Surface {
    let plan = plan(changes).to_string();
    draw(&[Drawn::Plan(plan.as_bytes())], &lock(envelopes), &given())
        .unwrap_or_else(|error| panic!("{error}"))
}

fn told(surface: &Surface) -> String {
    let line = |(decision, reach): (&plancheck::surface::Decision, &plancheck::surface::Reach)| {
        format!("{} {} {}: {}\n", decision.about.id(), decision.address, decision.attribute, reach.words())
    };
    surface.decisions.iter().map(line).collect()
}

const TEAM: &str = "aws:arn:aws:iam::123456789012:role/agents/*";

#[test]
fn what_scales_answers_and_holds_back_is_drawn() {
    let surface = drawn(&[agents(&[TEAM])], &[group(Some(10)), agent("anthropic.claude-3"), budget()]);
    insta::assert_snapshot!("drawn", told(&surface));
    assert_eq!(surface.agents["team-a"].principals.len(), 1);
    let same = drawn(&[agents(&[TEAM])], &[budget(), agent("anthropic.claude-3"), group(Some(10))]);
    assert_eq!(surface.fingerprint(), same.fingerprint(), "the order of a plan is nothing");
}

#[test]
fn a_state_is_drawn_like_a_plan_in_which_nothing_changes() {
    let state = json!({ "format_version": "1.0", "terraform_version": "1.11.0", "values": { "root_module": { "resources": [{
        "address": "aws_autoscaling_group.web", "mode": "managed", "type": "aws_autoscaling_group", "name": "web",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "values": { "name": "web", "min_size": 1, "max_size": 10 }, "sensitive_values": {},
    }] } } });
    let of_state = draw(&[Drawn::State(state.to_string().as_bytes())], &lock(&[agents(&[])]), &given());
    assert_eq!(told(&of_state.expect("a surface")), told(&drawn(&[agents(&[])], &[group(Some(10))])));
    assert!(draw(&[Drawn::State(b"{}")], &lock(&[agents(&[])]), &given()).is_err());
}

#[test]
fn what_grows_needs_people_and_what_shrinks_does_not() {
    let base = || drawn(&[agents(&[TEAM])], &[group(Some(10)), agent("a")]);
    let moved =
        |now: &Surface| -> Vec<Moved> { difference(&base(), now).iter().map(|one| one.moved).collect() };
    assert_eq!(moved(&base()), []);
    let with = |changes: &[Value]| moved(&drawn(&[agents(&[TEAM])], changes));
    assert_eq!(with(&[group(Some(11)), agent("a")]), [Moved::Widened]);
    assert_eq!(with(&[group(None), agent("a")]), [Moved::Widened], "no bound is further than any");
    assert_eq!(with(&[group(Some(9)), agent("a")]), [Moved::Narrowed]);
    assert_eq!(
        with(&[group(Some(10)), agent("b")]),
        [Moved::Widened],
        "another model is not the one that was looked at"
    );
    let fewer = with(&[agent("a")]);
    assert!(!fewer.is_empty() && fewer.iter().all(|moved| *moved == Moved::Removed), "{fewer:?}");
    let more = with(&[group(Some(10)), agent("a"), budget()]);
    assert!(!more.is_empty() && more.iter().all(|moved| *moved == Moved::Added), "{more:?}");
    // Another principal comes with another record, so the lock is another one as well.
    let principals =
        moved(&drawn(&[agents(&[TEAM, "aws:arn:aws:iam::1:role/b"])], &[group(Some(10)), agent("a")]));
    assert_eq!(principals, [Moved::Added, Moved::Changed]);
    let mut catalog = base();
    catalog.catalog = "sha256:other".to_owned();
    assert_eq!(moved(&catalog), [Moved::Changed]);
    assert!(Moved::Changed.needs_review() && !Moved::Removed.needs_review());
}

#[test]
fn a_surface_is_read_back_as_it_was_written_and_not_otherwise() {
    let surface = drawn(&[agents(&[TEAM])], &[group(None), agent("a"), budget()]);
    let text = surface.to_json();
    let read = Surface::parse("surface.json", text.as_bytes()).expect("a surface");
    assert_eq!((read.fingerprint(), &read), (surface.fingerprint(), &surface));
    for bad in [
        text.replacen("\"format\": 1", "\"format\": 2", 1),
        text.replacen("\"kind\"", "\"more\": 1, \"kind\"", 1),
        text.replacen("capacity", "capacities", 1),
        "{}".to_owned(),
        String::new(),
    ] {
        assert!(Surface::parse("surface.json", bad.as_bytes()).is_err(), "{bad}");
    }
}

fn review(person: &Person, surface: &Surface, namespace: &str) -> Signed {
    let review = Review {
        fingerprint: surface.fingerprint(),
        reviewer: Email::parse(&person.email()).expect("an address"),
        reviewed_at: scene::NOW.parse().expect("an instant"),
        reason: Some("looked at it".to_owned()),
    };
    let armored = person.armored(namespace, &review.text());
    Signed::new(review, &armored).expect("a signature")
}

#[test]
fn a_review_counts_for_its_surface_by_an_enrolled_approver_with_a_touch() {
    let surface = drawn(&[agents(&[TEAM])], &[group(Some(10))]);
    let other = drawn(&[agents(&[TEAM])], &[group(Some(11))]);
    let lock = lock(&[agents(&[TEAM])]);
    let dana = Person::with_fido("dana", Function::Finance, 1);
    let voter = |person: &Person, enrolled| Voter::new(person.approver(), enrolled);
    let now = scene::NOW.parse().expect("an instant");
    let judge = |signed: &Signed, surface: &Surface, voters: &[Voter]| {
        let mut envelope = lock.envelopes()[0].clone();
        envelope.consent.approvers.extend(voters.iter().map(|voter| voter.approver.digest()));
        signed.judge(surface.fingerprint(), voters, &[envelope], now)
    };
    let signed = review(&dana, &surface, NAMESPACE);
    let believed = judge(&signed, &surface, &[voter(&dana, true)]).expect("it counts");
    assert_eq!(believed.assurance, Assurance::TouchPin);
    // Read back from its file, it is the same.
    let read = Signed::parse("review.json", signed.to_json().as_bytes()).expect("a review");
    assert_eq!(judge(&read, &surface, &[voter(&dana, true)]), Ok(believed));
    let why = |signed: &Signed, surface: &Surface, voters: &[Voter]| {
        judge(signed, surface, voters).expect_err("no")
    };
    assert!(why(&signed, &other, &[voter(&dana, true)]).contains("another surface"));
    let nobodys = signed.judge(surface.fingerprint(), &[voter(&dana, true)], lock.envelopes(), now);
    assert!(nobodys.expect_err("no").contains("approver of no envelope"));
    assert!(why(&signed, &surface, &[]).contains("no approver"));
    assert!(
        why(&signed, &surface, &[voter(&dana, false)]).contains("asked for"),
        "nobody vouched for the key"
    );
    let mallory = Person { seed: 9, ..dana.clone() };
    assert!(
        why(&review(&mallory, &surface, NAMESPACE), &surface, &[voter(&dana, true)]).contains("not one of")
    );
    let mut revoked = voter(&dana, true);
    revoked.revoked = revoked.approver.keys.clone();
    assert!(why(&signed, &surface, &[revoked]).contains("revoked"));
    let late = Person { more: r#","valid_until":"2026-11-22""#.to_owned(), ..dana.clone() };
    assert!(why(&signed, &surface, &[voter(&late, true)]).contains("any more"));
    // An approval is signed for another purpose.
    assert!(
        why(&review(&dana, &surface, "approval@remit"), &surface, &[voter(&dana, true)]).contains("made for")
    );
    let edited = signed.to_json().replace("looked at it", "looked at them");
    let edited = Signed::parse("review.json", edited.as_bytes()).expect("a review");
    assert!(judge(&edited, &surface, &[voter(&dana, true)]).is_err());
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_reader_panics(text in "\\PC{0,300}") {
            let _ = Surface::parse("a", text.as_bytes());
            let _ = Signed::parse("a", text.as_bytes());
        }

        #[test]
        fn a_raise_always_needs_people(was in 1_u32..1000, more in 1_u32..1000) {
            let moved = difference(
                &drawn(&[agents(&[])], &[group(Some(was))]),
                &drawn(&[agents(&[])], &[group(Some(was + more))]),
            );
            prop_assert!(moved.iter().any(|one| one.moved.needs_review()));
        }
    }
}
