use crate::{
    approval::{Fido, NAMESPACE, Reason, Signature, allowed_signers},
    consent::{Assurance, Function},
    ssh_key::SshKey,
    testing::{Person, TOUCHED_WITH_PIN},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use p256::ecdsa::{SigningKey, signature::Signer as _};
use sha2::{Digest as _, Sha256, Sha512};
use std::{
    io::Write as _,
    process::{Command, Stdio},
};

const MESSAGE: &[u8] = include_bytes!("../../../fixtures/sshsig/message");

macro_rules! fixture {
    ($name:literal) => {
        Fixture {
            name: $name,
            key: include_str!(concat!("../../../fixtures/sshsig/", $name, ".pub")).to_owned(),
            signature: include_str!(concat!("../../../fixtures/sshsig/", $name, ".sig")).to_owned(),
        }
    };
}

/// A signature over [`MESSAGE`] and the key that made it.
struct Fixture {
    name: &'static str,
    key: String,
    signature: String,
}

impl Fixture {
    fn verify(&self, namespace: &str, message: &[u8]) -> Result<crate::approval::Proof, Reason> {
        let signature = Signature::parse(&self.signature).map_err(|refusal| refusal.reason)?;
        signature.verify(namespace, message).map_err(|refusal| refusal.reason)
    }
}

/// Made by `ssh-keygen -Y sign`.
fn made_by_openssh() -> Vec<Fixture> {
    vec![
        fixture!("ed25519"),
        fixture!("ecdsa256"),
        fixture!("ecdsa384"),
        fixture!("ecdsa521"),
        fixture!("rsa3072"),
    ]
}

/// Made in software in the format of FIDO2 keys, with these flags.
fn fido(name: &'static str, flags: u8) -> Fixture {
    let person = Person { flags: Some(flags), ..Person::with_fido("dana", Function::Finance, 1) };
    let message = std::str::from_utf8(MESSAGE).unwrap();
    Fixture { name, key: person.public_key(), signature: person.armored(NAMESPACE, message) }
}

fn field(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

fn mpint(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().take_while(|byte| **byte == 0).count();
    let rest = &bytes[start..];
    if rest.first().is_some_and(|byte| byte & 0x80 != 0) {
        field(&[&[0], rest].concat())
    } else {
        field(rest)
    }
}

/// The other FIDO2 key type, built field by field: `ssh-key` writes none, so nothing of the reader is in the writer.
fn fido_ecdsa(flags: u8) -> Fixture {
    const KIND: &[u8] = b"sk-ecdsa-sha2-nistp256@openssh.com";
    let key = SigningKey::from_slice(&[3; 32]).unwrap();
    let point = key.verifying_key().to_encoded_point(false);
    let body = [field(KIND), field(b"nistp256"), field(point.as_bytes()), field(b"ssh:")].concat();
    let counter = [0, 0, 1, 0];
    let data = signed_data(NAMESPACE);
    let signed = [&Sha256::digest(b"ssh:")[..], &[flags], &counter, &Sha256::digest(&data)[..]].concat();
    let signature: p256::ecdsa::Signature = key.sign(&signed);
    let (r, s) = signature.split_bytes();
    let blob = [field(KIND), field(&[mpint(&r), mpint(&s)].concat()), vec![flags], counter.to_vec()].concat();
    Fixture {
        name: "sk-ecdsa",
        key: format!("sk-ecdsa-sha2-nistp256@openssh.com {}", STANDARD.encode(&body)),
        signature: armored(1, &body, NAMESPACE, b"", "sha512", &blob),
    }
}

fn signed_data(namespace: &str) -> Vec<u8> {
    let hash = Sha512::digest(MESSAGE);
    [b"SSHSIG".to_vec(), field(namespace.as_bytes()), field(b""), field(b"sha512"), field(&hash)].concat()
}

#[allow(clippy::too_many_arguments, reason = "the fields of the format, in its order")]
fn armored(
    version: u32,
    key: &[u8],
    namespace: &str,
    reserved: &[u8],
    hash: &str,
    signature: &[u8],
) -> String {
    let blob = [
        b"SSHSIG".to_vec(),
        version.to_be_bytes().to_vec(),
        field(key),
        field(namespace.as_bytes()),
        field(reserved),
        field(hash.as_bytes()),
        field(signature),
    ]
    .concat();
    let text = STANDARD.encode(blob);
    let lines: Vec<&str> =
        text.as_bytes().chunks(70).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", lines.join("\n"))
}

/// Every signature in the folder of fixtures is put to `ssh-keygen -Y verify` by a test of this file, which says so where we are
/// stricter. A new one shows up here first.
#[test]
fn no_signature_fixture_is_left_out() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/sshsig");
    let source = include_str!("sshsig.rs");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(stem) = name.strip_suffix(".sig") else { continue };
        let named = [format!("fixture!(\"{stem}\")"), format!("sshsig/{name}")];
        assert!(named.iter().any(|text| source.contains(text)), "{name} is used by no test");
    }
}

