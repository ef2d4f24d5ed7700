//! Drift of a governance, class by class: what is told, which way it moved, and what the exit code says. What happens in a cloud is made
//! up here; the real Terraform and a double of the cloud are in the black-box tests.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::needless_pass_by_value,
    reason = "a test that cannot set up its case fails, and JSON made in place is handed over"
)]

mod drifted;
mod scene;

use drifted::{Beside, NOW, controls, over, plan, run, told, with, within};
use plancheck::drift::class::{Class, Direction};
use plancheck::drift::report::Since;
use plancheck::drift::{Accepted, Previous, Trail};
use plancheck::render::drift::{Format, SCHEMA, issue, outputs};
use serde_json::{Value, json};

const BUDGET: &str = "budget";
const POLICY: &str = "service_control_policy";
const GROUP: &str = "autoscaling_group";

#[test]
fn what_is_as_approved_is_clean() {
    let report = over(&controls());
    assert_eq!(told(&report), [""; 0]);
    assert_eq!(report.exit_code(), 0);
    assert_eq!(report.verdict().id(), "clean");
    // Four controls, the envelope, its approver and the decision: everything is listed as looked at.
    assert_eq!(report.checked(), 7);
}

/// Nothing depends on whether the state was saved with the drift in it.
#[test]
fn a_drift_that_somebody_saved_into_the_state_is_told_all_the_same() {
    let found = within(GROUP, "definition", |cap| cap["max"] = json!(40));
    let saved = run(&[plan(&found, &found)], &Beside::default()).expect("a report");
    assert_eq!(told(&saved), told(&over(&found)));
    assert_eq!(saved.exit_code(), 2);
}

