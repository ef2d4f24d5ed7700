//! `plancheck lock`: a governance lock from the state of the governance, or the proof that one is good.

use std::path::PathBuf;

use plancheck::consent;
use plancheck::text::escape;
use plancheck::verdict::CheckError;
use remit_governance::history::History;
use remit_governance::invalid::Invalid;
use remit_governance::{Json, Lock};

use super::Surroundings;
use super::hand;
use super::output::{self, Stream};

/// Make a governance lock from a state, or verify one.
#[derive(clap::Args)]
#[command(after_help = HELP, group(clap::ArgGroup::new("asked").required(true).args(["state", "verify"])))]
pub(super) struct Args {
    /// State of the governance, as `terraform state pull` writes it; an empty file stands for no state yet
    #[arg(long, value_name = "FILE", requires = "out")]
    state: Option<PathBuf>,
    /// Lock to verify by the trust root
    #[arg(long, value_name = "LOCK", requires = "trust_root")]
    verify: Option<PathBuf>,
    /// Trust root; compared with the pin where one is set
    #[arg(long, value_name = "FILE")]
    trust_root: Option<PathBuf>,
    /// Number of the lock; raise it with every change
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    serial: u64,
    /// Where to write the lock
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

const HELP: &str = "\
Examples:
  terraform state pull > state.json && plancheck lock --state state.json --serial 7 --out governance.lock.json
  plancheck lock --verify governance.lock.json --trust-root trust.json";

/// Makes or verifies.
pub(super) fn run(args: &Args, surroundings: &Surroundings) -> Result<u8, CheckError> {
    if let (Some(path), Some(root)) = (&args.verify, &args.trust_root) {
        let trust = hand::trust_root(root, surroundings)?;
        let bytes = super::input::lock(path)?;
        let lock = Lock::parse(&bytes)
            .map_err(|error| CheckError::new(error.to_string()).with_help(error.help()))?;
        consent::prove(&lock, &trust)?;
        output::write(
            Stream::Out,
            &format!("{} follows from trust root {}\n", lock.digest(), trust.digest()),
        )?;
        return Ok(0);
    }
    let (Some(state), Some(out)) = (&args.state, &args.out) else {
        return Err(
            CheckError::new("there is nothing to make a lock from").with_help("give `--state` and `--out`")
        );
    };
    let (records, histories) = declarations(&hand::small(state, "state")?)?;
    let wrong = |found: Vec<Invalid>| {
        let error = CheckError::new("the governance in the state does not fit together");
        found.iter().fold(error, |error, fault| error.with_why(escape(&fault.to_string())))
    };
    let texts: Vec<&str> = records.iter().map(String::as_str).collect();
    let lock = Lock::build(&texts, args.serial).map_err(wrong)?.with_histories(&histories).map_err(wrong)?;
    hand::write(out, "governance lock", &lock.to_json())?;
    output::write(Stream::Out, &format!("{}\n", lock.digest()))?;
    Ok(0)
}

/// Records and histories of the `remit_*` objects in a state.
fn declarations(state: &[u8]) -> Result<(Vec<String>, Vec<History>), CheckError> {
    let help = "write it with `terraform state pull > state.json`";
    if state.iter().all(u8::is_ascii_whitespace) {
        return Ok((Vec::new(), Vec::new()));
    }
    let json = Json::parse_bytes(state)
        .map_err(|error| CheckError::new(format!("the state is not JSON: {error}")).with_help(help))?;
    let member = |json: &Json, name: &str| json.as_object().and_then(|members| members.get(name)).cloned();
    let Some(Json::Array(resources)) = member(&json, "resources") else {
        return Err(CheckError::new("this is not a state: it has no `resources`").with_help(help));
    };
    let (mut records, mut histories) = (Vec::new(), Vec::new());
    for resource in &resources {
        let kind =
            member(resource, "type").and_then(|json| json.as_str().map(str::to_owned)).unwrap_or_default();
        let managed = member(resource, "mode") == Some(Json::from("managed"));
        if !managed
            || !matches!(kind.as_str(), "remit_envelope" | "remit_approver" | "remit_default_override")
        {
            continue;
        }
        let Some(Json::Array(instances)) = member(resource, "instances") else { continue };
        for attributes in instances.iter().filter_map(|instance| member(instance, "attributes")) {
            let text = |name| member(&attributes, name).and_then(|json| json.as_str().map(str::to_owned));
            let record = text("record").ok_or_else(|| {
                CheckError::new(format!("a `{kind}` in the state has no record"))
                    .with_help("apply the governance first")
            })?;
            records.push(record);
            if let Some(history) = text("history") {
                histories.push(History::parse(&history).map_err(|why| CheckError::new(escape(&why)))?);
            }
        }
    }
    Ok((records, histories))
}
