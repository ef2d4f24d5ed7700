//! Which changes an envelope governs. A subject is described by whoever read the plan; here is only the comparison, and it
//! is closed on doubt: what cannot be told apart from a member counts as one.

use crate::{
    glob::Glob,
    invalid::Kind,
    json::{Json, Members},
    limits::choice::{globs, normal},
    read::{Reader, excerpt},
    region::Cloud,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// An account of a cloud: `aws:123456789012`, `gcp:project` or `azure:subscription`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Account {
    cloud: Cloud,
    id: String,
}

impl Account {
    /// From text, with the id's form checked for its cloud.
    pub fn parse(text: &str) -> Result<Self, String> {
        let shape = "an account is `aws:123456789012`, `gcp:project-id` or `azure:subscription-id`";
        let (prefix, id) =
            text.split_once(':').ok_or_else(|| format!("`{}` names no cloud: {shape}", excerpt(text)))?;
        let cloud = Cloud::from_word(prefix)
            .ok_or_else(|| format!("`{}` is not a cloud: {shape}", excerpt(prefix)))?;
        let good = match cloud {
            Cloud::Aws => id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()),
            // Old projects carry a domain (`example.com:project`).
            Cloud::Gcp => {
                (4..=100).contains(&id.len())
                    && id.bytes().all(|b| {
                        b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.' | b':')
                    })
            }
            Cloud::Azure => is_uuid(id),
        };
        let id = id.to_ascii_lowercase();
        if good {
            Ok(Self { cloud, id })
        } else {
            Err(format!("`{}` is not an account: {shape}", excerpt(text)))
        }
    }

    /// The cloud.
    pub fn cloud(&self) -> Cloud {
        self.cloud
    }

    /// The id in that cloud.
    pub fn id(&self) -> &str {
        &self.id
    }
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.cloud, self.id)
    }
}

/// A text about a change that may not be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen<'a> {
    /// Known for certain.
    Known(&'a str),
    /// Not known, or known only from somebody who may not be believed.
    CannotTell,
}

/// The tags of a change, with provider defaults joined in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagsSeen<'a> {
    /// All keys are known; a value may not be.
    Known(&'a BTreeMap<&'a str, Seen<'a>>),
    /// Not known at all.
    CannotTell,
}

/// What a change is, as far as scopes look at it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The account, written as [`Account`] is.
    pub account: Seen<'a>,
    /// The workspace.
    pub workspace: Seen<'a>,
    /// Every address the resource has had or will have: was, becomes, previous.
    pub addresses: &'a [&'a str],
    /// The resource type.
    pub resource_type: &'a str,
    /// Tags before the change and after it; each state is looked at, since leaving a scope is loosening.
    pub tags: &'a [TagsSeen<'a>],
}

/// Whether a change is governed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Membership {
    /// Every selector matches.
    Inside,
    /// A selector certainly does not match.
    Outside,
    /// No selector certainly fails, but these could not be told. Counts as inside.
    CannotTell(Vec<&'static str>),
}

/// The selectors of an envelope. Every selector given must match; at least one is given.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scope {
    /// Accounts.
    pub accounts: BTreeSet<Account>,
    /// Workspaces.
    pub workspaces: BTreeSet<Glob>,
    /// Addresses; a pattern covers what it matches and everything beneath it.
    pub addresses: BTreeSet<Glob>,
    /// Resource types.
    pub resource_types: BTreeSet<Glob>,
    /// Tags with their exact values.
    pub tags: BTreeMap<String, String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Match {
    Yes,
    No,
    CannotTell,
}

impl Scope {
    /// Whether a change is governed by this scope.
    pub fn membership(&self, subject: &Subject) -> Membership {
        let globbed = |globs: &BTreeSet<Glob>, seen: Seen| match seen {
            _ if globs.is_empty() => Match::Yes,
            Seen::Known(text) => Match::from(globs.iter().any(|glob| glob.matches(text))),
            Seen::CannotTell => Match::CannotTell,
        };
        let answers = [
            ("accounts", self.match_account(subject.account)),
            ("workspaces", globbed(&self.workspaces, subject.workspace)),
            ("addresses", self.match_addresses(subject.addresses)),
            ("resource_types", globbed(&self.resource_types, Seen::Known(subject.resource_type))),
            ("tags", self.match_tags(subject.tags)),
        ];
        if answers.iter().any(|(_, answer)| *answer == Match::No) {
            return Membership::Outside;
        }
        let unknown: Vec<_> = answers
            .into_iter()
            .filter(|(_, answer)| *answer == Match::CannotTell)
            .map(|(name, _)| name)
            .collect();
        if unknown.is_empty() { Membership::Inside } else { Membership::CannotTell(unknown) }
    }

    fn match_account(&self, seen: Seen) -> Match {
        match seen {
            _ if self.accounts.is_empty() => Match::Yes,
            Seen::CannotTell => Match::CannotTell,
            // An id that we cannot read might be any account.
            Seen::Known(text) => Account::parse(text)
                .map_or(Match::CannotTell, |account| Match::from(self.accounts.contains(&account))),
        }
    }

