//! `cargo bench -p plancheck`: what a check costs as a whole process, beside a bare one-pass serde visitor over the same file in
//! the same input mode, in one run. Prints ratios; nothing here passes or fails.
//!
//! `PLANCHECK_BENCH_SIZES=100,1000` measures other sizes, `PLANCHECK_BENCH_RUNS` changes how often each command runs. To profile by
//! hand, `cargo bench -p plancheck --bench check -- --write FOLDER 10000` leaves a plan and a lock to run `plancheck check` on.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a measuring program: it prints a table, reads its environment, and stops where it cannot measure"
)]

mod bare;
mod generate;
mod governance;
mod measure;

use std::path::Path;
use std::process::{Command, ExitCode};

use generate::Order;
use measure::{Cost, Input};

const SIZES: [usize; 4] = [100, 1_000, 10_000, 50_000];
/// The size that is also measured with sorted keys.
const SORTED: usize = 10_000;

fn main() -> ExitCode {
    // Cargo adds `--bench` to what it is given.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        // The bare visitor runs as a process of its own, so that both sides pay for starting one.
        ["--bare", file] => bare::run(file),
        // Another one, for what it measures not to be counted to it.
        ["--measure", program, arguments @ ..] => measure::measure(program, arguments),
        ["--write", folder, size] => write(Path::new(folder), size.parse().expect("a number of changes")),
        _ => compare(),
    }
}

fn write(folder: &Path, size: usize) -> ExitCode {
    std::fs::write(folder.join("governance.lock.json"), governance::lock()).expect("the lock is written");
    generate::plan(&folder.join("plan.json"), size, Order::Terraform).expect("the plan is written");
    ExitCode::SUCCESS
}

fn compare() -> ExitCode {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let lock = folder.path().join("governance.lock.json");
    std::fs::write(&lock, governance::lock()).expect("the lock is written");
    let this = std::env::current_exe().expect("the path of this benchmark");

    println!(
        "{:>8} {:>8} {:<6} | {:>9} {:>9} {:>5} | {:>8} {:>8} {:>5}",
        "changes", "MB", "input", "check ms", "bare ms", "CPU ×", "check MB", "bare MB", "RSS ×"
    );
    for size in sizes() {
        let plan = folder.path().join(format!("plan-{size}.json"));
        for order in [Order::Terraform, Order::Sorted] {
            if order == Order::Sorted && size != SORTED {
                continue;
            }
            generate::plan(&plan, size, order).expect("the plan is written");
            let megabytes = std::fs::metadata(&plan).expect("the plan is there").len() as f64 / 1e6;
            measure::is_a_check(check(&plan, &lock, Input::File));
            for input in [Input::File, Input::Stdin] {
                let (check, bare) =
                    measure::in_turn(runs(size), || check(&plan, &lock, input), || bare(&this, &plan, input));
                let input = format!("{}{}", input.name(), if order == Order::Sorted { "*" } else { "" });
                row(size, megabytes, &input, &check, &bare);
            }
        }
        std::fs::remove_file(&plan).expect("the plan is removed");
    }
    println!(
        "\nCPU is user + system time of the whole process, median of the runs, both commands in turn; RSS is the peak.\n\
         Keys stand in the order of Terraform; where marked * they are sorted, so that `change` comes before `type`."
    );
    ExitCode::SUCCESS
}

fn row(size: usize, megabytes: f64, input: &str, check: &Cost, bare: &Cost) {
    println!(
        "{size:>8} {megabytes:>8.1} {:<6} | {:>9.1} {:>9.1} {:>5.2} | {:>8.1} {:>8.1} {:>5.2}",
        input,
        check.cpu_ms,
        bare.cpu_ms,
        check.cpu_ms / bare.cpu_ms.max(0.001),
        check.peak_mb,
        bare.peak_mb,
        check.peak_mb / bare.peak_mb.max(0.001),
    );
}

fn check(plan: &Path, lock: &Path, input: Input) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plancheck"));
    command.args(["check", "--format", "json", "--now", "2026-12-01T09:00:00Z", "--governance"]).arg(lock);
    input.give(&mut command, "--plan", plan);
    command
}

fn bare(this: &Path, plan: &Path, input: Input) -> Command {
    let mut command = Command::new(this);
    input.give(&mut command, "--bare", plan);
    command
}

fn sizes() -> Vec<usize> {
    let chosen = std::env::var("PLANCHECK_BENCH_SIZES").unwrap_or_default();
    let sizes: Vec<usize> = chosen.split(',').filter_map(|size| size.trim().parse().ok()).collect();
    if sizes.is_empty() { SIZES.to_vec() } else { sizes }
}

fn runs(size: usize) -> usize {
    let chosen = std::env::var("PLANCHECK_BENCH_RUNS").ok().and_then(|runs| runs.parse().ok());
    chosen.unwrap_or(if size > 5_000 { 5 } else { 15 })
}

/// A file that plan and lock are generated into, for the two modules that write.
type Output = std::io::BufWriter<std::fs::File>;

fn create(path: &Path) -> std::io::Result<Output> {
    Ok(std::io::BufWriter::with_capacity(1 << 20, std::fs::File::create(path)?))
}
