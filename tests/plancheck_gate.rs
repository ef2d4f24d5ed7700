//! The gate as a process: what opens it, and each way around it that the threat model names, beside the honest twin that
//! passes. Most run a stand-in for terraform that says what it was given; the last ones run the real one.
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

#[path = "consent_support.rs"]
mod support;

use std::{fs, os::unix::fs::symlink, path::PathBuf, process::Command};

use remit_governance::{
    Envelope, Lock,
    approval::{Decision, Request, Statement},
    consent::{Assurance, Function},
    person::Email,
    testing::{Person, trust_root},
    time::Timestamp,
};
use serde_json::{Value, json};
use support::{Scene, Told, approve, now, plain_scene, plan, real_terraform, ssh_keygen};

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

/// Accepting findings is advice to `check`; the gate hears people only.
#[test]
fn accepted_findings() {
    let scene = Scene::new();
    let accepted = "[[accept]]\nrule = \"scale-needs-consent\"\naddress = \"**\"\nup_to = 20\nowner = \"mina@example.com\"\n\
                    reason = \"the season\"\nexpires = 2099-01-01\n";
    scene.put("accepted.toml", accepted);
    let check = scene.run(&[
        "check",
        "--plan",
        "tfplan",
        "--governance",
        "governance.lock.json",
        "--workspace",
        "prod",
        "--accepted",
        "accepted.toml",
    ]);
    assert_eq!(check.code, 0, "`check` counts what is accepted, else the rest shows nothing: {check:?}");
    scene.shut(&scene.gate(), 3, "missing 1 finance and 1 security");
    // It cannot be told to.
    let told = scene.gate_with(&["--accepted", "accepted.toml"]);
    scene.shut(&told, 1, "--accepted");
    // Nor does acceptance enter the digest that people sign.
    scene.approved();
    scene.opens();
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
        // What the job could do to the platform with it, the command has no business with.
        ("GITHUB_TOKEN", "secret"),
        ("CI_JOB_TOKEN", "secret"),
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
    scene.shut(&scene.gate_with(&["--actor", "dana@example.com"]), 3, "took part in the change");
    // Whoever the environment says started the run.
    let args = scene.gate_args();
    let mut command = scene.command(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let told = Told::from(command.env("GITLAB_USER_EMAIL", "dana@example.com").output().unwrap());
    scene.shut(&told, 3, "took part in the change");
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

/// A plan of the real terraform, in a folder of its own: two objects at once need consent.
struct Real {
    scene: Scene,
    program: PathBuf,
}

impl Real {
    fn of(scene: Scene) -> Option<Self> {
        let program = real_terraform()?;
        scene.put(
            "main.tf",
            "resource \"terraform_data\" \"a\" { input = 1 }\nresource \"terraform_data\" \"b\" { input = 2 }\n",
        );
        let real = Self { scene, program };
        real.terraform(&["init", "-input=false"]);
        real.terraform(&["plan", "-input=false", "-out=real.tfplan"]);
        real.scene.put("tfplan", real.terraform(&["show", "-json", "real.tfplan"]));
        real.scene.put("state.json", real.terraform(&["state", "pull"]));
        Some(real)
    }

    fn terraform(&self, args: &[&str]) -> Vec<u8> {
        let ran = Command::new(&self.program)
            .args(args)
            .current_dir(self.scene.folder.path())
            .env("CHECKPOINT_DISABLE", "1")
            .output()
            .unwrap();
        assert!(ran.status.success(), "{args:?}: {}", String::from_utf8_lossy(&ran.stderr));
        ran.stdout
    }

    fn request(&self) -> Request {
        let plan = ["--plan", "tfplan", "--state", "state.json", "--governance", "governance.lock.json"];
        let rest = ["--trust-root", "trust.json", "--workspace", "default", "--out", "request.json"];
        let asked = self.scene.run(&[&["request"][..], &plan, &rest].concat());
        assert_eq!(asked.code, 3, "{asked:?}");
        Request::parse(&fs::read(self.scene.path("request.json")).unwrap()).unwrap()
    }

    fn gate(&self) -> Told {
        let mut args = self.scene.gate_args();
        let at = args.iter().position(|arg| arg == "tfplan").unwrap();
        "real.tfplan".clone_into(&mut args[at]);
        let last = args.len() - 2;
        args[last] = self.program.to_string_lossy().into_owned();
        self.scene.run(&args.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn is_applied(&self) -> bool {
        self.scene.path("terraform.tfstate").exists()
    }

    fn shut(&self) {
        let shut = self.gate();
        assert_eq!(shut.code, 3, "{shut:?}");
        assert!(!self.is_applied(), "something was applied");
    }
}

/// Ordinary keys and `ssh-keygen`, from the request to the plan that is applied.
#[test]
fn the_real_terraform_with_ordinary_keys() {
    if !ssh_keygen() {
        return;
    }
    let Some(real) = Real::of(plain_scene()) else { return };
    let code = real.request().code();
    real.shut();
    for who in ["dana", "lee"] {
        let told = approve(&real.scene, who, who, &code, &[]);
        assert_eq!(told.code, 0, "{told:?}");
    }
    let planned = real.scene.path("real.tfplan");
    let honest = fs::read(&planned).unwrap();
    // A saved plan carries the second it was made in: within one second, two of them are the same bytes.
    let replanned = (0..50).any(|_| {
        real.terraform(&["plan", "-input=false", "-out=real.tfplan"]);
        let same = fs::read(&planned).unwrap() == honest;
        if same {
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        !same
    });
    assert!(replanned, "else the next line shows nothing");
    let again = real.gate();
    assert_eq!(again.code, 0, "an identical plan made again is the same change: {again:?}");
    assert!(real.is_applied());
    // Nothing of it is good a second time: Terraform finds the plan stale, and the serial has moved on.
    fs::write(planned, honest).unwrap();
    assert_ne!(real.gate().code, 0);
}

/// Signatures in the format of FIDO2 keys, made in software, since no hardware was at hand; without the touch, and with it.
#[test]
fn the_real_terraform_with_fido2_signatures() {
    let Some(real) = Real::of(Scene::new()) else { return };
    let request = real.request();
    let [dana, lee] = &real.scene.people;
    real.shut();
    let untouched = Person { flags: Some(0), ..dana.clone() };
    real.scene.answer(&request, &[&untouched, lee], |_| {});
    real.shut();
    real.scene.answer(&request, &[dana, lee], |_| {});
    let told = real.gate();
    assert_eq!(told.code, 0, "{told:?}");
    assert!(real.is_applied());
}
