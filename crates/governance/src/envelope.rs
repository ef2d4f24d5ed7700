//! The envelope: whose decisions are bounded, where, by what limits, and who can open them.

use crate::{
    aws::Aws,
    compose,
    consent::Consent,
    digest::Digest,
    glob::Glob,
    invalid::{Invalid, Kind},
    json::{Json, Members},
    limits::{Limits, choice},
    person::{Email, Owner},
    read::{Reader, Source, excerpt},
    record,
    review::Review,
    scope::Scope,
    time::{Timestamp, parse_instant},
};
use std::collections::BTreeSet;

/// An envelope as declared. Only this module makes one, so every one has passed all checks that need no clock.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Envelope {
    /// The name; part of the names of all its controls.
    pub name: String,
    /// What it is for.
    pub purpose: Option<String>,
    /// Who answers for it.
    pub owner: Owner,
    /// The envelope that contains it, by digest.
    pub parent: Option<Digest>,
    /// Which changes it governs.
    pub scope: Scope,
    /// Whose decisions it bounds.
    pub agents: Agents,
    /// The limits.
    pub limits: Limits,
    /// Who must agree to what pauses.
    pub consent: Consent,
    /// When people look at it again.
    pub review: Option<Review>,
    /// Times in which nothing may grow, by their beginning.
    pub freezes: Vec<Freeze>,
    /// Whether destroying it must first be made possible.
    pub deletion_protection: bool,
    /// Its controls in AWS. Without them it is declared only.
    pub aws: Option<Aws>,
}

/// Agents whose decisions an envelope bounds. Empty means everybody, since whoever cannot be told apart is an agent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Agents {
    /// Cloud principals.
    pub principals: BTreeSet<Glob>,
    /// Actors of the version control system.
    pub actors: BTreeSet<Glob>,
}

/// A time in which nothing may grow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Freeze {
    /// From this instant.
    pub from: Timestamp,
    /// To just before this one.
    pub until: Timestamp,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Email,
}

const ATTRIBUTES: [&str; 14] = [
    "name",
    "purpose",
    "owner",
    "parent",
    "scope",
    "agents",
    "limits",
    "consent",
    "review",
    "freezes",
    "deletion_protection",
    "aws",
    "google",
    "azure",
];

impl Envelope {
    /// Reads a config: approvers and parent are given as their records, and a parent must contain the envelope.
    pub fn declare(json: &Json) -> Result<Self, Vec<Invalid>> {
        let mut r = Reader::new(Source::Declaration);
        let envelope = Self::read(&mut r, json, &ATTRIBUTES);
        r.finish(envelope)
    }

    /// Reads a record: approvers and parent are digests, and that they fit was checked when it was written. Whoever has
    /// the bodies can check again with [`Consent::judge_approvers`] and [`compose::contains`].
    pub fn from_record(text: &str) -> Result<Self, Vec<Invalid>> {
        let json = record::open(text, record::Kind::Envelope)?;
        let mut r = Reader::new(Source::Record);
        let envelope = Self::read(&mut r, &json, &record::known(&ATTRIBUTES));
        r.finish(envelope)
    }

    /// The record: canonical JSON in normal form, with defaults written out.
    pub fn record(&self) -> String {
        record::seal(record::Kind::Envelope, self.members())
    }

    /// The digest of the record.
    pub fn digest(&self) -> Digest {
        Digest::of(self.record().as_bytes())
    }

    /// The freeze in force at this instant.
    pub fn freeze_at(&self, now: Timestamp) -> Option<&Freeze> {
        self.freezes.iter().find(|freeze| freeze.from <= now && now < freeze.until)
    }

    fn read(r: &mut Reader, json: &Json, known: &[&str]) -> Option<Self> {
        let fields = r.object(json, known)?;
        let name = r.required(fields, "name", read_name);
        let purpose = r.optional(fields, "purpose", Reader::prose);
        let owner = r.required(fields, "owner", Owner::read);
        let parent = r.optional(fields, "parent", read_parent);
        let scope = r.required(fields, "scope", Scope::read);
        let agents = r.optional(fields, "agents", Agents::read).unwrap_or_default();
        let limits = r.required(fields, "limits", Limits::read);
        let consent = r.required(fields, "consent", Consent::read);
        let review = r.optional(fields, "review", Review::read);
        let freezes = r.optional(fields, "freezes", |r, json| r.set(json, Freeze::read)).unwrap_or_default();
        let deletion_protection = r.optional(fields, "deletion_protection", Reader::bool).unwrap_or(true);
        let aws = r.optional(fields, "aws", Aws::read);
        for cloud in ["google", "azure"] {
            r.optional(fields, cloud, |r, _| not_available(r, cloud));
        }
        let envelope = Self {
            name: name?,
            purpose,
            owner: owner?,
            parent: parent.as_ref().map(|(digest, _)| *digest),
            scope: scope?,
            agents,
            limits: limits?,
            consent: consent?,
            review,
            freezes: freezes.into_iter().collect(),
            deletion_protection,
            aws,
        };
        if let Some((_, Some(parent))) = &parent {
            r.adopt(compose::contains(parent, &envelope).err().unwrap_or_default());
        }
        Some(envelope)
    }

