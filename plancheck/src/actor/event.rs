//! The event that started a run, as GitHub hands it to the runner: who opened the pull request and who pushed, what kind of account that is,
//! and what the pull request says of itself.

use serde::Deserialize;

use crate::text::escape;
use crate::verdict::CheckError;

/// An event, as far as it tells who acted. What it does not have is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Event {
    /// The pull request it is about.
    pub pull_request: Option<PullRequest>,
    /// The account that made it happen.
    pub sender: Option<Account>,
    /// Who pushed.
    pub pusher: Option<Pusher>,
}

/// A pull request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct PullRequest {
    /// What stands in it.
    pub body: Option<String>,
    /// Who opened it.
    pub user: Option<Account>,
}

/// An account of the platform.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Account {
    /// Its name.
    #[serde(default)]
    pub login: String,
    /// What the platform says it is: `User`, `Bot`.
    #[serde(rename = "type", default)]
    pub kind: String,
}

/// Who pushed commits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Pusher {
    /// Name of the account.
    #[serde(default)]
    pub name: String,
    /// Email address, where it has one.
    pub email: Option<String>,
}

impl Event {
    /// Reads an event; `name` is its path.
    pub fn read(name: &str, text: &str) -> Result<Self, CheckError> {
        serde_json::from_str(text).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            CheckError::new(format!("`{}` is no event of GitHub ({place})", escape(name)))
                .with_help("give the file that `GITHUB_EVENT_PATH` names, or leave `--event` out")
        })
    }

    /// The accounts in it, each with what it did.
    pub(super) fn accounts(&self) -> impl Iterator<Item = (&'static str, &Account)> {
        let opened = self.pull_request.as_ref().and_then(|request| request.user.as_ref());
        [("pull request's author", opened), ("sender of the event", self.sender.as_ref())]
            .into_iter()
            .filter_map(|(what, account)| Some((what, account?)))
    }

    /// What the pull request says.
    pub(super) fn description(&self) -> &str {
        self.pull_request.as_ref().and_then(|request| request.body.as_deref()).unwrap_or_default()
    }
}
