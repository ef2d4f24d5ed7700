//! The digest of a workload change: what approvers of a plan sign. It covers what the plan would do, what it was judged by
//! and where it would be done; it survives making the same plan again, and nothing else.
//!
//! # What goes in
//!
//! The digest is SHA-256 over one line of domain, the id of the request, and [`Json::canonical`] of an object with these
//! members. Canonical means RFC 8785 after a strict reading: duplicate keys are errors, and numbers that are not safe
//! integers stand as their source text, so no two plans share a text.
//!
//! | member | from |
//! | --- | --- |
//! | `objects` | every entry of `resource_changes` that is not a plain no-op or read, by address and deposed key: `address`, `previous_address`, `mode`, `type`, `provider_name`, `deposed`, and of `change` all of `actions`, `before`, `after`, `after_unknown`, `before_sensitive`, `after_sensitive`, `replace_paths`, `importing` |
//! | `deferred`, `actions`, `deferred_actions` | `deferred_changes`, `action_invocations`, `deferred_action_invocations`, as they are |
//! | `complete` | whether the plan says that it is complete |
//! | `variables`, `providers`, `provisioners` | values of variables; provider configurations; provisioners anywhere in the configuration, which run without showing in any change |
//! | `findings` | of each finding that asks for consent or denies: rule, verdict, envelope, addresses, sentence |
//! | `governance`, `catalog`, `price_book` | digests of what it was judged by |
//! | `workspace`, `account`, `state` | where; `state` is lineage and serial, which moves on with every apply |
//!
//! Left out on purpose: `timestamp`, drift of objects that do not change, outputs, no-ops, data sources, checks, and the rest
//! of the configuration. A no-op that moves or imports an object stays in: it can leave a scope.
//!
//! Values marked sensitive are part of the hashed text and appear nowhere else. Whoever knows everything else in a plan
//! could test guesses of such a value against a published digest; the id of the request keeps them from doing so in advance.

use crate::{
    digest::Digest,
    json::{Found, Json, Members, Part},
};
use std::{collections::BTreeMap, fmt};

/// Keeps this digest apart from every other digest over JSON, now and later.
const DOMAIN: &[u8] = b"remit change 1\n";

/// What of a plan's own text is approved: its members by name, each as its canonical text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material(BTreeMap<&'static str, String>);

/// What the plan was judged by, and where it would be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Digest of the governance lock.
    pub governance: Digest,
    /// Digest of the catalog of the program that judged.
    pub catalog: Digest,
    /// Digest of the price book, where one was given.
    pub price_book: Option<Digest>,
    /// Workspace, where it was given.
    pub workspace: Option<String>,
    /// Account, where it was given.
    pub account: Option<String>,
    /// The state that the plan would change; absent before the first apply.
    pub state: Option<StateId>,
    /// Every finding that asks for consent or denies.
    pub findings: Vec<FindingSeen>,
}

/// Which state, and which version of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateId {
    /// Stays the same for the life of a state.
    pub lineage: String,
    /// Counts up with every write.
    pub serial: u64,
}

/// A finding as far as approval depends on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FindingSeen {
    /// The rule.
    pub rule: String,
    /// What it asks for.
    pub verdict: String,
    /// The envelope that decides.
    pub envelope: Option<String>,
    /// Where.
    pub addresses: Vec<String>,
    /// The sentence, which names the limit and both values.
    pub message: String,
}

/// A plan that is not built as plans are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAPlan(String);

impl fmt::Display for NotAPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the plan cannot be approved: {}", self.0)
    }
}

impl std::error::Error for NotAPlan {}

impl Material {
    /// Takes from the text of a plan what is approved, one entry after the other: the whole is never held. `seen` gets every
    /// entry of `resource_changes`.
    pub fn read(plan: &[u8], mut seen: impl FnMut(&Json)) -> Result<Self, NotAPlan> {
        let mut reading = Reading::default();
        let read = Json::parse_parts(plan, Reading::wants, |name, found| {
            if let ("resource_changes", Found::Item(entry)) = (name, &found) {
                seen(entry);
            }
            reading.take(name, found)
        });
        read.map_err(|error| NotAPlan(format!("it is not strict JSON: {error}")))??;
        Ok(reading.done())
    }

