//! `plancheck log init`: an empty log, and the key that signs it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use plancheck::verdict::CheckError;
use remit_decision_log::disk;
use remit_decision_log::key::MachineKey;

use super::{hand, private_key, told};
use crate::cli::output::{self, Stream};

/// Make an empty log and the key that signs it.
///
/// The key is a machine's: it says that this log wrote something, and no signature of it can be taken for an approval. Keep it in the
/// runner, where agents cannot read it, and the public half with whoever is going to check.
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// Folder of the new log
    #[arg(long, value_name = "DIR")]
    log: PathBuf,
    /// Where to write the private key; one that is there already is taken. The public key is written beside it, with `.pub` behind its name
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Name of the log, which stands in every checkpoint; one per workspace: example.com/prod/support
    #[arg(long, value_name = "NAME")]
    name: String,
}

const HELP: &str = "\
Example:
  plancheck log init --log /var/lib/remit/log --key /etc/remit/log.key --name example.com/prod/support";

pub(super) fn run(args: &Args) -> Result<u8, CheckError> {
    let key = if args.key.exists() {
        let key = private_key(&args.key)?;
        if key.name() != args.name {
            return Err(CheckError::new(format!("`{}` is the key of another log", hand::name(&args.key)))
                .with_help("give each log a key of its own"));
        }
        key
    } else {
        let key = MachineKey::generate(&args.name).map_err(told)?;
        save(args, &key)?;
        key
    };
    let public = key.public();
    let public = public.text();
    publish(&args.key, public)?;
    disk::init(&args.log, &key).map_err(told)?;
    output::write(Stream::Out, &format!("public key: {public}\n"))?;
    Ok(0)
}

/// Far more than a public key takes.
const LONGEST_KEY: u64 = 64 * 1024;

/// Writes the public key beside the private one, as other tools do.
fn publish(key: &Path, public: &str) -> Result<(), CheckError> {
    let mut path = key.as_os_str().to_owned();
    path.push(".pub");
    let path = Path::new(&path);
    let wrong = |why: &str| {
        CheckError::new(format!("the public key cannot be written to `{}`: {why}", hand::name(path)))
    };
    match hand::bounded(path, LONGEST_KEY) {
        Ok(there) if there.trim_ascii() == public.as_bytes() => Ok(()),
        Ok(_) => Err(wrong("something else is there").with_help("move it away, or choose another `--key`")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            hand::write(path, "public key", &format!("{public}\n"))
        }
        Err(error) => Err(wrong(&error.to_string())),
    }
}

/// Readable by its owner alone from the first byte on.
fn save(args: &Args, key: &MachineKey) -> Result<(), CheckError> {
    let wrong = |error: std::io::Error| {
        CheckError::new(format!("the key cannot be written to `{}`: {error}", hand::name(&args.key)))
    };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&args.key).map_err(wrong)?;
    writeln!(file, "{}", key.text()).and_then(|()| file.sync_all()).map_err(wrong)
}