/// A class, its field, its direction, the exit code, and what was found.
type Case = (Class, &'static str, Option<Direction>, u8, Vec<Value>);

/// Limits that were moved.
fn of_limits() -> Vec<Case> {
    use Direction::{Looser, Tighter};
    vec![
        (
            Class::LimitLoosened,
            "max",
            Some(Looser),
            2,
            within(GROUP, "definition", |cap| cap["max"] = json!(40)),
        ),
        (
            Class::LimitLoosened,
            "amount",
            Some(Looser),
            2,
            within(BUDGET, "definition", |budget| budget["amount"] = json!("50000")),
        ),
        (
            Class::LimitLoosened,
            "reserved_concurrency",
            Some(Looser),
            2,
            within("lambda_function", "definition", |cap| cap["reserved_concurrency"] = Value::Null),
        ),
        (
            Class::LimitTightened,
            "max",
            Some(Tighter),
            0,
            within(GROUP, "definition", |cap| cap["max"] = json!(5)),
        ),
    ]
}

/// Controls that do not hold, or cannot act.
fn of_controls() -> Vec<Case> {
    use Direction::Looser;
    vec![
        (
            Class::ControlDetached,
            "targets[ou-abcd-12345678]",
            Some(Looser),
            2,
            within(POLICY, "definition", |policy| policy["targets"] = json!([])),
        ),
        (
            Class::ControlDeleted,
            "-",
            Some(Looser),
            2,
            with(BUDGET, |budget| {
                budget["status"] = json!("missing");
                budget["definition"] = Value::Null;
            }),
        ),
        (
            Class::ControlDisarmed,
            "policy_type",
            Some(Looser),
            2,
            within(POLICY, "standing", |standing| standing["policy_type"] = json!("disabled")),
        ),
        (
            Class::ControlDisarmed,
            "alerts[actual above 80%][dana.reyes@example.com]",
            Some(Looser),
            2,
            within(BUDGET, "definition", |budget| {
                let told = budget["alerts"]["actual above 80%"].as_array_mut().expect("addresses");
                told.retain(|address| address != "dana.reyes@example.com");
            }),
        ),
        (
            Class::ScopeEscaped,
            "accounts[123456789012]",
            Some(Looser),
            2,
            within(POLICY, "standing", |standing| standing["accounts"]["123456789012"] = json!("escaped")),
        ),
    ]
}

/// What is around them, and what cannot be told.
fn of_others() -> Vec<Case> {
    use Direction::{Looser, Neither};
    vec![
        (
            Class::AutoRaiseEnabled,
            "auto_adjust",
            Some(Looser),
            2,
            within(BUDGET, "definition", |budget| {
                budget["period"] = json!("monthly, adjusted by AWS itself");
            }),
        ),
        (
            Class::BudgetBlinded,
            "edited",
            Some(Looser),
            2,
            within(BUDGET, "standing", |standing| standing["edited"] = json!("2026-11-30T10:00:00Z")),
        ),
        (
            Class::UnmanagedControl,
            "-",
            Some(Neither),
            3,
            within(BUDGET, "standing", |standing| standing["others"] = json!(["team-budget"])),
        ),
        (
            Class::Unverifiable,
            "standing[organizations:ListRoots]",
            None,
            3,
            within(POLICY, "standing", |standing| standing["unread"] = json!(["organizations:ListRoots"])),
        ),
        (Class::Unverifiable, "-", None, 3, with(GROUP, |cap| cap["status"] = json!("unverifiable"))),
    ]
}

#[test]
fn every_class_is_told_with_its_direction() {
    let mut messages = Vec::new();
    for (class, field, direction, code, found) in
        of_limits().into_iter().chain(of_controls()).chain(of_others())
    {
        let report = over(&found);
        let lines = told(&report);
        assert_eq!(report.drift().count(), 1, "{}: {lines:?}", class.id());
        let (part, drift) = report.drift().next().expect("drift");
        assert_eq!((drift.class, drift.field.as_deref().unwrap_or("-")), (class, field), "{lines:?}");
        assert_eq!((drift.class.direction(), report.exit_code()), (direction, code), "{lines:?}");
        assert_eq!(part.envelope.as_deref(), Some("agents"));
        messages.extend(lines);
    }
    insta::assert_snapshot!("messages", messages.join("\n"));
}

#[test]
fn time_alone_ends_decisions_and_approvers() {
    let at = |now| {
        run(&[plan(&controls(), &controls())], &Beside { now: Some(now), ..Beside::default() })
            .expect("a report")
    };
    assert_eq!(at("2027-02-28T23:59:59Z").exit_code(), 0, "the last day still counts");
    let expired = at("2027-03-01T00:00:00Z");
    let classes: Vec<Class> = expired.drift().map(|(_, drift)| drift.class).collect();
    assert_eq!((classes, expired.exit_code()), (vec![Class::OverrideExpired], 2));
    let later = at("2027-07-01T00:00:00Z");
    let classes: Vec<Class> = later.drift().map(|(_, drift)| drift.class).collect();
    assert_eq!(classes, [Class::OverrideExpired, Class::ApproverInvalid]);
}

/// What the plan does not show is never in order.
#[test]
fn what_no_plan_shows_cannot_be_told() {
    let mut forgotten = plan(&controls(), &controls());
    forgotten["prior_state"]["values"]["root_module"]["resources"] = json!([]);
    let report = run(&[forgotten], &Beside::default()).expect("a report");
    assert!(report.drift().all(|(_, drift)| drift.class == Class::Unverifiable), "{:?}", told(&report));
    assert_eq!((report.drift().count(), report.exit_code()), (5, 3));
    // A control that the state does not have, and one that was never made.
    let fewer: Vec<Value> = controls().into_iter().filter(|control| control["kind"] != GROUP).collect();
    assert_eq!(over(&fewer).exit_code(), 3);
    let pending = with(GROUP, |cap| {
        cap["status"] = json!("pending");
        cap["id"] = Value::Null;
        cap["definition"] = Value::Null;
    });
    assert_eq!(over(&pending).drift().next().expect("drift").1.class, Class::ControlDeleted);
    // A status or a definition that nobody knows.
    for (attribute, value) in
        [("status", json!("fine")), ("definition", json!("{")), ("standing", Value::Null)]
    {
        let odd = with(BUDGET, |budget| budget[attribute] = value.clone());
        let report = over(&odd);
        assert_eq!(report.exit_code(), 3, "{attribute}: {:?}", told(&report));
    }
    // A refresh that looked at a part.
    let mut partial = plan(&controls(), &controls());
    partial["complete"] = json!(false);
    assert_eq!(run(&[partial], &Beside::default()).expect("a report").exit_code(), 3);
}

#[test]
fn another_declaration_than_the_approved_one_is_told() {
    let looser =
        scene::records(&[json!({ "name": "agents", "scope": { "addresses": ["**"] }, "limits": {} })]);
    let mut other = plan(&controls(), &controls());
    let values = &mut other["prior_state"]["values"]["root_module"]["resources"][0]["values"];
    values["record"] = json!(looser[1]);
    let report = run(&[other.clone()], &Beside::default()).expect("a report");
    let (_, drift) = report.drift().next().expect("drift");
    assert_eq!((drift.class, drift.field.as_deref()), (Class::LimitLoosened, Some("record")));
    assert!(!drift.why.is_empty(), "it says in what it is looser");
    // The twin: a record that cannot be read is not in order either, and one that nobody locked is told.
    let values = &mut other["prior_state"]["values"]["root_module"]["resources"][0]["values"];
    values["record"] = json!("{}");
    assert_eq!(run(&[other.clone()], &Beside::default()).expect("a report").exit_code(), 3);
    let values = &mut other["prior_state"]["values"]["root_module"]["resources"][0]["values"];
    values["name"] = json!("stranger");
    let report = run(&[other], &Beside::default()).expect("a report");
    let lines = told(&report);
    assert!(
        lines.iter().any(|line| line.starts_with("unmanaged_control") && line.contains("stranger")),
        "{lines:?}"
    );
}

#[test]
fn an_old_plan_is_refused() {
    let old = run(
        &[plan(&controls(), &controls())],
        &Beside { now: Some("2037-01-01T00:00:00Z"), ..Beside::default() },
    );
    let error = old.expect_err("ten years");
    assert!(error.message.contains("which is more than"), "{error}");
}

fn report_of(max: u32, beside: &Beside<'_>) -> plancheck::drift::report::Report {
    let found = within(GROUP, "definition", |cap| cap["max"] = json!(max));
    run(&[plan(&found, &controls())], beside).expect("a report")
}

#[test]
fn the_next_run_says_what_is_new_worse_better_unchanged_and_resolved() {
    let first = report_of(40, &Beside::default());
    let written = Format::Json.report(&first);
    let previous = Previous::read("last.json", written.as_bytes()).expect("a report");
    let beside = |now| Beside { previous: Some(&previous), now: Some(now), ..Beside::default() };
    let later = "2026-12-02T09:00:00Z";
    let since = |report: &plancheck::drift::report::Report| {
        report.drift().map(|(_, drift)| drift.since).collect::<Vec<_>>()
    };
    let fingerprints = |report: &plancheck::drift::report::Report| {
        report.drift().map(|(_, drift)| drift.fingerprint.clone()).collect::<Vec<_>>()
    };
    let same = report_of(40, &beside(later));
    assert_eq!(since(&same), [Some(Since::Unchanged)]);
    assert_eq!(fingerprints(&same), fingerprints(&first));
    assert_eq!(same.drift().next().expect("drift").1.first_seen, NOW);
    assert!(!same.parts[0].has_news(), "nothing to tell anybody about");
    for (max, expected) in [(41, Since::Worse), (39, Since::Better)] {
        let report = report_of(max, &beside(later));
        assert_eq!(since(&report), [Some(expected)]);
        assert_eq!(fingerprints(&report), fingerprints(&first));
        assert!(report.parts[0].has_news());
    }
    let unbounded = within(GROUP, "definition", |cap| cap["max"] = Value::Null);
    let unbounded = run(&[plan(&unbounded, &controls())], &beside(later)).expect("a report");
    assert_eq!(since(&unbounded), [Some(Since::Worse)], "no bound is worse than any");
    let repaired = report_of(10, &beside(later));
    assert_eq!((repaired.drift().count(), repaired.exit_code()), (0, 0));
    assert!(repaired.parts[0].over.iter().all(|over| over.resolved));
    assert_eq!(repaired.parts[0].over.len(), 1);
    let new = within(BUDGET, "definition", |budget| budget["amount"] = json!("50000"));
    let new = run(&[plan(&new, &controls())], &beside(later)).expect("a report");
    assert_eq!(since(&new), [Some(Since::New)]);
}

/// What cannot be looked at any more is not over.
#[test]
fn a_drift_that_nobody_looks_at_is_not_resolved() {
    let written = Format::Json.report(&report_of(40, &Beside::default()));
    let previous = Previous::read("last.json", written.as_bytes()).expect("a report");
    let blind = with(GROUP, |cap| cap["status"] = json!("unverifiable"));
    let beside = Beside { previous: Some(&previous), ..Beside::default() };
    let report = run(&[plan(&blind, &controls())], &beside).expect("a report");
    assert_eq!(report.parts[0].over.len(), 1);
    assert!(!report.parts[0].over[0].resolved);
    // And it is still remembered by the run after that.
    let again = Previous::read("last.json", Format::Json.report(&report).as_bytes()).expect("a report");
    let beside = Beside { previous: Some(&again), ..Beside::default() };
    let report = run(&[plan(&blind, &controls())], &beside).expect("a report");
    assert_eq!(report.parts[0].over.len(), 1);
    let back = report_of(40, &beside);
    assert!(back.parts[0].over.iter().all(|over| over.class == "unverifiable"), "{:?}", back.parts[0].over);
}

#[test]
fn what_was_accepted_is_accepted_at_its_value_and_until_its_end() {
    let fingerprint = report_of(40, &Beside::default()).drift().next().expect("drift").1.fingerprint.clone();
    let list = |value: &str| {
        let text = format!(
            "[[accept]]\nfingerprint = \"{fingerprint}\"\nvalue = {value}\nowner = \"mina.okafor@example.com\"\n\
             reason = \"migration\"\nexpires = 2026-12-31\n"
        );
        Accepted::read("drift.toml", &text).expect("a list")
    };
    for value in ["40", "\"40\""] {
        let accepted = list(value);
        let beside = |now| Beside { accepted: Some(&accepted), now: Some(now), ..Beside::default() };
        assert_eq!(report_of(40, &beside(NOW)).exit_code(), 0);
        let other = report_of(41, &beside(NOW));
        assert_eq!(other.exit_code(), 2, "it hides no other value");
        assert!(other.drift().next().expect("drift").1.why.iter().any(|why| why.contains("at `40`")));
        let over = report_of(40, &beside("2027-01-01T00:00:00Z"));
        assert_eq!(over.exit_code(), 2, "it ended");
        let unused = report_of(10, &beside(NOW));
        assert_eq!(unused.acceptance_notes.len(), 1, "{:?}", unused.acceptance_notes);
    }
}

#[test]
fn what_cannot_be_told_cannot_be_accepted() {
    let blind = with(GROUP, |cap| cap["status"] = json!("unverifiable"));
    let fingerprint = over(&blind).drift().next().expect("drift").1.fingerprint.clone();
    let text = format!(
        "[[accept]]\nfingerprint = \"{fingerprint}\"\nvalue = \"so\"\nowner = \"a@example.com\"\nreason = \"b\"\nexpires = 2026-12-31\n"
    );
    let accepted = Accepted::read("drift.toml", &text).expect("a list");
    let beside = Beside { accepted: Some(&accepted), ..Beside::default() };
    assert_eq!(run(&[plan(&blind, &controls())], &beside).expect("a report").exit_code(), 3);
}

#[test]
fn a_list_that_says_less_than_it_must_is_refused_with_every_fault() {
    let bad = "[[accept]]\nfingerprint = \"x\"\nvalue = 1\nowner = \"a\"\nreason = \"b\"\nexpires = 2026-12-31\n\
        [[accept]]\nfingerprint = \"0123456789abcdef0123456789abcdef\"\nvalue = 1\nowner = \" \"\nreason = \"b\"\nexpires = 2026-12-31\n";
    let error = Accepted::read("drift.toml", bad).expect_err("two faults");
    assert_eq!(error.why.len(), 2, "{error:?}");
    assert!(Accepted::read("drift.toml", "[[accept]]\nfingerprint = \"x\"").is_err());
}

fn event(name: &str, source: &str, parameters: Value, more: Value) -> Value {
    let mut event = json!({
        "eventVersion": "1.11", "eventID": format!("id-{name}"), "eventTime": "2026-11-30T03:12:00Z", "eventSource": source,
        "eventName": name, "awsRegion": "eu-west-1", "recipientAccountId": "123456789012", "readOnly": false,
        "userAgent": "aws-sdk-python", "requestParameters": parameters,
        "userIdentity": { "type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/autoscaler/session",
            "sessionContext": { "sessionIssuer": { "arn": "arn:aws:iam::123456789012:role/agents/autoscaler" } } },
    });
    for (key, value) in more.as_object().expect("an object") {
        event[key] = value.clone();
    }
    event
}

fn raised(more: Value) -> Value {
    let parameters = json!({ "autoScalingGroupName": "workers", "maxSize": 40 });
    event("UpdateAutoScalingGroup", "autoscaling.amazonaws.com", parameters, more)
}

fn who(events: &Value) -> plancheck::drift::Who {
    let mut trail = Trail::default();
    trail.read("events.json", events.to_string().as_bytes()).expect("an export");
    let report = report_of(40, &Beside { trail: Some(&trail), ..Beside::default() });
    report.drift().next().expect("drift").1.who.clone().expect("somebody looked")
}

#[test]
fn a_trail_says_who_and_what_marks_an_agent() {
    let by_role = who(&json!({ "Records": [raised(json!({}))] }));
    assert_eq!(by_role.class(), "agent");
    insta::assert_snapshot!("who", by_role.words());
    // An identity that the envelope does not name, and no mark: nobody can be named.
    let stranger =
        json!({ "userIdentity": { "type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/dana" } });
    let unnamed = who(&json!({ "Records": [raised(stranger.clone())] }));
    assert_eq!(unnamed.class(), "unattributed");
    assert!(unnamed.words().contains("counts as an agent's change"));
    let marks = [
        json!({ "additionalEventData": { "viaAWSMCPService": true } }),
        json!({ "additionalEventData": { "context": { "aws:CalledViaAWSMCP": "aws-mcp.amazonaws.com" } } }),
        json!({ "sourceIPAddress": "aws-mcp.amazonaws.com" }),
        json!({ "userAgent": "aws-cli/2 md/awslabs#mcp#core#1.0" }),
    ];
    for mark in marks {
        let mut more = stranger.clone();
        for (key, value) in mark.as_object().expect("an object") {
            more[key] = value.clone();
        }
        assert_eq!(who(&json!({ "Records": [raised(more)] })).class(), "agent", "{mark}");
    }
}

/// The events are over by the next run, and who it was is still told.
#[test]
fn who_it_was_is_remembered() {
    let mut trail = Trail::default();
    trail.read("events.json", json!([raised(json!({}))]).to_string().as_bytes()).expect("an export");
    let first = report_of(40, &Beside { trail: Some(&trail), ..Beside::default() });
    let previous = Previous::read("last.json", Format::Json.report(&first).as_bytes()).expect("a report");
    let later = report_of(40, &Beside { previous: Some(&previous), ..Beside::default() });
    let attributed = |report: &plancheck::drift::report::Report| {
        report.drift().next().expect("drift").1.attributed.clone()
    };
    assert!(attributed(&first).expect("somebody").contains("UpdateAutoScalingGroup"));
    assert_eq!(attributed(&later), attributed(&first));
    assert_eq!(attributed(&report_of(40, &Beside::default())), None);
}

#[test]
fn what_is_not_the_change_is_left_out() {
    let nobody = |events: &Value| {
        let who = who(events);
        assert!(who.events.is_empty(), "{events}");
    };
    nobody(&json!({ "Records": [raised(json!({ "errorCode": "AccessDenied" }))] }));
    nobody(&json!({ "Records": [raised(json!({ "readOnly": true }))] }));
    nobody(&json!({ "Records": [raised(json!({ "recipientAccountId": "210987654321" }))] }));
    let other = json!({ "autoScalingGroupName": "workers-of-others" });
    nobody(
        &json!({ "Records": [event("UpdateAutoScalingGroup", "autoscaling.amazonaws.com", other, json!({}))] }),
    );
    nobody(&json!({ "Records": [] }));
    // The time: what the run before could have told is not told again.
    let mut trail =
        Trail { since: Some("2026-11-30T03:12:00Z".parse().expect("an instant")), ..Trail::default() };
    trail.read("events.json", json!([raised(json!({}))]).to_string().as_bytes()).expect("an export");
    let report = report_of(40, &Beside { trail: Some(&trail), ..Beside::default() });
    assert!(report.drift().next().expect("drift").1.who.as_ref().expect("looked").events.is_empty());
}

#[test]
fn an_export_has_several_shapes_and_other_files_are_refused() {
    let one = raised(json!({}));
    let shapes = [
        json!({ "Records": [one] }).to_string(),
        json!({ "Events": [{ "EventId": "x", "CloudTrailEvent": one.to_string() }] }).to_string(),
        json!([one]).to_string(),
        one.to_string(),
        format!("{one}\n\n{}\n", raised(json!({ "eventID": "another" }))),
    ];
    for shape in shapes {
        let mut trail = Trail::default();
        trail.read("events.json", shape.as_bytes()).unwrap_or_else(|error| panic!("{error}: {shape}"));
        assert!(!trail.events.is_empty(), "{shape}");
    }
    for bad in ["", "{}", "[1]", "nothing", "{\"Records\":3}", "{\"Records\":[{\"a\":1}]}", "\u{0}"] {
        assert!(Trail::default().read("events.json", bad.as_bytes()).is_err(), "{bad}");
    }
}

fn workload(before: Value, after: Value) -> Value {
    let mut plan = scene::plan(&[]);
    let entry = scene::change("aws_autoscaling_group.web", &["update"], before, after);
    plan["resource_drift"] = json!([entry]);
    plan
}

fn group(max: Option<u32>) -> Value {
    json!({ "name": "web", "id": "web", "min_size": 1, "max_size": max })
}

#[test]
fn a_workload_that_somebody_scaled_outside_terraform_is_told() {
    let judged = |before, after, trail: Option<&Trail>| {
        let beside = Beside { workloads: vec![workload(before, after)], trail, ..Beside::default() };
        run(&[], &beside).expect("a report")
    };
    let report = judged(group(Some(5)), group(Some(40)), None);
    assert_eq!(report.exit_code(), 2, "{:?}", told(&report));
    insta::assert_snapshot!("workload", told(&report).join("\n"));
    assert!(!report.not_judged.is_empty(), "no plan of the governance is given, and that is told");
    assert_eq!(judged(group(Some(40)), group(Some(5)), None).exit_code(), 0, "lowered");
    assert_eq!(judged(group(Some(5)), group(None), None).exit_code(), 2, "no bound any more");
    let mut trail = Trail::default();
    let parameters = json!({ "autoScalingGroupName": "web", "maxSize": 40 });
    let events = json!([event("UpdateAutoScalingGroup", "autoscaling.amazonaws.com", parameters, json!({}))]);
    trail.read("events.json", events.to_string().as_bytes()).expect("an export");
    let report = judged(group(Some(5)), group(Some(40)), Some(&trail));
    assert_eq!(report.drift().next().expect("drift").1.who.as_ref().expect("looked").class(), "agent");
}

/// One of everything, for the formats.
fn everything() -> plancheck::drift::report::Report {
    let mut found = within(GROUP, "definition", |cap| cap["max"] = json!(40));
    for control in &mut found {
        let standing = match control["kind"].as_str() {
            Some(BUDGET) => json!({ "edited": "2026-11-20T10:00:00Z", "others": ["team-`x` <b> ##vso[x]"] }),
            Some(POLICY) => {
                json!({ "unread": ["organizations:ListRoots"], "others": [], "policy_type": "enabled" })
            }
            _ => continue,
        };
        control["standing"] = json!(standing.to_string());
    }
    let mut trail = Trail::default();
    trail.read("events.json", json!([raised(json!({}))]).to_string().as_bytes()).expect("an export");
    let first = over(&within(GROUP, "definition", |cap| cap["max"] = json!(30)));
    let previous = Previous::read("last.json", Format::Json.report(&first).as_bytes()).expect("a report");
    let text = "[[accept]]\nfingerprint = \"0123456789abcdef0123456789abcdef\"\nvalue = \"so\"\nowner = \"a@example.com\"\n\
        reason = \"b\"\nexpires = 2026-12-31\n";
    let accepted = Accepted::read("drift.toml", text).expect("a list");
    let beside = Beside {
        trail: Some(&trail),
        previous: Some(&previous),
        accepted: Some(&accepted),
        workloads: vec![workload(group(Some(5)), group(Some(4)))],
        now: Some("2026-12-02T09:00:00Z"),
    };
    run(&[plan(&found, &controls())], &beside).expect("a report")
}

#[test]
fn every_format_says_the_same() {
    let report = everything();
    for format in Format::ALL {
        let text = format.report(&report);
        let name = format!("format_{}", format.id());
        match format {
            Format::Json | Format::Sarif | Format::Logs => {
                let mut document: Value =
                    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
                if format == Format::Sarif {
                    document["runs"][0]["tool"]["driver"]["rules"] = json!("…");
                }
                let pretty = serde_json::to_string_pretty(&document).expect("JSON");
                insta::assert_snapshot!(name.clone(), pretty);
            }
            _ => insta::assert_snapshot!(name.clone(), text),
        }
        assert!(!text.contains("##vso"), "{name}");
        let refused = format.error(&plancheck::verdict::CheckError::new("nothing could be read"));
        assert!(refused.contains("nothing could be read"), "{name}: {refused}");
    }
    insta::assert_snapshot!("step_outputs", outputs(&report));
}

#[test]
fn json_follows_its_published_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let schema = jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
    let clean = over(&controls());
    let refused = Format::Json.error(&plancheck::verdict::CheckError::new("no"));
    for text in [Format::Json.report(&everything()), Format::Json.report(&clean), refused] {
        let document = serde_json::from_str(&text).expect("JSON");
        let faults: Vec<String> = schema.iter_errors(&document).map(|fault| fault.to_string()).collect();
        assert_eq!(faults, [""; 0], "{text}");
    }
    // The schema can say no.
    let mut wrong: Value = serde_json::from_str(&Format::Json.report(&clean)).expect("JSON");
    wrong["exit_code"] = json!(7);
    assert!(!schema.is_valid(&wrong));
}

