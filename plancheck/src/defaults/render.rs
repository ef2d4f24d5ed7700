//! The review for people, for spreadsheets and for programs. The page for print is in `html`, the catalog itself in `listing`.

use std::fmt::Write as _;

use remit_catalog::{OrchestratorDefault, Risk, VendorDefault};
use serde_json::{Value, json};

use super::python::Pin;
use super::{Audit, Decided, Entry, FrameworkEntry, Status, catalog_version};
use crate::text::escape;

/// How many addresses are named in a cell.
const NAMED: usize = 3;

/// A page for a pull request or a wiki.
pub fn markdown(audit: &Audit) -> String {
    let mut page = format!("# Vendor defaults relied on, {}\n\n", audit.today);
    let counts: Vec<String> =
        Status::ALL.iter().map(|status| format!("{} {}", audit.count(*status), status.word())).collect();
    // Writing to a String cannot fail.
    let _ = writeln!(page, "{}.\n", counts.join(" · "));
    page.push_str(
        "| status | risk | default | in force | exposes | governed would be | decided by, due | where |\n",
    );
    page.push_str("|---|---|---|---|---|---|---|---|\n");
    for entry in &audit.entries {
        let about = &entry.about;
        let says =
            |of: fn(&VendorDefault) -> &str| about.row().map_or_else(String::new, |row| of(row).to_owned());
        row_of(
            &mut page,
            &[
                entry.status.word().to_owned(),
                format!("{}{}", about.risk_word(), if about.is_verified() { "" } else { " (not verified)" }),
                format!("`{}` `{}`", escape(about.id()), escape(about.attribute())),
                escape(&about.in_force()),
                says(|row| &row.exposes),
                says(|row| &row.rule),
                by(entry.decided.as_ref()),
                places(entry),
            ],
        );
    }
    if !audit.frameworks.is_empty() {
        page.push_str("\n## Frameworks that orchestrate agents\n\nWhat the code sets is not looked at.\n\n");
        page.push_str("| status | risk | default | setting | default value | exposes | version read | decided by, due | where |\n");
        page.push_str("|---|---|---|---|---|---|---|---|---|\n");
        for entry in &audit.frameworks {
            let row = entry.row;
            row_of(
                &mut page,
                &[
                    entry.status.word().to_owned(),
                    row.risk.as_str().to_owned(),
                    format!("`{}`", row.id),
                    format!("{}: `{}`", row.framework, row.setting),
                    compact(row.default.get()),
                    row.exposes.to_string(),
                    row.version_read.unwrap_or("not noted").to_owned(),
                    by(entry.decided.as_ref()),
                    entry.pins.iter().map(|pin| pinned(pin, row)).collect::<Vec<_>>().join(", "),
                ],
            );
        }
    }
    if !audit.unused.is_empty() {
        let names: Vec<String> = audit.unused.iter().map(|name| format!("`{}`", cell_of(name))).collect();
        let _ = writeln!(page, "\nDecided about, and relied on by nothing here: {}.", names.join(", "));
    }
    let _ = writeln!(page, "\nNot judged: {} rows whose condition a plan does not show.", audit.not_judged);
    let (version, digest) = catalog_version();
    let _ = writeln!(page, "Catalog {version}, `{digest}`.");
    page
}

/// A value of the catalog on one line; a text without its quotes.
pub(super) fn compact(json: &str) -> String {
    match serde_json::from_str(json) {
        Ok(Value::Null) | Err(_) => "nothing".to_owned(),
        Ok(Value::String(text)) => text,
        Ok(other) => other.to_string(),
    }
}

fn row_of(page: &mut String, cells: &[String]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell_of(cell)).collect();
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}

fn by(decided: Option<&Decided>) -> String {
    decided.map_or_else(String::new, |decided| format!("{}, {}", escape(&decided.owner), decided.due))
}

/// Where a package is asked for, and how its version compares with the one that was read.
pub(super) fn pinned(pin: &Pin, row: &OrchestratorDefault) -> String {
    let place = format!("`{}` in `{}`", escape(&pin.package), escape(&pin.path));
    match (&pin.version, row.version_read) {
        (None, _) => format!("{place}, not pinned"),
        (Some(version), Some(read)) if version == read => {
            format!("{place} at {}, the version read", escape(version))
        }
        (Some(version), Some(_)) => format!("{place} at {}, another version than was read", escape(version)),
        (Some(version), None) => format!("{place} at {}", escape(version)),
    }
}

/// Where it is relied on, or why that cannot be told, shortened.
fn places(entry: &Entry) -> String {
    let known = entry.places.iter().map(|(_, address)| format!("`{}`", escape(address)));
    let untold = entry.untold.iter().map(|(_, address, why)| match address.as_str() {
        "" => why.clone(),
        address => format!("`{}` cannot be told: {why}", escape(address)),
    });
    let all: Vec<String> = known.chain(untold).collect();
    let more = all.len().saturating_sub(NAMED);
    let mut shown = all.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
    if more > 0 {
        let _ = write!(shown, " and {more} more");
    }
    shown
}

