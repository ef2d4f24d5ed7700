//! `fake-cloud`: the double as a process, for the quickstart and for tests in other languages.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use fake_cloud::{FakeCloud, Seed};

/// Strict local doubles of the AWS control planes that Remit calls. Prints its URL and serves until it is ended.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// Port of the loopback interface; 0 for a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// JSON file with what exists before anybody calls
    #[arg(long)]
    seed: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(says) => {
            // Where not even this can be written there is nobody to tell.
            let _ = writeln!(io::stderr(), "error: {says}");
            ExitCode::FAILURE
        }
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "the shell of this program: it reads the file that its arguments name"
)]
fn run(arguments: &Arguments) -> Result<(), String> {
    let seed = match &arguments.seed {
        None => Seed::default(),
        Some(path) => {
            let text =
                std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
            Seed::from_json(&text).map_err(|error| format!("{}: {error}", path.display()))?
        }
    };
    let cloud = FakeCloud::start_at(seed, arguments.port)
        .map_err(|error| format!("port {}: {error}", arguments.port))?;
    writeln!(io::stdout(), "{}", cloud.url()).map_err(|error| error.to_string())?;
    cloud.wait();
    Ok(())
}
