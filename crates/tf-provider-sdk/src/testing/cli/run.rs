//! One command: while it runs, and how it ended.
#![allow(clippy::panic, reason = "the checks of a test tell their failures by panicking")]
#![allow(
    clippy::return_self_not_must_use,
    reason = "a check has done its work when it returns; what it returns is for another check"
)]

use std::io::{self, Read, Write as _};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

/// After this a run is taken to hang. Generous, since tests share machines.
const PATIENCE: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_millis(10);

/// How a command ended. The checks show all of its output when they fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The command line, if known.
    pub command: String,
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to stdout.
    pub stdout: String,
    /// What it wrote to stderr.
    pub stderr: String,
}

impl Ended {
    /// # Panics
    ///
    /// Unless the exit code is 0, or 2 for a plan, which means that there are changes.
    #[track_caller]
    pub fn succeeded(self) -> Self {
        let planned = self.code == Some(2) && self.command.contains(" -detailed-exitcode");
        assert!(self.code == Some(0) || planned, "it failed\n{self}");
        self
    }

    /// # Panics
    ///
    /// Unless the exit code is 1.
    #[track_caller]
    pub fn failed(self) -> Self {
        assert_eq!(self.code, Some(1), "it should have failed\n{self}");
        self
    }

    /// For [`Workspace::plan`](super::Workspace::plan).
    ///
    /// # Panics
    ///
    /// Unless the plan is empty.
    #[track_caller]
    pub fn shows_no_changes(self) -> Self {
        assert_eq!(self.code, Some(0), "the plan should be empty\n{self}");
        self
    }

    /// For [`Workspace::plan`](super::Workspace::plan).
    ///
    /// # Panics
    ///
    /// Unless the plan has changes.
    #[track_caller]
    pub fn shows_changes(self) -> Self {
        assert_eq!(self.code, Some(2), "the plan should have changes\n{self}");
        self
    }

    /// Looks in both streams, whatever the frames and line breaks.
    ///
    /// # Panics
    ///
    /// Unless the text is there.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.text().contains(&flow(text)), "`{text}` is not there\n{self}");
        self
    }

    /// # Panics
    ///
    /// If the text is there.
    #[track_caller]
    pub fn does_not_say(self, text: &str) -> Self {
        assert!(!self.text().contains(&flow(text)), "`{text}` is there\n{self}");
        self
    }

    /// Stdout as JSON.
    ///
    /// # Panics
    ///
    /// If it is not, or the run failed.
    #[track_caller]
    pub fn json(self) -> Json {
        let run = self.succeeded();
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("not JSON: {error}\n{run}"))
    }

    /// Both streams without the frames and line breaks that surround messages, to search in.
    pub fn text(&self) -> String {
        flow(&format!("{}\n{}", self.stdout, self.stderr))
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            command: String::new(),
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// One space between words, and no frame.
fn flow(text: &str) -> String {
    text.split(|letter: char| letter.is_whitespace() || "│╷╵".contains(letter))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code =
            self.code.map_or_else(|| "ended by a signal".to_owned(), |code| format!("exit code {code}"));
        writeln!(f, "--- {} ({code})", self.command)?;
        writeln!(f, "--- stdout\n{}--- stderr\n{}---", self.stdout, self.stderr)
    }
}

/// A command that runs, in a process group of its own. Dropped, it is killed with all it has started.
#[derive(Debug)]
pub struct Running {
    command: String,
    child: Child,
    stdout: Collected,
    stderr: Collected,
}

impl Running {
    pub(super) fn start(mut command: Command, input: Option<&str>) -> io::Result<Self> {
        let name = command_line(&command);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        if input.is_some() {
            command.stdin(Stdio::piped());
        }
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
            // A tool that has ended already says why in its output.
            let _ = stdin.write_all(input.as_bytes());
        }
        let stdout = Collected::from(child.stdout.take());
        let stderr = Collected::from(child.stderr.take());
        Ok(Self { command: name, child, stdout, stderr })
    }

    /// What Ctrl-C does: SIGINT to the tool and to every provider it has started.
    #[cfg(unix)]
    pub fn interrupt(&self) -> io::Result<()> {
        self.signal("-INT")
    }

    #[cfg(unix)]
    fn signal(&self, name: &str) -> io::Result<()> {
        let group = format!("-{}", self.child.id());
        let sent = Command::new("kill").args([name, "--", &group]).stderr(Stdio::null()).status()?;
        if sent.success() { Ok(()) } else { Err(io::Error::other("there is no such process any more")) }
    }

    /// Waits until the tool or a provider has said something.
    ///
    /// # Panics
    ///
    /// If that does not happen.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        let (stdout, stderr) = (self.stdout.shared(), self.stderr.shared());
        self.wait_until(|| [&stdout, &stderr].iter().any(|stream| read(stream).contains(text)));
    }

    /// Waits until something has come about, such as a file that the provider writes.
    ///
    /// # Panics
    ///
    /// If that does not happen before the run ends or patience does.
    #[track_caller]
    pub fn wait_until(&mut self, mut condition: impl FnMut() -> bool) {
        let began = Instant::now();
        while !condition() {
            let ended = self.child.try_wait().is_ok_and(|status| status.is_some());
            if ended || began.elapsed() > PATIENCE {
                // What was said last may still be on its way.
                std::thread::sleep(PAUSE * 10);
                assert!(condition(), "it did not come to that\n{}", self.so_far());
                return;
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Waits for the end. Fails with the output so far if it does not come within three minutes.
    pub fn finish(mut self) -> io::Result<Ended> {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                self.stdout.close();
                self.stderr.close();
                return Ok(Ended { code: status.code(), ..self.so_far() });
            }
            if began.elapsed() > PATIENCE {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    format!("it does not end\n{}", self.so_far()),
                ));
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn so_far(&self) -> Ended {
        let [stdout, stderr] = [&self.stdout, &self.stderr].map(|stream| read(&stream.shared()));
        Ended { command: self.command.clone(), code: None, stdout, stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already ended is as good.
        #[cfg(unix)]
        let _ = self.signal("-KILL");
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command_line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

type Shared = Arc<Mutex<Vec<u8>>>;

fn read(stream: &Shared) -> String {
    String::from_utf8_lossy(&stream.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}

/// A stream that is read as it comes, so that the tool never waits for us.
#[derive(Debug)]
struct Collected {
    bytes: Shared,
    reader: Option<JoinHandle<()>>,
}

impl Collected {
    fn from(stream: Option<impl Read + Send + 'static>) -> Self {
        let bytes = Shared::default();
        let shared = Arc::clone(&bytes);
        let reader = stream.map(|mut stream| {
            std::thread::spawn(move || {
                let mut piece = [0; 8192];
                while let Ok(length @ 1..) = stream.read(&mut piece) {
                    let mut all = shared.lock().unwrap_or_else(PoisonError::into_inner);
                    all.extend_from_slice(piece.get(..length).unwrap_or_default());
                }
            })
        });
        Self { bytes, reader }
    }

    fn shared(&self) -> Shared {
        Arc::clone(&self.bytes)
    }

    fn close(&mut self) {
        if let Some(reader) = self.reader.take() {
            // A reader cannot panic but by running out of memory.
            let _ = reader.join();
        }
    }
}
