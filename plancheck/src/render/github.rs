//! Workflow commands of GitHub Actions: each becomes an annotation, at the line of the `.tf` file where that is known. GitHub shows ten of
//! a kind per step; everything is in the step summary, which [`super::markdown`] writes.

use super::words::{self, Class};
use crate::finding::Finding;
use crate::report::Report;
use crate::text::neutral;
use crate::verdict::CheckError;

/// One command per finding, then the verdict as a plain line.
pub(super) fn report(report: &Report) -> String {
    let mut text: String = report.findings.as_slice().iter().map(command).collect();
    text.push_str(&neutral(&format!("{}: {}", report.verdict().words(), words::tally(report))));
    text.push('\n');
    text
}

/// Why no answer could be given.
pub(super) fn error(error: &CheckError) -> String {
    let reasons = words::because(&error.why, error.help.as_deref()).into_iter();
    let mut lines = vec![format!("could not check: {}", error.message)];
    lines.extend(reasons.map(|(label, text)| format!("{label}: {text}")));
    format!("::error title=plancheck::{}\n", data(&lines))
}

fn command(finding: &Finding) -> String {
    let class = Class::of(finding);
    let name = match class {
        Class::Denied => "error",
        Class::Consent | Class::CannotTell => "warning",
        Class::Note | Class::Accepted => "notice",
    };
    let mut lines = vec![format!("{}: {}", class.words(), finding.message)];
    let more = finding.places.len().saturating_sub(1);
    // The place whose line is known is the one that the annotation points at.
    let place = finding.places.iter().find(|place| place.source.is_some()).or(finding.places.first());
    lines.extend(place.map(words::place));
    if more > 0 {
        lines.push(format!("… and {more} more"));
    }
    lines.extend(words::reasons(finding).into_iter().map(|(label, text)| format!("{label}: {text}")));
    let at = place.and_then(|place| place.source.as_ref()).map_or(String::new(), |source| {
        format!("file={},line={},col={},", property(&source.file), source.line, source.column)
    });
    format!("::{name} {at}title={}::{}\n", property(finding.rule), data(&lines))
}

/// Text of a command. Line breaks are ours; those of plan text are gone before they come here.
fn data(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| neutral(line).replace('%', "%25")).collect();
    lines.join("%0A")
}

fn property(text: &str) -> String {
    neutral(text).replace('%', "%25").replace(':', "%3A").replace(',', "%2C")
}