    /// The digest for one request.
    pub fn digest(&self, request: &str, setting: &Setting) -> Digest {
        let setting = match Json::from(setting.members()) {
            Json::Object(members) => members,
            _ => BTreeMap::new(),
        };
        let setting: Vec<(&str, String)> =
            setting.iter().map(|(name, json)| (name.as_str(), json.canonical())).collect();
        let own = self.0.iter().map(|(name, text)| (*name, text.as_str()));
        let mut all: Vec<(&str, &str)> =
            own.chain(setting.iter().map(|(name, text)| (*name, text.as_str()))).collect();
        // All names are ASCII, so this is the order of the canonical form.
        all.sort_unstable();
        let mut pieces: Vec<&[u8]> = vec![DOMAIN, request.as_bytes(), b"\n"];
        for (index, (name, text)) in all.iter().enumerate() {
            let opened: &[u8] = if index == 0 { b"{\"" } else { b",\"" };
            pieces.extend([opened, name.as_bytes(), b"\":", text.as_bytes()]);
        }
        pieces.push(b"}");
        Digest::of_pieces(pieces)
    }
}

/// A plan as far as it was read.
#[derive(Default)]
struct Reading {
    /// By address and deposed key: one address can stand more than once, with what an earlier replacement left behind.
    objects: Vec<(Option<String>, Option<String>, String)>,
    lists: BTreeMap<&'static str, Vec<String>>,
    members: BTreeMap<&'static str, Json>,
    provisioners: BTreeMap<String, Json>,
}

/// Lists that are taken as they are: the member of a plan, and what it is called here.
const LISTS: [(&str, &str); 3] = [
    ("deferred_changes", "deferred"),
    ("action_invocations", "actions"),
    ("deferred_action_invocations", "deferred_actions"),
];

/// Members that are taken as they are.
const MEMBERS: [&str; 2] = ["complete", "variables"];

impl Reading {
    fn wants(name: &str) -> Part {
        if name == "resource_changes" || LISTS.iter().any(|(list, _)| *list == name) {
            Part::Items
        } else if name == "configuration" || MEMBERS.contains(&name) {
            Part::Whole
        } else {
            Part::Nothing
        }
    }

    fn take(&mut self, name: &str, found: Found) -> Result<(), NotAPlan> {
        let list = LISTS.iter().find(|(list, _)| *list == name).map(|(_, called)| *called);
        let member = MEMBERS.iter().find(|member| **member == name);
        match (found, list, member) {
            (Found::Member(json), _, Some(member)) => {
                self.members.insert(member, json);
            }
            (Found::Member(json), ..) if name == "configuration" => self.configuration(&json),
            (Found::Member(Json::Null), ..) => {}
            (Found::Member(_), ..) => return Err(NotAPlan(format!("its `{name}` are not a list"))),
            (Found::Item(item), Some(list), _) => {
                self.lists.entry(list).or_default().push(item.canonical());
            }
            (Found::Item(entry), ..) => {
                if let Some(object) = object(&entry)? {
                    self.objects.push((
                        field(&object, "address"),
                        field(&object, "deposed"),
                        object.canonical(),
                    ));
                }
            }
        }
        Ok(())
    }

    fn configuration(&mut self, configuration: &Json) {
        let Some(members) = configuration.as_object() else { return };
        if let Some(providers) = members.get("provider_config") {
            self.members.insert("providers", providers.clone());
        }
        if let Some(root) = members.get("root_module") {
            find_provisioners(root, "", &mut self.provisioners);
        }
    }

    fn done(mut self) -> Material {
        self.objects.sort();
        let list = |texts: &[String]| format!("[{}]", texts.join(","));
        let objects: Vec<String> = self.objects.into_iter().map(|(.., text)| text).collect();
        let mut all = BTreeMap::from([("objects", list(&objects))]);
        for (_, called) in LISTS {
            all.insert(called, list(self.lists.get(called).map_or(&[], Vec::as_slice)));
        }
        for name in MEMBERS.into_iter().chain(["providers"]) {
            all.insert(name, self.members.get(name).unwrap_or(&Json::Null).canonical());
        }
        all.insert("provisioners", Json::Object(self.provisioners).canonical());
        Material(all)
    }
}

