//! A person who may approve.

use crate::{
    consent::{Assurance, Function},
    decimal::{self, Decimal},
    digest::Digest,
    invalid::{Invalid, Kind},
    json::{Json, Members},
    money::{Currency, Period},
    person::Email,
    read::{Reader, Source},
    record,
    ssh_key::SshKey,
    time::{Date, is_past, parse_date},
};
use std::collections::{BTreeMap, BTreeSet};

/// A person who may approve, as declared. Being declared gives no authority: an envelope or the trust root does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Approver {
    /// Name, as a person writes it.
    pub name: String,
    /// The person: two approvers with one address are one person.
    pub email: Email,
    /// What this person approves as; exactly one.
    pub function: Function,
    /// The keys that sign for this person.
    pub keys: BTreeSet<SshKey>,
    /// What the keys can prove.
    pub assurance: Assurance,
    /// Names on other platforms, so that authors can be excluded.
    pub identities: BTreeMap<String, String>,
    /// How much growth this person may approve; nothing with money when absent.
    pub may_approve_cost: Option<CostMandate>,
    /// The last day on which approvals count.
    pub valid_until: Option<Date>,
    /// Keys that approve nothing any more, whether or not `keys` still lists them.
    pub revoked_keys: BTreeSet<SshKey>,
}

/// How much added cost a person may approve.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CostMandate {
    /// The currency.
    pub currency: Currency,
    /// The period.
    pub period: Period,
    /// The most that one change may add.
    pub growth_up_to: Decimal,
}

const ATTRIBUTES: [&str; 9] = [
    "name",
    "email",
    "function",
    "keys",
    "assurance",
    "identities",
    "may_approve",
    "valid_until",
    "revoked_keys",
];

impl Approver {
    /// Reads a config.
    pub fn declare(json: &Json) -> Result<Self, Vec<Invalid>> {
        let mut r = Reader::new(Source::Declaration);
        let approver = Self::read(&mut r, json, &ATTRIBUTES);
        r.finish(approver)
    }

    /// Reads a record.
    pub fn from_record(text: &str) -> Result<Self, Vec<Invalid>> {
        let json = record::open(text, record::Kind::Approver)?;
        let mut r = Reader::new(Source::Record);
        let approver = Self::read(&mut r, &json, &record::known(&ATTRIBUTES));
        r.finish(approver)
    }

    /// The record: canonical JSON in normal form.
    pub fn record(&self) -> String {
        record::seal(record::Kind::Approver, self.members())
    }

    /// The digest of the record.
    pub fn digest(&self) -> Digest {
        Digest::of(self.record().as_bytes())
    }

    /// Whether approvals by this person still count.
    pub fn is_valid(&self, today: Date) -> bool {
        self.valid_until.is_none_or(|last| !is_past(last, today))
    }

    /// Whether any key of this person may still approve.
    pub fn has_live_key(&self) -> bool {
        !self.keys.is_subset(&self.revoked_keys)
    }

    fn read(r: &mut Reader, json: &Json, known: &[&str]) -> Option<Self> {
        let fields = r.object(json, known)?;
        let name = r.required(fields, "name", Reader::prose);
        let email = r.required(fields, "email", Email::read);
        let function = r.required(fields, "function", Function::read);
        let keys = r.required(fields, "keys", |r, json| {
            if *json == Json::Array(Vec::new()) {
                r.wrong("there is no key to approve with");
            }
            read_keys(r, json)
        });
        let assurance = r.optional(fields, "assurance", Assurance::read).unwrap_or(Assurance::TouchPin);
        let identities = r.optional(fields, "identities", |r, json| {
            r.map(json, |r, key, json| r.prose(json).map(|name| (key.to_owned(), name)))
        });
        let may_approve = r.optional(fields, "may_approve", CostMandate::read);
        let valid_until = r.optional(fields, "valid_until", |r, json| r.parsed(json, parse_date));
        let revoked_keys = r.optional(fields, "revoked_keys", read_keys);
        let keys = keys?;
        if assurance > Assurance::Key && keys.iter().any(|key| !key.is_fido()) {
            r.at_attribute("assurance", |r| {
                let help = "use FIDO2 keys (`sk-ssh-ed25519@openssh.com`), or say `assurance = \"key\"`";
                r.reject_with(Kind::Relation, format!("an ordinary key cannot prove `{assurance}`"), help);
            });
        }
        Some(Self {
            name: name?,
            email: email?,
            function: function?,
            keys,
            assurance,
            identities: identities.unwrap_or_default().into_iter().collect(),
            may_approve_cost: may_approve,
            valid_until,
            revoked_keys: revoked_keys.unwrap_or_default(),
        })
    }

    fn members(&self) -> Members {
        let identities =
            self.identities.iter().fold(Members::new(), |all, (key, name)| all.put(key, name.as_str()));
        Members::new()
            .put("name", self.name.as_str())
            .put("email", &self.email)
            .put("function", self.function)
            .put("keys", written(&self.keys))
            .put("assurance", self.assurance)
            .put("identities", identities)
            .put_some("may_approve", self.may_approve_cost.as_ref().map(CostMandate::members))
            .put_some("valid_until", self.valid_until.map(|date| date.to_string()))
            .put_some("revoked_keys", Some(&self.revoked_keys).filter(|keys| !keys.is_empty()).map(written))
    }
}

fn read_keys(r: &mut Reader, json: &Json) -> Option<BTreeSet<SshKey>> {
    r.set(json, |r, json| r.parsed(json, SshKey::parse))
}

fn written(keys: &BTreeSet<SshKey>) -> Json {
    keys.iter().map(|key| Json::from(key.to_string())).collect()
}

impl CostMandate {
    pub(crate) fn members(&self) -> Members {
        let cost = Members::new()
            .put("currency", self.currency)
            .put("period", self.period)
            .put("growth_up_to", decimal::normal(self.growth_up_to));
        Members::new().put("cost", cost)
    }

    /// Reads what stands in `may_approve`; nothing with money when it does not say.
    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &["cost"])?;
        r.optional(fields, "cost", |r, json| {
            let fields = r.object(json, &["currency", "period", "growth_up_to"])?;
            let currency = r.required(fields, "currency", Currency::read);
            let period = r.required(fields, "period", Period::read);
            let growth_up_to = r.required(fields, "growth_up_to", decimal::read);
            Some(CostMandate { currency: currency?, period: period?, growth_up_to: growth_up_to? })
        })
    }
}

#[cfg(test)]
pub(crate) mod tests;
