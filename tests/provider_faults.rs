//! The fault matrix: every call that the provider makes while an envelope is created, changed and destroyed goes wrong in every
//! way, one at a time, against the fake cloud and in this process. Afterwards the next apply repairs it: what exists is what
//! would exist without the fault, nothing twice, nothing left over, and nothing more to do. Which calls there are is taken from
//! the log of a life without faults, so that a new call is tested by being made.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test crate: it stops at the first thing that is not as it should be"
)]

#[path = "provider_faults/cloud.rs"]
mod cloud;
#[path = "provider_faults/connected.rs"]
mod connected;

use std::{fmt, thread};

use cloud::{MEMBER, UNIT, comparable};
use connected::{approver, object, provider};
use fake_cloud::{Effect, Entry, FakeCloud, Fault, Kind, Snapshot, show};
use serde_json::{Value as Json, json};
use terraform_provider_remit::Remit;
use tf_provider_sdk::{
    Diagnostics, Object,
    testing::{ResourceTest, TestProvider},
};

/// A fault at one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    /// Asked too often, once.
    Throttled,
    /// Asked too often, until somebody looks after it.
    ThrottledOn,
    /// The service fails, once.
    Failed,
    /// The service and all others fail from here on, until somebody looks after it.
    FailedOn,
    /// Somebody else changes the same thing, once.
    Conflict,
    /// Not allowed, until somebody looks after it.
    Denied,
    /// The request is lost.
    RequestLost,
    /// It is carried out, and the answer is lost.
    AnswerLost,
    /// It is carried out, and the provider is killed: no further call, and no state.
    Killed,
}

const WRONGS: [Wrong; 9] = [
    Wrong::Throttled,
    Wrong::ThrottledOn,
    Wrong::Failed,
    Wrong::FailedOn,
    Wrong::Conflict,
    Wrong::Denied,
    Wrong::RequestLost,
    Wrong::AnswerLost,
    Wrong::Killed,
];

impl Wrong {
    /// What to order at the call with this number. Empty: it cannot happen to this call.
    fn orders(self, number: usize, call: &Entry) -> Vec<Fault> {
        let at = |times: usize, effect: Effect| Fault {
            service: None,
            operation: None,
            writes_only: false,
            nth: number,
            times,
            effect,
        };
        match self {
            Self::Throttled => vec![at(1, Effect::Throttle)],
            Self::ThrottledOn => vec![at(0, Effect::Throttle)],
            Self::Failed => vec![at(1, Effect::InternalError)],
            Self::FailedOn => vec![at(0, Effect::InternalError)],
            Self::Conflict => {
                let code = match call.service.as_str() {
                    "organizations" => "ConcurrentModificationException",
                    "application-autoscaling" => "ConcurrentUpdateException",
                    "autoscaling" => "ResourceContention",
                    "lambda" => "ResourceConflictException",
                    "budgets" if call.operation.ends_with("BudgetAction") => "ResourceLockedException",
                    _ => return Vec::new(),
                };
                vec![at(1, Effect::Code(code.to_owned()))]
            }
            Self::Denied => vec![at(0, Effect::Code("AccessDeniedException".to_owned()))],
            Self::RequestLost => vec![at(1, Effect::DropBefore)],
            Self::AnswerLost => vec![at(1, Effect::DropAfter)],
            Self::Killed => {
                let after = Fault { nth: number + 1, ..at(0, Effect::DropBefore) };
                vec![at(1, Effect::DropAfter), after]
            }
        }
    }
}

/// What is being done when it goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Create,
    Change,
    Destroy,
}

/// One cell of the matrix.
struct Cell {
    phase: Phase,
    number: usize,
    wrong: Wrong,
    call: Entry,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { phase, number, wrong, call } = self;
        write!(f, "{phase:?}: {wrong:?} at call {number}, {} {}", call.service, call.operation)
    }
}

/// A cloud, and what is needed to connect providers to it.
struct Rig {
    cloud: FakeCloud,
    /// Holds the file of credentials.
    folder: tempfile::TempDir,
    /// Before anything is made, and after the envelope is.
    empty: Snapshot,
    created: Snapshot,
    /// What exists in the first.
    nothing: Json,
}

