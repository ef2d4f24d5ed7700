//! `fake-cloud`: the double as a process, for the quickstart and for tests in other languages.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use fake_cloud::{FakeCloud, Seed, show};

/// Strict local doubles of the AWS control planes that Remit calls.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print the URL and serve until ended
    Serve {
        /// Port of the loopback interface; 0 for a free one
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// JSON file with what exists before anybody calls
        #[arg(long)]
        seed: Option<PathBuf>,
    },
    /// Call an operation as somebody else would, with all rights, in the default account
    Call {
        /// What `serve` printed
        url: String,
        /// The service, such as `autoscaling`
        service: String,
        /// The operation, such as `UpdateAutoScalingGroup`
        operation: String,
        /// Its input as JSON
        input: String,
        /// Region of the call
        #[arg(long, default_value = "eu-west-1")]
        region: String,
    },
    /// Tell what exists in a cloud that is served
    Show {
        /// What `serve` printed
        url: String,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Serve { port, seed } => serve(port, seed.as_deref()),
        Command::Call { url, service, operation, input, region } => {
            call(&url, &service, &operation, &input, &region).and_then(|answer| print(&format!("{answer}\n")))
        }
        Command::Show { url } => state(&url).and_then(|state| print(&show(&state))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(says) => {
            // Where not even this can be written there is nobody to tell.
            let _ = writeln!(io::stderr(), "error: {says}");
            ExitCode::FAILURE
        }
    }
}

fn print(text: &str) -> Result<(), String> {
    io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())
}

#[allow(
    clippy::disallowed_methods,
    reason = "the shell of this program: it reads the file that its arguments name"
)]
fn serve(port: u16, seed: Option<&Path>) -> Result<(), String> {
    let seed = match seed {
        None => Seed::default(),
        Some(path) => {
            let text =
                std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
            Seed::from_json(&text).map_err(|error| format!("{}: {error}", path.display()))?
        }
    };
    let cloud = FakeCloud::start_at(seed, port).map_err(|error| format!("port {port}: {error}"))?;
    print(&format!("{}\n", cloud.url()))?;
    cloud.wait();
    Ok(())
}

fn state(url: &str) -> Result<serde_json::Value, String> {
    ask(url, "GET", "state", "")
}

fn call(
    url: &str,
    service: &str,
    operation: &str,
    input: &str,
    region: &str,
) -> Result<serde_json::Value, String> {
    let input: serde_json::Value =
        serde_json::from_str(input).map_err(|error| format!("the input: {error}"))?;
    let edit =
        serde_json::json!({ "service": service, "operation": operation, "region": region, "input": input });
    let answer = ask(url, "POST", "call", &edit.to_string())?;
    match answer.get("error").and_then(serde_json::Value::as_str) {
        Some(refused) => Err(refused.to_owned()),
        None => Ok(answer),
    }
}

fn ask(url: &str, method: &str, path: &str, body: &str) -> Result<serde_json::Value, String> {
    let failed = |error: io::Error| format!("{url}: {error}");
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(address).map_err(failed)?;
    let length = body.len();
    write!(
        stream,
        "{method} /_fake/{path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .map_err(failed)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(failed)?;
    let (_, body) = answer.split_once("\r\n\r\n").ok_or_else(|| format!("{url} is no cloud of this kind"))?;
    serde_json::from_str(body).map_err(|error| format!("{url}: {error}"))
}
