//! The governance lock: the file that plancheck trusts. It holds every record once under its digest, and proves that it is
//! whole. It also carries how each record came into force, so that whoever pins the trust root need not believe it.

mod error;

use crate::{
    approval::{Signed, Voter},
    approver::Approver,
    compose,
    default_override::DefaultOverride,
    digest::Digest,
    envelope::Envelope,
    history::{self, Declaration, History},
    invalid::{Invalid, Kind, Step},
    json::{Json, Members},
    record,
    trust_root::TrustRoot,
};
pub use error::LockError;
use std::collections::{BTreeMap, BTreeSet};

/// What a lock calls itself.
pub const KIND: &str = "governance-lock";

/// The lock format that this version writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// Governance that is complete and consistent: every digest that a record refers to has its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    serial: u64,
    records: BTreeMap<Digest, Entry>,
    envelopes: Vec<Envelope>,
    approvers: BTreeMap<Digest, Approver>,
    overrides: Vec<DefaultOverride>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    record: Json,
    approvals: Vec<Json>,
}

impl Lock {
    /// Makes a lock of records. Paths of faults begin with the record's place in the input.
    pub fn build(records: &[&str], serial: u64) -> Result<Self, Vec<Invalid>> {
        let with_place = |(index, text): (usize, &&str)| (Step::Index(index), (*text).to_owned(), Vec::new());
        Self::assemble(records.iter().enumerate().map(with_place).collect(), serial)
    }

    /// Reads a lock and verifies that it is what was written: each record has its digest, the whole has its own, and
    /// nothing that is referred to is missing.
    pub fn parse(bytes: &[u8]) -> Result<Self, LockError> {
        let json = Json::parse_bytes(bytes).map_err(LockError::NotJson)?;
        error::refuse_other_kinds(&json)?;
        let members = json.as_object().ok_or(LockError::Malformed("it is not an object"))?;
        if !members.keys().map(String::as_str).eq(["digest", "format", "kind", "records", "serial"]) {
            return Err(LockError::Malformed(
                "it has other members than `digest`, `format`, `kind`, `records` and `serial`",
            ));
        }
        let serial = match members.get("serial") {
            Some(Json::Number(number)) => number.as_str().parse().ok(),
            _ => None,
        };
        let serial: u64 = serial.ok_or(LockError::Malformed("its `serial` is not a whole number"))?;
        let records = members.get("records").and_then(Json::as_object);
        let records = records.ok_or(LockError::Malformed("its `records` are not an object"))?;
        let mut given = Vec::new();
        for (key, entry) in records {
            let (text, approvals) = open_entry(entry)?;
            if Digest::of(text.as_bytes()).to_string() != *key {
                return Err(LockError::EditedRecord { name: describe(entry), digest: key.clone() });
            }
            given.push((Step::Key(key.clone()), text, approvals));
        }
        let lock = Self::assemble(given, serial).map_err(LockError::Inconsistent)?;
        let claimed = members.get("digest").and_then(Json::as_str).unwrap_or_default();
        if claimed == lock.digest().to_string() { Ok(lock) } else { Err(LockError::Edited) }
    }

    /// The lock as a file: indented, ending with a line end, the same bytes for the same content.
    pub fn to_json(&self) -> String {
        let json: Json = self.members().put("digest", self.digest().to_string()).into();
        let mut text = json.to_pretty();
        text.push('\n');
        text
    }

    /// The digest of everything in the lock but the digest itself.
    pub fn digest(&self) -> Digest {
        Digest::of(Json::from(self.members()).canonical().as_bytes())
    }

    /// Counts up with every change of governance, so that an old lock can be told.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// All envelopes by name.
    pub fn envelopes(&self) -> &[Envelope] {
        &self.envelopes
    }

    /// All overrides by name.
    pub fn overrides(&self) -> &[DefaultOverride] {
        &self.overrides
    }

    /// The approver with this digest.
    pub fn approver(&self, digest: &Digest) -> Option<&Approver> {
        self.approvers.get(digest)
    }

    /// All approvers, by digest.
    pub fn approvers(&self) -> impl Iterator<Item = &Approver> {
        self.approvers.values()
    }

    /// What came with a record as approvals, unverified.
    pub fn approvals(&self, digest: &Digest) -> &[Json] {
        self.records.get(digest).map_or(&[], |entry| &entry.approvals)
    }

    /// The same lock with the proofs of how its records came into force. A proof of a record that is not in the lock is a
    /// fault: somebody expects it to be there.
    pub fn with_histories(mut self, histories: &[History]) -> Result<Self, Vec<Invalid>> {
        let mut found = Vec::new();
        for (index, history) in histories.iter().enumerate() {
            let entry = history.in_force().and_then(|declared| self.records.get_mut(&declared.digest()));
            if let (Some(entry), Json::Array(links)) = (entry, history.json()) {
                entry.approvals = links;
            } else {
                let message = "the history ends with a record that is not in the lock";
                let fault = Invalid::new(Kind::Relation, vec![Step::Index(index)], message);
                found.push(fault.with_help("give the record as well"));
            }
        }
        if found.is_empty() { Ok(self) } else { Err(found) }
    }

