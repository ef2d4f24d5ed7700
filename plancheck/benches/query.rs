//! `cargo bench -p plancheck --bench query`: the example queries of `examples/decision-log` over the Parquet files of a million decisions, run
//! by `DuckDB`, each beside the two seconds that it may take. Prints ratios; nothing here passes or fails.
//!
//! The tests of `tests/plancheck_log_export.rs` install `DuckDB` into the target folder; `PLANCHECK_BENCH_PYTHON` names another Python that has
//! it. `PLANCHECK_BENCH_DECISIONS` says another number.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a measuring program: it prints a table, reads its environment, and stops where it cannot measure"
)]

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use plancheck::record::parquet;
use plancheck::record::row::Row;

const DAYS: u64 = 90;
const WORKSPACES: [&str; 2] = ["prod", "staging"];
const BUDGET: f64 = 2.0;

/// Runs each query of a file, and prints how long it took and how many rows came.
const SCRIPT: &str = "
import duckdb, sys, time
text = open(sys.argv[1]).read()
for query in text.split(';'):
    if query.strip():
        title = query.strip().splitlines()[0].lstrip('- ')
        began = time.perf_counter()
        rows = len(duckdb.sql(query).fetchall())
        print(f'{time.perf_counter() - began:.6f}\\t{rows}\\t{title}')
";

fn main() {
    let wanted = std::env::var("PLANCHECK_BENCH_DECISIONS").ok().and_then(|text| text.parse().ok());
    let count: u64 = wanted.unwrap_or(1_000_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let began = Instant::now();
    let bytes = write(&folder.path().join("decisions"), count);
    println!(
        "{count} decisions, {DAYS} days, {} workspaces: {:.1} s to write, {:.1} MB\n",
        WORKSPACES.len(),
        began.elapsed().as_secs_f64(),
        bytes as f64 / 1e6
    );
    let Some(python) = python() else {
        println!("skipped: DuckDB is not there; run the tests of plancheck_log_export, which install it");
        return;
    };
    let queries = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/decision-log/queries.sql");
    let asked = Command::new(python)
        .args(["-c", SCRIPT])
        .arg(queries.canonicalize().expect("the queries"))
        .current_dir(&folder)
        .output()
        .expect("Python starts");
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    println!("{:<60} {:>8} {:>8} {:>8} {:>8}", "query", "rows", "s", "budget", "ratio");
    for line in String::from_utf8_lossy(&asked.stdout).lines() {
        let mut parts = line.split('\t');
        let seconds: f64 = parts.next().and_then(|text| text.parse().ok()).expect("seconds");
        let (rows, title) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        println!("{title:<60} {rows:>8} {seconds:>8.3} {BUDGET:>8.1} {:>8.2}", seconds / BUDGET);
    }
}

/// The Python that has `DuckDB`.
fn python() -> Option<PathBuf> {
    let given = std::env::var_os("PLANCHECK_BENCH_PYTHON").map(PathBuf::from);
    // Benchmarks lie in target/release/deps.
    let this = std::env::current_exe().ok()?;
    let installed = this.ancestors().nth(3)?.join("tmp/duckdb/bin/python");
    given.or(Some(installed)).filter(|python| python.exists())
}

/// Files as the export lays them out; gives their size.
fn write(folder: &Path, count: u64) -> u64 {
    let mut bytes = 0;
    for day in 0..DAYS {
        for (which, workspace) in (0_u64..).zip(WORKSPACES) {
            let date = jiff::civil::date(2026, 9, 1) + jiff::Span::new().days(day.cast_signed());
            let place = folder.join(format!("date={date}")).join(format!("workspace={workspace}"));
            fs::create_dir_all(&place).expect("a folder");
            let part = day * 2 + which;
            let parts = DAYS * 2;
            let rows: Vec<Row> = (part * count / parts..(part + 1) * count / parts)
                .map(|number| row(number, &date.to_string(), workspace))
                .collect();
            let path = place.join("000000000000.parquet");
            parquet::write(&rows, BufWriter::new(File::create(&path).expect("a file"))).expect("Parquet");
            bytes += path.metadata().expect("it is there").len();
        }
    }
    bytes
}

/// Texts of the lengths that decisions have, of which ids and digests are all different.
fn row(number: u64, date: &str, workspace: &str) -> Row {
    let denied = number.is_multiple_of(20);
    let asked = number.is_multiple_of(7) && !denied;
    let some = |holds: bool, text: &str| if holds { vec![text.to_owned()] } else { Vec::new() };
    let verdict = if denied { "denied" } else { "allowed" };
    let digest = |salt: u64| format!("{:064x}", u128::from(number) << 64 | u128::from(salt));
    Row {
        log_index: number,
        id: format!("{number:032x}"),
        recorded_at: format!("{date}T{:02}:{:02}:{:02}Z", number % 24, number % 60, number % 59),
        command: if asked { "gate" } else { "check" }.to_owned(),
        verdict: verdict.to_owned(),
        workspace: workspace.to_owned(),
        account: "aws:123456789012".to_owned(),
        envelopes: vec![format!("team-{}", number % 40)],
        actors: vec![format!("arn:aws:sts::123456789012:assumed-role/agents/worker-{}", number % 200)],
        actor_class: "attested_agent".to_owned(),
        rules: some(denied, "scale-above-ceiling"),
        addresses: some(
            denied || asked,
            &format!("module.team.aws_autoscaling_group.workers[{}]", number % 500),
        ),
        approvers: some(asked, "dana.reyes@example.com"),
        assurance: if asked { "touch_pin" } else { "" }.to_owned(),
        standing: if asked { "approved" } else { "not_needed" }.to_owned(),
        break_glass: number.is_multiple_of(50_000),
        request: if asked { format!("{number:032x}") } else { String::new() },
        objective: if number.is_multiple_of(3) {
            String::new()
        } else {
            format!("keep answers fast, {}", number % 90)
        },
        alternatives_declared: number.is_multiple_of(2),
        cost: number.is_multiple_of(5).then(|| format!("{}.{:02}", number % 900, number % 100)),
        currency: "USD".to_owned(),
        governance: format!("sha256:{}", digest(1)),
        traceparent: format!("00-{number:032x}-{number:016x}-01"),
        plan_sha256: digest(2),
        leaf_hash: digest(3),
    }
}
