//! The provider as a process: what a host, a developer and somebody who starts it by hand see of it.
//!
//! This program is both sides: started with `PLAY_PROVIDER` set it is a provider that offers nothing, otherwise it runs the
//! checks. Hence no test harness, which would write to the stdout that is under test. Who is let in over TLS is tested in the
//! crate, beside the verifier.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test, though without the harness that would tell clippy so"
)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, ExitCode, Output, Stdio};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tempfile::TempDir;
use tf_provider_sdk::testing::cli::{Cli, Workspace};
use tf_provider_sdk::{ConfigureRequest, Diagnostics, NoConfig, Provider};

const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
const ROLE: &str = "PLAY_PROVIDER";

struct Empty;

impl Provider for Empty {
    type Model = NoConfig;
    type Client = ();

    fn name(&self) -> &'static str {
        "empty"
    }

    fn namespace(&self) -> &'static str {
        "example"
    }

    async fn configure(&self, _: ConfigureRequest<NoConfig>) -> Result<(), Diagnostics> {
        Ok(())
    }
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    println!("SKIPPED: these checks send signals and look at socket files");
    ExitCode::SUCCESS
}

#[cfg(unix)]
fn main() -> ExitCode {
    if std::env::var_os(ROLE).is_some() {
        return tf_provider_sdk::serve(Empty);
    }
    let checks: [(&str, fn()); 10] = [
        ("by_hand_it_says_what_it_is", by_hand_it_says_what_it_is),
        ("an_unreadable_certificate_stops_it", an_unreadable_certificate_stops_it),
        ("the_line_is_all_that_it_prints", the_line_is_all_that_it_prints),
        ("with_a_client_certificate_it_shows_its_own", with_a_client_certificate_it_shows_its_own),
        ("terminated_it_cleans_up", terminated_it_cleans_up),
        ("debug_prints_how_to_attach", debug_prints_how_to_attach),
        ("version_needs_no_cookie", version_needs_no_cookie),
        ("real_tools_use_it_and_it_ends_in_order", real_tools_use_it_and_it_ends_in_order),
        ("real_tools_attach_to_it", real_tools_attach_to_it),
        ("measure", measure),
    ];
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    for (name, check) in checks {
        if wanted.is_empty() || wanted.iter().any(|wanted| name.contains(wanted.as_str())) {
            check();
            println!("{name} ... ok");
        }
    }
    ExitCode::SUCCESS
}

fn by_hand_it_says_what_it_is() {
    for cookie in [None, Some(""), Some("wrong")] {
        let mut started = Started::command();
        started.command.env_remove("TF_PLUGIN_MAGIC_COOKIE");
        if let Some(cookie) = cookie {
            started.command.env("TF_PLUGIN_MAGIC_COOKIE", cookie);
        }
        let output = started.finish();
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(text(&output.stdout), "");
        let hint = text(&output.stderr);
        assert!(hint.contains("This is `terraform-provider-empty`"), "{hint}");
        assert!(hint.contains("empty = { source = \"example/empty\" }"), "{hint}");
    }
}

fn an_unreadable_certificate_stops_it() {
    let mut started = Started::command();
    started.command.env("PLUGIN_CLIENT_CERT", "-----BEGIN CERTIFICATE-----\nnot base64");
    let output = started.finish();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout), "", "no line, so nobody connects without TLS");
    assert!(text(&output.stderr).contains("PLUGIN_CLIENT_CERT"));
}

fn the_line_is_all_that_it_prints() {
    let mut running = Started::command().wait_for("1|");
    let fields: Vec<&str> = running.line.split('|').collect();
    assert_eq!([fields[0], fields[1], fields[2], fields[4], fields[5]], ["1", "6", "unix", "grpc", ""]);
    assert_eq!(fields.len(), 6);
    assert!(std::path::Path::new(fields[3]).exists());

    let socket = fields[3].to_owned();
    running.signal("-INT");
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(running.child.try_wait().unwrap(), None, "the host decides when a provider ends");

    let asked = Instant::now();
    shutdown(&socket);
    let (code, rest) = running.end();
    assert_eq!((code, rest.as_str()), (Some(0), ""));
    assert!(asked.elapsed() < Duration::from_secs(2), "hosts kill after two seconds");
}

fn with_a_client_certificate_it_shows_its_own() {
    let running = Started::with_tls().wait_for("1|");
    let certificate = running.line.rsplit('|').next().unwrap().to_owned();
    assert!(certificate.len() > 50, "hosts take a shorter one for none: {certificate}");
    assert!(certificate.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'));
    running.signal("-TERM");
    assert_eq!(running.end().0, Some(0));
}

fn terminated_it_cleans_up() {
    let running = Started::command().wait_for("1|");
    running.signal("-TERM");
    assert_eq!(running.end().0, Some(0));
}

fn debug_prints_how_to_attach() {
    let mut started = Started::command();
    started.command.arg("--debug").env_remove("TF_PLUGIN_MAGIC_COOKIE");
    let running = started.wait_for("TF_REATTACH_PROVIDERS='");
    let json = running.line.strip_prefix("TF_REATTACH_PROVIDERS='").unwrap().strip_suffix('\'').unwrap();
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    let entry = &json["registry.opentofu.org/example/empty"];
    assert_eq!(entry, &json["registry.terraform.io/example/empty"]);
    assert_eq!(entry["Pid"], running.child.id());
    assert!(std::path::Path::new(entry["Addr"]["String"].as_str().unwrap()).exists());
    running.signal("-INT");
    assert_eq!(running.end().0, Some(0), "here a person decides");
}

fn version_needs_no_cookie() {
    let mut started = Started::command();
    started.command.arg("--version").env_remove("TF_PLUGIN_MAGIC_COOKIE");
    let output = started.finish();
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).starts_with("terraform-provider-empty "));
}