    fn members(&self) -> Members {
        Members::new()
            .put("name", self.name.as_str())
            .put_some("purpose", self.purpose.as_deref())
            .put("owner", self.owner.normal())
            .put_some("parent", self.parent.map(|digest| digest.to_string()))
            .put("scope", self.scope.normal())
            .put("agents", self.agents.normal())
            .put("limits", self.limits.normal())
            .put("consent", self.consent.normal())
            .put_some("review", self.review.as_ref().map(Review::normal))
            .put("freezes", self.freezes.iter().map(Freeze::normal).collect::<Json>())
            .put("deletion_protection", self.deletion_protection)
            .put_some("aws", self.aws.as_ref().map(Aws::normal))
    }
}

impl Agents {
    fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &["principals", "actors"])?;
        Some(Self {
            principals: choice::globs(r, fields, "principals").unwrap_or_default(),
            actors: choice::globs(r, fields, "actors").unwrap_or_default(),
        })
    }

    fn normal(&self) -> Json {
        Members::new()
            .put("principals", choice::normal(&self.principals))
            .put("actors", choice::normal(&self.actors))
            .into()
    }
}

impl Freeze {
    fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &["from", "until", "reason", "owner"])?;
        let from = r.required(fields, "from", |r, json| r.parsed(json, parse_instant));
        let until = r.required(fields, "until", |r, json| r.parsed(json, parse_instant));
        let reason = r.required(fields, "reason", Reader::prose);
        let owner = r.required(fields, "owner", Email::read);
        let (from, until) = (from?, until?);
        if from >= until {
            r.at_attribute("until", |r| {
                r.reject(
                    Kind::Relation,
                    format!("the freeze ends at `{until}`, not after it begins at `{from}`"),
                );
            });
        }
        Some(Self { from, until, reason: reason?, owner: owner? })
    }

    fn normal(&self) -> Json {
        Members::new()
            .put("from", self.from.to_string())
            .put("until", self.until.to_string())
            .put("reason", self.reason.as_str())
            .put("owner", &self.owner)
            .into()
    }
}

/// Names become parts of cloud names, so the narrowest cloud decides.
fn read_name(r: &mut Reader, json: &Json) -> Option<String> {
    r.parsed(json, |text| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let good = text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.ends_with(|c: char| c != '-')
            && text.chars().all(plain)
            && text.len() <= 40;
        if good {
            return Ok(text.to_owned());
        }
        Err(format!("`{}` is not a name of at most 40 lower-case letters, digits and hyphens, beginning with a letter", excerpt(text)))
    })
}

fn read_parent(r: &mut Reader, json: &Json) -> Option<(Digest, Option<Envelope>)> {
    if r.source == Source::Record {
        let digest = r.parsed(json, |text| text.parse::<Digest>().map_err(|error| error.to_string()));
        return digest.map(|digest| (digest, None));
    }
    read_embedded(r, json).map(|envelope| (envelope.digest(), Some(envelope)))
}

/// An envelope given as its record.
pub(crate) fn read_embedded(r: &mut Reader, json: &Json) -> Option<Envelope> {
    let text = r.string(json)?;
    if !text.trim_start().starts_with('{') {
        let help = "refer to an envelope by its record, as in `remit_envelope.support_agents.record`";
        r.reject_with(Kind::Value, "this is not the record of an envelope", help);
        return None;
    }
    match Envelope::from_record(text) {
        Ok(envelope) => Some(envelope),
        Err(faults) => {
            let first = faults.first().map(ToString::to_string).unwrap_or_default();
            r.wrong(format!("this is not the record of an envelope: {first}"));
            None
        }
    }
}

/// Refuses a cloud block: ignoring it would leave people with controls that do not exist.
pub(crate) fn not_available(r: &mut Reader, cloud: &str) -> Option<()> {
    let help = format!(
        "leave `{cloud}` out: the declaration then holds where plans are checked, and no cloud is changed"
    );
    r.reject_with(Kind::Value, format!("the `{cloud}` block is not available yet in this version"), help);
    None
}

#[cfg(test)]
pub(crate) mod tests;
