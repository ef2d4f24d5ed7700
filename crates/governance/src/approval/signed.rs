//! A signed statement as a file: one JSON object with the statement and its signature, small enough for an e-mail or a comment.

use super::{
    refusal::{Reason, Refusal},
    sshsig::{NAMESPACE, Proof, Signature},
    statement::{APPROVAL, Approval, DELEGATION, Delegation},
};
use crate::{
    approver::Approver,
    digest::Digest,
    invalid::Invalid,
    json::{Json, Members},
    read::excerpt,
    record,
};
use std::fmt::Write as _;

/// What the file calls itself.
const KIND: &str = "signed_statement";

/// The largest file that is read, in bytes. An RSA signature and a long reason take a tenth of it.
pub const LARGEST: usize = 256 * 1024;

/// What somebody said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// Yes or no to a change.
    Approval(Approval),
    /// Somebody else may say it.
    Delegation(Delegation),
}

impl Statement {
    /// The text that is signed.
    pub fn text(&self) -> String {
        match self {
            Self::Approval(approval) => approval.text(),
            Self::Delegation(delegation) => delegation.text(),
        }
    }
}

/// A statement with a signature that was read and not yet verified.
#[derive(Debug, Clone)]
pub struct Signed {
    statement: Statement,
    text: String,
    armored: String,
    signature: Signature,
}

impl Signed {
    /// Joins a statement and the signature over its text.
    pub fn new(statement: Statement, armored: &str) -> Result<Self, Refusal> {
        let signature = Signature::parse(armored)?;
        Ok(Self { text: statement.text(), statement, armored: armored.to_owned(), signature })
    }

    /// Reads a file. A statement in another than its normal form is refused: two readers could see two things in it.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() > LARGEST {
            return Err(malformed("it is too large"));
        }
        let json =
            Json::parse_bytes(bytes).map_err(|error| malformed(&format!("it is not JSON: {error}")))?;
        Self::from_json(&json)
    }

    /// Reads a file that is part of another.
    pub fn from_json(json: &Json) -> Result<Self, Refusal> {
        let members = json.as_object().ok_or_else(|| malformed("it is not an object"))?;
        let names: Vec<&str> = members.keys().map(String::as_str).collect();
        if names != ["format", "kind", "signature", "statement"] {
            return Err(malformed("it has other members than `format`, `kind`, `signature` and `statement`"));
        }
        let format = members.get("format");
        if format != Some(&Json::from(record::FORMAT)) || members.get("kind") != Some(&Json::from(KIND)) {
            return Err(malformed("its `format` or `kind` is unknown"));
        }
        let armored = members.get("signature").and_then(Json::as_str).unwrap_or_default().to_owned();
        let json = members.get("statement").unwrap_or(&Json::Null);
        let statement = read(json)?;
        let text = statement.text();
        if text != json.to_text() {
            return Err(Refusal::new(Reason::NotCanonical, "the statement is not in its normal form"));
        }
        let signature = Signature::parse(&armored)?;
        Ok(Self { statement, text, armored, signature })
    }

    /// The file, for people's eyes and their diffs.
    pub fn to_json(&self) -> String {
        let mut text = self.json().to_pretty();
        text.push('\n');
        text
    }

    /// The file as a tree.
    pub fn json(&self) -> Json {
        Members::new()
            .put("format", record::FORMAT)
            .put("kind", KIND)
            .put("signature", self.armored.as_str())
            .put("statement", Json::parse(&self.text).unwrap_or(Json::Null))
            .into()
    }

    /// What was said. Nobody vouches for it before [`Signed::verify`].
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The text that the signature is over.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Which statement this is, whoever signed it how often.
    pub fn digest(&self) -> Digest {
        Digest::of(self.text.as_bytes())
    }

    /// Which key signed what; whose key that is has still to be looked up.
    pub fn verify(&self) -> Result<Proof, Refusal> {
        self.signature.verify(NAMESPACE, self.text.as_bytes())
    }
}

fn read(json: &Json) -> Result<Statement, Refusal> {
    let field = |name| json.as_object().and_then(|members| members.get(name));
    if field("format") != Some(&Json::from(record::FORMAT)) {
        return Err(malformed("the statement has a format that this version does not know"));
    }
    let faults = |faults: Vec<Invalid>| {
        let first = faults.first().map(ToString::to_string).unwrap_or_default();
        malformed(&format!("the statement is wrong: {first}"))
    };
    match field("kind").and_then(Json::as_str) {
        Some(APPROVAL) => Approval::read(json).map(Statement::Approval).map_err(faults),
        Some(DELEGATION) => Delegation::read(json).map(Statement::Delegation).map_err(faults),
        other => {
            let kind = excerpt(other.unwrap_or_default());
            Err(malformed(&format!("`{kind}` is not a kind of statement")))
        }
    }
}

fn malformed(why: &str) -> Refusal {
    Refusal::new(Reason::Malformed, format!("this is not a signed statement: {why}"))
}

/// The approvers with the keys that were not revoked as an `allowed_signers` file, so that `ssh-keygen -Y verify` can be asked as well. It cannot say how much a
/// signature has to prove, so it lets more pass than we do.
pub fn allowed_signers<'a>(approvers: impl IntoIterator<Item = &'a Approver>) -> String {
    let mut out = String::new();
    for approver in approvers {
        for key in approver.keys.difference(&approver.revoked_keys) {
            // Writing to a string cannot fail.
            let _ = write!(out, "{} namespaces=\"{NAMESPACE}\"", approver.email);
            if let Some(last) = approver.valid_until.and_then(|day| day.tomorrow().ok()) {
                let _ = write!(out, ",valid-before=\"{}Z\"", last.strftime("%Y%m%d"));
            }
            let _ = writeln!(out, " {key}");
        }
    }
    out
}
