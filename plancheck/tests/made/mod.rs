//! Reports made by hand, with one of everything that a format has to show. What a format makes of them is said by the tests.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

use std::collections::BTreeMap;

use plancheck::finding::{Acceptance, Effect, Finding, Findings, Place, Shown, SourceLocation};
use plancheck::plan::Action;
use plancheck::report::{
    EnvelopeSeen, Given, GovernanceSeen, NotJudged, Origin, PlanSeen, Report, RuleApplied,
};
use plancheck::rules::RULES;

pub(crate) fn not_judged(what: &str, envelope: Option<&str>, why: &str) -> NotJudged {
    NotJudged { what: what.to_owned(), envelope: envelope.map(str::to_owned), why: why.to_owned() }
}

pub(crate) fn report(findings: Vec<Finding>) -> Report {
    let later = "no rule of this version looks at it";
    Report {
        plan: PlanSeen {
            format_version: "1.2".to_owned(),
            terraform_version: Some("1.15.8".to_owned()),
            actions: BTreeMap::from([
                (Action::Create, 2),
                (Action::Update, 1),
                (Action::NoOp, 4),
                (Action::Read, 1),
            ]),
        },
        governance: GovernanceSeen {
            origin: Origin::Lock("governance.lock.json".to_owned()),
            digest: Some("sha256:5d41".to_owned()),
            serial: Some(7),
            pinned: false,
        },
        given: Given {
            workspace: Some("prod".to_owned()),
            account: None,
            now: "2026-12-01T09:00:00Z".parse().expect("an instant"),
        },
        envelopes: vec![
            EnvelopeSeen {
                name: "payments".to_owned(),
                digest: "sha256:aa".to_owned(),
                changes: 0,
                cannot_tell: 0,
                objects: 1,
            },
            EnvelopeSeen {
                name: "team-a".to_owned(),
                digest: "sha256:bb".to_owned(),
                changes: 3,
                cannot_tell: 1,
                objects: 6,
            },
        ],
        rules: RULES.iter().map(|rule| RuleApplied { rule: rule.id, judged: 3 }).collect(),
        findings: Findings::new(findings),
        not_judged: vec![
            not_judged("`cost`", Some("team-a"), "no price book is given"),
            not_judged("`logging`", Some("payments"), later),
            not_judged("`logging`", Some("team-a"), later),
            not_judged("`tags`", Some("payments"), later),
            not_judged("drift of 2 objects", None, later),
        ],
        accepted: None,
        actor: Some(actor()),
        again: Some("plancheck check --plan plan.json --now 2026-12-01T09:00:00Z".to_owned()),
        kept: plancheck::report::Kept::default(),
        unknown_types: BTreeMap::from([("example_widget".to_owned(), 2)]),
    }
}

pub(crate) fn region() -> Finding {
    Finding::new(
        "region-outside-envelope",
        Effect::Deny,
        "`aws_instance.web` would be created in `us-west-1`",
    )
    .at(vec![Place::new("aws_instance.web", Action::Create).attribute(
        "region",
        None,
        Some(Shown::Text("us-west-1".to_owned())),
    )])
    .because("envelope `team-a` (owner `mina@example.com`) allows `eu-west-1`, `eu-central-1`")
    .help("choose an allowed region, or change the envelope (needs consent)")
}

pub(crate) fn every_kind() -> Vec<Finding> {
    let group = |name: &str, before, after| {
        Place::new(format!("aws_autoscaling_group.{name}"), Action::Update)
            .attribute("max_size", before, after)
    };
    let text = |text: &str| Some(Shown::Text(text.to_owned()));
    let many = (10..23).map(|n| Place::new(format!("example_widget.w[{n}]"), Action::Create)).collect();
    let mut consent = Finding::new(
        "scale-needs-consent",
        Effect::Consent,
        "2 resources could grow above the mark for instances",
    )
    .at(vec![
        group("b", text("4"), Some(Shown::Unknown)),
        group("a", Some(Shown::Sensitive), Some(Shown::Absent)),
    ])
    .because("envelope `team-a` (owner `mina@example.com`) asks above 12 instances");
    consent.envelope = Some("team-a".to_owned());
    consent.quorum = Some("1 of finance".to_owned());
    vec![
        Finding::new("scale-unbounded", Effect::Note, "envelope `team-a` grants unlimited instances"),
        Finding::new("ungoverned-change", Effect::Consent, "no envelope covers 13 resources")
            .at(many)
            .untold(),
        consent,
        region(),
    ]
}

/// A policy that got wider, at a known line, with all that a finding may say.
pub(crate) fn widened() -> Finding {
    let policy = |actions: &str| {
        format!(r#"{{"Statement":[{{"Action":{actions},"Effect":"Allow","Resource":"*"}}]}}"#)
    };
    let source = SourceLocation { file: "modules/agents/iam.tf".to_owned(), line: 12, column: 3 };
    Finding::new("plan-partial", Effect::Consent, "`aws_iam_role_policy.agent` may do more than before")
        .at(vec![
            Place::new("aws_iam_role_policy.agent", Action::Update)
                .attribute("policy", None, None)
                .document(
                    &policy(r#"["bedrock:InvokeModel"]"#),
                    &policy(r#"["bedrock:InvokeModel","ec2:RunInstances"]"#),
                )
                .written_at(source),
        ])
        .of("team-a")
        .limit("limits.privileges", "consent")
        .beyond_by("1 action")
        .slack(vec!["envelope `payments` allows it".to_owned()])
        .because("envelope `team-a` (owner `mina@example.com`) asks before an identity may do more")
        .passes("policy without `ec2:RunInstances`")
        .quorum("1 security")
        .help("take the action out, or get consent of 1 security")
}

/// What somebody accepted for a time.
pub(crate) fn accepted() -> Finding {
    let mut finding = region();
    finding.places = vec![Place::new("aws_instance.legacy", Action::Update)];
    finding.accepted = Some(Acceptance {
        owner: "lee.park@example.com".to_owned(),
        reason: "moves in March".to_owned(),
        expires: "2027-03-31".parse().expect("a date"),
    });
    finding
}

/// [`every_kind`], and the two above.
pub(crate) fn all_kinds() -> Vec<Finding> {
    let mut all = every_kind();
    all.extend([widened(), accepted()]);
    all
}

fn actor() -> plancheck::actor::Actor {
    let message = "Grow\n\nAgent-Logs-Url: https://github.com/o/r/sessions/1".to_owned();
    let author = ("Dana Reyes".to_owned(), "dana.reyes@example.com".to_owned());
    let commit = plancheck::actor::Commit {
        id: "0123456789abcdef0123456789abcdef01234567".to_owned(),
        author: author.clone(),
        committer: author,
        message,
    };
    let traces = plancheck::actor::Traces { commits: vec![commit], ..Default::default() };
    plancheck::actor::attribute(&traces, &[])
}
