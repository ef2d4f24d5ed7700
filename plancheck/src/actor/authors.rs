//! Who took part in a change, as far as traces say: nobody of them approves it. Everything here can be left out or forged, so it
//! only ever excludes.

use std::collections::BTreeSet;

use remit_catalog::{SignalField, signals};

use super::Traces;

/// Accounts and e-mail addresses of everybody that something points to: who proposes, pushes and starts the run, and who wrote,
/// committed or co-authored the commits.
pub fn authors(traces: &Traces) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = traces.actor.iter().map(|actor| actor.trim().to_owned()).collect();
    let names_somebody = |field| {
        use SignalField::{Actor, AuthorEmail, AuthorName, CommitterEmail, CommitterName};
        matches!(field, Actor | AuthorName | AuthorEmail | CommitterName | CommitterEmail)
    };
    let variables = signals().environment.iter().filter(|variable| names_somebody(variable.field));
    all.extend(variables.filter_map(|variable| traces.environment.get(variable.name)).cloned());
    for commit in &traces.commits {
        all.extend([commit.author.1.clone(), commit.committer.1.clone()]);
        all.extend(commit.message.lines().filter_map(co_author));
    }
    all.retain(|author| !author.trim().is_empty());
    all
}

/// The address of somebody whom a line of a message names as a co-author.
fn co_author(line: &str) -> Option<String> {
    const KEY: &str = "co-authored-by:";
    let (key, name) = line.trim().split_at_checked(KEY.len())?;
    let (_, address) = name.split_once('<')?;
    let (address, _) = address.split_once('>')?;
    key.eq_ignore_ascii_case(KEY).then(|| address.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::Commit;
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn whoever_wrote_pushed_or_started_it_is_an_author() {
        let pair = |name: &str| (name.to_owned(), format!("{name}@example.com"));
        let message = "Grow\n\nSee: Kim <kim@example.com>\nCo-authored-by: Lee Park <lee@example.com>\n\
                       CO-AUTHORED-BY: Ada <ada@example.com>\nCo-authored-by: nobody";
        let traces = Traces {
            actor: Some("github:agent".to_owned()),
            environment: BTreeMap::from([
                ("GITHUB_TRIGGERING_ACTOR".to_owned(), "mina".to_owned()),
                ("GITLAB_USER_EMAIL".to_owned(), "omar@example.com".to_owned()),
                ("GITHUB_HEAD_REF".to_owned(), "a-branch".to_owned()),
                ("GITHUB_ACTOR".to_owned(), " ".to_owned()),
                ("USER".to_owned(), "rita".to_owned()),
            ]),
            commits: vec![Commit {
                id: "c0ffee".to_owned(),
                author: pair("dana"),
                committer: pair("web"),
                message: message.to_owned(),
            }],
            ..Traces::default()
        };
        let expected = [
            "ada@example.com",
            "dana@example.com",
            "github:agent",
            "lee@example.com",
            "mina",
            "omar@example.com",
            "web@example.com",
        ];
        assert_eq!(authors(&traces).into_iter().collect::<Vec<_>>(), expected);
        assert!(authors(&Traces::default()).is_empty());
    }
}
