//! `plancheck defaults scaffold`.

use std::path::PathBuf;

use plancheck::defaults::{Audit, Scaffold, Wanted};
use plancheck::suggest::Person;
use plancheck::verdict::CheckError;
use remit_governance::default_override::Decision;
use remit_governance::review::Rhythm;
use remit_governance::time::{Timestamp, parse_instant, today};

use super::audit::{Given, overrides};
use crate::cli::Surroundings;
use crate::cli::output::{self, Stream};

/// What decisions are written for.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Default to decide about, by id; can be given several times
    #[arg(long = "default", value_name = "ID")]
    defaults: Vec<String>,
    /// What else is reviewed: every default that nobody decided about yet is added
    #[command(flatten)]
    subjects: Given,
    /// Governance lock, `.tf` file or folder of them: what was decided already is left out
    #[arg(long, value_name = "LOCK")]
    governance: Option<PathBuf>,
    /// What is decided; left out, an override where the catalog has a value to start from, else an acceptance
    #[arg(long, value_name = "DECISION", value_parser = decision)]
    decision: Option<Decision>,
    /// Who answers: `Lee Park <lee.park@example.com>`
    #[arg(long, value_name = "PERSON", value_parser = Person::parse)]
    owner: Option<Person>,
    /// How often it is looked at again: `month`, `quarter`, `half_year` or `year`
    #[arg(long, value_name = "RHYTHM", default_value = "quarter", value_parser = rhythm)]
    every: Rhythm,
    /// Count the first review from this instant instead of now
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    now: Option<Timestamp>,
}

const EXAMPLES: &str = "\
Examples:
  plancheck defaults scaffold --default aws-bedrock-agent-no-guardrail >> governance/overrides.tf
  plancheck defaults scaffold --plan plan.json --governance governance.lock.json > governance/overrides.tf";

fn decision(word: &str) -> Result<Decision, String> {
    Decision::from_word(word).ok_or_else(|| "say `override` or `accept`".to_owned())
}

fn rhythm(word: &str) -> Result<Rhythm, String> {
    Rhythm::from_word(word).ok_or_else(|| "say `month`, `quarter`, `half_year` or `year`".to_owned())
}

/// Writes the blocks.
pub(super) fn run(args: &Args, surroundings: &Surroundings) -> Result<u8, CheckError> {
    let now = args.now.unwrap_or(surroundings.now);
    let mut wanted = args.defaults.iter().map(|id| super::wanted(id)).collect::<Result<Vec<_>, _>>()?;
    if wanted.is_empty() && args.subjects.is_nothing() {
        return Err(CheckError::new("nothing is given to write decisions for")
            .with_help("name a default with `--default`, or give a plan with `--plan`"));
    }
    if !args.subjects.is_nothing() {
        wanted.extend(open(&args.subjects.audit(&overrides(args.governance.as_deref())?, now)?));
    }
    let scaffold = Scaffold {
        decision: args.decision,
        owner: args.owner.clone().unwrap_or_default(),
        every: args.every,
        today: today(now),
    };
    output::write(Stream::Out, &scaffold.to_hcl(&wanted)?)?;
    Ok(0)
}

/// What nobody decided about: of vendors what is relied on, of frameworks what is pinned.
fn open(audit: &Audit) -> Vec<Wanted> {
    let vendors = audit.entries.iter().filter(|entry| entry.decided.is_none() && !entry.places.is_empty());
    let frameworks = audit.frameworks.iter().filter(|entry| entry.decided.is_none());
    let vendors = vendors.filter_map(|entry| entry.about.row().map(Wanted::Vendor));
    vendors.chain(frameworks.map(|entry| Wanted::Framework(entry.row))).collect()
}
