//! `cargo bench -p terraform-provider-remit`: what the provider costs, as a process, per call and under the real Terraform beside
//! its builtin `terraform_data`. Prints one table; nothing here passes or fails. Budgets: `design.md` §9.
//!
//! `REMIT_BENCH_INSTANCES=100` changes how many instances Terraform plans and applies; 0 leaves that part out.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a measuring program: it prints a table, reads its environment, and stops where it cannot measure"
)]

mod calls;
mod declarations;
mod process;
mod terraform;

use std::time::{Duration, Instant};

const INSTANCES: usize = 1000;

fn main() {
    println!("{:<50} {:>14} {:>14} {:>8}", "what", "measured", "beside", "ratio");
    process::measure();
    calls::measure();
    match std::env::var("REMIT_BENCH_INSTANCES").ok().map(|count| count.parse().expect("a number")) {
        Some(0) => println!("skipped: plans and applies of the real Terraform"),
        count => terraform::measure(count.unwrap_or(INSTANCES)),
    }
}

/// A line of the table. What stands beside is what the measured is compared with: a budget, or another's work.
fn row(what: &str, measured: f64, beside: Option<f64>, unit: &str) {
    let text = |value: f64| format!("{value:.1} {unit}");
    let ratio = beside.map(|beside| format!("{:.2}", measured / beside)).unwrap_or_default();
    println!("{what:<50} {:>14} {:>14} {ratio:>8}", text(measured), beside.map(text).unwrap_or_default());
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let began = Instant::now();
    let made = work();
    (began.elapsed(), made)
}

/// The middle one of so many runs, after as many again that nobody counts.
fn median<T>(runs: usize, mut work: impl FnMut() -> T) -> Duration {
    let mut times: Vec<_> = (0..2 * runs).map(|_| timed(&mut work).0).skip(runs).collect();
    times.sort();
    times.get(runs / 2).copied().expect("there are runs")
}
