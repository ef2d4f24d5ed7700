//! SSH public keys as approvers enroll them: which types we take, and whether the body is what its type says. Verifying
//! signatures is not here.

use crate::read::excerpt;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::fmt;

/// A public key without its comment, which says nothing about the key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SshKey {
    kind: &'static str,
    body: String,
}

/// What follows the type in the body of a key.
#[derive(Clone, Copy)]
enum Shape {
    Ed25519,
    Ecdsa { curve: &'static str, point: usize },
    Rsa,
    SkEd25519,
    SkEcdsa,
}

const KINDS: [(&str, Shape); 7] = [
    ("sk-ssh-ed25519@openssh.com", Shape::SkEd25519),
    ("sk-ecdsa-sha2-nistp256@openssh.com", Shape::SkEcdsa),
    ("ssh-ed25519", Shape::Ed25519),
    ("ecdsa-sha2-nistp256", Shape::Ecdsa { curve: "nistp256", point: 65 }),
    ("ecdsa-sha2-nistp384", Shape::Ecdsa { curve: "nistp384", point: 97 }),
    ("ecdsa-sha2-nistp521", Shape::Ecdsa { curve: "nistp521", point: 133 }),
    ("ssh-rsa", Shape::Rsa),
];

impl SshKey {
    /// From a line of an `.pub` file: type, base64 body, and a comment that is dropped.
    pub fn parse(line: &str) -> Result<Self, String> {
        if line.len() > 8192 {
            return Err("the key is longer than 8192 bytes".to_owned());
        }
        if line.contains("PRIVATE KEY") {
            return Err(
                "this is a private key: keep it secret, and give the line of its `.pub` file".to_owned()
            );
        }
        let mut words = line.split_whitespace();
        let (Some(kind), Some(body)) = (words.next(), words.next()) else {
            return Err("a key is the line of a `.pub` file: a type and a body in base64".to_owned());
        };
        let Some((kind, shape)) = KINDS.iter().find(|(known, _)| *known == kind) else {
            let known = crate::invalid::list(KINDS.iter().map(|(kind, _)| *kind));
            return Err(format!(
                "`{}` is not a type of key that can approve; these can: {known}",
                excerpt(kind)
            ));
        };
        let bytes = STANDARD.decode(body).map_err(|_| "the body of the key is not base64".to_owned())?;
        check(kind, *shape, &bytes)?;
        Ok(Self { kind, body: body.to_owned() })
    }

    /// Whether it lives on a FIDO2 authenticator by its type. Types can be imitated in software; only attestation proves it.
    pub fn is_fido(&self) -> bool {
        self.kind.starts_with("sk-")
    }
}

impl fmt::Display for SshKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.body)
    }
}

fn check(kind: &str, shape: Shape, bytes: &[u8]) -> Result<(), String> {
    let broken = || format!("the body of the `{kind}` key is cut short or damaged");
    let mut wire = Wire(bytes);
    if wire.field() != Some(kind.as_bytes()) {
        return Err(format!("the body of the key is not that of a `{kind}` key"));
    }
    let good = match shape {
        Shape::Ed25519 => wire.has_point(32),
        Shape::SkEd25519 => wire.has_point(32) && wire.has_application(),
        Shape::Ecdsa { curve, point } => wire.has_curve(curve, point),
        Shape::SkEcdsa => wire.has_curve("nistp256", 65) && wire.has_application(),
        Shape::Rsa => {
            let exponent = wire.field().ok_or_else(broken)?;
            let bits = bit_length(wire.field().ok_or_else(broken)?);
            if !(3072..=16384).contains(&bits) {
                return Err(format!("the RSA key has {bits} bits, and at least 3072 are needed"));
            }
            !exponent.is_empty()
        }
    };
    if good && wire.0.is_empty() { Ok(()) } else { Err(broken()) }
}

fn bit_length(number: &[u8]) -> usize {
    let skipped = number.iter().take_while(|byte| **byte == 0).count();
    let rest = number.get(skipped..).unwrap_or_default();
    let first = rest.first().map_or(0, |byte| byte.leading_zeros() as usize);
    (rest.len() * 8).saturating_sub(first)
}

/// The fields of a key: each a length of four bytes and as many bytes.
pub(crate) struct Wire<'b>(pub(crate) &'b [u8]);

impl<'b> Wire<'b> {
    pub(crate) fn field(&mut self) -> Option<&'b [u8]> {
        let (length, rest) = self.0.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let field = rest.get(..length)?;
        self.0 = rest.get(length..)?;
        Some(field)
    }

    fn has_point(&mut self, length: usize) -> bool {
        self.field().is_some_and(|field| field.len() == length)
    }

    fn has_curve(&mut self, curve: &str, point: usize) -> bool {
        // 4 marks an uncompressed point, the only form OpenSSH writes.
        self.field() == Some(curve.as_bytes())
            && self.field().is_some_and(|field| field.len() == point && field.first() == Some(&4))
    }

    fn has_application(&mut self) -> bool {
        self.field().is_some_and(|field| field.starts_with(b"ssh:"))
    }
}

#[cfg(test)]
mod tests;
