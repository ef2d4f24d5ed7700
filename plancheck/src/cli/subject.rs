//! What is judged and by what: the arguments that several commands share.

use std::path::{Path, PathBuf};

use plancheck::report::Given;
use plancheck::verdict::CheckError;
use plancheck::{Beside, Governance, PlanInput};
use remit_governance::scope::Account;
use remit_governance::time::{Timestamp, parse_instant};

use super::Surroundings;
use super::again::Again;
use super::input::{self, GivenGovernance};
use super::output::{self, Stream};
use super::{source, traces};

/// From this size a plan takes long enough that somebody watching wants to know.
const LARGE: u64 = 64 * 1024 * 1024;

#[derive(clap::Args)]
pub(super) struct Subject {
    /// Plan as JSON, from `terraform show -json tfplan`; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub(super) plan: PathBuf,
    /// Governance lock; take it from the base branch or from where the runner pins it, never from the change being judged.
    /// Without it, the `remit_*` objects of the plan's prior state govern. For local work, a `.tf` file or a folder of them that
    /// declares it
    #[arg(long, value_name = "LOCK")]
    governance: Option<PathBuf>,
    /// Folder that `terraform plan` ran in: findings then say file and line, and `lifecycle.ignore_changes`, which a plan does not
    /// carry, is judged
    #[arg(long, value_name = "DIR")]
    source: Option<PathBuf>,
    /// Workspace of the plan, which the plan does not tell; can bring changes into a scope, never out of one
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    workspace: Option<String>,
    /// Account of the plan where it does not tell: aws:123456789012, gcp:PROJECT or azure:SUBSCRIPTION; can bring changes into
    /// a scope, never out of one
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    account: Option<String>,
    #[command(flatten)]
    traces: traces::Who,
    /// Judge as of this instant instead of now: 2026-12-01T09:00:00Z
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    now: Option<Timestamp>,
}

fn account(text: &str) -> Result<String, String> {
    Account::parse(text).map(|account| account.to_string())
}

impl Subject {
    /// Opens what is named and asks the library. The closure is one of its questions: about a plan, its governance, what is beside them and
    /// what the plan cannot tell.
    pub(super) fn ask<T>(
        &self,
        surroundings: &Surroundings,
        question: impl FnOnce(PlanInput<'_>, Governance<'_>, Beside<'_>, Given) -> Result<T, CheckError>,
    ) -> Result<T, CheckError> {
        let given = Given {
            workspace: self.workspace.clone(),
            account: self.account.clone(),
            now: self.now.unwrap_or(surroundings.now),
        };
        let name = self.governance.as_ref().map(|path| path.to_string_lossy()).unwrap_or_default();
        let read = self.governance.as_deref().map(input::governance).transpose()?;
        let governance = match &read {
            Some(GivenGovernance::Lock(bytes)) => Governance::Lock { name: &name, bytes },
            Some(GivenGovernance::Files(files)) => Governance::Files { name: &name, files },
            None => Governance::PriorState,
        };
        let source = self.source.as_deref().map(source::index).transpose()?;
        let traces = self.traces.traces(&surroundings.environment)?;
        let beside = Beside { source: source.as_ref(), traces: Some(&traces), ..Beside::default() };
        let progress = |size: u64| {
            if size >= LARGE && surroundings.stderr_is_terminal {
                // Nothing depends on whether somebody sees it.
                let _ = output::write(Stream::Err, &format!("reading {} MB of plan\n", size / 1_000_000));
            }
        };
        let mut reader = input::plan(&self.plan, progress)?;
        question(PlanInput::Stream(&mut *reader), governance, beside, given)
    }

    /// The files that are read, which no report may overwrite.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        [Some(&self.plan), self.governance.as_ref()].into_iter().flatten().map(PathBuf::as_path)
    }

    /// The command that asks the same of `check`.
    pub(super) fn again(&self) -> Again {
        let text = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
        let traces = self.traces.given();
        let again = traces
            .iter()
            .fold(Again::of(&self.plan), |again, (name, value)| again.with(name, value.as_deref()));
        again
            .with("--governance", text(&self.governance).as_deref())
            .with("--source", text(&self.source).as_deref())
            .with("--workspace", self.workspace.as_deref())
            .with("--account", self.account.as_deref())
    }
}