impl Rig {
    fn new() -> Self {
        let (cloud, folder) = (cloud::start(), tempfile::tempdir().expect("a folder"));
        let empty = cloud.snapshot();
        let nothing = comparable(&cloud.state());
        let mut rig = Self { cloud, folder, created: empty.clone(), empty, nothing };
        let provider = provider(&rig.cloud, rig.folder.path());
        let mut envelope = provider.resource("remit_envelope").expect("a resource");
        carry_out(Phase::Create, &mut envelope).unwrap_or_else(|said| panic!("{said:?}"));
        rig.created = rig.cloud.snapshot();
        rig
    }

    /// The envelope as it is before a phase, in the cloud and in the state.
    fn prepared<'p>(&self, phase: Phase, provider: &'p TestProvider<Remit>) -> ResourceTest<'p, Remit> {
        self.cloud.clear_faults();
        self.cloud.restore(if phase == Phase::Create { &self.empty } else { &self.created });
        let mut envelope = provider.resource("remit_envelope").expect("a resource");
        if phase != Phase::Create {
            // It is there already, so this only looks.
            carry_out(Phase::Create, &mut envelope)
                .unwrap_or_else(|said| panic!("before {phase:?}: {said:?}"));
        }
        self.cloud.clear_log();
        envelope
    }

    /// What exists after a phase that went well, and the calls of it.
    fn well(&self, phase: Phase) -> (Json, Vec<Entry>) {
        let provider = provider(&self.cloud, self.folder.path());
        let mut envelope = self.prepared(phase, &provider);
        carry_out(phase, &mut envelope).unwrap_or_else(|said| panic!("{phase:?}: {said:?}"));
        (comparable(&self.cloud.state()), self.cloud.log())
    }

    /// Goes through one cell. Says what is not as it should be.
    fn check(&self, cell: &Cell, expected: &Json) -> Result<(), String> {
        let provider = provider(&self.cloud, self.folder.path());
        let mut envelope = self.prepared(cell.phase, &provider);
        let before = envelope.clone();
        for fault in cell.wrong.orders(cell.number, &cell.call) {
            self.cloud.fault(fault);
        }
        let went = carry_out(cell.phase, &mut envelope);
        self.cloud.clear_faults();
        if cell.wrong == Wrong::Killed {
            envelope = before;
        }
        let after = |what: &str, said: Diagnostics| {
            format!("{what}: {said:?}\nafter the fault, which said: {went:?}")
        };
        carry_out(cell.phase, &mut envelope).map_err(|said| after("the repair failed", said))?;
        same("the repair", &comparable(&self.cloud.state()), expected)?;
        // The state leads to everything that exists.
        envelope.destroy().map_err(|said| after("the destroy failed", said))?;
        same("the destroy", &comparable(&self.cloud.state()), &self.nothing)
    }
}

fn carry_out(phase: Phase, envelope: &mut ResourceTest<'_, Remit>) -> Result<(), Diagnostics> {
    match phase {
        Phase::Create => envelope.apply(&first()).map(drop),
        Phase::Change => envelope.apply(&second()).map(drop),
        Phase::Destroy => envelope.destroy(),
    }
}

/// The envelope as it is made first.
fn first() -> Object {
    declared(
        &json!({
            "budget": { "subscribers": ["finops@example.com"], "action": action(90) },
            "region_guard": { "targets": [UNIT] },
            "tamper_guard": { "targets": [UNIT] },
            "caps": [
                { "scalable_target": router(), "min": 1, "max": 20 },
                { "autoscaling_group": "workers", "max": 10 },
                { "autoscaling_group": "batch", "max": 12, "account": MEMBER, "region": "eu-central-1" },
                { "lambda_function": "analysis", "reserved_concurrency": 50 },
            ],
        }),
        12000,
    )
}

/// The envelope as it is changed: some of everything goes, comes and differs.
fn second() -> Object {
    declared(
        &json!({
            "budget": { "subscribers": ["more@example.com"], "action": action(100) },
            "region_guard": { "targets": ["r-abcd"] },
            "tamper_guard": { "targets": [UNIT] },
            "caps": [
                { "scalable_target": router(), "min": 1, "max": 12 },
                { "autoscaling_group": "workers", "max": 9 },
                { "lambda_function": "other", "reserved_concurrency": 20 },
            ],
        }),
        9000,
    )
}

fn action(at_percent: u32) -> Json {
    json!({ "role": "arn:aws:iam::123456789012:role/stop", "targets": [UNIT], "at_percent": at_percent })
}

fn router() -> Json {
    json!({ "service_namespace": "ecs", "resource_id": "service/prod/support", "dimension": "ecs:service:DesiredCount" })
}

