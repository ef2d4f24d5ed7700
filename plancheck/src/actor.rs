//! Who acted, as far as traces say. Everything found can be removed or forged, so it only ever adds to what is known: a change that nobody can
//! attribute is an agent's, and no trace makes it a person's. Only a verified signature does, which is not looked for here.

mod authors;
mod event;

use std::collections::BTreeMap;

pub use event::{Account, Event, PullRequest, Pusher};
use remit_catalog::{ActorKind, EvidenceClass, SignalField, signals};
use remit_governance::Envelope;

use crate::redact;

pub use authors::authors;

/// What was gathered about whoever acted; whoever gathers it reads the environment and git.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traces {
    /// The account, as the caller names it.
    pub actor: Option<String>,
    /// The environment of the run.
    pub environment: BTreeMap<String, String>,
    /// A file that an agent's machine has, by its path.
    pub agent_file: Option<String>,
    /// Name of the branch.
    pub branch: Option<String>,
    /// The commits that are judged, newest first.
    pub commits: Vec<Commit>,
    /// The event that started the run.
    pub event: Option<Event>,
}

/// A commit, as git tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: String,
    /// Name and email address of the author.
    pub author: (String, String),
    /// Name and email address of the committer.
    pub committer: (String, String),
    /// The whole message.
    pub message: String,
}

/// Something that points to who acted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// What it is worth.
    pub class: EvidenceClass,
    /// Whom it points to.
    pub agent: String,
    /// What that is.
    pub kind: ActorKind,
    /// The sign, by its id in the catalog; `environment` for what the environment of the run says.
    pub signal: String,
    /// Where it was found: a field, or a variable.
    pub found_in: String,
    /// What stands there, not escaped.
    pub value: String,
    /// Id of the commit.
    pub commit: Option<String>,
}

/// Who acted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actor {
    /// Version of the list of signs.
    pub signals_version: &'static str,
    /// Everything that points to somebody, strongest first. Empty: nobody can be named.
    pub evidence: Vec<Evidence>,
    /// Envelopes that name the actor among their agents. The others hold all the same.
    pub envelopes: Vec<String>,
    /// How many commits were looked at.
    pub commits: usize,
}

impl Actor {
    /// The strongest evidence; `None` where there is none, which is an agent too.
    pub fn class(&self) -> Option<EvidenceClass> {
        self.evidence.iter().map(|evidence| evidence.class).max()
    }

    /// Everybody that something points to, strongest first, each once.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for evidence in &self.evidence {
            if !names.contains(&evidence.agent.as_str()) {
                names.push(&evidence.agent);
            }
        }
        names
    }
}

/// Says who acted. Which envelopes name the actor is told, and changes nothing about which ones hold.
pub fn attribute(traces: &Traces, envelopes: &[Envelope]) -> Actor {
    let said = said(traces);
    let mut evidence: Vec<Evidence> = said.iter().flat_map(Said::evidence).collect();
    evidence.extend(by_environment(traces));
    evidence.extend(by_platform(traces));
    evidence.extend(by_principal(&said, envelopes));
    evidence.sort_by(|a, b| b.class.cmp(&a.class).then_with(|| a.cmp(b)));
    evidence.dedup();
    let accounts: Vec<&str> =
        said.iter().filter(|said| said.is_account()).map(|said| said.text.as_str()).collect();
    let names = |envelope: &&Envelope| {
        let actors = &envelope.agents.actors;
        accounts.iter().any(|account| actors.iter().any(|glob| glob.matches(account)))
            || said.iter().any(|said| said.is_agent_of(envelope))
    };
    Actor {
        signals_version: signals().version,
        evidence,
        envelopes: envelopes.iter().filter(names).map(|envelope| envelope.name.clone()).collect(),
        commits: traces.commits.len(),
    }
}

/// A text with where it stands.
struct Said {
    field: SignalField,
    text: String,
    variable: Option<&'static str>,
    commit: Option<String>,
}

impl Said {
    /// Whether it names a principal that the envelope lists among its agents.
    fn is_agent_of(&self, envelope: &Envelope) -> bool {
        let principals = &envelope.agents.principals;
        self.field == SignalField::Principal && principals.iter().any(|glob| glob.matches(&self.text))
    }

