//! For people at a terminal and in CI logs: gravest first, the verdict in the last line. Complete without color.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};

use crate::finding::{Certainty, Effect, Finding, Place, Shown};
use crate::plan::Action;
use crate::report::{EnvelopeSeen, Origin, Report};
use crate::text::{escape, is_deceptive};
use crate::verdict::{CheckError, Verdict};

/// How many places of one finding are shown; the JSON report has all.
const MOST_PLACES: usize = 10;
/// How many envelopes and resource types are named in one line.
const MOST_NAMES: usize = 10;

/// Width of the paragraphs of a rule's documentation.
const WIDTH: usize = 96;

const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default().bold();
const FRAME: Style = AnsiColor::Blue.on_default().bold();
const BOLD: Style = Style::new().bold();
const PLAIN: Style = Style::new();

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
    page.not_judged(report);
    page.judged(report);
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
    page.reasons(&error.why, &[], error.help.as_deref());
    page.text
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

struct Page {
    text: String,
    color: Color,
}

impl Page {
    /// INVARIANT: whatever comes from a plan passes here, so no sequence of it reaches a terminal and no line of it looks like ours.
    fn put(&mut self, style: Style, text: &str) {
        let styled = self.color == Color::Yes && style != PLAIN;
        if styled {
            self.text.push_str(&style.render().to_string());
        }
        self.text.extend(text.chars().map(|c| if is_deceptive(c) { '\u{fffd}' } else { c }));
        if styled {
            self.text.push_str(&style.render_reset().to_string());
        }
    }

    fn end(&mut self) {
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
        let (style, label) = match finding.effect {
            Effect::Deny => (RED, "error"),
            Effect::Consent => (YELLOW, "consent"),
            Effect::Note => (CYAN, "note"),
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
        self.reasons(&finding.why, &finding.slack, finding.help.as_deref());
        self.end();
    }

    fn place(&mut self, place: &Place) {
        self.put(FRAME, "  --> ");
        self.put(PLAIN, &format!("{} ({})", escape(&place.address), place.action.word()));
        if let Some(attribute) = &place.attribute {
            self.put(PLAIN, &format!(": {}{}", escape(attribute), sides(place)));
        }
        if let Some(source) = &place.source {
            self.put(PLAIN, &format!(" at {}:{}:{}", escape(&source.file), source.line, source.column));
        }
        self.end();
        for line in &place.diff {
            self.put(FRAME, "      | ");
            self.put(PLAIN, &format!("{} {}", line.side.sign(), escape(&line.text)));
            self.end();
        }
    }

    fn reasons(&mut self, why: &[String], slack: &[String], help: Option<&str>) {
        let why = why.iter().map(|why| ("why", why.as_str()));
        let slack = slack.iter().map(|slack| ("slack", slack.as_str()));
        for (label, text) in why.chain(slack).chain(help.map(|help| ("help", help))) {
            self.put(FRAME, "  = ");
            self.put(BOLD, label);
            self.put(PLAIN, &format!(": {text}"));
            self.end();
        }
    }

    fn line(&mut self, label: &str, text: &str) {
        self.put(BOLD, label);
        self.put(PLAIN, &format!(": {text}"));
        self.end();
    }

    /// Grouped by reason, which most of the list shares; envelopes are named where it is not the same for all.
    fn not_judged(&mut self, report: &Report) {
        let mut groups: BTreeMap<&str, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
        for item in &report.not_judged {
            groups
                .entry(&item.why)
                .or_default()
                .entry(&item.what)
                .or_default()
                .extend(item.envelope.as_deref());
        }
        for (why, items) in groups {
            let words: Vec<String> = items
                .iter()
                .map(|(what, envelopes)| {
                    if envelopes.is_empty() || envelopes.len() == report.envelopes.len() {
                        return (*what).to_owned();
                    }
                    format!("{what} of {}", named(envelopes.iter().map(|name| format!("`{}`", escape(name)))))
                })
                .collect();
            self.line("not judged", &format!("{} ({why})", words.join(", ")));
        }
        if !report.unknown_types.is_empty() {
            let types =
                report.unknown_types.iter().map(|(name, count)| format!("`{}` ({count})", escape(name)));
            self.line(
                "not in the catalog",
                &format!("{}; of these only what every object has was judged", named(types)),
            );
        }
    }

    fn judged(&mut self, report: &Report) {
        self.line("judged", &plan(report));
        let governance = &report.governance;
        let origin = match &governance.origin {
            Origin::Lock(name) => format!("`{}`", escape(name)),
            Origin::PriorState => "the prior state of the plan".to_owned(),
        };
        let trust = (!governance.pinned).then(|| "taken on trust: no trust root is pinned".to_owned());
        let by: Vec<String> =
            [Some(origin), governance.digest.clone(), trust].into_iter().flatten().collect();
        self.line("by", &by.join(", "));
        self.line("envelopes", &named(report.envelopes.iter().map(envelope)));
        if !report.matches_an_envelope() {
            self.line("note", "no change matched an envelope");
        }
        if !report.applied_a_rule() {
            self.line("note", "no rule applied to this plan");
        }
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
        self.put(BOLD, &format!(": {}", tally(report)));
        self.end();
    }
}

/// The attribute's value before and after, as far as there is something to show.
fn sides(place: &Place) -> String {
    match (&place.before, &place.after) {
        (None, None) => String::new(),
        (Some(one), None) | (None, Some(one)) => format!(" = {}", shown(one)),
        (Some(before), Some(after)) => format!(" = {} → {}", shown(before), shown(after)),
    }
}

fn shown(value: &Shown) -> String {
    match value {
        Shown::Text(text) => escape(text),
        Shown::Sensitive => "(sensitive)".to_owned(),
        Shown::Unknown => "(known after apply)".to_owned(),
        Shown::Absent => "(not set)".to_owned(),
    }
}

fn plan(report: &Report) -> String {
    let idle = |action: &Action| matches!(action, Action::NoOp | Action::Read);
    let words = |wanted: bool| {
        let actions = report.plan.actions.iter().filter(move |(action, _)| idle(action) == wanted);
        actions.map(|(action, count)| format!("{count} {}", word(*action))).collect::<Vec<_>>().join(", ")
    };
    let (changes, idle) = (words(false), words(true));
    let changes = if changes.is_empty() { changes } else { format!(" ({changes})") };
    let idle = if idle.is_empty() { idle } else { format!(", {idle}") };
    // OpenTofu writes its own version under the same name.
    let writer = match &report.plan.terraform_version {
        Some(version) => format!("Terraform or OpenTofu {}", escape(version)),
        None => "an unknown version of Terraform".to_owned(),
    };
    let given = [("workspace", &report.given.workspace), ("account", &report.given.account)];
    let given = given
        .iter()
        .filter_map(|(name, given)| Some(format!("; {name} `{}` as given", escape(given.as_ref()?))));
    let (count, now) = (counted(report.changes(), "change"), report.given.now);
    format!("{count}{changes}{idle}; plan of {writer}; as of {now}{}", given.collect::<String>())
}

fn word(action: Action) -> &'static str {
    match action {
        Action::NoOp => "unchanged",
        other => other.word(),
    }
}

