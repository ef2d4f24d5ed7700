//! Judging names against a list of an envelope. Five rules do it: they say which names a resource uses, and the rest is here.

use std::borrow::Cow;
use std::collections::BTreeSet;

use remit_governance::glob::Glob;
use remit_governance::limits::{Choice, ChoiceAnswer, Limits};
use remit_governance::region::Geography;
use remit_governance::{Dimension, Envelope};

use super::rule::{Context, grouped, named, place, quorum, subject, with_doubt};
use crate::facts::Resource;
use crate::finding::{Effect, Finding, Place, Shown};
use crate::governed::Cover;
use crate::plan::Action;
use crate::text::escape;

/// A list of an envelope, and the resources it is about.
pub(super) struct List {
    pub(super) rule: &'static str,
    pub(super) dimension: Dimension,
    /// Where it stands in an envelope: `limits.integrations.models`.
    pub(super) limit: &'static str,
    pub(super) names: fn(&Limits) -> Option<Names<'_>>,
    /// What a resource does with a name: `use the model`, and of one resource: `uses the model`.
    pub(super) does: [&'static str; 2],
    /// What is named: `model`.
    pub(super) noun: &'static str,
    /// The names a resource uses.
    pub(super) uses: for<'r> fn(&'r Resource) -> Vec<Use<'r>>,
}

/// The names that a limit lists.
#[derive(Clone, Copy)]
pub(super) enum Names<'e> {
    /// By pattern.
    Choice(&'e Choice),
    /// Geographies in which inference may compute.
    Geographies(&'e BTreeSet<Geography>),
}

/// Something a resource uses.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Use<'r> {
    pub(super) what: What<'r>,
    /// The attribute that says so.
    pub(super) attribute: Option<&'static str>,
    /// What that attribute said before, where there is one answer.
    pub(super) before: Option<Shown>,
    /// What it says after.
    pub(super) after: Option<Shown>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum What<'r> {
    /// This, which can have several names; the first is shown.
    Named { names: Vec<Cow<'r, str>>, secret: bool, was_there: bool },
    /// Something that cannot be told; a clause that says why, escaped.
    CannotTell(String),
}

/// What one use is, seen from one envelope; equal ones become one finding.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    effect: std::cmp::Reverse<Effect>,
    envelope: usize,
    case: Case,
    /// The name as shown, or why it cannot be told.
    text: String,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Case {
    /// By this pattern, or for standing in no list.
    Denied(Option<String>),
    Ask(String),
    CannotTell,
    Before,
}

/// What each envelope of the governance lists, in its order.
struct Lists<'e>(Vec<Option<Names<'e>>>);

impl<'e> Lists<'e> {
    fn of(&self, cover: &Cover) -> Option<Names<'e>> {
        self.0.get(cover.envelope).copied().flatten()
    }
}

/// Whether an object will be there after the change.
pub(super) fn stays(resource: &Resource) -> bool {
    !resource.deposed && !matches!(resource.action, Action::Delete | Action::Forget | Action::Read)
}

impl List {
    /// How many objects use something that an envelope over them limits.
    pub(super) fn judged(&self, cx: &Context<'_>) -> usize {
        let lists = self.lists(cx);
        let concerned = cx.resources().filter(|(resource, _)| stays(resource));
        let limited = concerned.filter(|(_, covers)| covers.iter().any(|cover| lists.of(cover).is_some()));
        limited.filter(|(resource, _)| !(self.uses)(resource).is_empty()).count()
    }

    pub(super) fn check(&self, cx: &Context<'_>) -> Vec<Finding> {
        let lists = self.lists(cx);
        let mut seen: Vec<(Key, (Place, &Cover))> = Vec::new();
        for (resource, covers) in cx.resources().filter(|(resource, _)| stays(resource)) {
            if !covers.iter().any(|cover| lists.of(cover).is_some()) {
                continue;
            }
            for used in (self.uses)(resource) {
                seen.extend(covers.iter().filter_map(|cover| {
                    let key = judge(resource, &used, lists.of(cover)?, cover.envelope)?;
                    Some((key, (shown_at(resource, &used), cover)))
                }));
            }
        }
        let groups = grouped(seen).into_iter();
        groups
            .filter_map(|(key, members)| Some(self.finding(cx.envelope(key.envelope)?, &key, members)))
            .collect()
    }

