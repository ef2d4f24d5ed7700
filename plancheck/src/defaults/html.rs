//! The review as one page that needs nothing else: no script, no font, no picture from elsewhere. It reads on a screen and in print.

use std::fmt::Write as _;

use super::render::{compact, pinned};
use super::{Audit, Decided, Entry, FrameworkEntry, Status, catalog_version};
use crate::text::escape;

const STYLE: &str = include_str!("review.css");

/// The page.
pub fn html(audit: &Audit) -> String {
    let mut page = String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    // Writing to a String cannot fail.
    let _ = writeln!(page, "<title>Vendor defaults, {}</title>", audit.today);
    page.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.push_str("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
    let _ = writeln!(page, "<style>\n{STYLE}</style>\n</head>\n<body>");
    head(&mut page, audit);
    for status in Status::ALL {
        section(&mut page, audit, status);
    }
    foot(&mut page, audit);
    page.push_str("</body>\n</html>\n");
    page
}

fn head(page: &mut String, audit: &Audit) {
    let due = audit.next_due().map_or_else(|| "none decided".to_owned(), |due| due.to_string());
    let _ = writeln!(page, "<header>\n<h1>Vendor defaults relied on</h1>");
    let _ = writeln!(
        page,
        "<p>Reviewed on <b>{}</b>. Next decision due: <b>{due}</b>.</p>\n<ul class=\"counts\">",
        audit.today
    );
    for status in Status::ALL {
        let _ = writeln!(
            page,
            "<li class=\"{}\"><b>{}</b> {}</li>",
            class(status),
            audit.count(status),
            status.word()
        );
    }
    page.push_str("</ul>\n</header>\n");
}

fn section(page: &mut String, audit: &Audit, status: Status) {
    let entries = audit.entries.iter().filter(|entry| entry.status == status);
    let frameworks = audit.frameworks.iter().filter(|entry| entry.status == status);
    let mut cards = String::new();
    entries.for_each(|entry| card(&mut cards, entry));
    frameworks.for_each(|entry| framework(&mut cards, entry));
    if cards.is_empty() {
        return;
    }
    let _ = writeln!(
        page,
        "<section class=\"{}\">\n<h2>{}</h2>\n<p>{}</p>\n{cards}</section>",
        class(status),
        capital(status.word()),
        meaning(status)
    );
}

fn card(page: &mut String, entry: &Entry) {
    let about = &entry.about;
    opening(page, &about.title(), about.id(), about.risk_word(), about.is_verified());
    term(page, "In force", &about.in_force());
    if let Some(row) = about.row() {
        term(page, "What you carry", &row.exposes);
        term(page, "Optimizes for", &row.optimizes_for);
        term(page, "Benefits", &row.benefits);
        term(page, "Governed would be", &row.rule);
    }
    term(page, "Asked about by", &about.regulations());
    decision(page, entry.decided.as_ref(), entry.status);
    let relied = entry.places.iter().map(|(plan, address)| place(plan, address, ""));
    let untold = entry.untold.iter().map(|(plan, address, why)| place(plan, address, why));
    evidence(page, relied.chain(untold));
    page.push_str("</dl>\n</article>\n");
}

fn framework(page: &mut String, entry: &FrameworkEntry) {
    let row = entry.row;
    let title = format!("{}: {}", row.framework, row.setting);
    opening(page, &title, row.id, row.risk.as_str(), row.verified);
    term(page, "Default", &compact(row.default.get()));
    term(page, "What it does", &row.meaning);
    term(page, "What you carry", &row.exposes);
    term(page, "A starting point", &compact(row.suggested_governed_value.get()));
    term(page, "Version read", row.version_read.unwrap_or("not noted"));
    term(page, "Asked about by", &row.regulations.join(", "));
    decision(page, entry.decided.as_ref(), entry.status);
    evidence(page, entry.pins.iter().map(|pin| safe(&pinned(pin, row).replace('`', ""))));
    page.push_str("</dl>\n</article>\n");
}

fn opening(page: &mut String, title: &str, id: &str, risk: &str, verified: bool) {
    let doubt = if verified { "" } else { " · not verified" };
    let _ = writeln!(
        page,
        "<article>\n<h3>{} <span class=\"risk {risk}\">{risk}{doubt}</span></h3>\n<p class=\"id\">{}</p>\n<dl>",
        safe(title),
        safe(id)
    );
}

fn term(page: &mut String, name: &str, says: &str) {
    let _ = writeln!(page, "<dt>{name}</dt><dd>{}</dd>", safe(says));
}

/// Who decided what. Where nobody has, there is room to write it down on paper.
fn decision(page: &mut String, decided: Option<&Decided>, status: Status) {
    match decided {
        Some(decided) => {
            term(page, "Owner", &decided.owner);
            let ticket = decided.ticket.as_ref().map_or_else(String::new, |ticket| format!(" ({ticket})"));
            term(page, "Decision", &format!("{}: {}{ticket}", decided.decision, decided.reason));
            term(page, "Due", &decided.due.to_string());
        }
        None if status.is_open() => {
            page.push_str("<dt>Owner</dt><dd class=\"blank\"></dd>\n<dt>Decision</dt><dd class=\"blank\"></dd>\n<dt>Due</dt><dd class=\"blank\"></dd>\n");
        }
        None => {}
    }
}

fn place(plan: &str, address: &str, why: &str) -> String {
    match (address, why) {
        ("", why) => safe(why),
        (address, "") => format!("<code>{}</code> in {}", safe(address), safe(plan)),
        (address, why) => format!("<code>{}</code> in {}: {}", safe(address), safe(plan), safe(why)),
    }
}

fn evidence(page: &mut String, places: impl Iterator<Item = String>) {
    page.push_str("<dt>Evidence</dt><dd><ul>\n");
    for place in places {
        let _ = writeln!(page, "<li>{place}</li>");
    }
    page.push_str("</ul></dd>\n");
}

fn foot(page: &mut String, audit: &Audit) {
    page.push_str("<footer>\n<h2>What this rests on</h2>\n");
    let (version, digest) = catalog_version();
    let _ = writeln!(page, "<p>Catalog of defaults {version}, <code>{digest}</code>.</p>\n<ul>");
    for (name, digest) in &audit.evidence {
        let _ = writeln!(page, "<li>{} <code>{digest}</code></li>", safe(name));
    }
    page.push_str("</ul>\n");
    if !audit.unused.is_empty() {
        let names: Vec<String> = audit.unused.iter().map(|name| safe(name)).collect();
        let _ = writeln!(page, "<p>Decided about, and relied on by nothing here: {}.</p>", names.join(", "));
    }
    let _ = writeln!(
        page,
        "<p>Not judged: {} rows of the catalog whose condition a plan does not show. What the code of a framework's user sets is not looked at.</p>\n</footer>",
        audit.not_judged
    );
}

fn class(status: Status) -> &'static str {
    if status == Status::CannotTell { "untold" } else { status.word() }
}

fn meaning(status: Status) -> &'static str {
    match status {
        Status::Contradicted => "Another value was decided, and these rely on the default all the same.",
        Status::Overdue => "The decision was due for review; until then nobody stands behind it.",
        Status::Ungoverned => "Nobody has decided about these.",
        Status::Accepted => "Somebody accepted these, until the day they are due.",
        Status::CannotTell => "What was looked at does not tell whether anything relies on these.",
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Text as text: nothing in it is markup, and nothing deceives whoever reads it.
fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in escape(text).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
