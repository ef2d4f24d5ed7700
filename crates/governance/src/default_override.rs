//! A default override: what people decided about a vendor's default.

use crate::{
    aws::Sets,
    digest::Digest,
    dimension::words,
    envelope,
    invalid::{Invalid, Kind},
    json::{Json, Members},
    limits::strings,
    person::Owner,
    read::{Reader, Source, excerpt},
    record,
    review::Review,
};
use std::collections::BTreeSet;

words! {
    /// What was decided.
    Decision is "a decision" {
        /// Another value must be set.
        Override = "override",
        /// The default may stand until the review.
        Accept = "accept",
    }
}

/// The default that is decided about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DefaultRef {
    /// One of the catalog, by id.
    Catalog(String),
    /// One that the catalog does not have.
    Described(Described),
}

/// A default described in place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Described {
    /// The resource type that has it.
    pub resource_type: String,
    /// The attribute, as a path.
    pub attribute: String,
    /// What the vendor does when nothing is said, in words.
    pub description: String,
    /// Where that is documented.
    pub source: Option<String>,
}

/// What people decided about a vendor's default.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DefaultOverride {
    /// Which default.
    pub default: DefaultRef,
    /// The envelope whose quorum decides; the trust root when absent.
    pub envelope: Option<Digest>,
    /// What was decided.
    pub decision: Decision,
    /// The value that must be set; there exactly when the decision is to override.
    pub value: Option<Json>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Owner,
    /// Regulations that ask for it.
    pub regulations: BTreeSet<String>,
    /// Where it was discussed.
    pub ticket: Option<String>,
    /// When it is looked at again, which is also its end.
    pub review: Review,
    /// The setting of an AWS account that is set to the value and watched.
    pub aws: Option<Sets>,
}

const ATTRIBUTES: [&str; 10] =
    ["default", "envelope", "decision", "value", "reason", "owner", "regulations", "ticket", "review", "aws"];

impl DefaultOverride {
    /// Reads a config: the envelope is given as its record.
    pub fn declare(json: &Json) -> Result<Self, Vec<Invalid>> {
        let mut r = Reader::new(Source::Declaration);
        let decided = Self::read(&mut r, json, &ATTRIBUTES);
        r.finish(decided)
    }

    /// Reads a record: the envelope is a digest.
    pub fn from_record(text: &str) -> Result<Self, Vec<Invalid>> {
        let json = record::open(text, record::Kind::DefaultOverride)?;
        let mut r = Reader::new(Source::Record);
        let decided = Self::read(&mut r, &json, &record::known(&ATTRIBUTES));
        r.finish(decided)
    }

    /// The record: canonical JSON in normal form.
    pub fn record(&self) -> String {
        record::seal(record::Kind::DefaultOverride, self.members())
    }

    /// The digest of the record.
    pub fn digest(&self) -> Digest {
        Digest::of(self.record().as_bytes())
    }

    /// The name of what is decided about: the catalog id, or resource type and attribute.
    pub fn name(&self) -> String {
        match &self.default {
            DefaultRef::Catalog(id) => id.clone(),
            DefaultRef::Described(described) => {
                format!("{}.{}", described.resource_type, described.attribute)
            }
        }
    }

    fn read(r: &mut Reader, json: &Json, known: &[&str]) -> Option<Self> {
        let fields = r.object(json, known)?;
        let default = r.required(fields, "default", DefaultRef::read);
        let envelope = r.optional(fields, "envelope", read_envelope);
        let decision = r.required(fields, "decision", Decision::read);
        let value = r.optional(fields, "value", read_value);
        let reason = r.required(fields, "reason", Reader::prose);
        let owner = r.required(fields, "owner", Owner::read);
        let regulations = r.optional(fields, "regulations", |r, json| r.set(json, Reader::prose));
        let ticket = r.optional(fields, "ticket", Reader::prose);
        let review = r.required(fields, "review", Review::read);
        let aws = r.optional(fields, "aws", Sets::read);
        if let (Some(sets), true) = (&aws, decision == Some(Decision::Accept)) {
            r.at_attribute("aws", |r| {
                let message = format!("the decision `accept` leaves `{}` as it is", sets.setting);
                r.reject_with(Kind::Relation, message, "remove `aws`, or decide `override`");
            });
        }
        if let (Some(sets), Some(value)) = (&aws, &value)
            && let Err(message) = sets.definition(value)
        {
            r.at_attribute("value", |r| r.reject(Kind::Relation, message));
        }
        match (decision, fields.get("value").is_some()) {
            (Some(Decision::Override), false) => r.at_attribute("value", |r| {
                let help = "say what must be set, with `jsonencode(...)`, or decide `accept`";
                r.reject_with(Kind::Relation, "the decision `override` needs a `value`", help);
            }),
            (Some(Decision::Accept), true) => r.at_attribute("value", |r| {
                let help = "remove `value`, or decide `override`";
                r.reject_with(Kind::Relation, "the decision `accept` leaves the default as it is", help);
            }),
            _ => {}
        }
        Some(Self {
            default: default?,
            envelope,
            decision: decision?,
            value,
            reason: reason?,
            owner: owner?,
            regulations: regulations.unwrap_or_default(),
            ticket,
            review: review?,
            aws,
        })
    }

    fn members(&self) -> Members {
        Members::new()
            .put("default", self.default.normal())
            .put_some("envelope", self.envelope.map(|digest| digest.to_string()))
            .put("decision", self.decision)
            // As text, so that numbers in it keep their spelling and the record stays one canonical text.
            .put_some("value", self.value.as_ref().map(Json::to_text))
            .put("reason", self.reason.as_str())
            .put("owner", self.owner.normal())
            .put("regulations", strings(&self.regulations))
            .put_some("ticket", self.ticket.as_deref())
            .put("review", self.review.normal())
            .put_some("aws", self.aws.as_ref().map(Sets::normal))
    }
}

impl DefaultRef {
    fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        if let Json::String(text) = json {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            if text.is_empty() || text.len() > 120 || !text.chars().all(plain) {
                r.wrong(format!("`{}` is not the id of a default", excerpt(text)));
                return None;
            }
            return Some(Self::Catalog(text.clone()));
        }
        let fields = r.object(json, &["resource_type", "attribute", "description", "source"])?;
        let resource_type = r.required(fields, "resource_type", Reader::prose);
        let attribute = r.required(fields, "attribute", Reader::prose);
        let description = r.required(fields, "description", Reader::prose);
        let source = r.optional(fields, "source", Reader::prose);
        let described = Described {
            resource_type: resource_type?,
            attribute: attribute?,
            description: description?,
            source,
        };
        Some(Self::Described(described))
    }

    fn normal(&self) -> Json {
        match self {
            Self::Catalog(id) => Json::from(id.as_str()),
            Self::Described(d) => Members::new()
                .put("resource_type", d.resource_type.as_str())
                .put("attribute", d.attribute.as_str())
                .put("description", d.description.as_str())
                .put_some("source", d.source.as_deref())
                .into(),
        }
    }
}

fn read_envelope(r: &mut Reader, json: &Json) -> Option<Digest> {
    match r.source {
        Source::Record => r.parsed(json, |text| text.parse::<Digest>().map_err(|error| error.to_string())),
        Source::Declaration => envelope::read_embedded(r, json).map(|envelope| envelope.digest()),
    }
}

/// The value is JSON in a string, as `jsonencode` writes it.
fn read_value(r: &mut Reader, json: &Json) -> Option<Json> {
    r.parsed(json, |text| Json::parse(text).map_err(|error| format!("`value` is not JSON: {error}")))
}

#[cfg(test)]
pub(crate) mod tests;
