//! What others say: boto3 as a client that shares no code with the double, the models that botocore carries, and moto as a
//! second double. All three are installed by the test itself, into the target folder; without Python or an index of packages
//! the tests skip aloud, which `REMIT_REQUIRE_MOTO=1` makes a failure.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test crate: it stops at the first thing that is not as it should be, and looks at the machine it runs on"
)]

mod support;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use serde_json::Value;
use support::seeded;

/// Where moto says something else than the double, what it says, and what the contract has to say about it. A step that is
/// not listed comes to the same in both.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    ("describe it", r#""100""#, "AWS shows amounts with a decimal point"),
    ("a colon in the name", r#""ok""#, "the pattern of BudgetName excludes it"),
    ("both kinds of filter", r#""ok""#, "only one pair is allowed"),
    ("twelve notifications", r#""ok""#, "the list holds at most ten"),
    ("a notification twice", r#""ok""#, "DuplicateRecordException is declared"),
    ("update it", r#""HTTP 500""#, "moto does not implement it"),
    ("list its tags", r#""HTTP 500""#, "moto does not implement it"),
    ("its actions", r#""HTTP 500""#, "moto does not implement it"),
    ("rename to a name that is there", r#""ok""#, "DuplicatePolicyException is declared"),
    ("no JSON", r#""ok""#, "MalformedPolicyDocumentException is declared"),
    ("a long document", r#""ok""#, "the quota is POLICY_CONTENT_LIMIT_EXCEEDED"),
    ("attach it again", r#""ok""#, "DuplicatePolicyAttachmentException is declared"),
    ("detach it again", r#""ok""#, "PolicyNotAttachedException is declared"),
    ("detach the last", r#""ok""#, "every target keeps one policy"),
    (
        "attach to nowhere",
        r#""OrganizationalUnitNotFoundException""#,
        "AttachPolicy declares TargetNotFoundException",
    ),
    ("minimum above maximum", r#""ok""#, "a guess of the double: see GUESSES"),
    ("deregister what is not there", r#""ValidationException""#, "ObjectNotFoundException is declared"),
    ("desired above maximum", r#""ok""#, "a guess of the double: see GUESSES"),
    ("reserve more than there is", r#""ok""#, "100 must stay unreserved"),
    ("settings of Lambda", r#""404""#, "moto does not implement it"),
    ("automatic management", r#""HTTP 500""#, "moto does not implement it"),
];

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python")
}

/// The interpreter that has the packages, installed once. None: it could not be, which was said.
fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match PYTHON.get_or_init(install) {
        Ok(python) => Some(python),
        Err(why) => {
            assert!(
                std::env::var_os("REMIT_REQUIRE_MOTO").is_none_or(|value| value != "1"),
                "REMIT_REQUIRE_MOTO is set, and {why}"
            );
            eprintln!("SKIPPED: {why}");
            None
        }
    }
}

/// Makes the environment anew where it is missing or was made of other requirements.
fn install() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
    let (python, made_of) = (folder.join("bin/python"), folder.join("made-of.txt"));
    let requirements = here().join("requirements.txt");
    let wanted = fs::read_to_string(&requirements).map_err(|error| error.to_string())?;
    if fs::read_to_string(&made_of).is_ok_and(|made_of| made_of == wanted) {
        return Ok(python);
    }
    let run = |program: &Path, arguments: &[&str]| {
        let ran = Command::new(program).args(arguments).output();
        let ran = ran.map_err(|error| format!("{} cannot be started: {error}", program.display()))?;
        let said = String::from_utf8_lossy(&ran.stderr).trim().to_owned();
        if ran.status.success() {
            Ok(())
        } else {
            Err(format!("{} {}: {said}", program.display(), arguments.join(" ")))
        }
    };
    let text = |path: &Path| path.display().to_string();
    run(Path::new("python3"), &["-m", "venv", "--clear", &text(&folder)])?;
    run(
        &python,
        &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", &text(&requirements)],
    )?;
    fs::write(&made_of, wanted).map_err(|error| error.to_string())?;
    Ok(python)
}

/// A command that never looks for credentials on a network.
fn command(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.env("AWS_EC2_METADATA_DISABLED", "true").env_remove("AWS_PROFILE");
    command
}

/// The outcome of each step of the one life.
fn life(python: &Path, endpoint: &str, cloud: &str) -> Value {
    let ran = command(python)
        .arg(here().join("life_cycle.py"))
        .args([endpoint, cloud])
        .output()
        .expect("Python starts");
    assert!(ran.status.success(), "{cloud}: {}", String::from_utf8_lossy(&ran.stderr));
    serde_json::from_slice(&ran.stdout).expect("JSON")
}

/// moto as a process that ends with the test.
struct Moto {
    process: Child,
    url: String,
}

impl Moto {
    /// Its port is free and its own to choose; it says which one it took.
    fn start(python: &Path) -> Self {
        let mut process = command(python)
            .args(["-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("moto starts");
        let mut lines = BufReader::new(process.stderr.take().expect("its stderr")).lines();
        let says = |line: std::io::Result<String>| {
            line.ok()?.split_once("Running on ").map(|(_, url)| url.trim().to_owned())
        };
        let url = lines.find_map(says).expect("moto says where it listens");
        // Whoever writes to a pipe that nobody reads stops.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, url }
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_contract_is_what_the_models_of_botocore_say() {
    let Some(python) = python() else { return };
    let contract = Path::new(env!("CARGO_MANIFEST_DIR")).join("contract");
    let ran = command(python)
        .arg(contract.join("extract.py"))
        .arg("--check")
        .arg(&contract)
        .output()
        .expect("Python starts");
    let says = String::from_utf8_lossy(&ran.stderr);
    assert!(
        ran.status.success(),
        "{says}\nrun contract/extract.py with the packages of tests/python/requirements.txt"
    );
}

#[test]
fn boto3_lives_a_whole_life_here() {
    let Some(python) = python() else { return };
    let cloud = seeded();
    let life = life(python, &cloud.url(), "fake");
    insta::assert_snapshot!(serde_json::to_string_pretty(&life).expect("JSON"));
    let unplayed: Vec<_> = cloud
        .log()
        .into_iter()
        .filter(|entry| entry.status == Some(404) && entry.account.is_empty())
        .collect();
    assert!(unplayed.is_empty(), "{unplayed:?}");
}

#[test]
fn moto_differs_where_it_is_known_to() {
    let Some(python) = python() else { return };
    let (cloud, moto) = (seeded(), Moto::start(python));
    let (ours, theirs) = (life(python, &cloud.url(), "fake"), life(python, &moto.url, "moto"));
    let steps = ours.as_object().expect("steps");
    let differing: Vec<_> =
        steps.iter().filter(|(step, outcome)| theirs[step.as_str()] != **outcome).collect();
    let mut found: Vec<_> =
        differing.iter().map(|(step, _)| ((*step).clone(), theirs[step.as_str()].to_string())).collect();
    let mut known: Vec<_> =
        DIFFERENCES.iter().map(|(step, moto, _)| ((*step).to_owned(), (*moto).to_owned())).collect();
    found.sort();
    known.sort();
    assert_eq!(found, known);
    assert_eq!(theirs.as_object().map(serde_json::Map::len), Some(steps.len()), "both took the same steps");
    eprintln!("{} steps, {} of them come to something else in moto", steps.len(), found.len());
}
