//! Standard streams: plans through pipes, readers that go away, terminals with color.

use std::{
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use crate::{BIN, Desk, Told, plan};

fn piped(desk: &Desk, input: &[u8]) -> Told {
    let mut command = desk.command(&["check", "--plan", "-", "--governance", "governance.lock.json"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("plancheck starts");
    // A refused plan is not read to its end.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    Told::from(child.wait_with_output().expect("plancheck ends"))
}

#[test]
fn a_plan_comes_through_a_pipe_in_any_encoding() {
    let desk = Desk::new();
    let text = plan(50).to_string();
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let wrapped = format!("[command]/usr/bin/terraform show -json tfplan\n{text}\n::debug::done\n");
    for (name, input) in [("plain", text.as_bytes()), ("UTF-16", &utf16), ("wrapped", wrapped.as_bytes())] {
        let told = piped(&desk, input);
        assert_eq!(told.code, 2, "{name}: {}{}", told.out, told.err);
    }
    let cut = piped(&desk, &text.as_bytes()[..text.len() - 1]);
    assert_eq!((cut.code, cut.out.as_str()), (1, ""), "{}", cut.err);
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let desk = Desk::new();
    let mut command =
        desk.command(&["check", "--plan", "denied.json", "--governance", "governance.lock.json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("plancheck starts");
    drop(child.stdout.take());
    let told = Told::from(child.wait_with_output().expect("plancheck ends"));
    assert_eq!((told.code, told.err.as_str()), (2, ""));
}

#[test]
fn a_report_that_cannot_be_written_is_not_an_answer() {
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else {
        eprintln!("SKIPPED: this system has no /dev/full");
        return;
    };
    let desk = Desk::new();
    let mut command =
        desk.command(&["check", "--plan", "allowed.json", "--governance", "governance.lock.json"]);
    let told = Told::from(command.stdout(full).stderr(Stdio::piped()).output().expect("plancheck starts"));
    assert_eq!(told.code, 1);
    assert!(told.err.contains("cannot be written"), "{}", told.err);
}

#[test]
fn there_is_color_on_a_terminal_unless_somebody_minds() {
    let desk = Desk::new();
    let piped = desk.check("denied.json", &[]).out;
    assert!(!piped.contains('\u{1b}'), "{piped:?}");
    let on_terminal = |extra: &str, variable: Option<(&str, &str)>| {
        let line = format!("'{BIN}' check --plan denied.json --governance governance.lock.json {extra}");
        let mut command = Command::new("script");
        command.current_dir(desk.folder.path()).args(["-qec", &line, "/dev/null"]).stdin(Stdio::null());
        command.env_remove("NO_COLOR").env("TERM", "xterm").envs(variable);
        command
            .output()
            .ok()
            .filter(|output| output.status.code() == Some(2))
            .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let Some(colored) = on_terminal("", None) else {
        eprintln!("SKIPPED: no `script` here to stand in for a terminal");
        return;
    };
    assert!(colored.contains("\u{1b}[31m"), "{colored:?}");
    for (extra, variable) in
        [("--no-color", None), ("", Some(("NO_COLOR", "1"))), ("", Some(("TERM", "dumb")))]
    {
        let plain = on_terminal(extra, variable).expect("a second terminal");
        assert!(!plain.contains('\u{1b}'), "{extra} {variable:?}: {plain:?}");
    }
    assert!(
        on_terminal("", Some(("NO_COLOR", ""))).expect("a terminal").contains('\u{1b}'),
        "set to nothing is not set"
    );
}