    /// How a record came into force, as far as the lock says. Not verified.
    pub fn history(&self, digest: &Digest) -> Option<Result<History, String>> {
        let links = self.approvals(digest);
        (!links.is_empty()).then(|| History::from_json(&Json::Array(links.to_vec())))
    }

    /// Everything in which the lock does not prove itself to whoever pins the trust root; empty when it does. Approvers
    /// need no proof of their own: an envelope names them by digest, and [`Lock::voters`] says which are enrolled.
    pub fn unproven(&self, trust: &TrustRoot) -> Vec<String> {
        let envelopes = self
            .envelopes
            .iter()
            .map(|envelope| (format!("envelope `{}`", envelope.name), envelope.digest()));
        let overrides = self
            .overrides
            .iter()
            .map(|decided| (format!("default override `{}`", decided.name()), decided.digest()));
        // What the lock says of the envelopes is what overrides are held to.
        let known: Vec<History> =
            self.envelopes.iter().filter_map(|envelope| self.history(&envelope.digest())?.ok()).collect();
        let fault = |(who, digest): (String, Digest)| match self.history(&digest) {
            None => Some(format!("the {who} carries no approvals")),
            Some(history) => history
                .and_then(|history| {
                    let in_force = history.in_force().map(Declaration::digest);
                    if in_force != Some(digest) {
                        return Err("its history ends with another record".to_owned());
                    }
                    history.verify_beside(trust, &known)
                })
                .err()
                .map(|why| format!("the {who} does not prove itself: {why}")),
        };
        envelopes.chain(overrides).filter_map(fault).collect()
    }

    /// Everything signed that the lock carries, once each.
    pub fn signed(&self) -> Vec<Signed> {
        let mut seen = BTreeSet::new();
        let all =
            self.histories().flat_map(|history| history.links().to_vec()).flat_map(|link| link.approvals);
        all.filter(|signed| seen.insert(signed.to_json())).collect()
    }

    /// All approvers, and whether the trust root vouches for their keys.
    pub fn voters(&self, trust: &TrustRoot, more: &[Signed]) -> Vec<Voter> {
        // What people were before: the trust root approved that, and what revokes needs nobody.
        let earlier = self.histories().flat_map(|history| history.links().to_vec()).flat_map(|link| {
            let declared = match link.declaration {
                Declaration::Approver(approver) => Some(approver),
                _ => None,
            };
            link.approvers.into_iter().chain(declared)
        });
        let known: BTreeMap<Digest, Approver> = earlier
            .map(|approver| (approver.digest(), approver))
            .chain(self.approvers.iter().map(|(digest, approver)| (*digest, approver.clone())))
            .collect();
        let known: Vec<Approver> = known.into_values().collect();
        let mut signed = self.signed();
        signed.extend(more.iter().cloned());
        let mut voters = history::voters(&known, &signed, trust);
        voters.retain(|voter| self.approvers.contains_key(&voter.approver.digest()));
        voters
    }

    /// Every history that can be read.
    fn histories(&self) -> impl Iterator<Item = History> {
        self.records.keys().filter_map(|digest| self.history(digest)?.ok())
    }

    fn members(&self) -> Members {
        let records = self.records.iter().fold(Members::new(), |all, (digest, entry)| {
            let approvals: Json = entry.approvals.iter().cloned().collect();
            all.put(
                &digest.to_string(),
                Members::new().put("record", entry.record.clone()).put("approvals", approvals),
            )
        });
        let serial = Json::number(&self.serial.to_string()).unwrap_or(Json::Null);
        Members::new().put("format", FORMAT).put("kind", KIND).put("serial", serial).put("records", records)
    }

    fn assemble(given: Vec<(Step, String, Vec<Json>)>, serial: u64) -> Result<Self, Vec<Invalid>> {
        let empty = BTreeMap::new();
        let mut lock = Self {
            serial,
            records: empty,
            envelopes: Vec::new(),
            approvers: BTreeMap::new(),
            overrides: Vec::new(),
        };
        let mut found = Vec::new();
        for (place, text, approvals) in given {
            if let Err(faults) = lock.add(&text, approvals) {
                found.extend(faults.into_iter().map(|mut fault| {
                    fault.path.insert(0, place.clone());
                    fault
                }));
            }
        }
        lock.envelopes.sort_by(|a, b| a.name.cmp(&b.name));
        lock.overrides.sort_by_cached_key(|decided| (decided.name(), decided.digest()));
        if found.is_empty() {
            found = lock.inconsistencies();
        }
        if found.is_empty() { Ok(lock) } else { Err(found) }
    }

