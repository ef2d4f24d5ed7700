//! Gathers what there is about whoever acted: what the caller says, the environment, and the commits of a working copy.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use plancheck::actor::{Commit, Event, Traces};
use plancheck::text::escape;
use plancheck::verdict::CheckError;

use super::input;

/// Commits that are looked at; a range with more is a mistake.
const MOST_COMMITS: usize = 10_000;

/// What machines of agents have.
const AGENT_FILES: [&str; 1] = ["/opt/.devin"];

/// How to find out who acted.
#[derive(clap::Args)]
pub(super) struct Who {
    /// Account that proposes the change, such as the author of the pull request. What is found about who acted is reported, and
    /// only ever adds to it: what nobody can be found for is an agent's
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    actor: Option<String>,
    /// Working copy whose last commit is looked at for who acted: author, committer, trailers and branch
    #[arg(long, value_name = "DIR")]
    git: Option<PathBuf>,
    /// Commits to look at instead of the last one: origin/main..HEAD
    #[arg(long, value_name = "RANGE", requires = "git", value_parser = range)]
    git_range: Option<String>,
    /// Event that started the run, as GitHub writes it to the file that `GITHUB_EVENT_PATH` names: who opened the pull request, what
    /// the platform says that account is, who pushed, and what the pull request says
    #[arg(long, value_name = "FILE")]
    event: Option<PathBuf>,
}

/// Whatever begins with a hyphen would be an option to git.
fn range(text: &str) -> Result<String, String> {
    if text.is_empty() || text.starts_with('-') {
        return Err("a range names commits: origin/main..HEAD".to_owned());
    }
    Ok(text.to_owned())
}

impl Who {
    /// Everything that can be known.
    pub(super) fn traces(&self, environment: &BTreeMap<String, String>) -> Result<Traces, CheckError> {
        let mut traces = Traces {
            actor: self.actor.clone(),
            environment: environment.clone(),
            agent_file: AGENT_FILES
                .iter()
                .find(|path| Path::new(path).exists())
                .map(|path| (*path).to_owned()),
            event: self.event.as_deref().map(event).transpose()?,
            ..Traces::default()
        };
        if let Some(folder) = &self.git {
            traces.commits = commits(folder, self.git_range.as_deref())?;
            // Without a branch, as in most CI systems, the environment may know one.
            traces.branch = git(folder, &["symbolic-ref", "--short", "--quiet", "HEAD"])
                .ok()
                .map(|text| text.trim().to_owned())
                .filter(|branch| !branch.is_empty());
        }
        Ok(traces)
    }

    /// The arguments as they were given, to repeat the command.
    pub(super) fn given(&self) -> [(&'static str, Option<String>); 4] {
        let text = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
        [
            ("--actor", self.actor.clone()),
            ("--git", text(&self.git)),
            ("--git-range", self.git_range.clone()),
            ("--event", text(&self.event)),
        ]
    }
}

fn event(path: &Path) -> Result<Event, CheckError> {
    Event::read(&path.to_string_lossy(), &input::event(path)?)
}

fn commits(folder: &Path, range: Option<&str>) -> Result<Vec<Commit>, CheckError> {
    let most = format!("--max-count={}", if range.is_some() { MOST_COMMITS } else { 1 });
    // A NUL cannot be in a commit, so what lies between two of them is one field.
    let fields = "--format=%H%x00%an%x00%ae%x00%cn%x00%ce%x00%B%x00";
    let text = git(
        folder,
        &[
            "log",
            "--encoding=UTF-8",
            "--no-show-signature",
            "--no-color",
            &most,
            fields,
            range.unwrap_or("HEAD"),
            "--",
        ],
    )?;
    let fields: Vec<&str> = text.split('\0').collect();
    let read = |fields: &[&str]| match fields {
        [id, author, author_email, committer, committer_email, message] => Some(Commit {
            id: id.trim().to_owned(),
            author: ((*author).to_owned(), (*author_email).to_owned()),
            committer: ((*committer).to_owned(), (*committer_email).to_owned()),
            message: (*message).to_owned(),
        }),
        _ => None,
    };
    Ok(fields.chunks(6).filter_map(read).collect())
}

/// Runs git in a folder whose settings may be anybody's: nothing that they name is run.
fn git(folder: &Path, args: &[&str]) -> Result<String, CheckError> {
    let mut command = Command::new("git");
    command.arg("--no-pager").arg("-C").arg(folder);
    for setting in
        ["core.fsmonitor=false", "core.hooksPath=/dev/null", "log.showSignature=false", "log.mailmap=false"]
    {
        command.arg("-c").arg(setting);
    }
    let run = command.args(args).stdin(Stdio::null()).output();
    let name = escape(&folder.to_string_lossy());
    let failed = |why: String| {
        CheckError::new(format!("the commits of `{name}` cannot be read"))
            .with_why(why)
            .with_help("give the folder of a git working copy, and commits that it has, or leave `--git` out")
    };
    let output = run.map_err(|error| failed(format!("git cannot be run: {error}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(failed(format!("git says: {}", escape(said.trim().lines().next().unwrap_or("nothing")))))
}
