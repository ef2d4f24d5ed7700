//! People with keys made in software, among them keys that pose as FIDO2 hardware, after the published format (OpenSSH's
//! `PROTOCOL.u2f`). No hardware was at hand: what a real key does beyond that format is not shown by any test of ours.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "only tests come here, and they stop at the first thing that is not as it should be"
)]

use crate::{
    approval::{Approval, Decision, NAMESPACE, Signed, Statement, Under},
    approver::Approver,
    consent::{Assurance, Function},
    json::Json,
    time::Timestamp,
    trust_root::{Root, TrustRoot},
};
use sha2::{Digest as _, Sha256};
use ssh_key::{
    Algorithm, HashAlg, LineEnding, PrivateKey, PublicKey, Signature, SshSig,
    private::Ed25519Keypair,
    public::{KeyData, SkEd25519},
};
use std::collections::BTreeSet;

/// The flags of a signature by somebody who touched the key and gave the PIN.
pub const TOUCHED_WITH_PIN: u8 = 0x05;

/// A person with one key.
#[derive(Debug, Clone)]
pub struct Person {
    /// First name in lower case; the address is `<name>@example.com`.
    pub name: String,
    /// What the person approves as.
    pub function: Function,
    /// What the record says of the key.
    pub assurance: Assurance,
    /// The flags of the signatures of a FIDO2 key; `None` for an ordinary one.
    pub flags: Option<u8>,
    /// Further members of the declaration, as JSON members with a leading comma.
    pub more: String,
    /// Keeps keys apart.
    pub seed: u8,
}

impl Person {
    /// A person with an ordinary key, which proves no more than that.
    pub fn with_key(name: &str, function: Function, seed: u8) -> Self {
        Self {
            name: name.to_owned(),
            function,
            assurance: Assurance::Key,
            flags: None,
            more: String::new(),
            seed,
        }
    }

    /// A person whose key says that it was touched and the PIN was given.
    pub fn with_fido(name: &str, function: Function, seed: u8) -> Self {
        let flags = Some(TOUCHED_WITH_PIN);
        Self { assurance: Assurance::TouchPin, flags, ..Self::with_key(name, function, seed) }
    }

    /// The address.
    pub fn email(&self) -> String {
        format!("{}@example.com", self.name)
    }

    /// The line of the `.pub` file.
    pub fn public_key(&self) -> String {
        PublicKey::from(self.key_data()).to_openssh().unwrap()
    }

    /// The private key as OpenSSH stores it; only of ordinary keys.
    pub fn private_key(&self) -> String {
        assert!(self.flags.is_none(), "a FIDO2 key stays in its hardware");
        PrivateKey::from(self.pair()).to_openssh(LineEnding::LF).unwrap().to_string()
    }

    /// The declaration.
    pub fn approver(&self) -> Approver {
        let text = format!(
            r#"{{"name":"{}","email":"{}","function":"{}","keys":["{}"],"assurance":"{}"{}}}"#,
            self.name,
            self.email(),
            self.function,
            self.public_key(),
            self.assurance,
            self.more
        );
        Approver::declare(&Json::parse(&text).unwrap()).unwrap()
    }

    /// A signature over a text for a purpose.
    pub fn armored(&self, namespace: &str, text: &str) -> String {
        let data = SshSig::signed_data(namespace, HashAlg::Sha512, text.as_bytes()).unwrap();
        let signature = match self.flags {
            None => sign(&self.pair(), &data),
            Some(flags) => {
                let counter = [0, 0, 0, 7];
                let mut message = Sha256::digest(b"ssh:").to_vec();
                message.push(flags);
                message.extend(counter);
                message.extend(Sha256::digest(&data));
                let mut bytes = sign(&self.pair(), &message).as_bytes().to_vec();
                bytes.push(flags);
                bytes.extend(counter);
                Signature::new(Algorithm::SkEd25519, bytes).unwrap()
            }
        };
        SshSig::new(self.key_data(), namespace, HashAlg::Sha512, signature)
            .unwrap()
            .to_pem(LineEnding::LF)
            .unwrap()
    }

    /// A signed statement.
    pub fn sign(&self, statement: Statement) -> Signed {
        let armored = self.armored(NAMESPACE, &statement.text());
        Signed::new(statement, &armored).unwrap()
    }

    /// An approval by this person under some rules, with everything else as it usually is.
    pub fn approval(&self, under: &[Under]) -> Approval {
        Approval {
            decision: Decision::Approve,
            request: "00112233445566778899aabbccddeeff".to_owned(),
            audience: "workspace prod".to_owned(),
            change: None,
            transitions: Vec::new(),
            under: under.to_vec(),
            requested_at: at("2026-11-25T09:00:00Z"),
            expires_at: at("2026-11-28T09:00:00Z"),
            signed_at: at("2026-11-25T10:00:00Z"),
            approver: crate::person::Email::parse(&self.email()).unwrap(),
            function: self.function,
            on_behalf_of: None,
            authors: BTreeSet::new(),
            growth: None,
            break_glass: false,
            reason: None,
        }
    }

    fn pair(&self) -> Ed25519Keypair {
        Ed25519Keypair::from_seed(&[self.seed; 32])
    }

    fn key_data(&self) -> KeyData {
        let public = self.pair().public;
        if self.flags.is_some() { SkEd25519::new(public, "ssh:").into() } else { public.into() }
    }
}

fn sign(pair: &Ed25519Keypair, data: &[u8]) -> Signature {
    signature::Signer::try_sign(pair, data).unwrap()
}

/// An instant.
pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A trust root of these people.
pub fn trust_root(people: &[&Person], threshold: u32) -> TrustRoot {
    let approvers: Vec<Approver> = people.iter().map(|person| person.approver()).collect();
    let minimum = people.iter().map(|person| person.assurance).min().unwrap();
    let exception = r#","minimum_assurance_exception":{"owner":"mina@example.com","reason":"no hardware yet","expires":"2027-06-30"}"#;
    let records: Json = approvers.iter().map(|approver| Json::parse(&approver.record()).unwrap()).collect();
    let text = format!(
        r#"{{"format":1,"kind":"trust_root","serial":0,"threshold":{threshold},"approvers":{},"minimum_assurance":"{minimum}"{}}}"#,
        records.to_text(),
        if minimum == Assurance::Key { exception } else { "" },
    );
    TrustRoot::first(Root::from_record(&text).unwrap())
}
