//! The trust root: the people who approve what nothing else approves – first envelopes, approvers, and another trust root.
//! Its digest is pinned outside the repository, so whoever can write the repository cannot choose it.
//!
//! The file holds the document and the rotations that led to it. Only the document has a digest to pin; rotations prove
//! that what came into force under an older root still counts.

use crate::{
    approval::{Growth, Need, Outcome, Policy, Question, Signed, Subject, Under, Voter, judge},
    approver::Approver,
    consent::Assurance,
    decimal::read_count,
    digest::Digest,
    invalid::{Invalid, Kind as Fault},
    json::{Json, Members},
    person::Grounds,
    read::{Reader, Source},
    record::{self, Kind},
    ssh_key::SshKey,
    time::{Date, Duration},
    transition::{Transition, transition_digest},
};
use std::collections::BTreeSet;

/// The name under which approvals name it.
pub const NAME: &str = "trust root";

/// What the file calls itself.
const FILE: &str = "trust_root_file";

/// The most rotations that one file carries.
const MOST_ROTATIONS: usize = 64;

/// Root approvers and what their signatures must prove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The people.
    pub approvers: Vec<Approver>,
    /// How many of them.
    pub threshold: u32,
    /// The weakest signature that counts.
    pub minimum_assurance: Assurance,
    /// Why `key` is enough; there exactly when the minimum is `key`.
    pub minimum_assurance_exception: Option<Grounds>,
    /// Keys that never count any more, wherever an envelope still names them.
    pub revoked_keys: BTreeSet<SshKey>,
    /// How long approvals are collected.
    pub expires_after: Duration,
    /// How long they hold afterward.
    pub execute_within: Duration,
    /// How many roots came before.
    pub serial: u32,
}

/// A trust root as a file: what is in force, and the proof that it follows from older ones.
#[derive(Debug, Clone)]
pub struct TrustRoot {
    root: Root,
    rotations: Vec<Rotation>,
}

/// One change of trust root.
#[derive(Debug, Clone)]
struct Rotation {
    from: Root,
    approvals: Vec<Signed>,
}

const FIELDS: [&str; 10] = [
    "format",
    "kind",
    "serial",
    "approvers",
    "threshold",
    "minimum_assurance",
    "minimum_assurance_exception",
    "revoked_keys",
    "expires_after",
    "execute_within",
];

impl Root {
    /// Reads a document.
    pub fn from_record(text: &str) -> Result<Self, Vec<Invalid>> {
        let json = record::open(text, Kind::TrustRoot)?;
        let mut r = Reader::new(Source::Record);
        let root = Self::read(&mut r, &json);
        r.finish(root)
    }

    /// The document in its one normal form.
    pub fn record(&self) -> String {
        let approvers: Json = self
            .approvers
            .iter()
            .map(|approver| Json::parse(&approver.record()).unwrap_or(Json::Null))
            .collect();
        let revoked: Json = self.revoked_keys.iter().map(|key| Json::from(key.to_string())).collect();
        let members = Members::new()
            .put("serial", self.serial)
            .put("approvers", approvers)
            .put("threshold", self.threshold)
            .put("minimum_assurance", self.minimum_assurance)
            .put_some(
                "minimum_assurance_exception",
                self.minimum_assurance_exception.as_ref().map(Grounds::members),
            )
            .put("revoked_keys", revoked)
            .put("expires_after", self.expires_after.to_string())
            .put("execute_within", self.execute_within.to_string());
        record::seal(Kind::TrustRoot, members)
    }

    /// The digest that is pinned.
    pub fn digest(&self) -> Digest {
        Digest::of(self.record().as_bytes())
    }

    /// The rules for what the root itself approves. Its people are enrolled by the pin. `others` are never asked.
    pub fn policy(&self, today: Date) -> Policy {
        let need = Need::Threshold(self.threshold);
        let minimum = match &self.minimum_assurance_exception {
            Some(grounds) if grounds.is_expired(today) => self.minimum_assurance.max(Assurance::TouchPin),
            _ => self.minimum_assurance,
        };
        let enrolled = |approver: &Approver| Voter::new(approver.clone(), true);
        Policy {
            under: Under {
                kind: Kind::TrustRoot,
                name: NAME.to_owned(),
                digest: self.digest(),
                quorum: need.digest(),
            },
            need,
            minimum,
            expires_after: self.expires_after,
            execute_within: self.execute_within,
            voters: self.approvers.iter().map(enrolled).collect(),
            others: Vec::new(),
            revoked: self.revoked_keys.clone(),
            break_glass: false,
        }
    }