    fn is_account(&self) -> bool {
        use SignalField::{Actor, AuthorEmail, AuthorName, CommitterEmail, CommitterName};
        matches!(self.field, Actor | AuthorName | AuthorEmail | CommitterName | CommitterEmail)
    }

    fn evidence(&self) -> impl Iterator<Item = Evidence> + '_ {
        let fitting = signals()
            .signals
            .iter()
            .filter(|signal| signal.fields.contains(&self.field) && signal.text.fits(&self.text));
        fitting.map(|signal| Evidence {
            class: signal.class,
            agent: signal.agent.to_owned(),
            kind: signal.kind,
            signal: signal.id.to_owned(),
            found_in: self.variable.map_or_else(|| self.field.words().to_owned(), str::to_owned),
            // Of a whole message the line that decides would be a guess; its first one identifies it.
            value: first_line(&self.text),
            commit: self.commit.clone(),
        })
    }
}

fn first_line(text: &str) -> String {
    redact::mask(text.trim().lines().next().unwrap_or_default()).into_owned()
}

fn said(traces: &Traces) -> Vec<Said> {
    let mut all = Vec::new();
    let mut say = |field, text: &str, variable, commit: Option<&Commit>| {
        if !text.trim().is_empty() {
            let commit = commit.map(|commit| commit.id.clone());
            all.push(Said { field, text: text.to_owned(), variable, commit });
        }
    };
    say(SignalField::Actor, traces.actor.as_deref().unwrap_or_default(), None, None);
    say(SignalField::Branch, traces.branch.as_deref().unwrap_or_default(), None, None);
    for variable in &signals().environment {
        let value = traces.environment.get(variable.name).map(String::as_str).unwrap_or_default();
        if !value.trim().is_empty() {
            say(variable.field, &format!("{}{value}", variable.prefix), Some(variable.name), None);
        }
    }
    if let Some(event) = &traces.event {
        for (what, account) in event.accounts() {
            say(SignalField::Actor, &account.login, Some(what), None);
        }
        if let Some(pusher) = &event.pusher {
            say(SignalField::Actor, &pusher.name, Some("pusher"), None);
            say(SignalField::AuthorEmail, pusher.email.as_deref().unwrap_or_default(), Some("pusher"), None);
        }
        for line in event.description().lines() {
            say(SignalField::Body, line, Some("pull request"), None);
            if is_trailer(line) {
                say(SignalField::Trailer, line, Some("pull request"), None);
            }
        }
    }
    for commit in &traces.commits {
        let here = Some(commit);
        say(SignalField::AuthorName, &commit.author.0, None, here);
        say(SignalField::AuthorEmail, &commit.author.1, None, here);
        say(SignalField::CommitterName, &commit.committer.0, None, here);
        say(SignalField::CommitterEmail, &commit.committer.1, None, here);
        say(SignalField::Subject, commit.message.lines().next().unwrap_or_default(), None, here);
        for line in commit.message.lines() {
            say(SignalField::Body, line, None, here);
            if is_trailer(line) {
                say(SignalField::Trailer, line, None, here);
            }
        }
    }
    all
}

/// A line `Key: value` whose key is one word. Squashed merges carry trailers in the middle of a message, so every line counts.
fn is_trailer(line: &str) -> bool {
    line.split_once(": ").is_some_and(|(key, value)| {
        !value.trim().is_empty()
            && key.starts_with(|c: char| c.is_ascii_alphabetic())
            && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    })
}

/// What the platform says an account is. Whoever acts through it does not decide that.
fn by_platform(traces: &Traces) -> Vec<Evidence> {
    let accounts = traces.event.iter().flat_map(Event::accounts);
    let bots = accounts.filter(|(_, account)| account.kind == "Bot");
    let bots = bots.map(|(what, account)| Evidence {
        class: EvidenceClass::PlatformAttested,
        agent: first_line(&account.login),
        kind: ActorKind::Agent,
        signal: "platform".to_owned(),
        found_in: what.to_owned(),
        value: account.kind.clone(),
        commit: None,
    });
    bots.collect()
}

