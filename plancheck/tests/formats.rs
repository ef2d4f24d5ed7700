//! What every output format has to hold: the same words, a valid document of its kind, and nothing that text of a plan could smuggle in.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot set up its case fails, and so does one whose document lacks a member"
)]

mod made;

use std::collections::{BTreeMap, BTreeSet};

use made::{accepted, all_kinds, region, report, widened};
use plancheck::finding::{Acceptance, Effect, Finding, Findings, Place, Shown, SourceLocation};
use plancheck::plan::Action;
use plancheck::render::{Format, markdown};
use plancheck::report::{Origin, Report};
use plancheck::text::escape;
use plancheck::verdict::{CheckError, Verdict};
use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_assert, prop_oneof, proptest};
use serde_json::Value;

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn sarif() {
    insta::assert_snapshot!(without_rules(&Format::Sarif.report(&report(all_kinds()))));
}

/// The rules and their help are the reference over again.
fn without_rules(sarif: &str) -> String {
    let mut document = parsed(sarif);
    document["runs"][0]["tool"]["driver"]["rules"] = "…".into();
    for result in document["runs"][0]["results"].as_array_mut().expect("results") {
        result["ruleIndex"] = "…".into();
        result["partialFingerprints"] = "…".into();
    }
    serde_json::to_string_pretty(&document).expect("JSON")
}

#[test]
fn junit() {
    let text = Format::Junit.report(&report(all_kinds()));
    // How many rules found nothing changes with every new rule.
    let told = text.lines().filter(|line| !line.contains("name=\"not found: ") && !line.contains("tests=\""));
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"));
}

#[test]
fn github() {
    insta::assert_snapshot!(Format::Github.report(&report(all_kinds())));
}

#[test]
fn gitlab() {
    insta::assert_snapshot!(Format::Gitlab.report(&report(vec![region(), widened(), accepted()])));
}

#[test]
fn markdown_comment() {
    insta::assert_snapshot!(Format::Markdown.report(&report(all_kinds())));
}

#[test]
fn atlantis() {
    insta::assert_snapshot!(Format::Atlantis.report(&report(vec![region(), accepted()])));
}

#[test]
fn sarif_keeps_everything_through_types_made_from_its_schema() {
    for text in [
        Format::Sarif.report(&report(all_kinds())),
        Format::Sarif.report(&report(Vec::new())),
        Format::Sarif.error(&CheckError::new("the plan is empty").with_help("make it again")),
    ] {
        let typed: serde_sarif::sarif::Sarif = serde_json::from_str(&text).expect("SARIF");
        assert_eq!(serde_json::to_value(&typed).expect("JSON"), parsed(&text));
    }
}

#[test]
fn sarif_explains_every_rule_and_points_at_lines_only_where_they_are_known() {
    let document = parsed(&Format::Sarif.report(&report(all_kinds())));
    let run = &document["runs"][0];
    for rule in run["tool"]["driver"]["rules"].as_array().expect("rules") {
        assert!(rule["help"]["markdown"].as_str().is_some_and(|text| text.contains("## Why")), "{rule}");
    }
    let mut lines = 0;
    for result in run["results"].as_array().expect("results") {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        for location in result["locations"].as_array().expect("locations") {
            assert!(location["logicalLocations"][0]["fullyQualifiedName"].is_string());
            if let Some(physical) = location.get("physicalLocation") {
                assert_eq!(physical["artifactLocation"]["uri"], "modules/agents/iam.tf");
                assert_eq!(physical["region"]["startLine"], 12);
                lines += 1;
            }
        }
    }
    assert_eq!(lines, 1, "only one place of the report is known");
}

#[test]
fn fingerprints_tell_entries_apart_and_outlive_a_change_of_amounts() {
    let prints = |report: &Report| -> Vec<String> {
        let list = parsed(&Format::Gitlab.report(report));
        let list = list.as_array().expect("a list").iter();
        list.map(|entry| entry["fingerprint"].as_str().expect("text").to_owned()).collect()
    };
    let all = prints(&report(all_kinds()));
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    let mut later = region();
    later.places[0].after = Some(Shown::Text("us-west-2".to_owned()));
    later.message = "another message".to_owned();
    assert_eq!(prints(&report(vec![region()])), prints(&report(vec![later])));
    let mut elsewhere = region();
    elsewhere.places[0].address = "aws_instance.other".to_owned();
    assert_ne!(prints(&report(vec![region()])), prints(&report(vec![elsewhere])));
}

