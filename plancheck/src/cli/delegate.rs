//! `plancheck delegate`: lets somebody else approve in your place, for a time.

use std::collections::BTreeSet;
use std::path::PathBuf;

use plancheck::text::{escape, neutral};
use plancheck::verdict::CheckError;
use remit_governance::approval::{Delegation, Policy, Statement, Voter};
use remit_governance::decimal;
use remit_governance::person::Email;
use remit_governance::time::{Timestamp, parse_instant, today};
use remit_governance::{Digest, Dimension, Lock};

use super::Surroundings;
use super::hand;
use super::output::{self, Stream};
use super::sign::{self, Save};

/// Let somebody else approve in your place, for at most 30 days: shows the statement, and signs it with your key. It goes no
/// further: whoever stands in cannot pass it on.
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// Governance lock, which has you as an approver and the other as a known one
    #[arg(long, value_name = "LOCK")]
    governance: PathBuf,
    /// Trust root in force
    #[arg(long, value_name = "FILE")]
    trust_root: PathBuf,
    /// Your address as an approver
    #[arg(long, value_name = "EMAIL")]
    approver: String,
    /// Who may approve instead: the address of a `remit_approver` whose record is in the lock
    #[arg(long, value_name = "EMAIL")]
    to: String,
    /// Name of an envelope that it is for; can be given several times
    #[arg(long = "envelope", value_name = "NAME", required = true)]
    envelopes: Vec<String>,
    /// From then on; left out, from now
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    from: Option<Timestamp>,
    /// Until then, at most 30 days later: 2026-12-20T18:00:00Z
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    until: Timestamp,
    /// Pass on how much cost you may approve; left out, the other approves nothing with money in your place
    #[arg(long)]
    with_mandate: bool,
    /// Why, in your words
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Your key for `ssh-keygen -Y sign`: a private key file, or a public one whose private half is in the agent or on a FIDO2
    /// key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Folder of approvals to put it in
    #[arg(long, value_name = "DIR")]
    approvals: PathBuf,
    /// Sign without asking for the code
    #[arg(long)]
    yes: bool,
}

const HELP: &str = "\
Example:
  plancheck delegate --governance governance.lock.json --trust-root trust.json --approver dana.reyes@example.com \\
    --to ada.stone@example.com --envelope support-agents --until 2026-12-20T18:00:00Z --reason vacation \\
    --key ~/.ssh/id_ed25519_sk --approvals approvals
  Ada then approves with `plancheck approve --approver ada.stone@example.com --on-behalf-of dana.reyes@example.com`.

Exit codes:
  0  signed, and the file was written
  1  could not be delegated, or was not signed";

/// Signs.
pub(super) fn run(args: &Args, surroundings: &Surroundings) -> Result<u8, CheckError> {
    let trust = hand::trust_root(&args.trust_root, surroundings)?;
    let lock = Lock::parse(&super::input::lock(&args.governance)?)
        .map_err(|error| CheckError::new(error.to_string()).with_help(error.help()))?;
    let voters = lock.voters(&trust, &[]);
    let mut policies = Vec::new();
    for name in &args.envelopes {
        let envelope = lock.envelopes().iter().find(|envelope| envelope.name == *name);
        let envelope = envelope
            .ok_or_else(|| CheckError::new(format!("the lock has no envelope `{}`", escape(name))))?;
        let revoked = &trust.root().revoked_keys;
        let policy = Policy::of_envelope(
            envelope,
            &[Dimension::Governance],
            &voters,
            revoked,
            today(surroundings.now),
        );
        policies.push(policy.map_err(|faults| {
            let error = CheckError::new(format!("nobody can approve under the envelope `{}`", escape(name)));
            faults.iter().fold(error, |error, fault| error.with_why(escape(&fault.to_string())))
        })?);
    }
    let delegation = delegation(args, surroundings, &voters, &policies)?;
    let faults = delegation.faults();
    if !faults.is_empty() {
        let error = CheckError::new("this cannot be delegated");
        return Err(faults.iter().fold(error, |error, fault| error.with_why(escape(&fault.to_string()))));
    }
    let code = Digest::of(delegation.text().as_bytes()).short();
    output::write(Stream::Out, &shown(&delegation, &code))?;
    sign::confirm("delegate", &code, args.yes.then_some(&*code))?;
    let signed = sign::sign(&args.key, Statement::Delegation(delegation))?;
    let save =
        Save { folder: &args.approvals, key: &args.key, who: &args.approver, code: &code, verb: "delegate" };
    let path = save.write(&signed, &policies)?;
    output::write(Stream::Out, &format!("written: {}\n", hand::name(&path)))?;
    Ok(0)
}

/// The statement, by somebody who may approve under each of the envelopes, for somebody whose keys are known.
fn delegation(
    args: &Args,
    surroundings: &Surroundings,
    voters: &[Voter],
    policies: &[Policy],
) -> Result<Delegation, CheckError> {
    let email = |text: &str| Email::parse(text).map_err(CheckError::new);
    let (delegator, delegate) = (email(&args.approver)?, email(&args.to)?);
    let named =
        |voters: &[Voter], email: &Email| voters.iter().find(|voter| voter.approver.email == *email).cloned();
    let mut own = None;
    for policy in policies {
        let voter = named(&policy.voters, &delegator).ok_or_else(|| {
            let name = escape(&policy.under.name);
            CheckError::new(format!("`{delegator}` is not an approver of `{name}`"))
                .with_help("only whoever may approve can let somebody else do it")
        })?;
        own = Some(voter);
    }
    let Some(own) = own else { return Err(CheckError::new("no envelope is named")) };
    if named(voters, &delegate).is_none() {
        return Err(CheckError::new(format!("the lock does not know `{delegate}`"))
            .with_help("declare a `remit_approver` with their keys, and take its record into the lock"));
    }
    Ok(Delegation {
        delegator,
        function: own.approver.function,
        delegate,
        envelopes: args.envelopes.iter().cloned().collect::<BTreeSet<String>>(),
        may_approve_cost: own.approver.may_approve_cost.filter(|_| args.with_mandate),
        from: args.from.unwrap_or(surroundings.now),
        until: args.until,
        reason: args.reason.clone(),
    })
}

fn shown(delegation: &Delegation, code: &str) -> String {
    let envelopes: Vec<&str> = delegation.envelopes.iter().map(String::as_str).collect();
    let money = match &delegation.may_approve_cost {
        Some(most) => format!("up to {} {} {}", decimal::text(most.growth_up_to), most.currency, most.period),
        None => "nothing with money".to_owned(),
    };
    let lines = [
        format!("Delegation {code}"),
        format!(
            "{} lets {} approve as {} in their place",
            delegation.delegator, delegation.delegate, delegation.function
        ),
        format!("Envelopes: {}", escape(&envelopes.join(", "))),
        format!("From {} until {}", delegation.from, delegation.until),
        format!("Growth of cost: {money}"),
        format!("Why: {}", escape(&delegation.reason)),
        format!("Code to compare: {code}"),
    ];
    lines.map(|line| neutral(&line) + "\n").concat()
}