    /// The digest that approvals of a rotation to another root carry.
    pub fn rotation_to(&self, next: &Root) -> Digest {
        transition_digest(&Transition {
            kind: Kind::TrustRoot,
            name: NAME,
            prior: Some(self.digest()),
            proposed: Some(next.digest()),
            quorum: None,
        })
    }

    fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &FIELDS)?;
        let serial = r.required(fields, "serial", |r, json| read_count(r, json, 0..=1_000_000));
        let approvers = r.required(fields, "approvers", |r, json| r.list(json, read_approver));
        let threshold = r.required(fields, "threshold", |r, json| read_count(r, json, 1..=100));
        let minimum = r.optional(fields, "minimum_assurance", Assurance::read).unwrap_or(Assurance::TouchPin);
        let exception = r.optional(fields, "minimum_assurance_exception", Grounds::read);
        let revoked = r
            .optional(fields, "revoked_keys", |r, json| r.set(json, |r, json| r.parsed(json, SshKey::parse)));
        let span = |r: &mut Reader, json: &Json| r.parsed(json, Duration::parse);
        let expires_after = r.optional(fields, "expires_after", span).unwrap_or(Duration::hours(72));
        let execute_within = r.optional(fields, "execute_within", span).unwrap_or(Duration::hours(4));
        if (minimum == Assurance::Key) != exception.is_some() {
            r.at_attribute("minimum_assurance", |r| {
                let help = "give `minimum_assurance_exception = { owner, reason, expires }` exactly when it is `key`";
                r.reject_with(Fault::Relation, "`key` lets software approve alone, so it needs grounds", help);
            });
        }
        let mut approvers = approvers?;
        approvers.sort_by(|a, b| a.email.cmp(&b.email));
        let root = Self {
            approvers,
            threshold: threshold?,
            minimum_assurance: minimum,
            minimum_assurance_exception: exception,
            revoked_keys: revoked.unwrap_or_default(),
            expires_after,
            execute_within,
            serial: serial?,
        };
        r.adopt(root.faults());
        Some(root)
    }

    /// A threshold that cannot be reached, and people named twice.
    fn faults(&self) -> Vec<Invalid> {
        let bodies: Vec<&Approver> = self.approvers.iter().collect();
        let mut found = crate::consent::same_person_twice(&bodies);
        let able = self
            .approvers
            .iter()
            .filter(|approver| approver.assurance >= self.minimum_assurance)
            .filter(|approver| {
                let revoked = |key| self.revoked_keys.contains(key) || approver.revoked_keys.contains(key);
                approver.keys.iter().any(|key| !revoked(key))
            })
            .count();
        if able < usize::try_from(self.threshold).unwrap_or(usize::MAX) {
            let message = format!(
                "the threshold is {}, and {able} of the approvers can give `{}` with a key that is not revoked",
                self.threshold, self.minimum_assurance
            );
            found.push(Invalid::new(Fault::Relation, Vec::new(), message));
        }
        found
    }
}

fn read_approver(r: &mut Reader, json: &Json) -> Option<Approver> {
    match Approver::from_record(&json.to_text()) {
        Ok(approver) => Some(approver),
        Err(faults) => {
            r.adopt(faults);
            None
        }
    }
}

impl TrustRoot {
    /// A root that nothing came before.
    pub fn first(root: Root) -> Self {
        Self { root, rotations: Vec::new() }
    }