#[test]
fn junit_counts_what_it_holds() {
    let text = Format::Junit.report(&report(all_kinds()));
    let document = roxmltree::Document::parse(&text).expect("XML");
    let suite = document.root_element().first_element_child().expect("a suite");
    let count =
        |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).count().to_string();
    assert_eq!(suite.attribute("tests"), Some(count("testcase").as_str()));
    assert_eq!(suite.attribute("failures"), Some(count("failure").as_str()));
    assert_eq!(count("failure"), "4", "denied, two of consent, cannot tell");

    let mut idle = report(Vec::new());
    idle.rules.iter_mut().for_each(|rule| rule.judged = 0);
    let text = Format::Junit.report(&idle);
    assert_eq!(text.matches("<skipped").count(), idle.rules.len(), "what judged nothing did not pass");
    assert!(!Format::Junit.report(&report(Vec::new())).contains("<skipped"));
}

#[test]
fn the_same_words_stand_in_every_format() {
    let report = report(vec![region()]);
    for format in Format::ALL {
        let text = format.report(&report).replace("\\\\", "\\");
        for said in [
            "would be created in `us-west-1`",
            "allows `eu-west-1`, `eu-central-1`",
            "choose an allowed region",
        ] {
            assert!(text.contains(said), "{format:?} lacks {said:?}:\n{text}");
        }
    }
}