    fn match_addresses(&self, addresses: &[&str]) -> Match {
        if self.addresses.is_empty() {
            return Match::Yes;
        }
        if addresses.is_empty() {
            return Match::CannotTell;
        }
        Match::from(
            addresses.iter().any(|address| self.addresses.iter().any(|glob| covers_address(glob, address))),
        )
    }

    fn match_tags(&self, states: &[TagsSeen]) -> Match {
        if self.tags.is_empty() {
            return Match::Yes;
        }
        // Inside in any state is inside: moving out is a change of a member.
        let mut best = if states.is_empty() { Match::CannotTell } else { Match::No };
        for state in states {
            match self.match_tags_in(*state) {
                Match::Yes => return Match::Yes,
                Match::CannotTell => best = Match::CannotTell,
                Match::No => {}
            }
        }
        best
    }

    fn match_tags_in(&self, state: TagsSeen) -> Match {
        let TagsSeen::Known(tags) = state else { return Match::CannotTell };
        let mut answer = Match::Yes;
        for (key, wanted) in &self.tags {
            match tags.get(key.as_str()) {
                Some(Seen::Known(value)) if value == wanted => {}
                Some(Seen::CannotTell) => answer = Match::CannotTell,
                _ => return Match::No,
            }
        }
        answer
    }

    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &["accounts", "workspaces", "addresses", "resource_types", "tags"])?;
        let accounts =
            r.optional(fields, "accounts", |r, json| r.set(json, |r, json| r.parsed(json, Account::parse)));
        let tags = r.optional(fields, "tags", |r, json| r.map(json, read_tag));
        let scope = Self {
            accounts: accounts.unwrap_or_default(),
            workspaces: globs(r, fields, "workspaces").unwrap_or_default(),
            addresses: globs(r, fields, "addresses").unwrap_or_default(),
            resource_types: globs(r, fields, "resource_types").unwrap_or_default(),
            tags: tags.unwrap_or_default().into_iter().collect(),
        };
        let empty = |json: &Json| {
            matches!(json, Json::Null)
                || *json == Json::Array(Vec::new())
                || json.as_object().is_some_and(BTreeMap::is_empty)
        };
        if json.as_object().is_some_and(|members| members.values().all(empty)) {
            let help = "to govern everything, say `addresses = [\"**\"]`";
            r.reject_with(Kind::Missing, "the scope selects nothing in particular", help);
        }
        Some(scope)
    }

    pub(crate) fn normal(&self) -> Json {
        let tags = self.tags.iter().fold(Members::new(), |all, (key, value)| all.put(key, value.as_str()));
        Members::new()
            .put(
                "accounts",
                self.accounts.iter().map(|account| Json::from(account.to_string())).collect::<Json>(),
            )
            .put("workspaces", normal(&self.workspaces))
            .put("addresses", normal(&self.addresses))
            .put("resource_types", normal(&self.resource_types))
            .put("tags", tags)
            .into()
    }
}

impl From<bool> for Match {
    fn from(matches: bool) -> Self {
        if matches { Self::Yes } else { Self::No }
    }
}

fn read_tag(r: &mut Reader, key: &str, json: &Json) -> Option<(String, String)> {
    Some((key.to_owned(), r.string(json)?.to_owned()))
}

/// Whether a pattern covers an address: it matches the address or something above it, so `module.agents` and
/// `module.agents.*` cover all that is in the module. A pattern without `[` covers every instance.
fn covers_address(glob: &Glob, address: &str) -> bool {
    if above(address).any(|prefix| glob.matches(prefix)) {
        return true;
    }
    let bare = without_keys(address);
    !glob.as_str().contains('[') && bare != address && above(&bare).any(|prefix| glob.matches(prefix))
}

/// Whether one pattern covers every address that another one covers: those beneath what it matches as well.
pub(crate) fn covers_addresses(glob: &Glob, other: &Glob) -> bool {
    above(other.as_str()).any(|prefix| Glob::new(prefix).is_ok_and(|prefix| glob.covers(&prefix)))
}

/// The address itself and everything above it.
fn above(address: &str) -> impl Iterator<Item = &str> {
    let inner = outside_quotes(address).filter(|(_, c)| matches!(c, '.' | '['));
    inner.map(|(index, _)| index).chain([address.len()]).filter_map(|end| address.get(..end))
}

fn without_keys(address: &str) -> String {
    let mut bare = String::new();
    let mut depth = 0_usize;
    let mut quoted = outside_quotes(address).peekable();
    for (index, c) in address.char_indices() {
        let plain = quoted.next_if(|(at, _)| *at == index).is_some();
        match c {
            '[' if plain => depth += 1,
            ']' if plain => depth = depth.saturating_sub(1),
            c if depth == 0 => bare.push(c),
            _ => {}
        }
    }
    bare
}

fn outside_quotes(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut quoted = false;
    let mut escaped = false;
    text.char_indices().filter(move |(_, c)| {
        let plain = !quoted && *c != '"';
        if *c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && *c == '\\' && !escaped;
        plain
    })
}

#[cfg(test)]
mod tests;
