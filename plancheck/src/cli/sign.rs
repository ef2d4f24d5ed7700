//! Signing with `ssh-keygen`, and the question before it. The private key is never read here.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use plancheck::text::escape;
use plancheck::verdict::CheckError;
use remit_governance::approval::{NAMESPACE, Policy, Proof, Signed, Statement, Voter};
use remit_governance::consent::Assurance;

use super::hand;
use super::output::{self, Stream};

/// Whoever signs says the code, so that nobody signs what scrolled by. `said` is the code where it was given beforehand.
pub(super) fn confirm(verb: &str, code: &str, said: Option<&str>) -> Result<(), CheckError> {
    let said = match said {
        Some(said) => said.to_owned(),
        None if std::io::stdin().is_terminal() => {
            output::write(Stream::Err, &format!("To {verb} exactly this, type the code: "))?;
            let mut line = String::new();
            std::io::stdin()
                .lock()
                .read_line(&mut line)
                .map_err(|error| CheckError::new(format!("the answer cannot be read: {error}")))?;
            line
        }
        None => {
            return Err(CheckError::new("nobody is here to be asked")
                .with_help("run it in a terminal, or give the code with `--code`"));
        }
    };
    if said.trim() == code {
        return Ok(());
    }
    Err(CheckError::new("this is not the code, so nothing was signed")
        .with_help("get the code from whoever asks by another way than the request"))
}

/// Has `ssh-keygen` sign a statement, with whatever it asks of the person: a passphrase, a touch, a PIN.
pub(super) fn sign(key: &Path, statement: Statement) -> Result<Signed, CheckError> {
    let armored = armored(key, NAMESPACE, &statement.text())?;
    Signed::new(statement, &armored).map_err(|refusal| unsigned(&refusal.to_string()))
}

/// The signature of a text for a purpose.
pub(super) fn armored(key: &Path, namespace: &str, text: &str) -> Result<String, CheckError> {
    let folder = tempfile::tempdir().map_err(|error| unsigned(&error.to_string()))?;
    let path = folder.path().join("statement");
    std::fs::write(&path, text).map_err(|error| unsigned(&error.to_string()))?;
    let ended = Command::new("ssh-keygen")
        .args(["-q", "-Y", "sign", "-n", namespace, "-f"])
        .arg(key)
        .arg(&path)
        .stdout(Stdio::null())
        .status()
        .map_err(|error| unsigned(&format!("`ssh-keygen` cannot be run: {error}")))?;
    if !ended.success() {
        return Err(unsigned("`ssh-keygen` says why above"));
    }
    let armored = hand::small(&path.with_extension("sig"), "signature")?;
    String::from_utf8(armored).map_err(|_| unsigned("the signature is not text"))
}

fn unsigned(why: &str) -> CheckError {
    CheckError::new(format!("nothing was signed: {why}"))
}

/// Where a signed statement goes, and by whom it has to be.
pub(super) struct Save<'a> {
    pub(super) folder: &'a Path,
    pub(super) key: &'a Path,
    pub(super) who: &'a str,
    /// What the file is called, between the code and the ending.
    pub(super) code: &'a str,
    pub(super) verb: &'a str,
}

impl Save<'_> {
    /// Checks that the signature is by a key of the person that was not revoked, and writes it.
    pub(super) fn write(&self, signed: &Signed, policies: &[Policy]) -> Result<PathBuf, CheckError> {
        let proof =
            signed.verify().map_err(|refusal| CheckError::new(format!("nothing was written: {refusal}")))?;
        self.own(&proof, policies)?;
        if let Some(minimum) = policies.iter().map(|policy| policy.minimum).max() {
            warn_of(&proof, minimum)?;
        }
        std::fs::create_dir_all(self.folder).map_err(|error| {
            CheckError::new(format!("the folder `{}` cannot be made: {error}", hand::name(self.folder)))
        })?;
        let plain = |c: char| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '-' };
        let who: String = self.who.to_lowercase().chars().map(plain).collect();
        let path = self.folder.join(format!("{}-{who}-{}.json", self.code, self.verb));
        hand::write(&path, "statement", &signed.to_json())?;
        Ok(path)
    }

    fn own(&self, proof: &Proof, policies: &[Policy]) -> Result<(), CheckError> {
        let refused = |why: String| {
            let key = hand::name(self.key);
            Err(CheckError::new(format!("the key `{key}` {why}, so nothing was written")))
        };
        let people = policies.iter().flat_map(|policy| policy.voters.iter().chain(&policy.others));
        let own: Vec<&Voter> = people
            .filter(|voter| voter.approver.email.as_str() == self.who.to_lowercase())
            .filter(|voter| voter.approver.keys.contains(&proof.key))
            .collect();
        if own.is_empty() {
            return refused(format!("is not one of `{}`", escape(self.who)));
        }
        let revoked = own.iter().any(|voter| voter.revoked.contains(&proof.key))
            || policies.iter().any(|policy| policy.revoked.contains(&proof.key));
        if revoked { refused("was revoked".to_owned()) } else { Ok(()) }
    }
}

fn warn_of(proof: &Proof, minimum: Assurance) -> Result<(), CheckError> {
    if proof.claims() >= minimum {
        return Ok(());
    }
    let warning =
        format!("warning: the signature proves `{}`, and `{minimum}` is asked for\n", proof.claims());
    output::write(Stream::Err, &warning)
}
