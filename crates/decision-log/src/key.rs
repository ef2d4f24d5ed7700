//! The machine key of a log: it says that this log wrote something, and nothing about people.
//!
//! What it signs begins with `DSSEv1` or with the name of a log, never with `SSHSIG`: no signature of it can be taken for an approval,
//! even where somebody enrolled the same key as an approver's.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer as _, SigningKey, Verifier as _, VerifyingKey};
use signed_note::{StandardSigner, StandardVerifier};

use crate::{LogError, shown};

/// How signed notes mark an Ed25519 key.
const ED25519: u8 = 1;

/// The private key of a log, with the name of the log.
#[derive(Clone)]
pub struct MachineKey {
    name: String,
    key: SigningKey,
    text: String,
}

/// The public key of a log, with the name of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogKey {
    name: String,
    key: VerifyingKey,
    text: String,
}

/// A name that can stand in a checkpoint: neither empty, nor with space, plus or control characters, nor endless.
pub fn check_name(name: &str) -> Result<(), LogError> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.len() > 200 || name.chars().any(odd) {
        let message = format!("`{}` cannot be the name of a log", shown(name));
        return Err(LogError::new(message)
            .with_help("choose a name without spaces and plus signs, such as `example.com/prod`"));
    }
    Ok(())
}

impl MachineKey {
    /// A new key from the random numbers of the operating system.
    pub fn generate(name: &str) -> Result<Self, LogError> {
        let mut seed = [0_u8; 32];
        getrandom::fill(&mut seed).map_err(|error| {
            LogError::new(format!("the operating system gives no random numbers: {error}"))
        })?;
        Self::from_seed(name, seed)
    }

    /// A key made of a seed.
    pub fn from_seed(name: &str, seed: [u8; 32]) -> Result<Self, LogError> {
        check_name(name)?;
        let key = SigningKey::from_bytes(&seed);
        let public = [&[ED25519][..], key.verifying_key().as_bytes()].concat();
        let private = STANDARD.encode([&[ED25519][..], &seed].concat());
        let id = signed_note::key_id(name, &public);
        Ok(Self { name: name.to_owned(), key, text: format!("PRIVATE+KEY+{name}+{id:08x}+{private}") })
    }

    /// Reads a key as [`MachineKey::text`] writes it.
    pub fn parse(text: &str) -> Result<Self, LogError> {
        let wrong = || {
            LogError::new("this is not the private key of a log")
                .with_help("give the file that `plancheck log init` wrote with `--key`")
        };
        let text = text.trim();
        // Base64 has plus signs of its own, so only the first few divide.
        let mut parts = text.strip_prefix("PRIVATE+KEY+").ok_or_else(wrong)?.splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong());
        };
        let bytes = STANDARD.decode(key).map_err(|_| wrong())?;
        let seed: [u8; 32] =
            bytes.strip_prefix(&[ED25519]).and_then(|seed| seed.try_into().ok()).ok_or_else(wrong)?;
        let read = Self::from_seed(name, seed)?;
        if read.text == text { Ok(read) } else { Err(wrong()) }
    }

    /// The key in the form of signed notes: keep it where neither agents nor the log's readers are.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The name of the log.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What everybody may know of it.
    pub fn public(&self) -> LogKey {
        LogKey::of(&self.name, self.key.verifying_key())
    }

    pub(crate) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.key.sign(bytes).to_bytes()
    }

    pub(crate) fn signer(&self) -> Result<StandardSigner, LogError> {
        StandardSigner::new(&self.text)
            .map_err(|error| LogError::new(format!("the key cannot sign: {error}")))
    }
}

impl LogKey {
    fn of(name: &str, key: VerifyingKey) -> Self {
        Self { name: name.to_owned(), key, text: signed_note::new_ed25519_verifier_key(name, &key) }
    }

    /// Reads a key in the form of signed notes: `NAME+ID+KEY`.
    pub fn parse(text: &str) -> Result<Self, LogError> {
        let wrong = || {
            LogError::new("this is not the public key of a log")
                .with_help("a public key is one line, `NAME+ID+KEY`; `plancheck log init` prints it")
        };
        let text = text.trim();
        StandardVerifier::new(text).map_err(|_| wrong())?;
        let (name, rest) = text.split_once('+').ok_or_else(wrong)?;
        check_name(name)?;
        let (_, key) = rest.split_once('+').ok_or_else(wrong)?;
        let bytes = STANDARD.decode(key).map_err(|_| wrong())?;
        let bytes: [u8; 32] = bytes.get(1..).and_then(|key| key.try_into().ok()).ok_or_else(wrong)?;
        let read = Self::of(name, VerifyingKey::from_bytes(&bytes).map_err(|_| wrong())?);
        if read.text == text { Ok(read) } else { Err(wrong()) }
    }

    /// The key in the form of signed notes.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The name of the log.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key itself.
    pub fn bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// The key as OpenSSH writes it, to tell whether somebody enrolled it as a person's.
    pub fn ssh_line(&self) -> String {
        const KIND: &[u8] = b"ssh-ed25519";
        let mut blob = Vec::new();
        for part in [KIND, self.bytes()] {
            blob.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            blob.extend(part);
        }
        format!("ssh-ed25519 {}", STANDARD.encode(blob))
    }

    /// Name and short id, as records name their signer.
    pub fn id(&self) -> String {
        self.text.splitn(3, '+').take(2).collect::<Vec<_>>().join("+")
    }

    pub(crate) fn verifies(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify(bytes, &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
    }

    pub(crate) fn verifier(&self) -> Result<StandardVerifier, LogError> {
        StandardVerifier::new(&self.text)
            .map_err(|error| LogError::new(format!("the key cannot verify: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_what_they_write() {
        let key = MachineKey::generate("example.com/prod").unwrap();
        assert_eq!(MachineKey::parse(key.text()).unwrap().text(), key.text());
        assert_eq!(LogKey::parse(&format!("{}\n", key.public().text())).unwrap(), key.public());
        assert!(StandardVerifier::new(key.public().text()).is_ok());
        assert!(key.signer().is_ok());
    }

    /// Among so many keys there are plus signs and slashes in the base64.
    #[test]
    fn every_key_reads_what_it_writes() {
        for seed in 0..=255 {
            let key = MachineKey::from_seed("log", [seed; 32]).unwrap();
            let public = key.public();
            assert_eq!(MachineKey::parse(key.text()).unwrap().text(), key.text());
            assert_eq!(LogKey::parse(public.text()).unwrap(), public);
            assert!(public.text().starts_with(&format!("{}+", public.id())));
            assert_eq!(public.id().len(), "log+".len() + 8);
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let key = MachineKey::from_seed("a", [7; 32]).unwrap();
        let (private, public) = (key.text().to_owned(), key.public().text().to_owned());
        for bad in [
            "",
            "a",
            &public,
            &private.replace("+a+", "+b+"),
            &format!("{private}+x"),
            "PRIVATE+KEY+a+00+AQ==",
        ] {
            assert!(MachineKey::parse(bad).is_err(), "{bad}");
        }
        for bad in ["", "a", &private, &public.replacen('a', "b", 1), &format!("{public}x")] {
            assert!(LogKey::parse(bad).is_err(), "{bad}");
        }
        for bad in ["", "a b", "a+b", "a\nb"] {
            assert!(MachineKey::generate(bad).is_err(), "{bad}");
        }
    }
}