const CONFIGURATION: &str = r#"
terraform {
  required_providers {
    empty = { source = "example/empty" }
  }
}
provider "empty" {}
"#;

/// A workspace in which this program is the provider.
fn workspace(cli: &Cli) -> Workspace {
    let mut workspace = Workspace::new(cli, "example/empty", &std::env::current_exe().unwrap()).unwrap();
    workspace.set_env(ROLE, "1");
    workspace.set_env("TF_LOG", "trace");
    workspace.write("required.tf", CONFIGURATION).unwrap();
    workspace
}

fn real_tools_use_it_and_it_ends_in_order() {
    for cli in Cli::find_all().unwrap() {
        for tls in [true, false] {
            let mut workspace = workspace(&cli);
            if !tls {
                workspace.set_env("TF_DISABLE_PLUGIN_TLS", "1");
            }
            let began = Instant::now();
            let plan = workspace.plan().unwrap().shows_no_changes();
            assert!(plan.stderr.contains("using plugin: version=6"), "{plan}");
            assert!(plan.stderr.contains("plugin process exited"), "{plan}");
            let complaints = ["a client was refused", "[WARN]  provider"];
            assert!(!complaints.iter().any(|complaint| plan.stderr.contains(complaint)), "{plan}");
            assert!(workspace.leftovers().is_empty(), "{:?}", workspace.leftovers());
            println!("{}, plan of nothing, TLS {tls}: {:?}", cli.name(), began.elapsed());
        }
    }
}

fn real_tools_attach_to_it() {
    for cli in Cli::find_all().unwrap() {
        let mut started = Started::command();
        started.command.arg("--debug").env_remove("TF_PLUGIN_MAGIC_COOKIE");
        let mut running = started.wait_for("TF_REATTACH_PROVIDERS='");
        let value =
            running.line.strip_prefix("TF_REATTACH_PROVIDERS='").unwrap().trim_end_matches('\'').to_owned();
        // Nothing is installed here: only by attaching can there be a provider.
        let mut workspace = Workspace::bare(&cli).unwrap();
        workspace.set_env("TF_REATTACH_PROVIDERS", value);
        workspace.write("required.tf", CONFIGURATION).unwrap();
        workspace.init().unwrap().succeeded();
        for _ in 0..2 {
            workspace.plan().unwrap().shows_no_changes();
        }
        assert_eq!(running.child.try_wait().unwrap(), None, "one process serves several commands");
        running.signal("-INT");
        assert_eq!(running.end().0, Some(0));
    }
}

/// Prints what a host waits for and what an idle provider holds. Asserts nothing: machines differ, and so do builds.
fn measure() {
    let mut times = Vec::new();
    let mut resident = String::new();
    for _ in 0..21 {
        let before = Instant::now();
        let running = Started::with_tls().wait_for("1|");
        times.push(before.elapsed());
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", running.child.id())).unwrap_or_default();
        let found = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        resident = found.map_or("not known here".to_owned(), |amount| amount.trim().to_owned());
        running.signal("-TERM");
        running.end();
    }
    times.sort();
    let build = if cfg!(debug_assertions) { "debug" } else { "release" };
    println!("start to handshake line, TLS, median of 21: {:?} ({build} build); idle: {resident}", times[10]);
}

/// A provider about to start, with a folder for temporary files that must be empty in the end.
struct Started {
    command: Command,
    folder: TempDir,
}

impl Started {
    fn command() -> Self {
        // Short, so that socket paths in it are.
        let folder = tempfile::Builder::new().prefix("hs").tempdir_in("/tmp").unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap());
        for name in ["PLUGIN_CLIENT_CERT", "PLUGIN_UNIX_SOCKET_DIR", "PLUGIN_MIN_PORT", "PLUGIN_MAX_PORT"] {
            command.env_remove(name);
        }
        command.env(ROLE, "1").env("TMPDIR", folder.path()).env("TF_PLUGIN_MAGIC_COOKIE", COOKIE);
        command.env("PLUGIN_PROTOCOL_VERSIONS", "5,6").stdin(Stdio::null());
        Self { command, folder }
    }

    fn with_tls() -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let mut started = Self::command();
        started.command.env("PLUGIN_CLIENT_CERT", params.self_signed(&key).unwrap().pem());
        started
    }

    fn finish(mut self) -> Output {
        self.command.output().unwrap()
    }

    /// Reads stdout up to the line that begins so.
    fn wait_for(mut self, start: &str) -> Running {
        let mut child = self.command.stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.starts_with(start) {
            line.clear();
            assert_ne!(stdout.read_line(&mut line).unwrap(), 0, "ended before `{start}`");
        }
        Running { child, stdout, line: line.trim_end().to_owned(), folder: self.folder }
    }
}

struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    line: String,
    folder: TempDir,
}

impl Running {
    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the end; nothing may be left behind. Exit code and the rest of stdout.
    fn end(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        let code = self.child.wait().unwrap().code();
        assert_eq!(self.folder.path().read_dir().unwrap().count(), 0, "the socket was left behind");
        (code, rest)
    }
}

/// What a host calls in the end.
fn shutdown(socket: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let stream = tokio::net::UnixStream::connect(socket).await.unwrap();
        let (mut sender, driver) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        tokio::spawn(driver);
        let request = http::Request::post("http://localhost/plugin.GRPCController/Shutdown")
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(Full::new(Bytes::from_static(&[0; 5])))
            .unwrap();
        let body = sender.send_request(request).await.unwrap().into_body().collect().await.unwrap();
        assert_eq!(body.trailers().unwrap()["grpc-status"], "0", "the answer comes before the end");
    });
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}
