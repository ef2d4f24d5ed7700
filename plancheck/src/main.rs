//! The process: reads arguments, environment and clock once, and hands them to [`cli`].

mod cli;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use remit_governance::time::Timestamp;

fn main() -> ExitCode {
    let surroundings = cli::Surroundings {
        now: whole_seconds(Timestamp::now()),
        colorless: is_set("NO_COLOR") || variable("TERM").is_some_and(|term| term == "dumb"),
        step_summary: variable("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(Into::into),
        step_output: variable("GITHUB_OUTPUT").filter(|path| !path.is_empty()).map(Into::into),
        pin: variable("REMIT_TRUST_ROOT_SHA256")
            .filter(|pin| !pin.is_empty())
            .map(|pin| pin.to_string_lossy().into_owned()),
        environment: environment(),
        stdout_is_terminal: std::io::stdout().is_terminal(),
        stderr_is_terminal: std::io::stderr().is_terminal(),
    };
    cli::run(std::env::args_os().collect(), &surroundings)
}

#[allow(clippy::disallowed_methods, reason = "the one place where the environment is read")]
fn environment() -> std::collections::BTreeMap<String, String> {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).collect()
}

/// Finer than this nothing is declared, and people can repeat it as `--now`.
fn whole_seconds(now: Timestamp) -> Timestamp {
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

/// As the convention has it: set to anything but nothing.
fn is_set(name: &str) -> bool {
    variable(name).is_some_and(|value| !value.is_empty())
}

#[allow(clippy::disallowed_methods, reason = "the one place where the environment is read")]
fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}
