//! Consent from end to end, as processes: request, approve, approvals, check, gate, trust and lock; and each way around the
//! gate that the threat model names, beside the honest twin that passes. Most run a stand-in for terraform that says what it
//! was given; one runs the real one.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "black-box test: it stops at the first thing that is not as it should be, and looks at the machine it runs on"
)]

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use remit_governance::{
    Envelope, Json, Lock, TrustRoot,
    approval::{Approval, Decision, Moved, Request, Statement},
    consent::{Assurance, Function},
    history::{Declaration, Evidence, History, Refused, advance},
    person::Email,
    testing::{Person, at, trust_root},
    time::Timestamp,
};
use serde_json::{Value, json};

const BIN: &str = env!("CARGO_BIN_EXE_plancheck");
const PIN: &str = "REMIT_TRUST_ROOT_SHA256";
const CREATED: &str = "2026-11-25T11:00:00Z";

/// Stands in for terraform: a plan file of its is the JSON itself, and it writes down what it applied and was given.
const STAND_IN: &str = r#"#!/bin/sh
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

struct Scene {
    folder: tempfile::TempDir,
    rita: Person,
    people: [Person; 2],
    trust: TrustRoot,
    pin: String,
}

impl Scene {
    fn new() -> Self {
        Self::of([
            Person::with_fido("dana", Function::Finance, 1),
            Person::with_fido("lee", Function::Security, 2),
        ])
    }

