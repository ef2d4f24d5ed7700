//! What only newer versions of Terraform call, in process: ephemeral resources, list resources, actions, proposed configuration.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test, also outside its test functions, with a provider that panics on demand"
)]

#[path = "newer_rpcs/depot.rs"]
mod depot;

use std::time::{Duration, SystemTime};

use depot::{Bare, Depot, Log};
use tf_provider_sdk::testing::{SearchFor, TestProvider};
use tf_provider_sdk::{Diagnostics, Object, Severity, Value};

struct Fixture {
    log: Log,
    provider: TestProvider<Depot>,
}

impl Fixture {
    fn new() -> Self {
        let log = Log::default();
        Self { provider: TestProvider::start(Depot::new(&log), Object::new()).unwrap(), log }
    }

    /// Gives the provider's tasks the time that they have while Terraform waits for something else.
    fn eventually(&self, entry: &str) {
        for _ in 0..200 {
            if self.log.has(entry) {
                return;
            }
            self.provider.plan_action("depot_shake", Object::new()).unwrap();
        }
        panic!("no `{entry}` in {:?}", self.log.entries());
    }
}

fn behaving(behavior: &str) -> Object {
    Object::new().with("behavior", behavior)
}

fn key(behavior: &str) -> Object {
    behaving(behavior).with("name", "front")
}