fn declared(aws: &Json, ceiling: u32) -> Object {
    object(&json!({
        "name": "agents", "purpose": "Routing", "owner": { "name": "Mina Okafor", "email": "mina.okafor@example.com" },
        "scope": { "accounts": ["aws:123456789012"], "tags": { "workload": "agents" } },
        "agents": { "principals": ["aws:arn:aws:iam::123456789012:role/agents/*"] },
        "limits": {
            "cost": { "currency": "USD", "period": "monthly", "ceiling": ceiling, "authorize_above": 8000, "notify_at": [50, 80] },
            "regions": { "allow": ["eu-west-1", "eu-central-1"] },
            "capacity": { "instances": { "ceiling": 20 } },
        },
        "consent": { "approvers": [approver()], "quorum": { "finance": 1 } },
        "review": { "every": "quarter", "due": "2027-02-28" },
        "deletion_protection": false,
        "aws": aws,
    }))
}

fn same(after: &str, found: &Json, expected: &Json) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    let lines = |json: &Json| serde_json::to_string_pretty(json).expect("JSON");
    Err(format!("{after} left something else:\n{}", difference(&lines(expected), &lines(found))))
}

/// Lines that only one of two texts has.
fn difference(expected: &str, found: &str) -> String {
    let only = |sign: &str, these: &str, those: &str| {
        let those: Vec<_> = those.lines().collect();
        let missing = these.lines().filter(|line| !those.contains(line));
        missing.flat_map(|line| [sign, " ", line, "\n"]).collect::<String>()
    };
    only("-", expected, found) + &only("+", found, expected)
}

/// Every call that writes, and of those that look the first of each operation; with `REMIT_FAULTS=all` every call.
fn cells(phase: Phase, calls: &[Entry]) -> Vec<Cell> {
    let all = std::env::var_os("REMIT_FAULTS").is_some_and(|value| value == "all");
    let name = |call: &Entry| (call.service.clone(), call.operation.clone());
    let mut matrix = Vec::new();
    for (at, call) in calls.iter().enumerate() {
        let is_first = calls.iter().position(|other| name(other) == name(call)) == Some(at);
        if all || is_first || call.kind == Kind::Write {
            let cell = |wrong| Cell { phase, number: at + 1, wrong, call: call.clone() };
            matrix.extend(WRONGS.map(cell).into_iter().filter(|cell| !cell.wrong.orders(1, call).is_empty()));
        }
    }
    matrix
}

#[test]
fn a_life_without_faults_is_as_expected() {
    let rig = Rig::new();
    for (phase, name) in
        [(Phase::Create, "created"), (Phase::Change, "changed"), (Phase::Destroy, "destroyed")]
    {
        let (_, calls) = rig.well(phase);
        let operations =
            calls.iter().map(|call| format!("{:?} {} {}\n", call.kind, call.service, call.operation));
        let writes: String = operations.filter(|line| line.starts_with("Write")).collect();
        insta::assert_snapshot!(name, format!("{}\n{writes}", show(&rig.cloud.state())));
    }
}

#[test]
fn after_any_fault_the_next_apply_repairs() {
    let rig = Rig::new();
    let phases = [Phase::Create, Phase::Change, Phase::Destroy].map(|phase| (phase, rig.well(phase)));
    let all: Vec<Cell> = phases.iter().flat_map(|(phase, (_, calls))| cells(*phase, calls)).collect();
    let counts: Vec<_> =
        phases.iter().map(|(phase, (_, calls))| format!("{phase:?} {}", calls.len())).collect();
    eprintln!("fault matrix: {} cells; calls without faults: {}", all.len(), counts.join(", "));
    let expected = |phase: Phase| &phases.iter().find(|(of, _)| *of == phase).expect("a phase").1.0;
    // Most of the time is spent waiting before something is tried again.
    let workers = 4;
    let failed: Vec<String> = thread::scope(|scope| {
        let work = |worker: usize| {
            let own = all.iter().skip(worker).step_by(workers);
            move || {
                let rig = Rig::new();
                let check = |cell: &Cell| {
                    rig.check(cell, expected(cell.phase)).err().map(|says| format!("{cell}: {says}"))
                };
                own.filter_map(check).collect::<Vec<_>>()
            }
        };
        let started: Vec<_> = (0..workers).map(|worker| scope.spawn(work(worker))).collect();
        started.into_iter().flat_map(|worker| worker.join().expect("a worker")).collect()
    });
    assert!(failed.is_empty(), "{} of {} cells:\n\n{}", failed.len(), all.len(), failed.join("\n\n"));
}
