//! A review: somebody looked at a surface and signed its fingerprint. The signature is SSH's, as for approvals, with a purpose of its own, so
//! that no approval passes for a review and no review for an approval.

use remit_governance::approval::{Proof, Signature, Voter};
use remit_governance::consent::Assurance;
use remit_governance::person::Email;
use remit_governance::time::{Timestamp, parse_instant, today};
use remit_governance::{Digest, Envelope, Json};

use super::object;
use crate::text::escape;
use crate::verdict::CheckError;

/// The purpose that reviews are signed for.
pub const NAMESPACE: &str = "surface-review@remit";

const KIND: &str = "surface_review";

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Fingerprint of what was looked at.
    pub fingerprint: Digest,
    /// Who looked.
    pub reviewer: Email,
    /// When.
    pub reviewed_at: Timestamp,
    /// What they have to say.
    pub reason: Option<String>,
}

/// A review with its signature, read and not yet verified.
#[derive(Debug, Clone)]
pub struct Signed {
    review: Review,
    armored: String,
    signature: Signature,
}

/// A review that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Believed {
    /// Who looked.
    pub reviewer: String,
    /// When.
    pub reviewed_at: Timestamp,
    /// What the signature is believed to prove.
    pub assurance: Assurance,
}

impl Review {
    /// The text that is signed.
    pub fn text(&self) -> String {
        self.json().to_text()
    }

    fn json(&self) -> Json {
        object([
            ("kind", Json::from(KIND)),
            ("fingerprint", Json::from(self.fingerprint.to_string())),
            ("reviewer", Json::from(self.reviewer.as_str())),
            ("reviewed_at", Json::from(self.reviewed_at.to_string())),
            ("reason", self.reason.as_deref().map_or(Json::Null, Json::from)),
        ])
    }

    fn read(json: &Json) -> Option<Self> {
        let members = json.as_object()?;
        let text = |name: &str| members.get(name).and_then(Json::as_str);
        let review = Self {
            fingerprint: text("fingerprint")?.parse().ok()?,
            reviewer: Email::parse(text("reviewer")?).ok()?,
            reviewed_at: parse_instant(text("reviewed_at")?).ok()?,
            reason: text("reason").map(str::to_owned),
        };
        // In another form two readers could see two things in it.
        (review.json() == *json).then_some(review)
    }
}

impl Signed {
    /// Joins a review and the signature over its text.
    pub fn new(review: Review, armored: &str) -> Result<Self, CheckError> {
        let signature = Signature::parse(armored).map_err(|refusal| CheckError::new(refusal.to_string()))?;
        Ok(Self { review, armored: armored.to_owned(), signature })
    }

    /// Reads a file.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, CheckError> {
        let wrong = || {
            CheckError::new(format!("`{}` is no review of a decision surface", escape(name)))
                .with_help("give what `plancheck surface review --out FILE` wrote")
        };
        let json = Json::parse_bytes(bytes).map_err(|_| wrong())?;
        let members =
            json.as_object().filter(|members| members.keys().map(String::as_str).eq(["review", "signature"]));
        let members = members.ok_or_else(wrong)?;
        let review = members.get("review").and_then(Review::read).ok_or_else(wrong)?;
        let armored = members.get("signature").and_then(Json::as_str).ok_or_else(wrong)?;
        Self::new(review, armored)
    }

    /// The file.
    pub fn to_json(&self) -> String {
        let json = object([("review", self.review.json()), ("signature", Json::from(self.armored.as_str()))]);
        let mut text = json.to_pretty();
        text.push('\n');
        text
    }

    /// What the signature proves by itself.
    pub fn proof(&self) -> Result<Proof, CheckError> {
        let proof = self.signature.verify(NAMESPACE, self.review.text().as_bytes());
        proof.map_err(|refusal| CheckError::new(refusal.to_string()))
    }

    /// Whether the review counts for a surface: it is about this fingerprint, by a key of an approver who may still sign, and proves as much
    /// as the strictest envelope asks. Why not, where it does not.
    pub fn judge(
        &self,
        fingerprint: Digest,
        voters: &[Voter],
        envelopes: &[Envelope],
        now: Timestamp,
    ) -> Result<Believed, String> {
        let reviewer = escape(self.review.reviewer.as_str());
        if self.review.fingerprint != fingerprint {
            return Err(format!("the review of `{reviewer}` is of another surface"));
        }
        if self.review.reviewed_at > now {
            return Err(format!("the review of `{reviewer}` is of a time that has not come"));
        }
        let proof = self.proof().map_err(|error| error.message)?;
        let Some(voter) = voters.iter().find(|voter| voter.approver.email == self.review.reviewer) else {
            return Err(format!("`{reviewer}` is no approver"));
        };
        let digest = voter.approver.digest();
        if !envelopes.iter().any(|envelope| envelope.consent.approvers.contains(&digest)) {
            return Err(format!("`{reviewer}` is an approver of no envelope"));
        }
        if !voter.approver.keys.contains(&proof.key) {
            return Err(format!("the key is not one of `{reviewer}`"));
        }
        if voter.revoked.contains(&proof.key) {
            return Err(format!("the key of `{reviewer}` was revoked"));
        }
        if !voter.approver.is_valid(today(now)) {
            return Err(format!("`{reviewer}` may not approve any more"));
        }
        // The flags of a key count only where the trust root vouched for it.
        let assurance = if voter.enrolled { proof.claims() } else { Assurance::Key };
        let minimum =
            envelopes.iter().map(|envelope| envelope.consent.minimum_assurance_on(today(now))).max();
        match minimum {
            Some(minimum) if assurance < minimum => Err(format!(
                "the signature of `{reviewer}` proves `{assurance}`, and `{minimum}` is asked for"
            )),
            _ => Ok(Believed { reviewer, reviewed_at: self.review.reviewed_at, assurance }),
        }
    }
}
