//! Limits on names rather than amounts: which of them are allowed, denied, or open to consent. A name is one piece, whatever dots and
//! colons it has: [`Glob::of_names`].

use crate::{
    glob::Glob,
    invalid::Kind,
    json::{Json, Members},
    read::{Fields, Reader},
};
use std::collections::BTreeSet;

/// A choice among names. Denied wins over authorized, authorized over allowed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Choice {
    /// Allowed; `None` means everything that is not denied.
    pub allow: Option<BTreeSet<Glob>>,
    /// Never.
    pub deny: BTreeSet<Glob>,
    /// With approval.
    pub authorize: BTreeSet<Glob>,
}

/// What a choice says about a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChoiceAnswer<'c> {
    /// Allowed, by this pattern or because nothing speaks against it.
    Allowed,
    /// Needs approval, by this pattern.
    NeedsConsent(&'c Glob),
    /// Denied by this pattern, or (`None`) for standing in no list.
    Denied(Option<&'c Glob>),
}

impl Choice {
    /// Judges a name.
    pub fn judge(&self, name: &str) -> ChoiceAnswer<'_> {
        self.judge_any(&[name])
    }

    /// Judges one thing that has several names: a list that has one of them has it.
    pub fn judge_any(&self, names: &[&str]) -> ChoiceAnswer<'_> {
        let has = |glob: &Glob| names.iter().any(|name| glob.matches(name));
        let first = |globs: &'_ BTreeSet<Glob>| globs.iter().position(has);
        if let Some(denied) = first(&self.deny).and_then(|index| self.deny.iter().nth(index)) {
            return ChoiceAnswer::Denied(Some(denied));
        }
        if let Some(asked) = first(&self.authorize).and_then(|index| self.authorize.iter().nth(index)) {
            return ChoiceAnswer::NeedsConsent(asked);
        }
        match &self.allow {
            Some(allow) if first(allow).is_none() => ChoiceAnswer::Denied(None),
            _ => ChoiceAnswer::Allowed,
        }
    }

    /// Reads `allow`, `deny` and `authorize`; at least one of the first two is needed for a limit to mean anything.
    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &["allow", "deny", "authorize"])?;
        let allow = names(r, fields, "allow");
        let deny = names(r, fields, "deny").unwrap_or_default();
        let authorize = names(r, fields, "authorize").unwrap_or_default();
        if fields.get("allow").is_none() && fields.get("deny").is_none() {
            r.reject(Kind::Missing, "`allow` or `deny` is required");
        }
        Some(Self { allow, deny, authorize })
    }

    pub(crate) fn normal(&self) -> Json {
        Members::new()
            .put_some("allow", self.allow.as_ref().map(normal))
            .put("deny", normal(&self.deny))
            .put("authorize", normal(&self.authorize))
            .into()
    }
}

/// Who and what an envelope's things may call on. A list that is left out limits nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Integrations {
    /// Models.
    pub models: Option<Choice>,
    /// Endpoints, by host.
    pub endpoints: Option<Choice>,
    /// Terraform providers.
    pub providers: Option<Choice>,
    /// Cloud services.
    pub services: Option<Choice>,
}

const KINDS: [&str; 4] = ["models", "endpoints", "providers", "services"];

impl Integrations {
    /// The four kinds with their words, in a fixed order.
    pub fn kinds(&self) -> [(&'static str, Option<&Choice>); 4] {
        let [models, endpoints, providers, services] = KINDS;
        [
            (models, self.models.as_ref()),
            (endpoints, self.endpoints.as_ref()),
            (providers, self.providers.as_ref()),
            (services, self.services.as_ref()),
        ]
    }

    /// Reads lists of what is allowed, and under `authorize` lists of the same names of what consent can open.
    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let mut known = KINDS.to_vec();
        known.push("authorize");
        let fields = r.object(json, &known)?;
        let asked =
            fields.get("authorize").and_then(|json| r.at_attribute("authorize", |r| r.object(json, &KINDS)));
        let [models, endpoints, providers, services] = KINDS.map(|kind| {
            let allow = names(r, fields, kind);
            let authorize = asked.and_then(|asked| r.at_attribute("authorize", |r| names(r, asked, kind)));
            if allow.is_none() && authorize.is_none() {
                return None;
            }
            Some(Choice {
                // With only an `authorize` list, nothing else of that kind is allowed.
                allow: Some(allow.unwrap_or_default()),
                deny: BTreeSet::new(),
                authorize: authorize.unwrap_or_default(),
            })
        });
        Some(Self { models, endpoints, providers, services })
    }

    pub(crate) fn normal(&self) -> Json {
        let mut members = Members::new();
        let mut asked = Members::new();
        let mut asks = false;
        for (kind, choice) in self.kinds() {
            let Some(choice) = choice else { continue };
            members = members.put_some(kind, choice.allow.as_ref().map(normal));
            if !choice.authorize.is_empty() {
                asks = true;
                asked = asked.put(kind, normal(&choice.authorize));
            }
        }
        if asks { members.put("authorize", asked).into() } else { members.into() }
    }
}

/// Patterns over names that are one piece.
fn names(r: &mut Reader, fields: Fields, name: &str) -> Option<BTreeSet<Glob>> {
    r.optional(fields, name, |r, json| r.set(json, |r, json| r.parsed(json, Glob::of_names)))
}

pub(crate) fn globs(r: &mut Reader, fields: Fields, name: &str) -> Option<BTreeSet<Glob>> {
    r.optional(fields, name, read_globs)
}

pub(crate) fn read_globs(r: &mut Reader, json: &Json) -> Option<BTreeSet<Glob>> {
    r.set(json, |r, json| r.parsed(json, Glob::new))
}

pub(crate) fn normal(globs: &BTreeSet<Glob>) -> Json {
    globs.iter().map(|glob| Json::from(glob.as_str())).collect()
}
