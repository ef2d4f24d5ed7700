//! The stub as a process: what it replays lies beside its binary.

use std::{io::Write, path::Path, process::ExitCode};

use schema_replay::Replay;

fn main() -> ExitCode {
    match beside_binary().and_then(|(schema, overlay)| Replay::new(&schema, &overlay)) {
        Ok(replay) => tf_provider_sdk::serve(replay),
        Err(message) => {
            // Nobody is left to tell where stderr is gone.
            let _ = writeln!(std::io::stderr(), "error: {message}");
            ExitCode::FAILURE
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "the shell of this tool: its input lies beside the binary")]
fn beside_binary() -> Result<(String, String), String> {
    let binary = std::env::current_exe().map_err(|error| error.to_string())?;
    let folder = binary.parent().unwrap_or(Path::new("."));
    let read =
        |name: &str| std::fs::read_to_string(folder.join(name)).map_err(|error| format!("`{name}`: {error}"));
    Ok((read("replay-schema.json")?, read("replay-overlay.json")?))
}
