//! The release binary as Terraform starts it: until the handshake line, and idle after it.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::{median, row};

const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-remit");
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
/// A certificate of the kind that Terraform makes: self-signed, P-521. Nobody has its key.
const CLIENT: &str = include_str!("client.pem");

pub(crate) fn measure() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let started = median(50, || stop(start(folder.path())));
    row("start to handshake line, beside budget", started.as_secs_f64() * 1e3, Some(5.0), "ms");
    let bare = median(50, || Command::new(PROVIDER).arg("-version").output().expect("it starts"));
    row("  of which a process that says its version", bare.as_secs_f64() * 1e3, None, "ms");

    let provider = start(folder.path());
    std::thread::sleep(Duration::from_millis(200));
    match resident(&provider) {
        Some(megabytes) => row("idle, resident, beside budget", megabytes, Some(15.0), "MB"),
        None => println!("skipped: resident memory, which only Linux tells here"),
    }
    stop(provider);
    let size = std::fs::metadata(PROVIDER).expect("the binary").len();
    row("binary", size as f64 / 1e6, None, "MB");
}

/// As Terraform starts it, until the line is read.
fn start(folder: &Path) -> Child {
    let mut provider = Command::new(PROVIDER)
        .env_clear()
        .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
        .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
        .env("PLUGIN_MIN_PORT", "10000")
        .env("PLUGIN_MAX_PORT", "25000")
        .env("PLUGIN_CLIENT_CERT", CLIENT)
        .env("TMPDIR", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the provider starts");
    let mut line = String::new();
    let mut stdout = BufReader::new(provider.stdout.take().expect("stdout"));
    stdout.read_line(&mut line).expect("a line");
    assert!(line.starts_with("1|6|") && line.contains("|grpc|"), "no handshake: {line}");
    provider
}

fn stop(mut provider: Child) {
    provider.kill().expect("it runs");
    provider.wait().expect("it ends");
}

/// In megabytes, where the system tells.
fn resident(provider: &Child) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", provider.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches(" kB").parse::<f64>().ok().map(|kilobytes| kilobytes * 1024.0 / 1e6)
}
