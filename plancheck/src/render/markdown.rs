//! One comment for a pull request: the answer and the gravest findings first, everything else folded. It begins with a hidden marker, by
//! which a pipeline finds the comment again to update it, and it always fits.
//!
//! INVARIANT: at most [`ABOVE_FOLD`] lines stand before the fold, and the whole is smaller than [`LARGEST`] bytes, so in characters too.

pub(super) mod escape;

use std::fmt::Write as _;

use super::words::{self, Class};
use crate::finding::Finding;
use crate::report::Report;
use crate::verdict::CheckError;

pub(crate) use escape::prose;
use escape::{code, code_block, marker};

/// Lines before the fold, the hidden marker included.
pub const ABOVE_FOLD: usize = 12;
/// Size that no comment reaches. GitHub takes 65,536 characters, and a pipeline may want to add something.
pub const LARGEST: usize = 60_000;

/// Findings named above the fold.
const FIRST: usize = 5;
/// Characters of a finding's message above the fold; folded it stands whole.
const LONGEST_FIRST: usize = 240;
/// Places of one finding that are shown.
const MOST_PLACES: usize = 20;
/// Reasons of one finding that are shown.
const MOST_REASONS: usize = 12;
/// Room for the lines that close the comment.
const TAIL: usize = 12_000;

/// The whole comment.
pub fn report(report: &Report) -> String {
    let findings = report.findings.as_slice();
    let mut text = format!(
        "{}\n### plancheck: {}\n\n{}\n\n",
        marker(report.given.workspace.as_deref()),
        report.verdict().words(),
        prose(&words::tally(report))
    );
    for finding in findings.iter().take(FIRST) {
        let message: String = finding.message.chars().take(LONGEST_FIRST).collect();
        let cut = if message.len() < finding.message.len() { "…" } else { "" };
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(
            text,
            "- **{}** {}{cut} ({})",
            Class::of(finding).words(),
            prose(&message),
            code(finding.rule)
        );
    }
    let more = findings.len().saturating_sub(FIRST);
    if more > 0 {
        let _ = writeln!(text, "- … and {more} more below");
    }
    let about = match findings.len() {
        0 => "What was judged".to_owned(),
        _ => format!("{} in full, and what was judged", capital(&words::counted(findings.len(), "finding"))),
    };
    let _ = write!(text, "\n<details><summary>{about}</summary>\n\n");
    details(&mut text, findings);
    summary(&mut text, report);
    text.push_str("\n</details>\n");
    text
}

/// Why no answer could be given, as a comment that replaces the one before.
pub fn error(error: &CheckError) -> String {
    let mut text =
        format!("{}\n### plancheck: could not check\n\n{}\n\n", marker(None), prose(&error.message));
    for (label, reason) in words::because(&error.why, error.help.as_deref()).into_iter().take(MOST_REASONS) {
        let _ = writeln!(text, "- {label}: {}", prose(&reason));
    }
    text
}

/// Findings under a heading per class, as many as fit.
fn details(text: &mut String, findings: &[Finding]) {
    let mut shown = 0;
    for class in Class::ALL {
        let mut headed = false;
        for finding in findings.iter().filter(|finding| Class::of(finding) == class) {
            let mut block = String::new();
            if !headed {
                let _ = write!(block, "#### {}\n\n", capital(class.words()));
            }
            let room = LARGEST.saturating_sub(text.len() + block.len() + TAIL);
            let Some(fitting) = fitting(finding, room) else {
                let left = findings.len() - shown;
                let _ = write!(
                    text,
                    "**{} cut**, because comments have a limit; the JSON report has everything.\n\n",
                    capital(&words::counted(left, "finding"))
                );
                return;
            };
            text.push_str(&block);
            text.push_str(&fitting);
            (headed, shown) = (true, shown + 1);
        }
    }
}

/// A finding as fully as there is room for it.
fn fitting(finding: &Finding, room: usize) -> Option<String> {
    let ways = [(MOST_PLACES, true), (MOST_PLACES, false), (1, false)];
    ways.iter().map(|(places, diffs)| full(finding, *places, *diffs)).find(|text| text.len() <= room)
}

fn full(finding: &Finding, most_places: usize, diffs: bool) -> String {
    let mut text = format!("**{}** {}\n\n", code(finding.rule), prose(&finding.message));
    for place in finding.places.iter().take(most_places) {
        let _ = writeln!(text, "- {}", code(&words::place(place)));
        if diffs && !place.diff.is_empty() {
            text.push_str(&code_block(
                "diff",
                place.diff.iter().map(|line| (line.side.sign(), line.text.as_str())),
            ));
        }
    }
    let more = finding.places.len().saturating_sub(most_places);
    if more > 0 {
        let _ = writeln!(text, "- … and {more} more");
    }
    let reasons = words::reasons(finding);
    let more = reasons.len().saturating_sub(MOST_REASONS);
    // What to do comes last, and is the last thing to be left out.
    let last = reasons.len() - 1_usize.min(reasons.len());
    for (index, (label, reason)) in reasons.iter().enumerate() {
        if index < MOST_REASONS - 1 || index == last {
            let _ = writeln!(text, "- {label}: {}", prose(reason));
        } else if index == MOST_REASONS - 1 {
            let _ = writeln!(text, "- … and {more} more reasons");
        }
    }
    text.push('\n');
    text
}

/// What was judged and by what; lines that do not fit are counted.
fn summary(text: &mut String, report: &Report) {
    let lines = words::summary(report);
    let all = lines.len();
    text.push_str("#### Judged\n\n");
    for (index, (label, line)) in lines.into_iter().enumerate() {
        let line = format!("- {label}: {}\n", prose(&line));
        if text.len() + line.len() + 200 > LARGEST {
            let _ = writeln!(text, "- … and {} more lines, in the JSON report", all - index);
            return;
        }
        text.push_str(&line);
    }
}

fn capital(sentence: &str) -> String {
    super::reference::capital(sentence)
}
