//! A checkpoint: how many records a log has and the hash over all of them, signed by the log, and perhaps by witnesses who saw it.
//! The text is a C2SP checkpoint in a signed note. Whoever keeps an old one can tell whether a log was cut, rolled back or forked.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Verifier as _, VerifyingKey};
use signed_note::{Note, Verifier, VerifierList};
use tlog_tiles::{Checkpoint as Body, Hash};

use crate::key::{LogKey, MachineKey};
use crate::{LogError, shown};

/// The largest text that is read as a checkpoint.
pub const LARGEST: usize = 64 * 1024;

/// How signed notes mark the key of a witness.
const COSIGNATURE: u8 = 4;

/// What a log says it holds, believed because its key signed it.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// The name of the log.
    pub origin: String,
    /// How many records.
    pub size: u64,
    /// The hash over all of them.
    pub root: Hash,
}

/// A witness: somebody who saw a checkpoint and vouches that it continues what it saw before.
#[derive(Debug, Clone)]
pub struct Witness {
    name: String,
    id: u32,
    key: VerifyingKey,
}

/// What a witness said about a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The name of the witness.
    pub witness: String,
    /// When it saw the checkpoint, in seconds since 1970.
    pub at: u64,
}

impl Checkpoint {
    /// The signed text.
    pub fn sign(&self, key: &MachineKey) -> Result<Vec<u8>, LogError> {
        let wrong = |why: String| LogError::new(format!("the checkpoint cannot be signed: {why}"));
        let body =
            Body::new(&self.origin, self.size, self.root, "").map_err(|error| wrong(error.to_string()))?;
        let mut note = Note::new(&body.to_bytes(), &[]).map_err(|error| wrong(error.to_string()))?;
        note.add_sigs(&[&key.signer()?]).map_err(|error| wrong(error.to_string()))?;
        Ok(note.to_bytes())
    }

    /// Reads a text that this key must have signed.
    pub fn open(text: &[u8], key: &LogKey) -> Result<Self, LogError> {
        Self::open_witnessed(text, key, &[]).map(|(checkpoint, _)| checkpoint)
    }

    /// Reads a text that this key must have signed, and says which of the witnesses signed it too. A signature in the name of a known
    /// witness that does not verify is an error: somebody forged it.
    pub fn open_witnessed(
        text: &[u8],
        key: &LogKey,
        witnesses: &[Witness],
    ) -> Result<(Self, Vec<Seen>), LogError> {
        let wrong = |why: &str| LogError::new(format!("the checkpoint cannot be believed: {why}"));
        if text.len() > LARGEST {
            return Err(wrong("it is too large"));
        }
        let note = Note::from_bytes(text).map_err(|_| wrong("it is not a signed note"))?;
        let mut known: Vec<Box<dyn Verifier>> = vec![Box::new(key.verifier()?)];
        for witness in witnesses {
            known.push(Box::new(witness.clone()));
        }
        let (verified, _) =
            note.verify(&VerifierList::new(known)).map_err(|error| wrong(&shown(&error.to_string())))?;
        if !verified.iter().any(|signature| signature.name() == key.name()) {
            return Err(wrong("the log itself has not signed it"));
        }
        let body =
            Body::from_bytes(note.text()).map_err(|_| wrong("it is not in the form of a checkpoint"))?;
        if body.origin() != key.name() {
            return Err(wrong(&format!("it is about the log `{}`", shown(body.origin()))));
        }
        let said = |signature: &signed_note::Signature| {
            let stamp = signature.signature().first_chunk::<8>()?;
            let known = witnesses
                .iter()
                .find(|witness| witness.name == signature.name() && witness.id == signature.id())?;
            Some(Seen { witness: known.name.clone(), at: u64::from_be_bytes(*stamp) })
        };
        let seen = verified.iter().filter_map(said).collect();
        Ok((Self { origin: body.origin().to_owned(), size: body.size(), root: *body.hash() }, seen))
    }

    /// Which log a text is about and how long it says that log is, before anybody believes it.
    pub fn peek(text: &[u8]) -> Option<(String, u64)> {
        if text.len() > LARGEST {
            return None;
        }
        let body = Body::from_bytes(Note::from_bytes(text).ok()?.text()).ok()?;
        Some((body.origin().to_owned(), body.size()))
    }
}

impl Witness {
    /// Reads the key of a witness in the form of signed notes: `NAME+ID+KEY`.
    pub fn parse(text: &str) -> Result<Self, LogError> {
        let wrong = || {
            LogError::new(format!("`{}` is not the key of a witness", shown(text.trim())))
                .with_help("a witness publishes one line, `NAME+ID+KEY`")
        };
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong());
        };
        crate::key::check_name(name)?;
        let bytes = STANDARD.decode(key).map_err(|_| wrong())?;
        let (Some((&COSIGNATURE, key)), Ok(id)) = (bytes.split_first(), u32::from_str_radix(id, 16)) else {
            return Err(wrong());
        };
        let key: &[u8; 32] = key.try_into().map_err(|_| wrong())?;
        if id != signed_note::key_id(name, &bytes) {
            return Err(wrong());
        }
        Ok(Self { name: name.to_owned(), id, key: VerifyingKey::from_bytes(key).map_err(|_| wrong())? })
    }
}

