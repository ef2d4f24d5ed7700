//! `plancheck approve`: shows what a request asks for, derived again on this machine, and signs the answer with
//! `ssh-keygen`. The private key is never read here.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use plancheck::consent::{self, Case};
use plancheck::text::escape;
use plancheck::verdict::CheckError;
use remit_governance::TrustRoot;
use remit_governance::approval::{Approval, Decision, NAMESPACE, Policy, Request, Signed, Statement};
use remit_governance::person::Email;
use remit_governance::scope::Account;

use super::Surroundings;
use super::hand::{self, Hand};
use super::output::{self, Stream};
use super::trust;

/// Show exactly what a request asks for, and sign it or reject it. Everything is derived again from the plan on this machine;
/// a request that says something else is refused.
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// Request, as `plancheck request` or `plancheck trust rotate` wrote it
    #[arg(long, value_name = "FILE")]
    request: PathBuf,
    /// Plan as JSON; not for a rotation of the trust root
    #[arg(long, value_name = "FILE", requires = "governance")]
    plan: Option<PathBuf>,
    /// Governance lock
    #[arg(long, value_name = "LOCK")]
    governance: Option<PathBuf>,
    /// Trust root in force
    #[arg(long, value_name = "FILE")]
    trust_root: PathBuf,
    /// The next trust root, for a rotation
    #[arg(long, value_name = "FILE", conflicts_with = "plan")]
    next: Option<PathBuf>,
    /// Your address as an approver
    #[arg(long, value_name = "EMAIL")]
    approver: String,
    /// Approve in place of somebody who delegated it to you
    #[arg(long, value_name = "EMAIL")]
    on_behalf_of: Option<String>,
    /// Your key for `ssh-keygen -Y sign`: a private key file, or a public one whose private half is in the agent or on a FIDO2
    /// key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Folder to put the answer in
    #[arg(long, value_name = "DIR")]
    approvals: PathBuf,
    /// Say no, for good
    #[arg(long)]
    reject: bool,
    /// Why, in your words
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// The code that you were told by another way; without it you are asked to type it
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
}

const HELP: &str = "\
Example:
  plancheck approve --request request.json --plan plan.json --governance governance.lock.json --trust-root trust.json \\
    --approver dana.reyes@example.com --key ~/.ssh/id_ed25519_sk --approvals approvals

Exit codes:
  0  signed, and the file was written
  1  could not derive, or was not signed";

/// Signs.
pub(super) fn run(args: &Args, surroundings: &Surroundings) -> Result<u8, CheckError> {
    let request = Request::parse(&hand::small(&args.request, "request")?).map_err(|faults| {
        let error = CheckError::new(format!("`{}` is not a request", hand::name(&args.request)));
        faults.iter().fold(error, |error, fault| error.with_why(escape(&fault.to_string())))
    })?;
    let trust = hand::trust_root(&args.trust_root, surroundings)?;
    let (derived, policies) = derive(args, surroundings, &request, &trust)?;
    if !derived.asks_the_same(&request) || derived.expires_at != request.expires_at {
        return Err(CheckError::new("the request asks for something else than what this plan needs")
            .with_why(format!("the request has code {}, and here it comes to {}", request.code(), derived.code()))
            .with_help("compare plan, lock, trust root and catalog version with those of whoever asks; sign nothing until they agree"));
    }
    let approval = answer(args, surroundings, &derived, &policies)?;
    let borrowed: Vec<&Policy> = policies.iter().collect();
    output::write(Stream::Out, &consent::request_text(&derived, &borrowed))?;
    confirm(args, &derived)?;
    let signed = sign(&args.key, approval)?;
    let path = save(args, &derived, &signed, &policies)?;
    output::write(Stream::Out, &format!("written: {}\n", hand::name(&path)))?;
    Ok(0)
}

/// What the request should say, from what is at hand here.
fn derive(
    args: &Args,
    surroundings: &Surroundings,
    request: &Request,
    trust: &TrustRoot,
) -> Result<(Request, Vec<Policy>), CheckError> {
    if let Some(next) = &args.next {
        return trust::rotation(trust, &trust::next_root(next, trust)?, &request.id, request.requested_at);
    }
    let (Some(plan), Some(governance)) = (&args.plan, &args.governance) else {
        return Err(CheckError::new("there is nothing to derive the request from")
            .with_help("give `--plan` and `--governance`, or `--next` for a rotation"));
    };
    if let Some(account) = &request.account {
        Account::parse(account)
            .map_err(|why| CheckError::new(format!("the request names no account: {why}")))?;
    }
    let given = plancheck::report::Given {
        workspace: request.workspace.clone(),
        account: request.account.clone(),
        now: surroundings.now,
    };
    let hand = Hand::checked(hand::whole(plan)?, governance, given, request.state.clone())?;
    let authors: Vec<String> = request.authors.iter().cloned().collect();
    let mut desk = hand.desk(trust, &[], &authors);
    desk.break_glass = request.break_glass;
    let case = Case::of(&hand.report, &hand.plan, &desk)?;
    let derived = case.request(&request.id, request.requested_at, &desk, &hand.report);
    Ok((derived, case.policies().into_iter().cloned().collect()))
}