#[test]
fn an_error_is_told_in_every_format_and_looks_like_no_pass() {
    let error = CheckError::new("the plan is empty").with_why("it has no bytes").with_help("make it again");
    for format in Format::ALL {
        let text = format.error(&error);
        for said in ["the plan is empty", "it has no bytes", "make it again"] {
            assert!(text.contains(said), "{format:?} lacks {said:?}:\n{text}");
        }
    }
    assert_ne!(Format::Gitlab.error(&error).trim(), "[]");
    assert!(Format::Junit.error(&error).contains("errors=\"1\""));
    assert!(Format::Atlantis.error(&error).contains("failed"));
    assert!(Format::Github.error(&error).starts_with("::error "));
    let sarif = parsed(&Format::Sarif.error(&error));
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn atlantis_reads_the_word_exactly_when_the_check_did_not_pass() {
    let mut report = report(vec![accepted()]);
    report.envelopes[0].name = "FailOver".to_owned();
    report.unknown_types = BTreeMap::from([("aws_FAILOVER_failsafe".to_owned(), 2)]);
    report.governance.origin = Origin::Lock("fail/fAİl.json".to_owned());
    assert_eq!(report.verdict(), Verdict::Allowed);
    let text = Format::Atlantis.report(&report);
    assert!(!as_atlantis(&text).contains("fail"), "{text}");
    for effect in [Effect::Consent, Effect::Deny] {
        report.findings = Findings::new(vec![Finding::new("plan-partial", effect, "something")]);
        assert!(as_atlantis(&Format::Atlantis.report(&report)).contains("fail"), "{effect:?}");
    }
}

/// Lower case as Atlantis' language has it: one letter for one letter.
fn as_atlantis(text: &str) -> String {
    text.chars().filter_map(|c| c.to_lowercase().next()).collect()
}

/// What a comment is: its hidden marker, then lines up to the fold.
fn above_the_fold(comment: &str) -> usize {
    comment.lines().position(|line| line.starts_with("<details>")).expect("a fold")
}

#[test]
fn a_comment_is_short_above_the_fold_and_in_the_right_order() {
    let comment = Format::Markdown.report(&report(all_kinds()));
    assert!(above_the_fold(&comment) <= markdown::ABOVE_FOLD, "{comment}");
    let at = |heading: &str| comment.find(heading).unwrap_or_else(|| panic!("no {heading}:\n{comment}"));
    let order = [
        "#### Denied",
        "#### Consent required",
        "#### Cannot tell",
        "#### Note",
        "#### Accepted",
        "#### Judged",
    ];
    assert!(order.map(at).is_sorted(), "{comment}");
    assert!(comment.starts_with("<!-- plancheck workspace=prod -->\n"), "{comment}");
}

#[test]
fn a_comment_always_fits_and_says_what_was_cut() {
    let long = "x".repeat(390);
    let findings: Vec<Finding> = (0..300)
        .map(|number| {
            let place = |n| {
                let after = Some(Shown::Text(long.clone()));
                Place::new(format!("aws_instance.{long}[{n}]"), Action::Create).attribute(
                    long.as_str(),
                    None,
                    after,
                )
            };
            let mut finding = Finding::new("plan-partial", Effect::Deny, format!("`{number}` {long}"));
            finding = finding.at((0..100).map(place).collect());
            finding.why = (0..100).map(|n| format!("{n} {long}")).collect();
            finding
        })
        .collect();
    let mut report = report(findings);
    report.not_judged =
        (0..200).map(|n| made::not_judged(&format!("`{n}`"), None, &format!("{long}{n}"))).collect();
    let comment = Format::Markdown.report(&report);
    assert!(comment.len() < markdown::LARGEST, "{}", comment.len());
    assert!(
        comment.contains(" findings cut**") && comment.contains("more lines, in the JSON report"),
        "{comment}"
    );
    assert!(comment.contains("295 more below") && comment.trim_end().ends_with("</details>"));
    assert!(above_the_fold(&comment) <= markdown::ABOVE_FOLD);
}

#[test]
fn annotations_stay_on_their_lines() {
    let mut finding = region();
    finding.places[0].source = Some(SourceLocation { file: "a,b:c%.tf".to_owned(), line: 3, column: 1 });
    let text = Format::Github.report(&report(vec![finding]));
    assert!(
        text.starts_with("::error file=a%2Cb%3Ac%25.tf,line=3,col=1,title=region-outside-envelope::denied: "),
        "{text}"
    );
}

/// Pieces that mean something to some reader of some format.
const EVIL: &[&str] = &[
    "\n",
    "\r\n",
    "\u{1b}[31m",
    "\u{9b}2K",
    "\u{202e}",
    "\u{200b}",
    "\u{feff}",
    "\0",
    "\u{ffff}",
    "::error::pwned",
    "\n::set-env name=x::y",
    "##vso[task.setvariable variable=x]y",
    "##[error]x",
    "%0A::error::x",
    "<script>alert(1)</script>",
    "<img src=x onerror=y>",
    "]]>",
    "</details>",
    "-->",
    "<!--",
    "&lt;",
    "\"",
    "'",
    "`",
    "``````",
    "```\n",
    "](https://evil.example)",
    "![x](https://evil.example/y.png)",
    "[x](https://evil.example)",
    "@everyone",
    "#1",
    "https://evil.example",
    "www.evil.example",
    "| a | b |",
    "\n# heading",
    "\n- item",
    "**bold**",
    "$x$",
    "=cmd|' /C calc'!A0",
    "fail",
    "FAILED",
    "\\",
    "${x}",
    "{{x}}",
    "é",
    "雪",
    "a",
    " ",
];

fn evil() -> impl Strategy<Value = String> {
    let piece = prop_oneof![prop::sample::select(EVIL).prop_map(str::to_owned), any::<String>()];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// A report in which everything that can come from a plan, a lock or an argument is this text, escaped where rules escape.
fn hostile(text: &str, raw: bool, effect: Effect) -> Report {
    let said = if raw { text.to_owned() } else { escape(text) };
    let mut place = Place::new(text, Action::Update)
        .attribute(text, Some(Shown::Text(text.to_owned())), Some(Shown::Text(text.to_owned())))
        .document(text, &format!("{text}\nmore"));
    place.source = Some(SourceLocation { file: text.to_owned(), line: 1, column: 1 });
    let mut finding = Finding::new("plan-partial", effect, format!("`{said}` does something"))
        .at(vec![place])
        .because(format!("because of `{said}`"))
        .slack(vec![format!("`{said}` has room")])
        .of(text)
        .limit(text, text)
        .beyond_by(text)
        .passes(text)
        .quorum(text)
        .help(format!("do `{said}`"));
    finding.owner = Some(text.to_owned());
    finding.accepted = (effect == Effect::Note).then(|| Acceptance {
        owner: text.to_owned(),
        reason: text.to_owned(),
        expires: "2027-01-01".parse().expect("a date"),
    });
    let mut report = report(vec![finding]);
    report.plan.terraform_version = Some(text.to_owned());
    report.governance.origin = Origin::Lock(text.to_owned());
    report.given.workspace = Some(text.to_owned());
    text.clone_into(&mut report.envelopes[0].name);
    report.not_judged[1].envelope = Some(text.to_owned());
    report.unknown_types = BTreeMap::from([(text.to_owned(), 1)]);
    report
}

/// What must not appear in any format: it would end a line, deceive a terminal, or be a command.
fn smuggled(format: Format, text: &str) -> Option<String> {
    let odd = text.chars().find(|c| {
        (c.is_control() && *c != '\n')
            || matches!(*c, '\u{202e}' | '\u{200b}' | '\u{feff}' | '\u{2028}' | '\u{ffff}')
    });
    if let Some(odd) = odd {
        return Some(format!("{odd:?}"));
    }
    if text.contains("##vso") || text.contains("##[") {
        return Some("a command to a CI system".to_owned());
    }
    let command = |line: &&str| line.trim_start().starts_with("::") && format != Format::Github;
    text.lines().find(command).map(str::to_owned)
}

/// Comment text outside code spans and fences, without the characters that a backslash makes plain.
fn outside_code(comment: &str) -> String {
    let mut fenced = false;
    let mut outside = String::new();
    for line in comment.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            let mut plain = false;
            for character in line.split('`').step_by(2).flat_map(str::chars) {
                if !plain && character != '\\' {
                    outside.push(character);
                }
                plain = !plain && character == '\\';
            }
            outside.push('\n');
        }
    }
    assert!(!fenced, "a fence is left open: {comment}");
    outside
}

