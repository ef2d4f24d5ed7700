//! `plancheck trust`: the trust root as a file. Its digest is what a runner pins.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use plancheck::consent;
use plancheck::text::escape;
use plancheck::verdict::{CheckError, Verdict};
use remit_governance::approval::{Moved, Policy, Request, allowed_signers};
use remit_governance::consent::Assurance;
use remit_governance::invalid::Invalid;
use remit_governance::person::{Email, Grounds};
use remit_governance::record::Kind;
use remit_governance::time::{Duration, Timestamp, parse_date, today};
use remit_governance::trust_root::{NAME, Root};
use remit_governance::{Approver, Json, Lock, TrustRoot};

use super::Surroundings;
use super::hand;
use super::output::{self, Stream};

/// Make, change and show the trust root: the people who approve first envelopes, approvers, and another trust root.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Write a trust root
    Init(Init),
    /// Write the trust root that follows, once the people of both agreed; until then write the request for it
    Rotate(Rotate),
    /// Say who the root approvers are, and the digest to pin
    Show {
        /// Trust root
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Write an `allowed_signers` file of the root approvers, and of those of a lock, for `ssh-keygen -Y verify`
    Signers {
        /// Trust root
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Governance lock
        #[arg(long, value_name = "LOCK")]
        governance: Option<PathBuf>,
    },
}