#[test]
fn sarif_is_read_back_by_types_made_from_its_schema() {
    let text = Format::Sarif.report(&everything());
    let sarif: serde_sarif::sarif::Sarif = serde_json::from_str(&text).expect("SARIF");
    let results = sarif.runs[0].results.as_ref().expect("results");
    assert_eq!(results.len(), everything().drift().count());
}

#[test]
fn an_issue_is_found_again_and_closed_when_all_is_well() {
    let open = issue::issues(&everything());
    let agents = open.iter().find(|issue| issue.file == "agents.md").expect("the envelope's");
    assert_eq!((agents.todo, agents.news), (issue::Todo::Open, true));
    insta::assert_snapshot!("issue", agents.body);
    insta::assert_snapshot!("issue_index", issue::index(&open));
    let first = over(&within(GROUP, "definition", |cap| cap["max"] = json!(40)));
    let previous = Previous::read("last.json", Format::Json.report(&first).as_bytes()).expect("a report");
    let beside = Beside { previous: Some(&previous), ..Beside::default() };
    let repaired = run(&[plan(&controls(), &controls())], &beside).expect("a report");
    let closed = &issue::issues(&repaired)[0];
    assert_eq!((closed.todo, &closed.marker), (issue::Todo::Close, &agents.marker));
    assert!(closed.body.starts_with(&closed.marker) && closed.body.contains("resolved: "), "{}", closed.body);
}