/// What OpenSSH says, or nothing, said aloud, where it is not installed.
fn openssh_accepts(fixture: &Fixture, namespace: &str) -> Option<bool> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("signers"), format!("dana {}\n", fixture.key.trim())).unwrap();
    std::fs::write(path("sig"), &fixture.signature).unwrap();
    let child = Command::new("ssh-keygen")
        .args(["-Y", "verify", "-I", "dana", "-n", namespace, "-f"])
        .arg(path("signers"))
        .arg("-s")
        .arg(path("sig"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut child = started(child)?;
    // What it refuses for the signature alone it may refuse before it has read the message.
    let _ = child.stdin.take().unwrap().write_all(MESSAGE);
    Some(child.wait().unwrap().success())
}

/// The process, or nothing, said aloud, where there is no such program; a failure where it is required.
#[allow(clippy::disallowed_methods, reason = "a test asks whether a skip is allowed")]
fn started(child: std::io::Result<std::process::Child>) -> Option<std::process::Child> {
    let required = std::env::var_os("REMIT_REQUIRE_SSH_KEYGEN").is_some_and(|value| value == "1");
    if child.is_err() {
        assert!(!required, "REMIT_REQUIRE_SSH_KEYGEN is set, and there is no ssh-keygen");
        eprintln!("SKIPPED: there is no ssh-keygen to compare with");
    }
    child.ok()
}

#[test]
fn every_kind_of_key_verifies_here_and_by_openssh() {
    let fido = [fido("sk-ed25519", TOUCHED_WITH_PIN), fido_ecdsa(TOUCHED_WITH_PIN), fixture_sha256()];
    for fixture in made_by_openssh().into_iter().chain(fido) {
        let proof =
            fixture.verify(NAMESPACE, MESSAGE).unwrap_or_else(|reason| panic!("{}: {reason}", fixture.name));
        assert_eq!(proof.key, SshKey::parse(&fixture.key).unwrap(), "{}", fixture.name);
        assert_ne!(openssh_accepts(&fixture, NAMESPACE), Some(false), "{}", fixture.name);
        // Another message, another purpose.
        assert_eq!(fixture.verify(NAMESPACE, b"other"), Err(Reason::SignatureInvalid), "{}", fixture.name);
        assert_eq!(fixture.verify("file", MESSAGE), Err(Reason::WrongNamespace), "{}", fixture.name);
        assert_ne!(openssh_accepts(&fixture, "file"), Some(true), "{}", fixture.name);
    }
}

fn fixture_sha256() -> Fixture {
    Fixture {
        name: "ed25519_sha256",
        ..with_key("ed25519_sha256", include_str!("../../../fixtures/sshsig/ed25519_sha256.sig"))
    }
}

fn with_key(name: &'static str, signature: &str) -> Fixture {
    Fixture { name, signature: signature.to_owned(), ..fixture!("ed25519") }
}

#[test]
fn a_signature_for_another_purpose_is_none_here() {
    let other = with_key("other", include_str!("../../../fixtures/sshsig/ed25519_other_namespace.sig"));
    assert_eq!(other.verify(NAMESPACE, MESSAGE), Err(Reason::WrongNamespace));
    assert_ne!(openssh_accepts(&other, NAMESPACE), Some(true));
    assert_ne!(openssh_accepts(&other, "file"), Some(false), "it is a good signature for its own purpose");
}

/// OpenSSH accepts all of these: it does not judge the flags.
#[test]
fn the_flags_of_fido_keys_are_read_where_openssh_does_not_ask() {
    let cases = [
        (0x00, false, false, Assurance::Key),
        (0x04, false, true, Assurance::Key),
        (0x01, true, false, Assurance::Touch),
        (0x05, true, true, Assurance::TouchPin),
        (0xff, true, true, Assurance::TouchPin),
    ];
    for (flags, present, verified, claims) in cases {
        for (fixture, counter) in [(fido("sk-ed25519", flags), 7), (fido_ecdsa(flags), 256)] {
            let proof = fixture.verify(NAMESPACE, MESSAGE).unwrap();
            assert_eq!(proof.fido, Some(Fido { present, verified, counter }), "{} {flags:#x}", fixture.name);
            assert_eq!(proof.claims(), claims);
            assert_ne!(openssh_accepts(&fixture, NAMESPACE), Some(false));
        }
    }
    let plain = fixture!("ed25519").verify(NAMESPACE, MESSAGE).unwrap();
    assert_eq!((plain.fido, plain.claims()), (None, Assurance::Key));
}

#[test]
fn flags_changed_after_signing_break_the_signature() {
    let honest = fido_ecdsa(0x01);
    let text: String = honest.signature.lines().filter(|line| !line.starts_with('-')).collect();
    let mut blob = STANDARD.decode(text).unwrap();
    let flags = blob.len() - 5;
    assert_eq!(blob[flags], 0x01);
    blob[flags] = TOUCHED_WITH_PIN;
    let forged = format!(
        "-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n",
        wrapped(&STANDARD.encode(blob))
    );
    let forged = Fixture { signature: forged, ..honest };
    assert_eq!(forged.verify(NAMESPACE, MESSAGE), Err(Reason::SignatureInvalid));
    assert_ne!(openssh_accepts(&forged, NAMESPACE), Some(true));
}

fn wrapped(text: &str) -> String {
    let lines: Vec<&str> =
        text.as_bytes().chunks(70).map(|line| std::str::from_utf8(line).unwrap()).collect();
    lines.join("\n")
}

/// OpenSSH accepts this one: its least for RSA is 1024 bits here.
#[test]
fn short_rsa_keys_are_refused_where_openssh_takes_them() {
    let short = fixture!("rsa2048");
    assert_eq!(short.verify(NAMESPACE, MESSAGE), Err(Reason::KeyUnsupported));
    assert_ne!(openssh_accepts(&short, NAMESPACE), Some(false));
}

/// OpenSSH takes the certificate for a person of whoever made it. Here a person is the keys in their record, and nobody else's word.
#[test]
fn certificates_are_refused_where_openssh_takes_them() {
    let authority = include_str!("../../../fixtures/sshsig/certificate_authority.pub").trim();
    let certificate = Fixture {
        key: format!("cert-authority {authority}"),
        ..with_key("certificate", include_str!("../../../fixtures/sshsig/certificate.sig"))
    };
    assert!(certificate.verify(NAMESPACE, MESSAGE).is_err());
    assert_ne!(openssh_accepts(&certificate, NAMESPACE), Some(false));
}

/// OpenSSH does not look at the reserved field of a good signature; here a field whose meaning is not known is refused.
#[test]
fn a_good_signature_with_a_reserved_field_is_refused_where_openssh_takes_it() {
    let honest = fixture!("ed25519");
    let text: String = honest.signature.lines().filter(|line| !line.starts_with('-')).collect();
    let blob = STANDARD.decode(text).unwrap();
    // The last field is the signature: 83 bytes of an ed25519 one.
    let signature = blob[blob.len() - 83..].to_vec();
    let key = STANDARD.decode(honest.key.split(' ').nth(1).unwrap()).unwrap();
    let wrapped = |version, reserved: &[u8]| Fixture {
        signature: armored(version, &key, NAMESPACE, reserved, "sha512", &signature),
        ..fixture!("ed25519")
    };
    assert!(wrapped(1, b"").verify(NAMESPACE, MESSAGE).is_ok(), "else the rest shows nothing");
    assert_ne!(openssh_accepts(&wrapped(1, b""), NAMESPACE), Some(false));
    assert_eq!(wrapped(1, b"more").verify(NAMESPACE, MESSAGE), Err(Reason::SignatureUnsupported));
    assert_ne!(openssh_accepts(&wrapped(1, b"more"), NAMESPACE), Some(false));
    assert_eq!(wrapped(2, b"").verify(NAMESPACE, MESSAGE), Err(Reason::SignatureUnsupported));
    assert_ne!(openssh_accepts(&wrapped(2, b""), NAMESPACE), Some(true));
}

#[test]
fn newer_versions_and_reserved_fields_are_refused() {
    let key = STANDARD.decode(fixture!("ed25519").key.split(' ').nth(1).unwrap()).unwrap();
    let signature = [field(b"ssh-ed25519"), field(&[0; 64])].concat();
    let reason = |text: String| Signature::parse(&text).map(|_| ()).map_err(|refusal| refusal.reason);
    assert_eq!(
        reason(armored(1, &key, NAMESPACE, b"", "sha512", &signature)),
        Ok(()),
        "else the rest shows nothing"
    );
    assert_eq!(
        reason(armored(2, &key, NAMESPACE, b"", "sha512", &signature)),
        Err(Reason::SignatureUnsupported)
    );
    assert_eq!(
        reason(armored(0, &key, NAMESPACE, b"", "sha512", &signature)),
        Err(Reason::SignatureUnsupported)
    );
    assert_eq!(
        reason(armored(1, &key, NAMESPACE, b"more", "sha512", &signature)),
        Err(Reason::SignatureUnsupported)
    );
    assert_eq!(reason(armored(1, &key, "", b"", "sha512", &signature)), Err(Reason::SignatureMalformed));
    assert_eq!(reason(armored(1, &key, NAMESPACE, b"", "md5", &signature)), Err(Reason::SignatureMalformed));
    assert_eq!(reason(String::new()), Err(Reason::SignatureMalformed));
    assert_eq!(reason("x".repeat(1 << 20)), Err(Reason::SignatureMalformed));
}

/// A signature of one algorithm under a key of another must not be tried as if it were the key's own.
#[test]
fn the_algorithm_must_be_the_keys_own() {
    let key = STANDARD.decode(fixture!("ed25519").key.split(' ').nth(1).unwrap()).unwrap();
    let fido = [field(b"sk-ssh-ed25519@openssh.com"), field(&[0; 64]), vec![5, 0, 0, 0, 1]].concat();
    let mixed =
        Fixture { signature: armored(1, &key, NAMESPACE, b"", "sha512", &fido), ..fixture!("ed25519") };
    assert!(mixed.verify(NAMESPACE, MESSAGE).is_err());
    assert_ne!(openssh_accepts(&mixed, NAMESPACE), Some(true));
    let rsa = fixture!("rsa3072");
    let key = STANDARD.decode(rsa.key.split(' ').nth(1).unwrap()).unwrap();
    let sha1 = [field(b"ssh-rsa"), field(&[1; 384])].concat();
    let old = Fixture { signature: armored(1, &key, NAMESPACE, b"", "sha512", &sha1), ..rsa };
    assert!(old.verify(NAMESPACE, MESSAGE).is_err());
    assert_ne!(openssh_accepts(&old, NAMESPACE), Some(true));
}

#[test]
fn the_allowed_signers_file_is_one_that_openssh_reads() {
    let dana = Person {
        more: r#","valid_until":"2099-06-30""#.to_owned(),
        ..Person::with_fido("dana", Function::Finance, 1)
    };
    let mut approver = dana.approver();
    let lost = SshKey::parse(&Person { seed: 9, ..dana.clone() }.public_key()).unwrap();
    approver.keys.insert(lost.clone());
    approver.revoked_keys.insert(lost);
    let text = allowed_signers([&approver]);
    let key = SshKey::parse(&dana.public_key()).unwrap();
    assert_eq!(
        text,
        format!("dana@example.com namespaces=\"approval@remit\",valid-before=\"20990701Z\" {key}\n")
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("signers"), &text).unwrap();
    std::fs::write(folder.path().join("sig"), dana.armored(NAMESPACE, "yes")).unwrap();
    let mut asked = Command::new("ssh-keygen");
    asked.args(["-Y", "verify", "-I", "dana@example.com", "-n", NAMESPACE, "-f", "signers", "-s", "sig"]);
    let child = asked.current_dir(folder.path()).stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
    let Some(mut child) = started(child) else { return };
    child.stdin.take().unwrap().write_all(b"yes").unwrap();
    assert!(child.wait().unwrap().success());
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        // Three verifications each, and those are slow without optimization.
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,200}") {
            let _ = Signature::parse(&text);
        }

        #[test]
        fn no_damage_is_accepted(at in 6_usize..300, bit in 0_u8..8) {
            for honest in [fido("sk-ed25519", TOUCHED_WITH_PIN), fixture!("ed25519"), fixture!("ecdsa256")] {
                let text: String = honest.signature.lines().filter(|line| !line.starts_with('-')).collect();
                let mut blob = STANDARD.decode(text).unwrap();
                let at = at % blob.len();
                blob[at] ^= 1 << bit;
                let damaged = format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", wrapped(&STANDARD.encode(&blob)));
                let name = honest.name;
                let verified = Fixture { signature: damaged, ..honest }.verify(NAMESPACE, MESSAGE);
                prop_assert!(verified.is_err(), "{name}: bit {bit} of byte {at}");
            }
        }
    }
}
