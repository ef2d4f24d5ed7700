//! Consent as the provider enforces it: what the settings say, and what a change of a declaration needs under them. The
//! judging is `remit_governance`'s; files, environment and clock are read here, once, when the provider is configured.

use std::{io::Read as _, path::Path as FilePath};

use remit_governance::{
    Approver, TrustRoot,
    approval::{LARGEST, Reason, Signed, Void},
    history::{self, Declaration, Envelopes, Evidence, History, Refused, Unapproved},
    time::Timestamp,
};
use tf_provider_sdk::{
    Attr, Attribute, DecodeError, Diagnostic, Diagnostics, Model, Object, ObjectReader, Path, Type, Value,
};

/// The variable that pins the trust root from outside the repository.
pub(crate) const PIN: &str = "REMIT_TRUST_ROOT_SHA256";

/// The argument of an override that shows how the envelope it names came into force.
pub(crate) const ENVELOPE_HISTORY: &str = "envelope_history";

/// A trust root with all its rotations.
const LARGEST_ROOT: u64 = 16 * 1024 * 1024;

/// More files than any folder of approvals has.
const MOST_FILES: usize = 10_000;

/// The settings that are about consent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    approvals_dir: Attr<String>,
    approvals: Attr<Vec<Attr<String>>>,
    trust_root: Attr<String>,
}

impl Model for Settings {
    fn decode(object: &mut ObjectReader) -> Result<Self, DecodeError> {
        Ok(Self {
            approvals_dir: object.get("approvals_dir")?,
            approvals: object.get("approvals")?,
            trust_root: object.get("trust_root")?,
        })
    }

    /// Settings are read only; no state of theirs is ever written.
    fn encode(self) -> Object {
        Object::new()
    }
}

/// Who has to agree, and what was signed.
#[derive(Debug, Default)]
pub(crate) enum Consent {
    /// No trust root is pinned: declarations are declared, and nothing is approved.
    #[default]
    Declared,
    /// A trust root is pinned: what loosens needs the people it leads to.
    Pinned(Box<Pinned>),
}

/// A pinned trust root with everything signed that is at hand.
#[derive(Debug)]
pub(crate) struct Pinned {
    trust: TrustRoot,
    signed: Vec<Signed>,
    /// Where each signed statement came from.
    names: Vec<String>,
    /// Files that are no signed statements, with the reason.
    unreadable: Vec<String>,
    now: Timestamp,
}

impl Settings {
    /// The attributes of the provider block.
    pub(crate) fn attributes() -> [Attribute; 3] {
        [
            Attribute::string("approvals_dir").description(
                "Folder of signed approvals, one file each, as `plancheck approve` writes them. Keep those by \
                 which the trust root approved your approvers: they vouch for the keys.",
            ),
            Attribute::list("approvals", Type::String).description(
                "Signed approvals as texts, for runs that get them otherwise than by files.",
            ),
            Attribute::string("trust_root").description(format!(
                "File of the root approvers, as `plancheck trust init` writes it. It counts only where the \
                 environment variable `{PIN}` holds its digest: set that where the agents cannot, in the \
                 runner that applies. With it, loosening needs approval; without it, declarations are only \
                 declared and `approved` stays `false`."
            )),
        ]
    }

    /// Reads what the settings name.
    pub(crate) fn read(&self) -> Result<Consent, Diagnostics> {
        let pin = pinned_digest();
        let Some(path) = self.trust_root.known() else {
            return match pin {
                None => Ok(Consent::Declared),
                Some(_) => Err(Diagnostic::error("The pinned trust root is missing")
                    .detail(format!(
                        "The environment pins a trust root in `{PIN}`, and the provider block names none, or \
                         one that is not known yet. Without it nothing can be approved, so nothing is \
                         planned.\n\nSet `trust_root` to the file with that digest."
                    ))
                    .at(Path::attribute("trust_root"))
                    .into()),
            };
        };
        let Some(pin) = pin else { return Ok(Consent::Declared) };
        let trust = read_root(path)?;
        if trust.digest().to_string() != with_prefix(&pin) {
            return Err(Diagnostic::error("This is not the pinned trust root")
                .detail(format!(
                    "`{path}` has the digest `{}`, and the environment pins `{}` in `{PIN}`. Nothing is \
                     planned under a trust root that the runner does not know.\n\nIf it was rotated on \
                     purpose, change the pin in the runner; else take back the change of the file.",
                    trust.digest(),
                    with_prefix(&pin),
                ))
                .at(Path::attribute("trust_root"))
                .into());
        }
        let mut pinned =
            Pinned { trust, signed: Vec::new(), names: Vec::new(), unreadable: Vec::new(), now: now() };
        self.read_approvals(&mut pinned)?;
        Ok(Consent::Pinned(Box::new(pinned)))
    }

