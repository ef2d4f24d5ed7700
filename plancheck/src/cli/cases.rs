//! `plancheck test`: runs table tests of governance.

use std::path::{Path, PathBuf};

use plancheck::cases::{Case, Table};
use plancheck::render::human;
use plancheck::text::escape;
use plancheck::verdict::CheckError;
use plancheck::{Governance, PlanInput};

use super::again::Again;
use super::input;
use super::output::{self, Stream};

/// What a file of tests is called.
const ENDING: &str = ".test.toml";

/// Run table tests of governance.
///
/// Every file in the folder whose name ends in .test.toml is a table: a governance lock, an instant, and plans with the verdict that each
/// should get. Paths are relative to the table.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Folder with the tables
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

const EXAMPLES: &str = "\
Example of a table, governance/limits.test.toml:
  governance = \"governance.lock.json\"
  now        = \"2026-12-01T09:00:00Z\"

  [[case]]
  name    = \"nobody grows above the ceiling\"
  plan    = \"plans/sixty-workers.json\"
  verdict = \"denied\"
  rules   = [\"scale-above-ceiling\"]   # exactly these deny or ask; left out: not compared

Exit codes:
  0  every case is as expected
  1  a case is not, or a table, a lock or a plan cannot be read";

/// Runs all cases of all tables and tells each; 1 when one of them is not as expected.
pub(super) fn run(args: &Args) -> Result<u8, CheckError> {
    let mut tally = Tally::default();
    for path in tables(&args.folder)? {
        let name = path.to_string_lossy();
        let table = Table::read(&name, &input::table(&path)?)?;
        let beside = |relative: &str| path.parent().unwrap_or(Path::new("")).join(relative);
        let lock = beside(&table.governance);
        let bytes = input::lock(&lock)?;
        for case in &table.cases {
            let plan = beside(&case.plan);
            let faults = faults(case, &plan, &lock, &bytes);
            tally.add(case, &name, &again(case, &plan, &lock), &faults);
        }
    }
    output::write(Stream::Out, &tally.text())?;
    Ok(if tally.wrong == 0 { 0 } else { CheckError::EXIT_CODE })
}

/// The tables in order of their names; none is an error, because nothing would have been tested.
fn tables(folder: &Path) -> Result<Vec<PathBuf>, CheckError> {
    let name = escape(&folder.to_string_lossy());
    let entries = std::fs::read_dir(folder)
        .map_err(|error| CheckError::new(format!("the folder `{name}` cannot be read: {error}")))?;
    let mut paths = Vec::new();
    for entry in entries {
        let entry =
            entry.map_err(|error| CheckError::new(format!("the folder `{name}` cannot be read: {error}")))?;
        if entry.file_name().to_string_lossy().ends_with(ENDING) {
            paths.push(entry.path());
        }
    }
    paths.sort();
    if paths.is_empty() {
        let help = "`plancheck test --help` shows a table";
        return Err(CheckError::new(format!("`{name}` has no file that ends in `{ENDING}`")).with_help(help));
    }
    Ok(paths)
}

/// How a case is not as expected. A plan that cannot be judged never is.
fn faults(case: &Case, plan: &Path, lock: &Path, bytes: &[u8]) -> Vec<String> {
    let name = lock.to_string_lossy();
    let governance = Governance::Lock { name: &name, bytes };
    let judged = input::plan(plan, |_| ()).and_then(|mut reader| {
        plancheck::check(PlanInput::Stream(&mut *reader), governance, case.given.clone())
    });
    match judged {
        Ok(report) => case.faults(&report),
        Err(error) => [error.message].into_iter().chain(error.why).collect(),
    }
}

fn again(case: &Case, plan: &Path, lock: &Path) -> String {
    Again::of(plan)
        .with("--governance", Some(&lock.to_string_lossy()))
        .with("--workspace", case.given.workspace.as_deref())
        .with("--account", case.given.account.as_deref())
        .at(case.given.now)
}

/// What was run so far.
#[derive(Default)]
struct Tally {
    lines: String,
    right: usize,
    wrong: usize,
}

impl Tally {
    fn add(&mut self, case: &Case, table: &str, again: &str, faults: &[String]) {
        let name = escape(&case.name);
        if faults.is_empty() {
            self.right += 1;
            self.lines.push_str(&human::plain(&format!("ok     {name}")));
            return;
        }
        self.wrong += 1;
        self.lines.push_str(&human::plain(&format!("wrong  {name}")));
        self.lines.push_str(&human::plain(&format!("  --> {}", escape(table))));
        for fault in faults {
            self.lines.push_str(&human::plain(&format!("  = {fault}")));
        }
        self.lines.push_str(&human::plain(&format!("  = again: {again}")));
    }

    fn text(&self) -> String {
        let cases = self.right + self.wrong;
        let cases = if cases == 1 { "1 case".to_owned() } else { format!("{cases} cases") };
        let end = if self.wrong == 0 {
            format!("{cases}, all as expected")
        } else {
            format!("{cases}, {} not as expected", self.wrong)
        };
        format!("{}\n{end}\n", self.lines)
    }
}