/// However much drifted, a comment takes it.
#[test]
fn texts_for_comments_stay_small() {
    let many: Vec<String> = (0..3000).map(|number| format!("budget-{number}-{}", "x".repeat(60))).collect();
    let report = over(&within(BUDGET, "standing", |standing| standing["others"] = json!(many)));
    assert_eq!(report.drift().count(), 3000);
    assert!(Format::Markdown.report(&report).len() < 60_000);
    assert!(issue::issues(&report)[0].body.len() < 60_000);
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    for format in Format::ALL {
        assert_eq!(format.report(&everything()), format.report(&everything()));
    }
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    fn json_text() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "\\PC{0,12}".prop_map(Value::from),
        ];
        let tree = leaf.prop_recursive(4, 40, 5, |inner| {
            let names = prop_oneof![
                Just("Records"),
                Just("Events"),
                Just("eventName"),
                Just("eventTime"),
                Just("requestParameters"),
                Just("additionalEventData"),
                Just("envelopes"),
                Just("drift"),
                Just("format_version"),
                Just("measure"),
                Just("fingerprint"),
                Just("now"),
            ];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
                prop::collection::hash_map(names.prop_map(str::to_owned), inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        });
        prop_oneof![tree.prop_map(|tree| tree.to_string()), "\\PC{0,200}".prop_map(|text| text)]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_reader_panics(text in json_text()) {
            let _ = Previous::read("a", text.as_bytes());
            let _ = Trail::default().read("a", text.as_bytes());
            let _ = Accepted::read("a", &text);
        }

        #[test]
        fn no_control_of_a_state_panics_or_passes(text in json_text(), attribute in prop_oneof![Just("definition"), Just("standing"), Just("status")]) {
            let odd = with(BUDGET, |budget| budget[attribute] = json!(text));
            let report = over(&odd);
            // Whatever stands there, it is not what was approved.
            prop_assert!(report.exit_code() != 0, "{:?}", told(&report));
        }

        #[test]
        fn a_raise_is_always_an_incident(max in 11_u32..u32::MAX) {
            prop_assert_eq!(report_of(max, &Beside::default()).exit_code(), 2);
        }
    }
}
