//! `plancheck surface`: what agents may decide, whether somebody looked at it, and what moved since.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use plancheck::render::human;
use plancheck::report::Given;
use plancheck::surface::{Drawn, NAMESPACE, Review, Signed, Surface, difference, draw};
use plancheck::verdict::CheckError;
use remit_governance::Lock;
use remit_governance::approval::Voter;
use remit_governance::person::Email;
use remit_governance::time::{Timestamp, parse_instant};

use super::output::{self, Stream};
use super::{Surroundings, hand, input, sign};

/// Say what agents may decide, whether somebody looked at it, and what moved since.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Draw the surface from plans and states, and print its fingerprint
    Draw(Source),
    /// Sign that you looked at a surface
    Review {
        /// Surface, as `plancheck surface draw` wrote it
        #[arg(long, value_name = "FILE")]
        surface: PathBuf,
        /// Your address as an approver
        #[arg(long, value_name = "EMAIL")]
        approver: String,
        /// Your key for `ssh-keygen -Y sign`
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// The first eight digits of the fingerprint that you looked at, so that nobody signs another
        #[arg(long, value_name = "DIGITS")]
        code: String,
        /// What you have to say
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// Where to write the review
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Say what was added, removed and widened since the reviewed surface
    Diff {
        /// The surface that was reviewed
        #[arg(long, value_name = "FILE")]
        reviewed: PathBuf,
        /// The review of it; without one, nobody looked
        #[arg(long, value_name = "FILE")]
        review: Option<PathBuf>,
        /// Trust root, which `REMIT_TRUST_ROOT_SHA256` must pin: the lock has to follow from it, and vouches for keys
        #[arg(long, value_name = "FILE")]
        trust_root: Option<PathBuf>,
        #[command(flatten)]
        source: Source,
    },
}

#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("from").required(true).multiple(true).args(["plan", "state"])))]
struct Source {
    /// Plan as JSON: what there will be; can be given several times
    #[arg(long, value_name = "FILE")]
    plan: Vec<PathBuf>,
    /// State as JSON, from `terraform show -json`: what there is; can be given several times
    #[arg(long, value_name = "FILE")]
    state: Vec<PathBuf>,
    /// Governance lock
    #[arg(long, value_name = "LOCK")]
    governance: PathBuf,
    /// Where to write the surface
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Judge as of this instant instead of now: 2026-12-01T09:00:00Z
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    now: Option<Timestamp>,
}

const EXAMPLES: &str = "\
Examples:
  terraform show -json > state.json
  plancheck surface draw --state state.json --governance governance.lock.json --out surface.json
  plancheck surface review --surface surface.json --approver dana.reyes@example.com --key ~/.ssh/id_ed25519_sk \\
    --code 5f0d0a44 --out surface.review.json
  plancheck surface diff --reviewed surface.json --review surface.review.json --state state.json --governance governance.lock.json

Exit codes:
  0  nothing was added or widened since somebody looked, and the review counts
  1  could not tell: unreadable file, wrong usage. Treat it as \"no\"
  3  people have to look: something was added, widened or changed, or no review counts";

/// Runs the subcommand.
pub(super) fn run(args: &Args, surroundings: &Surroundings) -> Result<u8, CheckError> {
    match &args.command {
        Command::Draw(source) => {
            let (surface, _) = source.draw(surroundings)?;
            source.write(&surface)?;
            let text = format!("{} {} decisions\n", surface.fingerprint(), surface.decisions.len());
            output::write(Stream::Out, &text)?;
            Ok(0)
        }
        Command::Review { surface, approver, key, code, reason, out } => {
            let read = read(surface)?;
            let fingerprint = read.fingerprint().to_string();
            let digits = fingerprint.trim_start_matches("sha256:");
            if code.len() < 8 || !digits.starts_with(code.as_str()) {
                let message = "this is not the fingerprint of the surface, so nothing was signed";
                return Err(CheckError::new(message)
                    .with_help("look at the surface, and give the digits that `draw` printed for it"));
            }
            let review = Review {
                fingerprint: read.fingerprint(),
                reviewer: Email::parse(approver).map_err(CheckError::new)?,
                reviewed_at: surroundings.now,
                reason: reason.clone(),
            };
            let armored = sign::armored(key, NAMESPACE, &review.text())?;
            let signed = Signed::new(review, &armored)?;
            signed.proof()?;
            hand::write(out, "review", &signed.to_json())?;
            output::write(Stream::Out, &format!("written: {}\n", hand::name(out)))?;
            Ok(0)
        }
        Command::Diff { reviewed, review, trust_root, source } => {
            let (now, lock) = source.draw(surroundings)?;
            source.write(&now)?;
            let voters = voters(&lock, trust_root.as_deref(), surroundings)?;
            let at = source.now.unwrap_or(surroundings.now);
            compare(&read(reviewed)?, review.as_deref(), &now, &Judges { lock: &lock, voters: &voters, at })
        }
    }
}