#[derive(clap::Args)]
struct Init {
    /// A root approver as JSON with the attributes of `remit_approver`; once for each
    #[arg(long = "approver", value_name = "FILE", required = true)]
    approvers: Vec<PathBuf>,
    /// How many of them have to agree
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=100))]
    threshold: u32,
    /// Weakest signature that counts: `key`, `touch`, `touch_pin` or `touch_pin_attested`
    #[arg(long, value_name = "ASSURANCE", default_value = "touch_pin", value_parser = assurance)]
    minimum_assurance: Assurance,
    /// With `key`: who answers for that
    #[arg(long, value_name = "EMAIL")]
    owner: Option<String>,
    /// With `key`: why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// With `key`: the last day on which it is enough
    #[arg(long, value_name = "DATE")]
    expires: Option<String>,
    /// A public key file whose key never counts any more, wherever an envelope still names it; can be given several times
    #[arg(long, value_name = "FILE")]
    revoke: Vec<PathBuf>,
    /// Where to write the trust root
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(clap::Args)]
struct Rotate {
    /// Trust root in force
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// What shall follow, as `plancheck trust init` wrote it
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Folder of approvals
    #[arg(long, value_name = "DIR")]
    approvals: PathBuf,
    /// Where to write the request while approvals are missing
    #[arg(long, value_name = "FILE")]
    request: PathBuf,
    /// Where to write the trust root that follows
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

fn assurance(word: &str) -> Result<Assurance, String> {
    Assurance::from_word(word).ok_or_else(|| "use key, touch, touch_pin or touch_pin_attested".to_owned())
}

/// Does what was asked.
pub(super) fn run(args: &Args, surroundings: &Surroundings) -> Result<u8, CheckError> {
    match &args.command {
        Verb::Init(init) => {
            let trust = first(init)?;
            hand::write(&init.out, "trust root", &trust.to_json())?;
            output::write(Stream::Out, &shown(&trust))?;
            Ok(0)
        }
        Verb::Rotate(rotate) => rotated(rotate, surroundings),
        Verb::Show { file } => {
            output::write(Stream::Out, &shown(&read(file)?))?;
            Ok(0)
        }
        Verb::Signers { file, governance } => {
            let trust = read(file)?;
            let mut approvers: Vec<Approver> = trust.root().approvers.clone();
            if let Some(path) = governance {
                let lock = Lock::parse(&super::input::lock(path)?)
                    .map_err(|error| CheckError::new(error.to_string()).with_help(error.help()))?;
                approvers.extend(lock.approvers().cloned());
            }
            output::write(Stream::Out, &allowed_signers(&approvers))?;
            Ok(0)
        }
    }
}

fn faults(what: &str, faults: &[Invalid]) -> CheckError {
    let error = CheckError::new(what.to_owned());
    faults.iter().fold(error, |error, fault| error.with_why(escape(&fault.to_string())))
}

fn read(path: &Path) -> Result<TrustRoot, CheckError> {
    TrustRoot::parse(&hand::small(path, "trust root")?)
        .map_err(|found| faults(&format!("`{}` is not a trust root", hand::name(path)), &found))
}

fn first(init: &Init) -> Result<TrustRoot, CheckError> {
    let mut approvers = Vec::new();
    for path in &init.approvers {
        let bytes = hand::small(path, "approver")?;
        let json = Json::parse_bytes(&bytes)
            .map_err(|error| CheckError::new(format!("`{}` is not JSON: {error}", hand::name(path))))?;
        let approver = Approver::declare(&json)
            .map_err(|found| faults(&format!("`{}` is not an approver", hand::name(path)), &found))?;
        approvers.push(approver);
    }
    let mut revoked = std::collections::BTreeSet::new();
    for path in &init.revoke {
        let text = String::from_utf8_lossy(&hand::small(path, "key")?).into_owned();
        let key = remit_governance::ssh_key::SshKey::parse(text.trim())
            .map_err(|why| CheckError::new(format!("`{}` is no key: {why}", hand::name(path))))?;
        revoked.insert(key);
    }
    let root = Root {
        approvers,
        threshold: init.threshold,
        minimum_assurance: init.minimum_assurance,
        minimum_assurance_exception: grounds(init)?,
        revoked_keys: revoked,
        expires_after: Duration::hours(72),
        execute_within: Duration::hours(4),
        serial: 0,
    };
    // Reading it back checks everything that is checked of any trust root.
    let root =
        Root::from_record(&root.record()).map_err(|found| faults("this cannot be a trust root", &found))?;
    Ok(TrustRoot::first(root))
}

fn grounds(init: &Init) -> Result<Option<Grounds>, CheckError> {
    let given = (&init.owner, &init.reason, &init.expires);
    match (init.minimum_assurance, given) {
        (Assurance::Key, (Some(owner), Some(reason), Some(expires))) => Ok(Some(Grounds::new(
            Email::parse(owner).map_err(CheckError::new)?,
            reason.clone(),
            parse_date(expires).map_err(CheckError::new)?,
        ))),
        (Assurance::Key, _) => Err(CheckError::new("`key` lets software approve alone, so it needs grounds")
            .with_help("give `--owner`, `--reason` and `--expires`, or use FIDO2 keys")),
        (_, (None, None, None)) => Ok(None),
        _ => Err(CheckError::new("only `--minimum-assurance key` needs grounds").with_help("leave them out")),
    }
}

/// The root that shall follow, with the serial that follows.
pub(super) fn next_root(path: &Path, trust: &TrustRoot) -> Result<Root, CheckError> {
    let next = read(path)?;
    Ok(Root { serial: trust.root().serial.saturating_add(1), ..next.root().clone() })
}

/// The request for a rotation, and the rules of both roots.
pub(super) fn rotation(
    trust: &TrustRoot,
    next: &Root,
    id: &str,
    made: Timestamp,
) -> Result<(Request, Vec<Policy>), CheckError> {
    let policies = vec![trust.root().policy(today(made)), next.policy(today(made))];
    let shortest = policies.iter().map(|policy| policy.expires_after.seconds()).min().unwrap_or(0);
    let expires = i64::try_from(shortest).ok().and_then(|seconds| made.as_second().checked_add(seconds));
    let expires_at = expires.and_then(|at| Timestamp::from_second(at).ok());
    let moved = Moved {
        kind: Kind::TrustRoot,
        name: NAME.to_owned(),
        prior: Some(trust.digest()),
        proposed: Some(next.digest()),
        digest: trust.root().rotation_to(next),
    };
    let people: Vec<String> = next.approvers.iter().map(|approver| approver.email.to_string()).collect();
    let request = Request {
        id: id.to_owned(),
        audience: format!("trust root {}", trust.digest().short()),
        change: None,
        transitions: vec![moved],
        under: policies.iter().map(|policy| policy.under.clone()).collect(),
        requested_at: made,
        expires_at: expires_at
            .ok_or_else(|| CheckError::new("the time for collecting approvals has no end"))?,
        workspace: None,
        account: None,
        state: None,
        authors: std::collections::BTreeSet::new(),
        growth: None,
        break_glass: false,
        summary: vec![
            format!("- the trust root would be {} of: {}", next.threshold, people.join(", ")),
            format!("- its digest would be {}", next.digest()),
        ],
    };
    Ok((request, policies))
}

fn rotated(rotate: &Rotate, surroundings: &Surroundings) -> Result<u8, CheckError> {
    let trust = hand::trust_root(&rotate.from, surroundings)?;
    let next = next_root(&rotate.to, &trust)?;
    let approvals = hand::approvals(&rotate.approvals)?;
    if let Ok(file) = trust.rotated(next.clone(), approvals.signed) {
        hand::write(&rotate.out, "trust root", &file.to_json())?;
        output::write(Stream::Out, &shown(&file))?;
        return Ok(0);
    }
    // A request that people may be signing right now is not replaced.
    let waiting = std::fs::File::open(&rotate.request).is_ok();
    let (request, policies) = rotation(&trust, &next, &hand::random_id()?, surroundings.now)?;
    if waiting {
        let text =
            format!("approvals are missing; the request `{}` is as it was\n", hand::name(&rotate.request));
        output::write(Stream::Out, &text)?;
    } else {
        hand::write(&rotate.request, "request", &request.to_json())?;
        let borrowed: Vec<&Policy> = policies.iter().collect();
        output::write(Stream::Out, &consent::request_text(&request, &borrowed))?;
    }
    Ok(Verdict::ConsentRequired.exit_code())
}

fn shown(trust: &TrustRoot) -> String {
    let root = trust.root();
    let mut lines = vec![format!("{} of:", root.threshold)];
    lines.extend(root.approvers.iter().map(|approver| {
        format!(
            "  {} <{}>, {}, {}",
            escape(&approver.name),
            approver.email,
            approver.function,
            approver.assurance
        )
    }));
    lines.push(format!("minimum assurance: {}", root.minimum_assurance));
    if let Some(grounds) = &root.minimum_assurance_exception {
        lines.push(format!("  until {}, {}: {}", grounds.expires, grounds.owner, escape(&grounds.reason)));
    }
    lines.extend(root.revoked_keys.iter().map(|key| format!("revoked: {key}")));
    lines.push(format!("serial: {}", root.serial));
    lines.push(format!("pin with: REMIT_TRUST_ROOT_SHA256={}", trust.digest()));
    lines.push(String::new());
    lines.join("\n")
}
