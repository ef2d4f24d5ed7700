//! What somebody sees and types at a terminal: a process on a pseudo-terminal, made by `script` of util-linux.

use std::{
    io::{Read as _, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use crate::support::{BIN, Told};

/// How long nothing may happen, on a machine with other things to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whether there is a `script` that works as util-linux's does; said aloud where there is none, and a failure where one is
/// required.
pub(crate) fn is_there() -> bool {
    let ran = Command::new("script").args(["-qec", "exit 7", "/dev/null"]).stdin(Stdio::null()).output();
    let found = ran.is_ok_and(|ran| ran.status.code() == Some(7));
    let required = std::env::var_os("REMIT_REQUIRE_SCRIPT").is_some_and(|value| value == "1");
    assert!(found || !required, "REMIT_REQUIRE_SCRIPT is set, and there is no `script` of util-linux");
    if !found {
        eprintln!("SKIPPED: there is no `script` that makes a pseudo-terminal");
    }
    found
}

/// Runs plancheck on a terminal, waits until it shows `prompt`, and types. Both its outputs are one on a terminal.
pub(crate) fn typed(folder: &Path, args: &[String], prompt: &str, keys: &str) -> Told {
    // No argument has anything that a shell would read.
    let line = format!("exec {BIN} {}", args.join(" "));
    let mut child = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .current_dir(folder)
        .env("SHELL", "/bin/sh")
        .env_remove("SSH_AUTH_SOCK")
        .env_remove("REMIT_TRUST_ROOT_SHA256")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("script starts");
    let mut stdin = child.stdin.take().expect("it was piped");
    let mut screen = Screen::of(&mut child);
    screen.wait_for(prompt);
    stdin.write_all(keys.as_bytes()).and_then(|()| stdin.flush()).expect("typed");
    // Its input stays open until it has ended, so that nothing else ends it.
    let Some(out) = screen.rest() else {
        let _ = child.kill();
        panic!("it goes on after {keys:?} was typed");
    };
    drop(stdin);
    let status = child.wait().expect("it ends");
    Told { code: status.code().expect("no signal"), out, err: String::new() }
}

/// What is shown, as it comes.
struct Screen {
    pieces: mpsc::Receiver<Vec<u8>>,
    shown: Vec<u8>,
}

impl Screen {
    fn of(child: &mut Child) -> Self {
        let mut stdout = child.stdout.take().expect("it was piped");
        let (send, pieces) = mpsc::channel();
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = stdout.read(&mut piece) {
                if send.send(piece[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { pieces, shown: Vec::new() }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.shown).into_owned()
    }

    fn wait_for(&mut self, prompt: &str) {
        while !self.text().contains(prompt) {
            match self.pieces.recv_timeout(PATIENCE) {
                Ok(piece) => self.shown.extend(piece),
                Err(error) => panic!("it does not ask ({error}): {}", self.text()),
            }
        }
    }

    /// Everything that was shown, once nothing more can be; nothing where it does not end.
    fn rest(mut self) -> Option<String> {
        loop {
            match self.pieces.recv_timeout(PATIENCE) {
                Ok(piece) => self.shown.extend(piece),
                Err(mpsc::RecvTimeoutError::Disconnected) => return Some(self.text()),
                Err(mpsc::RecvTimeoutError::Timeout) => return None,
            }
        }
    }
}