impl Verifier for Witness {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        self.id
    }

    /// A cosignature: eight bytes of time, then a signature over the time and the text.
    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        let Some((stamp, signature)) = signature.split_first_chunk::<8>() else { return false };
        let Ok(signature) = ed25519_dalek::Signature::from_slice(signature) else { return false };
        let head = format!("cosignature/v1\ntime {}\n", u64::from_be_bytes(*stamp));
        self.key.verify(&[head.as_bytes(), text].concat(), &signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer as _, SigningKey};
    use tlog_tiles::record_hash;

    fn key() -> MachineKey {
        MachineKey::from_seed("example.com/prod", [3; 32]).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: "example.com/prod".to_owned(), size: 7, root: record_hash(b"x") }
    }

    /// A witness made in software, with what it says about a text.
    fn cosigned(text: &[u8], at: u64) -> (String, Vec<u8>) {
        let secret = SigningKey::from_bytes(&[9; 32]);
        let public = [&[COSIGNATURE][..], secret.verifying_key().as_bytes()].concat();
        let id = signed_note::key_id("witness.example", &public);
        let note = Note::from_bytes(text).unwrap();
        let message = [format!("cosignature/v1\ntime {at}\n").as_bytes(), note.text()].concat();
        let signature = [&at.to_be_bytes()[..], &secret.sign(&message).to_bytes()].concat();
        let line = signed_note::Signature::new("witness.example".to_owned(), id, signature).unwrap();
        (format!("witness.example+{id:08x}+{}", STANDARD.encode(&public)), [text, &line.to_bytes()].concat())
    }

    #[test]
    fn a_checkpoint_is_believed_from_its_key_only() {
        let text = checkpoint().sign(&key()).unwrap();
        assert!(text.starts_with(b"example.com/prod\n7\n"));
        assert_eq!(Checkpoint::open(&text, &key().public()).unwrap(), checkpoint());
        let other = MachineKey::from_seed("example.com/prod", [4; 32]).unwrap();
        assert!(Checkpoint::open(&text, &other.public()).is_err());
        let changed = String::from_utf8(text).unwrap().replacen("\n7\n", "\n8\n", 1);
        assert!(Checkpoint::open(changed.as_bytes(), &key().public()).is_err());
    }

    #[test]
    fn a_checkpoint_of_another_log_is_refused() {
        let other = Checkpoint { origin: "example.com/other".to_owned(), ..checkpoint() };
        let text = other.sign(&key()).unwrap();
        assert!(Checkpoint::open(&text, &key().public()).unwrap_err().message.contains("other"));
    }

    #[test]
    fn a_witness_is_heard_when_its_signature_holds() {
        let text = checkpoint().sign(&key()).unwrap();
        let (witness, both) = cosigned(&text, 1_790_000_000);
        let known = [Witness::parse(&witness).unwrap()];
        let (_, seen) = Checkpoint::open_witnessed(&both, &key().public(), &known).unwrap();
        assert_eq!(seen, [Seen { witness: "witness.example".to_owned(), at: 1_790_000_000 }]);
        // Not known, not heard; and nobody's word replaces that of the log.
        assert_eq!(Checkpoint::open_witnessed(&both, &key().public(), &[]).unwrap().1, []);
        let lines: Vec<&[u8]> = both.split_inclusive(|byte| *byte == b'\n').collect();
        let only_witness: Vec<u8> = [lines[..4].concat(), lines[5].to_vec()].concat();
        assert!(Checkpoint::open_witnessed(&only_witness, &key().public(), &known).is_err());
    }

    #[test]
    fn a_forged_witness_is_an_error() {
        let text = checkpoint().sign(&key()).unwrap();
        let (witness, both) = cosigned(&text, 1_790_000_000);
        let mut forged = String::from_utf8(both).unwrap();
        let end = forged.len() - 8;
        let other = if forged.as_bytes()[end] == b'A' { "B" } else { "A" };
        forged.replace_range(end..=end, other);
        let known = [Witness::parse(&witness).unwrap()];
        assert!(Checkpoint::open_witnessed(forged.as_bytes(), &key().public(), &known).is_err());
    }

    #[test]
    fn other_keys_are_no_witnesses() {
        for bad in ["", "a+b", key().public().text(), "witness.example+00000000+BAAA"] {
            assert!(Witness::parse(bad).is_err(), "{bad}");
        }
    }
}