/// The statement, for a person whom the rules ask.
fn answer(
    args: &Args,
    surroundings: &Surroundings,
    request: &Request,
    policies: &[Policy],
) -> Result<Approval, CheckError> {
    let email = |text: &str| Email::parse(text).map_err(CheckError::new);
    let approver = email(&args.approver)?;
    let instead = args.on_behalf_of.as_deref().map(email).transpose()?;
    let asked = instead.as_ref().unwrap_or(&approver);
    let voters = || policies.iter().flat_map(|policy| &policy.voters);
    let Some(voter) = voters().find(|voter| voter.approver.email == *asked) else {
        let mut known: Vec<&str> = voters().map(|voter| voter.approver.email.as_str()).collect();
        known.sort_unstable();
        known.dedup();
        return Err(CheckError::new(format!("`{}` is not asked here", escape(asked.as_str())))
            .with_help(format!("these can sign: {}", known.join(", "))));
    };
    let decision = if args.reject { Decision::Reject } else { Decision::Approve };
    let mut approval = request.answer(decision, approver, voter.approver.function, surroundings.now);
    approval.on_behalf_of = instead;
    approval.reason.clone_from(&args.reason);
    Ok(approval)
}

/// Whoever signs says the code, so that nobody signs what scrolled by.
fn confirm(args: &Args, request: &Request) -> Result<(), CheckError> {
    let verb = if args.reject { "reject" } else { "approve" };
    let said = match &args.code {
        Some(code) => code.clone(),
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
    if said.trim() == request.code() {
        return Ok(());
    }
    Err(CheckError::new("this is not the code of the request, so nothing was signed")
        .with_help("get the code from whoever asks by another way than the request"))
}

fn sign(key: &Path, approval: Approval) -> Result<Signed, CheckError> {
    let failed = |why: String| CheckError::new(format!("nothing was signed: {why}"));
    let folder = tempfile::tempdir().map_err(|error| failed(error.to_string()))?;
    let path = folder.path().join("statement");
    let statement = Statement::Approval(approval);
    std::fs::write(&path, statement.text()).map_err(|error| failed(error.to_string()))?;
    let ended = Command::new("ssh-keygen")
        .args(["-q", "-Y", "sign", "-n", NAMESPACE, "-f"])
        .arg(key)
        .arg(&path)
        .stdout(std::process::Stdio::null())
        .status()
        .map_err(|error| failed(format!("`ssh-keygen` cannot be run: {error}")))?;
    if !ended.success() {
        return Err(failed("`ssh-keygen` says why above".to_owned()));
    }
    let armored = hand::small(&path.with_extension("sig"), "signature")?;
    let armored = String::from_utf8(armored).map_err(|_| failed("the signature is not text".to_owned()))?;
    Signed::new(statement, &armored).map_err(|refusal| failed(refusal.to_string()))
}

/// Checks that the signature is by a key of the person, and writes it.
fn save(args: &Args, request: &Request, signed: &Signed, policies: &[Policy]) -> Result<PathBuf, CheckError> {
    let proof =
        signed.verify().map_err(|refusal| CheckError::new(format!("nothing was written: {refusal}")))?;
    let people = policies.iter().flat_map(|policy| policy.voters.iter().chain(&policy.others));
    let mut own = people.filter(|voter| voter.approver.email.as_str() == args.approver.to_lowercase());
    if !own.any(|voter| voter.approver.keys.contains(&proof.key)) {
        return Err(CheckError::new(format!(
            "the key `{}` is not one of `{}`, so nothing was written",
            hand::name(&args.key),
            escape(&args.approver)
        )));
    }
    let minimum = policies.iter().map(|policy| policy.minimum).max();
    if let Some(minimum) = minimum.filter(|minimum| proof.claims() < *minimum) {
        let warning =
            format!("warning: the signature proves `{}`, and `{minimum}` is asked for\n", proof.claims());
        output::write(Stream::Err, &warning)?;
    }
    std::fs::create_dir_all(&args.approvals).map_err(|error| {
        CheckError::new(format!("the folder `{}` cannot be made: {error}", hand::name(&args.approvals)))
    })?;
    let verb = if args.reject { "reject" } else { "approve" };
    let plain = |c: char| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '-' };
    let who: String = args.approver.to_lowercase().chars().map(plain).collect();
    let path = args.approvals.join(format!("{}-{who}-{verb}.json", request.code()));
    hand::write(&path, "approval", &signed.to_json())?;
    Ok(path)
}
