//! A scene for consent as processes: people, a trust root, a lock that proves itself, a plan, and a stand-in for terraform that
//! says what it was given.
#![allow(dead_code, reason = "each test crate uses its part")]

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use remit_governance::{
    Envelope, Json, Lock, TrustRoot,
    approval::{Approval, Decision, Request, Statement},
    consent::{Assurance, Function},
    history::{Declaration, Evidence, History, NO_ENVELOPES, Refused, advance},
    person::Email,
    testing::{Person, at, trust_root},
    time::Timestamp,
};
use serde_json::{Value, json};

pub(crate) const BIN: &str = env!("CARGO_BIN_EXE_plancheck");
pub(crate) const PIN: &str = "REMIT_TRUST_ROOT_SHA256";
pub(crate) const CREATED: &str = "2026-11-25T11:00:00Z";

/// Stands in for terraform: a plan file of its is the JSON itself, and it writes down what it applied and was given.
pub(crate) const STAND_IN: &str = r#"#!/bin/sh
here=$(dirname "$0")
case "$1 $2" in
  "workspace show") echo prod ;;
  "state pull") cat "$here/state.json" ;;
  "show -json")
    cat "$3"
    if [ -e "$here/race" ]; then touch "$here/ledger/$(cat "$here/race")"; fi
    # Whoever watches may try to put another plan in place now.
    if [ -e "$here/evil" ]; then rm -f "$here/tfplan"; cp "$here/evil" "$here/tfplan"; fi ;;
  "apply -input=false") cp "$3" "$here/applied"; env > "$here/env"; exit "$(cat "$here/exit")" ;;
  *) echo "Error: unexpected $*" >&2; exit 1 ;;
esac
"#;

