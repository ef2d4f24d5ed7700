//! JUnit XML, for the test tab of any CI system: a case per finding, and one per rule that found nothing. A rule that had nothing to
//! judge is skipped, so that it does not look as if it had passed.

use std::fmt::Write as _;

use super::words::{self, Class};
use crate::finding::Finding;
use crate::report::Report;
use crate::rules::RULES;
use crate::text::neutral;
use crate::verdict::CheckError;

/// The whole report.
pub(super) fn report(report: &Report) -> String {
    let mut suite = Suite::default();
    for rule in RULES {
        let mut silent = true;
        for finding in report.findings.as_slice().iter().filter(|finding| finding.rule == rule.id) {
            suite.finding(finding);
            silent = false;
        }
        let judged = report.rules.iter().any(|applied| applied.rule == rule.id && applied.judged > 0);
        if silent {
            suite.silent(rule.id, rule.summary, judged);
        }
    }
    let of_no_rule = |finding: &&Finding| RULES.iter().all(|rule| rule.id != finding.rule);
    report.findings.as_slice().iter().filter(of_no_rule).for_each(|finding| suite.finding(finding));
    let lines = words::summary(report).into_iter().map(|(label, text)| format!("{label}: {text}"));
    let headline = format!("{}: {}", report.verdict().words(), words::tally(report));
    suite.written(&lines.chain([headline]).collect::<Vec<_>>())
}

/// Why no answer could be given: one case that ended in an error.
pub(super) fn error(error: &CheckError) -> String {
    let mut suite = Suite { errors: 1, tests: 1, ..Suite::default() };
    let lines = words::because(&error.why, error.help.as_deref());
    let lines: Vec<String> = lines.into_iter().map(|(label, text)| format!("{label}: {text}")).collect();
    // Writing to a String cannot fail, here and below.
    let _ = write!(
        suite.cases,
        "    <testcase classname=\"plancheck\" name=\"could not check\">\n      <error message=\"{}\">{}</error>\n    </testcase>\n",
        escaped(&error.message),
        escaped_lines(&lines)
    );
    suite.written(&[])
}

#[derive(Default)]
struct Suite {
    cases: String,
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Suite {
    fn finding(&mut self, finding: &Finding) {
        let class = Class::of(finding);
        let places = finding.places.iter().map(|place| format!("at {}", words::place(place)));
        let reasons = words::reasons(finding).into_iter().map(|(label, text)| format!("{label}: {text}"));
        let lines: Vec<String> = places.chain(reasons).collect();
        let decides = matches!(class, Class::Denied | Class::Consent | Class::CannotTell);
        self.tests += 1;
        self.failures += usize::from(decides);
        let (name, kind, text) = (escaped(&finding.message), class.words(), escaped_lines(&lines));
        let told = if decides {
            format!("<failure type=\"{kind}\" message=\"{kind}: {name}\">{text}</failure>")
        } else {
            format!("<system-out>{kind}: {name}\n{text}</system-out>")
        };
        let _ = write!(
            self.cases,
            "    <testcase classname=\"{}\" name=\"{name}\">\n      {told}\n    </testcase>\n",
            finding.rule
        );
    }

    fn silent(&mut self, rule: &str, summary: &str, judged: bool) {
        self.tests += 1;
        let name = escaped(&format!("not found: {summary}"));
        if judged {
            let _ = writeln!(self.cases, "    <testcase classname=\"{rule}\" name=\"{name}\"/>");
        } else {
            self.skipped += 1;
            let _ = write!(
                self.cases,
                "    <testcase classname=\"{rule}\" name=\"{name}\">\n      <skipped message=\"nothing to judge\"/>\n    </testcase>\n"
            );
        }
    }

    fn written(&self, summary: &[String]) -> String {
        let Self { cases, tests, failures, errors, skipped } = self;
        let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"");
        let summary = escaped_lines(summary);
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"plancheck\" {counts}>\n  \
             <testsuite name=\"plancheck\" {counts} skipped=\"{skipped}\">\n{cases}    \
             <system-out>{summary}</system-out>\n  </testsuite>\n</testsuites>\n"
        )
    }
}

fn escaped_lines(lines: &[String]) -> String {
    lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("\n")
}

/// Text for element and attribute alike. What no XML may hold at all is gone from neutral text.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in neutral(text).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            other => safe.push(other),
        }
    }
    safe
}
