//! A part per envelope, the gravest first, and always small enough for a comment.
//!
//! INVARIANT: the whole is smaller than [`LARGEST`] bytes, so in characters too.

use std::fmt::Write as _;

use super::words;
use crate::drift::report::{Drift, Part, Report};
use crate::render::markdown::LARGEST;
use crate::render::markdown::escape::{code, prose};
use crate::render::reference::capital;
use crate::text::escape;

/// Room for the lines that close a text.
const TAIL: usize = 8_000;
/// Drift that is over and told by name.
const MOST_OVER: usize = 20;

/// The whole report.
pub(super) fn report(report: &Report) -> String {
    let mut text =
        format!("### plancheck drift: {}\n\n{}\n\n", report.verdict().words(), prose(&words::tally(report)));
    for part in &report.parts {
        let _ = writeln!(text, "#### {}\n", capital(&prose(&words::title(part))));
        body(&mut text, part);
    }
    closing(&mut text, report);
    text
}

/// What there is to say of one envelope.
pub(super) fn body(text: &mut String, part: &Part) {
    let owner =
        part.owner.as_ref().map(|owner| format!(", `{}` answers for it", escape(owner))).unwrap_or_default();
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(text, "{}\n", prose(&format!("{}{owner}", words::looked_at(part))));
    for (shown, drift) in part.drift.iter().enumerate() {
        let block = one(drift);
        if text.len() + block.len() + TAIL > LARGEST {
            let left = part.drift.len() - shown;
            let _ = writeln!(
                text,
                "**{left} more cut**, because comments have a limit; the JSON report has everything.\n"
            );
            break;
        }
        text.push_str(&block);
    }
    for over in part.over.iter().take(MOST_OVER) {
        let line = prose(&words::over(over));
        if text.len() + line.len() + TAIL > LARGEST {
            break;
        }
        let _ = writeln!(text, "- {line}");
    }
    if part.over.len() > MOST_OVER {
        let _ = writeln!(text, "- … and {} more that were told before", part.over.len() - MOST_OVER);
    }
    if !part.over.is_empty() {
        text.push('\n');
    }
}

fn one(drift: &Drift) -> String {
    let mut text =
        format!("**{}** {} {}\n\n", words::label(drift), code(drift.class.id()), prose(&drift.message));
    let _ = writeln!(text, "- {}", code(&words::place(&drift.object, drift.field.as_ref())));
    for (label, reason) in words::reasons(drift) {
        let _ = writeln!(text, "- {label}: {}", prose(&reason));
    }
    text.push('\n');
    text
}

/// By what it was judged, as much as fits.
pub(super) fn closing(text: &mut String, report: &Report) {
    text.push_str("<details><summary>What was judged</summary>\n\n");
    let lines = words::summary(report);
    let all = lines.len();
    for (index, (label, line)) in lines.into_iter().enumerate() {
        let line = format!("- {label}: {}\n", prose(&line));
        if text.len() + line.len() + 300 > LARGEST {
            let _ = writeln!(text, "- … and {} more lines, in the JSON report", all - index);
            break;
        }
        text.push_str(&line);
    }
    text.push_str("\n</details>\n");
}