fn envelope(seen: &EnvelopeSeen) -> String {
    let doubt = match seen.cannot_tell {
        0 => String::new(),
        some => format!(", {some} of them because it cannot be told"),
    };
    format!("`{}` ({}{doubt})", escape(&seen.name), counted(seen.changes, "change"))
}

fn named(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    let mut shown: Vec<String> = names.take(MOST_NAMES).collect();
    if more > 0 {
        shown.push(format!("… and {more} more"));
    }
    if shown.is_empty() { "none".to_owned() } else { shown.join(", ") }
}

fn tally(report: &Report) -> String {
    let findings = &report.findings;
    let untold = findings
        .as_slice()
        .iter()
        .filter(|f| f.effect == Effect::Consent && f.certainty == Certainty::CannotTell)
        .count();
    let consent = match (findings.count(Effect::Consent), untold) {
        (1, 1) => "1 needs consent because it cannot be told".to_owned(),
        (1, _) => "1 needs consent".to_owned(),
        (some, 0) => format!("{some} need consent"),
        (some, untold) => format!("{some} need consent, {untold} of them because it cannot be told"),
    };
    let parts = [
        (findings.count(Effect::Deny), format!("{} denied", findings.count(Effect::Deny))),
        (findings.count(Effect::Consent), consent),
        (findings.count(Effect::Note), counted(findings.count(Effect::Note), "note")),
    ];
    let said: Vec<String> = parts.into_iter().filter(|(count, _)| *count > 0).map(|(_, text)| text).collect();
    match (said.is_empty(), report.changes()) {
        (false, _) => said.join("; "),
        (true, 0) => "the plan changes nothing".to_owned(),
        (true, changes) => format!("nothing found in {}", counted(changes, "change")),
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
