//! What is signed: an approval or rejection, and a delegation. Small, readable, and with one normal form each.
//!
//! | field of an approval | binds it to |
//! | --- | --- |
//! | `request` | one request, which is used up once |
//! | `audience` | one workspace and account |
//! | `change` | exactly the material content of one plan, see [`crate::change`] |
//! | `transitions` | exactly these changes of governance |
//! | `under` | the envelopes or the trust root that asked, and the quorum they asked for |
//! | `requested_at`, `expires_at`, `signed_at` | a time |
//! | `approver`, `on_behalf_of` | a person, a function, and the person stood in for |
//! | `authors` | who took part in the change, as known to whoever signed |
//! | `growth` | how much money was said to be at stake |
//! | `break_glass` | the emergency rule, or the ordinary one |

use super::asked::{self, Asked};
use crate::{
    approver::CostMandate,
    consent::Function,
    decimal::{self, Decimal},
    digest::Digest,
    dimension::words,
    invalid::{Invalid, Kind as Fault},
    json::{Json, Members},
    money::{Currency, Period},
    person::Email,
    read::{Reader, Source, excerpt},
    record,
    time::{Timestamp, parse_instant},
};
use std::collections::BTreeSet;

words! {
    /// Yes or no.
    Decision is "a decision" {
        /// Yes.
        Approve = "approve",
        /// No, for good.
        Reject = "reject",
    }
}

/// An approval or a rejection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Yes or no.
    pub decision: Decision,
    /// Which request this answers: 32 hexadecimal digits that nobody could guess.
    pub request: String,
    /// Where it counts.
    pub audience: String,
    /// The plan, when it is about one.
    pub change: Option<Digest>,
    /// The changes of governance, when it is about any.
    pub transitions: Vec<Moved>,
    /// Under whose rules it was asked for.
    pub under: Vec<Under>,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Until when it could be signed.
    pub expires_at: Timestamp,
    /// When it was signed, by the clock of whoever signed.
    pub signed_at: Timestamp,
    /// Who signs.
    pub approver: Email,
    /// As what.
    pub function: Function,
    /// In whose place, if not the signer's own.
    pub on_behalf_of: Option<Email>,
    /// Who took part in the change.
    pub authors: BTreeSet<String>,
    /// What it adds to the cost, where that was known.
    pub growth: Option<Amount>,
    /// Whether it was given under the emergency rule.
    pub break_glass: bool,
    /// Why, in the signer's words.
    pub reason: Option<String>,
}

/// An amount of money per period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// The currency.
    pub currency: Currency,
    /// The period.
    pub period: Period,
    /// How much.
    pub amount: Decimal,
}

/// A change of governance, as it stands in an approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// What is changed.
    pub kind: record::Kind,
    /// Its name.
    pub name: String,
    /// The record before; absent for a creation.
    pub prior: Option<Digest>,
    /// The record after; absent for a destruction.
    pub proposed: Option<Digest>,
    /// The transition digest over all this and the quorum.
    pub digest: Digest,
}

/// Rules that asked for approval: an envelope's or the trust root's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Under {
    /// An envelope or the trust root.
    pub kind: record::Kind,
    /// Its name.
    pub name: String,
    /// Digest of its record.
    pub digest: Digest,
    /// Digest of the quorum it asked for.
    pub quorum: Digest,
}

/// A person lets another approve in their place, for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// Who delegates, and signs.
    pub delegator: Email,
    /// As what.
    pub function: Function,
    /// Who may approve instead.
    pub delegate: Email,
    /// Names of the envelopes it is for.
    pub envelopes: BTreeSet<String>,
    /// How much growth the delegate may approve; nothing with money when absent.
    pub may_approve_cost: Option<CostMandate>,
    /// From then.
    pub from: Timestamp,
    /// Until then, at most 30 days later.
    pub until: Timestamp,
    /// Why.
    pub reason: String,
}