    fn lists<'a>(&self, cx: &Context<'a>) -> Lists<'a> {
        Lists(cx.envelopes.iter().map(|envelope| (self.names)(&envelope.limits)).collect())
    }

    fn finding(&self, envelope: &Envelope, key: &Key, members: Vec<(Place, &Cover)>) -> Finding {
        let (places, covers): (Vec<Place>, Vec<&Cover>) = members.into_iter().unzip();
        let who = subject(&places);
        let (noun, text) = (self.noun, &key.text);
        let [many, one] = self.does;
        let message = match &key.case {
            Case::CannotTell => format!(
                "which {noun} {who} would {} cannot be told",
                many.trim_end_matches(noun).trim_end_matches(" the ")
            ),
            Case::Before => format!("{who} {} `{text}`", if places.len() == 1 { one } else { many }),
            Case::Denied(_) | Case::Ask(_) => format!("{who} would {many} `{text}`"),
        };
        let ask = quorum(envelope, self.dimension);
        let finding = Finding::new(self.rule, key.effect.0, message).at(places).of(envelope.name.clone());
        let mut finding = match &key.case {
            Case::Denied(Some(pattern)) => finding
                .limit(format!("{}.deny", self.limit), escape(pattern))
                .because(format!("{} denies `{}`", named(envelope), escape(pattern)))
                .help(format!("choose another {noun}, or change the envelope first (needs {ask})")),
            Case::Denied(None) => finding
                .limit(self.limit, self.allowed(envelope))
                .because(format!("{} allows {}", named(envelope), self.allowed(envelope)))
                .help(format!("choose an allowed {noun}, or change the envelope first (needs {ask})")),
            Case::Ask(pattern) => finding
                .limit(self.limit, self.allowed(envelope))
                .because(format!("{} asks for consent to `{}`", named(envelope), escape(pattern)))
                .help(format!("get consent of {ask}, or choose a {noun} that is allowed outright")),
            Case::CannotTell => finding
                .untold()
                .limit(self.limit, self.allowed(envelope))
                .because(text.clone())
                .because(format!("{} limits this to {}", named(envelope), self.allowed(envelope)))
                .help(format!("make the {noun} known in the plan, or get consent of {ask}")),
            Case::Before => finding
                .limit(self.limit, self.allowed(envelope))
                .because(format!("{} allows {}", named(envelope), self.allowed(envelope)))
                .because("it was so before this change"),
        };
        if key.effect.0 == Effect::Consent {
            finding.quorum = Some(ask);
        }
        with_doubt(finding, &covers)
    }

    /// What the list allows, in words.
    fn allowed(&self, envelope: &Envelope) -> String {
        let choice = match (self.names)(&envelope.limits) {
            None => return "nothing".to_owned(),
            Some(Names::Geographies(all)) if all.is_empty() => {
                return "only the region it is called in".to_owned();
            }
            Some(Names::Geographies(all)) => return quoted(all.iter().map(|geography| geography.as_str())),
            Some(Names::Choice(choice)) => choice,
        };
        match &choice.allow {
            Some(allow) if allow.is_empty() => "nothing without consent".to_owned(),
            Some(allow) => quoted(allow.iter().map(Glob::as_str)),
            None => format!("everything but {}", quoted(choice.deny.iter().map(Glob::as_str))),
        }
    }
}

fn quoted<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    texts.map(|text| format!("`{}`", escape(text))).collect::<Vec<_>>().join(", ")
}

impl Names<'_> {
    /// How these names stand in the list; `None` where they are allowed.
    fn against(self, names: &[Cow<'_, str>]) -> Option<Case> {
        let all: Vec<&str> = names.iter().map(|name| &**name).collect();
        match self {
            Self::Geographies(allowed) => {
                let is_allowed =
                    |name: &&str| Geography::from_word(name).is_some_and(|one| allowed.contains(&one));
                (!all.iter().any(is_allowed)).then_some(Case::Denied(None))
            }
            Self::Choice(choice) => match choice.judge_any(&all) {
                ChoiceAnswer::Allowed => None,
                ChoiceAnswer::NeedsConsent(pattern) => Some(Case::Ask(pattern.as_str().to_owned())),
                ChoiceAnswer::Denied(pattern) => {
                    Some(Case::Denied(pattern.map(|glob| glob.as_str().to_owned())))
                }
            },
        }
    }
}

fn judge(resource: &Resource, used: &Use<'_>, list: Names<'_>, envelope: usize) -> Option<Key> {
    let idle = resource.action == Action::NoOp;
    let (effect, case, text) = match &used.what {
        // What stays as it is does not become less certain.
        What::CannotTell(_) if idle => return None,
        What::CannotTell(why) => (Effect::Consent, Case::CannotTell, why.clone()),
        What::Named { names, secret, was_there } => {
            let (effect, case) = match list.against(names)? {
                _ if idle || *was_there => (Effect::Note, Case::Before),
                case @ Case::Denied(_) => (Effect::Deny, case),
                case => (Effect::Consent, case),
            };
            let shown =
                names.first().filter(|_| !secret).map_or("(sensitive)".to_owned(), |name| escape(name));
            (effect, case, shown)
        }
    };
    Some(Key { effect: std::cmp::Reverse(effect), envelope, case, text })
}

fn shown_at(resource: &Resource, used: &Use<'_>) -> Place {
    let mut place = place(resource, used.attribute, used.after.clone());
    if place.attribute.is_some() {
        place.before.clone_from(&used.before);
    }
    place
}