    /// Reads a file and verifies its rotations.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<Invalid>> {
        let one = |message: String| vec![Invalid::new(Fault::Value, Vec::new(), message)];
        let json =
            Json::parse_bytes(bytes).map_err(|error| one(format!("the trust root is not JSON: {error}")))?;
        let field = |name| json.as_object().and_then(|members| members.get(name));
        if field("kind") != Some(&Json::from(FILE)) || field("format") != Some(&Json::from(record::FORMAT)) {
            return Err(one("this is not a trust root, or one of a newer format".to_owned()));
        }
        let root = Root::from_record(&field("root").unwrap_or(&Json::Null).to_text())?;
        let Some(Json::Array(rotations)) = field("rotations") else {
            return Err(one("the trust root has no list of `rotations`".to_owned()));
        };
        if rotations.len() > MOST_ROTATIONS {
            return Err(one(format!("the trust root has more than {MOST_ROTATIONS} rotations")));
        }
        let rotations = rotations.iter().map(read_rotation).collect::<Result<Vec<_>, _>>()?;
        let file = Self { root, rotations };
        file.verify().map_err(|message| {
            one(format!("the trust root does not follow from the one before: {message}"))
        })?;
        Ok(file)
    }

    /// The file.
    pub fn to_json(&self) -> String {
        let tree = |text: String| Json::parse(&text).unwrap_or(Json::Null);
        let rotations: Json = self
            .rotations
            .iter()
            .map(|rotation| {
                let approvals: Json = rotation.approvals.iter().map(Signed::json).collect();
                Json::from(
                    Members::new().put("from", tree(rotation.from.record())).put("approvals", approvals),
                )
            })
            .collect();
        let json: Json = Members::new()
            .put("format", record::FORMAT)
            .put("kind", FILE)
            .put("root", tree(self.root.record()))
            .put("rotations", rotations)
            .into();
        let mut text = json.to_pretty();
        text.push('\n');
        text
    }

    /// The document in force.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// The digest to pin.
    pub fn digest(&self) -> Digest {
        self.root.digest()
    }

    /// The root with this digest: the one in force, or one that was rotated away properly. What came into force under it
    /// still counts.
    pub fn known(&self, digest: &Digest) -> Option<&Root> {
        let all = std::iter::once(&self.root).chain(self.rotations.iter().map(|rotation| &rotation.from));
        all.into_iter().find(|root| root.digest() == *digest)
    }

    /// All roots that ever were, newest first.
    pub fn roots(&self) -> impl Iterator<Item = &Root> {
        std::iter::once(&self.root).chain(self.rotations.iter().rev().map(|rotation| &rotation.from))
    }

    /// The next root, when the old and the new people agreed to it, each with their own threshold.
    pub fn rotated(&self, next: Root, approvals: Vec<Signed>) -> Result<Self, String> {
        let mut rotations = self.rotations.clone();
        rotations.push(Rotation { from: self.root.clone(), approvals });
        let file = Self { root: next, rotations };
        file.verify()?;
        Ok(file)
    }

    fn verify(&self) -> Result<(), String> {
        let later = self.rotations.iter().skip(1).map(|rotation| &rotation.from).chain([&self.root]);
        for (rotation, next) in self.rotations.iter().zip(later) {
            if next.serial != rotation.from.serial.saturating_add(1) {
                return Err("the serial does not count up by one".to_owned());
            }
            let digest = rotation.from.rotation_to(next);
            for (who, root) in [("old", &rotation.from), ("new", next)] {
                // Whether the grounds for `key` have expired since does not undo what was agreed.
                if !ever(&root.policy(Date::MIN), digest, &rotation.approvals).is_granted() {
                    return Err(format!("the {who} root approvers did not agree to the rotation"));
                }
            }
        }
        Ok(())
    }
}

fn read_rotation(json: &Json) -> Result<Rotation, Vec<Invalid>> {
    let one = |message: String| vec![Invalid::new(Fault::Value, Vec::new(), message)];
    let field = |name| json.as_object().and_then(|members| members.get(name));
    let from = Root::from_record(&field("from").unwrap_or(&Json::Null).to_text())?;
    let Some(Json::Array(approvals)) = field("approvals") else {
        return Err(one("a rotation has no list of `approvals`".to_owned()));
    };
    let approvals = approvals.iter().map(Signed::from_json).collect::<Result<_, _>>();
    Ok(Rotation { from, approvals: approvals.map_err(|refusal| one(refusal.to_string()))? })
}

/// What approvals come to when it does not matter how long ago people agreed. Each must still have been given in the time
/// that its own request allowed.
pub(crate) fn ever(policy: &Policy, transition: Digest, approvals: &[Signed]) -> Outcome {
    let nobody = BTreeSet::new();
    let question = Question {
        subject: Subject::Transition(transition),
        audience: None,
        authors: &nobody,
        growth: Growth::NotAsked,
        now: None,
        consumed: &nobody,
    };
    judge(&question, policy, approvals)
}

#[cfg(test)]
mod tests;