/// Text in a cell of a table: nothing in it ends the cell or the line, and nothing is read as HTML.
fn cell_of(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|").replace('<', "&lt;")
}

/// One line per default and object, or per default and file of a project.
pub fn csv(audit: &Audit) -> String {
    let mut table = String::from(
        "status,risk,verified,default,resource_type,attribute,decision,owner,due,plan,address,cannot_tell\r\n",
    );
    for entry in &audit.entries {
        let about = &entry.about;
        let about = [
            about.risk_word(),
            yes(about.is_verified()),
            about.id(),
            about.resource_type(),
            about.attribute(),
        ];
        let known = entry.places.iter().map(|(plan, address)| (plan, address, ""));
        let untold = entry.untold.iter().map(|(plan, address, why)| (plan, address, why.as_str()));
        for (plan, address, why) in known.chain(untold) {
            let status = if why.is_empty() { entry.status } else { Status::CannotTell };
            line(&mut table, status, about, entry.decided.as_ref(), [plan, address, why]);
        }
    }
    for entry in &audit.frameworks {
        let row = entry.row;
        for pin in &entry.pins {
            let about = [row.risk.as_str(), yes(row.verified), row.id, &row.framework, &row.setting];
            let why = "what the code sets is not looked at";
            line(&mut table, entry.status, about, entry.decided.as_ref(), [&pin.path, &pin.package, why]);
        }
    }
    table
}

fn yes(holds: bool) -> &'static str {
    if holds { "yes" } else { "no" }
}

fn line(table: &mut String, status: Status, about: [&str; 5], decided: Option<&Decided>, place: [&str; 3]) {
    let due = decided.map(|decided| decided.due.to_string()).unwrap_or_default();
    let (decision, owner) = decided.map_or(("", ""), |decided| (decided.decision, decided.owner.as_str()));
    let cells = [status.word()].into_iter().chain(about).chain([decision, owner, due.as_str()]).chain(place);
    let cells: Vec<String> = cells.map(field).collect();
    table.push_str(&cells.join(","));
    table.push_str("\r\n");
}

/// A field as RFC 4180 has it; what a spreadsheet would take for a formula begins with an apostrophe.
fn field(text: &str) -> String {
    let text = escape(text);
    let guard = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// For programs.
pub fn json(audit: &Audit) -> String {
    let (version, digest) = catalog_version();
    let evidence =
        audit.evidence.iter().map(|(name, digest)| json!({ "name": name, "digest": digest.to_string() }));
    let document = json!({
        "format_version": "1.1", "date": audit.today.to_string(),
        "catalog": { "version": version, "digest": digest.to_string() },
        "evidence": evidence.collect::<Vec<_>>(),
        "defaults": audit.entries.iter().map(of_entry).collect::<Vec<_>>(),
        "frameworks": audit.frameworks.iter().map(of_framework).collect::<Vec<_>>(),
        "unused": audit.unused, "not_judged": audit.not_judged,
        "next_due": audit.next_due().map(|due| due.to_string()),
    });
    format!("{document:#}\n")
}

fn of_entry(entry: &Entry) -> Value {
    let about = &entry.about;
    let places = entry.places.iter().map(|(plan, address)| json!({ "plan": plan, "address": address }));
    let untold = entry.untold.iter().map(|(plan, address, why)| match address.as_str() {
        "" => json!({ "why": why }),
        address => json!({ "plan": plan, "address": address, "why": why }),
    });
    let mut document = json!({
        "default": about.id(), "status": entry.status.word().replace(' ', "_"),
        "risk": about.risk().map(Risk::as_str), "verified": about.is_verified(),
        "dimension": about.row().map(VendorDefault::dimension), "resource_type": about.resource_type(),
        "attribute": about.attribute(),
        "places": places.collect::<Vec<_>>(), "cannot_tell": untold.collect::<Vec<_>>(),
    });
    decision(&mut document, entry.decided.as_ref());
    document
}

fn of_framework(entry: &FrameworkEntry) -> Value {
    let row = entry.row;
    let pins = entry
        .pins
        .iter()
        .map(|pin| json!({ "package": pin.package, "version": pin.version, "file": pin.path }));
    let mut document = json!({
        "default": row.id, "status": entry.status.word().replace(' ', "_"), "risk": row.risk.as_str(),
        "verified": row.verified, "dimension": row.dimension(), "framework": row.framework, "setting": row.setting,
        "version_read": row.version_read, "pins": pins.collect::<Vec<_>>(),
    });
    decision(&mut document, entry.decided.as_ref());
    document
}

fn decision(document: &mut Value, decided: Option<&Decided>) {
    let Some(members) = document.as_object_mut() else { return };
    members.insert("decision".to_owned(), json!(decided.map(|decided| decided.decision)));
    members.insert("owner".to_owned(), json!(decided.map(|decided| &decided.owner)));
    members.insert("due".to_owned(), json!(decided.map(|decided| decided.due.to_string())));
}
