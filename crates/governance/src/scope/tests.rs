use super::*;
use crate::envelope::tests::with;

fn ask(scope: &Scope, edit: impl FnOnce(&mut Subject<'static>)) -> Membership {
    let tags: &'static BTreeMap<&str, Seen> =
        Box::leak(Box::new([("workload", Seen::Known("support-agents"))].into_iter().collect()));
    let states: &'static [TagsSeen] = Box::leak(Box::new([TagsSeen::Known(tags)]));
    let mut subject = Subject {
        account: Seen::Known("aws:123456789012"),
        workspace: Seen::Known("prod"),
        addresses: &["module.agents.aws_ecs_service.app"],
        resource_type: "aws_ecs_service",
        tags: states,
    };
    edit(&mut subject);
    scope.membership(&subject)
}

#[test]
fn every_selector_must_match() {
    let scope = with(&[]).scope;
    assert_eq!(ask(&scope, |_| ()), Membership::Inside);
    assert_eq!(ask(&scope, |s| s.workspace = Seen::Known("dev")), Membership::Outside);
    assert_eq!(ask(&scope, |s| s.account = Seen::Known("aws:999999999999")), Membership::Outside);
    assert_eq!(ask(&scope, |s| s.addresses = &["aws_ecs_service.app"]), Membership::Outside);
    assert_eq!(ask(&scope, |s| s.resource_type = "google_x"), Membership::Outside);
}

#[test]
fn what_cannot_be_told_is_named_unless_something_else_excludes() {
    let scope = with(&[]).scope;
    let unknown = |s: &mut Subject| (s.account, s.tags) = (Seen::CannotTell, &[TagsSeen::CannotTell]);
    assert_eq!(ask(&scope, unknown), Membership::CannotTell(vec!["accounts", "tags"]));
    let excluded = |s: &mut Subject| (s.account, s.workspace) = (Seen::CannotTell, Seen::Known("dev"));
    assert_eq!(ask(&scope, excluded), Membership::Outside);
    assert_eq!(ask(&scope, |s| s.account = Seen::Known("aws:12")), Membership::CannotTell(vec!["accounts"]));
    assert_eq!(ask(&scope, |s| s.tags = &[]), Membership::CannotTell(vec!["tags"]));
    assert_eq!(ask(&scope, |s| s.addresses = &[]), Membership::CannotTell(vec!["addresses"]));
}

#[test]
fn leaving_a_scope_is_a_change_of_a_member() {
    let scope = with(&[]).scope;
    assert_eq!(ask(&scope, |s| s.addresses = &["aws_a.b", "module.agents.aws_a.b"]), Membership::Inside);
    let was: BTreeMap<&str, Seen> = [("workload", Seen::Known("support-agents"))].into_iter().collect();
    let becomes = BTreeMap::new();
    let states = [TagsSeen::Known(&becomes), TagsSeen::Known(&was)];
    let subject = Subject {
        account: Seen::Known("aws:123456789012"),
        workspace: Seen::Known("prod"),
        addresses: &["module.agents.aws_a.b"],
        resource_type: "aws_a",
        tags: &states,
    };
    assert_eq!(scope.membership(&subject), Membership::Inside);
    assert_eq!(scope.membership(&Subject { tags: &states[..1], ..subject }), Membership::Outside);
}

#[test]
fn a_pattern_covers_what_is_beneath() {
    for (pattern, address, covers) in [
        ("module.agents.*", "module.agents.aws_a.b", true),
        ("module.agents.*", "module.agents.module.inner.aws_a.b[0]", true),
        ("module.agents.*", r#"module.agents["eu.west"].aws_a.b"#, true),
        ("module.agents", "module.agents.aws_a.b", true),
        ("module.agents", "module.agents_two.aws_a.b", false),
        ("module.agent", "module.agents.aws_a.b", false),
        ("aws_a.b", "aws_a.b[3]", true),
        ("aws_a.b[3]", "aws_a.b[3]", true),
        ("aws_a.b[3]", "aws_a.b[4]", false),
        (r#"aws_a.b["x"]"#, r#"aws_a.b["y"]"#, false),
        ("**.aws_a.*", "module.x.module.y.aws_a.b", true),
        ("*.b", "module.x.aws_a.b", false),
        ("**", "aws_a.b", true),
        ("module.x", r#"aws_a.b["module.x"]"#, false),
    ] {
        assert_eq!(covers_address(&Glob::new(pattern).unwrap(), address), covers, "{pattern} on {address}");
    }
}

#[test]
fn accounts_have_the_form_of_their_cloud() {
    for good in [
        "aws:123456789012",
        "gcp:my-project-1",
        "gcp:example.com:my-project",
        "azure:0B1F6471-1BF0-4DDA-AEC3-CB9272F09590",
    ] {
        assert_eq!(Account::parse(good).unwrap().to_string(), good.to_lowercase());
    }
    for bad in [
        "123456789012",
        "aws:12345678901",
        "aws:12345678901a",
        "gcp:X",
        "azure:sub",
        "oci:1",
        "aws:",
        ":",
        "",
    ] {
        assert!(Account::parse(bad).is_err(), "{bad}");
    }
}
