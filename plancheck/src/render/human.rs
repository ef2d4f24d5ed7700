//! For people at a terminal and in CI logs: gravest first, the verdict in the last line. Complete without color.

use anstyle::{AnsiColor, Style};

use super::words::{self, Class};
use crate::Why;
use crate::finding::{Finding, Place};
use crate::report::Report;
use crate::text::{escape, neutral};
use crate::verdict::{CheckError, Verdict};

/// How many places of one finding are shown; the JSON report has all.
const MOST_PLACES: usize = 10;

/// Width of the paragraphs of a rule's documentation.
const WIDTH: usize = 96;

pub(super) const RED: Style = AnsiColor::Red.on_default().bold();
pub(super) const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const GREEN: Style = AnsiColor::Green.on_default().bold();
pub(super) const CYAN: Style = AnsiColor::Cyan.on_default().bold();
pub(super) const FRAME: Style = AnsiColor::Blue.on_default().bold();
pub(super) const BOLD: Style = Style::new().bold();
pub(super) const PLAIN: Style = Style::new();

/// Whether text carries colors. Only a caller who knows that it goes to a terminal says yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// Terminal sequences around some words.
    Yes,
    /// Text and line breaks, nothing else.
    No,
}

/// The whole report.
pub fn report(report: &Report, color: Color) -> String {
    let mut page = Page { text: String::new(), color };
    for finding in report.findings.as_slice() {
        page.finding(finding);
    }
    for (label, text) in words::summary(report) {
        page.line(label, &text);
    }
    page.verdict(report);
    page.text
}

/// Why no answer could be given.
pub fn error(error: &CheckError, color: Color) -> String {
    let mut page = Page { text: String::new(), color };
    page.put(RED, "error");
    page.put(BOLD, ": ");
    page.put(BOLD, &error.message);
    page.end();
    page.reasons(words::because(&error.why, error.help.as_deref()));
    page.text
}

/// Everything that touched some objects: facts first, then envelopes, then what rules found.
pub fn why(why: &Why, color: Color) -> String {
    let mut page = Page { text: String::new(), color };
    for object in &why.objects {
        page.put(BOLD, &words::place(&object.place));
        page.end();
        let facts = object.facts.iter().map(|fact| ("fact", fact.clone()));
        let envelopes = object.envelopes.iter().map(|envelope| ("envelope", envelope.clone()));
        let silent = (!object.silent.is_empty()).then(|| ("found nothing", object.silent.join(", ")));
        page.reasons(facts.chain(envelopes).chain(silent).collect());
        page.end();
        for finding in &object.findings {
            page.finding(finding);
        }
    }
    page.text
}

/// A line that is not part of a report, harmless whatever it says.
pub fn plain(line: &str) -> String {
    neutral(line) + "\n"
}

/// Markdown for a terminal: headings stand out, and paragraphs are broken into lines.
pub fn markdown(text: &str, color: Color) -> String {
    let mut page = Page { text: String::new(), color };
    for line in text.lines() {
        match line.trim_start_matches('#').strip_prefix(' ') {
            Some(heading) if line.starts_with('#') => page.put(BOLD, heading),
            _ => page.paragraph(line),
        }
        page.end();
    }
    page.text
}

/// Text that grows, styled where that is wanted.
pub(super) struct Page {
    pub(super) text: String,
    pub(super) color: Color,
}

impl Page {
    /// INVARIANT: whatever comes from a plan passes here, so no sequence of it reaches a terminal and no line of it looks like ours.
    pub(super) fn put(&mut self, style: Style, text: &str) {
        let styled = self.color == Color::Yes && style != PLAIN;
        if styled {
            self.text.push_str(&style.render().to_string());
        }
        self.text.push_str(&neutral(text));
        if styled {
            self.text.push_str(&style.render_reset().to_string());
        }
    }

    pub(super) fn end(&mut self) {
        self.text.push('\n');
    }

    /// Code, which is indented, stays as it is; what continues a list item is indented under it.
    fn paragraph(&mut self, line: &str) {
        if line.starts_with("    ") {
            return self.put(PLAIN, line);
        }
        let indent = if line.starts_with("- ") { "  " } else { "" };
        let mut width = 0;
        for word in line.split(' ') {
            let length = word.chars().count();
            if width > 0 && width + 1 + length > WIDTH {
                self.end();
                self.put(PLAIN, indent);
                width = indent.len();
            } else if width > 0 {
                self.put(PLAIN, " ");
                width += 1;
            }
            self.put(PLAIN, word);
            width += length;
        }
    }

    fn finding(&mut self, finding: &Finding) {
        let (style, label) = match Class::of(finding) {
            Class::Denied => (RED, "error"),
            Class::Consent | Class::CannotTell => (YELLOW, "consent"),
            Class::Note => (CYAN, "note"),
            Class::Accepted => (CYAN, "accepted"),
        };
        self.put(style, &format!("{label}[{}]", finding.rule));
        self.put(BOLD, &format!(": {}", finding.message));
        self.end();
        for place in finding.places.iter().take(MOST_PLACES) {
            self.place(place);
        }
        let more = finding.places.len().saturating_sub(MOST_PLACES);
        if more > 0 {
            self.put(PLAIN, &format!("      … and {more} more"));
            self.end();
        }
        self.reasons(words::reasons(finding));
        self.end();
    }

    fn place(&mut self, place: &Place) {
        self.put(FRAME, "  --> ");
        self.put(PLAIN, &words::place(place));
        self.end();
        for line in &place.diff {
            self.put(FRAME, "      | ");
            self.put(PLAIN, &format!("{} {}", line.side.sign(), escape(&line.text)));
            self.end();
        }
    }

    pub(super) fn reasons(&mut self, reasons: Vec<(&str, String)>) {
        for (label, text) in reasons {
            self.put(FRAME, "  = ");
            self.put(BOLD, label);
            self.put(PLAIN, &format!(": {text}"));
            self.end();
        }
    }

    pub(super) fn line(&mut self, label: &str, text: &str) {
        self.put(BOLD, label);
        self.put(PLAIN, &format!(": {text}"));
        self.end();
    }

    fn verdict(&mut self, report: &Report) {
        let verdict = report.verdict();
        let style = match verdict {
            Verdict::Allowed => GREEN,
            Verdict::ConsentRequired => YELLOW,
            Verdict::Denied => RED,
        };
        self.end();
        self.put(style, verdict.words());
        self.put(BOLD, &format!(": {}", words::tally(report)));
        self.end();
    }
}
