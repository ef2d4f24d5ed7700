//! `plancheck approve`: shows what a request asks for, derived again on this machine, and has the answer signed.

use std::path::PathBuf;

use plancheck::consent::{self, Case};
use plancheck::text::escape;
use plancheck::verdict::CheckError;
use plancheck::{Beside, Governance};
use remit_governance::TrustRoot;
use remit_governance::approval::{Approval, Decision, Policy, Request, Statement};
use remit_governance::person::Email;
use remit_governance::scope::Account;

use super::Surroundings;
use super::hand::{self, Hand};
use super::input;
use super::log::ReadArgs;
use super::output::{self, Stream};
use super::sign::{self, Save};
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
    #[command(flatten)]
    log: ReadArgs,
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
    output::write(Stream::Out, &args.log.words()?)?;
    let verb = if args.reject { "reject" } else { "approve" };
    let code = derived.code();
    sign::confirm(verb, &code, args.code.as_deref())?;
    let signed = sign::sign(&args.key, Statement::Approval(approval))?;
    let save = Save { folder: &args.approvals, key: &args.key, who: &args.approver, code: &code, verb };
    let path = save.write(&signed, &policies)?;
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
    let bytes = input::lock(governance)?;
    let name = governance.to_string_lossy();
    let minutes = args.log.minutes(Governance::Lock { name: &name, bytes: &bytes }, surroundings)?;
    let beside = minutes.beside(Beside { first: true, ..Beside::default() });
    let hand = Hand::checked(hand::whole(plan)?, (governance, &bytes), given, request.state.clone(), beside)?;
    let mut desk = hand.desk(trust, &[], request.authors.clone());
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
