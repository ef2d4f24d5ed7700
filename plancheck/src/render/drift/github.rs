//! Workflow commands of GitHub Actions, and the outputs of a step.

use super::words;
use crate::drift::class::{Outcome, Severity};
use crate::drift::report::{Drift, Part, Report};
use crate::text::neutral;

/// Annotations of one kind that GitHub shows in a step.
const MOST: usize = 10;

/// One command per drift, then the answer as a plain line.
pub(super) fn report(report: &Report) -> String {
    let mut text = String::new();
    for outcome in Outcome::ALL {
        let of = report.drift().filter(|(_, drift)| drift.outcome() == outcome);
        text.extend(of.take(MOST).map(|(part, drift)| command(part, drift)));
    }
    text.push_str(&neutral(&format!("{}: {}", report.verdict().words(), words::tally(report))));
    text.push('\n');
    text
}

fn command(part: &Part, drift: &Drift) -> String {
    let name = match drift.outcome() {
        Outcome::Incident => "error",
        Outcome::Review => "warning",
        Outcome::Note => "notice",
    };
    let mut lines = vec![format!("{}: {}", words::title(part), drift.message)];
    lines.push(words::place(&drift.object, drift.field.as_ref()));
    lines.extend(words::reasons(drift).into_iter().map(|(label, text)| format!("{label}: {text}")));
    let lines: Vec<String> = lines.iter().map(|line| neutral(line).replace('%', "%25")).collect();
    format!("::{name} title={}::{}\n", drift.class.id(), lines.join("%0A"))
}

/// The outputs of the step, a line each: the answer, counts, and fingerprints. All of it is made of our own words and digits.
pub fn outputs(report: &Report) -> String {
    let mut lines = vec![
        format!("verdict={}", report.verdict().id()),
        format!("exit_code={}", report.exit_code()),
        format!("checked={}", report.checked()),
        format!("news={}", report.parts.iter().any(Part::has_news)),
    ];
    lines.extend(Outcome::ALL.map(|outcome| format!("{}={}", outcome.id(), report.count(outcome))));
    let severities = report.by_severity();
    let count = |severity: &Severity| severities.get(severity).copied().unwrap_or_default();
    lines.extend(Severity::ALL.map(|severity| format!("{}={}", severity.id(), count(&severity))));
    let fingerprints: Vec<&str> = report.drift().map(|(_, drift)| drift.fingerprint.as_str()).collect();
    lines.push(format!("fingerprints={}", fingerprints.join(",")));
    lines.into_iter().flat_map(|line| [line, "\n".to_owned()]).collect()
}