proptest! {
    // Each case writes every format three times over.
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_is_smuggled_through_any_format(text in evil(), raw in any::<bool>(), pick in 0..3_usize) {
        let effect = Effect::ALL[pick];
        let report = hostile(&text, raw, effect);
        for format in Format::ALL {
            let shown = format.report(&report);
            let found = smuggled(format, &shown);
            prop_assert!(found.is_none(), "{format:?} {found:?}: {shown}");
            let shown = format.error(&CheckError::new(format!("`{text}`")).with_why(text.as_str()).with_help(text.as_str()));
            let found = smuggled(format, &shown);
            prop_assert!(found.is_none(), "{format:?} error {found:?}: {shown}");
        }

        let annotations = Format::Github.report(&report);
        prop_assert!(annotations.lines().count() == 2, "{annotations}");

        let shown = Format::Junit.report(&report);
        let document = roxmltree::Document::parse(&shown).expect("XML");
        let known = ["testsuites", "testsuite", "testcase", "failure", "skipped", "system-out"];
        let elements: Vec<_> = document.descendants().filter(roxmltree::Node::is_element).collect();
        prop_assert!(elements.iter().all(|node| known.contains(&node.tag_name().name())), "{shown}");

        let sarif = parsed(&Format::Sarif.report(&report));
        let message = sarif["runs"][0]["results"][0]["message"]["text"].as_str().expect("text").to_owned();
        prop_assert!(!message.contains("]("), "{message}");
        prop_assert!(parsed(&Format::Gitlab.report(&report)).as_array().is_some_and(|list| list.len() == 1));
        prop_assert!(parsed(&Format::Json.report(&report))["findings"].as_array().is_some_and(|list| list.len() == 1));

        let comment = Format::Markdown.report(&report);
        prop_assert!(comment.len() < markdown::LARGEST);
        prop_assert!(above_the_fold(&comment) <= markdown::ABOVE_FOLD, "{comment}");
        let outside = outside_code(&comment);
        let (_, visible) = outside.split_once('\n').expect("a marker and more");
        for element in ["<script", "<img", "@", "https://", "www.evil", "](", "**bold"] {
            prop_assert!(!visible.contains(element), "{element}: {comment}");
        }
        for (tag, times) in [("<details>", 1), ("</details>", 1), ("<summary>", 1), ("<!--", 1), ("-->", 1)] {
            prop_assert!(outside.matches(tag).count() == times, "{tag}: {comment}");
        }

        let policy = as_atlantis(&Format::Atlantis.report(&report));
        prop_assert!(policy.contains("fail") == (report.verdict() != Verdict::Allowed), "{policy}");
        prop_assert!(!policy.contains("```"), "{policy}");
    }

    #[test]
    fn a_secret_appears_in_no_format(name in prop::sample::select(&["db_password", "environment.API_KEY", "auth_token", "client_secret"][..])) {
        let secret = "hunter2-correct-horse";
        let place = Place::new("aws_x.y", Action::Update)
            .attribute(name, Some(Shown::Text(format!("{secret}-1"))), Some(Shown::Text(format!("{secret}-2"))))
            .document(&format!("{{\"{name}\":\"{secret}\"}}"), &format!("{{\"{name}\":\"{secret}!\",\"x\":1}}"));
        let key = "AKIAIOSFODNN7EXAMPLE";
        let finding = Finding::new("plan-partial", Effect::Deny, format!("`{}` is used", escape(key))).at(vec![place]);
        let report = report(vec![finding]);
        for format in Format::ALL {
            let shown = format.report(&report);
            prop_assert!(!shown.contains(secret) && !shown.contains(key), "{format:?}: {shown}");
            prop_assert!(shown.contains("(sensitive)") || shown.contains("\"sensitive\""), "{format:?}: {shown}");
        }
    }
}