/// What an approval calls itself.
pub(super) const APPROVAL: &str = "approval";
/// What a delegation calls itself.
pub(super) const DELEGATION: &str = "delegation";

/// The names of the members that only an answer has.
const OWN_FIELDS: [&str; 9] =
    ["format", "kind", "decision", "request", "signed_at", "approver", "function", "on_behalf_of", "reason"];

impl Approval {
    /// The text that is signed.
    pub fn text(&self) -> String {
        let json: Json = Asked::from(self)
            .put(opened(APPROVAL), "request")
            .put("decision", self.decision)
            .put("signed_at", self.signed_at.to_string())
            .put("approver", &self.approver)
            .put("function", self.function)
            .put_some("on_behalf_of", self.on_behalf_of.as_ref())
            .put_some("reason", self.reason.as_deref())
            .into();
        json.to_text()
    }

    pub(super) fn read(json: &Json) -> Result<Self, Vec<Invalid>> {
        let mut r = Reader::new(Source::Record);
        let approval = Self::fields(&mut r, json);
        r.finish(approval)
    }

    fn fields(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &[&OWN_FIELDS[..], &asked::FIELDS].concat())?;
        let asked = Asked::read(r, fields, "request");
        let decision = r.required(fields, "decision", Decision::read);
        let signed_at = r.required(fields, "signed_at", instant);
        let approver = r.required(fields, "approver", Email::read);
        let function = r.required(fields, "function", Function::read);
        let on_behalf_of = r.optional(fields, "on_behalf_of", Email::read);
        let reason = r.optional(fields, "reason", Reader::prose);
        Some(Self {
            on_behalf_of,
            reason,
            ..Self::answering(asked?, decision?, signed_at?, (approver?, function?))
        })
    }

    /// An answer for oneself, without a reason.
    pub(super) fn answering(
        asked: Asked,
        decision: Decision,
        signed_at: Timestamp,
        (approver, function): (Email, Function),
    ) -> Self {
        let Asked { request, audience, change, transitions, under, .. } = asked;
        let Asked { requested_at, expires_at, authors, growth, break_glass, .. } = asked;
        Self {
            decision,
            request,
            audience,
            change,
            transitions,
            under,
            requested_at,
            expires_at,
            signed_at,
            approver,
            function,
            on_behalf_of: None,
            authors,
            growth,
            break_glass,
            reason: None,
        }
    }
}

impl Amount {
    pub(crate) fn normal(self) -> Json {
        Members::new()
            .put("currency", self.currency)
            .put("period", self.period)
            .put("amount", decimal::normal(self.amount))
            .into()
    }

    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &["currency", "period", "amount"])?;
        let currency = r.required(fields, "currency", Currency::read);
        let period = r.required(fields, "period", Period::read);
        let amount = r.required(fields, "amount", decimal::read);
        Some(Self { currency: currency?, period: period?, amount: amount? })
    }
}

impl Moved {
    pub(crate) fn normal(&self) -> Json {
        Members::new()
            .put("kind", self.kind)
            .put("name", self.name.as_str())
            .put_some("prior", self.prior.map(|digest| digest.to_string()))
            .put_some("proposed", self.proposed.map(|digest| digest.to_string()))
            .put("digest", self.digest.to_string())
            .into()
    }

    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &["kind", "name", "prior", "proposed", "digest"])?;
        let kind = r.required(fields, "kind", record::Kind::read);
        let name = r.required(fields, "name", Reader::prose);
        let prior = r.optional(fields, "prior", digest);
        let proposed = r.optional(fields, "proposed", digest);
        let digest = r.required(fields, "digest", digest);
        Some(Self { kind: kind?, name: name?, prior, proposed, digest: digest? })
    }
}

