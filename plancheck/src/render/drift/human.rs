//! For people at a terminal and in CI logs: a part per envelope, gravest first, the answer in the last line.

use super::words;
use crate::drift::class::Outcome;
use crate::drift::report::{Drift, Report, Verdict};
use crate::render::human::{BOLD, CYAN, Color, FRAME, GREEN, PLAIN, Page, RED, YELLOW};

/// The whole report.
pub fn report(report: &Report, color: Color) -> String {
    let mut page = Page { text: String::new(), color };
    for part in &report.parts {
        page.put(BOLD, &words::title(part));
        page.put(PLAIN, &format!(": {}", words::looked_at(part)));
        page.end();
        for drift in &part.drift {
            one(&mut page, drift);
        }
        for over in &part.over {
            page.put(CYAN, "over");
            page.put(PLAIN, &format!(": {}", words::over(over)));
            page.end();
        }
        page.end();
    }
    for (label, text) in words::summary(report) {
        page.line(label, &text);
    }
    let verdict = report.verdict();
    let style = match verdict {
        Verdict::Clean | Verdict::Noted => GREEN,
        Verdict::Review => YELLOW,
        Verdict::Loosened => RED,
    };
    page.end();
    page.put(style, verdict.words());
    page.put(BOLD, &format!(": {}", words::tally(report)));
    page.end();
    page.text
}

fn one(page: &mut Page, drift: &Drift) {
    let style = match drift.outcome() {
        Outcome::Incident => RED,
        Outcome::Review => YELLOW,
        Outcome::Note => CYAN,
    };
    page.put(style, &format!("{}[{}]", words::label(drift), drift.class.id()));
    page.put(BOLD, &format!(": {}", drift.message));
    page.end();
    page.put(FRAME, "  --> ");
    page.put(PLAIN, &words::place(&drift.object, drift.field.as_ref()));
    page.end();
    page.reasons(words::reasons(drift));
}