pub(crate) struct Scene {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) rita: Person,
    pub(crate) people: [Person; 2],
    /// Known to the lock, and an approver of nothing.
    pub(crate) ada: Person,
    pub(crate) trust: TrustRoot,
    pub(crate) pin: String,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::of([
            Person::with_fido("dana", Function::Finance, 1),
            Person::with_fido("lee", Function::Security, 2),
        ])
    }

    pub(crate) fn of(people: [Person; 2]) -> Self {
        let rita = Person::with_fido("rita", Function::Security, 11);
        let ada =
            Person { name: "ada".to_owned(), function: Function::Engineering, seed: 3, ..people[0].clone() };
        let trust = trust_root(&[&rita], 1);
        let pin = trust.digest().to_string();
        let scene = Self { folder: tempfile::tempdir().unwrap(), rita, people, ada, trust, pin };
        scene.put("trust.json", scene.trust.to_json());
        scene.put("governance.lock.json", scene.lock(12, 7).to_json());
        scene.put("state.json", r#"{"version":4,"serial":7,"lineage":"4b1c"}"#);
        scene.put("tfplan", plan(15).to_string());
        scene.put("dependencies", "");
        scene.put("exit", "0");
        scene.put("terraform", STAND_IN);
        fs::set_permissions(scene.path("terraform"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(scene.path("ledger")).unwrap();
        scene
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// A lock that proves itself, with everybody enrolled.
    pub(crate) fn lock(&self, authorize_above: u32, serial: u64) -> Lock {
        let people: Vec<Declaration> =
            self.people.iter().map(|person| Declaration::Approver(person.approver())).collect();
        let records: Vec<String> = people.iter().map(Declaration::record).collect();
        let plain = self.people.iter().any(|person| person.assurance == Assurance::Key);
        let mut consent = json!({ "approvers": records, "quorum": { "finance": 1, "security": 1 } });
        if plain {
            consent["minimum_assurance"] = "key".into();
            consent["minimum_assurance_exception"] =
                json!({ "owner": "mina@example.com", "reason": "no hardware yet", "expires": "2099-01-01" });
        }
        let envelope = json!({
            "name": "team-a", "purpose": "tests", "owner": { "name": "Mina Okafor", "email": "mina.okafor@example.com" },
            "scope": { "addresses": ["**"] },
            "limits": {
                "capacity": { "instances": { "authorize_above": authorize_above, "ceiling": 20 } },
                "growth": { "resources_per_change": 1 },
            },
            "consent": consent,
        });
        let envelope = Envelope::declare(&Json::parse(&envelope.to_string()).unwrap()).unwrap();
        let more = [Declaration::Approver(self.ada.approver()), Declaration::Envelope(envelope)];
        let all: Vec<Declaration> = people.into_iter().chain(more).collect();
        let records: Vec<String> = all.iter().map(Declaration::record).collect();
        let texts: Vec<&str> = records.iter().map(String::as_str).collect();
        let histories: Vec<History> = all.iter().map(|declared| self.created(declared)).collect();
        Lock::build(&texts, serial).unwrap().with_histories(&histories).unwrap()
    }

    pub(crate) fn created(&self, declared: &Declaration) -> History {
        let evidence = |signed| Evidence {
            trust: &self.trust,
            signed,
            approvers: &[],
            envelopes: &NO_ENVELOPES,
            now: at(CREATED),
        };
        let Err(Refused::Unapproved(needs)) = advance(None, declared, &evidence(&[])) else {
            panic!("it needs nobody")
        };
        let approval = Approval {
            transitions: vec![needs[0].moved.clone()],
            ..self.rita.approval(std::slice::from_ref(&needs[0].policy.under))
        };
        advance(None, declared, &evidence(&[self.rita.sign(Statement::Approval(approval))])).unwrap()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(BIN);
        command.current_dir(self.folder.path()).args(args).stdin(Stdio::null()).env_remove(PIN);
        if !self.pin.is_empty() {
            command.env(PIN, &self.pin);
        }
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Told {
        Told::from(self.command(args).output().expect("plancheck starts"))
    }

    pub(crate) fn with_plan(&self, verb: &str, more: &[&str]) -> Told {
        let plan = ["--plan", "tfplan", "--state", "state.json", "--governance", "governance.lock.json"];
        let where_ = ["--trust-root", "trust.json", "--workspace", "prod"];
        self.run(&[&[verb][..], &plan, &where_, more].concat())
    }

    pub(crate) fn request(&self, more: &[&str]) -> Request {
        let told = self.with_plan("request", &[&["--out", "request.json"], more].concat());
        assert_eq!(told.code, 3, "{told:?}");
        Request::parse(&fs::read(self.path("request.json")).unwrap()).unwrap()
    }

    /// Asks, and has these people answer.
    pub(crate) fn answered(&self, people: &[&Person], edit: impl Fn(&mut Approval)) {
        let request = self.request(&[]);
        self.answer(&request, people, edit);
    }

    pub(crate) fn answer(&self, request: &Request, people: &[&Person], edit: impl Fn(&mut Approval)) {
        for person in people {
            let email = Email::parse(&person.email()).unwrap();
            let mut approval = request.answer(Decision::Approve, email, person.function, now());
            edit(&mut approval);
            let signed = person.sign(Statement::Approval(approval));
            self.put(&format!("approvals/{}.json", person.name), signed.to_json());
        }
    }

    pub(crate) fn approved(&self) {
        self.answered(&[&self.people[0], &self.people[1]], |_| {});
    }

    pub(crate) fn gate_args(&self) -> Vec<String> {
        let program = self.path("terraform").to_string_lossy().into_owned();
        let args = [
            "gate",
            "--plan",
            "tfplan",
            "--governance",
            "governance.lock.json",
            "--trust-root",
            "trust.json",
            "--approvals",
            "approvals",
            "--ledger",
            "ledger",
            "--dependency-lock",
            "dependencies",
            "--",
            &program,
            "apply",
        ];
        args.map(str::to_owned).to_vec()
    }

    pub(crate) fn gate(&self) -> Told {
        self.gate_with(&[])
    }

    pub(crate) fn gate_with(&self, more: &[&str]) -> Told {
        let mut args = self.gate_args();
        let at = args.iter().position(|arg| arg == "--").unwrap();
        args.splice(at..at, more.iter().map(|arg| (*arg).to_owned()));
        self.run(&args.iter().map(String::as_str).collect::<Vec<_>>())
    }

    pub(crate) fn applied(&self) -> Option<Vec<u8>> {
        fs::read(self.path("applied")).ok()
    }

    /// The gate stays shut: this exit code, nothing applied, and it says why.
    #[track_caller]
    pub(crate) fn shut(&self, told: &Told, code: i32, saying: &str) {
        assert_eq!(told.code, code, "{told:?}");
        assert!(told.all().contains(saying), "`{saying}` is not said: {told:?}");
        assert_eq!(self.applied(), None, "something was applied");
    }

    /// The honest twin: it opens.
    #[track_caller]
    pub(crate) fn opens(&self) {
        let told = self.gate();
        assert_eq!(told.code, 0, "{told:?}");
        assert!(self.applied().is_some());
    }
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second()).unwrap()
}

#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Told {
    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}

impl From<Output> for Told {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self {
            code: output.status.code().expect("no signal"),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

/// A group of instances goes from 4 to at most `max`.
pub(crate) fn plan(max: u32) -> Value {
    json!({
        "format_version": "1.2", "terraform_version": "1.12.2", "planned_values": {},
        "resource_changes": [{
            "address": "aws_autoscaling_group.workers", "mode": "managed", "type": "aws_autoscaling_group", "name": "workers",
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {
                "actions": ["update"], "before": { "max_size": 4, "note": "a" }, "after": { "max_size": max, "note": "a" },
                "after_unknown": {}, "before_sensitive": {}, "after_sensitive": {},
            },
        }],
        "configuration": { "root_module": {} },
    })
}

/// Whether there is an `ssh-keygen`; said aloud where there is none, and a failure where one is required.
pub(crate) fn ssh_keygen() -> bool {
    let found =
        Command::new("ssh-keygen").arg("-?").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    let required = std::env::var_os("REMIT_REQUIRE_SSH_KEYGEN").is_some_and(|value| value == "1");
    assert!(found || !required, "REMIT_REQUIRE_SSH_KEYGEN is set, and there is no ssh-keygen");
    if !found {
        eprintln!("SKIPPED: there is no ssh-keygen");
    }
    found
}

/// People whose keys `ssh-keygen` can sign with: ordinary ones, which the envelope allows on grounds.
pub(crate) fn plain_scene() -> Scene {
    let scene = Scene::of([
        Person::with_key("dana", Function::Finance, 1),
        Person::with_key("lee", Function::Security, 2),
    ]);
    for person in scene.people.iter().chain([&scene.ada]) {
        scene.put(&person.name, person.private_key());
        fs::set_permissions(scene.path(&person.name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    scene
}

/// The arguments by which somebody approves, but for the code.
pub(crate) fn approve_args(who: &str, key: &str) -> Vec<String> {
    let email = format!("{who}@example.com");
    let args = [
        "approve",
        "--request",
        "request.json",
        "--plan",
        "tfplan",
        "--governance",
        "governance.lock.json",
        "--trust-root",
        "trust.json",
        "--approver",
        &email,
        "--key",
        key,
        "--approvals",
        "approvals",
    ];
    args.map(str::to_owned).to_vec()
}

pub(crate) fn approve(scene: &Scene, who: &str, key: &str, code: &str, more: &[&str]) -> Told {
    let mut args = approve_args(who, key);
    if more.contains(&"--next") {
        let at = args.iter().position(|arg| arg == "--plan").unwrap();
        args.drain(at..at + 4);
    }
    args.extend(["--code", code].iter().chain(more).map(|arg| (*arg).to_owned()));
    scene.run(&args.iter().map(String::as_str).collect::<Vec<_>>())
}

pub(crate) fn real_terraform() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path)
        .flat_map(|folder| [folder.join("terraform"), folder.join("tofu")])
        .find(|path| path.is_file());
    let required = std::env::var_os("REMIT_REQUIRE_TERRAFORM").is_some_and(|value| value == "1");
    assert!(found.is_some() || !required, "REMIT_REQUIRE_TERRAFORM is set, and there is no tool");
    if found.is_none() {
        eprintln!("SKIPPED: there is no terraform or tofu");
    }
    found.map(|path| if path.is_absolute() { path } else { Path::new("/").join(path) })
}
