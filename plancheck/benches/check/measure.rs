//! Running a command to its end and reading what the operating system accounted for it.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use wait4::Wait4 as _;

/// Under this name a command that is to be run carries what its standard input shall be.
const PLAN: &str = "PLANCHECK_BENCH_STDIN";

/// How a plan reaches the process.
#[derive(Clone, Copy)]
pub(crate) enum Input {
    /// By path.
    File,
    /// On standard input.
    Stdin,
}

impl Input {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Stdin => "stdin",
        }
    }

    /// Hands the plan to a command, as the value of `flag`.
    pub(crate) fn give(self, command: &mut Command, flag: &str, plan: &Path) {
        match self {
            Self::File => command.arg(flag).arg(plan),
            Self::Stdin => command.args([flag, "-"]).env(PLAN, plan),
        };
    }
}

/// What one command cost, median over its runs.
pub(crate) struct Cost {
    pub(crate) cpu_ms: f64,
    pub(crate) peak_mb: f64,
}

/// Stops unless the command writes a report: whatever else a process does would be measured in its place.
pub(crate) fn is_a_check(mut command: Command) {
    let output = command.output().expect("the command starts");
    let report: Option<serde_json::Value> = serde_json::from_slice(&output.stdout).ok();
    let verdict = report.as_ref().and_then(|report| report.get("verdict"));
    assert!(verdict.is_some(), "{command:?} wrote no report: {}", String::from_utf8_lossy(&output.stderr));
}

/// Runs two commands in turn, so that a machine that slows down slows both, after one run of each that is not counted.
pub(crate) fn in_turn(
    runs: usize,
    first: impl Fn() -> Command,
    second: impl Fn() -> Command,
) -> (Cost, Cost) {
    run(&first());
    run(&second());
    let (one, other): (Vec<_>, Vec<_>) = (0..runs).map(|_| (run(&first()), run(&second()))).unzip();
    (median(&one), median(&other))
}

/// Linux counts what the parent had in memory to its child: between the fork and the start of the other program they are one. So the parent
/// is a fresh process of this program, which has nothing, and hands on what it is told.
fn run(command: &Command) -> (f64, f64) {
    let mut fresh = Command::new(std::env::current_exe().expect("the path of this benchmark"));
    fresh.arg("--measure").arg(command.get_program()).args(command.get_args());
    fresh.stdin(match command.get_envs().find(|(name, _)| *name == PLAN) {
        Some((_, Some(plan))) => std::fs::File::open(plan).expect("the plan can be opened").into(),
        _ => Stdio::null(),
    });
    let output = fresh.stderr(Stdio::inherit()).output().expect("the measuring process starts");
    assert!(output.status.success(), "{command:?} could not be measured");
    let text = String::from_utf8(output.stdout).expect("numbers");
    let mut numbers = text.split_whitespace().map(|number| number.parse::<f64>().expect("a number"));
    (numbers.next().expect("CPU time"), numbers.next().expect("memory"))
}

/// Runs a program and prints what it cost: CPU time in ms, peak memory in MB.
pub(crate) fn measure(program: &str, arguments: &[&str]) -> ExitCode {
    let mut command = Command::new(program);
    let spawned = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let used = spawned.expect("the command starts").wait4().expect("the command ends");
    // 1 is "could not check": whatever was measured then was not a check.
    assert_ne!(used.status.code(), Some(1), "{command:?} could not do its work; run it by hand to see why");
    let cpu = used.rusage.utime + used.rusage.stime;
    println!("{} {}", cpu.as_secs_f64() * 1e3, used.rusage.maxrss as f64 / 1e6);
    ExitCode::SUCCESS
}

fn median(runs: &[(f64, f64)]) -> Cost {
    let middle = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Cost {
        cpu_ms: middle(runs.iter().map(|run| run.0).collect()),
        peak_mb: middle(runs.iter().map(|run| run.1).collect()),
    }
}