    fn of(people: [Person; 2]) -> Self {
        let rita = Person::with_fido("rita", Function::Security, 11);
        let trust = trust_root(&[&rita], 1);
        let pin = trust.digest().to_string();
        let scene = Self { folder: tempfile::tempdir().unwrap(), rita, people, trust, pin };
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

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// A lock that proves itself, with everybody enrolled.
    fn lock(&self, authorize_above: u32, serial: u64) -> Lock {
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
        let all: Vec<Declaration> = people.into_iter().chain([Declaration::Envelope(envelope)]).collect();
        let records: Vec<String> = all.iter().map(Declaration::record).collect();
        let texts: Vec<&str> = records.iter().map(String::as_str).collect();
        let histories: Vec<History> = all.iter().map(|declared| self.created(declared)).collect();
        Lock::build(&texts, serial).unwrap().with_histories(&histories).unwrap()
    }

    fn created(&self, declared: &Declaration) -> History {
        let evidence = |signed| Evidence { trust: &self.trust, signed, approvers: &[], now: at(CREATED) };
        let Err(Refused::Unapproved(needs)) = advance(None, declared, &evidence(&[])) else {
            panic!("it needs nobody")
        };
        let approval = Approval {
            transitions: vec![Moved::clone(&needs.moved)],
            ..self.rita.approval(std::slice::from_ref(&needs.policy.under))
        };
        advance(None, declared, &evidence(&[self.rita.sign(Statement::Approval(approval))])).unwrap()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(BIN);
        command.current_dir(self.folder.path()).args(args).stdin(Stdio::null()).env_remove(PIN);
        if !self.pin.is_empty() {
            command.env(PIN, &self.pin);
        }
        command
    }

    fn run(&self, args: &[&str]) -> Told {
        Told::from(self.command(args).output().expect("plancheck starts"))
    }

    fn with_plan(&self, verb: &str, more: &[&str]) -> Told {
        let plan = ["--plan", "tfplan", "--state", "state.json", "--governance", "governance.lock.json"];
        let where_ = ["--trust-root", "trust.json", "--workspace", "prod"];
        self.run(&[&[verb][..], &plan, &where_, more].concat())
    }

    fn request(&self, more: &[&str]) -> Request {
        let told = self.with_plan("request", &[&["--out", "request.json"], more].concat());
        assert_eq!(told.code, 3, "{told:?}");
        Request::parse(&fs::read(self.path("request.json")).unwrap()).unwrap()
    }

    /// Asks, and has these people answer.
    fn answered(&self, people: &[&Person], edit: impl Fn(&mut Approval)) {
        let request = self.request(&[]);
        self.answer(&request, people, edit);
    }

    fn answer(&self, request: &Request, people: &[&Person], edit: impl Fn(&mut Approval)) {
        for person in people {
            let email = Email::parse(&person.email()).unwrap();
            let mut approval = request.answer(Decision::Approve, email, person.function, now());
            edit(&mut approval);
            let signed = person.sign(Statement::Approval(approval));
            self.put(&format!("approvals/{}.json", person.name), signed.to_json());
        }
    }

    fn approved(&self) {
        self.answered(&[&self.people[0], &self.people[1]], |_| {});
    }

    fn gate_args(&self) -> Vec<String> {
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

    fn gate(&self) -> Told {
        self.gate_with(&[])
    }

    fn gate_with(&self, more: &[&str]) -> Told {
        let mut args = self.gate_args();
        let at = args.iter().position(|arg| arg == "--").unwrap();
        args.splice(at..at, more.iter().map(|arg| (*arg).to_owned()));
        self.run(&args.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn applied(&self) -> Option<Vec<u8>> {
        fs::read(self.path("applied")).ok()
    }

    /// The gate stays shut: this exit code, nothing applied, and it says why.
    #[track_caller]
    fn shut(&self, told: &Told, code: i32, saying: &str) {
        assert_eq!(told.code, code, "{told:?}");
        assert!(told.all().contains(saying), "`{saying}` is not said: {told:?}");
        assert_eq!(self.applied(), None, "something was applied");
    }

    /// The honest twin: it opens.
    #[track_caller]
    fn opens(&self) {
        let told = self.gate();
        assert_eq!(told.code, 0, "{told:?}");
        assert!(self.applied().is_some());
    }
}

fn now() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second()).unwrap()
}

#[derive(Debug)]
struct Told {
    code: i32,
    out: String,
    err: String,
}

impl Told {
    fn all(&self) -> String {
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
fn plan(max: u32) -> Value {
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

#[test]
fn what_enough_people_signed_is_applied_once() {
    let scene = Scene::new();
    let before = scene.with_plan("check", &["--approvals", "approvals"]);
    assert_eq!(before.code, 3, "{before:?}");
    scene.shut(&scene.gate(), 3, "missing 1 finance and 1 security");
    scene.answered(&[&scene.people[0]], |_| {});
    let one = scene.with_plan("approvals", &["--approvals", "approvals"]);
    assert_eq!(one.code, 3);
    assert!(
        one.out.contains("missing 1 security") && one.out.contains("signed   dana@example.com"),
        "{one:?}"
    );
    scene.shut(&scene.gate(), 3, "missing 1 security");

    scene.approved();
    let check = scene.with_plan("check", &["--approvals", "approvals", "--format", "json"]);
    assert_eq!(check.code, 0, "{check:?}");
    let report: Value = serde_json::from_str(&check.out).unwrap();
    assert_eq!(report["governance"]["pinned"], true);
    assert_eq!(report["findings"][0]["accepted"]["owner"], "dana@example.com, lee@example.com");
    scene.opens();
    assert_eq!(scene.applied().unwrap(), plan(15).to_string().into_bytes());

    fs::remove_file(scene.path("applied")).unwrap();
    scene.shut(&scene.gate(), 3, "consumed: the request was used already");
    let again = scene.with_plan("check", &["--approvals", "approvals", "--ledger", "ledger"]);
    assert_eq!(again.code, 3, "{again:?}");
    // Two runs at one time: the other was quicker by a moment.
    let used = fs::read_dir(scene.path("ledger")).unwrap().next().unwrap().unwrap().path();
    fs::remove_file(&used).unwrap();
    scene.put("race", used.file_name().unwrap().to_string_lossy().as_bytes());
    scene.shut(&scene.gate(), 1, "the request was used already");
    fs::remove_file(scene.path("race")).unwrap();
    fs::remove_file(&used).unwrap();
    scene.opens();
}

#[test]
fn a_request_says_what_a_person_needs() {
    let scene = Scene::new();
    let told = scene.with_plan("request", &["--out", "request.json", "--author", "github:agent"]);
    let request = Request::parse(&fs::read(scene.path("request.json")).unwrap()).unwrap();
    for part in [
        request.code().as_str(),
        "aws_autoscaling_group.workers",
        "15",
        "12",
        "dana <dana@example.com>, finance",
        "github:agent",
        "To be signed by",
        "workspace prod",
    ] {
        assert!(told.out.contains(part), "`{part}` is missing in {}", told.out);
    }
    scene.put("tfplan", plan(10).to_string());
    assert_eq!(scene.with_plan("request", &["--out", "none.json"]).code, 0);
    scene.put("tfplan", plan(50).to_string());
    assert_eq!(scene.with_plan("request", &["--out", "none.json"]).code, 2);
    assert!(!scene.path("none.json").exists(), "there was nothing to ask");
}

#[test]
fn an_edited_plan_file() {
    let scene = Scene::new();
    scene.approved();
    for (from, to) in [
        (r#""max_size":15"#, r#""max_size":16"#),
        // What no rule looks at, and what another reader would take for the same number.
        (r#""max_size":15,"note":"a""#, r#""max_size":15,"note":"b""#),
        (r#""max_size":15"#, r#""max_size":15.0"#),
    ] {
        let edited = plan(15).to_string().replace(from, to);
        assert_ne!(edited, plan(15).to_string());
        scene.put("tfplan", edited);
        scene.shut(&scene.gate(), 3, "missing 1 finance and 1 security");
    }
    // Something slipped in beside.
    let mut more = plan(15);
    let mut other = more["resource_changes"][0].clone();
    other["address"] = "aws_iam_policy.smuggled".into();
    other["type"] = "aws_iam_policy".into();
    more["resource_changes"].as_array_mut().unwrap().push(other);
    scene.put("tfplan", more.to_string());
    let told = scene.gate();
    assert_ne!(told.code, 0, "{told:?}");
    assert_eq!(scene.applied(), None);
    scene.put("tfplan", plan(15).to_string());
    scene.opens();
}

#[test]
fn a_plan_swapped_between_check_and_apply() {
    let scene = Scene::new();
    scene.approved();
    scene.put("evil", plan(19).to_string());
    scene.opens();
    assert_eq!(scene.applied().unwrap(), plan(15).to_string().into_bytes(), "the swapped plan was applied");
    assert_eq!(
        fs::read(scene.path("tfplan")).unwrap(),
        plan(19).to_string().into_bytes(),
        "the swap was tried"
    );
}

#[test]
fn a_symbolic_link_that_turns() {
    let scene = Scene::new();
    scene.approved();
    fs::rename(scene.path("tfplan"), scene.path("honest")).unwrap();
    symlink(scene.path("honest"), scene.path("tfplan")).unwrap();
    scene.put("evil", plan(19).to_string());
    scene.opens();
    assert_eq!(scene.applied().unwrap(), plan(15).to_string().into_bytes());
    // What is no file is not copied at all.
    fs::remove_file(scene.path("applied")).unwrap();
    fs::remove_file(scene.path("tfplan")).unwrap();
    symlink("/dev/zero", scene.path("tfplan")).unwrap();
    scene.shut(&scene.gate(), 1, "it is not a regular file");
}

#[test]
fn tricks_with_the_environment() {
    let scene = Scene::new();
    scene.approved();
    let tricks = [
        ("TF_CLI_ARGS_apply", "-target=x"),
        ("TF_WORKSPACE", "other"),
        ("TF_REATTACH_PROVIDERS", "{}"),
        ("TF_CLI_CONFIG_FILE", "evil.tfrc"),
        ("TF_DATA_DIR", "evil"),
        ("TF_VAR_max", "99"),
        ("LD_PRELOAD_X", "evil.so"),
        ("PLUGIN_PROTOCOL_VERSIONS", "5"),
        ("BASH_ENV", "evil.sh"),
    ];
    let args = scene.gate_args();
    let mut command = scene.command(&args.iter().map(String::as_str).collect::<Vec<_>>());
    command.envs(tricks).env("AWS_REGION", "eu-west-1");
    let told = Told::from(command.output().unwrap());
    assert_eq!(told.code, 0, "{told:?}");
    let given = fs::read_to_string(scene.path("env")).unwrap();
    for (name, _) in tricks {
        assert!(!given.contains(name), "{name} reached the command");
    }
    assert!(given.contains("AWS_REGION=eu-west-1"), "the runner's credentials do reach it");
}

#[test]
fn other_programs_and_other_arguments() {
    let scene = Scene::new();
    scene.approved();
    let program = scene.path("terraform").to_string_lossy().into_owned();
    fs::copy(scene.path("terraform"), scene.path("sh")).unwrap();
    let sh = scene.path("sh").to_string_lossy().into_owned();
    for (command, saying) in [
        (vec!["terraform", "apply"], "is not the absolute path"),
        (vec!["./terraform", "apply"], "is not the absolute path"),
        (vec![sh.as_str(), "apply"], "is not the absolute path"),
        (vec![&program, "destroy"], "the command is not `apply` alone"),
        (vec![&program, "apply", "-target=x"], "the command is not `apply` alone"),
        (vec![&program, "apply", "other.tfplan"], "the command is not `apply` alone"),
    ] {
        let mut args = scene.gate_args();
        args.truncate(args.iter().position(|arg| arg == "--").unwrap() + 1);
        args.extend(command.iter().map(|arg| (*arg).to_owned()));
        let told = scene.run(&args.iter().map(String::as_str).collect::<Vec<_>>());
        scene.shut(&told, 1, saying);
    }
    scene.opens();
}

#[test]
fn no_pin_another_pin_and_another_trust_root() {
    let mut scene = Scene::new();
    scene.approved();
    let pin = std::mem::take(&mut scene.pin);
    scene.shut(&scene.gate(), 1, "no approval counts without a pinned trust root");
    assert_eq!(scene.with_plan("check", &["--approvals", "approvals"]).code, 1);
    scene.pin = format!("sha256:{}", "0".repeat(64));
    scene.shut(&scene.gate(), 1, "is not the trust root that is pinned");
    scene.pin = "nonsense".to_owned();
    scene.shut(&scene.gate(), 1, "is not the trust root that is pinned");
    scene.pin = pin;
    // Somebody's own root, with everything signed by them.
    let eve = Person::with_fido("eve", Function::Security, 9);
    scene.put("trust.json", trust_root(&[&eve], 1).to_json());
    scene.shut(&scene.gate(), 1, "is not the trust root that is pinned");
    scene.put("trust.json", scene.trust.to_json());
    scene.opens();
}

#[test]
fn a_lock_of_ones_own_and_an_old_lock() {
    let scene = Scene::new();
    scene.approved();
    let good = fs::read_to_string(scene.path("governance.lock.json")).unwrap();
    // A looser envelope that carries no approvals, and one whose approvals are somebody else's.
    let looser = scene.lock(19, 8);
    let bare: Vec<String> = looser
        .approvers()
        .map(remit_governance::Approver::record)
        .chain(looser.envelopes().iter().map(Envelope::record))
        .collect();
    let texts: Vec<&str> = bare.iter().map(String::as_str).collect();
    scene.put("governance.lock.json", Lock::build(&texts, 8).unwrap().to_json());
    scene.shut(&scene.gate(), 1, "carries no approvals");
    let eve = Person::with_fido("eve", Function::Security, 9);
    let hers = Scene { trust: trust_root(&[&eve], 1), rita: eve, ..Scene::new() };
    scene.put("governance.lock.json", hers.lock(19, 8).to_json());
    scene.shut(&scene.gate(), 1, "does not prove itself");
    scene.put("governance.lock.json", good);
    scene.shut(&scene.gate_with(&["--minimum-serial", "8"]), 1, "has serial 7");
    assert_eq!(scene.gate_with(&["--minimum-serial", "7"]).code, 0);
}

#[test]
fn other_providers() {
    let scene = Scene::new();
    scene.approved();
    scene.put(".terraform.lock.hcl", "provider \"evil\" {}");
    scene.shut(&scene.gate(), 1, "is not the dependency lock file that was given");
    scene.put("dependencies", "provider \"evil\" {}");
    scene.opens();
}

#[test]
fn a_state_that_moved_on() {
    let scene = Scene::new();
    scene.approved();
    scene.put("state.json", r#"{"version":4,"serial":8,"lineage":"4b1c"}"#);
    scene.shut(&scene.gate(), 3, "missing 1 finance and 1 security");
    scene.put("state.json", r#"{"version":4,"serial":7,"lineage":"other"}"#);
    scene.shut(&scene.gate(), 3, "missing 1 finance and 1 security");
    scene.put("state.json", "");
    scene.shut(&scene.gate(), 3, "missing 1 finance and 1 security");
    scene.put("state.json", r#"{"version":4,"serial":7,"lineage":"4b1c"}"#);
    scene.opens();
}

#[test]
fn a_failing_command_has_an_exit_code_of_its_own() {
    let scene = Scene::new();
    scene.approved();
    scene.put("exit", "3");
    let told = scene.gate_with(&["--result", "result.json"]);
    assert_eq!(told.code, 4, "{told:?}");
    let result: Value = serde_json::from_slice(&fs::read(scene.path("result.json")).unwrap()).unwrap();
    assert_eq!((&result["exit_code"], &result["command_exit_code"]), (&json!(4), &json!(3)));
}

#[test]
fn authors_late_signatures_other_envelopes_and_rejections() {
    let scene = Scene::new();
    let [dana, lee] = &scene.people;
    scene.approved();
    scene.shut(&scene.gate_with(&["--author", "dana@example.com"]), 3, "took part in the change");
    let earlier = |seconds: i64| Timestamp::from_second(now().as_second() - seconds).unwrap();
    scene.answered(&[dana, lee], |approval| {
        approval.requested_at = earlier(5 * 3600);
        approval.expires_at = earlier(0);
        approval.signed_at = earlier(5 * 3600);
    });
    scene.shut(&scene.gate(), 3, "too late since");
    scene.answered(&[dana, lee], |approval| approval.under.clear());
    scene.shut(&scene.gate(), 3, "other-policy");
    scene.answered(&[dana, lee], |approval| approval.audience = "workspace dev".to_owned());
    scene.shut(&scene.gate(), 3, "other-audience");
    let request = scene.request(&[]);
    scene.answer(&request, &[dana, lee], |_| {});
    let email = Email::parse(&lee.email()).unwrap();
    let no = request.answer(Decision::Reject, email, lee.function, now());
    scene.put("approvals/no.json", lee.sign(Statement::Approval(no)).to_json());
    scene.shut(&scene.gate(), 3, "rejected by lee@example.com");
    scene.put("approvals/no.json", "{}");
    assert!(
        scene.with_plan("approvals", &["--approvals", "approvals"]).out.contains("not an approval: no.json")
    );
    scene.opens();
}

#[test]
fn a_key_that_was_not_touched() {
    let scene = Scene::new();
    let [dana, lee] = &scene.people;
    let limp = Person { flags: Some(0), ..dana.clone() };
    scene.answered(&[&limp, lee], |_| {});
    scene.shut(&scene.gate(), 3, "no-touch");
    let soft = Person { flags: None, ..dana.clone() };
    scene.answered(&[&soft, lee], |_| {});
    scene.shut(&scene.gate(), 3, "unknown-key");
    scene.approved();
    scene.opens();
}

#[test]
fn an_emergency_is_two_people_and_a_reminder() {
    let strong = |name: &str, function, seed| Person {
        assurance: Assurance::TouchPinAttested,
        ..Person::with_fido(name, function, seed)
    };
    let scene = Scene::of([strong("dana", Function::Finance, 1), strong("lee", Function::Security, 2)]);
    let [dana, lee] = &scene.people;
    let request = scene.request(&["--break-glass"]);
    scene.answer(&request, &[dana], |_| {});
    scene.shut(&scene.gate_with(&["--break-glass"]), 3, "missing 1 of its approvers");
    scene.answer(&request, &[dana, lee], |_| {});
    scene.shut(&scene.gate(), 3, "missing 1 finance and 1 security");
    assert_eq!(scene.gate_with(&["--break-glass"]).code, 0);
    // The next run tells, until somebody has reviewed it.
    scene.put("tfplan", plan(10).to_string());
    let next = scene.gate();
    assert!(next.code == 0 && next.out.contains("break-glass-unreviewed"), "{next:?}");
    assert!(scene.with_plan("check", &["--ledger", "ledger"]).out.contains("break-glass-unreviewed"));
    scene.put(&format!("ledger/{}.reviewed", request.id), "mina.okafor@example.com");
    assert!(!scene.gate().out.contains("break-glass-unreviewed"));
}

/// Whether there is an `ssh-keygen`; said aloud where there is none, and a failure where one is required.
fn ssh_keygen() -> bool {
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
fn plain_scene() -> Scene {
    let scene = Scene::of([
        Person::with_key("dana", Function::Finance, 1),
        Person::with_key("lee", Function::Security, 2),
    ]);
    for person in &scene.people {
        scene.put(&person.name, person.private_key());
        fs::set_permissions(scene.path(&person.name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    scene
}

fn approve(scene: &Scene, who: &str, key: &str, code: &str, more: &[&str]) -> Told {
    let email = format!("{who}@example.com");
    let args = [
        "approve",
        "--request",
        "request.json",
        "--trust-root",
        "trust.json",
        "--approver",
        &email,
        "--key",
        key,
        "--approvals",
        "approvals",
        "--code",
        code,
    ];
    let plan = ["--plan", "tfplan", "--governance", "governance.lock.json"];
    let plan = if more.contains(&"--next") { &[][..] } else { &plan[..] };
    scene.run(&[&args[..], plan, more].concat())
}

#[test]
fn people_sign_with_their_own_keys() {
    if !ssh_keygen() {
        return;
    }
    let scene = plain_scene();
    let code = scene.request(&[]).code();
    assert_eq!(approve(&scene, "dana", "dana", "00000000", &[]).code, 1, "another code");
    assert_eq!(approve(&scene, "dana", "lee", &code, &[]).code, 1, "somebody else's key");
    assert_eq!(approve(&scene, "eve", "lee", &code, &[]).code, 1, "nobody who is asked");
    // A request that says something else than the plan on this machine.
    scene.put("tfplan", plan(16).to_string());
    let told = approve(&scene, "dana", "dana", &code, &[]);
    assert!(told.code == 1 && told.err.contains("asks for something else"), "{told:?}");
    assert!(!scene.path("approvals").exists(), "nothing was signed so far");
    scene.put("tfplan", plan(15).to_string());
    for who in ["dana", "lee"] {
        let told = approve(&scene, who, who, &code, &["--reason", "for the season"]);
        assert_eq!(told.code, 0, "{told:?}");
        assert!(told.out.contains("aws_autoscaling_group.workers"), "it shows what is signed: {told:?}");
    }
    scene.opens();
}

#[test]
fn a_person_can_say_no() {
    if !ssh_keygen() {
        return;
    }
    let scene = plain_scene();
    let code = scene.request(&[]).code();
    for (who, more) in [("dana", &[][..]), ("lee", &[]), ("lee", &["--reject", "--reason", "too fast"])] {
        assert_eq!(approve(&scene, who, who, &code, more).code, 0);
    }
    scene.shut(&scene.gate(), 3, "rejected by lee@example.com: too fast");
}

/// A trust root of one of them, made by the command.
fn init(scene: &Scene, who: &str, out: &str) -> Told {
    let person = scene.people.iter().find(|person| person.name == who).unwrap();
    let declared = json!({
        "name": person.name, "email": person.email(), "function": person.function.as_str(), "assurance": "key",
        "keys": [person.public_key()],
    });
    let file = format!("{who}.json");
    scene.put(&file, declared.to_string());
    scene.run(&[
        "trust",
        "init",
        "--approver",
        &file,
        "--threshold",
        "1",
        "--minimum-assurance",
        "key",
        "--owner",
        "mina@example.com",
        "--reason",
        "no hardware yet",
        "--expires",
        "2099-01-01",
        "--out",
        out,
    ])
}

#[test]
fn the_trust_root_is_made_and_shown() {
    let mut scene = plain_scene();
    scene.pin.clear();
    assert_eq!(init(&scene, "dana", "trust.json").code, 0);
    let no_grounds = [
        "trust",
        "init",
        "--approver",
        "dana.json",
        "--threshold",
        "1",
        "--minimum-assurance",
        "key",
        "--out",
        "x",
    ];
    assert_eq!(scene.run(&no_grounds).code, 1);
    let too_many = ["trust", "init", "--approver", "dana.json", "--threshold", "2", "--out", "x"];
    assert_eq!(scene.run(&too_many).code, 1);
    assert!(!scene.path("x").exists());
    let shown = scene.run(&["trust", "show", "trust.json"]);
    let digest = TrustRoot::parse(&fs::read(scene.path("trust.json")).unwrap()).unwrap().digest();
    assert!(shown.out.contains(&format!("REMIT_TRUST_ROOT_SHA256={digest}")), "{shown:?}");
    let signers = scene.run(&["trust", "signers", "trust.json"]).out;
    assert!(signers.starts_with("dana@example.com namespaces=\"approval@remit\""), "{signers}");
}

#[test]
fn the_trust_root_is_rotated_by_the_people_of_both() {
    if !ssh_keygen() {
        return;
    }
    let mut scene = plain_scene();
    scene.pin.clear();
    assert_eq!(init(&scene, "dana", "trust.json").code, 0);
    assert_eq!(init(&scene, "lee", "next.json").code, 0);
    let digest = TrustRoot::parse(&fs::read(scene.path("trust.json")).unwrap()).unwrap().digest();
    let rotate = [
        "trust",
        "rotate",
        "--from",
        "trust.json",
        "--to",
        "next.json",
        "--approvals",
        "approvals",
        "--request",
        "request.json",
        "--out",
        "rotated.json",
    ];
    assert_eq!(scene.run(&rotate).code, 3);
    let code = Request::parse(&fs::read(scene.path("request.json")).unwrap()).unwrap().code();
    assert_eq!(approve(&scene, "dana", "dana", &code, &["--next", "next.json"]).code, 0);
    assert_eq!(scene.run(&rotate).code, 3, "the new people have to agree as well");
    assert!(!scene.path("rotated.json").exists());
    assert_eq!(approve(&scene, "lee", "lee", &code, &["--next", "next.json"]).code, 0);
    let told = scene.run(&rotate);
    assert_eq!(told.code, 0, "{told:?}");
    let rotated = TrustRoot::parse(&fs::read(scene.path("rotated.json")).unwrap()).unwrap();
    assert!(rotated.digest() != digest && rotated.known(&digest).is_some());
}

#[test]
fn a_lock_is_made_from_a_state_and_verified() {
    let scene = Scene::new();
    let lock = scene.lock(12, 7);
    let instance = |kind: &str, record: String| {
        let digest = remit_governance::Digest::of(record.as_bytes());
        let history = lock.history(&digest).unwrap().unwrap().json().to_text();
        json!({ "mode": "managed", "type": kind, "instances": [{ "attributes": { "record": record, "history": history } }] })
    };
    let mut resources: Vec<Value> =
        lock.approvers().map(|a| instance("remit_approver", a.record())).collect();
    resources.extend(lock.envelopes().iter().map(|e| instance("remit_envelope", e.record())));
    scene.put("governance.tfstate", json!({ "version": 4, "resources": resources }).to_string());
    let made = scene.run(&["lock", "--state", "governance.tfstate", "--serial", "7", "--out", "made.json"]);
    assert_eq!(made.code, 0, "{made:?}");
    assert_eq!(fs::read_to_string(scene.path("made.json")).unwrap(), lock.to_json());
    let verify = |file: &str| scene.run(&["lock", "--verify", file, "--trust-root", "trust.json"]).code;
    assert_eq!(verify("made.json"), 0);
    scene.put("edited.json", lock.to_json().replace(r#""ceiling": "20""#, r#""ceiling": "90""#));
    assert_eq!(verify("edited.json"), 1);
}

/// With the real terraform: two objects at once need consent, ed25519 keys sign, and the gate applies.
#[test]
fn the_real_terraform() {
    let Some(program) = real_terraform() else { return };
    if !ssh_keygen() {
        return;
    }
    let scene = plain_scene();
    scene.put(
        "main.tf",
        "resource \"terraform_data\" \"a\" { input = 1 }\nresource \"terraform_data\" \"b\" { input = 2 }\n",
    );
    let terraform = |args: &[&str]| {
        let ran = Command::new(&program)
            .args(args)
            .current_dir(scene.folder.path())
            .env("CHECKPOINT_DISABLE", "1")
            .output()
            .unwrap();
        assert!(ran.status.success(), "{args:?}: {}", String::from_utf8_lossy(&ran.stderr));
        ran.stdout
    };
    terraform(&["init", "-input=false"]);
    terraform(&["plan", "-input=false", "-out=real.tfplan"]);
    scene.put("tfplan", terraform(&["show", "-json", "real.tfplan"]));
    scene.put("state.json", terraform(&["state", "pull"]));
    let workspace = ["--workspace", "default"];
    let plan = [
        "--plan",
        "tfplan",
        "--state",
        "state.json",
        "--governance",
        "governance.lock.json",
        "--trust-root",
        "trust.json",
    ];
    let asked = scene.run(&[&["request"][..], &plan, &workspace, &["--out", "request.json"]].concat());
    assert_eq!(asked.code, 3, "{asked:?}");
    let gate = || {
        let mut args = scene.gate_args();
        let at = args.iter().position(|arg| arg == "tfplan").unwrap();
        args[at] = "real.tfplan".to_owned();
        let last = args.len() - 2;
        args[last] = program.to_string_lossy().into_owned();
        scene.run(&args.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let shut = gate();
    assert_eq!(shut.code, 3, "{shut:?}");
    assert!(!scene.path("terraform.tfstate").exists(), "something was applied");
    let code = Request::parse(&fs::read(scene.path("request.json")).unwrap()).unwrap().code();
    for who in ["dana", "lee"] {
        let told = approve(&scene, who, who, &code, &[]);
        assert_eq!(told.code, 0, "{told:?}");
    }
    let honest = fs::read(scene.path("real.tfplan")).unwrap();
    // A saved plan carries the second it was made in: within one second, two of them are the same bytes.
    let replanned = (0..50).any(|_| {
        terraform(&["plan", "-input=false", "-out=real.tfplan"]);
        let same = fs::read(scene.path("real.tfplan")).unwrap() == honest;
        if same {
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        !same
    });
    assert!(replanned, "else the next line shows nothing");
    let again = gate();
    assert_eq!(again.code, 0, "an identical plan made again is the same change: {again:?}");
    assert!(scene.path("terraform.tfstate").exists());
    // Nothing of it is good a second time: Terraform finds the plan stale, and the serial has moved on.
    fs::write(scene.path("real.tfplan"), honest).unwrap();
    assert_ne!(gate().code, 0);
}

fn real_terraform() -> Option<PathBuf> {
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
