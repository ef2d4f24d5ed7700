//! The provider's own work per call: from the complete request message to the last byte of the answer, inside the server. That is
//! protobuf, MessagePack, logic and the task each call runs in; nothing of a client, no socket, no TLS. The calls are those that
//! the SDK's test client makes in a resource's life, recorded once and made again. What a call costs that does nothing is
//! measured too, and taken off. The self-check is off, as in a release.

use std::time::Duration;

use terraform_provider_remit::Remit;
use tf_provider_sdk::{
    Object, Value,
    testing::{Recorded, ResourceTest, TestProvider},
};

use crate::{declarations, median, timed};

const RUNS: usize = 1000;
/// Fresh providers, for what the first call of its kind costs.
const STARTS: usize = 25;
const BUDGET: f64 = 20.0;

pub(crate) fn measure() {
    println!();
    println!(
        "{:<50} {:>14} {:>14} {:>8} {:>8}",
        "own work per call, µs", "first", "repeated", "budget", "ratio"
    );
    let provider = provider();
    let ((), stops) = provider.record(|| provider.stop());
    let nothing = stops.first().map(|stop| repeated(&provider, stop)).expect("a call");
    println!("{:<50} {:>14} {:>14.1}", "a call that does nothing, taken off below", "", micros(nothing));

    let mut table = Table { provider, nothing, own: Vec::new() };
    let approver = declarations::approver();
    let changed = approver.clone().with("name", "Dana R. Reyes");
    let approver = life(&mut table, "remit_approver", [&approver, &changed]);
    let envelope = declarations::envelope(&approver);
    // What is protected cannot be destroyed.
    let changed = envelope.clone().with("deletion_protection", false);
    let envelope = life(&mut table, "remit_envelope", [&envelope, &changed]);
    let default = declarations::default_override();
    let changed = default.clone().with("ticket", "CHG-4472");
    life(&mut table, "remit_default_override", [&default, &changed]);
    lock(&mut table, [approver, envelope]);
    table.close();
}

/// What is measured, line by line.
struct Table {
    /// A provider that has answered before.
    provider: TestProvider<Remit>,
    /// What a call costs that does nothing.
    nothing: Duration,
    /// The repeated calls so far, in µs.
    own: Vec<f64>,
}

fn provider() -> TestProvider<Remit> {
    TestProvider::start_unchecked(Remit, Object::new()).expect("the provider starts")
}

/// A resource that is made, looked at, changed and destroyed. Gives its record.
fn life(table: &mut Table, ty: &str, [made, changed]: [&Object; 2]) -> Value {
    let provider = &table.provider;
    let mut resource = provider.resource(ty).expect("the type");
    let create = kept(provider, || resource.apply(made).map(drop));
    let stored = resource.state().to_json().expect("state is known");
    // The client leaves the upgrade out where a type has attributes of type `any`, and their JSON has a form of its own.
    let upgrade = provider.record(|| resource.upgrade(0, &stored).map(drop)).1;
    let update = kept(provider, || resource.apply(changed).map(drop));
    let record = resource.state().attr("record").clone();
    let destroy = kept(provider, || ResourceTest::destroy(&mut resource));
    let plan = "PlanResourceChange";
    let apply = "ApplyResourceChange";
    for (what, call) in [
        ("validate", first(&create, "ValidateResourceConfig")),
        ("plan a create", first(&create, plan)),
        ("apply a create", first(&create, apply)),
        ("upgrade state", first(&upgrade, "UpgradeResourceState")),
        ("read", first(&create, "ReadResource")),
        ("plan nothing new", create.iter().rfind(|call| call.rpc() == plan).expect("a second plan")),
        ("plan an update", first(&update, plan)),
        ("apply an update", first(&update, apply)),
        ("plan a destroy", first(&destroy, plan)),
        ("apply a destroy", first(&destroy, apply)),
    ] {
        table.line(&format!("{ty}: {what}, {} bytes", call.size()), call);
    }
    record
}

fn lock(table: &mut Table, [approver, envelope]: [Value; 2]) {
    let provider = &table.provider;
    let called = kept(provider, || provider.function("digest", vec![envelope.clone()]).map(drop));
    let records = Object::new().with("records", Value::set([approver, envelope]));
    let read = kept(provider, || provider.read("remit_governance_lock", records).map(drop));
    table.line("digest of an envelope's record", first(&called, "CallFunction"));
    table.line("remit_governance_lock: read two records", first(&read, "ReadDataSource"));
}

fn kept<E: std::fmt::Debug>(
    provider: &TestProvider<Remit>,
    work: impl FnOnce() -> Result<(), E>,
) -> Vec<Recorded> {
    let (done, calls) = provider.record(work);
    done.expect("it succeeds");
    calls
}

fn first<'a>(calls: &'a [Recorded], rpc: &str) -> &'a Recorded {
    calls.iter().find(|call| call.rpc() == rpc).expect("the call was made")
}

impl Table {
    fn line(&mut self, what: &str, call: &Recorded) {
        let mut firsts: Vec<_> = (0..STARTS)
            .map(|_| {
                let fresh = provider();
                fresh.stop();
                timed(|| fresh.replay(call)).0
            })
            .collect();
        firsts.sort();
        let first = firsts.get(STARTS / 2).copied().expect("there are starts").saturating_sub(self.nothing);
        let own = micros(repeated(&self.provider, call).saturating_sub(self.nothing));
        self.own.push(own);
        let ratio = own / BUDGET;
        println!("{what:<50} {:>14.1} {own:>14.1} {BUDGET:>8.1} {ratio:>8.2}", micros(first));
    }

    /// The budget is for the median of the calls.
    fn close(mut self) {
        self.own.sort_by(f64::total_cmp);
        let median = self.own.get(self.own.len() / 2).copied().expect("there are calls");
        let ratio = median / BUDGET;
        println!("{:<50} {:>14} {median:>14.1} {BUDGET:>8.1} {ratio:>8.2}", "median of these calls", "");
    }
}

fn repeated(provider: &TestProvider<Remit>, call: &Recorded) -> Duration {
    median(RUNS, || provider.replay(call))
}

fn micros(took: Duration) -> f64 {
    took.as_secs_f64() * 1e6
}
