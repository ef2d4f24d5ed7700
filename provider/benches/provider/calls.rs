//! The provider's work per call, in process through the SDK's test client. What is measured includes the client's own encoding and
//! decoding; beside it stands the budget. What a call costs that does nothing is measured too, and taken off.

use std::time::Duration;

use terraform_provider_remit::Remit;
use tf_provider_sdk::{
    Object,
    testing::{Action, TestProvider},
};

use crate::{declarations, median, row};

const RUNS: usize = 500;
const BUDGET: f64 = 20.0;

pub(crate) fn measure() {
    let stopped = provider();
    let nothing = median(RUNS, || stopped.stop());
    row("a call that does nothing, in process", micros(nothing), None, "µs");

    let provider = provider();
    let small = declarations::approver();
    resource(&provider, "remit_approver", &small, nothing);
    let mut approver = provider.resource("remit_approver").expect("the type");
    let record = approver.apply(&small).expect("an approver").attr("record").clone();
    resource(&provider, "remit_envelope", &declarations::envelope(&record), nothing);
    println!("  (calls include what the test client encodes and decodes itself)");
}

fn provider() -> TestProvider<Remit> {
    TestProvider::start(Remit, Object::new()).expect("the provider starts")
}

/// The test client makes several calls at once; those that it never makes alone come out as differences.
fn resource(provider: &TestProvider<Remit>, ty: &str, config: &Object, nothing: Duration) {
    let mut made = provider.resource(ty).expect("the type");
    let fresh = provider.resource(ty).expect("the type");
    let validate = median(RUNS, || fresh.validate(config));
    let create = median(RUNS, || fresh.plan(config)).saturating_sub(validate);
    let whole = median(RUNS, || {
        let mut new = provider.resource(ty).expect("the type");
        new.apply(config).expect("it is applied");
    });
    made.apply(config).expect("it is applied");
    let planned = made.plan(config).expect("it is planned");
    assert_eq!(planned.action, Action::NoOp);
    let again = median(RUNS, || made.plan(config)).saturating_sub(validate);
    let stored = made.state().to_json().expect("state is known");
    let upgrade = median(RUNS, || made.upgrade(0, &stored));
    let refresh = median(RUNS, || made.refresh().map(drop));
    // The client leaves the upgrade out where a type has dynamic attributes.
    let read = if ty == "remit_envelope" { refresh } else { refresh.saturating_sub(upgrade) };
    let apply = whole.saturating_sub(validate * 2 + create + again + refresh);
    for (call, took) in [
        ("validate", validate),
        ("plan a create", create),
        ("plan nothing new", again),
        ("apply a create", apply),
        ("read", read),
        ("upgrade state", upgrade),
    ] {
        let own = took.saturating_sub(nothing);
        row(&format!("{ty}: {call}, beside budget"), micros(own), Some(BUDGET), "µs");
    }
}

fn micros(took: Duration) -> f64 {
    took.as_secs_f64() * 1e6
}