impl Under {
    pub(crate) fn normal(&self) -> Json {
        Members::new()
            .put("kind", self.kind)
            .put("name", self.name.as_str())
            .put("digest", self.digest.to_string())
            .put("quorum", self.quorum.to_string())
            .into()
    }

    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &["kind", "name", "digest", "quorum"])?;
        let kind = r.required(fields, "kind", record::Kind::read);
        let name = r.required(fields, "name", Reader::prose);
        let of = r.required(fields, "digest", digest);
        let quorum = r.required(fields, "quorum", digest);
        Some(Self { kind: kind?, name: name?, digest: of?, quorum: quorum? })
    }
}

const DELEGATION_FIELDS: [&str; 10] = [
    "format",
    "kind",
    "delegator",
    "function",
    "delegate",
    "envelopes",
    "may_approve",
    "from",
    "until",
    "reason",
];

impl Delegation {
    /// The longest delegation, in seconds.
    pub const LONGEST_SECONDS: i64 = 30 * 86_400;

    /// The text that is signed.
    pub fn text(&self) -> String {
        let envelopes: Json = self.envelopes.iter().map(|name| Json::from(name.as_str())).collect();
        let json: Json = opened(DELEGATION)
            .put("delegator", &self.delegator)
            .put("function", self.function)
            .put("delegate", &self.delegate)
            .put("envelopes", envelopes)
            .put_some("may_approve", self.may_approve_cost.as_ref().map(CostMandate::members))
            .put("from", self.from.to_string())
            .put("until", self.until.to_string())
            .put("reason", self.reason.as_str())
            .into();
        json.to_text()
    }

    /// What is wrong with it; whoever reads it would refuse it for that.
    pub fn faults(&self) -> Vec<Invalid> {
        match Json::parse(&self.text()) {
            Ok(json) => Self::read(&json).err().unwrap_or_default(),
            Err(error) => vec![Invalid::new(Fault::Value, Vec::new(), error.to_string())],
        }
    }

    pub(super) fn read(json: &Json) -> Result<Self, Vec<Invalid>> {
        let mut r = Reader::new(Source::Record);
        let delegation = Self::fields(&mut r, json);
        r.finish(delegation)
    }

    fn fields(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &DELEGATION_FIELDS)?;
        let delegator = r.required(fields, "delegator", Email::read);
        let function = r.required(fields, "function", Function::read);
        let delegate = r.required(fields, "delegate", Email::read);
        let envelopes = r.required(fields, "envelopes", |r, json| r.set(json, Reader::prose));
        let may_approve_cost = r.optional(fields, "may_approve", CostMandate::read);
        let from = r.required(fields, "from", instant);
        let until = r.required(fields, "until", instant);
        let reason = r.required(fields, "reason", Reader::prose);
        let (delegator, delegate, from, until) = (delegator?, delegate?, from?, until?);
        if delegator == delegate {
            r.at_attribute("delegate", |r| r.wrong("nobody delegates to themselves"));
        }
        let seconds = until.as_second().saturating_sub(from.as_second());
        if !(1..=Self::LONGEST_SECONDS).contains(&seconds) {
            r.at_attribute("until", |r| {
                r.wrong("a delegation lasts at most 30 days, and longer than nothing");
            });
        }
        Some(Self {
            delegator,
            function: function?,
            delegate,
            envelopes: envelopes?,
            may_approve_cost,
            from,
            until,
            reason: reason?,
        })
    }
}

fn opened(kind: &str) -> Members {
    Members::new().put("format", record::FORMAT).put("kind", kind)
}

pub(super) fn instant(r: &mut Reader, json: &Json) -> Option<Timestamp> {
    r.parsed(json, parse_instant)
}

pub(super) fn digest(r: &mut Reader, json: &Json) -> Option<Digest> {
    r.parsed(json, |text| text.parse::<Digest>().map_err(|error| error.to_string()))
}

/// The id of a request: 32 lower-case hexadecimal digits.
pub(super) fn request_id(text: &str) -> Result<String, String> {
    let good = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if good {
        return Ok(text.to_owned());
    }
    Err(format!("`{}` is not a request id of 32 lower-case hexadecimal digits", excerpt(text)))
}
