//! A signed line of the log: an in-toto statement in a DSSE envelope. What the statement says is [`crate::record`]'s.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::LogError;
use crate::key::{LogKey, MachineKey};

/// The type of what is signed. An approval has another form and a namespace of its own.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// The longest line that is read: a decision with very many findings is a few megabytes.
pub const LONGEST: usize = 64 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Envelope {
    payload_type: String,
    payload: String,
    signatures: Vec<Signature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    keyid: String,
    sig: String,
}

/// What was read of a line, before anybody believes it.
pub struct Signed {
    payload: Vec<u8>,
    signature: [u8; 64],
}

/// Signs a statement and makes one line of it, without its end.
pub fn sign(statement: &[u8], key: &MachineKey) -> Result<String, LogError> {
    let signature = key.sign(&preimage(statement));
    let envelope = Envelope {
        payload_type: PAYLOAD_TYPE.to_owned(),
        payload: STANDARD.encode(statement),
        signatures: vec![Signature { keyid: key.public().id(), sig: STANDARD.encode(signature) }],
    };
    serde_json::to_string(&envelope)
        .map_err(|error| LogError::new(format!("the record cannot be written: {error}")))
}

/// Reads a line: exactly one signature over a statement, written as [`sign`] writes it.
pub fn read(line: &[u8]) -> Result<Signed, LogError> {
    let wrong = || LogError::new("it is not a signed record");
    if line.len() > LONGEST {
        return Err(LogError::new("it is longer than any record"));
    }
    let envelope: Envelope = serde_json::from_slice(line).map_err(|_| wrong())?;
    let [signature] = envelope.signatures.as_slice() else { return Err(wrong()) };
    if envelope.payload_type != PAYLOAD_TYPE {
        return Err(LogError::new("it is a signed document of another type"));
    }
    let payload = STANDARD.decode(&envelope.payload).map_err(|_| wrong())?;
    let signature = STANDARD.decode(&signature.sig).map_err(|_| wrong())?;
    let signature = signature.try_into().map_err(|_| wrong())?;
    Ok(Signed { payload, signature })
}

impl Signed {
    /// The statement, for whoever checks the line by other means.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Whether this key signed it.
    pub fn is_signed_by(&self, key: &LogKey) -> bool {
        key.verifies(&preimage(&self.payload), &self.signature)
    }
}

/// What is signed, by the rules of DSSE.
fn preimage(payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_believed_from_its_key_only() {
        let key = MachineKey::from_seed("log", [1; 32]).unwrap();
        let other = MachineKey::from_seed("log", [2; 32]).unwrap();
        let line = sign(b"{}", &key).unwrap();
        let signed = read(line.as_bytes()).unwrap();
        assert_eq!(signed.payload(), b"{}");
        assert!(signed.is_signed_by(&key.public()));
        assert!(!signed.is_signed_by(&other.public()));
        let changed = read(line.replace("e30=", "e31=").as_bytes());
        assert!(changed.is_err() || changed.is_ok_and(|changed| !changed.is_signed_by(&key.public())));
    }

    #[test]
    fn what_is_signed_is_what_the_specification_says() {
        let of_the_specification = b"DSSEv1 28 application/vnd.in-toto+json 2 {}";
        assert_eq!(preimage(b"{}"), of_the_specification);
    }

    #[test]
    fn other_documents_are_refused() {
        let key = MachineKey::from_seed("log", [1; 32]).unwrap();
        let line = sign(b"{}", &key).unwrap();
        for bad in [
            String::new(),
            "{}".to_owned(),
            line.replace("in-toto", "other"),
            line.replace("\"signatures\":[", "\"signatures\":[{\"keyid\":\"\",\"sig\":\"\"},"),
            line.replace("{\"payloadType\"", "{\"x\":1,\"payloadType\""),
            format!("{line}{line}"),
        ] {
            assert!(read(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