    fn read_approvals(&self, pinned: &mut Pinned) -> Result<(), Diagnostics> {
        let texts = self.approvals.known().into_iter().flatten().filter_map(Attr::known);
        for (index, text) in texts.enumerate() {
            pinned.take(format!("approvals[{index}]"), text.as_bytes());
        }
        let Some(folder) = self.approvals_dir.known() else { return Ok(()) };
        for (name, bytes) in files(folder)? {
            pinned.take(name, &bytes);
        }
        Ok(())
    }
}

impl Pinned {
    fn take(&mut self, name: String, bytes: &[u8]) {
        match Signed::parse(bytes) {
            Ok(signed) => {
                self.signed.push(signed);
                self.names.push(name);
            }
            Err(refusal) => self.unreadable.push(format!("`{name}`: {refusal}")),
        }
    }
}

/// What a change of a declaration comes to.
pub(crate) enum Step {
    /// No trust root is pinned, and none was when it came into force.
    Declared,
    /// In force as it is.
    Same(History),
    /// May come into force now.
    Next(History),
    /// Cannot be told yet: the envelope that decides changes in the same run.
    Later(Diagnostic),
    /// People have to agree first, or something is wrong that signing does not help.
    Refused(Diagnostic),
}

impl Consent {
    /// What creating or changing a declaration comes to. `attributes` are those that may name approvers by their records.
    pub(crate) fn advance(&self, record: &str, prior: Option<&Object>, attributes: &[&Object]) -> Step {
        let pinned = match self {
            Self::Pinned(pinned) => pinned,
            Self::Declared => return without_root(record, prior),
        };
        let declaration = match Declaration::from_record(record) {
            Ok(declaration) => declaration,
            Err(faults) => {
                return Step::Refused(broken(
                    &faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
                ));
            }
        };
        let (approvers, envelopes) = (approvers(attributes), pinned.envelopes(attributes));
        let history = pinned.history(prior);
        match history::advance(history.as_ref(), &declaration, &pinned.evidence(&approvers, &envelopes)) {
            Ok(next) if history.as_ref().is_some_and(|now| now.links().len() == next.links().len()) => {
                Step::Same(next)
            }
            Ok(next) => Step::Next(next),
            Err(_) if attributes.iter().any(|object| object.get(ENVELOPE_HISTORY).is_unknown()) => {
                Step::Later(untold(&declaration))
            }
            Err(refused) => Step::Refused(pinned.refused(&declaration, &refused, history.is_some())),
        }
    }

    /// Whether a declaration may go; the diagnostic says why not.
    pub(crate) fn end(&self, state: &Object) -> Option<Diagnostic> {
        let pinned = match self {
            Self::Pinned(pinned) => pinned,
            Self::Declared => return written(state).map(|_| rootless()),
        };
        let history = pinned.history(Some(state))?;
        let (approvers, envelopes) = (approvers(&[state]), pinned.envelopes(&[state]));
        let refused = history::end(&history, &pinned.evidence(&approvers, &envelopes)).err()?;
        Some(pinned.refused(history.in_force()?, &refused, true))
    }
}

impl Pinned {
    /// The history in the state, if it proves itself under the pinned trust root. One that does not is none: whoever can
    /// write the state can write anything there.
    fn history(&self, state: Option<&Object>) -> Option<History> {
        let history = History::parse(written(state?)?).ok()?;
        history.verify(&self.trust).ok().map(|()| history)
    }

    /// How the envelopes came into force that an override names, before and after.
    fn envelopes(&self, attributes: &[&Object]) -> Envelopes {
        let texts = attributes.iter().filter_map(|object| object.get(ENVELOPE_HISTORY).as_str());
        Envelopes::verified(texts.filter_map(|text| History::parse(text).ok()), &self.trust)
    }

    fn evidence<'a>(&'a self, approvers: &'a [Approver], envelopes: &'a Envelopes) -> Evidence<'a> {
        Evidence { trust: &self.trust, signed: &self.signed, approvers, envelopes, now: self.now }
    }

    fn refused(&self, declaration: &Declaration, refused: &Refused, in_force: bool) -> Diagnostic {
        let what = format!("The {} `{}`", declaration.kind().as_str().replace('_', " "), declaration.name());
        let detail = match refused {
            Refused::Broken(why) if in_force => format!("{what} cannot change: {why}."),
            Refused::Broken(why) => format!("{what} cannot come into force: {why}."),
            Refused::Unapproved(all) => {
                let each = all.iter().map(|unapproved| self.unapproved(&what, unapproved, in_force));
                each.collect::<Vec<_>>().join("\n\n")
            }
        };
        Diagnostic::error("Not approved").detail(detail)
    }

    fn unapproved(&self, what: &str, unapproved: &Unapproved, in_force: bool) -> String {
        let mut lines = vec![if in_force {
            format!("{what} would become looser than it is in force: {}.", unapproved.why())
        } else {
            format!("{what} is not in force yet: {}.", unapproved.why())
        }];
        lines.extend(unapproved.looser.iter().take(10).map(|fault| format!("- {fault}")));
        let about_this = |void: &&Void| void.refusal.reason != Reason::OtherChange;
        lines.extend(unapproved.outcome.void.iter().filter(about_this).map(|void| {
            let name = self.names.get(void.index).map_or("an approval", String::as_str);
            format!("- `{name}` does not count: {}", void.refusal)
        }));
        lines.extend(self.unreadable.iter().take(10).map(|unreadable| format!("- {unreadable}")));
        lines.push(format!(
            "\nThis is transition {}. Ask with `plancheck request`, sign with `plancheck approve`, put the files \
             where `approvals_dir` points, and apply.",
            unapproved.transition.short()
        ));
        lines.join("\n")
    }
}