    fn add(&mut self, text: &str, approvals: Vec<Json>) -> Result<(), Vec<Invalid>> {
        let digest = Digest::of(text.as_bytes());
        if self.records.contains_key(&digest) {
            return Ok(());
        }
        let normal = match record::kind_of(text)? {
            record::Kind::Envelope => {
                let envelope = Envelope::from_record(text)?;
                let normal = envelope.record();
                self.envelopes.push(envelope);
                normal
            }
            record::Kind::Approver => {
                let approver = Approver::from_record(text)?;
                let normal = approver.record();
                self.approvers.insert(digest, approver);
                normal
            }
            record::Kind::DefaultOverride => {
                let decided = DefaultOverride::from_record(text)?;
                let normal = decided.record();
                self.overrides.push(decided);
                normal
            }
            record::Kind::TrustRoot => {
                let message = "a trust root is no part of a lock: it is pinned from outside";
                return Err(vec![Invalid::new(Kind::Value, Vec::new(), message)]);
            }
        };
        if normal != text {
            let message =
                "the record is not in normal form, so its digest is not the one that others refer to";
            let fault = Invalid::new(Kind::Value, Vec::new(), message);
            return Err(vec![fault.with_help("take the `record` attribute of the resource as it is")]);
        }
        let record = Json::parse(text).unwrap_or(Json::Null);
        self.records.insert(digest, Entry { record, approvals });
        Ok(())
    }

    /// What is missing or contradicts, over all records.
    fn inconsistencies(&self) -> Vec<Invalid> {
        let mut found = Vec::new();
        let mut fault = |message: String| found.push(Invalid::new(Kind::Relation, Vec::new(), message));
        for name in twice(self.envelopes.iter().map(|envelope| envelope.name.clone())) {
            fault(format!("two different envelopes are called `{name}`"));
        }
        for email in twice(self.approvers.values().map(|approver| approver.email.to_string())) {
            fault(format!("two different approvers have the address `{email}`"));
        }
        for name in
            twice(self.overrides.iter().map(|decided| format!("{}\0{:?}", decided.name(), decided.envelope)))
        {
            let name = name.split('\0').next().unwrap_or_default().to_owned();
            fault(format!("two different default overrides decide about `{name}`"));
        }
        let by_digest: BTreeMap<Digest, &Envelope> = self.envelopes.iter().map(|e| (e.digest(), e)).collect();
        for envelope in &self.envelopes {
            found.extend(self.faults_of(envelope, &by_digest));
        }
        for decided in &self.overrides {
            if let Some(digest) = decided.envelope.filter(|digest| !by_digest.contains_key(digest)) {
                found.push(missing(
                    &format!("the default override `{}`", decided.name()),
                    "envelope",
                    digest,
                ));
            }
        }
        found
    }

    fn faults_of(&self, envelope: &Envelope, by_digest: &BTreeMap<Digest, &Envelope>) -> Vec<Invalid> {
        let who = format!("the envelope `{}`", envelope.name);
        let mut found = Vec::new();
        let mut bodies = Vec::new();
        for digest in &envelope.consent.approvers {
            match self.approvers.get(digest) {
                Some(approver) => bodies.push(approver),
                None => found.push(missing(&who, "approver", *digest)),
            }
        }
        if found.is_empty() {
            found.extend(envelope.consent.judge_approvers(&bodies));
        }
        if let Some(digest) = envelope.parent {
            match by_digest.get(&digest) {
                Some(parent) => found.extend(compose::contains(parent, envelope).err().unwrap_or_default()),
                None => found.push(missing(&who, "parent", digest)),
            }
        }
        for fault in &mut found {
            if !fault.message.starts_with(&who) {
                fault.message = format!("{who}: {}", fault.message);
            }
        }
        found
    }
}

fn missing(who: &str, what: &str, digest: Digest) -> Invalid {
    let message = format!("{who} refers to the {what} `{digest}`, and no record with this digest was given");
    Invalid::new(Kind::Relation, Vec::new(), message)
        .with_help(format!("add the record of the {what} to the lock"))
}

fn twice(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut sorted: Vec<String> = names.collect();
    sorted.sort();
    let mut found: Vec<String> = sorted
        .windows(2)
        .filter(|pair| pair.first() == pair.last())
        .filter_map(|pair| pair.first().cloned())
        .collect();
    found.dedup();
    found
}

fn open_entry(entry: &Json) -> Result<(String, Vec<Json>), LockError> {
    let malformed = LockError::Malformed("an entry of its `records` is not `record` with `approvals`");
    let Some(members) = entry.as_object() else { return Err(malformed) };
    match (members.get("record"), members.get("approvals")) {
        (Some(record), Some(Json::Array(approvals))) if members.len() == 2 => {
            Ok((record.to_text(), approvals.clone()))
        }
        _ => Err(malformed),
    }
}

/// What to call a record whose content cannot be believed: what it says of itself.
fn describe(entry: &Json) -> String {
    let field = |name| entry.as_object()?.get("record")?.as_object()?.get(name)?.as_str();
    let name = field("name").or_else(|| field("default")).unwrap_or("without a name");
    format!("{} `{}`", field("kind").unwrap_or("record"), crate::read::excerpt(name))
}

#[cfg(test)]
mod tests;
