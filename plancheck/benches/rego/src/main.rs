//! What a Rego engine costs on the seven rules of `policy.rego`, beside `plancheck check` with all of its rules, over the same plan, each
//! as a process of its own. Prints ratios; nothing here passes or fails.
//!
//! From the root of the workspace:
//!
//! ```sh
//! cargo build --release -p plancheck
//! cargo bench -p plancheck --bench check -- --write /tmp 10000
//! cargo run --release --manifest-path plancheck/benches/rego/Cargo.toml --target-dir target/rego -- \
//!   target/release/plancheck /tmp/plan.json /tmp/governance.lock.json
//! ```

#[path = "../../check/measure.rs"]
#[allow(dead_code, reason = "the other benchmark also measures standard input")]
mod measure;

use std::process::{Command, ExitCode};

const RUNS: usize = 5;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--rego", plan] => rego(plan),
        ["--measure", program, arguments @ ..] => measure::measure(program, arguments),
        [plancheck, plan, lock] => compare(plancheck, plan, lock),
        _ => {
            eprintln!("usage: plancheck-rego PLANCHECK PLAN LOCK");
            ExitCode::FAILURE
        }
    }
}

fn rego(plan: &str) -> ExitCode {
    let mut engine = regorus::Engine::new();
    engine.add_policy("policy.rego".to_owned(), include_str!("../policy.rego").to_owned()).expect("a policy");
    let input = std::fs::read_to_string(plan).expect("the plan can be read");
    engine.set_input(regorus::Value::from_json_str(&input).expect("a plan"));
    drop(input);
    let denied = engine.eval_rule("data.plan.deny".to_owned()).expect("an answer");
    println!("{}", denied.as_set().expect("a set").len());
    ExitCode::SUCCESS
}

fn compare(plancheck: &str, plan: &str, lock: &str) -> ExitCode {
    let this = std::env::current_exe().expect("the path of this program");
    let check = || {
        let mut command = Command::new(plancheck);
        command.args(["check", "--format", "json", "--now", "2026-12-01T09:00:00Z"]);
        command.args(["--governance", lock, "--plan", plan]);
        command
    };
    let engine = || {
        let mut command = Command::new(&this);
        command.args(["--rego", plan]);
        command
    };
    measure::is_a_check(check());
    let denied = engine().output().expect("this program starts").stdout;
    println!("the policy denies {}", String::from_utf8_lossy(&denied).trim());
    let (ours, theirs) = measure::in_turn(RUNS, check, engine);
    println!("{:>10} {:>12} {:>12} {:>8}", "", "plancheck", "Rego", "Rego \u{d7}");
    for (name, ours, theirs) in
        [("CPU ms", ours.cpu_ms, theirs.cpu_ms), ("peak MB", ours.peak_mb, theirs.peak_mb)]
    {
        println!("{name:>10} {ours:>12.1} {theirs:>12.1} {:>8.1}", theirs / ours);
    }
    ExitCode::SUCCESS
}