/// The principal that the run works as, where an envelope lists it among its agents.
fn by_principal(said: &[Said], envelopes: &[Envelope]) -> Vec<Evidence> {
    let listed = said.iter().filter(|said| envelopes.iter().any(|envelope| said.is_agent_of(envelope)));
    let listed = listed.map(|said| Evidence {
        class: EvidenceClass::SelfDeclared,
        agent: "a principal that an envelope lists".to_owned(),
        kind: ActorKind::Agent,
        signal: "principal".to_owned(),
        found_in: said.variable.unwrap_or_default().to_owned(),
        value: first_line(&said.text),
        commit: None,
    });
    listed.collect()
}

/// What a well-kept list of others makes of the environment.
fn by_environment(traces: &Traces) -> Option<Evidence> {
    let variable = |name: &str| traces.environment.get(name).cloned();
    let agent = is_ai_agent::detect_with(variable, |path| traces.agent_file.as_deref() == Some(path))?;
    let (found_in, value) = match agent.signal {
        is_ai_agent::Signal::EnvVar { name, value } => (name.to_owned(), value),
        is_ai_agent::Signal::File { path } => ("file".to_owned(), path.to_owned()),
        _ => ("environment".to_owned(), String::new()),
    };
    let value =
        if redact::is_secret(&found_in, &value) { "(sensitive)".to_owned() } else { first_line(&value) };
    Some(Evidence {
        class: EvidenceClass::SelfDeclared,
        agent: agent.name.to_owned(),
        kind: ActorKind::Agent,
        signal: "environment".to_owned(),
        found_in,
        value,
        commit: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(author: (&str, &str), message: &str) -> Traces {
        let pair = |(name, email): (&str, &str)| (name.to_owned(), email.to_owned());
        let committer = pair(("GitHub", "noreply@github.com"));
        let commit =
            Commit { id: "c0ffee".to_owned(), author: pair(author), committer, message: message.to_owned() };
        Traces { commits: vec![commit], ..Traces::default() }
    }

    fn found(traces: &Traces) -> Vec<(&'static str, String)> {
        let actor = attribute(traces, &[]);
        actor.evidence.iter().map(|evidence| (evidence.class.as_str(), evidence.agent.clone())).collect()
    }

    const DANA: (&str, &str) = ("Dana Reyes", "dana.reyes@example.com");

    #[test]
    fn what_agents_leave_is_found() {
        let cases = [
            (commit(DANA, "Grow\n\nCo-Authored-By: Fable <noreply@anthropic.com>"), "Claude Code"),
            (commit(DANA, "Grow\n\nGenerated with [Claude Code](https://x)"), "Claude Code"),
            (commit(("Copilot", "198982749+Copilot@users.noreply.github.com"), "Grow"), "GitHub Copilot"),
            (commit(DANA, "Grow\n\nAgent-Logs-Url: https://github.com/o/r/sessions/1"), "GitHub Copilot"),
            (commit(("Dana Reyes (aider)", "dana@example.com"), "Grow"), "Aider"),
            (commit(("Cursor Agent", "cursoragent@cursor.com"), "Grow"), "Cursor"),
            (
                commit(DANA, "Grow (#7)\n\n* part\n\nAssisted-by: a tool\n\nSigned-off-by: D <d@x>"),
                "an assistant",
            ),
            (Traces { branch: Some("devin/123-grow".to_owned()), ..Traces::default() }, "Devin"),
            (
                Traces { actor: Some("copilot-swe-agent[bot]".to_owned()), ..Traces::default() },
                "GitHub Copilot",
            ),
        ];
        for (traces, agent) in cases {
            assert!(found(&traces).iter().any(|(_, name)| name == agent), "{agent}: {:?}", found(&traces));
        }
    }

    /// Each stands beside a real sign and is none: models are no names, and people write about agents.
    #[test]
    fn what_people_write_is_no_sign() {
        for traces in [
            commit(
                ("Claude Monet", "claude.monet@example.com"),
                "Grow\n\nCo-authored-by: Dana <dana@example.com>",
            ),
            commit(DANA, "Grow the cursor\n\nWe asked copilot and codex. See: the devin branch"),
            Traces { branch: Some("feature/copilot".to_owned()), ..Traces::default() },
            Traces { actor: Some("dana".to_owned()), ..Traces::default() },
        ] {
            assert_eq!(found(&traces), [], "{traces:?}");
        }
    }

    #[test]
    fn nothing_found_is_nobody_and_never_a_person() {
        let actor = attribute(&Traces::default(), &[]);
        assert_eq!((actor.class(), actor.names().len()), (None, 0));
    }

    #[test]
    fn the_environment_is_read_from_what_is_handed_in() {
        let environment = |name: &str, value: &str| Traces {
            environment: BTreeMap::from([(name.to_owned(), value.to_owned())]),
            ..Traces::default()
        };
        assert_eq!(found(&environment("CLAUDECODE", "1")), [("self_declared", "Claude Code".to_owned())]);
        assert_eq!(found(&environment("GITHUB_ACTOR", "devin-ai-integration[bot]"))[0].1, "Devin");
        assert_eq!(found(&environment("COPILOT_MODEL", "x")), []);
        assert_eq!(found(&environment("GITHUB_ACTOR", "dana")), []);
    }

    #[test]
    fn the_event_of_a_run_is_read() {
        let text = r#"{
            "action": "opened", "number": 7,
            "pull_request": { "user": { "login": "my-agent[bot]", "type": "Bot", "id": 1 }, "body": "Grow\n\nCo-Authored-By: X <noreply@anthropic.com>" },
            "sender": { "login": "dana", "type": "User" }, "pusher": { "name": "devin-ai-integration[bot]", "email": null }
        }"#;
        let event = Event::read("event.json", text).unwrap();
        let traces = Traces { event: Some(event), ..Traces::default() };
        let found = found(&traces);
        assert_eq!(found.first(), Some(&("platform_attested", "my-agent[bot]".to_owned())));
        for name in ["Claude Code", "Devin"] {
            assert!(found.iter().any(|(_, agent)| agent == name), "{name}: {found:?}");
        }
        let people = r#"{ "pull_request": { "user": { "login": "dana", "type": "User" }, "body": null } }"#;
        let event = Event::read("event.json", people).unwrap();
        assert_eq!(attribute(&Traces { event: Some(event), ..Traces::default() }, &[]).class(), None);
        assert!(Event::read("event.json", "[").unwrap_err().message.contains("no event of GitHub"));
    }

    #[test]
    fn a_principal_counts_where_an_envelope_lists_it() {
        let person = remit_governance::testing::Person::with_fido(
            "Dana",
            remit_governance::consent::Function::Finance,
            1,
        );
        let text = serde_json::json!({
            "name": "agents", "purpose": "tests", "owner": { "name": "Mina", "email": "mina@example.com" },
            "scope": { "addresses": ["**"] }, "agents": { "principals": ["aws:arn:aws:iam::123456789012:role/agents/*"] },
            "limits": {}, "consent": { "approvers": [person.approver().record()], "quorum": { "finance": 1 } },
        });
        let envelope = Envelope::declare(&remit_governance::Json::parse(&text.to_string()).unwrap()).unwrap();
        let as_role = |role: &str| {
            let environment = BTreeMap::from([(
                "AWS_ROLE_ARN".to_owned(),
                format!("arn:aws:iam::123456789012:role/{role}"),
            )]);
            attribute(&Traces { environment, ..Traces::default() }, std::slice::from_ref(&envelope))
        };
        let (agent, person) = (as_role("agents/scaler"), as_role("people/dana"));
        assert_eq!((agent.class(), agent.envelopes.len()), (Some(EvidenceClass::SelfDeclared), 1));
        assert_eq!((person.class(), person.envelopes.len()), (None, 0));
    }

    #[test]
    fn maintenance_bots_are_told_apart_and_every_bot_is_noticed() {
        let by = |name: &str| attribute(&Traces { actor: Some(name.to_owned()), ..Traces::default() }, &[]);
        assert!(by("renovate[bot]").evidence.iter().all(|evidence| evidence.kind == ActorKind::Automation));
        assert_eq!(by("my-own[bot]").names(), ["a bot"]);
        assert_eq!(by("copilot-swe-agent[bot]").names().first(), Some(&"GitHub Copilot"));
    }
}