impl Setting {
    fn members(&self) -> Members {
        let text = |text: Option<&str>| text.map_or(Json::Null, Json::from);
        let mut findings = self.findings.clone();
        findings.sort();
        let state = self.state.as_ref().map_or(Json::Null, |state| {
            Members::new()
                .put("lineage", state.lineage.as_str())
                .put("serial", state.serial.to_string())
                .into()
        });
        Members::new()
            .put("findings", findings.iter().map(FindingSeen::normal).collect::<Json>())
            .put("governance", self.governance.to_string())
            .put("catalog", self.catalog.to_string())
            .put("price_book", text(self.price_book.map(|digest| digest.to_string()).as_deref()))
            .put("workspace", text(self.workspace.as_deref()))
            .put("account", text(self.account.as_deref()))
            .put("state", state)
    }
}

impl FindingSeen {
    fn normal(&self) -> Json {
        Members::new()
            .put("rule", self.rule.as_str())
            .put("verdict", self.verdict.as_str())
            .put("envelope", self.envelope.as_deref().map_or(Json::Null, Json::from))
            .put(
                "addresses",
                self.addresses.iter().map(|address| Json::from(address.as_str())).collect::<Json>(),
            )
            .put("message", self.message.as_str())
            .into()
    }
}

fn field(json: &Json, name: &str) -> Option<String> {
    json.as_object()?.get(name)?.as_str().map(str::to_owned)
}

/// The members of an entry that say which object it is.
const WHICH: [&str; 6] = ["address", "previous_address", "mode", "type", "provider_name", "deposed"];

/// The members of its change that say what would happen to it.
const WHAT: [&str; 8] = [
    "actions",
    "before",
    "after",
    "after_unknown",
    "before_sensitive",
    "after_sensitive",
    "replace_paths",
    "importing",
];

/// What is approved of one entry; nothing for plain no-ops and reads.
fn object(entry: &Json) -> Result<Option<Json>, NotAPlan> {
    let wrong = |what: &str| NotAPlan(format!("an entry of its `resource_changes` {what}"));
    let members = entry.as_object().ok_or_else(|| wrong("is not an object"))?;
    let change = members.get("change").and_then(Json::as_object).ok_or_else(|| wrong("has no `change`"))?;
    let Some(Json::Array(actions)) = change.get("actions") else {
        return Err(wrong("has no list of `actions`"));
    };
    if field(entry, "address").is_none() {
        return Err(wrong("has no `address`"));
    }
    let given =
        |from: &BTreeMap<String, Json>, name: &str| from.get(name).is_some_and(|json| *json != Json::Null);
    let words: Vec<&str> = actions.iter().filter_map(Json::as_str).collect();
    let idle = words.len() == actions.len() && matches!(words.as_slice(), [] | ["no-op" | "read"]);
    if idle && !given(members, "previous_address") && !given(change, "importing") {
        return Ok(None);
    }
    let mut taken = BTreeMap::new();
    for (names, from) in [(&WHICH[..], members), (&WHAT[..], change)] {
        for name in names.iter().filter(|name| given(from, name)) {
            taken.insert((*name).to_owned(), from.get(*name).cloned().unwrap_or(Json::Null));
        }
    }
    Ok(Some(Json::Object(taken)))
}

/// Provisioners run programs and show in no change, so they are looked for in all modules. Recursion is bounded by the
/// depth of the tree, which the parser bounds.
fn find_provisioners(module: &Json, path: &str, found: &mut BTreeMap<String, Json>) {
    let Some(members) = module.as_object() else { return };
    if let Some(Json::Array(resources)) = members.get("resources") {
        for resource in resources {
            let provisioners = resource.as_object().and_then(|members| members.get("provisioners"));
            if let (Some(address), Some(provisioners)) = (field(resource, "address"), provisioners) {
                found.insert(format!("{path}{address}"), provisioners.clone());
            }
        }
    }
    if let Some(calls) = members.get("module_calls").and_then(Json::as_object) {
        for (name, call) in calls {
            if let Some(module) = call.as_object().and_then(|members| members.get("module")) {
                find_provisioners(module, &format!("{path}module.{name}."), found);
            }
        }
    }
}

#[cfg(test)]
mod tests;