/// Without a pinned trust root what was approved under one stays as it is.
fn without_root(record: &str, prior: Option<&Object>) -> Step {
    let Some(history) = prior.and_then(written) else { return Step::Declared };
    let unchanged = |history: &History| history.in_force().is_some_and(|now| now.record() == record);
    match History::parse(history).ok().filter(unchanged) {
        Some(history) => Step::Same(history),
        None => Step::Refused(rootless()),
    }
}

fn rootless() -> Diagnostic {
    Diagnostic::error("The trust root is missing").detail(format!(
        "The declaration came into force under a trust root, and this run pins none, so nobody can approve a \
         change of it.\n\nSet `trust_root` in the provider block and `{PIN}` in the environment of the runner, \
         as they were."
    ))
}

fn untold(declaration: &Declaration) -> Diagnostic {
    Diagnostic::warning("Approval is decided at apply").detail(format!(
        "The envelope that the default override `{}` names changes in the same run, so only then it can be \
         told whether its quorum agreed. If it did not, apply refuses.\n\n`plancheck request` asks for both \
         at once; or apply the envelope first.",
        declaration.name()
    ))
}

fn broken(why: &str) -> Diagnostic {
    Diagnostic::error("Not a record").detail(format!("The declaration cannot be read back: {why}."))
}

/// The history that a state carries.
fn written(state: &Object) -> Option<&str> {
    state.get("history").as_str()
}

/// The approvers that an envelope names by their records, before and after.
fn approvers(attributes: &[&Object]) -> Vec<Approver> {
    let named = |object: &&Object| -> Vec<Approver> {
        let consent = object.get("consent").as_object();
        let records = consent.and_then(|consent| consent.get("approvers").elements());
        records
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .filter_map(|text| Approver::from_record(text).ok())
            .collect()
    };
    let mut all: Vec<Approver> = attributes.iter().flat_map(named).collect();
    all.sort_by_key(Approver::record);
    all.dedup();
    all
}

fn with_prefix(pin: &str) -> String {
    let pin = pin.trim().to_ascii_lowercase();
    if pin.starts_with("sha256:") { pin } else { format!("sha256:{pin}") }
}

#[allow(clippy::disallowed_methods, reason = "the pin comes from the runner's environment, and is read once")]
fn pinned_digest() -> Option<String> {
    // A value that is not text cannot be the digest of anything, and is still a pin.
    std::env::var_os(PIN).filter(|pin| !pin.is_empty()).map(|pin| pin.to_string_lossy().into_owned())
}

fn now() -> Timestamp {
    Timestamp::now()
}

fn unreadable(what: &str, path: &str, setting: &str, why: &str) -> Diagnostic {
    Diagnostic::error(format!("The {what} cannot be read"))
        .detail(format!("`{path}`: {why}. Nothing is planned without it."))
        .at(Path::attribute(setting))
}

fn read_root(path: &str) -> Result<TrustRoot, Diagnostics> {
    let bytes = bounded(FilePath::new(path), LARGEST_ROOT)
        .map_err(|error| unreadable("trust root", path, "trust_root", &error.to_string()))?;
    TrustRoot::parse(&bytes).map_err(|faults| {
        let why = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        unreadable("trust root", path, "trust_root", &why).into()
    })
}

/// The approvals of a folder, by name. What is no `.json` file is not looked at.
fn files(folder: &str) -> Result<Vec<(String, Vec<u8>)>, Diagnostics> {
    let wrong =
        |why: String| Diagnostics::from(unreadable("folder of approvals", folder, "approvals_dir", &why));
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        // Before the first approval there need not be a folder, and version control keeps no empty ones.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(wrong(error.to_string())),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| wrong(error.to_string()))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    if paths.len() > MOST_FILES {
        return Err(wrong(format!("it holds more than {MOST_FILES} approvals")));
    }
    paths.sort();
    let read = |path: std::path::PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let most = u64::try_from(LARGEST).unwrap_or(u64::MAX).saturating_add(1);
        bounded(&path, most).map(|bytes| (name, bytes)).map_err(|error| wrong(error.to_string()))
    };
    paths.into_iter().map(read).collect()
}

/// At most so many bytes; whoever parses them refuses what was cut.
fn bounded(path: &FilePath, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