/// Who can vouch for a review, and as of when.
struct Judges<'a> {
    lock: &'a Lock,
    voters: &'a [Voter],
    at: Timestamp,
}

fn compare(
    reviewed: &Surface,
    review: Option<&Path>,
    now: &Surface,
    judges: &Judges<'_>,
) -> Result<u8, CheckError> {
    let believed = match review {
        None => Err("nobody reviewed it".to_owned()),
        Some(path) => {
            let signed = Signed::parse(&path.to_string_lossy(), &hand::small(path, "review")?)?;
            signed.judge(reviewed.fingerprint(), judges.voters, judges.lock.envelopes(), judges.at)
        }
    };
    let moved = difference(reviewed, now);
    let open = moved.iter().filter(|one| one.moved.needs_review()).count();
    let passes = open == 0 && believed.is_ok();
    let answer = if passes { "reviewed" } else { "people have to look" };
    let mut lines: Vec<String> =
        moved.iter().map(|one| format!("{}: {}", one.moved.id(), one.what)).collect();
    lines.push(match &believed {
        Ok(by) => format!("reviewed: by `{}` at {} (`{}`)", by.reviewer, by.reviewed_at, by.assurance),
        Err(why) => format!("not reviewed: {why}"),
    });
    let count = moved.len();
    lines.push(format!("{answer}: {count} moved, {open} of them to be looked at; now {}", now.fingerprint()));
    let text: String = lines.iter().map(|line| human::plain(line)).collect();
    output::write(Stream::Out, &text)?;
    Ok(if passes { 0 } else { 3 })
}

impl Source {
    fn draw(&self, surroundings: &Surroundings) -> Result<(Surface, Lock), CheckError> {
        let lock = Lock::parse(&input::lock(&self.governance)?)
            .map_err(|error| CheckError::new(error.to_string()).with_help(error.help()))?;
        let read = |paths: &[PathBuf]| -> Result<Vec<Vec<u8>>, CheckError> {
            paths.iter().map(|path| input::whole_plan(path)).collect()
        };
        let (plans, states) = (read(&self.plan)?, read(&self.state)?);
        let drawn: Vec<Drawn<'_>> = plans
            .iter()
            .map(|bytes| Drawn::Plan(bytes))
            .chain(states.iter().map(|bytes| Drawn::State(bytes)))
            .collect();
        let given = Given { workspace: None, account: None, now: self.now.unwrap_or(surroundings.now) };
        let surface = draw(&drawn, &lock, &given)?;
        Ok((surface, lock))
    }

    fn write(&self, surface: &Surface) -> Result<(), CheckError> {
        self.out.as_ref().map_or(Ok(()), |path| hand::write(path, "decision surface", &surface.to_json()))
    }
}

fn read(path: &Path) -> Result<Surface, CheckError> {
    Surface::parse(&path.to_string_lossy(), &hand::small(path, "decision surface")?)
}

/// The approvers of the lock. Without a pinned trust root nobody vouches for their keys.
fn voters(lock: &Lock, root: Option<&Path>, surroundings: &Surroundings) -> Result<Vec<Voter>, CheckError> {
    let Some(root) = root else {
        return Ok(lock.approvers().map(|approver| Voter::new(approver.clone(), false)).collect());
    };
    let trust = hand::pinned_root(root, surroundings)?;
    hand::proven(lock, &trust, 0)?;
    let mut voters = lock.voters(&trust, &[]);
    for voter in &mut voters {
        voter.revoked.extend(trust.root().revoked_keys.iter().cloned());
    }
    Ok(voters)
}