fn said(diagnostics: &Diagnostics) -> String {
    let each = diagnostics.iter().map(|d| format!("{}: {} {}", d.path, d.summary, d.detail));
    each.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn says<T>(result: Result<T, Diagnostics>, expected: &str) {
    let text = said(&result.err().expect("an error"));
    assert!(text.contains(expected), "`{expected}` is not in:\n{text}");
}

// ---- ephemeral resources ----

#[test]
fn a_key_is_opened_renewed_and_closed() {
    let fixture = Fixture::new();
    let mut open = fixture.provider.open("depot_key", key("")).unwrap();
    let expected =
        Object::new().with("name", "front").with("behavior", "").with("turns", 2).with("secret", "s-front");
    assert_eq!(open.result(), &Value::from(expected));
    assert_eq!(open.renew_at(), Some(SystemTime::UNIX_EPOCH + Duration::from_millis(1_500)));
    open.renew().unwrap();
    open.renew().unwrap();
    assert_eq!(open.renew_at(), None);
    open.close().unwrap();
    assert_eq!(fixture.log.entries(), ["open front", "renew 1", "renew 2", "close 3"]);
}

#[test]
fn what_terraform_would_not_accept_is_closed_again() {
    let fixture = Fixture::new();
    says(
        fixture.provider.open("depot_key", key("leave unknown")),
        "secret: Error in the provider `secret` is still unknown",
    );
    says(
        fixture.provider.open("depot_key", key("rename")),
        "name: Error in the provider The plan breaks a rule at `name`",
    );
    says(
        fixture.provider.open("depot_key", key("misshape")),
        "secret: Error in the provider `secret` must be",
    );
    assert_eq!(
        fixture.log.entries(),
        ["open front", "close 1", "open front", "close 1", "open front", "close 1"]
    );
}

#[test]
fn a_key_that_cannot_be_had_is_an_error() {
    let fixture = Fixture::new();
    says(fixture.provider.open("depot_key", key("refuse")), "name: No such key");
    says(fixture.provider.open("depot_key", key("say nothing")), "gives no reason");
    says(fixture.provider.open("depot_key", key("panic")), "the key broke");
    says(fixture.provider.open("depot_key", key("").with("name", "")), "name: ");
    says(fixture.provider.open("depot_lock", Object::new()), "which this provider has not");
    assert_eq!(fixture.log.entries(), [""; 0]);
    // After all that it still works, and says what goes wrong later.
    let mut open = fixture.provider.open("depot_key", key("jam")).unwrap();
    says(open.renew(), "It is jammed");
    says(open.close(), "It is jammed");
}

#[test]
fn an_interrupt_ends_the_waiting_for_a_key() {
    let fixture = Fixture::new();
    fixture.provider.stop_after(Duration::from_millis(10));
    says(fixture.provider.open("depot_key", key("wait")), "Interrupted");
    fixture.provider.open("depot_key", key("")).unwrap();
}

#[test]
fn a_lease_without_renewal_says_so() {
    let fixture = Fixture::new();
    let mut open = fixture.provider.open("depot_pass", Object::new()).unwrap();
    says(open.renew(), "cannot be renewed");
    open.close().unwrap();
}

// ---- list resources ----

const ALL: SearchFor = SearchFor { include_resource: false, limit: None };

#[test]
fn everything_is_found() {
    let fixture = Fixture::new();
    let found: Vec<_> =
        fixture.provider.search("depot_box", Object::new(), ALL).unwrap().map(Result::unwrap).collect();
    let names: Vec<_> = found.iter().map(|listed| listed.display_name.as_str()).collect();
    assert_eq!(names, ["Box 0", "Box 1", "Box 2", "Box 3", "Box 4"]);
    assert_eq!(found[3].identity, Object::new().with("id", "box-3").into());
    assert!(found.iter().all(|listed| listed.resource.is_none()));
    assert_eq!(said(&found[0].warnings), ": Slow shelf ");
    assert!(found[1].warnings.is_empty());
}

#[test]
fn whole_objects_come_when_asked_for() {
    let fixture = Fixture::new();
    let wanted = SearchFor { include_resource: true, limit: Some(1) };
    let mut search = fixture.provider.search("depot_box", Object::new(), wanted).unwrap();
    let resource = search.next().unwrap().unwrap().resource.unwrap();
    assert_eq!(resource.attr("name"), &Value::from("0"));
    assert_eq!(resource.attr("secret"), &Value::Null, "write-only values stay out");
}

#[test]
fn a_limit_ends_the_search() {
    let fixture = Fixture::new();
    let wanted = SearchFor { limit: Some(2), ..ALL };
    let search = fixture.provider.search("depot_box", behaving("endless"), wanted).unwrap();
    assert_eq!(search.map(Result::unwrap).count(), 2);
    fixture.eventually("nobody wants more");
    assert!(fixture.log.has("limit Some(2)"));
}

#[test]
fn a_search_goes_no_further_than_its_results_are_taken() {
    let fixture = Fixture::new();
    let mut search = fixture.provider.search("depot_box", behaving("endless"), ALL).unwrap();
    for _ in 0..3 {
        search.next().unwrap().unwrap();
    }
    for _ in 0..50 {
        fixture.provider.plan_action("depot_shake", Object::new()).unwrap();
    }
    let found = fixture.log.entries().iter().filter(|entry| entry.starts_with("found")).count();
    // Taken, and on their way: in the hands of each of the two channels and of the tasks beside them.
    assert!((3..=8).contains(&found), "{found}");
    drop(search);
    fixture.eventually("nobody wants more");
    fixture.eventually("cancelled");
}

#[test]
fn a_search_that_fails_says_so_after_what_it_found() {
    let fixture = Fixture::new();
    let end_of = |behavior: &str| {
        let wanted = SearchFor { include_resource: true, ..ALL };
        let mut found: Vec<_> =
            fixture.provider.search("depot_box", behaving(behavior), wanted).unwrap().collect();
        let last = found.pop().unwrap();
        assert!(found.into_iter().all(|listed| listed.is_ok()));
        last
    };
    says(end_of("fail"), "Shelf collapsed");
    says(end_of("panic"), "a box fell");
    says(end_of("no identity"), "has no `id`");
    says(end_of("misshape"), "name: Error in the provider `name` must be");
    says(fixture.provider.search("depot_box", Object::new().with("shelf", ""), ALL), "shelf: ");
}

#[test]
fn an_interrupt_ends_a_search() {
    let fixture = Fixture::new();
    let mut search = fixture.provider.search("depot_box", behaving("wait"), ALL).unwrap();
    assert!(search.next().unwrap().is_ok());
    fixture.provider.stop();
    says(search.next().unwrap(), "Interrupted");
    assert!(search.next().is_none());
}

// ---- actions ----

#[test]
fn an_action_tells_how_far_it_is() {
    let fixture = Fixture::new();
    let lines: Vec<_> = fixture.provider.invoke("depot_shake", Object::new()).unwrap().collect();
    assert_eq!(lines, ["shake 1", "shake 2", "shake 3"]);
    let warnings = fixture.provider.invoke("depot_shake", behaving("creak")).unwrap().finish().unwrap();
    assert_eq!(said(&warnings), ": It creaks ");
}

#[test]
fn an_action_that_fails_completes_with_the_reason() {
    let fixture = Fixture::new();
    let invoke = |behavior| fixture.provider.invoke("depot_shake", behaving(behavior)).unwrap();
    let mut failing = invoke("fail");
    assert_eq!(failing.next().as_deref(), Some("shake 1"));
    assert_eq!(failing.next(), None);
    says(failing.finish(), "behavior: It broke");
    says(invoke("say nothing").finish(), "gives no reason");
    says(invoke("panic").finish(), "the hand slipped");
    says(fixture.provider.invoke("depot_kick", Object::new()), "which this provider has not");
    invoke("").finish().unwrap();
}

#[test]
fn a_plan_can_refuse_an_action_and_need_not_know_everything() {
    let fixture = Fixture::new();
    says(fixture.provider.invoke("depot_shake", behaving("forbid")), "behavior: Not today");
    says(fixture.provider.invoke("depot_shake", Object::new().with("times", 0)), "times: ");
    let unknown = Object::new().with("times", Value::unknown());
    let warnings = fixture.provider.plan_action("depot_shake", unknown).unwrap();
    assert_eq!(said(&warnings), "times: How often is not known yet ");
    assert!(warnings.iter().all(|warning| warning.severity == Severity::Warning));
}

#[test]
fn an_interrupt_and_a_host_that_goes_away_reach_the_action() {
    let fixture = Fixture::new();
    let mut waiting = fixture.provider.invoke("depot_shake", behaving("wait")).unwrap();
    assert_eq!(waiting.next().as_deref(), Some("shake 1"));
    fixture.provider.stop();
    says(waiting.finish(), "Interrupted");
    assert!(fixture.log.has("cancelled"));

    let fixture = Fixture::new();
    let mut waiting = fixture.provider.invoke("depot_shake", behaving("wait")).unwrap();
    waiting.next().unwrap();
    drop(waiting);
    fixture.eventually("cancelled");
}

// ---- proposed configuration ----

#[test]
fn proposed_configuration_leaves_out_what_nobody_should_write() {
    let fixture = Fixture::new();
    let mut imported = fixture.provider.resource("depot_box").unwrap();
    imported.import("box-7").unwrap();
    assert_eq!(imported.state().attr("label"), &Value::from("old"));
    let config = imported.generate_config().unwrap();
    let expected =
        Object::new().with("name", "7").with("color", "red").with("lid", Object::new().with("hinges", 4));
    let set: Object =
        config.iter().filter(|(_, value)| !value.is_null()).map(|(n, v)| (n.to_owned(), v.clone())).collect();
    assert_eq!(set.get("name"), expected.get("name"));
    assert_eq!(set.get("lid").attr("hinges"), &Value::from(4));
    assert_eq!(set.get("lid").attr("serial"), &Value::Null);
    // `shade` contradicts `color`, `size` has its default, `label` is deprecated, `id` is computed, `secret` is write-only.
    assert_eq!(set.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["color", "lid", "name"]);
    assert_eq!(imported.plan(&config).unwrap().action, tf_provider_sdk::testing::Action::NoOp);
}

// ---- what is not offered ----

#[test]
fn what_a_provider_does_not_offer_is_not_implemented() {
    let bare = TestProvider::start(Bare, Object::new()).unwrap();
    says(bare.open("bare_key", Object::new()), "gRPC status Unimplemented");
    says(bare.search("bare_box", Object::new(), ALL), "gRPC status Unimplemented");
    says(bare.invoke("bare_shake", Object::new()), "gRPC status Unimplemented");
}

#[test]
fn lists_without_identity_and_actions_with_results_are_found_at_the_start() {
    let wrong = TestProvider::start(depot::Wrong, Object::new()).map(|_| ());
    says(wrong, "The list resource `wrong_ghost` is not a resource");
    let wrong = TestProvider::start(depot::Wrong, Object::new()).map(|_| ());
    says(wrong, "In wrong_sum, the attribute `result` is computed");
}
