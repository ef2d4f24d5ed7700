//! Signatures in the format of `ssh-keygen -Y sign`. The arithmetic is `ssh-key`'s; what it and OpenSSH let pass, and we must
//! not, is looked at here: the flags of FIDO2 keys, version and reserved field, the purpose, and the strength of the key.

use super::refusal::{Reason, Refusal};
use crate::{
    consent::Assurance,
    ssh_key::{SshKey, Wire},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ssh_key::{Algorithm, HashAlg, PublicKey, SshSig, public::KeyData};

/// The purpose that approvals are signed for, so that no signature made for something else is one.
pub const NAMESPACE: &str = "approval@remit";

/// More than the longest signature, which is RSA's with 16384 bits.
const LONGEST: usize = 16 * 1024;

/// What stands behind a FIDO2 signature: one byte of flags and a counter.
const TRAILER: usize = 5;
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;

/// A signature that was read but not verified.
#[derive(Debug, Clone)]
pub struct Signature(SshSig);

/// What a verified signature proves by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The key that signed.
    pub key: SshKey,
    /// What the key says about itself: `None` for keys that cannot say.
    pub fido: Option<Fido>,
}

/// What a FIDO2 signature claims. Software can claim the same, so it counts only for enrolled keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fido {
    /// Somebody touched the key.
    pub present: bool,
    /// Somebody gave the PIN.
    pub verified: bool,
    /// Signatures made so far. Told, never judged: some keys always say 0.
    pub counter: u32,
}

impl Signature {
    /// Reads the armored form.
    pub fn parse(armored: &str) -> Result<Self, Refusal> {
        let malformed = || {
            Refusal::new(
                Reason::SignatureMalformed,
                "this is not a signature as `ssh-keygen -Y sign` writes it",
            )
        };
        if armored.len() > LONGEST {
            return Err(malformed());
        }
        let unsupported = |what: &str| Refusal::new(Reason::SignatureUnsupported, what);
        let read = SshSig::from_pem(armored).map_err(|error| match error {
            ssh_key::Error::Version { number } => {
                unsupported(&format!("the signature has version {number}, and only version 1 is known"))
            }
            _ => malformed(),
        })?;
        if !is_exact(armored, &read) {
            return Err(malformed());
        }
        if read.version() != SshSig::VERSION {
            return Err(unsupported(&format!(
                "the signature has version {}, and only version 1 is known",
                read.version()
            )));
        }
        if !read.reserved().is_empty() {
            return Err(unsupported("the signature carries a field whose meaning is not known"));
        }
        Ok(Self(read))
    }

    /// Verifies that the key in the signature signed this message for this purpose. Whose key it is, and whether what it
    /// proves is enough, is for the caller to say.
    pub fn verify(&self, namespace: &str, message: &[u8]) -> Result<Proof, Refusal> {
        let key = self.key()?;
        if self.0.namespace() != namespace {
            let found = crate::read::excerpt(self.0.namespace());
            let message = format!("the signature was made for `{found}`, not for `{namespace}`");
            return Err(Refusal::new(Reason::WrongNamespace, message));
        }
        self.algorithm()?;
        PublicKey::from(self.0.public_key().clone()).verify(namespace, message, &self.0).map_err(|_| {
            Refusal::new(Reason::SignatureInvalid, "the signature is not over this statement")
        })?;
        Ok(Proof { key, fido: self.fido()? })
    }

    /// The key, held to the same rules as keys that approvers enroll.
    fn key(&self) -> Result<SshKey, Refusal> {
        let unsupported = |why: String| Refusal::new(Reason::KeyUnsupported, why);
        let data = self.0.public_key();
        let body = PublicKey::from(data.clone())
            .to_bytes()
            .map_err(|_| unsupported("the key in the signature cannot be read".to_owned()))?;
        SshKey::parse(&format!("{} {}", data.algorithm().as_str(), STANDARD.encode(body)))
            .map_err(unsupported)
    }

    /// The algorithm of the signature must be the key's own, and its hash one that is still sound.
    fn algorithm(&self) -> Result<(), Refusal> {
        let fits = match (self.0.public_key(), self.0.algorithm()) {
            (KeyData::Rsa(_), Algorithm::Rsa { hash }) => {
                matches!(hash, Some(HashAlg::Sha256 | HashAlg::Sha512))
            }
            (data, algorithm) => data.algorithm() == algorithm,
        };
        if fits {
            return Ok(());
        }
        Err(Refusal::new(
            Reason::SignatureUnsupported,
            "the algorithm of the signature is not the key's, or no longer sound",
        ))
    }

    fn fido(&self) -> Result<Option<Fido>, Refusal> {
        if !matches!(self.0.public_key(), KeyData::SkEd25519(_) | KeyData::SkEcdsaSha2NistP256(_)) {
            return Ok(None);
        }
        let trailer = self.0.signature_bytes().last_chunk::<TRAILER>();
        let Some([flags, counter @ ..]) = trailer else {
            return Err(Refusal::new(Reason::SignatureMalformed, "the signature ends before its flags"));
        };
        Ok(Some(Fido {
            present: flags & PRESENT != 0,
            verified: flags & VERIFIED != 0,
            counter: u32::from_be_bytes(*counter),
        }))
    }
}

/// Whether every length is exactly that of what follows. `ssh-key` is lenient about lengths within lengths, and one
/// signature should have one text.
fn is_exact(armored: &str, read: &SshSig) -> bool {
    let body: String = armored.lines().filter(|line| !line.starts_with("-----")).collect();
    let Ok(bytes) = STANDARD.decode(body.split_ascii_whitespace().collect::<String>()) else { return false };
    // The preamble of six bytes and the version.
    let Some(rest) = bytes.get(10..) else { return false };
    let mut fields = Wire(rest);
    let key = fields.field();
    let (_namespace, _reserved, _hash) = (fields.field(), fields.field(), fields.field());
    let signature = fields.field();
    let fido = matches!(read.public_key(), KeyData::SkEd25519(_) | KeyData::SkEcdsaSha2NistP256(_));
    let ends = |signature: &[u8]| {
        let mut inner = Wire(signature);
        inner.field().is_some() && inner.field().is_some() && inner.0.len() == if fido { TRAILER } else { 0 }
    };
    let same_key = PublicKey::from(read.public_key().clone()).to_bytes().is_ok_and(|body| key == Some(&body));
    same_key && fields.0.is_empty() && signature.is_some_and(ends)
}

impl Proof {
    /// What the signature claims. Only with enrollment of the key it is believed to be more than [`Assurance::Key`].
    pub fn claims(&self) -> Assurance {
        match self.fido {
            Some(Fido { present: true, verified: true, .. }) => Assurance::TouchPin,
            Some(Fido { present: true, .. }) => Assurance::Touch,
            _ => Assurance::Key,
        }
    }
}
